"""Facing, near side, yaw and roll are recognised, held through glitches, and change only when the change lasts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import Side, of
from posecheck.kinematics import view
from tests.stick_figure import StickFigure, stick_figure

SMALL = (64, 48)
NOTHING = np.full((33, 2), np.nan)
SURE = np.ones(33)


def _facings(stream: list[tuple[float, StickFigure | None]]) -> list[int]:
    state, out = view.FacingState(), []
    for t_s, figure in stream:
        points = NOTHING if figure is None else figure.landmarks_px
        state, facing = view.facing_step(state, t_s, points, SURE)
        out.append(facing)
    return out


POSTURES = st.sampled_from(
    [
        {},
        {"trunk_inclination_deg": 70.0},
        {"trunk_inclination_deg": 120.0, "knee_flexion_deg": 15.0},
        {"trunk_inclination_deg": 20.0, "hip_hinge_deg": 110.0},
        {"trunk_inclination_deg": 0.0, "hip_hinge_deg": 90.0, "knee_flexion_deg": 90.0},
        {"trunk_inclination_deg": -90.0, "hip_hinge_deg": 80.0},
    ]
)


@given(posture=POSTURES, facing=st.sampled_from([1, -1]), roll_deg=st.floats(-180.0, 180.0), mirror=st.booleans())
def test_facing_is_told_in_every_posture_and_at_any_roll(
    posture: dict[str, float], facing: int, roll_deg: float, mirror: bool
) -> None:
    """Standing, folded, seated, lying with a leg raised: the first frame decides, however the camera is held."""
    figure = stick_figure(facing=facing, roll_deg=roll_deg, mirror=mirror, image_wh=SMALL, **posture)  # type: ignore[arg-type]
    assert _facings([(0.0, figure)]) == [figure.facing]
    score = view.facing_score(figure.landmarks_px, SURE)
    other = stick_figure(facing=-facing, roll_deg=-roll_deg, mirror=mirror, image_wh=SMALL, **posture)  # type: ignore[arg-type]
    assert view.facing_score(other.landmarks_px, SURE) == pytest.approx(-score, abs=1e-9)


def test_a_person_seen_from_the_front_has_no_facing() -> None:
    """Joints straight above each other are no evidence: 0."""
    points = np.array(stick_figure(image_wh=SMALL).landmarks_px)
    points[:, 0] = 100.0
    assert view.facing_step(view.FacingState(), 0.0, points, SURE)[1] == 0


def test_a_glitch_does_not_turn_the_person_round_but_a_turn_does() -> None:
    """0.6 s of the other way keep the facing; after 0.7 s it turns, once."""
    right, left = stick_figure(image_wh=SMALL), stick_figure(facing=-1, image_wh=SMALL)
    glitch = [(k / 10, left if 5 <= k <= 11 else right) for k in range(20)]
    assert _facings(glitch) == [1] * 20  # type: ignore[arg-type]
    turn = [(k / 10, left if k >= 5 else right) for k in range(20)]
    facings = _facings(turn)  # type: ignore[arg-type]
    assert facings == sorted(facings, reverse=True)
    assert facings.index(-1) == 12


def test_what_is_not_seen_for_a_moment_is_remembered_and_for_long_forgotten() -> None:
    """Two seconds without landmarks keep the facing; after more than three the next one counts at once."""
    right, left = stick_figure(image_wh=SMALL), stick_figure(facing=-1, image_wh=SMALL)
    assert _facings([(0.0, right), (2.0, None), (2.1, left)]) == [1, 1, 1]
    assert _facings([(0.0, right), (3.1, None), (3.2, left)]) == [1, 0, -1]


def test_a_stream_that_begins_again_forgets() -> None:
    """Time that runs backwards is another stream: its first frame decides."""
    assert _facings([(9.0, stick_figure(image_wh=SMALL)), (0.0, stick_figure(facing=-1, image_wh=SMALL))]) == [1, -1]


def test_facing_uses_what_there_is() -> None:
    """Without feet, knees or head the rest decides; without hips nothing does; unsure landmarks are no evidence."""
    figure = stick_figure(trunk_inclination_deg=60.0, knee_flexion_deg=20.0, facing=-1, image_wh=SMALL)
    for joints in (("heel", "foot_index"), ("knee", "ankle"), ("ear", "heel")):
        assert view.facing_score(figure.landmarks_px, figure.without(*joints).visibility) < -0.2
    assert math.isnan(view.facing_score(figure.landmarks_px, figure.without("hip").visibility))
    nothing_else = figure.without("knee", "ankle", "heel", "foot_index", "ear").visibility
    assert math.isnan(view.facing_score(figure.landmarks_px, nothing_else))
    thighless = np.array(figure.landmarks_px)
    for side in Side:
        thighless[of("knee", side)] = thighless[of("hip", side)]
    assert view.facing_score(thighless, SURE) < -0.2
    for side in Side:
        one_sided = np.array(figure.visibility)
        one_sided[[of(joint, side) for joint in ("hip", "shoulder", "knee")]] = 0.0
        assert view.facing_score(figure.landmarks_px, one_sided) < -0.2


def _side(
    figure: StickFigure, t_s: float = 0.0, state: view.SideState | None = None
) -> tuple[view.SideState, Side | None]:
    return view.near_side_step(state or view.SideState(), t_s, figure.landmarks_px, figure.visibility, figure.world_m)


@given(facing=st.sampled_from([1, -1]), yaw_deg=st.floats(-60.0, 60.0), mirror=st.booleans())
def test_the_near_side_is_the_one_nearer_the_camera(facing: int, yaw_deg: float, mirror: bool) -> None:
    """Depth and visibility decide which side is measured."""
    figure = stick_figure(facing=facing, yaw_deg=yaw_deg, mirror=mirror, image_wh=SMALL)
    assert _side(figure)[1] is figure.near_side


def test_the_near_side_is_held_for_a_while() -> None:
    """A flicker keeps the side, a second of the other one changes it."""
    right, left = stick_figure(facing=1, image_wh=SMALL), stick_figure(facing=-1, image_wh=SMALL)
    state, side = _side(right)
    assert side is Side.RIGHT
    for t_s in (0.1, 0.5, 0.75):
        state, side = _side(left, t_s, state)
        assert side is Side.RIGHT
    assert _side(left, 0.85, state)[1] is Side.LEFT


def test_a_side_that_is_not_seen_is_not_the_near_one() -> None:
    """With the joints of one side missing the other is measured, whatever the depth says; with none, neither."""
    figure = stick_figure(facing=1, image_wh=SMALL)
    points = np.array(figure.landmarks_px)
    points[[of(joint, Side.RIGHT) for joint in ("shoulder", "hip", "knee", "ankle")]] = np.nan
    assert view.near_side_step(view.SideState(), 0.0, points, SURE, figure.world_m)[1] is Side.LEFT
    assert view.near_side_step(view.SideState(), 0.0, NOTHING, SURE, figure.world_m)[1] is None


def test_without_depth_and_visibility_there_is_no_near_side() -> None:
    """A backend that gives neither leaves it open."""
    figure = stick_figure(image_wh=SMALL)
    unknown = view.near_side_step(
        view.SideState(), 0.0, figure.landmarks_px, np.full(33, np.nan), np.full((33, 3), np.nan)
    )
    assert unknown[1] is None


@given(yaw_deg=st.floats(-90.0, 90.0), facing=st.sampled_from([1, -1]), lean_deg=st.floats(0.0, 100.0))
def test_yaw_is_read_without_its_sign(yaw_deg: float, facing: int, lean_deg: float) -> None:
    """0 side-on, 90 from the front or behind, whichever way the person leans."""
    figure = stick_figure(yaw_deg=yaw_deg, facing=facing, trunk_inclination_deg=lean_deg, image_wh=SMALL)
    assert view.view_yaw_deg(figure.world_m) == pytest.approx(abs(yaw_deg), abs=1e-6)


def test_yaw_is_unknown_without_shoulders_or_hips() -> None:
    """NaN in, NaN out, and no depth at all is no view."""
    world = np.array(stick_figure(image_wh=SMALL).world_m)
    world[of("hip", Side.LEFT)] = np.nan
    assert math.isnan(view.view_yaw_deg(world))
    assert math.isnan(view.view_yaw_deg(np.zeros((33, 3))))


@given(
    roll_deg=st.floats(-24.0, 24.0), facing=st.sampled_from([1, -1]), lean_deg=st.sampled_from([0.0, 8.0, 60.0, 100.0])
)
def test_roll_is_read_from_upright_bodies_and_flat_feet(roll_deg: float, facing: int, lean_deg: float) -> None:
    """Within 5°, standing or folded: bodies lean forward a little and so the oracle's straight ones are off by that."""
    figure = stick_figure(roll_deg=roll_deg, facing=facing, trunk_inclination_deg=lean_deg, image_wh=SMALL)
    assert view.camera_roll_deg(figure.landmarks_px, facing) == pytest.approx(roll_deg, abs=5.0)


def test_roll_is_not_guessed() -> None:
    """Lying down, one foot raised, feet not seen, no facing: NaN."""
    lying = stick_figure(trunk_inclination_deg=-90.0, hip_hinge_deg=0.0, image_wh=SMALL)
    folded = stick_figure(trunk_inclination_deg=70.0, image_wh=SMALL)
    one_up = np.array(folded.landmarks_px)
    one_up[of("foot_index", Side.LEFT), 1] -= 30.0
    no_feet = np.array(folded.landmarks_px)
    no_feet[of("heel", Side.LEFT)] = np.nan
    point_foot = np.array(folded.landmarks_px)
    point_foot[of("heel", Side.LEFT)] = point_foot[of("foot_index", Side.LEFT)]
    for points in (lying.landmarks_px, one_up, no_feet, point_foot, NOTHING):
        assert math.isnan(view.camera_roll_deg(points, 1))
    assert math.isfinite(view.camera_roll_deg(folded.landmarks_px, 1))
    assert math.isnan(view.camera_roll_deg(folded.landmarks_px, 0))
