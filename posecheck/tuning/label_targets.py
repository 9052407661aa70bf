"""What can be labelled? A recording, the clip it was made of, and the file in which people say what they see.

    lena.mp4 + lena.jsonl + lena.labels.toml      side by side: clip, recording, labels

A clip without a recording beside it has to be watched by the model first (`record`); a recording whose clip is gone can
still be labelled on its curves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.errors import OutputError, SourceError, UsageError
from posecheck.landmarks.base import LandmarkBackend
from posecheck.outputs.recording import RecordingWriter
from posecheck.pipeline.analysis import origin_of
from posecheck.pipeline.session import Ending, default_profile, find_people, run
from posecheck.records import Assessment, Frame
from posecheck.sources.replay import read_recording
from posecheck.sources.video import VideoSource
from posecheck.tuning.clips import labels_of
from posecheck.tuning.labels import labels_path, read_labels

RECORDING: Final = ".jsonl"
#: What is taken for a clip in a folder; a file that is named may end as it likes.
CLIPS: Final = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi")


@dataclass(frozen=True, slots=True)
class Subject:
    """A recording that is to be labelled."""

    recording: Path
    video: Path | None
    """The clip it was made of; None where it is not there any more."""
    labels_file: Path
    stretch: Stretch

    @property
    def name(self) -> str:
        """How people know it."""
        return (self.video or self.recording).name


def found(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Every clip and recording among files and in folders, each thing once: a clip stands for the recording beside it.

    Raises UsageError for a path that is not there, and when there is nothing.
    """
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            out += sorted(one for one in path.rglob("*") if one.suffix.lower() in (*CLIPS, RECORDING) and one.is_file())
        elif path.is_file():
            out.append(path)
        else:
            raise UsageError(f"No such file or folder: {path}")
    stood_for = {recording_path(path) for path in out if path.suffix.lower() != RECORDING}
    out = [path for path in dict.fromkeys(out) if path not in stood_for]
    if not out:
        raise UsageError("there is no clip and no recording there. Name a video, a recording.jsonl, or their folder.")
    return tuple(out)


def recording_path(clip: Path) -> Path:
    """Where the recording of a clip lies that is to be labelled: beside it, `lena.mp4` → `lena.jsonl`."""
    return clip.with_suffix(RECORDING)


def needs_recording(path: Path) -> bool:
    """Whether it is a clip that the model has not watched yet."""
    return path.suffix.lower() != RECORDING and not recording_path(path).exists()


def stretch_for(path: Path, asked: str | None) -> Stretch:
    """The stretch by which a clip is to be recorded: that of labels beside it, else the one asked for.

    Raises UsageError where neither is there, CatalogueError for one that does not exist.
    """
    if labels_path(path).exists():
        return load_stretch(read_labels(labels_path(path)).stretch)
    if asked is None:
        raise UsageError(f"{path} has no recording yet. Say which stretch it shows: --stretch ID")
    return load_stretch(asked)


def record(
    clip: Path,
    stretch: Stretch,
    backend: LandmarkBackend,
    on_open: Callable[[VideoSource], None] | None = None,
    on_frame: Callable[[Frame | None, Assessment], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> bool:
    """Let the model watch a clip and keep what it saw beside it, whole or not at all; False if it was interrupted.

    Raises SourceError for a clip that cannot be read to its end, OutputError if nothing can be written beside it.
    """
    target = recording_path(clip)
    partial = target.with_name(target.name + ".part")
    profile = default_profile(stretch)
    try:
        with VideoSource(clip) as source:
            if on_open is not None:
                on_open(source)
            writer = RecordingWriter(partial, origin_of(str(clip.resolve()), stretch, backend.model_sha256, profile))
            with contextlib.closing(find_people(source, backend, ahead_frames=2)) as pairs:
                outcome = run(pairs, stretch, profile, [writer], on_frame, stop=stop)
        if outcome.ending is Ending.BROKE:
            raise SourceError(outcome.message)
        if outcome.ending is not Ending.COMPLETE:
            return False
        try:
            partial.replace(target)
        except OSError as error:
            raise OutputError(f"Cannot write {target}: {error.strerror or error}.") from error
        return True
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def subject_of(path: Path) -> Subject:
    """What is to be labelled, of a clip with a recording beside it or a recording.

    Raises RecordingError if it cannot be read, LabelsError if its labels have mistakes, UsageError for somebody's own
    stretch: labels speak of the stretches that come with posecheck.
    """
    if path.suffix.lower() == RECORDING:
        recording = path
        origin = read_recording(recording).origin
        source = Path(origin.source)
        video = source if source.is_file() else None
        labels_file = labels_of(recording) or labels_path(recording)
    else:
        recording, video, labels_file = recording_path(path), path, labels_path(path)
        origin = read_recording(recording).origin
    if labels_file.exists():
        return Subject(recording, video, labels_file, load_stretch(read_labels(labels_file).stretch))
    if origin.stretch not in stretch_ids():
        raise UsageError(
            f"{recording} was made with {origin.stretch}: labels can only speak of the stretches that come with posecheck."
        )
    return Subject(recording, video, labels_file, load_stretch(origin.stretch))
