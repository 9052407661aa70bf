"""What would be different with other numbers? Events gained, lost and moved between two profiles.

    difference = whatif(recording or sightings, stretch, before, after)

Both are judged on the fast path. Hand in `Tracks` to ask again and again: what was measured once stays measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.calibration import Calibrations
from posecheck.records import Event, Sighting, Verdict
from posecheck.tunables import Profile
from posecheck.tuning.clips import Tracks
from posecheck.tuning.rejudge import Judged, rejudge
from posecheck.tuning.track import see
from posecheck.tuning.trial import Measured

#: Events whose ends differ by less are the same: less than a frame, or rounding.
_SAME_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Moved:
    """An event that both have, at another time."""

    before: Event
    after: Event


@dataclass(frozen=True, slots=True)
class Difference:
    """What other numbers change in the events of a recording."""

    before: Judged
    after: Judged
    gained: tuple[Event, ...]
    """Events that only the new numbers have, by their start."""
    lost: tuple[Event, ...]
    """Events that only the old numbers have."""
    moved: tuple[Moved, ...]
    """Events of the same rule and verdict that overlap, and begin or end elsewhere."""
    kept: int
    """How many events are as they were."""

    @property
    def is_none(self) -> bool:
        """Whether no event differs."""
        return not (self.gained or self.lost or self.moved)

    def verdict_s(self, verdict: Verdict) -> float:
        """How many seconds more a verdict stands now; negative for fewer."""
        return self.after.verdict_s[verdict] - self.before.verdict_s[verdict]


def whatif(
    what: Path | Iterable[Sighting] | Measured,
    stretch: Stretch,
    before: Profile,
    after: Profile,
    calibrations: Calibrations | None = None,
) -> Difference:
    """What `after` changes against `before` in a recording, given as its file, its sightings or its `Tracks`.

    Before, the person is known as they were when it was recorded; after, by `calibrations` if there are any.
    Raises RecordingError if the recording cannot be read.
    """
    if isinstance(what, Path):
        tracks: Measured = Tracks.of(what)
    elif isinstance(what, Iterable):
        seen = see(what)
        tracks = Tracks(lambda: seen)
    else:
        tracks = what
    old = rejudge(tracks.track(stretch, before), stretch, before)
    new = rejudge(tracks.track(stretch, after, calibrations), stretch, after)
    return compare(old, new)


def compare(before: Judged, after: Judged) -> Difference:
    """Two judgements of the same recording, event by event. Each event is matched with at most one other."""
    free = list(after.events)
    lost: list[Event] = []
    moved: list[Moved] = []
    kept = 0
    for event in before.events:
        match = _match(event, free)
        if match is None:
            lost.append(event)
            continue
        free.remove(match)
        if abs(match.start_s - event.start_s) < _SAME_S and abs(match.end_s - event.end_s) < _SAME_S:
            kept += 1
        else:
            moved.append(Moved(event, match))
    return Difference(before, after, tuple(free), tuple(lost), tuple(moved), kept)


def _match(event: Event, others: Sequence[Event]) -> Event | None:
    """The event of the same rule and verdict that shares most time with this one; None if none does."""
    pairs = [
        (min(event.end_s, other.end_s) - max(event.start_s, other.start_s), -k, other)
        for k, other in enumerate(others)
        if (other.rule, other.verdict) == (event.rule, event.verdict)
    ]
    best = max(pairs, key=lambda pair: pair[:2], default=None)
    return best[2] if best is not None and (best[0] > 0.0 or _same(event, best[2])) else None


def _same(one: Event, other: Event) -> bool:
    return abs(one.start_s - other.start_s) < _SAME_S and abs(one.end_s - other.end_s) < _SAME_S
