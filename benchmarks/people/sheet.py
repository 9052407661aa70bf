"""Where does a sheet lie that is pulled taut over bumps? (the upper convex hull of heights in a row)"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Heights = NDArray[np.float64]


def taut_over(heights: Heights) -> Heights:
    """The lowest heights (R, C) of a sheet without hollows over `heights` (R, C): each column on its own.

    The rows are evenly spaced. Nowhere below `heights`, and equal to them at the first and the last row.
    """
    first, last, share, row = _chords(len(heights))
    chords = heights[first] + share[:, None] * (heights[last] - heights[first])
    return np.maximum.reduceat(chords, row, axis=0)


@cache
def _chords(rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Heights, NDArray[np.int64]]:
    """For each row in turn all pairs of rows that span it: the pair, how far between them it lies, where it begins."""
    spans = [(j, i, k) for j in range(rows) for i in range(j + 1) for k in range(j, rows)]
    at, first, last = np.array(spans, dtype=np.int64).T
    share = (at - first) / np.maximum(last - first, 1)
    return first, last, share, np.searchsorted(at, np.arange(rows))
