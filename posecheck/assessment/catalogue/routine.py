"""What a routine is, as plain frozen records, and which part of it a person has unlocked.

A routine is a list of stretches to do one after another. Some begin gently: their later stretches are unlocked one by
one, by days of practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from posecheck.tunables import Tunable

#: How an item goes through the sides of its stretch: first the one, then the other; changing after every hold; one only.
BOTH, EACH, LEFT, RIGHT = "both", "each", "left", "right"
SIDES: Final = (BOTH, EACH, LEFT, RIGHT)

REST_S: Final = Tunable(
    "routine.rest_s",
    unit="s",
    default=10.0,
    low=0.0,
    high=300.0,
    step=5.0,
    why="the pause after a stretch of a routine that names none of its own",
    source="judgement: time to read the next stretch and get into place",
)
UNLOCK_EVERY_DAYS: Final = Tunable(
    "routine.unlock_every_days",
    unit="",
    default=3.0,
    low=1.0,
    high=30.0,
    step=1.0,
    why="after how many days of practice the next stretch is unlocked; more is gentler",
    source="judgement: one or two new exercises every few days, not all at once",
)
TUNABLES: Final = (REST_S, UNLOCK_EVERY_DAYS)


@dataclass(frozen=True, slots=True)
class Item:
    """One stretch of a routine."""

    stretch: str
    """Its id in the catalogue, or the file of somebody's own: whatever `stretch_files.find_stretch` finds."""
    sides: str = ""
    """One of `SIDES`; empty for a stretch that is done once."""
    note: str = ""
    """What to mind in this routine; empty for nothing."""
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Numbers of the stretch that this routine changes, by key."""
    rest_s: float = REST_S.default
    """The pause after it."""


@dataclass(frozen=True, slots=True)
class Routine:
    """Stretches to be done one after another."""

    id: str
    name: str
    when: str
    """When it is a good idea to do it."""
    warm_up: str
    """What to do before the first stretch."""
    first: tuple[Item, ...]
    """What is there from the first day on."""
    then: tuple[Item, ...] = ()
    """What is unlocked later, one by one."""
    unlock_every_days: int = 0
    """After so many days of practice each; 0 where there is nothing to unlock."""

    @property
    def items(self) -> tuple[Item, ...]:
        """The whole routine, once everything is unlocked."""
        return (*self.first, *self.then)


def unlocked(routine: Routine, days_practised: int) -> tuple[Item, ...]:
    """The part of `routine` that somebody does who has practised on `days_practised` days before today.

    Days are those on which at least one stretch was done; days off neither add nor take away.
    Raises ValueError for a number of days below 0.
    """
    if days_practised < 0:
        raise ValueError(f"days_practised must not be below 0, not {days_practised}")
    if not routine.then:
        return routine.first
    return (*routine.first, *routine.then[: days_practised // routine.unlock_every_days])


def days_to_next(routine: Routine, days_practised: int) -> int:
    """How many more days of practice unlock the next stretch; 0 when everything is unlocked.

    Raises ValueError for a number of days below 0.
    """
    if len(unlocked(routine, days_practised)) == len(routine.items):
        return 0
    return routine.unlock_every_days - days_practised % routine.unlock_every_days
