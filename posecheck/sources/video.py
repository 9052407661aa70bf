"""Video files: every frame, in order, each with its own time, read ahead while the model is busy.

How bad files are distinguished stands in `container`; how times are checked and repaired in `timeline`.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import cv2
import numpy as np

from posecheck.errors import BrokenSourceError, SourceError, UsageError
from posecheck.records import Bytes, Frame
from posecheck.sources import opening
from posecheck.sources.ahead import Ahead
from posecheck.sources.base import SourceInfo
from posecheck.sources.timeline import Sampler, Timeline

#: Frames decoded ahead of the model. Two hide the decoder; more only cost memory (6 MB each at full HD).
AHEAD_FRAMES: Final = 3


class VideoSource:
    """A video file: every frame, in order, timed by the container (never by its nominal rate).

    `from_s` and `to_s` deliver only frames with `from_s` <= t_s < `to_s`; `t_s` stays the time within the file, whose
    first frame is at about 0. Frames before `from_s` are decoded and dropped, because OpenCV finds frames by the
    nominal rate, which lands elsewhere in a video of variable rate. Rotation noted by a phone is applied, 8-bit grey
    becomes RGB, sizes may be odd. `frames()` begins at the start each time it is called.

    A file that is cut off or damaged gives every frame that can be read, then `BrokenSourceError` with the second of
    the last good frame before the damage. It counts as such if its headers declare more bytes than there are, if a
    frame could not be decoded but later ones could, or if frames are missing at the end of an untrimmed mp4 or AVI
    (other kinds do not say how many there must be).

    With `sample_fps` only so many frames a second are delivered (see `timeline.Sampler`); each keeps its own time.

    Raises SourceError, one sentence each: an address instead of a file, no such file, a folder, not readable, empty,
    text, a still picture, sound only, an mp4 without its index, not a video, no frame can be decoded, too small
    (a side under 32 px), no usable times, `from_s` behind the end. UsageError: `from_s` negative or not before `to_s`.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        from_s: float | None = None,
        to_s: float | None = None,
        sample_fps: float | None = None,
    ) -> None:
        self.name = str(path)
        _check_span(from_s, to_s)
        self._path = opening.local_file(self.name)
        self._from_s = 0.0 if from_s is None else from_s
        self._to_s = math.inf if to_s is None else to_s
        self._sampler = Sampler(sample_fps)
        self._facts = opening.inspect(self._path, self.name)
        self._probe = opening.probe(self._path, self.name, self._facts)
        self.info = self._with_span(self._probe.info)
        self.times_repaired = 0
        """How many frames of the last reading got another time than the file's own, so that times rise."""
        self.notes: tuple[str, ...] = opening.notes(self._probe)
        """What the user should know about how this file was read; a sentence each."""
        self._readers: weakref.WeakSet[Ahead[Frame]] = weakref.WeakSet()
        self._closed = False

    def frames(self) -> Iterator[Frame]:
        """Every frame of the span, from its start. See the class for what is raised."""
        if self._closed:
            raise ValueError(f"{self.name} is closed")
        reader = Ahead(self._read, AHEAD_FRAMES, f"reader of {self._path.name}")
        self._readers.add(reader)
        return iter(reader)

    def close(self) -> None:
        """Stop every reader thread; an iteration still under way ends."""
        self._closed = True
        for reader in tuple(self._readers):
            reader.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()

    # ------------------------------------------------------------------------------------- in the reader's thread
    def _read(self) -> Iterator[Frame]:
        capture = opening.open_video(self._path)
        if capture is None:
            raise SourceError(f"{self.name} could be opened a moment ago and no longer can. Is the disk still there?")
        try:
            yield from self._deliver(capture)
        finally:
            capture.release()

    def _deliver(self, capture: cv2.VideoCapture) -> Iterator[Frame]:
        timeline = Timeline(self.name, self._probe.made_fps)
        sampler = self._sampler.fresh()
        self.times_repaired = 0
        delivered = 0
        lost_after_s: float | None = None
        while True:
            tries = opening.grab(capture)
            if tries == 0:
                break
            before_s = timeline.last_s
            t_s = timeline.step(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0)
            self.times_repaired = timeline.repaired
            if tries > 1 and lost_after_s is None and t_s >= self._from_s:
                lost_after_s = before_s
            if t_s >= self._to_s:
                if lost_after_s is not None:
                    raise BrokenSourceError(self._damaged(lost_after_s), lost_after_s)
                return
            if t_s < self._from_s or not sampler.takes(t_s):
                continue
            read, image_bgr = capture.retrieve()
            if not read:
                lost_after_s = timeline.last_s if lost_after_s is None else lost_after_s
                continue
            yield Frame(_rgb(image_bgr), t_s, delivered)
            delivered += 1
        self._judge_the_end(timeline, delivered, lost_after_s)

    def _judge_the_end(self, timeline: Timeline, delivered: int, lost_after_s: float | None) -> None:
        """Say what is wrong, if anything, now that no more frames come."""
        declared_s = self._probe.info.duration_s
        of = f" of {declared_s:.1f} s" if declared_s is not None else ""
        if self._facts.cut_off or self._ends_early(timeline):
            at_s = timeline.last_s if lost_after_s is None else lost_after_s
            raise BrokenSourceError(
                f"{self.name} breaks off at {at_s:.2f} s{of}: the rest is missing. What came before it was used; "
                "copy or download the file again for the rest.",
                at_s,
            )
        if lost_after_s is not None:
            raise BrokenSourceError(self._damaged(lost_after_s), lost_after_s)
        if delivered == 0 and self._from_s > 0.0:
            raise SourceError(_beyond(self.name, self._from_s, timeline.last_s))

    def _damaged(self, at_s: float) -> str:
        """The message for a hole in the middle."""
        return (
            f"{self.name} is damaged at {at_s:.2f} s: some frames there cannot be decoded. The frames before and after "
            "were used; copy or download the file again for the rest."
        )

    def _ends_early(self, timeline: Timeline) -> bool:
        """Whether frames that the headers count are missing at the end. Both number and time must fall short: a
        picture may stand still at the end, and an AVI may count frames that repeat the one before.
        """
        declared, declared_s = self._probe.frames_declared, self._probe.info.duration_s
        if declared is None or declared_s is None or self._facts.trimmed:
            return False
        short = declared - timeline.count
        return short > max(2, 0.01 * declared) and declared_s - timeline.last_s > max(0.5, 0.03 * declared_s)

    def _with_span(self, whole: SourceInfo) -> SourceInfo:
        """`whole` with the frames to expect within from_s..to_s. Raises SourceError if the span begins too late."""
        if whole.duration_s is None or whole.frames_estimate is None:
            return whole
        if self._from_s >= whole.duration_s:
            raise SourceError(_beyond(self.name, self._from_s, whole.duration_s))
        share = (min(self._to_s, whole.duration_s) - self._from_s) / whole.duration_s
        frames = max(1, round(whole.frames_estimate * share))
        rate = self._sampler.rate(whole.fps_nominal)
        if rate is not None and whole.fps_nominal is not None:
            frames = max(1, round(frames * rate / whole.fps_nominal))
        return SourceInfo(whole.width, whole.height, rate, whole.duration_s, frames)


def _check_span(from_s: float | None, to_s: float | None) -> None:
    for option, value in (("--from", from_s), ("--to", to_s)):
        if value is not None and not value >= 0.0:
            raise UsageError(f"{option} must be 0 or more seconds, not {value:g}.")
    if from_s is not None and to_s is not None and from_s >= to_s:
        raise UsageError(f"--from {from_s:g} must be before --to {to_s:g}.")


def _beyond(name: str, from_s: float, end_s: float) -> str:
    return f"--from {from_s:g} s is behind the end of {name}, which lasts {end_s:.1f} s."


def _rgb(image: cv2.typing.MatLike) -> Bytes:
    """A decoded picture as read-only RGB."""
    code = cv2.COLOR_GRAY2RGB if image.ndim == 2 or image.shape[2] == 1 else cv2.COLOR_BGR2RGB
    out: Bytes = np.asarray(cv2.cvtColor(image, code), dtype=np.uint8)
    out.flags.writeable = False
    return out
