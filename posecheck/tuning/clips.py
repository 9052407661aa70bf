"""Which recordings are labelled? A recording with what people say of it, found in folders and put together.

The labels of a recording lie beside it (`recording.labels.toml`, or the only `*.labels.toml` in its folder), else
beside the clip it was made of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.calibration import Calibrations
from posecheck.errors import LabelsError, RecordingError, UsageError
from posecheck.sources.replay import read_recording
from posecheck.tunables import Profile
from posecheck.tuning.intervals import Spans, agreed, said
from posecheck.tuning.labels import ENDING, Labels, Truth, labels_path, read_labels
from posecheck.tuning.track import Seen, Track, measure, measuring, see


@dataclass(frozen=True, slots=True)
class Clip:
    """A labelled recording on disk."""

    recording: Path
    labels_file: Path
    labels: Labels

    @property
    def name(self) -> str:
        """How people know it."""
        return self.labels.video

    @property
    def stretch(self) -> Stretch:
        """The stretch the labels speak of."""
        return load_stretch(self.labels.stretch)

    @property
    def people(self) -> tuple[str, ...]:
        """Who is in it."""
        return self.labels.people

    def truth(self, rule: str, person: str, rater: str | None = None) -> tuple[Spans, Spans]:
        """When `person` keeps the rule and when not: what the raters agree on, or what one of them says."""
        own = [
            one
            for one in self.labels.intervals
            if one.rule == rule and one.person == person and rater in (None, one.rater)
        ]
        return agreed(own) if rater is None else (said(own, Truth.GOOD), said(own, Truth.WARN))


def find_clips(paths: Iterable[Path]) -> tuple[tuple[Clip, ...], tuple[str, ...]]:
    """Every labelled recording among files and in folders, and notes on recordings without labels.

    Raises RecordingError for a file that is no recording, LabelsError with the mistakes of all label files at once,
    UsageError if nothing is labelled.
    """
    clips: list[Clip] = []
    notes: list[str] = []
    mistakes: list[str] = []
    for recording in dict.fromkeys(_recordings(paths)):
        file = labels_of(recording)
        if file is None:
            notes.append(f"{recording} has no labels ({labels_path(recording).name} beside it): left out.")
            continue
        try:
            labels = read_labels(file)
        except LabelsError as error:
            mistakes += error.mistakes
            continue
        if labels.intervals:
            clips.append(Clip(recording, file, labels))
        else:
            notes.append(f"{file} holds no interval: left out.")
    if mistakes:
        raise LabelsError(mistakes)
    if not clips:
        shown = f" {notes[0]}" if notes else ""
        raise UsageError(
            f"no labelled recording found.{shown} Make recordings with `posecheck analyze`, and write CLIP{ENDING} beside them."
        )
    return tuple(clips), tuple(notes)


def _recordings(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.jsonl"))
        elif path.exists():
            yield path
        else:
            raise RecordingError(f"No such file or folder: {path}")


def labels_of(recording: Path) -> Path | None:
    """The file with the labels of a recording: beside it, else beside its clip; None while nobody has said anything.

    Raises RecordingError if the recording cannot be read.
    """
    beside = labels_path(recording)
    if beside.exists():
        return beside
    others = sorted(recording.parent.glob(f"*{ENDING}"))
    if len(others) == 1 and len(list(recording.parent.glob("*.jsonl"))) == 1:
        return others[0]
    source = Path(read_recording(recording).origin.source)
    return labels_path(source) if labels_path(source).exists() else None


def sha256(path: Path) -> str:
    """The fingerprint of a file. Raises RecordingError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RecordingError(f"Cannot read {path}: {error.strerror or error}") from error


#: What decides measures: the stretch's say, what the person was calibrated to, and the measuring numbers.
_Key: TypeAlias = tuple[str, str, bool, Calibrations | None, tuple[float, ...]]


def _key(stretch: Stretch, profile: Profile, calibrations: Calibrations | None) -> _Key:
    return stretch.lead, stretch.position, stretch.watch, calibrations, measuring(profile)


@dataclass(slots=True)
class Tracks:
    """What was measured in one recording, kept for every setting of the measuring numbers asked for so far.

    The only thing here that remembers: a recording is read once, a setting measured once.
    """

    read: Callable[[], Seen]
    kept: dict[_Key, Track] = field(default_factory=dict)
    seen: Seen | None = None
    at_most: int = 8
    """So many settings are kept, the latest ones: a track of 10 minutes takes 3 MB."""

    @classmethod
    def of(cls, recording: Path) -> Tracks:
        """The tracks of a recording on disk, which is read when the first one is asked for."""

        def read() -> Seen:
            played = read_recording(recording)
            return see(played.sightings(), calibrations=played.origin.calibrations, memory=played.origin.memory)

        return cls(read)

    def know(self, stretch: Stretch, profile: Profile, track: Track, calibrations: Calibrations | None = None) -> None:
        """Keep what a session has measured with these numbers, and these calibrations if not the recorded ones."""
        self.kept[_key(stretch, profile, calibrations)] = track

    @property
    def calibrations(self) -> Calibrations | None:
        """What was known of the person when it was recorded. Raises RecordingError if the recording cannot be read."""
        return self._read().calibrations

    def _read(self) -> Seen:
        self.seen = self.seen or self.read()
        return self.seen

    def track(self, stretch: Stretch, profile: Profile, calibrations: Calibrations | None = None) -> Track:
        """The measures with the numbers of `profile`, of a person known by `calibrations`, else as recorded.

        Raises RecordingError if the recording cannot be read.
        """
        key = _key(stretch, profile, calibrations)
        if key not in self.kept:
            seen = self._read()
            while len(self.kept) >= self.at_most:
                del self.kept[next(iter(self.kept))]
            self.kept[key] = measure(seen, profile, stretch, calibrations=calibrations)
        return self.kept[key]


def one_stretch(clips: Sequence[Clip], stretch_id: str | None) -> tuple[Clip, ...]:
    """The clips of one stretch. Raises UsageError if there is none, or if several stretches are left to choose from."""
    if stretch_id is not None:
        load_stretch(stretch_id)
        chosen = tuple(one for one in clips if one.labels.stretch == stretch_id)
        if not chosen:
            raise UsageError(f"no clip is labelled for {stretch_id}.")
        return chosen
    stretches = sorted({one.labels.stretch for one in clips})
    if len(stretches) > 1:
        raise UsageError(f"the clips show several stretches ({', '.join(stretches)}): choose one with --stretch.")
    return tuple(clips)
