"""What do the rules of a stretch say of every frame of a recording? `assessment.rules` over arrays, nothing left out.

`rules.step` carries a memory from frame to frame. Here the same answers come without it, from this: both kinds of
memory are switches. A switch is on after the last frame that put it on, unless a later one put it off; which frames do
either can be computed for all frames at once. That both ways agree, to the bit, is tested on random measures and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecheck.assessment import oscillation, rules
from posecheck.assessment.catalogue.stretch import Phase, Rule, Stretch
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Floats
from posecheck.tuning.track import Counts, Track
from posecheck.tuning.views import Views, views_of

Flags = NDArray[np.bool_]

#: What a rule says of a frame.
SILENT, GOOD, WARN, UNKNOWN = 0, 1, 2, 3

_EPSILON_S: Final = rules.EPSILON_S


@dataclass(frozen=True, slots=True, eq=False)
class PhaseSpells:
    """One phase over all frames."""

    active: Flags
    """(n,) False where its measure is unseen, too."""
    seen: Flags
    since_s: Floats
    """(n,) when it began; NaN while it is not active."""


@dataclass(frozen=True, slots=True, eq=False)
class RuleVerdicts:
    """One rule over all frames."""

    said: NDArray[np.int8]
    """(n,) SILENT, GOOD, WARN or UNKNOWN."""
    value: Floats
    """(n,) the measure as the rule has it; NaN where it is silent or UNKNOWN."""
    why: Counts
    """(n,) which of `Views.reasons` makes it UNKNOWN; -1 elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Everything the rules say of a recording."""

    fresh: Flags
    """(n,) where judging begins anew: the first frame, and the first after a pause."""
    phases: Mapping[str, PhaseSpells]
    rules: tuple[RuleVerdicts, ...]
    """In the order of the stretch."""
    views: Views


def judge_rules(track: Track, stretch: Stretch, profile: Mapping[str, float]) -> Verdicts:
    """What `judge.step` has `rules.step` say of every frame. `profile` holds the numbers of both."""
    views = views_of(track, stretch)
    t_s = track.t_s
    fresh = np.ones(len(t_s), np.bool_)
    fresh[1:] = ~((np.diff(t_s) > 0) & (np.diff(t_s) <= profile[rules.GAP_S.key]))
    blip_s = profile[rules.BLIP_S.key]
    phases = {
        phase.name: _phase(views.measure(track, phase.measure), t_s, fresh, phase, profile, blip_s)
        for phase in stretch.phases
    }
    by_name = {phase.name: phase for phase in stretch.phases}
    said = tuple(
        _rule(rule, track, views, fresh, by_name.get(rule.phase or ""), phases.get(rule.phase or ""), profile, blip_s)
        for rule in stretch.rules
    )
    return Verdicts(fresh, phases, said, views)


def latest(flags: Flags) -> Counts:
    """(n,) the last index up to and with each one where `flags` is True; -1 before the first."""
    return np.maximum.accumulate(np.where(flags, np.arange(len(flags)), -1))


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """The frames in which something was seen, and how each follows on the one before."""

    at: Counts
    """Which frames they are."""
    t_s: Floats
    value: Floats
    kept: Flags
    """Whether the memory of the one before has lasted."""
    next_to: Flags
    """Whether the one before is the very frame before, and its memory has lasted."""

    @classmethod
    def of(cls, seen: Flags, span: Counts, value: Floats, t_s: Floats, blip_s: float) -> _Steps:
        """The frames where `seen`; memory lasts within one `span`, over an unseen time of up to `blip_s`."""
        at = np.flatnonzero(seen)
        times = t_s[at]
        same = np.zeros(len(at), np.bool_)
        same[1:] = np.diff(span[at]) == 0
        next_to = same.copy()
        next_to[1:] &= np.diff(at) == 1
        kept = next_to.copy()
        kept[1:] |= same[1:] & (np.diff(times) <= blip_s)
        return cls(at, times, value[at], kept, next_to)

    def crossing_s(self, bound: float) -> Floats:
        """When the straight line from the frame before met `bound`; the frame's own time where that was unseen."""
        out: Floats = self.t_s.copy()
        j = np.flatnonzero(self.next_to)
        j = j[self.value[j] != self.value[j - 1]]
        share = (self.value[j] - bound) / (self.value[j] - self.value[j - 1])
        share = np.minimum(1.0, np.maximum(0.0, share))
        out[j] = self.t_s[j] - share * (self.t_s[j] - self.t_s[j - 1])
        return out


def _phase(
    value: Floats, t_s: Floats, fresh: Flags, phase: Phase, profile: Mapping[str, float], blip_s: float
) -> PhaseSpells:
    """`rules._phase_step` for all frames."""
    sign, begin = phase.direction.sign, profile[phase.begin.key]
    seen = ~np.isnan(value)
    steps = _Steps.of(seen, np.cumsum(fresh), value, t_s, blip_s)
    stays = steps.kept & (sign * (steps.value - profile[phase.leave.key]) >= 0)
    begins = ~(sign * (steps.value - begin) < 0)
    last_begun = latest(begins)
    on = (last_begun >= latest(~stays)) & (last_begun >= 0)
    was_on = np.zeros_like(on)
    was_on[1:] = on[:-1]
    started = latest(on & ~(was_on & stays))
    active = np.zeros(len(t_s), np.bool_)
    since_s = np.full(len(t_s), np.nan)
    active[steps.at] = on
    since_s[steps.at[on]] = steps.crossing_s(begin)[started[on]]
    return PhaseSpells(active, seen, since_s)


