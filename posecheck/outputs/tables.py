"""The tables other programs read: `measures.csv` (a row a frame) and `events.csv` (a row an event).

`summary.json` is written by `SummaryFile`, which stands in `posecheck.outputs.summary` and is handed on from here.

Written as they come, each row in one write: memory is flat, and a killed process leaves whole rows. UTF-8, comma,
point for decimals, an empty cell for what was not seen.
"""

from __future__ import annotations

import contextlib
import csv
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

from posecheck.atomic_file import whole_file
from posecheck.outputs.base import ClosingSink, LineFile, cannot_write
from posecheck.outputs.columns import Columns
from posecheck.outputs.context import OutputContext
from posecheck.outputs.filtering import filtered
from posecheck.outputs.summary import SummaryFile
from posecheck.reasons import code_of, english
from posecheck.records import QUANTITIES, QUANTITY_NAMES, Assessment, Event, Frame

__all__ = [
    "EVENTS_COLUMNS",
    "MEASURES_COLUMNS",
    "SMOOTHED",
    "EventsTable",
    "MeasuresTable",
    "SummaryFile",
    "fixed",
    "measures_row",
]

#: Names other programs rely on: add at the end, never rename.
MEASURES_COLUMNS: Final = (
    "t_s",
    *QUANTITY_NAMES,
    "verdict",
    "reason",
    "hold_good_s",
    "near_side",
    "facing",
    "people",
    "cue",
    "position",
    "lead_side",
    "reason_code",
)
#: The measures that `smooth` filters: the angles of the body, not how sure they are.
SMOOTHED: Final = tuple(q.name for q in QUANTITIES if q.unit == "deg" and q.name != "spine_sigma_deg")
#: What a filtered column's name ends with.
SMOOTH_SUFFIX: Final = "_smooth"
EVENTS_COLUMNS: Final = ("start_s", "end_s", "rule", "verdict", "value", "limit", "reason", "unit", "reason_code")

_FACING: Final = {1: "right", -1: "left", 0: ""}
_TIME_DECIMALS: Final = 6
_VALUE_DECIMALS: Final = 3


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals, "" for NaN, and never "-0.000".

    >>> fixed(-0.0001, 3), fixed(float("nan"), 3)
    ('0.000', '')
    """
    if math.isnan(value):
        return ""
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


class _Table(ClosingSink):
    critical = True

    def __init__(self, path: Path, columns: Iterable[str]) -> None:
        self.path = Path(path)
        self._text = io.StringIO()
        self._csv = csv.writer(self._text, lineterminator="\n")
        self._file = LineFile(self.path)
        try:
            self._row(columns)
        except BaseException:
            self._file.close()
            raise

    def _row(self, cells: Iterable[str]) -> None:
        self._text.seek(0)
        self._text.truncate()
        self._csv.writerow(cells)
        self._file.write(self._text.getvalue())

    def close(self, ending: str) -> None:
        """Close the file; the table itself does not say how it ended, `summary.json` does."""
        del ending
        self._file.close()


class MeasuresTable(_Table):
    """Writes `measures.csv`: a row a frame, the columns of `MEASURES_COLUMNS`. A critical output.

    `t_s` has six decimals, everything else three. `near_side` and `lead_side` are the person's own left or right;
    `facing` is the picture's. With `smooth` the file is written once more when it is closed, with a filtered column
    behind for each of `SMOOTHED` (see `filtering`); until then, and if the process is killed, it holds the raw columns.
    Raises OutputError if the file cannot be opened or a row not be written.
    """

    def __init__(self, path: Path, *, smooth: bool = False) -> None:
        super().__init__(path, MEASURES_COLUMNS)
        self._kept: Columns | None = None
        if smooth:
            try:
                self._kept = Columns(self.path.parent, 1 + len(SMOOTHED))
            except OSError as error:
                self._file.close()
                raise cannot_write(self.path, error) from None

    @classmethod
    def of(cls, path: Path, context: OutputContext) -> Self:
        """The output as the registry makes it."""
        return cls(path, smooth=context.smooth)

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Write the row of one frame."""
        del frame
        if self._kept is not None:
            try:
                self._kept.append((assessment.t_s, *(assessment.measures[name] for name in SMOOTHED)))
            except OSError as error:
                raise cannot_write(self.path, error) from None
        self._row(measures_row(assessment))

    def close(self, ending: str) -> None:
        """Close the file; with `smooth` add the filtered columns. Twice does nothing."""
        super().close(ending)
        kept, self._kept = self._kept, None
        if kept is None:
            return
        try:
            if not self._file.failed:
                _add_columns(self.path, kept)
        finally:
            with contextlib.suppress(OSError):
                kept.close()


def measures_row(assessment: Assessment) -> tuple[str, ...]:
    """The cells of one frame, by `MEASURES_COLUMNS`."""
    measures, view = assessment.measures, assessment.measures.view
    return (
        fixed(assessment.t_s, _TIME_DECIMALS),
        *(fixed(measures[name], _VALUE_DECIMALS) for name in QUANTITY_NAMES),
        assessment.verdict,
        english(assessment.reason),
        fixed(assessment.hold.good_s, _VALUE_DECIMALS),
        view.near_side or "",
        _FACING[view.facing],
        str(view.people),
        assessment.cue,
        view.position,
        view.lead_side or "",
        code_of(assessment.reason),
    )


def _add_columns(path: Path, kept: Columns) -> None:
    """Write the table once more, with the filtered columns; the old one stands until the new one is whole.

    `kept` are the times and then the columns of `SMOOTHED`, unrounded; they are filtered in place.
    """
    names = [f"{name}{SMOOTH_SUFFIX}" for name in SMOOTHED]
    try:
        t_s = kept.column(0)
        for at in range(1, 1 + len(SMOOTHED)):
            kept.put(at, filtered(t_s, kept.column(at)))
        with path.open(encoding="utf-8", newline="") as old, whole_file(path) as new:
            rows, out = csv.reader(old), csv.writer(new, lineterminator="\n")
            out.writerow([*next(rows), *names])
            for row, (_, *values) in zip(rows, kept.rows(), strict=True):
                out.writerow([*row, *(fixed(value, _VALUE_DECIMALS) for value in values)])
    except OSError as error:
        raise cannot_write(path, error) from None


class EventsTable(_Table):
    """Writes `events.csv`: a row for each event when it has ended, the columns of `EVENTS_COLUMNS`. A critical output.

    An event is a stretch of time [start_s, end_s) in which one rule kept saying WARN or UNKNOWN.
    Raises OutputError if the file cannot be opened or a row not be written.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, EVENTS_COLUMNS)

    @classmethod
    def of(cls, path: Path, context: OutputContext) -> Self:
        """The output as the registry makes it."""
        del context
        return cls(path)

    def event(self, event: Event) -> None:
        """Write the row of one event."""
        self._row(
            (
                fixed(event.start_s, _TIME_DECIMALS),
                fixed(event.end_s, _TIME_DECIMALS),
                event.rule,
                event.verdict,
                fixed(event.value, _VALUE_DECIMALS),
                fixed(event.limit, _VALUE_DECIMALS),
                english(event.reason),
                event.unit,
                code_of(event.reason),
            )
        )
