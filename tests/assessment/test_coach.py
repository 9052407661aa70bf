"""The coach: one thing at a time, at its time, and silence when all is well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from posecheck.assessment import judge
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.coaching import coach
from posecheck.body import Side
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Cue, CueKind, Measures, Urgency
from tests.assessment.plays import (
    BENT,
    BOTH,
    HIDDEN_AND_BENT,
    HOLDING,
    NOBODY,
    ROUND,
    TURNED,
    UNKNOWN,
    UPRIGHT,
    Play,
    Scene,
    coached,
    spoken,
)
from tests.assessment.scenes import DRILL, FOLD, line, measured, profile, sighting, times

SPINE, KNEE = (f"stretch.{FOLD.id}.{rule.id}" for rule in FOLD.rules)
SIDE_ON = ReasonCode.VIEW_NOT_SIDE_ON
#: What the stretch itself says of the breath.
BREATH = tuple(f"stretch.{FOLD.id}.breathing.{number}" for number, _ in enumerate(FOLD.breathing, 1))


def watched(*scenes: tuple[float, Scene], fps: float = 30.0, **changed: float) -> list[tuple[float, str]]:
    """What is spoken in a play: its moments and keys."""
    play = Play(scenes)
    said = spoken(coached(play.seen(times(fps, play.end_s)), profile(FOLD, **changed)))
    return [(round(one.t_s, 1), one.key) for one in said]


def near(found: Sequence[tuple[float, str]], expected: Sequence[tuple[float, str]]) -> None:
    """The same things in the same order, each within a tenth of a second."""
    assert [key for _, key in found] == [key for _, key in expected]
    assert [t_s for t_s, _ in found] == pytest.approx([t_s for t_s, _ in expected], abs=0.11)


def lines_at(play: Play, *moments_s: float, **changed: float) -> list[str]:
    """The keys shown at these moments; empty for nothing."""
    shown = coached(play.seen(times(30, play.end_s)), profile(FOLD, **changed))
    moments = iter(moments_s)
    wanted, out = next(moments), []
    for said, t_s in zip(shown, times(30, play.end_s), strict=True):
        if t_s >= wanted:
            out.append("" if said is None else said.key)
            wanted = next(moments, play.end_s + 1)
    return out


def through_the_judge(frames: Sequence[Measures], stretch: Stretch = FOLD) -> list[Cue | None]:
    """What is said of measured moments."""
    state, seen = judge.start(stretch), []
    for frame in frames:
        state, one = judge.step(state, sighting(frame.t_s), frame, stretch, profile(stretch))
        seen.append(one)
    return coached(seen, profile(stretch), stretch=stretch)


# ------------------------------------------------------------------------------------------------------- faults
def test_all_is_well_is_silence() -> None:
    """Upright and well seen, nothing is said and nothing is shown."""
    play = Play([(40, UPRIGHT)])
    assert set(coached(play.seen(times(30, 40)))) == {None}


def test_a_fault_that_stays_gets_the_easier_way_out_then_ease_off_then_silence() -> None:
    """The cue at once, the easier way after ten seconds, ease off after fifteen; then the line stays without words."""
    near(watched((60, ROUND)), [(0, f"{SPINE}.say"), (10, f"{SPINE}.fix"), (16.2, "coach.ease_off")])
    play = Play([(60, ROUND)])
    assert lines_at(play, 5, 12, 15.5, 17, 59) == [
        f"{SPINE}.say",
        f"{SPINE}.fix",
        f"{SPINE}.fix",
        "coach.ease_off",
        "coach.ease_off",
    ]


def test_without_easing_off_a_fault_is_told_three_times_at_most() -> None:
    """The cue, the easier way out, once more, then silence."""
    told = watched((50, ROUND), coach__ease_off_s=120)
    near(told, [(0, f"{SPINE}.say"), (10, f"{SPINE}.fix"), (20, f"{SPINE}.fix")])
    near(watched((50, ROUND), coach__most_times=1), [(0, f"{SPINE}.say"), (15, "coach.ease_off")])


def test_after_easing_off_there_is_nothing_left_to_say() -> None:
    """Whenever it comes, it is the last word on that fault."""
    near(watched((50, ROUND), coach__ease_off_s=5), [(0, f"{SPINE}.say"), (6.2, "coach.ease_off")])


def test_a_fault_that_waited_behind_another_is_first_told_then_repeated_in_its_own_time() -> None:
    """The knees were bent all along; once the back is long they are told as if new, not twice in a row."""
    told = watched((12, BOTH), (11.5, BENT), coach__ease_off_s=60)
    near(told, [(0, f"{SPINE}.say"), (10, f"{SPINE}.fix"), (16.2, f"{KNEE}.say")])
    told = watched((20, BOTH), (6, BENT))
    assert told[-1][1] == f"{KNEE}.say"
    told = watched((8, BOTH), (13, BENT), coach__ease_off_s=60)
    near(told, [(0, f"{SPINE}.say"), (8, f"{KNEE}.say"), (18, f"{KNEE}.fix")])


def test_a_rule_without_an_easier_way_repeats_its_own_words() -> None:
    """The drill's knees have no `fix`."""
    said = through_the_judge([measured(t_s, knee_flexion=40.0) for t_s in times(10, 14)], DRILL)
    assert {one.key for one in spoken(said)} == {f"stretch.{DRILL.id}.knee_bend.say"}
    assert [round(one.t_s) for one in spoken(said)] == [1, 11]


