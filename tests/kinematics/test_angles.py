"""Angles are exact, signed as they say, and do not care how the picture is held."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import of
from posecheck.kinematics import angles
from posecheck.records import Floats
from tests.stick_figure import StickFigure, stick_figure

ROLLS = st.floats(-180.0, 180.0)
FACINGS = st.sampled_from([1, -1])


def _joints(figure: StickFigure, *names: str) -> list[Floats]:
    return [figure.landmarks_px[of(name, figure.near_side)] for name in names]


def _corner(angle_deg: float, length: float = 100.0) -> list[Floats]:
    """Three points with `angle_deg` at the middle one."""
    turn = math.radians(angle_deg)
    return [
        np.array([length, 0.0]),
        np.zeros(2),
        np.array([length * math.cos(turn), length * math.sin(turn)]),
    ]


@given(angle_deg=st.floats(0.0, 180.0))
def test_the_included_angle_is_the_one_that_was_drawn(angle_deg: float) -> None:
    """Any angle is found again, to a millionth of a degree."""
    assert angles.included_angle_deg(*_corner(angle_deg)) == pytest.approx(angle_deg, abs=1e-6)


@pytest.mark.parametrize("tiny_deg", [1e-7, 1e-5, 1e-3])
def test_tiny_bends_near_straight_are_not_lost(tiny_deg: float) -> None:
    """Near 0 and 180, where an arc cosine is blind, tiny angles still count in full."""
    assert angles.included_angle_deg(*_corner(tiny_deg)) == pytest.approx(tiny_deg, rel=1e-3)
    assert 180.0 - angles.included_angle_deg(*_corner(180.0 - tiny_deg)) == pytest.approx(tiny_deg, rel=1e-3)


@given(
    bend_deg=st.floats(-44.0, 179.0),
    roll_deg=ROLLS,
    facing=FACINGS,
    mirror=st.booleans(),
    trunk_px=st.floats(30.0, 900.0),
    at_px=st.tuples(st.floats(-500.0, 2000.0), st.floats(-500.0, 2000.0)),
)
def test_knee_flexion_does_not_care_how_the_camera_is_held(
    bend_deg: float, roll_deg: float, facing: int, mirror: bool, trunk_px: float, at_px: tuple[float, float]
) -> None:
    """Roll, mirror, scale and place leave the knee as it is, hyperextension (negative) included."""
    figure = stick_figure(
        knee_flexion_deg=bend_deg,
        roll_deg=roll_deg,
        facing=facing,
        mirror=mirror,
        trunk_px=trunk_px,
        hip_at_px=at_px,
        image_wh=(64, 48),
    )
    hip, knee, ankle = _joints(figure, "hip", "knee", "ankle")
    assert angles.knee_flexion_deg(hip, knee, ankle, figure.facing) == pytest.approx(bend_deg, abs=1e-6)
    assert angles.knee_flexion_deg(hip, knee, ankle) == pytest.approx(abs(bend_deg), abs=1e-6)


@given(hinge_deg=st.floats(-44.0, 179.0), lean_deg=st.floats(-90.0, 140.0), roll_deg=ROLLS, facing=FACINGS)
def test_hip_hinge_is_the_fold_between_trunk_and_thigh(
    hinge_deg: float, lean_deg: float, roll_deg: float, facing: int
) -> None:
    """Whether the trunk comes down or the thigh comes up, standing or lying, the fold is the same."""
    figure = stick_figure(
        hip_hinge_deg=hinge_deg,
        trunk_inclination_deg=lean_deg,
        roll_deg=roll_deg,
        facing=facing,
        image_wh=(64, 48),
    )
    shoulder, hip, knee = _joints(figure, "shoulder", "hip", "knee")
    assert angles.hip_hinge_deg(shoulder, hip, knee, figure.facing) == pytest.approx(hinge_deg, abs=1e-6)
    assert angles.hip_hinge_deg(shoulder, hip, knee) == pytest.approx(abs(hinge_deg), abs=1e-6)


def test_an_impossible_extension_is_taken_as_a_wrong_facing() -> None:
    """A knee bent by 100° read with the wrong facing gives 100, not -100; 20 past straight stays -20."""
    hip, knee, ankle = _joints(
        stick_figure(knee_flexion_deg=100.0, facing=1, image_wh=(64, 48)), "hip", "knee", "ankle"
    )
    assert angles.knee_flexion_deg(hip, knee, ankle, -1) == pytest.approx(100.0)
    hip, knee, ankle = _joints(
        stick_figure(knee_flexion_deg=-20.0, facing=1, image_wh=(64, 48)), "hip", "knee", "ankle"
    )
    assert angles.knee_flexion_deg(hip, knee, ankle, 1) == pytest.approx(-20.0)


@given(lean_deg=st.floats(-85.0, 175.0), roll_deg=st.floats(-20.0, 20.0), facing=FACINGS, mirror=st.booleans())
def test_inclination_shifts_by_the_roll_and_by_nothing_else(
    lean_deg: float, roll_deg: float, facing: int, mirror: bool
) -> None:
    """A camera turned clockwise adds its roll to a person facing right, and takes it from one facing left."""
    figure = stick_figure(
        trunk_inclination_deg=lean_deg, roll_deg=roll_deg, facing=facing, mirror=mirror, image_wh=(64, 48)
    )
    measured_deg = angles.trunk_inclination_deg(figure.hip_px, figure.shoulder_px, figure.facing)
    assert measured_deg == pytest.approx(lean_deg + facing * roll_deg, abs=1e-6)


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize(("thigh_deg", "knee_deg"), [(0.0, 0.0), (90.0, 90.0), (100.0, 20.0), (-10.0, 30.0)])
def test_thigh_and_shin_lean_as_they_were_drawn(facing: int, thigh_deg: float, knee_deg: float) -> None:
    """A thigh raised to level reads 90; the shin's lean is the knee's bend less what the thigh is raised."""
    figure = stick_figure(hip_hinge_deg=thigh_deg, knee_flexion_deg=knee_deg, facing=facing, image_wh=(64, 48))
    hip, knee, ankle = _joints(figure, "hip", "knee", "ankle")
    assert angles.thigh_inclination_deg(hip, knee, facing) == pytest.approx(thigh_deg, abs=1e-6)
    assert angles.shank_inclination_deg(knee, ankle, facing) == pytest.approx(knee_deg - thigh_deg, abs=1e-6)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_joint_not_seen_makes_the_angle_unknown(missing: int) -> None:
    """NaN in any of the points gives NaN, never a number."""
    points = _corner(50.0)
    points[missing] = np.array([np.nan, 3.0])
    first, corner, last = points
    assert math.isnan(angles.included_angle_deg(first, corner, last))
    assert math.isnan(angles.hip_hinge_deg(first, corner, last))
    assert math.isnan(angles.knee_flexion_deg(first, corner, last, 1))


def test_points_that_fall_together_have_no_angle() -> None:
    """Two joints in one place give NaN instead of an angle of 0."""
    here, there = np.zeros(2), np.array([1.0, 2.0])
    assert math.isnan(angles.included_angle_deg(here, here, there))
    assert math.isnan(angles.included_angle_deg(there, here, here))
    assert math.isnan(angles.trunk_inclination_deg(here, here, 1))


def test_inclinations_need_to_know_the_facing() -> None:
    """Without a facing forward and backward are the same: NaN."""
    here, there = np.zeros(2), np.array([1.0, 2.0])
    assert math.isnan(angles.trunk_inclination_deg(here, there, 0))
    assert math.isnan(angles.thigh_inclination_deg(here, there, 0))


@given(angle_deg=st.floats(-2000.0, 2000.0), low_deg=st.floats(-400.0, 400.0))
def test_wrapping_keeps_the_direction(angle_deg: float, low_deg: float) -> None:
    """A wrapped angle lies within its turn and differs by whole turns."""
    wrapped_deg = angles.wrap_deg(angle_deg, low_deg)
    assert low_deg - 1e-9 <= wrapped_deg <= low_deg + 360.0
    assert math.remainder(wrapped_deg - angle_deg, 360.0) == pytest.approx(0.0, abs=1e-6)
