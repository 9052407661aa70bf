"""Repetitions: when does one begin and end, was it whole, and was it good?

    state, reps = step(state, t_s, value, facts, phase, goal, profile)

A repetition lasts from the moment its phase begins to the moment it is left; the phase's two bounds keep it from
flickering, and a crossing is placed where the straight line between two frames meets the bound, so that a slow camera
finds the times of a fast one. It is whole when the phase's measure went to `reps.depth_deg`, else partial: shown, not
counted. A whole one is good if no rule warned in it and it was not hurried.

What was not seen is never good. A repetition of which more than `reps.unseen_frac` could not be judged, one whose
beginning was not seen, and one in the middle of which the person was lost (for longer than `rules.blip_s`) or no
picture came (for longer than `rules.gap_s`) counts as not seen. After such a loss the next one begins only when the
person has been seen out of the phase: nobody gets two for one. A repetition still under way at the end of a clip is
none yet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from posecheck.assessment.catalogue.stretch import Phase, RepsGoal
from posecheck.assessment.rules import BLIP_S, GAP_S
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Rep, Reps
from posecheck.tunables import Tunable

LEAST_S: Final = Tunable(
    "reps.least_s",
    unit="s",
    default=0.5,
    low=0.0,
    high=3.0,
    step=0.1,
    why="in the phase for less than this is no repetition, not even a partial one",
    source="judgement: a nod, a glance at the feet or a misread frame is shorter, no bend and return is",
)
UNSEEN_FRAC: Final = Tunable(
    "reps.unseen_frac",
    unit="",
    default=0.25,
    low=0.0,
    high=1.0,
    step=0.05,
    why="a repetition of which more than this share could not be judged counts as not seen; lower is stricter",
    source="judgement: an arm may pass, but the way down, the bottom and the way up must each have been seen for the most",
)
BOTTOM_DEG: Final = Tunable(
    "reps.bottom_deg",
    unit="deg",
    default=3.0,
    low=0.5,
    high=15.0,
    step=0.5,
    why="within so much of its deepest point a repetition is at the bottom: the way down is over, the way up not begun",
    source="judgement: a trunk held still is read to within 3 deg from frame to frame",
)
TUNABLES: Final = (LEAST_S, UNSEEN_FRAC, BOTTOM_DEG)

#: Times are sums of binary fractions: 3 s are reached at 2.99999999.
_EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Facts:
    """What else is known of one frame."""

    active: bool
    """Whether the phase of the repetition is active."""
    since_s: float = math.nan
    """When it began; NaN while it is not active."""
    unknown: bool = False
    """Whether the frame, or its back, could not be judged."""
    rounded: bool = False
    """Whether the rule of the back warns."""
    bent_knee: bool = False
    """Whether a rule warns that a knee is too bent."""
    fault: Reason | None = None
    """What is wrong by any other rule that warns; None if none does."""
    spine_deg: float = math.nan
    """Flexion of the spine as its rule sees it; NaN if it could not be told or is not in force."""


@dataclass(frozen=True, slots=True)
class Open:
    """A repetition under way."""

    start_s: float
    begun_seen: bool
    """Whether it was seen to begin."""
    sign: float
    """+1 if the measure grows with depth, else -1."""
    depth: float
    """The deepest value so far."""
    down: tuple[tuple[float, float], ...]
    """(t_s, value) whenever it went deeper, no more of them than lie at the bottom: the first says when it got there."""
    bottom_s: float
    """When it was last at the bottom."""
    worst_spine_deg: float = math.nan
    rounded_s: float = 0.0
    """These are told by the frame that opens each interval, so at most a frame too long."""
    bent_knee_s: float = 0.0
    unknown_s: float = 0.0
    fault: Reason | None = None


@dataclass(frozen=True, slots=True)
class RepsState:
    """What the counter remembers. The default is: nothing yet."""

    t_s: float = math.nan
    """Of the previous frame."""
    value: float = math.nan
    """The measure when it was last seen."""
    seen_s: float = math.nan
    """When that was."""
    facts: Facts = field(default_factory=lambda: Facts(active=False))
    """Of the previous frame: they stand until the next."""
    rep: Open | None = None
    lost: bool = False
    """Whether a repetition was lost, and the person has not been seen out of the phase since."""
    whole: int = 0
    partial: int = 0
    unseen: int = 0
    last: Rep | None = None


def step(
    state: RepsState,
    t_s: float,
    value: float,
    facts: Facts,
    phase: Phase,
    goal: RepsGoal,
    profile: Mapping[str, float],
) -> tuple[RepsState, Reps]:
    """Carry the count over one frame at `t_s`.

    `value` is the measure of `phase`, the phase of `goal`; NaN if unseen. Time that runs backwards begins anew. `profile`
    holds the numbers of the stretch, of `rules.TUNABLES` and of `TUNABLES` by key.
    """
    if t_s <= state.t_s:
        state = RepsState()
    before = state
    seen = not math.isnan(value)
    gap = t_s - state.t_s > profile[GAP_S.key]
    # Unseen for a blip is not lost, and neither is what a slow camera saw in the frame just before.
    blind = t_s - state.seen_s > profile[BLIP_S.key] and not (seen and state.seen_s == state.t_s)
    if gap or blind:
        state = _lost(state, phase)
    elif state.rep is not None:
        state = replace(state, rep=_with_time(state.rep, state, t_s))
    if seen and not facts.active:
        if state.rep is not None:
            state = _ended(state, state.rep, t_s, value, phase, goal, profile)
        state = replace(state, lost=False)
    elif seen and not state.lost:
        rep = state.rep or Open(
            start_s=facts.since_s,
            begun_seen=not (gap or blind or math.isnan(state.seen_s)),
            sign=phase.direction.sign,
            depth=value,
            down=(),
            bottom_s=t_s,
        )
        state = replace(state, rep=_with_frame(rep, t_s, value, facts, profile[BOTTOM_DEG.key]))
    if seen:
        state = replace(state, value=value, seen_s=t_s)
    state = replace(state, t_s=t_s, facts=facts)
    reps = Reps(
        whole=state.whole,
        partial=state.partial,
        unseen=state.unseen,
        target=round(profile[goal.count.key]),
        last=state.last,
        ended=state.last is not before.last,
        active=state.rep is not None,
    )
    return state, reps


# ------------------------------------------------------------------------------------------------ under way
def _with_time(rep: Open, state: RepsState, until_s: float) -> Open:
    """The repetition with the time since the previous frame, which stood as that frame says."""
    passed_s = until_s - max(state.t_s, rep.start_s)
    facts = state.facts
    return replace(
        rep,
        rounded_s=rep.rounded_s + passed_s * facts.rounded,
        bent_knee_s=rep.bent_knee_s + passed_s * facts.bent_knee,
        unknown_s=rep.unknown_s + passed_s * facts.unknown,
    )


def _with_frame(rep: Open, t_s: float, value: float, facts: Facts, bottom_deg: float) -> Open:
    """The repetition with one more frame in its phase."""
    down = rep.down
    if not down or rep.sign * (value - rep.depth) > 0:
        down = (*(pair for pair in down if rep.sign * (value - pair[1]) <= bottom_deg), (t_s, value))
    depth = down[-1][1]
    return replace(
        rep,
        depth=depth,
        down=down,
        bottom_s=t_s if rep.sign * (depth - value) <= bottom_deg else rep.bottom_s,
        worst_spine_deg=_largest(rep.worst_spine_deg, facts.spine_deg),
        fault=rep.fault or facts.fault,
    )


def _largest(one: float, other: float) -> float:
    return other if math.isnan(one) or other > one else one


# ------------------------------------------------------------------------------------------------ at its end
def _lost(state: RepsState, phase: Phase) -> RepsState:
    """The person is out of sight: a repetition under way ends, unseen, where it was last seen."""
    if state.rep is None:
        return state
    end_s = max(state.seen_s, state.rep.start_s)
    rep = _rep(state.rep, end_s, phase, seen=False, remark=Reason(ReasonCode.REP_LOST))
    return replace(state, rep=None, lost=True, unseen=state.unseen + 1, last=rep)


def _ended(
    state: RepsState,
    rep: Open,
    t_s: float,
    value: float,
    phase: Phase,
    goal: RepsGoal,
    profile: Mapping[str, float],
) -> RepsState:
    """The phase was left between the previous frame and this one."""
    bound = profile[phase.leave.key]
    share = min(1.0, max(0.0, (state.value - bound) / (state.value - value))) if value != state.value else 0.0
    end_s = max(rep.start_s, state.seen_s + share * (t_s - state.seen_s))
    if end_s - rep.start_s < profile[LEAST_S.key] - _EPSILON_S:
        return replace(state, rep=None)
    if not rep.begun_seen or rep.unknown_s > profile[UNSEEN_FRAC.key] * (end_s - rep.start_s) + _EPSILON_S:
        unseen = _rep(rep, end_s, phase, seen=False, remark=_unseen(rep))
        return replace(state, rep=None, unseen=state.unseen + 1, last=unseen)
    least_deg = profile[goal.depth.key]
    if rep.sign * (rep.depth - least_deg) < 0:
        shallow = Reason(ReasonCode.REP_PARTIAL, degrees=round(rep.depth), least=least_deg)
        partial = _rep(rep, end_s, phase, seen=True, remark=shallow)
        return replace(state, rep=None, partial=state.partial + 1, last=partial)
    number = state.whole + 1
    remark = _remark(rep, end_s - rep.start_s, profile[goal.slow.key])
    return replace(state, rep=None, whole=number, last=_rep(rep, end_s, phase, seen=True, number=number, remark=remark))


def _unseen(rep: Open) -> Reason:
    if not rep.begun_seen:
        return Reason(ReasonCode.REP_LOST)
    return Reason(ReasonCode.REP_UNSEEN, seconds=round(rep.unknown_s, 1))


def _remark(rep: Open, duration_s: float, slow_s: float) -> Reason | None:
    """The most important thing that is wrong with a whole repetition; None if nothing is."""
    if rep.rounded_s > 0:
        return Reason(
            ReasonCode.REP_ROUNDED, seconds=round(rep.rounded_s, 1), degrees=_whole_number(rep.worst_spine_deg)
        )
    if rep.bent_knee_s > 0:
        return Reason(ReasonCode.REP_BENT, seconds=round(rep.bent_knee_s, 1))
    if rep.fault is not None:
        return rep.fault
    if duration_s < slow_s - _EPSILON_S:
        return Reason(ReasonCode.REP_HURRIED, seconds=round(duration_s, 1), least=slow_s)
    return None


def _whole_number(degrees: float) -> float:
    """Rounded to a whole degree; NaN stays NaN."""
    return degrees if math.isnan(degrees) else round(degrees)


def _rep(rep: Open, end_s: float, phase: Phase, *, seen: bool, remark: Reason | None, number: int = 0) -> Rep:
    return Rep(
        number=number,
        start_s=rep.start_s,
        end_s=end_s,
        seen=seen,
        measure=phase.measure,
        depth=rep.depth,
        worst_spine_deg=rep.worst_spine_deg,
        rounded_s=rep.rounded_s,
        bent_knee_s=rep.bent_knee_s,
        unknown_s=rep.unknown_s,
        descent_s=min(rep.down[0][0], end_s) - rep.start_s,
        ascent_s=max(0.0, end_s - rep.bottom_s),
        remark=remark,
        warned=rep.rounded_s > 0 or rep.bent_knee_s > 0 or rep.fault is not None,
    )
