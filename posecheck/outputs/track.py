"""What a page needs of every frame to draw it again: a few numbers a frame, packed small.

Each group is a table of whole numbers, kept column after column as the differences from frame to frame (neighbouring
frames are nearly alike), deflated; the page carries it in base64. `static/track.js` reads it. NaN is `UNSEEN`. It is
packed chunk by chunk while the session runs, so that an hour is never held unpacked. Ten minutes at 30 frames/s come to
about a megabyte.
"""

from __future__ import annotations

import math
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from posecheck.body import SKELETON, Side
from posecheck.outputs.overlay import HEAD_TRUNKS, head_px
from posecheck.reasons import Reason
from posecheck.records import CONTOUR_ROWS, PAUSE_S, QUANTITIES, Assessment, Floats, Verdict

#: A value that was not seen; no angle, place or offset comes near it.
UNSEEN: Final = -32768
#: Places are kept in quarters of a pixel: finer than anything drawn, and enough for pictures of 8192 px.
PER_PX: Final = 4.0
#: Angles are kept in tenths of a degree, shares in thousandths, offsets of the back in 1/4000 of the trunk's length.
PER_DEG: Final = 10.0
PER_SHARE: Final = 1000.0
PER_CHORD: Final = 4000.0
#: Times are kept in tenths of a millisecond.
PER_S: Final = 10_000.0

#: The landmarks that are drawn, in the order of the columns.
DRAWN: Final = tuple(sorted({end for bone in SKELETON for end in bone}))
#: After them comes the middle of the head, which is drawn where there is no picture.
HEAD: Final = "head"
VERDICTS: Final = (Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN)
#: The rows of the outline that are drawn, from the seat to the shoulders.
BACK_ROWS: Final[Floats] = np.linspace(-0.1, 1.0, 18)

#: Frames that are packed together: enough for deflate to do its best, and less than half a megabyte while they gather.
CHUNK_FRAMES: Final = 2048

_ROUNDING: Final = "spine_rounding"
_SHOWN_VISIBILITY: Final = 0.3
_MOST_REASONS: Final = 400
_SCALE: Final = np.array([PER_SHARE if quantity.unit == "" else PER_DEG for quantity in QUANTITIES])
_NAMES: Final = tuple(quantity.name for quantity in QUANTITIES)
_TOLD: Final = 6
"""What is told of a frame beside its numbers: verdict, near side, facing, back warned, tenths of hold, reason."""
_SIDES: Final = {Side.LEFT: -1, Side.RIGHT: 1, None: 0}


@dataclass(frozen=True, slots=True)
class Chunk:
    """So many frames one after another, each group packed."""

    points: bytes
    back: bytes
    values: tuple[bytes, ...]
    """One measure each, in the order of `records.QUANTITIES`: the page takes only some of them."""
    told: bytes


