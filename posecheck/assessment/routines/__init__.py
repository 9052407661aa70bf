"""A whole routine: which stretch, which side, what is left."""
