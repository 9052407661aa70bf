"""What is the person wearing, and what does that make visible?

Garments are cut from MakeHuman's close-fitting helper mesh, smoothed and puffed out; skin below them is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.asset import load_asset
from benchmarks.people.body import BONE, BONES, SHOE_SOLE_M, Body
from benchmarks.people.hair import bun, strand_m, tail
from benchmarks.people.mesh import CornerTable, Faces, Points, border, face_normals, smoothed

Colour = tuple[float, float, float]
"""Red, green, blue in 0..1."""
Trousers = Literal["long", "leggings", "shorts"]
Hair = Literal["bald", "short", "long", "tail", "bun"]
Feet = Literal["shoes", "socks", "bare"]


@dataclass(frozen=True)
class Clothes:
    """What is worn, and its colours."""

    shirt_looseness: float = 0.25
    """0 skin-tight, 0.3 a T-shirt, 1 puffed and hanging."""
    shirt_hem_m: float = 0.0
    """The shirt ends this far above the crotch's level; below 0 it is longer. Up to 0.06."""
    tucked: bool = False
    """The shirt ends in the waistband."""
    hood: bool = False
    """A hood lies on the upper back."""
    trousers: Trousers = "long"
    trouser_looseness: float = 0.25
    """0 close, 1 wide. Leggings are always close."""
    hair: Hair = "short"
    feet: Feet = "shoes"
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
    above_hem_m: NDArray[np.float64]
    """(N,) how far above the shirt's lower end a vertex is at rest."""
    strand_m: NDArray[np.float32]
    """(N,) how much free hair lies between a vertex and its root; 0 on all that is no hair."""
    corners: CornerTable


@dataclass(frozen=True)
class _Part:
    points: Points
    weights: NDArray[np.float32]
    faces: Faces
    colour: Colour
    nearer_m: float
    strand_m: NDArray[np.float64] | None = None


_SHIRT = 3
"""The place of the shirt among the parts of a figure."""


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

    def middle_x(self, height_m: float) -> float:
        """Half way between the front and the back of the trunk at a height, near the midline."""
        near = (np.abs(self.centre[:, 2] - height_m) < 0.03) & (np.abs(self.centre[:, 1]) < 0.06)
        return float((self.centre[near, 0].min() + self.centre[near, 0].max()) / 2.0)

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
    ends = {"shorts": knee + 0.05, "long": ankle + 0.04, "leggings": ankle + 0.06}[clothes.trousers]
    loose = clothes.shirt_looseness
    wide = 0.0 if clothes.trousers == "leggings" else 0.25 + clothes.trouser_looseness

    hem = waist - 0.04 if clothes.tucked else crotch - 0.02 + min(clothes.shirt_hem_m, 0.06)
    collar = neck - 0.005 + 0.05 * np.clip((np.abs(y) - 0.04) / 0.1, 0.0, 1.0)
    shirt = tights & (z > hem) & (z < collar) & (~cut.is_arm | (cut.down_arm < 0.62))
    trousers = tights & (z < waist + 0.02) & (z > ends) & ~cut.is_arm
    shoes = skin & (z < ankle + {"shoes": 0.015, "socks": 0.04, "bare": -0.01}[clothes.feet])
    hidden = (z < waist) & (z > ends + 0.04) & ~cut.is_arm
    hidden |= (z >= crotch) & (z < neck - 0.06) & (~cut.is_arm | (cut.down_arm < 0.5))
    hidden |= z < ankle - (0.015 if clothes.feet == "bare" else 0.0)

    parts = [
        cut.part(skin & ~hidden, clothes.skin, 0, 0.0, 0.0),
        cut.part(np.char.endswith(cut.group, "eye"), (0.12, 0.09, 0.08), 0, 0.0, 0.004),
        cut.part(
            trousers, clothes.trouser, 1 + round(6 * wide), 0.002 + 0.008 * wide, 0.03 if clothes.tucked else 0.006
        ),
        _hemmed(cut.part(shirt, clothes.shirt, 2 + int(14 * loose), 0.003 + 0.012 * loose, 0.014), hem, body.height_m),
        _feet(cut, shoes, clothes),
    ]
    if clothes.hood:
        nape = tights & (np.abs(y) < 0.11) & (z > neck - 0.13) & (z < neck + 0.045) & (x < cut.middle_x(neck))
        parts.append(cut.part(nape & ~cut.is_arm, clothes.shirt, 4, 0.012 + 0.03 * loose, 0.02, edge_puff_m=0.006))
    return _assemble(body, clothes, [*parts, *_hair(cut, clothes, hidden)], hem)


