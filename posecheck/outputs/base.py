"""What every output is: a sink that is told each frame, each event, and the end."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from posecheck.errors import OutputError
from posecheck.records import Assessment, Event, Frame

#: Files that have no disk behind them (pipes, devices, some network shares) answer a sync with these.
_CANNOT_SYNC = frozenset((errno.EINVAL, errno.EROFS, errno.ENOTSUP))

COMPLETE = "complete"
INTERRUPTED = "interrupted"


class Sink(Protocol):
    """Somebody who is told what was seen and said. Every method raises OutputError when it cannot do its work."""

    critical: bool
    """True: its failure ends the session with its error. False: it is put aside, logged, and the session goes on."""

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Take one frame's assessment; `frame` is None in a replay, where there are no pixels."""

    def event(self, event: Event) -> None:
        """Take an event that has ended."""

    def close(self, ending: str) -> None:
        """Finish, whatever happened: `ending` is "complete", "interrupted", "source broke: …". Twice does nothing."""


class ClosingSink:
    """What the sinks of this room share: `with` closes them, and says how it ended."""

    critical: bool = True

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Take one frame's assessment."""

    def event(self, event: Event) -> None:
        """Take an event that has ended."""

    def close(self, ending: str) -> None:
        """Finish; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close(COMPLETE)
        elif issubclass(kind, KeyboardInterrupt):
            self.close(INTERRUPTED)
        else:
            self.close(f"stopped by an error: {error}")


def cannot_write(path: Path, error: OSError) -> OutputError:
    """The one line for a file that cannot be written, with what to do about it."""
    why = error.strerror or str(error)
    return OutputError(f"Cannot write {path}: {why}. Free some space or choose another folder with -o.")


class LineFile:
    """A text file that only ever holds whole lines: each goes out in one write, so a killed process cuts none in half.

    An existing file is replaced. If a line does not fit any more (full disk), its beginning is taken back, what was
    written before stands, and every later call raises the same OutputError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failure: OutputError | None = None
        self._size = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            self._file = os.open(path, flags, 0o666)
        except OSError as error:
            raise cannot_write(path, error) from None
        self._open = True

    def write(self, line: str) -> None:
        """Add `line`, which carries its own newline. Raises OutputError if it cannot be written whole."""
        if self._failure is not None:
            raise self._failure
        if not self._open:
            raise OutputError(f"Cannot write {self.path}: it is closed already.")
        rest = memoryview(line.encode("utf-8", "backslashreplace"))
        size = self._size + len(rest)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self._take_back(error)
        self._size = size

    def sync(self) -> None:
        """Bring what was written to the disk itself, so that it outlives a power cut too."""
        if self._failure is not None or not self._open:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                self._take_back(error)

    def close(self) -> None:
        """Close the file. Twice does nothing."""
        if self._open:
            self._open = False
            try:
                os.close(self._file)
            except OSError as error:
                if self._failure is None:
                    raise cannot_write(self.path, error) from None

    @property
    def failed(self) -> bool:
        """Whether a line could not be written; it has been raised already."""
        return self._failure is not None

    def _take_back(self, error: OSError) -> None:
        """Cut the half-written line off again, and raise."""
        self._failure = cannot_write(self.path, error)
        with contextlib.suppress(OSError):  # a pipe or a device: a reader drops the half line itself
            os.ftruncate(self._file, self._size)
        raise self._failure from None
