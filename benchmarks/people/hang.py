"""How does a shirt hang on a posed body?

Cloth cannot follow a hollow: it spans it like a sheet, from the shoulder blades to the buttocks, the more so the
looser it is. On a level back some of its weight presses it down again. Below a level trunk it hangs away from the
belly, farthest at its free hem.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.body import BONE
from benchmarks.people.clothes import Figure
from benchmarks.people.mesh import CornerTable, Points, face_normals
from benchmarks.people.sheet import taut_over
from benchmarks.people.skeleton import Skeleton

_SPANNING = 0.7
"""Share of a hollow that very loose cloth spans (judgement) .."""
_SPANNING_LOOSENESS = 0.18
"""..; of a shirt as loose as this, 63 % of that share."""
_PRESSED = 0.25
"""Share of the span that its own weight takes away on a level back (judgement)."""
_SPAN_LIMIT_M = 0.09
_PUFF_M = 0.03
"""How far the loosest cloth stands off what does not face up."""
_CURTAIN_M = 0.14
"""How far the hem of the loosest shirt hangs below a level belly."""
_BLOUSE_M = 0.09
"""A tucked shirt is free from this far above the waistband."""

_ROWS = 26
_LOW, _HIGH = -0.32, 1.12
"""The sheet's ends along hip to shoulder, in trunk lengths."""
_STRIPS_M = np.array([-0.165, -0.11, -0.055, 0.0, 0.055, 0.11, 0.165])


@dataclass(frozen=True, eq=False)
class _Cloth:
    """The shirt of a figure, numbered by itself. `S` vertices."""

    vertex: NDArray[np.int64]
    """(S,) their numbers in the figure."""
    faces: NDArray[np.int64]
    corners: CornerTable
    trunk: NDArray[np.float64]
    """(S,) 1 on the trunk, 0 on the sleeves."""
    dorsal: NDArray[np.float64]
    """(S,) 1 on the back, 0 on the front."""
    held: NDArray[np.float64]
    """(S,) 0 at the hem, 1 from a hand's breadth above it: how free the cloth is where a waistband holds it."""
    strip: NDArray[np.int64]
    """(S,) the strip whose middle is nearest; -1 where no sheet lies."""
    between: NDArray[np.float64]
    """(S,) where it is among the strips, 0 .. number of strips - 1."""


def draped(figure: Figure, points_m: Points, skeleton: Skeleton) -> Points:
    """The posed figure (N, 3) with its shirt as gravity and tension have it."""
    loose = figure.clothes.shirt_looseness
    if loose <= 0.0:
        return points_m
    cloth = _cloth(figure)
    shirt = points_m[cloth.vertex]
    normals = cloth.corners.vertex_normals(face_normals(shirt, cloth.faces))
    hip, shoulder = skeleton.middle_of("thigh"), skeleton.middle_of("upper_arm")
    trunk_m = float(np.linalg.norm(shoulder - hip))
    up_trunk = (shoulder - hip) / trunk_m
    backward = np.array([-up_trunk[2], 0.0, up_trunk[0]])
    along = (shirt - hip) @ up_trunk / trunk_m

    span = cloth.dorsal * _span_m(cloth, along, (shirt - hip) @ backward)
    faces_up = float(backward[2])
    share = _SPANNING * (1.0 - math.exp(-loose / _SPANNING_LOOSENESS)) * (1.0 - _PRESSED * max(faces_up, 0.0))
    lift = backward * (share * max(0.0, 1.0 + min(faces_up, 0.0)) * span)[:, None]

    held = cloth.held if figure.clothes.tucked else 1.0
    free = held * np.clip(0.5 - 0.5 * normals[:, 2], 0.05, 1.0)
    puff = normals * (_PUFF_M * loose**1.5 * free)[:, None]
    below = held * np.clip(-normals[:, 2], 0.0, 1.0)
    curtain = _CURTAIN_M * loose**1.3 * below * cloth.trunk * np.clip(1.0 - along, 0.0, 1.2)
    sleeve = 0.5 * _PUFF_M * loose**1.5 * below
    result = points_m.copy()
    result[cloth.vertex] += lift + puff
    result[cloth.vertex, 2] -= curtain + sleeve
    return result


def _span_m(cloth: _Cloth, along: NDArray[np.float64], height_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far above each vertex (S,) a taut sheet over the back would lie."""
    strips = len(_STRIPS_M)
    row = (along - _LOW) / (_HIGH - _LOW) * (_ROWS - 1)
    here = (cloth.strip >= 0) & (row > -0.5) & (row < _ROWS - 0.5)
    cell = np.rint(row[here]).astype(int) * strips + cloth.strip[here]
    top = np.full(_ROWS * strips, -np.inf)
    np.maximum.at(top, cell, height_m[here])
    heights = top.reshape(_ROWS, strips)
    rows = np.arange(_ROWS)
    for strip in range(strips):
        seen = np.isfinite(heights[:, strip])
        heights[:, strip] = np.interp(rows, rows[seen], heights[seen, strip]) if seen.any() else 0.0
    span = np.minimum(taut_over(heights) - heights, _SPAN_LIMIT_M)
    r = np.clip(row, 0.0, _ROWS - 1.001)
    low_r, low_s = r.astype(int), np.minimum(cloth.between.astype(int), strips - 2)
    a, b = r - low_r, cloth.between - low_s
    lower = (1.0 - b) * span[low_r, low_s] + b * span[low_r, low_s + 1]
    upper = (1.0 - b) * span[low_r + 1, low_s] + b * span[low_r + 1, low_s + 1]
    lifted: NDArray[np.float64] = (1.0 - a) * lower + a * upper
    return lifted


@lru_cache(maxsize=8)
def _cloth(figure: Figure) -> _Cloth:
    vertex = np.flatnonzero(figure.shirt)
    number = np.full(len(figure.shirt), -1)
    number[vertex] = np.arange(len(vertex))
    faces = number[figure.faces[figure.shirt[figure.faces].all(axis=1)]]
    corners = CornerTable.of(faces, len(vertex))
    rest = figure.points_m[vertex]
    normals = corners.vertex_normals(face_normals(rest, faces))
    arms = [bone for name, bone in BONE.items() if name.endswith(("arm", "hand"))]
    trunk = np.clip(1.5 - 2.5 * figure.weights[vertex][:, arms].sum(axis=1).astype(np.float64), 0.0, 1.0)
    dorsal = trunk * np.clip(0.4 - 1.6 * normals[:, 0], 0.0, 1.0)
    between = np.interp(rest[:, 1], _STRIPS_M, np.arange(len(_STRIPS_M)))
    strip = np.where((dorsal > 0.3) & (np.abs(rest[:, 1]) < 0.19), np.rint(between).astype(int), -1)
    held = np.clip(figure.above_hem_m[vertex] / _BLOUSE_M, 0.0, 1.0)
    return _Cloth(vertex, faces, corners, trunk, dorsal, held, strip, between)
