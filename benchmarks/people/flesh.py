"""How does living flesh differ from skin that is simply tied to the bones?

Muscles stretch and bulge, the shoulder blades glide, fat follows gravity. Each of these is a field of displacements
over the body at rest, times an amount that follows from the pose: the skeleton, and with it the truth, stays as it is.

The amounts are judgement, held against what is commonly described and against how much outlines of real people change
from a flat to a rounded back; none is fitted to a picture of anybody:

* *Buttocks.* The gluteus maximus is stretched round the hip when it flexes and its bulge all but goes.
* *Back extensors.* Bent forward they carry the trunk. Muscles that contract thicken by a fifth to a third, which is
  several millimetres for a layer of about 3 cm; and the two columns run straight across the hollow of the back like
  a string across a bow. A slack, fully flexed back gives some of that up again.
* *Shoulder blades.* An arm that points forward, or hangs from a level trunk, draws its blade outward round the ribs,
  and the blade's inner edge stands off them by about a centimetre. The spine does not bend for that.
* *Nape.* When the head is raised against the trunk the trapezius and the skin over it bunch up and fill the angle
  that stiff skin would fold into.
* *Belly and breasts.* Soft tissue hangs towards where down is, more of it in heavier people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.body import BONE, SIDES, Body, hindmost_m
from benchmarks.people.clothes import Figure
from benchmarks.people.hair import fallen
from benchmarks.people.mesh import Points, face_normals
from benchmarks.people.sheet import taut_over
from benchmarks.people.skeleton import Skeleton, inclination_deg, swing_deg

_BUTTOCK_FLATTENING = 0.35
"""Share of the buttocks' depth behind the hip joints that is gone at 90 degrees of hip flexion."""
_BUTTOCK_HALF_HEIGHT = 0.055
"""Half the height of the buttocks, as a share of standing height (one standard deviation)."""
_BOWSTRING = 0.25
"""Share of the hollow of the back that the working back extensors fill, trunk level, average muscle."""
_THICKENING_M = 0.005
"""How much they thicken besides."""
_BLADE_OUT_M = 0.008
"""How far a blade stands off the ribs when its arm is drawn forward at a right angle."""
_BLADE_ASIDE_M = 0.015
"""How far it glides outward then."""
_NAPE_M = 0.022
"""How far the nape is filled when the head is raised 40 degrees against the upper back."""
_BELLY_M = 0.05
"""How far the belly of a very heavy person moves when down changes by 90 degrees."""
_BREAST_M = 0.03
"""The same for a woman's breasts."""


@dataclass(frozen=True, eq=False)
class _Fields:
    """Displacements (N, 3) of a figure at rest for an amount of 1."""

    buttock: dict[str, NDArray[np.float32]]
    extensors: NDArray[np.float32]
    blade: dict[str, NDArray[np.float32]]
    nape: NDArray[np.float32]
    belly: NDArray[np.float32]
    """(N,)"""
    breast: NDArray[np.float32]
    """(N,)"""


def fleshed(figure: Figure, skeleton: Skeleton) -> NDArray[np.float32]:
    """The figure at rest (N, 3), its flesh where this pose puts it."""
    fields, shape = _fields(figure), figure.body.shape
    rest = figure.points_m.astype(np.float32)
    pelvis_deg = inclination_deg(skeleton.turns[0][:, 2])
    for side in SIDES:
        thigh = skeleton.head_of(f"{side}-shank") - skeleton.head_of(f"{side}-thigh")
        flexion = math.radians(min(max(pelvis_deg + swing_deg(thigh), 0.0), 90.0))
        rest += np.float32(math.sin(flexion)) * fields.buttock[side]
        rest += np.float32(_forward_arm(skeleton, side)) * fields.blade[side]
    rest += np.float32(_work_of_extensors(skeleton) * (0.6 + 0.8 * shape.muscle)) * fields.extensors
    rest += np.float32(_raised_head(skeleton)) * fields.nape
    fat = min(max((shape.weight - 0.3) / 0.7, 0.0), 1.0)
    rest += fields.belly[:, None] * (_BELLY_M * fat * _new_down(skeleton, "L3"))
    rest += fields.breast[:, None] * (_BREAST_M * (1.0 - shape.gender) * (0.4 + fat) * _new_down(skeleton, "T8"))
    if figure.strand_m.any():
        rest += fallen(figure.strand_m, skeleton)
    return rest


def _forward_arm(skeleton: Skeleton, side: str) -> float:
    """How far an arm is drawn forward of the trunk: 0 beside or behind it, 1 at a right angle."""
    arm = skeleton.head_of(f"{side}-forearm") - skeleton.head_of(f"{side}-upper_arm")
    forward = skeleton.turns[BONE["T3"]].T @ arm / float(np.linalg.norm(arm))
    return min(max(float(forward[0]), 0.0), 1.0)


def _raised_head(skeleton: Skeleton) -> float:
    """How far the head is tipped back against the upper back: 0 not at all, 1 by 40 degrees, at most 1.5."""
    turn = skeleton.turns[BONE["T2"]].T @ skeleton.turns[BONE["head"]]
    back_deg = -math.degrees(math.atan2(turn[0, 2], turn[2, 2]))
    return min(max(back_deg / 40.0, 0.0), 1.5)


