"""The routines posecheck knows, and the strict reader of their files.

A routine is a TOML file whose name is its id. It has either [[items]], or [[first]] and [[then]] when later stretches
are unlocked one by one. Where a stretch is named, somebody's own stretch file may be named too, relative to the routine's.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Field

from posecheck.assessment.catalogue import stretch_files
from posecheck.assessment.catalogue.routine import BOTH, REST_S, SIDES, UNLOCK_EVERY_DAYS, Item, Routine
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.strict_toml import (
    TOP,
    Identifier,
    Mistake,
    Number,
    Strict,
    Text,
    in_order,
    one_of,
    read_toml,
    shape,
)
from posecheck.errors import CatalogueError, TunableError
from posecheck.tunables import Tunable, unknown

_SUFFIX: Final = ".toml"
#: Keys that only routine files have, and keys that only stretch files have.
_OF_ROUTINES: Final = frozenset({"items", "first", "then", "when", "warm_up", "unlock_every_days"})
_OF_STRETCHES: Final = frozenset({"position", "view", "setup", "steps", "safety", "phases", "rules", "hold", "reps"})
_LISTS: Final = ("items", "first", "then")


class ItemLayout(Strict):
    """One stretch of a routine."""

    stretch: Text
    sides: Annotated[str, one_of("sides", SIDES)] | None = None
    note: Text | None = None
    numbers: dict[str, Any] = Field(default_factory=dict)
    rest_s: Number | None = None


class RoutineLayout(Strict):
    """A whole routine file."""

    id: Identifier
    name: Text
    when: Text
    warm_up: Text
    items: Annotated[list[ItemLayout], Field(min_length=1)] | None = None
    first: Annotated[list[ItemLayout], Field(min_length=1)] | None = None
    then: Annotated[list[ItemLayout], Field(min_length=1)] | None = None
    unlock_every_days: int | None = None


def routine_ids() -> tuple[str, ...]:
    """The ids of the routines that come with posecheck, in alphabetical order."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


@functools.cache
def load_routine(routine_id: str) -> Routine:
    """A routine that comes with posecheck. Raises CatalogueError, with the nearest spelling, for an unknown id."""
    known = routine_ids()
    if routine_id not in known:
        raise CatalogueError([f"{unknown('routine', routine_id, known)} See: posecheck routines list"])
    return _read(_folder() / f"{routine_id}{_SUFFIX}")


def read_routine(path: Path) -> Routine:
    """The routine in a file. Raises CatalogueError with every mistake in it, each as `file, place: message`."""
    return _read(path)


def check(path: Path) -> tuple[str, ...]:
    """Every mistake in a routine file, each as `file, place: message`; empty when there is none. Raises nothing."""
    return _parse(path)[1]


def check_any(path: Path) -> tuple[str, ...]:
    """Every mistake in a stretch or routine file, whichever it is by its keys. Raises nothing."""
    raw, _ = read_toml(path)
    keys = set(raw or ())
    is_routine = len(keys & _OF_ROUTINES) > len(keys & _OF_STRETCHES)
    return check(path) if is_routine else stretch_files.check(path)


def _folder() -> Traversable:
    return resources.files("posecheck.assessment.catalogue") / "routines"


def _read(file: Traversable) -> Routine:
    layout, mistakes = _parse(file)
    if layout is None:
        raise CatalogueError(mistakes)
    first, then = layout.items or layout.first or [], layout.then or []
    every = layout.unlock_every_days
    return Routine(
        id=layout.id,
        name=layout.name,
        when=layout.when,
        warm_up=layout.warm_up,
        first=tuple(_item(item, _beside(file)) for item in first),
        then=tuple(_item(item, _beside(file)) for item in then),
        unlock_every_days=(int(UNLOCK_EVERY_DAYS.default) if every is None else every) if then else 0,
    )


def _beside(file: Traversable) -> Path | None:
    """The folder of a routine file, where the stretch files that it names are looked for."""
    return file.parent if isinstance(file, Path) else None


