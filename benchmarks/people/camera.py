"""Where is the camera, and where does a point of the world land in its picture?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.body import Side
from benchmarks.people.mesh import cross

Facing = Literal["left", "right"]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera beside the person, square pixels, principal point in the middle."""

    facing: Facing = "right"
    """Which way the person looks in the picture. Facing right, the person's right side is nearer."""
    yaw_deg: float = 0.0
    """0 is exactly side-on; + shows more of the front, - more of the back."""
    height_m: float = 1.0
    distance_m: float = 4.0
    """From the camera to the point it circles, on the floor plane."""
    fov_deg: float = 38.0
    """Vertical field of view."""
    roll_deg: float = 0.0
    """+ turns the picture's content clockwise."""
    barrel_frac: float = 0.0
    """How much nearer to the middle a corner of the picture's content is drawn; negative: a cushion."""
    aim_forward_m: float = 0.0
    """The point it circles and looks at: this far in front of the world's origin .."""
    aim_height_m: float = 0.9
    """.. and this high."""

    @property
    def near_side(self) -> Side:
        """The person's side that faces the camera."""
        return self.facing


_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class View:
    """A camera set up for pictures of one size."""

    position_m: NDArray[np.float64]
    """(3,)"""
    axes: NDArray[np.float64]
    """(3, 3) rows: the picture's right, its down, and the direction of view."""
    focal_px: float
    centre_px: NDArray[np.float64]
    """(2,)"""
    barrel_frac: float = 0.0

    @classmethod
    def of(cls, camera: Camera, width_px: int, height_px: int) -> View:
        """Set up a camera."""
        yaw = math.radians(camera.yaw_deg)
        side = -1.0 if camera.facing == "right" else 1.0
        away = np.array([math.sin(yaw), side * math.cos(yaw), 0.0])
        aim = np.array([camera.aim_forward_m, 0.0, camera.aim_height_m])
        position = aim * [1.0, 1.0, 0.0] + away * camera.distance_m + [0.0, 0.0, camera.height_m]
        ahead = (aim - position) / np.linalg.norm(aim - position)
        right = cross(ahead, _UP)
        right /= np.linalg.norm(right)
        down = cross(ahead, right)
        c, s = math.cos(math.radians(camera.roll_deg)), math.sin(math.radians(camera.roll_deg))
        axes = np.stack([c * right - s * down, s * right + c * down, ahead])
        focal = 0.5 * height_px / math.tan(math.radians(camera.fov_deg) / 2.0)
        return cls(position, axes, focal, np.array([width_px / 2.0, height_px / 2.0]), camera.barrel_frac)

    def depth_m(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distance along the direction of view (...,)."""
        depth: NDArray[np.float64] = (points_m - self.position_m) @ self.axes[2]
        return depth

    def project(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (..., 3) to pixels (..., 2): x right, y down, (0, 0) the picture's upper left corner."""
        seen = (points_m - self.position_m) @ self.axes.T
        flat: NDArray[np.float64] = self.focal_px * seen[..., :2] / np.maximum(seen[..., 2:], 0.05)
        if self.barrel_frac != 0.0:
            corner = float(self.centre_px @ self.centre_px)
            far = np.minimum((flat * flat).sum(axis=-1, keepdims=True) / corner, 2.0)
            flat = flat * (1.0 - self.barrel_frac * far)
        return flat + self.centre_px
