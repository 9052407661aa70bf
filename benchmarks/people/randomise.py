"""Who else could be in the picture? (Deterministic random bodies, clothes, rooms, cameras and clips.)"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmarks.people.body import BodyShape, Side
from benchmarks.people.camera import Camera, Facing
from benchmarks.people.clips import ClipSpec
from benchmarks.people.clothes import Clothes, Colour, Feet, Hair, Trousers
from benchmarks.people.framing import framed
from benchmarks.people.motion import Motion, go, still
from benchmarks.people.poses import POSTURES, Arms, Pose, Posture, Stance
from benchmarks.people.scene import Pattern, Scene

_SKINS: tuple[Colour, ...] = (
    (0.80, 0.62, 0.52),
    (0.50, 0.36, 0.29),
    (0.86, 0.70, 0.62),
    (0.36, 0.25, 0.20),
    (0.70, 0.52, 0.40),
)
_HAIRS: tuple[Colour, ...] = ((0.20, 0.15, 0.12), (0.10, 0.10, 0.10), (0.50, 0.40, 0.28), (0.60, 0.58, 0.56))
_DETAILS: tuple[tuple[str, float, float], ...] = (
    ("torso/torso-scale-depth", 0.0, 0.6),
    ("torso/torso-scale-vert", 0.0, 0.5),
    ("torso/torso-vshape", 0.0, 0.6),
    ("torso/torso-muscle-dorsi", 0.0, 0.7),
    ("torso/torso-muscle-pectoral", 0.0, 0.5),
    ("torso/measure-bust-circ", 0.0, 0.5),
    ("buttocks/buttocks-volume", 0.35, 0.9),
    ("pelvis/bulge", 0.0, 0.4),
    ("pelvis/pelvis-tone", 0.0, 0.5),
    ("stomach/stomach-tone", 0.0, 0.8),
    ("hip/hip-scale-depth", 0.0, 0.7),
    ("legs/l-upperleg-scale-depth", 0.0, 0.5),
    ("legs/r-upperleg-scale-depth", 0.0, 0.5),
    ("neck/neck-back-scale-depth", 0.0, 0.8),
    ("torso/measure-waist-circ", 0.0, 0.5),
    ("torso/measure-napetowaist-dist", 0.0, 0.5),
)
"""How far MakeHuman's sliders are moved: their mean, and how far from it at most. Both thighs get the same value.

