"""The room of angles: from what was seen to what it measures. Pure, apart from OpenCV resampling the mask.

facing_step, read_back     called when a sighting is made of a detection (they need the mask)
start, step                turn sightings into measures (they need no pixels)
carried                    what `step` remembers, for a recording that begins in the middle of a session
TUNABLES                   every adjustable number of the room
"""

from __future__ import annotations

from typing import Final

from posecheck.kinematics import (
    apart,
    calibrating,
    checks,
    drawn,
    framing,
    gates,
    joints,
    legs,
    limbs,
    matching,
    measures,
    own,
    placing,
    posture,
    setup,
    smoothing,
    spine,
)
from posecheck.kinematics.back import read_back
from posecheck.kinematics.measures import MeasureState, start, step
from posecheck.kinematics.spine import SpineReading, read_spine
from posecheck.kinematics.view import FacingState, facing_step
from posecheck.tunables import Tunable

TUNABLES: Final[tuple[Tunable, ...]] = (
    *framing.TUNABLES,
    *posture.TUNABLES,
    *legs.TUNABLES,
    *drawn.TUNABLES,
    *limbs.TUNABLES,
    *apart.TUNABLES,
    *gates.TUNABLES,
    *spine.TUNABLES,
    *own.TUNABLES,
    *joints.TUNABLES,
    *measures.TUNABLES,
    *smoothing.TUNABLES,
    *placing.TUNABLES,
    *checks.TUNABLES,
    *setup.TUNABLES,
    *calibrating.TUNABLES,
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
