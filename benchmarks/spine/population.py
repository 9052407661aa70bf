"""Which synthetic people are drawn, in which positions, and who is kept apart from training?

A person belongs to one split only, decided by their seed, so that no body is ever in two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from benchmarks.people import ClipSpec, Motion, Person, Posture, Thing, random_lift, random_lifter, random_still

Split = Literal["train", "lifters", "tune", "unseen", "hindered", "unseen lifters"]
Kind = Literal["neutral", "bent"]

#: First seed of each split. "tune" decides when training stops and sets scale and spread; "unseen" is only scored.
#: "lifters" are further people to learn from. "hindered" are pictures of people that should not be judged at all.
FIRST_SEED: Final[dict[Split, int]] = {
    "train": 100_000,
    "lifters": 150_000,
    "tune": 200_000,
    "unseen": 300_000,
    "hindered": 400_000,
    "unseen lifters": 500_000,
}

#: Those of whose pictures the whole silhouette is kept, to judge them as a session would.
SCORED: Final[tuple[Split, ...]] = ("unseen", "hindered", "unseen lifters")

#: What is drawn of each person: posture, upright or bent, how many pictures.
PLAN: Final[tuple[tuple[Posture, Kind, int], ...]] = (
    ("standing", "neutral", 3),
    ("standing", "bent", 13),
    ("step", "bent", 3),
    ("high_step", "bent", 1),
    ("staggered", "bent", 2),
    ("wide", "bent", 1),
    ("single_leg", "bent", 1),
    ("crossed", "bent", 1),
    ("half_kneeling", "bent", 1),
    ("floor", "neutral", 2),
    ("floor", "bent", 6),
    ("floor_one_leg", "bent", 2),
    ("chair", "neutral", 1),
    ("chair", "bent", 3),
)

#: What is drawn of people to learn from beyond the first `FULL_PEOPLE`: a third of the pictures. Another person
#: teaches more than another picture of one who is known, and costs the same.
FULL_PEOPLE: Final = 1500
THIN_PLAN: Final[tuple[tuple[Posture, Kind, int], ...]] = (
    ("standing", "neutral", 2),
    ("standing", "bent", 6),
    ("step", "bent", 1),
    ("staggered", "bent", 1),
    ("floor", "neutral", 1),
    ("floor", "bent", 2),
    ("chair", "bent", 1),
)

#: What is drawn of each lifter.
LIFTER_PLAN: Final[tuple[tuple[Kind, int], ...]] = (("neutral", 2), ("bent", 12))

#: What makes a picture of "hindered" unfit, and how many there are of each for one person.
HINDRANCES: Final = ("oblique", "plate over the hips", "arm across the back")
_HINDERED_EACH: Final = 4
_HEAD_DOWN_SHARE: Final = 0.5
_RAISED_NECK_DEG: Final = (-60.0, -20.0)


@dataclass(frozen=True)
class Wanted:
    """One picture to be drawn."""

    posture: Posture
    kind: Kind
    spec: ClipSpec


def seeds(split: Split, people: int) -> list[int]:
    """The seeds of the first `people` people of a split."""
    return list(range(FIRST_SEED[split], FIRST_SEED[split] + people))


def split_of(seed: int) -> Split:
    """To which split the person of a seed belongs."""
    return max((split for split in FIRST_SEED if FIRST_SEED[split] <= seed), key=FIRST_SEED.__getitem__)


def pictures_of(seed: int) -> list[Wanted]:
    """Every picture that is drawn of the person of a seed."""
    split = split_of(seed)
    if split in ("lifters", "unseen lifters"):
        lifter = random_lifter(seed)
        all_kinds = [kind for kind, count in LIFTER_PLAN for _ in range(count)]
        return [
            Wanted("standing", kind, random_lift(seed * 100 + number, lifter, kind=kind))
            for number, kind in enumerate(all_kinds)
        ]
    person = Person.random(seed)
    if split == "hindered":
        return [
            Wanted("standing", "bent", _hindered(seed * 100 + number, person, HINDRANCES[number // _HINDERED_EACH]))
            for number in range(len(HINDRANCES) * _HINDERED_EACH)
        ]
    thin = split == "train" and seed >= FIRST_SEED["train"] + FULL_PEOPLE
    kinds = [(posture, kind) for posture, kind, count in (THIN_PLAN if thin else PLAN) for _ in range(count)]
    wanted = [
        Wanted(posture, kind, random_still(seed * 100 + number, person, kind=kind, posture=posture))
        for number, (posture, kind) in enumerate(kinds)
    ]
    return [_looking_up(one) for one in wanted] if thin else wanted


def _looking_up(wanted: Wanted) -> Wanted:
    """Every second bend with the head raised, as many people hold it who look at a mirror or ahead of them."""
    rng = np.random.default_rng((wanted.spec.seed, 17))
    if wanted.kind == "neutral" or rng.random() < _HEAD_DOWN_SHARE:
        return wanted
    pose = replace(wanted.spec.motion.keys[0][1], neck_deg=float(rng.uniform(*_RAISED_NECK_DEG)))
    return replace(wanted, spec=replace(wanted.spec, motion=Motion.of(pose)))


def hindrance(number: int) -> str:
    """Which of `HINDRANCES` the picture of this number shows."""
    return HINDRANCES[number // _HINDERED_EACH]


def _hindered(seed: int, person: Person, what: str) -> ClipSpec:
    rng = np.random.default_rng((seed, 16))
    spec = random_still(seed, person, kind="bent", posture="standing")
    pose = spec.motion.keys[0][1]
    scene = replace(spec.scene, things=())
    if what == "oblique":
        yaw_deg = float(rng.choice([-1.0, 1.0]) * rng.uniform(36.0, 60.0))
        return replace(spec, scene=scene, camera=replace(spec.camera, yaw_deg=yaw_deg))
    if what == "plate over the hips":
        plate = Thing("plate", forward_m=float(rng.uniform(-0.3, 0.05)), up_m=float(rng.uniform(0.75, 0.95)))
        return replace(spec, scene=replace(scene, things=(plate,)), motion=Motion.of(replace(pose, arms="hang")))
    return replace(spec, scene=scene, motion=Motion.of(replace(pose, arms="across")))
