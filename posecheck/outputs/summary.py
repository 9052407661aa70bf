"""The summary of a session: `summary.json`, one small file that says what was measured, with what, and how it ended."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

from posecheck.atomic_file import whole_file
from posecheck.calibration import Calibrations, Notice
from posecheck.outputs.base import ClosingSink, cannot_write
from posecheck.outputs.context import OutputContext
from posecheck.outputs.reps import rep_as_json
from posecheck.reasons import Reason, code_of, english
from posecheck.records import QUANTITIES, Assessment, Event, Frame, Origin, Setup, Verdict
from posecheck.statistics import SessionStatistics

#: Of the form that summary.schema.json beside this file describes. It rises when a name goes or changes its meaning.
SCHEMA_VERSION: Final = 1

ACCURACY: Final = (
    "All angles are estimates from one camera. They were checked against computer-synthetic people whose true angles are "
    "known; on real people expect larger errors, above all with loose clothes, an arm over the back, or a camera that "
    "is not side-on. posecheck is a training aid, not a medical device."
)


class SummaryFile(ClosingSink):
    """Writes `summary.json` when it is closed, in one piece: a half-written summary never exists. A critical output.

    `versions` are those of the libraries that had a say ({"mediapipe": "0.10.31"}). Raises OutputError at once if the
    folder cannot be written to, so that nobody waits an hour for nothing.
    """

    critical = True

    def __init__(self, path: Path, origin: Origin, versions: Mapping[str, str] | None = None) -> None:
        self.path = Path(path)
        self._origin = origin
        self._versions = dict(versions or {})
        self._statistics = SessionStatistics()
        self._events: dict[str, dict[str, int]] = {}
        self._closed = False
        if not self.path.parent.is_dir():
            raise cannot_write(self.path, FileNotFoundError(2, "No such folder"))
        if not os.access(self.path.parent, os.W_OK):
            raise cannot_write(self.path, PermissionError(13, "Permission denied"))

    @classmethod
    def of(cls, path: Path, context: OutputContext) -> Self:
        """The output as the registry makes it."""
        return cls(path, context.origin, context.versions)

    @property
    def statistics(self) -> SessionStatistics:
        """What was counted so far."""
        return self._statistics

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Add one frame."""
        del frame
        self._statistics = self._statistics.plus(assessment)

    def event(self, event: Event) -> None:
        """Count one event."""
        counts = self._events.setdefault(event.rule, {Verdict.WARN.value: 0, Verdict.UNKNOWN.value: 0})
        counts[event.verdict.value] = counts.get(event.verdict.value, 0) + 1

    def close(self, ending: str) -> None:
        """Write the file. Raises OutputError if it cannot be written; an older summary then stands untouched."""
        if self._closed:
            return
        self._closed = True
        text = json.dumps(self.as_json(ending), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        write_whole(self.path, text)

    def as_json(self, ending: str) -> dict[str, Any]:
        """The summary as it is written: plain values, None where there is nothing."""
        statistics, origin = self._statistics, self._origin
        duration_s = statistics.duration_s
        return {
            "schema_version": SCHEMA_VERSION,
            "source": origin.source,
            "stretch": origin.stretch,
            "ended": ending,
            "versions": {"posecheck": origin.version, **self._versions},
            "model_sha256": origin.model_sha256,
            "spine_model_sha256": origin.spine_model_sha256,
            "duration_s": _rounded(duration_s),
            "from_s": _rounded(statistics.from_s),
            "to_s": _rounded(statistics.to_s),
            "frames": statistics.frames,
            "frames_with_person": statistics.person_frames,
            "most_people": statistics.most_people,
            "verdict_s": {verdict.value: _rounded(seconds) for verdict, seconds in statistics.verdict_s.items()},
            "good_s": _rounded(statistics.good_s),
            "hold": {"good_s": _rounded(statistics.best_hold_s), "target_s": _rounded(statistics.hold_target_s)},
            "reps_whole": statistics.reps_whole,
            "reps_good": statistics.reps_good,
            "reps": None if statistics.reps is None else [rep_as_json(rep) for rep in statistics.reps],
            "deepest_hip_hinge": {
                "hip_hinge_deg": _rounded(statistics.deepest_hinge.value),
                "t_s": _rounded(statistics.deepest_hinge.t_s),
            },
            "worst_spine_flexion": {
                "spine_flexion_deg": _rounded(statistics.worst_spine.value),
                "t_s": _rounded(statistics.worst_spine.t_s),
            },
            "events": self._events,
            "view": {
                "unknown_share": _rounded(statistics.verdict_s[Verdict.UNKNOWN] / duration_s)
                if duration_s > 0
                else None,
                "unknown_s_by_reason": {
                    english(reason): _rounded(seconds) for reason, seconds in longest_first(statistics.unknown_s)
                },
                "unknown_s_by_reason_code": {
                    code: _rounded(seconds) for code, seconds in _by_code(statistics.unknown_s).items()
                },
            },
            "setup": _setup_json(statistics.setup),
            "calibration": _calibration_json(origin.calibrations, statistics.notices),
            "settings": {
                key: {"value": value, "origin": where} for key, (value, where) in sorted(origin.settings.items())
            },
            "units": {quantity.name: quantity.unit for quantity in QUANTITIES},
            "accuracy": ACCURACY,
        }


def longest_first(seconds: Mapping[Reason, float]) -> list[tuple[Reason, float]]:
    """Reasons and their seconds, longest first; of equal ones by their sentence."""
    return sorted(seconds.items(), key=lambda pair: (-pair[1], english(pair[0])))


def _by_code(seconds: Mapping[Reason, float]) -> dict[str, float]:
    """The same by code, whatever the numbers in the reasons."""
    out: dict[str, float] = {}
    for reason, value in longest_first(seconds):
        out[reason.code] = out.get(reason.code, 0.0) + value
    return out


def _calibration_json(calibrations: Calibrations | None, notices: tuple[Notice, ...]) -> dict[str, Any] | None:
    """What was known of the person, and what does not fit about it; None where nothing was known."""
    if calibrations is None:
        return None
    return {
        "name": calibrations.name,
        **{
            one.position: {
                "made_on": one.made_on,
                "age_days": _rounded(one.age_days),
                "own_max_deg": _rounded(one.own_max_deg),
            }
            for one in calibrations
        },
        "notices": [
            {"name": notice.name, "sentence": english(notice.reason), "reason_code": notice.reason.code}
            for notice in notices
        ],
    }


def _setup_json(setup: Setup | None) -> dict[str, Any] | None:
    """The set-up check; None where nobody looked."""
    if setup is None:
        return None
    return {
        "well": setup.is_well,
        "from_s": _rounded(setup.from_s),
        "to_s": _rounded(setup.to_s),
        "checks": [
            {
                "name": check.name,
                "verdict": check.verdict.value,
                "value": _rounded(check.value),
                "unit": check.unit,
                "sentence": english(check.reason),
                "reason_code": code_of(check.reason),
                "reason_values": {} if check.reason is None else dict(check.reason.value),
            }
            for check in setup.checks
        ],
    }


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write a text file in one piece: it is there whole, or the old one stands. Raises OutputError.

    `text` may come in parts, which are never held together.
    """
    try:
        with whole_file(path) as file:
            file.writelines([text] if isinstance(text, str) else text)
    except OSError as error:
        raise cannot_write(path, error) from None


def _rounded(value: float) -> float | None:
    """Three decimals and no NaN: more would pretend to know."""
    return None if math.isnan(value) else round(float(value), 3)
