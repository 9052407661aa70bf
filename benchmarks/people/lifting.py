"""What do people look like who lift weights? (Pictures of deadlifts and their kin: bar, dumbbells, free hands.)

They are drawn because most films of people who bend forward show them, and because they look different from people who
stretch: leaner, the head raised, the shoulders drawn by what hangs from the hands, knees and hips bent together. How
different was seen on a few silhouettes of real people; nothing is fitted to any one of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.people.clips import ClipSpec
from benchmarks.people.motion import Motion
from benchmarks.people.population import Kind, aimed, flexion, possible, random_still
from benchmarks.people.poses import Arms, Pose
from benchmarks.people.randomise import Person
from benchmarks.people.scene import Thing, ThingKind

_ARMS: tuple[Arms, ...] = ("bar", "hang", "thighs", "shins")
_ARMS_ODDS = np.array([0.55, 0.30, 0.09, 0.06])
_LOADED_SHARE = 0.5
"""How often a hand that holds a bar holds one that is seen."""
_FLAT_SHARE = 0.5
_FLAT_DEG = (-10.0, 22.0)
"""Half of the lifts are done with a back that is flat or nearly so, the others with any."""
_LEAN_DEG = (25.0, 100.0)
_KNEE_DEG = (8.0, 90.0)
_NECK_DEG = (-85.0, -10.0)
"""Lifters look ahead of them or into a mirror."""
_SLIM_NECK = "neck/neck-scale-depth"


def random_lifter(seed: int) -> Person:
    """The lifter of a seed: anybody of `Person.random`, but younger, neither thin nor heavy, in clothes to train in."""
    rng = np.random.default_rng((seed, 21))
    person = Person.random(seed)
    slim = float(np.clip(rng.normal(0.6, 0.3), 0.0, 1.0))
    body = replace(
        person.body,
        weight=float(rng.uniform(0.25, 0.62)),
        muscle=float(rng.uniform(0.2, 0.9)),
        age=min(person.body.age, 0.35),
        head_forward_m=person.body.head_forward_m - 0.012,
        neck_low_share=float(rng.uniform(0.55, 0.85)),
        details=(*person.body.details, (f"{_SLIM_NECK}-decr", slim)),
    )
    loose = float(rng.choice([rng.uniform(0.0, 0.08), rng.uniform(0.0, 0.35)]))
    return Person(body, replace(person.clothes, shirt_looseness=loose, hood=False))


def random_lift(seed: int, person: Person, *, kind: Kind) -> ClipSpec:
    """One independent still of a lifter, upright or in a bend; see `random_still`."""
    spec = random_still(seed, person, kind=kind, posture="standing")
    if kind == "neutral":
        return spec
    rng = np.random.default_rng((seed, 22))
    lumbar, thoracic = flexion(rng, _FLAT_DEG) if rng.random() < _FLAT_SHARE else flexion(rng)
    knee = float(rng.uniform(*_KNEE_DEG))
    pose = Pose(
        trunk_inclination_deg=float(rng.uniform(*_LEAN_DEG)),
        lumbar_deg=lumbar,
        thoracic_deg=thoracic,
        neck_deg=float(rng.uniform(*_NECK_DEG)),
        knee_deg=knee,
        other_knee_deg=knee,
        arms=_ARMS[int(rng.choice(len(_ARMS), p=_ARMS_ODDS))],
        shoulders_forward_deg=float(rng.uniform(5.0, 16.0)),
        shoulders_down_deg=float(rng.uniform(0.0, 12.0)),
    )
    things = (_weight(rng),) if pose.arms == "bar" and rng.random() < _LOADED_SHARE else ()
    yaw_deg = float(np.clip(rng.normal(0.0, 8.0), -25.0, 25.0))
    spec = replace(
        spec,
        motion=Motion.of(possible(person, spec.stance, pose)),
        scene=replace(spec.scene, things=things),
        camera=replace(spec.camera, yaw_deg=yaw_deg),
    )
    return replace(spec, camera=aimed(rng, spec))


def _weight(rng: np.random.Generator) -> Thing:
    kind: ThingKind = "barbell" if rng.random() < 0.7 else "dumbbells"
    grey = float(rng.uniform(0.04, 0.3))
    return Thing(kind, size=float(rng.uniform(0.55, 1.0)), colour=(grey, grey, grey))
