"""What does this person's body look like, and where are its joints?

Axes everywhere in this package: x forward, y to the person's left, z up; metres; the floor is z = 0.
A turn about +y tips the top of a segment forward, which is the positive direction of every sagittal angle.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.asset import Asset, load_asset

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
SHOE_SOLE_M = 0.012

LUMBAR = ("L5", "L4", "L3", "L2", "L1")
THORACIC = ("T12", "T11", "T10", "T9", "T8", "T7", "T6", "T5", "T4", "T3", "T2", "T1")
VERTEBRAE = LUMBAR + THORACIC
LUMBAR_SHARE = np.array([17.0, 16.0, 15.0, 14.0, 12.0]) / 74.0
"""Share of lumbar flexion in the joint under L5, L4, .. L1."""
THORACIC_SHARE = np.array([12.0, 12.0, 9.0, 6.0, 6.0, 6.0, 5.0, 4.0, 4.0, 4.0, 4.0, 4.0]) / 76.0
"""Share of thoracic flexion in the joint under T12, T11, .. T1.

Both follow the representative ranges of sagittal motion of White and Panjabi (1990, Clinical Biomechanics of the
Spine), used as proportions only: recalled values, not read again for this file.
"""

BONES = (
    "pelvis",
    *VERTEBRAE,
    "neck",
    "head",
    *(
        f"{side}-{bone}"
        for side in SIDES
        for bone in ("clavicle", "upper_arm", "forearm", "hand", "thigh", "shank", "foot")
    ),
)
BONE = {name: number for number, name in enumerate(BONES)}

# Heights of the spine's joints between the hip joints (0) and the joint C7/T1 (1).
_SACRUM, _T12_L1, _T1_T2 = 0.17, 0.49, 0.97
_SPINE_DEPTH = 0.034
"""Depth of the vertebral joints under the skin of the back, as a share of standing height."""
_OWN_SHARE = 3.0
"""How strongly `lumbar_low_share` and `thoracic_low_share` count (judgement): at 1 the lowest joint of a region does
e^3 = 20 times as much against the highest as in an average person, at 0.7 it does 3.3 times as much."""
_RIB_SLOPE = 0.25
"""The belly and the sternum follow vertebrae that lie higher than themselves: metres up per metre forward."""


@dataclass(frozen=True)
class BodyShape:
    """The knobs of a body. All in 0..1 unless said otherwise; 0.5 is average.

    `lordosis_deg` and `kyphosis_deg` bend the *standing* spine (+ more lordosis, + more kyphosis). They are how this
    person is built, so they do not count as flexion.
    """

    gender: float = 1.0
    """0 female, 1 male."""
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    proportions: float = 0.6
    """0 uncommon, 1 ideal."""
    age: float = 0.0
    """0 young adult, 1 old."""
    ancestry: Literal["african", "asian", "caucasian"] = "caucasian"
    details: tuple[tuple[str, float], ...] = ()
    """More MakeHuman targets, such as ("stomach/stomach-tone-decr", 0.5)."""
    lordosis_deg: float = 0.0
    kyphosis_deg: float = 0.0
    lumbar_low_share: float = 0.5
    """Where the lumbar spine likes to bend: 0 at its upper joints, 1 at its lower ones, 0.5 as published ranges say."""
    thoracic_low_share: float = 0.5
    """The same for the thoracic spine."""
    head_forward_m: float = 0.0
    """How far the head is carried in front of where the mesh has it."""
    neck_low_share: float = 0.5
    """How much of the neck's bending happens at its base, C7/T1; the rest is done under the head."""


def flexion_shares(shape: BodyShape) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Somebody's own share of flexion in the joints under L5 .. L1 (5,) and T12 .. T1 (12,); each adds up to 1."""
    return (
        _own_shares(LUMBAR_SHARE, shape.lumbar_low_share),
        _own_shares(THORACIC_SHARE, shape.thoracic_low_share),
    )


def _own_shares(average: NDArray[np.float64], low_share: float) -> NDArray[np.float64]:
    lowness = np.linspace(0.5, -0.5, len(average))
    own = average * np.exp(_OWN_SHARE * 2.0 * (low_share - 0.5) * lowness)
    shares: NDArray[np.float64] = own / own.sum()
    return shares


