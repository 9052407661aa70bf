"""What a page needs of every frame to draw it again: a few numbers a frame, packed small.

Each group is a table of whole numbers, kept column after column as the differences from frame to frame (neighbouring
frames are nearly alike), deflated, in base64. `static/track.js` reads it. NaN is `UNSEEN`. Ten minutes at 30 frames/s
come to about a megabyte.
"""

from __future__ import annotations

import base64
import math
import zlib
from array import array
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from posecheck.body import SKELETON, Landmark, Side
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
VERDICTS: Final = (Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN)
#: The rows of the outline that are drawn, from the seat to the shoulders.
BACK_ROWS: Final[Floats] = np.linspace(-0.1, 1.0, 18)

_ROUNDING: Final = "spine_rounding"
_SHOWN_VISIBILITY: Final = 0.3
_MOST_REASONS: Final = 400
_SCALE: Final = np.array([PER_SHARE if quantity.unit == "" else PER_DEG for quantity in QUANTITIES])
_NAMES: Final = tuple(quantity.name for quantity in QUANTITIES)
_SIDES: Final = {Side.LEFT: -1, Side.RIGHT: 1, None: 0}


class Track:
    """Collects the frames of a session; about 150 bytes each, whatever the size of the pictures."""

    def __init__(self) -> None:
        self.t_s = array("d")
        self.size_px = (0, 0)
        """Width and height of the pictures."""
        self.reasons: list[str] = [""]
        """Every reason that was given, in English; the first is "no reason"."""
        self._reason_of: dict[str, int] = {"": 0}
        self._points = array("h")
        self._back = array("h")
        self._values = array("h")
        self._told = array("h")

    def put(self, judged: Assessment) -> None:
        """Add one frame; frames come in order of time."""
        seen = judged.sighting
        self.size_px = seen.image_wh
        self.t_s.append(judged.t_s)
        shown = np.where((seen.visibility >= _SHOWN_VISIBILITY)[:, None], seen.landmarks_px, np.nan)
        self._points.frombytes(_whole(shown[list(DRAWN)].ravel() * PER_PX))
        self._back.frombytes(_whole(_back(judged)))
        measures = judged.measures
        self._values.frombytes(_whole(np.array([measures[name] for name in _NAMES]) * _SCALE))
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

    def _reason_index(self, reason: str) -> int:
        found = self._reason_of.get(reason)
        if found is None:
            if len(self.reasons) >= _MOST_REASONS:
                return 0
            found = self._reason_of[reason] = len(self.reasons)
            self.reasons.append(reason)
        return found

    def values(self, name: str) -> Floats:
        """One measure over time, as it was kept; NaN where it was not seen."""
        column = self._table(self._values, len(_NAMES))[:, _NAMES.index(name)]
        return np.where(column == UNSEEN, np.nan, column / _SCALE[_NAMES.index(name)])

    def seen(self, name: str) -> bool:
        """Whether a measure was ever seen."""
        return bool(np.isfinite(self.values(name)).any())

    def spans(self) -> list[tuple[float, float, Verdict]]:
        """(from, to, verdict) without holes. An interval belongs to the frame that opens it; a pause is UNKNOWN."""
        out: list[tuple[float, float, Verdict]] = []
        verdicts = self._table(self._told, 6)[:, 0].tolist()
        for index, (start, end) in enumerate(zip(self.t_s[:-1], self.t_s[1:], strict=True)):
            verdict = VERDICTS[verdicts[index]] if end - start <= PAUSE_S else Verdict.UNKNOWN
            if out and out[-1][2] is verdict:
                out[-1] = (out[-1][0], end, verdict)
            else:
                out.append((start, end, verdict))
        return out

    def packed(self, names: Sequence[str]) -> dict[str, Any]:
        """Everything for the page, with the measures `names`, as plain values for JSON."""
        at = [_NAMES.index(name) for name in names]
        times = np.rint(np.asarray(self.t_s) * PER_S).astype(np.int32)[:, None]
        return {
            "frames": len(self.t_s),
            "size": list(self.size_px),
            "per": {"px": PER_PX, "s": PER_S, "chord": PER_CHORD, "values": _SCALE[at].tolist()},
            "rows": [round(row, 4) for row in BACK_ROWS.tolist()],
            "joints": [landmark.name.lower() for landmark in DRAWN],
            "bones": [[DRAWN.index(a), DRAWN.index(b)] for a, b in SKELETON],
            "t": _pack(times),
            "points": _pack(self._table(self._points, 2 * len(DRAWN))),
            "back": _pack(self._table(self._back, 4 + len(BACK_ROWS))),
            "values": _pack(self._table(self._values, len(_NAMES))[:, at]),
            "told": _pack(self._table(self._told, 6)),
        }

    def _table(self, numbers: array[int], columns: int) -> Any:
        return np.frombuffer(numbers.tobytes(), np.int16).reshape(-1, columns)


def joint_name(landmark: Landmark) -> str:
    """A landmark as the page calls it."""
    return landmark.name.lower()


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


def _pack(table: Any) -> dict[str, Any]:
    """A table of whole numbers: differences along the time, column after column, deflated, base64."""
    kind = f"i{table.dtype.itemsize}"
    steps = table.copy()
    steps[1:] = table[1:] - table[:-1]  # wraps around as whole numbers do, and so does the sum that undoes it
    raw = np.ascontiguousarray(steps.T).astype(f"<{kind}").tobytes()
    return {"kind": kind, "columns": table.shape[1], "data": base64.b64encode(zlib.compress(raw, 6)).decode("ascii")}
