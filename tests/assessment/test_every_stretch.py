"""Every stretch file at work: measures made by hand go in, and each of its rules finds what it is there to find."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from posecheck.assessment import load_stretch, rules, stretch_ids
from posecheck.assessment.catalogue.stretch import Phase, Rule, Stretch
from posecheck.records import Measures, Verdict
from tests.assessment.scenes import changes, judged, line, measured, profile, times, verdicts

GOOD, WARN = Verdict.GOOD, Verdict.WARN
WATCHED = [stretch for stretch in map(load_stretch, stretch_ids()) if stretch.watch]
RULES = [pytest.param(stretch, rule, id=f"{stretch.id}-{rule.id}") for stretch in WATCHED for rule in stretch.rules]


def clean(stretch: Stretch) -> dict[str, float]:
    """Measures of somebody who is in every phase of the stretch and breaks none of its rules, by some degrees."""
    out = {}
    for measure in {*(phase.measure for phase in stretch.phases), *(rule.measure for rule in stretch.rules)}:
        fits = [value for value in candidates(measure) if all(kept(part, value) for part in parts(stretch, measure))]
        assert fits, f"{stretch.id}: no {measure} is in its phases and within its rules"
        out[measure] = fits[len(fits) // 2]
    return out


def moment(t_s: float, values: Mapping[str, float]) -> Measures:
    """A clean fold at `t_s`, but for these measures."""
    plain = measured(t_s)
    return Measures(t_s, {**plain.values, **values}, plain.view)


def candidates(measure: str) -> list[float]:
    """Values that a person may have."""
    return [step / 100 for step in range(101)] if measure == "hip_share" else [float(deg) for deg in range(-30, 120)]


def parts(stretch: Stretch, measure: str) -> list[Phase | Rule]:
    """What looks at a measure."""
    phases = [phase for phase in stretch.phases if phase.measure == measure]
    return [*phases, *(rule for rule in stretch.rules if rule.measure == measure)]


def kept(part: Phase | Rule, value: float) -> bool:
    """In the phase; within the rule."""
    if isinstance(part, Phase):
        return part.direction.sign * (value - part.begin.default) >= 0
    return part.direction.sign * (value - part.leave.default) <= 0


def in_hold(stretch: Stretch, frames: list[Measures]) -> bool:
    """Whether the person is in the hold, or in the repetition, at the end of these frames."""
    state, numbers = rules.start(stretch), profile(stretch)
    for frame in frames:
        state, _ = rules.step(state, frame, stretch, numbers)
    goal = stretch.hold or stretch.reps
    assert goal is not None
    assert goal.phase is not None
    return rules.in_phase(state, stretch, goal.phase)


@pytest.mark.parametrize("stretch", WATCHED, ids=lambda stretch: stretch.id)
def test_well_done_is_good_and_counts(stretch: Stretch) -> None:
    """There is a way to do it in which every rule is in force and kept, and which counts."""
    frames = [moment(t_s, clean(stretch)) for t_s in times(30, 3)]
    *_, (_, findings) = judged(frames, stretch)
    assert {rule: finding.verdict for rule, finding in findings.items()} == {rule.id: GOOD for rule in stretch.rules}
    assert in_hold(stretch, frames)


@pytest.mark.parametrize(("stretch", "rule"), RULES)
def test_each_fault_is_found_alone_and_forgiven(stretch: Stretch, rule: Rule) -> None:
    """One measure goes beyond its limit and comes back: that rule warns, no other does, and it is good again."""
    beyond = rule.limit.default + rule.direction.sign * (2.0 if rule.limit.unit else 0.05)
    good = clean(stretch)
    signal = line(
        [(0, good[rule.measure]), (2, good[rule.measure]), (2.3, beyond), (6, beyond), (6.3, good[rule.measure])]
    )
    frames = [moment(t_s, good | {rule.measure: signal(t_s)}) for t_s in times(30, 9)]
    said = [verdict for _, verdict in changes(verdicts(frames, rule.id, stretch))]
    assert said == [GOOD, WARN, GOOD]
    others = {
        finding.rule for _, found in judged(frames, stretch) for finding in found.values() if finding.verdict is WARN
    }
    assert others == {rule.id}


@pytest.mark.parametrize("stretch", WATCHED, ids=lambda stretch: stretch.id)
def test_before_it_begins_nothing_is_said(stretch: Stretch) -> None:
    """Out of every phase no rule is in force, however wrong the measures, and nothing counts."""
    wrong = {rule.measure: rule.limit.default + rule.direction.sign * 20.0 for rule in stretch.rules}
    outside: dict[str, float] = {}
    for phase in stretch.phases:
        beyond = phase.leave.default - phase.direction.sign * 5.0
        outside[phase.measure] = min(beyond, outside.get(phase.measure, beyond))
    frames = [moment(t_s, wrong | outside) for t_s in times(30, 3)]
    assert all(not findings for _, findings in judged(frames, stretch))
    assert not in_hold(stretch, frames)


def test_a_knee_bent_on_the_step_is_let_be_and_one_that_sags_is_not() -> None:
    """Bent: not looked at, and the hold counts. Straight: good. Sagging: told. Bent well again: not looked at."""
    step = load_stretch("foot_on_step")
    knee = line([(0, 60), (4, 60), (5, 8), (8, 8), (8.5, 27), (12, 27), (12.5, 60), (15, 60)])
    frames = [measured(t_s, lead_knee_flexion_deg=knee(t_s), trunk_inclination_deg=40.0) for t_s in times(30, 15)]
    assert [verdict for _, verdict in changes(verdicts(frames, "knee_sags", step))] == [None, GOOD, WARN, None]
    assert all(in_hold(step, frames[:seen]) for seen in range(30, len(frames), 30))


def test_a_knee_bent_again_in_one_go_is_no_fault() -> None:
    """Letting the straightened knee bend takes a second, and that second is not called sagging."""
    step = load_stretch("foot_on_step")
    knee = line([(0, 8), (3, 8), (4.5, 60), (8, 60)])
    frames = [measured(t_s, lead_knee_flexion_deg=knee(t_s), trunk_inclination_deg=40.0) for t_s in times(30, 8)]
    assert [verdict for _, verdict in changes(verdicts(frames, "knee_sags", step))] == [GOOD, None]
