"""Joints move to where the network says they lie: in the frame of the trunk, and never far."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.kinematics.spine import joint_correction
from posecheck.kinematics.spine.network import SpinePrediction

offs = st.tuples(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
chords = st.tuples(st.floats(-300.0, 300.0), st.floats(-300.0, 300.0))
facings = st.sampled_from([1, -1])


def predicted(
    hip_off: tuple[float, float] = (0.0, 0.0), shoulder_off: tuple[float, float] = (0.0, 0.0)
) -> SpinePrediction:
    """What a network says that has an opinion on joints alone."""
    return SpinePrediction(0.0, 0.0, 1.0, 1.0, 1.0, 0.0, hip_off, shoulder_off)


def test_a_hip_further_back_moves_back() -> None:
    """Upright and facing right, u is up and n is left; facing left, n is right."""
    up_px = np.array([0.0, -100.0])
    shift = joint_correction.shift_of(predicted((0.05, 0.1), (-0.1, -0.02)), up_px, 1, 1.0)
    assert shift.hip_px == pytest.approx([-10.0, -5.0])
    assert shift.shoulder_px == pytest.approx([2.0, 10.0])
    assert joint_correction.shift_of(predicted((0.05, 0.1)), up_px, -1, 1.0).hip_px == pytest.approx([10.0, -5.0])


@given(hip=offs, shoulder=offs, chord=chords, facing=facings, frac=st.floats(0.0, 1.0))
def test_no_joint_is_moved_far(
    hip: tuple[float, float], shoulder: tuple[float, float], chord: tuple[float, float], facing: int, frac: float
) -> None:
    """Whatever the network says: no further than 0.2 of the trunk along and across it, and a share of that."""
    chord_px = np.array(chord)
    length_px = math.hypot(*chord)
    shift = joint_correction.shift_of(predicted(hip, shoulder), chord_px, facing, frac)
    for moved, off in ((shift.hip_px, hip), (shift.shoulder_px, shoulder)):
        assert math.hypot(*moved) <= math.sqrt(2.0) * 0.2 * frac * length_px + 1e-9
        assert abs(moved @ chord_px) <= 0.2 * frac * length_px**2 + 1e-6
        if max(abs(part) for part in off) <= 0.2:
            assert math.hypot(*moved) == pytest.approx(math.hypot(*off) * frac * length_px, abs=1e-9)


@given(hip=offs, shoulder=offs, chord=chords, facing=facings)
def test_a_mirrored_person_is_corrected_alike(
    hip: tuple[float, float], shoulder: tuple[float, float], chord: tuple[float, float], facing: int
) -> None:
    """Mirroring the picture mirrors the shift."""
    x, y = chord
    one = joint_correction.shift_of(predicted(hip, shoulder), np.array([x, y]), facing, 1.0)
    other = joint_correction.shift_of(predicted(hip, shoulder), np.array([-x, y]), -facing, 1.0)
    flip = np.array([-1.0, 1.0])
    np.testing.assert_allclose(other.hip_px, one.hip_px * flip, atol=1e-9)
    np.testing.assert_allclose(other.shoulder_px, one.shoulder_px * flip, atol=1e-9)


def test_nothing_moves_without_a_reading_or_a_facing_or_with_the_correction_off() -> None:
    """What the pose model says then stands as it is."""
    chord_px = np.array([30.0, -90.0])
    for shift in (
        joint_correction.shift_of(None, chord_px, 1, 1.0),
        joint_correction.shift_of(predicted((0.1, 0.1), (0.1, 0.1)), chord_px, 0, 1.0),
        joint_correction.shift_of(predicted((0.1, 0.1), (0.1, 0.1)), chord_px, 1, 0.0),
    ):
        assert np.array_equal(shift.hip_px, [0.0, 0.0])
        assert np.array_equal(shift.shoulder_px, [0.0, 0.0])
