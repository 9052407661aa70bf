"""Which faces make a box, a rod, a plate or a rounded lump? (Faces look outward and are small, to be sorted.)"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.clothes import Colour
from benchmarks.people.mesh import Faces, Points

_AROUND = 16
_CELL_M = 0.08


@dataclass(frozen=True)
class Props:
    """Solid things, as faces to be sorted with the person's."""

    points_m: Points
    """(P, 3)"""
    faces: Faces
    """(G, 4)"""
    colours: Points
    """(G, 3)"""

    @classmethod
    def joined(cls, parts: Sequence[Props]) -> Props:
        """All of several."""
        if not parts:
            return cls(np.zeros((0, 3)), np.zeros((0, 4), dtype=np.int64), np.zeros((0, 3)))
        first = np.cumsum([0, *(len(part.points_m) for part in parts)])
        return cls(
            np.concatenate([part.points_m for part in parts]),
            np.concatenate([part.faces + start for part, start in zip(parts, first, strict=False)]),
            np.concatenate([part.colours for part in parts]),
        )


def box(low: Sequence[float], high: Sequence[float], colour: Colour) -> Props:
    """A box between two corners (m), its sides cut into small cells."""
    points, faces = _box(np.array(low, dtype=np.float64), np.array(high, dtype=np.float64))
    return Props(points, faces, np.tile(colour, (len(faces), 1)))


def rod(start: Points, end: Points, radius_m: float, colour: Colour, end_radius_m: float | None = None) -> Props:
    """A straight rod with closed ends; short and wide it is a plate."""
    along = end - start
    length = float(np.linalg.norm(along))
    last_m = radius_m if end_radius_m is None else end_radius_m
    cuts = np.linspace(0.0, 1.0, max(2, math.ceil(length / _CELL_M) + 1))
    profile = [(0.0, 0.0), *((0.0, radius_m * share) for share in (0.5, 1.0))]
    profile += [(share * length, radius_m + share * (last_m - radius_m)) for share in cuts[1:].tolist()]
    profile += [(length, last_m * share) for share in (0.5, 0.0)]
    return rings(start, upright_frame(along), [(along_m, r, r) for along_m, r in profile], colour)


def lump(
    centre: Points,
    axes: NDArray[np.float64],
    radii_m: tuple[float, float, float],
    colour: Colour,
    squareness: float = 1.0,
) -> Props:
    """An ellipsoid with these half axes along the columns of `axes` (3, 3); squareness below 1 makes it a cushion."""
    angle = np.linspace(-math.pi / 2.0, math.pi / 2.0, 9)
    height = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** squareness
    width = np.abs(np.cos(angle)) ** squareness
    profile = [(radii_m[2] * h, radii_m[0] * w, radii_m[1] * w) for h, w in zip(height, width, strict=True)]
    return rings(centre, axes, profile, colour, squareness)


def rings(
    origin: Points,
    axes: NDArray[np.float64],
    profile: Sequence[tuple[float, float, float]],
    colour: Colour,
    squareness: float = 1.0,
) -> Props:
    """Rings (along the third axis, half widths along the first two) joined to a skin. Columns of `axes` are right-handed."""
    count = _AROUND if max(max(u, v) for _, u, v in profile) < 0.15 else 2 * _AROUND
    around = np.arange(count) * (2.0 * math.pi / count)
    cos, sin = np.cos(around), np.sin(around)
    across = np.sign(cos) * np.abs(cos) ** squareness
    up = np.sign(sin) * np.abs(sin) ** squareness
    points = np.concatenate(
        [origin + np.stack([u * across, v * up, np.full(count, w)], axis=1) @ axes.T for w, u, v in profile]
    )
    here = np.arange(count)
    beside = (here + 1) % count
    quads = [
        np.stack([here + k, beside + k, beside + k + count, here + k + count], axis=1)
        for k in range(0, (len(profile) - 1) * count, count)
    ]
    faces = np.concatenate(quads)
    return Props(points, faces, np.tile(colour, (len(faces), 1)))


def upright_frame(along: Points) -> NDArray[np.float64]:
    """A right-handed frame whose third column points along a vector. (3, 3)"""
    w = along / np.linalg.norm(along)
    helper = np.array([0.0, 1.0, 0.0]) if abs(w[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    u = np.cross(helper, w)
    u /= np.linalg.norm(u)
    return np.stack([u, np.cross(w, u), w], axis=1)


def _box(low: Points, high: Points, cell_m: float = _CELL_M) -> tuple[Points, Faces]:
    """A box whose sides are cut into small cells, so that sorting by distance is right. Faces look outward."""
    points: list[NDArray[np.float64]] = []
    faces: list[NDArray[np.int64]] = []
    count = 0
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        rows = max(1, math.ceil((high[u] - low[u]) / cell_m))
        columns = max(1, math.ceil((high[v] - low[v]) / cell_m))
        a, b = np.meshgrid(
            np.linspace(low[u], high[u], rows + 1), np.linspace(low[v], high[v], columns + 1), indexing="ij"
        )
        first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
        quad = np.stack([first, first + columns + 1, first + columns + 2, first + 1], axis=1)
        for level, outward in ((low[axis], False), (high[axis], True)):
            grid = np.empty((a.size, 3))
            grid[:, axis], grid[:, u], grid[:, v] = level, a.ravel(), b.ravel()
            points.append(grid)
            faces.append((quad if outward else quad[:, ::-1]) + count)
            count += len(grid)
    return np.concatenate(points), np.concatenate(faces)
