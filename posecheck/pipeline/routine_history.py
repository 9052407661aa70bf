"""Keep a routine in the history: one row for every side of every stretch, written as soon as it is whole.

So nothing is lost when a routine is broken off; what was begun and is worth a row is written at the end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress, Turn
from posecheck.assessment.routines.routine_state import RoutineUpdate
from posecheck.history.store import History
from posecheck.history.tally import HistoryTally
from posecheck.pipeline.session_history import new_tally, row_of_side
from posecheck.records import Assessment


@dataclass(slots=True)
class _Spell:
    """Frames of one side without a break. Until a side is recognised it is the one that was asked for."""

    turn: Turn
    recognised: bool
    from_s: float
    tally: HistoryTally


class RoutineKeeper:
    """Follows a routine: `put` every frame, then `close`.

    `started` is when the routine began, on the calendar of the person. Raises HistoryError when the file cannot be
    used: at the beginning, when a row is written, and at the end.
    """

    def __init__(
        self, path: Path, parts: Sequence[RoutineItem], routine: str, source_kind: str, started: datetime
    ) -> None:
        self._path, self._parts, self._routine = path, parts, routine
        self._source_kind, self._started = source_kind, started
        self._spell: _Spell | None = None
        self._open: dict[Turn, tuple[float, HistoryTally]] = {}
        self._first_s = math.nan
        self.rows = 0
        """How many rows were written."""
        History(path).close()

    def numbers_changed(self, parts: Sequence[RoutineItem]) -> None:
        """Rows that are written from now on tell the numbers of `parts`: the same stretches, with other numbers."""
        self._parts = parts

    def put(self, judged: Assessment, out: RoutineUpdate, doings: RoutineProgress) -> None:
        """Follow one frame; `doings` is all that has been done up to it."""
        if math.isnan(self._first_s):
            self._first_s = judged.t_s
        turn = (out.index, out.side)
        spell = self._spell
        if spell is not None and (
            not out.counts or (spell.turn != turn and (spell.recognised or spell.turn[0] != turn[0]))
        ):
            self._end(spell, believed=spell.recognised or not out.wrong)
            spell = None
        if out.counts:
            if spell is None:
                part = self._parts[out.index]
                spell = _Spell(turn, out.recognised, judged.t_s, new_tally(part.stretch, part.profile))
            spell.turn, spell.recognised = turn, out.recognised
            spell.tally.put(judged)
        self._spell = spell
        if out.finished is not None:
            if spell is not None:
                self._end(spell)
            self._write([out.finished], doings)

    def close(self, doings: RoutineProgress) -> int:
        """Write what was begun and is worth a row; how many rows the routine has in all."""
        if self._spell is not None:
            self._end(self._spell)
        self._write([turn for turn, (_, tally) in self._open.items() if tally.worth_keeping], doings)
        return self.rows

    def _end(self, spell: _Spell, *, believed: bool = True) -> None:
        """The spell is over and goes to its side, unless it turned out to be one that is done already."""
        self._spell = None
        if not believed:
            return
        if spell.turn in self._open:
            self._open[spell.turn][1].join(spell.tally)
        else:
            self._open[spell.turn] = (spell.from_s, spell.tally)

    def _write(self, turns: Sequence[Turn], doings: RoutineProgress) -> None:
        rows = []
        for turn in turns:
            if turn not in self._open:
                continue
            from_s, tally = self._open.pop(turn)
            part, doing = self._parts[turn[0]], doings[turn]
            started = self._started + timedelta(seconds=from_s - self._first_s)
            rows.append(
                row_of_side(tally, started, part, doing, self._source_kind, side=turn[1], routine=self._routine)
            )
        if rows:
            with History(self._path) as history:
                for row in rows:
                    history.add(row)
                    self.rows += 1
