"""Where do skin and cloth go when the skeleton moves?

Flesh is shaped for the pose, then carried by the bones (linear blend skinning), then cloth is hung on it; whatever
would sink into the floor or the seat is flattened on it.
"""

from __future__ import annotations

import numpy as np

from benchmarks.people.body import SHOE_SOLE_M
from benchmarks.people.clothes import Figure
from benchmarks.people.flesh import fleshed
from benchmarks.people.hang import draped
from benchmarks.people.mesh import Points
from benchmarks.people.skeleton import Skeleton

_PAD_M = 0.05
"""How high up what meets the floor is stretched towards it."""


def skin(figure: Figure, skeleton: Skeleton, seat_height_m: float | None = None) -> Points:
    """Vertices (N, 3) of a dressed figure in a pose, in metres."""
    turns = skeleton.turns.astype(np.float32)
    shifts = (skeleton.heads_m - np.einsum("bij,bj->bi", skeleton.turns, figure.body.heads_m)).astype(np.float32)
    affine = np.concatenate([turns, shifts[:, :, None]], axis=2).reshape(len(turns), 12)
    blended = (figure.weights @ affine).reshape(-1, 3, 4)
    rest = fleshed(figure, skeleton)
    points: Points = (np.einsum("nij,nj->ni", blended[:, :, :3], rest) + blended[:, :, 3]).astype(np.float64)
    points = draped(figure, points, skeleton)
    if seat_height_m is not None:
        _rest_on_seat(points, skeleton, seat_height_m)
    _meet_floor(points)
    return points


def _meet_floor(points: Points) -> None:
    """Flatten what would sink into the floor; soles and knees that miss it by less than a shoe's sole give way to it.

    The skeleton stands on shoes and trousers of average thickness.
    """
    gap_m = float(points[:, 2].min())
    if 0.0 < gap_m <= SHOE_SOLE_M:
        points[:, 2] -= gap_m * np.clip(1.0 - (points[:, 2] - gap_m) / _PAD_M, 0.0, 1.0)
    points[:, 2] = np.maximum(points[:, 2], 0.0)


def _rest_on_seat(points: Points, skeleton: Skeleton, seat_height_m: float) -> None:
    """Flatten what would sink into a seat that ends a little in front of the hips."""
    hip = skeleton.middle_of("thigh")
    over = (points[:, 0] < hip[0] + 0.16) & (points[:, 0] > hip[0] - 0.35) & (points[:, 2] > seat_height_m - 0.12)
    points[over, 2] = np.maximum(points[over, 2], seat_height_m)
