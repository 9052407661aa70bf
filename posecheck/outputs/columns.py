"""Columns of numbers that are too long to be held: rows go in, whole columns come out, and rows again.

Between the two they lie in a nameless temporary file beside the result, which vanishes with the process, whatever
becomes of it. In memory there is never more than one chunk of rows, or the one column that was asked for.
"""

from __future__ import annotations

import math
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import numpy as np

from posecheck.records import Floats

#: Rows that are written together; a column is read in pieces of so many numbers.
CHUNK_ROWS: Final = 1024


class Columns:
    """So many columns of numbers on disk, in `folder`. Once a column was asked for no row can be added any more.

    Raises OSError where the disk cannot be written or read.
    """

    def __init__(self, folder: Path, count: int) -> None:
        self._count = count
        self._rows = 0
        self._whole = False
        self._open = array("d")
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  open until `close`

    def __len__(self) -> int:
        """How many rows there are."""
        return self._rows

    def append(self, row: Sequence[float]) -> None:
        """Add a row of as many numbers as there are columns; NaN is a number too."""
        if self._whole or len(row) != self._count:
            raise ValueError(
                f"a row of {len(row)} numbers for {self._count} columns{', which are whole' * self._whole}"
            )
        self._open.extend(row)
        self._rows += 1
        if self._rows % CHUNK_ROWS == 0:
            self._flush()

    def _flush(self) -> None:
        """Write the open rows, column after column; a last chunk that is not full is filled with NaN."""
        rows = len(self._open) // self._count
        chunk = np.full((self._count, CHUNK_ROWS), math.nan)
        chunk[:, :rows] = np.frombuffer(self._open).reshape(rows, self._count).T
        self._open = array("d")
        self._file.write(chunk.tobytes())

    def column(self, at: int) -> Floats:
        """A whole column, as a copy."""
        self._finish()
        out = np.empty(self._rows)
        for chunk, begin in enumerate(range(0, self._rows, CHUNK_ROWS)):
            piece = self._piece(chunk, at)
            out[begin : begin + CHUNK_ROWS] = piece[: self._rows - begin]
        return out

    def put(self, at: int, values: Floats) -> None:
        """Replace a whole column."""
        self._finish()
        for chunk, begin in enumerate(range(0, self._rows, CHUNK_ROWS)):
            self._file.seek(self._place(chunk, at))
            self._file.write(np.ascontiguousarray(values[begin : begin + CHUNK_ROWS], np.float64).tobytes())

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Every row, in order."""
        self._finish()
        for chunk, begin in enumerate(range(0, self._rows, CHUNK_ROWS)):
            block = np.stack([self._piece(chunk, at) for at in range(self._count)], axis=1)
            yield from map(tuple, block[: self._rows - begin].tolist())

    def close(self) -> None:
        """Let the file go. Twice does nothing."""
        self._file.close()

    def _finish(self) -> None:
        self._whole = True
        if self._open:
            self._flush()

    def _place(self, chunk: int, at: int) -> int:
        return (chunk * self._count + at) * CHUNK_ROWS * 8

    def _piece(self, chunk: int, at: int) -> Floats:
        self._file.seek(self._place(chunk, at))
        return np.frombuffer(self._file.read(CHUNK_ROWS * 8))
