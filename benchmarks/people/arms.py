"""Where do the hands go?"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from benchmarks.people.body import BONE, SIDES, Body, Side
from benchmarks.people.skeleton import Skeleton, Vector, swing_deg
from benchmarks.people.stance import Arms, Stance

PLATE_RADIUS_M = 0.225
_GRIP_OUTSIDE_M = 0.05
"""How far outside the shoulders a bar is held."""
_BACKWARD = np.array([-1.0, 0.0, 0.0])


def reaching(arms: Arms | None) -> float:
    """How much the shoulders are drawn forward, 0..1."""
    return 1.0 if arms in ("reach", "shins", "behind_thigh", "strap") else 0.0


_LOWEST_WRIST_M = 0.045


def arm_goal(skeleton: Skeleton, stance: Stance, arms: Arms, side: Side) -> tuple[Vector, Vector]:
    """Where a wrist should be (m), and towards where the elbow bends. A hand that meets the floor rests on it."""
    wrist, elbow = _free_goal(skeleton, stance, arms, side)
    wrist[2] = max(float(wrist[2]), _LOWEST_WRIST_M)
    return wrist, elbow


def _free_goal(skeleton: Skeleton, stance: Stance, arms: Arms, side: Side) -> tuple[Vector, Vector]:
    outward = np.array([0.0, 1.0 if side == "left" else -1.0, 0.0])
    shoulder = skeleton.head_of(f"{side}-upper_arm")
    rest = skeleton.body.heads_m
    length = arm_length_m(skeleton.body, side)
    one_leg = stance.posture in (
        "step",
        "single_leg",
        "high_step",
        "chair",
        "lying",
        "half_kneeling",
        "floor_one_leg",
        "crossed",
    )
    leg = stance.lead if one_leg or arms == "strap" else side
    hip, knee, ankle = (skeleton.head_of(f"{leg}-{bone}") for bone in ("thigh", "shank", "foot"))
    shape = 0.055 * outward
    if arms in ("across", "raised") and side != (stance.busy_arm or stance.lead):
        return _free_goal(skeleton, stance, "hang", side)
    if arms == "across":
        across = skeleton.carried("L3", back_point_m(skeleton.body, "L3", 0.045) - 0.05 * outward)
        return across, outward + 0.8 * skeleton.turns[BONE["L1"]] @ _BACKWARD
    if arms == "hang":
        return shoulder + length * np.array([0.1, 0.16 * outward[1], -0.965]), _BACKWARD
    if arms == "bar":
        return _on_bar(skeleton, shoulder, length, outward), outward + 0.5 * _BACKWARD
    if arms in ("overhead", "raised"):
        up = skeleton.turns[BONE["T1"]] @ np.array([0.12, 0.0, 1.0])
        return shoulder + 0.96 * length * up / np.linalg.norm(up) + 0.3 * shape, outward + _BACKWARD
    if arms in ("reach", "strap"):
        toes = skeleton.carried(f"{leg}-foot", skeleton.body.joints_m[f"{leg}-foot"])
        goal = toes + np.array([0.02, 0.0, 0.06]) + shape
        share = 0.97 if arms == "reach" else 0.80
        return shoulder + (goal - shoulder) * min(1.0, share * length / float(np.linalg.norm(goal - shoulder))), outward
    if arms == "thighs":
        return hip + 0.62 * (knee - hip) + 0.085 * _front_of(knee - hip) + 0.3 * shape, outward + _BACKWARD
    if arms == "shins":
        return knee + 0.4 * (ankle - knee) + 0.07 * _front_of(ankle - knee) + 0.3 * shape, outward
    if arms == "behind_thigh":
        return hip + 0.72 * (knee - hip) - 0.075 * _front_of(knee - hip) + 0.5 * shape, outward + np.array([0, 0, -0.3])
    if arms == "hips":
        waist = skeleton.carried("L4", np.array([rest[BONE["L4"]][0] + 0.03, 0.0, rest[BONE["L4"]][2]]))
        return waist + (waist_half_width_m(skeleton.body) + 0.035) * outward, outward + 0.6 * _BACKWARD
    floor = np.array([hip[0], shoulder[1] + 0.12 * outward[1], _LOWEST_WRIST_M])
    return floor, outward


def arm_length_m(body: Body, side: Side) -> float:
    """Shoulder to wrist along the bones."""
    rest = body.heads_m
    upper, fore, hand = (BONE[f"{side}-{bone}"] for bone in ("upper_arm", "forearm", "hand"))
    return float(np.linalg.norm(rest[fore] - rest[upper]) + np.linalg.norm(rest[hand] - rest[fore]))


def _on_bar(skeleton: Skeleton, shoulder: Vector, length: float, outward: Vector) -> Vector:
    """Under the shoulders, but never inside the legs, and high enough for plates."""
    height = max(float(shoulder[2]) - 0.97 * length, PLATE_RADIUS_M)
    in_front = max(_front_of_leg_m(skeleton, side, height) for side in SIDES)
    reach_m = math.sqrt(max((0.98 * length) ** 2 - (float(shoulder[2]) - height) ** 2, 0.0))
    forward = min(max(float(shoulder[0]), in_front), float(shoulder[0]) + max(reach_m, 0.10))
    middle_y = float(skeleton.middle_of("upper_arm")[1])
    half_m = abs(float(shoulder[1]) - middle_y) + _GRIP_OUTSIDE_M
    return np.array([forward, middle_y + half_m * outward[1], height])


def _front_of_leg_m(skeleton: Skeleton, side: Side, height_m: float) -> float:
    """How far forward a leg's skin is at a height."""
    hip, knee, ankle = (skeleton.head_of(f"{side}-{bone}") for bone in ("thigh", "shank", "foot"))
    order = np.argsort([ankle[2], knee[2], hip[2]])
    joints = np.stack([ankle, knee, hip])[order]
    return float(np.interp(height_m, joints[:, 2], joints[:, 0])) + 0.10


@lru_cache(maxsize=32)
def back_point_m(body: Body, bone: str, outside_m: float) -> Vector:
    """At rest: the point on the midline of the back behind a vertebra, so far outside the skin (3,)."""
    height = float(body.heads_m[BONE[bone], 2])
    trunk = body.weights[:, : BONE["neck"]].sum(axis=1) > 0.8
    near = trunk & (np.abs(body.vertices_m[:, 2] - height) < 0.03) & (np.abs(body.vertices_m[:, 1]) < 0.05)
    return np.array([float(body.vertices_m[near, 0].min()) - outside_m, 0.0, height])


@lru_cache(maxsize=16)
def waist_half_width_m(body: Body) -> float:
    """Half the width of the trunk at the level of L4."""
    trunk = body.weights[:, : BONE["neck"]].sum(axis=1) > 0.8
    level = np.abs(body.vertices_m[:, 2] - body.heads_m[BONE["L4"], 2]) < 0.03
    return float(np.abs(body.vertices_m[trunk & level, 1]).max())


def _front_of(segment: Vector) -> Vector:
    """Unit vector out of the front of a hanging leg segment, in the sagittal plane."""
    swing = math.radians(swing_deg(segment))
    return np.array([math.cos(swing), 0.0, math.sin(swing)])
