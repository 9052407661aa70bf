"""Where do the bones go when the joints turn? (Forward kinematics, and reaching with an arm.)"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.body import (
    BONE,
    BONES,
    LUMBAR,
    SIDES,
    THORACIC,
    Body,
    Side,
    flexion_shares,
)
from benchmarks.people.mesh import cross

Vector = NDArray[np.float64]
_CLAVICLE_PARENT = "T3"


def turn_y(degrees: float) -> NDArray[np.float64]:
    """Rotation about +y: + tips an upright segment forward, and swings a hanging one backward. (3, 3)"""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def turn_x(degrees: float) -> NDArray[np.float64]:
    """Rotation about +x. (3, 3)"""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def turn_z(degrees: float) -> NDArray[np.float64]:
    """Rotation about +z. (3, 3)"""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def turn_between(start: Vector, end: Vector) -> NDArray[np.float64]:
    """The smallest rotation that takes the direction of `start` to that of `end`. (3, 3)"""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    x, y, z = cross(a, b)
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn: NDArray[np.float64] = np.eye(3) + k + k @ k / max(1.0 + float(a @ b), 1e-9)
    return turn


def inclination_deg(upward: Vector) -> float:
    """Angle of an upward pointing segment against vertical, seen from the side: + leans forward."""
    return math.degrees(math.atan2(float(upward[0]), float(upward[2])))


def swing_deg(downward: Vector) -> float:
    """Angle of a hanging segment against vertical, seen from the side: + its lower end is in front."""
    return math.degrees(math.atan2(float(downward[0]), -float(downward[2])))


@dataclass(frozen=True)
class Spine:
    """Flexion of the spine and the neck, in degrees, 0 at this person's neutral, + forward."""

    lumbar_deg: float = 0.0
    thoracic_deg: float = 0.0
    neck_deg: float = 0.0


