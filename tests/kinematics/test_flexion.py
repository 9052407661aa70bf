"""A rounder back reads rounder, and a reading that is not to be trusted is not given."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.kinematics.spine import dorsal_contour
from posecheck.kinematics.spine.dorsal_profile import ROWS
from posecheck.kinematics.spine.flexion import SpineReading, read_spine
from posecheck.kinematics.spine.network import Network, SpinePrediction
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Back
from posecheck.tunables import Profile
from tests.kinematics.room import PROFILE, TRUSTING, measure_all, small_arrays, stick_back, with_dorsal, with_numbers
from tests.stick_figure import back_line, stick_figure

#: Its outline alone says 10 + 0.5 bend + 0.25 lean.
NETWORK = Network.of(small_arrays(0))
SURE = SpinePrediction(
    lower_deg=12.0,
    upper_deg=8.0,
    lower_sigma_deg=4.0,
    upper_sigma_deg=4.0,
    flexion_sigma_deg=6.0,
    pelvis_ahead_deg=-5.0,
    hip_off=(0.0, 0.0),
    shoulder_off=(0.0, 0.0),
)
#: Straight, so that with no lean the outline alone says 10.
FLAT = with_dorsal(stick_back(), back_line(ROWS, 0.0))


def reading(
    prediction: SpinePrediction,
    back: Back = FLAT,
    lean_deg: float = 0.0,
    profile: Profile = PROFILE,
    *,
    known: bool = False,
) -> SpineReading:
    """What is made of what the network says."""
    return read_spine(back, prediction, lean_deg, NETWORK, profile, known=known)


def numbers(one: SpineReading) -> list[float]:
    """All that is a number in a reading."""
    return [one.flexion_deg, one.upper_deg, one.lower_deg, one.sigma_deg, one.pelvis_ahead_deg]


def test_what_the_network_says_is_passed_on() -> None:
    """Where nothing speaks against it: both parts, their sum, how sure it is, and the pelvis."""
    assert reading(SURE) == SpineReading(20.0, 8.0, 12.0, 6.0, -5.0, None)


@pytest.mark.parametrize(
    ("known", "sigma_deg", "reason"),
    [
        (False, 14.4, None),
        (False, 14.6, Reason(ReasonCode.SPINE_UNCERTAIN)),
        (True, 11.9, None),
        (True, 12.1, Reason(ReasonCode.SPINE_UNCERTAIN)),
        (True, math.inf, Reason(ReasonCode.SPINE_UNCERTAIN)),
        (False, math.nan, Reason(ReasonCode.SPINE_UNCERTAIN)),
    ],
)
def test_a_reading_too_unsure_is_not_given(known: bool, sigma_deg: float, reason: Reason | None) -> None:
    """Up to `spine.max_sigma_deg`, or `spine.max_own_sigma_deg` of a person seen upright, there is a reading."""
    one = reading(replace(SURE, flexion_sigma_deg=sigma_deg), known=known)
    assert one.reason == reason
    assert all(math.isnan(value) == bool(reason) for value in numbers(one))


def test_how_unsure_is_too_unsure_can_be_set() -> None:
    """The limit is the tunable."""
    unsure = replace(SURE, flexion_sigma_deg=25.0)
    assert reading(unsure).reason == Reason(ReasonCode.SPINE_UNCERTAIN)
    assert reading(unsure, profile=with_numbers(spine__max_sigma_deg=30.0)).reason is None
    assert reading(unsure, profile=with_numbers(spine__max_own_sigma_deg=30.0)).reason == Reason(
        ReasonCode.SPINE_UNCERTAIN
    )
    assert reading(unsure, profile=with_numbers(spine__max_own_sigma_deg=30.0), known=True).reason is None


@pytest.mark.parametrize(
    ("flexion_deg", "reason"),
    [
        (44.0, None),
        (46.0, Reason(ReasonCode.SPINE_UNCERTAIN)),
        (-24.0, None),
        (-26.0, Reason(ReasonCode.SPINE_UNCERTAIN)),
    ],
)
def test_a_reading_that_the_outline_contradicts_is_not_given(flexion_deg: float, reason: Reason | None) -> None:
    """The outline alone says 10: up to 35 more or less is no contradiction."""
    prediction = replace(SURE, lower_deg=flexion_deg - SURE.upper_deg)
    assert reading(prediction).reason == reason
    assert reading(prediction, profile=with_numbers(spine__max_disagreement_deg=40.0)).reason is None


def test_the_outline_s_opinion_counts_bend_and_lean() -> None:
    """The same reading is contradicted by a very round outline, and by a level trunk with a straight one it is not."""
    prediction = replace(SURE, lower_deg=-9.0)
    round_back = with_dorsal(stick_back(), back_line(ROWS, 50.0))
    assert dorsal_contour.contour_bend_deg(round_back.dorsal) == pytest.approx(50.0)
    assert reading(prediction).reason is None
    assert reading(prediction, round_back).reason == Reason(ReasonCode.SPINE_UNCERTAIN)
    assert reading(prediction, FLAT, 60.0).reason is None
    deeper = replace(prediction, lower_deg=-27.0)
    assert reading(deeper, FLAT).reason is None
    assert reading(deeper, FLAT, 60.0).reason == Reason(ReasonCode.SPINE_UNCERTAIN)


def test_an_outline_that_cannot_be_read_contradicts_nothing() -> None:
    """With just too few samples for a bend, and the gate for covered backs wide open, the network has its say."""
    strict = with_numbers(back__min_cover_frac=0.5, spine__max_disagreement_deg=10.0)
    prediction = replace(SURE, lower_deg=20.0)
    dorsal = back_line(ROWS, 0.0)
    fitted = np.flatnonzero((ROWS >= 0.0) & (ROWS <= 0.95))
    dorsal[fitted[: fitted.size // 2 + 1]] = np.nan
    assert math.isnan(dorsal_contour.contour_bend_deg(dorsal))
    assert reading(prediction, profile=strict).reason == Reason(ReasonCode.SPINE_UNCERTAIN)
    assert reading(prediction, with_dorsal(stick_back(), dorsal), profile=strict).reason is None
    assert reading(prediction, with_dorsal(stick_back(), dorsal)).reason == Reason(ReasonCode.SPINE_COVERED)


@pytest.mark.parametrize(
    ("lower_sigma_deg", "upper_sigma_deg", "parted"), [(10.9, 10.9, True), (11.1, 4.0, False), (4.0, 11.1, False)]
)
def test_parts_that_cannot_be_told_apart_are_not_given(
    lower_sigma_deg: float, upper_sigma_deg: float, parted: bool
) -> None:
    """If either part is too unsure both are NaN, and the whole is given all the same."""
    one = reading(replace(SURE, lower_sigma_deg=lower_sigma_deg, upper_sigma_deg=upper_sigma_deg))
    assert (one.flexion_deg, one.sigma_deg, one.reason) == (20.0, 6.0, None)
    assert math.isfinite(one.upper_deg) == parted
    assert math.isfinite(one.lower_deg) == parted


def test_a_gate_comes_before_the_network() -> None:
    """Where the picture is not fit to be judged, that is what the person hears, however sure the network is."""
    one = reading(replace(SURE, flexion_sigma_deg=30.0), lean_deg=-60.0)
    assert one.reason == Reason(ReasonCode.SPINE_LYING)
    assert all(math.isnan(value) for value in numbers(one))


@given(
    lower_deg=st.floats(-60.0, 90.0),
    upper_deg=st.floats(-60.0, 90.0),
    sigmas=st.tuples(*[st.floats(0.1, 60.0)] * 3),
    lean_deg=st.floats(-90.0, 180.0),
)
def test_there_is_a_reading_or_a_reason(
    lower_deg: float, upper_deg: float, sigmas: tuple[float, float, float], lean_deg: float
) -> None:
    """Never both, never neither; and the parts add up to the whole."""
    lower_sigma, upper_sigma, sigma = sigmas
    one = reading(
        SpinePrediction(lower_deg, upper_deg, lower_sigma, upper_sigma, sigma, 0.0, (0.0, 0.0), (0.0, 0.0)),
        lean_deg=lean_deg,
    )
    assert math.isnan(one.flexion_deg) == bool(one.reason)
    assert math.isnan(one.sigma_deg) == bool(one.reason)
    if math.isfinite(one.upper_deg):
        assert one.upper_deg + one.lower_deg == pytest.approx(one.flexion_deg)


# ------------------------------------------------------------------------------------------------- with the network
@pytest.mark.parametrize("lean_deg", [45.0, 60.0, 80.0])
def test_a_rounder_back_reads_rounder(lean_deg: float) -> None:
    """From a flat back on the reading rises with every 10° of drawn bend, or stays within 1.5°; a hollow back reads flat."""
    flexion_deg = {
        bend: measure_all(
            [stick_figure(trunk_inclination_deg=lean_deg, spine_bend_deg=float(bend)).sighting(0.0)], TRUSTING
        )[0]["spine_flexion_deg"]
        for bend in range(-20, 61, 10)
    }
    assert all(flexion_deg[bend + 10] > flexion_deg[bend] - 1.5 for bend in range(0, 60, 10))
    assert flexion_deg[60] - flexion_deg[0] > 25.0
    assert all(-12.0 < flexion_deg[bend] < 12.0 for bend in (-20, -10, 0))
