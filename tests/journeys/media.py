"""Awkward video files, made for real: each function writes one and returns its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np

from posecheck.records import Bytes
from posecheck.resources import samples_dir
from posecheck.sources.video import VideoSource


def sample_frames(stem: str = "standing_fold_rounded", *, from_s: float = 2.6, count: int = 20) -> list[Bytes]:
    """Pictures of a sample clip, (480, 640, 3) RGB."""
    with VideoSource(samples_dir() / f"{stem}.mp4", from_s=from_s) as source:
        return [frame.image_rgb for frame in islice(source.frames(), count)]


def encode(
    path: Path,
    pictures: Sequence[Bytes],
    *,
    times_s: Sequence[float] | None = None,
    pixels: str = "yuv420p",
    codec: str = "libx264",
    rotate_deg: int = 0,
) -> Path:
    """Write pictures as a video, each at its own time; `rotate_deg` is written as the container's display matrix."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.time_base = Fraction(1, 1000)
            frame.pts = round(1000 * (times_s[number] if times_s is not None else number / 30))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return _rotated(path, rotate_deg) if rotate_deg else path


def _rotated(path: Path, rotate_deg: int) -> Path:
    """Set the display matrix in the track header of an mp4: the file's pictures stay as they are."""
    cos, sin = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[rotate_deg]
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 4 * 5 + 8 + 8  # version and flags, five times and numbers, reserved, layer…
    matrix = [cos << 16, sin << 16, 0, -sin << 16, cos << 16, 0, 0, 0, 1 << 30]
    data[at : at + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in matrix)
    path.write_bytes(bytes(data))
    return path


def endless(path: Path, clip: Path, times: int = 12) -> Path:
    """The pictures of a clip over and over, each time later: over a minute, whose end no test waits for.

    Looking at it takes many times the processor time of what a test does meanwhile, on a slow machine as on a fast one.
    """
    with av.open(str(clip)) as source:
        picture = source.streams.video[0]
        assert picture.duration is not None
        with av.open(str(path), "w") as target:
            out: Any = target.add_stream_from_template(picture)
            for round_number in range(times):
                source.seek(0)
                for packet in source.demux(picture):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.dts += round_number * picture.duration
                    packet.pts += round_number * picture.duration
                    packet.stream = out
                    target.mux(packet)
    return path


def audio_only(path: Path) -> Path:
    """A file with sound and no picture."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("aac", rate=44100)
        for number in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 44100
            frame.pts = number * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def cut_in_half(path: Path, whole: Path) -> Path:
    """The first half of a file's bytes."""
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def two_people() -> Iterator[Bytes]:
    """Pictures with two people side by side."""
    left = sample_frames("standing_fold_rounded", count=12)
    right = sample_frames("hinge_clean_then_rounded", count=12)
    for one, other in zip(left, right, strict=True):
        yield np.ascontiguousarray(np.hstack([one[:, 120:520], other[:, 120:520]]))


def empty_room() -> Bytes:
    """A picture with nobody in it."""
    picture = np.full((480, 640, 3), 190, np.uint8)
    picture[340:] = (120, 90, 60)
    return picture


Maker = Callable[[Path], Path]