@dataclass(frozen=True, eq=False)
class Body:
    """A body at rest: standing, arms held away, spine neutral. `V` vertices, `B` bones in the order of `BONES`.

    Bodies are cached, so their arrays are read-only.
    """

    shape: BodyShape
    vertices_m: NDArray[np.float64]
    """(V, 3)"""
    weights: NDArray[np.float32]
    """(V, B) how much each bone moves each vertex; rows add up to 1."""
    joints_m: dict[str, NDArray[np.float64]]
    """Joint positions (3,): "left-hip", "left-knee", .. "neck", "head"."""
    heads_m: NDArray[np.float64]
    """(B, 3) the point each bone turns about."""

    @property
    def height_m(self) -> float:
        """Standing height on shoes."""
        return float(self.vertices_m[:, 2].max())


@lru_cache(maxsize=16)
def make_body(shape: BodyShape) -> Body:
    """Build the body of a shape; the same shape gives the same body."""
    asset = load_asset()
    vertices = morphed(asset, shape)
    skin = np.unique(asset.faces[asset.face_group == "body"])
    vertices[:, 2] += SHOE_SOLE_M - vertices[skin, 2].min()
    vertices[:, 0] += shape.head_forward_m * _carried_with_head(asset, vertices)
    joints = {name: vertices[index].mean(axis=0) for name, index in asset.joints.items()}
    spine = spine_joints(vertices[skin], joints)
    weights, heads = skin_weights(asset, vertices, spine), bone_heads(joints, spine)
    for array in (vertices, weights, heads, *joints.values()):
        array.setflags(write=False)
    return Body(shape=shape, vertices_m=vertices, weights=weights, joints_m=joints, heads_m=heads)


def morphed(asset: Asset, shape: BodyShape) -> NDArray[np.float64]:
    """The base mesh with the morph targets of a shape added. (V, 3)"""
    vertices = asset.vertices_m.copy()
    for name, share in _target_shares(shape):
        if share > 0.0:
            index, delta = asset.targets[name]
            vertices[index] += share * delta
    return vertices


def _carried_with_head(asset: Asset, vertices_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V,) 0 up to the base of the neck, 1 from the head's joint upwards."""
    neck, head = (vertices_m[asset.joints[name], 2].mean() for name in ("neck", "head"))
    arms = sum(asset.weights[f"{side}-{bone}"] for side in SIDES for bone in ("clavicle", "upper_arm"))
    share = np.clip((vertices_m[:, 2] - neck + 0.02) / (head - neck + 0.02), 0.0, 1.0)
    carried: NDArray[np.float64] = share * share * (3.0 - 2.0 * share) * (1.0 - np.minimum(arms, 1.0))
    return carried


def _thirds(value: float, names: tuple[str, str, str]) -> list[tuple[str, float]]:
    """Split 0..1 into shares of a low, a middle and a high target."""
    shares = (max(0.0, 1.0 - 2.0 * value), 1.0 - abs(2.0 * value - 1.0), max(0.0, 2.0 * value - 1.0))
    return list(zip(names, shares, strict=True))


def _target_shares(shape: BodyShape) -> list[tuple[str, float]]:
    shares: list[tuple[str, float]] = []
    ages = (("young", 1.0 - shape.age), ("old", shape.age))
    muscles = _thirds(shape.muscle, ("minmuscle", "averagemuscle", "maxmuscle"))
    weights = _thirds(shape.weight, ("minweight", "averageweight", "maxweight"))
    tall = "max" if shape.height > 0.5 else "min"
    built = "ideal" if shape.proportions > 0.5 else "uncommon"
    for gender, of_gender in (("male", shape.gender), ("female", 1.0 - shape.gender)):
        shares += [(f"macrodetails/{shape.ancestry}-{gender}-{age}", of_gender * part) for age, part in ages]
        for (muscle, of_muscle), (weight, of_weight) in itertools.product(muscles, weights):
            part = of_gender * of_muscle * of_weight
            stem = f"{gender}-young-{muscle}-{weight}"
            shares += [
                (f"macrodetails/universal-{gender}-{age}-{muscle}-{weight}", part * of_age) for age, of_age in ages
            ]
            shares += [
                (f"macrodetails/height/{stem}-{tall}height", part * abs(2.0 * shape.height - 1.0)),
                (
                    f"macrodetails/proportions/{stem}-{built}proportions",
                    part * abs(2.0 * shape.proportions - 1.0),
                ),
            ]
    return [*shares, *shape.details]


