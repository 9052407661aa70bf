"""Is that enough to act on? What speaks against writing a profile; nothing when all is well."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from posecheck.pipeline.profiles import parse_set
from posecheck.reasons import Reason, Value
from posecheck.tunables import Profile, Tunable, amount
from posecheck.tuning import score
from posecheck.tuning.clips import Clip
from posecheck.tuning.search import Found, raters_agree

MIN_PEOPLE: Final = Tunable(
    "tuning.min_people",
    "",
    default=5.0,
    low=2.0,
    high=50.0,
    step=1.0,
    why="with fewer people a limit fits those people and says little of the next one",
    source="judgement: leaving one of four out already leaves three; a bootstrap of fewer has hardly any different draws",
)
MIN_FAULTS: Final = Tunable(
    "tuning.min_faults",
    "",
    default=10.0,
    low=1.0,
    high=200.0,
    step=1.0,
    why="with fewer labelled faults one hit more or less decides",
    source="judgement: with ten, one of them moves recall by a tenth",
)
MIN_GOOD: Final = Tunable(
    "tuning.min_good_s",
    "s",
    default=60.0,
    low=0.0,
    high=3600.0,
    step=10.0,
    why="with less time labelled good, false alarms are not known",
    source="judgement: one false alarm a minute is already too many, so at least a minute must be seen",
)
MIN_KAPPA: Final = Tunable(
    "tuning.min_rater_kappa",
    "",
    default=0.6,
    low=0.0,
    high=1.0,
    step=0.05,
    why="raters who agree less than this do not mean the same by the rule",
    source="Landis, Koch, Biometrics 33, 1977: substantial agreement from 0.61 on",
)
MIN_FIT: Final = Tunable(
    "tuning.min_fit_kappa",
    "",
    default=0.3,
    low=0.0,
    high=1.0,
    step=0.05,
    why="warnings that agree less with the labels, on people left out, do not show what the labels mean",
    source="measured on groups drawn for it (benchmarks/results/tuning.md): of 180 with labels that say nothing of the back "
    "0 are believed, with 0.2 5 are; 0.4 believes none either, but refuses 5 of 100 good groups and 15 of 100 hard ones more",
)
SURE: Final = Tunable(
    "tuning.sure_frac",
    "",
    default=0.975,
    low=0.5,
    high=1.0,
    step=0.005,
    why="in so many of the groups drawn anew the search must beat the defaults on people it has not seen",
    source="judgement: the usual two-sided 95 %",
)
TUNABLES: Final = (MIN_PEOPLE, MIN_FAULTS, MIN_GOOD, MIN_KAPPA, MIN_FIT, SURE)

#: Raters are compared once they have this much in common.
_IN_COMMON_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of how far a finding may be trusted."""

    doubts: tuple[Reason, ...]
    """Why it is not enough to act on; empty when it is. Their codes are keys of messages: `tune.doubt.people`."""
    notes: tuple[Reason, ...]
    """What is worth knowing besides."""

    @property
    def enough(self) -> bool:
        """Whether nothing speaks against using it."""
        return not self.doubts


def numbers_of(sets: Iterable[str] = ()) -> Profile:
    """The numbers of tuning itself: how it counts, and what is enough evidence; `sets` are KEY=VALUE of the command line.

    Raises TunableError for a key that is none of these, and a value out of range.
    """
    return Profile((*score.TUNABLES, *TUNABLES)).with_layer(dict(parse_set(text) for text in sets), "--set")


def weigh(found: Found, clips: Sequence[Clip], numbers: Mapping[str, float] | None = None) -> Evidence:
    """What speaks against acting on what was found in these clips; `numbers` are those of `numbers_of`."""
    least = numbers if numbers is not None else numbers_of()
    doubts: list[Reason] = []
    total = dict(zip(score.COUNTS, found.defaults.sum(axis=0).tolist(), strict=True))
    people, faults = len(found.trials.people), round(total["hits"] + total["misses"])
    if people < least[MIN_PEOPLE.key]:
        doubts.append(_doubt("people", number=people, least=least[MIN_PEOPLE.key]))
    if faults < least[MIN_FAULTS.key]:
        doubts.append(_doubt("faults", number=faults, least=least[MIN_FAULTS.key]))
    if total["good_s"] < least[MIN_GOOD.key]:
        doubts.append(_doubt("good", number=f"{total['good_s']:.0f}", least=least[MIN_GOOD.key]))
    for (one, other), (value, seconds) in raters_agree(clips, found.rules).items():
        if seconds >= _IN_COMMON_S and not value >= least[MIN_KAPPA.key]:
            names = {"rater": one, "other_rater": other}
            known = {} if math.isnan(value) else {"kappa": f"{value:.2f}"}
            key = "raters" if known else "raters_chance"
            doubts.append(_doubt(key, **names, **known, least=least[MIN_KAPPA.key]))
    if found.best == 0:
        doubts.append(_doubt("defaults"))
        return Evidence(tuple(doubts), ())
    _, low, _ = score.with_interval(found.held_out)["kappa"]
    if people > 1 and not low >= least[MIN_FIT.key]:
        doubts.append(_doubt("fit", kappa=f"{low:.2f}", least=least[MIN_FIT.key]))
    if people > 1 and found.better_frac() < least[SURE.key]:
        doubts.append(_doubt("sure"))
    if found.objective.conditions and not found.objective.keeps(found.held_out.sum(axis=0)):
        doubts.append(_doubt("condition"))
    if not found.objective.keeps(found.counts.sum(axis=0)):
        doubts.append(_doubt("no_setting"))
    return Evidence(tuple(doubts), tuple(_notes(found)))


def _doubt(name: str, **values: Value) -> Reason:
    return Reason(f"tune.doubt.{name}", **values)


def _notes(found: Found) -> list[Reason]:
    notes = []
    for axis, plateau in zip(found.axes, found.plateau, strict=True):
        if plateau.edge:
            ends = {"low_end": amount(plateau.low, axis.unit), "high_end": amount(plateau.high, axis.unit)}
            notes.append(_doubt("edge", number_key=axis.key, **ends))
    return notes
