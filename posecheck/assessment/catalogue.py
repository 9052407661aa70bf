"""The stretches posecheck knows, and the strict reader of their files.

A stretch is a TOML file whose name is its id; `layout` says what may stand in it, `sense` whether it fits together.
What the reader does not know it refuses; what is missing stays missing and is never filled in from a neighbour.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from posecheck.assessment.layout import (
    AngleRuleLayout,
    PhaseLayout,
    ShareRuleLayout,
    StretchLayout,
    TunableLayout,
    shape,
)
from posecheck.assessment.sense import sense
from posecheck.assessment.stretch import Direction, HoldGoal, Phase, RepsGoal, Rule, Stretch
from posecheck.errors import CatalogueError
from posecheck.tunables import Tunable, unknown

_SUFFIX: Final = ".toml"


def stretch_ids() -> tuple[str, ...]:
    """The ids of the stretches that come with posecheck, in alphabetical order."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def load_stretch(stretch_id: str) -> Stretch:
    """A stretch that comes with posecheck. Raises CatalogueError, with the nearest spelling, for an unknown id."""
    known = stretch_ids()
    if stretch_id not in known:
        raise CatalogueError([f"{unknown('stretch', stretch_id, known)} See: posecheck stretches list"])
    return _read(_folder() / f"{stretch_id}{_SUFFIX}")


def read_stretch(path: Path) -> Stretch:
    """The stretch in a file. Raises CatalogueError with every mistake in it, each as `file, place: message`."""
    return _read(path)


def check(path: Path) -> tuple[str, ...]:
    """Every mistake in a stretch file, each as `file, place: message`; empty when there is none. Raises nothing."""
    return _parse(path)[1]


def _folder() -> Traversable:
    return resources.files("posecheck.assessment") / "stretches"


def _read(file: Traversable) -> Stretch:
    layout, mistakes = _parse(file)
    if layout is None:
        raise CatalogueError(mistakes)
    return _stretch(layout)


def _parse(file: Traversable) -> tuple[StretchLayout | None, tuple[str, ...]]:
    """The content of a file, or None and its mistakes."""
    try:
        raw = tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as error:
        return None, (f"{file.name}, file: cannot be read: {error.strerror or error}",)
    except UnicodeDecodeError as error:
        return None, (f"{file.name}, byte {error.start}: not UTF-8 text. Save it as UTF-8",)
    except tomllib.TOMLDecodeError as error:
        return None, (f"{file.name}, syntax: {error}",)
    layout, mistakes = shape(raw)
    mistakes += sense(file.name.removesuffix(_SUFFIX), raw)
    mistakes.sort(key=lambda mistake: (mistake[0] != "top level", mistake[0]))
    in_words = tuple(f"{file.name}, {place}: {message}" for place, message in mistakes)
    return (None if in_words else layout), in_words


# --- from layouts to records -----------------------------------------------------------------------------------------


def _stretch(layout: StretchLayout) -> Stretch:
    hold, reps = layout.hold, layout.reps
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
        hold=HoldGoal(hold.phase, _tunable("hold.target_s", hold.target_s)) if hold else None,
        reps=RepsGoal(_tunable("reps.count", reps.count)) if reps else None,
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
