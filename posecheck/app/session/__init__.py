"""The one live session: its stages, its recordings, and its summary."""
