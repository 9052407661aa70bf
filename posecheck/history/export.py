"""The history as a table other programs read: CSV after RFC 4180, a row a session, the columns of `done.COLUMNS`."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Final, TextIO

from posecheck.history.row import COLUMNS, Cell, HistoryRow, cells_of

_DECIMALS: Final = 3


def write_csv(dones: Iterable[HistoryRow], file: TextIO) -> int:
    """Write head and rows to `file` (opened with `newline=""`, UTF-8); how many rows there were.

    Lines end in CR LF. A point for decimals, at most three of them; an empty cell for what was not seen.
    """
    table = csv.writer(file)
    table.writerow(COLUMNS)
    count = 0
    for done in dones:
        table.writerow([_text(cell) for cell in cells_of(done).values()])
        count += 1
    return count


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    # + 0.0: what rounds to -0.0 reads 0.0
    return str(round(cell, _DECIMALS) + 0.0) if isinstance(cell, float) else str(cell)
