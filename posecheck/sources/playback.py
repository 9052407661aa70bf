"""A video played through the camera's path: to try `live` without a camera, and to prove both paths give the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

from posecheck.records import Bytes, Frame
from posecheck.sources.base import FrameSource

Pace = Literal["real time", "lockstep"]


class PlaybackDevice:
    """A capture device whose camera is a video. Its times stay the video's own; its end is an orderly end.

    "real time": each frame comes when it is due, counted from the first, so that a slow consumer misses frames as with
    a camera. "lockstep": the next frame comes when the last was taken, so that none is missed.

    Errors of the video come out as themselves. Closing the device closes the video.

    `clock` gives seconds that never jump; `wait(event, s)` returns after `s` seconds of that clock, or as soon as the
    event is set.
    """

    ends_by_itself = True

    def __init__(
        self,
        source: FrameSource,
        pace: Pace,
        *,
        clock: Callable[[], float] = time.perf_counter,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
    ) -> None:
        self.info = source.info
        self.waits_for_taker = pace == "lockstep"
        self._source = source
        self._frames: Iterator[Frame] | None = None
        self._clock, self._wait = clock, wait
        self._interrupted = threading.Event()
        self._begun_s = 0.0
        """The clock's reading at which the video's time was 0."""

    def read(self) -> tuple[Bytes, float | None] | None:
        """The next frame with the video's time, when it is due; None at the end or when interrupted."""
        beginning = self._frames is None
        if self._frames is None:
            self._frames = self._source.frames()
        frame = next(self._frames, None)
        if frame is None:
            return None
        if beginning:
            self._begun_s = self._clock() - frame.t_s
        if not self.waits_for_taker:
            due_in_s = self._begun_s + frame.t_s - self._clock()
            if due_in_s > 0.0:
                self._wait(self._interrupted, due_in_s)
        return None if self._interrupted.is_set() else (frame.image_rgb, frame.t_s)

    def interrupt(self) -> None:
        """End a wait for the next frame."""
        self._interrupted.set()

    def close(self) -> None:
        """Close the video."""
        self._source.close()
