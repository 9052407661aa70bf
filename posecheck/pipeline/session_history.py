"""Keep a session in the history: follow it frame by frame, and at its end write its one row if it is worth one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import posecheck
from posecheck.assessment.catalogue.stretch import DEPTH, Stretch
from posecheck.assessment.routines import progress
from posecheck.assessment.routines.progress import RoutineItem, SideProgress
from posecheck.calibration import ORIGIN
from posecheck.history.row import HistoryRow
from posecheck.history.store import History
from posecheck.history.tally import LEAST_S, HistoryTally
from posecheck.records import Assessment
from posecheck.tunables import Profile

#: Where pictures come from, as the rows say it.
CAMERA: Final = "camera"
VIDEO: Final = "video"


class Keeper:
    """Follows one session: `put` every assessment, then `keep` writes the row.

    The file is opened once at the beginning, so that nobody stretches for minutes for a row that cannot be written.
    Raises HistoryError when it cannot be used, at the beginning as at the end.
    """

    def __init__(
        self, path: Path, stretch: Stretch, profile: Profile, source_kind: str, *, side: str = "", routine: str = ""
    ) -> None:
        self._path, self._stretch, self._profile, self._source_kind = path, stretch, profile, source_kind
        self._side, self._routine = side, routine
        self._tally = new_tally(stretch, profile)
        History(path).close()

    def put(self, judged: Assessment) -> None:
        """Follow one frame."""
        self._tally.put(judged)

    def keep(self, started: datetime, translate: Callable[..., str]) -> str:
        """Write the row, unless the stretch was hardly begun; what to tell the user of it.

        `started` is when the session began, on the calendar of the person: its own date is the day the row counts for.
        `translate` is `Messages.text` in the language of the user.
        """
        if not self._tally.worth_keeping:
            least_s = self._profile[LEAST_S.key]
            return translate("terminal.history.not_kept", seconds=least_s)
        row = row_of(
            self._tally,
            started,
            self._stretch,
            self._profile,
            self._source_kind,
            side=self._side,
            routine=self._routine,
        )
        with History(self._path) as history:
            history.add(row)
        return f"{translate('terminal.history.kept', day=started.date().isoformat())} posecheck history"


def new_tally(stretch: Stretch, profile: Profile) -> HistoryTally:
    """A tally that reads the depth from what this stretch calls its depth."""
    return HistoryTally(profile, stretch.depth or DEPTH)


def row_of_side(
    tally: HistoryTally,
    started: datetime,
    part: RoutineItem,
    doing: SideProgress,
    source_kind: str,
    *,
    side: str = "",
    routine: str = "",
) -> HistoryRow:
    """The row of one side in a routine: what the routine counted stands, for by that the side was done or not."""
    row = row_of(tally, started, part.stretch, part.profile, source_kind, side=side, routine=routine)
    if not part.stretch.watch:
        return row
    good_s = progress.good_s(part, doing)
    if part.stretch.reps is None:
        return replace(row, good_s=good_s, held_s=good_s)
    partial, good = float(doing.partial), float(doing.reps_good)
    return replace(row, good_s=good_s, reps_whole=doing.amount, reps_partial=partial, reps_good=good)


def row_of(
    tally: HistoryTally,
    started: datetime,
    stretch: Stretch,
    profile: Profile,
    source_kind: str,
    *,
    side: str = "",
    routine: str = "",
) -> HistoryRow:
    """The row of what `tally` followed; `started` is the calendar and clock of the person, aware of its time zone."""
    origins = profile.origins()
    calibrated = any(where.startswith(ORIGIN) for _, where in (origins[tunable.key] for tunable in stretch.tunables))
    return tally.done(
        started,
        started.date(),
        stretch.id,
        version=posecheck.__version__,
        source_kind=source_kind,
        side=side,
        routine=routine,
        calibrated=calibrated,
        limits={tunable.key: origins[tunable.key] for tunable in stretch.tunables},
    )
