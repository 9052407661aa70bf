"""Figures of a score as people read them, in the terminal and in the report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

#: The figures as people read them: label, unit.
FIGURES: Final[Mapping[str, tuple[str, str]]] = {
    "hits": ("hits", ""),
    "misses": ("misses", ""),
    "false_alarms": ("false alarms", ""),
    "false_alarms_per_min": ("false alarms a minute", ""),
    "delay_s": ("delay", "s"),
    "unknown_frac": ("share UNKNOWN", ""),
    "precision": ("precision", ""),
    "recall": ("recall", ""),
    "f1": ("F1", ""),
    "f2": ("F2 (recall counts more)", ""),
    "f05": ("F0.5 (precision counts more)", ""),
    "kappa": ("kappa over time", ""),
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
HOW_COUNTED: Final = (
    "By event: a fault is hit if posecheck warns in it or within a second after; a warning in time labelled good is a "
    "false alarm, unless it only lingers for two seconds after a fault. Intervals: 95 %, people drawn anew. Estimates of form cues, nothing more."
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
    return figure(value, FIGURES[name][1])


def people_told(count: int) -> str:
    """So many people."""
    return f"{count} person" if count == 1 else f"{count} people"


def spread(low: float, high: float, name: str = "") -> str:
    """An interval, of a figure of `score.METRICS` if named; empty where there is none."""
    if math.isnan(low):
        return ""
    return f"{low:.0f} – {high:.0f}" if name in _COUNTED else f"{figure(low)} – {figure(high)}"


def seconds(value_s: float) -> str:
    """A time of a clip: 7.4 s, 2:05.0."""
    minutes, rest = divmod(value_s, 60.0)
    return f"{int(minutes)}:{rest:04.1f}" if minutes else f"{rest:.1f} s"
