"""What of a session is kept on request: recordings, and rows in the history. A full disk ends these, not the session.

A recording is of one stretch, as its header says, so a routine leaves one for each of its parts: every one of them is
judged again by its own stretch and numbers. Whoever is calibrated on the way gets another one, which knows of it. One
that begins in the middle of a session carries what was learnt of the person until then, so that it gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from posecheck.app.session.live_session import Run, Seen
from posecheck.app.user_paths import Places, free_name
from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress
from posecheck.calibration import Calibrations
from posecheck.errors import HistoryError, OutputError, PosecheckError
from posecheck.kinematics import measuring_state
from posecheck.outputs.recording import RecordingWriter
from posecheck.pipeline.analysis import origin_of
from posecheck.pipeline.routine_history import RoutineKeeper

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
        self._waiting = False
        self._to: Path | None = None
        self._beside: Path | None = None
        self._recorded: tuple[int, Calibrations | None] = (0, None)
        self._keeper: RoutineKeeper | None = None
        self.paths: list[Path] = []
        """Of the recordings of this session, in order."""
        self._rows = 0

    @property
    def recording(self) -> bool:
        """Whether a recording is being written, or will be once it can begin."""
        return self._writer is not None or self._waiting

    @property
    def path(self) -> Path | None:
        """Of the latest recording of this session; None without one."""
        return self.paths[-1] if self.paths else None

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

    def record(self, now: datetime, run: Run, path: Path | None = None) -> list[str]:
        """Begin to record, in `path` or a file of its own in the person's folder.

        Somebody who is to be calibrated first is recorded from then on: a recording says in its first line what is
        known of the person.
        """
        if self.recording:
            return []
        self._to = path
        self._waiting = run.position != "" or run.leading is not None
        return [] if self._waiting else self._open(now, run.index, run)

    def stop_recording(self, ending: str = ENDED) -> list[str]:
        """End the recording."""
        self._waiting = False
        writer, self._writer = self._writer, None
        if writer is None:
            return []
        try:
            writer.close(ending)
        except OutputError as error:
            return [str(error)]
        return []

    def _turn(self, now: datetime, index: int, run: Run) -> list[str]:
        """Begin another recording where another part has begun, or the person is known better."""
        if self._waiting:
            self._waiting = False
            return self._open(now, index, run)
        if self._writer is None or self._recorded == (index, run.calibrations):
            return []
        wrong = self.stop_recording()
        return wrong or self._open(now, index, run)

    def _open(self, now: datetime, index: int, run: Run) -> list[str]:
        part = run.parts[index]
        try:
            path = self._path(now, index, run)
            judging = run.routine.judging
            memory = measuring_state.table_of(judging.measures, judging.match)
            origin = origin_of(self._source, part.stretch, self._model_sha256, part.profile, run.calibrations, memory)
            self._writer = RecordingWriter(path, origin)
        except OutputError as error:
            return [str(error)]
        self.paths.append(path)
        self._recorded = (index, run.calibrations)
        return []

    def _path(self, now: datetime, index: int, run: Run) -> Path:
        """A name that is not taken; one that was asked for is that of the first recording, the others lie beside it."""
        several = f"_{index + 1}_{run.parts[index].stretch.id}" if len(run.parts) > 1 else ""
        wanted, self._to = self._to, None
        if wanted is None and self._beside is None:
            return self._places.new_recording(now, f"{self._of}{several}")
        if wanted is not None:
            self._beside = wanted
            return wanted
        assert self._beside is not None
        return free_name(self._beside.parent, f"{self._beside.stem}{several or '_again'}", self._beside.suffix)

    def follow(self, now: datetime, parts: Sequence[RoutineItem]) -> list[str]:
        """Keep what is done from now on in the history."""
        if self._keeper is not None:
            return []
        try:
            self._keeper = RoutineKeeper(self._places.history, parts, self._routine, self._kind, now)
        except HistoryError as error:
            return [str(error)]
        return []

    def numbers_changed(self, parts: Sequence[RoutineItem]) -> None:
        """Rows that are written from now on tell the numbers of `parts`."""
        if self._keeper is not None:
            self._keeper.numbers_changed(parts)

    def stop_following(self, doings: RoutineProgress) -> list[str]:
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

    def put(self, now: datetime, run: Run, seen: Seen, doings: RoutineProgress | None) -> list[str]:
        """Take in one frame, seen by what `run` was before it; `doings` is None while setting up. While calibrating
        nothing is kept.

        The frame with which a stretch ends was measured for that stretch, and so it belongs to its recording.
        """
        judged, out = seen.judged, seen.out
        if seen.led is not None:
            return []
        wrong = self._turn(now, run.index, run) if not run.position else []
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

    def close(self, doings: RoutineProgress | None, ending: str = ENDED) -> list[str]:
        """End both. Twice does nothing."""
        wrong = self.stop_recording(ending)
        return wrong + (self.stop_following(doings) if doings is not None else [])
