"""The hold timer: how many *good* seconds a position has been held.

A frame counts when its verdict is GOOD and the person is in the hold position. The time between two frames is credited
only if both count, so that the timer never runs ahead of what was seen, and lags by at most one frame at either end
of a good spell, whatever the frame rate. It stands still over WARN, over UNKNOWN, out of position, and over a gap in
time longer than `hold.gap_s`.

Out of position for up to `hold.reset_s` is a pause: the seconds go on where they stopped. After longer the hold is
over: its seconds stay readable (a person looks at the screen only after coming up), and the next time the person is
in position a new hold begins at zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from posecheck.records import Hold, Verdict
from posecheck.tunables import Tunable

GAP_S: Final = Tunable(
    "hold.gap_s",
    unit="s",
    default=0.5,
    low=0.1,
    high=5.0,
    step=0.1,
    why="two frames further apart than this are not credited with the time between them",
    source="judgement: lets cameras down to 2 frames a second count, and nothing that a fold and return fits into",
)
RESET_S: Final = Tunable(
    "hold.reset_s",
    unit="s",
    default=5.0,
    low=0.5,
    high=30.0,
    step=0.5,
    why="out of position for longer than this ends a hold; the next one begins at zero",
    source="judgement: time to shift the feet or scratch, too short for a rest",
)
TUNABLES: Final = (GAP_S, RESET_S)


@dataclass(frozen=True, slots=True)
class HoldState:
    """What the timer remembers. The default is: nothing yet."""

    t_s: float = math.nan
    """Of the previous frame."""
    counts: bool = False
    """Whether the previous frame was good and in position."""
    in_s: float = math.nan
    """When the person was last in position; NaN if never."""
    good_s: float = 0.0
    """Good seconds of the present or, out of position, the latest hold."""


def stood_still(state: HoldState, t_s: float) -> HoldState:
    """The timer after a frame at `t_s` of a pause that somebody asked for: no second is added, and none is lost by it."""
    passed_s = 0.0 if math.isnan(state.t_s) else max(0.0, t_s - state.t_s)
    return HoldState(t_s, counts=False, in_s=state.in_s + passed_s, good_s=state.good_s)


def step(
    state: HoldState,
    t_s: float,
    verdict: Verdict,
    in_position: bool,  # noqa: FBT001 - a fact of the frame, like the verdict beside it
    target_s: float,
    *,
    gap_s: float,
    reset_s: float,
) -> tuple[HoldState, Hold]:
    """Carry the timer over one frame at `t_s`.

    `in_position` is False when the position cannot be seen. `good_s` goes on beyond `target_s`.
    """
    counts = in_position and verdict is Verdict.GOOD
    good_s, in_s = state.good_s, state.in_s
    if in_position:
        if not 0 <= t_s - in_s <= reset_s:
            good_s = 0.0
        in_s = t_s
    if counts and state.counts and 0 < t_s - state.t_s <= min(gap_s, reset_s):
        good_s += t_s - state.t_s
    return HoldState(t_s, counts, in_s, good_s), Hold(in_position, good_s, target_s)
