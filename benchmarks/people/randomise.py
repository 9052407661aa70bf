"""Who else could be in the picture? (Deterministic random bodies, clothes, rooms, cameras and clips.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.people.body import BodyShape, Side
from benchmarks.people.camera import Camera, Facing
from benchmarks.people.clips import ClipSpec
from benchmarks.people.clothes import Clothes, Colour
from benchmarks.people.framing import framed
from benchmarks.people.motion import Motion, go, still
from benchmarks.people.poses import Arms, Pose, Posture, Stance
from benchmarks.people.scene import Scene

_SKINS: tuple[Colour, ...] = (
    (0.80, 0.62, 0.52),
    (0.50, 0.36, 0.29),
    (0.86, 0.70, 0.62),
    (0.36, 0.25, 0.20),
    (0.70, 0.52, 0.40),
)
_HAIRS: tuple[Colour, ...] = ((0.20, 0.15, 0.12), (0.10, 0.10, 0.10), (0.50, 0.40, 0.28), (0.60, 0.58, 0.56))
_DETAILS: tuple[tuple[str, float], ...] = (
    ("torso/torso-scale-depth", 0.6),
    ("torso/torso-scale-vert", 0.5),
    ("torso/torso-vshape", 0.6),
    ("torso/torso-muscle-dorsi", 0.7),
    ("torso/torso-muscle-pectoral", 0.5),
    ("buttocks/buttocks-volume", 0.9),
    ("pelvis/bulge", 0.4),
    ("stomach/stomach-tone", 0.7),
    ("hip/hip-scale-depth", 0.5),
    ("neck/neck-back-scale-depth", 0.6),
    ("torso/measure-waist-circ", 0.4),
    ("torso/measure-napetowaist-dist", 0.5),
)
_DETAIL_PAIRS: tuple[tuple[str, str, str, float], ...] = (
    ("torso/torso-trans", "forward", "backward", 0.5),
    ("hip/hip-trans", "forward", "backward", 0.5),
    ("neck/neck-trans", "forward", "backward", 0.6),
    ("stomach/stomach-navel", "in", "out", 0.6),
)
_POSTURE_NUMBER: dict[Posture, int] = {"standing": 0, "step": 1, "chair": 2, "floor": 3, "lying": 4}


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
    for name, spread in _DETAILS:
        value = float(np.clip(rng.normal(0.0, spread / 1.5), -spread, spread))
        details.append((f"{name}-incr" if value > 0.0 else f"{name}-decr", abs(value)))
    for name, plus, minus, spread in _DETAIL_PAIRS:
        value = float(np.clip(rng.normal(0.0, spread / 1.5), -spread, spread))
        details.append((f"{name}-{plus}" if value > 0.0 else f"{name}-{minus}", abs(value)))
    ancestries: tuple[Literal["african", "asian", "caucasian"], ...] = ("african", "asian", "caucasian")
    return BodyShape(
        gender=float(rng.uniform(0.0, 0.2) if woman else rng.uniform(0.8, 1.0)),
        muscle=float(rng.uniform(0.2, 1.0)),
        weight=float(np.clip(rng.normal(0.52, 0.2), 0.1, 1.0)),
        height=float(rng.uniform(0.1, 0.9)),
        proportions=float(rng.uniform(0.2, 1.0)),
        age=float(rng.choice([0.0, rng.uniform(0.0, 0.8)])),
        ancestry=ancestries[int(rng.integers(3))],
        details=tuple(details),
        lordosis_deg=float(np.clip(rng.normal(0.0, 6.0), -14.0, 14.0)),
        kyphosis_deg=float(np.clip(rng.normal(0.0, 5.0), -11.0, 11.0)),
    )


def _clothes(rng: np.random.Generator) -> Clothes:
    def dye() -> Colour:
        red, green, blue = np.clip(rng.uniform(0.05, 0.85) * rng.uniform(0.7, 1.3, 3), 0.03, 0.95).tolist()
        return (red, green, blue)

    return Clothes(
        shirt_looseness=float(rng.choice([0.02, 0.15, rng.uniform(0.2, 0.5), rng.uniform(0.5, 1.0)])),
        trousers="shorts" if rng.random() < 0.4 else "long",
        hair="long" if rng.random() < 0.35 else "short",
        skin=_SKINS[int(rng.integers(len(_SKINS)))],
        shirt=dye(),
        trouser=dye(),
        shoe=dye(),
        hair_colour=_HAIRS[int(rng.integers(len(_HAIRS)))],
    )


def random_scene(seed: int) -> Scene:
    """The room, light and sensor of a seed."""
    rng = np.random.default_rng((seed, 12))
    wall = rng.uniform(0.3, 0.92) * rng.uniform(0.92, 1.04, 3)
    floor = rng.uniform(0.2, 0.75) * np.array([1.1, 0.95, 0.8]) * rng.uniform(0.9, 1.1, 3)
    return Scene(
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


def _colour(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Colour:
    red, green, blue = np.clip(values, 0.02, 0.97).tolist()
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
    rng = np.random.default_rng((seed, _POSTURE_NUMBER[posture], 14))
    who = person or Person.random(seed)
    eye = camera or random_camera(seed)
    lead: Side = eye.near_side
    goal_deg = {"standing": 75.0, "step": 50.0, "chair": 45.0, "floor": 45.0, "lying": 0.0}[posture]
    lean = trunk_inclination_deg if trunk_inclination_deg is not None else goal_deg + float(rng.uniform(-12.0, 12.0))
    knee = knee_deg if knee_deg is not None else float(abs(rng.normal(4.0, 5.0)))
    reaching: tuple[Arms, ...] = ("reach", "shins", "hang") if posture == "standing" else ("reach", "shins", "thighs")
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
            other_knee_deg=90.0 if posture == "chair" else 4.0,
            arms="hang" if posture == "standing" else "thighs",
        )
        neck = float(rng.uniform(-15.0, 20.0))
        deep = go(
            slow,
            trunk_inclination_deg=lean,
            lumbar_deg=lumbar_deg,
            thoracic_deg=thoracic_deg,
            neck_deg=neck,
            arms=hands,
        )
        back = go(slow, trunk_inclination_deg=0.0, lumbar_deg=0.0, thoracic_deg=0.0, neck_deg=0.0, arms=rest.arms)
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
