"""How far is the spine flexed, and where? One picture of a back, read by the network, checked by the outline.

The network (`network`) sees the aligned silhouette and the joints around it; the outline (`dorsal_contour`) uses only the line
of the back. Where the picture is not fit to be judged (`quality_gates`), where the network itself is not sure, or
where the two contradict each other, there is a reason instead of a reading.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from posecheck.kinematics.spine import dorsal_contour, quality_gates
from posecheck.kinematics.spine.network import Network, SpinePrediction
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Back
from posecheck.tunables import Tunable

MAX_SIGMA: Final = Tunable(
    "spine.max_sigma_deg",
    "deg",
    default=14.5,
    low=5.0,
    high=40.0,
    step=0.5,
    why="a reading that may be further off than this (standard deviation) is not given",
    source="measured on synthetic people",
)
MAX_OWN_SIGMA: Final = Tunable(
    "spine.max_own_sigma_deg",
    "deg",
    default=12.0,
    low=5.0,
    high=40.0,
    step=0.5,
    why="the same once the person has been seen upright: then most readings are surer, and one that is not is odd",
    source="measured on synthetic people: see models/SPINE.md",
)
MAX_DISAGREEMENT: Final = Tunable(
    "spine.max_disagreement_deg",
    "deg",
    default=35.0,
    low=10.0,
    high=90.0,
    step=1.0,
    why="a reading is not given if the outline of the back alone differs by more than this",
    source="measured on synthetic people",
)
MAX_PART_SIGMA: Final = Tunable(
    "spine.max_part_sigma_deg",
    "deg",
    default=11.0,
    low=3.0,
    high=40.0,
    step=0.5,
    why="upper and lower back are reported separately only if each is known better than this",
    source="measured on synthetic people",
)
TUNABLES: Final = (MAX_SIGMA, MAX_OWN_SIGMA, MAX_DISAGREEMENT, MAX_PART_SIGMA)


@dataclass(frozen=True, slots=True)
class SpineReading:
    """The reading of one picture of a back. NaN wherever there is a reason."""

    flexion_deg: float
    """Thoracolumbar flexion, S1 to T1, in degrees: 0 as this person stands, + rounded, - hollow."""
    upper_deg: float
    """The part of it above L1; NaN where the parts cannot be separated."""
    lower_deg: float
    """The part of it below; NaN where the parts cannot be separated."""
    sigma_deg: float
    """Standard deviation of the error of `flexion_deg` to be expected."""
    pelvis_ahead_deg: float
    """How much further the pelvis has tipped forward since standing than the axis mid-hip → mid-shoulder leans."""
    reason: Reason | None
    """Why there is no reading; None when there is one."""


def unread(reason: Reason) -> SpineReading:
    """No reading, and why."""
    return SpineReading(math.nan, math.nan, math.nan, math.nan, math.nan, reason)


def read_spine(
    back: Back,
    prediction: SpinePrediction,
    inclination_deg: float,
    network: Network,
    profile: Mapping[str, float],
    *,
    known: bool,
) -> SpineReading:
    """How far the spine is flexed from the pelvis to the shoulders, in one picture.

    `prediction` is that of `network`, `known` whether it was made with the personal neutral,
    `inclination_deg` the trunk's (`angles.trunk_inclination_deg`), `profile` holds the room's tunables.
    About -30..90. NaN, with a reason, when the back cannot be judged: see `quality_gates` and `ReasonCode.SPINE_UNCERTAIN`.
    Limits: as in models/SPINE.md. Trained and calibrated on synthetic people.
    """
    reason = quality_gates.gate_reason(back, inclination_deg, profile)
    if reason:
        return unread(reason)
    alone_deg = network.outline_deg(dorsal_contour.contour_bend_deg(back.dorsal), inclination_deg)
    most_deg = profile[(MAX_OWN_SIGMA if known else MAX_SIGMA).key]
    if not prediction.flexion_sigma_deg <= most_deg or _contradict(prediction, alone_deg, profile):
        return unread(Reason(ReasonCode.SPINE_UNCERTAIN))
    limit_deg = profile[MAX_PART_SIGMA.key]
    parted = max(prediction.upper_sigma_deg, prediction.lower_sigma_deg) <= limit_deg
    return SpineReading(
        flexion_deg=prediction.flexion_deg,
        upper_deg=prediction.upper_deg if parted else math.nan,
        lower_deg=prediction.lower_deg if parted else math.nan,
        sigma_deg=prediction.flexion_sigma_deg,
        pelvis_ahead_deg=prediction.pelvis_ahead_deg,
        reason=None,
    )


def _contradict(prediction: SpinePrediction, alone_deg: float, profile: Mapping[str, float]) -> bool:
    """Whether the outline alone gives another flexion. An outline that cannot be read contradicts nothing."""
    return abs(prediction.flexion_deg - alone_deg) > profile[MAX_DISAGREEMENT.key]
