"""Where do skin and cloth go when the skeleton moves?

Linear blend skinning, and what it cannot do by itself: the buttocks flatten as the hip flexes, a loose shirt lies on
what faces up and hangs from what faces down, and whatever would sink into the floor or the seat is flattened on it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.body import SIDES, Body
from benchmarks.people.clothes import Figure
from benchmarks.people.mesh import Points, face_normals
from benchmarks.people.skeleton import Skeleton, inclination_deg

_BUTTOCK_FLATTENING = 0.22
"""Share of the buttocks' depth behind the hip joints that is gone at 90 degrees of hip flexion (judgement)."""
_BUTTOCK_HALF_HEIGHT_M = 0.09


def skin(figure: Figure, skeleton: Skeleton, seat_height_m: float | None = None) -> Points:
    """Vertices (N, 3) of a dressed figure in a pose, in metres."""
    turns = skeleton.turns.astype(np.float32)
    shifts = (skeleton.heads_m - np.einsum("bij,bj->bi", skeleton.turns, figure.body.heads_m)).astype(np.float32)
    affine = np.concatenate([turns, shifts[:, :, None]], axis=2).reshape(len(turns), 12)
    blended = (figure.weights @ affine).reshape(-1, 3, 4)
    rest = _flatten_buttocks(figure.points_m, figure.body, skeleton).astype(np.float32)
    points: Points = (np.einsum("nij,nj->ni", blended[:, :, :3], rest) + blended[:, :, 3]).astype(np.float64)
    if figure.clothes.shirt_looseness > 0.0:
        points = _drape(figure, points)
    if seat_height_m is not None:
        _rest_on_seat(points, skeleton, seat_height_m)
    points[:, 2] = np.maximum(points[:, 2], 0.0)
    return points


def _flatten_buttocks(rest_m: Points, body: Body, skeleton: Skeleton) -> Points:
    """The rest mesh with each buttock drawn forward as far as the flexion of its own hip stretches it."""
    flattened = rest_m.copy()
    pelvis_deg = inclination_deg(skeleton.turns[0][:, 2])
    for side in SIDES:
        hip = body.joints_m[f"{side}-hip"]
        thigh = skeleton.head_of(f"{side}-shank") - skeleton.head_of(f"{side}-thigh")
        flexion_deg = pelvis_deg + math.degrees(math.atan2(thigh[0], -thigh[2]))
        share = _BUTTOCK_FLATTENING * float(np.clip(math.sin(math.radians(flexion_deg)), 0.0, 1.0))
        mine = (rest_m[:, 1] > 0.0) == (hip[1] > 0.0)
        behind = np.where(mine, np.maximum(hip[0] - rest_m[:, 0], 0.0), 0.0)
        level = np.exp(-0.5 * ((rest_m[:, 2] - hip[2]) / _BUTTOCK_HALF_HEIGHT_M) ** 2)
        middle = np.clip(np.abs(rest_m[:, 1]) / 0.03, 0.0, 1.0)
        flattened[:, 0] += share * behind * level * middle
    return flattened


def _drape(figure: Figure, points: Points) -> Points:
    """Loose cloth lies on top of the body and hangs below it."""
    hang_m = 0.05 * figure.clothes.shirt_looseness**1.5
    normals = figure.corners.vertex_normals(face_normals(points, figure.faces))[figure.shirt]
    draped = points.copy()
    free: NDArray[np.float64] = np.clip(0.5 - 0.5 * normals[:, 2:], 0.05, 1.0)
    draped[figure.shirt] += normals * (hang_m * free)
    draped[figure.shirt, 2] -= 0.5 * hang_m * np.clip(-normals[:, 2], 0.0, 1.0)
    return draped


def _rest_on_seat(points: Points, skeleton: Skeleton, seat_height_m: float) -> None:
    """Flatten what would sink into a seat that ends a little in front of the hips."""
    hip = skeleton.middle_of("thigh")
    over = (points[:, 0] < hip[0] + 0.16) & (points[:, 0] > hip[0] - 0.35) & (points[:, 2] > seat_height_m - 0.12)
    points[over, 2] = np.maximum(points[over, 2], seat_height_m)
