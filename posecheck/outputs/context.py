"""What an output may know of the session besides its frames: plain values, made once for all outputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from posecheck.outputs.report_player import Clip
from posecheck.reasons import Translate
from posecheck.records import Origin
from posecheck.tunables import Profile


@dataclass(frozen=True, slots=True)
class OutputContext:
    """The session that an output writes about."""

    origin: Origin
    """What was analysed with which models and settings."""
    title: str
    stretch_name: str
    """In `language`."""
    translate: Translate
    """The text of a key or a reason in `language`."""
    language: str = "en"
    limits: Mapping[str, float] = field(default_factory=dict)
    """The limit in force of each measure that the stretch has a rule for, in the measure's unit."""
    rule_names: Mapping[str, str] = field(default_factory=dict)
    """What each rule is called, by its id, in `language`."""
    profile: Profile | None = None
    """The settings in force, with their defaults."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the libraries that decide numbers, by distribution name."""
    clip: Clip | None = None
    """The clip a report may show; None in a replay, or where no picture of the source may be seen."""
    source: Path | None = None
    """The clip itself; None in a replay."""
    fps_nominal: float = math.nan
    """Frames per second by the header of the clip; NaN if it names none."""
    embed: bool = False
    """Whether a report carries the clip inside."""
    smooth: bool = False
    """Whether tables get filtered columns as well."""
    with_picture: bool = True
    """Whether pixels of the source may be written."""
    slow: float = 1.0
    """How many times slower than life an annotated clip plays."""
    sample_fps: float | None = None
    """How many frames a second were analysed; None for every frame."""
