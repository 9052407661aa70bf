"""People with a limit of their own, and raters who know it more or less: does a search find it, and know when it cannot?

Each draw is a group of people who bend again and again. What is drawn for it: how they bend (quickly or slowly, held or
not), how round they get, how far the reading of the back is off (by person, and wandering), spells in which the back is
hidden, where each person's own limit lies around the planted one, how exactly raters set their edges, whether they mark
the moment or the whole bend, and how many of their labels are the opposite of what they saw. Nothing here is shared
with the people whom the tests draw, and no number of the search was chosen on them.

What no search should believe is drawn as well (`NONSENSE`): labels that have nothing to do with the back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.calibration import Calibrations
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import QUANTITY_NAMES, Floats
from posecheck.tunables import Profile
from posecheck.tuning.clips import Clip
from posecheck.tuning.evidence import MIN_FIT, numbers_of, weigh
from posecheck.tuning.labels import Interval, Labels, Truth
from posecheck.tuning.objective import read_objective
from posecheck.tuning.search import Found, search
from posecheck.tuning.space import axes
from posecheck.tuning.track import Sight, Track

FOLD: Final = load_stretch("standing_forward_fold")
RULE: Final = "spine_rounding"
LIMIT: Final = f"{RULE}.limit_deg"
#: Frames a second: enough for a dwell of 0.7 s, and quick.
FPS: Final = 8.0
#: The limits that are tried: the default's 35 among them, three degrees apart.
STEP_DEG: Final = 3
AXIS: Final = f"{LIMIT}=17:59:{STEP_DEG}"
#: A limit counts as found within this of the planted one.
NEAR_DEG: Final = 3.0

#: What `tuning.min_fit_kappa` might ask for.
FITS: Final = (0.0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)

Nonsense: TypeAlias = Literal["coin", "rare", "by person", "other clip", "any time"]
#: Labels that say nothing of the back: a coin for each bend; one bend in five; one person always broken and the next one
#: never; those of somebody else's clip; stretches of time wherever they fall.
NONSENSE: Final[tuple[Nonsense, ...]] = ("coin", "rare", "by person", "other clip", "any time")


@dataclass(frozen=True, slots=True)
class World:
    """What a group is drawn from."""

    people: int = 8
    limit_deg: float | None = None
    """Beyond which the raters call a back rounded; None: drawn for each group, well away from the default's 35."""
    own_sd_deg: float = 2.0
    """How far each person's own limit lies from it (standard deviation)."""
    flipped_frac: float = 0.05
    """So many bends are labelled as the opposite of what was seen."""
    read_sd_deg: float = 2.5
    """How far the reading wanders about, within a second or so."""
    bias_sd_deg: float = 2.5
    """How far it is off for one person, all the time."""
    nonsense: Nonsense | None = None


@dataclass(frozen=True, slots=True)
class _Bend:
    """One bend: times of begin, deepest from, deepest to, end; how round; and whether it is called broken."""

    at_s: tuple[float, float, float, float]
    peak_deg: float


@dataclass(frozen=True, slots=True)
class Fixed:
    """A track that no setting of the limit changes."""

    kept: Track
    calibrations: Calibrations | None = None

    def track(self, stretch: Stretch, profile: Profile, calibrations: Calibrations | None = None) -> Track:
        """The track."""
        del stretch, profile, calibrations
        return self.kept


@dataclass(frozen=True, slots=True)
class Group:
    """Labelled clips, and what was measured in each."""

    clips: tuple[Clip, ...]
    tracks: dict[Path, Track]
    limit_deg: float
    """What was planted."""

    def tracks_of(self, recording: Path) -> Fixed:
        """What was measured in a recording."""
        return Fixed(self.tracks[recording])


@dataclass(frozen=True, slots=True)
class Draw:
    """What a search said of one group."""

    world: World
    limit_deg: float
    """What was planted."""
    found_deg: float
    """The limit it proposes; the default's where nothing is better."""
    changes: bool
    """Whether it proposes another limit than the default."""
    plateau: tuple[float, float]
    """Lowest and highest limit that would do as well."""
    enough: bool
    """Whether it would write a profile."""
    doubts: tuple[str, ...]
    """Why not, as `posecheck tune search` says it."""
    enough_at: tuple[bool, ...]
    """The same for each of `FITS`."""

    @property
    def is_near(self) -> bool:
        """Whether the limit is the planted one, within `NEAR_DEG`."""
        return abs(self.found_deg - self.limit_deg) <= NEAR_DEG

    @property
    def is_covered(self) -> bool:
        """Whether the planted limit lies on the plateau; half a step of what was tried beyond it is still on it."""
        return self.plateau[0] - STEP_DEG / 2 <= self.limit_deg <= self.plateau[1] + STEP_DEG / 2


