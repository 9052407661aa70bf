"""What every pose model is, to those who ask it."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from posecheck.records import Detection, Frame


class LandmarkBackend(Protocol):
    """A pose model that follows one person through the frames of one stream.

    Use it as a context manager, or call `close()`; both may be done more than once.
    """

    @property
    def name(self) -> str:
        """The model, for people and for the header of a recording."""
        ...

    @property
    def model_sha256(self) -> str:
        """Hash of the weights, 64 hex digits: results with another one are not comparable."""
        ...

    def detect(self, frame: Frame) -> Detection:
        """What is seen of the person in `frame`.

        Frames come in order of time; a time that does not rise begins a new stream. Nobody in the picture is an
        answer, not an error: NaN arrays, no mask. The same frames with the same times give the same bits.
        """
        ...

    def close(self) -> None:
        """Let go of the model."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
