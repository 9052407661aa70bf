"""The stretches posecheck knows, and the strict reader of their files.

A stretch is a TOML file whose name is its id; `schema` says what may stand in it, `semantic_checks` whether it fits together.
What the reader does not know it refuses; what is missing stays missing and is never filled in from a neighbour.
Numbers that many stretches share stand once, in `stretches/_common.toml`, and files name them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from posecheck.assessment.catalogue.schema import (
    RULE_KINDS,
    SHARED,
    AngleRuleLayout,
    HoldLayout,
    PhaseLayout,
    RepsLayout,
    SharedLayout,
    ShareRuleLayout,
    SidesLayout,
    StretchLayout,
    TunableLayout,
)
from posecheck.assessment.catalogue.semantic_checks import number_sense, sense
from posecheck.assessment.catalogue.stretch import Direction, HoldGoal, Phase, RepsGoal, Rule, Sides, Stretch
from posecheck.assessment.catalogue.strict_toml import in_order, read_toml, shape
from posecheck.errors import CatalogueError
from posecheck.tunables import Tunable, unknown

_SUFFIX: Final = ".toml"
#: The shared numbers; no stretch.
_COMMON: Final = "_common"
#: The end of a shared number's key, by its unit.
_KEY_ENDS: Final = {"deg": "_deg", "s": "_s"}


def stretch_ids() -> tuple[str, ...]:
    """The ids of the stretches that come with posecheck, in alphabetical order."""
    names = (entry.name for entry in _folder().iterdir())
    stems = (name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
    return tuple(sorted(stem for stem in stems if stem != _COMMON))


@functools.cache
def load_stretch(stretch_id: str) -> Stretch:
    """A stretch that comes with posecheck. Raises CatalogueError, with the nearest spelling, for an unknown id."""
    known = stretch_ids()
    if stretch_id not in known:
        raise CatalogueError([f"{unknown('stretch', stretch_id, known)} See: posecheck stretches list"])
    return _read(_folder() / f"{stretch_id}{_SUFFIX}")


def read_stretch(path: Path) -> Stretch:
    """The stretch in a file. Raises CatalogueError with every mistake in it, each as `file, place: message`."""
    return replace(_read(path), file=str(path.resolve()))


def is_file(name: str) -> bool:
    """Whether `name` means a file rather than an id: it ends in .toml or has a folder."""
    return name.endswith(_SUFFIX) or "/" in name or "\\" in name


def find_stretch(name: str, folder: Path | None = None) -> Stretch:
    """A stretch by its id, or somebody's own by its file, relative to `folder` (None: where we are).

    Raises CatalogueError as `load_stretch` and `read_stretch` do.
    """
    return read_stretch((folder or Path()) / name) if is_file(name) else load_stretch(name)


def check(path: Path) -> tuple[str, ...]:
    """Every mistake in a stretch file, each as `file, place: message`; empty when there is none. Raises nothing."""
    return _parse_shared(path)[1] if path.stem == _COMMON else _parse(path)[1]


def _folder() -> Traversable:
    return resources.files("posecheck.assessment.catalogue") / "stretches"


def _read(file: Traversable) -> Stretch:
    layout, mistakes = _parse(file)
    if layout is None:
        raise CatalogueError(mistakes)
    return _stretch(layout)


def _parse(file: Traversable) -> tuple[StretchLayout | None, tuple[str, ...]]:
    """The content of a file, or None and its mistakes."""
    raw, mistakes = read_toml(file)
    layout: StretchLayout | None = None
    if raw is not None:
        shared = _shared()
        layout, mended, mistakes = shape(raw, StretchLayout, RULE_KINDS, {SHARED: shared})
        mistakes += sense(file.name.removesuffix(_SUFFIX), mended, shared)
    return (None if mistakes else layout), in_order(file, mistakes)


@functools.cache
def _shared() -> Mapping[str, Any]:
    """The tables of the shared numbers, by name."""
    shared, mistakes = _parse_shared(_folder() / f"{_COMMON}{_SUFFIX}")
    if mistakes:
        raise CatalogueError(mistakes)
    return shared


def _parse_shared(file: Traversable) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The tables in the file of the shared numbers, by name, and its mistakes."""
    raw, mistakes = read_toml(file)
    tables: Mapping[str, Any] = {}
    if raw is not None:
        layout, _, mistakes = shape(raw, SharedLayout)
        tables = layout.model_dump()["numbers"] if layout else {}
        for name, number in tables.items():
            mistakes += number_sense(f"numbers.{name}", f"{name}{_KEY_ENDS.get(number['unit'], '')}", number)
    return tables, in_order(file, mistakes)


