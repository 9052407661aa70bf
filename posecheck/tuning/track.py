"""What was measured in a whole recording, as arrays: one row a frame. Measured once, judged as often as wanted.

Measures depend on the numbers of the room of angles alone (`MEASURING`): as long as none of those changes, a recording
need not be measured again. Of these, none but the crop decides what the network's encoder makes of a picture, so its
codes, the dearest part of it, are kept (`Seen`) and serve every setting. What the person was calibrated to has a say as
well: it is known from the first frame on, until it turns out to be another person's.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.calibration import Calibrations
from posecheck.kinematics import framing, measures, measuring_state, positions, smoothing
from posecheck.kinematics.calibration import matching
from posecheck.kinematics.legs import lead_leg, plausibility, swap_correction
from posecheck.kinematics.spine import flexion, joint_correction, personal_neutral, quality_gates
from posecheck.kinematics.spine.landmark_features import aligned
from posecheck.kinematics.spine.network import Code, Network, bundled_network
from posecheck.reasons import Reason
from posecheck.records import QUANTITY_NAMES, Floats, Measures, Setup, Sighting, frozen
from posecheck.tunables import Profile

Counts: TypeAlias = NDArray[np.intp]

_NO_SETUP: Final = Setup((), over=False, from_s=math.nan, to_s=math.nan)

#: Every number that has a say in a measure. The rest of the room's numbers serve the set-up check alone, or only tell.
MEASURING: Final = (
    *(
        tunable.key
        for room in (
            framing,
            positions,
            lead_leg,
            plausibility,
            swap_correction,
            quality_gates,
            flexion,
            personal_neutral,
            joint_correction,
            measures,
            smoothing,
        )
        for tunable in room.TUNABLES
    ),
    matching.MAX_PERSON.key,
    matching.PERSON_TIME.key,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What judging needs to know of a view, beside the measures; most frames of a recording share a few of them."""

    reason: Reason | None
    """Why the back cannot be judged (`View.reason`)."""
    cut_off: tuple[str, ...]
    not_reported: tuple[str, ...]
    position: str
    well_placed: bool
    is_empty: bool
    """Whether nobody was found."""
    lead_is_far: bool
    """Whether the lead leg is the far one (`View.lead_is_far`)."""
    lead_is_told: bool
    """Whether it is known which leg leads."""

    @classmethod
    def of(cls, sighting: Sighting, measured: Measures) -> Sight:
        """What a frame tells."""
        view = measured.view
        return cls(
            view.reason,
            view.cut_off,
            view.not_reported,
            view.position,
            view.well_placed,
            sighting.is_empty,
            view.lead_is_far,
            view.lead_side is not None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The measures of a recording. Nothing in it changes."""

    t_s: Floats
    """(n,) seconds of the source, strictly rising."""
    values: Floats
    """(n, len(QUANTITY_NAMES)) the measures as they are; NaN where not seen."""
    sight: Counts
    """(n,) which of `sights` each frame has."""
    sights: tuple[Sight, ...]

    def __len__(self) -> int:
        return len(self.t_s)

    def measure(self, name: str) -> Floats:
        """(n,) one measure of `records.QUANTITY_NAMES`."""
        out: Floats = self.values[:, QUANTITY_NAMES.index(name)]
        return out

    @property
    def duration_s(self) -> float:
        """From the first frame to the last; 0 with fewer than two."""
        return float(self.t_s[-1] - self.t_s[0]) if len(self) > 1 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The sightings of a recording in memory, with the network's code of each picture, which no setting changes."""

    sightings: tuple[Sighting, ...]
    codes: tuple[Code | None, ...]
    calibrations: Calibrations | None = None
    """What was known of the person before the first picture; None where nothing was."""
    memory: Mapping[str, Any] | None = None
    """What measuring remembered before the first picture (`records.Origin.memory`)."""


def see(
    sightings: Iterable[Sighting],
    network: Network | None = None,
    calibrations: Calibrations | None = None,
    memory: Mapping[str, Any] | None = None,
) -> Seen:
    """Take a stream of sightings into memory (about 5 kB each) and encode every back in it.

    Each picture is encoded by itself, exactly as live: in a batch the library adds up in another order.
    """
    coder = network or bundled_network()
    kept = tuple(sightings)
    codes = tuple(
        None if one.back is None else coder.encode(one.back.crop, aligned(one.landmarks_px, one.back.facing))
        for one in kept
    )
    return Seen(kept, codes, calibrations, memory)


def measure(
    seen: Seen,
    profile: Profile,
    stretch: Stretch,
    network: Network | None = None,
    calibrations: Calibrations | None = None,
) -> Track:
    """Measure everything that was seen with the numbers of `profile`, as somebody does who does `stretch`.

    The person is known by `calibrations`, and measuring begins anew, else by what was known when it was recorded. The
    numbers are those of `session.judge_step`, bit for bit. Raises RecordingError where that memory is damaged.
    """
    coder = network or bundled_network()
    known = calibrations or seen.calibrations
    state, match = measures.start(known, coder), matching.MatchState()
    if calibrations is None and seen.memory is not None:
        state, match = measuring_state.restored(seen.memory, known, coder)
    gathering = Gathering()
    for sighting, code in zip(seen.sightings, seen.codes, strict=True):
        state, measured = measures.step(state, sighting, profile, stretch.lead, coder, code)
        gathering.add(sighting, measured)
        if known is None or not stretch.watch or not math.isnan(match.person_deg):
            continue
        # As the session does; only the person matters, so the camera need not be known.
        match, shown = matching.step(
            match, known, stretch.position, _NO_SETUP, sighting.image_wh, state.own, profile, coder
        )
        if any(notice.name == "person" for notice in shown):
            state = measures.without_stored(state)
    return gathering.track()


class Gathering:
    """A track that grows frame by frame, beside a session that measures anyway; about 200 bytes each."""

    def __init__(self) -> None:
        self._known: dict[Sight, int] = {}
        self._sight = array("q")
        self._t_s = array("d")
        self._values = array("d")

    def add(self, sighting: Sighting, measured: Measures) -> None:
        """One more frame; in order of time."""
        self._sight.append(self._known.setdefault(Sight.of(sighting, measured), len(self._known)))
        self._t_s.append(measured.t_s)
        self._values.extend(measured.values[name] for name in QUANTITY_NAMES)

    def track(self) -> Track:
        """What was gathered so far."""
        values = np.array(self._values, np.float64).reshape(len(self._t_s), len(QUANTITY_NAMES))
        return Track(
            t_s=frozen(self._t_s, np.float64),
            values=frozen(values, np.float64),
            sight=frozen(self._sight, np.intp),
            sights=tuple(self._known),
        )


def track_of(sightings: Iterable[Sighting], rows: Iterable[Measures]) -> Track:
    """Measures as they come from `measures.step` as arrays."""
    gathering = Gathering()
    for sighting, row in zip(sightings, rows, strict=True):
        gathering.add(sighting, row)
    return gathering.track()


def measuring(profile: Mapping[str, float]) -> tuple[float, ...]:
    """The numbers of a profile that decide measures: two profiles that share them share a track."""
    return tuple(profile[key] for key in MEASURING)
