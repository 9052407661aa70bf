"""A whole routine: in order, on both sides, and nothing counted that was not held."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.routines import runner
from posecheck.assessment.routines.progress import SideProgress
from posecheck.assessment.routines.routine_state import Stage
from posecheck.records import CueKind, Verdict
from tests.assessment.doing import (
    DEEDS,
    EITHER,
    GAP,
    GOOD_DEEDS,
    LEFT,
    LOST,
    RIGHT,
    ROUND,
    UP,
    done,
    frames,
    item,
    keys,
    parts_of,
    seen,
)
from tests.examples import examples

STEP = item("foot_on_step", "both", hold__target_s=5)
FOLD = item("standing_forward_fold", hold__target_s=5)
LENGTHS_S = st.one_of(st.floats(0.1, 2.0), st.floats(1.0, 9.0))
DEEDS_DONE = st.lists(st.tuples(LENGTHS_S, st.sampled_from([*DEEDS, LEFT, RIGHT, UP])), min_size=1, max_size=9)


# ------------------------------------------------------------------------------------------------ whatever happens
def credible_s(was: str, deed: str, side: str) -> bool:
    """Whether the time between two pictures can have been a good hold of `side`."""
    return {was, deed} <= set(GOOD_DEEDS) and (not side or side in (was, deed) or {was, deed} == {EITHER})


@given(deeds=DEEDS_DONE, fps=st.floats(3, 30), sides=st.sampled_from(["both", "each", "left", "right"]))
def test_only_good_seconds_count_and_only_for_their_side(
    deeds: list[tuple[float, str]], fps: float, sides: str
) -> None:
    """No side gets more than the seconds between good pictures of it, and none is finished with less than a hold."""
    parts = parts_of(item("foot_on_step", sides, hold__target_s=5), FOLD)
    story = done(parts, frames([(0.5, UP), *deeds], fps))
    most = dict.fromkeys(story[0][3].doings, 0.0)
    for (was, first, _, _), (deed, second, out, state) in pairwise(story):
        for number, side in most:
            if number == out.index and second.verdict is Verdict.GOOD and credible_s(was, deed, side):
                most[number, side] += second.t_s - first.t_s
        for turn, doing in runner.so_far(state).items():
            assert doing.amount <= most[turn] + 1e-6
            assert doing.sets <= doing.wanted
        if out.finished is not None:
            assert most[out.finished] >= 5.0 - 1e-6
            assert deed in (out.finished[1] or deed, EITHER)


@examples(15)  # each judges or measures many frames
@given(deeds=DEEDS_DONE, fps=st.floats(3, 30))
def test_the_order_is_that_of_the_routine(deeds: list[tuple[float, str]], fps: float) -> None:
    """Stretches follow each other as written; each side is finished once at most."""
    parts = parts_of(FOLD, STEP, FOLD)
    story = done(parts, frames([(0.5, UP), *deeds], fps))
    assert all(after.index - before.index in (0, 1) for (*_, before), (*_, after) in pairwise(story))
    finished = [out.finished for _, _, out, _ in story if out.finished is not None]
    assert [number for number, _ in finished] == sorted(number for number, _ in finished)
    assert len(set(finished)) == len(finished)


@examples(12)  # each judges or measures many frames
@given(deeds=DEEDS_DONE, at_last=st.sampled_from([UP, LOST, ROUND, EITHER]), fps=st.floats(0.4, 8))
def test_it_always_comes_to_an_end(deeds: list[tuple[float, str]], at_last: str, fps: float) -> None:
    """Whatever was done before and whoever walks away: every stretch is done or left out, in bounded time."""
    parts = parts_of(STEP, item("foam_roll", "left", hold__target_s=10), FOLD, sets=["routine.give_up_s=10"])
    story = done(parts, frames([*deeds, (300.0, at_last)], fps))
    assert story[-1][3].stage is Stage.DONE
    assert all(one.done or one.left_out for one in story[-1][3].doings.values())


# ------------------------------------------------------------------------------------------------ sides
def test_both_sides_then_the_next_stretch() -> None:
    """Announced with its set-up; the other leg asked for in the stretch's own words; a rest; the next; the end."""
    parts = parts_of(item("foot_on_step", "both", rest_s=3, hold__target_s=5), FOLD)
    story = done(parts, frames([(1, UP), (6, RIGHT), (2, UP), (6, LEFT), (4, UP), (6, EITHER)], 30))
    assert keys(story) == [
        "next",
        "stretch.foot_on_step.setup",
        "stretch.foot_on_step.sides.say",
        "rest",
        "next",
        "stretch.standing_forward_fold.setup",
        "routine.done",
    ]
    assert [out.finished for _, _, out, _ in story if out.finished] == [(0, "right"), (0, "left"), (1, "")]
    assert story[-1][3].stage is Stage.DONE
    assert all(one.amount == pytest.approx(5.0, abs=0.05) for one in story[-1][3].doings.values())


