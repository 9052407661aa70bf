"""How are measures smoothed without delay? The One Euro filter (Casiez, Roussel, Vogel, CHI 2012).

A first-order low-pass whose cut-off rises with the speed of the signal: steady while a person holds still, quick while
they move. It works on a vector of signals at once, each with its own clock, so that one that goes missing does not
disturb the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecheck.records import Floats
from posecheck.tunables import Tunable

MIN_CUTOFF: Final = Tunable(
    "smoothing.min_cutoff_hz",
    "Hz",
    default=1.5,
    low=0.1,
    high=10.0,
    step=0.1,
    why="how calm a still signal is: lower is calmer and later (1.5 Hz lags 0.11 s)",
    source="judgement: One Euro tuning rule (about 1 Hz at rest), raised until a 20 deg/s move lags by 2 deg",
)
BETA: Final = Tunable(
    "smoothing.beta",
    "Hz per deg/s",
    default=0.03,
    low=0.0,
    high=1.0,
    step=0.005,
    why="how much quicker the filter gets when a signal moves: higher follows sooner and shakes more",
    source="judgement: 40 deg/s then passes with 2.7 Hz, which lags 0.06 s",
)
D_CUTOFF: Final = Tunable(
    "smoothing.d_cutoff_hz",
    "Hz",
    default=1.0,
    low=0.1,
    high=10.0,
    step=0.1,
    why="how calm the speed is that steers the filter",
    source="Casiez, Roussel, Vogel, CHI 2012: 1 Hz",
)
GAP: Final = Tunable(
    "smoothing.gap_s",
    "s",
    default=0.5,
    low=0.05,
    high=5.0,
    step=0.05,
    why="after so long without a value the filter forgets what was before",
    source="judgement: half a second is more than a step of a slow stretch, less than a change of posture",
)
TUNABLES: Final = (MIN_CUTOFF, BETA, D_CUTOFF, GAP)


def _no_values() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class OneEuro:
    """What the filter remembers: for each signal when it was last seen, its value and its speed. Empty at the start."""

    t_s: Floats = field(default_factory=_no_values)
    """(n,) -inf for a signal not seen yet."""
    value: Floats = field(default_factory=_no_values)
    speed: Floats = field(default_factory=_no_values)


def _alpha(cutoff_hz: Floats | float, dt_s: Floats) -> Floats:
    """Weight of the new value for a low-pass of `cutoff_hz` after `dt_s`; 0 when no time has passed."""
    turn = 2.0 * np.pi * cutoff_hz * dt_s
    out: Floats = turn / (turn + 1.0)
    return out


def step(
    state: OneEuro, t_s: float, values: Floats, profile: Mapping[str, float], wraps: NDArray[np.bool_] | None = None
) -> tuple[OneEuro, Floats]:
    """Filter the (n,) signals `values` seen at `t_s` seconds.

    A NaN comes out as NaN and leaves that signal's memory as it was. A signal not seen for `smoothing.gap_s`, and
    every one when time runs backwards (a new stream), starts again with its present value. A second value for the same
    moment changes nothing: the filtered one comes out again.
    Signals marked in `wraps` are directions in degrees: 359 is next to 1, and the output keeps running past a full
    turn instead of jumping; wrap it where it is shown.
    Raises ValueError if the number of signals changes.
    """
    if state.value.size == 0:
        state = OneEuro(np.full(values.shape, -np.inf), np.zeros(values.shape), np.zeros(values.shape))
    if state.value.shape != values.shape:
        raise ValueError(f"smoothing: {values.size} signals after {state.value.size}; a filter keeps its signals")
    seen = np.isfinite(values)
    since_s = t_s - state.t_s
    fresh = (since_s > profile[GAP.key]) | (since_s < 0.0)
    dt_s = np.where(fresh, 0.0, since_s)
    moved = values - state.value
    if wraps is not None:
        moved = np.where(wraps & ~fresh, (moved + 180.0) % 360.0 - 180.0, moved)
    # With no time passed alpha is 0, so that the speed divided by here never matters.
    speed = moved / np.where(dt_s > 0.0, dt_s, 1.0)
    speed = state.speed + _alpha(profile[D_CUTOFF.key], dt_s) * (speed - state.speed)
    cutoff_hz = profile[MIN_CUTOFF.key] + profile[BETA.key] * np.abs(speed)
    filtered = state.value + _alpha(cutoff_hz, dt_s) * moved
    filtered = np.where(fresh, values, filtered)
    speed = np.where(fresh, 0.0, speed)
    kept = OneEuro(
        np.where(seen, t_s, state.t_s), np.where(seen, filtered, state.value), np.where(seen, speed, state.speed)
    )
    return kept, np.where(seen, filtered, np.nan)
