from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.people import BodyShape, Camera, Pose, Posture, make_body
from benchmarks.people.body import BONE
from benchmarks.people.poses import Stance, neutral_pelvis_deg, solve
from benchmarks.people.truth import JOINT_NAMES
from tests.people.studio import POSTURES, resting, still_spec, studio

BODY = make_body(BodyShape(gender=0.3, lordosis_deg=8.0, kyphosis_deg=-5.0))
UPRIGHT_POSTURES = tuple(posture for posture in POSTURES if posture != "lying")

leans = st.floats(-10.0, 100.0)
lumbars = st.floats(-15.0, 60.0)
thoracics = st.floats(-10.0, 40.0)
knees = st.floats(0.0, 60.0)


@given(lean=leans, lumbar=lumbars, thoracic=thoracics, knee=knees, posture=st.sampled_from(UPRIGHT_POSTURES))
def test_the_skeleton_does_what_was_asked(
    lean: float, lumbar: float, thoracic: float, knee: float, posture: Posture
) -> None:
    """Trunk, knee and spine have exactly the asked angles, whatever the posture and the other angles."""
    pose = Pose(
        trunk_inclination_deg=lean,
        lumbar_deg=lumbar,
        thoracic_deg=thoracic,
        knee_deg=knee,
    )
    pose = replace(pose, other_knee_deg=90.0 if posture in ("chair", "half_kneeling") else 5.0)
    skeleton = solve(BODY, Stance(posture, lead="right"), pose)
    assert skeleton.trunk_inclination_deg() == pytest.approx(lean, abs=1e-6)
    hip, knee_m, ankle = (skeleton.head_of(f"right-{bone}")[[0, 2]] for bone in ("thigh", "shank", "foot"))
    thigh, shank = knee_m - hip, ankle - knee_m
    cosine = float(thigh @ shank) / float(np.linalg.norm(thigh) * np.linalg.norm(shank))
    assert math.degrees(math.acos(min(1.0, cosine))) == pytest.approx(knee, abs=1e-3)
    neutral = solve(BODY, Stance(posture, lead="right"), resting(posture))
    for top, asked in (("L1", lumbar), ("T1", lumbar + thoracic)):
        bend = relative_pitch_deg(skeleton.turns, top) - relative_pitch_deg(neutral.turns, top)
        assert bend == pytest.approx(asked, abs=1e-6)


def relative_pitch_deg(turns: np.ndarray[tuple[int, ...], np.dtype[np.float64]], top: str) -> float:
    """Pitch of a vertebra against the pelvis."""
    turn = turns[0].T @ turns[BONE[top]]
    return math.degrees(math.atan2(turn[0, 2], turn[2, 2]))


def test_a_standing_person_reads_about_zero() -> None:
    """Neutral standing: every angle whose neutral is 0 is within a few degrees of it."""
    truth = studio(still_spec(pose=Pose(knee_deg=0.0))).truth(0.0)
    assert truth.trunk_inclination_deg == pytest.approx(0.0, abs=1e-6)
    assert truth.spine_flexion_deg == 0.0
    assert truth.pelvis_inclination_deg == pytest.approx(0.0, abs=0.5)
    assert truth.knee_flexion_deg == pytest.approx(0.0, abs=1e-3)
    for value in (truth.hip_hinge_deg, truth.hip_flexion_deg, truth.left_thigh_deg, truth.right_shank_deg):
        assert abs(value) < 6.0


def test_a_neutral_spine_is_the_persons_own() -> None:
    """Lordosis and kyphosis belong to the body: they change the pelvis that is neutral, not the truth."""
    hollow = BodyShape(lordosis_deg=12.0, kyphosis_deg=6.0)
    truth = studio(still_spec(body=hollow)).truth(0.0)
    assert truth.spine_flexion_deg == 0.0
    assert truth.pelvis_inclination_deg == pytest.approx(0.0, abs=0.5)
    assert neutral_pelvis_deg(make_body(hollow)) > neutral_pelvis_deg(make_body(BodyShape())) + 3.0


def test_a_rounded_back_takes_its_bend_from_the_pelvis() -> None:
    """At the same trunk inclination a rounded person's pelvis and hip are flexed less."""
    flat = studio(still_spec(pose=Pose(trunk_inclination_deg=70.0))).truth(0.0)
    pose = Pose(trunk_inclination_deg=70.0, lumbar_deg=40.0, thoracic_deg=20.0)
    rounded = studio(still_spec(pose=pose)).truth(0.0)
    assert rounded.spine_flexion_deg == 60.0
    assert rounded.lumbar_flexion_deg == 40.0
    assert rounded.thoracic_flexion_deg == 20.0
    assert rounded.pelvis_inclination_deg < flat.pelvis_inclination_deg - 20.0
    assert rounded.hip_flexion_deg < flat.hip_flexion_deg - 20.0
    assert rounded.hip_hinge_deg == pytest.approx(flat.hip_hinge_deg, abs=10.0)


@pytest.mark.parametrize("posture", POSTURES)
def test_facing_the_other_way_mirrors_the_picture_and_keeps_the_angles(posture: Posture) -> None:
    """Left and right change places; angles stay; pixels are mirrored."""
    right = studio(still_spec(posture, camera=Camera(facing="right", yaw_deg=9.0))).truth(0.0)
    left = studio(still_spec(posture, camera=Camera(facing="left", yaw_deg=9.0))).truth(0.0)
    assert (right.near_side, left.near_side) == ("right", "left")
    for name in ("hip_hinge_deg", "knee_flexion_deg", "trunk_inclination_deg", "hip_flexion_deg"):
        assert getattr(left, name) == pytest.approx(getattr(right, name), abs=0.3)
    assert left.left_thigh_deg == pytest.approx(right.right_thigh_deg, abs=0.3)
    for name in JOINT_NAMES:
        other = name.replace("left", "*").replace("right", "left").replace("*", "right")
        x, y = left.joint_px(name)
        assert (320.0 - x, y) == pytest.approx(tuple(right.joint_px(other)), abs=1.5)


def test_sitting_and_lying_have_the_signs_of_the_definition() -> None:
    """Long sitting: thigh about 90. On the back: trunk about -90, a leg at 70 has its thigh at 160."""
    sitting = studio(still_spec("floor")).truth(0.0)
    assert sitting.right_thigh_deg == pytest.approx(90.0, abs=8.0)
    assert sitting.hip_flexion_deg == pytest.approx(90.0, abs=8.0)
    lying = studio(still_spec("lying")).truth(0.0)
    assert lying.trunk_inclination_deg == pytest.approx(-90.0, abs=8.0)
    assert lying.right_thigh_deg == pytest.approx(160.0, abs=0.1)


def test_the_row_of_a_table_is_complete_and_finite() -> None:
    """Time, twelve angles and two pixels per joint, all of them numbers."""
    row = studio(still_spec()).truth(0.0).row()
    assert next(iter(row)) == "t_s"
    assert len(row) == 1 + 12 + 2 * len(JOINT_NAMES)
    assert all(math.isfinite(value) for value in row.values())
