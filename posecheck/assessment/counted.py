"""How many repetitions have been done so far? The one place where a routine reads that.

An assessment that counts repetitions itself (`Assessment.reps`) is believed. One that does not is helped out: coming
back out of the phase of the repetitions is one, whole if it went deep enough, else partial.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from posecheck.assessment.stretch import RepsGoal, Stretch
from posecheck.records import Assessment


@dataclass(frozen=True, slots=True)
class Counted:
    """Repetitions since judging began. The default is: none yet."""

    whole: int = 0
    """Those that count toward the set."""
    partial: int = 0
    """Begun, and not gone through deep enough."""
    furthest_deg: float = math.nan
    """How far the one under way went, by the measure of its phase; NaN between two."""


def step(state: Counted, judged: Assessment, goal: RepsGoal, stretch: Stretch, profile: Mapping[str, float]) -> Counted:
    """Carry the count over one frame. A frame in which the phase cannot be told changes nothing."""
    own = getattr(judged, "reps", None)
    if own is not None:
        return Counted(int(own.whole), int(getattr(own, "partial", 0)))
    phase = next(phase for phase in stretch.phases if phase.name == goal.phase)
    value = judged.measures[phase.measure]
    if math.isnan(value):
        return state
    in_force = {finding.rule for finding in judged.findings if not math.isnan(finding.value)}
    if any(rule.id in in_force for rule in stretch.rules if rule.phase == goal.phase):
        sign, furthest = phase.direction.sign, state.furthest_deg
        further = math.isnan(furthest) or sign * (value - furthest) > 0
        return Counted(state.whole, state.partial, value if further else furthest)
    told = any(finding.rule in _rules_of(stretch, goal.phase) for finding in judged.findings)
    if told or math.isnan(state.furthest_deg):  # in the phase but unseen; or out of it as before
        return state
    if phase.direction.sign * (state.furthest_deg - profile[goal.depth.key]) >= 0:
        return Counted(state.whole + 1, state.partial)
    return Counted(state.whole, state.partial + 1)


def _rules_of(stretch: Stretch, phase: str) -> frozenset[str]:
    return frozenset(rule.id for rule in stretch.rules if rule.phase == phase)
