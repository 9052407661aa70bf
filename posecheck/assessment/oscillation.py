"""Does a joint's angle jump to and fro? Legs move; they do not turn back three times within two seconds.

A pose model that takes one leg for the other, or one joint for a wrinkle, does so now and then: the angle swings far,
and back again, while the person holds still. What is then read says nothing of the leg, and a value that happens to
lie on the good side of a limit is no good knee.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from posecheck.tunables import Tunable

LEAST: Final = Tunable(
    "swings.least_deg",
    "deg",
    default=15.0,
    low=5.0,
    high=60.0,
    step=1.0,
    why="an angle that turns back by less than this has not swung; lower withholds more, a trembling leg as well",
    source="measured on synthetic people: legs that are told apart swing by up to 12 deg, mistaken ones by 20 to 40",
)
WINDOW: Final = Tunable(
    "swings.window_s",
    "s",
    default=2.0,
    low=0.5,
    high=5.0,
    step=0.1,
    why="three swings within this are more than a leg does; longer withholds more",
    source="judgement: a stretch, slow as it is, bends and straightens a knee once in two seconds at most",
)
TUNABLES: Final = (LEAST, WINDOW)

#: Measures of the legs, in degrees: only these may be taken for those of the other leg.
LEG_MEASURES: Final = frozenset(
    {
        "knee_flexion_deg",
        "lead_knee_flexion_deg",
        "other_knee_flexion_deg",
        "lead_hip_hinge_deg",
        "other_hip_hinge_deg",
    }
)
#: So many times in the window.
_TOO_OFTEN: Final = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """One swing that has turned back."""

    t_s: float
    """When the angle had come back by `swings.least_deg`."""
    low_deg: float
    high_deg: float
    """Between which angles it swung."""


@dataclass(frozen=True, slots=True)
class Swings:
    """What is remembered of an angle. The default has seen none."""

    low_deg: float = math.inf
    high_deg: float = -math.inf
    """The least and the most of the swing it is in, from where it turned."""
    way: int = 0
    """+1 it grows, -1 it shrinks, 0 not known yet."""
    turns: tuple[Turn, ...] = ()
    """Those within `swings.window_s`, the oldest first."""


def step(swings: Swings, t_s: float, value_deg: float, profile: Mapping[str, float]) -> Swings:
    """Take in the angle of one frame; NaN is no angle and changes nothing."""
    if math.isnan(value_deg):
        return swings
    from_s, least_deg = t_s - profile[WINDOW.key], profile[LEAST.key]
    turns = swings.turns
    if turns and turns[0].t_s < from_s:
        turns = tuple(turn for turn in turns if turn.t_s >= from_s)
    low_deg, high_deg = min(swings.low_deg, value_deg), max(swings.high_deg, value_deg)
    if swings.way >= 0 and high_deg - value_deg >= least_deg:
        way, after = -1, (value_deg, high_deg)
    elif swings.way <= 0 and value_deg - low_deg >= least_deg:
        way, after = 1, (low_deg, value_deg)
    else:
        return replace(swings, low_deg=low_deg, high_deg=high_deg, turns=turns)
    if swings.way != 0:
        turns = (*turns, Turn(t_s, low_deg, high_deg))
    return Swings(*after, way, turns)


def swung_between(swings: Swings) -> tuple[float, float]:
    """Between which angles it swings to and fro; NaN where it does not."""
    if len(swings.turns) < _TOO_OFTEN:
        return math.nan, math.nan
    return min(turn.low_deg for turn in swings.turns), max(turn.high_deg for turn in swings.turns)


def jumps_across(swings: Swings, limit_deg: float) -> bool:
    """Whether `limit_deg` lies where the angle swings to and fro: on which side of it the angle is, nobody knows."""
    low_deg, high_deg = swung_between(swings)
    return low_deg < limit_deg < high_deg