def test_a_fault_that_soon_comes_back_goes_on_where_it_was() -> None:
    """Told, mended, and back within ten seconds: the same words would not help, so the easier way out is next."""
    told = watched((3, ROUND), (6, UPRIGHT), (4, ROUND), (30, UPRIGHT), (3, ROUND))
    near(told, [(0, f"{SPINE}.say"), (10, f"{SPINE}.fix"), (43, f"{SPINE}.say")])


@pytest.mark.parametrize(
    ("scene", "key"),
    [
        pytest.param(BOTH, f"{SPINE}.say", id="spine before knee"),
        pytest.param(HIDDEN_AND_BENT, "spine.covered", id="view before form"),
        pytest.param(BENT, f"{KNEE}.say", id="knee alone"),
        pytest.param(Scene(knee=UNKNOWN), "legs.knee_hidden", id="an unseen knee"),
        pytest.param(Scene(spine=ROUND.spine, knee=UNKNOWN), f"{SPINE}.say", id="a round back before an unseen knee"),
        pytest.param(NOBODY, "view.nobody", id="nobody"),
    ],
)
def test_of_several_things_the_most_useful_is_said(scene: Scene, key: str) -> None:
    """One at a time: how to be seen, then the first rule of the stretch."""
    assert watched((5, scene))[0][1] == key
    assert {key for _, key in watched((5, scene))} == {key}


def test_a_view_problem_is_shown_at_once_and_spoken_when_it_lasts() -> None:
    """Somebody who walks through the picture hears nothing."""
    play = Play([(2, UPRIGHT), (0.8, TURNED), (3, UPRIGHT), (2, TURNED)])
    assert lines_at(play, 1.9, 2.1, 3.0) == ["", SIDE_ON, ""]
    near(watched((2, UPRIGHT), (0.8, TURNED), (3, UPRIGHT), (2, TURNED)), [(6.8, SIDE_ON)])


def test_view_problems_that_take_turns_are_spoken_of() -> None:
    """Neither lasts, yet for three seconds nothing can be judged: that is worth a word."""
    told = watched(*[(0.5, TURNED), (0.5, NOBODY)] * 4)
    assert len(told) == 1
    assert told[0][0] == pytest.approx(3.0, abs=0.11)


def test_a_view_problem_that_blinks_is_one_problem() -> None:
    """A good frame or two between do not start the wait anew."""
    near(watched(*[(0.3, TURNED), (0.2, UPRIGHT)] * 3), [(1.0, SIDE_ON)])


