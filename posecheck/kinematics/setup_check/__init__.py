"""Is the camera placed well? Checked before the stretch begins and while it goes on."""
