"""What a session comes to: seconds, holds, repetitions, extremes. One accumulator for every place that shows them.

An interval between two frames belongs to the frame that opens it, unless it is a pause (`records.PAUSE_S`): then
nothing was seen, and it is UNKNOWN.

A *good second* is a second with verdict GOOD inside the hold phase or, for a stretch that is repeated, inside a
repetition. Standing before the stretch, between repetitions and after it is neither good nor bad. In the hold it is
the hold timer that counts, so the page's clock and the sum at the end are one number. A *good repetition* is
`records.Rep.good`: whole, seen, no rule warned in it, and not hurried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from posecheck.calibration import Notice
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import PAUSE_S, Assessment, Rep, Setup, Verdict

#: The rule whose warnings are "time rounded".
_ROUNDING: Final = "spine_rounding"
#: Reasons are a handful; should one ever carry a number, the statistics must not grow for an hour.
_MOST_REASONS: Final = 24
#: Stands for the reasons beyond the first `_MOST_REASONS`.
OTHER_REASONS: Final = Reason(ReasonCode.VIEW_OTHER)


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest value of a measure and when it was. NaN while there is none."""

    value: float = math.nan
    t_s: float = math.nan

    def with_value(self, value: float, t_s: float) -> Extreme:
        """The larger of this and `value`; NaN changes nothing."""
        if math.isnan(value) or value <= self.value:
            return self
        return Extreme(value, t_s)


@dataclass(frozen=True, slots=True)
class OpenInterval:
    """What the time after a frame counts for, until the next frame comes."""

    t_s: float
    verdict: Verdict
    reason: Reason | None
    hold_s: float
    """The hold timer at that frame."""
    in_rep: bool
    """Whether a repetition was under way."""
    under_way: bool
    rounded: bool

    @classmethod
    def after(cls, judged: Assessment) -> OpenInterval:
        """The interval that begins with this frame."""
        return cls(
            t_s=judged.t_s,
            verdict=judged.verdict,
            reason=judged.reason,
            hold_s=judged.hold.good_s,
            in_rep=judged.reps is not None and judged.reps.active,
            under_way=under_way(judged),
            rounded=any(finding.rule == _ROUNDING and finding.verdict is Verdict.WARN for finding in judged.findings),
        )


def under_way(judged: Assessment) -> bool:
    """Whether the stretch itself is under way in a frame: in its hold, or in a phase in which a rule can be judged.

    Getting into place and out of it is not: whoever still comes up from the stretch before bends deep for nothing.
    """
    return judged.hold.active or any(finding.verdict is not Verdict.UNKNOWN for finding in judged.findings)


def good_seconds(before: OpenInterval | None, judged: Assessment) -> float:
    """The good seconds of the interval that ends with this frame, 0 or more; the one definition of a good second.

    0 for the first frame (`before` None), over a pause, and where a hold timer began anew.
    """
    if before is None:
        return 0.0
    passed_s = judged.t_s - before.t_s
    if not 0.0 < passed_s <= PAUSE_S:
        return 0.0
    if judged.reps is not None:
        return passed_s if before.in_rep and before.verdict is Verdict.GOOD else 0.0
    return min(max(0.0, judged.hold.good_s - before.hold_s), passed_s)


