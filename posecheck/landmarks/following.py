"""Staying with one person when several are in the picture. Pure: places and times in, decisions out.

A pose model follows whoever it last saw; when it loses them it takes the next best, who may be somebody else. Here it
is decided who is meant at the start, and whether a person seen now can be that one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from posecheck.body import Landmark
from posecheck.landmarks.pictures import Box
from posecheck.records import Floats

#: How far a hip may move between two looks and still be the same person, in trunk lengths: at once, and per second
#: since last seen. Judgement: a brisk walk is about 3 trunk lengths a second, a jump down 5, and landmarks scatter by
#: less than a third of one; somebody beside us stands more than one away.
REACH_TRUNKS: Final = 1.0
REACH_TRUNKS_PER_S: Final = 5.0
#: Somebody not found for so long has left, or the scene has changed: the choice is made anew. Long enough for a
#: partner walking past in front, short enough not to leave a new scene unread.
LAPSE_S: Final = 2.0
#: How long one sighting of several people is remembered: two censuses, because a census may miss somebody.
CROWD_MEMORY_S: Final = 4.0
_TRUNK_FADE_S: Final = 2.0
#: Nearer than this, in trunk lengths, two findings are the same person found twice.
_SAME_TRUNKS: Final = 0.6
#: Room around the landmarks so that hair, hands and clothes are inside, as a share of the longer side.
_BOX_MARGIN_FRAC: Final = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where somebody is."""

    hip_px: Floats
    """(2,) mid-hip."""
    trunk_px: float
    """Length mid-hip → mid-shoulder."""
    box_px: Box
    """Left, top, right, bottom around all landmarks, with a margin; may reach out of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Following:
    """Who is meant, and how many are about. The default is the beginning of a stream."""

    ours: Place | None = None
    """Where the person who is followed was last; None before the first, and after they have left."""
    ours_t_s: float = -math.inf
    crowd_t_s: float = -math.inf
    """When more than one person was last counted."""
    strangers: tuple[tuple[Place, float], ...] = ()
    """Where the others were last, and when; forgotten after `LAPSE_S`."""


def place_of(landmarks_px: Floats) -> Place:
    """Where the person with these (33, 2) landmarks is."""
    hip = (landmarks_px[Landmark.LEFT_HIP] + landmarks_px[Landmark.RIGHT_HIP]) / 2
    shoulder = (landmarks_px[Landmark.LEFT_SHOULDER] + landmarks_px[Landmark.RIGHT_SHOULDER]) / 2
    low, high = landmarks_px.min(axis=0), landmarks_px.max(axis=0)
    margin = float((high - low).max()) * _BOX_MARGIN_FRAC
    left, top = np.floor(low - margin)
    right, bottom = np.ceil(high + margin)
    return Place(hip, float(np.hypot(*(shoulder - hip))), (int(left), int(top), int(right), int(bottom)))


def lapse(state: Following, t_s: float) -> Following:
    """`state` without a person who was not found for `LAPSE_S`."""
    return replace(state, ours=None) if t_s - state.ours_t_s > LAPSE_S else state


def saw(state: Following, place: Place, t_s: float) -> Following:
    """`state` after the person who is followed was seen at `place`.

    A trunk that looks shorter than before counts as shorter only slowly (time constant 2 s): bent towards the camera
    it is foreshortened for a moment, and the reach must not shrink with it.
    """
    trunk_px = place.trunk_px
    if state.ours is not None:
        trunk_px = max(trunk_px, state.ours.trunk_px * math.exp(-(t_s - state.ours_t_s) / _TRUNK_FADE_S))
    return replace(state, ours=replace(place, trunk_px=trunk_px), ours_t_s=t_s)


def counted(state: Following, people: int, t_s: float) -> Following:
    """`state` after so many people were counted."""
    return replace(state, crowd_t_s=t_s) if people > 1 else state


def met(state: Following, places: Sequence[Place], t_s: float) -> Following:
    """`state` after people at `places` were seen who are not the one who is followed.

    Each takes the place of the stranger they are taken for, or is a new one.
    """
    strangers = [(place, seen_s) for place, seen_s in state.strangers if t_s - seen_s <= LAPSE_S]
    for place in places:
        known = _stranger_at(strangers, place, t_s)
        if known is not None:
            strangers.pop(known)
        strangers.append((place, t_s))
    return replace(state, strangers=tuple(strangers))


def is_stranger(state: Following, place: Place, t_s: float) -> bool:
    """Whether somebody at `place` is rather one of the strangers than the one who is followed.

    That is so if a stranger can have come there, and was nearer to it than the followed person when last seen.
    """
    known = _stranger_at(state.strangers, place, t_s)
    if known is None:
        return False
    stranger, _ = state.strangers[known]
    return state.ours is None or _apart_px(place, stranger) < _apart_px(place, state.ours)


def _stranger_at(strangers: Sequence[tuple[Place, float]], place: Place, t_s: float) -> int | None:
    """Which stranger can be at `place` now: the nearest within a walker's reach."""
    within = [
        (_apart_px(place, stranger), number)
        for number, (stranger, seen_s) in enumerate(strangers)
        if _apart_px(place, stranger) <= stranger.trunk_px * (REACH_TRUNKS + REACH_TRUNKS_PER_S * (t_s - seen_s))
    ]
    return min(within)[1] if within else None


