"""One session under way: setting up, then the routine, every frame through the same judging as everywhere. Pure.

run = begin(parts, setup=True)
run, seen = look(run, sighting)
run = go_on(run) … pause(run, on=True)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from posecheck.app import setting_up
from posecheck.app.gestures import HandState, hand_step
from posecheck.app.setting_up import Placed, SettingUp
from posecheck.assessment import coach, events, judge, messages, runner
from posecheck.assessment.running import Out, Stage
from posecheck.assessment.turns import Doings, Part
from posecheck.records import Assessment, Said, Sighting
from posecheck.routine_session import RoutineState, routine_step, start_routine
from posecheck.routine_session import go_on as routine_go_on
from posecheck.routine_session import pause as routine_pause
from posecheck.routine_session import resume as routine_resume
from posecheck.session import judge_step

SETUP: Final = "setup"
WORK: Final = "work"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """All that a session remembers from one frame to the next."""

    parts: tuple[Part, ...]
    """With the numbers in force."""
    routine: RoutineState
    stage: str = WORK
    setting_up: SettingUp = field(default_factory=SettingUp)
    hand: HandState = field(default_factory=HandState)
    waiting: Said | None = None
    """What the coach said between two frames; it is told with the next one."""
    t_s: float = math.nan
    """Of the latest frame; NaN before the first."""

    @property
    def paused(self) -> bool:
        """Whether the routine stands still."""
        return self.routine.paused

    @property
    def done(self) -> bool:
        """Whether the routine is through."""
        return self.routine.running.stage is Stage.DONE

    @property
    def doings(self) -> Doings:
        """All that has been done so far."""
        return runner.so_far(self.routine.running)

    @property
    def part(self) -> Part:
        """The part that is due."""
        return self.parts[min(self.routine.running.index, len(self.parts) - 1)]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is made of one frame."""

    judged: Assessment
    part: Part
    out: Out | None
    """None while setting up."""
    placed: Placed | None
    """Only while setting up."""
    hand: float
    """How much of a sign the hand is, 0..1."""


def begin(parts: Sequence[Part], *, setup: bool) -> Run:
    """A session in which nothing has been seen yet. Raises ValueError for one without parts."""
    return Run(tuple(parts), start_routine(parts), SETUP if setup else WORK)


def look(run: Run, sighting: Sighting) -> tuple[Run, Seen]:
    """Judge one sighting by what is due, and let gestures and the end of the set-up take effect from the next on."""
    part = run.part
    hand, share, sign = hand_step(run.hand, sighting)
    run = replace(run, hand=hand, t_s=sighting.t_s)
    if run.stage == SETUP:
        judging, judged, _ = judge_step(run.routine.judging, sighting, part.stretch, part.profile)
        memory, placed = setting_up.step(run.setting_up, sighting, judged.measures, part.profile)
        run = replace(run, routine=replace(run.routine, judging=judging), setting_up=memory)
        seen = Seen(replace(judged, said=None, cue=""), part, None, placed, share)
        return (go_on(run) if sign or placed.over else run), seen
    state, judged, out, _ = routine_step(run.routine, sighting, run.parts)
    if run.waiting is not None and not out.paused:
        if judged.said is None or not judged.said.spoken:
            said = replace(run.waiting, t_s=judged.t_s)
            judged = replace(judged, said=said, cue=messages.in_english(said, part.stretch))
        run = replace(run, waiting=None)
    run = replace(run, routine=state)
    seen = Seen(judged, run.parts[out.index], out, None, share)
    return (go_on(run) if sign else run), seen


def go_on(run: Run) -> Run:
    """The person wants to go on: the set-up gives way to the routine, the routine goes on (`routine_session.go_on`)."""
    if run.stage == SETUP:
        part, judging = run.part, run.routine.judging
        # What was measured of the person stays; nothing that was judged while they got into place counts.
        judging = replace(
            judging,
            judge=judge.start(part.stretch),
            coach=coach.start(),
            events=events.start(part.stretch, part.profile),
        )
        return replace(run, stage=WORK, routine=RoutineState(judging, runner.start(run.parts)))
    state, _, said, _ = routine_go_on(run.routine, run.parts, run.t_s)
    return replace(run, routine=state, waiting=said if said is not None else run.waiting)


def pause(run: Run, *, on: bool) -> Run:
    """Let the routine stand still, or go on again. While setting up there is nothing to pause."""
    if run.stage == SETUP or run.paused == on:
        return run
    return replace(run, routine=routine_pause(run.routine) if on else routine_resume(run.routine))


def with_numbers(run: Run, parts: Sequence[Part]) -> Run:
    """The same session with other numbers: the next frame is judged by them, nothing that was done is lost."""
    return replace(run, parts=tuple(parts))
