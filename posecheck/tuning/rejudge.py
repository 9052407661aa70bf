"""What does posecheck say of a recording with these numbers? The answer of `session.run`, thousands of times over.

    track = measure(see(sightings), profile, stretch)           once for each setting of the room of angles
    judged = rejudge(track, stretch, profile)                   milliseconds: events, hold, seconds of each verdict

Equal to what the session says, to the bit. Left out are what no limit is tuned by: the coach's lines, the set-up
check and the count of repetitions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecheck.assessment import events, hold, rules
from posecheck.assessment.catalogue.stretch import Direction, Rule, Stretch
from posecheck.assessment.events import VIEW_RULE
from posecheck.reasons import Reason
from posecheck.records import PAUSE_S, Event, Floats, Verdict
from posecheck.tuning.track import Counts, Track
from posecheck.tuning.verdicts import GOOD, SILENT, UNKNOWN, WARN, RuleVerdicts, Verdicts, judge_rules, latest

VERDICTS = (None, Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a recording comes to with one set of numbers."""

    events: tuple[Event, ...]
    """As `session.Outcome.events`: by their start, then their rule."""
    verdict: NDArray[np.int8]
    """(n,) of each frame: `verdicts.GOOD`, `WARN` or `UNKNOWN`."""
    rules: Mapping[str, RuleVerdicts]
    """What each rule says of each frame."""
    verdict_s: Mapping[Verdict, float]
    """Seconds each verdict stood, as `session.Outcome.verdict_s`."""
    hold_good_s: float
    """The longest hold of good seconds."""


def rejudge(track: Track, stretch: Stretch, profile: Mapping[str, float]) -> Judged:
    """Judge what was measured. `profile` holds the numbers of the stretch and of the room of judging, by key.

    The measures are taken as they are: numbers of the room of angles have no say any more.
    """
    said = judge_rules(track, stretch, profile)
    problem = said.views.undecided()[track.sight]
    codes = np.array([one.said for one in said.rules], np.int8).reshape(len(said.rules), len(track))
    warns, unknown = (codes == WARN).any(axis=0), (codes == UNKNOWN).any(axis=0)
    verdict = np.where(warns, WARN, np.where(unknown | (problem >= 0), UNKNOWN, GOOD)).astype(np.int8)
    return Judged(
        events=_events(track, stretch, profile, said, warns, unknown, problem),
        verdict=verdict,
        rules={rule.id: one for rule, one in zip(stretch.rules, said.rules, strict=True)},
        verdict_s=_verdict_s(track.t_s, verdict),
        hold_good_s=_hold_good_s(track, stretch, profile, said, verdict),
    )


# ------------------------------------------------------------------------------------------------ events
def _events(
    track: Track,
    stretch: Stretch,
    profile: Mapping[str, float],
    said: Verdicts,
    warns: NDArray[np.bool_],
    unknown: NDArray[np.bool_],
    problem: Counts,
) -> tuple[Event, ...]:
    """`assessment.events` over arrays: runs of frames of which a rule says the same."""
    t_s = track.t_s
    if not len(t_s):
        return ()
    speaks_until_s = _speaks_until_s(t_s, said.fresh)
    out: list[Event] = []
    for rule, one in zip(stretch.rules, said.rules, strict=True):
        out += _spells(rule.id, one, said, t_s, speaks_until_s, rule, stretch, profile[rule.limit.key])
    # With WARN the frame's reason is the rule's own; the view's stands with the measures.
    why = np.where(unknown, -1, np.where(warns, said.views.remark()[track.sight], problem))
    nothing = np.full(len(t_s), np.nan)
    view = RuleVerdicts(np.where(why >= 0, UNKNOWN, SILENT).astype(np.int8), nothing, why)
    out += _spells(VIEW_RULE, view, said, t_s, speaks_until_s, None, stretch, math.nan)
    for i in np.flatnonzero(said.fresh[1:] & (np.diff(t_s) > profile[rules.GAP_S.key])).tolist():
        until_s = float(speaks_until_s[i])
        out.append(events.pause(until_s, float(t_s[i + 1])))
    return tuple(sorted(out, key=lambda event: (event.start_s, event.rule)))


