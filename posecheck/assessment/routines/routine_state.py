"""What a routine under way remembers and tells, as plain frozen records, and the numbers of its patience.

What is made of them, `runner` decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from posecheck.assessment.routines.progress import RoutineProgress, Turn
from posecheck.assessment.routines.rep_count import Counted
from posecheck.records import CueKind
from posecheck.statistics import OpenInterval
from posecheck.tunables import Tunable

PLACE_WAIT_S: Final = Tunable(
    "routine.place_wait_s",
    unit="s",
    default=30.0,
    low=0.0,
    high=300.0,
    step=5.0,
    why="how long a stretch waits for you to be in place before it begins all the same, and the coach helps you there",
    source="judgement: time to fetch a chair or to lie down",
)
PLACE_DWELL_S: Final = Tunable(
    "routine.place_dwell_s",
    unit="s",
    default=1.0,
    low=0.0,
    high=10.0,
    step=0.5,
    why="for how long you must be in place before a stretch begins; longer is surer that you are",
    source="judgement: passing through a position takes less",
)
GET_READY_S: Final = Tunable(
    "routine.get_ready_s",
    unit="s",
    default=10.0,
    low=0.0,
    high=120.0,
    step=5.0,
    why="how long you have to get ready for a stretch that is only timed: nobody sees when you are",
    source="judgement: time to sit down with a roller",
)
WRONG_SIDE_S: Final = Tunable(
    "routine.wrong_side_s",
    unit="s",
    default=2.0,
    low=0.5,
    high=20.0,
    step=0.5,
    why="for how long a side that is done already must be held before you are told which one is missing",
    source="judgement: longer than one misread leg, shorter than a breath wasted",
)
REMIND_S: Final = Tunable(
    "routine.remind_s",
    unit="s",
    default=15.0,
    low=5.0,
    high=120.0,
    step=5.0,
    why="how long until you are told again which side is missing; longer is quieter",
    source="judgement: time to hear it, turn round and get into place",
)
GIVE_UP_S: Final = Tunable(
    "routine.give_up_s",
    unit="s",
    default=120.0,
    low=10.0,
    high=3600.0,
    step=10.0,
    why="after so long without a single second or repetition that counts, a stretch is left out and the next one comes",
    source="judgement: four holds long; somebody who does not do it does not want to, or cannot today",
)
TUNABLES: Final = (PLACE_WAIT_S, PLACE_DWELL_S, GET_READY_S, WRONG_SIDE_S, REMIND_S, GIVE_UP_S)


class Stage(StrEnum):
    """What goes on in a routine."""

    READY = "ready"
    WORK = "work"
    REST = "rest"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Call:
    """Something to be announced. `kind` NEXT without a key is the stretch itself, REST has its seconds."""

    kind: CueKind
    key: str = ""
    """Of the message, where it is not the coach's own for that kind."""
    side: str = ""
    seconds: float = 0.0
    values: Mapping[str, str | float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class RunnerState:
    """What a routine remembers. Get the first one with `start`."""

    doings: RoutineProgress
    index: int = 0
    """Of the part under way; the number of parts once all are through."""
    stage: Stage = Stage.READY
    wanted: str = ""
    """The side asked for."""
    t_s: float = math.nan
    """Of the frame before; NaN before the first."""
    stage_s: float = 0.0
    """How long the stage has lasted."""
    rest_s: float = 0.0
    """How long the rest is to last."""
    placed_s: float = 0.0
    """For how long the person has been in place."""
    reading: float = 0.0
    """Of the hold timer or the count in the frame before."""
    reps: Counted = field(default_factory=Counted)
    interval: OpenInterval | None = None
    """The time that the frame before opened; None before the first of a set and after a pause."""
    seen: str = ""
    """The side last recognised in this set; empty until then."""
    loose: float = 0.0
    """What counts of this set from before a side was recognised."""
    got: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """What counts of this set, by side."""
    latest: str = ""
    """The side of the set before, in the same stretch."""
    came_out: bool = True
    """Whether the person has left the position since the set before."""
    out_s: float = 0.0
    """For how long nobody has been in the position."""
    doubted: bool = False
    """Whether the side recognised last was one that is done: while it is held on, none other is believed."""
    wrong_s: float = 0.0
    """For how long a side that is done has been held."""
    reminded_s: float = math.inf
    """How long ago it was told which side is missing."""
    idle_s: float = 0.0
    """For how long nothing has counted."""


@dataclass(frozen=True, slots=True)
class RoutineUpdate:
    """What a routine makes of one frame."""

    stage: Stage
    index: int
    """Of the part that the frame belongs to."""
    side: str
    """The side that is being done: the recognised one, else the one asked for; "" where there is none."""
    recognised: bool
    """Whether the camera told the side; else it is the routine's word."""
    amount: float
    """What counts of the present set."""
    set_number: int
    """Counted from 1."""
    left_s: float
    """READY, REST: how long it lasts at most; else 0."""
    counts: bool
    """Whether the frame belongs to the doing of the stretch (and to its row in the history)."""
    wrong: bool = False
    """Whether the side seen is one that is done already."""
    finished: Turn | None = None
    """The side of a stretch that is whole with this frame."""
    calls: tuple[Call, ...] = ()
    """What is to be announced, in this order; for the part after `turned`."""
    afresh: bool = False
    """Whether the next frame is to be judged with a new memory: another set, side or stretch."""
    idle_hold: bool = False
    """Whether the hold timer is to be set to zero, since its seconds do not count."""
    began: bool = False
    """Whether the person has just got into place."""
    paused: bool = False
    """Whether the routine stands still: the frame counts for nothing and no time of the routine passes."""
