"""Which leg does the work, and what are the angles of both?

The *lead* leg is the one a stretch is about, defined by its role: the raised one, the one in front, the straighter
one, the one that is stood on, the one that crosses. Its side is found by comparing
both legs, and kept until the other leg has led for a while, so that a foot set down for a moment changes nothing.

A pose model reports a far leg that the near one hides, with too high a visibility. So the far leg is measured only
where its visibility is high *and* its bones are about as long as those of the near leg.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.body import Side, of
from posecheck.kinematics import angles, positions
from posecheck.records import Floats
from posecheck.tunables import Tunable

MIN_FAR_VISIBILITY: Final = Tunable(
    "legs.min_far_visibility",
    "",
    default=0.5,
    low=0.0,
    high=1.0,
    step=0.05,
    why="joints of the far leg that the pose model is less sure of are not measured; lower guesses hidden legs",
    source="measured on synthetic people: from here on the far leg, its bones checked, is read as well as the near one",
)
DOUBT: Final = Tunable(
    "legs.doubt",
    "",
    default=0.1,
    low=0.0,
    high=0.5,
    step=0.01,
    why="legs that differ by less than this share of a leg's length do not show which of them leads",
    source="measured on synthetic people: feet side by side differ by less in 9 of 10 pictures",
)
TURN: Final = Tunable(
    "legs.turn_s",
    "s",
    default=1.0,
    low=0.0,
    high=5.0,
    step=0.1,
    why="how long the other leg must be seen to lead before the side is changed",
    source="judgement: longer than a foot set down to rest, shorter than changing sides takes",
)
TUNABLES: Final = (MIN_FAR_VISIBILITY, DOUBT, TURN)

#: The rows of hip, knee and ankle.
_ROWS: Final = {side: tuple(int(of(joint, side)) for joint in ("hip", "knee", "ankle")) for side in Side}
#: The far leg's bones against the near leg's, in the picture: outside of this one of them is a guess.
_BONES_AGREE: Final = (0.7, 1.35)
#: With one leg in sight, a knee straighter than this is that of the straight leg.
_STRAIGHT_DEG: Final = 35.0
#: Nobody in view for this long: it may be another person, or another side.
_FORGET_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class LeadState:
    """What is remembered of the lead leg."""

    role: str = ""
    side: Side | None = None
    since_s: float = math.nan
    """When the other side began to look like it; NaN while it does not."""
    t_s: float = math.nan
    """Of the latest frame in which a leg was seen."""


def lead_step(
    state: LeadState, t_s: float, role: str, seen: Floats, facing: int, position: str, profile: Mapping[str, float]
) -> LeadState:
    """Take in one frame: which side leads, as far as is known.

    `role` is one of `records.LEADS`; with "" no side leads. The first frame with evidence is believed, another side after
    `legs.turn_s` of contrary frames. Frames without evidence (both feet down, a leg hidden) change nothing. It is
    forgotten with another role, when time runs backwards and after three seconds with no leg in sight.
    """
    away_s = t_s - state.t_s
    if role != state.role or away_s < 0.0 or away_s > _FORGET_S:
        state = LeadState(role)
    points = seen.tolist()
    if all(math.isnan(points[knee][0]) for _, knee, _ in _ROWS.values()):
        return state
    score = lead_score(points, facing, role, position)
    if math.isnan(score) or abs(score) < profile[DOUBT.key]:
        return LeadState(role, state.side, state.since_s, t_s)
    observed = Side.LEFT if score > 0.0 else Side.RIGHT
    if state.side in (None, observed):
        return LeadState(role, observed, math.nan, t_s)
    since_s = t_s if math.isnan(state.since_s) else state.since_s
    if t_s - since_s >= profile[TURN.key]:
        return LeadState(role, observed, math.nan, t_s)
    return LeadState(role, state.side, since_s, t_s)


def lead_score(points: list[list[float]], facing: int, role: str, position: str) -> float:
    """How much more the person's left leg looks like the one of this role than the right one, in leg lengths.

    Positive: the left. NaN without a role or facing, and unless hip, knee and ankle of both legs are seen (33 `points`
    in pixels, NaN for unseen). Crossed legs hide each other's knee, so that "crossed" needs both ankles and one
    whole leg, upright.
    "raised": whose foot and thigh are higher. "front", "crossed": whose foot is further forward. "straight": whose
    knee is straighter and whose foot is further forward; one straight leg seen alone is evidence as well. "standing":
    whose foot is lower and, the other leg going back, further forward. Lying, higher replaces further forward.
    Limits: where there is evidence, the pose model swaps the legs in one picture of ten, half-kneeling one of five
    (`benchmarks.positions`); a view further from side-on gives evidence less often.
    """
    if facing == 0 or role == "":
        return math.nan
    lying = position == positions.LYING
    if role == "crossed" and not lying:
        return _crossed_score(points, facing)
    left, right = (_Leg.of(points, side) for side in Side)
    if left is None or right is None:
        one = left or right
        if role != "straight" or one is None or abs(one.knee_deg) > _STRAIGHT_DEG:
            return math.nan
        return 1.0 if one is left else -1.0
    length = max(left.length, right.length)
    higher = (right.ankle[1] - left.ankle[1]) / length
    ahead = higher if lying else (left.ankle[0] - right.ankle[0]) * facing / length
    if role == "raised":
        return higher if lying else 0.5 * (higher + (left.thigh_deg(facing) - right.thigh_deg(facing)) / 90.0)
    if role == "straight":
        return ahead + 0.5 * (abs(right.knee_deg) - abs(left.knee_deg)) / 90.0
    if role == "standing":
        return ahead - higher
    return ahead


def _crossed_score(points: list[list[float]], facing: int) -> float:
    """How much further forward the left foot is, in leg lengths; the legs' length is that of the longer one seen whole."""
    whole = [leg.length for leg in (_Leg.of(points, side) for side in Side) if leg is not None]
    (_, _, left), (_, _, right) = (_ROWS[side] for side in Side)
    return (points[left][0] - points[right][0]) * facing / max(whole, default=math.nan)


