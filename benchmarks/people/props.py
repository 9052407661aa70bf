"""Which solid things are in the room, and where? (What the posture needs, and what is in the way.)"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from benchmarks.people.arms import PLATE_RADIUS_M, back_point_m
from benchmarks.people.body import BONE, SIDES, Body
from benchmarks.people.camera import Camera
from benchmarks.people.clothes import Colour
from benchmarks.people.mesh import Points
from benchmarks.people.scene import Thing, ThingKind
from benchmarks.people.skeleton import Skeleton, Vector
from benchmarks.people.solids import Props, box, lump, rod
from benchmarks.people.stance import CHAIR_HEIGHT_M, Stance
from benchmarks.people.standing import step_size_m

_WOOD: Colour = (0.42, 0.30, 0.22)
_STEP: Colour = (0.62, 0.50, 0.36)
_GRIP_M = 0.08
"""From the wrist to the middle of the fist."""
_TROUSERS: Colour = (0.18, 0.19, 0.24)


def make_props(stance: Stance, body: Body) -> Props:
    """The step, table or chair of a posture (or nothing)."""
    parts: list[Props] = []
    if stance.posture == "step":
        x, height, _ = step_size_m(body, stance)
        side = 0.14 if stance.lead == "left" else -0.14
        parts.append(box((x - 0.22, side - 0.2, 0.0), (x + 0.28, side + 0.2, height), _STEP))
    if stance.posture == "high_step":
        x, height, _ = step_size_m(body, stance)
        parts.append(box((x - 0.14, -0.34, height - 0.04), (x + 0.5, 0.34, height), _STEP))
        parts += [
            box((leg_x, y, 0.0), (leg_x + 0.05, y + 0.05, height - 0.04), _WOOD)
            for leg_x in (x - 0.13, x + 0.44)
            for y in (-0.33, 0.28)
        ]
    if stance.posture == "chair":
        front, back, top = 0.16, -0.30, CHAIR_HEIGHT_M
        parts.append(box((back, -0.22, top - 0.04), (front, 0.22, top - 0.002), _WOOD))
        for x in (back, front - 0.04):
            parts += [box((x, y, 0.0), (x + 0.04, y + 0.04, top - 0.04), _WOOD) for y in (-0.21, 0.17)]
        parts.append(box((back, -0.21, top), (back + 0.03, 0.21, top + 0.42), _WOOD))
    return Props.joined(parts)


def make_things(things: tuple[Thing, ...], skeleton: Skeleton, stance: Stance, camera: Camera) -> Props:
    """Everything that is in the way, at one moment."""
    toward_y = -1.0 if camera.facing == "right" else 1.0
    return Props.joined([_MAKERS[thing.kind](thing, skeleton, stance, toward_y) for thing in things])


def _plate(thing: Thing, _skeleton: Skeleton, _stance: Stance, toward_y: float) -> Props:
    middle = np.array([thing.forward_m, toward_y * thing.nearer_m, max(thing.up_m, 0.0)])
    out = np.array([0.0, toward_y, 0.0])
    bar = rod(middle - 0.25 * out, middle + 0.14 * out, 0.025, thing.second_colour)
    return Props.joined([bar, _disc(middle, out, PLATE_RADIUS_M * thing.size, thing)])


def _disc(middle: Vector, out: Vector, radius_m: float, thing: Thing) -> Props:
    rim = rod(middle - 0.025 * out, middle + 0.025 * out, radius_m, thing.colour)
    lighter: Colour = (
        min(thing.colour[0] + 0.10, 1.0),
        min(thing.colour[1] + 0.10, 1.0),
        min(thing.colour[2] + 0.10, 1),
    )
    return Props.joined([rim, rod(middle + 0.02 * out, middle + 0.035 * out, 0.45 * radius_m, lighter)])


def _fists(skeleton: Skeleton) -> tuple[Vector, Vector]:
    """The middle of each closed hand, left and right (3,)."""
    left, right = (
        skeleton.head_of(f"{side}-hand")
        + _GRIP_M * _direction(skeleton.head_of(f"{side}-hand") - skeleton.head_of(f"{side}-forearm"))
        for side in SIDES
    )
    return left, right


def _direction(vector: Vector) -> Vector:
    unit: Vector = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return unit


def _barbell(thing: Thing, skeleton: Skeleton, _stance: Stance, _toward_y: float) -> Props:
    left, right = _fists(skeleton)
    middle, out = (left + right) / 2.0, _direction((left - right) * [1.0, 1.0, 0.0])
    radius = PLATE_RADIUS_M * thing.size
    middle[2] = max(middle[2], radius)
    half_m = max(0.62, float(np.linalg.norm(left - right)) / 2.0 + 0.2)
    parts = [rod(middle - (half_m + 0.18) * out, middle + (half_m + 0.18) * out, 0.016, thing.second_colour)]
    parts += [_disc(middle + sign * half_m * out, sign * out, radius, thing) for sign in (-1.0, 1.0)]
    return Props.joined(parts)


def _dumbbells(thing: Thing, skeleton: Skeleton, _stance: Stance, _toward_y: float) -> Props:
    parts = []
    out = np.array([0.0, 1.0, 0.0])
    for fist in _fists(skeleton):
        parts.append(rod(fist - 0.12 * out, fist + 0.12 * out, 0.016, thing.second_colour))
        parts += [
            rod(fist + sign * 0.07 * out, fist + sign * 0.15 * out, 0.07 * thing.size, thing.colour)
            for sign in (-1.0, 1.0)
        ]
    return Props.joined(parts)


def _post(thing: Thing, _skeleton: Skeleton, _stance: Stance, toward_y: float) -> Props:
    half, y = 0.035 * thing.size, toward_y * thing.nearer_m
    return box((thing.forward_m - half, y - half, 0.0), (thing.forward_m + half, y + half, 2.3), thing.colour)


def _table(thing: Thing, _skeleton: Skeleton, _stance: Stance, toward_y: float) -> Props:
    x, y, height = thing.forward_m, toward_y * thing.nearer_m, 0.72 * thing.size
    top = box((x - 0.55, y - 0.05, height - 0.035), (x + 0.55, y + 0.05, height), thing.colour)
    legs = [
        box((leg, y - 0.03, 0.0), (leg + 0.05, y + 0.03, height - 0.035), thing.colour) for leg in (x - 0.53, x + 0.48)
    ]
    panel = box((x - 0.48, y - 0.01, 0.35 * height), (x + 0.48, y + 0.01, height - 0.035), thing.second_colour)
    return Props.joined([top, panel, *legs])


def _block(thing: Thing, _skeleton: Skeleton, _stance: Stance, toward_y: float) -> Props:
    x, y, half = thing.forward_m, toward_y * thing.nearer_m, 0.24 * thing.size
    return box((x - half, y - 0.12, 0.0), (x + half, y + 0.12, 0.42 * thing.size), thing.colour)


def _chair_back(thing: Thing, skeleton: Skeleton, _stance: Stance, _toward_y: float) -> Props:
    hip_z = float(skeleton.middle_of("thigh")[2])
    low, high = hip_z + 0.03, hip_z + 0.03 + 0.45 * thing.size
    levels = [
        skeleton.carried(bone, back_point_m(skeleton.body, bone, 0.012)) for bone in ("L5", "L3", "T12", "T8", "T5")
    ]
    touched = [float(point[0]) for point in levels if low - 0.1 < point[2] < high + 0.1] or [float(levels[0][0])]
    x = min(touched)
    board = box((x - 0.035, -0.21, low), (x, 0.21, high), thing.colour)
    posts = [box((x - 0.035, y, 0.0), (x - 0.005, y + 0.03, low), thing.colour) for y in (-0.21, 0.18)]
    return Props.joined([board, *posts])


def _person(thing: Thing, _skeleton: Skeleton, _stance: Stance, toward_y: float) -> Props:
    x, y, tall = thing.forward_m, toward_y * thing.nearer_m, 1.72 * thing.size
    upright = np.eye(3)
    parts = [
        rod(np.array([x + dx, y + dy, 0.0]), np.array([x + dx, y + dy, 0.50 * tall]), 0.055, _TROUSERS, 0.085)
        for dx, dy in ((0.05, 0.09), (-0.05, -0.09))
    ]
    parts += [
        rod(np.array([x + dx, y + dy, 0.80 * tall]), np.array([x + 1.6 * dx, y + dy, 0.48 * tall]), 0.05, colour, 0.035)
        for dx, dy, colour in ((0.02, 0.22, thing.colour), (0.10, -0.22, thing.second_colour))
    ]
    parts.append(lump(np.array([x, y, 0.66 * tall]), upright, (0.125, 0.20, 0.19 * tall), thing.colour, 0.7))
    parts.append(rod(np.array([x, y, 0.82 * tall]), np.array([x, y, 0.90 * tall]), 0.055, thing.second_colour))
    parts.append(lump(np.array([x + 0.02, y, 0.93 * tall]), upright, (0.10, 0.08, 0.12), thing.second_colour))
    return Props.joined(parts)


def _limb(thing: Thing, _skeleton: Skeleton, _stance: Stance, toward_y: float) -> Props:
    angle = math.radians(thing.turn_deg)
    along = np.array([math.cos(angle), 0.0, math.sin(angle)])
    start = np.array([thing.forward_m, toward_y * thing.nearer_m, thing.up_m])
    elbow, wrist, tips = (start + step * thing.size * along for step in (0.34, 0.60, 0.78))
    return Props.joined(
        [
            rod(start, elbow, 0.06 * thing.size, thing.colour, 0.045 * thing.size),
            rod(elbow, wrist, 0.043 * thing.size, thing.second_colour, 0.030 * thing.size),
            rod(wrist, tips, 0.042 * thing.size, thing.second_colour, 0.02 * thing.size),
        ]
    )


def _bag(thing: Thing, skeleton: Skeleton, _stance: Stance, _toward_y: float) -> Props:
    size = thing.size
    centre = skeleton.carried("T9", back_point_m(skeleton.body, "T9", 0.075 * size) - np.array([0.0, 0.0, 0.02]))
    turn = skeleton.turns[BONE["T9"]]
    return lump(centre, turn, (0.10 * size, 0.15 * size, 0.23 * size), thing.colour, 0.55)


def _strap(thing: Thing, skeleton: Skeleton, stance: Stance, _toward_y: float) -> Props:
    toes = skeleton.carried(f"{stance.lead}-foot", skeleton.body.joints_m[f"{stance.lead}-foot"])
    ankle = skeleton.head_of(f"{stance.lead}-foot")
    ball: Points = toes + 0.25 * (toes - ankle)
    return Props.joined([rod(fist, ball, 0.012 * thing.size, thing.colour) for fist in _fists(skeleton)])


_MAKERS: dict[ThingKind, Callable[[Thing, Skeleton, Stance, float], Props]] = {
    "plate": _plate,
    "barbell": _barbell,
    "dumbbells": _dumbbells,
    "post": _post,
    "table": _table,
    "box": _block,
    "chair_back": _chair_back,
    "person": _person,
    "limb": _limb,
    "bag": _bag,
    "strap": _strap,
}
