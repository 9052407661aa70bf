"""What the summary shows of a session: numbers, a thin curve, the best and the worst moment. Memory stays small.

Of each side of each stretch the frames that belong to its doing are followed (`RoutineUpdate.counts`), as the history does.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from posecheck.app.messages.frame_codec import small
from posecheck.app.messages.frame_message import Message, number
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines import progress
from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress, SideProgress, Turn
from posecheck.assessment.routines.routine_state import RoutineUpdate
from posecheck.history.tally import HistoryTally
from posecheck.pipeline.analysis import limits_of
from posecheck.pipeline.session_history import CAMERA, new_tally, row_of_side
from posecheck.records import Assessment, Finding, Verdict
from posecheck.statistics import under_way

#: The measures of the curve.
SERIES: Final = ("spine_flexion_deg", "hip_hinge_deg", "knee_flexion_deg")
#: Samples of a curve at first, and how many there may be before every second one is let go.
_EVERY_S: Final = 0.2
_MOST_SAMPLES: Final = 1500
#: A moment is another one only if it is better or worse by so much: its picture is not changed for noise.
_BY: Final = 1.0
#: With fewer good seconds, which are shown as none, there is no best moment either.
_LEAST_GOOD_S: Final = 0.5
#: Pictures in the summary are this wide.
_PICTURE_PX: Final = 480


class Curve:
    """Values over time, thinned as it grows."""

    def __init__(self) -> None:
        self._every_s = _EVERY_S
        self._rows: list[tuple[float, str, tuple[float, ...]]] = []

    def put(self, judged: Assessment) -> None:
        """Take in one frame, if the one before is far enough back."""
        if self._rows and 0.0 <= judged.t_s - self._rows[-1][0] < self._every_s - 1e-6:
            return
        values = tuple(judged.measures[name] for name in SERIES)
        self._rows.append((judged.t_s, judged.verdict[0], values))
        if len(self._rows) > _MOST_SAMPLES:
            self._rows, self._every_s = self._rows[::2], 2.0 * self._every_s

    def message(self) -> Message:
        """Times, values (null for unseen) and one letter of verdict a sample: G, W or U."""
        out: Message = {"t_s": [round(t_s, 2) for t_s, _, _ in self._rows]}
        for column, name in enumerate(SERIES):
            out[name] = [number(values[column]) for _, _, values in self._rows]
        out["verdict"] = "".join(letter for _, letter, _ in self._rows)
        return out


@dataclass(slots=True)
class Moment:
    """One picture worth seeing again."""

    score: float = -math.inf
    t_s: float = math.nan
    jpeg: bytes | None = None

    def offer(self, score: float, t_s: float, jpeg: Callable[[], bytes] | None) -> None:
        """Take this moment instead, if its score (NaN: none) is clearly higher."""
        if score > self.score + _BY:
            self.score, self.t_s, self.jpeg = score, t_s, jpeg() if jpeg is not None else None

    def message(self) -> Message | None:
        """For the page; None where there is no picture."""
        if self.jpeg is None:
            return None
        data = base64.b64encode(small(self.jpeg, _PICTURE_PX)).decode()
        return {"t_s": number(self.t_s, 2), "jpeg": f"data:image/jpeg;base64,{data}"}


@dataclass(slots=True)
class _Side:
    """Everything followed of one side of one stretch."""

    tally: HistoryTally
    spell: HistoryTally | None = None
    curve: Curve = field(default_factory=Curve)
    best: Moment = field(default_factory=Moment)
    worst: Moment = field(default_factory=Moment)
    share_sum: float = 0.0
    share_count: int = 0
    reps_unseen: int = 0


class Moments:
    """Follows a session: `put` every frame of its routine, then `told`."""

    def __init__(self) -> None:
        self._sides: dict[Turn, _Side] = {}
        self._open: _Side | None = None

    def put(self, judged: Assessment, out: RoutineUpdate, part: RoutineItem, jpeg: Callable[[], bytes] | None) -> None:
        """Follow one frame of `part`; `jpeg` gives its picture, None where none is to be kept."""
        if not out.counts:
            self._end_spell()
            return
        turn = (out.index, out.side)
        side = self._sides.get(turn)
        if side is None:
            side = self._sides[turn] = _Side(new_tally(part.stretch, part.profile))
        if side is not self._open:
            self._end_spell()
            side.spell, self._open = new_tally(part.stretch, part.profile), side
        assert side.spell is not None
        side.spell.put(judged)
        if not part.stretch.watch:
            return
        side.curve.put(judged)
        depth = judged.measures[part.stretch.depth] if part.stretch.depth else math.nan
        held = judged.hold.active or part.stretch.reps is not None
        if judged.verdict is Verdict.GOOD and held and under_way(judged):
            side.best.offer(depth, judged.t_s, jpeg)
        side.worst.offer(_excess(judged.findings), judged.t_s, jpeg)
        share = judged.measures["hip_share"]
        if judged.hold.active and not math.isnan(share):
            side.share_sum, side.share_count = side.share_sum + share, side.share_count + 1
        if judged.reps is not None and judged.reps.ended and judged.reps.last is not None:
            side.reps_unseen += not judged.reps.last.seen

    def forget_pictures(self) -> None:
        """Let go of every picture kept so far."""
        for side in self._sides.values():
            side.best, side.worst = Moment(), Moment()

    def message(
        self, parts: Sequence[RoutineItem], doings: RoutineProgress, text: Mapping[str, Messages]
    ) -> list[Message]:
        """A line for each side of each stretch, in the order of the routine; `text` by the stretch's id."""
        self._end_spell()
        return [
            _told(parts[index], side, doing, self._sides.get((index, side)), text[parts[index].stretch.id])
            for (index, side), doing in doings.items()
        ]

    def _end_spell(self) -> None:
        side, self._open = self._open, None
        if side is not None and side.spell is not None:
            side.tally.join(side.spell)
            side.spell = None


