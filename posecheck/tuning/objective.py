"""What is best? A figure to make as good as it gets, and conditions that come first.

    f2
    hits at false_alarms_per_min<=0.2
    recall at precision>=0.8 and delay_s<=1.5

Figures are those of `score.METRICS`; of some less is better (`delay_s`), which the word alone says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.errors import UsageError
from posecheck.records import Floats
from posecheck.tunables import unknown
from posecheck.tuning.score import METRICS, metrics

DEFAULT: Final = "f1"
_CONDITION: Final = re.compile(r"\s*(\w+)\s*(<=|>=)\s*([-+.\w]+)\s*")
_EXAMPLE: Final = 'e.g. "f2" or "hits at false_alarms_per_min<=0.2 and delay_s<=1.5"'
#: Anything that keeps the conditions is better than anything that does not.
BROKEN: Final = -1.0e6
#: No figure at all: worse than any.
_NOTHING: Final = -1.0e9


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure that must not go beyond a bound."""

    metric: str
    at_most: bool
    """False: at least."""
    bound: float

    def excess(self, figures: dict[str, Floats]) -> Floats:
        """How far beyond the bound, 0 if it is kept; a figure that is not known keeps it only where it may be small."""
        value = figures[self.metric]
        over = value - self.bound if self.at_most else self.bound - value
        return np.where(np.isnan(value), 0.0 if self.at_most else abs(self.bound), np.maximum(over, 0.0))

    def __str__(self) -> str:
        return f"{self.metric}{'<=' if self.at_most else '>='}{self.bound:g}"


@dataclass(frozen=True, slots=True)
class Objective:
    """What a search looks for."""

    metric: str
    conditions: tuple[Condition, ...] = ()

    def worth(self, counts: Floats) -> Floats:
        """Of (..., len(COUNTS)) counts, one number each, (...): more is better; conditions before everything."""
        figures = metrics(counts)
        value = figures[self.metric]
        signed = np.where(np.isnan(value), _NOTHING, value if METRICS[self.metric] else -value)
        excess = np.sum([one.excess(figures) for one in self.conditions], axis=0) if self.conditions else 0.0
        # A hair beyond a bound is rounding, not a broken condition.
        out: Floats = np.where(np.asarray(excess) > 1e-9, BROKEN - np.asarray(excess), signed)
        return out

    def keeps(self, counts: Floats) -> bool:
        """Whether counts keep every condition and have a figure."""
        return bool(self.worth(counts) > BROKEN)

    def figure(self, counts: Floats) -> Floats:
        """The figure itself, whatever the conditions."""
        return metrics(counts)[self.metric]

    def __str__(self) -> str:
        conditions = " and ".join(str(one) for one in self.conditions)
        return f"{self.metric} at {conditions}" if conditions else self.metric


def read_objective(text: str) -> Objective:
    """An objective as people write it. Raises UsageError, with the nearest spelling or an example."""
    head, at, rest = f"{text.strip()} ".partition(" at ")
    if at and not rest.strip():
        raise UsageError(f'--objective "{text}": what must hold is missing after "at", {_EXAMPLE}')
    conditions = []
    for part in re.split(r"\s+and\s+", rest.strip()) if at else ():
        found = _CONDITION.fullmatch(part)
        if found is None:
            raise UsageError(f'--objective "{text}": cannot read "{part}", {_EXAMPLE}')
        name, sign, bound = found.groups()
        try:
            number = float(bound)
        except ValueError:
            number = float("nan")
        if not np.isfinite(number):
            raise UsageError(f'--objective "{text}": {name} needs a number, not "{bound}"')
        conditions.append(Condition(_known(text, name), sign == "<=", number))
    return Objective(_known(text, head.strip()), tuple(conditions))


def _known(text: str, name: str) -> str:
    if name not in METRICS:
        raise UsageError(f'--objective "{text}": {unknown("figure", name, METRICS)}')
    return name
