"""Do the landmarks of the legs lie on the silhouette of the body?

A pose model that has lost a joint still reports it, with a high visibility: a knee in the air above a raised leg, an
ankle on the floor between two feet. The silhouette comes from the same picture in another way and does not share the
error. So a knee at the edge of the leg, or beside it, is moved to its middle; and a leg whose bones still run outside
the body counts as a guess, whatever its visibility.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecheck.body import Side, of
from posecheck.kinematics.legs import silhouette_legs
from posecheck.records import Floats, LegsSeen, frozen
from posecheck.tunables import Profile, Tunable

LEAST_ON_BODY: Final = Tunable(
    "legs.least_on_body",
    "",
    default=0.6,
    low=0.0,
    high=1.0,
    step=0.05,
    why="a leg of which a bone lies on the body over less than this share of its length is not measured; higher "
    "withholds legs that are drawn a little beside themselves, 0 believes every leg",
    source="measured: synthetic people, 0.15 to 0.46 of the shin where a joint was in the air, else 1.0; silhouettes of real "
    "people, 0.6 and more of the near leg in 19 pictures of 20",
)
EDGE: Final = Tunable(
    "legs.edge",
    "",
    default=0.5,
    low=0.0,
    high=1.0,
    step=0.05,
    why="a knee drawn further from the middle of the leg than this share of half its width is brought so near to it; "
    "lower moves knees that the model has right, 1 moves only those beside the leg",
    source="measured on synthetic people, near knees of 10 clips with a leg up or out from a chair: 10.6 deg wrong as drawn, "
    "7.7 with 0.5, 8.9 put into the very middle",
)
UNSTEADY: Final = Tunable(
    "legs.unsteady_s",
    "s",
    default=2.0,
    low=0.0,
    high=10.0,
    step=0.1,
    why="a far leg that was drawn outside of the body three times within this is not measured; 0 believes it again at once",
    source="judgement: as long as the window in which three swings of an angle are recognised (swings.window_s)",
)
TUNABLES: Final = (LEAST_ON_BODY, EDGE, UNSTEADY)

#: Points along a bone at which the silhouette is sampled; a power of two, so that a share fits in four bytes.
_PLACES: Final = 16
_ALONG: Final = np.arange(1, _PLACES + 1)[:, None] / _PLACES
#: A mask value above it is the person.
_BODY: Final = 0.5
#: How far from the landmark of the knee the leg is searched, in lengths of the thigh.
_REACH: Final = 0.6
#: Width of a single leg at the knee, in lengths of the thigh: less is an artefact, more is two legs.
_LEG_WIDE: Final = (0.2, 0.62)
#: A leg whose ankle is nearer to its hip than this share of its length is bent too far to correct its knee sideways.
_STRETCHED: Final = 0.8
#: The points to search, in the same unit, to either side.
_ACROSS: Final = np.linspace(-_REACH, _REACH, 121)


@dataclass(frozen=True, slots=True)
class PlausibilityState:
    """When the landmarks of the far leg left the body. The default: never."""

    lost: bool = False
    """Whether they were outside the body in the previous frame."""
    first_s: float = math.nan
    second_s: float = math.nan
    third_s: float = math.nan
    """The last three times they left it; the latest is the third."""


def step(
    state: PlausibilityState, t_s: float, seen: Floats, legs: LegsSeen | None, near: Side | None, profile: Profile
) -> tuple[PlausibilityState, Floats]:
    """Take in one frame: the new memory, and the landmarks of `put_right` without an unsteady far leg.

    Where the far leg left the body three times within `legs.unsteady_s`, its landmarks jump, and where they lie on the
    body they may belong to the other leg: knee and ankle are NaN. Time that runs backwards starts again.
    """
    out = put_right(seen, legs, profile)
    if near is None or legs is None:
        return state, out
    rows = [int(of(joint, near.other)) for joint in ("knee", "ankle")]
    lost = bool(np.isnan(out[rows]).any() and not np.isnan(seen[rows]).any())
    if t_s < state.third_s:
        state = PlausibilityState()
    if lost and not state.lost:
        state = PlausibilityState(lost, state.second_s, state.third_s, t_s)
    elif lost != state.lost:
        state = replace(state, lost=lost)
    if t_s - state.first_s < profile[UNSTEADY.key]:
        out = out.copy() if out is seen else out
        out[rows] = np.nan
    return state, out


def see_legs(mask: NDArray[np.float32], landmarks_px: Floats, facing: int = 0) -> LegsSeen:
    """How well the landmarks of the legs lie on the silhouette, and the legs the silhouette itself shows (`see_limbs`).

    `mask` is (h, w), 0..1, of the picture in which `landmarks_px` (33, 2) lie; outside the picture there is no
    body. A leg with a joint that is NaN, or with its joints in one place, is NaN throughout. `facing` is +1 for a person
    who faces the picture's right, -1 left; with 0, not known, no limbs are searched.
    """
    on_body, middle, across = np.full((2, 2), np.nan), np.full((2, 2), np.nan), np.full((2, 2), np.nan)
    for row, side in enumerate(Side):
        hip, knee, ankle = (landmarks_px[of(joint, side)] for joint in ("hip", "knee", "ankle"))
        way = sideways(hip, ankle)
        thigh_px = math.dist(hip, knee)
        if not (np.isfinite(way).all() and thigh_px > 0.0 and math.isfinite(thigh_px)):
            continue
        places = knee + _ACROSS[:, None] * thigh_px * way
        body = _is_body(mask, np.concatenate([_along(hip, knee), _along(knee, ankle), places]))
        on_body[row] = _shares(body[: 2 * _PLACES])
        found = _nearest(body[2 * _PLACES :])
        if found is None:
            continue
        across[row] = [_ACROSS[place] * thigh_px for place in found]
        put = knee + way * across[row].mean()
        middle[row] = _shares(_is_body(mask, np.concatenate([_along(hip, put), _along(put, ankle)])))
    shown_px = silhouette_legs.see_limbs(mask, landmarks_px, facing)
    return LegsSeen(*(frozen(array, np.float64) for array in (on_body, across, middle, shown_px)))


def put_right(seen: Floats, legs: LegsSeen | None, profile: Profile) -> Floats:
    """The landmarks that count (33, 2), with corrected knees, and NaN for knee and ankle of a leg that is not on the body.

    A knee at the edge of the leg or beside it is brought towards the middle (`legs.edge`), straight across the line hip
    → ankle. Only where the silhouette there is as wide as a single leg, and the leg not bent so far that "across" means
    nothing. A leg with a bone of which less than `legs.least_on_body` lies on the body, after the correction, is NaN.
    Without `legs` (older recordings) every leg is believed; `seen` is returned as it is.
    """
    if legs is None:
        return seen
    out = seen
    for row, side in enumerate(Side):
        rows = [int(of(joint, side)) for joint in ("hip", "knee", "ankle")]
        hip, knee, ankle = seen[rows]
        shares, move_px = legs.on_body[row], _aside_px(legs.across_px[row], hip, knee, ankle, profile[EDGE.key])
        if move_px != 0.0:
            out = out.copy() if out is seen else out
            out[rows[1]] = knee + move_px * sideways(hip, ankle)
            shares = legs.middle[row]
        if (shares < profile[LEAST_ON_BODY.key]).any():
            out = out.copy() if out is seen else out
            out[rows[1:]] = np.nan
    return out


def _aside_px(across_px: Floats, hip: Floats, knee: Floats, ankle: Floats, edge: float) -> float:
    """How far to move the knee across the leg, in pixels; 0 where it may stay or the silhouette is no single leg."""
    first, last = float(across_px[0]), float(across_px[1])
    thigh_px, shin_px = math.dist(hip, knee), math.dist(knee, ankle)
    middle, half = (first + last) / 2.0, (last - first) / 2.0
    wide = 2.0 * half / thigh_px if thigh_px > 0.0 else math.nan
    if not (_LEG_WIDE[0] <= wide <= _LEG_WIDE[1]) or abs(middle) <= edge * half:
        return 0.0
    if max(abs(first), abs(last)) >= (_REACH - 0.02) * thigh_px and abs(middle) <= half:
        return 0.0
    if not math.dist(hip, ankle) >= _STRETCHED * (thigh_px + shin_px):
        return 0.0
    return middle - math.copysign(edge * half, middle)


def sideways(hip: Floats, ankle: Floats) -> Floats:
    """The direction (2,) across a leg: a quarter turn clockwise on the screen from hip → ankle.

    NaN where they are in one place or not seen.
    """
    along = ankle - hip
    length = math.hypot(*along.tolist())
    if not 0.0 < length < math.inf:
        return np.full(2, np.nan)
    return np.array([-along[1], along[0]]) / length


def _is_body(mask: NDArray[np.float32], places: Floats) -> NDArray[np.bool_]:
    height, width = mask.shape
    x, y = np.floor(places.clip(-1.0, 1e6)).astype(np.intp).T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    out = np.zeros(len(places), np.bool_)
    out[inside] = mask[y[inside], x[inside]] > _BODY
    return out


def _along(start: Floats, end: Floats) -> Floats:
    """The points (_PLACES, 2) along a bone at which the silhouette is sampled."""
    out: Floats = start + _ALONG * (end - start)
    return out


def _shares(body: NDArray[np.bool_]) -> Floats:
    """How much of each of two bones lies on the body, one after the other in `body`."""
    out: Floats = np.count_nonzero(body.reshape(2, _PLACES), axis=1) / _PLACES
    return out


def _nearest(body: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last place of the unbroken run of body that is nearest to the middle of the row; None without any."""
    seen = np.flatnonzero(body)
    if not seen.size:
        return None
    near = int(seen[np.abs(seen - len(body) // 2).argmin()])
    gaps = np.flatnonzero(~body)
    place = int(np.searchsorted(gaps, near))
    first = int(gaps[place - 1]) + 1 if place > 0 else 0
    last = int(gaps[place]) - 1 if place < len(gaps) else len(body) - 1
    return first, last
