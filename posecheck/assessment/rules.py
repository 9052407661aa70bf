"""From measures to findings: is each rule of the stretch kept, broken, or not to be told?

A rule warns once its measure has been beyond `limit` for `dwell` seconds, and is good again once it has been within
`leave` for `leave_dwell` seconds: two bounds and two waits, so that it does not flicker. All waits are seconds of the
source, never frames; a crossing is placed where the straight line between two frames meets the bound, so that a slow
camera comes to the same verdict as a fast one, at most one of its frames later.

A leg's angle that jumps back and forth across the limit counts as unseen: the two legs are being mixed up (`oscillation`).

What cannot be seen is UNKNOWN with a reason, in the very frame in which it is unseen. The *memory* (whether the rule
was warning, and how long a change had been under way) outlives an unseen stretch of up to `rules.blip_s`: a hand that
passes before the camera neither clears a warning nor starts its wait anew. After a longer one, after a gap in time,
and whenever the rule's phase is left, the rule starts afresh.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from posecheck.assessment import oscillation
from posecheck.assessment.catalogue.stretch import Phase, Rule, Stretch
from posecheck.assessment.missing_reason import BACK_MEASURES, missing_reason
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Finding, Measures, Verdict
from posecheck.tunables import Tunable

GAP_S: Final = Tunable(
    "rules.gap_s",
    unit="s",
    default=1.0,
    low=0.2,
    high=10.0,
    step=0.1,
    why="a pause between two frames longer than this makes every rule start afresh and closes open events",
    source="judgement: longer than the frames of any camera are apart, shorter than a change of posture",
)
BLIP_S: Final = Tunable(
    "rules.blip_s",
    unit="s",
    default=0.3,
    low=0.0,
    high=1.0,
    step=0.05,
    why="how long a measure may be unseen before its rule forgets whether it was warning",
    source="judgement: less than half of the time a warning waits, so that it never rests mostly on what was not seen",
)
TUNABLES: Final = (GAP_S, BLIP_S, *oscillation.TUNABLES)

#: Times are sums of binary fractions: 0.7 s is reached at 0.69999999.
EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class PhaseMemory:
    """What is remembered of one phase."""

    active: bool = False
    value: float = math.nan
    """Of the previous frame; NaN if unseen there."""
    seen_s: float = math.nan
    """When its measure was last seen."""
    since_s: float = math.nan
    """When it began; NaN while it is not active."""


@dataclass(frozen=True, slots=True)
class RuleMemory:
    """What is remembered of one rule while it is in force."""

    warning: bool = False
    changed_s: float = math.nan
    """Since when it warns, or has been good *again*; NaN if it has never warned."""
    pending_s: float = math.nan
    """Since when the value has stood on the side that would change `warning`; NaN if it does not."""
    value: float = math.nan
    """Of the previous frame; NaN if unseen there."""
    seen_s: float = math.nan
    """When its measure was last seen."""


@dataclass(frozen=True, slots=True)
class RulesState:
    """The memory of all phases and rules of a stretch, in the order of the stretch."""

    t_s: float
    """Of the previous frame; NaN before the first."""
    phases: tuple[PhaseMemory, ...]
    rules: tuple[RuleMemory, ...]
    swings: tuple[oscillation.Swings, ...]
    """How the measure of each rule has swung, in or out of the rule's phase."""


def start(stretch: Stretch) -> RulesState:
    """The memory of nothing seen yet."""
    count = len(stretch.rules)
    return RulesState(
        math.nan, (PhaseMemory(),) * len(stretch.phases), (RuleMemory(),) * count, (oscillation.Swings(),) * count
    )


def in_phase(state: RulesState, stretch: Stretch, name: str) -> bool:
    """Whether the phase `name` is active *and seen* in the latest frame. Raises KeyError for a phase nobody declared."""
    _, memory = phase_of(state, stretch, name)
    return memory.active and not math.isnan(memory.value)


def phase_of(state: RulesState, stretch: Stretch, name: str) -> tuple[Phase, PhaseMemory]:
    """The phase `name` and what is remembered of it. Raises KeyError for a phase nobody declared."""
    by_name = {phase.name: (phase, memory) for phase, memory in zip(stretch.phases, state.phases, strict=True)}
    return by_name[name]


