"""How good are given numbers? Per rule: the score by events, the measure's ROC by frames, and who agrees with whom."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from posecheck.assessment.catalogue.stretch import Rule, Stretch
from posecheck.calibration import Calibrations
from posecheck.records import Floats, Verdict
from posecheck.tunables import Profile
from posecheck.tuning import score
from posecheck.tuning.clips import Clip, Tracks
from posecheck.tuning.intervals import Spans, minus, total_s, union
from posecheck.tuning.rejudge import Judged, rejudge
from posecheck.tuning.score import COUNTS, LEEWAY, Leeway, agreement_s, count, kappa, reach, unfounded
from posecheck.tuning.track import Track
from posecheck.tuning.trial import TracksOf
from posecheck.tuning.verdicts import GOOD, WARN, Flags

#: So often people are drawn for the interval of an area under the curve; each draw adds up every frame.
_ROC_DRAWS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """A clip and what the numbers in force say of it."""

    clip: Clip
    track: Track
    judged: Judged


@dataclass(frozen=True, slots=True, eq=False)
class Roc:
    """How well the measure alone tells broken frames from kept ones, where its rule is in force."""

    false_rate: Floats
    true_rate: Floats
    threshold: Floats
    """In the unit of the measure; a frame warns from it on, or below it for a rule that warns below."""
    area: float
    """0.5 is chance, 1 perfect; NaN without both kinds of frames."""
    low: float
    high: float
    """Its interval, people drawn anew; NaN with a single person."""


@dataclass(frozen=True, slots=True, eq=False)
class RuleScore:
    """One rule over all clips."""

    rule: Rule
    people: tuple[str, ...]
    counts: Floats
    """(people, len(COUNTS))"""
    figures: dict[str, tuple[float, float, float]]
    """Each of `score.METRICS` as (value, low, high)."""
    roc: Roc
    raters: dict[tuple[str, str], tuple[float, float]]
    """Two raters, or a rater and "posecheck" → (kappa over time, seconds it rests on)."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A moment at which posecheck and the raters say different things."""

    clip: str
    start_s: float
    end_s: float
    rule: str
    what: str
    """"missed", "not seen" (the rule was UNKNOWN throughout) or "false alarm"."""


def judge_clips(
    clips: Sequence[Clip],
    profile_for: Callable[[Stretch, Calibrations | None], Profile],
    tracks_of: TracksOf = Tracks.of,
) -> list[Judgement]:
    """Every clip with the numbers that its stretch has for somebody calibrated as when it was recorded.

    Raises RecordingError if one cannot be read.
    """
    out = []
    for clip in clips:
        stretch = clip.stretch
        tracks = tracks_of(clip.recording)
        profile = profile_for(stretch, tracks.calibrations)
        track = tracks.track(stretch, profile)
        out.append(Judgement(clip, track, rejudge(track, stretch, profile)))
    return out


def labelled_rules(clips: Sequence[Clip], stretch: Stretch) -> tuple[str, ...]:
    """The rules of a stretch that somebody has labelled, in its order."""
    known = {one.rule for clip in clips for one in clip.labels.intervals}
    return tuple(rule.id for rule in stretch.rules if rule.id in known)


def rate(judgements: Sequence[Judgement], rule: Rule, *, leeway: Leeway = LEEWAY) -> RuleScore:
    """The score of one rule over all clips."""
    people = tuple(sorted({person for one in judgements for person in one.clip.people}))
    counts = np.zeros((len(people), len(COUNTS)))
    for one in judgements:
        for person in one.clip.people:
            good, warn = one.clip.truth(rule.id, person)
            counts[people.index(person)] += count(one.judged.events, rule.id, good, warn, leeway)
    return RuleScore(
        rule, people, counts, score.with_interval(counts), _roc(judgements, rule, people), _raters(judgements, rule.id)
    )


