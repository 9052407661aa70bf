"""From sightings to measures: joint angles, the shape of the back, the view. Pure, apart from OpenCV resampling the mask.

    spine             the profile of the back in the silhouette, quality gates, network, flexion
    legs              which leg leads; do the landmarks of the legs agree with the silhouette?
    setup_check       is the camera placed well?
    calibration       a person's own neutral back and end range
    measures          `start`, `step`: sightings, in order of time ─> Measures
    measuring_state   the state of `step`, for a recording that begins in the middle of a session

`facing_step` and `read_back` run when a sighting is made (they need the mask); everything else needs no pixels.
`TUNABLES` holds every adjustable number of the room.
"""

from __future__ import annotations

from typing import Final

from posecheck.kinematics import framing, measures, positions, smoothing
from posecheck.kinematics.calibration import matching, protocol
from posecheck.kinematics.legs import lead_leg, plausibility, silhouette_legs, swap_correction
from posecheck.kinematics.measures import MeasureState, start, step
from posecheck.kinematics.setup_check import check_state, checks, observation
from posecheck.kinematics.spine import flexion, joint_correction, personal_neutral, quality_gates
from posecheck.kinematics.spine.dorsal_profile import read_back
from posecheck.kinematics.spine.flexion import SpineReading, read_spine
from posecheck.kinematics.view import FacingState, facing_step
from posecheck.tunables import Tunable

TUNABLES: Final[tuple[Tunable, ...]] = (
    *framing.TUNABLES,
    *positions.TUNABLES,
    *lead_leg.TUNABLES,
    *plausibility.TUNABLES,
    *silhouette_legs.TUNABLES,
    *swap_correction.TUNABLES,
    *quality_gates.TUNABLES,
    *flexion.TUNABLES,
    *personal_neutral.TUNABLES,
    *joint_correction.TUNABLES,
    *measures.TUNABLES,
    *smoothing.TUNABLES,
    *observation.TUNABLES,
    *checks.TUNABLES,
    *check_state.TUNABLES,
    *protocol.TUNABLES,
    *matching.TUNABLES,
)

__all__ = [
    "TUNABLES",
    "FacingState",
    "MeasureState",
    "SpineReading",
    "facing_step",
    "read_back",
    "read_spine",
    "start",
    "step",
]
