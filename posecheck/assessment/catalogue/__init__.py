"""Stretches and routines as data: the records, the files and the checks of what they say."""
