"""Is that right for this stretch? Measures in, assessments and events out.

    catalogue, routine_files   stretch files ─> Stretch, routine files ─> Routine  (the only parts that touch the disk)
    judge       Sighting, Measures ─> Assessment          (rules, hold timer, repetitions, verdict)
    coach       Assessment ─> Said                        (the one thing worth saying now)
    events      Assessment, one by one ─> Event           (stretches of time with one verdict)
    runner      Assessment, one by one ─> what a whole routine makes of it: which stretch, which side, what is missing
    messages    key or English sentence ─> text           (in the language of the person)

`judge`, `coach`, `events` and `runner` are pure and remember nothing themselves: `state, out = step(state, ...)`.
"""

from __future__ import annotations

from typing import Final

from posecheck.assessment import coach, events, hold, judge, own_limits, reps, rules
from posecheck.assessment.catalogue import check, find_stretch, load_stretch, read_stretch, stretch_ids
from posecheck.assessment.routine import Item, Routine, unlocked
from posecheck.assessment.routine_files import load_routine, read_routine, routine_ids
from posecheck.assessment.stretch import Stretch
from posecheck.tunables import Tunable

#: The numbers of this room that do not belong to one stretch.
TUNABLES: Final[tuple[Tunable, ...]] = (
    *rules.TUNABLES,
    *hold.TUNABLES,
    *reps.TUNABLES,
    *coach.TUNABLES,
    *own_limits.TUNABLES,
)

__all__ = [
    "TUNABLES",
    "Item",
    "Routine",
    "Stretch",
    "check",
    "coach",
    "events",
    "find_stretch",
    "judge",
    "load_routine",
    "load_stretch",
    "read_routine",
    "read_stretch",
    "routine_ids",
    "stretch_ids",
    "unlocked",
]
