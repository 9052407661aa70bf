"""Keep a session in the history: follow it frame by frame, and at its end write its one row if it is worth one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import posecheck
from posecheck.assessment.stretch import Stretch
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

    def __init__(self, path: Path, stretch: Stretch, profile: Profile, source_kind: str) -> None:
        self._path, self._stretch, self._profile, self._source_kind = path, stretch, profile, source_kind
        self._tally = HistoryTally(profile)
        History(path).close()

    def put(self, judged: Assessment) -> None:
        """Follow one frame."""
        self._tally.put(judged)

    def keep(self, started: datetime) -> str:
        """Write the row, unless the stretch was hardly begun; what to tell the user of it.

        `started` is when the session began, on the calendar of the person: its own date is the day the row counts for.
        """
        if not self._tally.worth_keeping:
            least_s = self._profile[LEAST_S.key]
            return f"Not kept in the history: the stretch was seen for less than {least_s:g} s."
        origins = self._profile.origins()
        row = self._tally.done(
            started,
            started.date(),
            self._stretch.id,
            version=posecheck.__version__,
            source_kind=self._source_kind,
            limits={tunable.key: origins[tunable.key] for tunable in self._stretch.tunables},
        )
        with History(self._path) as history:
            history.add(row)
        return f"Kept under {started.date().isoformat()}; see it: posecheck history"