@dataclass(frozen=True, slots=True)
class _Leg:
    """One whole leg in the picture."""

    hip: list[float]
    knee: list[float]
    ankle: list[float]

    @staticmethod
    def of(points: list[list[float]], side: Side) -> _Leg | None:
        """None unless all three joints are seen and in different places."""
        leg = _Leg(*(points[row] for row in _ROWS[side]))
        return leg if leg.length > 0.0 else None

    @property
    def length(self) -> float:
        """In pixels; NaN if a joint is not seen."""
        return math.dist(self.hip, self.knee) + math.dist(self.knee, self.ankle)

    @property
    def knee_deg(self) -> float:
        """0 straight, -180..180."""
        thigh, shin = (
            math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in ((self.hip, self.knee), (self.knee, self.ankle))
        )
        return angles.wrap_deg(math.degrees(shin - thigh))

    def thigh_deg(self, facing: int) -> float:
        """As `angles.thigh_inclination_deg`."""
        forward, down = (self.knee[0] - self.hip[0]) * facing, self.knee[1] - self.hip[1]
        return angles.wrap_inclination_deg(math.degrees(math.atan2(forward, down)))


def far_leg(
    seen: Floats, visibility: Floats, near: Side | None, profile: Mapping[str, float]
) -> tuple[Floats, Floats, Floats]:
    """Hip, knee and ankle of the far leg in pixels, (2,) each; all NaN unless it is seen reliably.

    Reliably: hip, knee and ankle are among the `seen` (33, 2), each at least `legs.min_far_visibility` visible, and, where
    the near leg is seen too, thigh and shin are 0.7 to 1.35 times as long as its own.
    """
    if near is None:
        return _NOTHING
    rows = _ROWS[near.other]
    least = profile[MIN_FAR_VISIBILITY.key]
    if any(float(visibility[row]) < least for row in rows):
        return _NOTHING
    hip, knee, ankle = (seen[row] for row in rows)
    if math.isnan(hip[0] + knee[0] + ankle[0]):
        return _NOTHING
    other = [seen[row] for row in _ROWS[near]]
    low, high = _BONES_AGREE
    for bone, its in (
        (math.dist(hip, knee), math.dist(other[0], other[1])),
        (math.dist(knee, ankle), math.dist(other[1], other[2])),
    ):
        if bone < low * its or bone > high * its:
            return _NOTHING
    return hip, knee, ankle


def far_knee_is_measurable(position: str) -> bool:
    """Whether the flexion of the lead knee can be measured when that leg is the far one: only lying.

    Lying, one leg is up and the other down, so that neither hides the other and both are measured equally well. In every
    other position the near leg, an arm or the trunk covers the far knee. The pose model then guesses, with a visibility
    of 0.7 and more and bones of the right length: a raised far knee flexed by 38° was steadily reported at 18°, a
    straight one in front at 29° (synthetic people). The landmarks do not show that it is a guess, so it is not used.
    """
    return position == positions.LYING


_NOTHING: Final = (np.full(2, np.nan), np.full(2, np.nan), np.full(2, np.nan))


def leg_deg(thigh_inclination_deg: float, position: str) -> float:
    """How far a leg is raised.

    Standing, sitting, kneeling: its thigh forward of hanging straight down; 0 hangs, 90 level, negative behind.
    Lying: its thigh above the floor; 0 flat on it, 90 straight up. NaN if the thigh's inclination is.
    Needs hip and knee, read from the side. Limits: camera roll adds to it one to one.
    Source: hip flexion against the vertical; lying, the straight-leg raise (thigh against the floor).
    """
    return thigh_inclination_deg - 90.0 if position == positions.LYING else thigh_inclination_deg
