"""Which limits of the back follow from how far this person can round?

Half of the own maximum is where a fold begins to warn, and three tenths of it is where the warning ends: the back is
then long again by this person's own measure, not only a little less round. Both are kept within bounds, so that
neither a very stiff nor a very supple back, nor a misreading, moves them far.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from posecheck.assessment.catalogue.stretch import Direction, Stretch
from posecheck.tunables import Tunable

LIMIT_FRAC: Final = Tunable(
    "own_range.limit_frac",
    "",
    default=0.5,
    low=0.2,
    high=0.9,
    step=0.05,
    why="a back rounded by more than this share of the own maximum warns; higher is more lenient",
    source="half of the range is where the passive load of a back starts to climb; earlier than the 70-80 % used in trials, because stretches are held long and an early cue costs nothing",
)
LEAVE_FRAC: Final = Tunable(
    "own_range.leave_frac",
    "",
    default=0.3,
    low=0.1,
    high=0.9,
    step=0.05,
    why="the back is good again below this share of the own maximum; higher ends warnings sooner",
    source="about the neutral zone of a back, 16-22 deg of some 60",
)
LIMIT_LEAST: Final = Tunable(
    "own_range.limit_least_deg",
    "deg",
    default=25.0,
    low=15.0,
    high=45.0,
    step=1.0,
    why="the limit of a fold never follows a small own maximum below this",
    source="even straight-backed lifting shows 25 deg (von Arx et al. 2021, Front Bioeng Biotechnol 9:769117)",
)
LIMIT_MOST: Final = Tunable(
    "own_range.limit_most_deg",
    "deg",
    default=45.0,
    low=25.0,
    high=60.0,
    step=1.0,
    why="the limit of a fold never follows a large own maximum above this",
    source="judgement: a back that is rounded by 45 deg is plainly round to every observer",
)
LEAVE_LEAST: Final = Tunable(
    "own_range.leave_least_deg",
    "deg",
    default=15.0,
    low=10.0,
    high=40.0,
    step=1.0,
    why="where a warning ends never follows a small own maximum below this",
    source="judgement: readings below 15 deg are within their error",
)
LEAVE_MOST: Final = Tunable(
    "own_range.leave_most_deg",
    "deg",
    default=25.0,
    low=10.0,
    high=60.0,
    step=1.0,
    why="where a warning ends never follows a large own maximum above this",
    source="even straight-backed lifting shows 25 deg (von Arx et al. 2021): further down nobody has to come to be good again",
)
TUNABLES: Final = (LIMIT_FRAC, LEAVE_FRAC, LIMIT_LEAST, LIMIT_MOST, LEAVE_LEAST, LEAVE_MOST)

#: The limit of an ordinary fold (`spine_limit` of the catalogue), which the own one takes the place of.
FOLD_LIMIT_DEG: Final = 35.0
_MEASURE: Final = "spine_flexion_deg"


def own_limits(stretch: Stretch, own_max_deg: float, profile: Mapping[str, float]) -> dict[str, float]:
    """The numbers of `stretch` that follow from the own maximum, by key: where rules of the back begin and end to warn.

    For an ordinary fold (limit 35 deg): 50 % of the own maximum within 25..45, and 30 % of it within 15..25. A stretch
    whose own limit is stricter stays stricter by the same proportion: with a limit of 30 in the catalogue, six sevenths
    of both. So the order of the stretches stays, and what one can do without rounding at all is not judged like a deep
    fold. Whole degrees, never outside the range of the number, the end never beyond the limit. The warning ends lower
    than without a calibration (28 of 35): that end keeps clear of jitter alone, this one is the person's own long back.
    Empty for a maximum of NaN and for a stretch without such a rule.
    """
    if math.isnan(own_max_deg):
        return {}
    limit_deg = _within(profile[LIMIT_FRAC.key] * own_max_deg, profile[LIMIT_LEAST.key], profile[LIMIT_MOST.key])
    leave_deg = _within(profile[LEAVE_FRAC.key] * own_max_deg, profile[LEAVE_LEAST.key], profile[LEAVE_MOST.key])
    out: dict[str, float] = {}
    for rule in stretch.rules:
        if rule.measure != _MEASURE or rule.direction is not Direction.ABOVE:
            continue
        strictness = rule.limit.default / FOLD_LIMIT_DEG
        limit = _fitted(strictness * limit_deg, rule.limit)
        out[rule.limit.key] = limit
        out[rule.leave.key] = min(_fitted(strictness * leave_deg, rule.leave), limit)
    return out


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), max(least, most))


def _fitted(value: float, tunable: Tunable) -> float:
    return min(max(float(round(value)), tunable.low), tunable.high)
