"""The personal neutral: what this person's upright back looks like. Learnt while they stand or sit tall; optional.

People differ in how they stand, and a silhouette alone cannot separate a round build from a round posture. So the codes
of upright pictures (see `network`) are averaged, separately for standing and sitting, and given to the reader with every
later picture. A stored calibration of the same person (`NeutralState.stored_…`) counts from the first picture on, and
fades as today's pictures come in. A slumped back is not neutral: pictures that read round by themselves are left out, and
of the others the taller ones weigh more. A single misread picture does little harm: none weighs more than about twelve
times as much as another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from posecheck.kinematics import positions
from posecheck.kinematics.spine.network import Code
from posecheck.tunables import Tunable

MAX_LEAN: Final = Tunable(
    "own.max_lean_deg",
    "deg",
    default=14.0,
    low=5.0,
    high=30.0,
    step=1.0,
    why="a trunk that leans less than this counts as upright, to learn how this person stands or sits tall",
    source="judgement: standing people sway by 2-4 deg, and a bend is judged from 20 deg",
)
MAX_STANDING: Final = Tunable(
    "own.max_standing_deg",
    "deg",
    default=22.0,
    low=5.0,
    high=60.0,
    step=1.0,
    why="an upright back that reads rounder than this is not taken as an example of standing tall",
    source="measured on synthetic people: 95 of 100 read less when they stand",
)
MAX_SEATED: Final = Tunable(
    "own.max_seated_deg",
    "deg",
    default=35.0,
    low=5.0,
    high=60.0,
    step=1.0,
    why="as for standing; sitting tall on the floor is rounder than standing, because the pelvis tips back",
    source="measured on synthetic people: 95 of 100 read less when they sit tall",
)
MIN_TIME: Final = Tunable(
    "own.min_s",
    "s",
    default=0.4,
    low=0.0,
    high=5.0,
    step=0.1,
    why="how long somebody must have been upright before it is used",
    source="judgement: longer than a glitch, shorter than anybody's pause before a stretch",
)
STORED: Final = Tunable(
    "own.stored_s",
    "s",
    default=3.0,
    low=0.0,
    high=30.0,
    step=0.5,
    why="a stored calibration counts like so many seconds of upright pictures, then fades; 0 does not use it",
    source="judgement: as long as it was taken; after 8 s of today's upright pictures it has a ninth of the weight",
)
TUNABLES: Final = (MAX_LEAN, MAX_STANDING, MAX_SEATED, MIN_TIME, STORED)

#: Positions that share one neutral: sitting tips the pelvis back, on a chair and on the floor.
_SEATED: Final = frozenset({positions.SEATED, positions.FLOOR})
#: A frame counts for the time since the last one, up to this much: nothing is learnt from a pause.
_LONGEST_FRAME_S: Final = 0.25
#: The mean covers about this much time; new clothes or another distance are learnt within it.
_MEMORY_S: Final = 8.0
#: An upright picture that reads rounder than the tallest one by this much weighs a third as much.
_TALLER_DEG: Final = 4.0
#: ... but one that reads rounder by more than this weighs no less: the tallest one may be misread itself.
_MOST_DEG: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """The mean code of upright pictures in one position."""

    code: Code
    weight_s: float = 0.0
    seen_s: float = 0.0
    """How long the person was upright, without any weighting."""
    tallest_deg: float = math.inf
    """The least flexion among them, predicted without personal neutral."""


@dataclass(frozen=True, slots=True, eq=False)
class NeutralState:
    """The personal neutral so far."""

    standing: Upright | None = None
    seated: Upright | None = None
    t_s: float = math.nan
    """Time of the last sighting."""
    stored_standing: Upright | None = None
    """From a calibration: neither changed nor forgotten."""
    stored_seated: Upright | None = None


def neutral_code(state: NeutralState, position: str, profile: Mapping[str, float]) -> Code | None:
    """The personal neutral for a position (`positions`), None before there is one.

    Chair and floor share one; every other position, and an unknown one, uses that of standing. Sitting uses it too
    before the person was seen sitting upright: it still carries their build.
    """
    standing = (state.standing, state.stored_standing)
    known = [(state.seated, state.stored_seated), standing] if position in _SEATED else [standing]
    for live, stored in known:
        code = _believed(live, stored, profile)
        if code is not None:
            return code
    return None


def live_of(state: NeutralState, position: str) -> Upright | None:
    """What was learnt in this stream for "standing" or for sitting (any other position); None before."""
    return state.standing if position == positions.STANDING else state.seated


def _believed(live: Upright | None, stored: Upright | None, profile: Mapping[str, float]) -> Code | None:
    """The mean of a live and a stored code, weighted by seconds; the stored ones fade while live ones come in."""
    live = live if live is not None and live.seen_s >= profile[MIN_TIME.key] else None
    if stored is None or not profile[STORED.key] > 0.0:
        return None if live is None else live.code
    if live is None:
        return stored.code
    stored_s = min(stored.seen_s, profile[STORED.key]) * math.exp(-live.seen_s / _MEMORY_S)
    live_s = min(live.seen_s, _MEMORY_S)
    return live.code + (stored.code - live.code) * np.float32(stored_s / (stored_s + live_s))


def step(
    state: NeutralState,
    t_s: float,
    position: str,
    inclination_deg: float,
    flexion_deg: float,
    code: Code | None,
    profile: Mapping[str, float],
) -> NeutralState:
    """Learn from one picture if it shows an upright back; else only the time moves on.

    `flexion_deg` is predicted without personal neutral; from NaN, or without a code, nothing is learnt, nor while
    kneeling, where the leg in front tips the pelvis. A time that runs backwards is another stream: everything but
    a stored calibration is forgotten.
    """
    passed_s = t_s - state.t_s
    if passed_s < 0.0:
        state = NeutralState(stored_standing=state.stored_standing, stored_seated=state.stored_seated)
        passed_s = math.nan
    out = replace(state, t_s=t_s)
    sits = position in _SEATED
    limit_deg = profile[(MAX_SEATED if sits else MAX_STANDING).key]
    upright = abs(inclination_deg) <= profile[MAX_LEAN.key] and flexion_deg <= limit_deg
    if code is None or not upright or not (sits or position == positions.STANDING) or not passed_s > 0.0:
        return out
    share_s = min(passed_s, _LONGEST_FRAME_S)
    if sits:
        return replace(out, seated=_learnt(state.seated, code, flexion_deg, share_s))
    return replace(out, standing=_learnt(state.standing, code, flexion_deg, share_s))


def _learnt(known: Upright | None, code: Code, flexion_deg: float, share_s: float) -> Upright:
    if known is None:
        return Upright(code, share_s, share_s, flexion_deg)
    tallest_deg = min(known.tallest_deg, flexion_deg)
    kept_s = min(known.weight_s * _weight(known.tallest_deg - tallest_deg), _MEMORY_S)
    gained_s = share_s * _weight(flexion_deg - tallest_deg)
    total_s = kept_s + gained_s
    mean = known.code + (code - known.code) * np.float32(gained_s / total_s)
    return Upright(mean, total_s, known.seen_s + share_s, tallest_deg)


def _weight(rounder_deg: float) -> float:
    """Weight of a picture that reads rounder than the tallest one by this much: 1 at 0, then less."""
    return math.exp(-min(rounder_deg, _MOST_DEG) / _TALLER_DEG)
