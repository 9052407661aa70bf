"""What of a session is kept on request: a recording, and rows in the history. A full disk ends these, not the session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from posecheck.analysis import origin_of
from posecheck.app.places import Places
from posecheck.assessment.running import Out
from posecheck.assessment.turns import Doings, Part
from posecheck.errors import HistoryError, OutputError, PosecheckError
from posecheck.outputs.recording import RecordingWriter
from posecheck.records import Assessment
from posecheck.routine_keeping import RoutineKeeper

#: How a recording ends that the person ended.
ENDED: Final = "complete"


class Kept:
    """Recording and history of one session, each on or off. Nothing is written while both are off.

    Every method gives the lines of what went wrong (none: nothing); what was written before stands.
    """

    def __init__(self, places: Places, of: str, routine: str, source: str, source_kind: str, model_sha256: str) -> None:
        self._places, self._of, self._routine = places, of, routine
        self._source, self._kind, self._model_sha256 = source, source_kind, model_sha256
        self._writer: RecordingWriter | None = None
        self._keeper: RoutineKeeper | None = None
        self.path: Path | None = None
        """Of the recording, the latest one of this session."""
        self._rows = 0

    @property
    def recording(self) -> bool:
        """Whether a recording is being written."""
        return self._writer is not None

    @property
    def following(self) -> bool:
        """Whether the history is being kept."""
        return self._keeper is not None

    @property
    def rows(self) -> int | None:
        """How many rows the history has of this session; None where none were asked for."""
        if self._keeper is None:
            return self._rows or None
        return self._rows + self._keeper.rows

    def record(self, now: datetime, part: Part, path: Path | None = None) -> list[str]:
        """Begin a recording, in `path` or a file of its own in the person's folder."""
        if self._writer is not None:
            return []
        try:
            self.path = path or self._places.new_recording(now, self._of)
            origin = origin_of(self._source, part.stretch, self._model_sha256, part.profile)
            self._writer = RecordingWriter(self.path, origin)
        except OutputError as error:
            self.path = None
            return [str(error)]
        return []

    def stop_recording(self, ending: str = ENDED) -> list[str]:
        """End the recording."""
        writer, self._writer = self._writer, None
        if writer is None:
            return []
        try:
            writer.close(ending)
        except OutputError as error:
            return [str(error)]
        return []

    def follow(self, now: datetime, parts: Sequence[Part]) -> list[str]:
        """Keep what is done from now on in the history."""
        if self._keeper is not None:
            return []
        try:
            self._keeper = RoutineKeeper(self._places.history, parts, self._routine, self._kind, now)
        except HistoryError as error:
            return [str(error)]
        return []

    def numbers_changed(self, parts: Sequence[Part]) -> None:
        """Rows that are written from now on tell the numbers of `parts`."""
        if self._keeper is not None:
            self._keeper.numbers_changed(parts)

    def stop_following(self, doings: Doings) -> list[str]:
        """Keep no more than what is done so far."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return []
        try:
            keeper.close(doings)
        except HistoryError as error:
            return [str(error)]
        finally:
            self._rows += keeper.rows
        return []

    def put(self, judged: Assessment, out: Out | None, doings: Doings | None) -> list[str]:
        """Take in one frame; `out` and `doings` are None while setting up."""
        wrong = []
        if self._writer is not None:
            try:
                self._writer.put(None, judged)
            except OutputError as error:
                wrong.append(str(error))
                self.stop_recording("the disk was full")
        if self._keeper is not None and out is not None and doings is not None:
            try:
                self._keeper.put(judged, out, doings)
            except PosecheckError as error:
                wrong.append(str(error))
                self._rows, self._keeper = self._rows + self._keeper.rows, None
        return wrong

    def close(self, doings: Doings | None, ending: str = ENDED) -> list[str]:
        """End both. Twice does nothing."""
        wrong = self.stop_recording(ending)
        return wrong + (self.stop_following(doings) if doings is not None else [])
