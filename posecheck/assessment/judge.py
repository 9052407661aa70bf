"""From one frame's measures to what is to be thought of it: findings, verdict, reason, hold and repetitions.

What of it is worth saying, `coach` decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from posecheck.assessment import hold, reps, rules
from posecheck.assessment.catalogue.stretch import Direction, Stretch
from posecheck.assessment.hold import HoldState
from posecheck.assessment.reps import Facts, RepsState
from posecheck.assessment.rules import RulesState
from posecheck.reasons import Reason, ReasonCode, code_of
from posecheck.records import Assessment, Finding, Hold, Measures, Reps, Sighting, Verdict

#: The rule of the back, in every stretch that has one.
_ROUNDING: Final = "spine_rounding"
#: Measures of how bent a knee is.
_KNEES: Final = frozenset({"knee_flexion_deg", "lead_knee_flexion_deg", "other_knee_flexion_deg"})

#: What to do about being in another position than that of the stretch (`stretch.POSITIONS`).
WRONG_POSITION: Final[Mapping[str, ReasonCode]] = {
    "standing": ReasonCode.POSITION_STAND,
    "kneeling": ReasonCode.POSITION_KNEEL,
    "seated": ReasonCode.POSITION_SIT_ON_CHAIR,
    "floor": ReasonCode.POSITION_SIT_ON_FLOOR,
    "lying": ReasonCode.POSITION_LIE,
}


@dataclass(frozen=True, slots=True)
class JudgeState:
    """The memory of rules, hold timer and count of repetitions."""

    rules: RulesState
    hold: HoldState
    reps: RepsState = field(default_factory=RepsState)
    """The next side begins at zero: `replace(state, reps=RepsState())`."""


def start(stretch: Stretch) -> JudgeState:
    """The memory of nothing seen yet."""
    return JudgeState(rules.start(stretch), HoldState())


def step(
    state: JudgeState, sighting: Sighting, measures: Measures, stretch: Stretch, profile: Mapping[str, float]
) -> tuple[JudgeState, Assessment]:
    """Judge one frame.

    The verdict is WARN if any finding warns; else UNKNOWN if any finding is UNKNOWN, the view hides the back or nobody
    is there, or somebody in another position than the stretch asks for; else GOOD. A position that cannot be determined
    (`View.position` empty) is let pass, and so is every one where the camera has nothing to judge. `cue` is left empty
    for the coach. `profile` holds the numbers of the stretch and of `assessment.TUNABLES` by key.
    """
    view = measures.view
    how = taken(
        stretch,
        reason=view.reason,
        position=view.position,
        well_placed=view.well_placed,
        is_empty=sighting.is_empty,
        lead_is_far=view.lead_is_far,
    )
    measures = _remarked(measures, how.remark)
    seen = _remarked(measures, how.problem)
    if how.hidden:
        seen = replace(seen, values=dict.fromkeys(seen.values, math.nan))
    rules_state, findings = rules.step(state.rules, seen, stretch, profile)
    verdict, reason = _overall(findings, how.undecided)
    counts = Verdict.WARN if verdict is Verdict.GOOD and _begun(findings, stretch) else verdict
    hold_state, held = _hold_step(state.hold, seen.t_s, counts, rules_state, stretch, profile)
    reps_state, counted = _reps_step(state.reps, seen, verdict, findings, rules_state, stretch, profile)
    assessment = Assessment(
        t_s=measures.t_s,
        sighting=sighting,
        measures=measures,
        verdict=verdict,
        reason=reason,
        findings=findings,
        hold=held,
        cue="",
        reps=counted,
    )
    return JudgeState(rules_state, hold_state, reps_state), assessment


def _elsewhere(position: str, stretch: Stretch) -> bool:
    """Whether somebody is in another position than the stretch asks for, as far as can be told."""
    return stretch.view != "none" and position not in ("", stretch.position)


@dataclass(frozen=True, slots=True)
class Taken:
    """How a stretch takes a view."""

    problem: Reason | None
    """Why the back, or nothing, can be judged; None when it can."""
    undecided: Reason | None
    """Why the frame is no better than UNKNOWN, though some rules may be judged; None where nothing stands in the way."""
    hidden: bool
    """Whether no measure counts: of nobody, or of somebody who does something else."""
    remark: Reason | None
    """The view's own reason, without what is no remark in this stretch."""


