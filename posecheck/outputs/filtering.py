"""The offline filter of the tables: outliers out (Hampel), then a low-pass without lag (Butterworth, 6 Hz, order 4).

What the field uses for joint angles (Sports2D, Pose2Sim; Winter 2009). It looks into the future, so no verdict ever
uses it: live and recorded would differ. The clock may be uneven: each run of values is laid on an even clock by straight
lines, filtered there, and read off at its own times. A gap is never bridged, and nothing is filled in.

Written out here because scipy is 110 MB for these forty lines.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from posecheck.records import Floats

CUTOFF_HZ: Final = 6.0
#: Two passes of an order-2 filter, forth and back, make order 4 without lag. Each pass is set 1/0.802 higher, so that
#: both together let half of the power through at `CUTOFF_HZ` (Winter 2009, section 2.2.4.4).
_PASS_CORRECTION: Final = (math.sqrt(2.0) - 1.0) ** 0.25
#: A value further than so many robust standard deviations from the median of its surroundings is an outlier ...
_HAMPEL_SIGMAS: Final = 3.0
#: ... of so many values to each side (Sports2D: a window of 7).
_HAMPEL_HALF: Final = 3
#: Values that are looked at together.
_BLOCK: Final = 4096
_MAD_TO_SIGMA: Final = 1.4826
#: A still person has no spread at all: nearer than this to the median nothing is an outlier.
_LEAST_SPREAD: Final = 0.25
#: Times further apart than this are a gap.
GAP_S: Final = 0.5
#: Fewer values than this in a run cannot be filtered: they come out empty.
_LEAST_RUN: Final = 8
#: The low-pass needs a clock at least so many times faster than its cut-off; a slower clip only loses its outliers.
_LEAST_RATE: Final = 2.5


def filtered(t_s: Floats, values: Floats) -> Floats:
    """`values` at the strictly rising times `t_s`, filtered; NaN where they are NaN and in runs too short to filter."""
    out = np.full(values.shape, math.nan)
    for run in _runs(t_s, values):
        if run.stop - run.start >= _LEAST_RUN:
            out[run] = _low_pass(t_s[run], without_outliers(values[run]))
    return out


def without_outliers(values: Floats) -> Floats:
    """A run of values with outliers replaced by the median of their surroundings (Hampel)."""
    padded = np.pad(values, _HAMPEL_HALF, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _HAMPEL_HALF + 1)
    out = np.empty(len(values))
    for begin in range(0, len(values), _BLOCK):  # a median copies its windows: those of an hour would be many MB
        block = windows[begin : begin + _BLOCK]
        now = values[begin : begin + _BLOCK]
        median = np.median(block, axis=1)
        spread = _MAD_TO_SIGMA * np.median(np.abs(block - median[:, None]), axis=1)
        outlier = np.abs(now - median) > np.maximum(_HAMPEL_SIGMAS * spread, _LEAST_SPREAD)
        out[begin : begin + _BLOCK] = np.where(outlier, median, now)
    return out


def _runs(t_s: Floats, values: Floats) -> Iterator[slice]:
    """The stretches without a gap."""
    seen = np.isfinite(values)
    begins = seen & np.concatenate([[True], ~seen[:-1] | (np.diff(t_s) > GAP_S)])[: len(values)]
    starts = np.flatnonzero(begins)
    for number, start in enumerate(starts.tolist()):
        stop = int(starts[number + 1]) if number + 1 < len(starts) else len(values)
        unseen = np.flatnonzero(~seen[start:stop])
        yield slice(start, start + int(unseen[0]) if unseen.size else stop)


def _low_pass(t_s: Floats, values: Floats) -> Floats:
    step_s = float(np.median(np.diff(t_s)))
    if 1.0 / step_s < _LEAST_RATE * CUTOFF_HZ:
        return values
    count = max(2, round(float(t_s[-1] - t_s[0]) / step_s) + 1)
    even_s = np.linspace(t_s[0], t_s[-1], count)
    smooth = butterworth(np.interp(even_s, t_s, values), (count - 1) / float(t_s[-1] - t_s[0]))
    return np.asarray(np.interp(t_s, even_s, smooth), np.float64)


def butterworth(values: Floats, rate_hz: float) -> Floats:
    """Low-pass evenly spaced values, forth and back: order 4, no lag, half of the power at `CUTOFF_HZ`.

    The ends are continued as mirrored through the end point, so that the filter has settled when it reaches them.
    """
    b, a = _coefficients(rate_hz)
    pad = min(len(values) - 1, max(9, math.ceil(rate_hz / CUTOFF_HZ * 2.0)))
    head = 2.0 * values[0] - values[pad:0:-1]
    tail = 2.0 * values[-1] - values[-2 : -pad - 2 : -1]
    out = np.concatenate([head, values, tail])
    for _ in range(2):
        out = _one_way(out, b, a)[::-1]
    return np.asarray(out[pad : pad + len(values)], np.float64)


def _coefficients(rate_hz: float) -> tuple[tuple[float, float, float], tuple[float, float]]:
    """Of an order-2 Butterworth low-pass by the bilinear transform."""
    warped = math.tan(math.pi * min(CUTOFF_HZ / _PASS_CORRECTION / rate_hz, 0.49))
    norm = 1.0 / (1.0 + math.sqrt(2.0) * warped + warped * warped)
    b0 = warped * warped * norm
    return (b0, 2.0 * b0, b0), (
        2.0 * (warped * warped - 1.0) * norm,
        (1.0 - math.sqrt(2.0) * warped + warped**2) * norm,
    )


def _one_way(values: Floats, b: tuple[float, float, float], a: tuple[float, float]) -> Floats:
    """One pass of the filter, begun as if the first value had stood for ever."""
    (b0, b1, b2), (a1, a2) = b, a
    x1 = x2 = y1 = y2 = float(values[0])
    out = []
    for x in values.tolist():
        y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x2, x1, y2, y1 = x1, x, y1, y
        out.append(y)
    return np.array(out)
