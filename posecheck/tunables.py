"""Numbers that may be adjusted: declared once, with unit, range, reason and source.

The command line, the page, the tuner, the documentation and the tests all read the declarations; nobody writes a
number twice. A `Profile` is the set of numbers in force, each with where it came from:

    catalogue default  <  profile file  <  command line
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from posecheck.errors import TunableError


@dataclass(frozen=True, slots=True)
class Tunable:
    """The declaration of one adjustable number.

    Raises ValueError if the declaration contradicts itself or leaves out why and whence.
    """

    key: str
    """Dotted, with the unit at its end: `spine_rounding.limit_deg`."""
    unit: str
    """One of "deg", "s", "Hz", "px", "" for a plain ratio."""
    default: float
    low: float
    high: float
    step: float
    why: str
    """What moving it does."""
    source: str
    """Where the default comes from; "judgement: …" where nothing better is known."""

    def __post_init__(self) -> None:
        if not (self.low <= self.default <= self.high and self.step > 0):
            raise ValueError(f"{self.key}: default {self.default} must lie in {self.low}..{self.high}, step above 0")
        if not (self.key and self.why and self.source):
            raise ValueError(f"{self.key or 'a tunable'}: key, why and source must be given")

    def check(self, value: object, place: str) -> float:
        """`value` as a float if it is a number within range.

        Raises TunableError, naming `place` (a file, "--set"), otherwise.
        """
        try:
            number = float(value) if not isinstance(value, bool) else math.nan  # type: ignore[arg-type]
        except (TypeError, ValueError):
            number = math.nan
        if math.isnan(number):
            raise TunableError(f"{place}: {self.key} must be a number, not {value!r}")
        if not self.low <= number <= self.high:
            unit = f" {self.unit}" if self.unit else ""
            raise TunableError(f"{place}: {self.key} = {number:g} is outside {self.low:g}..{self.high:g}{unit}")
        return number


@dataclass(frozen=True, slots=True)
class Setting:
    """A number in force and where it came from ("default", a file's name, "--set")."""

    value: float
    origin: str


class Profile(Mapping[str, float]):
    """The numbers in force, by key: `profile["spine_rounding.limit_deg"]`. Never changes; `with_layer` makes another.

    Raises ValueError if two declarations share a key.
    """

    def __init__(self, tunables: Iterable[Tunable], settings: Mapping[str, Setting] | None = None) -> None:
        declared: dict[str, Tunable] = {}
        for tunable in tunables:
            if tunable.key in declared:
                raise ValueError(f"tunable {tunable.key!r} is declared twice")
            declared[tunable.key] = tunable
        self.tunables: Mapping[str, Tunable] = MappingProxyType(declared)
        own = settings or {}
        self.settings: Mapping[str, Setting] = MappingProxyType(
            {key: own.get(key, Setting(tunable.default, "default")) for key, tunable in declared.items()}
        )

    def __getitem__(self, key: str) -> float:
        return self.settings[key].value

    def __iter__(self) -> Iterator[str]:
        return iter(self.settings)

    def __len__(self) -> int:
        return len(self.settings)

    def with_layer(self, values: Mapping[str, object], origin: str) -> Profile:
        """A profile in which `values` stand over the present ones.

        Raises TunableError for an unknown key (with the nearest spelling) or a value out of range.
        """
        changed = dict(self.settings)
        for key, value in values.items():
            if key not in self.tunables:
                raise TunableError(f"{origin}: {unknown('key', key, self.tunables)}")
            changed[key] = Setting(self.tunables[key].check(value, origin), origin)
        return Profile(self.tunables.values(), changed)

    def origins(self) -> dict[str, tuple[float, str]]:
        """Every number in force as key → (value, origin), as it is written into results."""
        return {key: (setting.value, setting.origin) for key, setting in self.settings.items()}


def amount(value: float, unit: str) -> str:
    """A value as people read it, with its unit: whole degrees and percent, shares in hundredths; a dash for NaN.

    >>> amount(31.4, "deg"), amount(0.7, "s"), amount(0.528, ""), amount(63.7, "%"), amount(math.nan, "deg")
    ('31°', '0.7 s', '0.53', '64 %', '–')
    """
    if math.isnan(value):
        return "–"
    whole = f"{value:.0f}".replace("-0", "0") if abs(value) < 1.0 else f"{value:.0f}"
    if unit == "deg":
        return f"{whole}°"
    return f"{whole} %" if unit == "%" else f"{round(value, 2):g} {unit}".strip()


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """The message for a name nobody knows, with the nearest spelling.

    >>> unknown("key", "hold", ["hold_s", "rules"])
    'unknown key "hold". Did you mean "hold_s"?'
    """
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if not near:
        near = [other for other in names if other.endswith(name) or other.startswith(name)][:1]
    hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(sorted(names))}."
    return f'unknown {kind} "{name}". {hint}'
