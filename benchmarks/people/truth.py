"""What are the true angles and joints of a pose?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.body import BONE, SIDES, Body, Side
from benchmarks.people.camera import View
from benchmarks.people.skeleton import Skeleton, Spine, Vector, swing_deg

_SIDE_JOINTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index", "ear")
SPINE_JOINTS = ("l5_s1", "t12_l1", "c7_t1")
JOINT_NAMES = (*(f"{side}_{joint}" for side in SIDES for joint in _SIDE_JOINTS), *SPINE_JOINTS)
"""Joints with a place in the body; names as BlazePose has them where it has them."""

_BONE_OF_JOINT = {
    "shoulder": "upper_arm",
    "elbow": "forearm",
    "wrist": "hand",
    "hip": "thigh",
    "knee": "shank",
    "ankle": "foot",
}
ANGLE_NAMES = (
    "hip_hinge_deg",
    "knee_flexion_deg",
    "trunk_inclination_deg",
    "spine_flexion_deg",
    "lumbar_flexion_deg",
    "thoracic_flexion_deg",
    "pelvis_inclination_deg",
    "hip_flexion_deg",
    "left_thigh_deg",
    "right_thigh_deg",
    "left_shank_deg",
    "right_shank_deg",
)


@dataclass(frozen=True)
class Truth:
    """What is true in one frame. Degrees, 0 at neutral, + for flexion or forward; seen in the sagittal plane."""

    t_s: float
    near_side: Side
    hip_hinge_deg: float
    """180 - angle(shoulder, hip, knee), near side."""
    knee_flexion_deg: float
    """180 - angle(hip, knee, ankle), near side."""
    trunk_inclination_deg: float
    """Mid-hip to mid-shoulder against vertical."""
    spine_flexion_deg: float
    """Lumbar + thoracic: how much more the spine is bent from S1 to T1 than when this person stands."""
    lumbar_flexion_deg: float
    """From S1 to L1."""
    thoracic_flexion_deg: float
    """From L1 to T1 (the joint T12/L1 counts here)."""
    pelvis_inclination_deg: float
    """Tilt of the pelvis against its tilt when this person stands with a vertical trunk and a neutral spine."""
    hip_flexion_deg: float
    """Pelvis against thigh, near side: pelvis_inclination + thigh."""
    left_thigh_deg: float
    """Hip to knee against hanging down; + knee in front."""
    right_thigh_deg: float
    left_shank_deg: float
    """Knee to ankle against hanging down; + ankle in front."""
    right_shank_deg: float
    joints_m: NDArray[np.float64]
    """(J, 3) in the order of `JOINT_NAMES`."""
    joints_px: NDArray[np.float64]
    """(J, 2)"""

    def joint_m(self, name: str) -> Vector:
        """One joint in metres (3,)."""
        point: Vector = self.joints_m[JOINT_NAMES.index(name)]
        return point

    def joint_px(self, name: str) -> Vector:
        """One joint in pixels (2,)."""
        point: Vector = self.joints_px[JOINT_NAMES.index(name)]
        return point

    def row(self) -> dict[str, float]:
        """Time, all angles and all 2D joints as one flat table row."""
        row = {"t_s": self.t_s} | {name: float(getattr(self, name)) for name in ANGLE_NAMES}
        for name, (x, y) in zip(JOINT_NAMES, self.joints_px.tolist(), strict=True):
            row |= {f"{name}_x_px": x, f"{name}_y_px": y}
        return row


def measure(
    skeleton: Skeleton, spine: Spine, neutral_pelvis_deg: float, view: View, near_side: Side, t_s: float
) -> Truth:
    """Read the truth off a posed skeleton."""
    joints = joint_positions(skeleton)
    at = {name: joints[number] for number, name in enumerate(JOINT_NAMES)}
    thigh = {side: swing_deg(at[f"{side}_knee"] - at[f"{side}_hip"]) for side in SIDES}
    shank = {side: swing_deg(at[f"{side}_ankle"] - at[f"{side}_knee"]) for side in SIDES}
    pelvis_turn = skeleton.turns[0]
    pelvis_deg = math.degrees(math.atan2(pelvis_turn[0, 2], pelvis_turn[2, 2])) - neutral_pelvis_deg
    near = near_side
    return Truth(
        t_s=t_s,
        near_side=near,
        hip_hinge_deg=_bend_deg(at[f"{near}_shoulder"], at[f"{near}_hip"], at[f"{near}_knee"]),
        knee_flexion_deg=_bend_deg(at[f"{near}_hip"], at[f"{near}_knee"], at[f"{near}_ankle"]),
        trunk_inclination_deg=skeleton.trunk_inclination_deg(),
        spine_flexion_deg=spine.lumbar_deg + spine.thoracic_deg,
        lumbar_flexion_deg=spine.lumbar_deg,
        thoracic_flexion_deg=spine.thoracic_deg,
        pelvis_inclination_deg=pelvis_deg,
        hip_flexion_deg=pelvis_deg + thigh[near],
        left_thigh_deg=thigh["left"],
        right_thigh_deg=thigh["right"],
        left_shank_deg=shank["left"],
        right_shank_deg=shank["right"],
        joints_m=joints,
        joints_px=view.project(joints),
    )


def joint_positions(skeleton: Skeleton) -> NDArray[np.float64]:
    """(J, 3) in the order of `JOINT_NAMES`, metres."""
    return np.stack([_joint(skeleton, name) for name in JOINT_NAMES])


def _joint(skeleton: Skeleton, name: str) -> Vector:
    spine = {"l5_s1": "L5", "t12_l1": "T12", "c7_t1": "neck"}
    if name in spine:
        return skeleton.head_of(spine[name])
    side, _, joint = name.partition("_")
    if joint in _BONE_OF_JOINT:
        return skeleton.head_of(f"{side}-{_BONE_OF_JOINT[joint]}")
    marks = skin_marks(skeleton.body)
    return skeleton.carried("head" if joint == "ear" else f"{side}-foot", marks[name])


@lru_cache(maxsize=16)
def skin_marks(body: Body) -> dict[str, Vector]:
    """Ears, heels and big toes at rest, read off the mesh."""
    marks: dict[str, Vector] = {}
    points = body.vertices_m
    for side in SIDES:
        outward = 1.0 if side == "left" else -1.0
        foot = points[body.weights[:, BONE[f"{side}-foot"]] > 0.9]
        head = points[
            (body.weights[:, BONE["head"]] > 0.9) & (np.abs(points[:, 2] - body.joints_m["left-eye"][2]) < 0.03)
        ]
        marks[f"{side}_heel"] = foot[np.argmin(foot[:, 0])]
        marks[f"{side}_foot_index"] = foot[np.argmax(foot[:, 0])]
        marks[f"{side}_ear"] = head[np.argmax(outward * head[:, 1])]
    return marks


def _bend_deg(upper: Vector, joint: Vector, lower: Vector) -> float:
    """180 - the angle at a joint, seen from the side."""
    a, b = (upper - joint)[[0, 2]], (lower - joint)[[0, 2]]
    cosine = float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))
    return 180.0 - math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
