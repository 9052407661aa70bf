"""Which setting is best for people it has not seen? A search that leaves one person out at a time, never a frame.

    found = search(clips, axes, objective)

For each person the best setting of all the others is chosen and scored on that person; these scores together tell what
the search is worth (`Found.held_out`). The setting that is proposed is the best of everybody. Many settings are as good
as it within what so few people can tell: the plateau. `evidence` says whether all that is enough to act on.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from posecheck.errors import UsageError
from posecheck.records import Floats
from posecheck.resources import install_command
from posecheck.tuning import score
from posecheck.tuning.clips import Clip, Tracks
from posecheck.tuning.objective import BROKEN, Objective
from posecheck.tuning.space import Axis, followed, profile_of, settings
from posecheck.tuning.track import Counts
from posecheck.tuning.trial import TracksOf, Trials, clip_counts, try_settings

METHODS: Final = ("auto", "grid", "random", "optuna")
#: Figures nearer to each other than this are the same.
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Plateau:
    """The values of one number that do as well as the best, as far as these people can tell."""

    key: str
    low: float
    high: float
    edge: bool
    """Whether it reaches the end of what was searched: it may go on beyond."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search came to."""

    objective: Objective
    rules: tuple[str, ...]
    axes: tuple[Axis, ...]
    trials: Trials
    """Every setting that was tried; the defaults come first."""
    best: int
    """Which of them is proposed."""
    plateau: tuple[Plateau, ...]
    folds: tuple[int, ...]
    """For each person, which setting the others chose."""

    @property
    def setting(self) -> Mapping[str, float]:
        """The numbers that are proposed."""
        return self.trials.settings[self.best]

    @property
    def counts(self) -> Floats:
        """(people, counts) of the proposed setting on everybody, those included whom it was chosen on."""
        out: Floats = self.trials.counts[self.best]
        return out

    @property
    def defaults(self) -> Floats:
        """(people, counts) of the defaults."""
        out: Floats = self.trials.counts[0]
        return out

    @property
    def held_out(self) -> Floats:
        """(people, counts) of each person with the setting that the others chose; zeros where there is no other."""
        if len(self.trials.people) < 2:
            return np.zeros_like(self.counts)
        rows: Floats = self.trials.counts[list(self.folds), np.arange(len(self.trials.people))]
        return rows

    def better_frac(self, seed: int = 0) -> float:
        """In what share of groups of people, drawn anew, the search did better than the defaults on those left out.

        0.5 is no difference, 1 always better; groups in which both are the same count half.
        """
        if len(self.trials.people) < 2:
            return 0.5
        drawn = score.drawn_people(len(self.trials.people), seed)
        ours, theirs = self.objective.worth(drawn @ self.held_out), self.objective.worth(drawn @ self.defaults)
        return float(np.mean((ours > theirs + _SAME) + 0.5 * (np.abs(ours - theirs) <= _SAME)))


def search(
    clips: Sequence[Clip],
    axes: Sequence[Axis],
    objective: Objective,
    rules: Sequence[str],
    *,
    trials: int = 200,
    method: str = "auto",
    jobs: int = 1,
    seed: int = 0,
    tracks_of: TracksOf = Tracks.of,
    leeway: score.Leeway = score.LEEWAY,
) -> Found:
    """Try up to `trials` settings of the numbers in `axes` on the clips, scored by all `rules` together.

    The end of a warning keeps its distance from a limit that moves, unless it is searched itself (`space.followed`).
    `method` is one of `METHODS`; "optuna" needs the extra of that name's library. Raises UsageError when it is not
    installed, RecordingError if a recording cannot be read. `tracks_of` says where measures come from, `leeway` how
    exactly a warning must fit a fault in time.
    """
    stretch = clips[0].stretch
    defaults = followed(stretch, {axis.key: axis.default for axis in axes})
    if method == "optuna":
        tried = _with_optuna(clips, axes, objective, rules, trials, seed, tracks_of, leeway)
    else:
        wanted = [followed(stretch, one) for one in settings(axes, trials, method, seed)]
        wanted = [one for one in wanted if one != defaults]
        tried = try_settings(clips, rules, [defaults, *wanted], jobs, tracks_of, leeway)
    return choose(tried, axes, objective, rules)


def choose(tried: Trials, axes: Sequence[Axis], objective: Objective, rules: Sequence[str]) -> Found:
    """The best of what was tried, for everybody and for everybody but one; the first setting is the defaults."""
    points = np.array([[one[axis.key] for axis in axes] for one in tried.settings])
    spans = np.array([axis.high - axis.low for axis in axes])
    allowed = np.all((points >= [axis.low for axis in axes]) & (points <= [axis.high for axis in axes]), axis=1)
    everybody = tried.counts.sum(axis=1)
    scaled = points / spans
    worth = objective.worth(everybody)
    best = _best(worth, scaled, allowed)
    if worth[0] >= worth[best] - _SAME:  # nothing is better than the defaults: nobody should have to change them
        best = 0
    folds = tuple(
        _best(objective.worth(everybody - tried.counts[:, k]), scaled, allowed) for k in range(len(tried.people))
    )
    on_it = on_plateau(tried.counts, objective, best) & allowed
    plateau = tuple(_plateau(axis, points, k, best, on_it) for k, axis in enumerate(axes))
    return Found(objective, tuple(rules), tuple(axes), tried, best, plateau, folds)


