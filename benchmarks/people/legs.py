"""How long is a leg, how does it get from the hip to a place, and where does flesh touch the floor?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.body import BONE, Body, Side
from benchmarks.people.mesh import cross
from benchmarks.people.skeleton import Skeleton, Vector, turn_y

SEAT_SOFTNESS = 0.90
"""How far the hips are above a seat, as a share of the flesh below them."""
_STRAIGHTEST_DEG = 0.5


@dataclass(frozen=True)
class Limb:
    """Lengths seen from the side."""

    thigh_m: float
    shank_m: float

    def reach_m(self, knee_deg: float) -> float:
        """Hip to ankle for a knee flexion."""
        a, b = self.thigh_m, self.shank_m
        return math.sqrt(a * a + b * b + 2.0 * a * b * math.cos(math.radians(knee_deg)))

    def knee_deg(self, reach_m: float) -> float:
        """The flexion with which the ankle is so far from the hip; straight when it is too far."""
        a, b = self.thigh_m, self.shank_m
        cosine = (reach_m * reach_m - a * a - b * b) / (2.0 * a * b)
        return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))

    def thigh_lead_deg(self, knee_deg: float) -> float:
        """How far the thigh is swung in front of the line from hip to ankle."""
        bend = math.radians(knee_deg)
        return math.degrees(math.atan2(self.shank_m * math.sin(bend), self.thigh_m + self.shank_m * math.cos(bend)))

    @property
    def longest_m(self) -> float:
        """Hip to ankle with a straight knee."""
        return self.reach_m(_STRAIGHTEST_DEG)


def limb(body: Body, side: Side, spread_deg: float) -> Limb:
    """Lengths of a leg seen from the side, once it is spread."""
    skeleton = Skeleton.upright(body)
    skeleton.place_leg(side, 0.0, 0.0, 0.0, spread_deg)
    hip, knee, ankle = (skeleton.head_of(f"{side}-{bone}") for bone in ("thigh", "shank", "foot"))
    return Limb(float(np.hypot(*(knee - hip)[[0, 2]])), float(np.hypot(*(ankle - knee)[[0, 2]])))


def leg_to_height(
    skeleton: Skeleton, side: Side, knee_deg: float, drop_m: float, foot_deg: float, spread_deg: float
) -> None:
    """Stretch a leg forward so that its ankle is `drop_m` below the hip."""
    leg = limb(skeleton.body, side, spread_deg)
    down = float(np.clip(drop_m / leg.reach_m(knee_deg), -1.0, 1.0))
    thigh_deg = math.degrees(math.acos(down)) + leg.thigh_lead_deg(knee_deg)
    skeleton.place_leg(side, thigh_deg, thigh_deg - knee_deg, foot_deg, spread_deg)


def leg_to_place(
    skeleton: Skeleton, side: Side, forward_m: float, drop_m: float, foot_deg: float, spread_deg: float
) -> None:
    """Put an ankle so far in front of and below its hip; the knee bends as it must."""
    leg = limb(skeleton.body, side, spread_deg)
    knee_deg = leg.knee_deg(math.hypot(forward_m, drop_m))
    thigh_deg = math.degrees(math.atan2(forward_m, drop_m)) + leg.thigh_lead_deg(knee_deg)
    skeleton.place_leg(side, thigh_deg, thigh_deg - knee_deg, foot_deg, spread_deg)


def leg_aside(skeleton: Skeleton, side: Side, ankle_m: Vector, knee_towards: Vector, foot_deg: float) -> None:
    """Put an ankle anywhere, the knee pointing towards a direction. `foot_deg`: + toes towards the shin.

    The only leg that leaves its own sagittal plane: thigh and shank are turned about their length so that the knee
    stays a hinge.
    """
    rest = skeleton.body.heads_m
    hip, knee, ankle = (BONE[f"{side}-{bone}"] for bone in ("thigh", "shank", "foot"))
    skeleton.attach(f"{side}-thigh", "pelvis", np.eye(3))
    start = skeleton.heads_m[hip].copy()
    thigh_m = float(np.linalg.norm(rest[knee] - rest[hip]))
    shank_m = float(np.linalg.norm(rest[ankle] - rest[knee]))
    away = ankle_m - start
    distance = float(np.clip(np.linalg.norm(away), abs(thigh_m - shank_m) + 0.12, 0.995 * (thigh_m + shank_m)))
    along = away / max(float(np.linalg.norm(away)), 1e-9)
    across = knee_towards - along * float(along @ knee_towards)
    across /= max(float(np.linalg.norm(across)), 1e-9)
    cosine = (thigh_m**2 + distance**2 - shank_m**2) / (2.0 * thigh_m * distance)
    thigh = along * cosine + across * math.sqrt(max(0.0, 1.0 - cosine**2))
    shank = (along * distance - thigh * thigh_m) / shank_m
    hinge = cross(thigh, shank)
    front = np.array([1.0, 0.0, 0.0])
    skeleton.attach(f"{side}-thigh", "pelvis", _frame(thigh, hinge) @ _rest_frame(rest[knee] - rest[hip], front).T)
    turn = _frame(shank, hinge) @ _rest_frame(rest[ankle] - rest[knee], front).T
    skeleton.attach(f"{side}-shank", f"{side}-thigh", turn)
    skeleton.attach(f"{side}-foot", f"{side}-shank", turn @ turn_y(-foot_deg))


def _frame(along: Vector, hinge: Vector) -> NDArray[np.float64]:
    """Columns: down the segment, out of its front, and the hinge about which a knee flexes. (3, 3)"""
    down = along / np.linalg.norm(along)
    axis = hinge / np.linalg.norm(hinge)
    return np.stack([down, cross(down, axis), axis], axis=1)


def _rest_frame(along: Vector, front: Vector) -> NDArray[np.float64]:
    """The same for a segment that hangs, its front towards `front`. (3, 3)"""
    return _frame(along, cross(front, along))


def ankle_height_m(body: Body) -> float:
    """Ankle above the floor on a flat shoe."""
    return float(body.joints_m["left-ankle"][2])


def heel_radius_m(body: Body) -> float:
    """Ankle joint to the back of the heel, shoe included."""
    foot = body.vertices_m[body.weights[:, BONE["left-foot"]] > 0.9]
    return float(body.joints_m["left-ankle"][0] - foot[:, 0].min()) + 0.009


@lru_cache(maxsize=16)
def foot_below_ankle_m(body: Body, foot_deg: float) -> float:
    """How far the shoe reaches below the ankle joint with the toes turned up so far."""
    foot = body.vertices_m[body.weights[:, BONE["left-foot"]] > 0.9] - body.joints_m["left-ankle"]
    return -float((foot @ turn_y(-foot_deg).T)[:, 2].min())


def pelvis_below_hip_m(skeleton: Skeleton) -> float:
    """How far the pelvis's flesh reaches below the hip joints at its present tilt."""
    body = skeleton.body
    flesh = body.vertices_m[body.weights[:, 0] > 0.5] - body.heads_m[0]
    return -float((flesh @ skeleton.turns[0].T)[:, 2].min())


@lru_cache(maxsize=16)
def back_of_pelvis_m(body: Body) -> float:
    """The hindmost x of the trunk at rest."""
    trunk = body.weights[:, : BONE["neck"]].sum(axis=1) > 0.9
    return float(body.vertices_m[trunk, 0].min())


def root(rising_or_falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a monotonic function crosses zero, by halving; the nearer end when it does not cross."""
    sign = 1.0 if rising_or_falling(high) > rising_or_falling(low) else -1.0
    for _ in range(40):
        middle = (low + high) / 2.0
        if sign * rising_or_falling(middle) < 0.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
