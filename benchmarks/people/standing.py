"""Where do the legs of somebody who stands go? (Balance, and feet that stay where they are.)"""

from __future__ import annotations

import math

import numpy as np

from benchmarks.people.body import BONE, SIDES, Body
from benchmarks.people.legs import Limb, ankle_height_m, foot_below_ankle_m, leg_to_place, limb, root
from benchmarks.people.skeleton import Skeleton
from benchmarks.people.stance import STEP_HEIGHT_M, Pose, Stance, other_side

_MASSES = {"head": 0.081, "thorax": 0.216, "abdomen": 0.139, "pelvis": 0.142}
_ARM_MASS, _THIGH_MASS, _SHANK_MASS, _FOOT_MASS = 0.10, 0.20, 0.093, 0.029
"""Of both arms and both legs."""
_SEGMENT_CENTRE = 0.43
"""Centres of mass lie 43 % down a limb segment; mass shares as in Winter, Biomechanics of Human Movement."""
_STEP_FORWARD_M = 0.62
_TOE_CLEARANCE_M = 0.03
_TABLE_TOES_DEG = 72.0
"""How far the toes of a foot on a table are turned up."""
_MAX_HIP_EXTENSION_DEG = 22.0


def stand(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """Both feet flat, side by side (or far apart sideways), the centre of mass over the middle of the feet."""
    if stance.ahead_m > 0.0:
        _stand_staggered(skeleton, stance, pose)
        return
    leg = limb(skeleton.body, "left", stance.spread)
    thigh_deg = _balanced_thigh_deg(skeleton, leg, pose.knee_deg, 1.0, 0.0)
    for side in SIDES:
        skeleton.place_leg(side, thigh_deg, thigh_deg - pose.knee_deg, 0.0, stance.spread)
    put_ankle(skeleton, "left", 0.0, ankle_height_m(skeleton.body))


def _balanced_thigh_deg(
    skeleton: Skeleton, leg: Limb, knee_deg: float, legs_share: float, free_moment_m: float
) -> float:
    """The swing of the thigh with which everything is in balance over the foot.

    `legs_share` of both legs' mass stands; `free_moment_m` is the moment about the hip of a leg in the air.
    """
    upper_mass, upper_x = upper_body_mass(skeleton)
    thigh_mass, shank_mass, foot_mass = (legs_share * mass for mass in (_THIGH_MASS, _SHANK_MASS, _FOOT_MASS))

    def imbalance_m(thigh_deg: float) -> float:
        thigh, shank = math.radians(thigh_deg), math.radians(thigh_deg - knee_deg)
        ankle_x = leg.thigh_m * math.sin(thigh) + leg.shank_m * math.sin(shank)
        thigh_x = _SEGMENT_CENTRE * leg.thigh_m * math.sin(thigh)
        shank_x = leg.thigh_m * math.sin(thigh) + _SEGMENT_CENTRE * leg.shank_m * math.sin(shank)
        moment = upper_mass * upper_x + thigh_mass * thigh_x + shank_mass * shank_x + free_moment_m
        total = upper_mass + _THIGH_MASS + _SHANK_MASS + _FOOT_MASS
        return (moment + foot_mass * (ankle_x + 0.05)) / total - ankle_x - 0.035

    deepest = 60.0 if knee_deg <= 60.0 else knee_deg + 5.0
    return root(imbalance_m, -25.0, deepest)


def _stand_staggered(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """One foot in front, both flat; the hind knee bends as its foot's place needs it."""
    lead, other, ahead_m = stance.lead, other_side(stance.lead), stance.ahead_m
    leg = limb(skeleton.body, lead, stance.spread)
    reach_m = leg.reach_m(pose.knee_deg)
    upper_mass, upper_x = upper_body_mass(skeleton)
    leg_mass = (_THIGH_MASS + _SHANK_MASS + _FOOT_MASS) / 2.0
    goal_x = 0.55 * ahead_m + 0.04
    # Legs count with four tenths of their mass at the foot and six at the hip: the centre of mass is linear in hip x.
    on_hip, on_feet = upper_mass + 1.2 * leg_mass, 0.4 * leg_mass * ahead_m
    hip_x = (goal_x * (upper_mass + 2.0 * leg_mass) - on_feet - upper_mass * upper_x) / on_hip
    straight_x = (leg.longest_m**2 - reach_m**2 + ahead_m**2) / (2.0 * ahead_m)  # the hind leg is no longer than this
    bent_m = leg.reach_m(max(75.0, pose.knee_deg + 25.0))  # .. and no shorter than this
    low_x = max(ahead_m - 0.5 * reach_m, (bent_m**2 - reach_m**2 + ahead_m**2) / (2.0 * ahead_m))
    hip_x = min(max(hip_x, low_x), straight_x, ahead_m + 0.6 * reach_m)
    drop_m = math.sqrt(reach_m**2 - (ahead_m - hip_x) ** 2)
    leg_to_place(skeleton, lead, ahead_m - hip_x, drop_m, 0.0, stance.spread)
    leg_to_place(skeleton, other, -hip_x, drop_m, 0.0, stance.spread)
    put_ankle(skeleton, other, 0.0, ankle_height_m(skeleton.body))


def stand_on_one_leg(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """The lead leg stands; the other goes back in line with the trunk, its toes clear of the floor."""
    body, lead, other = skeleton.body, stance.lead, other_side(stance.lead)
    leg, ankle_z = limb(body, lead, stance.spread), ankle_height_m(body)
    stand_m = leg.reach_m(pose.knee_deg)
    back_m = leg.reach_m(pose.other_knee_deg)
    foot_m = abs(float(body.joints_m[f"{other}-foot"][0] - body.joints_m[f"{other}-ankle"][0])) + 0.07
    clear = min(1.0, (stand_m - _TOE_CLEARANCE_M - 0.55 * foot_m) / back_m)
    lowest_deg = math.degrees(math.acos(clear))
    pelvis_deg = math.degrees(math.atan2(skeleton.turns[0][0, 2], skeleton.turns[0][2, 2]))
    back_deg = min(max(pose.trunk_inclination_deg, lowest_deg), max(pelvis_deg, 0.0) + _MAX_HIP_EXTENSION_DEG)
    back_deg = max(back_deg, lowest_deg)
    thigh_deg = -back_deg + leg.thigh_lead_deg(pose.other_knee_deg)
    shank_deg = thigh_deg - pose.other_knee_deg
    skeleton.place_leg(other, thigh_deg, shank_deg, shank_deg - 15.0, stance.spread)
    free_mass = 0.5 * (_THIGH_MASS + _SHANK_MASS + _FOOT_MASS)
    moment_m = -free_mass * 0.4 * back_m * math.sin(math.radians(back_deg))
    swing_deg = _balanced_thigh_deg(skeleton, leg, pose.knee_deg, 0.5, moment_m)
    skeleton.place_leg(lead, swing_deg, swing_deg - pose.knee_deg, 0.0, stance.spread)
    put_ankle(skeleton, lead, 0.0, ankle_z)


def step_place_m(body: Body, stance: Stance) -> tuple[float, float]:
    """Where the raised foot's ankle is: in front of the standing ankle, and above the floor (m)."""
    forward_m, height_m, rest_m = step_size_m(body, stance)
    return forward_m, height_m + rest_m


def step_size_m(body: Body, stance: Stance) -> tuple[float, float, float]:
    """How far in front and how high the step's surface is, and how far the ankle is above it (m)."""
    if stance.posture == "step":
        forward_m = _STEP_FORWARD_M if stance.step_forward_m is None else stance.step_forward_m
        height_m = STEP_HEIGHT_M if stance.step_height_m is None else stance.step_height_m
        return forward_m, height_m, ankle_height_m(body) + 0.012
    leg = limb(body, stance.lead, stance.spread)
    hip_z = leg.longest_m + ankle_height_m(body)
    height_m = 0.82 * hip_z if stance.step_height_m is None else stance.step_height_m
    rest_m = foot_below_ankle_m(body, _TABLE_TOES_DEG)
    level_m = math.sqrt(max(leg.reach_m(6.0) ** 2 - (hip_z - height_m - rest_m) ** 2, 0.01))
    return (level_m if stance.step_forward_m is None else stance.step_forward_m), height_m, rest_m


def stand_with_foot_up(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """The lead heel on the step; the standing leg leans so that the lead knee has just the flexion asked for."""
    body, lead, other = skeleton.body, stance.lead, other_side(stance.lead)
    leg = limb(body, other, stance.spread)
    ankle_z = ankle_height_m(body)
    step_x, step_z = step_place_m(body, stance)
    stand_m, lead_m = leg.reach_m(pose.other_knee_deg), leg.reach_m(pose.knee_deg)

    def too_far_m(lean_deg: float) -> float:
        hip_x, hip_z = stand_m * math.sin(math.radians(lean_deg)), stand_m * math.cos(math.radians(lean_deg))
        return math.hypot(step_x - hip_x, hip_z + ankle_z - step_z) - lead_m

    lean_deg = root(too_far_m, -30.0, 25.0)
    hip_x = stand_m * math.sin(math.radians(lean_deg))
    hip_z = stand_m * math.cos(math.radians(lean_deg)) + ankle_z
    standing_deg = leg.thigh_lead_deg(pose.other_knee_deg) - lean_deg
    skeleton.place_leg(other, standing_deg, standing_deg - pose.other_knee_deg, 0.0, stance.spread)
    to_step_deg = math.degrees(math.atan2(step_x - hip_x, hip_z - step_z))
    thigh_deg = to_step_deg + leg.thigh_lead_deg(pose.knee_deg)
    toes_up_deg = 12.0 if stance.posture == "step" else _TABLE_TOES_DEG
    skeleton.place_leg(lead, thigh_deg, thigh_deg - pose.knee_deg, toes_up_deg, stance.spread)
    put_ankle(skeleton, other, 0.0, ankle_z)


def put_ankle(skeleton: Skeleton, side: str, x_m: float, z_m: float) -> None:
    """Move everything until an ankle is so far in front of the origin and so high."""
    ankle = skeleton.head_of(f"{side}-foot")
    skeleton.shift(np.array([x_m - ankle[0], 0.0, z_m - ankle[2]]))


def upper_body_mass(skeleton: Skeleton) -> tuple[float, float]:
    """Mass share of everything above the legs, and how far its centre is in front of the hips (m)."""
    hip, shoulder = skeleton.middle_of("thigh"), skeleton.middle_of("upper_arm")
    rest = skeleton.body.heads_m
    arm_m = float(np.linalg.norm(rest[BONE["left-hand"]] - rest[BONE["left-forearm"]]))
    points = {
        "head": skeleton.head_of("head")[0],
        "thorax": 0.5 * (skeleton.head_of("T8")[0] + shoulder[0]),
        "abdomen": skeleton.head_of("L3")[0],
        "pelvis": 0.5 * (skeleton.head_of("L5")[0] + hip[0]),
    }
    moment = sum(_MASSES[part] * float(x - hip[0]) for part, x in points.items())
    moment += _ARM_MASS * float(shoulder[0] + 0.1 * arm_m - hip[0])
    mass = sum(_MASSES.values()) + _ARM_MASS
    return mass, moment / mass
