"""What the rows say over time: the streak of days, the trend of depth and straight leg, totals. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from posecheck.history.row import HistoryRow

#: A line through fewer days than this says nothing.
LEAST_DAYS: Final = 3
_DAY: Final = timedelta(days=1)


def streak_days(days: Iterable[date], today: date) -> int:
    """How many days in a row were practised, up to today, or up to yesterday while today is not over.

    0 when neither was. Days later than `today` are passed over (a clock that was wrong).
    """
    known = set(days)
    day = today if today in known else today - _DAY
    count = 0
    while day in known:
        count += 1
        day -= _DAY
    return count


def longest_streak(days: Iterable[date]) -> int:
    """The most days in a row there ever were."""
    known = set(days)
    longest = 0
    for day in known:
        if day - _DAY in known:
            continue
        count = 1
        while day + count * _DAY in known:
            count += 1
        longest = max(longest, count)
    return longest


@dataclass(frozen=True, slots=True)
class Trend:
    """Where a measure is going."""

    days: int
    """On how many days it was seen."""
    latest_deg: float
    """The best of the latest of them; NaN if there is none."""
    per_week_deg: float
    """Least squares through the best of each day, degrees a week; NaN with fewer than `LEAST_DAYS` days."""


def trend(points: Iterable[tuple[date, float]], *, least_is_best: bool = False) -> Trend:
    """The trend of (day, degrees): of each day the best counts once, however often it was tried. NaN is passed over."""
    best: dict[date, float] = {}
    for day, value_deg in points:
        if not math.isnan(value_deg):
            kept = best.get(day, value_deg)
            best[day] = min(kept, value_deg) if least_is_best else max(kept, value_deg)
    if not best:
        return Trend(0, math.nan, math.nan)
    days = sorted(best)
    slope = math.nan
    if len(days) >= LEAST_DAYS:
        weeks = [(day - days[0]) / timedelta(days=7) for day in days]
        slope = _slope(weeks, [best[day] for day in days])
    return Trend(len(days), best[days[-1]], slope)


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    """The slope of the least squares line; the x differ."""
    mean_x, mean_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    across = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return across / math.fsum((a - mean_x) ** 2 for a in x)


@dataclass(frozen=True, slots=True)
class Progress:
    """The trends of one stretch on one side."""

    stretch: str
    side: str
    depth: Trend
    straight_leg: Trend


def progress(dones: Iterable[HistoryRow]) -> tuple[Progress, ...]:
    """The trends of every stretch and side, most practised first.

    Sides stand apart, for they differ. Depths compare only within one measure: that of the latest row counts.
    """
    groups: dict[tuple[str, str], list[HistoryRow]] = {}
    for done in dones:
        groups.setdefault((done.stretch, done.side), []).append(done)
    out = []
    for (stretch, side), rows in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        measure = max(rows, key=lambda done: done.started_at).depth_measure
        depths = ((done.local_date, done.depth_deg) for done in rows if done.depth_measure == measure)
        legs = ((done.local_date, done.straight_leg_deg) for done in rows)
        out.append(Progress(stretch, side, trend(depths), trend(legs, least_is_best=True)))
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything added up; a number that no row has is NaN."""

    sessions: int
    days: int
    good_s: float
    """Good seconds, in holds and in repetitions."""
    reps_whole: float


def totals(dones: Iterable[HistoryRow]) -> Totals:
    """The totals of the rows."""
    rows = list(dones)
    return Totals(
        sessions=len(rows),
        days=len({done.local_date for done in rows}),
        good_s=_sum(done.good_s for done in rows),
        reps_whole=_sum(done.reps_whole for done in rows),
    )


def _sum(values: Iterable[float]) -> float:
    seen = [value for value in values if not math.isnan(value)]
    return math.fsum(seen) if seen else math.nan