def step(
    state: RulesState, measures: Measures, stretch: Stretch, profile: Mapping[str, float]
) -> tuple[RulesState, tuple[Finding, ...]]:
    """Judge one frame: a finding for every rule in force, in the order of the stretch.

    A rule whose phase is not active says nothing. A rule is UNKNOWN, and its finding's value NaN, when its measure is
    NaN, when the measure of its phase is NaN, when the view hides the back and the measure is one of the back
    (`BACK_MEASURES`), or when the measure is a leg's and jumps back and forth across the limit: the reason is then
    `ReasonCode.LEGS_SWING`, which no missing measure has. `profile` holds the numbers of the stretch and of `TUNABLES` by
    key.
    """
    t_s = measures.t_s
    if not 0 < t_s - state.t_s <= profile[GAP_S.key]:
        state = start(stretch)
    blip_s = profile[BLIP_S.key]
    phases = tuple(
        _phase_step(memory, t_s, measures[phase.measure], phase, profile, blip_s)
        for memory, phase in zip(state.phases, stretch.phases, strict=True)
    )
    by_name = {phase.name: (phase, memory) for phase, memory in zip(stretch.phases, phases, strict=True)}
    memories: list[RuleMemory] = []
    findings: list[Finding] = []
    swung = tuple(
        oscillation.step(memory, t_s, measures[rule.measure], profile)
        if rule.measure in oscillation.LEG_MEASURES
        else memory
        for memory, rule in zip(state.swings, stretch.rules, strict=True)
    )
    for rule, before, swing in zip(stretch.rules, state.rules, swung, strict=True):
        value, from_s = measures[rule.measure], t_s
        reason: Reason | None = None
        if rule.phase is not None:
            phase, phase_memory = by_name[rule.phase]
            if math.isnan(phase_memory.value):
                value, reason = math.nan, missing_reason(phase.measure, measures.view, stretch)
            elif not phase_memory.active:
                memories.append(RuleMemory())
                continue
            elif phase_memory.since_s > state.t_s:  # it came into force between the two frames
                from_s = phase_memory.since_s
        if reason is None and measures.view.reason is not None and rule.measure in BACK_MEASURES:
            value, reason = math.nan, measures.view.reason
        if reason is None and not math.isnan(value) and oscillation.jumps_across(swing, profile[rule.limit.key]):
            value, reason = math.nan, Reason(ReasonCode.LEGS_SWING)
        if reason is None and math.isnan(value):
            reason = missing_reason(rule.measure, measures.view, stretch)
        memory = _rule_step(before, t_s, value, rule, profile, blip_s, from_s)
        memories.append(memory)
        findings.append(_finding(stretch, rule, memory, value, reason, profile))
    return RulesState(t_s, phases, tuple(memories), swung), tuple(findings)


def _phase_step(
    memory: PhaseMemory, t_s: float, value: float, phase: Phase, profile: Mapping[str, float], blip_s: float
) -> PhaseMemory:
    """Active from `begin` on, until the value falls short of `leave`; unseen for longer than a blip ends it."""
    if math.isnan(value):
        return replace(memory, value=math.nan)
    remembered = not math.isnan(memory.value) or t_s - memory.seen_s <= blip_s
    sign, begin = phase.direction.sign, profile[phase.begin.key]
    if memory.active and remembered and sign * (value - profile[phase.leave.key]) >= 0:
        return PhaseMemory(active=True, value=value, seen_s=t_s, since_s=memory.since_s)
    if sign * (value - begin) < 0:
        return PhaseMemory(value=value, seen_s=t_s)
    return PhaseMemory(active=True, value=value, seen_s=t_s, since_s=_crossing_s(memory, t_s, value, begin))


def _rule_step(
    memory: RuleMemory,
    t_s: float,
    value: float,
    rule: Rule,
    profile: Mapping[str, float],
    blip_s: float,
    from_s: float,
) -> RuleMemory:
    """Carry one rule's memory over one frame; `from_s` is the earliest moment a change may be dated back to."""
    if math.isnan(value):
        return replace(memory, value=math.nan)
    if math.isnan(memory.value) and not t_s - memory.seen_s <= blip_s:
        memory = RuleMemory()
    sign, limit = rule.direction.sign, profile[rule.limit.key]
    if memory.warning:
        # A `leave` set beyond the limit would make the rule blink; it counts as the limit itself then.
        bound = limit - sign * max(0.0, sign * (limit - profile[rule.leave.key]))
        turned, dwell_s = sign * (value - bound) <= 0, profile[rule.leave_dwell.key]
    else:
        bound = limit
        turned, dwell_s = sign * (value - bound) > 0, profile[rule.dwell.key]
    if not turned:
        return RuleMemory(memory.warning, memory.changed_s, math.nan, value, t_s)
    since_s = memory.pending_s
    if math.isnan(since_s):
        since_s = min(from_s, _crossing_s(memory, t_s, value, bound))
    if t_s - since_s < dwell_s - EPSILON_S:
        return RuleMemory(memory.warning, memory.changed_s, since_s, value, t_s)
    return RuleMemory(warning=not memory.warning, changed_s=t_s, value=value, seen_s=t_s)


def _crossing_s(memory: PhaseMemory | RuleMemory, t_s: float, value: float, bound: float) -> float:
    """When the straight line from the previous frame's value to this one met `bound`; now, if that one was unseen."""
    if math.isnan(memory.value) or value == memory.value:
        return t_s
    share = min(1.0, max(0.0, (value - bound) / (value - memory.value)))
    return t_s - share * (t_s - memory.seen_s)


def _finding(
    stretch: Stretch,
    rule: Rule,
    memory: RuleMemory,
    value: float,
    reason: Reason | None,
    profile: Mapping[str, float],
) -> Finding:
    if math.isnan(value):
        verdict = Verdict.UNKNOWN
    elif memory.warning:
        verdict, reason = Verdict.WARN, Reason.of_rule(stretch.id, rule.id, rule.reason)
    else:
        verdict = Verdict.GOOD
    return Finding(rule.id, verdict, value, profile[rule.limit.key], rule.limit.unit, reason)