def test_the_same_side_again_is_told_once_and_does_not_count() -> None:
    """After the left one the left one: which is missing is said after two seconds, the timer goes back to zero."""
    parts = parts_of(STEP)
    story = done(parts, frames([(7, LEFT), (2, UP), (9, LEFT), (2, UP), (6, RIGHT)], 30))
    assert keys(story)[2:] == [
        "stretch.foot_on_step.sides.say",
        "routine.missing_right",
        "routine.stretch_done",
    ]
    told_s = next(judged.t_s for _, judged, out, _ in story if "routine.missing_right" in [c.key for c in out.calls])
    assert told_s == pytest.approx(11.0, abs=0.2)
    again = [judged.hold.good_s for _, judged, _, _ in story if 9 < judged.t_s < 18]
    assert max(again) < 2.2
    assert not any(out.counts for _, judged, out, _ in story if 9 < judged.t_s < 18)


def test_staying_down_is_one_hold_and_not_the_other_side() -> None:
    """Where the camera cannot tell the sides apart, one has to come up in between."""
    parts = parts_of(item("alternate_reach", "both", hold__target_s=5))
    story = done(parts, frames([(20, EITHER)], 30))
    assert [out.finished for _, _, out, _ in story if out.finished] == [(0, "left")]
    assert story[-1][1].hold.good_s < 0.1
    story = done(parts, frames([(6, EITHER), (1, UP), (6, EITHER)], 30))
    assert [out.finished for _, _, out, _ in story if out.finished] == [(0, "left"), (0, "right")]


def test_out_of_sight_for_long_is_out_of_the_position() -> None:
    """Who leaves the picture for a moment is still in the same hold; for longer than the timer waits, not any more."""
    parts = parts_of(item("alternate_reach", "both", hold__target_s=5))
    for lost_s, finished in ((1.0, 1), (6.5, 2)):
        story = done(parts, frames([(6, EITHER), (lost_s, LOST), (6, EITHER)], 30))
        assert len([out for _, _, out, _ in story if out.finished]) == finished


def test_a_leg_that_is_recognised_late_gets_what_was_held_before() -> None:
    """Three seconds on a leg that cannot be told, then it is the right one, though the left one was asked for."""
    story = done(parts_of(STEP), frames([(3, EITHER), (3, RIGHT)], 30))
    assert [out.finished for _, _, out, _ in story if out.finished] == [(0, "right")]
    assert story[60][2].side == "left"
    assert not story[60][2].recognised


def test_a_wrong_leg_that_is_lost_from_sight_is_still_the_wrong_one() -> None:
    """Only the left side is asked for: the right one, then a leg that cannot be told in the same hold, count nothing."""
    parts = parts_of(item("foot_on_step", "left", hold__target_s=5))
    story = done(parts, frames([(1, UP), (1, RIGHT), (9, EITHER)], 30))
    assert runner.so_far(story[-1][3])[0, "left"] == SideProgress(1)
    story = done(parts, frames([(1, UP), (1, RIGHT), (1, UP), (6, EITHER)], 30))
    assert story[-1][3].stage is Stage.DONE


