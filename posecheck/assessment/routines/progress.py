"""Which sides of which stretch are still to be done in a routine, and how much of each has been done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from posecheck.assessment.catalogue.routine import BOTH, EACH, Item
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.body import Side
from posecheck.tunables import Profile

#: Of a part of a routine: its number, counted from 0, and the side, "" where there is none.
Turn: TypeAlias = tuple[int, str]


@dataclass(frozen=True, slots=True)
class RoutineItem:
    """One stretch of a routine with all that is needed to do it."""

    item: Item
    stretch: Stretch
    profile: Profile
    """The numbers in force for it, those of `assessment.TUNABLES` and `routine_state.TUNABLES` among them."""

    @property
    def target(self) -> float:
        """What makes one set: good seconds of a hold, seconds of the timer, or repetitions."""
        goal = self.stretch.reps.count if self.stretch.reps else self.stretch.hold.target if self.stretch.hold else None
        return 0.0 if goal is None else self.profile[goal.key]

    @property
    def sets(self) -> int:
        """How many holds make a side; repetitions are one set."""
        repeat = self.stretch.hold.repeat if self.stretch.hold and not self.stretch.reps else None
        return 1 if repeat is None else round(self.profile[repeat.key])

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides to be done, in the order in which they are asked for."""
        if not self.item.sides:
            return ("",)
        return tuple(map(str, Side)) if self.item.sides in (BOTH, EACH) else (self.item.sides,)


@dataclass(frozen=True, slots=True)
class SideProgress:
    """What has been done of one side of one stretch."""

    wanted: int
    """How many sets make it."""
    sets: int = 0
    """Sets finished."""
    amount: float = 0.0
    """Good seconds, seconds of the timer or whole repetitions in all, sets that were broken off included."""
    partial: int = 0
    """Partial repetitions."""
    reps_good: int = 0
    """Good ones of the whole repetitions (`records.Rep.good`)."""
    reps_good_s: float = 0.0
    """Good seconds inside repetitions (`statistics.good_seconds`)."""
    skipped: int = 0
    """Sets that the person chose to leave out."""
    left_out: bool = False
    """Whether the routine went on without something of it."""

    @property
    def done(self) -> bool:
        """Whether all of it was done."""
        return self.sets >= self.wanted

    @property
    def over(self) -> bool:
        """Whether nothing of it is asked for any more: done, or left out on purpose."""
        return self.sets + self.skipped >= self.wanted


RoutineProgress: TypeAlias = Mapping[Turn, SideProgress]


def nothing_done(parts: Sequence[RoutineItem]) -> RoutineProgress:
    """All that a routine asks for, before it begins, in its order."""
    return MappingProxyType(
        {(number, side): SideProgress(part.sets) for number, part in enumerate(parts) for side in part.sides}
    )


def missing(doings: RoutineProgress, number: int) -> tuple[str, ...]:
    """The sides of the part `number` that are still asked for, in the order in which they are."""
    return tuple(side for (of, side), doing in doings.items() if of == number and not doing.over)


def good_s(part: RoutineItem, doing: SideProgress) -> float:
    """Good seconds of one side of `part`: in its holds, or inside its repetitions; 0 where nobody watches."""
    if not part.stretch.watch:
        return 0.0
    return doing.amount if part.stretch.reps is None else doing.reps_good_s


def added(
    doings: RoutineProgress,
    turn: Turn,
    *,
    amount: float = 0.0,
    partial: int = 0,
    reps_good: int = 0,
    reps_good_s: float = 0.0,
    sets: int = 0,
) -> RoutineProgress:
    """The doings with something more done of `turn`."""
    doing = doings[turn]
    more = replace(
        doing,
        amount=doing.amount + amount,
        partial=doing.partial + partial,
        reps_good=doing.reps_good + reps_good,
        reps_good_s=doing.reps_good_s + reps_good_s,
        sets=doing.sets + sets,
    )
    return MappingProxyType({**doings, turn: more})


def set_left_out(doings: RoutineProgress, turn: Turn) -> RoutineProgress:
    """The doings once the person has chosen to go on without one set of `turn`."""
    doing = doings[turn]
    return MappingProxyType({**doings, turn: replace(doing, skipped=doing.skipped + 1, left_out=True)})


def left_out(doings: RoutineProgress, number: int) -> RoutineProgress:
    """The doings once the routine has gone on without what is missing of the part `number`."""
    return MappingProxyType(
        {
            turn: replace(doing, left_out=True) if turn[0] == number and not doing.done else doing
            for turn, doing in doings.items()
        }
    )


def next_side(doings: RoutineProgress, number: int, latest: str, sides: str) -> str:
    """The side to ask for after a set of `latest`: with EACH the other one, else the same until it is done."""
    still: Iterable[str] = missing(doings, number)
    other = [side for side in still if side != latest]
    if latest in still and not (sides == EACH and other):
        return latest
    return other[0]
