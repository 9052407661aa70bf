"""The legs as the silhouette shows them: found whatever the landmarks are, and a mistaken leg is put back there."""

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
from posecheck.kinematics import TUNABLES, measures, positions
from posecheck.kinematics.angles import knee_flexion_deg
from posecheck.kinematics.legs import silhouette_legs
from posecheck.kinematics.legs.plausibility import see_legs
from posecheck.kinematics.legs.silhouette_legs import limb_of_role, put_back, see_limbs
from posecheck.records import Floats, frozen
from posecheck.tunables import Profile
from tests.kinematics.legged import Leg, points_of, sighting_of

PROFILE = Profile(TUNABLES)
TRUNK_PX = 100.0
#: A straight leg up on something high, the other one stood on; for somebody who leans forward.
UP: tuple[Leg, Leg] = ((95.0, 5.0), (-5.0, 0.0))


def body_of(points: Floats, *, arm: bool = False) -> NDArray[np.float32]:
    """A silhouette of trunk, head and both legs where `points` have them, and an arm that hangs over the legs."""
    mask = np.zeros((480, 640), np.float32)
    hip, shoulder = points[of("hip", Side.LEFT)], points[of("shoulder", Side.LEFT)]
    head = shoulder + 0.35 * (shoulder - hip)
    lines = [([hip, shoulder], 44), ([shoulder, head], 34)]
    for side in Side:
        lines.append(([points[of(joint, side)] for joint in ("hip", "knee", "ankle")], 30))
        lines.append(([points[of(joint, side)] for joint in ("heel", "foot_index")], 18))
    if arm:
        lines.append(([shoulder, shoulder + np.array([0.0, 110.0])], 20))
    for line, wide_px in lines:
        cv2.polylines(mask, [np.array(line).round().astype(np.int32)], isClosed=False, color=1.0, thickness=wide_px)
    return mask


def legs_of(points: Floats) -> Floats:
    """Knee and ankle (2, 2) of the left leg, then of the right one."""
    return np.array([[points[of(joint, side)] for joint in ("knee", "ankle")] for side in Side])


def bend_of(points: Floats, limb: Floats, facing: int = 1) -> float:
    """How far a limb is bent, from the hip of `points`."""
    knee, ankle = limb
    return knee_flexion_deg(points[of("hip", Side.LEFT)], knee, ankle, facing)


def nearest(found: Floats, leg: Floats) -> Floats:
    """That of the limbs whose ankle lies nearest to the ankle of a leg."""
    return min(found, key=lambda limb: math.dist(limb[1], leg[1]))


@given(
    up_deg=st.floats(70.0, 100.0),
    bend_deg=st.floats(0.0, 60.0),
    stands_deg=st.floats(-10.0, 5.0),
    lean_deg=st.floats(0.0, 35.0),
    size=st.floats(0.7, 1.2),
    facing=st.sampled_from((-1, 1)),
)
def test_both_legs_are_found_where_they_are(
    up_deg: float, bend_deg: float, stands_deg: float, lean_deg: float, size: float, facing: int
) -> None:
    """One leg raised, straight or bent, one stood on; any distance, either way round: bends within 15 degrees."""
    points = points_of(lean_deg, (up_deg, bend_deg), (stands_deg, 0.0), size=size, facing=facing)
    found = see_limbs(body_of(points), points, facing)
    for leg, true_deg in zip(legs_of(points), (bend_deg, 0.0), strict=True):
        limb = nearest(found, leg)
        assert math.dist(limb[1], leg[1]) < 0.25 * TRUNK_PX * size
        assert abs(bend_of(points, limb, facing) - true_deg) < 15.0


@pytest.mark.parametrize(("bend_deg", "least_deg", "most_deg"), [(5.0, -8.0, 15.0), (38.0, 25.0, 46.0)])
def test_an_arm_across_the_knee_does_not_bend_it(bend_deg: float, least_deg: float, most_deg: float) -> None:
    """A straight raised leg reads straight and a bent one bent, with an arm that hangs right over the knee."""
    points = points_of(30.0, (95.0, bend_deg), (-5.0, 0.0))
    limb = nearest(see_limbs(body_of(points, arm=True), points, 1), legs_of(points)[0])
    assert least_deg <= bend_of(points, limb) <= most_deg


