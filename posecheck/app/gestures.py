"""What a person across the room says without a word: a raised hand, and standing still. Pure.

A raised hand is *one* wrist above the head while the trunk is upright and the other wrist hangs below its shoulder:
reaching up with both arms, or hanging in a fold with the head below the hands, is part of stretching and says nothing.
It has to be the hand nearer the camera: of somebody seen from the side the pose model does not find the other one
(seen on a drawn person).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from posecheck.body import Landmark, Side, of
from posecheck.records import PAUSE_S, Floats, Sighting

#: How long a hand has to stay up.
HAND_S: Final = 1.0
#: How long one has to stand still to begin.
STILL_S: Final = 3.0

#: A wrist is up from so many trunk lengths above the nose on, and down again below the nose by as much.
_UP_TRUNKS: Final = 0.10
_DOWN_TRUNKS: Final = 0.10
#: A wrist that the model believes in less is not seen.
_SEEN: Final = 0.5
#: Shoulders above hips by so many trunk lengths: leaning by less than 45 deg.
_UPRIGHT: Final = 0.7
#: Breathing, swaying and the model's own noise move the joints by less than so many trunk lengths.
_STILL_TRUNKS: Final = 0.12
#: A glance of the model elsewhere, no more, may interrupt a hand or a stillness.
_BLIP_S: Final = 0.3
#: Times are sums of binary fractions.
_EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class HandState:
    """What is remembered of a hand. The default is: none was up."""

    side: Side | None = None
    """Which one is up; None while none is."""
    since_s: float = math.nan
    """Since when it has been up; NaN while none is."""
    seen_s: float = math.nan
    """When it was last seen up."""
    spent: bool = False
    """Whether it has been taken as a sign: it must come down before it is one again."""


def hand_step(state: HandState, sighting: Sighting) -> tuple[HandState, float, bool]:
    """One more picture: the memory, how much of `HAND_S` a hand has been up (0..1), and whether it is a sign now."""
    t_s = sighting.t_s
    hand, known = _hand_up(sighting, state.side)
    unseen_s = t_s - state.seen_s
    if state.spent:
        if hand is state.side:
            return replace(state, seen_s=t_s), 0.0, False
        # Nobody keeps a hand up out of sight: what has not been seen up for as long as a sign takes has come down.
        return (HandState() if known or not 0.0 <= unseen_s <= HAND_S else state), 0.0, False
    if hand is not None and (hand is not state.side or not 0.0 <= unseen_s <= PAUSE_S):
        return HandState(hand, t_s, t_s), 0.0, False
    if hand is None:
        if state.side is None or known or not 0.0 <= unseen_s <= _BLIP_S:
            return HandState(), 0.0, False
    else:
        state = replace(state, seen_s=t_s)
    share = min(1.0, (t_s - state.since_s + _EPSILON_S) / HAND_S)
    if hand is not None and share >= 1.0:
        return replace(state, spent=True), 1.0, True
    return state, min(share, 0.99), False


def _hand_up(sighting: Sighting, mine: Side | None) -> tuple[Side | None, bool]:
    """Which one hand is up, if any, and whether that can be told; None and False where it cannot.

    `mine` was up before: it has to come down further to be down, and unless it is seen, it may still be up. The other
    hand is often behind the trunk for good, which says nothing.
    """
    nose = sighting.point(Landmark.NOSE)
    shoulder, hip = _middle(sighting, "shoulder"), _middle(sighting, "hip")
    trunk_px = float(np.hypot(*(shoulder - hip)))
    if math.isnan(trunk_px) or trunk_px < 1.0 or math.isnan(float(nose[1])):
        return None, False
    if float(hip[1] - shoulder[1]) < _UPRIGHT * trunk_px:
        return None, True
    heights = {side: _wrist_y(sighting, side) for side in Side}
    least_px = {side: float(nose[1]) + (_DOWN_TRUNKS if side is mine else -_UP_TRUNKS) * trunk_px for side in Side}
    raised = [side for side in Side if heights[side] < least_px[side]]  # NaN is never less
    if not raised:
        return None, mine is None or not math.isnan(heights[mine])
    other = heights[raised[0].other]
    is_one = len(raised) == 1 and (math.isnan(other) or other > float(shoulder[1]))
    return (raised[0] if is_one else None), True


def _wrist_y(sighting: Sighting, side: Side) -> float:
    row = of("wrist", side)
    return float(sighting.point(row)[1]) if sighting.visibility[row] >= _SEEN else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class StillState:
    """What is remembered of standing still. The default is: nobody did."""

    anchor: Floats | None = None
    """Where shoulders, hips and knees were when it began, in pixels."""
    since_s: float = math.nan
    seen_s: float = math.nan


def still_step(state: StillState, sighting: Sighting) -> tuple[StillState, float]:
    """One more picture: the memory, and for how many seconds the person has stood still.

    Still is: shoulders, hips and knees within an eighth of a trunk length of where they were. Unseen for longer than a
    blip, or a pause, begins anew.
    """
    t_s = sighting.t_s
    points = np.stack([_middle(sighting, joint) for joint in ("shoulder", "hip", "knee")])
    trunk_px = float(np.hypot(*(points[0] - points[1])))
    if math.isnan(trunk_px) or trunk_px < 1.0:
        held = state.anchor is not None and 0.0 <= t_s - state.seen_s <= _BLIP_S
        return (state, t_s - state.since_s) if held else (StillState(), 0.0)
    if state.anchor is not None and 0.0 < t_s - state.seen_s <= PAUSE_S:
        moved = np.hypot(*(points - state.anchor).T)
        if float(np.nanmax(moved)) <= _STILL_TRUNKS * trunk_px:
            return replace(state, seen_s=t_s), t_s - state.since_s
    return StillState(points, t_s, t_s), 0.0


def _middle(sighting: Sighting, joint: str) -> Floats:
    """(2,) the middle of a paired joint; NaN if either is not seen."""
    return np.asarray((sighting.point(of(joint, Side.LEFT)) + sighting.point(of(joint, Side.RIGHT))) / 2.0)