def _work_of_extensors(skeleton: Skeleton) -> float:
    """0 upright or lying, 1 when they hold a level trunk; less once the lumbar spine is far bent (they go slack)."""
    level = min(max(math.sin(math.radians(skeleton.trunk_inclination_deg())), 0.0), 1.0)
    turn = skeleton.turns[0].T @ skeleton.turns[BONE["L1"]]
    flexion_deg = math.degrees(math.atan2(turn[0, 2], turn[2, 2])) + skeleton.body.shape.lordosis_deg
    return level * (1.0 - 0.5 * min(max((flexion_deg - 20.0) / 30.0, 0.0), 1.0))


def _new_down(skeleton: Skeleton, bone: str) -> NDArray[np.float32]:
    """How the direction of gravity has changed for a bone since rest, in its rest axes (3,)."""
    down = skeleton.turns[BONE[bone]].T @ np.array([0.0, 0.0, -1.0])
    return np.asarray(down - [0.0, 0.0, -1.0], dtype=np.float32)


@lru_cache(maxsize=8)
def _fields(figure: Figure) -> _Fields:
    body, points = figure.body, figure.points_m
    normals = figure.corners.vertex_normals(face_normals(points, figure.faces))
    arms = [number for name, number in BONE.items() if name.endswith(("arm", "hand"))]
    trunk = 1.0 - figure.weights[:, arms].sum(axis=1)
    trunk *= 1.0 - figure.weights[:, [BONE["head"], BONE["neck"]]].sum(axis=1)
    dorsal = trunk * np.clip(0.3 - normals[:, 0], 0.0, 1.0)
    ventral = trunk * np.clip(normals[:, 0] + 0.3, 0.0, 1.0)
    return _Fields(
        buttock={side: _buttock(points, body, side) for side in SIDES},
        extensors=_extensors(points, body, dorsal),
        blade={side: _blade(points, normals, body, dorsal, side) for side in SIDES},
        nape=_nape(points, normals, body),
        belly=_soft(points, body, ventral, "L3", 0.0, 0.045),
        breast=_soft(points, body, ventral, "T8", 0.085, 0.03),
    )


def _bump(distance: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    bump: NDArray[np.float64] = np.exp(-0.5 * (distance / width) ** 2)
    return bump


def _buttock(points: Points, body: Body, side: str) -> NDArray[np.float32]:
    hip = body.joints_m[f"{side}-hip"]
    mine = (points[:, 1] > 0.0) == (hip[1] > 0.0)
    behind = np.where(mine, np.maximum(hip[0] - points[:, 0], 0.0), 0.0)
    level = _bump(points[:, 2] - hip[2], _BUTTOCK_HALF_HEIGHT * body.height_m)
    middle = np.clip(np.abs(points[:, 1]) / 0.03, 0.0, 1.0)
    field = np.zeros(points.shape, dtype=np.float32)
    field[:, 0] = _BUTTOCK_FLATTENING * behind * level * middle
    return field


def _extensors(points: Points, body: Body, dorsal: NDArray[np.float64]) -> NDArray[np.float32]:
    """Two columns beside the spine, from the sacrum to the lower shoulder blades."""
    low, high = float(body.heads_m[0, 2]), float(body.heads_m[BONE["T5"], 2])
    heights = np.linspace(low - 0.02, high, 24)
    profile = hindmost_m(body.vertices_m[np.abs(body.vertices_m[:, 1]) < 0.06], heights)
    hollow = taut_over(-profile[:, None])[:, 0] + profile
    depth = np.interp(points[:, 2], heights, hollow, left=0.0, right=0.0)
    l1 = float(body.heads_m[BONE["L1"], 2])
    thick = _THICKENING_M * _bump(points[:, 2] - l1, 0.045 * body.height_m)
    aside = _bump(np.maximum(np.abs(points[:, 1]) - 0.045, 0.0), 0.035)
    field = np.zeros(points.shape, dtype=np.float32)
    field[:, 0] = -(_BOWSTRING * depth + thick) * aside * dorsal
    return field


def _blade(points: Points, normals: Points, body: Body, dorsal: NDArray[np.float64], side: str) -> NDArray[np.float32]:
    outward = 1.0 if side == "left" else -1.0
    height = float(body.heads_m[BONE["T5"], 2])
    place = _bump(points[:, 2] - height, 0.05 * body.height_m) * _bump(outward * points[:, 1] - 0.095, 0.045) * dorsal
    field = normals * (_BLADE_OUT_M * place)[:, None]
    field[:, 1] += outward * _BLADE_ASIDE_M * place
    return field.astype(np.float32)


def _nape(points: Points, normals: Points, body: Body) -> NDArray[np.float32]:
    """The back of the neck and the upper edge of the trapezius."""
    neck = body.heads_m[BONE["neck"]]
    place = _bump(points[:, 2] - neck[2] - 0.015, 0.027 * body.height_m) * _bump(points[:, 1], 0.06)
    place *= np.clip(0.2 - normals[:, 0], 0.0, 1.0) * (points[:, 0] < neck[0])
    field = np.zeros(points.shape, dtype=np.float32)
    field[:, 0] = -_NAPE_M * place
    return field


def _soft(
    points: Points, body: Body, ventral: NDArray[np.float64], bone: str, aside_m: float, half_height: float
) -> NDArray[np.float32]:
    """Where soft tissue of the front is: 1 at its middle, 0 far from it."""
    centre = body.heads_m[BONE[bone]]
    place = _bump(points[:, 2] - centre[2], half_height * body.height_m) * ventral
    place *= np.clip((points[:, 0] - centre[0]) / 0.1, 0.0, 1.0)
    place *= _bump(np.abs(points[:, 1]) - aside_m, 0.045 if aside_m > 0.0 else 0.11)
    return place.astype(np.float32)
