"""The sound of the source, carried over into an annotated mp4: packet by packet, undecoded.

Its times are moved so that it stays in step with the picture, whose clip begins with its own first frame.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Self

_log = logging.getLogger(__name__)

#: Kinds of sound that an mp4 may hold as they are. Others (raw samples, Vorbis) are left out, and the log says so.
COPIED: Final = frozenset(("aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"))


@dataclass(frozen=True, slots=True)
class Sound:
    """Where the sound comes from, and which second of the source is second 0 of the new file."""

    path: Path
    begin_s: float


class SoundTrack:
    """Copies the packets of one sound stream into an open mp4. Made by `of`, before the first picture is written."""

    def __init__(self, source: Any, stream: Any, target: Any, out: Any, begin_s: Fraction) -> None:
        self._source = source
        self._target = target
        self._out = out
        self._begin_s = begin_s
        self._packets: Iterator[Any] = iter(source.demux(stream))
        self._waiting: Any = None

    @classmethod
    def of(cls, av: Any, target: Any, sound: Sound) -> Self | None:
        """The sound of a file as a new stream of `target`; None where it has none that can be copied."""
        try:
            source = av.open(str(sound.path))
        except (OSError, ValueError, av.FFmpegError) as error:
            _log.warning("the sound of %s is left out: %s", sound.path, error)
            return None
        stream = next(iter(source.streams.audio), None)
        if stream is None or stream.codec_context.name.removesuffix("float") not in COPIED:
            if stream is not None:
                _log.warning("the sound of %s is left out: mp4 cannot hold %s", sound.path, stream.codec_context.name)
            source.close()
            return None
        # The source's second 0 is its first picture, whatever number the container gives that.
        picture = source.streams.video[0]
        first_s = Fraction(0) if picture.start_time is None else picture.start_time * picture.time_base
        out = target.add_stream_from_template(stream)
        return cls(source, stream, target, out, first_s + Fraction(sound.begin_s).limit_denominator(1_000_000))

    def until(self, t_s: float) -> None:
        """Add every packet that begins at or before `t_s` of the new file."""
        while True:
            packet = self._waiting if self._waiting is not None else next(self._packets, None)
            self._waiting = None
            if packet is None:
                return
            if packet.pts is None or packet.dts is None:
                continue
            shift = round(self._begin_s / packet.time_base)
            if packet.pts - shift < 0:
                continue
            if float((packet.pts - shift) * packet.time_base) > t_s:
                self._waiting = packet
                return
            packet.pts -= shift
            packet.dts -= shift
            packet.stream = self._out
            self._target.mux(packet)

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()
