"""The protocol of every pose model."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from posecheck.body import ALL_LANDMARKS, Landmark
from posecheck.records import Detection, Floats, Frame, frozen


class LandmarkBackend(Protocol):
    """A pose model that follows one person through the frames of one stream.

    Use it as a context manager, or call `close()`; both may be done more than once.
    """

    @property
    def name(self) -> str:
        """Name and version of the model, for people and for the header of a recording."""
        ...

    @property
    def model_sha256(self) -> str:
        """Hash of the weights, 64 hex digits: results with another one are not comparable."""
        ...

    @property
    def landmarks(self) -> frozenset[Landmark]:
        """The landmarks it reports. All others are NaN in every sighting, and measures that need them are UNKNOWN.

        Shoulders and hips, in the picture and in metres (`Detection.world_m`), and the mask are needed for the spine.
        """
        ...

    def begin(self) -> None:
        """Let the next frame begin a new stream, whatever its time."""
        ...

    def detect(self, frame: Frame) -> Detection:
        """The followed person in `frame`.

        Frames come in order of time; a time that does not rise begins a new stream. Nobody in the picture is a
        result, not an error: NaN arrays, no mask. The same frames with the same times give the same bits.
        """
        ...

    def close(self) -> None:
        """Release the model."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


def only_reported(detection: Detection, landmarks: frozenset[Landmark]) -> Detection:
    """`detection` with NaN for every landmark that is not among `landmarks`: a backend need not fill the other rows."""
    if landmarks == ALL_LANDMARKS:
        return detection
    rows = sorted(ALL_LANDMARKS - landmarks)

    def without(values: Floats) -> Floats:
        out = values.copy()
        out[rows] = np.nan
        return frozen(out, np.float64)

    return replace(
        detection,
        landmarks_px=without(detection.landmarks_px),
        visibility=without(detection.visibility),
        world_m=without(detection.world_m),
    )
