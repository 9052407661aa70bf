"""Which of the two legs that the pose model draws is which?

With one leg in front of the other a pose model now and then takes one for the other, and back again, and on the way
draws both somewhere between. Legs do not leap: held still or moved, an ankle goes 1.7 lengths of the leg a second in a
stretch, and 3 to 17 where the model changes its mind (drawn people). So each leg is followed from where it was: names
that were exchanged are put right, and what lies on the way between is not seen.

A model that draws them steadily again is believed, with whatever names. Nothing here says which leg leads (`legs`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
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
    source="measured on drawn people: joints of a leg held still scatter by up to 0.06",
)
SPEED: Final = Tunable(
    "apart.speed_per_s",
    "",
    default=2.0,
    low=0.5,
    high=20.0,
    step=0.1,
    why="how fast a knee or ankle may go, in lengths of the leg a second; lower withholds legs that are swung",
    source="measured on drawn people: 1.7 where a leg is swung back within 1.8 s, 3 and more where the model leaps",
)
SETTLE: Final = Tunable(
    "apart.settle_s",
    "s",
    default=0.5,
    low=0.1,
    high=10.0,
    step=0.1,
    why="legs that are drawn without a leap for so long are taken as they are drawn, whatever was before",
    source="measured on drawn people: a model that cannot tell the legs leaps again within 0.4 s",
)
TUNABLES: Final = (REACH, SPEED, SETTLE)

#: Rows of knee and ankle, left then right, and the same with the names exchanged.
_OWN: Final = np.array([int(of(joint, side)) for side in Side for joint in ("knee", "ankle")])
_OTHER: Final = np.array([2, 3, 0, 1])
#: A bone that is shorter or longer than this against where it was last is drawn halfway between two legs.
_BONES_AGREE: Final = (0.8, 1.25)
_HIPS: Final = np.array([int(of("hip", side)) for side in Side])


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """Knee and ankle of the left, of the right leg at one time, from the middle of the hips: (4, 2), in pixels."""

    t_s: float
    at: Floats


@dataclass(frozen=True, slots=True)
class ApartState:
    """Where the legs were. The default has not seen them."""

    known: Legs | None = None
    """Where each was last believed to be."""
    drawn: Legs | None = None
    """Where the model drew them last, by its own names."""
    since_s: float = math.nan
    """Since when it has drawn them without a leap."""


def step(
    state: ApartState, t_s: float, seen: Floats, visibility: Floats, profile: Mapping[str, float]
) -> tuple[ApartState, Floats, Floats]:
    """Take in one frame: the new memory, and `seen` (33, 2) and `visibility` (33,) with the legs put right.

    Knees and ankles are NaN where the model leaps to neither leg's place. Legs of which a joint is not seen are not
    followed, and left as they are. Where one lies over the other they are taken as drawn, and so are legs that are
    drawn without a leap for `apart.settle_s`. Time that runs backwards, and a pause so long, begin anew.
    """
    hips = seen[_HIPS]
    now = Legs(t_s, seen[_OWN] - (hips[0] + hips[1]) / 2.0)
    if math.isnan(now.at.sum()):
        return state, seen, visibility
    known, drawn = state.known, state.drawn
    if known is None or drawn is None or not 0.0 < t_s - drawn.t_s <= profile[SETTLE.key]:
        return ApartState(now, now, t_s), seen, visibility
    since_s = state.since_s if _went(drawn.at, now.at) <= _reach(drawn, t_s, profile) else t_s
    reach, as_drawn, exchanged = _reach(known, t_s, profile), _went(known.at, now.at), _went(known.at, now.at[_OTHER])
    settled = t_s - since_s >= profile[SETTLE.key]
    if settled or (as_drawn <= reach and (as_drawn <= exchanged or as_drawn <= 0.5 * reach)):
        return ApartState(now, now, since_s), seen, visibility
    if exchanged > reach:
        return ApartState(known, now, since_s), _without(seen), visibility
    seen, visibility = seen.copy(), visibility.copy()
    seen[_OWN], visibility[_OWN] = seen[_OWN[_OTHER]], visibility[_OWN[_OTHER]]
    return ApartState(Legs(t_s, now.at[_OTHER]), now, since_s), seen, visibility


def _bones(places: Floats) -> Floats:
    """(4,) thigh and shin of the left, of the right leg; the thighs from the middle of the hips."""
    shins = np.hypot(*(places[1::2] - places[::2]).T)
    return np.array([math.hypot(*places[0]), shins[0], math.hypot(*places[2]), shins[1]])


def _reach(before: Legs, t_s: float, profile: Mapping[str, float]) -> float:
    """How far a joint can have gone since, in pixels."""
    return _length(before.at) * (profile[REACH.key] + profile[SPEED.key] * (t_s - before.t_s))


def _length(places: Floats) -> float:
    """Of the longer leg."""
    thigh, shin, other_thigh, other_shin = _bones(places).tolist()
    return max(thigh + shin, other_thigh + other_shin)


def _went(before: Floats, now: Floats) -> float:
    """How far the joint went that went furthest; infinitely far if a bone has another length now."""
    was, bones = _bones(before), _bones(now)
    if (bones < _BONES_AGREE[0] * was).any() or (bones > _BONES_AGREE[1] * was).any():
        return math.inf
    return float(np.hypot(*(now - before).T).max())


def _without(seen: Floats) -> Floats:
    """The landmarks without knees and ankles."""
    out = seen.copy()
    out[_OWN] = np.nan
    return out
