"""What was done on which day: one row a session, in one file on this machine.

    tally      Assessment, one by one ─> the numbers of a row
    done       the row: what it holds and how it reads as text
    store      the file (SQLite): add, read, delete, bring an older file up to date
    progress   rows ─> streak, trend, totals (pure)

Importing this package alone loads nothing of the database: judging uses the numbers of `tally` and must work where
Python comes without SQLite.
"""
