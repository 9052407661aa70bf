"""What a coach says of repetitions: the count of each whole one, that one is left, that the set is done.

A count belongs to the moment in which its repetition ended. One for which the voice was not free in time is left out:
the next one says the same and more. Only "done" waits. Of partial repetitions the first is spoken of, and then every
`coach.partial_every`th: who cannot go deeper today should not hear so each time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from posecheck.assessment.coaching.cue_scheduler import CueCandidate
from posecheck.records import Assessment, CueKind, Reps, Urgency
from posecheck.tunables import Tunable

COUNT_LATE_S: Final = Tunable(
    "coach.count_late_s",
    unit="s",
    default=2.0,
    low=0.2,
    high=10.0,
    step=0.1,
    why="a repetition's count that could not be said within this is left out",
    source="judgement: by then the next repetition is under way, and the count would seem to be that one's",
)
PARTIAL_EVERY: Final = Tunable(
    "coach.partial_every",
    unit="",
    default=3.0,
    low=1.0,
    high=30.0,
    step=1.0,
    why="of so many repetitions that were not deep enough only the first is spoken of",
    source="judgement: once is a hint, each time is nagging",
)
TUNABLES: Final = (COUNT_LATE_S, PARTIAL_EVERY)

#: The messages of this module.
KEYS: Final = frozenset({"coach.rep", "coach.rep_last", "coach.rep_done", "coach.rep_partial"})


@dataclass(frozen=True, slots=True)
class Counts:
    """What has been said of the present set. The default is: no frame seen yet."""

    whole: int = -1
    """Whole repetitions in the frame before; -1 before the first."""
    partial: int = 0
    """Partial ones."""
    partial_told: float = -math.inf
    """Which of them was spoken of last; -inf: none."""
    call: CueCandidate | None = None
    """What is to be said of the latest repetition; None if nothing is, or it has been said."""


def follow(counts: Counts, assessment: Assessment, profile: Mapping[str, float]) -> Counts:
    """Carry the counts over one frame. A set that was under way when the coach began is not told its past."""
    reps = assessment.reps
    if reps is None:
        return counts
    if counts.whole < 0 or reps.whole < counts.whole:
        return Counts(reps.whole, reps.partial, call=_call(reps, -math.inf, profile) if counts.whole >= 0 else None)
    call = counts.call
    if reps.ended and not _is_done(call):
        call = _call(reps, counts.partial_told, profile)
    return replace(counts, whole=reps.whole, partial=reps.partial, call=call)


def finished(counts: Counts) -> CueCandidate | None:
    """That the set is done; None if it is not, or that has been said."""
    return counts.call if _is_done(counts.call) else None


def offer(counts: Counts, t_s: float, profile: Mapping[str, float]) -> CueCandidate | None:
    """The count to be said in the frame at `t_s`; None if there is none, or it comes too late."""
    call = counts.call
    if call is None or _is_done(call) or t_s > call.due_s + profile[COUNT_LATE_S.key]:
        return None
    return call


def after_cue(counts: Counts, cue: CueCandidate) -> Counts:
    """The counts after `cue` was spoken."""
    if cue.key not in KEYS:
        return counts
    return replace(
        counts, call=None, partial_told=counts.partial if cue.key == "coach.rep_partial" else counts.partial_told
    )


def _is_done(cue: CueCandidate | None) -> bool:
    return cue is not None and cue.kind is CueKind.DONE


def _call(reps: Reps, partial_told: float, profile: Mapping[str, float]) -> CueCandidate | None:
    """What there is to say of the repetition that ended in this frame."""
    rep = reps.last
    if rep is None or not reps.ended or not rep.seen:
        return None
    count = MappingProxyType({"count": float(reps.whole)})
    if not rep.whole:
        if reps.partial < partial_told + profile[PARTIAL_EVERY.key]:
            return None
        return CueCandidate(CueKind.CALL, "coach.rep_partial", rep.end_s, Urgency.NOTICE, count)
    if rep.number == reps.target:
        return CueCandidate(CueKind.DONE, "coach.rep_done", rep.end_s)
    if rep.number == reps.target - 1:
        return CueCandidate(CueKind.CALL, "coach.rep_last", rep.end_s)
    return CueCandidate(CueKind.CALL, "coach.rep", rep.end_s, values=count)
