"""The line of the back is found where it was drawn, and nowhere else."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.kinematics.spine.dorsal_profile import CROP_COLUMNS, CROP_ROWS, ROWS, read_back
from posecheck.records import CROP_SHAPE, Back
from tests.stick_figure import BACK_DEPTH, StickFigure, stick_figure

TRUNK = (ROWS > 0.0) & (ROWS < 1.0)


def _read(figure: StickFigure) -> Back:
    back = read_back(figure.mask, figure.landmarks_px, figure.facing)
    assert back is not None
    return back


def _error_px(figure: StickFigure) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    out: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    out = ((_read(figure).dorsal - figure.outline(ROWS)) * figure.trunk_px)[TRUNK]
    return out


@given(
    bend_deg=st.floats(-40.0, 60.0),
    lean_deg=st.floats(0.0, 110.0),
    roll_deg=st.floats(-180.0, 180.0),
    facing=st.sampled_from([1, -1]),
    mirror=st.booleans(),
    trunk_px=st.floats(60.0, 130.0),
)
def test_the_outline_is_the_drawn_line_to_a_fraction_of_a_pixel(
    bend_deg: float, lean_deg: float, roll_deg: float, facing: int, mirror: bool, trunk_px: float
) -> None:
    """Round or hollow, both facings, any roll: every sample lies within 0.6 px of the truth, 0.4 on average (a quarter is the drawing's own)."""
    figure = stick_figure(
        spine_bend_deg=bend_deg,
        trunk_inclination_deg=lean_deg,
        roll_deg=roll_deg,
        facing=facing,
        mirror=mirror,
        trunk_px=trunk_px,
    )
    error_px = np.abs(_error_px(figure))
    assert np.isfinite(error_px).all()
    assert error_px.max() < 0.6
    assert error_px.mean() < 0.4


def test_the_outline_stays_exact_in_a_large_picture() -> None:
    """In a 4K picture, where the sampling grid is 11 px wide, the outline is still found to a pixel."""
    figure = stick_figure(
        spine_bend_deg=35.0,
        trunk_inclination_deg=60.0,
        trunk_px=700.0,
        hip_at_px=(1700.0, 1100.0),
        image_wh=(3840, 2160),
    )
    assert np.abs(_error_px(figure)).max() < 1.0


def test_the_crop_has_the_back_at_high_columns_whichever_way_one_faces() -> None:
    """Facing left or right gives the same crop: belly at low columns, hips at low rows."""
    right, left = (_read(stick_figure(spine_bend_deg=20.0, facing=facing)).crop for facing in (1, -1))
    assert right.shape == CROP_SHAPE
    assert np.abs(right.astype(int) - left.astype(int)).mean() < 3.0
    row = int(np.argmin(np.abs(CROP_ROWS - 0.5)))
    on_body = CROP_COLUMNS[right[row] > 127]
    assert on_body.max() == pytest.approx(stick_figure(spine_bend_deg=20.0).outline(0.5), abs=0.04)
    assert on_body.min() == pytest.approx(-0.2, abs=0.04)


def test_what_does_not_hang_together_with_the_trunk_is_left_out() -> None:
    """A second body behind the back neither enters the crop nor moves the outline."""
    figure = stick_figure(spine_bend_deg=20.0)
    beside = np.array(figure.mask)
    x, y = (figure.hip_px + figure.shoulder_px) / 2.0 - np.array([0.5 * figure.trunk_px, 0.0])
    cv2.circle(beside, (round(float(x)), round(float(y))), 12, (1.0,), -1)
    crop = _read(figure.painted(beside)).crop.astype(int)
    assert np.abs(crop - _read(figure).crop).max() <= 127
    assert ((crop > 127) == (_read(figure).crop > 127)).all()
    assert np.nanmax(np.abs(_error_px(figure.painted(beside)))) < 0.6


def test_no_silhouette_at_the_trunk_gives_no_outline() -> None:
    """An empty mask gives an empty crop and NaN everywhere, and so do blots that are not the trunk."""
    figure = stick_figure()
    empty = np.zeros_like(figure.mask)
    back = _read(figure.painted(empty))
    assert np.isnan(back.dorsal).all()
    assert not back.crop.any()
    blots = empty.copy()
    for u in (0.2, 0.8):
        x, y = figure.hip_px + u * (figure.shoulder_px - figure.hip_px) - np.array([0.6 * figure.trunk_px, 0.0])
        cv2.circle(blots, (round(float(x)), round(float(y))), 10, (1.0,), -1)
    assert np.isnan(_read(figure.painted(blots)).dorsal[TRUNK]).all()


def test_the_outline_is_found_where_the_axis_lies_beside_the_body() -> None:
    """Landmarks a little off the body, in front of it or behind it, still find the same line of the back."""
    figure = stick_figure()
    for shift in (-0.28, 0.28):
        moved = figure.landmarks_px + np.array([shift * figure.trunk_px, 0.0])
        back = read_back(figure.mask, moved, figure.facing)
        assert back is not None
        assert np.nanmedian(back.dorsal[TRUNK]) == pytest.approx(BACK_DEPTH + shift, abs=0.01)


@given(facing=st.sampled_from([1, -1]), mirror=st.booleans(), lean_deg=st.floats(20.0, 80.0))
def test_an_arm_over_the_back_leaves_a_hole_in_the_outline(facing: int, mirror: bool, lean_deg: float) -> None:
    """Where the forearm crosses the outline it is NaN; away from it, it is the back's."""
    figure = stick_figure(arms="over_back", facing=facing, mirror=mirror, trunk_inclination_deg=lean_deg)
    dorsal = _read(figure).dorsal
    assert np.isnan(dorsal[(ROWS > 0.36) & (ROWS < 0.42)]).all()
    low = (ROWS > 0.0) & (ROWS < 0.18)
    assert dorsal[low] == pytest.approx(figure.outline(ROWS[low]), abs=0.01)


def test_an_arm_the_landmarks_missed_is_found_by_the_step_it_makes() -> None:
    """With landmarks that claim the arm in front, rows the drawn arm crosses are NaN and the others the back's."""
    figure = stick_figure(arms="front", arms_drawn="over_back", trunk_inclination_deg=50.0)
    dorsal = _read(figure).dorsal
    assert np.isnan(dorsal[(ROWS > 0.36) & (ROWS < 0.42)]).all()
    seen = TRUNK & np.isfinite(dorsal)
    assert seen.sum() > 0.7 * TRUNK.sum()
    assert dorsal[seen] == pytest.approx(figure.outline(ROWS[seen]), abs=0.01)


def test_a_bulge_that_goes_on_where_the_line_was_heading_is_kept() -> None:
    """A narrow notch loses its own rows only: the line beyond it goes on."""
    figure = stick_figure()
    notched = np.array(figure.mask)
    x, y = figure.hip_px + 0.5 * (figure.shoulder_px - figure.hip_px)
    behind = round(float(x - 0.1 * figure.trunk_px))
    notched[round(float(y)) - 5 : round(float(y)) + 5, :behind] = 0.0
    dorsal = _read(figure.painted(notched)).dorsal
    assert np.isnan(dorsal[np.abs(ROWS - 0.5) < 0.02]).all()
    rest = TRUNK & (np.abs(ROWS - 0.5) > 0.1)
    assert dorsal[rest] == pytest.approx(figure.outline(ROWS[rest]), abs=0.01)


def test_a_hole_in_the_silhouette_is_not_an_outline() -> None:
    """Where something torn out of the mask lies on the axis side of the back the outline is NaN."""
    figure = stick_figure()
    torn = np.array(figure.mask)
    x, y = figure.hip_px + 0.6 * (figure.shoulder_px - figure.hip_px) - np.array([0.12 * figure.trunk_px, 0.0])
    cv2.circle(torn, (round(float(x)), round(float(y))), 8, (0.0,), -1)
    dorsal = _read(figure.painted(torn)).dorsal
    assert np.isnan(dorsal[np.abs(ROWS - 0.6) < 0.03]).all()
    assert np.isfinite(dorsal[ROWS < 0.5][-10:]).all()


@pytest.mark.parametrize("facing", [1, -1])
def test_the_edge_of_the_picture_is_not_the_back(facing: int) -> None:
    """A back cut by the border of the picture has no outline there, and says how much of it is inside."""
    width = 640
    inside_px = 0.15 * 120.0
    hip_x = inside_px if facing > 0 else width - 1 - inside_px
    figure = stick_figure(facing=facing, hip_at_px=(hip_x, 240.0))
    back = _read(figure)
    assert np.isnan(back.dorsal[TRUNK]).all()
    assert back.inside_frac == 0.0


def test_a_trunk_half_below_the_picture_is_half_inside() -> None:
    """`inside_frac` is the share of the trunk's rows in the picture."""
    figure = stick_figure(hip_at_px=(320.0, 479.0 + 60.0))
    back = _read(figure)
    assert back.inside_frac == pytest.approx(0.5, abs=0.05)
    assert np.isnan(back.dorsal[(ROWS > 0.0) & (ROWS < 0.45)]).all()
    assert np.isfinite(back.dorsal[(ROWS > 0.55) & (ROWS < 1.0)]).all()


def test_a_body_that_fills_the_whole_crop_has_no_outline() -> None:
    """A mask without any end towards the back gives NaN, not the crop's own edge."""
    figure = stick_figure()
    back = _read(figure.painted(np.ones_like(figure.mask)))
    assert np.isnan(back.dorsal).all()


def test_without_an_axis_or_a_facing_there_is_no_back() -> None:
    """Unknown facing, unseen hips, and hips and shoulders in one place all give None."""
    figure = stick_figure()
    assert read_back(figure.mask, figure.landmarks_px, 0) is None
    unseen = np.array(figure.landmarks_px)
    unseen[23] = np.nan
    assert read_back(figure.mask, unseen, 1) is None
    assert read_back(figure.mask, np.full((33, 2), 50.0), 1) is None


def test_an_arm_that_is_not_seen_is_no_obstacle() -> None:
    """NaN elbows and wrists leave the outline as it is."""
    figure = stick_figure(trunk_inclination_deg=40.0)
    unseen = np.array(figure.landmarks_px)
    unseen[13:23] = np.nan
    back = read_back(figure.mask, unseen, figure.facing)
    assert back is not None
    assert np.array_equal(back.dorsal, _read(figure).dorsal, equal_nan=True)


def test_what_is_read_cannot_be_changed() -> None:
    """The arrays of a back are read-only and its facing a plain sign."""
    back = read_back(stick_figure().mask, stick_figure().landmarks_px, 1)
    assert back is not None
    for array in (back.crop, back.dorsal, back.hip_px, back.shoulder_px):
        assert not array.flags.writeable
    assert back.facing == 1
    assert math.isclose(float(np.hypot(*(back.shoulder_px - back.hip_px))), 120.0)