def test_nobody_is_told_so_three_times_then_there_is_silence() -> None:
    """An empty room is not talked to for ever; the line stays."""
    near(watched((90, NOBODY)), [(1, "view.nobody"), (11, "view.nobody"), (21, "view.nobody")])
    assert lines_at(Play([(90, NOBODY)]), 89.0) == ["view.nobody"]


def test_a_reason_whose_number_changes_is_the_same_reason() -> None:
    """Turn by 31 degrees, by 30 degrees: one problem, said once."""
    scenes = [(0.4, replace(TURNED, view=Reason(ReasonCode.SETUP_TURN_LEFT, degrees=50 - i))) for i in range(12)]
    assert len(watched(*scenes)) == 1


# ------------------------------------------------------------------------------------------------------- praise
def test_return_is_praised_once() -> None:
    """Good again after it was told: a word at once, shown for three seconds, then quiet."""
    scenes = [(4.0, ROUND), (10.0, replace(HOLDING, in_hold=False))]
    near(watched(*scenes), [(0, f"{SPINE}.say"), (4, f"{SPINE}.good_again")])
    assert lines_at(Play(scenes), 4.1, 6.9, 7.2) == [f"{SPINE}.good_again", f"{SPINE}.good_again", ""]


def test_praise_leaves_the_cue_before_it_time_to_be_heard() -> None:
    """It is shown at once, and spoken two seconds after the cue."""
    scenes = [(0.5, ROUND), (10.0, replace(HOLDING, in_hold=False))]
    near(watched(*scenes), [(0, f"{SPINE}.say"), (2.2, f"{SPINE}.good_again")])
    assert lines_at(Play(scenes), 0.6) == [f"{SPINE}.good_again"]


def test_praise_for_what_was_never_said_is_only_shown() -> None:
    """A short fault within the pause of another cue: praise out of nothing would puzzle."""
    scenes = [(1.5, TURNED), (1.0, ROUND), (10.0, replace(HOLDING, in_hold=False))]
    near(watched(*scenes), [(1.0, SIDE_ON)])
    assert lines_at(Play(scenes), 2.7) == [f"{SPINE}.good_again"]


def test_coming_up_while_rounded_is_not_praised() -> None:
    """Leaving the bend is no return to a good one."""
    trunk = line([(0, 50), (2, 50), (2.3, 0), (3, 0), (3.5, 50), (5, 50)])
    back = line([(0, 45), (2.3, 45), (2.8, 10), (5, 10)])
    said = through_the_judge([measured(t, trunk_inclination=trunk(t), spine_flexion=back(t)) for t in times(30, 5)])
    assert {one.key for one in said if one is not None} == {f"{SPINE}.say"}


def test_a_rule_that_begins_afresh_is_not_praised() -> None:
    """Hidden for a second and still round: the rule waits anew before it warns, and that is no return."""
    frames = [measured(t_s, spine_flexion=45.0, reason="Arms off." if 3 < t_s < 3.8 else "") for t_s in times(30, 6)]
    kinds = {one.kind for one in through_the_judge(frames) if one is not None}
    assert kinds == {CueKind.FORM, CueKind.VIEW}


def test_a_fault_elsewhere_is_said_before_praise() -> None:
    """The back is long again, but now the knees bend: the knees are what matters."""
    told = watched((5, BOTH), (4, BENT))
    near(told, [(0, f"{SPINE}.say"), (6.2, f"{KNEE}.say")])
    assert lines_at(Play([(5, BOTH), (4, BENT)]), 5.2) == [f"{KNEE}.say"]


# ------------------------------------------------------------------------------------------------------- the hold
def test_a_clean_hold_has_few_words() -> None:
    """Breath, half-time, the last five seconds, done, ease out: five sentences in forty seconds."""
    told = [
        (8.0, BREATH[0]),
        (15.0, "coach.half_time"),
        (25.0, "coach.last_seconds"),
        (31.2, "coach.done"),
        (37.4, "coach.ease_out"),
    ]
    near(watched((60, HOLDING)), told)


