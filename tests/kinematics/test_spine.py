"""A rounder back reads rounder, and what cannot be judged is not judged, with a sentence that says what to do."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posecheck.kinematics import spine
from posecheck.kinematics.back import ROWS, read_back
from posecheck.records import Back, Floats, frozen
from tests.kinematics.room import PROFILE, with_numbers
from tests.stick_figure import back_line, stick_figure


def _back(bend_deg: float = 0.0, lean_deg: float = 60.0, facing: int = 1, trunk_px: float = 120.0) -> Back:
    figure = stick_figure(spine_bend_deg=bend_deg, trunk_inclination_deg=lean_deg, facing=facing, trunk_px=trunk_px)
    back = read_back(figure.mask, figure.landmarks_px, figure.facing)
    assert back is not None
    return back


def _with_dorsal(back: Back, dorsal: Floats) -> Back:
    return replace(back, dorsal=frozen(dorsal, np.float64))


@given(bend_deg=st.floats(-60.0, 90.0))
def test_the_bend_of_a_parabola_is_found_exactly(bend_deg: float) -> None:
    """The bend is the turn of the line between the sacrum and the upper back, round or hollow."""
    assert spine.contour_bend_deg(back_line(ROWS, bend_deg)) == pytest.approx(bend_deg, abs=1e-6)


@settings(max_examples=30)
@given(bend_deg=st.floats(-40.0, 60.0), lean_deg=st.floats(0.0, 110.0), trunk_px=st.floats(80.0, 130.0))
def test_both_facings_give_the_same_flexion(bend_deg: float, lean_deg: float, trunk_px: float) -> None:
    """A person who turns round reads the same within a degree and a half (the pixels differ)."""
    right, left = (
        spine.read_spine(_back(bend_deg, lean_deg, facing, trunk_px), lean_deg, PROFILE).flexion_deg
        for facing in (1, -1)
    )
    assert right == pytest.approx(left, abs=1.5)


def test_a_rounder_back_always_reads_rounder() -> None:
    """Flexion grows with every 5° of bend, from hollow to very round, read from the mask."""
    readings = [spine.read_spine(_back(float(bend)), 60.0, PROFILE).flexion_deg for bend in range(-40, 65, 5)]
    assert all(later > earlier + 1.0 for earlier, later in itertools.pairwise(readings))


def test_the_scale_is_what_the_numbers_say() -> None:
    """Flexion is offset + lean + gain × bend, with the lean counted between 0 and its full value."""
    back = _with_dorsal(_back(), back_line(ROWS, 20.0))
    numbers = with_numbers(spine__offset_deg=10.0, spine__gain=0.5, spine__lean_gain=0.1, spine__lean_full_deg=50.0)
    for lean_deg, expected_deg in ((-20.0, 20.0), (0.0, 20.0), (30.0, 23.0), (50.0, 25.0), (120.0, 25.0)):
        assert spine.read_spine(back, lean_deg, numbers).flexion_deg == pytest.approx(expected_deg, abs=1e-6)


def test_halves_that_cannot_be_told_are_not_given() -> None:
    """The split into upper and lower back stays unknown with this estimator."""
    reading = spine.read_spine(_back(), 60.0, PROFILE)
    assert reading.reason == ""
    assert math.isfinite(reading.flexion_deg)
    assert math.isnan(reading.upper_deg)
    assert math.isnan(reading.lower_deg)


@pytest.mark.parametrize(("from_u", "to_u"), [(0.02, 0.12), (0.8, 0.9), (0.45, 0.55)])
def test_a_fold_of_cloth_hardly_moves_the_reading(from_u: float, to_u: float) -> None:
    """Samples that stray by a tenth of the trunk count for less than half of what plain least squares would make."""
    dorsal = np.array(back_line(ROWS, 30.0))
    dorsal[(from_u < ROWS) & (to_u > ROWS)] += 0.1
    fit = (ROWS >= 0.0) & (ROWS <= 0.95)
    square, slope, _ = np.polyfit(ROWS[fit], dorsal[fit], 2)
    plain_deg = math.degrees(math.atan(slope) - math.atan(slope + 1.9 * square))
    assert abs(plain_deg - 30.0) > 12.0
    assert abs(spine.contour_bend_deg(dorsal) - 30.0) < 0.5 * abs(plain_deg - 30.0)


@given(holes=st.sets(st.integers(0, ROWS.size - 1), max_size=18))
def test_missing_samples_do_not_move_the_bend(holes: set[int]) -> None:
    """Up to half of the samples may be missing anywhere."""
    dorsal = back_line(ROWS, 25.0)
    dorsal[list(holes)] = np.nan
    assert spine.contour_bend_deg(dorsal) == pytest.approx(25.0, abs=1e-6)


def test_too_few_samples_give_no_bend() -> None:
    """With fewer than half of the samples there is no bend and no roughness to speak of."""
    dorsal = np.full(ROWS.size, np.nan)
    dorsal[(ROWS > 0.0) & (ROWS < 0.1)] = 0.2
    assert math.isnan(spine.contour_bend_deg(dorsal))
    assert math.isnan(spine.roughness_frac(dorsal))


def _inside(frac: float) -> Back:
    return replace(_back(), inside_frac=frac)


def _covered(share: float) -> Back:
    dorsal = back_line(ROWS, 10.0)
    rows = np.flatnonzero((ROWS >= -0.1) & (ROWS <= 0.95))
    dorsal[rows[: round(share * rows.size)]] = np.nan
    return _with_dorsal(_back(), dorsal)


def _rough(depth: float) -> Back:
    wave = np.where(np.arange(ROWS.size) % 2 == 0, depth, -depth)
    return _with_dorsal(_back(), back_line(ROWS, 10.0) + wave)


def _off_body(share: float) -> Back:
    back = _back()
    crop = np.array(back.crop)
    rows = np.linspace(-0.85, 1.55, crop.shape[0])
    crop[(rows > 0.0) & (rows < share)] = 0
    return replace(back, crop=frozen(crop, np.uint8))


@pytest.mark.parametrize(
    ("back", "lean_deg", "reason"),
    [
        (_back(), -29.0, ""),
        (_back(), -31.0, spine.LYING),
        (_back(), math.nan, spine.LYING),
        (_back(), 139.0, ""),
        (_back(), 141.0, spine.TOO_DEEP),
        (_inside(0.98), 60.0, ""),
        (_inside(0.96), 60.0, spine.OUT_OF_PICTURE),
        (_off_body(0.2), 60.0, ""),
        (_off_body(0.35), 60.0, spine.NO_FIT),
        (_covered(0.12), 60.0, ""),
        (_covered(0.18), 60.0, spine.COVERED),
        (_rough(0.03), 60.0, ""),
        (_rough(0.04), 60.0, spine.ROUGH),
    ],
)
def test_each_gate_opens_and_closes_where_it_says(back: Back, lean_deg: float, reason: str) -> None:
    """Just inside a limit there is a reading, just outside there is none and a reason instead."""
    reading = spine.read_spine(back, lean_deg, PROFILE)
    assert reading.reason == reason
    assert math.isnan(reading.flexion_deg) == bool(reason)


def test_an_arm_over_the_back_is_told_as_such() -> None:
    """The person hears that something covers the back, instead of a wrong number."""
    figure = stick_figure(arms="over_back", trunk_inclination_deg=60.0)
    back = read_back(figure.mask, figure.landmarks_px, figure.facing)
    assert back is not None
    assert spine.read_spine(back, 60.0, PROFILE).reason == spine.COVERED


def test_every_reason_is_a_sentence_to_act_on() -> None:
    """A capital, a full stop, what is wrong and, after a colon, what to do."""
    for reason in (spine.LYING, spine.TOO_DEEP, spine.OUT_OF_PICTURE, spine.NO_FIT, spine.COVERED, spine.ROUGH):
        assert reason[0].isupper()
        assert reason.endswith(".")
        assert ": " in reason