def _item(layout: ItemLayout, folder: Path | None) -> Item:
    stretch = stretch_files.find_stretch(layout.stretch, folder)
    return Item(
        stretch=stretch.origin,
        sides=(layout.sides or BOTH) if stretch.sides else "",
        note=layout.note or "",
        numbers=MappingProxyType({key: float(value) for key, value in _flat(layout.numbers)}),
        rest_s=REST_S.default if layout.rest_s is None else layout.rest_s,
    )


def _parse(file: Traversable) -> tuple[RoutineLayout | None, tuple[str, ...]]:
    """The content of a file, or None and its mistakes."""
    raw, mistakes = read_toml(file)
    layout: RoutineLayout | None = None
    if raw is not None:
        layout, mended, mistakes = shape(raw, RoutineLayout)
        mistakes += _sense(file.name.removesuffix(_SUFFIX), mended, _beside(file))
    return (None if mistakes else layout), in_order(file, mistakes)


# --- do the parts fit together? --------------------------------------------------------------------------------------


def _sense(stem: str, raw: Mapping[str, Any], folder: Path | None) -> Iterator[Mistake]:
    """Every mistake of sense; silent on what `strict_toml.shape` complains of."""
    if isinstance(raw.get("id"), str) and raw["id"] != stem:
        yield TOP, f'id "{raw["id"]}" must be the same as the file\'s name, "{stem}"'
    if "items" not in raw and "first" not in raw:
        yield TOP, "needs [[items]], or [[first]] and [[then]], and has neither"
    elif "items" in raw and ("first" in raw or "then" in raw):
        yield TOP, "needs either [[items]], or [[first]] and [[then]], not both"
    elif "first" in raw and "then" not in raw:
        yield TOP, '"then" is missing: what does [[first]] go on with? (Nothing: call it [[items]])'
    if "unlock_every_days" in raw and "items" in raw:
        yield TOP, '"unlock_every_days" has no meaning with [[items]]: everything is there from the first day'
    yield from _range(TOP, UNLOCK_EVERY_DAYS, raw.get("unlock_every_days"), "unlock_every_days")
    for name in _LISTS:
        items = raw.get(name)
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, Mapping):
                yield from _item_sense(f"{name}[{number}]", item, folder)


def _item_sense(place: str, item: Mapping[str, Any], folder: Path | None) -> Iterator[Mistake]:
    yield from _range(place, REST_S, item.get("rest_s"), "rest_s")
    stretch_id = item.get("stretch")
    if not isinstance(stretch_id, str) or not stretch_id.strip():
        return
    if not stretch_files.is_file(stretch_id) and stretch_id not in stretch_files.stretch_ids():
        yield place, unknown("stretch", stretch_id, stretch_files.stretch_ids())
        return
    try:
        stretch = stretch_files.find_stretch(stretch_id, folder)
    except CatalogueError as error:
        for mistake in error.mistakes:
            yield place, mistake
        return
    if stretch.sides is None and item.get("sides") in SIDES:
        yield place, f'"sides" has no meaning here: {stretch.id} is done once, not on one side after the other'
    yield from _numbers_sense(f"{place}.numbers", item.get("numbers"), stretch)


def _numbers_sense(place: str, numbers: object, stretch: Stretch) -> Iterator[Mistake]:
    known = {tunable.key: tunable for tunable in stretch.tunables}
    for key, value in _flat(numbers if isinstance(numbers, Mapping) else {}):
        if key in known:
            yield from _range(place, known[key], value, key)
        else:
            yield place, unknown(f"number of {stretch.id}", key, known)


def _range(place: str, tunable: Tunable, value: object, name: str) -> Iterator[Mistake]:
    """The mistake of a number that is none, or lies outside what it may be."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number and "." not in name:  # a layout says so already
        return
    try:
        tunable.check(value if is_number else repr(value), "")
    except TunableError:
        unit = f" {tunable.unit}" if tunable.unit else ""
        yield place, f"{name} must be a number in {tunable.low:g}..{tunable.high:g}{unit}, not {value!r}"


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The numbers of nested tables by their dotted keys: `hold = {target_s = 20}` is `"hold.target_s" = 20`."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
