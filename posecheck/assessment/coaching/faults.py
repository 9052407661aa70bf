"""What is wrong now, for how long, and what has been said of it already?

Nobody in view or a view that hides the body comes before form, and of several rules that warn the first of the
stretch is spoken of, alone: two pieces of advice at once may contradict each other ("bend your knees a little",
"straighten your knees"). A fault that stays is told at most `coach.most_times`, the first time as it is, then as the
easier way out; one that has been red for long is answered with "ease off", and after that only the line stays.
A fault that comes back soon goes on where it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from posecheck.assessment.catalogue.stretch import Rule, Stretch
from posecheck.assessment.coaching.cue_scheduler import CueCandidate
from posecheck.assessment.rules import BLIP_S
from posecheck.reasons import Reason
from posecheck.records import Assessment, CueKind, Finding, Urgency, Verdict
from posecheck.tunables import Tunable

REPEAT_S: Final = Tunable(
    "coach.repeat_s",
    unit="s",
    default=10.0,
    low=6.0,
    high=120.0,
    step=1.0,
    why="the same thing is not said again sooner; a fault that was away for longer counts as a new one",
    source="judgement: three slow breaths, time to try what was said; no trial fixes it",
)
MOST_TIMES: Final = Tunable(
    "coach.most_times",
    unit="",
    default=3.0,
    low=1.0,
    high=20.0,
    step=1.0,
    why="how often one fault is told before the coach falls silent and only shows the line",
    source="judgement: the cue, the easier way out, and that once more; who has not changed it then cannot or will not",
)
EASE_OFF_S: Final = Tunable(
    "coach.ease_off_s",
    unit="s",
    default=15.0,
    low=5.0,
    high=120.0,
    step=1.0,
    why="a rule that has warned for this long in a row calls for easing off; shorter is more careful",
    source="judgement: half of a 30 s hold; whoever cannot find back by then has gone too far",
)
VIEW_DWELL_S: Final = Tunable(
    "coach.view_dwell_s",
    unit="s",
    default=1.0,
    low=0.0,
    high=10.0,
    step=0.1,
    why="how long a view problem must last before it is spoken; it is shown at once",
    source="judgement: people walk into the picture and turn; longer than an arm takes to pass",
)
TUNABLES: Final = (REPEAT_S, MOST_TIMES, EASE_OFF_S, VIEW_DWELL_S)

#: The name of "some problem with the view", beside the problem's own.
_ANY_VIEW: Final = "view"
#: View problems that take turns are spoken of after so many times `coach.view_dwell_s`.
_TURNS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one frame."""

    name: str
    """The rule's id, or the code of the reason and what of it is no number."""
    rule: Rule | None
    """None: a problem with the view."""
    reason: Reason
    """Why the view cannot be judged, or why the rule warns."""


@dataclass(frozen=True, slots=True)
class Run:
    """How long one fault has been there, and what has been said of it."""

    since_s: float
    """When it began."""
    seen_s: float
    """When it was last there."""
    open: bool = True
    """Whether it has not been seen to end."""
    times: int = 0
    """How often it was spoken of since it was last away for long."""
    told_s: float = -math.inf
    """When it was last spoken of; -inf: never."""
    eased: bool = False
    """Whether that was "ease off"."""


#: By name.
Runs: TypeAlias = Mapping[str, Run]
NO_RUNS: Final[Runs] = MappingProxyType({})


def find(assessment: Assessment, stretch: Stretch) -> Fault | None:
    """The one fault to speak of: the view, else the first rule of the stretch that warns or cannot be told."""
    unknown = assessment.verdict is Verdict.UNKNOWN
    problem = assessment.reason if unknown else assessment.measures.view.reason
    if problem is not None:
        return _view(problem)
    findings = {finding.rule: finding for finding in assessment.findings}
    for rule in stretch.rules:
        finding = findings.get(rule.id)
        if finding is None or finding.reason is None:
            continue
        if finding.verdict is Verdict.UNKNOWN:
            return _view(finding.reason)
        return Fault(rule.id, rule, finding.reason)
    return None


def _view(reason: Reason) -> Fault:
    return Fault(" ".join(reason.family), None, reason)


def follow(
    runs: Runs, fault: Fault | None, assessment: Assessment, before_s: float, numbers: Mapping[str, float]
) -> Runs:
    """Carry every run over one frame; `before_s` is the time of the frame before, `numbers` the profile.

    A fault that is away for no longer than `rules.blip_s` or a frame has not been away.
    """
    t_s = assessment.t_s
    hidden = {finding.rule for finding in assessment.findings if finding.verdict is Verdict.UNKNOWN}
    now = {finding.rule for finding in assessment.findings if finding.verdict is Verdict.WARN}
    if fault is not None and fault.rule is None:
        now |= {fault.name, _ANY_VIEW}
    if not runs and not now:
        return runs
    out = {
        name: replace(run, open=run.open and name in hidden)
        for name, run in runs.items()
        if t_s - run.seen_s <= numbers[REPEAT_S.key]
    }
    for name in now:
        run = out.get(name)
        if run is None:
            out[name] = Run(t_s, t_s)
        elif _is_recent(run, t_s, before_s, numbers):
            out[name] = replace(run, seen_s=t_s, open=True)
        else:
            out[name] = replace(run, since_s=t_s, seen_s=t_s, open=True, eased=False)
    return MappingProxyType(out)


