"""Which settings are tried? The numbers that may move, their ranges, and settings drawn from them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.calibration import Calibrations
from posecheck.errors import TunableError
from posecheck.pipeline.profiles import kept_together, with_own
from posecheck.pipeline.session import default_profile
from posecheck.tunables import Profile

#: A grid needs so many points an axis to show a plateau; with fewer, settings are drawn at random.
_LEAST_GRID: Final = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """A number that may move."""

    key: str
    low: float
    high: float
    step: float
    unit: str
    default: float

    def points(self, at_most: int) -> tuple[float, ...]:
        """Evenly spaced values that are whole steps, no more than `at_most`, the default among them if it can be."""
        steps = math.floor((self.high - self.low) / self.step + 1e-9)
        every = max(1, math.ceil((steps + 1) / at_most))
        offset = round((self.default - self.low) / self.step) % every if self.low <= self.default <= self.high else 0
        return tuple(self.at(i) for i in range(offset, steps + 1, every))

    def at(self, steps: int) -> float:
        """The value so many steps from the lowest."""
        return round(min(self.low + steps * self.step, self.high), 9)


def axes(keys: Sequence[str], stretch: Stretch) -> tuple[Axis, ...]:
    """The numbers named, each as KEY or KEY=LOW:HIGH or KEY=LOW:HIGH:STEP.

    Raises TunableError: a key that the stretch does not have, a range that is none or leaves what the number may be.
    """
    base = default_profile(stretch)
    out = []
    for text in keys:
        key, _, span = text.partition("=")
        key = key.strip()
        base.with_layer({key: base.get(key, 0.0)}, "--keys")
        tunable = base.tunables[key]
        parts = [part.strip() for part in span.split(":")] if span else []
        if span and len(parts) not in (2, 3):
            raise TunableError(f"--keys {text}: the range must be LOW:HIGH or LOW:HIGH:STEP, e.g. {key}=15:45:1")
        low, high = (tunable.check(part, "--keys") for part in parts[:2]) if parts else (tunable.low, tunable.high)
        try:
            step = float(parts[2]) if len(parts) == 3 else tunable.step
        except ValueError:
            step = math.nan
        if not (low < high and step > 0.0):
            raise TunableError(f"--keys {text}: LOW must lie below HIGH, and STEP above 0")
        out.append(Axis(key, low, high, step, tunable.unit, tunable.default))
    if len({axis.key for axis in out}) != len(out):
        raise TunableError("--keys: a number is named twice")
    return tuple(out)


def profile_of(
    stretch: Stretch, setting: Mapping[str, float], calibrations: Calibrations | None = None
) -> Profile | None:
    """What a profile with these numbers puts in force for somebody calibrated so.

    None for one that no file could hold (it never stops warning).
    """
    base = default_profile(stretch)
    try:
        base = with_own(base, stretch, calibrations, base.with_layer(setting, "tuned"))
        return kept_together(base.with_layer(setting, "tuned"), stretch)
    except TunableError:
        return None


def followed(stretch: Stretch, setting: Mapping[str, float]) -> dict[str, float]:
    """A setting in which every end of a warning or phase keeps its distance from a beginning that was moved.

    Else a limit that is raised would begin later and never end: the old end may lie where these people always are. An
    end that the setting names itself stays.
    """
    out = dict(setting)
    pairs = [(rule.limit, rule.leave) for rule in stretch.rules]
    pairs += [(phase.begin, phase.leave) for phase in stretch.phases]
    for begin, leave in pairs:
        if begin.key in setting and leave.key not in setting:
            moved = setting[begin.key] + leave.default - begin.default
            out[leave.key] = round(min(max(moved, leave.low), leave.high), 9)
    return out


def settings(space: Sequence[Axis], trials: int, method: str, seed: int) -> list[dict[str, float]]:
    """The settings to try, no two the same: a grid, or drawn at random with the defaults first ("auto" chooses)."""
    a_side = max(2, math.floor(trials ** (1.0 / len(space)) + 1e-9))
    if method == "grid" or (method == "auto" and (len(space) == 1 or a_side >= _LEAST_GRID)):
        grid = itertools.product(*(axis.points(a_side) for axis in space))
        return [dict(zip((axis.key for axis in space), point, strict=True)) for point in grid]
    return list(itertools.islice(_drawn(space, seed, 20 * trials), trials))


def _drawn(space: Sequence[Axis], seed: int, at_most: int) -> Iterator[dict[str, float]]:
    dice = np.random.default_rng(seed)
    known: set[tuple[float, ...]] = set()
    for draw in range(at_most):
        point = tuple(
            axis.default if draw == 0 else axis.at(int(dice.integers(0, round((axis.high - axis.low) / axis.step) + 1)))
            for axis in space
        )
        if point not in known:
            known.add(point)
            yield dict(zip((axis.key for axis in space), point, strict=True))