def draw_group(world: World, seed: int) -> Group:
    """A group of people of this world; the same seed gives the same group."""
    dice = np.random.default_rng([seed, world.people])
    limit_deg = world.limit_deg or float(dice.choice([dice.uniform(20.0, 29.0), dice.uniform(42.0, 50.0)]))
    # Habits of the group: how round people get on the whole, and what its rater does.
    habit = str(dice.choice(["even", "two kinds", "by person", "seldom"]))
    whole_bends = bool(dice.random() < 0.3)
    edge_sd_s = float(dice.uniform(0.1, 0.4))
    people = [_person(limit_deg, habit, dice) for _ in range(world.people)]
    clips, tracks = [], {}
    for k, (t_s, flexion, bends) in enumerate(people):
        name = f"p{k:02d}"
        own_deg = float(np.clip(dice.laplace(limit_deg, world.own_sd_deg / math.sqrt(2.0)), 12.0, 62.0))
        other = people[(k + 1) % len(people)]
        broken = _broken(world, k, bends, other[2], own_deg, dice)
        spans = _any_time(float(t_s[-1]), dice) if world.nonsense == "any time" else None
        if spans is None:
            spans = _spans(t_s, flexion, bends, broken, own_deg, edge_sd_s, dice, whole_bends=whole_bends)
        recording = Path(f"{name}.jsonl")
        intervals = tuple(Interval(a, b, RULE, truth, name, "rater") for a, b, truth in spans)
        clips.append(Clip(recording, Path(f"{name}.labels.toml"), Labels(f"{name}.mp4", FOLD.id, intervals)))
        tracks[recording] = _track(t_s, _read(flexion, world, dice), dice)
    return Group(tuple(clips), tracks, limit_deg)


def try_group(world: World, seed: int, objective: str = "f1") -> tuple[Found, Draw]:
    """Search the limit of one group, and whether that is enough to act on."""
    group = draw_group(world, seed)
    found = search(group.clips, axes([AXIS], FOLD), read_objective(objective), [RULE], tracks_of=group.tracks_of)
    plateau = found.plateau[0]
    evidence = weigh(found, group.clips)
    return found, Draw(
        world,
        group.limit_deg,
        found.setting[LIMIT],
        found.best != 0,
        (plateau.low, plateau.high),
        evidence.enough,
        tuple(doubt.code for doubt in evidence.doubts),
        tuple(weigh(found, group.clips, numbers_of([f"{MIN_FIT.key}={fit}"])).enough for fit in FITS),
    )


# ------------------------------------------------------------------------------------------------ people
def _person(limit_deg: float, habit: str, dice: np.random.Generator) -> tuple[Floats, Floats, list[_Bend]]:
    """Frame times, true spine flexion, and the bends of one person."""
    own = float(dice.normal(0.0, 9.0))
    bends: list[_Bend] = []
    at_s = float(dice.uniform(1.0, 3.0))
    for _ in range(int(dice.integers(7, 15))):
        down_s, hold_s, up_s = (
            float(dice.uniform(1.0, 3.0)),
            float(dice.exponential(2.5)) + 1.0,
            float(dice.uniform(1.0, 2.5)),
        )
        far = {
            "even": float(dice.uniform(-20.0, 25.0)),
            "two kinds": float(dice.normal(-10.0 if dice.random() < 0.55 else 13.0, 5.0)),
            "by person": float(dice.normal(own, 10.0)),
            "seldom": float(dice.normal(14.0, 6.0) if dice.random() < 0.3 else dice.normal(-11.0, 5.0)),
        }[habit]
        edges = (at_s, at_s + down_s, at_s + down_s + hold_s, at_s + down_s + hold_s + up_s)
        bends.append(_Bend(edges, float(np.clip(limit_deg + far, 4.0, 75.0))))
        at_s = edges[3] + float(dice.uniform(0.8, 3.0))
    t_s = np.arange(0.0, at_s, 1.0 / FPS) + dice.uniform(-0.01, 0.01, len(np.arange(0.0, at_s, 1.0 / FPS)))
    t_s = np.maximum.accumulate(np.maximum(t_s, 0.0)) + 1e-6 * np.arange(len(t_s))
    flexion = np.zeros(len(t_s))
    for bend in bends:
        share = np.interp(t_s, bend.at_s, [0.0, 1.0, 1.0, 0.0])
        flexion = np.maximum(flexion, bend.peak_deg * (0.5 - 0.5 * np.cos(math.pi * share)))
    return t_s, flexion, bends


