"""People who do a routine: what they do for how long, seen by any camera, judged as it is in truth, without pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from posecheck.assessment import judge, load_stretch
from posecheck.assessment.catalogue.routine import Item, Routine
from posecheck.assessment.hold import HoldState
from posecheck.assessment.routines import runner
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.assessment.routines.routine_state import RoutineUpdate, RunnerState, Stage
from posecheck.body import Side
from posecheck.pipeline.routine import plan
from posecheck.records import Assessment, Measures, Sighting
from tests.assessment.scenes import measured, sighting

#: What somebody does: a good hold on the left or right leg or on one that cannot be told, a rounded one, standing
#: upright, nobody in view, and seconds in which no picture comes.
LEFT, RIGHT, EITHER, ROUND, UP, LOST, GAP = "left", "right", "either", "round", "up", "lost", "gap"
DEEDS = (LEFT, RIGHT, EITHER, ROUND, UP, LOST, GAP)
GOOD_DEEDS = (LEFT, RIGHT, EITHER)


def parts_of(*items: Item, sets: Sequence[str] = ()) -> tuple[RoutineItem, ...]:
    """The parts of a routine of these items."""
    return plan(Routine("mine", "Mine", "Now.", "Walk.", items), sets=sets)


def item(stretch: str, sides: str = "", rest_s: float = 0.0, **numbers: float) -> Item:
    """An item; numbers have `__` for the dot."""
    own = {key.replace("__", "."): value for key, value in numbers.items()}
    return Item(stretch, sides, numbers=own, rest_s=rest_s)


def frames(deeds: Iterable[tuple[float, str]], fps: float) -> Iterator[tuple[float, str]]:
    """(t_s, deed) of each picture a camera takes of deeds, each with its length in seconds; none in a GAP."""
    t_s = from_s = 0.0
    for length_s, deed in deeds:
        from_s += length_s
        while t_s < from_s:
            if deed != GAP:
                yield t_s, deed
            t_s += 1.0 / fps


def seen(t_s: float, deed: str, position: str) -> tuple[Sighting, Measures]:
    """What is measured of somebody who does this in this position."""
    if deed == LOST:
        nothing = measured(t_s, reason="Nobody is in view: step into the picture.")
        return sighting(t_s, empty=True), replace(nothing, values=dict.fromkeys(nothing.values, math.nan))
    changed = {"trunk_inclination": 60.0, "hip_hinge": 80.0, "lead_knee_flexion": 5.0, "spine_flexion": 5.0}
    if deed == UP:
        changed |= {"trunk_inclination": 0.0, "hip_hinge": 0.0, "hip_share": math.nan}
    if deed == ROUND:
        changed |= {"spine_flexion": 70.0}
    now = measured(t_s, **changed)  # type: ignore[arg-type]  # names of measures only
    lead = Side(deed) if deed in (LEFT, RIGHT) else None
    return sighting(t_s), replace(now, view=replace(now.view, position=position, well_placed=True, lead_side=lead))


def done(
    parts: Sequence[RoutineItem], pictures: Iterable[tuple[float, str]], state: RunnerState | None = None
) -> list[tuple[str, Assessment, RoutineUpdate, RunnerState]]:
    """Each picture with its deed, how it was judged, and what the routine made of it; ends when the routine does."""
    state = runner.start(parts) if state is None else state
    judging = judge.start(parts[0].stretch)
    out = []
    for t_s, deed in pictures:
        part = parts[min(state.index, len(parts) - 1)]
        where = part.stretch.position
        judging, judged = judge.step(judging, *seen(t_s, deed, where), part.stretch, part.profile)
        state, made = runner.step(state, judged, parts)
        if made.afresh:
            judging = judge.start(parts[min(state.index, len(parts) - 1)].stretch)
        elif made.idle_hold:
            judging = replace(judging, hold=HoldState())
        out.append((deed, judged, made, state))
        if state.stage is Stage.DONE:
            break
    return out


def keys(story: Iterable[tuple[str, Assessment, RoutineUpdate, RunnerState]]) -> list[str]:
    """What was announced: message keys, or the kind where the words are the coach's own."""
    return [call.key or f"{call.kind}{call.side and ' ' + call.side}" for _, _, out, _ in story for call in out.calls]


STEP = load_stretch("foot_on_step")
