"""Where do the legs of somebody who sits, kneels or lies go?"""

from __future__ import annotations

import math

import numpy as np

from benchmarks.people.body import BONE, SIDES
from benchmarks.people.legs import (
    SEAT_SOFTNESS,
    ankle_height_m,
    back_of_pelvis_m,
    foot_below_ankle_m,
    heel_radius_m,
    leg_aside,
    leg_to_height,
    limb,
    pelvis_below_hip_m,
)
from benchmarks.people.skeleton import Skeleton, Spine
from benchmarks.people.stance import CHAIR_HEIGHT_M, Pose, Stance, other_side

_KNEE_RADIUS_M = 0.050
"""Knee joint above the floor when kneeling."""
_KNEELING_TOES_DEG = 55.0
_INSTEP_M = 0.058
"""Ankle above the floor when the top of the foot lies on it."""


def sit_on_chair(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """On the front of a seat: the lead heel on the floor in front, the other foot flat."""
    body, lead, other = skeleton.body, stance.lead, other_side(stance.lead)
    hip_z = CHAIR_HEIGHT_M + SEAT_SOFTNESS * pelvis_below_hip_m(skeleton)
    leg_to_height(skeleton, lead, pose.knee_deg, hip_z - heel_radius_m(body) - 0.03, 60.0, stance.spread)
    drop_m = hip_z - ankle_height_m(body)
    most_deg = limb(body, other, stance.spread + 3.0).knee_deg(drop_m)  # or short legs would not reach the floor
    leg_to_height(skeleton, other, min(pose.other_knee_deg, most_deg), drop_m, 0.0, stance.spread + 3.0)
    _put_hips(skeleton, hip_z)


def sit_on_floor(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """Long sitting: buttocks and heels on the floor, toes up."""
    hip_z = SEAT_SOFTNESS * pelvis_below_hip_m(skeleton)
    for side in SIDES:
        drop_m = hip_z - heel_radius_m(skeleton.body)
        leg_to_height(skeleton, side, pose.knee_deg, drop_m, 80.0, stance.spread)
    _put_hips(skeleton, hip_z)


def sit_with_one_leg(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """The lead leg straight on the floor, the other knee out to the side, its sole against the lead thigh."""
    body, lead, other = skeleton.body, stance.lead, other_side(stance.lead)
    outward = 1.0 if other == "left" else -1.0
    hip_z = SEAT_SOFTNESS * pelvis_below_hip_m(skeleton)
    leg_to_height(skeleton, lead, pose.knee_deg, hip_z - heel_radius_m(body), 80.0, stance.spread + 6.0)
    _put_hips(skeleton, hip_z)
    knee, hip = (skeleton.head_of(f"{lead}-{bone}") for bone in ("shank", "thigh"))
    beside = hip + 0.82 * (knee - hip) + np.array([0.0, 0.165 * outward, 0.0])
    leg_aside(
        skeleton,
        other,
        np.array([beside[0], beside[1], 0.055]),
        knee_towards=np.array([0.25, outward, 0.03]),
        foot_deg=-12.0,
    )


def kneel_on_one_knee(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """The other knee and instep on the floor, the lead leg in front on its heel.

    `pose.other_knee_deg` 90: the thigh hangs straight down; more: the hips have gone back towards the heel.
    """
    body, lead, other = skeleton.body, stance.lead, other_side(stance.lead)
    leg = limb(body, other, stance.spread)
    back_deg = math.degrees(math.asin((_KNEE_RADIUS_M - _INSTEP_M) / leg.shank_m))
    shank_deg = -90.0 - back_deg
    thigh_deg = shank_deg + pose.other_knee_deg
    hip_z = _KNEE_RADIUS_M + leg.thigh_m * math.cos(math.radians(thigh_deg))
    skeleton.place_leg(other, thigh_deg, shank_deg, -155.0, stance.spread)
    drop_m = hip_z - foot_below_ankle_m(body, _KNEELING_TOES_DEG)
    leg_to_height(skeleton, lead, pose.knee_deg, drop_m, _KNEELING_TOES_DEG, stance.spread)
    _put_hips(skeleton, hip_z)


def lie(skeleton: Skeleton, stance: Stance, pose: Pose, spine: Spine) -> None:
    """On the back: the lead leg raised, the other knee bent with its foot on the floor (or straight)."""
    body, lead, other = skeleton.body, stance.lead, other_side(stance.lead)
    skeleton.bend_trunk(-90.0, spine, 0.0)
    hip_z = body.heads_m[BONE["pelvis"], 0] - back_of_pelvis_m(body)
    raise_deg = 90.0 + pose.leg_raise_deg
    skeleton.place_leg(lead, raise_deg, raise_deg - pose.knee_deg, raise_deg - pose.knee_deg - 5.0, stance.spread)
    leg = limb(body, other, stance.spread)
    bent = pose.other_knee_deg > 25.0
    ankle_z = ankle_height_m(body) if bent else heel_radius_m(body)
    sink_deg = math.degrees(math.asin(np.clip((hip_z - ankle_z) / leg.reach_m(pose.other_knee_deg), -1.0, 1.0)))
    thigh_deg = 90.0 - sink_deg + leg.thigh_lead_deg(pose.other_knee_deg)
    foot_deg = 0.0 if bent else 75.0
    skeleton.place_leg(other, thigh_deg, thigh_deg - pose.other_knee_deg, foot_deg, stance.spread)
    _put_hips(skeleton, hip_z)


def _put_hips(skeleton: Skeleton, hip_z: float) -> None:
    skeleton.shift(np.array([0.0, 0.0, hip_z]) - skeleton.middle_of("thigh"))