def _apart_px(one: Place, other: Place) -> float:
    return float(np.hypot(*(one.hip_px - other.hip_px)))


def is_crowd(state: Following, t_s: float) -> bool:
    """Whether more than one person was counted within `CROWD_MEMORY_S`."""
    return t_s - state.crowd_t_s <= CROWD_MEMORY_S


def reach_px(state: Following, t_s: float) -> float:
    """How far the followed person's hip may be by now from where it was; infinite when nobody is followed."""
    if state.ours is None:
        return math.inf
    return state.ours.trunk_px * (REACH_TRUNKS + REACH_TRUNKS_PER_S * (t_s - state.ours_t_s))


def can_be_ours(state: Following, place: Place, t_s: float) -> bool:
    """Whether somebody at `place` can be the person who is followed; anybody can when nobody is."""
    return state.ours is None or _apart_px(place, state.ours) <= reach_px(state, t_s)


def nearest(state: Following, places: Sequence[Place], t_s: float) -> Place | None:
    """Whoever of `places` is nearest to where the followed person was, within reach and not a stranger."""
    assert state.ours is not None
    ours = state.ours
    within = [place for place in places if can_be_ours(state, place, t_s) and not is_stranger(state, place, t_s)]
    return min(within, key=lambda place: _apart_px(place, ours), default=None)


def choose(places: Sequence[Place], width_px: int) -> Place:
    """Who is meant when several are in view: the one with the largest trunk, less the further from the middle.

    At the picture's edge a trunk counts half: who stretches for the camera stands in the middle of it.
    """
    return max(places, key=lambda place: place.trunk_px * (1 - abs(place.hip_px[0] / width_px - 0.5)))


def distinct(places: Sequence[Place]) -> list[Place]:
    """`places` with each person once: of two that are nearly in the same spot the first stays."""
    kept: list[Place] = []
    for place in places:
        if not any(_same(place, other) for other in kept):
            kept.append(place)
    return kept


def _same(one: Place, other: Place) -> bool:
    return _apart_px(one, other) < _SAME_TRUNKS * max(one.trunk_px, other.trunk_px)


def search_box(state: Following, t_s: float) -> Box:
    """Where to look for the followed person: their last box, wider by their reach on every side."""
    assert state.ours is not None
    reach = math.ceil(reach_px(state, t_s))
    left, top, right, bottom = state.ours.box_px
    return left - reach, top - reach, right + reach, bottom + reach
