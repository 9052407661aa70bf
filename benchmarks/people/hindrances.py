"""What might be in the way of a camera, in a posture?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.people.clothes import Colour
from benchmarks.people.scene import Thing, ThingKind
from benchmarks.people.stance import SEATED, Pose, Stance

_LOW: tuple[ThingKind, ...] = ("post", "person", "limb", "bag", "chair_back", "table", "strap", "box")
_LOW_ODDS = np.array([0.16, 0.24, 0.12, 0.06, 0.20, 0.04, 0.12, 0.06])
_HIGH: tuple[ThingKind, ...] = ("plate", "barbell", "dumbbells", "post", "table", "box", "person", "limb", "bag")
_HIGH_ODDS = np.array([0.14, 0.20, 0.12, 0.12, 0.08, 0.08, 0.14, 0.08, 0.04])
_SKINS: tuple[Colour, ...] = ((0.80, 0.62, 0.52), (0.50, 0.36, 0.29), (0.36, 0.25, 0.20), (0.70, 0.52, 0.40))
_HELD: frozenset[ThingKind] = frozenset({"barbell", "dumbbells"})
_PLATE_HEIGHTS_M = (0.23, 0.50, 0.92)
"""Before the shins, the knees or the hips."""


def random_things(rng: np.random.Generator, stance: Stance, pose: Pose) -> tuple[tuple[Thing, ...], Pose]:
    """One or two things, and the pose with the hands where the things need them."""
    low = stance.posture in SEATED or stance.posture in ("lying", "half_kneeling")
    kinds, odds = (_LOW, _LOW_ODDS) if low else (_HIGH, _HIGH_ODDS)
    things: list[Thing] = []
    for _ in range(2 if rng.random() < 0.2 else 1):
        kind = kinds[int(rng.choice(len(kinds), p=odds))]
        if kind == "chair_back" and not (stance.posture in SEATED and abs(pose.trunk_inclination_deg) < 25.0):
            kind = "person"
        if any(kind == thing.kind or {kind, thing.kind} <= _HELD for thing in things):
            continue
        things.append(_thing(rng, kind, low=low))
        if kind in _HELD:
            pose = replace(pose, arms="bar")
        elif kind == "strap":
            pose = replace(pose, arms="strap")
    return tuple(things), pose


def _thing(rng: np.random.Generator, kind: ThingKind, *, low: bool) -> Thing:
    grey = np.full(3, rng.uniform(0.04, 0.35)) * rng.uniform(0.8, 1.2, 3)
    bright = rng.uniform(0.08, 0.9) * rng.uniform(0.6, 1.3, 3)
    metal = np.full(3, rng.uniform(0.3, 0.8))
    skin = _SKINS[int(rng.integers(len(_SKINS)))]
    forward = float(rng.uniform(-0.45, 0.75))
    if kind in ("plate", "barbell", "dumbbells"):
        colour = grey if rng.random() < 0.7 else bright
        height = _PLATE_HEIGHTS_M[int(rng.integers(3))] + float(rng.normal(0.0, 0.06))
        size = float(rng.uniform(0.55, 1.05))
        return Thing(kind, forward, height, float(rng.uniform(0.4, 0.7)), size, 0.0, _colour(colour), _colour(metal))
    if kind == "person":
        behind = rng.random() < 0.7
        away = float(-rng.uniform(0.45, 1.2) if behind else rng.uniform(0.45, 0.8))
        beside = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.0))
        at = forward if behind else beside
        return Thing(kind, at, 0.0, away, float(rng.uniform(0.85, 1.1)), 0.0, _colour(bright), skin)
    if kind == "limb":
        height, turn = float(rng.uniform(0.2, 0.6) if low else rng.uniform(0.5, 1.3)), float(rng.uniform(-180.0, 180.0))
        return Thing(kind, forward, height, float(rng.uniform(0.3, 0.5)), 1.0, turn, _colour(bright), skin)
    if kind in ("post", "table", "box"):
        return Thing(
            kind, forward, 0.0, float(rng.uniform(0.45, 0.8)), float(rng.uniform(0.7, 1.3)), 0.0, _colour(bright),
            _colour(bright * 0.8),
        )  # fmt: skip
    return Thing(kind, size=float(rng.uniform(0.75, 1.2)), colour=_colour(bright), second_colour=_colour(metal))


def _colour(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Colour:
    red, green, blue = np.clip(values, 0.02, 0.97).tolist()
    return (red, green, blue)