def _speaks_until_s(t_s: Floats, fresh: NDArray[np.bool_]) -> Floats:
    """(n,) until when each frame speaks if it is the last one: as long as the frame before it did."""
    passed_s = np.zeros(len(t_s))
    passed_s[1:] = np.diff(t_s)
    lengths = latest(~fresh)
    out: Floats = t_s + np.where(lengths >= 0, passed_s[lengths], 0.0)
    return out


def _spells(
    rule_id: str,
    one: RuleVerdicts,
    said: Verdicts,
    t_s: Floats,
    speaks_until_s: Floats,
    rule: Rule | None,
    stretch: Stretch,
    limit: float,
) -> list[Event]:
    """The events of one rule (None: of the view)."""
    families = np.array([*said.views.families, -1], np.intp)
    # What goes on must be equal: 0 nothing, 1 a warning, from 2 on the sentence of an UNKNOWN but for its numbers.
    same = np.where(one.said == WARN, 1, np.where(one.said == UNKNOWN, 2 + families[one.why], 0))
    turns = said.fresh.copy()
    turns[1:] |= same[1:] != same[:-1]
    begins = np.flatnonzero(turns)
    ends = np.append(begins[1:], len(t_s))
    noted = same[begins] > 0
    begins, ends = begins[noted], ends[noted]
    if not len(begins):
        return []
    worst = np.fmin if rule is not None and rule.direction is Direction.BELOW else np.fmax
    out = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        broken = end == len(t_s) or said.fresh[end]
        end_s = float(speaks_until_s[end - 1] if broken else t_s[end])
        verdict, value = Verdict.UNKNOWN, math.nan
        if one.said[begin] == WARN and rule is not None:
            verdict, value = Verdict.WARN, float(worst.reduce(one.value[begin:end]))
            reason = Reason.of_rule(stretch.id, rule.id, rule.reason)
        else:
            reason = said.views.reasons[one.why[begin]]
        unit = rule.limit.unit if rule is not None else ""
        out.append(Event(float(t_s[begin]), end_s, rule_id, verdict, value, limit, unit, reason))
    return out


# ------------------------------------------------------------------------------------------------ seconds
def _verdict_s(t_s: Floats, verdict: NDArray[np.int8]) -> dict[Verdict, float]:
    """An interval belongs to the frame that opens it; a pause is UNKNOWN."""
    passed_s = np.diff(t_s)
    opened = np.where(passed_s <= PAUSE_S, verdict[:-1], UNKNOWN)
    return {name: _sum(passed_s[opened == code]) for code, name in enumerate(VERDICTS) if name is not None}


def _sum(values: Floats) -> float:
    """The sum, added up one after the other as a session does."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


def _hold_good_s(
    track: Track, stretch: Stretch, profile: Mapping[str, float], said: Verdicts, verdict: NDArray[np.int8]
) -> float:
    """`assessment.hold` over arrays: the most good seconds any hold came to."""
    goal = stretch.hold
    if goal is None or goal.phase is None or not len(track):
        return 0.0
    begun = np.zeros(len(track), np.bool_)
    for rule, one in zip(stretch.rules, said.rules, strict=True):
        begun |= rule.direction.sign * (one.value - profile[rule.limit.key]) > 0.0
    phase = said.phases[goal.phase]
    inside = phase.active
    counts = inside & (verdict == GOOD) & ~begun
    t_s, reset_s = track.t_s, profile[hold.RESET_S.key]
    passed_s = np.zeros(len(t_s))
    passed_s[1:] = np.diff(t_s)
    credited = counts.copy()
    credited[0] = False
    credited[1:] &= counts[:-1] & (passed_s[1:] <= min(profile[hold.GAP_S.key], reset_s))
    at = np.flatnonzero(inside)
    anew = at[np.append(True, np.diff(t_s[at]) > reset_s)] if len(at) else at
    bounds = [*anew.tolist(), len(t_s)]
    spells = (slice(begin, end) for begin, end in itertools.pairwise(bounds))
    return max((_sum(passed_s[spell][credited[spell]]) for spell in spells), default=0.0)
