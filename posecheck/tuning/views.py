"""How a stretch takes each kind of view of a recording: what may be measured there, and why not.

Views are few where frames are many: whatever `judge.step` decides by the view alone is decided once for each kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from posecheck.assessment import judge, missing_reason
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.reasons import Reason
from posecheck.records import Floats
from posecheck.tuning.track import Counts, Sight, Track


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """The kinds of view of a track, as a stretch takes them."""

    seen: tuple[judge.Taken, ...]
    """For each of `Track.sights`: whether measures count, and what is remarked."""
    cut_off: tuple[tuple[str, ...], ...]
    not_reported: tuple[tuple[str, ...], ...]
    lead_is_far: tuple[bool, ...]
    lead_unknown: tuple[Reason | None, ...]
    """`missing_reason.lead_unknown_reason` where the lead leg is not recognised yet; None where it is."""
    reasons: list[Reason] = field(default_factory=list)
    """Every reason that came up so far; elsewhere they are numbers."""
    families: list[int] = field(default_factory=list)
    """For each of `reasons` the first of them with the same `Reason.family`."""

    def number(self, reason: Reason | None) -> int:
        """The number of a reason; -1 for None."""
        if reason is None:
            return -1
        if reason not in self.reasons:
            self.reasons.append(reason)
            alike = [known.family for known in self.reasons]
            self.families.append(alike.index(alike[-1]))
        return self.reasons.index(reason)

    def measure(self, track: Track, name: str) -> Floats:
        """(n,) a measure as the rules get it: NaN wherever nothing counts."""
        hidden = np.array([taken.hidden for taken in self.seen], np.bool_)
        values = track.measure(name)
        return np.where(hidden[track.sight], np.nan, values) if hidden.any() else values

    def unseen(self, measure: str) -> Counts:
        """For each kind the number of why `measure` is missing."""
        kinds = zip(self.seen, self.cut_off, self.not_reported, self.lead_is_far, self.lead_unknown, strict=True)
        why = [
            missing_reason.why_missing(
                measure, one.problem, cut, not_reported=lacking, lead_is_far=far, lead_unknown=lead_unknown
            )
            for one, cut, lacking, far, lead_unknown in kinds
        ]
        return np.array([self.number(reason) for reason in why], np.intp)

    def back_hidden(self, measure: str) -> Counts:
        """For each kind the number of why a measure of the back cannot be told; -1 where it can, and for others."""
        back = measure in missing_reason.BACK_MEASURES
        return np.array([self.number(one.problem) if back else -1 for one in self.seen], np.intp)

    def undecided(self) -> Counts:
        """For each kind the number of why its frames are UNKNOWN at best; -1 where nothing stands in the way."""
        return np.array([self.number(one.undecided) for one in self.seen], np.intp)

    def remark(self) -> Counts:
        """For each kind the number of what the view itself says; -1 where it says nothing."""
        return np.array([self.number(one.remark) for one in self.seen], np.intp)


def views_of(track: Track, stretch: Stretch) -> Views:
    """How `stretch` takes the views of a track."""
    return Views(
        tuple(_taken(sight, stretch) for sight in track.sights),
        tuple(one.cut_off for one in track.sights),
        tuple(one.not_reported for one in track.sights),
        tuple(one.lead_is_far for one in track.sights),
        tuple(None if one.lead_is_told else missing_reason.lead_unknown_reason(stretch) for one in track.sights),
    )


def _taken(sight: Sight, stretch: Stretch) -> judge.Taken:
    return judge.taken(
        stretch,
        reason=sight.reason,
        position=sight.position,
        well_placed=sight.well_placed,
        is_empty=sight.is_empty,
        lead_is_far=sight.lead_is_far,
    )
