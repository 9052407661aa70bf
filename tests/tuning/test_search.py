"""The search: finds what was planted, keeps people apart, and says when it cannot know."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from posecheck.errors import TunableError, UsageError
from posecheck.reasons import english
from posecheck.tuning import score
from posecheck.tuning.evidence import weigh
from posecheck.tuning.labels import Truth
from posecheck.tuning.objective import read_objective
from posecheck.tuning.search import Found, choose, search
from posecheck.tuning.space import axes, followed, profile_of, settings
from posecheck.tuning.trial import try_settings
from tests.tuning.planted import FOLD, RULE, Group, bends, group

LIMIT = f"{RULE}.limit_deg"
#: Every other degree: enough to tell three apart.
COARSE = f"{LIMIT}=17:53:2"
F1 = read_objective("f1")


def searched(people: Group, objective: str = "f1", keys: tuple[str, ...] = (COARSE,)) -> Found:
    """A search on a group."""
    return search(people.clips, axes(keys, FOLD), read_objective(objective), [RULE], tracks_of=people.tracks_of)


@pytest.mark.parametrize(("limit", "seed", "objective"), [(24.0, 1, "f1"), (29.0, 2, "kappa"), (46.0, 3, "f1")])
def test_a_planted_limit_is_found_again(limit: float, seed: int, objective: str) -> None:
    """Eight people, a tenth of the labels made up: within 3 degrees, on the plateau; by f1 enough to act on."""
    people = group(8, limit=limit, noise=0.1, seed=seed)
    found = searched(people, objective)
    assert found.setting[LIMIT] == pytest.approx(limit, abs=3.0)
    assert found.plateau[0].low <= found.setting[LIMIT] <= found.plateau[0].high
    if objective == "f1":
        assert weigh(found, people.clips).enough


def test_the_defaults_stay_where_nothing_is_better() -> None:
    """Labels made with the default limit lead back to it: nothing to change, and that is said."""
    people = group(8, limit=FOLD.rules[0].limit.default, noise=0.0, seed=4)
    found = searched(people)
    assert found.setting[LIMIT] == pytest.approx(FOLD.rules[0].limit.default, abs=3.0)
    assert not weigh(found, people.clips).enough


def test_few_people_are_not_enough() -> None:
    """However clear it looks: three people, or a single one, carry no limit."""
    for count in (1, 3):
        people = group(count, limit=25.0, noise=0.0)
        doubts = weigh(searched(people), people.clips).doubts
        assert any(doubt.code == "tune.doubt.people" for doubt in doubts)


@pytest.mark.parametrize("seed", range(2))
def test_random_labels_are_not_enough(seed: int) -> None:
    """Whoever tosses a coin for each bend gets no profile."""
    people = group(6, noise=1.0, seed=seed)
    assert not weigh(searched(people), people.clips).enough


def test_raters_who_disagree_are_told() -> None:
    """Two raters of whom one says the opposite: their kappa is named as a reason against."""
    people = group(6, limit=28.0, noise=0.0)
    turned = {Truth.GOOD: Truth.WARN, Truth.WARN: Truth.GOOD}
    clips = []
    for clip in people.clips:
        own = clip.labels.intervals
        other = tuple(replace(one, truth=turned[one.truth], rater="contrary") for one in own)
        clips.append(replace(clip, labels=replace(clip.labels, intervals=(*own, *other))))
    found = search(clips, axes([COARSE], FOLD), F1, [RULE], tracks_of=people.tracks_of)
    assert any("contrary and rater 0 disagree" in english(doubt) for doubt in weigh(found, clips).doubts)


def test_nobody_is_judged_by_what_was_learnt_of_them() -> None:
    """Whatever one person's labels say, the setting that they are scored with does not move: no leak."""
    people = group(4, limit=28.0, noise=0.1, seed=5, count=6)
    coarse = axes([f"{LIMIT}=20:44:4"], FOLD)
    before = search(people.clips, coarse, F1, [RULE], tracks_of=people.tracks_of)
    for k, victim in enumerate(people.clips):
        turned = {Truth.GOOD: Truth.WARN, Truth.WARN: Truth.UNSURE, Truth.UNSURE: Truth.GOOD}
        lies = tuple(replace(one, truth=turned[one.truth]) for one in victim.labels.intervals)
        clips = list(people.clips)
        clips[k] = replace(victim, labels=replace(victim.labels, intervals=lies))
        after = search(clips, coarse, F1, [RULE], tracks_of=people.tracks_of)
        assert after.trials.settings[after.folds[k]] == before.trials.settings[before.folds[k]]


def test_two_clips_of_one_person_are_one_person() -> None:
    """They are left out together: the split is by person, not by clip."""
    people = group(6, limit=28.0, noise=0.0)
    same = tuple(
        replace(
            one, labels=replace(one.labels, intervals=tuple(replace(i, person="lena") for i in one.labels.intervals))
        )
        for one in people.clips
    )
    found = search(same, axes([COARSE], FOLD), F1, [RULE], tracks_of=people.tracks_of)
    assert found.trials.people == ("lena",)
    assert np.isnan(score.metrics(found.held_out.sum(axis=0))["f1"])