The mesh's own buttocks are flat beside those of people who train (judgement).
"""
_DETAIL_PAIRS: tuple[tuple[str, str, str, float], ...] = (
    ("torso/torso-trans", "forward", "backward", 0.5),
    ("hip/hip-trans", "forward", "backward", 0.5),
    ("neck/neck-trans", "forward", "backward", 0.6),
    ("stomach/stomach-navel", "in", "out", 0.6),
)
_LORDOSIS_SD_DEG = 7.5
_KYPHOSIS_SD_DEG = 6.5
_HOLLOW_AND_ROUND = 0.45
"""Spread of standing lordosis and kyphosis between healthy adults: published values lie around 9 to 12 degrees each
(recalled, not read again), of which the mesh's own shapes bring a part. Who has much of one tends to have much of the
other: the head must end up over the hips."""
_DEPTH_DEG: dict[Posture, float] = {
    "standing": 75.0,
    "step": 50.0,
    "chair": 45.0,
    "floor": 45.0,
    "lying": 0.0,
    "high_step": 35.0,
    "staggered": 65.0,
    "wide": 75.0,
    "single_leg": 78.0,
    "crossed": 70.0,
    "half_kneeling": 50.0,
    "floor_one_leg": 40.0,
}
"""How far the trunk leans at the depth of each stretch."""
_OTHER_KNEE_DEG: dict[Posture, float] = {"chair": 90.0, "half_kneeling": 95.0, "single_leg": 60.0}
_STANDING: tuple[Posture, ...] = ("standing", "staggered", "wide", "crossed")


@dataclass(frozen=True)
class Person:
    """A body and what it wears."""

    body: BodyShape
    clothes: Clothes

    @classmethod
    def random(cls, seed: int) -> Person:
        """The person of a seed; the same seed gives the same person."""
        rng = np.random.default_rng((seed, 11))
        return cls(_body(rng), _clothes(rng))


def _body(rng: np.random.Generator) -> BodyShape:
    woman = rng.random() < 0.5
    details: list[tuple[str, float]] = []
    value = 0.0
    for name, mean, spread in _DETAILS:
        if not name.startswith("legs/r-"):
            value = float(np.clip(mean + np.clip(rng.normal(0.0, spread / 1.5), -spread, spread), -1.0, 1.0))
        details.append((f"{name}-incr" if value > 0.0 else f"{name}-decr", abs(value)))
    for name, plus, minus, spread in _DETAIL_PAIRS:
        value = float(np.clip(rng.normal(0.0, spread / 1.5), -spread, spread))
        details.append((f"{name}-{plus}" if value > 0.0 else f"{name}-{minus}", abs(value)))
    ancestries: tuple[Literal["african", "asian", "caucasian"], ...] = ("african", "asian", "caucasian")
    hollow = float(rng.normal())
    rounded = _HOLLOW_AND_ROUND * hollow + math.sqrt(1.0 - _HOLLOW_AND_ROUND**2) * float(rng.normal())
    return BodyShape(
        gender=float(rng.uniform(0.0, 0.2) if woman else rng.uniform(0.8, 1.0)),
        muscle=float(rng.uniform(0.2, 1.0)),
        weight=float(np.clip(rng.normal(0.52, 0.2), 0.1, 1.0)),
        height=float(np.clip(rng.normal(0.49, 0.06), 0.33, 0.66)),
        proportions=float(rng.uniform(0.2, 1.0)),
        age=float(rng.choice([0.0, rng.uniform(0.0, 0.8)])),
        ancestry=ancestries[int(rng.integers(3))],
        details=tuple(details),
        lordosis_deg=float(np.clip(_LORDOSIS_SD_DEG * hollow, -18.0, 18.0)),
        kyphosis_deg=float(np.clip(_KYPHOSIS_SD_DEG * rounded, -16.0, 16.0)),
        lumbar_low_share=float(np.clip(rng.normal(0.5, 0.15), 0.15, 0.85)),
        thoracic_low_share=float(np.clip(rng.normal(0.5, 0.15), 0.15, 0.85)),
        head_forward_m=float(np.clip(rng.normal(0.008, 0.015), -0.02, 0.05)),
    )


def _clothes(rng: np.random.Generator) -> Clothes:
    def dye() -> Colour:
        red, green, blue = np.clip(rng.uniform(0.05, 0.85) * rng.uniform(0.7, 1.3, 3), 0.03, 0.95).tolist()
        return (red, green, blue)

    cuts: tuple[Trousers, ...] = ("long", "long", "leggings", "shorts", "shorts")
    styles: tuple[Hair, ...] = ("short", "short", "short", "bald", "long", "tail", "bun")
    feet: tuple[Feet, ...] = ("shoes", "shoes", "socks", "bare")
    loose = float(
        rng.choice([rng.uniform(0.0, 0.08), rng.uniform(0.1, 0.3), rng.uniform(0.2, 0.5), rng.uniform(0.5, 1)])
    )
    return Clothes(
        shirt_looseness=loose,
        shirt_hem_m=float(rng.uniform(-0.05, 0.05)),
        tucked=bool(rng.random() < 0.12),
        hood=bool(loose > 0.2 and rng.random() < 0.2),
        trousers=cuts[int(rng.integers(len(cuts)))],
        trouser_looseness=float(rng.uniform(0.0, 1.0)),
        hair=styles[int(rng.integers(len(styles)))],
        feet=feet[int(rng.integers(len(feet)))],
        skin=_SKINS[int(rng.integers(len(_SKINS)))],
        shirt=dye(),
        trouser=dye(),
        shoe=dye(),
        hair_colour=_HAIRS[int(rng.integers(len(_HAIRS)))],
    )


def random_scene(seed: int, *, hard: bool = False) -> Scene:
    """The room, light and sensor of a seed. Hard: busy walls, bad light and cheap cameras."""
    rng = np.random.default_rng((seed, 12))
    wall = rng.uniform(0.3, 0.92) * rng.uniform(0.92, 1.04, 3)
    floor = rng.uniform(0.2, 0.75) * np.array([1.1, 0.95, 0.8]) * rng.uniform(0.9, 1.1, 3)
    scene = Scene(
        wall=_colour(wall),
        floor=_colour(floor),
        boards=bool(rng.random() < 0.6),
        furniture=int(rng.integers(0, 6)),
        light_from_deg=float(rng.uniform(-60.0, 60.0)),
        ambient=float(rng.uniform(0.35, 0.7)),
        exposure=float(rng.uniform(0.75, 1.1)),
        gamma=float(rng.uniform(0.8, 1.3)),
        noise=float(rng.uniform(0.5, 6.0)),
        defocus_px=float(rng.uniform(0.3, 1.2)),
        seed=seed,
    )
    return _spoilt(scene, rng) if hard else scene


def _spoilt(scene: Scene, rng: np.random.Generator) -> Scene:
    """Each fault alone is common; all of them at once are rare."""

    def sometimes(chance: float, low: float, high: float, otherwise: float) -> float:
        value = float(rng.uniform(low, high))
        return value if rng.random() < chance else otherwise

    patterns: tuple[Pattern, ...] = ("plain", "stripes", "bricks", "panels", "gym", "gym")
    wall, floor = rng.uniform(0.06, 0.95, 3), rng.uniform(0.06, 0.8, 3)
    grey = rng.uniform(0.4, 1.0)
    window = sometimes(0.28, 0.2, 0.95, 0.0)
    dim = sometimes(0.22, 0.25, 0.65, 1.0)
    warmth = float(rng.normal(0.0, 0.09))
    return replace(
        scene,
        wall=_colour(grey * wall.mean() + (1.0 - grey) * wall),
        floor=_colour(grey * floor.mean() + (1.0 - grey) * floor),
        pattern=patterns[int(rng.integers(len(patterns)))],
        clutter=int(rng.integers(0, 7)),
        mat=_colour(rng.uniform(0.1, 0.8, 3)) if rng.random() < 0.3 else None,
        window_frac=window,
        backlight_frac=sometimes(0.5, 0.1, 0.75, 0.0) if window > 0.0 else sometimes(0.08, 0.1, 0.6, 0.0),
        light_from_deg=float(rng.uniform(-110.0, 110.0)),
        light_level=dim * float(rng.uniform(0.85, 1.25)),
        tint=_colour(np.array([1.0 + warmth, 1.0 + rng.normal(0.0, 0.04), 1.0 - warmth]), high=1.3),
        vignette_frac=sometimes(0.4, 0.1, 0.6, 0.0),
        gamma=float(np.exp(rng.normal(0.0, 0.22))),
        noise=float(rng.uniform(5.0, 18.0) if dim < 1.0 else rng.uniform(0.5, 8.0)),
        defocus_px=float(rng.uniform(0.3, 1.8)),
        smear_px=sometimes(0.18, 2.0, 9.0, 0.0),
        smear_deg=float(rng.uniform(0.0, 180.0)),
        shrink_frac=sometimes(0.35, 0.28, 0.85, 1.0),
        jpeg_quality=int(rng.uniform(15.0, 96.0)) if rng.random() < 0.65 else None,
    )


def random_camera(seed: int, yaw_sd_deg: float = 8.0) -> Camera:
    """The camera of a seed, not framed yet."""
    rng = np.random.default_rng((seed, 13))
    facings: tuple[Facing, Facing] = ("left", "right")
    return Camera(
        facing=facings[int(rng.integers(2))],
        yaw_deg=float(np.clip(rng.normal(0.0, yaw_sd_deg), -35.0, 35.0)),
        height_m=float(rng.uniform(0.5, 1.6)),
        fov_deg=float(rng.uniform(32.0, 50.0)),
        roll_deg=float(np.clip(rng.normal(0.0, 1.2), -4.0, 4.0)),
    )


def _colour(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], high: float = 0.97) -> Colour:
    red, green, blue = np.clip(values, 0.02, high).tolist()
    return (red, green, blue)


def random_clip(
    seed: int,
    *,
    posture: Posture = "standing",
    lumbar_deg: float = 0.0,
    thoracic_deg: float = 0.0,
    trunk_inclination_deg: float | None = None,
    knee_deg: float | None = None,
    arms: Arms | None = None,
    person: Person | None = None,
    scene: Scene | None = None,
    camera: Camera | None = None,
    fps: float = 30.0,
    size_px: tuple[int, int] = (640, 480),
    fill: float = 0.86,
) -> ClipSpec:
    """A clip of about 5 s: neutral, into the stretch, hold, back. What is not given follows from the seed.

    The flexions are reached at the depth of the stretch and are 0 at the start (0 throughout when lying).
    """
    rng = np.random.default_rng((seed, POSTURES.index(posture), 14))
    who = person or Person.random(seed)
    eye = camera or random_camera(seed)
    lead: Side = eye.near_side
    goal_deg = _DEPTH_DEG[posture]
    lean = trunk_inclination_deg if trunk_inclination_deg is not None else goal_deg + float(rng.uniform(-12.0, 12.0))
    knee = knee_deg if knee_deg is not None else float(abs(rng.normal(4.0, 5.0)))
    reaching: tuple[Arms, ...] = ("reach", "shins", "hang") if posture in _STANDING else ("reach", "shins", "thighs")
    hands = arms or reaching[int(rng.integers(len(reaching)))]
    slow = float(rng.uniform(1.3, 2.0))
    if posture == "lying":
        raised = trunk_inclination_deg if trunk_inclination_deg is not None else float(rng.uniform(60.0, 88.0))
        rest = Pose(knee_deg=70.0, other_knee_deg=80.0, leg_raise_deg=50.0, arms="mat")
        deep = go(slow, leg_raise_deg=raised, knee_deg=knee, arms=arms or "behind_thigh")
        back = go(slow, leg_raise_deg=rest.leg_raise_deg, knee_deg=rest.knee_deg, arms=rest.arms)
    else:
        rest = Pose(
            knee_deg=knee,
            other_knee_deg=_OTHER_KNEE_DEG.get(posture, 4.0),
            arms="hang" if posture in (*_STANDING, "single_leg") else "thighs",
        )
        neck = float(rng.uniform(-15.0, 20.0))
        deep = go(
            slow,
            trunk_inclination_deg=lean,
            lumbar_deg=lumbar_deg,
            thoracic_deg=thoracic_deg,
            neck_deg=neck,
            other_knee_deg=6.0 if posture == "single_leg" else rest.other_knee_deg,
            arms="hang" if posture == "single_leg" and arms is None else hands,
        )
        back = go(
            slow,
            trunk_inclination_deg=0.0,
            lumbar_deg=0.0,
            thoracic_deg=0.0,
            neck_deg=0.0,
            other_knee_deg=rest.other_knee_deg,
            arms=rest.arms,
        )
    spec = ClipSpec(
        motion=Motion.of(rest, still(0.5), deep, still(1.2), back, still(0.3)),
        body=who.body,
        clothes=who.clothes,
        camera=eye,
        scene=scene or random_scene(seed),
        stance=Stance(posture=posture, lead=lead),
        fps=fps,
        width_px=size_px[0],
        height_px=size_px[1],
        seed=seed,
    )
    return framed(spec, fill)
