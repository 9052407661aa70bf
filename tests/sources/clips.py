"""Awkward video files, made on the spot: every frame is one shade of grey that tells its number."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from posecheck.records import Bytes, Frame

SHADE_STEP = 4
MS = Fraction(1, 1000)


def shade(number: int) -> int:
    """The grey of frame `number`, 0..50."""
    return 20 + SHADE_STEP * number


def number_of(frame: Frame) -> int:
    """Which frame of the clip this is, read from its middle."""
    height, width = frame.image_rgb.shape[:2]
    return round((float(frame.image_rgb[height // 2, width // 2].mean()) - 20) / SHADE_STEP)


def stamps_ms(count: int, fps: float = 30.0) -> list[int]:
    """Evenly spaced times."""
    return [round(i * 1000 / fps) for i in range(count)]


def picture(number: int, width: int = 64, height: int = 48) -> Bytes:
    """Frame `number`, with its top left corner red, so that turning it shows."""
    image = np.full((height, width, 3), shade(number), np.uint8)
    image[: height // 4, : width // 4] = (230, 30, 30)
    return image


def write(
    path: Path,
    times_ms: Sequence[int],
    *,
    codec: str = "libx264",
    width: int = 64,
    height: int = 48,
    pix_fmt: str = "yuv420p",
    container: str | None = None,
    faststart: bool = False,
    noise: bool = False,
) -> Path:
    """A clip with a frame at each time; keyframes every ten frames. `noise` makes it large enough to be cut."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w", format=container, options={"movflags": "faststart"} if faststart else {}) as out:
        stream = out.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        # An AVI has no times but a rate: with a finer clock it would be full of empty frames.
        tick = Fraction(1, 30) if path.suffix == ".avi" else MS
        stream.time_base = stream.codec_context.time_base = tick
        stream.codec_context.gop_size = 10
        stream.bit_rate = 4_000_000  # so that every codec keeps the shades apart
        for number, time_ms in enumerate(times_ms):
            image = picture(number, width, height)
            if noise:
                image[-height // 4 :] = rng.integers(0, 255, (height // 4, width, 3))
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(time_ms * MS / tick), tick
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


def write_sound(path: Path) -> Path:
    """A file with a sound track only."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        for number in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, number * 1024
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


def turn(path: Path, clockwise_deg: int) -> Path:
    """Write into an mp4 that it must be turned for showing, as phones do (the display matrix of the track)."""
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd") + 4
    at += 4 + (20 if data[at] == 0 else 32) + 16
    one = 1 << 16
    a, b, c, d = {90: (0, one, -one, 0), 180: (-one, 0, 0, -one), 270: (0, -one, one, 0)}[clockwise_deg]
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def trim(path: Path, from_s: float, lasts_s: float) -> Path:
    """Rewrite the edit list of an mp4 so that only a part is shown, as a phone's "trim" does."""
    data = bytearray(path.read_bytes())
    movie_per_s = struct.unpack_from(">I", data, data.find(b"mvhd") + 16)[0]
    media_per_s = struct.unpack_from(">I", data, data.find(b"mdhd") + 16)[0]
    at = data.find(b"elst") + 12
    start = struct.unpack_from(">i", data, at + 4)[0]
    struct.pack_into(">Ii", data, at, round(lasts_s * movie_per_s), start + round(from_s * media_per_s))
    path.write_bytes(data)
    return path


def cut(path: Path, share: float = 0.5) -> Path:
    """Keep only the first part of the file's bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path
