"""What a video file says of itself, read from its own bytes: kind, tracks, whether it is whole.

OpenCV says only "opened" or "not opened", "a frame" or "no frame". To say *why*, and to know whether the end of
the frames is the end of the recording, a few bytes of the container itself are read. Nothing is decoded.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

#: Enough for the headers of every container known here; an mp4's index is read in full, wherever it stands.
_HEAD_BYTES: Final = 1 << 20
#: An index beyond this is not read: it would be hundreds of hours.
_INDEX_LIMIT_BYTES: Final = 256 << 20
_EBML: Final = b"\x1a\x45\xdf\xa3"
_SEGMENT: Final = b"\x18\x53\x80\x67"
_TOP_BOXES: Final = frozenset(
    (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"styp", b"sidx", b"pnot")
)


class Kind(StrEnum):
    """The families of files that are told apart."""

    MP4 = "mp4"
    MATROSKA = "matroska"
    AVI = "avi"
    SOUND = "sound"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found; the defaults mean "it does not say"."""

    kind: Kind = Kind.OTHER
    has_picture: bool | None = None
    """Whether there is a video track."""
    has_index: bool = True
    """False for an mp4 that ends before its table of frames was written: nobody can open it."""
    cut_off: bool = False
    """Whether the file ends before the length its own headers declare."""
    trimmed: bool = False
    """Whether an edit list shows only a part of the frames, so that their declared number means nothing."""
    duration_s: float | None = None
    """Length of the picture track after trimming, where the headers give it exactly (mp4)."""