def test_changing_sides_each_time() -> None:
    """With `each` the sides take turns, hold by hold; with `both` one side is finished first, with rests."""
    other = "stretch.foot_on_step.sides.say"
    for sides, expected, asked in (
        ("each", [other, other, other], ["right", "left", "right"]),
        ("both", ["rest", "routine.once_more", other, "rest", "routine.once_more"], ["right"]),
    ):
        parts = parts_of(item("foot_on_step", sides, hold__target_s=5, hold__repeat=2, hold__rest_s=2))
        legs = (LEFT, RIGHT, LEFT, RIGHT) if sides == "each" else (LEFT, LEFT, RIGHT, RIGHT)
        story = done(parts, frames([deed for leg in legs for deed in ((3, UP), (6, leg))], 30))
        assert keys(story)[2:-1] == expected
        calls = [call for _, _, out, _ in story for call in out.calls]
        assert [call.side for call in calls if call.kind is CueKind.CHANGE_SIDE] == asked
        assert story[-1][3].stage is Stage.DONE


# ------------------------------------------------------------------------------------------------ other kinds
def test_a_timer_says_that_it_does_not_watch_and_counts_its_seconds() -> None:
    """Ten seconds to get ready, then the time, whether somebody is seen or not; then the other side."""
    parts = parts_of(item("foam_roll", "both", hold__target_s=10))
    story = done(parts, frames([(45, LOST)], 10))
    assert keys(story)[:3] == ["next", "stretch.foam_roll.setup", "routine.not_watched"]
    ends = [(round(judged.t_s), out.finished) for _, judged, out, _ in story if out.finished]
    assert ends == [(20, (0, "left")), (40, (0, "right"))]
    assert story[-1][3].stage is Stage.DONE


def test_repetitions_are_counted_whole_and_partial() -> None:
    """Coming up again is one, if it went deep enough; two make this set."""
    parts = parts_of(item("hip_hinge_drill", reps__count=2))
    story = done(parts, frames([(1, UP), (2, EITHER), (1, UP), (2, EITHER), (1, UP)], 30))
    doing = story[-1][3].doings[0, ""]
    assert (doing.wanted, doing.sets, doing.amount) == (1, 1, 2.0)
    assert doing.reps_good == 0  # nobody bends within one frame: hurried
    assert 2.5 < doing.reps_good_s < 4.0
    shallow = parts_of(item("hip_hinge_drill", reps__count=2, reps__depth_deg=80))
    story = done(shallow, frames([(1, UP), (2, EITHER), (1, UP), (2, EITHER), (1, UP)], 30))
    assert (story[-1][3].doings[0, ""].amount, story[-1][3].doings[0, ""].partial) == (0.0, 2)


def test_a_stretch_in_which_nothing_counts_is_left_out() -> None:
    """After the time to give up the next one comes; what was held until then stays."""
    parts = parts_of(STEP, FOLD, sets=["routine.give_up_s=20"])
    story = done(parts, frames([(3, LEFT), (21, UP), (6, EITHER)], 20))
    assert keys(story)[2:5] == ["routine.left_out", "next", "stretch.standing_forward_fold.setup"]
    doings = story[-1][3].doings
    assert doings[0, "left"].left_out
    assert doings[0, "left"].amount == pytest.approx(3.0, abs=0.3)
    assert doings[0, "right"] == SideProgress(1, left_out=True)
    assert doings[1, ""].done


def test_in_place_begins_and_a_pause_in_the_pictures_does_not() -> None:
    """A second in the right position begins the stretch; nobody in view waits until the time is up."""
    parts = parts_of(FOLD)
    begun = [judged.t_s for _, judged, out, _ in done(parts, frames([(3, UP)], 30)) if out.began]
    assert begun == [pytest.approx(1.0, abs=0.1)]
    begun = [judged.t_s for _, judged, out, _ in done(parts, frames([(40, LOST)], 10)) if out.began]
    assert begun == [pytest.approx(30.0, abs=0.2)]
    story = done(parts, frames([(0.5, UP), (4, GAP), (0.5, UP)], 30))
    assert not any(out.began for _, _, out, _ in story)


def test_a_routine_needs_something_to_do() -> None:
    """No parts, no routine."""
    with pytest.raises(ValueError, match="at least one part"):
        runner.start(())


def test_the_people_of_these_tests_do_what_they_say() -> None:
    """The judge finds their good holds good and no other."""
    for deed in (LEFT, RIGHT, EITHER, ROUND, UP, LOST):
        story = done(parts_of(STEP), frames([(2, deed)], 30))
        assert (story[-1][1].hold.good_s > 1.5) is (deed in GOOD_DEEDS)
    assert seen(0.0, LEFT, "standing")[1].view.lead_side == "left"
