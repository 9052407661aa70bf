"""Pictures as they travel between page and server: a small head and a JPEG. Looked at before they are decoded.

struct "<BxHHxxId", 20 bytes: kind (1 = JPEG), width, height, seq (uint32), t_ms (float64, the sender's own clock,
which only rises), then the JPEG itself
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from posecheck.records import Bytes, frozen

#: The head of a binary message.
HEAD: Final = struct.Struct("<BxHHxxId")
JPEG: Final = 1
#: No message may be larger, head included.
MOST_BYTES: Final = 4 * 1024 * 1024
#: A picture with fewer pixels a side shows no joints.
LEAST_SIDE_PX: Final = 32
#: No camera's picture is larger than 4K by so much; one that says so would fill the memory.
MOST_PIXELS: Final = 4096 * 4096
#: Lossless enough that no angle moves (measured: lower qualities shift the joints).
_QUALITY: Final = 95
#: A clock beyond a thousand years of milliseconds is none.
_MOST_MS: Final = 3e13
#: Markers of a JPEG's frame header, which holds its size: all SOFn, without DHT (C4), JPG (C8) and DAC (CC).
_FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START, _END, _SCAN = b"\xff\xd8", 0xD9, 0xDA


class JunkError(ValueError):
    """A picture that cannot be used: why, in one line. `seq` is its number, None where not even that is known."""

    code = "junk_frame"

    def __init__(self, message: str, seq: int | None = None) -> None:
        super().__init__(message)
        self.seq = seq


class TooBigError(JunkError):
    """A picture larger than is allowed."""

    code = "too_big"


@dataclass(frozen=True, slots=True)
class Packet:
    """One picture on its way, not decoded yet."""

    seq: int
    t_ms: float
    wh: tuple[int, int]
    jpeg: bytes


def unpack(message: bytes) -> Packet:
    """The picture in a binary message. Raises JunkError, TooBigError when it is none, or not as it says."""
    if len(message) > MOST_BYTES:
        raise TooBigError(f"A picture of {len(message)} bytes is too large: {MOST_BYTES} is the most.")
    if len(message) <= HEAD.size:
        raise JunkError(f"A picture needs a head of {HEAD.size} bytes and a JPEG; {len(message)} bytes came.")
    kind, width, height, seq, t_ms = HEAD.unpack_from(message)
    if kind != JPEG:
        raise JunkError(f"Only pictures of kind {JPEG} (JPEG) are known, not {kind}.", seq)
    if not (math.isfinite(t_ms) and 0.0 <= t_ms <= _MOST_MS):
        raise JunkError("The time of a picture must be milliseconds of a clock that only rises.", seq)
    jpeg = message[HEAD.size :]
    size = size_of(jpeg)
    if size is None:
        raise JunkError("A picture is no JPEG, or is cut off.", seq)
    if size[0] * size[1] > MOST_PIXELS:
        raise TooBigError(f"A picture of {size[0]}×{size[1]} px is too large. Choose a smaller one at the camera.", seq)
    if min(size) < LEAST_SIDE_PX:
        raise JunkError(f"A picture of {size[0]}×{size[1]} px is too small to see a person.", seq)
    if size != (width, height):
        raise JunkError(f"A picture says {width}×{height} px and has {size[0]}×{size[1]}.", seq)
    return Packet(seq, t_ms, size, jpeg)


def pack(seq: int, t_ms: float, image_rgb: Bytes) -> bytes:
    """The binary message of a picture."""
    height, width = image_rgb.shape[:2]
    return HEAD.pack(JPEG, width, height, seq & 0xFFFFFFFF, t_ms) + encode(image_rgb)


def encode(image_rgb: Bytes, quality: int = _QUALITY) -> bytes:
    """A picture as JPEG."""
    done, jpeg = cv2.imencode(".jpg", cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_JPEG_QUALITY, quality))
    assert done  # OpenCV raises where it cannot
    return jpeg.tobytes()


def decode(packet: Packet) -> Bytes:
    """The pixels of a picture, (h, w, 3). Raises JunkError when it cannot be decoded."""
    try:
        image = cv2.imdecode(np.frombuffer(packet.jpeg, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        image = None
    if image is None or (image.shape[1], image.shape[0]) != packet.wh:
        raise JunkError("A picture cannot be decoded: it is damaged.", packet.seq)
    image.flags.writeable = False
    return frozen(image, np.uint8)


def small(jpeg: bytes, width_px: int, quality: int = 80) -> bytes:
    """The same picture at most `width_px` wide; as it is where it cannot be decoded."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    if image is None:
        return jpeg
    height, width = image.shape[:2]
    if width > width_px:
        size = (width_px, max(1, round(height * width_px / width)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return encode(np.asarray(image, np.uint8), quality)


def size_of(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height as a JPEG's own header tells them; None where there is no such header."""
    if not jpeg.startswith(_START):
        return None
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in (_END, _SCAN):
            return None
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", jpeg, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", jpeg, at + 2)[0]
    return None
