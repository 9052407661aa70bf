"""The measures of trunk and spine in one frame: the network's prediction first, then what may be reported of it.

estimate    what the network predicts, and how far hips and shoulders are moved; needed to measure the legs
measure     inclinations and flexion, NaN with a reason where the back cannot be judged
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from posecheck.kinematics import angles
from posecheck.kinematics.spine import flexion, joint_correction, personal_neutral
from posecheck.kinematics.spine.dorsal_profile import axis_px
from posecheck.kinematics.spine.landmark_features import aligned
from posecheck.kinematics.spine.network import Code, Network, SpinePrediction
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Back, Floats, Sighting
from posecheck.tunables import Profile


@dataclass(frozen=True, slots=True, eq=False)
class SpineEstimate:
    """What the network predicts of one frame, before anything decides whether it may be reported."""

    hip_px: Floats
    """(2,) middle of the hips as the pose model has it; NaN if either side is not seen."""
    shoulder_px: Floats
    """(2,) middle of the shoulders."""
    facing: int
    inclination_deg: float
    """Of the axis hip_px → shoulder_px (`angles.trunk_inclination_deg`)."""
    code: Code | None
    """The encoded back; None without one."""
    neutral_code: Code | None
    """The personal neutral the prediction was made with; None without."""
    prediction: SpinePrediction | None
    """None without a code."""
    shift: joint_correction.Shift
    """How far hips and shoulders are moved to where the network has them."""

    @property
    def chord_px(self) -> Floats:
        """(2,) from the middle of the hips to the middle of the shoulders."""
        out: Floats = self.shoulder_px - self.hip_px
        return out


@dataclass(frozen=True, slots=True, eq=False)
class SpineMeasures:
    """The measures of trunk and spine in one frame, and what the personal neutral learns from it."""

    values: Mapping[str, float]
    """Degrees by name; NaN where not measured."""
    reason: Reason | None
    """Why the back cannot be judged; None when it can."""
    inclination_deg: float
    """Of the axis as the pose model has it, whether or not the trunk counts as seen."""
    code: Code | None
    """The network's code of the frame; None where the back cannot be judged."""
    flexion_without_neutral_deg: float
    """Spine flexion predicted without personal neutral; NaN where the back cannot be judged."""
    prediction: SpinePrediction | None
    """All that the network predicts, judged fit or not; None without a back."""


def estimate(
    sighting: Sighting,
    facing: int,
    position: str,
    neutral: personal_neutral.NeutralState,
    profile: Profile,
    network: Network,
    code: Code | None = None,
) -> SpineEstimate:
    """What `network` predicts of a sighting; `code` is that of its back, if `network` has encoded it before.

    `position` (`positions`) selects the personal neutral.
    """
    hip_px, shoulder_px = axis_px(sighting.landmarks_px)
    inclination_deg = angles.trunk_inclination_deg(hip_px, shoulder_px, facing)
    back = sighting.back
    if back is not None and code is None:
        code = network.encode(back.crop, aligned(sighting.landmarks_px, back.facing))
    neutral_code = personal_neutral.neutral_code(neutral, position, profile)
    prediction = None if code is None else network.predict(code, neutral_code, inclination_deg)
    correction_frac = profile[joint_correction.CORRECTION.key]
    shift = joint_correction.shift_of(prediction, shoulder_px - hip_px, facing, correction_frac)
    return SpineEstimate(hip_px, shoulder_px, facing, inclination_deg, code, neutral_code, prediction, shift)


def measure(
    estimated: SpineEstimate,
    back: Back | None,
    why_not: Reason | None,
    profile: Profile,
    network: Network,
    *,
    trunk_is_hidden: bool,
) -> SpineMeasures:
    """Inclination of trunk and pelvis, flexion of the spine and its parts, with their uncertainty.

    With `why_not` (the reason of the whole picture) or a back that fails a check (`flexion.read_spine`) the spine is
    NaN. The trunk's inclination is NaN only where near hip or shoulder are hidden or the facing is not known.
    """
    code, prediction, inclination_deg = estimated.code, estimated.prediction, estimated.inclination_deg
    if why_not:
        reading = flexion.unread(why_not)
    elif back is None or prediction is None or code is None:
        reading = flexion.unread(Reason(ReasonCode.SPINE_OUTLINE_UNCLEAR))
    else:
        known = estimated.neutral_code is not None
        reading = flexion.read_spine(back, prediction, inclination_deg, network, profile, known=known)
    judged_code = code if reading.reason is None else None
    without_neutral_deg = math.nan
    if judged_code is not None:
        without_neutral_deg = reading.flexion_deg
        if estimated.neutral_code is not None:
            without_neutral_deg = network.predict(judged_code, None, inclination_deg).flexion_deg
    trunk_deg = math.nan
    if not trunk_is_hidden:
        shift = estimated.shift
        trunk_deg = angles.trunk_inclination_deg(
            estimated.hip_px + shift.hip_px, estimated.shoulder_px + shift.shoulder_px, estimated.facing
        )
    values = {
        "trunk_inclination_deg": trunk_deg,
        "pelvis_inclination_deg": inclination_deg + reading.pelvis_ahead_deg,
        "spine_flexion_deg": reading.flexion_deg,
        "spine_sigma_deg": reading.sigma_deg,
        "upper_back_deg": reading.upper_deg,
        "lower_back_deg": reading.lower_deg,
    }
    return SpineMeasures(values, reading.reason, inclination_deg, judged_code, without_neutral_deg, prediction)