def spine_joints(skin_m: NDArray[np.float64], joints: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The joints under L5, L4, .. T1, then C7/T1. (18, 3)

    Their heights are fixed shares of the way from the hip joints to the neck. They lie a fixed depth under the skin of
    the back (a cubic through its midline), because that is where vertebral bodies are: the back's skin then
    stretches little when the spine bends.
    """
    low = float(joints["left-hip"][2])
    high = float(joints["neck"][2])
    lumbar = np.linspace(_SACRUM, _T12_L1, len(LUMBAR), endpoint=False)
    heights = low + (high - low) * np.concatenate([lumbar, np.linspace(_T12_L1, _T1_T2, len(THORACIC)), [1.0]])
    levels = np.linspace(low + 0.1 * (high - low), low + 0.95 * (high - low), 24)
    back = hindmost_m(skin_m[np.abs(skin_m[:, 1]) < 0.02], levels)
    curve = np.polynomial.Polynomial.fit(levels, back, 3)
    depth = _SPINE_DEPTH * float(skin_m[:, 2].max())
    return np.stack([curve(heights) + depth, np.zeros_like(heights), heights], axis=1)


def hindmost_m(points_m: NDArray[np.float64], levels_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """The hindmost x (L,) of points (N, 3) within 2 cm of each height (L,); farther where a big mesh has none there."""
    away = np.abs(points_m[:, 2] - levels_m[:, None])
    near = away < np.maximum(0.02, away.min(axis=1, keepdims=True) + 1e-6)
    hindmost: NDArray[np.float64] = np.where(near, points_m[:, 0], np.inf).min(axis=1)
    return hindmost


def skin_weights(asset: Asset, vertices_m: NDArray[np.float64], spine_m: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weights (V, B): the source rig's, with its five spine bones replaced by seventeen vertebrae.

    A vertex of the trunk follows the two vertebrae nearest to its own height, so the back bends as one smooth curve.
    """
    weights = np.zeros((len(vertices_m), len(BONES)), dtype=np.float32)
    for name, column in asset.weights.items():
        if name != "spine":
            weights[:, BONE[name]] += column
    heights = spine_m[:, 2]
    in_front = np.maximum(vertices_m[:, 0] - np.interp(vertices_m[:, 2], heights, spine_m[:, 0]), 0.0)
    level = vertices_m[:, 2] + _RIB_SLOPE * in_front
    centres = np.concatenate([[heights[0] - 0.5 * (heights[1] - heights[0])], (heights[:-1] + heights[1:]) / 2.0])
    place = np.interp(level, centres, np.arange(len(centres)))
    lower = np.minimum(place.astype(int), len(centres) - 2)
    rows, spine = np.arange(len(vertices_m)), asset.weights["spine"]
    weights[rows, lower] += spine * (1.0 - (place - lower))
    weights[rows, lower + 1] += spine * (place - lower)
    total: NDArray[np.float32] = weights.sum(axis=1, keepdims=True)
    share: NDArray[np.float32] = (weights / np.maximum(total, 1e-6)).astype(np.float32)
    return share


def bone_heads(joints: dict[str, NDArray[np.float64]], spine_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(B, 3) the joint each bone turns about."""
    heads = {
        "pelvis": (joints["left-hip"] + joints["right-hip"]) / 2.0,
        "neck": spine_m[-1],
        "head": joints["head"],
    }
    heads |= dict(zip(VERTEBRAE, spine_m, strict=False))
    limbs = {"clavicle": "clavicle", "upper_arm": "shoulder", "forearm": "elbow", "hand": "wrist"}
    limbs |= {"thigh": "hip", "shank": "knee", "foot": "ankle"}
    heads |= {f"{side}-{bone}": joints[f"{side}-{joint}"] for side in SIDES for bone, joint in limbs.items()}
    return np.stack([heads[bone] for bone in BONES])