def _roc(judgements: Sequence[Judgement], rule: Rule, people: Sequence[str]) -> Roc:
    values, broken, whose = [], [], []
    sign = rule.direction.sign
    for one in judgements:
        said = one.judged.rules.get(rule.id)
        if said is None:
            continue
        shown = (said.said == GOOD) | (said.said == WARN)
        for person in one.clip.people:
            good, warn = (_inside(one.track.t_s, spans) for spans in one.clip.truth(rule.id, person))
            kept = shown & (good | warn)
            values.append(sign * said.value[kept])
            broken.append(warn[kept])
            whose.append(np.full(int(kept.sum()), people.index(person)))
    if not values:
        nothing = np.empty(0)
        return Roc(nothing, nothing, nothing, math.nan, math.nan, math.nan)
    value, truth, person_of = (np.concatenate(parts) for parts in (values, broken, whose))
    false_rate, true_rate, threshold, area = score.roc(value, truth)
    low, high = math.nan, math.nan
    if len(people) > 1 and not math.isnan(area):
        drawn = score.drawn_people(len(people), draws=_ROC_DRAWS)
        areas = [score.roc(np.repeat(value, n), np.repeat(truth, n))[3] for n in drawn.astype(int)[:, person_of]]
        low, high = score.interval(np.array(areas))
    return Roc(false_rate, true_rate, sign * threshold, area, low, high)


def _inside(t_s: Floats, spans: Spans) -> Flags:
    out = np.zeros(len(t_s), np.bool_)
    for start_s, end_s in spans:
        out |= (t_s >= start_s) & (t_s < end_s)
    return out


def _raters(judgements: Sequence[Judgement], rule: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Kappa of every two raters, and of each with posecheck where it could tell."""
    table: dict[tuple[str, str], Floats] = {}

    def add(pair: tuple[str, str], seconds: Floats) -> None:
        table[pair] = table.get(pair, np.zeros(4)) + seconds

    for one in judgements:
        raters = one.clip.labels.raters
        warned, unknown = alarms_of(one.judged, rule)
        whole = union([(float(one.track.t_s[0]), float(one.track.t_s[-1]))] if len(one.track) else [])
        ours = (minus(minus(whole, warned), unknown), warned)
        for person in one.clip.people:
            truths = {rater: one.clip.truth(rule, person, rater) for rater in raters}
            for rater in raters:
                add((rater, "posecheck"), agreement_s(truths[rater], ours))
            for first, second in itertools.combinations(raters, 2):
                add((first, second), agreement_s(truths[first], truths[second]))
    return {
        pair: (float(kappa(*seconds)), float(seconds.sum()))
        for pair, seconds in sorted(table.items())
        if seconds.sum() > 0
    }


def alarms_of(judged: Judged, rule: str) -> tuple[Spans, Spans]:
    """When a rule warns, and when it could not be judged (`score.hides`)."""
    warned = union(
        (one.start_s, one.end_s) for one in judged.events if one.rule == rule and one.verdict is Verdict.WARN
    )
    unknown = union((one.start_s, one.end_s) for one in judged.events if score.hides(one, rule))
    return warned, minus(unknown, warned)


def disagreements(one: Judgement, rule: str, *, leeway: Leeway = LEEWAY) -> list[Disagreement]:
    """Every miss and false alarm of a rule in a clip, by time: just those that `score.count` counts."""
    warned, unknown = alarms_of(one.judged, rule)
    out = []
    for person in one.clip.people:
        good, warn = one.clip.truth(rule, person)
        for start_s, end_s, until_s in reach(warn, leeway):
            if not any(a < until_s and b > start_s for a, b in warned):
                unseen = total_s(minus(((start_s, end_s),), unknown)) == 0.0
                out.append(
                    Disagreement(
                        one.clip.name, start_s, end_s, rule, "tune.wrong.not_seen" if unseen else "tune.wrong.missed"
                    )
                )
        alarms = unfounded(warned, good, warn, leeway)
        out += [Disagreement(one.clip.name, *alarm, rule, "tune.wrong.false_alarm") for alarm in alarms]
    return sorted(out, key=lambda found: found.start_s)
