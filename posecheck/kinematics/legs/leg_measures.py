"""The angles of both legs in one frame, as the near and the far one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecheck.body import Side, of
from posecheck.kinematics import angles
from posecheck.kinematics.legs import lead_leg
from posecheck.kinematics.spine.joint_correction import Shift
from posecheck.records import Floats
from posecheck.tunables import Profile


@dataclass(frozen=True, slots=True, eq=False)
class LegJoints:
    """The joints that the angles of the legs are taken from, in pixels, (2,) each; NaN where not seen."""

    shoulder_px: Floats
    """Of the near side."""
    hip_px: Floats
    knee_px: Floats
    ankle_px: Floats
    far_hip_px: Floats
    far_knee_px: Floats
    far_ankle_px: Floats

    @property
    def trunk_is_hidden(self) -> bool:
        """Whether the near hip or the near shoulder is not seen."""
        return bool(np.isnan(self.hip_px).any() or np.isnan(self.shoulder_px).any())


def joints_of(
    seen_px: Floats, legs_px: Floats, legs_visibility: Floats, near: Side | None, shift: Shift, profile: Profile
) -> LegJoints:
    """The joints of both legs, hips and shoulder moved by `shift` (`joint_correction`).

    The near hip and shoulder are taken from `seen_px`, all else from `legs_px` (33, 2), in which implausible and
    exchanged legs are put right. All NaN while no side is known to be the near one.
    """
    far_hip, far_knee, far_ankle = lead_leg.far_leg(legs_px, legs_visibility, near, profile)
    return LegJoints(
        shoulder_px=_joint(seen_px, "shoulder", near) + shift.shoulder_px,
        hip_px=_joint(seen_px, "hip", near) + shift.hip_px,
        knee_px=_joint(legs_px, "knee", near),
        ankle_px=_joint(legs_px, "ankle", near),
        far_hip_px=far_hip + shift.hip_px,
        far_knee_px=far_knee,
        far_ankle_px=far_ankle,
    )


def measure(joints: LegJoints, facing: int) -> dict[str, float]:
    """Hip hinge, knee flexion and thigh inclination (`angles`) of the near and the far leg, in degrees; NaN if hidden."""
    shoulder, hip, far_hip = joints.shoulder_px, joints.hip_px, joints.far_hip_px
    return {
        "hip_hinge_deg": angles.hip_hinge_deg(shoulder, hip, joints.knee_px, facing),
        "knee_flexion_deg": angles.knee_flexion_deg(hip, joints.knee_px, joints.ankle_px, facing),
        "thigh_deg": angles.thigh_inclination_deg(hip, joints.knee_px, facing),
        # The far shoulder is hidden more often than not: the lean of the trunk is taken from the near side.
        "far_hip_hinge_deg": angles.hip_hinge_deg(far_hip + (shoulder - hip), far_hip, joints.far_knee_px, facing),
        "far_knee_flexion_deg": angles.knee_flexion_deg(far_hip, joints.far_knee_px, joints.far_ankle_px, facing),
        "far_thigh_deg": angles.thigh_inclination_deg(far_hip, joints.far_knee_px, facing),
    }


def _joint(points_px: Floats, name: str, side: Side | None) -> Floats:
    out: Floats = points_px[of(name, side)] if side is not None else np.full(2, np.nan)
    return out
