"""A person's own neutral back and end range: how they are measured, and whether a stored one fits."""
