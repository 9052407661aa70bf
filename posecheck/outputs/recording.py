"""The recording: everything that was seen, raw, so that it can be judged again without pixels.

One JSON line a frame (see `posecheck.recording_format`), header first, last line how it ended. A process that is killed, or a disk
that fills up, leaves a file that reads to its last whole line.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final, Self

from posecheck import recording_format
from posecheck.outputs.base import ClosingSink, LineFile
from posecheck.outputs.context import OutputContext
from posecheck.records import Assessment, Frame, Origin, Sighting

#: How often the lines are pushed through to the disk itself. Only a power cut can lose more than the last line, and
#: pushing costs milliseconds, so not at every frame.
SYNC_EVERY_S: Final = 10.0


class RecordingWriter(ClosingSink):
    """Writes a recording to `path` (.jsonl), replacing a file that is there. A critical output.

    Raises OutputError if the file cannot be opened or the header does not fit.
    """

    critical = True

    def __init__(self, path: Path, origin: Origin) -> None:
        self.path = Path(path)
        self._counts = recording_format.Counts()
        self._synced_s = math.nan
        self._closed = False
        self._file = LineFile(self.path)
        try:
            self._file.write(recording_format.header_line(origin) + "\n")
        except BaseException:
            self._file.close()
            raise

    @classmethod
    def of(cls, path: Path, context: OutputContext) -> Self:
        """The output as the registry makes it."""
        return cls(path, context.origin)

    @property
    def counts(self) -> recording_format.Counts:
        """How many sightings were written so far."""
        return self._counts

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Write the sighting behind an assessment. Raises OutputError if it cannot be written."""
        del frame
        self.write(assessment.sighting)

    def write(self, sighting: Sighting) -> None:
        """Write one sighting. Raises OutputError if it cannot be written; what was written before stands."""
        self._file.write(recording_format.sighting_line(sighting) + "\n")
        self._counts = self._counts.plus(sighting)
        if math.isnan(self._synced_s):
            self._synced_s = sighting.t_s
        elif sighting.t_s - self._synced_s >= SYNC_EVERY_S:
            self._file.sync()
            self._synced_s = sighting.t_s

    def close(self, ending: str) -> None:
        """Write the last line, and close. Raises OutputError if it cannot be written, unless that was raised before."""
        if self._closed:
            return
        self._closed = True
        try:
            if not self._file.failed:
                self._file.write(recording_format.footer_line(self._counts, ending) + "\n")
                self._file.sync()
        finally:
            self._file.close()
