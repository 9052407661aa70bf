"""The sheets of the label page: one recording each, its curves, and what every rater says of it. Saved at once.

What one rater says is replaced as a whole, what others say is never touched. Each save names what the page believed to
be in the file (`revision`): if somebody has saved for the same rater from elsewhere meanwhile, nothing is overwritten.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import threading
from collections.abc import Sequence
from typing import Any, Final, TypeGuard

import numpy as np

from posecheck.assessment.catalogue.stretch import Rule, Stretch
from posecheck.assessment.messages import Messages
from posecheck.errors import UsageError
from posecheck.records import Floats
from posecheck.tuning.clips import Tracks
from posecheck.tuning.evaluation import alarms_of
from posecheck.tuning.intervals import Spans, minus, said, total_s, union
from posecheck.tuning.label_targets import Subject
from posecheck.tuning.labels import Interval, Labels, Truth, read_labels, write_labels
from posecheck.tuning.rejudge import Judged, rejudge
from posecheck.tuning.score import agreement_s, kappa
from posecheck.tuning.space import profile_of
from posecheck.tuning.track import Track

#: The curves that help whatever the rule is.
CURVES: Final = ("spine_flexion_deg", "hip_hinge_deg", "knee_flexion_deg")
POSECHECK: Final = "posecheck"
#: A name may be so long.
_LONGEST: Final = 60
#: More intervals than this are no labels.
_MOST: Final = 5000


class ChangedError(UsageError):
    """Somebody else has saved for the same rater meanwhile."""


class Sheet:
    """One recording on the page; what was measured in it is kept once it was asked for."""

    def __init__(self, number: int, subject: Subject) -> None:
        self.number, self.subject = number, subject
        self._lock = threading.Lock()
        self._seen: tuple[Track, Judged, dict[str, float]] | None = None

    # -------------------------------------------------------------------------------------------- what is there
    def card(self, text: Messages) -> dict[str, Any]:
        """The sheet in a line, in the language of `text`: number, name, stretch, raters. Raises LabelsError."""
        labels = self.labels()
        return {
            "id": self.number,
            "name": self.subject.name,
            "stretch": text.text(self.subject.stretch.name),
            "video": self.subject.video is not None,
            "raters": list(labels.raters),
        }

    def whole(self, rater: str, text: Messages) -> dict[str, Any]:
        """Everything the page shows, in the language of `text`. Raises LabelsError, RecordingError."""
        with self._lock:
            track, judged, numbers = self._judged()
        labels = self.labels()
        rules = self.subject.stretch.rules
        names = list(dict.fromkeys((*CURVES, *(rule.measure for rule in rules))))
        return {
            **self.card(text),
            "rules": [_rule(rule, self.subject.stretch, numbers, text) for rule in rules],
            "people": list(labels.people),
            "t_s": [round(float(t_s), 4) for t_s in track.t_s],
            "curves": {name: _numbers(track.measure(name)) for name in names},
            "curve_names": {name: text.text(f"report.measure.{name}") for name in names},
            "posecheck": {rule.id: _spans(alarms_of(judged, rule.id)) for rule in rules},
            **self._said(labels, rater),
        }

    def labels(self) -> Labels:
        """What the file says now. Raises LabelsError."""
        file = self.subject.labels_file
        return read_labels(file) if file.exists() else Labels(self.subject.name, self.subject.stretch.id, ())

    def _judged(self) -> tuple[Track, Judged, dict[str, float]]:
        if self._seen is None:
            stretch, tracks = self.subject.stretch, Tracks.of(self.subject.recording)
            profile = profile_of(stretch, {}, tracks.calibrations)
            assert profile is not None  # the defaults can be held by a file
            track = tracks.track(stretch, profile)
            self._seen = track, rejudge(track, stretch, profile), dict(profile)
        return self._seen

    def _said(self, labels: Labels, rater: str) -> dict[str, Any]:
        return {
            "revision": revision(labels, rater),
            "intervals": [_interval(one) for one in labels.intervals],
            "agreement": self._agreement(labels),
        }

    def _agreement(self, labels: Labels) -> list[dict[str, Any]]:
        """Kappa of every two raters, and of each with posecheck, for every rule that both speak of."""
        track, judged, _ = self._judged()
        whole = union([(float(track.t_s[0]), float(track.t_s[-1]))] if len(track) else [])
        out = []
        for rule in self.subject.stretch.rules:
            warned, unknown = alarms_of(judged, rule.id)
            ours = (minus(minus(whole, warned), unknown), warned)
            for person in labels.people:
                rated: dict[str, tuple[Spans, Spans]] = {}
                for rater in labels.raters:
                    own = [x for x in labels.intervals if (x.rule, x.person, x.rater) == (rule.id, person, rater)]
                    rated[rater] = said(own, Truth.GOOD), said(own, Truth.WARN)
                for one, other in itertools.combinations((*rated, POSECHECK), 2):
                    seconds = agreement_s(rated[one], ours if other == POSECHECK else rated[other])
                    if seconds.sum() > 0.0:
                        value = float(kappa(*seconds))
                        out.append(
                            {
                                "rule": rule.id,
                                "person": person,
                                "one": one,
                                "other": other,
                                "kappa": None if math.isnan(value) else round(value, 3),
                                "same_frac": round(float((seconds[0] + seconds[3]) / seconds.sum()), 3),
                                "seconds": round(float(seconds.sum()), 2),
                            }
                        )
        return out

    # -------------------------------------------------------------------------------------------- saving
    def save(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Put what a rater says in place of what they said before.

        Raises ChangedError when that is not what the page knew, UsageError for a body of another form, LabelsError for
        labels that make no sense, OutputError if the file cannot be written.
        """
        rater = name_of(asked.get("rater"), "rater")
        if rater == POSECHECK:
            raise UsageError(f'"{POSECHECK}" is the name of the machine: choose another.')
        own = _intervals(asked.get("intervals"), rater)
        with self._lock:
            before = self.labels()
            if asked.get("revision") != revision(before, rater):
                raise ChangedError(f"The labels of {rater} in {self.subject.labels_file.name} were changed elsewhere.")
            others = tuple(one for one in before.intervals if one.rater != rater)
            write_labels(
                self.subject.labels_file, Labels(before.video, before.stretch, tuple(_in_order((*others, *own))))
            )
            # Read again: what is shown is what stands in the file, to the last bit.
            return self._said(self.labels(), rater)