def _rule(
    rule: Rule,
    track: Track,
    views: Views,
    fresh: Flags,
    phase: Phase | None,
    spells: PhaseSpells | None,
    profile: Mapping[str, float],
    blip_s: float,
) -> RuleVerdicts:
    """`rules.step` for one rule and all frames."""
    t_s = track.t_s
    from_s = t_s
    why = views.back_hidden(rule.measure)[track.sight]
    out_of_force = np.zeros(len(t_s), np.bool_)
    value = views.measure(track, rule.measure)
    if rule.measure in oscillation.LEG_MEASURES:
        numbers = (profile[oscillation.LEAST.key], profile[oscillation.WINDOW.key], profile[rules.GAP_S.key])
        low_deg, high_deg = _swung(track, tuple(taken.hidden for taken in views.seen), rule.measure, *numbers)
        limit_deg = profile[rule.limit.key]
        swings_across = ~np.isnan(value) & (low_deg < limit_deg) & (limit_deg < high_deg)
        if swings_across.any():
            value = np.where(swings_across, np.nan, value)
            why = np.where((why < 0) & swings_across, views.number(Reason(ReasonCode.LEGS_SWING)), why)
    if phase is not None and spells is not None:
        why = np.where(spells.seen, why, views.unseen(phase.measure)[track.sight])
        out_of_force = spells.seen & ~spells.active
        before_s = np.full(len(t_s), np.nan)
        before_s[1:] = np.where(fresh[1:], np.nan, t_s[:-1])
        from_s = np.where(spells.since_s > before_s, spells.since_s, t_s)
    value = np.where(out_of_force | (why >= 0), np.nan, value)
    why = np.where((why < 0) & np.isnan(value), views.unseen(rule.measure)[track.sight], why)
    why = np.where(out_of_force, -1, why)
    warning = _warning(rule, value, t_s, from_s, fresh | out_of_force, profile, blip_s)
    said = np.where(out_of_force, SILENT, np.where(np.isnan(value), UNKNOWN, np.where(warning, WARN, GOOD)))
    return RuleVerdicts(said.astype(np.int8), value, why)


@lru_cache(maxsize=64)
def _swung(
    track: Track, hidden: tuple[bool, ...], measure: str, least_deg: float, window_s: float, gap_s: float
) -> tuple[Floats, Floats]:
    """`oscillation.swung_between` for all frames, whose sights may be `hidden`. The same for all limits: kept for the next."""
    values = np.where(np.array(hidden, np.bool_)[track.sight], np.nan, track.measure(measure))
    numbers = {oscillation.LEAST.key: least_deg, oscillation.WINDOW.key: window_s}
    out = np.full((2, len(track.t_s)), np.nan)
    memory, before_s = oscillation.Swings(), math.nan
    for i, (t_s, value) in enumerate(zip(track.t_s.tolist(), values.tolist(), strict=True)):
        if not 0 < t_s - before_s <= gap_s:
            memory = oscillation.Swings()
        before_s = t_s
        memory = oscillation.step(memory, t_s, value, numbers)
        out[:, i] = oscillation.swung_between(memory)
    return out[0], out[1]


def _warning(
    rule: Rule,
    value: Floats,
    t_s: Floats,
    from_s: Floats,
    breaks: Flags,
    profile: Mapping[str, float],
    blip_s: float,
) -> Flags:
    """`rules._rule_step` for all frames: whether the rule warns where its value is seen.

    Above the limit and within `leave` exclude each other. So a run of frames that is to turn the switch begins after
    the last turn, and it turns, or keeps, the switch in each of its frames that comes late enough.
    """
    sign, limit = rule.direction.sign, profile[rule.limit.key]
    bound = limit - sign * max(0.0, sign * (limit - profile[rule.leave.key]))
    steps = _Steps.of(~np.isnan(value), np.cumsum(breaks), value, t_s, blip_s)
    earliest_s = from_s[steps.at]
    put_on = _lasting(sign * (steps.value - limit) > 0, steps, limit, earliest_s, profile[rule.dwell.key])
    put_off = _lasting(sign * (steps.value - bound) <= 0, steps, bound, earliest_s, profile[rule.leave_dwell.key])
    last_on = latest(put_on)
    out = np.zeros(len(t_s), np.bool_)
    out[steps.at] = (last_on >= latest(put_off | ~steps.kept)) & (last_on >= 0)
    return out


def _lasting(turned: Flags, steps: _Steps, bound: float, earliest_s: Floats, dwell_s: float) -> Flags:
    """Which frames of each unbroken run of `turned` come at least `dwell_s` after the run began."""
    begins = turned.copy()
    begins[1:] &= ~(turned[:-1] & steps.kept[1:])
    since_s = np.minimum(earliest_s, steps.crossing_s(bound))[latest(begins)] if len(turned) else steps.t_s
    out: Flags = turned & ~(steps.t_s - since_s < dwell_s - _EPSILON_S)
    return out