def test_the_breath_is_told_in_the_words_of_the_stretch_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every twelve good seconds the next of its texts, out of the way of the other calls."""
    monkeypatch.setattr("tests.assessment.plays.TARGET_S", 90.0)
    told = watched((95, HOLDING))
    moments_s = (8.0, 20.0, 32.0, 51.2, 63.2, 75.2)
    near([one for one in told if ".breathing." in one[1]], list(zip(moments_s, BREATH * 3, strict=True)))
    near(
        [one for one in told if ".breathing." not in one[1]][:2], [(45, "coach.half_time"), (85, "coach.last_seconds")]
    )


def test_a_stretch_without_words_for_the_breath_has_the_coachs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Out and further, then slowly, in turn."""
    monkeypatch.setattr("tests.assessment.plays.TARGET_S", 90.0)
    wordless, state, numbers, told = replace(FOLD, breathing=()), coach.start(), profile(), []
    for frame in Play([(40, HOLDING)]).seen(times(30, 40)):
        state, said = coach.step(state, frame, wordless, numbers)
        if said is not None and said.spoken:
            told.append(said.key)
    assert told == ["coach.breathe_out", "coach.breathe_slowly", "coach.breathe_out"]


def test_near_a_limit_nobody_is_sent_further() -> None:
    """A back past the point where a warning would end is asked to breathe, not to go further."""
    assert watched((10, replace(HOLDING, spine_deg=31.0)))[0][1] == "coach.breathe_slowly"


def test_good_seconds_count_not_the_clock() -> None:
    """Ten seconds of hold, four round, then on: half-time is after fifteen good seconds."""
    told = {key: t_s for t_s, key in watched((10, HOLDING), (4, ROUND), (20, HOLDING))}
    assert told["coach.half_time"] == pytest.approx(19.0, abs=0.15)


def test_a_call_that_would_come_late_is_left_out() -> None:
    """A correction just before half-time: the call would tell the wrong time."""
    keys = [key for _, key in watched((14.5, replace(HOLDING)), (1, ROUND), (9, HOLDING))]
    assert "coach.half_time" not in keys
    assert f"{SPINE}.say" in keys


def test_no_praise_delays_the_end_of_a_hold() -> None:
    """Good again six seconds before the end: praise is shown, "done" comes on time."""
    scenes = [(24, HOLDING), (4, ROUND), (12, HOLDING)]
    told = [(8.0, BREATH[0]), (15.0, "coach.half_time"), (24.0, f"{SPINE}.say"), (34.0, "coach.done")]
    near(watched(*scenes), told)
    assert lines_at(Play(scenes), 28.2) == [f"{SPINE}.good_again"]


def test_breaths_go_on_taking_turns_on_the_other_side() -> None:
    """The second side begins with the breathing cue after the latest one."""
    numbers, state = profile(), coach.start()
    for frame in Play([(12, HOLDING)]).seen(times(30, 12)):
        state, _ = coach.step(state, frame, FOLD, numbers)
    state, _ = coach.change_side(state, 15.0, Side.RIGHT, numbers)
    later = Play([(12, HOLDING)]).seen(times(30, 9.5))
    told = coached((replace(frame, t_s=frame.t_s + 21.0) for frame in later), numbers, state)
    assert [one.key for one in spoken(told)] == [BREATH[1]]


def test_each_hold_has_its_calls_and_one_under_way_is_not_told_its_past() -> None:
    """After a pause the picture comes back at 31 good seconds: "done" was then, and is not said again."""
    frames = list(Play([(34, HOLDING)]).seen([*times(30, 31.5), *times(30, 34, from_s=33)]))
    assert [one.key for one in spoken(coached(frames))].count("coach.done") == 1
    late = coached(frames[-20:])
    assert spoken(late) == []
    again = [*frames, *(replace(one, t_s=one.t_s + 40, hold=replace(one.hold)) for one in frames)]
    assert [one.key for one in spoken(coached(again))].count("coach.done") == 2


