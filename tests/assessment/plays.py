"""Plays for a coach: scenes that follow each other, told in seconds, so that any camera may watch them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.coaching import coach
from posecheck.assessment.coaching.coach import CoachState
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Assessment, Cue, Finding, Hold, Verdict
from tests.assessment.scenes import FOLD, measured, profile, sighting

GOOD, WARN, UNKNOWN = Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN
TARGET_S = 30.0
_VALUES = {GOOD: 10.0, WARN: 45.0, UNKNOWN: math.nan}
_SOMEBODY = sighting(0.0)


@dataclass(frozen=True)
class Scene:
    """What goes on for a while; None is a rule that is not in force."""

    spine: Verdict | None = GOOD
    knee: Verdict | None = GOOD
    view: Reason | None = None
    in_hold: bool = True
    spine_deg: float | None = None

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the two rules of the fold say."""
        told = zip(FOLD.rules, (self.spine, self.knee), (self.spine_deg, None), strict=True)
        return tuple(
            Finding(
                rule.id,
                verdict,
                _VALUES[verdict] if value is None else value,
                rule.limit.default,
                "deg",
                {
                    GOOD: None,
                    WARN: Reason.of_rule(FOLD.id, rule.id, rule.reason),
                    UNKNOWN: self.view or Reason(ReasonCode.KNEE_HIDDEN),
                }[verdict],
            )
            for rule, verdict, value in told
            if verdict is not None
        )

    @cached_property
    def verdict(self) -> Verdict:
        """As the judge has it."""
        said = {finding.verdict for finding in self.findings}
        return WARN if WARN in said else UNKNOWN if UNKNOWN in said or self.view else GOOD


HOLDING = Scene()
UPRIGHT = Scene(None, None, in_hold=False)
ROUND = Scene(spine=WARN)
BENT = Scene(knee=WARN)
BOTH = Scene(spine=WARN, knee=WARN)
TURNED = Scene(None, None, Reason(ReasonCode.VIEW_NOT_SIDE_ON), in_hold=False)
NOBODY = Scene(UNKNOWN, UNKNOWN, Reason(ReasonCode.VIEW_NOBODY), in_hold=False)
HIDDEN = Scene(UNKNOWN, GOOD, Reason(ReasonCode.SPINE_COVERED))
HIDDEN_AND_BENT = Scene(UNKNOWN, WARN, Reason(ReasonCode.SPINE_COVERED))


class Play:
    """Scenes, each with its length in seconds. All but the first begin `delays_s` later than planned (or earlier)."""

    def __init__(self, scenes: Sequence[tuple[float, Scene]], delays_s: Sequence[float] = ()) -> None:
        self.scenes = [scene for _, scene in scenes]
        ends = list(accumulate(length_s for length_s, _ in scenes))
        delays = [*delays_s, *(0.0 for _ in ends)][: len(ends) - 1]
        moved = (max(0.0, end_s + delay_s) for end_s, delay_s in zip(ends[:-1], delays, strict=True))
        self.starts_s = [0.0, *accumulate(moved, max)]
        self.end_s = ends[-1]

    def at(self, t_s: float) -> Scene:
        """The scene at a time."""
        return self.scenes[max(bisect_right(self.starts_s, t_s) - 1, 0)]

    def good_s(self, t_s: float) -> float:
        """Good seconds of the hold until then, to the instant."""
        ends = [*self.starts_s[1:], math.inf]
        return sum(
            max(0.0, min(t_s, end_s) - start_s)
            for start_s, end_s, scene in zip(self.starts_s, ends, self.scenes, strict=True)
            if scene.in_hold and scene.verdict is GOOD
        )

    def seen(self, times_s: Iterable[float]) -> Iterator[Assessment]:
        """What a camera that looks at these times gives to the coach."""
        for t_s in times_s:
            scene = self.at(t_s)
            findings, verdict = scene.findings, scene.verdict
            reasons = [finding.reason for finding in findings if finding.verdict is verdict]
            yield Assessment(
                t_s=t_s,
                sighting=_SOMEBODY,
                measures=measured(t_s, reason=scene.view),
                verdict=verdict,
                reason=None if verdict is GOOD else scene.view if verdict is UNKNOWN and scene.view else reasons[0],
                findings=findings,
                hold=Hold(scene.in_hold, self.good_s(t_s), TARGET_S),
                cue="",
            )


def coached(
    frames: Iterable[Assessment],
    numbers: Mapping[str, float] | None = None,
    state: CoachState | None = None,
    stretch: Stretch = FOLD,
) -> list[Cue | None]:
    """What the coach says of each frame."""
    numbers = profile(stretch) if numbers is None else numbers
    state = coach.start() if state is None else state
    out = []
    for frame in frames:
        state, said = coach.step(state, frame, stretch, numbers)
        out.append(said)
    return out


def spoken(lines: Iterable[Cue | None]) -> list[Cue]:
    """Only what is spoken."""
    return [said for said in lines if said is not None and said.spoken]
