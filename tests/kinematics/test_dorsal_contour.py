"""The outline alone: its bend is the turn of the line of the back, whatever is missing or strays."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.kinematics.spine import dorsal_contour
from posecheck.kinematics.spine.dorsal_profile import ROWS
from tests.kinematics.room import stick_back
from tests.stick_figure import back_line


@given(bend_deg=st.floats(-60.0, 90.0))
def test_the_bend_of_a_parabola_is_found_exactly(bend_deg: float) -> None:
    """The bend is the turn of the line between the sacrum and the upper back, round or hollow."""
    assert dorsal_contour.contour_bend_deg(back_line(ROWS, bend_deg)) == pytest.approx(bend_deg, abs=1e-6)


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize("bend_deg", [-20.0, 0.0, 30.0, 60.0])
def test_the_bend_is_that_of_the_drawn_back(bend_deg: float, facing: int) -> None:
    """Read from a mask, it is within a degree and a half, whichever way the person faces."""
    back = stick_back(bend_deg, facing=facing)
    assert dorsal_contour.contour_bend_deg(back.dorsal) == pytest.approx(bend_deg, abs=1.5)


@pytest.mark.parametrize(("from_u", "to_u"), [(0.02, 0.12), (0.8, 0.9), (0.45, 0.55)])
def test_a_fold_of_cloth_hardly_moves_the_bend(from_u: float, to_u: float) -> None:
    """Samples that stray by a tenth of the trunk count for less than half of what plain least squares would make."""
    dorsal = np.array(back_line(ROWS, 30.0))
    dorsal[(from_u < ROWS) & (to_u > ROWS)] += 0.1
    fit = (ROWS >= 0.0) & (ROWS <= 0.95)
    square, slope, _ = np.polyfit(ROWS[fit], dorsal[fit], 2)
    plain_deg = math.degrees(math.atan(slope) - math.atan(slope + 1.9 * square))
    assert abs(plain_deg - 30.0) > 12.0
    assert abs(dorsal_contour.contour_bend_deg(dorsal) - 30.0) < 0.5 * abs(plain_deg - 30.0)


@given(holes=st.sets(st.integers(0, ROWS.size - 1), max_size=18))
def test_missing_samples_do_not_move_the_bend(holes: set[int]) -> None:
    """Up to half of the samples may be missing anywhere."""
    dorsal = back_line(ROWS, 25.0)
    dorsal[list(holes)] = np.nan
    assert dorsal_contour.contour_bend_deg(dorsal) == pytest.approx(25.0, abs=1e-6)


def test_too_few_samples_give_no_bend() -> None:
    """With fewer than half of the samples there is no bend and no roughness to speak of."""
    dorsal = np.full(ROWS.size, np.nan)
    dorsal[(ROWS > 0.0) & (ROWS < 0.1)] = 0.2
    assert math.isnan(dorsal_contour.contour_bend_deg(dorsal))
    assert math.isnan(dorsal_contour.roughness_frac(dorsal))


def test_a_whole_smooth_back_is_covered_by_nothing() -> None:
    """All of the outline is there, hardly rough, and the axis lies on the body."""
    back = stick_back(20.0)
    assert dorsal_contour.cover_frac(back.dorsal) == 1.0
    assert dorsal_contour.axis_inside_frac(back) == 1.0
    assert dorsal_contour.roughness_frac(back.dorsal) < 0.01
    assert dorsal_contour.roughness_frac(back_line(ROWS, 40.0)) < dorsal_contour.roughness_frac(
        back_line(ROWS, 40.0) + 0.03 * np.sin(60.0 * ROWS)
    )
