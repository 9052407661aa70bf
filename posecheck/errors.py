"""Everything that can go wrong in a way a user can act on.

    PosecheckError                what happened and what to do, in one line
    ├── UsageError                the call itself is wrong (exit code 2)
    │   ├── TunableError          a number: unknown key, out of range, not a number
    │   ├── CatalogueError        a stretch file or id: every mistake of it, one a line
    │   └── LabelsError           a file of labels: every mistake of it, one a line
    ├── SourceError               a video or camera that cannot be read
    │   └── BrokenSourceError     ... from a certain second on: what was read before stands
    ├── ModelError                the weights are missing, damaged or not what they claim
    ├── OutputError               a result cannot be written
    ├── RecordingError            a recording cannot be read back
    └── HistoryError              the history of what was done cannot be used

Only `posecheck.cli` prints them and chooses the exit code; everyone else raises. A mistake in posecheck itself is
*not* in this tree: it keeps its own type and its traceback goes to the log.
"""

from __future__ import annotations

from collections.abc import Sequence


class PosecheckError(Exception):
    """Something a user can act on. `str(error)` is the whole message; it names the file, key or time it concerns."""

    exit_code = 1


class UsageError(PosecheckError):
    """The call is wrong: nothing was tried."""

    exit_code = 2


class TunableError(UsageError):
    """A number that may be adjusted was given wrongly."""


class CatalogueError(UsageError):
    """A stretch file is wrong or a stretch unknown. `mistakes` holds every one found, each with its place."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class LabelsError(UsageError):
    """A file of labels is wrong or missing. `mistakes` holds every one found, each with its place."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class SourceError(PosecheckError):
    """A video or camera cannot be read."""


class BrokenSourceError(SourceError):
    """A source failed after it had given frames. `t_s` is the time of the last good one; what was read stands."""

    def __init__(self, message: str, t_s: float) -> None:
        super().__init__(message)
        self.t_s = t_s


class ModelError(PosecheckError):
    """The model's weights are missing, damaged, or not a pose model."""


class OutputError(PosecheckError):
    """A result cannot be written."""


class RecordingError(PosecheckError):
    """A recording cannot be read back."""


class HistoryError(PosecheckError):
    """The history cannot be made, read or written, is damaged, or is not one this posecheck knows."""
