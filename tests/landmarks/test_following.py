"""Who is followed when several are about."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import LANDMARK_COUNT, Landmark
from posecheck.landmarks import following
from posecheck.landmarks.following import Following, Place

coordinate = st.floats(0, 2000)


def at(x_px: float, y_px: float = 300.0, trunk_px: float = 100.0) -> Place:
    """Somebody with the mid-hip there."""
    return Place(np.array([x_px, y_px]), trunk_px, (int(x_px) - 80, 100, int(x_px) + 80, 500))


def seen_at(x_px: float, t_s: float = 0.0) -> Following:
    """Following somebody last seen there."""
    return following.with_followed(Following(), at(x_px), t_s)


def test_a_place_is_the_middle_of_the_hips_with_a_margin_around_everything() -> None:
    """Hip, trunk and box of a body whose numbers are known."""
    points = np.full((LANDMARK_COUNT, 2), 100.0)
    points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = (100, 50)
    points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = [(90, 130), (110, 130)]
    points[Landmark.LEFT_ANKLE] = (100, 250)
    place = following.place_of(points)
    assert place.hip_px.tolist() == [100, 130]
    assert place.trunk_px == 80
    assert place.box_px == (60, 20, 140, 280)


@given(x_px=coordinate, t_s=st.floats(0, 100))
def test_anybody_can_be_ours_while_nobody_is_followed(x_px: float, t_s: float) -> None:
    """At the beginning of a stream nothing is ruled out."""
    assert following.can_be_followed(Following(), at(x_px), t_s)
    assert math.isinf(following.reach_px(Following(), t_s))


@given(x_px=coordinate, later=st.floats(0, 2), longer=st.floats(0, 2))
def test_who_can_be_ours_can_still_be_it_later(x_px: float, later: float, longer: float) -> None:
    """The reach only grows while somebody is not seen."""
    state = seen_at(500)
    if following.can_be_followed(state, at(x_px), later):
        assert following.can_be_followed(state, at(x_px), later + longer)


def test_the_reach_is_a_trunk_at_once_and_five_a_second() -> None:
    """The numbers the constants stand for."""
    state = seen_at(500)
    assert following.can_be_followed(state, at(599), 0.0)
    assert not following.can_be_followed(state, at(601), 0.0)
    assert following.reach_px(state, 1.0) == pytest.approx(600)


def test_a_choice_lapses_after_two_seconds() -> None:
    """Up to then it stands."""
    state = seen_at(500, t_s=10.0)
    assert following.lapse(state, 11.9).followed is not None
    assert following.lapse(state, 12.1).followed is None


def test_a_foreshortened_trunk_does_not_shrink_the_reach_at_once() -> None:
    """Bent towards the camera the trunk looks short; the person is as quick as before."""
    state = following.with_followed(seen_at(500), at(500, trunk_px=20), 0.1)
    assert 90 < following.reach_px(state, 0.1) < 100
    assert following.with_followed(seen_at(500), at(500, trunk_px=150), 0.1).followed.trunk_px == 150  # type: ignore[union-attr]


@given(xs=st.lists(coordinate, max_size=5), t_s=st.floats(0, 1))
def test_the_nearest_is_within_reach_and_no_one_is_nearer(xs: list[float], t_s: float) -> None:
    """Of those who can be the followed person, the closest; else nobody."""
    state = seen_at(500)
    found = following.nearest(state, [at(x) for x in xs], t_s)
    reach = following.reach_px(state, t_s)
    within = [abs(x - 500) for x in xs if abs(x - 500) <= reach]
    if found is None:
        assert not within
    else:
        assert abs(found.hip_px[0] - 500) == min(within)


def test_a_known_stranger_is_never_taken_for_ours_where_they_stood() -> None:
    """However long the followed person is away and however far the reach has grown."""
    state = following.with_bystanders(seen_at(500), [at(800)], 0.0)
    assert following.nearest(state, [at(805)], 1.5) is None
    assert following.is_bystander(state, at(805), 1.5)
    near_ours = following.nearest(state, [at(805), at(520)], 1.5)
    assert near_ours is not None
    assert near_ours.hip_px[0] == 520


def test_a_stranger_who_walks_stays_one_stranger() -> None:
    """Seen step by step, they do not become many; unseen for two seconds, they are forgotten."""
    state = seen_at(100)
    for step in range(10):
        state = following.with_bystanders(state, [at(500 + 40 * step)], step / 10)
    assert len(state.bystanders) == 1
    assert following.with_bystanders(state, [], 10.0).bystanders == ()


def test_a_crowd_is_remembered_for_a_while() -> None:
    """One count that misses somebody does not make us careless."""
    state = following.with_count(Following(), 2, 5.0)
    assert following.is_crowd(following.with_count(state, 1, 7.0), 8.9)
    assert not following.is_crowd(state, 9.1)
    assert not following.is_crowd(Following(), 0.0)


def test_the_largest_and_most_central_is_chosen() -> None:
    """Size counts, the middle counts; a small one in the middle yields to one twice as large at the side."""
    assert following.choose([at(320, trunk_px=50), at(100, trunk_px=120)], 640).trunk_px == 120
    assert following.choose([at(20), at(330)], 640).hip_px[0] == 330


@given(st.lists(st.tuples(coordinate, coordinate), max_size=8))
def test_distinct_people_are_apart_and_nobody_is_lost(spots: list[tuple[float, float]]) -> None:
    """Each finding is kept or is near one that is kept."""
    places = [at(x, y) for x, y in spots]
    kept = following.distinct(places)
    apart = [math.dist(a.hip_px, b.hip_px) for i, a in enumerate(kept) for b in kept[:i]]
    assert all(distance >= 60 for distance in apart)
    assert all(min(math.dist(p.hip_px, k.hip_px) for k in kept) < 60 for p in places)


def test_the_search_box_grows_with_the_reach() -> None:
    """The last box, a reach wider on every side."""
    assert following.search_box(seen_at(500), 0.0) == (320, 0, 680, 600)
