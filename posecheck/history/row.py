"""One row of the history: a stretch that was done, in numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias

#: What a cell of the file holds.
Cell: TypeAlias = str | int | float | None

SIDES: Final = ("left", "right", "")


@dataclass(frozen=True, slots=True, eq=False)
class HistoryRow:
    """A stretch that was done. A number that was not seen, or that the stretch does not have, is NaN, never 0.

    Two rows are never equal: NaN is unlike itself. Compare `cells_of`. Raises ValueError when a value contradicts its
    meaning: that is a mistake of whoever made the row, not of a user.
    """

    started_at: datetime
    """When it began, to the second, in UTC; any aware time is turned into it."""
    local_date: date
    """The day it counts for, as the calendar of the person said at that moment."""
    stretch: str
    """The stretch's id."""
    version: str
    """Of the posecheck that judged."""
    source_kind: str
    """Where the pictures came from: "camera" or "video"."""
    side: str = ""
    """The side that was stretched, "left" or "right" (the person's own); "" where the stretch has none."""
    routine: str = ""
    """The id of the routine it was part of; "" when done by itself."""
    duration_s: float = math.nan
    """From the first picture to the last."""
    good_s: float = math.nan
    """Good seconds: in the hold or, for a stretch that is repeated, inside repetitions (`statistics.good_seconds`)."""
    warned_s: float = math.nan
    """Seconds with verdict WARN, whatever the rule."""
    unknown_s: float = math.nan
    """Seconds with verdict UNKNOWN, pauses without a picture included."""
    rounded_s: float = math.nan
    """Seconds in which the rule of the back warned; NaN if the back was never judged."""
    hold_target_s: float = math.nan
    """How many good seconds were wanted in one hold; NaN for a stretch without a hold."""
    best_hold_s: float = math.nan
    """Good seconds of the best hold."""
    held_s: float = math.nan
    """Good seconds of all holds together: `good_s` of a stretch with a hold."""
    reps_whole: float = math.nan
    """Whole repetitions; NaN where none are counted."""
    reps_partial: float = math.nan
    """Repetitions that were begun and not finished."""
    depth_deg: float = math.nan
    """The furthest that was reached and kept for a moment while the stretch was under way (in its hold, or in a phase
    that a rule speaks of), by `depth_measure`; + is deeper."""
    depth_measure: str = "hip_hinge_deg"
    """The measure of `records.QUANTITIES` that the depth is read from: only depths of one measure compare."""
    straight_leg_deg: float = math.nan
    """The straightest the near knee was kept for a moment in a hold: 0 straight, + bent, - pushed back past straight."""
    view_yaw_deg: float = math.nan
    """How far the camera was from side-on, median over the session."""
    calibrated: bool = False
    """Whether the limits came from the person's own calibrated range."""
    limits: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    """The stretch's numbers in force: key → (value, where it came from)."""
    reps_good: float = math.nan
    """Good ones of the whole repetitions (`records.Rep.good`); NaN where none are counted."""

    def __post_init__(self) -> None:
        if self.started_at.tzinfo is None:
            raise ValueError("started_at must say its time zone")
        if not self.stretch or self.side not in SIDES:
            raise ValueError(f"a row needs a stretch, and a side of {SIDES}; not {self.stretch!r}, {self.side!r}")
        for name in NUMBERS:
            value = getattr(self, name)
            if math.isinf(value) or (value < 0 and not name.endswith("_deg")):
                raise ValueError(f"{name} = {value} cannot be")
        object.__setattr__(self, "started_at", self.started_at.astimezone(UTC).replace(microsecond=0))
        object.__setattr__(self, "limits", MappingProxyType({key: (v, o) for key, (v, o) in self.limits.items()}))


#: Every column, in the order of the CSV. Names other programs rely on: add at the end, never rename.
COLUMNS: Final = tuple(each.name for each in fields(HistoryRow))
#: Those that hold a number, NaN when not seen.
NUMBERS: Final = tuple(each.name for each in fields(HistoryRow) if each.type == "float")


def cells_of(done: HistoryRow) -> dict[str, Cell]:
    """The row as the file holds it, by column: None for NaN, times in ISO 8601, `limits` as JSON."""
    cells: dict[str, Cell] = {}
    for name in COLUMNS:
        value: Any = getattr(done, name)
        if name in NUMBERS:
            value = None if math.isnan(value) else float(value)
        elif name == "limits":
            limits = {key: {"value": number, "origin": origin} for key, (number, origin) in sorted(value.items())}
            value = json.dumps(limits, ensure_ascii=False, allow_nan=False)
        elif isinstance(value, date):  # a datetime too
            value = value.isoformat()
        elif isinstance(value, bool):
            value = int(value)
        cells[name] = value
    return cells


def row_from(cells: Sequence[Any]) -> HistoryRow:
    """The row that stands in `cells`, which are in the order of `COLUMNS`.

    Raises ValueError, TypeError or KeyError when they are not what `cells_of` makes.
    """
    row: dict[str, Any] = dict(zip(COLUMNS, cells, strict=True))
    for name in NUMBERS:
        row[name] = math.nan if row[name] is None else float(row[name])
    row["started_at"] = datetime.fromisoformat(row["started_at"])
    row["local_date"] = date.fromisoformat(row["local_date"])
    row["calibrated"] = bool(row["calibrated"])
    row["limits"] = {key: (float(one["value"]), str(one["origin"])) for key, one in json.loads(row["limits"]).items()}
    return HistoryRow(**row)
