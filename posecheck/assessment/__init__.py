"""Is that right for this stretch? Measures in, assessments and events out.

    catalogue   stretch and routine files ─> Stretch, Routine       (the only part that reads files)
    rules, judge, hold, reps   Sighting, Measures ─> Assessment     (verdict, hold timer, repetitions)
    missing_reason, oscillation   why a measure is missing
    personal_limits   limits as a share of the person's own end range
    coaching    Assessment ─> the one cue worth giving now
    events      Assessment, one by one ─> Event                     (intervals with one verdict)
    routines    Assessment, one by one ─> which stretch, which side, what is missing
    messages    key ─> text in the language of the person

All but `catalogue` and `messages` are pure and keep no state of their own: `state, out = step(state, ...)`.
"""

from __future__ import annotations

from typing import Final

from posecheck.assessment import events, hold, judge, personal_limits, reps, rules
from posecheck.assessment.catalogue.routine import Item, Routine, unlocked
from posecheck.assessment.catalogue.routine_files import load_routine, read_routine, routine_ids
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import check, find_stretch, load_stretch, read_stretch, stretch_ids
from posecheck.assessment.coaching import coach
from posecheck.tunables import Tunable

#: The numbers of this room that do not belong to one stretch.
TUNABLES: Final[tuple[Tunable, ...]] = (
    *rules.TUNABLES,
    *hold.TUNABLES,
    *reps.TUNABLES,
    *coach.TUNABLES,
    *personal_limits.TUNABLES,
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