def taken(
    stretch: Stretch,
    *,
    reason: Reason | None,
    position: str,
    well_placed: bool,
    is_empty: bool,
    lead_is_far: bool,
) -> Taken:
    """How `stretch` takes a view (`records.View`) of somebody, or of nobody.

    What the view knows already (it is too dark, say) stands before what is said of nobody or of somebody in another
    position, unless it is about the back alone.

    With the lead leg on the far side, where its knee is asked for, no frame is GOOD and no second counts: a bent knee
    takes the stretch off the leg, so seconds in which nobody saw it are not worth more than any other unseen ones. That
    is said from the moment the leg is recognised, before the bend, while it costs nothing to turn round. The back is
    judged all the same.
    """
    if not stretch.watch:
        timed = Reason(ReasonCode.NOT_WATCHED)
        return Taken(timed, timed, hidden=False, remark=reason)
    known = None if well_placed else reason
    if is_empty:
        problem = known or Reason(ReasonCode.VIEW_NOBODY)
        return Taken(problem, problem, hidden=True, remark=reason)
    if _elsewhere(position, stretch):
        problem = known or Reason(WRONG_POSITION[stretch.position])
        return Taken(problem, problem, hidden=True, remark=reason)
    if stretch.position == "lying" and code_of(reason) == ReasonCode.SPINE_LYING:  # the stretch is done so
        reason = None
    far = Reason(ReasonCode.LEAD_FAR) if lead_is_far and stretch.wants_near_lead else None
    return Taken(reason, known or far or reason, hidden=False, remark=reason)


def _remarked(measures: Measures, reason: Reason | None) -> Measures:
    """The measures with `reason` as the view's own."""
    if measures.view.reason == reason:
        return measures
    return replace(measures, view=replace(measures.view, reason=reason))


def _overall(findings: tuple[Finding, ...], problem: Reason | None) -> tuple[Verdict, Reason | None]:
    """Verdict and reason of the frame; `problem` is why the view cannot be judged, None where it can."""
    for finding in findings:
        if finding.verdict is Verdict.WARN:
            return Verdict.WARN, finding.reason
    unknown = [finding.reason for finding in findings if finding.verdict is Verdict.UNKNOWN]
    if problem is not None or unknown:
        return Verdict.UNKNOWN, problem or unknown[0]
    return Verdict.GOOD, None


def _begun(findings: tuple[Finding, ...], stretch: Stretch) -> bool:
    """Whether a limit is passed already, though not for long enough to warn: such a second is no good second."""
    directions = {rule.id: rule.direction for rule in stretch.rules}
    return any(directions[finding.rule].sign * (finding.value - finding.limit) > 0.0 for finding in findings)


def _hold_step(
    state: HoldState,
    t_s: float,
    verdict: Verdict,
    rules_state: RulesState,
    stretch: Stretch,
    profile: Mapping[str, float],
) -> tuple[HoldState, Hold]:
    goal = stretch.hold
    if goal is None or goal.phase is None:
        return state, Hold(active=False, good_s=0.0, target_s=0.0)
    return hold.step(
        state,
        t_s,
        verdict,
        rules.in_phase(rules_state, stretch, goal.phase),
        profile[goal.target.key],
        gap_s=profile[hold.GAP_S.key],
        reset_s=profile[hold.RESET_S.key],
    )


def _reps_step(
    state: RepsState,
    measures: Measures,
    verdict: Verdict,
    findings: tuple[Finding, ...],
    rules_state: RulesState,
    stretch: Stretch,
    profile: Mapping[str, float],
) -> tuple[RepsState, Reps | None]:
    goal = stretch.reps
    if goal is None:
        return state, None
    phase, memory = rules.phase_of(rules_state, stretch, goal.phase)
    by_rule = {finding.rule: finding for finding in findings}
    warns = [rule for rule in stretch.rules if rule.id in by_rule and by_rule[rule.id].verdict is Verdict.WARN]
    bent = [rule for rule in warns if rule.measure in _KNEES and rule.direction is Direction.ABOVE]
    back = by_rule.get(_ROUNDING)
    facts = Facts(
        active=memory.active,
        since_s=memory.since_s,
        unknown=verdict is Verdict.UNKNOWN or (back is not None and back.verdict is Verdict.UNKNOWN),
        rounded=back is not None and back.verdict is Verdict.WARN,
        bent_knee=bool(bent),
        fault=next((by_rule[rule.id].reason for rule in warns if rule.id != _ROUNDING and rule not in bent), None),
        spine_deg=math.nan if back is None else back.value,
    )
    return reps.step(state, measures.t_s, measures[phase.measure], facts, phase, goal, profile)
