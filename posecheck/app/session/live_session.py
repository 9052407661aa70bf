"""One session under way: setting up, calibrating if asked, then the routine, judged as everywhere. Pure.

run = begin(parts, setup=True, position="standing")
run, seen = look(run, sighting)
run = calibrated(run, parts, calibrations)   once `seen.found` holds what was found
run = go_on(run) … pause(run, on=True)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from posecheck.app.gestures import HandState, hand_step
from posecheck.app.session import calibration_guide, setup_stage
from posecheck.app.session.calibration_guide import Leading, Led
from posecheck.app.session.setup_stage import Placed, SettingUp
from posecheck.assessment import events, judge, messages
from posecheck.assessment.coaching import coach
from posecheck.assessment.routines import runner
from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress
from posecheck.assessment.routines.routine_state import RoutineUpdate, Stage
from posecheck.assessment.rules import RuleMemory
from posecheck.calibration import Calibration, Calibrations
from posecheck.kinematics.measures import MeasureState
from posecheck.pipeline.routine import RoutineState, routine_step, start_routine
from posecheck.pipeline.routine import go_on as routine_go_on
from posecheck.pipeline.routine import pause as routine_pause
from posecheck.pipeline.routine import resume as routine_resume
from posecheck.pipeline.session import judge_step, start_judging
from posecheck.records import Assessment, Cue, CueKind, Hold, Sighting, Urgency, Verdict

SETUP: Final = "setup"
CALIBRATE: Final = "calibrate"
WORK: Final = "work"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """All that a session remembers from one frame to the next."""

    parts: tuple[RoutineItem, ...]
    """With the numbers in force."""
    routine: RoutineState
    stage: str = WORK
    setting_up: SettingUp = field(default_factory=SettingUp)
    hand: HandState = field(default_factory=HandState)
    calibrations: Calibrations | None = None
    """What the person is known to be calibrated to."""
    position: str = ""
    """What is still to be calibrated, "standing" or "seated"; empty for nothing."""
    leading: Leading | None = None
    """Only while calibrating."""
    waiting: Cue | None = None
    """What the coach said between two frames; it is told with the next one."""
    t_s: float = math.nan
    """Of the latest frame; NaN before the first."""

    @property
    def paused(self) -> bool:
        """Whether the person has let the routine stand still."""
        return self.stage == WORK and self.routine.paused

    @property
    def done(self) -> bool:
        """Whether the routine is through."""
        return self.routine.running.stage is Stage.DONE

    @property
    def doings(self) -> RoutineProgress:
        """All that has been done so far."""
        return runner.so_far(self.routine.running)

    @property
    def index(self) -> int:
        """Of the part that is due; once all are done, of the last one."""
        return min(self.routine.running.index, len(self.parts) - 1)

    @property
    def part(self) -> RoutineItem:
        """The part that is due."""
        return self.parts[self.index]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is made of one frame."""

    judged: Assessment
    part: RoutineItem
    """The one it was judged by. With the frame that ends a rest, `out` is at the next one already."""
    out: RoutineUpdate | None
    """None while setting up."""
    placed: Placed | None
    """Only while setting up."""
    hand: float
    """How much of a sign the hand is, 0..1."""
    led: Led | None = None
    """Only while calibrating."""
    found: Calibration | None = None
    """What was found, once calibrating is over: the run waits for `calibrated`."""
    before: MeasureState | None = None
    """What measuring remembered before this frame; None while calibrating, which measures with a memory of its own."""


def begin(
    parts: Sequence[RoutineItem], *, setup: bool, calibrations: Calibrations | None = None, position: str = ""
) -> Run:
    """A session in which nothing has been seen yet. Raises ValueError for one without parts.

    With `position` ("standing", "seated") the person is calibrated in it before the routine begins.
    """
    run = Run(tuple(parts), start_routine(parts, calibrations), SETUP, calibrations=calibrations, position=position)
    return run if setup else _set_up(run)


def look(run: Run, sighting: Sighting) -> tuple[Run, Seen]:
    """Judge one sighting by what is due, and let gestures and the end of a stage take effect from the next on."""
    hand, share, sign = hand_step(run.hand, sighting)
    run = replace(run, hand=hand, t_s=sighting.t_s)
    before = run.routine.judging.measures
    if run.leading is not None:
        run, seen = _lead(run, run.leading, sighting, share)
        return (go_on(run) if sign else run), seen
    part = run.part
    if run.stage == SETUP:
        judging, judged, _ = judge_step(run.routine.judging, sighting, part.stretch, part.profile)
        memory, placed = setup_stage.step(run.setting_up, sighting, judged.measures, part.profile)
        run = replace(run, routine=replace(run.routine, judging=judging), setting_up=memory)
        seen = Seen(replace(judged, said=None, cue=""), part, None, placed, share, before=before)
        return (go_on(run) if sign or placed.over else run), seen
    state, judged, out, _ = routine_step(run.routine, sighting, run.parts)
    if run.waiting is not None and not out.paused:
        if judged.said is None or not judged.said.spoken:
            said = replace(run.waiting, t_s=judged.t_s)
            judged = replace(judged, said=said, cue=messages.in_english(said, part.stretch))
        run = replace(run, waiting=None)
    run = replace(run, routine=state)
    if out.began and not judged.hold.active:
        run = replace(run, waiting=_begin_now(sighting.t_s))
    seen = Seen(judged, part, out, None, share, before=before)
    return (go_on(run) if sign else run), seen


