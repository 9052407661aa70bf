"""What every source of pictures is, to those who read from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from posecheck.records import Frame


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source says of itself before its first frame. Only the size is certain; the rest is for showing."""

    width: int
    """Pixels of a frame as the user sees it (rotation applied)."""
    height: int
    fps_nominal: float | None
    """Frames per second as declared; None where there is none or it makes no sense. Never used as a clock."""
    duration_s: float | None
    """Length of the whole file as declared; None for a camera or where it is not known."""
    frames_estimate: int | None
    """About how many frames `frames()` will deliver, for a progress bar; None where nobody can tell."""


class FrameSource(Protocol):
    """Something that gives frames, in order of time.

    Use it as a context manager, or call `close()`; both may be done more than once.
    """

    @property
    def name(self) -> str:
        """The source as the user named it."""
        ...

    @property
    def info(self) -> SourceInfo:
        """Size, rate and length, as far as known before reading."""
        ...

    def frames(self) -> Iterator[Frame]:
        """The frames: `t_s` rises strictly, `index` counts 0, 1, 2 … of what is delivered.

        Raises SourceError if nothing can be read, BrokenSourceError after the last readable frame if the source
        failed on the way. Any other error inside the source comes out as itself.
        """
        ...

    def close(self) -> None:
        """Let go of file or camera and stop every thread."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