def inspect(path: Path) -> Facts:
    """Read the facts of an existing file. Never raises for odd content; OSError if the file cannot be read."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = path.stat().st_size
        if head[4:8] in _TOP_BOXES:
            return _mp4(file, size)
        if head.startswith(_EBML):
            return _matroska(head, size)
        if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
            return _avi(file, head, size)
    if _is_sound(head):
        return Facts(Kind.SOUND, has_picture=False)
    return Facts(Kind.TEXT, has_picture=False) if _is_text(head) else Facts()


def _is_sound(head: bytes) -> bool:
    if head.startswith((b"ID3", b"fLaC")) or (head.startswith(b"RIFF") and head[8:12] == b"WAVE"):
        return True
    if head.startswith(b"OggS"):
        return b"theora" not in head[:4096] and (b"vorbis" in head[:4096] or b"OpusHead" in head[:4096])
    return False


def _is_text(head: bytes) -> bool:
    sample = head[:4096]
    if b"\0" in sample:
        return False
    try:
        text = sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:  # not merely a letter cut at the end of the sample
            return False
        text = sample[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\t\r\n\f\ufeff" for letter in text)


# ----------------------------------------------------------------------------------------------------------- mp4
def _boxes(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """The boxes of `data[begin:end]` as (kind, begin of content, end of content); stops at the first odd one."""
    end = len(data) if end is None else end
    while begin + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, begin)
        header = 8
        if size == 1 and begin + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, begin + 8)
            header = 16
        elif size == 0:
            size = end - begin
        if size < header or begin + size > end:
            return
        yield kind, begin + header, begin + size
        begin += size


def _mp4(file: BinaryIO, size: int) -> Facts:
    begin, cut_off, moov = 0, False, None
    while begin < size:
        file.seek(begin)
        header = file.read(16)
        if len(header) < 8:
            cut_off = True
            break
        length, kind = struct.unpack_from(">I4s", header)
        skip = 8
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack_from(">Q", header, 8)
            skip = 16
        elif length == 0:
            length = size - begin
        if length < skip:
            break  # padding after the last box
        if begin + length > size:
            cut_off = True
            break
        if kind == b"moov" and length <= _INDEX_LIMIT_BYTES:
            file.seek(begin + skip)
            moov = file.read(length - skip)
        begin += length
    if moov is None:
        return Facts(Kind.MP4, has_index=False, cut_off=cut_off)
    try:
        return _mp4_index(moov, cut_off=cut_off)
    except (struct.error, IndexError):  # a box too short for what it should hold: let the decoder have its say
        return Facts(Kind.MP4, cut_off=cut_off)


def _mp4_index(moov: bytes, *, cut_off: bool) -> Facts:
    handlers = set(re.findall(rb"hdlr.{8}(vide|soun)", moov, re.DOTALL))
    movie_per_s = 0
    for kind, begin, end in _boxes(moov):
        if kind == b"mvhd":
            movie_per_s, _ = _clock(moov, begin)
        elif kind == b"trak" and re.search(rb"hdlr.{8}vide", moov[begin:end], re.DOTALL):
            media_s, shown_s = _track_times(moov, begin, end, movie_per_s)
            trimmed = shown_s is not None and media_s is not None and shown_s < media_s - max(0.1, 0.02 * media_s)
            duration_s = (media_s if shown_s is None else shown_s) or None
            return Facts(Kind.MP4, has_picture=True, cut_off=cut_off, trimmed=trimmed, duration_s=duration_s)
    return Facts(Kind.MP4, has_picture=None if not handlers else b"vide" in handlers, cut_off=cut_off)


def _clock(moov: bytes, begin: int) -> tuple[int, int]:
    """Ticks per second and length in ticks of an mvhd or mdhd box."""
    wide = moov[begin] == 1
    ticks_per_s, length = struct.unpack_from(">IQ" if wide else ">II", moov, begin + (20 if wide else 12))
    unknown = (1 << 64) - 1 if wide else (1 << 32) - 1
    return ticks_per_s, 0 if length == unknown else length


def _track_times(moov: bytes, begin: int, end: int, movie_per_s: int) -> tuple[float | None, float | None]:
    """Seconds of a track as filmed, and as its edit list shows them; None where it does not say."""
    media_s: float | None = None
    shown_s: float | None = None
    for kind, inner, stop in _boxes(moov, begin, end):
        if kind == b"mdia":
            for deeper, at, _ in _boxes(moov, inner, stop):
                if deeper == b"mdhd":
                    ticks_per_s, length = _clock(moov, at)
                    media_s = length / ticks_per_s if ticks_per_s else None
        elif kind == b"edts" and movie_per_s:
            for deeper, at, until in _boxes(moov, inner, stop):
                if deeper == b"elst":
                    shown_s = _edits(moov, at, until) / movie_per_s or None  # 0: written before it was known
    return media_s, shown_s


def _edits(moov: bytes, begin: int, end: int) -> int:
    """Ticks of the movie's clock that an edit list shows; pauses before the first picture are left out."""
    wide = moov[begin] == 1
    entry = struct.Struct(">QqI" if wide else ">IiI")
    shown = 0
    at = begin + 8
    while at + entry.size <= end:
        length, media_time, _ = entry.unpack_from(moov, at)
        shown += length if media_time >= 0 else 0
        at += entry.size
    return shown


# ---------------------------------------------------------------------------------------------------- Matroska, AVI
def _matroska(head: bytes, size: int) -> Facts:
    codecs = set(re.findall(rb"\x86[\x80-\xbf]([VA])_", head))
    has_picture = None if not codecs else b"V" in codecs
    at = head.find(_SEGMENT, 4)
    if at < 0 or at + 5 > len(head):
        return Facts(Kind.MATROSKA, has_picture=has_picture)
    at += 4
    width = 9 - head[at].bit_length()  # the number of leading zero bits says how many bytes the length takes
    length = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    unknown = length == (1 << 7 * width) - 1  # recorded live: nobody knew how long it would be
    return Facts(Kind.MATROSKA, has_picture=has_picture, cut_off=not unknown and at + width + length > size)


def _avi(file: BinaryIO, head: bytes, size: int) -> Facts:
    kinds = set(re.findall(rb"strh.{4}(vids|auds)", head, re.DOTALL))
    begin, cut_off = 0, False
    while begin + 8 <= size:  # a long AVI is a row of RIFF lists
        file.seek(begin)
        name, length = struct.unpack("<4sI", file.read(8))
        if name != b"RIFF":
            break
        begin += 8 + length + length % 2
        cut_off = begin - length % 2 > size
    return Facts(Kind.AVI, has_picture=None if not kinds else b"vids" in kinds, cut_off=cut_off)