def test_what_the_model_draws_of_the_legs_does_not_matter() -> None:
    """Of the landmarks only hips and shoulders are used."""
    points = points_of(20.0, *UP)
    mask = body_of(points)
    astray = np.array(points)
    for side in Side:
        for joint in ("knee", "ankle", "heel"):
            astray[of(joint, side)] += (90.0, -70.0)
    np.testing.assert_array_equal(see_limbs(mask, astray, 1), see_limbs(mask, points, 1))


def test_legs_that_cover_each_other_are_one() -> None:
    """Feet side by side: a second leg is not made up."""
    points = points_of(0.0, (0.0, 0.0), (0.0, 0.0))
    first, second = see_limbs(body_of(points), points, 1)
    assert math.dist(first[1], legs_of(points)[0][1]) < 0.25 * TRUNK_PX
    assert np.isnan(second).all()


def test_a_round_back_and_a_head_are_no_legs() -> None:
    """Bent far forward with a hump of a back: everything that is found ends where an ankle is."""
    points = points_of(70.0, (25.0, 5.0), (-25.0, 0.0))
    mask = body_of(points)
    hip, shoulder = points[of("hip", Side.LEFT)], points[of("shoulder", Side.LEFT)]
    hump = (hip + shoulder) / 2.0 + np.array([-18.0, -30.0])
    cv2.circle(mask, (round(hump[0]), round(hump[1])), 45, 1.0, -1)
    for limb in see_limbs(mask, points, 1):
        assert np.isnan(limb).all() or min(math.dist(limb[1], leg[1]) for leg in legs_of(points)) < 0.3 * TRUNK_PX


def test_without_facing_or_hips_nothing_is_found() -> None:
    """Which way knees bend, where the legs begin and how long they are must be known; nothing ends in an error."""
    points = points_of(20.0, *UP)
    mask = body_of(points)
    nowhere = np.array(points)
    nowhere[of("hip", Side.LEFT)] = np.nan
    in_one_place = np.tile(points[0], (33, 1))
    assert np.isnan(see_limbs(mask, points, 0)).all()
    assert np.isnan(see_limbs(mask, nowhere, 1)).all()
    assert np.isnan(see_limbs(mask, in_one_place, 1)).all()
    assert np.isnan(see_limbs(np.zeros_like(mask), points, 1)).all()


def test_a_leg_that_leaves_the_picture_is_not_found() -> None:
    """What is outside of the picture is no body: the shin cannot be followed."""
    points = points_of(20.0, *UP)
    cut_px = round(float(points[of("knee", Side.RIGHT)][1])) + 15
    found = see_limbs(body_of(points)[:cut_px], points, 1)
    assert math.dist(nearest(found, legs_of(points)[0])[1], legs_of(points)[0][1]) < 0.25 * TRUNK_PX
    assert all(np.isnan(limb).all() or limb[1, 1] < cut_px + 0.2 * TRUNK_PX for limb in found)
    assert sum(bool(np.isnan(limb).all()) for limb in found) == 1


@pytest.mark.parametrize(
    ("role", "left", "right", "position"),
    [
        ("raised", (95.0, 5.0), (-5.0, 0.0), positions.STANDING),
        ("front", (35.0, 5.0), (-25.0, 10.0), positions.STANDING),
        ("standing", (10.0, 20.0), (-75.0, 10.0), positions.STANDING),
    ],
)
@pytest.mark.parametrize("facing", [-1, 1])
def test_the_leg_of_a_role_is_told_by_what_it_does(
    role: str, left: Leg, right: Leg, position: str, facing: int
) -> None:
    """Raised, in front, stood on: in whichever order the two are found, and either way round."""
    points = points_of(20.0, left, right, facing=facing)
    for order in ((0, 1), (1, 0)):
        assert limb_of_role(legs_of(points)[list(order)], points, facing, role, position, PROFILE) == order[0]


