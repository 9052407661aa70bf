"""What hair is there besides a scalp, and where does it fall?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.body import BONE, Body
from benchmarks.people.mesh import Faces, Points
from benchmarks.people.skeleton import Skeleton

_RINGS, _AROUND = 9, 8
_STIFF = 0.75
"""How much of the way to hanging straight down hair goes; its own body and the head keep the rest (judgement)."""


def back_of_head_m(body: Body) -> Points:
    """The hindmost point of the head at eye height (3,)."""
    eye = body.joints_m["left-eye"]
    head = body.vertices_m[body.weights[:, BONE["head"]] > 0.9]
    level = head[(np.abs(head[:, 2] - eye[2]) < 0.03) & (np.abs(head[:, 1]) < 0.05)]
    return np.array([level[:, 0].min(), 0.0, eye[2]])


def tail(body: Body, length_m: float = 0.26) -> tuple[Points, Faces]:
    """A pony tail at rest: a tapering tube from the back of the head, first backward, then down."""
    start = back_of_head_m(body) + np.array([0.012, 0.0, 0.045])
    down = np.linspace(0.0, 1.0, _RINGS)
    centre = start + np.stack([-0.045 * np.minimum(down / 0.25, 1.0), 0.0 * down, -length_m * down], axis=1)
    radius = 0.024 * np.sqrt(np.sin(np.pi * (0.12 + 0.86 * down)))
    return _tube(centre, radius)


def bun(body: Body) -> tuple[Points, Faces]:
    """A knot of hair at the back of the head."""
    start = back_of_head_m(body) + np.array([0.02, 0.0, 0.05])
    along = np.linspace(-1.0, 1.0, _RINGS)
    centre = start + np.stack([-0.03 + 0.0 * along, 0.0 * along, 0.038 * along], axis=1)
    return _tube(centre, 0.04 * np.sqrt(np.maximum(1.0 - along**2, 0.01)))


def _tube(centre: Points, radius: NDArray[np.float64]) -> tuple[Points, Faces]:
    """Rings around a line that runs up or down, closed by their narrow ends. Faces look outward."""
    turn = np.linspace(0.0, 2.0 * np.pi, _AROUND, endpoint=False)
    rim = np.stack([np.cos(turn), np.sin(turn), np.zeros(_AROUND)], axis=1)
    points = (centre[:, None] + radius[:, None, None] * rim).reshape(-1, 3)
    ring, step = np.meshgrid(np.arange(len(centre) - 1), np.arange(_AROUND), indexing="ij")
    first, beside = ring * _AROUND + step, ring * _AROUND + (step + 1) % _AROUND
    faces = np.stack([first, beside, beside + _AROUND, first + _AROUND], axis=2).reshape(-1, 4)
    rises = centre[-1, 2] > centre[0, 2]
    return points, faces if rises else faces[:, ::-1]


def strand_m(points_m: Points, root_z_m: float) -> NDArray[np.float64]:
    """How much free hair lies between each point (N,) and its root."""
    return np.maximum(root_z_m - points_m[:, 2], 0.0)


def fallen(strand: NDArray[np.float32], skeleton: Skeleton) -> NDArray[np.float32]:
    """How far hair (N,) of these lengths moves for the head's attitude, in the head's rest axes (N, 3)."""
    down = skeleton.turns[BONE["head"]].T @ np.array([0.0, 0.0, -1.0])
    change = np.asarray(_STIFF * (down - [0.0, 0.0, -1.0]), dtype=np.float32)
    return strand[:, None] * change
