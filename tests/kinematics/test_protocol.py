"""Being led through a calibration: only what is well seen, upright and still counts, and bad pictures end nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.calibration import Calibration
from posecheck.kinematics.calibration import end_range, protocol
from posecheck.kinematics.calibration.protocol import CalibrationProgress, CalibrationState
from posecheck.kinematics.spine.network import CODE_SIZE, bundled_network
from posecheck.reasons import Reason, ReasonCode, code_of
from posecheck.records import Sighting
from tests.examples import examples
from tests.kinematics.room import with_numbers
from tests.stick_figure import nobody, stick_figure

#: Gates wide open: a stick is no person, and how sure the network is of it is not the question here.
OPEN = with_numbers(
    spine__max_sigma_deg=40.0,
    spine__max_own_sigma_deg=40.0,
    spine__max_disagreement_deg=90.0,
    own__max_standing_deg=60.0,
    own__max_seated_deg=60.0,
    calibrate__max_tall_deg=60.0,
)
FIGURES = {
    "tall": {},
    "round": {"trunk_inclination_deg": 30.0, "spine_bend_deg": 90.0},
    "bent": {"trunk_inclination_deg": 40.0},
    "elsewhere": {"hip_at_px": (300.0, 240.0)},
    "squat": {"hip_hinge_deg": 80.0, "knee_flexion_deg": 80.0},
    "turned": {"yaw_deg": 40.0},
    "arm": {"arms": "over_back"},
}
#: (what is seen, for how many seconds)
Play = list[tuple[str, float]]


@cache
def _figure(what: str) -> Sighting:
    return stick_figure(**FIGURES[what]).sighting(0.0)  # type: ignore[arg-type]


def sightings(play: Play, fps: float = 10.0) -> Iterable[Sighting]:
    """The play at so many pictures a second."""
    index = 0
    for what, seconds in play:
        for _ in range(round(seconds * fps)):
            t_s = index / fps
            yield nobody(t_s) if what == "nobody" else replace(_figure(what), t_s=t_s)
            index += 1


def led(play: Play, *, with_round: bool = True, fps: float = 10.0) -> list[CalibrationProgress]:
    """What is shown while this is played."""
    state, out = protocol.start("standing", with_round=with_round), []
    for sighting in sightings(play, fps):
        state, one = protocol.step(state, sighting, OPEN)
        out.append(one)
    return out


def found(shown: list[CalibrationProgress]) -> Calibration:
    """What was found in the end."""
    last = shown[-1].calibration
    assert last is not None
    return last


def test_standing_tall_then_rounding_gives_a_calibration() -> None:
    """Three seconds tall, five rounded, and all that a calibration holds is there but day and version."""
    shown = led([("tall", 3.5), ("round", 6.0)])
    stages = [one.stage for one in shown]
    assert [stages.index(stage) / 10.0 for stage in ("round", "done")] == pytest.approx([3.0, 8.7], abs=0.3)
    one = found(shown)
    assert (one.position, one.facing, one.camera.image_wh, len(one.code)) == ("standing", 1, (640, 480), CODE_SIZE)
    assert one.spine_model_sha256 == bundled_network().sha256
    assert one.seen_s == pytest.approx(3.0, abs=0.15)
    assert one.own_max_deg == pytest.approx(shown[-1].measures["spine_flexion_deg"], abs=1.0)
    assert one.camera.trunk_frac == pytest.approx(0.25, abs=0.01)
    assert (one.made_on, one.version) == ("", "")


def test_without_rounding_there_is_no_maximum() -> None:
    """Left out beforehand: done after standing tall."""
    shown = led([("tall", 3.5)], with_round=False)
    assert math.isnan(found(shown).own_max_deg)
    assert "round" not in {one.stage for one in shown}


def test_rounding_may_be_left_out_on_the_way() -> None:
    """`skip` in the rounding ends it; before that it only says that it will not be asked for."""
    state = protocol.start("standing")
    early, _ = protocol.step(protocol.skip(state), _figure("tall"), OPEN)
    assert early.stage == "tall"
    for sighting in sightings([("tall", 3.5)]):
        state, _ = protocol.step(state, sighting, OPEN)
    assert state.stage == "round"
    state, out = protocol.step(protocol.skip(state), replace(_figure("tall"), t_s=4.0), OPEN)
    assert math.isnan(found([out]).own_max_deg)


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("nobody", ReasonCode.VIEW_NOBODY),
        ("bent", ReasonCode.CALIBRATE_COME_UP),
        ("turned", ReasonCode.SETUP_TURN_LEFT),
        ("arm", ReasonCode.SPINE_COVERED),
    ],
)
def test_what_is_in_the_way_is_said_and_does_not_count(what: str, problem: str) -> None:
    """However long it lasts, nothing is gained, and the sentence says what to do."""
    shown = led([(what, 6.0)])
    assert {one.stage for one in shown} == {"tall"}
    assert shown[-1].progress == 0.0
    assert code_of(shown[-1].problem) == problem


def test_somebody_who_stands_is_not_calibrated_sitting() -> None:
    """Asked to sit, standing counts for nothing."""
    state = protocol.start("seated")
    for sighting in sightings([("tall", 4.0)]):
        state, out = protocol.step(state, sighting, OPEN)
    assert (out.stage, out.progress, out.problem) == ("tall", 0.0, Reason(ReasonCode.CALIBRATE_SIT_TALL))


def test_a_blink_is_forgiven_and_a_longer_absence_is_not() -> None:
    """Half a second without a person costs its own time; two seconds begin anew."""
    blink = led([("tall", 2.0), ("nobody", 0.5), ("tall", 2.0)])
    assert "round" in {one.stage for one in blink}
    absence = led([("tall", 2.0), ("nobody", 2.0), ("tall", 2.0)])
    assert {one.stage for one in absence} == {"tall"}
    assert absence[-1].progress < 0.8


def test_a_pause_of_the_source_begins_anew() -> None:
    """Nobody knows what happened between two pictures that are seconds apart."""
    state = protocol.start("standing")
    for sighting in sightings([("tall", 2.5)]):
        state, _ = protocol.step(state, sighting, OPEN)
    state, out = protocol.step(state, replace(_figure("tall"), t_s=9.0), OPEN)
    assert out.progress < 0.1


def test_who_moves_is_asked_to_keep_still() -> None:
    """A step to the side while standing tall does not count for half a second."""
    shown = led([("tall", 1.5), ("elsewhere", 0.3)])
    assert shown[-1].problem == Reason(ReasonCode.CALIBRATE_KEEP_STILL)
    assert shown[-1].progress == pytest.approx(shown[14].progress)


def test_who_hardly_rounds_is_asked_for_more_then_let_go() -> None:
    """Standing there in the rounding part ends after a while, without a maximum, and never with an incredible one."""
    shown = led([("tall", 3.2), ("bent", 30.0)])
    assert shown[100].stage == "round"
    assert math.isnan(found(shown).own_max_deg)


def test_a_single_misread_picture_is_no_maximum() -> None:
    """The maximum is what was held for a second in all."""
    rounded = ((85.0, 0.1), *[(50.0 + k / 10.0, 0.1) for k in range(40)])
    assert end_range.held_deg(rounded, 1.0) == pytest.approx(53.1, abs=0.11)
    assert math.isnan(end_range.held_deg(rounded[:5], 1.0))


def test_a_time_that_runs_backwards_begins_anew() -> None:
    """Another stream is another person."""
    state = protocol.start("standing", with_round=False)
    for sighting in sightings([("tall", 2.5)]):
        state, out = protocol.step(state, sighting, OPEN)
    assert out.progress > 0.7
    state, out = protocol.step(state, replace(_figure("tall"), t_s=0.0), OPEN)
    assert (out.stage, out.progress, state.with_round) == ("tall", 0.0, False)


def test_any_frame_rate_takes_as_long() -> None:
    """Time counts, not frames."""
    ends = []
    for fps in (5.0, 10.0, 30.0):
        shown = led([("tall", 3.6)], with_round=False, fps=fps)
        ends.append(next(k for k, one in enumerate(shown) if one.stage == "done") / fps)
    assert max(ends) - min(ends) <= 0.25
    assert min(ends) >= 3.0 - 0.05


@examples(12)  # each judges or measures many frames
@given(
    st.lists(
        st.tuples(st.sampled_from(["tall", "round", "bent", "nobody", "turned", "elsewhere"]), st.floats(0.2, 3.0)),
        max_size=6,
    )
)
def test_no_part_ever_ends_on_a_picture_that_does_not_count(play: Play) -> None:
    """Whatever happens: progress stays within bounds, a part ends only where nothing is in the way, done stays done."""
    state: CalibrationState = protocol.start("standing")
    before = "tall"
    order = ("tall", "round", "done")
    for sighting in sightings([("tall", 2.9), *play], fps=5.0):
        state, out = protocol.step(state, sighting, OPEN)
        assert 0.0 <= out.progress <= 1.0
        assert out.left_s >= 0.0
        assert order.index(out.stage) >= order.index(before)
        if out.stage != before:
            assert not out.problem
            assert not sighting.is_empty
        assert (out.calibration is not None) == (out.stage == "done")
        before = out.stage
