"""From the assessments of a session, one by one, to the numbers of its row. Memory does not grow with the session.

Seconds, holds and repetitions are those of `statistics.SessionStatistics`, as everywhere. What only the history asks
for (a depth that was kept for a moment, the middle of the view) is followed here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from posecheck.history.row import HistoryRow
from posecheck.records import PAUSE_S, Assessment, Verdict
from posecheck.statistics import SessionStatistics, under_way
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


class HistoryTally:
    """Follows a session: `put` every assessment, then `done` makes its row.

    `profile` holds the numbers of `TUNABLES` and of the hold timer by key; `depth_measure` names the measure of
    `records.QUANTITIES` that says how deep this stretch goes.
    """

    def __init__(self, profile: Mapping[str, float], depth_measure: str = "hip_hinge_deg") -> None:
        self._profile = profile
        self._depth_measure = depth_measure
        self._statistics = SessionStatistics()
        self._depth, self._straight = Held(), Held()
        self._yaw_s: dict[int, float] = {}
        self._yaw_deg = math.nan

    def put(self, assessment: Assessment) -> None:
        """Add one frame; frames come in order of time."""
        opened, yaw_deg = self._statistics.open, self._yaw_deg
        if opened is not None and not math.isnan(yaw_deg) and (passed_s := assessment.t_s - opened.t_s) <= PAUSE_S:
            cell = round(yaw_deg / _YAW_BIN_DEG)
            self._yaw_s[cell] = self._yaw_s.get(cell, 0.0) + passed_s
        self._yaw_deg = assessment.measures["view_yaw_deg"]
        self._statistics = self._statistics.plus(assessment)
        measures, gap_s = assessment.measures, self._profile[_GAP_KEY]
        judged = under_way(assessment) and assessment.verdict is not Verdict.UNKNOWN
        self._depth = held_step(
            self._depth,
            assessment.t_s,
            measures[self._depth_measure] if judged else math.nan,
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

    def join(self, later: HistoryTally) -> None:
        """Take in another spell of the same stretch: nothing of the time between the two counts for anything."""
        if later._statistics.open is None:
            return
        self._statistics = self._statistics.joined(later._statistics)
        self._yaw_deg = later._yaw_deg
        self._depth = Held(max((self._depth.best, later._depth.best), key=_unseen_least), later._depth.run)
        self._straight = Held(max((self._straight.best, later._straight.best), key=_unseen_least), later._straight.run)
        for cell, passed_s in later._yaw_s.items():
            self._yaw_s[cell] = self._yaw_s.get(cell, 0.0) + passed_s

    @property
    def duration_s(self) -> float:
        """From the first frame to the last, of every spell; NaN before the first."""
        return self._statistics.duration_s if self._statistics.frames else math.nan

    @property
    def under_way_s(self) -> float:
        """For how long the stretch itself was under way: in its hold, or in a phase in which a rule could be told."""
        return self._statistics.under_way_s

    @property
    def worth_keeping(self) -> bool:
        """Whether the stretch was under way for long enough to be a row (`history.least_s`)."""
        least_s = self._profile[LEAST_S.key]
        return self._statistics.frames > 0 and self.under_way_s >= least_s - _EPSILON_S

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
    ) -> HistoryRow:
        """The row of the session so far. What a tally cannot know is handed in; see `HistoryRow` for the meanings."""
        counted = self._statistics
        seen, has_hold = counted.frames > 0, counted.hold_target_s > 0
        return HistoryRow(
            started_at=started_at,
            local_date=local_date,
            stretch=stretch,
            version=version,
            source_kind=source_kind,
            side=side,
            routine=routine,
            duration_s=self.duration_s,
            good_s=counted.good_s if seen else math.nan,
            warned_s=counted.verdict_s[Verdict.WARN] if seen else math.nan,
            unknown_s=counted.verdict_s[Verdict.UNKNOWN] if seen else math.nan,
            rounded_s=counted.rounded_s if counted.back_judged else math.nan,
            hold_target_s=counted.hold_target_s if has_hold else math.nan,
            best_hold_s=counted.best_hold_s if has_hold else math.nan,
            held_s=counted.good_s if has_hold else math.nan,
            reps_whole=_number(counted.reps_whole),
            reps_partial=_number(counted.reps_partial),
            reps_good=_number(counted.reps_good),
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


def _number(count: int | None) -> float:
    """A count as a number of the row: NaN where nothing is counted."""
    return math.nan if count is None else float(count)


def _unseen_least(value: float) -> float:
    return -math.inf if math.isnan(value) else value
