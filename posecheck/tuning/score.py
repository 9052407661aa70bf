"""How well do the warnings of a rule fit what people say? Counted by events, as a person would experience them.

A *fault* is an unbroken time in which the rule is broken by the raters. It is a *hit* if posecheck warns in it, or not
later than `tuning.grace_s` after it, else a *miss*; a miss in which the rule was UNKNOWN throughout is also counted
as *unseen*. A *false alarm* is a warning that reaches into time labelled good, further than the grace from any fault:
one that begins there as well as one that does not end. One that came in a fault may linger after it, for
`tuning.linger_s`: warnings end below their limit and later, by design. Time that is not labelled, or unsure, counts for
nothing.

Counts are numbers that add up over clips and people, in the order of `COUNTS`; `metrics` turns sums into figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.assessment.events import VIEW_RULE
from posecheck.reasons import ReasonCode, code_of
from posecheck.records import Event, Floats, Verdict
from posecheck.tunables import Tunable
from posecheck.tuning.intervals import Spans, both, minus, total_s, union, wider

GRACE: Final = Tunable(
    "tuning.grace_s",
    "s",
    default=1.0,
    low=0.0,
    high=5.0,
    step=0.1,
    why="a warning so near to a fault belongs to it: it is no false alarm, and hits it if it comes no later",
    source="judgement: a warning waits 0.7 s and lingers 0.4 s, and people set an edge to within some tenths of a second",
)
LINGER: Final = Tunable(
    "tuning.linger_s",
    "s",
    default=2.0,
    low=0.0,
    high=10.0,
    step=0.1,
    why="a warning that came in a fault may stay so long after it before it counts as a false alarm, too",
    source="measured: a warning ends 7 deg under its limit and 0.4 s later; with 1 s the search raised limits only to make "
    "warnings end sooner (off by +1.3 deg on average, 75 % within 3 deg; with 2 s +0.6 and 92 %, with 3.5 s the same)",
)
TUNABLES: Final = (GRACE, LINGER)


@dataclass(frozen=True, slots=True)
class Leeway:
    """How exactly a warning must fit a fault in time."""

    grace_s: float = GRACE.default
    linger_s: float = LINGER.default

    @classmethod
    def of(cls, numbers: Mapping[str, float]) -> Leeway:
        """As the numbers of tuning say it."""
        return cls(numbers[GRACE.key], numbers[LINGER.key])


LEEWAY: Final = Leeway()

COUNTS: Final = (
    "hits",
    "misses",
    "unseen",
    "false_alarms",
    "delay_s",  # of all hits together
    "good_s",
    "warn_s",
    "unknown_s",
    # Where posecheck could tell: seconds in which it warns or not, and people say so or not.
    "both_warn_s",
    "only_people_s",
    "only_posecheck_s",
    "neither_s",
)

#: The figures a score has: name → whether more is better. An objective may use each of them.
METRICS: Final[Mapping[str, bool]] = {
    "hits": True,
    "misses": False,
    "false_alarms": False,
    "false_alarms_per_min": False,
    "delay_s": False,
    "unknown_frac": False,
    "precision": True,
    "recall": True,
    "f1": True,
    "f2": True,
    "f05": True,
    "kappa": True,
}


def count(events: Iterable[Event], rule: str, good: Spans, warn: Spans, leeway: Leeway = LEEWAY) -> Floats:
    """What the events of one clip come to for one rule, in the order of `COUNTS`; `good` and `warn` are the truth."""
    warned, unknown = [], []
    for event in events:
        if event.rule == rule and event.verdict is Verdict.WARN:
            warned.append((event.start_s, event.end_s))
        elif hides(event, rule):
            unknown.append((event.start_s, event.end_s))
    alarms = union(warned)
    blind = minus(union(unknown), alarms)
    labelled = union((*good, *warn))
    hits = misses = unseen = 0
    delay_s = 0.0
    for start_s, end_s, until_s in reach(warn, leeway):
        first_s = min((a for a, b in alarms if a < until_s and b > start_s), default=None)
        if first_s is not None:
            hits += 1
            delay_s += max(0.0, first_s - start_s)
        else:
            misses += 1
            unseen += not minus(((start_s, end_s),), blind)
    false_alarms = len(unfounded(alarms, good, warn, leeway))
    told_warn, told_good = minus(warn, blind), minus(good, blind)
    both_warn_s, only_posecheck_s = total_s(both(told_warn, alarms)), total_s(both(told_good, alarms))
    return np.array(
        [
            hits,
            misses,
            unseen,
            false_alarms,
            delay_s,
            total_s(good),
            total_s(warn),
            total_s(both(labelled, blind)),
            both_warn_s,
            total_s(told_warn) - both_warn_s,
            only_posecheck_s,
            total_s(told_good) - only_posecheck_s,
        ],
        np.float64,
    )


def reach(warn: Spans, leeway: Leeway = LEEWAY) -> tuple[tuple[float, float, float], ...]:
    """Each fault as (begin, end, until when a warning hits it).

    The grace ends where the next fault begins: one warning may serve both only if it lasts.
    """
    ends = (*(start_s for start_s, _ in warn[1:]), math.inf)
    return tuple((start_s, end_s, min(end_s + leeway.grace_s, ends[k])) for k, (start_s, end_s) in enumerate(warn))


def unfounded(alarms: Spans, good: Spans, warn: Spans, leeway: Leeway = LEEWAY) -> Spans:
    """The false alarms among unbroken warnings."""
    clear = minus(good, wider(warn, leeway.grace_s))
    out = []
    for alarm in alarms:
        linger = [
            (end_s, end_s + leeway.linger_s) for start_s, end_s in warn if alarm[0] < end_s and alarm[1] > start_s
        ]
        if both((alarm,), minus(clear, union(linger))):
            out.append(alarm)
    return tuple(out)


def hides(event: Event, rule: str) -> bool:
    """Whether a rule could not be judged in an event: it says so itself, or no picture came.

    Where only the view is remarked on, the rule has said GOOD or had nothing to say.
    """
    if event.verdict is not Verdict.UNKNOWN:
        return False
    return event.rule == rule or (event.rule == VIEW_RULE and code_of(event.reason) == ReasonCode.VIEW_NO_PICTURE)


def metrics(counts: Floats) -> dict[str, Floats]:
    """The figures of (..., len(COUNTS)) counts, each (...); NaN where there is nothing to divide by.

    `false_alarms_per_min` is per minute labelled good, `delay_s` the mean over hits, `unknown_frac` the share of
    labelled time that could not be judged. `f2` weighs recall twice as much as precision, `f05` half. `kappa` is
    Cohen's, of the seconds posecheck could judge: 0 as good as chance, 1 always the same.
    """
    of = dict(zip(COUNTS, np.moveaxis(np.asarray(counts, np.float64), -1, 0), strict=True))
    hits, misses, alarms = of["hits"], of["misses"], of["false_alarms"]
    out = {
        "hits": hits,
        "misses": misses,
        "false_alarms": alarms,
        "false_alarms_per_min": _share(60.0 * alarms, of["good_s"]),
        "delay_s": _share(of["delay_s"], hits),
        "unknown_frac": _share(of["unknown_s"], of["good_s"] + of["warn_s"]),
        "precision": _share(hits, hits + alarms),
        "recall": _share(hits, hits + misses),
        "kappa": kappa(of["both_warn_s"], of["only_people_s"], of["only_posecheck_s"], of["neither_s"]),
    }
    for name, beta in (("f1", 1.0), ("f2", 2.0), ("f05", 0.5)):
        weighed = (1.0 + beta**2) * hits
        out[name] = _share(weighed, weighed + beta**2 * misses + alarms)
    return out


def kappa(both_say: Floats, only_one: Floats, only_other: Floats, neither: Floats) -> Floats:
    """Cohen's kappa of two who say yes or no: agreement beyond chance, 1 always, 0 as chance has it.

    NaN where nothing was said, or where both always said the same one thing: chance alone explains it.
    Source: Cohen, Educational and Psychological Measurement 20, 1960.
    """
    total = both_say + only_one + only_other + neither
    observed = _share(both_say + neither, total)
    one, other = _share(both_say + only_one, total), _share(both_say + only_other, total)
    expected = one * other + (1.0 - one) * (1.0 - other)
    return np.asarray(_share(observed - expected, np.where(1.0 - expected > 1e-12, 1.0 - expected, 0.0)))


def agreement_s(one: tuple[Spans, Spans], other: tuple[Spans, Spans]) -> Floats:
    """Of two who labelled the same clip, each as (good, warn): seconds in which both say warn, only the first does,
    only the second, neither. What one of them left out counts for nothing. `kappa(*seconds)` is their agreement.
    """
    pairs = ((one[1], other[1]), (one[1], other[0]), (one[0], other[1]), (one[0], other[0]))
    return np.array([total_s(both(first, second)) for first, second in pairs])


def _share(part: Floats, whole: Floats) -> Floats:
    whole = np.asarray(whole, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(whole > 0, np.asarray(part) / np.where(whole > 0, whole, 1.0), np.nan)
    return out


# ------------------------------------------------------------------------------------------------ how sure
#: So many times people are drawn anew.
DRAWS: Final = 1000
#: Between these two the true figure lies in 95 of 100 such groups of people.
BOUNDS: Final = (2.5, 97.5)


def drawn_people(people: int, seed: int = 0, draws: int = DRAWS) -> Floats:
    """(draws, people) how often each person is drawn, each time as many as there are, with replacement."""
    return np.random.default_rng(seed).multinomial(people, np.full(people, 1.0 / people), size=draws).astype(np.float64)


def interval(values: Floats) -> tuple[float, float]:
    """The bounds of drawn figures; NaN unless most of the draws have one."""
    known = values[np.isfinite(values)]
    if known.size * 2 < values.size or not known.size:
        return math.nan, math.nan
    low, high = np.percentile(known, BOUNDS)
    return float(low), float(high)


def with_interval(by_person: Floats, seed: int = 0) -> dict[str, tuple[float, float, float]]:
    """Each figure of (people, len(COUNTS)) counts as (value, low, high): a bootstrap that draws people, not clips.

    Low and high are NaN with a single person, who says nothing of others.
    """
    values = metrics(by_person.sum(axis=0))
    if len(by_person) < 2:
        return {name: (float(value), math.nan, math.nan) for name, value in values.items()}
    drawn = metrics(drawn_people(len(by_person), seed) @ by_person)
    return {name: (float(value), *interval(drawn[name])) for name, value in values.items()}


# ------------------------------------------------------------------------------------------------ frames
def roc(values: Floats, broken: Sequence[bool] | Floats) -> tuple[Floats, Floats, Floats, float]:
    """Frame by frame, whatever dwell and hysteresis do: how well does the measure alone tell broken from kept?

    `values` grow towards the fault. Gives the false and the true positive rate at every threshold, from the strictest
    on, the thresholds (a frame warns from it on), and the area under the curve: 0.5 is chance. NaN without both kinds.
    """
    truth = np.asarray(broken, np.bool_)
    kept = np.isfinite(values)
    values, truth = values[kept], truth[kept]
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        return np.empty(0), np.empty(0), np.empty(0), math.nan
    order = np.argsort(-values, kind="stable")
    values, truth = values[order], truth[order]
    last = np.append(values[1:] != values[:-1], True)
    true_rate = np.append(0.0, np.cumsum(truth)[last] / yes)
    false_rate = np.append(0.0, np.cumsum(~truth)[last] / no)
    area = float(np.sum(np.diff(false_rate) * (true_rate[1:] + true_rate[:-1]) / 2.0))
    return false_rate, true_rate, np.append(np.inf, values[last]), area
