"""Is the camera placed well? Checked before the stretch begins."""