def test_conditions_are_kept_by_what_is_proposed() -> None:
    """At most so many false alarms: the most hits among the settings that keep it."""
    people = group(8, limit=28.0, noise=0.15, seed=6)
    found = searched(people, "hits at false_alarms_per_min<=0.5")
    assert score.metrics(found.counts.sum(axis=0))["false_alarms_per_min"] <= 0.5
    every = found.trials.counts.sum(axis=1)
    kept = score.metrics(every)["false_alarms_per_min"] <= 0.5
    assert found.counts.sum(axis=0)[0] == every[kept][:, 0].max()


def test_several_numbers_are_searched_together_and_processes_change_nothing() -> None:
    """Grid and random settings are whole steps within range, settings no file could hold are left out."""
    space = axes([f"{LIMIT}=20:40:2", f"{RULE}.leave_deg"], FOLD)
    tried = settings(space, 60, "random", 1)
    assert tried == settings(space, 60, "random", 1)
    assert tried[0] == {axis.key: axis.default for axis in space}
    assert len({tuple(one.values()) for one in tried}) == 60
    assert all(20 <= one[LIMIT] <= 40 and one[LIMIT] % 2 in (0, 1) for one in tried)
    assert profile_of(FOLD, {LIMIT: 20.0, f"{RULE}.leave_deg": 28.0}) is None
    people = group(2, count=4)
    trials = try_settings(
        people.clips, [RULE], [{LIMIT: 20.0, f"{RULE}.leave_deg": 28.0}, {LIMIT: 30.0}], 1, people.tracks_of
    )
    assert trials.settings == ({LIMIT: 30.0},)


def test_the_plateau_is_what_does_as_well() -> None:
    """With peaks at 20 and 50 only, every limit between serves: the plateau reaches from one to the other."""
    people = group(6, limit=33.0, noise=0.0)
    clips = []
    for clip in people.clips:
        kept = [one for one in clip.labels.intervals if not _near(clip.recording.stem, one.start_s)]
        clips.append(replace(clip, labels=replace(clip.labels, intervals=tuple(kept))))
    found = search(clips, axes([COARSE], FOLD), F1, [RULE], tracks_of=people.tracks_of)
    assert found.plateau[0].low <= 30.0
    assert found.plateau[0].high >= 36.0


def _near(stem: str, at_s: float) -> bool:
    """Whether the bend of that time peaks between 25 and 42 degrees."""
    peaks = bends(int(stem.removeprefix("person")), 12)[2]
    return 25.0 < peaks[int(at_s // 6.0)] < 42.0


def test_the_end_of_a_warning_keeps_its_distance() -> None:
    """A limit that moves takes its end along, within that one's range; an end that is named stays."""
    leave = f"{RULE}.leave_deg"
    rule = FOLD.rules[0]
    gap = rule.limit.default - rule.leave.default
    assert followed(FOLD, {LIMIT: 50.0}) == {LIMIT: 50.0, leave: 50.0 - gap}
    assert followed(FOLD, {LIMIT: rule.limit.low})[leave] == max(rule.leave.low, rule.limit.low - gap)
    assert followed(FOLD, {LIMIT: 50.0, leave: 20.0})[leave] == 20.0
    assert followed(FOLD, {f"{RULE}.dwell_s": 2.0}) == {f"{RULE}.dwell_s": 2.0}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["spine_rounding.limt_deg"], 'Did you mean "spine_rounding.limit_deg"?'),
        ([f"{LIMIT}=40:20"], "LOW must lie below HIGH"),
        ([f"{LIMIT}=20"], "must be LOW:HIGH"),
        ([f"{LIMIT}=1:500"], "is outside"),
        ([f"{LIMIT}=20:40:x"], "STEP above 0"),
        ([LIMIT, LIMIT], "named twice"),
    ],
)
def test_numbers_that_cannot_be_searched_are_refused(keys: list[str], message: str) -> None:
    """With the key and what is wrong with it."""
    with pytest.raises(TunableError) as caught:
        axes(keys, FOLD)
    assert message in str(caught.value)


def test_without_optuna_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for it where it is not installed says what to install, and what works without."""
    monkeypatch.setitem(sys.modules, "optuna", None)
    people = group(2, count=2)
    with pytest.raises(UsageError, match=r"pip install -e '\.\[tune\]'.*--method random"):
        search(people.clips, axes([LIMIT], FOLD), F1, [RULE], method="optuna", tracks_of=people.tracks_of)


def test_optuna_finds_the_planted_limit_too() -> None:
    """Where it is installed: the same answer from settings that it chose itself."""
    pytest.importorskip("optuna")
    people = group(6, limit=27.0, noise=0.0, count=8)
    found = search(
        people.clips, axes([LIMIT], FOLD), F1, [RULE], trials=25, method="optuna", tracks_of=people.tracks_of
    )
    assert found.setting[LIMIT] == pytest.approx(27.0, abs=3.0)


def test_choosing_is_a_matter_of_the_counts_alone() -> None:
    """The same counts in another order of people choose the same setting."""
    people = group(5, limit=28.0, noise=0.2, seed=7)
    found = searched(people)
    turned = replace(found.trials, people=found.trials.people[::-1], counts=found.trials.counts[:, ::-1])
    assert choose(turned, found.axes, F1, found.rules).setting == found.setting
