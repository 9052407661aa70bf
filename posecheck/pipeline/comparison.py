"""Two results next to each other: which recordings, judged how, shown with which clip."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from posecheck.assessment.messages import Messages
from posecheck.body import Side
from posecheck.errors import OutputError, RecordingError
from posecheck.outputs.comparison import Half, nearest_side, write_comparison
from posecheck.outputs.report import Clip
from posecheck.outputs.track import Track
from posecheck.pipeline.analysis import FILES, limits_of, stretch_of
from posecheck.pipeline.profiles import recorded_profile
from posecheck.pipeline.session import assess
from posecheck.sources.replay import read_recording
from posecheck.statistics import SessionStatistics


def recording_of(place: Path) -> Path:
    """The recording that a result folder holds, or the recording itself. Raises RecordingError where there is none."""
    if not place.is_dir():
        return place
    found = place / FILES["recording"]
    if not found.exists():
        raise RecordingError(f"{place} holds no {found.name}. Name a folder that posecheck analyze has written.")
    return found


def compare(first: Path, second: Path, out: Path, *, language: str) -> None:
    """Write a page that shows two results side by side.

    Each is judged again by its own stretch with the numbers it was judged by; numbers that posecheck no longer has are
    left out. The clip is shown where it still lies at its place. Raises RecordingError for a result that cannot be
    read, OutputError for a page that cannot be written.
    """
    if out.exists() and out.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"{out} is no HTML file and would be overwritten. Choose another name with -o.")
    halves = (_half(first, language), _half(second, language))
    write_comparison(out, halves, translate=Messages.load(language).text, language=language)


def _half(place: Path, language: str) -> Half:
    recording = recording_of(place)
    played = read_recording(recording)
    stretch = stretch_of(played.origin)
    profile = recorded_profile(stretch, played.origin.settings)
    track, statistics = Track(), SessionStatistics()
    near: Counter[Side | None] = Counter()
    for judged in assess(played.sightings(), stretch, profile, played.origin.calibrations, played.origin.memory):
        track.put(judged)
        statistics = statistics.plus(judged)
        near[judged.measures.view.near_side] += 1
    if not statistics.frames:
        raise RecordingError(f"{recording} holds no frame: there is nothing to compare.")
    source = Path(played.origin.source)
    translate = Messages.load(language).knowing(stretch).text
    return Half(
        title=source.name,
        stretch=stretch.id,
        stretch_name=translate(stretch.name),
        track=track,
        statistics=statistics,
        near=nearest_side(near),
        limits=limits_of(stretch, profile),
        clip=Clip(source) if source.is_file() else None,
    )