def _excess(findings: Sequence[Finding]) -> float:
    """How far the worst warning is beyond its limit; NaN without one."""
    over = [abs(finding.value - finding.limit) for finding in findings if finding.verdict is Verdict.WARN]
    return max((value for value in over if not math.isnan(value)), default=math.nan)


def _told(part: RoutineItem, side: str, doing: SideProgress, seen: _Side | None, text: Messages) -> Message:
    stretch = part.stretch
    row = row_of_side(seen.tally, datetime.now(UTC), part, doing, CAMERA) if seen else None
    reps: dict[str, Any] | None = None
    if stretch.reps is not None:
        reps = {
            "whole": round(doing.amount),
            "good": doing.reps_good,
            "partial": doing.partial,
            "unseen": seen.reps_unseen if seen else 0,
        }
    held = stretch.reps is None
    good_s = number(progress.good_s(part, doing)) or 0.0
    return {
        "stretch": stretch.id,
        "name": text.text(stretch.name),
        "side": side,
        "watch": stretch.watch,
        "done": doing.done,
        "left_out": doing.left_out,
        "good_s": good_s,
        "timed_s": None if stretch.watch else number(doing.amount),
        "target_s": number(part.target * part.sets if held else 0.0),
        "rounded_s": number(row.rounded_s) if row else None,
        "unknown_s": number(row.unknown_s) if row else None,
        "depth": number(row.depth_deg) if row else None,
        "depth_label": _depth_label(stretch.depth, text),
        "hip_share": number(seen.share_sum / seen.share_count, 3) if seen and seen.share_count else None,
        "reps": reps,
        "best": seen.best.message() if seen and good_s >= _LEAST_GOOD_S else None,
        "worst": seen.worst.message() if seen else None,
        "series": (seen.curve if seen else Curve()).message(),
        "limits": {measure: number(limit, 2) for measure, limit in limits_of(stretch, part.profile).items()},
    }


def _depth_label(measure: str, text: Messages) -> str:
    key = f"live.depth.{measure}"
    return text.text(key) if key in text.english else ""
