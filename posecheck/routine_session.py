"""A whole routine through the same judging as everything else: `session.judge_step`, stretch after stretch.

- `plan(…)`: the parts of a routine that are unlocked, each with the numbers in force for it
- `routine_step`, pure: Sighting ─> Assessment, what the routine makes of it, Events
- `run_routine(pairs, …)`: until the routine is done, its source ends or somebody interrupts it

What is measured of the person (own neutral, facing, smoothing) is kept from one stretch to the next; the judge and the
events begin anew with each set, and the coach keeps only his voice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from posecheck.assessment import catalogue, coach, events, judge, messages, runner, running
from posecheck.assessment.coach import CoachState
from posecheck.assessment.hold import HoldState
from posecheck.assessment.reps import RepsState
from posecheck.assessment.routine import Item, Routine, unlocked
from posecheck.assessment.running import Call, Out, RunnerState, Stage
from posecheck.assessment.turns import Doings, Part
from posecheck.body import Side
from posecheck.calibration import Calibrations
from posecheck.errors import BrokenSourceError, TunableError
from posecheck.profiles import build_profile, kept_together, parse_set
from posecheck.records import Assessment, CueKind, Event, Frame, Said, Sighting
from posecheck.session import Ending, JudgingState, default_profile, judge_step, start_judging
from posecheck.tunables import Profile, unknown

#: Told of every frame: the picture if there is one, how it was judged, what the routine makes of it, all done so far.
OnFrame: TypeAlias = Callable[[Frame | None, Assessment, Out, Doings], None]


# ------------------------------------------------------------------------------------------------ what is to be done
def plan(
    routine: Routine,
    days_practised: int = 0,
    file: Path | None = None,
    sets: Sequence[str] = (),
    calibrations: Calibrations | None = None,
) -> tuple[Part, ...]:
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
        stretch = catalogue.load_stretch(item.stretch)
        profile = build_profile(base, stretch.id, file, (), calibrations).with_layer(item.numbers, routine.id)
        profile = profile.with_layer({key: value for key, value in own.items() if key in base}, "--set")
        parts.append(Part(item, stretch, kept_together(profile, stretch)))
    return tuple(parts)


def _base(item: Item) -> Profile:
    stretch = catalogue.load_stretch(item.stretch)
    return Profile((*default_profile(stretch).tunables.values(), *running.TUNABLES))


# ------------------------------------------------------------------------------------------------ one frame (pure)
@dataclass(frozen=True, slots=True)
class RoutineState:
    """All that a routine remembers from one frame to the next."""

    judging: JudgingState
    running: RunnerState


def start_routine(parts: Sequence[Part], calibrations: Calibrations | None = None) -> RoutineState:
    """The memory of a routine in which nothing but `calibrations` is known yet. Raises ValueError for one without parts."""
    running = runner.start(parts)
    return RoutineState(start_judging(parts[0].stretch, parts[0].profile, calibrations), running)


def routine_step(
    state: RoutineState, sighting: Sighting, parts: Sequence[Part]
) -> tuple[RoutineState, Assessment, Out, tuple[Event, ...]]:
    """Judge one sighting by the stretch that is due: the new memory, the assessment with what is to be said, what the
    routine makes of it, and the events that ended with it.
    """
    part = _part(state.running, parts)
    judging, judged, ended = judge_step(state.judging, sighting, part.stretch, part.profile)
    running, out = runner.step(state.running, judged, parts)
    now = _part(running, parts)
    if out.afresh:
        ended = (*ended, *events.finish(judging.events, judged.t_s))
        judging = replace(judging, judge=judge.start(now.stretch), events=events.start(now.stretch, now.profile))
    elif out.idle_hold:
        judging = replace(judging, judge=replace(judging.judge, hold=HoldState(), reps=RepsState()))
    coaching, said = judging.coach, judged.said
    if out.began:
        coaching = coach.in_place(coaching)
    told: list[Said] = []
    for call in out.calls:
        coaching, one = announce(coaching, call, judged.t_s, now)
        told.append(one)
    if told and not (said is not None and said.spoken):  # what is spoken is shown, else what will be spoken first
        said = next((one for one in told if one.spoken), told[0])
    if said is not judged.said:
        judged = replace(judged, said=said, cue=messages.in_english(said, now.stretch))
    return RoutineState(replace(judging, coach=coaching), running), judged, out, ended


def announce(state: CoachState, call: Call, t_s: float, part: Part) -> tuple[CoachState, Said]:
    """Let the coach say what the routine announces."""
    if call.kind is CueKind.REST:
        return coach.rest(state, t_s, call.seconds, part.profile)
    if call.key:
        return coach.announce(state, t_s, call.kind, call.key, part.profile, call.values)
    if call.kind is CueKind.CHANGE_SIDE:
        return coach.change_side(state, t_s, Side(call.side) if call.side else None, part.profile)
    return coach.next_stretch(state, t_s, part.stretch, part.profile)


def _part(running: RunnerState, parts: Sequence[Part]) -> Part:
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
    doings: Doings
    """All that was done, begun and left out, in the order of the routine."""
    frames: int = 0


def run_routine(
    pairs: Iterable[tuple[Frame | None, Sighting]],
    parts: Sequence[Part],
    on_frame: OnFrame | None = None,
    *,
    stop: Callable[[], bool] | None = None,
    calibrations: Calibrations | None = None,
) -> RoutineOutcome:
    """Go through a routine until it is done, its source ends or breaks, or it is interrupted.

    `stop` is asked between frames. Interrupts and a source that breaks half-way are endings, told in the outcome.
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
            if stop is not None and stop():
                ending, message = Ending.INTERRUPTED, "interrupted"
                break
    except KeyboardInterrupt:
        ending, message = Ending.INTERRUPTED, "interrupted"
    except BrokenSourceError as error:
        if frames == 0:
            raise
        ending, message = Ending.BROKE, str(error)
    finished = state.running.stage is Stage.DONE
    return RoutineOutcome(ending, message, finished, runner.so_far(state.running), frames)
