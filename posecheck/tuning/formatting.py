"""Figures of a score as people read them, in the terminal and in the report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from posecheck.reasons import Translate
from posecheck.tunables import amount
from posecheck.tuning.search import Plateau

#: The figures that are shown, and their units; what they are called is `tune.figure.NAME` of the messages.
FIGURES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("hits", "misses", "false_alarms", "false_alarms_per_min"), ""),
    "delay_s": "s",
    **dict.fromkeys(("unknown_frac", "precision", "recall", "f1", "f2", "f05", "kappa"), ""),
}
_COUNTED: Final = frozenset({"hits", "misses", "false_alarms"})
SHOWN: Final = (
    "hits",
    "misses",
    "false_alarms",
    "false_alarms_per_min",
    "delay_s",
    "unknown_frac",
    "precision",
    "recall",
    "kappa",
)


def figure(value: float, unit: str = "") -> str:
    """A figure of a score: two digits, a dash where there is none."""
    if math.isnan(value):
        return "–"
    return f"{value:.2f} {unit}".strip()


def figure_of(name: str, value: float) -> str:
    """A figure of `score.METRICS` as people read it: whole numbers where things are counted."""
    if name in _COUNTED and not math.isnan(value):
        return f"{value:.0f}"
    return figure(value, FIGURES[name])


def people_told(count: int, translate: Translate) -> str:
    """So many people."""
    return translate("tune.person" if count == 1 else "tune.people", number=count)


def plateau_told(plateau: Plateau, unit: str, translate: Translate) -> str:
    """From where to where a number is as good as the best."""
    ends = {"low": amount(plateau.low, unit), "high": amount(plateau.high, unit)}
    return translate("tune.beyond" if plateau.edge else "tune.range", **ends)


def spread(low: float, high: float, name: str = "") -> str:
    """An interval, of a figure of `score.METRICS` if named; empty where there is none."""
    if math.isnan(low):
        return ""
    return f"{low:.0f} – {high:.0f}" if name in _COUNTED else f"{figure(low)} – {figure(high)}"


def seconds(value_s: float) -> str:
    """A time of a clip: 7.4 s, 2:05.0."""
    minutes, rest = divmod(value_s, 60.0)
    return f"{int(minutes)}:{rest:04.1f}" if minutes else f"{rest:.1f} s"
