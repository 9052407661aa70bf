"""Follow one person when several are in the picture. Pure: places and times in, decisions out.

A pose model tracks the person it last saw; when it loses them it takes the next best one, who may be somebody else. Here
it is decided whom to follow at the start, and whether a person seen now can be that one.
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

#: How far a hip may move between two sightings of the same person, in trunk lengths: at once, and per second since
#: the last one. Judgement: a brisk walk is about 3 trunk lengths a second, a jump down 5, and landmarks scatter by
#: less than a third of one; a person beside them stands more than one away.
REACH_TRUNKS: Final = 1.0
REACH_TRUNKS_PER_S: Final = 5.0
#: A person not found for this long has left, or the scene has changed: the choice is made again. Long enough for a
#: partner walking past in front, short enough for a new scene to be picked up.
LAPSE_S: Final = 2.0
#: How long several people are remembered: two counts, because one may miss somebody.
CROWD_MEMORY_S: Final = 4.0
_TRUNK_FADE_S: Final = 2.0
#: Nearer than this, in trunk lengths, two detections are the same person.
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
    """Who is followed, and how many people are in view. The default: the beginning of a stream."""

    followed: Place | None = None
    """Where the followed person was last; None before the first, and after they have left."""
    followed_t_s: float = -math.inf
    crowd_t_s: float = -math.inf
    """When more than one person was last counted."""
    bystanders: tuple[tuple[Place, float], ...] = ()
    """Where other people were last, and when; forgotten after `LAPSE_S`."""


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
    return replace(state, followed=None) if t_s - state.followed_t_s > LAPSE_S else state


def with_followed(state: Following, place: Place, t_s: float) -> Following:
    """`state` after the person who is followed was seen at `place`.

    A trunk that looks shorter than before counts as shorter only slowly (time constant 2 s): bent towards the camera
    it is foreshortened for a moment, and the reach must not shrink with it.
    """
    trunk_px = place.trunk_px
    if state.followed is not None:
        trunk_px = max(trunk_px, state.followed.trunk_px * math.exp(-(t_s - state.followed_t_s) / _TRUNK_FADE_S))
    return replace(state, followed=replace(place, trunk_px=trunk_px), followed_t_s=t_s)


def with_count(state: Following, people: int, t_s: float) -> Following:
    """`state` after this many people were counted."""
    return replace(state, crowd_t_s=t_s) if people > 1 else state


def with_bystanders(state: Following, places: Sequence[Place], t_s: float) -> Following:
    """`state` after bystanders were seen at `places`.

    Each updates the bystander nearest to it, or is a new one.
    """
    bystanders = [(place, seen_s) for place, seen_s in state.bystanders if t_s - seen_s <= LAPSE_S]
    for place in places:
        known = _bystander_at(bystanders, place, t_s)
        if known is not None:
            bystanders.pop(known)
        bystanders.append((place, t_s))
    return replace(state, bystanders=tuple(bystanders))


def is_bystander(state: Following, place: Place, t_s: float) -> bool:
    """Whether a person at `place` is more likely a bystander than the followed person.

    That is so if a bystander can have got there, and was nearer to it than the followed person when last seen.
    """
    known = _bystander_at(state.bystanders, place, t_s)
    if known is None:
        return False
    bystander, _ = state.bystanders[known]
    return state.followed is None or _distance_px(place, bystander) < _distance_px(place, state.followed)


def _bystander_at(bystanders: Sequence[tuple[Place, float]], place: Place, t_s: float) -> int | None:
    """Which bystander can be at `place` now: the nearest within walking distance."""
    within = [
        (_distance_px(place, bystander), number)
        for number, (bystander, seen_s) in enumerate(bystanders)
        if _distance_px(place, bystander) <= bystander.trunk_px * (REACH_TRUNKS + REACH_TRUNKS_PER_S * (t_s - seen_s))
    ]
    return min(within)[1] if within else None


def _distance_px(one: Place, other: Place) -> float:
    return float(np.hypot(*(one.hip_px - other.hip_px)))


def is_crowd(state: Following, t_s: float) -> bool:
    """Whether more than one person was counted within `CROWD_MEMORY_S`."""
    return t_s - state.crowd_t_s <= CROWD_MEMORY_S


def reach_px(state: Following, t_s: float) -> float:
    """How far the followed person's hip may be by now from where it was; infinite when nobody is followed."""
    if state.followed is None:
        return math.inf
    return state.followed.trunk_px * (REACH_TRUNKS + REACH_TRUNKS_PER_S * (t_s - state.followed_t_s))


def can_be_followed(state: Following, place: Place, t_s: float) -> bool:
    """Whether a person at `place` can be the followed one; anybody can while nobody is followed."""
    return state.followed is None or _distance_px(place, state.followed) <= reach_px(state, t_s)


def nearest(state: Following, places: Sequence[Place], t_s: float) -> Place | None:
    """The one of `places` nearest to where the followed person was, within reach and no bystander."""
    assert state.followed is not None
    followed = state.followed
    within = [place for place in places if can_be_followed(state, place, t_s) and not is_bystander(state, place, t_s)]
    return min(within, key=lambda place: _distance_px(place, followed), default=None)


def choose(places: Sequence[Place], width_px: int) -> Place:
    """Whom to follow when several are in view: the largest trunk, weighted down towards the edges.

    At the picture's edge a trunk counts half: people who stretch for the camera stand in the middle of the picture.
    """
    return max(places, key=lambda place: place.trunk_px * (1 - abs(place.hip_px[0] / width_px - 0.5)))


def distinct(places: Sequence[Place]) -> list[Place]:
    """`places` with each person once: of two nearly in the same place the first stays."""
    kept: list[Place] = []
    for place in places:
        if not any(_same(place, other) for other in kept):
            kept.append(place)
    return kept


def _same(one: Place, other: Place) -> bool:
    return _distance_px(one, other) < _SAME_TRUNKS * max(one.trunk_px, other.trunk_px)


def search_box(state: Following, t_s: float) -> Box:
    """Where to search for the followed person: their last box, wider by their reach on every side."""
    assert state.followed is not None
    reach = math.ceil(reach_px(state, t_s))
    left, top, right, bottom = state.followed.box_px
    return left - reach, top - reach, right + reach, bottom + reach
