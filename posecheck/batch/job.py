"""One clip to be analysed, as plain values that can be sent to another process, and what came of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import posecheck
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.calibration import Calibrations, to_table
from posecheck.kinematics.spine.network import bundled_network
from posecheck.landmarks.registry import DEFAULT_BACKEND
from posecheck.pipeline.output_options import OutputOptions
from posecheck.pipeline.session import default_profile
from posecheck.tunables import Profile, Setting


@dataclass(frozen=True, slots=True)
class Labels:
    """What a list says of a clip for people; it has no say in any number."""

    person: str = ""
    side: str = ""
    """"left", "right" or empty."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClipJob:
    """One clip and everything that decides what its results are. Paths are absolute: it may run anywhere."""

    clip: Path
    folder: Path
    """Where its results go."""
    stretch: str
    numbers: tuple[tuple[str, float, str], ...]
    """Every number in force: key, value, where it came from."""
    model_sha256: str
    model: Path | None = None
    backend: str = DEFAULT_BACKEND
    """The pose model (`landmarks.registry`); `model` are its weights, None for its own."""
    calibrations: Calibrations | None = None
    wanted: OutputOptions = field(default_factory=OutputOptions)
    video: str | None = None
    """Ending of an annotated clip, or None."""
    from_s: float | None = None
    to_s: float | None = None
    labels: Labels = field(default_factory=Labels)
    force: bool = False
    """Do it again even where it is done."""
    retry_failed: bool = False
    """Do it again where it could not be done."""
    token: str = ""
    """What stands in the output folder's `visible` file: a worker that cannot read it there sees another disk."""

    @property
    def profile(self) -> Profile:
        """The numbers as a profile."""
        settings = {key: Setting(value, origin) for key, value, origin in self.numbers}
        return Profile(default_profile(load_stretch(self.stretch)).tunables.values(), settings)

    def settings_sha256(self) -> str:
        """The hash of all that decides the results, the clip itself left out.

        Two jobs with the same hash and the same clip leave the same files. The age of a calibration has no say.
        """
        decides: dict[str, Any] = {
            "posecheck": posecheck.__version__,
            "stretch": repr(load_stretch(self.stretch)),
            "numbers": sorted(self.numbers),
            "model": self.model_sha256,
            "spine_model": bundled_network().sha256,
            "calibrations": None if self.calibrations is None else to_table(self.calibrations),
            "wanted": dataclasses.asdict(self.wanted),
            "video": self.video,
            "from_s": self.from_s,
            "to_s": self.to_s,
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode("utf-8")).hexdigest()


def numbers_of(profile: Profile) -> tuple[tuple[str, float, str], ...]:
    """A profile as plain values."""
    return tuple((key, value, origin) for key, (value, origin) in profile.origins().items())


class Status(StrEnum):
    """What came of a job."""

    DONE = "done"
    SKIPPED = "skipped"
    """It was done before, with the same settings."""
    FAILED = "failed"
    BUSY = "busy"
    """Another posecheck is at it."""
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker sends back: small, whatever the length of the clip."""

    clip: Path
    folder: Path
    status: Status
    what: str = ""
    """Of a failure: "clip", "output", "model", "worker" or "posecheck"."""
    message: str = ""
    frames: int = 0
    video_s: float = 0.0
    """Seconds of video that were looked at."""
    work_s: float = 0.0
    """Seconds it took."""
    cpu_s: float = 0.0
    """Seconds of processor it took, of all cores together."""
    worker: str = ""
    """host:pid"""
    before: bool = False
    """It was like that already: nothing was tried now."""
