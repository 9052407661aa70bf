"""Which people, in which poses and in front of which cameras, should a spine reading learn from and be tested on?

Single stills, each independent of every other one: `random_still`. The truth is relative to the person's own standing
posture, also when they sit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmarks.people.body import SIDES, Side, make_body
from benchmarks.people.camera import Camera, Facing, View
from benchmarks.people.clips import ClipSpec
from benchmarks.people.hindrances import random_things
from benchmarks.people.motion import Motion
from benchmarks.people.poses import POSTURES, SEATED, Arms, Pose, Posture, Stance, neutral_pelvis_deg, solve
from benchmarks.people.randomise import Person, random_scene
from benchmarks.people.scene import Scene
from benchmarks.people.skeleton import inclination_deg, swing_deg
from benchmarks.people.truth import JOINT_NAMES, joint_positions

Kind = Literal["neutral", "bent"]

LUMBAR_RANGE_DEG = (-12.0, 58.0)
THORACIC_RANGE_DEG = (-5.0, 42.0)
TOTAL_RANGE_DEG = (-10.0, 85.0)
TRUNK_PX = (50.0, 200.0)
"""Mid-hip to mid-shoulder in a picture of 640 x 480; other sizes in proportion to their height."""
_FLESH_M = 0.13
"""How far head, hands and feet reach beyond the joints (for framing)."""
_MOST_HIP_FLEXION_DEG = 128.0
_HARD_SHARE = 0.45
_THINGS_SHARE = 0.25
_NEUTRAL_LUMBAR_DEG: dict[Posture, float] = {"floor": 25.0, "floor_one_leg": 20.0, "chair": 15.0}
"""Who sits as tall as they can still gives up to so much of the lumbar curve: tight hamstrings hold the pelvis."""
_UPRIGHT_ARMS: tuple[Arms, ...] = ("hang", "hips", "thighs", "bar", "overhead", "across")
_UPRIGHT_ODDS = np.array([0.50, 0.16, 0.12, 0.12, 0.05, 0.05])
_SEATED_TALL_ARMS: tuple[Arms, ...] = ("thighs", "mat", "hips", "hang", "strap", "overhead")
_SEATED_TALL_ODDS = np.array([0.35, 0.25, 0.10, 0.10, 0.15, 0.05])
_BENT_ARMS: tuple[Arms, ...] = (
    "hang", "reach", "shins", "thighs", "hips", "bar", "behind_thigh", "across", "overhead", "strap", "mat"
)  # fmt: skip
_BENT_ODDS = np.array([0.21, 0.17, 0.13, 0.14, 0.08, 0.11, 0.03, 0.05, 0.02, 0.04, 0.02])


@dataclass(frozen=True)
class _Limits:
    """What a trunk and its pelvis can do in a posture, in degrees; the pelvis against its tilt when standing."""

    lean_deg: tuple[float, float] = (15.0, 100.0)
    pelvis_deg: tuple[float, float] = (-24.0, 108.0)
    knee_deg: float = 90.0


_LIMITS: dict[Posture, _Limits] = {
    "step": _Limits((10.0, 95.0), (-24.0, 85.0), 55.0),
    "high_step": _Limits((5.0, 75.0), (-30.0, 48.0), 45.0),
    "single_leg": _Limits((15.0, 100.0), (-20.0, 100.0), 40.0),
    "crossed": _Limits((15.0, 100.0), (-20.0, 108.0), 15.0),
    "half_kneeling": _Limits((0.0, 85.0), (-28.0, 68.0), 35.0),
    "chair": _Limits((-10.0, 60.0), (-48.0, 45.0), 45.0),
    "floor": _Limits((-10.0, 60.0), (-48.0, 42.0), 45.0),
    "floor_one_leg": _Limits((-10.0, 60.0), (-48.0, 42.0), 45.0),
}
_STANDING = _Limits()


def random_still(
    seed: int,
    person: Person,
    *,
    kind: Kind,
    posture: Posture = "standing",
    size_px: tuple[int, int] = (640, 480),
) -> ClipSpec:
    """One independent still of a person: pose, limbs, camera, room, things and sensor all follow from the seed.

    `kind="neutral"`: upright, as a person is who was asked to stand or sit tall. `kind="bent"`: anywhere in a
    forward bend, with a total flexion close to uniform between -10 and 85 degrees. Lying has the same spine for both
    kinds, close to neutral. The motion has a single pose, so `Studio(spec).frame(0.0)` is the still. The same
    arguments give the same bytes.
    """
    rng = np.random.default_rng((seed, POSTURES.index(posture), int(kind == "bent"), 15))
    stance = _stance(rng, posture)
    tall = kind == "neutral" or posture == "lying"
    pose = _legs(rng, stance, _neutral(rng, posture) if tall else _bent(rng, stance), tall=tall)
    camera = _camera(rng)
    scene = _scene(rng, person)
    if rng.random() < _THINGS_SHARE:
        things, pose = random_things(rng, stance, pose)
        scene = replace(scene, things=things)
    if not tall:
        pose = possible(person, stance, pose)
    spec = ClipSpec(
        motion=Motion.of(pose),
        body=person.body,
        clothes=person.clothes,
        camera=camera,
        scene=scene,
        stance=stance,
        width_px=size_px[0],
        height_px=size_px[1],
        sway_deg=0.0,
        seed=seed,
    )
    return replace(spec, camera=aimed(rng, spec))


def _stance(rng: np.random.Generator, posture: Posture) -> Stance:
    """Which leg leads, and feet that are never quite where they should be."""
    sides: tuple[Side, Side] = ("left", "right")
    lead, busy = sides[int(rng.integers(2))], sides[int(rng.integers(2))]
    stance = Stance(posture, lead=lead, busy_arm=busy)
    draw, wide = float(rng.random()), float(rng.normal(3.0, 3.0))
    if posture == "standing":
        ahead_m = 0.0 if draw < 0.4 else 0.2 * (draw - 0.4)
        return replace(stance, spread_deg=min(max(wide, -0.5), 12.0), stagger_m=ahead_m)
    if posture == "staggered":
        return replace(stance, stagger_m=0.25 + 0.45 * draw)
    if posture == "wide":
        return replace(stance, spread_deg=14.0 + 14.0 * draw)
    if posture == "step":
        return replace(stance, step_height_m=0.18 + 0.30 * draw, step_forward_m=0.5 + 0.18 * float(rng.random()))
    return stance


def _scene(rng: np.random.Generator, person: Person) -> Scene:
    """Any room and sensor; now and then the wall is as bright as the shirt."""
    scene = random_scene(int(rng.integers(2**31)), hard=bool(rng.random() < _HARD_SHARE))
    if rng.random() < 0.12:
        red, green, blue = (float(np.clip(part * rng.uniform(0.85, 1.2), 0.03, 0.95)) for part in person.clothes.shirt)
        scene = replace(scene, wall=(red, green, blue))
    return scene


def _neutral(rng: np.random.Generator, posture: Posture) -> Pose:
    """As tall as the person can."""
    given_up_deg = _NEUTRAL_LUMBAR_DEG.get(posture)
    lumbar = rng.normal(0.0, 3.0) if given_up_deg is None else rng.uniform(0.0, given_up_deg)
    arms, odds = (_SEATED_TALL_ARMS, _SEATED_TALL_ODDS) if posture in SEATED else (_UPRIGHT_ARMS, _UPRIGHT_ODDS)
    return Pose(
        trunk_inclination_deg=float(rng.normal(2.0, 4.0)),
        lumbar_deg=float(lumbar),
        thoracic_deg=float(rng.normal(0.0, 3.0)),
        neck_deg=float(rng.normal(0.0, 8.0)),
        knee_deg=float(abs(rng.normal(0.0, 6.0))),
        other_knee_deg=float(abs(rng.normal(0.0, 6.0))),
        arms=arms[int(rng.choice(len(arms), p=odds))],
    )


def _bent(rng: np.random.Generator, stance: Stance) -> Pose:
    """Somewhere in a bend: the flexion is drawn first, then a lean that a pelvis can do with it."""
    lumbar, thoracic = flexion(rng)
    limits = _LIMITS.get(stance.posture, _STANDING)
    pose = Pose(
        lumbar_deg=lumbar,
        thoracic_deg=thoracic,
        neck_deg=float(rng.uniform(-30.0, 40.0)),
        knee_deg=min(_knee(rng), limits.knee_deg),
        other_knee_deg=min(_knee(rng), limits.knee_deg),
        arms=_BENT_ARMS[int(rng.choice(len(_BENT_ARMS), p=_BENT_ODDS))],
    )
    for _ in range(60):
        lean = rng.uniform(*limits.lean_deg)
        if limits is _STANDING and rng.random() < 0.05:
            lean = rng.uniform(100.0, 130.0)
        pose = replace(pose, trunk_inclination_deg=float(lean))
        pelvis_deg = lean - _chord_turn_deg(lumbar, thoracic)
        if limits.pelvis_deg[0] <= pelvis_deg <= limits.pelvis_deg[1]:
            break
    return pose


def possible(person: Person, stance: Stance, pose: Pose) -> Pose:
    """The pose with less lean where a hip would have to flex more than hips do. The spine stays as it is."""
    body = make_body(person.body)
    for _ in range(3):
        skeleton = solve(body, stance, pose)
        pelvis_deg = inclination_deg(skeleton.turns[0][:, 2]) - neutral_pelvis_deg(body)
        sides: tuple[Side, ...] = (stance.lead,) if stance.posture == "floor_one_leg" else SIDES
        thighs = [skeleton.head_of(f"{side}-shank") - skeleton.head_of(f"{side}-thigh") for side in sides]
        excess_deg = pelvis_deg + max(swing_deg(thigh) for thigh in thighs) - _MOST_HIP_FLEXION_DEG
        if excess_deg <= 0.0:
            break
        pose = replace(pose, trunk_inclination_deg=pose.trunk_inclination_deg - excess_deg - 0.5)
    return pose


def _chord_turn_deg(lumbar_deg: float, thoracic_deg: float) -> float:
    """How much further forward the line hip to shoulder leans than the pelvis, for small and large bends alike."""
    return 0.72 * lumbar_deg + 0.30 * thoracic_deg


def flexion(rng: np.random.Generator, total_deg: tuple[float, float] = TOTAL_RANGE_DEG) -> tuple[float, float]:
    """Lumbar and thoracic flexion whose sum is uniform: half in the usual proportion, half in any possible one."""
    total = rng.uniform(*total_deg)
    low = max(THORACIC_RANGE_DEG[0], total - LUMBAR_RANGE_DEG[1])
    high = min(THORACIC_RANGE_DEG[1], total - LUMBAR_RANGE_DEG[0])
    usual = total * rng.uniform(0.15, 0.5) + rng.normal(0.0, 3.0)
    thoracic = float(np.clip(usual, low, high)) if rng.random() < 0.5 else float(rng.uniform(low, high))
    return float(total - thoracic), thoracic


def _knee(rng: np.random.Generator) -> float:
    """Mostly nearly straight, sometimes a squat."""
    return float(rng.uniform(0.0, 35.0) if rng.random() < 0.85 else rng.uniform(35.0, 90.0))


def _legs(rng: np.random.Generator, stance: Stance, pose: Pose, *, tall: bool) -> Pose:
    """The knees that a posture needs."""
    draw = float(rng.random())
    if stance.posture == "chair":
        return replace(pose, other_knee_deg=75.0 + 30.0 * draw)
    if stance.posture == "half_kneeling":
        return replace(pose, other_knee_deg=85.0 + 30.0 * draw)
    if stance.posture == "single_leg":
        # A rear leg that goes back in line with an upright trunk would go into the floor: it bends.
        lift_deg = float(np.interp(pose.trunk_inclination_deg, [0.0, 40.0, 60.0], [70.0, 25.0, 0.0]))
        return replace(pose, knee_deg=pose.knee_deg + 6.0, other_knee_deg=lift_deg + 12.0 * draw)
    if stance.posture == "lying":
        straight = rng.random() < 0.5
        hands: Arms = "mat" if draw < 0.5 else "behind_thigh"
        return replace(
            pose,
            leg_raise_deg=float(rng.uniform(25.0, 95.0)),
            other_knee_deg=5.0 if straight else 80.0,
            arms="strap" if draw > 0.85 else hands,
        )
    if not tall and stance.posture == "standing" and draw < 0.06:  # a squat
        return replace(pose, knee_deg=float(rng.uniform(60.0, 100.0)))
    return pose


def _camera(rng: np.random.Generator) -> Camera:
    """Mostly from the side, as people are asked to place it; sometimes rather badly."""
    facings: tuple[Facing, Facing] = ("left", "right")
    draw = rng.random()
    if draw < 0.65:
        yaw = np.clip(rng.normal(0.0, 9.0), -30.0, 30.0)
    elif draw < 0.95:
        yaw = rng.uniform(-30.0, 30.0)
    else:
        yaw = rng.choice([-1.0, 1.0]) * rng.uniform(30.0, 45.0)
    return Camera(
        facing=facings[int(rng.integers(2))],
        yaw_deg=float(yaw),
        height_m=float(rng.uniform(0.25, 1.7)),
        fov_deg=float(rng.uniform(30.0, 62.0)),
        roll_deg=float(np.clip(rng.normal(0.0, 2.0), -8.0, 8.0)),
        barrel_frac=float(rng.uniform(-0.02, 0.10) if rng.random() < 0.5 else 0.0),
    )


#: No joint is nearer to a camera, and nobody further away from one; where that came out, one so far away is used.
_NEAREST_M = 0.25
_FURTHEST_M = 40.0
_AWAY_M = 6.0


def aimed(rng: np.random.Generator, spec: ClipSpec) -> Camera:
    """The camera moved so that the trunk has a random size and the person a random place in the picture."""
    body = make_body(spec.body)
    joints = joint_positions(solve(body, spec.stance, spec.motion.at(0.0).pose))
    size = np.array([spec.width_px, spec.height_px], dtype=np.float64)
    low_px, high_px = TRUNK_PX  # large rather than small
    goal_px = low_px * (high_px / low_px) ** float(rng.random() ** 0.75) * spec.height_px / 480.0
    cropped = bool(rng.random() < 0.12)
    fill = float(rng.uniform(1.0, 1.3) if cropped else rng.uniform(0.75, 0.97))
    place = rng.uniform(-1.0, 1.0, 2)
    trunk = [JOINT_NAMES.index(f"{side}_{joint}") for joint in ("hip", "shoulder") for side in ("left", "right")]
    camera = spec.camera
    for _ in range(4):
        view = View.of(camera, spec.width_px, spec.height_px)
        pixels = view.project(joints)
        m_per_px = camera.distance_m / view.focal_px
        low, high = pixels.min(axis=0) - _FLESH_M / m_per_px, pixels.max(axis=0) + _FLESH_M / m_per_px
        chord_px = float(np.linalg.norm((pixels[trunk[:2]] - pixels[trunk[2:]]).mean(axis=0)))
        grow = min(goal_px / max(chord_px, 1e-6), fill / float(((high - low) / size).max()))
        middle = pixels[trunk].mean(axis=0) if cropped else (low + high) / 2.0
        room = np.maximum(size - (high - low) * grow, 0.0) / 2.0
        off = middle - (size / 2.0 + place * room * 0.9)
        camera = replace(
            camera,
            aim_forward_m=camera.aim_forward_m + float(off[0]) * m_per_px * float(np.sign(view.axes[0, 0])),
            aim_height_m=camera.aim_height_m - float(off[1]) * m_per_px,
            distance_m=max(1.2, camera.distance_m / grow),
        )
    view = View.of(camera, spec.width_px, spec.height_px)
    if float(((joints - view.position_m) @ view.axes[2]).min()) < _NEAREST_M or camera.distance_m > _FURTHEST_M:
        # With some of the body behind it on the way, a camera goes anywhere, once to 700 km.
        return replace(spec.camera, distance_m=_AWAY_M)
    return camera