def _is_recent(run: Run, t_s: float, before_s: float, numbers: Mapping[str, float]) -> bool:
    return run.seen_s >= before_s or t_s - run.seen_s <= numbers[BLIP_S.key]


def returned(
    runs: Runs, assessment: Assessment, before_s: float, stretch: Stretch, numbers: Mapping[str, float]
) -> tuple[Rule, bool] | None:
    """The first rule that has become good again in this very frame, and whether its fault had been spoken of.

    `runs` are those of the frame before. Coming out of the position is no return, and neither is a rule that began
    afresh because its measure was unseen for longer than `rules.blip_s`.
    """
    kept = {finding.rule for finding in assessment.findings if finding.verdict is Verdict.GOOD}
    for rule in stretch.rules:
        run = runs.get(rule.id)
        if run is not None and run.open and rule.id in kept and _is_recent(run, assessment.t_s, before_s, numbers):
            return rule, run.told_s >= run.since_s
    return None


def with_room(rule: Rule, finding: Finding, numbers: Mapping[str, float]) -> bool:
    """Whether the value of a rule is on the good side of the bound at which its warning ends, `leave`."""
    return rule.direction.sign * (finding.value - numbers[rule.leave.key]) <= 0


def advice(fault: Fault, runs: Runs, stretch: Stretch, t_s: float, numbers: Mapping[str, float]) -> CueCandidate | None:
    """What to say next of `fault`, and from when on; None if it has been said often enough."""
    run = runs[fault.name]
    ease_off_s = run.since_s + numbers[EASE_OFF_S.key]
    if fault.rule is not None and not run.eased and run.told_s >= run.since_s and t_s >= ease_off_s:
        return _ease_off(ease_off_s)
    if run.times >= numbers[MOST_TIMES.key]:
        return None
    again_s = max(run.since_s, run.told_s + numbers[REPEAT_S.key])
    if fault.rule is not None:
        return _form(fault.rule, stretch, again_s, easier=run.times > 0)
    dwell_s = numbers[VIEW_DWELL_S.key]
    lasts_s = min(run.since_s + dwell_s, runs[_ANY_VIEW].since_s + _TURNS * dwell_s)
    return _see(fault, max(lasts_s, again_s))


def line(fault: Fault, runs: Runs, stretch: Stretch) -> CueCandidate:
    """What to show of `fault`: what was said of it last, or what is going to be said first."""
    run = runs[fault.name]
    if fault.rule is None:
        return _see(fault, run.since_s)
    return _ease_off(run.since_s) if run.eased else _form(fault.rule, stretch, run.since_s, easier=run.times > 1)


def _see(fault: Fault, due_s: float) -> CueCandidate:
    return CueCandidate(
        CueKind.VIEW, fault.reason.key, due_s, Urgency.NOTICE, MappingProxyType(dict(fault.reason.values))
    )


def _form(rule: Rule, stretch: Stretch, due_s: float, *, easier: bool) -> CueCandidate:
    """What to do about a rule that is not kept; as the easier way out if it has one."""
    kind, what = (CueKind.FIX, "fix") if easier and rule.fix else (CueKind.FORM, "say")
    return CueCandidate(kind, _key(stretch, rule, what), due_s, Urgency.NOTICE)


def _ease_off(due_s: float) -> CueCandidate:
    return CueCandidate(CueKind.EASE_OFF, "coach.ease_off", due_s, Urgency.FIRM)


def praise(rule: Rule, stretch: Stretch, due_s: float) -> CueCandidate:
    """The praise for a rule that is kept again."""
    return CueCandidate(CueKind.PRAISE, _key(stretch, rule, "good_again"), due_s)


def _key(stretch: Stretch, rule: Rule, what: str) -> str:
    return f"stretch.{stretch.id}.{rule.id}.{what}"


def after_cue(runs: Runs, fault: Fault, kind: CueKind, moment_s: float, numbers: Mapping[str, float]) -> Runs:
    """The runs after `fault` was spoken of at `moment_s`. After "ease off" there is nothing left to say of it."""
    run = runs[fault.name]
    eased = kind is CueKind.EASE_OFF
    times = max(run.times + 1, math.ceil(numbers[MOST_TIMES.key])) if eased else run.times + 1
    return MappingProxyType({**runs, fault.name: replace(run, times=times, told_s=moment_s, eased=eased)})
