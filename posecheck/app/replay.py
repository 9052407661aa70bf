"""The last minute, judged again with other numbers: what a slider would have changed. Pure, in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence

from posecheck.app.messages.frame_message import Message, number
from posecheck.app.session.recent_buffer import Row, track_of
from posecheck.app.session.session_summary import SERIES
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.messages import Messages
from posecheck.calibration import Calibrations
from posecheck.pipeline.analysis import limits_of
from posecheck.reasons import code_of
from posecheck.records import Event
from posecheck.tunables import Profile
from posecheck.tuning.profile_diff import whatif
from posecheck.tuning.rejudge import VERDICTS, Judged
from posecheck.tuning.track import Track, measuring


class _Tracks:
    """The measures of these rows for one stretch, with any numbers, each measured once.

    What the person was calibrated to is in what the session remembered before each row.
    """

    calibrations: Calibrations | None = None

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._kept: dict[tuple[float, ...], Track] = {}

    def track(self, stretch: Stretch, profile: Profile, calibrations: Calibrations | None = None) -> Track:
        del calibrations
        numbers = measuring(profile)
        if numbers not in self._kept:
            self._kept[numbers] = track_of(self._rows, stretch, profile)
        return self._kept[numbers]


def replay(rows: Sequence[Row], stretch: Stretch, before: Profile, after: Profile, text: Messages) -> Message:
    """What is told of `rows` by the numbers of `after`, and of `before` beside it; `text` knows the stretch.

    Times are seconds from the first row. Raises ValueError without any.
    """
    if not rows:
        raise ValueError("nothing was seen to be judged again")
    tracks = _Tracks(rows)
    difference = whatif(tracks, stretch, before, after)
    track = tracks.track(stretch, after)
    first_s = float(track.t_s[0])
    series: Message = {"t_s": [number(t_s - first_s, 2) for t_s in track.t_s.tolist()]}
    series |= {name: [number(value) for value in track.measure(name).tolist()] for name in SERIES}
    return {
        "seconds": number(track.duration_s, 2),
        "frames": len(track),
        "series": {**series, "verdict": _letters(difference.after)},
        "events": _events(difference.after, first_s, text),
        "limits": {measure: number(limit, 2) for measure, limit in limits_of(stretch, after).items()},
        "before": {"events": _events(difference.before, first_s, text), "verdict": _letters(difference.before)},
    }


def _letters(judged: Judged) -> str:
    """A letter a frame: G, W or U."""
    letters = "".join(" " if verdict is None else verdict[0] for verdict in VERDICTS)
    return "".join(letters[code] for code in judged.verdict.tolist())


def _events(judged: Judged, first_s: float, text: Messages) -> list[Message]:
    return [_event(event, first_s, text) for event in judged.events]


def _event(event: Event, first_s: float, text: Messages) -> Message:
    return {
        "start_s": number(event.start_s - first_s, 2),
        "end_s": number(event.end_s - first_s, 2),
        "rule": event.rule,
        "verdict": str(event.verdict),
        "reason": "" if event.reason is None else text.text(event.reason),
        "reason_code": code_of(event.reason),
        "value": number(event.value, 2),
        "limit": number(event.limit, 2),
    }
