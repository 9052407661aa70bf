"""Legs as a model draws them against the silhouette: a knee beside the leg goes back into it, a leg in the air is unseen."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from posecheck.body import Side, of
from posecheck.kinematics import TUNABLES, measures
from posecheck.kinematics.angles import knee_flexion_deg
from posecheck.kinematics.legs import plausibility
from posecheck.kinematics.legs.plausibility import PlausibilityState, put_right, see_legs, sideways, step
from posecheck.records import Floats, LegsSeen, frozen
from posecheck.tunables import Profile
from tests.kinematics.legged import Leg, points_of, sighting_of

PROFILE = Profile(plausibility.TUNABLES)
MEASURING = Profile(TUNABLES)
#: A leg up on something high, the other one stood on.
UP: tuple[Leg, Leg] = ((90.0, 8.0), (-5.0, 0.0))
WIDE_PX = 30


def body_of(points: Floats, *, wide_px: int = WIDE_PX) -> NDArray[np.float32]:
    """A silhouette with both legs, and nothing else, where `points` have them."""
    mask = np.zeros((480, 640), np.float32)
    for side in Side:
        line = np.array([points[of(joint, side)] for joint in ("hip", "knee", "ankle")]).round().astype(np.int32)
        cv2.polylines(mask, [line], isClosed=False, color=1.0, thickness=wide_px)
    return mask


def knee_of(points: Floats, side: Side = Side.LEFT) -> float:
    """How far a knee is bent, for somebody who faces right."""
    hip, knee, ankle = (points[of(joint, side)] for joint in ("hip", "knee", "ankle"))
    return knee_flexion_deg(hip, knee, ankle, 1)


def moved(points: Floats, joint: str, x_px: float, y_px: float) -> Floats:
    """The same with a joint of the left leg placed elsewhere."""
    out = np.array(points)
    out[of(joint, Side.LEFT)] += (x_px, y_px)
    return out


def seen_right(points: Floats, mask: NDArray[np.float32], profile: Profile = PROFILE) -> Floats:
    """The landmarks once the silhouette was asked."""
    return put_right(points, see_legs(mask, points), profile)


def is_lost(points: Floats, side: Side) -> bool:
    """Whether knee and ankle of a leg are not seen."""
    return bool(np.isnan(points[[of(joint, side) for joint in ("knee", "ankle")]]).all())


@given(thigh_deg=st.floats(-30.0, 110.0), bend_deg=st.floats(0.0, 60.0), size=st.floats(0.7, 1.3))
def test_a_leg_drawn_where_it_is_stays_as_it_is(thigh_deg: float, bend_deg: float, size: float) -> None:
    """Bent or straight, near or far: not a pixel is moved, and nothing is withheld."""
    points = points_of(20.0, (thigh_deg, bend_deg), (thigh_deg - 70.0, 0.0), size=size)
    np.testing.assert_array_equal(seen_right(points, body_of(points, wide_px=round(28 * size))), points)


@pytest.mark.parametrize("up_px", [30.0, 40.0])
def test_a_knee_in_the_air_is_put_back_into_the_leg(up_px: float) -> None:
    """A straight raised leg whose knee is drawn above it reads bent, until the silhouette is asked."""
    points = points_of(20.0, *UP)
    wrong = moved(points, "knee", 0.0, -up_px)
    right = seen_right(wrong, body_of(points))
    assert knee_of(wrong) > 40.0
    assert knee_of(right) < 20.0
    rest = [row for row in range(33) if row != of("knee", Side.LEFT)]
    np.testing.assert_array_equal(right[rest], wrong[rest])


@given(aside_px=st.floats(-45.0, 45.0), step_px=st.floats(0.1, 1.0))
def test_a_knee_that_wanders_out_of_the_leg_does_not_jump(aside_px: float, step_px: float) -> None:
    """Being put right begins gently at the edge: a pixel of the model is never more than a few of the outcome."""
    points = points_of(20.0, *UP)
    mask = body_of(points)
    knees = [
        seen_right(moved(points, "knee", 0.0, at_px), mask)[of("knee", Side.LEFT)]
        for at_px in (aside_px, aside_px + step_px)
    ]
    assert math.dist(*knees) <= step_px + 2.0


def test_a_leg_drawn_through_the_air_is_not_seen() -> None:
    """An ankle on the floor between the feet: knee and ankle of that leg are NaN, the other leg stands."""
    points = points_of(20.0, (30.0, 5.0), (-30.0, 0.0))
    wrong = moved(points, "ankle", -70.0, -10.0)
    right = seen_right(wrong, body_of(points))
    assert is_lost(right, Side.LEFT)
    assert not is_lost(right, Side.RIGHT)
    believing = PROFILE.with_layer({plausibility.LEAST_ON_BODY.key: 0.0}, "test")
    assert not is_lost(seen_right(wrong, body_of(points), believing), Side.LEFT)


def test_two_legs_that_cover_each_other_are_left_alone() -> None:
    """Where the silhouette is as wide as two legs, its middle is no knee."""
    points = points_of(20.0, (20.0, 5.0), (-5.0, 0.0))
    wrong = moved(points, "knee", 20.0, 0.0)
    np.testing.assert_array_equal(seen_right(wrong, body_of(points, wide_px=80)), wrong)


def test_a_leg_bent_far_is_not_put_right() -> None:
    """Hip and ankle near each other: the line across them says nothing of the knee."""
    points = points_of(20.0, (90.0, 130.0), (-5.0, 0.0))
    wrong = moved(points, "knee", 0.0, 20.0)
    np.testing.assert_array_equal(seen_right(wrong, np.ones((480, 640), np.float32)), wrong)


@given(turn_deg=st.floats(-180.0, 180.0))
def test_how_the_camera_is_turned_changes_no_share(turn_deg: float) -> None:
    """What lies on the body is the same for a rolled picture, but for the pixels' own size."""
    shares = []
    for roll_deg in (0.0, turn_deg):
        points = points_of(20.0, *UP, roll_deg=roll_deg, size=0.9)
        wrong = points_of(20.0, (UP[0][0], 40.0), UP[1], roll_deg=roll_deg, size=0.9)
        shares.append(see_legs(body_of(points), wrong).on_body)
    level, rolled = shares
    np.testing.assert_allclose(level, rolled, atol=0.13)


