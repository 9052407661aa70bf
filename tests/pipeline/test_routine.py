"""A routine through the judging everything shares: numbers in force, announcements, rows in a real history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from posecheck.assessment import hold, load_routine
from posecheck.assessment.catalogue.routine import Item, Routine
from posecheck.assessment.coaching import coach
from posecheck.assessment.routines import runner
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.assessment.routines.routine_state import RoutineUpdate, Stage
from posecheck.calibration import Calibrations
from posecheck.errors import BrokenSourceError, TunableError
from posecheck.history.row import HistoryRow
from posecheck.history.store import History
from posecheck.history.tally import HistoryTally
from posecheck.kinematics.spine.network import bundled_network
from posecheck.pipeline.routine import (
    RoutineState,
    Wish,
    go_on,
    pause,
    plan,
    resume,
    routine_step,
    run_routine,
    start_routine,
)
from posecheck.pipeline.routine_history import RoutineKeeper
from posecheck.pipeline.session import Ending
from posecheck.pipeline.session_history import CAMERA
from posecheck.records import CueKind, Sighting, Verdict
from tests.assessment.doing import EITHER, LEFT, LOST, RIGHT, UP, done, frames, item, parts_of
from tests.assessment.plays import HOLDING, NOBODY, Play, coached, spoken
from tests.assessment.scenes import FOLD, profile, sighting, times
from tests.test_calibration import standing

STARTED = datetime(2026, 3, 1, 23, 59, 55, tzinfo=UTC)


# ------------------------------------------------------------------------------------------------ the numbers
def test_the_numbers_in_force_and_where_they_come_from(tmp_path: Path) -> None:
    """Catalogue < profile file < routine < --set; --set reaches every stretch that has the number."""
    file = tmp_path / "own.toml"
    file.write_text("[hold]\ntarget_s = 15\n[routine]\ngive_up_s = 60\n", encoding="utf-8")
    parts = plan(load_routine("gentle_start"), 3, file, ["spine_rounding.limit_deg=22", "reps.count=4"])
    drill, step, raised = parts
    assert drill.profile.settings["reps.count"].origin == "--set"
    assert (drill.target, step.target, raised.target) == (4.0, 20.0, 15.0)
    assert step.profile.settings["hold.target_s"].origin == "gentle_start"
    assert raised.profile.settings["hold.target_s"].origin == str(file)
    assert step.profile["spine_rounding.limit_deg"] == 22.0
    assert "spine_rounding.limit_deg" not in raised.profile
    assert {part.profile["routine.give_up_s"] for part in parts} == {60.0}
    with pytest.raises(TunableError, match=r'--set: unknown key "reps\.cuont"\. Did you mean "reps\.count"'):
        plan(load_routine("gentle_start"), 0, None, ["reps.cuont=4"])


def test_a_calibration_reaches_every_stretch_of_a_routine_that_has_one_for_it() -> None:
    """Its limits stand under those of the routine; what is known of the person is known from the first picture on."""
    own = Calibrations("me", replace(standing(), spine_model_sha256=bundled_network().sha256))
    parts = plan(load_routine("desk_break"), 0, None, (), own)
    key = "spine_rounding.limit_deg"
    told = {part.stretch.position: part.profile.settings[key].origin for part in parts if key in part.profile}
    assert told["standing"] == "your calibration of 2026-11-21 (me)"
    assert told.get("seated", "default") == "default"
    state = start_routine(parts, own)
    assert state.judging.measures.own.stored_standing is not None
    assert start_routine(parts).judging.measures.own.stored_standing is None


def test_a_limit_of_the_routine_takes_its_end_along() -> None:
    """A routine that moves a limit past the end of its warning does not make a warning that never ends."""
    (part,) = parts_of(item("foot_on_step", spine_rounding__limit_deg=15.0))
    assert part.profile["spine_rounding.leave_deg"] == 15.0


# ------------------------------------------------------------------------------------------------ what is said
def nobody(t_s: float) -> Sighting:
    """An empty picture."""
    return sighting(t_s, empty=True)


def test_announcements_travel_with_the_picture() -> None:
    """The stretch is announced in the first picture, its set-up when the voice is free, then what the coach says."""
    parts = parts_of(Item("standing_forward_fold", rest_s=0.0))
    state = start_routine(parts)
    said = []
    for t_s in times(10, 20):
        state, judged, _, _ = routine_step(state, nobody(t_s), parts)
        if judged.said is not None and judged.said.spoken:
            said.append((round(judged.t_s), judged.said.key.split(".")[-1], judged.cue))
    assert [(at, key) for at, key, _ in said[:2]] == [(0, "next_stretch"), (6, "setup")]
    assert said[0][2] == "Next: Standing forward fold."
    assert said[1][2] == parts[0].stretch.setup
    assert said[2][2] == "Nobody is in view: step into the picture."


def test_a_rest_told_late_tells_what_is_left_of_it() -> None:
    """Six seconds after another sentence a rest of ten has four left; one that is over is not spoken of."""
    numbers = profile()
    for rest_s, told in ((10.0, [("coach.rest", {"seconds": 4})]), (4.0, [])):
        state, _ = coach.change_side(coach.start(), 0.0, None, numbers)
        state, _ = coach.rest(state, 0.1, rest_s, numbers)
        said = spoken(coached(Play([(9, HOLDING)]).seen(times(30, 7, from_s=0.2)), numbers, state))
        assert [(one.key, one.values) for one in said if one.kind is CueKind.REST] == told


def test_who_is_in_place_is_not_told_how_to_get_there() -> None:
    """A set-up still waiting for the voice is dropped, the name of the stretch is not."""
    numbers = profile()
    state, _ = coach.change_side(coach.start(), 0.0, None, numbers)
    state, _ = coach.next_stretch(state, 0.1, FOLD, numbers)
    state, _ = coach.announce(state, 0.1, CueKind.NEXT, f"stretch.{FOLD.id}.setup", numbers)
    said = spoken(coached(Play([(20, NOBODY)]).seen(times(30, 14, from_s=0.2)), numbers, coach.in_place(state)))
    assert [one.key for one in said][:1] == ["coach.next_stretch"]
    assert not any(one.key.endswith("setup") for one in said)


# ------------------------------------------------------------------------------------------------ endings
def test_how_a_routine_ends() -> None:
    """Asked to stop, a source that ends early, one that breaks: told in the outcome, with what was done."""
    parts = parts_of(item("foam_roll", "left", hold__target_s=10), sets=["routine.get_ready_s=0"])
    pairs = [(None, nobody(t_s)) for t_s in times(10, 15)]
    whole = run_routine(pairs, parts)
    assert (whole.ending, whole.finished, whole.doings[0, "left"].done) == (Ending.COMPLETE, True, True)
    assert whole.frames < len(pairs)
    early = run_routine(pairs[:60], parts)
    assert (early.ending, early.finished) == (Ending.COMPLETE, False)
    assert early.doings[0, "left"].amount == pytest.approx(5.8, abs=0.3)
    assert run_routine(pairs, parts, stop=lambda: True).ending is Ending.INTERRUPTED

    def breaks() -> Iterator[tuple[None, Sighting]]:
        yield from pairs[:20]
        raise BrokenSourceError("the cable", 2.0)

    assert run_routine(breaks(), parts).message == "the cable"


# ------------------------------------------------------------------------------------------------ go on, pause
TIMED = [item("foam_roll", "both", rest_s=20, hold__target_s=10), item("hamstring_massage", "left", hold__target_s=10)]
NO_WAIT = ["routine.get_ready_s=0"]


def ticks(length_s: int, from_s: float = 0.0) -> list[float]:
    """Ten frames a second for so long, the first one a tenth after `from_s`."""
    return [from_s + number / 10 for number in range(1, length_s * 10 + 1)]


def looked(
    state: RoutineState, parts: tuple[RoutineItem, ...], ticks: list[float]
) -> tuple[RoutineState, list[RoutineUpdate]]:
    """The routine after empty pictures at these times, and what it made of each."""
    outs = []
    for t_s in ticks:
        state, _, out, _ = routine_step(state, nobody(t_s), parts)
        outs.append(out)
    return state, outs


def test_going_on_begins_leaves_out_and_ends_a_rest() -> None:
    """READY: it begins. WORK: this side is left out and the other asked for at once, then the next stretch. REST: over."""
    parts = parts_of(*TIMED)
    state, _ = looked(start_routine(parts), parts, ticks(1))
    state, out, _, _ = go_on(state, parts, 1.0)
    assert (state.running.stage, out.began) == (Stage.WORK, True)
    state, _ = looked(state, parts, ticks(4, from_s=1.0))
    state, _, said, _ = go_on(state, parts, 5.0)
    assert said is not None
    assert said.kind is CueKind.CHANGE_SIDE
    assert (state.running.index, state.running.stage, state.running.wanted) == (0, Stage.READY, "right")
    doings = runner.so_far(state.running)
    assert (doings[0, "left"].done, doings[0, "left"].left_out) == (False, True)
    assert doings[0, "left"].amount == pytest.approx(3.8, abs=0.3)
    state, _, _, _ = go_on(state, parts, 5.0)
    state, _ = looked(state, parts, ticks(12, from_s=5.0))
    assert state.running.stage is Stage.REST
    state, _, _, _ = go_on(state, parts, 17.0)
    assert (state.running.index, state.running.stage) == (1, Stage.READY)
    state, _, _, _ = go_on(state, parts, 17.0)
    state, _, said, _ = go_on(state, parts, 17.0)
    assert state.running.stage is Stage.DONE
    assert said is not None
    assert said.key == "routine.done"
    assert go_on(state, parts, 17.0)[0].running == state.running


@pytest.mark.parametrize("silent", [False, True], ids=["pictures go on", "no pictures"])
def test_a_pause_takes_nothing_and_gives_nothing(silent: bool) -> None:
    """Seconds before a pause are kept, none is counted in it, however long, and the rest of the set comes after it."""
    parts = parts_of(item("foam_roll", "left", hold__target_s=10), sets=NO_WAIT)
    state, outs = looked(start_routine(parts), parts, ticks(6))
    before = outs[-1].amount
    state = pause(state)
    state, outs = looked(state, parts, [] if silent else ticks(300, from_s=6.0))
    assert all(out.paused and not out.calls and out.amount == before for out in outs)
    state = resume(state)
    state, outs = looked(state, parts, ticks(3, from_s=306.0))
    assert outs[0].paused
    assert not outs[1].paused
    assert outs[-1].amount == pytest.approx(before + 2.8, abs=0.15)
    assert outs[-1].stage is Stage.WORK


def test_a_paused_hold_and_rest_go_on_where_they_were() -> None:
    """A rest has as many seconds left after a pause as before; nothing is said in between."""
    parts = parts_of(*TIMED, sets=NO_WAIT)
    state, outs = looked(start_routine(parts), parts, ticks(24))
    assert outs[-1].stage is Stage.REST
    left_s = outs[-1].left_s
    state = pause(state)
    for t_s in ticks(100, from_s=24.0):
        state, judged, out, _ = routine_step(state, nobody(t_s), parts)
        assert (out.left_s, judged.said, judged.cue) == (left_s, None, "")
    state, _, said, _ = go_on(state, parts, 124.0)
    assert (state.paused, said) == (False, None)
    state, outs = looked(state, parts, ticks(1, from_s=124.0))
    assert outs[-1].left_s == pytest.approx(left_s - 0.9, abs=0.1)


def test_a_paused_hold_keeps_its_good_seconds() -> None:
    """The timer of a hold that was paused for a minute goes on from its seconds; the pause adds none."""
    state, good_s = hold.HoldState(), 0.0
    for t_s in ticks(8):
        state, held = hold.step(state, t_s, Verdict.GOOD, True, 30.0, gap_s=0.5, reset_s=5.0)
        good_s = held.good_s
    for t_s in ticks(60, from_s=8.0):
        state = hold.stood_still(state, t_s)
    state, held = hold.step(state, 68.0, Verdict.GOOD, True, 30.0, gap_s=0.5, reset_s=5.0)
    assert held.good_s == good_s
    _, held = hold.step(state, 68.1, Verdict.GOOD, True, 30.0, gap_s=0.5, reset_s=5.0)
    assert held.good_s == pytest.approx(good_s + 0.1)


def test_wishes_are_heard_between_frames() -> None:
    """Going on twice goes through a short routine; END interrupts it; PAUSE asked for twice goes on."""
    parts = parts_of(item("foam_roll", "left", hold__target_s=10), sets=["routine.get_ready_s=60"])
    pairs = [(None, nobody(t_s)) for t_s in ticks(30)]
    wishes: Iterator[Wish | None] = iter([Wish.GO_ON, Wish.GO_ON])
    done_ = run_routine(pairs, parts, wish=lambda: next(wishes, None))
    assert (done_.ending, done_.finished, done_.frames) == (Ending.COMPLETE, True, 2)
    assert run_routine(pairs, parts, wish=lambda: Wish.END).ending is Ending.INTERRUPTED
    wishes = iter([Wish.GO_ON, *[None] * 20, Wish.PAUSE, *[None] * 98, Wish.PAUSE])
    assert run_routine(pairs, parts, wish=lambda: next(wishes, None)).doings[0, "left"].done
    wishes = iter([Wish.GO_ON, *[None] * 20, Wish.PAUSE])
    assert not run_routine(pairs, parts, wish=lambda: next(wishes, None)).finished


# ------------------------------------------------------------------------------------------------ the history
def kept(path: Path, parts: tuple[RoutineItem, ...], deeds: list[tuple[float, str]]) -> list[HistoryRow]:
    """The rows of a routine, the oldest first."""
    keeper = RoutineKeeper(path, parts, "mine", CAMERA, STARTED)
    story = done(parts, frames(deeds, 30))
    for _, judged, out, state in story:
        keeper.put(judged, out, runner.so_far(state))
    count = keeper.close(runner.so_far(story[-1][3]))
    with History(path) as history:
        rows = list(history.rows(newest_first=False))
    assert len(rows) == count
    return rows


def test_each_side_of_each_stretch_is_a_row(tmp_path: Path) -> None:
    """Side, routine, held seconds, repetitions and the moment of the day; a rest is part of no row."""
    parts = parts_of(
        item("foot_on_step", "both", rest_s=5, hold__target_s=5),
        item("hip_hinge_drill", reps__count=1),
        item("foam_roll", "left", hold__target_s=10),
    )
    deeds = [(1, UP), (6, RIGHT), (2, UP), (6, LEFT), (5, UP), (3, EITHER), (1, UP), (25, LOST)]
    path = tmp_path / "history.sqlite3"
    right, left, drill, foam = kept(path, parts, [(float(length_s), deed) for length_s, deed in deeds])
    assert [(row.stretch, row.side, row.routine) for row in (right, left, drill, foam)] == [
        ("foot_on_step", "right", "mine"),
        ("foot_on_step", "left", "mine"),
        ("hip_hinge_drill", "", "mine"),
        ("foam_roll", "left", "mine"),
    ]
    assert [row.held_s for row in (right, left)] == [pytest.approx(5.0, abs=0.1)] * 2
    assert all(row.duration_s < 8.5 for row in (right, left))
    assert (drill.reps_whole, drill.reps_partial) == (1.0, 0.0)
    assert foam.duration_s == pytest.approx(10.0, abs=0.2)
    assert right.local_date < left.local_date  # midnight passed in between
    assert right.limits["hold.target_s"] == (5.0, "mine")
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT COUNT(*) FROM done WHERE routine = 'mine'").fetchone() == (4,)
    db.close()


def test_what_was_begun_is_kept_if_it_is_worth_it(tmp_path: Path) -> None:
    """Broken off after three good seconds: a row. After one: none. The side that was done again: none."""
    parts = parts_of(item("foot_on_step", "both", hold__target_s=5))
    assert [row.side for row in kept(tmp_path / "a.sqlite3", parts, [(1, UP), (4, LEFT)])] == ["left"]
    assert kept(tmp_path / "b.sqlite3", parts, [(1, UP), (1.5, LEFT)]) == []
    again = kept(tmp_path / "c.sqlite3", parts, [(7, LEFT), (1, UP), (9, LEFT)])
    assert [(row.side, round(row.held_s)) for row in again] == [("left", 5)]


def test_spells_add_up() -> None:
    """Two spells joined are as long, as good and as deep as both together, without the time in between."""
    story = done(parts_of(item("standing_forward_fold", hold__target_s=60)), frames([(1, UP), (9, EITHER)], 30))
    numbers = parts_of(item("standing_forward_fold"))[0].profile
    judged = [one for _, one, _, _ in story]
    whole, first, second = (HistoryTally(numbers) for _ in range(3))
    for one in judged[:150]:
        first.put(one)
    for one in judged[150:]:
        second.put(replace(one, t_s=one.t_s + 100.0))
    for one in judged:
        whole.put(one)
    first.join(second)
    first.join(HistoryTally(numbers))
    frame_s = 1 / 30 + 1e-6
    assert first.duration_s == pytest.approx(whole.duration_s, abs=frame_s)
    rows = [tally.done(STARTED, STARTED.date(), FOLD.id, version="0", source_kind=CAMERA) for tally in (first, whole)]
    assert rows[0].good_s == pytest.approx(rows[1].good_s, abs=frame_s)
    assert (rows[0].unknown_s, rows[0].depth_deg) == (rows[1].unknown_s, rows[1].depth_deg)


def test_days_before_today_unlock(tmp_path: Path) -> None:
    """Days of this routine, today left out: practising twice on one day unlocks nothing early."""
    with History(tmp_path / "h.sqlite3") as history:
        for day, of in ((1, "gentle_start"), (2, "gentle_start"), (2, "daily"), (3, "daily"), (4, "gentle_start")):
            moment = datetime(2026, 3, day, 12, tzinfo=UTC)
            history.add(HistoryRow(moment, moment.date(), "foot_on_step", "0", CAMERA, routine=of))
        today = datetime(2026, 3, 4, tzinfo=UTC).date()
        assert history.days_practised(routine="gentle_start", before=today) == 2
        assert history.days_practised(before=today) == 3
        assert history.days_practised(routine="gentle_start") == 3


def test_a_routine_of_nothing_is_refused() -> None:
    """No items: a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one part"):
        start_routine(plan(Routine("r", "R", "Now.", "Walk.", ())))
