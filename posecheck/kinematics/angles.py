"""What are the angles? Plane geometry of a body seen from the side, in pixels.

Points are (2,) arrays, x to the picture's right and y down. Every angle comes from `atan2` of a cross and a dot
product, so it is as exact near 0° and 180° as anywhere else. NaN in, NaN out; so do two points in one place, which
have no direction. `facing` is +1 for a person who faces the picture's right, -1 for left, 0 where it is not known.

Joint angles are 0 in the anatomical neutral position and grow with flexion; inclinations are 0 upright and grow
forward. Rolling, moving, scaling or mirroring the picture (with `facing`) leaves joint angles as they are.
"""

from __future__ import annotations

import math
from typing import Final

from posecheck.records import Floats

#: More extension than this means a wrong `facing`, and the size of the angle is kept.
#: Knees and hips extend by 10-30° past straight at the most.
_MAX_EXTENSION_DEG: Final = 45.0

#: Where inclinations jump by a turn. Nobody stretches with the trunk tipped back just short of upside down, while
#: lying on the back (-90) and a deep fold (140 and more) are ordinary.
_INCLINATION_LOW_DEG: Final = -110.0


def wrap_deg(angle_deg: float, low_deg: float = -180.0) -> float:
    """The same direction as `angle_deg`, within [low_deg, low_deg + 360). NaN stays NaN."""
    return (angle_deg - low_deg) % 360.0 + low_deg


def wrap_inclination_deg(angle_deg: float) -> float:
    """An inclination within -110..250, the range of the inclinations of this module."""
    return wrap_deg(angle_deg, _INCLINATION_LOW_DEG)


def _turn_deg(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The turn from one direction to another, -180..180, + clockwise as seen on the screen; NaN without direction."""
    (ax, ay), (bx, by) = first, second
    if (ax == 0.0 and ay == 0.0) or (bx == 0.0 and by == 0.0):
        return math.nan
    return math.degrees(math.atan2(ax * by - ay * bx, ax * bx + ay * by))


def _between(start: Floats, end: Floats) -> tuple[float, float]:
    return float(end[0]) - float(start[0]), float(end[1]) - float(start[1])


def _flexion_deg(proximal: tuple[float, float], distal: tuple[float, float], flexing_turn: int) -> float:
    """The bend between two segments, + where it turns the way `flexing_turn` says, 0 for in line."""
    turn_deg = _turn_deg(proximal, distal)
    signed_deg = turn_deg * flexing_turn if flexing_turn else abs(turn_deg)
    return abs(signed_deg) if signed_deg < -_MAX_EXTENSION_DEG else signed_deg


def included_angle_deg(a: Floats, b: Floats, c: Floats) -> float:
    """The inner angle at `b` between the lines to `a` and to `c`.

    Zero: both lines point the same way. 180: `b` lies straight between them. Range 0..180.
    NaN if a point is not seen or `b` lies on another one.
    """
    return abs(_turn_deg(_between(b, a), _between(b, c)))


def hip_hinge_deg(shoulder: Floats, hip: Floats, knee: Floats, facing: int = 0) -> float:
    """How far the trunk is folded towards the thigh: 180 - ∠(shoulder, hip, knee), the trunk-thigh angle.

    Zero: trunk and thigh in one line. Grows as the trunk comes forward or the thigh comes up. With `facing` it is
    signed, -45..180, negative for a hip extended past the line; without it 0..180. A reading past -45 is no hip but a
    wrong facing, and its size is given.
    Needs shoulder, hip and knee of one side, read from the side.
    NaN if one of them is not seen.
    Limits: it is a fold, not the hip joint. 0.6-0.7 of every degree the spine flexes shows in it, so it can say how
    deep a bend is and never whether the back is round.
    Source: Sports2D's hip flexion (0 with trunk and thigh aligned); planar trunk model for the leak.
    """
    return _flexion_deg(_between(knee, hip), _between(hip, shoulder), facing)


def knee_flexion_deg(hip: Floats, knee: Floats, ankle: Floats, facing: int = 0) -> float:
    """How far the knee is bent: 180 - ∠(hip, knee, ankle).

    Zero: thigh and shin in one line. Grows with bending. With `facing` it is signed, -45..180, negative for a knee
    pushed back past straight (hyperextension); without it 0..180. A reading past -45 is no knee but a wrong facing,
    and its size is given.
    Needs hip, knee and ankle of one side, read from the side: from the front a bent knee looks straight.
    NaN if one of them is not seen.
    Limits: BlazePose reads bent knees about 2-5° too straight.
    Source: Sports2D's knee flexion (0 with shin and thigh aligned).
    """
    return _flexion_deg(_between(hip, knee), _between(knee, ankle), facing)


def trunk_inclination_deg(hip: Floats, shoulder: Floats, facing: int) -> float:
    """How far the line hip → shoulder leans against the vertical of the picture.

    Zero: upright. 90: level, leaning forward; more than 90: the shoulders hang below the hips. Negative: leaning
    back; -90: lying on the back. Range -110..250.
    Needs a hip and a shoulder (or the middles of both), read from the side.
    NaN if one is not seen or `facing` is 0: without it forward and backward cannot be distinguished.
    Limits: a camera turned about its lens adds its roll one to one. A round back has no one inclination; this is that
    of the chord.
    """
    if facing == 0:
        return math.nan
    return wrap_inclination_deg(_turn_deg((0.0, -1.0), _between(hip, shoulder)) * facing)


def thigh_inclination_deg(hip: Floats, knee: Floats, facing: int) -> float:
    """How far the thigh is raised forward of hanging straight down.

    Zero: the knee below the hip. 90: the thigh level, as on a chair. Negative: the knee behind the hip.
    Range -110..250.
    NaN if hip or knee is not seen or `facing` is 0.
    Limits: as for the trunk, camera roll adds to it.
    """
    if facing == 0:
        return math.nan
    return wrap_inclination_deg(-_turn_deg((0.0, 1.0), _between(hip, knee)) * facing)


def shank_inclination_deg(knee: Floats, ankle: Floats, facing: int) -> float:
    """How far the shin leans forward of standing straight up on the ankle.

    Zero: the knee above the ankle. Positive: the knee in front of it, as in a squat. 90: the shin level, the knee to
    the front. Range -110..250.
    NaN if knee or ankle is not seen or `facing` is 0.
    Limits: as for the trunk, camera roll adds to it.
    """
    return trunk_inclination_deg(ankle, knee, facing)
