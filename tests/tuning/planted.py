"""People who bend again and again, and raters who know the limit that was planted, more or less."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.calibration import Calibrations
from posecheck.records import Floats
from posecheck.tunables import Profile
from posecheck.tuning.clips import Clip
from posecheck.tuning.labels import Interval, Labels, Truth
from posecheck.tuning.track import Track, track_of
from tests.tuning.played import signal

FOLD = load_stretch("standing_forward_fold")
RULE = "spine_rounding"
BEND_S = 6.0
FPS = 8.0


@dataclass(frozen=True)
class Kept:
    """A track that is what it is, whatever the numbers."""

    kept: Track
    calibrations: Calibrations | None = None

    def track(self, stretch: Stretch, profile: Profile, calibrations: Calibrations | None = None) -> Track:
        """The track."""
        return self.kept


@dataclass(frozen=True)
class Group:
    """Labelled clips and what was measured in each."""

    clips: tuple[Clip, ...]
    tracks: dict[Path, Track]

    def tracks_of(self, recording: Path) -> Kept:
        """What was measured in a recording."""
        return Kept(self.tracks[recording])


def bends(seed: int, count: int) -> tuple[Floats, Floats, list[float]]:
    """Times, spine flexion, and the peak of each bend: two seconds down, two held, two up."""
    dice = random.Random(seed)
    peaks = [dice.uniform(12.0, 58.0) for _ in range(count)]
    t_s = np.arange(0.0, count * BEND_S, 1.0 / FPS)
    share = np.interp(t_s % BEND_S, [0.0, 2.0, 4.0, BEND_S], [0.0, 1.0, 1.0, 0.0])
    return t_s, share * np.array(peaks)[(t_s // BEND_S).astype(int)], peaks


def labelled(
    peaks: Sequence[float], limit: float, person: str, rater: str, dice: random.Random, noise: float
) -> list[Interval]:
    """What a rater says of each bend: broken while the spine is beyond the limit; a share `noise` of it is made up."""
    out = []
    for k, peak in enumerate(peaks):
        begin_s = k * BEND_S
        broken = dice.random() < 0.5 if dice.random() < noise else peak > limit
        if not broken:
            out.append(Interval(begin_s, begin_s + BEND_S, RULE, Truth.GOOD, person, rater))
            continue
        beyond_s = 2.0 * min(0.9, limit / peak)
        edges = [begin_s, begin_s + beyond_s, begin_s + BEND_S - beyond_s, begin_s + BEND_S]
        for truth, start_s, end_s in zip((Truth.GOOD, Truth.WARN, Truth.GOOD), edges[:-1], edges[1:], strict=True):
            out.append(Interval(start_s, end_s, RULE, truth, person, rater))
    return out


def group(
    people: int, *, limit: float = 33.0, noise: float = 0.1, seed: int = 0, count: int = 12, raters: int = 1
) -> Group:
    """So many people, a clip each."""
    clips, tracks = [], {}
    for k in range(people):
        dice = random.Random(1000 * seed + k)
        t_s, flexion, peaks = bends(1000 * seed + k, count)
        played = signal("spine_flexion_deg", t_s.tolist(), flexion.tolist(), FOLD)
        recording = Path(f"person{k}.jsonl")
        intervals = [
            one for r in range(raters) for one in labelled(peaks, limit, f"person{k}", f"rater {r}", dice, noise)
        ]
        labels = Labels(f"person{k}.mp4", FOLD.id, tuple(intervals))
        clips.append(Clip(recording, Path(f"person{k}.labels.toml"), labels))
        tracks[recording] = track_of([one for one, _ in played], [two for _, two in played])
    return Group(tuple(clips), tracks)
