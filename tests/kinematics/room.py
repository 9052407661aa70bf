"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from posecheck import kinematics
from posecheck.kinematics import MeasureState, measures
from posecheck.records import Measures, Sighting
from posecheck.tunables import Profile

#: Every number of the room at its default.
PROFILE: Final = Profile(kinematics.TUNABLES)


def with_numbers(**values: float) -> Profile:
    """The defaults with some numbers changed; dots of the key written as two underscores."""
    return PROFILE.with_layer({key.replace("__", "."): value for key, value in values.items()}, "test")


def measure_all(
    sightings: Iterable[Sighting], profile: Profile = PROFILE, state: MeasureState | None = None
) -> list[Measures]:
    """The measures of a whole stream."""
    state = state or measures.start()
    out = []
    for sighting in sightings:
        state, measured = measures.step(state, sighting, profile)
        out.append(measured)
    return out