def _read(flexion: Floats, world: World, dice: np.random.Generator) -> Floats:
    """What is read of it: off by as much for one person, and wandering with a memory of about half a second."""
    keep = math.exp(-1.0 / (0.5 * FPS))
    steps = dice.normal(0.0, world.read_sd_deg * math.sqrt(1.0 - keep**2), len(flexion))
    wander = np.zeros(len(flexion))
    for i in range(1, len(flexion)):
        wander[i] = keep * wander[i - 1] + steps[i]
    out: Floats = flexion + wander + dice.normal(0.0, world.bias_sd_deg)
    return out


def _track(t_s: Floats, spine: Floats, dice: np.random.Generator) -> Track:
    """The measures of somebody bent forward whose spine does this; the back is hidden for a while now and then."""
    values = np.full((len(t_s), len(QUANTITY_NAMES)), math.nan)
    steady = {"hip_hinge_deg": 60.0, "knee_flexion_deg": 5.0, "trunk_inclination_deg": 55.0, "view_yaw_deg": 3.0}
    for name, value in steady.items():
        values[:, QUANTITY_NAMES.index(name)] = value
    sight = np.zeros(len(t_s), np.intp)
    for _ in range(int(dice.poisson(1.0))):
        from_s = float(dice.uniform(0.0, t_s[-1]))
        sight[(t_s >= from_s) & (t_s < from_s + float(dice.exponential(3.0)))] = 1
    values[:, QUANTITY_NAMES.index("spine_flexion_deg")] = np.where(sight == 1, math.nan, spine)
    hidden = Reason(ReasonCode.SPINE_COVERED)
    sights = tuple(Sight(why, (), (), FOLD.position, True, False, False, False) for why in (None, hidden))
    return Track(t_s, values, sight, sights)


# ------------------------------------------------------------------------------------------------ raters
def _broken(
    world: World, k: int, bends: Sequence[_Bend], others: Sequence[_Bend], own_deg: float, dice: np.random.Generator
) -> list[bool]:
    """Which bends the rater calls broken."""
    count = len(bends)
    if world.nonsense == "coin":
        return [bool(x < 0.5) for x in dice.random(count)]
    if world.nonsense == "rare":
        return [bool(x < 0.2) for x in dice.random(count)]
    if world.nonsense == "by person":
        return [k % 2 == 0] * count
    seen = bends if world.nonsense is None else [others[i % len(others)] for i in range(count)]
    return [(bend.peak_deg > own_deg) != bool(dice.random() < world.flipped_frac) for bend in seen]


def _spans(
    t_s: Floats,
    flexion: Floats,
    bends: Sequence[_Bend],
    broken: Sequence[bool],
    own_deg: float,
    edge_sd_s: float,
    dice: np.random.Generator,
    *,
    whole_bends: bool,
) -> list[tuple[float, float, Truth]]:
    """What the rater marks, edge after edge, a little off each time; what lies between bends is not labelled."""
    out: list[tuple[float, float, Truth]] = []
    for bend, is_broken in zip(bends, broken, strict=True):
        from_s, to_s = bend.at_s[0], bend.at_s[3]
        edges = [(from_s, to_s, Truth.GOOD)]
        if is_broken:
            beyond = t_s[(t_s >= from_s) & (t_s < to_s) & (flexion > own_deg)]
            # One who calls a bend broken that never went beyond the limit marks the deepest part of it.
            start_s, end_s = (float(beyond[0]), float(beyond[-1])) if len(beyond) > 2 else bend.at_s[1:3]
            if whole_bends:
                start_s, end_s = from_s + 0.3, to_s - 0.3
            start_s, end_s = (at_s + float(dice.normal(0.0, edge_sd_s)) for at_s in (start_s, end_s))
            start_s = min(max(start_s, from_s + 0.05), to_s - 0.6)
            end_s = min(max(end_s, start_s + 0.5), to_s - 0.05)
            edges = [(from_s, start_s, Truth.GOOD), (start_s, end_s, Truth.WARN), (end_s, to_s, Truth.GOOD)]
        out += edges
    return out


def _any_time(end_s: float, dice: np.random.Generator) -> list[tuple[float, float, Truth]]:
    """Good and broken in turns, for as long as it comes."""
    out: list[tuple[float, float, Truth]] = []
    at_s, truth = 0.0, Truth.GOOD
    while at_s < end_s:
        long_s = 0.5 + float(dice.exponential(4.0 if truth is Truth.GOOD else 2.5))
        out.append((at_s, min(at_s + long_s, end_s + 0.1), truth))
        at_s, truth = at_s + long_s, Truth.WARN if truth is Truth.GOOD else Truth.GOOD
    return out