# ------------------------------------------------------------------------------------------------------- time
def test_a_gap_forgets_the_fault_but_not_that_it_was_just_spoken() -> None:
    """After two seconds without pictures the fault is new, and the pause between sentences goes on."""
    seen = Play([(20, ROUND)]).seen([*times(30, 2), *times(30, 14, from_s=4)])
    told = [(round(one.t_s, 1), one.key) for one in spoken(coached(seen))]
    near(told, [(0, f"{SPINE}.say"), (6.2, f"{SPINE}.say")])


def test_time_that_runs_backwards_forgets_everything() -> None:
    """A clip that starts over is coached as the first time."""
    once = list(Play([(5, ROUND)]).seen(times(30, 5)))
    assert [one.key for one in spoken(coached([*once, *once]))] == [f"{SPINE}.say"] * 2


def test_memory_is_a_value() -> None:
    """Going on from a kept state twice gives the same, and does not change the state."""
    numbers, state = profile(), coach.start()
    frames = list(Play([(3, ROUND), (9, HOLDING)]).seen(times(30, 12)))
    for frame in frames[:150]:
        state, _ = coach.step(state, frame, FOLD, numbers)
    kept = replace(state)
    first = coached(frames[150:], numbers, state)
    assert coached(frames[150:], numbers, state) == first
    assert state == kept
    assert spoken(first)


# ------------------------------------------------------------------------------------------------------- a routine
def test_a_routine_announces_side_rest_and_next_stretch() -> None:
    """Said at once when the voice is free; in a rest nobody is coached; what was seen before counts no more."""
    numbers = profile()
    state, said = coach.change_side(coach.start(), 0.0, Side.LEFT, numbers)
    assert (said.kind, said.key, said.spoken) == (CueKind.CHANGE_SIDE, "coach.change_side_left", True)
    state, said = coach.rest(state, 10.0, 20.0, numbers)
    assert (said.key, said.values, said.spoken) == ("coach.rest", {"seconds": 20.0}, True)
    resting = coached(Play([(40, NOBODY)]).seen(times(30, 29, from_s=10.1)), numbers, state)
    assert {one.key for one in resting if one is not None} == {"coach.rest"}
    assert spoken(resting) == []
    state, said = coach.next_stretch(state, 30.0, DRILL, numbers)
    assert (said.key, said.values, said.spoken) == ("coach.next_stretch", {"stretch": "Hip hinge drill"}, True)
    going_on = coached(Play([(60, ROUND)]).seen(times(30, 45, from_s=30.1)), numbers, state)
    assert next(one.key for one in spoken(going_on)) == f"{SPINE}.say"


def test_an_announcement_waits_for_the_voice() -> None:
    """Two at once: the second is shown next and spoken when the first has had its pause."""
    numbers = profile()
    state, first = coach.change_side(coach.start(), 0.0, None, numbers)
    state, second = coach.rest(state, 0.1, 10.0, numbers)
    assert (first.key, first.spoken, second.spoken) == ("coach.change_side", True, False)
    told = coached(Play([(40, ROUND)]).seen(times(30, 12, from_s=0.2)), numbers, state)
    near([(one.t_s, one.key) for one in spoken(told)], [(6.2, "coach.rest")])
    assert {one.key for one in told[:100] if one is not None} == {"coach.rest"}


def test_tone_follows_severity() -> None:
    """Calm for time and praise, firmer for what is to be changed, firmest for a fault that stays long."""
    play = Play([(20, ROUND), (20, HOLDING)])
    tones = {said.kind: said.urgency for said in spoken(coached(play.seen(times(30, 40))))}
    assert tones[CueKind.FORM] == tones[CueKind.FIX] == Urgency.NOTICE
    assert tones[CueKind.EASE_OFF] == Urgency.FIRM
    assert tones[CueKind.PRAISE] == tones[CueKind.BREATHE] == Urgency.CALM
