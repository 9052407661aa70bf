"""What is the person wearing, and what does that make visible?

Garments are cut from MakeHuman's close-fitting helper mesh, smoothed and puffed out; skin below them is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.asset import load_asset
from benchmarks.people.body import BONE, BONES, SHOE_SOLE_M, Body
from benchmarks.people.mesh import CornerTable, Faces, Points, border, face_normals, smoothed

Colour = tuple[float, float, float]
"""Red, green, blue in 0..1."""


@dataclass(frozen=True)
class Clothes:
    """What is worn, and its colours."""

    shirt_looseness: float = 0.25
    """0 skin-tight, 0.3 a T-shirt, 1 puffed and hanging."""
    trousers: Literal["long", "shorts"] = "long"
    hair: Literal["short", "long"] = "short"
    skin: Colour = (0.80, 0.62, 0.52)
    shirt: Colour = (0.33, 0.47, 0.66)
    trouser: Colour = (0.22, 0.22, 0.25)
    shoe: Colour = (0.80, 0.80, 0.82)
    hair_colour: Colour = (0.20, 0.15, 0.12)
    weave: float = 0.03
    """How much the shade varies from face to face."""


@dataclass(frozen=True, eq=False)
class Figure:
    """A dressed body at rest, ready to be posed. `N` vertices, `F` faces, `B` bones. Cached: read, never write."""

    body: Body
    clothes: Clothes
    points_m: Points
    """(N, 3)"""
    weights: NDArray[np.float32]
    """(N, B)"""
    faces: Faces
    """(F, 4)"""
    colours: Points
    """(F, 3) red, green, blue in 0..1."""
    nearer_m: NDArray[np.float64]
    """(F,) how much nearer a face counts when faces are sorted: cloth wins over the skin it lies on."""
    shirt: NDArray[np.bool_]
    """(N,) vertices of the shirt."""
    corners: CornerTable


@dataclass(frozen=True)
class _Part:
    points: Points
    weights: NDArray[np.float32]
    faces: Faces
    colour: Colour
    nearer_m: float


class _Cutter:
    """Selects faces of the rest mesh by place, and cuts them out as parts."""

    def __init__(self, body: Body) -> None:
        asset = load_asset()
        self.body = body
        self.faces = asset.faces
        self.group = asset.face_group
        self.centre: Points = body.vertices_m[asset.faces].mean(axis=1)
        arm_bones = [BONE[b] for b in BONES if b.endswith(("upper_arm", "forearm", "hand"))]
        arm_share = body.weights[:, arm_bones].sum(axis=1)
        self.is_arm: NDArray[np.bool_] = arm_share[asset.faces].mean(axis=1) > 0.5
        shoulder, elbow = body.joints_m["left-shoulder"], body.joints_m["left-elbow"]
        mirrored = self.centre * [1.0, 0.0, 1.0] + np.abs(self.centre) * [0.0, 1.0, 0.0]
        self.down_arm: NDArray[np.float64] = (mirrored - shoulder) @ (elbow - shoulder)
        self.down_arm /= float((elbow - shoulder) @ (elbow - shoulder))

    def height(self, joint: str) -> float:
        return float(self.body.joints_m[joint][2])

    def part(
        self,
        chosen: NDArray[np.bool_],
        colour: Colour,
        smooth: int,
        puff_m: float,
        nearer_m: float,
        edge_puff_m: float | None = None,
        *,
        keep_size: bool = False,
    ) -> _Part:
        """Cut out faces, smooth them, then push them out along their normals."""
        used, renumbered = np.unique(self.faces[chosen], return_inverse=True)
        faces = renumbered.reshape(-1, 4)
        points = smoothed(self.body.vertices_m[used], faces, smooth, keep_size=keep_size)
        weights = smoothed(self.body.weights[used].astype(np.float64), faces, smooth)
        normals = CornerTable.of(faces, len(used)).vertex_normals(face_normals(points, faces))
        push = np.full(len(used), puff_m)
        if edge_puff_m is not None:
            push[border(faces)] = edge_puff_m
        return _Part(points + normals * push[:, None], weights.astype(np.float32), faces, colour, nearer_m)


@lru_cache(maxsize=8)
def dress(body: Body, clothes: Clothes) -> Figure:
    """Put clothes on a body."""
    cut = _Cutter(body)
    x, y, z = cut.centre.T
    skin, tights = cut.group == "body", cut.group == "helper-tights"
    crotch, waist, neck = cut.height("left-hip"), cut.height("spine-4"), cut.height("neck")
    knee, ankle = cut.height("left-knee"), cut.height("left-ankle")
    hem = knee + 0.05 if clothes.trousers == "shorts" else ankle + 0.04
    loose = clothes.shirt_looseness

    collar = neck - 0.005 + 0.05 * np.clip((np.abs(y) - 0.04) / 0.1, 0.0, 1.0)
    shirt = tights & (z > crotch - 0.02) & (z < collar) & (~cut.is_arm | (cut.down_arm < 0.62))
    trousers = tights & (z < waist + 0.02) & (z > hem) & ~cut.is_arm
    shoes = skin & (z < ankle + 0.015)
    hidden = (z < waist) & (z > hem + 0.04) & ~cut.is_arm
    hidden |= (z >= crotch) & (z < neck - 0.06) & (~cut.is_arm | (cut.down_arm < 0.5))
    hidden |= z < ankle
    eye = body.joints_m["left-eye"]
    behind = eye[0] - x
    hairline = np.maximum(eye[2] + 0.05 - 1.7 * np.maximum(behind - 0.07, 0.0), eye[2] - 0.085)
    scalp = skin & (z > hairline) & (np.abs(y) < 0.12) & (behind > 0.0)

    if clothes.hair == "long":  # the nape too, so that no skin shows between the strands
        scalp |= skin & (behind > 0.09) & (z > neck) & ~hidden

    parts = [
        cut.part(skin & ~hidden, clothes.skin, 0, 0.0, 0.0),
        cut.part(np.char.endswith(cut.group, "eye"), (0.12, 0.09, 0.08), 0, 0.0, 0.004),
        cut.part(trousers, clothes.trouser, 3, 0.004 + 0.006 * loose, 0.006),
        cut.part(shirt, clothes.shirt, 2 + int(14 * loose), 0.003 + 0.012 * loose, 0.014),
        _shoes(cut.part(shoes, clothes.shoe, 30, 0.008, 0.010, keep_size=True)),
        cut.part(scalp, clothes.hair_colour, 4, 0.013, 0.008, edge_puff_m=0.001),
    ]
    if clothes.hair == "long":
        bob = (cut.group == "helper-hair") & (z > neck - 0.02)
        parts.append(cut.part(bob, clothes.hair_colour, 1, 0.002, 0.012))
    return _assemble(body, clothes, parts, shirt_part=3)


def _shoes(part: _Part) -> _Part:
    points = part.points.copy()
    points[:, 2] = np.maximum(points[:, 2], 0.0)
    points[points[:, 2] < SHOE_SOLE_M, 2] = 0.0
    return _Part(points, part.weights, part.faces, part.colour, part.nearer_m)


def _assemble(body: Body, clothes: Clothes, parts: list[_Part], shirt_part: int) -> Figure:
    first = np.cumsum([0, *(len(part.points) for part in parts)])
    faces = np.concatenate([part.faces + start for part, start in zip(parts, first, strict=False)])
    colours = np.concatenate([np.tile(part.colour, (len(part.faces), 1)) for part in parts])
    weave = np.random.default_rng(len(faces)).normal(1.0, clothes.weave, (len(faces), 1))
    shirt = np.zeros(first[-1], dtype=bool)
    shirt[first[shirt_part] : first[shirt_part + 1]] = True
    return Figure(
        body=body,
        clothes=clothes,
        points_m=np.concatenate([part.points for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        faces=faces,
        colours=np.clip(colours * weave, 0.0, 1.0),
        nearer_m=np.concatenate([np.full(len(part.faces), part.nearer_m) for part in parts]),
        shirt=shirt,
        corners=CornerTable.of(faces, int(first[-1])),
    )