# --- from layouts to records -----------------------------------------------------------------------------------------


def _stretch(layout: StretchLayout) -> Stretch:
    sides = layout.sides
    return Stretch(
        id=layout.id,
        name=layout.name,
        position=layout.position,
        view=layout.view,
        setup=layout.setup,
        steps=tuple(layout.steps),
        safety=layout.safety,
        sources=tuple(layout.sources),
        phases=tuple(_phase(name, phase) for name, phase in layout.phases.items()),
        rules=tuple(_rule(rule) for rule in layout.rules),
        hold=_hold(layout.hold) if layout.hold else None,
        reps=_reps(layout.reps) if layout.reps else None,
        lead=(sides.lead or "") if sides else "",
        sides=_sides(sides) if sides else None,
        breathing=tuple(layout.breathing),
        not_judged=tuple(layout.not_judged),
        watch=layout.watch,
        oblique_ok=layout.oblique_ok,
        depth=layout.depth if layout.watch else "",
    )


def _sides(layout: SidesLayout) -> Sides:
    return Sides(layout.camera or "", layout.say)


def _hold(layout: HoldLayout) -> HoldGoal:
    return HoldGoal(
        layout.phase,
        _tunable("hold.target_s", layout.target_s),
        _tunable("hold.repeat", layout.repeat) if layout.repeat else None,
        _tunable("hold.rest_s", layout.rest_s) if layout.rest_s else None,
    )


def _reps(layout: RepsLayout) -> RepsGoal:
    return RepsGoal(
        layout.phase,
        _tunable("reps.count", layout.count),
        _tunable("reps.depth_deg", layout.depth_deg),
        _tunable("reps.slow_s", layout.slow_s),
    )


def _phase(name: str, layout: PhaseLayout) -> Phase:
    return Phase(
        name=name,
        what=layout.what,
        measure=layout.measure,
        direction=Direction(layout.direction),
        begin=_tunable(f"{name}.from_deg", layout.from_deg),
        leave=_tunable(f"{name}.leave_deg", layout.leave_deg),
    )


def _rule(layout: AngleRuleLayout | ShareRuleLayout) -> Rule:
    if isinstance(layout, AngleRuleLayout):
        limit = _tunable(f"{layout.id}.limit_deg", layout.limit_deg)
        leave = _tunable(f"{layout.id}.leave_deg", layout.leave_deg)
    else:
        limit = _tunable(f"{layout.id}.limit", layout.limit)
        leave = _tunable(f"{layout.id}.leave", layout.leave)
    return Rule(
        id=layout.id,
        name=layout.name,
        measure=layout.measure,
        direction=Direction(layout.direction),
        phase=layout.phase,
        limit=limit,
        leave=leave,
        dwell=_tunable(f"{layout.id}.dwell_s", layout.dwell_s),
        leave_dwell=_tunable(f"{layout.id}.leave_dwell_s", layout.leave_dwell_s),
        reason=layout.reason,
        say=layout.say,
        fix=layout.fix or "",
        good_again=layout.good_again,
    )


def _tunable(key: str, layout: TunableLayout) -> Tunable:
    return Tunable(
        key,
        unit=layout.unit,
        default=layout.default,
        low=layout.low,
        high=layout.high,
        step=layout.step,
        why=layout.why,
        source=layout.source,
    )
