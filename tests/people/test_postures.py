from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.people import BodyShape, Pose, Posture, Side, Stance, make_body
from benchmarks.people.arms import arm_length_m
from benchmarks.people.body import SIDES
from benchmarks.people.poses import ARMS, POSTURES, solve
from benchmarks.people.skeleton import Skeleton, swing_deg
from benchmarks.people.standing import step_place_m
from tests.people.studio import resting, still_spec, studio

BODY = make_body(BodyShape(gender=0.6))
FLAT_M = BODY.joints_m["left-ankle"][2]


def swings_deg(skeleton: Skeleton, side: Side) -> tuple[float, float]:
    """Swing of a thigh and of its shank."""
    hip, knee, ankle = (skeleton.head_of(f"{side}-{bone}") for bone in ("thigh", "shank", "foot"))
    return swing_deg(knee - hip), swing_deg(ankle - knee)


@pytest.mark.parametrize("posture", POSTURES)
@pytest.mark.parametrize("lead", SIDES)
def test_knees_bend_the_right_way(posture: Posture, lead: Side) -> None:
    """In every posture the shank is behind the line of the thigh, never in front of it."""
    skeleton = solve(BODY, Stance(posture, lead=lead), resting(posture))
    for side in SIDES:
        if posture == "floor_one_leg" and side != lead:
            continue  # its knee points sideways
        thigh, shank = swings_deg(skeleton, side)
        assert -0.5 <= thigh - shank <= 150.0


@given(
    ahead_m=st.floats(0.01, 0.75),
    lean=st.floats(-5.0, 110.0),
    knee=st.floats(0.0, 80.0),
    lumbar=st.floats(-10.0, 50.0),
)
def test_with_one_foot_in_front_both_feet_are_flat_where_they_belong(
    ahead_m: float, lean: float, knee: float, lumbar: float
) -> None:
    """The lead ankle is just so far in front of the other one, at the same height, whatever the trunk does."""
    pose = Pose(trunk_inclination_deg=lean, knee_deg=knee, lumbar_deg=lumbar)
    skeleton = solve(BODY, Stance("staggered", lead="left", stagger_m=ahead_m), pose)
    lead, other = skeleton.head_of("left-foot"), skeleton.head_of("right-foot")
    assert lead[0] - other[0] == pytest.approx(ahead_m, abs=0.004)
    assert other[2] == pytest.approx(FLAT_M, abs=1e-9)
    assert lead[2] == pytest.approx(FLAT_M, abs=0.004)


def test_feet_apart_are_apart_and_crossed_feet_have_crossed() -> None:
    """Wide: more than half a metre between the ankles. Crossed: the left foot on the right, one in front."""

    def left_of_right_m(posture: Posture) -> float:
        skeleton = solve(BODY, Stance(posture, lead="right"), Pose())
        return float(skeleton.head_of("left-foot")[1] - skeleton.head_of("right-foot")[1])

    assert left_of_right_m("wide") > 0.5
    assert 0.05 < left_of_right_m("standing") < 0.35
    assert left_of_right_m("crossed") < 0.0


def test_the_rear_leg_of_a_one_leg_hinge_continues_the_trunk() -> None:
    """Trunk 80 degrees forward, rear leg 80 degrees back, and the standing foot flat under the body."""
    pose = Pose(trunk_inclination_deg=80.0, knee_deg=15.0, other_knee_deg=0.0)
    skeleton = solve(BODY, Stance("single_leg", lead="right"), pose)
    leg = skeleton.head_of("left-foot") - skeleton.head_of("left-thigh")
    assert swing_deg(leg) == pytest.approx(-80.0, abs=0.5)
    assert skeleton.head_of("right-foot")[2] == pytest.approx(FLAT_M)
    assert skeleton.head_of("left-foot")[2] > 0.6


def test_a_rear_leg_never_goes_into_the_floor() -> None:
    """An upright trunk would put the rear leg through the floor: it is lifted until the toes are clear."""
    for lean in (0.0, 15.0, 30.0):
        skeleton = solve(BODY, Stance("single_leg", lead="right"), Pose(trunk_inclination_deg=lean, knee_deg=10.0))
        foot = skeleton.carried("left-foot", BODY.joints_m["left-foot"])
        assert foot[2] > 0.0


def test_a_foot_on_a_table_is_on_it_and_nearly_as_high_as_the_hips() -> None:
    """The heel is where the table is, the lead knee as asked and the other foot flat."""
    stance = Stance("high_step", lead="left")
    skeleton = solve(BODY, stance, Pose(trunk_inclination_deg=30.0, knee_deg=5.0))
    forward, height = step_place_m(BODY, stance)
    lead, other = skeleton.head_of("left-foot"), skeleton.head_of("right-foot")
    assert (lead[0] - other[0], lead[2]) == pytest.approx((forward, height), abs=0.01)
    assert other[2] == pytest.approx(FLAT_M)
    assert 0.6 < lead[2] < skeleton.head_of("left-thigh")[2] + 0.1