@dataclass(frozen=True, slots=True)
class SessionStatistics:
    """The sums of a session, or of a part of it. The default is: nothing seen yet. `plus` adds a frame."""

    frames: int = 0
    person_frames: int = 0
    """Frames with a person in them."""
    most_people: int = 0
    """The most people in view at once; one of them was followed."""
    from_s: float = math.nan
    to_s: float = math.nan
    """Times of the first and the latest frame; NaN before there is one."""
    verdict_s: Mapping[Verdict, float] = field(default_factory=lambda: dict.fromkeys(Verdict, 0.0))
    """Seconds each verdict stood, in the stretch or not. Of the GOOD ones only `good_s` were part of the stretch."""
    good_s: float = 0.0
    """Good seconds (see the module)."""
    unknown_s: Mapping[Reason, float] = field(default_factory=dict)
    """Seconds UNKNOWN by reason."""
    rounded_s: float = 0.0
    """Seconds in which the rule of the back warned."""
    back_judged: bool = False
    """Whether the rule of the back could ever be judged."""
    under_way_s: float = 0.0
    """Seconds in which the stretch itself was under way (`under_way`), good or not."""
    best_hold_s: float = 0.0
    """Good seconds of the best hold."""
    hold_target_s: float = 0.0
    """How many are wanted in one hold; 0 for a stretch without one."""
    reps: tuple[Rep, ...] | None = None
    """Every repetition that is over, partial and unseen ones too; None for a stretch that is not repeated."""
    deepest_hinge: Extreme = Extreme()
    worst_spine: Extreme = Extreme()
    """Only over frames in which the view allows to judge the back."""
    setup: Setup | None = None
    """How camera and person were placed when they began."""
    notices: tuple[Notice, ...] = ()
    """What did not fit about the person's calibration, as reported last."""
    open: OpenInterval | None = None
    """The interval that the latest frame opened; None before the first."""

    def plus(self, judged: Assessment) -> SessionStatistics:
        """The statistics with one more frame; frames come in order of time."""
        counted = self if self.open is None else self._with_interval(self.open, judged.t_s)
        worst = self.worst_spine
        if judged.measures.view.reason is None:
            worst = worst.with_value(judged.measures["spine_flexion_deg"], judged.t_s)
        return replace(
            counted,
            frames=self.frames + 1,
            person_frames=self.person_frames + (not judged.sighting.is_empty),
            most_people=max(self.most_people, judged.sighting.people),
            from_s=judged.t_s if self.open is None else self.from_s,
            to_s=judged.t_s,
            good_s=self.good_s + good_seconds(self.open, judged),
            best_hold_s=max(self.best_hold_s, judged.hold.good_s),
            hold_target_s=judged.hold.target_s,
            back_judged=counted.back_judged
            or any(f.rule == _ROUNDING and f.verdict is not Verdict.UNKNOWN for f in judged.findings),
            reps=_with_rep(self.reps, judged),
            deepest_hinge=self.deepest_hinge.with_value(judged.measures["hip_hinge_deg"], judged.t_s),
            worst_spine=worst,
            setup=judged.setup,
            notices=judged.notices,
            open=OpenInterval.after(judged),
        )

    def _with_interval(self, opened: OpenInterval, until_s: float) -> SessionStatistics:
        """The statistics with the time from the frame before to `until_s`."""
        passed_s = until_s - opened.t_s
        seen = passed_s <= PAUSE_S
        verdict, reason = (
            (opened.verdict, opened.reason) if seen else (Verdict.UNKNOWN, Reason(ReasonCode.VIEW_NO_PICTURE))
        )
        unknown_s = self.unknown_s
        if verdict is Verdict.UNKNOWN and reason is not None:
            key = reason if reason in unknown_s or len(unknown_s) < _MOST_REASONS else OTHER_REASONS
            unknown_s = {**unknown_s, key: unknown_s.get(key, 0.0) + passed_s}
        return replace(
            self,
            verdict_s={**self.verdict_s, verdict: self.verdict_s[verdict] + passed_s},
            unknown_s=unknown_s,
            rounded_s=self.rounded_s + (passed_s if seen and opened.rounded else 0.0),
            under_way_s=self.under_way_s + (passed_s if seen and opened.under_way else 0.0),
        )

    def joined(self, later: SessionStatistics) -> SessionStatistics:
        """The statistics of two parts of one session, `later` the later one: the time between counts for nothing."""
        if later.open is None:
            return self
        if self.open is None:
            return later
        unknown_s = dict(self.unknown_s)
        for reason, seconds in later.unknown_s.items():
            unknown_s[reason] = unknown_s.get(reason, 0.0) + seconds
        return replace(
            later,
            frames=self.frames + later.frames,
            person_frames=self.person_frames + later.person_frames,
            most_people=max(self.most_people, later.most_people),
            # The length of both without what is between them.
            from_s=later.from_s - (self.to_s - self.from_s),
            verdict_s={verdict: self.verdict_s[verdict] + later.verdict_s[verdict] for verdict in Verdict},
            good_s=self.good_s + later.good_s,
            unknown_s=unknown_s,
            rounded_s=self.rounded_s + later.rounded_s,
            back_judged=self.back_judged or later.back_judged,
            under_way_s=self.under_way_s + later.under_way_s,
            best_hold_s=max(self.best_hold_s, later.best_hold_s),
            hold_target_s=max(self.hold_target_s, later.hold_target_s),
            reps=None if self.reps is None and later.reps is None else (*(self.reps or ()), *(later.reps or ())),
            deepest_hinge=self.deepest_hinge.with_value(later.deepest_hinge.value, later.deepest_hinge.t_s),
            worst_spine=self.worst_spine.with_value(later.worst_spine.value, later.worst_spine.t_s),
        )

    @property
    def duration_s(self) -> float:
        """From the first frame to the last; 0 with fewer than two."""
        return self.to_s - self.from_s if self.frames else 0.0

    @property
    def outside_s(self) -> float:
        """Seconds with verdict GOOD that are no good seconds: before the stretch, between repetitions, after it."""
        return max(0.0, self.verdict_s[Verdict.GOOD] - self.good_s)

    @property
    def reps_whole(self) -> int | None:
        """Whole repetitions; None for a stretch that is not repeated."""
        return None if self.reps is None else sum(rep.whole for rep in self.reps)

    @property
    def reps_partial(self) -> int | None:
        """Repetitions that were begun, seen and not gone through deep enough; None as above."""
        return None if self.reps is None else sum(rep.seen and not rep.whole for rep in self.reps)

    @property
    def reps_good(self) -> int | None:
        """Good repetitions; None as above."""
        return None if self.reps is None else sum(rep.good for rep in self.reps)


def _with_rep(reps: tuple[Rep, ...] | None, judged: Assessment) -> tuple[Rep, ...] | None:
    """The repetitions so far and the one that ended with this frame."""
    if judged.reps is None:
        return reps
    ended = judged.reps.last if judged.reps.ended else None
    return (reps or ()) if ended is None else (*(reps or ()), ended)
