"""What does each setting come to on each person? Counts of every setting, clip by clip, on as many processes as wanted.

The answer is an array (settings, people, counts): whatever is asked of it later, leaving a person out or drawing people
anew, is a sum over it and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.calibration import Calibrations
from posecheck.records import Floats
from posecheck.tunables import Profile
from posecheck.tuning.clips import Clip, Tracks
from posecheck.tuning.rejudge import rejudge
from posecheck.tuning.score import COUNTS, LEEWAY, Leeway, count
from posecheck.tuning.space import profile_of
from posecheck.tuning.track import Track, measuring


class Measured(Protocol):
    """A recording that can be measured with any numbers (`clips.Tracks`)."""

    @property
    def calibrations(self) -> Calibrations | None:
        """What was known of the person when it was recorded."""

    def track(self, stretch: Stretch, profile: Profile, calibrations: Calibrations | None = None) -> Track:
        """The measures with the numbers of `profile`, of a person known by `calibrations`, else as recorded."""


#: Where the measures of a recording come from.
TracksOf: TypeAlias = Callable[[Path], Measured]
_Work: TypeAlias = tuple[Clip, tuple[str, ...], tuple[Mapping[str, float], ...], TracksOf, Leeway]


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """What settings came to."""

    settings: tuple[Mapping[str, float], ...]
    people: tuple[str, ...]
    counts: Floats
    """(settings, people, len(COUNTS))"""


def try_settings(
    clips: Sequence[Clip],
    rules: Sequence[str],
    settings: Sequence[Mapping[str, float]],
    jobs: int = 1,
    tracks_of: TracksOf = Tracks.of,
    leeway: Leeway = LEEWAY,
) -> Trials:
    """Score settings on clips (`score.count`); those that no profile could hold are left out.

    Raises RecordingError if a recording cannot be read.
    """
    possible = tuple(
        setting for setting in settings if all(profile_of(clip.stretch, setting) is not None for clip in clips[:1])
    )
    people = tuple(sorted({person for clip in clips for person in clip.people}))
    counts = np.zeros((len(possible), len(people), len(COUNTS)))
    work = [(clip, tuple(rules), possible, tracks_of, leeway) for clip in clips]
    for clip, one in zip(clips, _worked(work, jobs), strict=True):
        for k, person in enumerate(clip.people):
            counts[:, people.index(person)] += one[:, k]
    return Trials(possible, people, counts)


def _worked(work: Sequence[_Work], jobs: int) -> Iterator[Floats]:
    if jobs <= 1 or len(work) <= 1:
        yield from map(_clip_counts, work)
        return
    with ProcessPoolExecutor(min(jobs, len(work)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(_clip_counts, work)


def _clip_counts(work: _Work) -> Floats:
    clip, rules, settings, tracks_of, leeway = work
    return clip_counts(clip, tracks_of(clip.recording), rules, settings, leeway)


def clip_counts(
    clip: Clip,
    tracks: Measured,
    rules: Sequence[str],
    settings: Sequence[Mapping[str, float]],
    leeway: Leeway = LEEWAY,
) -> Floats:
    """(settings, people of the clip, len(COUNTS)): the counts of all `rules` together."""
    stretch = clip.stretch
    truths = [[(rule, *clip.truth(rule, person)) for rule in rules] for person in clip.people]
    out = np.zeros((len(settings), len(clip.people), len(COUNTS)))
    profiles: list[tuple[int, Profile]] = []
    for i, setting in enumerate(settings):
        profile = profile_of(stretch, setting, tracks.calibrations)
        if profile is not None:
            profiles.append((i, profile))
    # Settings that share the measuring numbers one after the other: each is measured once, whatever is kept.
    for i, profile in sorted(profiles, key=lambda pair: measuring(pair[1])):
        events = rejudge(tracks.track(stretch, profile), stretch, profile).events
        for k, truth in enumerate(truths):
            out[i, k] = sum(
                (count(events, rule, good, warn, leeway) for rule, good, warn in truth), np.zeros(len(COUNTS))
            )
    return out