def _hemmed(part: _Part, hem_m: float, height_m: float) -> _Part:
    """The shirt with its ragged lower edge cut straight, and drawn down again by what smoothing took off it."""
    edge = border(part.faces)
    edge = edge[part.points[edge, 2] < hem_m + 0.05 * height_m]
    points = part.points.copy()
    points[edge, 2] = hem_m
    return replace(part, points=points)


def _feet(cut: _Cutter, chosen: NDArray[np.bool_], clothes: Clothes) -> _Part:
    """Shoes, socks or bare feet, flat on the ground."""
    if clothes.feet == "shoes":
        part = cut.part(chosen, clothes.shoe, 30, 0.008, 0.010, keep_size=True)
    elif clothes.feet == "socks":
        part = cut.part(chosen, clothes.shoe, 4, 0.003, 0.008, keep_size=True)
    else:
        part = cut.part(chosen, clothes.skin, 0, 0.0, 0.0)
    points = part.points.copy()
    if clothes.feet == "shoes":
        points[points[:, 2] < SHOE_SOLE_M, 2] = 0.0
    else:  # every body stands as high as on soles: without them the heel's and the ball's pads reach down
        points[:, 2] -= SHOE_SOLE_M * np.clip((0.05 - points[:, 2]) / 0.03, 0.0, 1.0)
    points[:, 2] = np.maximum(points[:, 2], 0.0)
    return replace(part, points=points)


def _hair(cut: _Cutter, clothes: Clothes, hidden: NDArray[np.bool_]) -> list[_Part]:
    """What grows on the head, if anything."""
    if clothes.hair == "bald":
        return []
    x, y, z = cut.centre.T
    skin, neck = cut.group == "body", cut.height("neck")
    eye = cut.body.joints_m["left-eye"]
    behind = eye[0] - x
    hairline = np.maximum(eye[2] + 0.05 - 1.7 * np.maximum(behind - 0.07, 0.0), eye[2] - 0.085)
    scalp = skin & (z > hairline) & (np.abs(y) < 0.12) & (behind > 0.0)
    if clothes.hair == "long":  # the nape too, so that no skin shows between the strands
        scalp |= skin & (behind > 0.09) & (z > neck) & ~hidden
    close = 0.007 if clothes.hair in ("tail", "bun") else 0.013
    parts = [cut.part(scalp, clothes.hair_colour, 4, close, 0.008, edge_puff_m=0.001)]
    if clothes.hair == "long":
        bob = cut.part((cut.group == "helper-hair") & (z > neck - 0.02), clothes.hair_colour, 1, 0.002, 0.012)
        parts.append(replace(bob, strand_m=strand_m(bob.points, float(eye[2]) + 0.02)))
    elif clothes.hair in ("tail", "bun"):
        points, faces = tail(cut.body) if clothes.hair == "tail" else bun(cut.body)
        weights = np.zeros((len(points), len(BONES)), dtype=np.float32)
        weights[:, BONE["head"]] = 1.0
        free = strand_m(points, float(points[:, 2].max()) - 0.03) if clothes.hair == "tail" else None
        parts.append(_Part(points, weights, faces, clothes.hair_colour, 0.010, free))
    return parts


def _assemble(body: Body, clothes: Clothes, parts: list[_Part], hem_m: float) -> Figure:
    first = np.cumsum([0, *(len(part.points) for part in parts)])
    faces = np.concatenate([part.faces + start for part, start in zip(parts, first, strict=False)])
    colours = np.concatenate([np.tile(part.colour, (len(part.faces), 1)) for part in parts])
    weave = np.random.default_rng(len(faces)).normal(1.0, clothes.weave, (len(faces), 1))
    points = np.concatenate([part.points for part in parts])
    shirt = np.zeros(len(points), dtype=bool)
    shirt[first[_SHIRT] : first[_SHIRT + 1]] = True
    strands = [np.zeros(len(part.points)) if part.strand_m is None else part.strand_m for part in parts]
    return Figure(
        body=body,
        clothes=clothes,
        points_m=points,
        weights=np.concatenate([part.weights for part in parts]),
        faces=faces,
        colours=np.clip(colours * weave, 0.0, 1.0),
        nearer_m=np.concatenate([np.full(len(part.faces), part.nearer_m) for part in parts]),
        shirt=shirt,
        above_hem_m=points[:, 2] - hem_m,
        strand_m=np.concatenate(strands).astype(np.float32),
        corners=CornerTable.of(faces, len(points)),
    )
