"""What of the landmarks goes beside the silhouette into the reading of the back? Joints, seen from the trunk."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from posecheck.body import Landmark, Side, of
from posecheck.kinematics.spine.dorsal_profile import axis_px
from posecheck.records import Floats

_JOINTS: Final = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
#: Joints of the near side, then of the far side, then the nose: two numbers each.
JOINT_NAMES: Final = (*_JOINTS, *_JOINTS, "nose")
JOINT_COUNT: Final = len(JOINT_NAMES)
_NEAR_RIGHT: Final = np.array(
    [*(of(j, Side.RIGHT) for j in _JOINTS), *(of(j, Side.LEFT) for j in _JOINTS), Landmark.NOSE]
)
_NEAR_LEFT: Final = np.array(
    [*(of(j, Side.LEFT) for j in _JOINTS), *(of(j, Side.RIGHT) for j in _JOINTS), Landmark.NOSE]
)


def aligned(landmarks_px: Floats, facing: int) -> Floats:
    """Where joints lie around the axis mid-hip → mid-shoulder, in chords, and which way is down. (2 J + 2,)

    First u (along the axis, 0 mid-hip, 1 mid-shoulder) and n (across it, + towards the back) of each joint: near
    side, far side, nose; a person who faces the picture's right shows their right side. Then the direction of the
    picture's down in the same frame, a unit vector. Moving, scaling and mirroring the picture changes nothing.
    NaN where a joint is not given; all NaN without an axis.
    """
    hip_px, shoulder_px = axis_px(landmarks_px)
    chord = shoulder_px - hip_px
    length = math.hypot(*chord)
    if facing == 0 or not length > 0.0:
        return np.full(2 * JOINT_COUNT + 2, np.nan)
    frame = np.stack([chord, np.array([chord[1], -chord[0]]) * facing], axis=1) / length
    joints = (landmarks_px[_NEAR_RIGHT if facing > 0 else _NEAR_LEFT] - hip_px) @ frame / length
    out: Floats = np.concatenate([joints.ravel(), frame[1]])
    return out
