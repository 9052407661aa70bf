"""What people say of a clip: `<clip>.labels.toml`, intervals [start_s, end_s) in which a rule is kept or broken.

    video = "lena_fold.mp4"
    stretch = "standing_forward_fold"

    [[interval]]
    start_s = 3.2
    end_s = 6.0
    rule = "spine_rounding"
    truth = "warn"          # or "good", "unsure"
    person = "lena"
    rater = "coach A"

Several raters label one clip in one file. What nobody has labelled counts for nothing. Files are read strictly, with
every mistake reported at once, and written whole or not at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import tomlkit
from pydantic import Field

from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.catalogue.strict_toml import Mistake, Number, Strict, Text, in_order, one_of, read_toml, shape
from posecheck.atomic_file import whole_file
from posecheck.errors import LabelsError, OutputError
from posecheck.tunables import unknown

ENDING: Final = ".labels.toml"


class Truth(StrEnum):
    """What somebody says of a rule for a while."""

    GOOD = "good"
    WARN = "warn"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Interval:
    """What one rater says of one rule, from `start_s` to before `end_s`."""

    start_s: float
    end_s: float
    rule: str
    truth: Truth
    person: str
    """Who is seen. People are kept apart when numbers are searched: nobody is judged by what was learnt of them."""
    rater: str


@dataclass(frozen=True, slots=True)
class Labels:
    """All that was said of one clip."""

    video: str
    """The clip's file name."""
    stretch: str
    intervals: tuple[Interval, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody in it, in alphabetical order."""
        return tuple(sorted({one.person for one in self.intervals}))

    @property
    def raters(self) -> tuple[str, ...]:
        """Everybody who labelled it, in alphabetical order."""
        return tuple(sorted({one.rater for one in self.intervals}))


class _IntervalLayout(Strict):
    start_s: Number
    end_s: Number
    rule: Text
    truth: Annotated[str, one_of("truth", tuple(Truth))]
    person: Text
    rater: Text


class _LabelsLayout(Strict):
    video: Text
    stretch: Text
    interval: list[_IntervalLayout] = Field(default_factory=list)


def read_labels(path: Path) -> Labels:
    """The labels in a file. Raises LabelsError with every mistake in it, each as `file, place: message`."""
    raw, mistakes = read_toml(path)
    layout: _LabelsLayout | None = None
    if raw is not None:
        layout, _, mistakes = shape(raw, _LabelsLayout)
    if layout is None:
        raise LabelsError(in_order(path, mistakes))
    labels = Labels(
        layout.video,
        layout.stretch,
        tuple(
            Interval(one.start_s, one.end_s, one.rule, Truth(one.truth), one.person, one.rater)
            for one in layout.interval
        ),
    )
    if mistakes := [*mistakes, *_sense(labels)]:
        raise LabelsError(in_order(path, mistakes))
    return labels


def write_labels(path: Path, labels: Labels) -> None:
    """Write labels to a file, replacing it; a crash half-way leaves the old one.

    Raises LabelsError for labels that could not be read back, OutputError if the file cannot be written.
    """
    if mistakes := _sense(labels):
        raise LabelsError(in_order(path, mistakes))
    content: dict[str, object] = {"video": labels.video, "stretch": labels.stretch}
    rows = [
        {
            "start_s": float(one.start_s),
            "end_s": float(one.end_s),
            "rule": one.rule,
            "truth": str(one.truth),
            "person": one.person,
            "rater": one.rater,
        }
        for one in sorted(labels.intervals, key=lambda one: (one.rule, one.rater, one.start_s))
    ]
    if rows:
        content["interval"] = rows
    write_whole(path, tomlkit.dumps(content))


def labels_path(clip: Path) -> Path:
    """Where the labels of a clip or recording lie: beside it, `lena.mp4` → `lena.labels.toml`."""
    return clip.with_name(clip.stem + ENDING)


def write_whole(path: Path, text: str) -> None:
    """Write a text file, or leave what was there. Raises OutputError."""
    try:
        with whole_file(path) as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}.") from error


def _sense(labels: Labels) -> list[Mistake]:
    """What is wrong with labels whose every part has the right form."""
    if labels.stretch not in stretch_ids():
        return [("stretch", unknown("stretch", labels.stretch, stretch_ids()))]
    rules = [rule.id for rule in load_stretch(labels.stretch).rules]
    mistakes: list[Mistake] = []
    for i, one in enumerate(labels.intervals):
        place = f"interval[{i}]"
        if one.rule not in rules:
            mistakes.append((f"{place}.rule", f"{unknown('rule', one.rule, rules)} (of {labels.stretch})"))
        if not (math.isfinite(one.start_s) and math.isfinite(one.end_s) and 0.0 <= one.start_s < one.end_s):
            mistakes.append(
                (place, f"must begin at 0 s or later and end after it began: {one.start_s:g}..{one.end_s:g}")
            )
    return [*mistakes, *_overlaps(labels.intervals)]


def _overlaps(intervals: Sequence[Interval]) -> Iterable[Mistake]:
    """Where a rater says two things of one rule and person at once."""
    latest: dict[tuple[str, str, str], tuple[int, Interval]] = {}
    for i, one in sorted(enumerate(intervals), key=lambda pair: (pair[1].start_s, pair[0])):
        key = (one.rule, one.rater, one.person)
        before = latest.get(key)
        if before is not None and one.start_s < before[1].end_s:
            yield f"interval[{i}]", f"overlaps interval[{before[0]}] of the same rule and rater, from {one.start_s:g} s"
        if before is None or one.end_s > before[1].end_s:
            latest[key] = (i, one)
