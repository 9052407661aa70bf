"""Has the pose model swapped left and right leg?

With one leg in front of the other a pose model now and then swaps them, and back again, and in between reports both
somewhere in the middle. Legs do not jump: in a stretch an ankle moves at up to 1.7 leg lengths a second, and at 3 to 17
where the model swaps (synthetic people). So each leg is tracked from where it was: swapped legs are swapped back, and a
leg that has jumped anywhere else is NaN.

A model that is steady again is believed, whatever the sides. Which leg leads is decided elsewhere (`lead_leg`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from posecheck.body import Side, of
from posecheck.records import Floats
from posecheck.tunables import Tunable

REACH: Final = Tunable(
    "apart.reach",
    "",
    default=0.1,
    low=0.02,
    high=0.5,
    step=0.01,
    why="how far a knee or ankle may be from where it was, in lengths of the leg, whatever the time; lower takes a "
    "scattering joint for a leap",
    source="measured on synthetic people: joints of a leg held still scatter by up to 0.06",
)
SPEED: Final = Tunable(
    "apart.speed_per_s",
    "",
    default=2.0,
    low=0.5,
    high=20.0,
    step=0.1,
    why="how fast a knee or ankle may go, in lengths of the leg a second; lower withholds legs that are swung",
    source="measured on synthetic people: 1.7 where a leg is swung back within 1.8 s, 3 and more where the model leaps",
)
SETTLE: Final = Tunable(
    "apart.settle_s",
    "s",
    default=0.5,
    low=0.1,
    high=10.0,
    step=0.1,
    why="legs that are drawn without a leap for so long are taken as they are drawn, whatever was before",
    source="measured on synthetic people: a model that cannot tell the legs leaps again within 0.4 s",
)
TUNABLES: Final = (REACH, SPEED, SETTLE)

#: Rows of hip, knee and ankle of each leg.
_ROWS: Final = {side: [int(of(joint, side)) for joint in ("hip", "knee", "ankle")] for side in Side}
#: A bone whose length changes by more than this lies halfway between two legs.
_BONES_AGREE: Final = (0.8, 1.25)


@dataclass(frozen=True, slots=True)
class Leg:
    """Knee and ankle of one leg at one time, from the middle of the hips, in pixels."""

    t_s: float
    knee: tuple[float, float]
    ankle: tuple[float, float]

    @property
    def thigh_px(self) -> float:
        """From the middle of the hips."""
        return math.hypot(*self.knee)

    @property
    def shin_px(self) -> float:
        """Knee to ankle."""
        return math.dist(self.knee, self.ankle)


@dataclass(frozen=True, slots=True)
class LegState:
    """Where one leg was. The default: not seen yet."""

    known: Leg | None = None
    """Where it was last accepted."""
    drawn: Leg | None = None
    """Where the model last reported the leg of this side."""
    since_s: float = math.nan
    """Since when it has reported that without a jump."""


@dataclass(frozen=True, slots=True)
class SwapState:
    """Where the legs were."""

    left: LegState = LegState()
    right: LegState = LegState()


def step(
    state: SwapState, t_s: float, seen: Floats, visibility: Floats, profile: Mapping[str, float]
) -> tuple[SwapState, Floats, Floats]:
    """Take in one frame: the new memory, and `seen` (33, 2) and `visibility` (33,) with the legs corrected.

    Legs that have both jumped, each to where the other was, are swapped back. Knee and ankle of a leg that has jumped
    anywhere else are NaN, and those of the other one stay. Legs without a jump for `apart.settle_s`, both if both are
    seen, are accepted as reported, and so is one that was not seen for so long. Time that runs backwards starts again.
    """
    legs = {side: _leg(t_s, seen, side) for side in Side}
    before = {Side.LEFT: state.left, Side.RIGHT: state.right}
    drawn = {side: _drawn(before[side], legs[side], profile) for side in Side}
    if _exchanged(drawn, legs, profile):
        out = {side: replace(drawn[side], known=legs[side.other]) for side in Side}
        seen, visibility = seen.copy(), visibility.copy()
        own = _ROWS[Side.LEFT][1:] + _ROWS[Side.RIGHT][1:]
        other = _ROWS[Side.RIGHT][1:] + _ROWS[Side.LEFT][1:]
        seen[own], visibility[own] = seen[other], visibility[other]
        return SwapState(out[Side.LEFT], out[Side.RIGHT]), seen, visibility
    settled = all(t_s - drawn[side].since_s >= profile[SETTLE.key] for side in Side if legs[side] is not None)
    for side in Side:
        leg = legs[side]
        if leg is None:
            continue
        if settled or _share(drawn[side].known, leg, profile) <= 1.0:
            drawn[side] = replace(drawn[side], known=leg)
        else:
            seen = seen.copy()
            seen[_ROWS[side][1:]] = np.nan
    return SwapState(drawn[Side.LEFT], drawn[Side.RIGHT]), seen, visibility


def _leg(t_s: float, seen: Floats, side: Side) -> Leg | None:
    """The leg as reported; None unless both hips and its knee and ankle are seen."""
    hips = (seen[_ROWS[Side.LEFT][0]] + seen[_ROWS[Side.RIGHT][0]]) / 2.0
    (knee_x, knee_y), (ankle_x, ankle_y) = (seen[_ROWS[side][1:]] - hips).tolist()
    if math.isnan(knee_x + ankle_x):
        return None
    return Leg(t_s, (knee_x, knee_y), (ankle_x, ankle_y))


def _drawn(state: LegState, leg: Leg | None, profile: Mapping[str, float]) -> LegState:
    """The state with the leg as reported now; a new one where it was not seen for long."""
    if leg is None:
        return state
    if state.drawn is None or not 0.0 < leg.t_s - state.drawn.t_s <= profile[SETTLE.key]:
        return LegState(leg, leg, leg.t_s)
    jumped = _share(state.drawn, leg, profile) > 1.0
    return LegState(state.known, leg, leg.t_s if jumped else state.since_s)


def _exchanged(states: Mapping[Side, LegState], legs: Mapping[Side, Leg | None], profile: Mapping[str, float]) -> bool:
    """Whether the model has swapped the sides: both legs are where the other one was, and not where they were."""
    left, right = legs[Side.LEFT], legs[Side.RIGHT]
    if left is None or right is None:
        return False
    if all(left.t_s - states[side].since_s >= profile[SETTLE.key] for side in Side):
        return False
    own = [_share(states[side].known, legs[side], profile) for side in Side]
    other = [_share(states[side].known, legs[side.other], profile) for side in Side]
    return max(other) <= 1.0 and min(own) > 0.5 and max(other) < max(own)


def _share(before: Leg | None, now: Leg | None, profile: Mapping[str, float]) -> float:
    """How far the joint that moved most has moved, as a share of how far it can have moved.

    More than 1 is a jump; so is a bone of another length.
    """
    if before is None or now is None:
        return math.inf
    low, high = _BONES_AGREE
    for was, bone in ((before.thigh_px, now.thigh_px), (before.shin_px, now.shin_px)):
        if not low * was <= bone <= high * was:
            return math.inf
    length_px = before.thigh_px + before.shin_px
    reach_px = length_px * (profile[REACH.key] + profile[SPEED.key] * (now.t_s - before.t_s))
    went_px = max(math.dist(before.knee, now.knee), math.dist(before.ankle, now.ankle))
    return went_px / reach_px if reach_px > 0.0 else math.inf