def _best(worth: Floats, scaled: Floats, allowed: Counts) -> int:
    """The setting of most worth; of several, the one in their middle: it is furthest from where things turn worse."""
    worth = np.where(allowed, worth, -np.inf)
    tied = np.flatnonzero(worth >= worth.max() - _SAME)
    middle = np.median(scaled[tied], axis=0)
    return int(tied[np.argmin(np.linalg.norm(scaled[tied] - middle, axis=1))])


def on_plateau(counts: Floats, objective: Objective, best: int, seed: int = 0) -> Counts:
    """(settings,) whether each is worth at least the lower bound of what the best is worth (people drawn anew)."""
    worth = objective.worth(counts.sum(axis=1))
    bound = worth[best] - _SAME
    if counts.shape[1] > 1:
        drawn = objective.worth(score.drawn_people(counts.shape[1], seed) @ counts[best])
        # Groups in which even the best breaks a condition tell nothing of how good it is.
        kept = drawn[drawn > BROKEN] if worth[best] > BROKEN else drawn
        bound = min(bound, float(np.percentile(kept, score.BOUNDS[0])))
    out: Counts = worth >= bound
    return out


def _plateau(axis: Axis, points: Floats, k: int, best: int, on_it: Counts) -> Plateau:
    """Along one axis: in a grid with the other numbers at their best, else among all settings tried."""
    others = np.delete(points, k, axis=1)
    line = np.flatnonzero(np.all(others == others[best], axis=1))
    if len(line) < 3:
        kept = points[on_it, k]
    else:
        line = line[np.argsort(points[line, k])]
        at = int(np.flatnonzero(line == best)[0])
        low = at
        while low > 0 and on_it[line[low - 1]]:
            low -= 1
        high = at
        while high < len(line) - 1 and on_it[line[high + 1]]:
            high += 1
        kept = points[line[low : high + 1], k]
    edge = bool(kept.min() <= points[:, k].min() or kept.max() >= points[:, k].max())
    return Plateau(axis.key, float(kept.min()), float(kept.max()), edge)


# ------------------------------------------------------------------------------------------------ Optuna
def _with_optuna(
    clips: Sequence[Clip],
    axes: Sequence[Axis],
    objective: Objective,
    rules: Sequence[str],
    trials: int,
    seed: int,
    tracks_of: TracksOf,
    leeway: score.Leeway,
) -> Trials:
    """Let Optuna choose what to try next, from what came of the settings before. In memory, one after the other."""
    try:
        optuna: Any = importlib.import_module("optuna")
    except ImportError as error:
        raise UsageError(
            f"--method optuna needs Optuna: {install_command('tune')}. Without it: --method random."
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    people = tuple(sorted({person for clip in clips for person in clip.people}))
    tracks = [tracks_of(clip.recording) for clip in clips]
    known: dict[tuple[float, ...], Floats] = {}
    keys = [axis.key for axis in axes]

    def tried(setting: Mapping[str, float]) -> Floats | None:
        point = tuple(setting[key] for key in keys)
        if point not in known:
            setting = followed(clips[0].stretch, setting)
            if profile_of(clips[0].stretch, setting) is None:
                return None
            counts = np.zeros((len(people), len(score.COUNTS)))
            for clip, own in zip(clips, tracks, strict=True):
                one = clip_counts(clip, own, rules, [setting], leeway)[0]
                for name, row in zip(clip.people, one, strict=True):
                    counts[people.index(name)] += row
            known[point] = counts
        return known[point]

    def worth(trial: Any) -> float:
        counts = tried(
            {
                axis.key: axis.at(trial.suggest_int(axis.key, 0, round((axis.high - axis.low) / axis.step)))
                for axis in axes
            }
        )
        if counts is None:
            raise optuna.TrialPruned
        return float(objective.worth(counts.sum(axis=0)))

    tried({axis.key: axis.default for axis in axes})
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(worth, n_trials=trials)
    return Trials(tuple(dict(zip(keys, point, strict=True)) for point in known), people, np.array(list(known.values())))


def raters_agree(clips: Sequence[Clip], rules: Sequence[str]) -> dict[tuple[str, str], tuple[float, float]]:
    """For every two raters who labelled the same clips: their kappa, and the seconds it rests on."""
    table: dict[tuple[str, str], Floats] = {}
    for clip, rule in itertools.product(clips, rules):
        for person, pair in itertools.product(clip.people, itertools.combinations(clip.labels.raters, 2)):
            one, other = (clip.truth(rule, person, rater) for rater in pair)
            table[pair] = table.get(pair, np.zeros(4)) + score.agreement_s(one, other)
    return {
        pair: (float(score.kappa(*seconds)), float(seconds.sum())) for pair, seconds in table.items() if seconds.sum()
    }
