"""What a coach says by the clock while a stretch is held: half-time, the last seconds, done, and how to breathe.

Everything counts in the *good* seconds of the hold timer. A call that comes too late would tell the wrong time and is
left out; "done" is said whenever the voice is free. Breathing cues keep out of the way of the calls to come.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.coaching.cue_scheduler import CueCandidate, pause_s
from posecheck.assessment.coaching.faults import with_room
from posecheck.records import Assessment, CueKind, Verdict
from posecheck.tunables import Tunable

BREATHE_FIRST_S: Final = Tunable(
    "coach.breathe_first_s",
    unit="s",
    default=8.0,
    low=2.0,
    high=120.0,
    step=1.0,
    why="after how many good seconds of a hold the first breathing cue comes",
    source="judgement: two slow breaths to settle in",
)
BREATHE_EVERY_S: Final = Tunable(
    "coach.breathe_every_s",
    unit="s",
    default=12.0,
    low=6.0,
    high=120.0,
    step=1.0,
    why="good seconds between two breathing cues; longer is quieter",
    source="judgement: two or three slow breaths of 4 to 6 s",
)
LAST_CALL_S: Final = Tunable(
    "coach.last_call_s",
    unit="s",
    default=5.0,
    low=1.0,
    high=30.0,
    step=1.0,
    why="how many seconds before its end a hold's last call comes",
    source="judgement: one breath",
)
CALL_LATE_S: Final = Tunable(
    "coach.call_late_s",
    unit="s",
    default=1.0,
    low=0.2,
    high=10.0,
    step=0.1,
    why="a call of half-time or of the last seconds that could not be made within this is left out",
    source="judgement: later it would tell the wrong time, and delay the end",
)
TUNABLES: Final = (BREATHE_FIRST_S, BREATHE_EVERY_S, LAST_CALL_S, CALL_LATE_S)

_SLOWLY: Final = "coach.breathe_slowly"
_BREATHS: Final = ("coach.breathe_out", _SLOWLY)
#: Only a hold so many times as long as its last call has one.
_LEAST_HOLD: Final = 3.0


@dataclass(frozen=True, slots=True)
class Calls:
    """What has been called of the present hold. The default is: no hold seen yet."""

    good_s: float = math.nan
    """Good seconds in the frame before; NaN before the first."""
    settled_s: float = 0.0
    """Calls that belong to this good second or an earlier one are settled."""
    breathe_s: float = math.inf
    """The good second of the next breathing cue."""
    breaths: int = 0
    """Breathing cues so far, over all holds: they take turns."""
    done: bool = False
    """Whether "done" was said and the person has not been asked to ease out since."""


def follow(calls: Calls, assessment: Assessment, profile: Mapping[str, float]) -> Calls:
    """Carry the calls over one frame. A hold that was under way when the coach began is not told its past."""
    good_s = assessment.hold.good_s
    if math.isnan(calls.good_s) or good_s < calls.good_s:
        settled_s = good_s if math.isnan(calls.good_s) else 0.0
        return Calls(good_s, settled_s, good_s + profile[BREATHE_FIRST_S.key], calls.breaths)
    return replace(calls, good_s=good_s)


def finished(calls: Calls, assessment: Assessment) -> CueCandidate | None:
    """That the hold is done; None if it is not, or that has been said."""
    hold = assessment.hold
    if not calls.settled_s < hold.target_s <= hold.good_s:
        return None
    due_s = assessment.t_s - (hold.good_s - hold.target_s)
    return CueCandidate(CueKind.DONE, "coach.done", due_s, values=_seconds(hold.target_s))


def offers(
    calls: Calls, assessment: Assessment, stretch: Stretch, profile: Mapping[str, float]
) -> Iterator[CueCandidate]:
    """What may be said of a hold that goes well, the most important first."""
    t_s, hold = assessment.t_s, assessment.hold
    if not hold.active or assessment.verdict is not Verdict.GOOD:
        return
    good_s, marks = hold.good_s, _marks(hold.target_s, profile)
    for kind, mark_s in marks.items():
        if calls.settled_s < mark_s <= good_s <= mark_s + profile[CALL_LATE_S.key]:
            due_s = t_s - (good_s - mark_s)
            if kind is CueKind.LAST:
                yield CueCandidate(kind, "coach.last_seconds", due_s, values=_seconds(hold.target_s - mark_s))
            else:
                yield CueCandidate(kind, "coach.half_time", due_s)
    if calls.done:
        yield CueCandidate(CueKind.EASE_OUT, "coach.ease_out", t_s)
    ahead_s = min((mark_s for mark_s in (*marks.values(), hold.target_s) if mark_s > good_s), default=-math.inf)
    if calls.breathe_s <= good_s <= ahead_s - pause_s(profile):
        yield CueCandidate(
            CueKind.BREATHE, _breath(calls, assessment, stretch, profile), t_s - (good_s - calls.breathe_s)
        )


def nearly_done(assessment: Assessment, profile: Mapping[str, float]) -> bool:
    """Whether the end of the hold is so near that a word now would delay "done"."""
    hold = assessment.hold
    return hold.active and 0 < hold.target_s - hold.good_s < pause_s(profile)


def after_cue(
    calls: Calls, cue: CueCandidate, moment_s: float, assessment: Assessment, profile: Mapping[str, float]
) -> Calls:
    """The calls after `cue` was spoken at `moment_s`, in the frame of `assessment` or a little before it."""
    hold = assessment.hold
    if cue.kind is CueKind.BREATHE:
        breathe_s = hold.good_s - (assessment.t_s - moment_s) + profile[BREATHE_EVERY_S.key]
        return replace(calls, breathe_s=breathe_s, breaths=calls.breaths + 1)
    if cue.kind is CueKind.EASE_OUT:
        return replace(calls, done=False)
    if cue.kind is CueKind.DONE:
        return replace(calls, settled_s=hold.target_s, done=True)
    if cue.kind in {CueKind.HALF, CueKind.LAST}:
        return replace(calls, settled_s=_marks(hold.target_s, profile)[cue.kind])
    return calls


def _marks(target_s: float, profile: Mapping[str, float]) -> dict[CueKind, float]:
    """The good second of each call, if the hold is long enough for it."""
    last_s = profile[LAST_CALL_S.key]
    marks = {}
    if target_s >= _LEAST_HOLD * last_s:
        marks[CueKind.LAST] = target_s - last_s
    if target_s / 2 - last_s >= pause_s(profile):
        marks[CueKind.HALF] = target_s / 2
    return marks


def _breath(calls: Calls, assessment: Assessment, stretch: Stretch, profile: Mapping[str, float]) -> str:
    """What the stretch itself says of the breath, its texts in turn; else breathe out and go further, or just slowly.

    Where a limit is near, only to breathe slowly: the others ask to go further.
    """
    rules = {rule.id: rule for rule in stretch.rules}
    if not all(with_room(rules[finding.rule], finding, profile) for finding in assessment.findings):
        return _SLOWLY
    if stretch.breathing:
        return f"stretch.{stretch.id}.breathing.{calls.breaths % len(stretch.breathing) + 1}"
    return _BREATHS[calls.breaths % len(_BREATHS)]


def _seconds(value_s: float) -> Mapping[str, float]:
    return MappingProxyType({"seconds": value_s})
