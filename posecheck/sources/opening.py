"""Opening a video file: say in one sentence what is wrong with it, or what is known before its first frame."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final, NamedTuple

import cv2

from posecheck.errors import SourceError
from posecheck.sources import container
from posecheck.sources.base import SourceInfo

#: Below this no joint can be determined from the next one.
MIN_SIDE_PX: Final = 32
#: Frames looked at before the first is delivered, to see whether the file has times at all.
_PROBE_FRAMES: Final = 4
#: Reads to try when a frame cannot be decoded and more must follow: one damaged packet costs a second of frames
#: at most, and trying at the end of a file takes 26 µs each.
_READ_TRIES: Final = 300
#: Rates outside this are a container's time base or nonsense, not a camera's.
_SANE_FPS: Final = (1.0, 480.0)
_ADDRESS: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]+:")  # two letters at least: `C:` is a drive
_PICTURES: Final = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".heic"))


class Probe(NamedTuple):
    """What opening the file and reading its first frames showed."""

    info: SourceInfo
    frames_declared: int | None
    """How many frames the headers count; None where they only tell a length."""
    made_fps: float | None
    """The rate to make times from, where the file has none."""


def local_file(name: str) -> Path:
    """The path of an existing local file. Raises SourceError, saying what it is instead."""
    path = Path(name)
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:  # FFmpeg's wrapper crashes on such a name
        raise SourceError(f"The name {name!a} is not valid text here. Rename the file.") from error
    try:
        if path.is_dir():
            raise SourceError(f"{name} is a folder. Name a video file in it.")
        if path.is_file():
            return path.resolve()  # absolute, so that no part of FFmpeg takes it for an address
        if path.exists():
            raise SourceError(f"{name} is neither a file nor a folder. posecheck reads video files.")
    except (OSError, ValueError) as error:  # no permission on a folder above; a name no file can have
        raise SourceError(f"Cannot read {name}: {getattr(error, 'strerror', None) or error}.") from error
    if _ADDRESS.match(name):
        raise SourceError(f"{name} is an address, and posecheck makes no network connection. Download the video first.")
    raise SourceError(f"No such file: {name}. Check the spelling and the folder.")


def inspect(path: Path, name: str) -> container.Facts:
    """The container's facts. Raises SourceError for what needs no decoder to be refused."""
    try:
        if path.stat().st_size == 0:
            raise SourceError(f"{name} is empty (zero bytes). Copy or record it again.")
        facts = container.inspect(path)
    except OSError as error:
        raise SourceError(f"Cannot read {name}: {error.strerror or error}.") from error
    if facts.kind is container.Kind.TEXT:
        raise SourceError(f"{name} is a text file, not a video, whatever its name ends with.")
    if path.suffix.lower() in _PICTURES:
        raise SourceError(f"{name} is a still picture. posecheck reads videos.")
    if facts.has_picture is False:
        raise SourceError(f"{name} has sound but no picture. posecheck needs a video track.")
    if not facts.has_index:
        raise SourceError(
            f"{name} has lost its index (it was cut off before its end), so no frame can be found in it. "
            "Copy or download it again."
        )
    return facts


def open_video(path: Path) -> cv2.VideoCapture | None:
    """The file, open, with the rotation a phone noted applied; None if FFmpeg cannot open it."""
    # The backend is named because OpenCV would otherwise try others, which read numbered pictures and devices.
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        capture.release()
        return None
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    return capture


def probe(path: Path, name: str, facts: container.Facts) -> Probe:
    """Open the file and read its first frames. Raises SourceError for what only a decoder can tell."""
    capture = open_video(path)
    if capture is None:
        raise SourceError(f"{name} is not a video that can be read here. Try converting it to mp4 (H.264).")
    try:
        stamps_s: list[float] = []
        size: tuple[int, int] | None = None
        offset_s = 0.0
        fps = _sane(capture.get(cv2.CAP_PROP_FPS))
        while len(stamps_s) < _PROBE_FRAMES and grab(capture):
            stamps_s.append(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0)
            read, image = capture.retrieve()
            if read and size is None:
                size = (image.shape[1], image.shape[0])
                offset_s = _offset_s(capture, stamps_s[-1], fps)
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        raw_fps = capture.get(cv2.CAP_PROP_FPS)
    finally:
        capture.release()
    if size is None:
        raise SourceError(f"No frame of {name} can be decoded. It may be damaged, or of a kind not supported here.")
    if min(size) < MIN_SIDE_PX:
        raise SourceError(
            f"{name} is {size[0]}×{size[1]} px: too small to see a person. {MIN_SIDE_PX} px a side is the least."
        )
    made_fps = None
    if len(stamps_s) > 1 and not stamps_s[-1] > stamps_s[0]:
        made_fps = fps
        if made_fps is None:
            raise SourceError(f"{name} has no usable times and no frame rate. Try converting it to mp4.")
    declared = round(count) if math.isfinite(count) and 1 <= count < 1e9 else None
    duration_s = facts.duration_s
    if duration_s is None and declared is not None and math.isfinite(raw_fps) and raw_fps > 0:
        duration_s = declared / raw_fps - offset_s
        declared = max(1, declared - round(offset_s * raw_fps))
    exact = declared if facts.kind in (container.Kind.MP4, container.Kind.AVI) else None
    estimate = declared if fps is not None else None  # without a rate the number counts ticks of a clock, not frames
    if facts.trimmed and duration_s is not None and fps is not None:
        estimate = max(1, round(duration_s * fps))
    return Probe(SourceInfo(*size, fps, duration_s, estimate), exact, made_fps)


def _sane(fps: float) -> float | None:
    return fps if math.isfinite(fps) and _SANE_FPS[0] <= fps <= _SANE_FPS[1] else None


def _offset_s(capture: cv2.VideoCapture, stamp_s: float, fps: float | None) -> float:
    """How much later than 0 the file's own clock stands at its first frame: the declared length of a Matroska file
    counts from 0, OpenCV's times from the first frame.
    """
    own = capture.get(cv2.CAP_PROP_PTS)
    if fps is None or not 0 <= own < 1e9:
        return 0.0
    return max(0.0, own / fps - stamp_s)


def notes(probed: Probe) -> tuple[str, ...]:
    """What the user should know about how the file is read; a sentence each."""
    if probed.made_fps is None:
        return ()
    note = f"The file has no times of its own: they are made from its nominal rate of {probed.made_fps:g} frames/s."
    return (f"{note} If that rate is wrong, every duration is.",)


def grab(capture: cv2.VideoCapture) -> int:
    """Decode the next frame: after how many tries it came; 0 when none is left."""
    for tries in range(1, _READ_TRIES + 1):
        if capture.grab():
            return tries
    return 0
