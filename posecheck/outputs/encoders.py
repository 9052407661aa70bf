"""Two ways to write a video file: WebM through OpenCV, and H.264 mp4 through PyAV (extra `[h264]`).

Both take RGB pictures of one size with their times, and make their errors OutputErrors.
"""

from __future__ import annotations

import contextlib
import importlib
import math
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np

from posecheck.errors import OutputError
from posecheck.outputs.soundtrack import Sound, SoundTrack
from posecheck.records import Bytes
from posecheck.resources import install_command

__all__ = ["Encoder", "Mp4Encoder", "Sound", "WebmEncoder", "h264_library", "sane_fps"]

#: Used when the source does not know its rate.
USUAL_FPS: Final = 30.0
_FPS_RANGE: Final = (1.0, 120.0)
#: VP8 first: at the same size and quality OpenCV writes it seven times as fast as VP9, and every browser plays it.
_WEBM_CODECS: Final = ("VP80", "VP90")


class Encoder(Protocol):
    """Writes one video file."""

    def write(self, image_rgb: Bytes, t_s: float) -> None:
        """Add a picture that is seen from `t_s` on (seconds from the first picture, rising). Raises OutputError."""

    def close(self) -> None:
        """Finish the file, so that it plays. Raises OutputError if it did not get onto the disk whole."""


def sane_fps(fps_hint: float) -> float:
    """A rate to write at: the hint where it makes sense, else 30."""
    return fps_hint if math.isfinite(fps_hint) and _FPS_RANGE[0] <= fps_hint <= _FPS_RANGE[1] else USUAL_FPS


def h264_library(path: Path) -> Any:
    """PyAV. Raises OutputError, naming the file it is wanted for, where the extra is not installed."""
    try:
        return importlib.import_module("av")
    except ImportError:
        raise OutputError(
            f"Cannot write {path}: mp4 needs an extra part. Install it with {install_command('h264')}, or write .webm."
        ) from None


class WebmEncoder:
    """VP8 (or VP9) in WebM through OpenCV, which knows one constant rate only.

    A source with a varying rate keeps its real time all the same: each picture stands for as many frames of the file as
    it was seen, to the nearest frame; pictures that come faster than the file's rate give way to the next one.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps_hint: float) -> None:
        self._path = path
        self._fps = sane_fps(fps_hint)
        self._written = 0
        self._pending: Bytes | None = None
        self._pending_slot = 0
        self._failed = False
        _check_writable(path)
        for codec in _WEBM_CODECS:
            fourcc = cv2.VideoWriter.fourcc(*codec)
            with contextlib.suppress(cv2.error):
                self._writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, fourcc, self._fps, size)
                if self._writer.isOpened():
                    return
        raise OutputError(f"Cannot write {path}: this OpenCV has no VP8 or VP9 encoder. Try {install_command('h264')}.")

    def write(self, image_rgb: Bytes, t_s: float) -> None:
        """Add a picture that is seen from `t_s` on."""
        slot = math.floor(t_s * self._fps + 0.5)
        self._flush(slot)
        self._pending, self._pending_slot = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR), slot  # type: ignore[assignment]

    def close(self) -> None:
        """Write the last picture for one frame, and check that the file can be read back."""
        try:
            if not self._failed:
                self._flush(self._pending_slot + 1)
        finally:
            self._writer.release()
        if self._failed or self._written == 0:
            return
        back = cv2.VideoCapture(str(self._path))  # OpenCV does not say when a disk is full: look what got there
        try:
            frames = back.get(cv2.CAP_PROP_FRAME_COUNT) if back.isOpened() else 0.0
        finally:
            back.release()
        if frames < self._written - 1:
            raise OutputError(f"Cannot write {self._path}: the file did not get onto the disk whole. Is it full?")

    def _flush(self, until_slot: int) -> None:
        if self._pending is None:
            return
        try:
            while self._written < until_slot:
                self._writer.write(self._pending)
                self._written += 1
        except cv2.error as error:
            self._failed = True
            raise OutputError(f"Cannot write {self._path}: {error.err}") from None


class Mp4Encoder:
    """H.264 (yuv420p, plays everywhere, index at the front) through PyAV, with the times the pictures really had."""

    _TICKS: Final = 90_000

    def __init__(self, path: Path, size: tuple[int, int], fps_hint: float, sound: Sound | None = None) -> None:
        self._av = h264_library(path)
        self._path = path
        self._last_tick = -1
        self._failure: OutputError | None = None
        _check_writable(path)
        try:
            self._file = self._av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
            self._stream = self._file.add_stream("libx264", rate=Fraction(sane_fps(fps_hint)).limit_denominator(1001))
            self._stream.width, self._stream.height = size
            self._stream.pix_fmt = "yuv420p"
            self._stream.options = {"preset": "veryfast", "crf": "20"}
            self._stream.codec_context.time_base = Fraction(1, self._TICKS)
            self._sound = None if sound is None else SoundTrack.of(self._av, self._file, sound)
        except (OSError, ValueError, self._av.FFmpegError) as error:
            raise self._failed(error) from None

    def write(self, image_rgb: Bytes, t_s: float) -> None:
        """Add a picture that is seen from `t_s` on."""
        picture = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(image_rgb), format="rgb24")
        picture.pts = self._last_tick = max(round(t_s * self._TICKS), self._last_tick + 1)
        picture.time_base = Fraction(1, self._TICKS)
        self._encode(picture)
        if self._sound is not None:
            self._add_sound(self._sound, t_s)

    def close(self) -> None:
        """Finish the file: what is still in the encoder, and the index."""
        shown = self._failure
        if self._last_tick >= 0 and shown is None:
            with contextlib.suppress(OutputError):  # kept, and raised below once the file is closed
                self._encode(None)
                if self._sound is not None:
                    self._add_sound(self._sound, self._last_tick / self._TICKS)
        try:
            if self._sound is not None:
                self._sound.close()
            self._file.close()
        except (OSError, ValueError, self._av.FFmpegError) as error:
            self._failure = self._failure or self._failed(error)
        if self._failure is not shown and self._failure is not None:
            raise self._failure

    def _encode(self, picture: Any) -> None:
        if self._failure is not None:  # going on after an error makes the library crash the process
            raise self._failure
        try:
            for packet in self._stream.encode(picture):
                self._file.mux(packet)
        except (OSError, ValueError, self._av.FFmpegError) as error:
            self._failure = self._failed(error)
            raise self._failure from None

    def _add_sound(self, track: SoundTrack, until_s: float) -> None:
        """Bring the sound as far as the picture."""
        try:
            track.until(until_s)
        except (OSError, ValueError, self._av.FFmpegError) as error:
            self._failure = self._failed(error)
            raise self._failure from None

    def _failed(self, error: Exception) -> OutputError:
        why = getattr(error, "strerror", None) or str(error)
        return OutputError(f"Cannot write {self._path}: {why}. Free some space or choose another folder with -o.")


def _check_writable(path: Path) -> None:
    """Raise OutputError with the system's own reason, which neither library passes on."""
    try:
        with path.open("wb"):
            pass
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Free some space or choose another folder with -o."
        ) from None
