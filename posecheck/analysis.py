"""One clip into a folder of results: which source, which model, which sinks, and what they are called."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import posecheck
from posecheck.assessment.stretch import Stretch
from posecheck.errors import OutputError, RecordingError
from posecheck.landmarks.base import LandmarkBackend
from posecheck.outputs.base import Sink
from posecheck.outputs.recording import RecordingWriter
from posecheck.outputs.report import ReportWriter
from posecheck.outputs.tables import EventsTable, MeasuresTable, SummaryFile
from posecheck.outputs.video import AnnotatedVideo
from posecheck.records import Assessment, Frame, Origin
from posecheck.session import Outcome, find_people, run
from posecheck.sources.replay import read_recording
from posecheck.sources.video import VideoSource
from posecheck.tunables import Profile

#: What a result folder holds, by what it is. The names are promised to other programs.
FILES: Final = {
    "report": "report.html",
    "measures": "measures.csv",
    "events": "events.csv",
    "summary": "summary.json",
    "recording": "recording.jsonl",
}
VIDEO_STEM: Final = "annotated"

AHEAD_FRAMES: Final = 2
"""How far the model may be ahead of the judging: enough to overlap, little enough to hold in memory at 4K."""

OnFrame = Callable[[Frame | None, Assessment], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What an analysis came to, and the files it left, as (what, path)."""

    outcome: Outcome
    written: tuple[tuple[str, Path], ...]
    notes: tuple[str, ...] = ()
    """What was odd about the source and how it was dealt with."""


def origin_of(source: str, stretch: Stretch, model_sha256: str, profile: Profile) -> Origin:
    """The origin that is written into every output."""
    return Origin(posecheck.__version__, source, stretch.id, model_sha256, profile.origins())


def limits_of(stretch: Stretch, profile: Profile) -> dict[str, float]:
    """The limit in force of each measure that the stretch has a rule for."""
    return {
        rule.measure: profile[f"{rule.id}.limit_deg"] for rule in stretch.rules if f"{rule.id}.limit_deg" in profile
    }


def prepare_folder(folder: Path, source: Path) -> None:
    """Make `folder` ready for the results of `source`.

    Raises OutputError when it cannot be made or written to, or holds the results of another clip: those are not
    overwritten.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".posecheck-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except FileExistsError as error:
        raise OutputError(f"Cannot write results to {folder}: it is a file. Choose another folder with -o.") from error
    except OSError as error:
        raise OutputError(f"Cannot write results to {folder}: {error.strerror or error}.") from error
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        before = json.loads((folder / FILES["summary"]).read_text(encoding="utf-8"))["source"]
        if Path(before).name != source.name:
            raise OutputError(f"{folder} holds the results of {Path(before).name}. Choose another folder with -o.")


def analyze_clip(
    clip: Path,
    folder: Path,
    stretch: Stretch,
    profile: Profile,
    backend: LandmarkBackend,
    *,
    video: str | None = None,
    from_s: float | None = None,
    to_s: float | None = None,
    on_open: Callable[[VideoSource], None] | None = None,
    on_frame: OnFrame | None = None,
) -> Result:
    """Analyse one video file into `folder`; `video` is the ending of an annotated clip ("webm", "mp4") or None.

    Raises what `session.run` raises; SourceError for a clip that cannot be opened (then no folder is made).
    """
    with VideoSource(clip, from_s=from_s, to_s=to_s) as source:
        prepare_folder(folder, clip)
        if on_open is not None:
            on_open(source)
        origin = origin_of(str(clip), stretch, backend.model_sha256, profile)
        annotated = folder / f"{VIDEO_STEM}.{video}" if video else None
        shown = annotated or clip
        sinks = _sinks(folder, origin, stretch, profile, clip=shown, recording=True)
        if annotated is not None:
            sinks.append(AnnotatedVideo(annotated, fps_hint=source.info.fps_nominal or math.nan))
        pairs = find_people(source, backend, ahead_frames=AHEAD_FRAMES)
        outcome = run(pairs, stretch, profile, sinks, on_frame)
        notes = source.notes
        if source.times_repaired:
            notes = (*notes, f"{source.times_repaired} frames had a time that did not rise; it was repaired.")
    return Result(outcome, tuple(_written(folder, annotated)), notes)


def judge_recording(
    recording: Path, folder: Path | None, stretch: Stretch, profile: Profile, *, on_frame: OnFrame | None = None
) -> Result:
    """Judge a recording again, without camera, model or pixels; write tables and report to `folder` if given.

    Raises RecordingError when it cannot be read, OutputError when the folder is the recording's own.
    """
    played = read_recording(recording)
    sinks: list[Sink] = []
    if folder is not None:
        if folder.resolve() == recording.parent.resolve():
            raise OutputError(f"{folder} holds the recording's own results. Choose another folder with -o.")
        prepare_folder(folder, Path(played.origin.source))
        origin = origin_of(played.origin.source, stretch, played.origin.model_sha256, profile)
        sinks = _sinks(folder, origin, stretch, profile, clip=None, recording=False)
    outcome = run(((None, sighting) for sighting in played.sightings()), stretch, profile, sinks, on_frame)
    if outcome.frames == 0:
        raise RecordingError(f"{recording} holds no frame: the session ended before one was seen.")
    return Result(outcome, tuple(_written(folder, None)) if folder is not None else ())


def _sinks(
    folder: Path, origin: Origin, stretch: Stretch, profile: Profile, *, clip: Path | None, recording: bool
) -> list[Sink]:
    sinks: list[Sink] = [RecordingWriter(folder / FILES["recording"], origin)] if recording else []
    title = Path(origin.source).name
    limits = limits_of(stretch, profile)
    sinks += [
        MeasuresTable(folder / FILES["measures"]),
        EventsTable(folder / FILES["events"]),
        SummaryFile(folder / FILES["summary"], origin, _versions()),
        ReportWriter(
            folder / FILES["report"], origin, title=title, stretch_name=stretch.name, limits=limits, clip=clip
        ),
    ]
    return sinks


def _versions() -> dict[str, str]:
    """The libraries that decide numbers, as installed."""
    return {name: importlib.metadata.version(name) for name in ("mediapipe", "opencv-python", "numpy")}


def _written(folder: Path, annotated: Path | None) -> Iterator[tuple[str, Path]]:
    for what, name in FILES.items():
        if (folder / name).exists():
            yield what, folder / name
    if annotated is not None and annotated.exists():
        yield "annotated video", annotated
