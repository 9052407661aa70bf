"""A whole routine through the same judging as everything else: `session.judge_step`, stretch after stretch.

- `plan(…)`: the parts of a routine that are unlocked, each with the numbers in force for it
- `routine_step`, pure: Sighting ─> Assessment, what the routine makes of it, Events
- `go_on`, `pause`, `resume`, pure: what the person asks for between two frames
- `run_routine(pairs, …)`: until the routine is done, its source ends or somebody interrupts it

What is measured of the person (own neutral, facing, smoothing) is kept from one stretch to the next; the judge and the
events begin anew with each set, and the coach keeps only his voice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from posecheck.assessment import events, hold, judge, messages
from posecheck.assessment.catalogue import stretch_files
from posecheck.assessment.catalogue.routine import Item, Routine, unlocked
from posecheck.assessment.coaching import coach
from posecheck.assessment.coaching.coach import CoachState
from posecheck.assessment.hold import HoldState
from posecheck.assessment.reps import RepsState
from posecheck.assessment.routines import routine_state, runner
from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress
from posecheck.assessment.routines.routine_state import Call, RoutineUpdate, RunnerState, Stage
from posecheck.body import Side
from posecheck.calibration import Calibrations
from posecheck.errors import BrokenSourceError, TunableError
from posecheck.pipeline.profiles import build_profile, kept_together, parse_set
from posecheck.pipeline.session import Ending, JudgingState, default_profile, judge_step, start_judging
from posecheck.records import Assessment, Cue, CueKind, Event, Frame, Sighting
from posecheck.tunables import Profile, unknown

#: Called with every frame: the picture if there is one, how it was judged, what the routine makes of it, all done so far.
OnFrame: TypeAlias = Callable[[Frame | None, Assessment, RoutineUpdate, RoutineProgress], None]


# ------------------------------------------------------------------------------------------------ what is to be done
def plan(
    routine: Routine,
    days_practised: int = 0,
    file: Path | None = None,
    sets: Sequence[str] = (),
    calibrations: Calibrations | None = None,
) -> tuple[RoutineItem, ...]:
    """The parts of `routine` for somebody who has practised on so many days before today.

    The numbers in force: catalogue default < calibration < profile file < routine < `sets`, texts `key=value` that reach every
    stretch that has the key. Raises TunableError as `profiles.build_profile` does.
    """
    items = unlocked(routine, days_practised)
    bases = [_base(item) for item in items]
    own = dict(parse_set(text) for text in sets)
    known = {key for base in bases for key in base}
    if strange := [key for key in own if key not in known]:
        raise TunableError(f"--set: {unknown('key', strange[0], known)}")
    parts = []
    for item, base in zip(items, bases, strict=True):
        stretch = stretch_files.find_stretch(item.stretch)
        profile = build_profile(base, stretch.id, file, (), calibrations, stretch=stretch)
        profile = profile.with_layer(item.numbers, routine.id)
        profile = profile.with_layer({key: value for key, value in own.items() if key in base}, "--set")
        parts.append(RoutineItem(item, stretch, kept_together(profile, stretch)))
    return tuple(parts)


def _base(item: Item) -> Profile:
    stretch = stretch_files.find_stretch(item.stretch)
    return Profile((*default_profile(stretch).tunables.values(), *routine_state.TUNABLES))


# ------------------------------------------------------------------------------------------------ one frame (pure)
@dataclass(frozen=True, slots=True)
class RoutineState:
    """All that a routine remembers from one frame to the next."""

    judging: JudgingState
    running: RunnerState
    paused: bool = False
    """Whether it stands still until `resume`."""
    resuming: bool = False
    """Whether the next frame is the last one of a pause: the time before it was part of the pause too."""


def start_routine(parts: Sequence[RoutineItem], calibrations: Calibrations | None = None) -> RoutineState:
    """The memory of a routine in which nothing but `calibrations` is known yet. Raises ValueError for one without parts."""
    running = runner.start(parts)
    return RoutineState(start_judging(parts[0].stretch, parts[0].profile, calibrations), running)


def routine_step(
    state: RoutineState, sighting: Sighting, parts: Sequence[RoutineItem]
) -> tuple[RoutineState, Assessment, RoutineUpdate, tuple[Event, ...]]:
    """Judge one sighting by the stretch that is due: the new memory, the assessment with what is to be said, what the
    routine makes of it, and the events that ended with it.

    A paused routine is still judged, so that the person sees themselves, but nothing of it counts or is said (`RoutineUpdate.paused`).
    """
    if state.paused or state.resuming:
        return _paused_step(state, sighting, parts)
    part = _part(state.running, parts)
    judging, judged, ended = judge_step(state.judging, sighting, part.stretch, part.profile)
    running, out = runner.step(state.running, judged, parts)
    now = _part(running, parts)
    at_it = judged.hold.active or (judged.reps is not None and judged.reps.active)
    judging, cues, closed = _followed(judging, out, judged.t_s, now, at_it=out.counts and at_it)
    said = judged.said
    if cues and not (said is not None and said.spoken):
        said = _foremost(cues)
    if said is not judged.said:
        judged = replace(judged, said=said, cue=messages.in_english(said, now.stretch))
    return RoutineState(judging, running), judged, out, (*ended, *closed)


def _followed(
    judging: JudgingState, out: RoutineUpdate, t_s: float, now: RoutineItem, *, at_it: bool
) -> tuple[JudgingState, list[Cue], tuple[Event, ...]]:
    """Judging after what the routine made of the moment `t_s`, what it lets the coach say, and the events that it ended.

    Only who is `at_it` need not hear how to get there: whoever merely stands is in place for a foot on a step, too, and
    has yet to hear of the step.
    """
    closed: tuple[Event, ...] = ()
    if out.afresh:
        closed = events.finish(judging.events, t_s)
        judging = replace(judging, judge=judge.start(now.stretch), events=events.start(now.stretch, now.profile))
    elif out.idle_hold:
        judging = replace(judging, judge=replace(judging.judge, hold=HoldState(), reps=RepsState()))
    coaching = coach.in_place(judging.coach) if at_it else judging.coach
    cues: list[Cue] = []
    for call in out.calls:
        coaching, one = announce(coaching, call, t_s, now)
        cues.append(one)
    return replace(judging, coach=coaching), cues, closed


def _foremost(cues: Sequence[Cue]) -> Cue:
    """What of several announcements is shown: the spoken one, else what will be spoken first."""
    return next((one for one in cues if one.spoken), cues[0])


def _paused_step(
    state: RoutineState, sighting: Sighting, parts: Sequence[RoutineItem]
) -> tuple[RoutineState, Assessment, RoutineUpdate, tuple[Event, ...]]:
    """A frame of a pause. Measuring goes on; judge, coach and count wait where they were, their clocks moved along."""
    part, before, t_s = _part(state.running, parts), state.judging, sighting.t_s
    judging, judged, _ = judge_step(before, sighting, part.stretch, part.profile)
    running, out = runner.stand_still(state.running, t_s, parts)
    judging = replace(
        judging,
        judge=replace(before.judge, hold=hold.stood_still(before.judge.hold, t_s)),
        coach=coach.hushed(before.coach, t_s),
        events=events.start(part.stretch, part.profile),
    )
    judged = replace(judged, said=None, cue="", hold=replace(judged.hold, good_s=before.judge.hold.good_s))
    closed = events.finish(before.events, t_s) if before.events.opened else ()
    return RoutineState(judging, running, paused=state.paused), judged, out, closed


# ------------------------------------------------------------------------------------------------ between two frames (pure)
def go_on(
    state: RoutineState, parts: Sequence[RoutineItem], t_s: float
) -> tuple[RoutineState, RoutineUpdate, Cue | None, tuple[Event, ...]]:
    """The person wants to go on: begin now, leave this set out, or end the rest (`runner.skip`); a pause just ends.

    `t_s` is the time of the latest frame. Gives the new memory, what the routine makes of it, what the coach says (None
    for nothing; what is not `spoken` yet is spoken by a later `routine_step`), and the events that ended with it.
    """
    if state.paused:
        running, out = runner.stand_still(state.running, t_s, parts)
        return resume(replace(state, running=running)), out, None, ()
    running, out = runner.skip(state.running, parts)
    judging, cues, closed = _followed(state.judging, out, t_s, _part(running, parts), at_it=out.began)
    return replace(state, judging=judging, running=running), out, _foremost(cues) if cues else None, closed


def pause(state: RoutineState) -> RoutineState:
    """Let the routine stand still: from the latest frame on nothing counts, nothing is called and no rest runs out."""
    return replace(state, paused=True, resuming=False)


def resume(state: RoutineState) -> RoutineState:
    """Let a paused routine go on from where it was; the hold keeps its seconds. Any other routine is left as it is."""
    return replace(state, paused=False, resuming=True) if state.paused else state


def announce(state: CoachState, call: Call, t_s: float, part: RoutineItem) -> tuple[CoachState, Cue]:
    """Let the coach say what the routine announces."""
    if call.kind is CueKind.REST:
        return coach.rest(state, t_s, call.seconds, part.profile)
    if call.key:
        return coach.announce(state, t_s, call.kind, call.key, part.profile, call.values)
    if call.kind is CueKind.CHANGE_SIDE:
        return coach.change_side(state, t_s, Side(call.side) if call.side else None, part.profile)
    return coach.next_stretch(state, t_s, part.stretch, part.profile)


def _part(running: RunnerState, parts: Sequence[RoutineItem]) -> RoutineItem:
    return parts[min(running.index, len(parts) - 1)]


# ------------------------------------------------------------------------------------------------ the whole loop
@dataclass(frozen=True, slots=True)
class RoutineOutcome:
    """What a routine came to."""

    ending: Ending
    """COMPLETE too when the source ended before the routine did: see `finished`."""
    message: str
    """Why it did not end by itself; empty when complete."""
    finished: bool
    """Whether the routine came to its own end."""
    doings: RoutineProgress
    """All that was done, begun and left out, in the order of the routine."""
    frames: int = 0


class Wish(StrEnum):
    """What the person may ask for while a routine runs."""

    GO_ON = "go on"
    PAUSE = "pause"
    """Asked for again, it goes on."""
    END = "end"


def run_routine(
    pairs: Iterable[tuple[Frame | None, Sighting]],
    parts: Sequence[RoutineItem],
    on_frame: OnFrame | None = None,
    *,
    stop: Callable[[], bool] | None = None,
    wish: Callable[[], Wish | None] | None = None,
    calibrations: Calibrations | None = None,
) -> RoutineOutcome:
    """Go through a routine until it is done, its source ends or breaks, or it is interrupted.

    `stop` and `wish` are asked between frames; END is an interrupt too. Interrupts and a source that breaks half-way are endings, named in the outcome.
    Raises what the source raised before its first frame, what the model raised, and what `on_frame` raised.
    """
    state = start_routine(parts, calibrations)
    ending, message, frames = Ending.COMPLETE, "", 0
    try:
        for frame, sighting in pairs:
            state, judged, out, _ = routine_step(state, sighting, parts)
            frames += 1
            if on_frame is not None:
                on_frame(frame, judged, out, runner.so_far(state.running))
            if state.running.stage is Stage.DONE:
                break
            wanted = wish() if wish is not None else None
            if wanted is Wish.END or (stop is not None and stop()):
                ending, message = Ending.INTERRUPTED, "interrupted"
                break
            if wanted is Wish.PAUSE:
                state = resume(state) if state.paused else pause(state)
            elif wanted is Wish.GO_ON:
                state, *_ = go_on(state, parts, judged.t_s)
                if state.running.stage is Stage.DONE:
                    break
    except KeyboardInterrupt:
        ending, message = Ending.INTERRUPTED, "interrupted"
    except BrokenSourceError as error:
        if frames == 0:
            raise
        ending, message = Ending.BROKE, str(error)
    finished = state.running.stage is Stage.DONE
    return RoutineOutcome(ending, message, finished, runner.so_far(state.running), frames)
