"""Recordings as a source: what was seen before, to be judged again without camera, model or pixels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from posecheck import recording_format
from posecheck.errors import RecordingError
from posecheck.records import Origin, Sighting

#: How a recording ended that has no last line: the process was killed, or the disk was full.
CUT_OFF: Final = "cut off"

# Longer than any line of a recording; a file of other kind shall not be read whole just to say that it is none.
_LONGEST_LINE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording on disk, opened and checked; its sightings are streamed when asked for, as often as wanted."""

    path: Path
    header: recording_format.Header
    """Format version and origin: versions, stretch, numbers in force when it was made."""
    ending: str
    """How it ended, by its last line: "complete", "interrupted", "source broke: …"; "cut off" when there is none."""
    counts: recording_format.Counts | None
    """How much it holds, by its last line; None when it was cut off."""

    @property
    def origin(self) -> Origin:
        """Where the recording comes from: versions, source, stretch and numbers in force when it was made."""
        return self.header.origin

    def sightings(self) -> Iterator[Sighting]:
        """Every sighting, in order of time, one at a time. A half-written last line is left out.

        Raises RecordingError, naming the line, where the recording is damaged.
        """
        frames, last_s = 0, float("-inf")
        try:
            with self.path.open("rb") as file:
                file.readline(_LONGEST_LINE)
                for number, raw in enumerate(file, start=2):
                    place = f"{self.path} line {number}"
                    found = _read(raw, place)
                    if found is None:
                        return
                    if isinstance(found, recording_format.Footer):
                        _check_end(found, frames, file, self.path, number)
                        return
                    if not found.t_s > last_s:
                        raise RecordingError(f"{place}: time does not rise ({last_s:g} s, then {found.t_s:g} s)")
                    last_s = found.t_s
                    frames += 1
                    yield found
        except OSError as error:
            raise _cannot_read(self.path, error) from None


def read_recording(path: Path) -> Recording:
    """Open a recording and read how it began and how it ended.

    Raises RecordingError if there is no such file, or it is empty, no recording, or of a newer format.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
            if not first:
                raise RecordingError(f"{path} is empty: nothing was recorded.")
            header = recording_format.read_header(_text(first), f"{path} line 1")
            footer = _last_line(file)
    except OSError as error:
        raise _cannot_read(path, error) from None
    if footer is None:
        return Recording(path, header, CUT_OFF, None)
    return Recording(path, header, footer.ending, footer.counts)


def _read(raw: bytes, place: str) -> Sighting | recording_format.Footer | None:
    """What a line holds; None for a last line that was cut in half, which shows by its missing newline."""
    try:
        return recording_format.read_line(_text(raw), place)
    except RecordingError:
        if raw.endswith(b"\n"):
            raise
        return None


def _last_line(file: BinaryIO) -> recording_format.Footer | None:
    """The footer, if the file has one; found from the end, so that a long recording opens as fast as a short one."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LONGEST_LINE // 16))
    lines = file.read().rstrip(b"\n").rsplit(b"\n", 1)
    if not lines[-1].startswith(b'{"ending":'):
        return None
    try:
        found = recording_format.read_line(_text(lines[-1]), "the last line")
    except RecordingError:
        return None
    return found if isinstance(found, recording_format.Footer) else None


def _check_end(footer: recording_format.Footer, frames: int, file: BinaryIO, path: Path, number: int) -> None:
    """Raise unless the footer is the end of the file and counts as many frames as there were."""
    if file.read(1):
        raise RecordingError(f"{path} line {number + 1}: goes on after its last line. Were two recordings joined?")
    if footer.counts.frames != frames:
        raise RecordingError(
            f"{path}: {frames} frames, but its last line counts {footer.counts.frames}. Lines were taken out or added."
        )


def _text(raw: bytes) -> str:
    # Bytes that are no UTF-8 become marks that no JSON reader takes for anything: the line is then called damaged.
    return raw.decode("utf-8", "replace")


def _cannot_read(path: Path, error: OSError) -> RecordingError:
    if isinstance(error, FileNotFoundError):
        return RecordingError(f"No such file: {path}")
    return RecordingError(f"Cannot read {path}: {error.strerror or error}")