def test_what_is_outside_of_the_picture_is_no_body() -> None:
    """A leg that leaves the picture is on the body only as far as the picture goes."""
    points = points_of(0.0, (0.0, 0.0), (0.0, 0.0)) + np.array([0.0, 190.0])
    seen = see_legs(np.ones((480, 640), np.float32), points)
    thigh, shin = seen.on_body[0]
    assert 0.4 < thigh < 0.8
    assert shin == 0.0


def test_where_nothing_is_known_every_leg_is_believed() -> None:
    """Recordings without it, and joints that are nowhere, withhold nothing and raise no error."""
    points = points_of(20.0, *UP)
    assert put_right(points, None, PROFILE) is points
    nowhere = np.array(points)
    nowhere[of("ankle", Side.LEFT)] = np.nan
    seen = see_legs(body_of(points), nowhere)
    assert np.isnan(seen.on_body[0]).all()
    assert np.isnan(seen.across_px[0]).all()
    np.testing.assert_array_equal(put_right(nowhere, seen, PROFILE), nowhere)
    in_one_place = np.tile(points[0], (33, 1))
    assert np.isnan(see_legs(body_of(points), in_one_place).middle).all()
    nothing = LegsSeen(*(frozen(np.full((2, 2), np.nan), np.float64) for _ in range(3)))
    assert put_right(points, nothing, PROFILE) is points


def test_across_is_a_quarter_turn_clockwise() -> None:
    """From a hip above its ankle, + is to the left of the picture."""
    np.testing.assert_allclose(sideways(np.array([0.0, 0.0]), np.array([0.0, 50.0])), [-1.0, 0.0], atol=1e-12)


@pytest.mark.parametrize("fps", [10.0, 24.0, 60.0])
def test_a_far_leg_that_comes_and_goes_is_not_seen_until_it_stays(fps: float) -> None:
    """Three losses within two seconds, at any frame rate; a near leg that does so is seen wherever it is on the body."""
    there = points_of(20.0, (30.0, 5.0), (-30.0, 0.0))
    gone = moved(there, "ankle", -70.0, -10.0)
    drawings = {away: (points, see_legs(body_of(there), points)) for away, points in ((False, there), (True, gone))}

    def frames(near: Side) -> list[tuple[float, bool]]:
        state, out = PlausibilityState(), []
        for number in range(round(4.0 * fps)):
            t_s = number / fps
            points, seen = drawings[t_s < 1.2 and t_s % 0.4 < 0.15]
            state, right = step(state, t_s, points, seen, near, PROFILE)
            out.append((t_s, is_lost(right, Side.LEFT)))
        return out

    far = frames(Side.RIGHT)
    assert not any(lost for t_s, lost in far if 0.15 < t_s < 0.39)
    assert all(lost for t_s, lost in far if 0.9 < t_s < 1.9)
    assert not any(lost for t_s, lost in far if t_s > 2.2)
    assert not any(lost for t_s, lost in frames(Side.LEFT) if t_s > 1.0)


def test_what_is_measured_is_the_leg_in_the_silhouette() -> None:
    """The knee of the working leg is measured where it was put right, and not at all where its leg is in the air."""
    there = points_of(20.0, (90.0, 8.0), (-5.0, 0.0))
    body = body_of(there)
    knees = {}
    for name, points in (
        ("there", there),
        ("knee in the air", moved(there, "knee", 0.0, -35.0)),
        ("leg in the air", moved(there, "ankle", -30.0, 80.0)),
    ):
        seen = sighting_of(points, 0.0, Side.LEFT)
        for how, legs in (("asked", see_legs(body, points)), ("not asked", None)):
            _, out = measures.step(measures.start(), replace(seen, legs=legs), MEASURING, "raised")
            assert out.view.lead_side is Side.LEFT
            knees[name, how] = out["lead_knee_flexion_deg"]
    assert knees["there", "asked"] == knees["there", "not asked"]
    assert abs(knees["knee in the air", "asked"] - knees["there", "asked"]) < 12.0
    assert knees["knee in the air", "not asked"] > 40.0
    assert math.isnan(knees["leg in the air", "asked"])
    assert not math.isnan(knees["leg in the air", "not asked"])


def test_time_that_runs_backwards_forgets_the_losses() -> None:
    """A clip that is played again begins anew."""
    there = points_of(20.0, (30.0, 5.0), (-30.0, 0.0))
    state = PlausibilityState(False, 8.0, 8.5, 9.0)
    again, right = step(state, 0.0, there, see_legs(body_of(there), there), Side.RIGHT, PROFILE)
    assert repr(again) == repr(PlausibilityState())  # NaN is unlike itself
    assert right is there
