"""A leg's angle that jumps to and fro says nothing of the leg; one that moves does."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment import load_stretch, missing_reason, oscillation, rules
from posecheck.assessment.oscillation import Swings
from posecheck.body import Side
from posecheck.pipeline.session import default_profile
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import QUANTITY_NAMES, Finding, Measures, Verdict, View

RDL = load_stretch("single_leg_rdl")
NUMBERS = default_profile(RDL)
SEEN = View(1, Side.LEFT, 100.0, (), 1, 0.5, None, "standing", well_placed=True, lead_side=Side.LEFT)


def watched(values_deg: list[float], fps: float = 12.0) -> list[Swings]:
    """What is remembered after each of these angles, so many a second."""
    memory, out = Swings(), []
    for i, value_deg in enumerate(values_deg):
        memory = oscillation.step(memory, i / fps, value_deg, NUMBERS)
        out.append(memory)
    return out


def judged(values_deg: list[float], fps: float = 12.0) -> list[Finding]:
    """What the rule of the standing knee says of each of them, low in the hinge."""
    state, out = rules.start(RDL), []
    for i, value in enumerate(values_deg):
        known = {"trunk_inclination_deg": 65.0, "lead_knee_flexion_deg": value, "spine_flexion_deg": 0.0}
        frame = Measures(i / fps, {name: known.get(name, math.nan) for name in QUANTITY_NAMES}, SEEN)
        state, findings = rules.step(state, frame, RDL, NUMBERS)
        out += [found for found in findings if found.rule == "knee_too_bent"]
    return out


def test_a_knee_that_jumps_across_its_limit_is_unknown_with_what_to_do() -> None:
    """As a pose model read a standing knee that was held at 58 degrees: 14 to 51, now this and now that."""
    read = [22.0, 29.0, 33.0, 51.0, 51.0, 18.0, 49.0, 43.0, 43.0, 21.0, 14.0, 45.0] * 3
    said = judged(read)[9:]
    assert {found.verdict for found in said} == {Verdict.UNKNOWN}
    assert all(found.reason == Reason(ReasonCode.LEGS_SWING) and math.isnan(found.value) for found in said)


@pytest.mark.parametrize(("low", "high", "verdict"), [(2.0, 30.0, Verdict.GOOD), (48.0, 80.0, Verdict.WARN)])
def test_a_knee_that_jumps_on_one_side_of_its_limit_is_judged(low: float, high: float, verdict: Verdict) -> None:
    """Whichever of both values is true, the verdict is the same."""
    assert judged([low, low, high, high] * 12)[-1].verdict is verdict


def test_jumping_is_forgotten_once_the_knee_is_read_steadily() -> None:
    """After the window has passed there is a verdict again."""
    said = judged([20.0, 20.0, 50.0, 50.0] * 6 + [20.0] * 40)
    assert said[23].verdict is Verdict.UNKNOWN
    assert said[-1].verdict is Verdict.GOOD


@given(
    depth_deg=st.floats(16, 120),
    once_s=st.floats(3.0, 8.0),
    fps=st.floats(8, 60),
    noise=st.lists(st.floats(-2, 2), min_size=5, max_size=9),
)
def test_bending_and_stretching_at_the_pace_of_a_stretch_is_no_jumping(
    depth_deg: float, once_s: float, fps: float, noise: list[float]
) -> None:
    """Again and again, however deep, before any camera, with the tremble of a pose model on top."""
    count = int(3 * once_s * fps)
    values = [
        depth_deg * (0.5 - 0.5 * math.cos(2 * math.pi * i / fps / once_s)) + noise[i % len(noise)] for i in range(count)
    ]
    assert all(math.isnan(oscillation.swung_between(one)[0]) for one in watched(values, fps))


@given(values=st.lists(st.one_of(st.floats(-180, 180), st.just(math.nan)), max_size=60), gap_at=st.integers(0, 60))
def test_mirrored_angles_swing_alike_and_unseen_ones_change_nothing(values: list[float], gap_at: int) -> None:
    """Turned upside down the range is turned as well; a moment unseen neither adds a swing nor takes one away."""
    for one, other in zip(watched(values), watched([-value for value in values]), strict=True):
        low, high = oscillation.swung_between(one)
        assert oscillation.swung_between(other) == pytest.approx((-high, -low), nan_ok=True)
    memory = watched(values)[-1] if values else Swings()
    assert oscillation.step(memory, gap_at + 9.0, math.nan, NUMBERS) is memory


def test_every_measure_of_the_legs_that_is_in_degrees_may_be_checked() -> None:
    """The names are measures there are, none of the back."""
    assert set(QUANTITY_NAMES) > oscillation.LEG_MEASURES
    assert not oscillation.LEG_MEASURES & missing_reason.BACK_MEASURES