@dataclass
class Skeleton:
    """A posed skeleton, built from the pelvis outwards. Each bone takes x to `turn @ (x - head at rest) + head`."""

    body: Body
    turns: NDArray[np.float64]
    """(B, 3, 3) rotation of each bone from rest."""
    heads_m: NDArray[np.float64]
    """(B, 3) where the point each bone turns about has gone."""

    @classmethod
    def upright(cls, body: Body) -> Skeleton:
        """The rest pose."""
        return cls(body, np.tile(np.eye(3), (len(BONES), 1, 1)), body.heads_m.copy())

    def attach(self, bone: str, parent: str, turn: NDArray[np.float64]) -> None:
        """Give a bone its rotation and hang it on its parent."""
        child, above = BONE[bone], BONE[parent]
        self.turns[child] = turn
        rest = self.body.heads_m
        self.heads_m[child] = self.turns[above] @ (rest[child] - rest[above]) + self.heads_m[above]

    def bend_trunk(
        self, pelvis_deg: float, spine: Spine, reach_forward_deg: float, shoulders_down_deg: float = 0.0
    ) -> None:
        """Tip the pelvis, bend the spine joint by joint, then hang neck, head and collar bones on it.

        `reach_forward_deg` draws the shoulders forward about the collar bones, `shoulders_down_deg` towards the hips.
        """
        shape = self.body.shape
        lumbar_share, thoracic_share = flexion_shares(shape)
        lumbar = (spine.lumbar_deg - shape.lordosis_deg) * lumbar_share
        thoracic = (spine.thoracic_deg + shape.kyphosis_deg) * thoracic_share
        angle = pelvis_deg
        self.turns[0] = turn_y(angle)
        below = "pelvis"
        for vertebra, flexion in zip(LUMBAR + THORACIC, [*lumbar, *thoracic], strict=True):
            angle += float(flexion)
            self.attach(vertebra, below, turn_y(angle))
            below = vertebra
        level = shape.lordosis_deg - shape.kyphosis_deg  # the neck carries the head level again
        self.attach("neck", below, turn_y(angle + (spine.neck_deg + level) * shape.neck_low_share))
        self.attach("head", "neck", turn_y(angle + spine.neck_deg + level))
        for side in SIDES:
            inward = -reach_forward_deg if side == "left" else reach_forward_deg
            turn = self.turns[BONE[_CLAVICLE_PARENT]] @ turn_z(inward)
            if shoulders_down_deg:
                turn = turn @ turn_x(-shoulders_down_deg if side == "left" else shoulders_down_deg)
            self.attach(f"{side}-clavicle", _CLAVICLE_PARENT, turn)
            self.attach(f"{side}-upper_arm", f"{side}-clavicle", turn)

    def place_leg(self, side: Side, thigh_deg: float, shank_deg: float, foot_deg: float, spread_deg: float) -> None:
        """Set a leg's swing in the sagittal plane exactly. `foot_deg`: + toes up. `spread_deg`: + outwards."""
        hip, knee, ankle = (self.body.heads_m[BONE[f"{side}-{b}"]] for b in ("thigh", "shank", "foot"))
        outward = 1.0 if side == "left" else -1.0
        rest_deg = math.degrees(math.atan2(outward * (ankle[1] - hip[1]), hip[2] - ankle[2]))
        splay = turn_x(outward * (spread_deg - rest_deg))
        self.attach(f"{side}-thigh", "pelvis", turn_y(swing_deg(splay @ (knee - hip)) - thigh_deg) @ splay)
        self.attach(f"{side}-shank", f"{side}-thigh", turn_y(swing_deg(splay @ (ankle - knee)) - shank_deg) @ splay)
        self.attach(f"{side}-foot", f"{side}-shank", turn_y(-foot_deg))

    def reach(self, side: Side, wrist_m: Vector, elbow_towards: Vector) -> None:
        """Bring a wrist to a point (or as near as the arm is long), the elbow bending towards a direction."""
        rest = self.body.heads_m
        arm, fore, hand = (BONE[f"{side}-{bone}"] for bone in ("upper_arm", "forearm", "hand"))
        upper_m = float(np.linalg.norm(rest[fore] - rest[arm]))
        fore_m = float(np.linalg.norm(rest[hand] - rest[fore]))
        shoulder = self.heads_m[arm]
        away = wrist_m - shoulder
        distance = float(np.clip(np.linalg.norm(away), abs(upper_m - fore_m) + 0.02, 0.995 * (upper_m + fore_m)))
        along = away / max(float(np.linalg.norm(away)), 1e-9)
        across = elbow_towards - along * float(along @ elbow_towards)
        across /= max(float(np.linalg.norm(across)), 1e-9)
        cosine = (upper_m**2 + distance**2 - fore_m**2) / (2.0 * upper_m * distance)
        upper = along * cosine + across * math.sqrt(max(0.0, 1.0 - cosine**2))
        lower = along * distance - upper * upper_m
        above = self.turns[BONE[f"{side}-clavicle"]]
        turn = above @ turn_between(rest[fore] - rest[arm], above.T @ upper)
        self.attach(f"{side}-upper_arm", f"{side}-clavicle", turn)
        turn = turn @ turn_between(rest[hand] - rest[fore], turn.T @ lower)
        self.attach(f"{side}-forearm", f"{side}-upper_arm", turn)
        self.attach(f"{side}-hand", f"{side}-forearm", turn)

    def shift(self, by_m: Vector) -> None:
        """Move the whole skeleton."""
        self.heads_m += by_m

    def head_of(self, bone: str) -> Vector:
        """Where the point a bone turns about is now (3,)."""
        point: Vector = self.heads_m[BONE[bone]]
        return point

    def carried(self, bone: str, rest_point_m: Vector) -> Vector:
        """Where a point of the rest pose goes when it is fixed to a bone (3,)."""
        number = BONE[bone]
        moved: Vector = self.turns[number] @ (rest_point_m - self.body.heads_m[number]) + self.heads_m[number]
        return moved

    def middle_of(self, bone: str) -> Vector:
        """Half way between the left and the right bone's turning points (3,)."""
        middle: Vector = (self.head_of(f"left-{bone}") + self.head_of(f"right-{bone}")) / 2.0
        return middle

    def trunk_inclination_deg(self) -> float:
        """Mid-hip to mid-shoulder against vertical, + forward."""
        return inclination_deg(self.middle_of("upper_arm") - self.middle_of("thigh"))
