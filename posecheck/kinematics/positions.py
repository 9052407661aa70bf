"""Which position is the person in: standing, kneeling, on a chair, on the floor, lying, or unknown?

Two quantities decide, both in leg lengths, so that distance does not matter: how high the hips are above the lowest foot
or knee, and how far the weight of the trunk is in front of the hindmost foot. Standing, the feet are under the weight,
however deep the bend; sitting, they are in front of it. `position` classifies one frame; `hold` keeps the accepted
position until another one has lasted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from posecheck.body import Landmark, Side, of
from posecheck.kinematics.spine import quality_gates
from posecheck.records import Floats
from posecheck.tunables import Tunable

STANDING: Final = "standing"
KNEELING: Final = "kneeling"
SEATED: Final = "seated"
FLOOR: Final = "floor"
LYING: Final = "lying"
UNKNOWN: Final = ""

STANDING_FROM: Final = Tunable(
    "posture.standing_from",
    "",
    default=0.74,
    low=0.5,
    high=0.95,
    step=0.01,
    why="height of the hips (in leg lengths, corrected for where the feet are) from which somebody stands",
    source="measured on 200 synthetic people: here chairs and standing are separated best, 4 in 100 of either misread",
)
FLOOR_BELOW: Final = Tunable(
    "posture.floor_below",
    "",
    default=0.42,
    low=0.2,
    high=0.5,
    step=0.01,
    why="height of the hips (in leg lengths) below which somebody sits on the floor and not on a chair",
    source="measured on 200 synthetic people: 9 in 10 pictures on the floor are below, 97 in 100 on chairs above",
)
DOUBT: Final = Tunable(
    "posture.doubt",
    "",
    default=0.02,
    low=0.0,
    high=0.1,
    step=0.01,
    why="so near to one of these two bounds a single picture is undecided; wider waits longer, narrower errs more",
    source="judgement: costs 2-3 pictures in 100, which the memory bridges",
)
HANGS: Final = Tunable(
    "posture.thigh_hangs_deg",
    "deg",
    default=45.0,
    low=20.0,
    high=60.0,
    step=5.0,
    why="with the feet out of sight, a thigh raised less than this is taken for standing",
    source="measured on 200 synthetic people: 9 of 10 bends stay below it, 9 of 10 seats above",
)
TURN: Final = Tunable(
    "posture.turn_s",
    "s",
    default=0.7,
    low=0.0,
    high=3.0,
    step=0.1,
    why="how long the pictures must show another position before it is believed",
    source="judgement: as for the facing, longer than a glitch, shorter than sitting down takes",
)
KEEP: Final = Tunable(
    "posture.keep_s",
    "s",
    default=3.0,
    low=0.0,
    high=10.0,
    step=0.5,
    why="how long a position is kept while no picture shows one; nobody is out of view for long without moving",
    source="judgement: as for the facing",
)
TUNABLES: Final = (STANDING_FROM, FLOOR_BELOW, DOUBT, HANGS, TURN, KEEP)

_HIPS: Final = (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)
_SHOULDERS: Final = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)
_LEGS: Final = tuple(tuple(int(of(joint, side)) for joint in ("hip", "knee", "ankle")) for side in Side)

#: The trunk's weight (with head and arms) lies so far up from hip to shoulder, less the legs' part behind it.
_WEIGHT_AT: Final = 0.35
#: How much less the height of the hips counts with the weight behind the feet, and within which bounds.
_BALANCE: Final = 0.4
_BALANCE_RANGE: Final = (-0.8, 0.3)
#: Range of a shin on the floor (`angles.shank_inclination_deg`), the thigh above it not far back, its knee at most so
#: much above the lowest joint: a perspective from above shows the other foot lower.
_SHIN_ON_FLOOR_DEG: Final = (55.0, 125.0)
_THIGH_BACK_DEG: Final = -35.0
_KNEE_ABOVE: Final = 0.30
_KNEELING_HEIGHT: Final = (0.15, 0.85)
#: With the weight further forward than this over the hindmost foot nobody sits.
_SITS_UP_TO: Final = 0.1
#: ... and with it further forward than this nobody sits on the floor: with hips so low it is a squat.
_FLOOR_UP_TO: Final = -0.15
#: A leg that reaches down by more than this share of its length is stood on: straight and upright.
_STANDS_FROM: Final = 0.94
#: A leg that reaches down by less than this share of its length lies on the floor; on a chair 98 of 100 reach further.
_LIES_BELOW: Final = 0.30
#: Lying: the trunk not further past upside down than this, and the hips no higher than this above the legs.
_LYING_TO_DEG: Final = -160.0
_LYING_HEIGHT: Final = 0.5


def position(seen: Floats, facing: int, profile: Mapping[str, float]) -> str:
    """What one frame looks like: "standing", "kneeling", "seated" (on a chair), "floor", "lying", or "".

    `seen` are the (33, 2) landmarks in pixels, NaN for those that are not seen (`framing.seen_px`).
    Needs a hip, a shoulder and the near or far leg down to the ankle; with a knee only, a thigh that hangs down is
    taken for standing (half-kneeling looks the same then) and any other one is unknown.
    Empty as well: facing unknown, between two positions, a squat so deep that the hips are below the knees.
    Lying is on the back (`quality_gates.MIN_INCLINATION` and beyond); on the front it is unknown.
    Limits: camera roll adds to it, and a high camera lifts what is further away. Measured on synthetic people,
    single pictures: see `benchmarks.positions`.
    """
    if facing == 0:
        return UNKNOWN
    body = _Body.of(seen.tolist(), facing)
    if body is None:
        return UNKNOWN
    if not body.height_known:
        return STANDING if body.thigh_deg < profile[HANGS.key] else UNKNOWN
    low, high = profile[FLOOR_BELOW.key], profile[STANDING_FROM.key]
    doubt = profile[DOUBT.key]
    if _LYING_TO_DEG < body.trunk_deg < profile[quality_gates.MIN_INCLINATION.key]:
        return LYING if body.height < _LYING_HEIGHT else UNKNOWN
    if body.kneels:
        return KNEELING
    bounded = min(max(body.balance, _BALANCE_RANGE[0]), _BALANCE_RANGE[1])
    upright = body.height + _BALANCE * bounded
    if upright > high + doubt or body.steepest_leg > _STANDS_FROM:
        return STANDING
    if upright > high - doubt:
        return UNKNOWN
    if body.balance > _SITS_UP_TO:
        return UNKNOWN
    lies = body.lowest_leg < _LIES_BELOW
    if not lies and abs(body.height - low) < doubt:
        return UNKNOWN
    if body.height > low and not lies:
        return SEATED
    return FLOOR if body.balance < _FLOOR_UP_TO else UNKNOWN


@dataclass(frozen=True, slots=True)
class _Body:
    """The features the position is classified by; lengths in leg lengths, up and forward from the mid-hip."""

    trunk_deg: float
    """hip → shoulder against upright, + forward, -180..180."""
    thigh_deg: float
    """The least raised thigh seen (`angles.thigh_inclination_deg`); NaN if no knee is."""
    height_known: bool
    height: float
    """Of the hips above the lowest ankle or knee."""
    balance: float
    """How far the weight is in front of the hindmost ankle."""
    steepest_leg: float
    """Of the leg that reaches down most, how far, as a share of its own length: 1 straight down, 0 level."""
    lowest_leg: float
    """The same for the leg that reaches down least."""
    kneels: bool

    @staticmethod
    def of(points: list[list[float]], facing: int) -> _Body | None:
        """Of the 33 landmarks; None without hip, shoulder or any knee."""
        hip, shoulder = (_middle(points[left], points[right]) for left, right in (_HIPS, _SHOULDERS))
        if math.isnan(hip[0]) or math.isnan(shoulder[0]):
            return None
        legs = []
        for rows in _LEGS:
            start, knee, ankle = (points[row] for row in rows)
            if not math.isnan(knee[0]):
                legs.append((hip if math.isnan(start[0]) else start, knee, ankle))
        if not legs:
            return None
        trunk_deg = math.degrees(math.atan2((shoulder[0] - hip[0]) * facing, hip[1] - shoulder[1]))
        thighs_deg = [math.degrees(math.atan2((k[0] - h[0]) * facing, k[1] - h[1])) for h, k, _ in legs]
        whole = [(h, k, a, deg) for (h, k, a), deg in zip(legs, thighs_deg, strict=True) if not math.isnan(a[0])]
        length = max((math.dist(h, k) + math.dist(k, a) for h, k, a, _ in whole), default=0.0)
        if not length > 0.0:
            return _Body(
                trunk_deg,
                min(thighs_deg),
                height_known=False,
                height=math.nan,
                balance=math.nan,
                steepest_leg=math.nan,
                lowest_leg=math.nan,
                kneels=False,
            )
        height = max(max(k[1], a[1]) - hip[1] for _, k, a, _ in whole) / length
        height = max(height, max(k[1] - hip[1] for _, k, _ in legs) / length)
        hindmost = min((a[0] - hip[0]) * facing for _, _, a, _ in whole) / length
        weight = _WEIGHT_AT * (shoulder[0] - hip[0]) * facing / length
        kneels = _KNEELING_HEIGHT[0] < height < _KNEELING_HEIGHT[1] and any(
            _SHIN_ON_FLOOR_DEG[0]
            < math.degrees(math.atan2((k[0] - a[0]) * facing, a[1] - k[1]))
            < _SHIN_ON_FLOOR_DEG[1]
            and deg > _THIGH_BACK_DEG
            and (k[1] - hip[1]) / length > height - _KNEE_ABOVE
            for _, k, a, deg in whole
        )
        down = [(a[1] - h[1]) / (math.dist(h, k) + math.dist(k, a)) for h, k, a, _ in whole]
        return _Body(trunk_deg, min(thighs_deg), True, height, weight - hindmost, max(down), min(down), kneels)


def _middle(left: list[float], right: list[float]) -> list[float]:
    """The middle of both sides' joint, or the side that is seen; NaN if neither is."""
    if math.isnan(left[0]):
        return right
    if math.isnan(right[0]):
        return left
    return [(left[0] + right[0]) / 2.0, (left[1] + right[1]) / 2.0]


@dataclass(frozen=True, slots=True)
class PositionState:
    """What is remembered of the position."""

    position: str = UNKNOWN
    since_s: float = math.nan
    """When the pictures began to show another one; NaN while they do not."""
    seen_s: float = math.nan
    """When a picture last showed one."""


def hold(state: PositionState, t_s: float, looks: str, profile: Mapping[str, float]) -> PositionState:
    """The accepted position after a frame that `looks` like one ("" if unknown).

    The first known one is accepted at once, another one after `posture.turn_s`. Unknown frames change nothing for
    `posture.keep_s`; then, and when time runs backwards, the position is forgotten.
    """
    away_s = t_s - state.seen_s
    if away_s < 0.0 or away_s > profile[KEEP.key]:
        state = PositionState()
    if looks == UNKNOWN:
        return state
    if state.position in (UNKNOWN, looks):
        return PositionState(looks, math.nan, t_s)
    since_s = t_s if math.isnan(state.since_s) else state.since_s
    if t_s - since_s >= profile[TURN.key]:
        return PositionState(looks, math.nan, t_s)
    return PositionState(state.position, since_s, t_s)