def _lead(run: Run, led_so_far: Leading, sighting: Sighting, hand: float) -> tuple[Run, Seen]:
    """One picture of the calibration: measured, and judged by nothing."""
    memory, led = calibration_guide.step(led_so_far, sighting, run.part.profile)
    measured = led.out.measures
    judged = Assessment(
        sighting.t_s,
        sighting,
        measured,
        Verdict.UNKNOWN,
        led.out.problem,
        (),
        Hold(active=False, good_s=0.0, target_s=0.0),
        "",
    )
    found = led.out.calibration if led.over else None
    return replace(run, leading=memory), Seen(judged, run.part, None, None, hand, led, found)


def go_on(run: Run) -> Run:
    """The person wants to go on: the set-up gives way to what comes next, calibrating leaves out what it still asks
    for, and the routine goes on (`pipeline.routine.go_on`).
    """
    if run.leading is not None:
        memory = calibration_guide.skip(run.leading)
        return _on(run) if memory is None else replace(run, leading=memory)
    if run.stage == SETUP:
        return _set_up(run)
    state, out, said, _ = routine_go_on(run.routine, run.parts, run.t_s)
    if said is None:
        said = _begin_now(run.t_s) if out.began else run.waiting
    return replace(run, routine=state, waiting=said)


def _begin_now(t_s: float) -> Cue:
    """For whose head is down: getting into place is over, from here on it counts."""
    return Cue(CueKind.NEXT, "live.begin", t_s, spoken=True, urgency=Urgency.CALM)


def calibrate(run: Run, position: str) -> Run:
    """Calibrate in this position: now, or as soon as the set-up is over. A routine that has begun waits meanwhile."""
    if run.stage == SETUP:
        return replace(run, position=position)
    return replace(
        run, stage=CALIBRATE, position="", leading=calibration_guide.start(position), routine=routine_pause(run.routine)
    )


def calibrated(run: Run, parts: Sequence[RoutineItem], calibrations: Calibrations) -> Run:
    """The routine begins, or goes on, with the numbers and the neutral that follow from what was found.

    Judging begins anew, as it does in a session, or a recording, that knows the calibrations from its first frame on.
    """
    part = parts[run.index]
    judging = start_judging(part.stretch, part.profile, calibrations)
    run = replace(run, parts=tuple(parts), calibrations=calibrations, routine=replace(run.routine, judging=judging))
    return _on(run)


def _set_up(run: Run) -> Run:
    """The set-up is over: calibrate, or begin."""
    return calibrate(replace(run, stage=WORK), run.position) if run.position else _on(run)


def _on(run: Run) -> Run:
    """On with the routine: one that waited goes on, one that had not begun begins."""
    run = replace(run, stage=WORK, leading=None)
    if not math.isnan(run.routine.running.t_s):
        return replace(run, routine=routine_resume(run.routine))
    part, judging = run.part, run.routine.judging
    # What was measured of the person stays; nothing that was judged while they got into place counts.
    judging = replace(
        judging,
        judge=judge.start(part.stretch),
        coach=coach.start(),
        events=events.start(part.stretch, part.profile),
    )
    return replace(run, routine=RoutineState(judging, runner.start(run.parts)))


def pause(run: Run, *, on: bool) -> Run:
    """Let the routine stand still, or go on again. While setting up or calibrating there is nothing to pause."""
    if run.stage != WORK or run.paused == on:
        return run
    return replace(run, routine=routine_pause(run.routine) if on else routine_resume(run.routine))


def with_numbers(run: Run, parts: Sequence[RoutineItem]) -> Run:
    """The same session with other numbers: the next frame is judged by them, nothing that was done is lost.

    A rule whose own numbers changed begins anew: a warning of before does not last until the old limit is left.
    """
    changed = replace(run, parts=tuple(parts))
    judging, stretch = run.routine.judging, run.part.stretch
    before, after = run.part.profile, changed.part.profile
    memories = judging.judge.rules.rules
    if len(memories) != len(stretch.rules):  # the next stretch is due, and begins with the next frame
        return changed
    own = [
        RuleMemory() if any(before[key] != after[key] for key in before if key.startswith(f"{rule.id}.")) else memory
        for rule, memory in zip(stretch.rules, memories, strict=True)
    ]
    rules = replace(judging.judge.rules, rules=tuple(own))
    judging = replace(judging, judge=replace(judging.judge, rules=rules))
    return replace(changed, routine=replace(run.routine, judging=judging))
