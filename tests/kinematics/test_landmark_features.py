"""What goes beside the silhouette does not depend on where the person stands, how far off, and which way they face."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import Landmark, Side, of
from posecheck.kinematics.spine.landmark_features import JOINT_COUNT, aligned
from posecheck.records import Floats
from tests.stick_figure import StickFigure, stick_figure

#: Rows of the (JOINT_COUNT, 2) places: near side first, then the far one, the nose last.
EAR, SHOULDER, ELBOW, WRIST, HIP, KNEE, ANKLE = range(7)
FAR, NOSE = 7, 14


def places(figure: StickFigure) -> Floats:
    """(JOINT_COUNT, 2) of a figure."""
    return aligned(figure.landmarks_px, figure.facing)[: 2 * JOINT_COUNT].reshape(JOINT_COUNT, 2)


@given(
    lean_deg=st.floats(-60.0, 130.0),
    knee_deg=st.floats(0.0, 90.0),
    yaw_deg=st.floats(0.0, 30.0),
    moved_px=st.tuples(st.floats(-500.0, 500.0), st.floats(-500.0, 500.0)),
    scale=st.floats(0.2, 5.0),
    turn_deg=st.floats(-180.0, 180.0),
)
def test_moving_scaling_and_mirroring_change_nothing(
    lean_deg: float,
    knee_deg: float,
    yaw_deg: float,
    moved_px: tuple[float, float],
    scale: float,
    turn_deg: float,
) -> None:
    """All numbers stay to the last digits; a turn of the picture moves the direction of down alone, by as much."""
    options = {"trunk_inclination_deg": lean_deg, "knee_flexion_deg": knee_deg, "yaw_deg": yaw_deg}
    figure = stick_figure(**options, trunk_px=40.0, image_wh=(64, 48))  # type: ignore[arg-type]
    mirrored = stick_figure(**options, trunk_px=40.0, image_wh=(64, 48), mirror=True)  # type: ignore[arg-type]
    first = aligned(figure.landmarks_px, figure.facing)
    assert np.isfinite(first).all()
    np.testing.assert_allclose(aligned(figure.landmarks_px * scale + moved_px, figure.facing), first, atol=1e-9)
    np.testing.assert_allclose(aligned(mirrored.landmarks_px, mirrored.facing), first, atol=1e-9)
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    turned = aligned(figure.landmarks_px @ np.array([[cos, sin], [-sin, cos]]), figure.facing)
    np.testing.assert_allclose(turned[:-2], first[:-2], atol=1e-9)
    assert first[-2:] @ turned[-2:] == pytest.approx(cos, abs=1e-9)


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize("lean_deg", [0.0, 45.0, 90.0])
def test_joints_lie_where_they_were_drawn(facing: int, lean_deg: float) -> None:
    """Along the trunk is u, n towards the back: the nose is in front of the ears, the hip 0, the shoulder 1."""
    figure = stick_figure(trunk_inclination_deg=lean_deg, facing=facing)
    place = places(figure)
    for first in (0, FAR):
        assert place[first + HIP] == pytest.approx([0.0, 0.0], abs=1e-9)
        assert place[first + SHOULDER] == pytest.approx([1.0, 0.0], abs=1e-9)
        assert place[first + ELBOW] == pytest.approx([0.85, -0.45], abs=1e-9)
        assert place[first + EAR] == pytest.approx([1.4, 0.0], abs=1e-9)
        bend = math.radians(lean_deg)
        assert place[first + KNEE] == pytest.approx([-0.85 * math.cos(bend), -0.85 * math.sin(bend)], abs=1e-9)
    assert place[NOSE] == pytest.approx([1.4, -0.22], abs=1e-9)
    down = aligned(figure.landmarks_px, figure.facing)[-2:]
    assert math.degrees(math.atan2(-down[1], -down[0])) == pytest.approx(lean_deg, abs=1e-9)


def test_the_near_side_comes_first() -> None:
    """A person who faces right shows their right side, one who faces left their left."""
    for facing, near in ((1, Side.RIGHT), (-1, Side.LEFT)):
        points = np.array(stick_figure(facing=facing).landmarks_px)
        before = aligned(points, facing)
        points[of("wrist", near)] += 30.0
        changed = np.flatnonzero(aligned(points, facing) != before) // 2
        assert set(changed.tolist()) == {WRIST}


def test_a_joint_not_given_is_nan_and_disturbs_no_other() -> None:
    """NaN stays where it was."""
    figure = stick_figure(trunk_inclination_deg=30.0)
    points = np.array(figure.landmarks_px)
    points[[Landmark.NOSE, of("knee", figure.near_side)]] = np.nan
    place = aligned(points, figure.facing)
    missing = np.isnan(place)
    assert set((np.flatnonzero(missing) // 2).tolist()) == {NOSE, KNEE}
    assert np.array_equal(place[~missing], aligned(figure.landmarks_px, figure.facing)[~missing])


def test_without_an_axis_nothing_is_told() -> None:
    """No facing, a hip not given, hips and shoulders in one place: all NaN."""
    points = np.array(stick_figure().landmarks_px)
    hidden, folded = points.copy(), points.copy()
    hidden[Landmark.LEFT_HIP] = np.nan
    folded[[of("shoulder", side) for side in Side]] = points[[of("hip", side) for side in Side]]
    for landmarks, facing in ((points, 0), (hidden, 1), (folded, 1)):
        out = aligned(landmarks, facing)
        assert out.shape == (2 * JOINT_COUNT + 2,)
        assert np.isnan(out).all()
