"""From the assessments of a session, one by one, to the numbers of its row. Memory does not grow with the session.

An interval between two frames belongs to the frame that opens it, unless it is a pause: then nothing was seen, and it
is UNKNOWN. So the seconds here are those of `summary.json`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from posecheck.history.done import Done
from posecheck.records import PAUSE_S, Assessment, Verdict
from posecheck.tunables import Tunable

DEPTH_HELD_S: Final = Tunable(
    "history.depth_held_s",
    unit="s",
    default=0.5,
    low=0.0,
    high=10.0,
    step=0.1,
    why="a depth counts as reached once it was kept for so long: longer passes over bounces and misread frames",
    source="judgement: several frames of any camera, shorter than the turn of a slow repetition",
)
STRAIGHT_HELD_S: Final = Tunable(
    "history.straight_held_s",
    unit="s",
    default=1.0,
    low=0.0,
    high=10.0,
    step=0.1,
    why="a straight knee counts once it was kept straight in the hold for so long",
    source="judgement: a knee that snaps straight and bends again was not held straight",
)
LEAST_S: Final = Tunable(
    "history.least_s",
    unit="s",
    default=2.0,
    low=0.0,
    high=60.0,
    step=0.5,
    why="a session in which the stretch was under way for less is not kept: it is no day practised",
    source="judgement: bending over the keyboard to start is shorter, one slow repetition is longer",
)
TUNABLES: Final = (DEPTH_HELD_S, STRAIGHT_HELD_S, LEAST_S)

#: The hold timer's own number: frames further apart than this do not show what was between them.
_GAP_KEY: Final = "hold.gap_s"
#: The rule whose warnings are "time rounded".
_ROUNDING: Final = "spine_rounding"
#: Width of the bins that the median of the view is found in.
_YAW_BIN_DEG: Final = 0.5
#: Times are sums of binary fractions: 0.5 s is reached at 0.49999999.
_EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Held:
    """The largest value that was not fallen short of for a while. The default is: nothing yet."""

    best: float = math.nan
    """NaN until a value was held."""
    run: tuple[tuple[float, float], ...] = ()
    """(t_s, value) of the latest frames without a break, no more than the while needs."""


def held_step(state: Held, t_s: float, value: float, *, for_s: float, gap_s: float) -> Held:
    """Carry `state` over one frame. NaN, and a gap in time of more than `gap_s`, break a while; `best` stays."""
    if math.isnan(value):
        return Held(state.best)
    unbroken = bool(state.run) and 0.0 < t_s - state.run[-1][0] <= gap_s
    run = (*(state.run if unbroken else ()), (t_s, value))
    # Of the frames that lie at least `for_s` back only the latest is needed: it opens the shortest while.
    first = max((i for i, (at_s, _) in enumerate(run) if t_s - at_s >= for_s - _EPSILON_S), default=None)
    if first is None:
        return Held(state.best, run)
    run = run[first:]
    lowest = min(kept for _, kept in run)
    return Held(lowest if math.isnan(state.best) else max(state.best, lowest), run)


@dataclass(frozen=True, slots=True)
class Counts:
    """The seconds of a session, and what of it was ever judged."""

    verdict_s: Mapping[Verdict, float]
    under_way_s: float = 0.0
    """In a hold, or in a phase in which a rule could be told."""
    rounded_s: float = 0.0
    back_judged: bool = False
    hold_s: float = 0.0
    """Good seconds of the present hold."""
    best_hold_s: float = 0.0
    held_s: float = 0.0
    hold_target_s: float = 0.0
    reps_whole: float = math.nan
    """NaN for a stretch that is not repeated."""
    reps_partial: float = math.nan


def _joined(one: Counts, other: Counts) -> Counts:
    """The counts of two spells of one session, `other` the later one."""
    return Counts(
        verdict_s={verdict: one.verdict_s[verdict] + other.verdict_s[verdict] for verdict in Verdict},
        under_way_s=one.under_way_s + other.under_way_s,
        rounded_s=one.rounded_s + other.rounded_s,
        back_judged=one.back_judged or other.back_judged,
        hold_s=other.hold_s,
        best_hold_s=max(one.best_hold_s, other.best_hold_s),
        held_s=one.held_s + other.held_s,
        hold_target_s=max(one.hold_target_s, other.hold_target_s),
    )


class HistoryTally:
    """Follows a session: `put` every assessment, then `done` makes its row.

    `profile` holds the numbers of `TUNABLES` and of the hold timer by key; `depth_measure` names the measure of
    `records.QUANTITIES` that says how deep this stretch goes.
    """

    def __init__(self, profile: Mapping[str, float], depth_measure: str = "hip_hinge_deg") -> None:
        self._profile = profile
        self._depth_measure = depth_measure
        self._from_s = math.nan
        self._before_s = 0.0
        self._last: Assessment | None = None
        self._counts = Counts(dict.fromkeys(Verdict, 0.0))
        self._depth, self._straight = Held(), Held()
        self._yaw_s: dict[int, float] = {}

    def put(self, assessment: Assessment) -> None:
        """Add one frame; frames come in order of time."""
        if self._last is None:
            self._from_s = assessment.t_s
        else:
            self._pass_time(self._last, assessment.t_s - self._last.t_s)
        # Only the numbers of the frame are needed until the next; its outline and landmarks are let go with it.
        self._last = assessment
        self._counts = _with_reps(_with_hold(self._counts, assessment), assessment)
        measures, gap_s = assessment.measures, self._profile[_GAP_KEY]
        told = under_way(assessment) and assessment.verdict is not Verdict.UNKNOWN
        self._depth = held_step(
            self._depth,
            assessment.t_s,
            measures[self._depth_measure] if told else math.nan,
            for_s=self._profile[DEPTH_HELD_S.key],
            gap_s=gap_s,
        )
        self._straight = held_step(
            self._straight,
            assessment.t_s,
            -measures["knee_flexion_deg"] if assessment.hold.active else math.nan,
            for_s=self._profile[STRAIGHT_HELD_S.key],
            gap_s=gap_s,
        )

    def _pass_time(self, opened: Assessment, passed_s: float) -> None:
        """Credit the time that began with the frame `opened`."""
        if passed_s > PAUSE_S:
            verdicts = self._counts.verdict_s
            unknown_s = verdicts[Verdict.UNKNOWN] + passed_s
            self._counts = replace(self._counts, verdict_s={**verdicts, Verdict.UNKNOWN: unknown_s})
            return
        self._counts = _with_time(self._counts, opened, passed_s)
        yaw_deg = opened.measures["view_yaw_deg"]
        if not math.isnan(yaw_deg):
            cell = round(yaw_deg / _YAW_BIN_DEG)
            self._yaw_s[cell] = self._yaw_s.get(cell, 0.0) + passed_s

    def join(self, later: HistoryTally) -> None:
        """Take in another spell of the same stretch: nothing of the time between the two counts for anything."""
        if later._last is None:
            return
        if self._last is not None:
            self._before_s += self._last.t_s - self._from_s
        self._before_s += later._before_s
        self._from_s, self._last = later._from_s, later._last
        self._counts = _joined(self._counts, later._counts)
        self._depth = Held(max((self._depth.best, later._depth.best), key=_unseen_least), later._depth.run)
        self._straight = Held(max((self._straight.best, later._straight.best), key=_unseen_least), later._straight.run)
        for cell, passed_s in later._yaw_s.items():
            self._yaw_s[cell] = self._yaw_s.get(cell, 0.0) + passed_s

    @property
    def duration_s(self) -> float:
        """From the first frame to the last, of every spell; NaN before the first."""
        if self._last is None:
            return math.nan
        return self._last.t_s - self._from_s + self._before_s

    @property
    def under_way_s(self) -> float:
        """For how long the stretch itself was under way: in its hold, or in a phase in which a rule could be told."""
        return self._counts.under_way_s

    @property
    def worth_keeping(self) -> bool:
        """Whether the stretch was under way for long enough to be a row (`history.least_s`)."""
        least_s = self._profile[LEAST_S.key]
        return self._last is not None and self.under_way_s >= least_s - _EPSILON_S

    def done(
        self,
        started_at: datetime,
        local_date: date,
        stretch: str,
        *,
        version: str,
        source_kind: str,
        side: str = "",
        routine: str = "",
        calibrated: bool = False,
        limits: Mapping[str, tuple[float, str]] | None = None,
    ) -> Done:
        """The row of the session so far. What a tally cannot know is handed in; see `Done` for the meanings."""
        counts, last = self._counts, self._last
        has_hold = counts.hold_target_s > 0
        return Done(
            started_at=started_at,
            local_date=local_date,
            stretch=stretch,
            version=version,
            source_kind=source_kind,
            side=side,
            routine=routine,
            duration_s=self.duration_s,
            good_s=math.nan if last is None else counts.verdict_s[Verdict.GOOD],
            warned_s=math.nan if last is None else counts.verdict_s[Verdict.WARN],
            unknown_s=math.nan if last is None else counts.verdict_s[Verdict.UNKNOWN],
            rounded_s=counts.rounded_s if counts.back_judged else math.nan,
            hold_target_s=counts.hold_target_s if has_hold else math.nan,
            best_hold_s=counts.best_hold_s if has_hold else math.nan,
            held_s=counts.held_s if has_hold else math.nan,
            reps_whole=counts.reps_whole,
            reps_partial=counts.reps_partial,
            depth_deg=self._depth.best,
            depth_measure=self._depth_measure,
            straight_leg_deg=0.0 - self._straight.best,
            view_yaw_deg=self._median_yaw_deg(),
            calibrated=calibrated,
            limits=limits or {},
        )

    def _median_yaw_deg(self) -> float:
        """The view that half of the seen time did not exceed, to half a bin; NaN if it was never seen."""
        half_s, passed_s = 0.5 * sum(self._yaw_s.values()), 0.0
        for cell in sorted(self._yaw_s):
            passed_s += self._yaw_s[cell]
            if passed_s >= half_s:
                return cell * _YAW_BIN_DEG
        return math.nan


def under_way(judged: Assessment) -> bool:
    """Whether the stretch itself was under way in a frame: in its hold, or in a phase in which a rule could be told.

    Getting into place and out of it is not: whoever still comes up from the stretch before bends deep for nothing.
    """
    return judged.hold.active or any(finding.verdict is not Verdict.UNKNOWN for finding in judged.findings)


def _unseen_least(value: float) -> float:
    return -math.inf if math.isnan(value) else value


def _with_time(counts: Counts, opened: Assessment, passed_s: float) -> Counts:
    """The counts with the time that began with the frame `opened`."""
    findings = {finding.rule: finding.verdict for finding in opened.findings}
    back = findings.get(_ROUNDING, Verdict.UNKNOWN)
    return replace(
        counts,
        verdict_s={**counts.verdict_s, opened.verdict: counts.verdict_s[opened.verdict] + passed_s},
        under_way_s=counts.under_way_s + (passed_s if under_way(opened) else 0.0),
        rounded_s=counts.rounded_s + (passed_s if back is Verdict.WARN else 0.0),
        back_judged=counts.back_judged or back is not Verdict.UNKNOWN,
    )


def _with_hold(counts: Counts, judged: Assessment) -> Counts:
    """The counts with what the hold timer says; a timer that went back began a new hold."""
    now_s = judged.hold.good_s
    gained_s = now_s - counts.hold_s if now_s >= counts.hold_s else now_s
    return replace(
        counts,
        hold_s=now_s,
        best_hold_s=max(counts.best_hold_s, now_s),
        held_s=counts.held_s + gained_s,
        hold_target_s=judged.hold.target_s,
    )


def _with_reps(counts: Counts, judged: Assessment) -> Counts:
    """The counts with the repetition that ended with this frame; what another side began at zero is added."""
    reps = judged.reps
    if reps is None:
        return counts
    whole, partial = (0.0 if math.isnan(n) else n for n in (counts.reps_whole, counts.reps_partial))
    if reps.ended and reps.last is not None and reps.last.seen:
        whole, partial = whole + reps.last.whole, partial + (not reps.last.whole)
    return replace(counts, reps_whole=whole, reps_partial=partial)
