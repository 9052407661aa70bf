"""The whole room: figures with known angles in, the same angles out, and NaN with a reason where they cannot be."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posecheck import kinematics
from posecheck.body import Side, of
from posecheck.kinematics import framing, measures, spine
from posecheck.records import QUANTITY_NAMES, Sighting, frozen
from tests.kinematics.room import PROFILE, measure_all, with_numbers
from tests.stick_figure import nobody, stick_figure


@settings(max_examples=40)
@given(
    lean_deg=st.floats(0.0, 110.0),
    knee_deg=st.floats(-10.0, 60.0),
    bend_deg=st.floats(-30.0, 50.0),
    facing=st.sampled_from([1, -1]),
    mirror=st.booleans(),
    roll_deg=st.floats(-20.0, 20.0),
    trunk_px=st.floats(70.0, 120.0),
    at_px=st.tuples(st.floats(300.0, 340.0), st.floats(230.0, 250.0)),
)
def test_a_figure_measures_what_it_was_drawn_with(
    lean_deg: float,
    knee_deg: float,
    bend_deg: float,
    facing: int,
    mirror: bool,
    roll_deg: float,
    trunk_px: float,
    at_px: tuple[float, float],
) -> None:
    """Move, scale, roll, mirror: joint angles are the drawn ones, the inclination differs by the roll alone."""
    figure = stick_figure(
        trunk_inclination_deg=lean_deg,
        knee_flexion_deg=knee_deg,
        spine_bend_deg=bend_deg,
        facing=facing,
        mirror=mirror,
        roll_deg=roll_deg,
        trunk_px=trunk_px,
        hip_at_px=at_px,
    )
    measured = measure_all([figure.sighting(0.0)])[0]
    seen_lean_deg = lean_deg + facing * roll_deg
    bend_scale_deg = PROFILE[spine.OFFSET.key] + PROFILE[spine.LEAN_GAIN.key] * min(max(seen_lean_deg, 0.0), 60.0)
    assert measured.view.reason == ""
    assert measured.view.facing == figure.facing
    assert measured.view.near_side is figure.near_side
    assert measured.view.trunk_px == pytest.approx(trunk_px)
    assert measured["hip_hinge_deg"] == pytest.approx(lean_deg, abs=1e-6)
    assert measured["knee_flexion_deg"] == pytest.approx(knee_deg, abs=1e-6)
    assert measured["trunk_inclination_deg"] == pytest.approx(seen_lean_deg, abs=1e-6)
    assert measured["spine_flexion_deg"] == pytest.approx(bend_scale_deg + PROFILE[spine.GAIN.key] * bend_deg, abs=1.5)
    assert measured["view_yaw_deg"] == pytest.approx(0.0, abs=1e-6)


def test_every_quantity_is_there_and_a_number() -> None:
    """Standing or not, with a person or without, each name of the record has a float."""
    for sighting in (stick_figure().sighting(0.0), nobody(0.0)):
        values = measure_all([sighting])[0].values
        assert set(values) == set(QUANTITY_NAMES)
        assert {type(value) for value in values.values()} == {float}


def test_nobody_in_view_is_unknown_and_nothing_else() -> None:
    """Without a person every measure is NaN, nothing counts as cut off, and the reason says to step in."""
    measured = measure_all([nobody(0.0)])[0]
    assert all(math.isnan(value) for value in measured.values.values())
    assert measured.view.reason == framing.NOBODY
    assert measured.view.cut_off == ()
    assert measured.view.near_side is None


def test_a_person_who_comes_back_is_measured_again() -> None:
    """Frames without landmarks give NaN; afterwards the measures are what they were before."""
    figure = stick_figure(trunk_inclination_deg=50.0, spine_bend_deg=20.0)
    stream = [figure.sighting(0.0), nobody(0.1), nobody(0.2), figure.sighting(0.3), figure.sighting(4.0)]
    before, lost, _, after, later = measure_all(stream)
    assert math.isnan(lost["spine_flexion_deg"])
    for name in ("hip_hinge_deg", "knee_flexion_deg", "trunk_inclination_deg", "spine_flexion_deg", "hip_share"):
        assert after[name] == pytest.approx(before[name], abs=1e-9)
        assert later[name] == pytest.approx(before[name], abs=1e-9)


@settings(max_examples=15)
@given(dropped=st.sets(st.integers(1, 55), max_size=40))
def test_dropped_frames_settle_on_the_same_values(dropped: set[int]) -> None:
    """A bend seen at any frame rate, with any frames missing, ends at the same numbers."""
    leans_deg = np.concatenate([np.linspace(0.0, 60.0, 30), np.full(90, 60.0)])
    stream = [
        replace(_LEANING[float(lean_deg)], t_s=k / 30.0)
        for k, lean_deg in enumerate(np.round(leans_deg / 10.0) * 10.0)
        if k not in dropped
    ]
    last = measure_all(stream)[-1]
    assert last["hip_hinge_deg"] == pytest.approx(60.0, abs=0.1)
    assert last["trunk_inclination_deg"] == pytest.approx(60.0, abs=0.1)


_LEANING: dict[float, Sighting] = {
    lean_deg: stick_figure(trunk_inclination_deg=lean_deg).sighting(0.0) for lean_deg in np.arange(0.0, 61.0, 10.0)
}


def test_judging_again_gives_the_same_bits() -> None:
    """Measures depend on the sightings alone: the same stream twice is the same to the last bit."""
    stream = [stick_figure(trunk_inclination_deg=10.0 * k, spine_bend_deg=4.0 * k).sighting(k / 15) for k in range(9)]
    first, second = measure_all(stream), measure_all(stream)
    for once, again in zip(first, second, strict=True):
        assert np.array_equal(list(once.values.values()), list(again.values.values()), equal_nan=True)
        assert once.view == again.view


def test_more_rounding_always_reads_as_more_flexion() -> None:
    """Frame by frame through the whole room, a rounder back has more spine flexion and a smaller hip share."""
    readings = [
        measure_all([stick_figure(trunk_inclination_deg=70.0, spine_bend_deg=float(bend)).sighting(0.0)])[0]
        for bend in range(-30, 61, 10)
    ]
    flexion = [m["spine_flexion_deg"] for m in readings]
    share = [m["hip_share"] for m in readings]
    assert flexion == sorted(flexion)
    assert flexion[-1] - flexion[0] > 40.0
    assert share == sorted(share, reverse=True)
    assert share[0] > 0.85
    assert share[-1] < 0.6


@pytest.mark.parametrize(
    ("trunk_deg", "flexion_deg", "share"),
    [(60.0, 0.0, 1.0), (60.0, -20.0, 1.0), (26.0, 50.0, 2.0 / 52.0), (20.0, 50.0, 0.0)],
)
def test_hip_share_is_the_pelvis_part_of_the_bend(trunk_deg: float, flexion_deg: float, share: float) -> None:
    """A straight spine leaves all of it to the hips, a slump on a still pelvis nothing; always within 0..1."""
    assert measures.hip_share(trunk_deg, flexion_deg, PROFILE) == pytest.approx(share)


def test_hip_share_is_not_told_of_small_bends() -> None:
    """Below `hip_share.min_bend_deg` of upper trunk, or without flexion, it is NaN."""
    assert math.isfinite(measures.hip_share(30.5, 0.0, PROFILE))
    assert math.isnan(measures.hip_share(29.5, 0.0, PROFILE))
    assert math.isfinite(measures.hip_share(29.5, 0.0, with_numbers(hip_share__min_bend_deg=20.0)))
    assert math.isnan(measures.hip_share(60.0, math.nan, PROFILE))


def test_a_joint_that_is_only_guessed_is_not_measured() -> None:
    """An ankle out of the picture or hidden leaves the knee unknown, says which joint, and still judges the back."""
    whole = stick_figure(trunk_inclination_deg=40.0)
    for figure in (
        stick_figure(trunk_inclination_deg=40.0, hip_at_px=(320.0, 370.0)),
        whole.without("ankle"),
    ):
        measured = measure_all([figure.sighting(0.0)])[0]
        assert math.isnan(measured["knee_flexion_deg"])
        assert "ankle" in measured.view.cut_off
        assert measured.view.reason == ""
        assert measured["spine_flexion_deg"] == pytest.approx(
            measure_all([whole.sighting(0.0)])[0]["spine_flexion_deg"], abs=1.5
        )


def test_hips_out_of_the_picture_stop_the_back() -> None:
    """With the trunk cut off nothing is said about the spine but what to do."""
    measured = measure_all([stick_figure(hip_at_px=(320.0, 500.0)).sighting(0.0)])[0]
    assert measured.view.reason == "Step back: your hips are cut off."
    assert math.isnan(measured["trunk_inclination_deg"])
    assert math.isnan(measured["spine_flexion_deg"])
    assert math.isnan(measured.view.trunk_px)


def test_hidden_hips_are_told_apart_from_hips_cut_off() -> None:
    """Hips inside the picture that the model cannot see call for a clear view, not for stepping back."""
    measured = measure_all([stick_figure().without("hip").sighting(0.0)])[0]
    assert measured.view.reason == framing.TRUNK_HIDDEN


@pytest.mark.parametrize(
    ("sighting", "reason"),
    [
        (stick_figure(yaw_deg=40.0).sighting(0.0), framing.NOT_SIDE_ON),
        (stick_figure(trunk_px=20.0).sighting(0.0), framing.TOO_FAR),
        (stick_figure().sighting(0.0, brightness_frac=0.01), framing.TOO_DARK),
        (stick_figure(knee_flexion_deg=150.0).sighting(0.0), framing.KNEELING),
        (stick_figure(arms="over_back", trunk_inclination_deg=60.0).sighting(0.0), spine.COVERED),
        (stick_figure(trunk_inclination_deg=-90.0, hip_hinge_deg=60.0).sighting(0.0), spine.LYING),
        (stick_figure().sighting(0.0, with_back=False), spine.NO_FIT),
    ],
)
def test_a_back_that_cannot_be_judged_is_not(sighting: Sighting, reason: str) -> None:
    """Each hindrance gives NaN for the spine and its own reason."""
    measured = measure_all([sighting])[0]
    assert measured.view.reason == reason
    assert math.isnan(measured["spine_flexion_deg"])
    assert math.isnan(measured["hip_share"])


def test_several_people_are_no_error() -> None:
    """The person followed is judged as ever, and the number of people is passed on."""
    measured = measure_all([stick_figure().sighting(0.0, people=2)])[0]
    assert measured.view.people == 2
    assert measured.view.reason == ""


def test_the_recorded_back_decides_the_facing() -> None:
    """In a replay that starts in the middle the facing is that of the recorded back, not what one frame suggests."""
    figure = stick_figure(trunk_inclination_deg=30.0, facing=1)
    sighting = figure.sighting(0.0)
    assert sighting.back is not None
    turned = replace(sighting, back=replace(sighting.back, facing=-1))
    assert measure_all([turned])[0].view.facing == -1
    assert measure_all([replace(sighting, back=None)])[0].view.facing == 1


def test_folding_past_upside_down_has_no_jump() -> None:
    """Inclinations around 180° are smoothed the short way and stay within the range."""
    stream = [
        stick_figure(trunk_inclination_deg=lean_deg, hip_hinge_deg=170.0, image_wh=(640, 480)).sighting(k / 30)
        for k, lean_deg in enumerate((176.0, 179.0, 182.0, 185.0))
    ]
    leans = [m["trunk_inclination_deg"] for m in measure_all(stream)]
    assert leans == sorted(leans)
    assert 176.0 <= leans[0] < leans[-1] <= 185.0


def test_limbs_of_the_near_side_are_measured() -> None:
    """The far leg may do what it likes."""
    figure = stick_figure(knee_flexion_deg=10.0)
    points = np.array(figure.landmarks_px)
    points[of("knee", figure.near_side.other)] += 60.0
    sighting = replace(figure.sighting(0.0), landmarks_px=frozen(points, np.float64))
    assert figure.near_side is Side.RIGHT
    assert measure_all([sighting])[0]["knee_flexion_deg"] == pytest.approx(10.0, abs=1e-6)


def test_every_number_has_a_reason_and_its_unit_in_the_key() -> None:
    """The room's tunables are declared once and say their unit."""
    endings = {"deg": "_deg", "px": "_px", "Hz": "_hz", "s": "_s"}
    keys = [tunable.key for tunable in kinematics.TUNABLES]
    assert len(keys) == len(set(keys))
    for tunable in kinematics.TUNABLES:
        assert tunable.key.endswith(endings.get(tunable.unit, ""))
