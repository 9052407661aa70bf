"""A whole routine, one frame at a time: which stretch now, which side, what is still missing.

    state, out = step(state, assessment, parts)
    state, out = skip(state, parts)                    the person wants to go on
    state, out = stand_still(state, t_s, parts)        a frame of a pause

READY   the stretch or the other side was asked for, and the person gets into place
WORK    the hold, the repetitions or the timer run
REST    a pause, before the same side again or before the next stretch
DONE    nothing is left

Only what is seen counts: good seconds of the hold timer, repetitions, and seconds of the timer where posecheck does not
watch. Which side was done is decided by the leg that leads (`View.lead_side`); where none is recognised, the order of the
routine is believed. A side that is done is not counted again, and two sides are never one long hold: between two sets
the person has to come out of the position. A stretch in which nothing counts for long is left out, so that a routine
always comes to an end. Pure: the memory is a value, and no clock but that of the source is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from posecheck.assessment import hold
from posecheck.assessment.routines import progress, rep_count
from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress
from posecheck.assessment.routines.rep_count import Counted
from posecheck.assessment.routines.routine_state import (
    GET_READY_S,
    GIVE_UP_S,
    PLACE_DWELL_S,
    PLACE_WAIT_S,
    REMIND_S,
    WRONG_SIDE_S,
    Call,
    RoutineUpdate,
    RunnerState,
    Stage,
)
from posecheck.body import Side
from posecheck.records import PAUSE_S, Assessment, CueKind, Verdict
from posecheck.statistics import OpenInterval, good_seconds

#: Times are sums of binary fractions: 30 s are reached at 29.9999999.
_EPSILON: Final = 1e-6


def start(parts: Sequence[RoutineItem]) -> RunnerState:
    """The memory of a routine that has not begun. Raises ValueError for one without parts."""
    if not parts:
        raise ValueError("a routine needs at least one part")
    return RunnerState(progress.nothing_done(parts), wanted=parts[0].sides[0])


def step(state: RunnerState, judged: Assessment, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    """Carry a routine over one frame, which was judged by the stretch of the part `state.index`."""
    first = math.isnan(state.t_s)
    passed_s = 0.0 if first else max(0.0, judged.t_s - state.t_s)
    state = replace(
        state,
        t_s=judged.t_s,
        stage_s=state.stage_s + passed_s,
        reminded_s=state.reminded_s + passed_s,
    )
    if state.stage is Stage.DONE:
        return state, _out(state, parts[-1], len(parts) - 1)
    part = parts[state.index]
    state = _watched(state, judged, part, passed_s)
    if first:
        return state, replace(_out(state, part, state.index), calls=_introduction(part), afresh=True)
    if state.stage is Stage.REST:
        return _resting(state, parts)
    return _working(state, judged, parts, passed_s)


def skip(state: RunnerState, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    """Go on because the person wants to, at the time of the latest frame.

    READY: the stretch begins now. WORK: what is missing of this set is left out, and what was held of it is kept; the
    other side, the next set or the next stretch comes at once, without a rest. REST: it is over. Before the first frame
    and when all is done there is nothing to go on from: the state stays as it is.
    """
    part = parts[min(state.index, len(parts) - 1)]
    if state.stage is Stage.DONE or math.isnan(state.t_s):
        return state, _out(state, part, min(state.index, len(parts) - 1))
    if state.stage is Stage.REST:
        return _after_rest(state, parts)
    if state.stage is Stage.READY:
        state = replace(state, stage=Stage.WORK, stage_s=0.0)
        return state, replace(_out(state, part, state.index), began=True)
    out, missing = _out(state, part, state.index), progress.missing(state.doings, state.index)
    side = next((one for one in (state.seen, state.wanted) if one in missing), missing[0])
    state = _folded(state, side)
    state = replace(state, doings=progress.set_left_out(state.doings, (state.index, side)))
    return _after_set(state, out, side, parts, rests=False)


def stand_still(state: RunnerState, t_s: float, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    """Carry a routine over a frame of a pause: the clock goes on, the routine does not. Nothing counts or is called."""
    if not math.isnan(state.t_s):
        state = replace(state, t_s=t_s, interval=None)
    index = min(state.index, len(parts) - 1)
    return state, replace(_out(state, parts[index], index), paused=True)


# ------------------------------------------------------------------------------------------------ stages
def _resting(state: RunnerState, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    if state.stage_s < state.rest_s - _EPSILON:
        return state, _out(state, parts[state.index], state.index)
    return _after_rest(state, parts)


def _after_rest(state: RunnerState, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    part = parts[state.index]
    if progress.missing(state.doings, state.index):
        again = replace(_set(state), stage=Stage.READY, stage_s=0.0)
        calls = (Call(CueKind.NEXT, "routine.once_more"),)
        return again, replace(_out(again, part, state.index), calls=calls, afresh=True)
    return _next_part(state, parts)


def _working(
    state: RunnerState, judged: Assessment, parts: Sequence[RoutineItem], passed_s: float
) -> tuple[RunnerState, RoutineUpdate]:
    part, index = parts[state.index], state.index
    good_s = good_seconds(state.interval, judged)
    state, grew = _read(state, judged, part, passed_s)
    lead = _lead(judged, part)
    at_it = judged.hold.active or part.stretch.hold is None
    wrong = lead not in progress.missing(state.doings, index) if lead else state.doubted and at_it
    counts = state.came_out and not wrong
    state = _placed(state, judged, part, passed_s, wrong=wrong)
    if counts:
        state = _credited(state, lead, grew)
        if part.stretch.reps is not None:
            good = min(round(grew), 1) if state.reps.latest_good else 0
            turn = (index, state.seen or state.wanted)
            state = replace(state, doings=progress.added(state.doings, turn, reps_good=good, reps_good_s=good_s))
    else:  # what was held before a side was recognised was that side, which is done
        grew, state = 0.0, replace(state, loose=0.0)
    idle_s = 0.0 if grew > 0 or not part.stretch.watch else state.idle_s + min(passed_s, PAUSE_S)
    began = state.stage is Stage.READY and (grew > 0 or _ready(state, part))
    if began:
        state = replace(state, stage=Stage.WORK, stage_s=0.0)
    state = replace(state, idle_s=idle_s, doubted=wrong, interval=OpenInterval.after(judged))
    full = _full(state, part)
    if full is not None:
        return _finished_set(state, full, parts)
    if idle_s >= part.profile[GIVE_UP_S.key] - _EPSILON:
        return _leave_out(state, parts)
    out = replace(
        _out(state, part, index),
        counts=counts and state.stage is Stage.WORK,
        wrong=wrong,
        began=began,
        idle_hold=not state.came_out,
    )
    return _reminded(state, out, judged, part, passed_s, wrong=wrong)


def _finished_set(state: RunnerState, side: str, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    """A set of `side` is full: what comes next, and what is to be said of it."""
    part, index = parts[state.index], state.index
    out = replace(_out(state, part, index), side=side, counts=True)
    state = _folded(state, side)
    state = replace(state, doings=progress.added(state.doings, (index, side), sets=1))
    return _after_set(state, out, side, parts)


def _after_set(
    state: RunnerState, out: RoutineUpdate, side: str, parts: Sequence[RoutineItem], *, rests: bool = True
) -> tuple[RunnerState, RoutineUpdate]:
    """A set of `side` is over, done or left out: on to the next one, the other side or the next stretch."""
    part, index, doings = parts[state.index], state.index, state.doings
    state = replace(state, latest=side, came_out=part.stretch.hold is None or not part.stretch.watch)
    finished = (index, side) if doings[index, side].done and rests else None
    if not progress.missing(doings, index):
        state, after = _after_part(state, parts) if rests else _next_part(state, parts)
        return state, replace(out, finished=finished, calls=after.calls, afresh=True)
    asked = progress.next_side(doings, index, side, part.item.sides)
    if asked == side:
        goal = part.stretch.hold.rest if part.stretch.hold else None
        rest_s = 0.0 if goal is None or not rests else part.profile[goal.key]
        state = replace(_set(state), stage=Stage.REST, stage_s=0.0, rest_s=rest_s, wanted=asked)
        return state, replace(out, finished=finished, calls=_rest_calls(rest_s), afresh=True)
    state = replace(_set(state), stage=Stage.READY, stage_s=0.0, wanted=asked)
    said = f"stretch.{part.stretch.id}.sides.say" if part.stretch.sides is not None else ""
    call = Call(CueKind.CHANGE_SIDE, said, side=asked)
    return state, replace(out, finished=finished, calls=(call,), afresh=True)


def _leave_out(state: RunnerState, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    """Nothing counted for too long: on to the next stretch, at once."""
    part, index = parts[state.index], state.index
    out = _out(state, part, index)
    state = _folded(state, "")
    state = replace(state, doings=progress.left_out(state.doings, index))
    state, after = _next_part(state, parts)
    said = Call(CueKind.NEXT, "routine.left_out", values=MappingProxyType({"stretch": part.stretch.name}))
    return state, replace(out, calls=(said, *after.calls), afresh=True)


def _after_part(state: RunnerState, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    rest_s = parts[state.index].item.rest_s
    if state.index + 1 < len(parts) and rest_s > 0:
        state = replace(_set(state), stage=Stage.REST, stage_s=0.0, rest_s=rest_s)
        return state, replace(_out(state, parts[state.index], state.index), calls=_rest_calls(rest_s))
    return _next_part(state, parts)


def _next_part(state: RunnerState, parts: Sequence[RoutineItem]) -> tuple[RunnerState, RoutineUpdate]:
    index = state.index + 1
    if index == len(parts):
        state = replace(_set(state), stage=Stage.DONE, stage_s=0.0, index=index)
        done = Call(CueKind.DONE, "routine.done" if len(parts) > 1 else "routine.stretch_done")
        return state, replace(_out(state, parts[-1], index - 1), calls=(done,), afresh=True)
    state = replace(
        _set(state),
        stage=Stage.READY,
        stage_s=0.0,
        index=index,
        wanted=parts[index].sides[0],
        latest="",
        came_out=True,
        out_s=0.0,
    )
    return state, replace(_out(state, parts[index], index), calls=_introduction(parts[index]), afresh=True)


def _introduction(part: RoutineItem) -> tuple[Call, ...]:
    calls = [Call(CueKind.NEXT), Call(CueKind.NEXT, f"stretch.{part.stretch.id}.setup")]
    if not part.stretch.watch:
        calls.append(Call(CueKind.NEXT, "routine.not_watched"))
    return tuple(calls)


def _rest_calls(rest_s: float) -> tuple[Call, ...]:
    return (Call(CueKind.REST, seconds=rest_s),) if rest_s > 0 else ()


# ------------------------------------------------------------------------------------------------ one frame
def _lead(judged: Assessment, part: RoutineItem) -> str:
    """The side that the camera recognises; empty where it does not, or where the stretch tells no sides apart."""
    side: Side | None = judged.measures.view.lead_side
    return "" if side is None or not part.stretch.lead or not part.item.sides else str(side)


def _watched(state: RunnerState, judged: Assessment, part: RoutineItem, passed_s: float) -> RunnerState:
    """Whether the person has come out of the position since the set before: seen out of it, on another leg, or long gone."""
    goal = part.stretch.hold
    if state.came_out or goal is None or goal.phase is None:
        return state
    if judged.hold.active:
        lead = _lead(judged, part)
        return replace(state, out_s=0.0, came_out=bool(lead and state.latest and lead != state.latest))
    measure = next(phase.measure for phase in part.stretch.phases if phase.name == goal.phase)
    out_s = state.out_s + passed_s
    seen = not judged.sighting.is_empty and not math.isnan(judged.measures[measure])
    return replace(state, out_s=out_s, came_out=seen or out_s >= part.profile[hold.RESET_S.key])


def _read(state: RunnerState, judged: Assessment, part: RoutineItem, passed_s: float) -> tuple[RunnerState, float]:
    """By how much the hold, the count or the timer has grown with this frame; a hold that began anew loses its own."""
    stretch = part.stretch
    if stretch.reps is not None:
        reps = rep_count.counted(judged)
        more, less = max(0, reps.whole - state.reps.whole), max(0, reps.partial - state.reps.partial)
        state = replace(state, reps=reps)
        if less:
            side = state.seen or state.wanted
            state = replace(state, doings=progress.added(state.doings, (state.index, side), partial=less))
        return state, float(more)
    if not stretch.watch:
        return state, min(passed_s, PAUSE_S) if state.stage is Stage.WORK else 0.0
    good_s = judged.hold.good_s
    if good_s < state.reading - _EPSILON:
        state = replace(_folded(state, ""), seen="")
    grew = min(max(0.0, good_s - state.reading), passed_s)
    seen = judged.hold.active and judged.verdict is Verdict.GOOD and passed_s <= PAUSE_S
    return replace(state, reading=good_s), grew if seen else 0.0


def _credited(state: RunnerState, lead: str, grew: float) -> RunnerState:
    """The state with what has grown given to its side."""
    if lead and not state.seen:
        grew, state = grew + state.loose, replace(state, loose=0.0)
    side = lead or state.seen
    if not side:
        return replace(state, loose=state.loose + grew)
    got = MappingProxyType({**state.got, side: state.got.get(side, 0.0) + grew})
    return replace(state, seen=side, got=got, wanted=side)


def _placed(state: RunnerState, judged: Assessment, part: RoutineItem, passed_s: float, *, wrong: bool) -> RunnerState:
    """For how long the person has been in place: in the right position, well seen, and not on a side that is done."""
    view, stretch = judged.measures.view, part.stretch
    there = view.position == stretch.position and (view.well_placed or stretch.view == "any")
    holding = judged.hold.active and judged.verdict is Verdict.GOOD
    in_place = (there or holding) and not judged.sighting.is_empty and not wrong and state.came_out
    return replace(state, placed_s=state.placed_s + passed_s if in_place and passed_s <= PAUSE_S else 0.0)


def _ready(state: RunnerState, part: RoutineItem) -> bool:
    numbers = part.profile
    if not part.stretch.watch:
        return state.stage_s >= numbers[GET_READY_S.key] - _EPSILON
    return (
        state.placed_s >= max(numbers[PLACE_DWELL_S.key], _EPSILON) - _EPSILON and state.placed_s > 0
    ) or state.stage_s >= numbers[PLACE_WAIT_S.key] - _EPSILON


def _full(state: RunnerState, part: RoutineItem) -> str | None:
    """The side whose set is full; None while none is."""
    target = part.target - _EPSILON
    for side, amount in state.got.items():
        if amount >= target:
            return side
    if state.loose >= target and state.loose > 0:
        return state.wanted
    return None


def _reminded(
    state: RunnerState, out: RoutineUpdate, judged: Assessment, part: RoutineItem, passed_s: float, *, wrong: bool
) -> tuple[RunnerState, RoutineUpdate]:
    """Say which side is missing when one that is done is held again; its seconds are taken off the timer."""
    held = judged.hold.active or part.stretch.hold is None
    if not (wrong and held):
        return replace(state, wrong_s=0.0), out
    state = replace(state, wrong_s=state.wrong_s + passed_s)
    if state.wrong_s < part.profile[WRONG_SIDE_S.key] - _EPSILON:
        return state, out
    state = replace(_folded(state, ""), wrong_s=0.0, seen="")
    out = replace(out, idle_hold=True)
    if state.reminded_s < part.profile[REMIND_S.key]:
        return state, out
    side = progress.missing(state.doings, state.index)[0]
    call = Call(CueKind.CHANGE_SIDE, f"routine.missing_{side}", side=side)
    return replace(state, reminded_s=0.0, wanted=side), replace(out, calls=(call,))


# ------------------------------------------------------------------------------------------------ parts
def _folded(state: RunnerState, full: str) -> RunnerState:
    """The state with the present set over: what counted goes to the side it was done on, `full` where none was told."""
    doings = state.doings
    for side, amount in state.got.items():
        doings = progress.added(doings, (state.index, side), amount=amount)
    if state.loose > 0:
        doings = progress.added(doings, (state.index, full or state.wanted), amount=state.loose)
    return replace(state, doings=doings, loose=0.0, got=MappingProxyType({}))


def _set(state: RunnerState) -> RunnerState:
    """The state at the beginning of another set."""
    return replace(
        _folded(state, ""),
        placed_s=0.0,
        reading=0.0,
        reps=Counted(),
        interval=None,
        seen="",
        wrong_s=0.0,
        doubted=False,
        idle_s=0.0,
        reminded_s=math.inf,
    )


def _out(state: RunnerState, part: RoutineItem, index: int) -> RoutineUpdate:
    side = state.seen or state.wanted
    limit_s = 0.0
    if state.stage is Stage.REST:
        limit_s = state.rest_s
    elif state.stage is Stage.READY:
        limit_s = part.profile[(PLACE_WAIT_S if part.stretch.watch else GET_READY_S).key]
    return RoutineUpdate(
        stage=state.stage,
        index=index,
        side="" if not part.item.sides else side,
        recognised=bool(state.seen),
        amount=state.got.get(side, 0.0) + state.loose,
        set_number=min(state.doings.get((index, side), progress.SideProgress(1)).sets + 1, part.sets),
        left_s=max(0.0, limit_s - state.stage_s) if limit_s else 0.0,
        counts=False,
    )


def so_far(state: RunnerState) -> RoutineProgress:
    """All that has been done, the set under way included."""
    return state.doings if state.stage is Stage.DONE else _folded(state, "").doings
