"""A tuned profile: the numbers that changed, and everything one needs to believe them or not.

The file is an ordinary profile (`posecheck.pipeline.profiles`) with a table [provenance]: which clips (with their fingerprints),
who is in them, who labelled them, how they were split, what was sought, what it scored on people left out, with its
interval, what the defaults score, which values would do as well, and what speaks against it.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import tomlkit
from pydantic import Field

import posecheck
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.strict_toml import Number, Strict, Text, in_order, shape
from posecheck.errors import TunableError
from posecheck.pipeline.session import default_profile
from posecheck.reasons import Reason, english
from posecheck.tuning import score
from posecheck.tuning.clips import Clip, sha256
from posecheck.tuning.evidence import Evidence
from posecheck.tuning.search import Found

#: How people were split, as files say it.
SPLIT: Final = "leave one person out"


class ClipUsed(Strict):
    """A clip that numbers were chosen on."""

    file: Text
    recording_sha256: Text
    labels_sha256: Text
    people: list[Text]
    raters: list[Text]


class PlateauFound(Strict):
    """Values of a number that would do as well."""

    key: Text
    low: Number
    high: Number
    default: Number


class Provenance(Strict):
    """Where tuned numbers come from."""

    version: Text
    """Of posecheck."""
    date: Text
    stretch: Text
    rules: list[Text]
    objective: Text
    split: Text
    people: Annotated[int, Field(ge=1)]
    settings_tried: int
    score: Number | None = None
    """The objective's figure on people left out; missing where there is none."""
    score_low: Number | None = None
    score_high: Number | None = None
    score_of_defaults: Number | None = None
    doubts: list[str] = Field(default_factory=list)
    """Why it was not enough to act on, in English; the file was written all the same because somebody insisted."""
    doubt_reasons: list[str] = Field(default_factory=list)
    """The same as `packed` reasons, for other languages; missing in files of earlier versions."""
    plateau: list[PlateauFound] = Field(default_factory=list)
    clip: list[ClipUsed] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scores:
    """A figure on people left out, with its interval, and that of the defaults."""

    value: float
    low: float
    high: float
    defaults: float

    @classmethod
    def of(cls, found: Found) -> Scores:
        """The objective's figure."""
        name = found.objective.metric
        return cls(*score.with_interval(found.held_out)[name], score.with_interval(found.defaults)[name][0])


def provenance(found: Found, clips: Sequence[Clip], evidence: Evidence, date: str) -> Provenance:
    """Where the proposed numbers come from; `date` is today's. Raises RecordingError if a clip cannot be read."""
    scores = Scores.of(found)
    return Provenance(
        version=posecheck.__version__,
        date=date,
        stretch=clips[0].labels.stretch,
        rules=list(found.rules),
        objective=str(found.objective),
        split=SPLIT,
        people=len(found.trials.people),
        settings_tried=len(found.trials.settings),
        score=_known(scores.value),
        score_low=_known(scores.low),
        score_high=_known(scores.high),
        score_of_defaults=_known(scores.defaults),
        doubts=[english(doubt) for doubt in evidence.doubts],
        doubt_reasons=[packed(doubt) for doubt in evidence.doubts],
        plateau=[
            PlateauFound(key=one.key, low=one.low, high=one.high, default=axis.default)
            for one, axis in zip(found.plateau, found.axes, strict=True)
        ],
        clip=[
            ClipUsed(
                file=str(clip.recording),
                recording_sha256=sha256(clip.recording),
                labels_sha256=sha256(clip.labels_file),
                people=list(clip.people),
                raters=list(clip.labels.raters),
            )
            for clip in clips
        ],
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def changed(found: Found, stretch: Stretch) -> dict[str, float]:
    """The proposed numbers of `stretch` that differ from their defaults, those that follow others too."""
    defaults = default_profile(stretch)
    return {key: value for key, value in found.setting.items() if value != defaults[key]}


def profile_text(numbers: Mapping[str, float], where_from: Provenance) -> str:
    """The profile as a file: `numbers` for the one stretch they were chosen for, then the provenance."""
    head = (
        f"# Numbers chosen by `posecheck tune search` for {where_from.stretch}; use them with --profile THIS_FILE.\n"
        "# A form cue's limits, fitted to these people: an estimate, not a medical statement.\n"
    )
    chosen: dict[str, Any] = {}
    for key, value in numbers.items():
        *tables, name = key.split(".")
        inner = chosen
        for table in tables:
            inner = inner.setdefault(table, {})
        inner[name] = float(value)
    content = where_from.model_dump(exclude_none=True)
    rows = {name: content.pop(name) for name in ("plateau", "clip")}
    content |= {name: found for name, found in rows.items() if found}
    written = {"stretches": {where_from.stretch: chosen}} if chosen else {}
    return f"{head}\n{tomlkit.dumps({**written, 'provenance': content})}"


def read_provenance(path: Path) -> Provenance | None:
    """The provenance in a profile file; None if it has none, as one written by hand.

    Raises TunableError, with every mistake, for one that cannot be read.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TunableError(f"Cannot read the profile {path}: {error}.") from error
    raw = data.get("provenance")
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise TunableError(f"{path}: [provenance] must be a table.")
    layout, _, mistakes = shape(raw, Provenance)
    if layout is None or mistakes:
        raise TunableError("\n".join(in_order(path, [(f"provenance, {place}", text) for place, text in mistakes])))
    return layout


def packed(reason: Reason) -> str:
    """A reason as one line of JSON: its code, and what fills its blanks."""
    return json.dumps({"code": reason.code, "values": dict(reason.values)}, ensure_ascii=False)


def reasons_of(lines: Sequence[str]) -> tuple[Reason, ...]:
    """The reasons that were `packed`. Raises TunableError for a line that is none."""
    out = []
    for line in lines:
        try:
            raw = json.loads(line)
            out.append(Reason(raw["code"], **raw["values"]))
        except (ValueError, TypeError, KeyError) as error:
            raise TunableError(f"provenance, doubt_reasons: {line!r} is no reason.") from error
    return tuple(out)


def moved_clips(where_from: Provenance) -> tuple[Reason, ...]:
    """What has changed about the clips since: a reason for each that is gone or has other content."""
    out = []
    for clip in where_from.clip:
        path = Path(clip.file)
        if not path.exists():
            out.append(Reason("terminal.profile.clip_gone", clip_file=clip.file))
        elif sha256(path) != clip.recording_sha256:
            out.append(Reason("terminal.profile.clip_changed", clip_file=clip.file))
    return tuple(out)