class Track:
    """Collects the frames of a session; about 60 bytes each, whatever the size of the pictures."""

    def __init__(self) -> None:
        self.t_s = array("d")
        self.size_px = (0, 0)
        """Width and height of the pictures."""
        self.reasons: list[Reason | None] = [None]
        """Every reason that was given; the first is "no reason"."""
        self._reason_of: dict[Reason | None, int] = {None: 0}
        self._chunks: list[Chunk] = []
        self._spans: list[tuple[float, float, Verdict]] = []
        self._standing = Verdict.UNKNOWN
        self._ever = np.zeros(len(_NAMES), np.bool_)
        self._points = array("h")
        self._back = array("h")
        self._values = array("h")
        self._told = array("h")

    def put(self, judged: Assessment) -> None:
        """Add one frame; frames come in order of time."""
        seen = judged.sighting
        self.size_px = seen.image_wh
        self._pass_time(judged)
        self.t_s.append(judged.t_s)
        shown = np.where((seen.visibility >= _SHOWN_VISIBILITY)[:, None], seen.landmarks_px, np.nan)
        points = np.concatenate([shown[list(DRAWN)].ravel(), head_px(seen)])
        self._points.frombytes(_whole(points * PER_PX))
        self._back.frombytes(_whole(_back(judged)))
        measures = judged.measures
        values = np.array([measures[name] for name in _NAMES])
        self._ever |= np.isfinite(values)
        self._values.frombytes(_whole(values * _SCALE))
        warned = any(f.rule == _ROUNDING and f.verdict is Verdict.WARN for f in judged.findings)
        self._told.extend(
            (
                VERDICTS.index(judged.verdict),
                _SIDES[measures.view.near_side],
                measures.view.facing,
                int(warned),
                min(round(judged.hold.good_s * 10.0), 32767),
                self._reason_index(judged.reason),
            )
        )
        if len(self._told) == _TOLD * CHUNK_FRAMES:
            self._chunks.append(self._chunk())
            for gathered in (self._points, self._back, self._values, self._told):
                del gathered[:]

    def _pass_time(self, judged: Assessment) -> None:
        """Credit the time since the frame before to what stood then; a pause is UNKNOWN."""
        if self.t_s:
            start_s, end_s, spans = self.t_s[-1], judged.t_s, self._spans
            verdict = self._standing if end_s - start_s <= PAUSE_S else Verdict.UNKNOWN
            if spans and spans[-1][2] is verdict:
                spans[-1] = (spans[-1][0], end_s, verdict)
            else:
                spans.append((start_s, end_s, verdict))
        self._standing = judged.verdict

    def _reason_index(self, reason: Reason | None) -> int:
        found = self._reason_of.get(reason)
        if found is None:
            if len(self.reasons) >= _MOST_REASONS:
                return 0
            found = self._reason_of[reason] = len(self.reasons)
            self.reasons.append(reason)
        return found

    def values(self, name: str) -> Floats:
        """One measure over time, as it was kept; NaN where it was not seen."""
        at = _NAMES.index(name)
        latest = _table(self._values, len(_NAMES))[:, at]
        whole = np.concatenate([*(_unpacked(chunk.values[at]) for chunk in self._chunks), latest])
        return np.where(whole == UNSEEN, np.nan, whole / _SCALE[at])

    def seen(self, name: str) -> bool:
        """Whether a measure was ever seen."""
        return bool(self._ever[_NAMES.index(name)])

    def spans(self) -> list[tuple[float, float, Verdict]]:
        """(from, to, verdict) without holes. An interval belongs to the frame that opens it; a pause is UNKNOWN."""
        return list(self._spans)

    def packed(self, names: Sequence[str]) -> dict[str, Any]:
        """Everything for the page, with the measures `names`, as plain values and bytes (see `page.write_page`)."""
        at = [_NAMES.index(name) for name in names]
        chunks = [*self._chunks, *([self._chunk()] if self._told else [])]
        return {
            "frames": len(self.t_s),
            "size": list(self.size_px),
            "per": {"px": PER_PX, "s": PER_S, "chord": PER_CHORD, "values": _SCALE[at].tolist()},
            "rows": [round(row, 4) for row in BACK_ROWS.tolist()],
            "joints": [*(landmark.name.lower() for landmark in DRAWN), HEAD],
            "head": HEAD_TRUNKS,
            "bones": [[DRAWN.index(a), DRAWN.index(b)] for a, b in SKELETON],
            "t": self._times(),
            "points": [chunk.points for chunk in chunks],
            "back": [chunk.back for chunk in chunks],
            "values": [[chunk.values[one] for chunk in chunks] for one in at],
            "told": [chunk.told for chunk in chunks],
        }

    def _times(self) -> list[bytes]:
        """The times, in the chunks of the rest; each chunk begins with its whole time."""
        ticks = np.rint(np.asarray(self.t_s) * PER_S).astype(np.int32)[:, None]
        return [_pack(ticks[begin : begin + CHUNK_FRAMES]) for begin in range(0, len(ticks), CHUNK_FRAMES)]

    def _chunk(self) -> Chunk:
        """What has gathered since the latest chunk, packed."""
        values = _table(self._values, len(_NAMES))
        return Chunk(
            points=_pack(_table(self._points, 2 * len(DRAWN) + 2)),
            back=_pack(_table(self._back, 4 + len(BACK_ROWS))),
            values=tuple(_pack(values[:, [at]]) for at in range(len(_NAMES))),
            told=_pack(_table(self._told, _TOLD)),
        )


def _table(numbers: array[int], columns: int) -> Any:
    return np.frombuffer(numbers.tobytes(), np.int16).reshape(-1, columns)


def _back(judged: Assessment) -> Floats:
    """Where the axis of the back begins and ends (quarters of a pixel), and the outline's offsets from it."""
    back = judged.sighting.back
    if back is None:
        return np.full(4 + len(BACK_ROWS), math.nan)
    rows = np.linspace(*CONTOUR_ROWS, back.dorsal.size)
    # Between two samples of which one is not seen nothing is drawn: interpolation carries the NaN on.
    offsets = np.interp(BACK_ROWS, rows, back.dorsal) * PER_CHORD
    return np.concatenate([back.hip_px * PER_PX, back.shoulder_px * PER_PX, offsets])


def _whole(values: Floats) -> bytes:
    """Values as 16-bit whole numbers, `UNSEEN` for NaN."""
    with np.errstate(invalid="ignore"):
        whole = np.where(np.isfinite(values), np.clip(np.rint(values), -32767, 32767), UNSEEN)
    return whole.astype(np.int16).tobytes()


def _pack(table: Any) -> bytes:
    """A table of whole numbers: differences along the time, column after column, deflated."""
    steps = table.copy()
    steps[1:] = table[1:] - table[:-1]  # wraps around as whole numbers do, and so does the sum that undoes it
    raw = np.ascontiguousarray(steps.T).astype(f"<i{table.dtype.itemsize}").tobytes()
    return zlib.compress(raw, 6)


def _unpacked(packed: bytes) -> Any:
    """The one column of a packed measure."""
    return np.cumsum(np.frombuffer(zlib.decompress(packed), "<i2"), dtype=np.int16)