def test_half_kneeling_has_one_knee_down_and_one_leg_in_front() -> None:
    """The other knee is on the floor under the hips, the lead leg straight with its heel on the floor."""
    skeleton = solve(BODY, Stance("half_kneeling", lead="right"), Pose(knee_deg=3.0, other_knee_deg=90.0))
    assert skeleton.head_of("left-shank")[2] == pytest.approx(0.06, abs=0.02)
    assert skeleton.head_of("left-foot")[0] < skeleton.head_of("left-shank")[0] - 0.3
    assert skeleton.head_of("right-foot")[0] > skeleton.head_of("right-thigh")[0] + 0.5
    assert skeleton.head_of("right-foot")[2] < 0.15


def test_a_butterfly_leg_lies_beside_the_straight_one() -> None:
    """The other knee is far out to its side and low, the sole beside the inner thigh of the lead leg."""
    skeleton = solve(BODY, Stance("floor_one_leg", lead="right"), Pose())
    knee, ankle = skeleton.head_of("left-shank"), skeleton.head_of("left-foot")
    assert knee[1] > skeleton.head_of("left-thigh")[1] + 0.2
    assert knee[2] < 0.25
    assert abs(ankle[1] - skeleton.head_of("right-shank")[1]) < 0.25
    for joint in ("thigh", "shank"):
        bone = {"thigh": "shank", "shank": "foot"}[joint]
        rest = BODY.joints_m[{"shank": "left-knee", "foot": "left-ankle"}[bone]]
        upper = BODY.joints_m[{"thigh": "left-hip", "shank": "left-knee"}[joint]]
        now = skeleton.head_of(f"left-{bone}") - skeleton.head_of(f"left-{joint}")
        assert np.linalg.norm(now) == pytest.approx(float(np.linalg.norm(rest - upper)), abs=1e-6)


@pytest.mark.parametrize("arms", ARMS)
@pytest.mark.parametrize("posture", ["standing", "floor", "half_kneeling"])
def test_hands_are_above_the_floor_and_no_arm_is_longer_than_it_is(arms: str, posture: Posture) -> None:
    """However deep the bend, wrists do not go through the floor and bones keep their length."""
    for lean in (0.0, 60.0, 100.0):
        pose = Pose(trunk_inclination_deg=lean, arms=arms)  # type: ignore[arg-type]
        skeleton = solve(BODY, Stance(posture), pose)
        for side in SIDES:
            wrist, shoulder = skeleton.head_of(f"{side}-hand"), skeleton.head_of(f"{side}-upper_arm")
            assert wrist[2] > -0.12
            assert np.linalg.norm(wrist - shoulder) <= arm_length_m(BODY, side) + 1e-6


def test_one_forearm_lies_across_the_back() -> None:
    """Its wrist is behind the spine, near the midline; the other arm hangs."""
    pose = Pose(trunk_inclination_deg=0.0, arms="across")
    skeleton = solve(BODY, Stance("standing", busy_arm="left"), pose)
    wrist, spine = skeleton.head_of("left-hand"), skeleton.head_of("L3")
    assert wrist[0] < spine[0] - 0.05
    assert abs(wrist[1]) < 0.12
    assert skeleton.head_of("right-hand")[2] < spine[2] - 0.1


def test_a_bar_is_level_and_in_front_of_the_legs() -> None:
    """Both hands are at one height, and further forward than the thighs when the person stands upright."""
    skeleton = solve(BODY, Stance("standing"), Pose(arms="bar"))
    left, right = skeleton.head_of("left-hand"), skeleton.head_of("right-hand")
    assert left[[0, 2]] == pytest.approx(right[[0, 2]], abs=0.01)
    assert left[0] > skeleton.head_of("left-thigh")[0] + 0.05
    overhead = solve(BODY, Stance("standing"), Pose(arms="overhead"))
    assert overhead.head_of("left-hand")[2] > overhead.head_of("head")[2] + 0.1


@pytest.mark.parametrize("knee_deg", [60.0, 80.0, 100.0])
def test_a_squat_is_balanced_over_flat_feet(knee_deg: float) -> None:
    """Deep knees go forward, hips go back, and the shank leans no further than ankles allow."""
    truth = studio(still_spec(pose=Pose(trunk_inclination_deg=40.0, knee_deg=knee_deg))).truth(0.0)
    assert truth.knee_flexion_deg == pytest.approx(knee_deg, abs=0.1)
    assert -45.0 < truth.right_shank_deg < 0.0
    assert truth.joint_m("right_hip")[0] < truth.joint_m("right_ankle")[0] + 0.05
    assert math.isclose(truth.joint_m("left_ankle")[2], truth.joint_m("right_ankle")[2], abs_tol=1e-6)