def test_nobody_can_tell_legs_that_are_alike_crossed_sitting_or_lying() -> None:
    """Then -1, and every leg stays as reported."""
    points = points_of(20.0, *UP)
    both = legs_of(points)
    one = both.copy()
    one[1] = np.nan
    near = np.stack([both[0], both[0] + 20.0])
    for found, role, position in (
        (both, "", positions.STANDING),
        (both, "crossed", positions.STANDING),
        (both, "raised", positions.LYING),
        (both, "straight", positions.SEATED),
        (one, "raised", positions.STANDING),
        (near, "raised", positions.STANDING),
    ):
        assert limb_of_role(found, points, 1, role, position, PROFILE) == -1
        assert put_back(points, points, found, Side.LEFT, role, 1, position, PROFILE) is points
    assert put_back(points, points, both, None, "raised", 1, positions.STANDING, PROFILE) is points


def test_a_leg_that_was_lost_or_drawn_along_the_other_one_is_put_back() -> None:
    """Knee and ankle of the mistaken leg alone; a leg drawn where it is, or nearly, stays to the pixel."""
    points = points_of(20.0, *UP)
    rows = [int(of(joint, Side.LEFT)) for joint in ("knee", "ankle")]
    others = [int(of(joint, Side.RIGHT)) for joint in ("knee", "ankle")]
    limbs_px = legs_of(points) + 3.0
    lost, along, beside = np.array(points), np.array(points), np.array(points)
    lost[rows], along[rows] = np.nan, points[others]
    beside[rows] += 20.0
    for shown, seen in ((lost, points), (along, along)):
        right = put_back(shown, seen, limbs_px, Side.LEFT, "raised", 1, positions.STANDING, PROFILE)
        np.testing.assert_array_equal(right[rows], limbs_px[0])
        rest = [row for row in range(33) if row not in rows]
        np.testing.assert_array_equal(right[rest], shown[rest])
    for shown in (points, beside):
        assert put_back(shown, shown, limbs_px, Side.LEFT, "raised", 1, positions.STANDING, PROFILE) is shown
    letting = PROFILE.with_layer({silhouette_legs.AWAY.key: 3.0}, "test")
    assert put_back(along, along, limbs_px, Side.LEFT, "raised", 1, positions.STANDING, letting) is along


def test_a_leg_that_the_model_has_not_seen_is_not_made_up() -> None:
    """A foot that is cut off stays cut off, whatever the silhouette shows of the leg."""
    points = points_of(20.0, *UP)
    cut = np.array(points)
    cut[of("ankle", Side.LEFT)] = np.nan
    assert put_back(cut, cut, legs_of(points), Side.LEFT, "raised", 1, positions.STANDING, PROFILE) is cut


@pytest.mark.parametrize(("bend_deg", "least_deg", "most_deg"), [(5.0, -8.0, 15.0), (40.0, 25.0, 48.0)])
def test_what_is_measured_is_the_leg_in_the_silhouette(bend_deg: float, least_deg: float, most_deg: float) -> None:
    """A raised leg that the model draws through the air, or along the other leg, is measured as bent as it is."""
    there = points_of(30.0, (95.0, bend_deg), (-5.0, 0.0))
    body = body_of(there)
    rows = [int(of(joint, Side.LEFT)) for joint in ("knee", "ankle")]
    astray, along = np.array(there), np.array(there)
    astray[rows] += ((-20.0, 45.0), (-40.0, 70.0))
    along[rows] = there[[int(of(joint, Side.RIGHT)) for joint in ("knee", "ankle")]] + (0.0, 2.0)
    state = measures.start()
    state, _ = measures.step(state, sighting_of(there, 0.0, Side.LEFT), PROFILE, "raised")
    for wrong in (astray, along):
        legs = see_legs(body, wrong, 1)
        untold = replace(legs, limbs_px=frozen(np.full((2, 2, 2), np.nan), np.float64))
        seen = replace(sighting_of(wrong, 1.0, Side.LEFT), legs=legs)
        _, out = measures.step(state, seen, PROFILE, "raised")
        _, without = measures.step(state, replace(seen, legs=untold), PROFILE, "raised")
        assert least_deg <= out["lead_knee_flexion_deg"] <= most_deg
        assert math.isnan(without["lead_knee_flexion_deg"]) or wrong is along