def revision(labels: Labels, rater: str) -> str:
    """A fingerprint of what one rater says: the same as long as nobody changes that."""
    own = _in_order(one for one in labels.intervals if one.rater == rater)
    text = repr([(one.start_s, one.end_s, one.rule, one.truth.value, one.person) for one in own])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def name_of(found: object, what: str) -> str:
    """A name that somebody typed. Raises UsageError for none, or one that fits in no line."""
    text = " ".join(found.split()) if isinstance(found, str) else ""
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise UsageError(f"The {what} needs a name of at most {_LONGEST} letters.")
    return text


def _intervals(found: object, rater: str) -> list[Interval]:
    if not isinstance(found, list) or len(found) > _MOST:
        raise UsageError(f'"intervals" must be a list of at most {_MOST}.')
    out = []
    for i, one in enumerate(found):
        if not isinstance(one, dict):
            raise UsageError(f"intervals[{i}] must be a table.")
        start_s, end_s, rule, truth = one.get("start_s"), one.get("end_s"), one.get("rule"), one.get("truth")
        if not (_is_number(start_s) and _is_number(end_s) and isinstance(rule, str)):
            raise UsageError(f'intervals[{i}] needs numbers "start_s" and "end_s", and a "rule".')
        if truth not in tuple(Truth):
            raise UsageError(f"intervals[{i}].truth must be one of {', '.join(Truth)}.")
        person = name_of(one.get("person"), "person")
        out.append(Interval(round(float(start_s), 4), round(float(end_s), 4), rule, Truth(truth), person, rater))
    return out


def _is_number(found: object) -> TypeGuard[float]:
    return isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)


def _in_order(intervals: Any) -> list[Interval]:
    return sorted(intervals, key=lambda one: (one.rule, one.rater, one.person, one.start_s))


def _interval(one: Interval) -> dict[str, Any]:
    return {
        "start_s": one.start_s,
        "end_s": one.end_s,
        "rule": one.rule,
        "truth": one.truth.value,
        "person": one.person,
        "rater": one.rater,
    }


def _rule(rule: Rule, stretch: Stretch, numbers: dict[str, float], text: Messages) -> dict[str, Any]:
    key = f"stretch.{stretch.id}.{rule.id}"
    return {
        "id": rule.id,
        "name": text.text(f"{key}.name"),
        "reason": text.text(f"{key}.reason"),
        "measure": rule.measure,
        "direction": rule.direction.value,
        "limit": numbers[rule.limit.key],
        "unit": rule.limit.unit,
    }


def _numbers(values: Floats) -> list[float | None]:
    return [None if math.isnan(value) else value for value in np.round(values, 2).tolist()]


def _spans(pair: tuple[Spans, Spans]) -> dict[str, Any]:
    warned, unknown = pair
    return {"warn": warned, "unknown": unknown, "warn_s": round(total_s(warned), 2)}


def sheets(subjects: Sequence[Subject]) -> tuple[Sheet, ...]:
    """A sheet for each."""
    return tuple(Sheet(number, subject) for number, subject in enumerate(subjects))
