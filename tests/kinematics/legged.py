"""A geometric figure whose two legs do different things: landmarks only, no outline."""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np

from posecheck.body import Side, of
from posecheck.records import Floats, Sighting, frozen

#: Thigh (0 hangs, 90 level forward) and knee flexion in degrees.
Leg: TypeAlias = tuple[float, float]

_THIGH, _SHANK = 0.85, 0.8
_TRUNK_PX: Final = 100.0

#: What somebody looks like in each position: trunk inclination, left leg, right leg.
POSTURES: Final[dict[str, tuple[float, Leg, Leg]]] = {
    "upright": (0.0, (0.0, 0.0), (0.0, 0.0)),
    "deep fold": (150.0, (10.0, 5.0), (10.0, 5.0)),
    "foot on a step": (40.0, (60.0, 20.0), (-5.0, 0.0)),
    "foot on a table": (30.0, (95.0, 5.0), (-5.0, 0.0)),
    "one leg back": (80.0, (10.0, 20.0), (-70.0, 10.0)),
    "half-kneeling": (30.0, (60.0, 5.0), (5.0, 95.0)),
    "kneeling tall": (0.0, (0.0, 90.0), (0.0, 90.0)),
    "one leg straight on a chair": (20.0, (65.0, 5.0), (80.0, 85.0)),
    "upright on a chair": (0.0, (85.0, 90.0), (85.0, 90.0)),
    "long sitting": (20.0, (88.0, 3.0), (88.0, 3.0)),
    "on the back": (-90.0, (90.0, 0.0), (130.0, 80.0)),
    "a leg to the ceiling": (-90.0, (175.0, 5.0), (130.0, 80.0)),
    "squatting down to the heels": (40.0, (115.0, 150.0), (115.0, 150.0)),
}


def points_of(
    trunk_deg: float, left: Leg, right: Leg, *, facing: int = 1, roll_deg: float = 0.0, size: float = 1.0
) -> Floats:
    """The (33, 2) landmarks; joints that nobody asks for lie at the shoulders."""
    hip = np.zeros(2)
    shoulder = _towards(hip, 180.0 - trunk_deg, 1.0)
    points = np.tile(shoulder, (33, 1))
    for side, (thigh_deg, knee_deg) in ((Side.LEFT, left), (Side.RIGHT, right)):
        knee = _towards(hip, thigh_deg, _THIGH)
        ankle = _towards(knee, thigh_deg - knee_deg, _SHANK)
        toes = _towards(ankle, thigh_deg - knee_deg + 90.0, 0.3)
        for joint, point in (("hip", hip), ("knee", knee), ("ankle", ankle), ("heel", ankle), ("foot_index", toes)):
            points[of(joint, side)] = point
    turn = math.radians(roll_deg)
    turned = (
        points
        * np.array([facing, 1.0])
        @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    )
    out: Floats = np.array([320.0, 240.0]) + _TRUNK_PX * size * turned
    return out


def posture_of(name: str, *, facing: int = 1, roll_deg: float = 0.0, size: float = 1.0) -> Floats:
    """The landmarks of one of `POSTURES`."""
    return points_of(*POSTURES[name], facing=facing, roll_deg=roll_deg, size=size)


def without(points: Floats, side: Side, *joints: str) -> Floats:
    """The same with joints of one side not seen."""
    out = np.array(points)
    out[[of(joint, side) for joint in joints]] = np.nan
    return out


def sighting_of(points: Floats, t_s: float, near: Side = Side.RIGHT, far_visibility: float = 0.9) -> Sighting:
    """What a session would record of it, without any outline; the far side `far_visibility` visible."""
    world = np.zeros((33, 3))
    visibility = np.full(33, 0.95)
    for joint in ("shoulder", "hip", "knee", "ankle"):
        world[of(joint, near), 2], world[of(joint, near.other), 2] = -0.1, 0.1
        if joint != "shoulder":
            visibility[of(joint, near.other)] = far_visibility
    return Sighting(
        t_s=t_s,
        index=0,
        image_wh=(640, 480),
        landmarks_px=frozen(points, np.float64),
        visibility=frozen(visibility, np.float64),
        world_m=frozen(world, np.float64),
        back=None,
        people=1,
        brightness_frac=0.5,
    )


def _towards(start: Floats, angle_deg: float, length: float) -> Floats:
    """A point so far away, `angle_deg` forward of straight down."""
    turn = math.radians(angle_deg)
    out: Floats = start + length * np.array([math.sin(turn), math.cos(turn)])
    return out
