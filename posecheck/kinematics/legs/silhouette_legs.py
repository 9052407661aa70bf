"""Where are the legs in the silhouette, independent of the landmarks of the pose model?

A pose model that mistakes a leg places it in the air, or along the other leg, with a high visibility; its silhouette of
the same picture shows both legs. So thighs of every direction and length, each with shins of every bend, are fitted from
the hips into the silhouette, and the two legs that lie deepest in it are kept. Their role says which of them is whose
(`limb_of_role`), and a mistaken leg is moved there (`put_back`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecheck.body import LANDMARK_COUNT, Side, of
from posecheck.kinematics import positions
from posecheck.kinematics.legs import lead_leg
from posecheck.records import Floats, frozen
from posecheck.tunables import Tunable

APART: Final = Tunable(
    "limbs.apart",
    "",
    default=0.6,
    low=0.1,
    high=3.0,
    step=0.05,
    why="two legs in the silhouette whose ankles are nearer than this, in lengths of the trunk, may be one leg and are not "
    "used; 3 uses none",
    source="measured on synthetic people: one leg found twice ends up to 0.2 apart, two legs mostly 1.2 and more",
)
AWAY: Final = Tunable(
    "limbs.away",
    "",
    default=0.45,
    low=0.1,
    high=3.0,
    step=0.05,
    why="a drawn ankle that is further than this from where the silhouette has this leg's, in lengths of the trunk, and "
    "nearer to the other one's is drawn on the wrong leg; 3 lets it be",
    source="measured on synthetic people: ankles that the model has right lie within 0.31 of the silhouette's (5466 of them)",
)
TUNABLES: Final = (APART, AWAY)

#: The silhouette is sampled in squares: so many to the length of the trunk, and so many on each side of the hips.
_CELLS: Final = 24
_HALF: Final = 60
_WIDE: Final = 2 * _HALF + 1
#: A point this many squares inside the outline counts as the middle of a leg: a sixth of the trunk.
_DEEP: Final = 4
#: A point less deep than this share of it counts against a leg, a deeper one for it.
_SHALLOW: Final = np.float32(0.4)
#: Directions in which legs are searched, from hips → shoulders forward: nearer to the trunk there are belly and arms,
#: and no leg goes further back.
_FROM_DEG: Final = 35.0
_TO_DEG: Final = 240.0
#: This share of a thigh, and of a shin, must lie inside of the silhouette.
_INSIDE: Final = 0.9
#: Fits worse than this, in lengths of the trunk, are no legs; those nearly as good as the best are averaged.
_FITS: Final = 0.35
_NEARLY: Final = 0.05
#: Where the bends that fit nearly as well are further apart than this, the flexion of the knee is not known.
_VAGUE_DEG: Final = 45.0
#: Fits with ankles as near as this, in squares, are the same leg.
_SAME: Final = 0.5 * _CELLS

#: The fits to try. Directions of the thigh clockwise from straight ahead, for a person who faces right; its length and that
#: of the shin in lengths of the trunk; bends of the knee.
_THIGH_DEG: Final = np.arange(0.0, 360.0, 5.0)
_THIGH: Final = np.arange(0.65, 1.06, 0.1).astype(np.float32)
_BEND_DEG: Final = np.arange(-15.0, 86.0, 5.0)
_SHIN: Final = np.arange(0.1, 1.21, 0.1).astype(np.float32)
#: Where a shin may end.
_ENDS: Final = slice(7, 12)
#: Places along the thigh; near the hips every direction is inside.
_PLACES: Final = np.linspace(0.4, 1.0, 8).astype(np.float32)


def _ways(degrees: Floats) -> Floats:
    turns = np.radians(degrees)
    return np.stack([np.cos(turns), np.sin(turns)], axis=-1)


def _squares(places: Floats) -> NDArray[np.intp]:
    """The squares, as numbers, in which places around the hips lie."""
    x, y = np.moveaxis(np.rint(places).astype(np.intp).clip(-_HALF, _HALF) + _HALF, -1, 0)
    out: NDArray[np.intp] = y * _WIDE + x
    return out


#: Knees (direction, length, 2), and ankles (2, direction, length, bend, length), in squares from the hips.
_KNEES: Final = _ways(_THIGH_DEG)[:, None] * _THIGH[:, None] * _CELLS
_SHINS: Final = _ways(_THIGH_DEG[:, None] + _BEND_DEG)[:, None, :, None] * _SHIN[:, None] * _CELLS
_ANKLES: Final = np.moveaxis(_KNEES[:, :, None, None] + _SHINS[..., _ENDS, :], -1, 0).astype(np.float32)
_ON_THIGH: Final = _squares(_KNEES[:, :, None] * _PLACES[:, None])
_ON_SHIN: Final = _squares(_KNEES[:, :, None, None] + _SHINS)
_STEPS: Final = np.arange(1, _SHIN.size + 1)[_ENDS].astype(np.float32)
#: Multiplied with it, the points of a shin are summed up to each of its ends.
_UP_TO: Final = np.triu(np.ones((_SHIN.size, _SHIN.size), np.float32))[:, _ENDS]
#: Roles of standing and kneeling, in which one leg is clear of the other.
_ROLES: Final = frozenset(("raised", "front", "standing"))
#: The score of no fit.
_NONE: Final = np.float32(-9.0)


def see_limbs(mask: NDArray[np.float32], landmarks_px: Floats, facing: int) -> Floats:
    """Knee and ankle of the legs as the silhouette shows them, the one that fits best first: (2, 2, 2) pixels.

    `mask` is (h, w), 0..1, of the picture in which `landmarks_px` (33, 2) lie; of these only hips and shoulders are used.
    `facing` is +1 for a person who faces the picture's right, -1 for left; knees bend backwards. NaN for a leg that
    cannot be seen by itself or whose flexion is not known, and throughout without facing, hips or shoulders.
    Range: bends of -15 to 85 degrees. Limits: an arm that hangs at the hips may be taken for a leg.
    Source: measured on synthetic people, see `benchmarks.limbs`: near legs that stand clear read 1 to 6 deg too straight, +- 3.
    """
    out = np.full((2, 2, 2), np.nan)
    hip, shoulder = _middle(landmarks_px, "hip"), _middle(landmarks_px, "shoulder")
    trunk = (shoulder - hip) * (facing, 1.0)
    trunk_px = math.hypot(*trunk.tolist())
    if facing == 0 or not _CELLS / 4.0 <= trunk_px < math.inf:
        return frozen(out, np.float64)
    square_px = trunk_px / _CELLS
    depth = _depth(_squared(mask, hip, square_px, facing)).ravel()
    away_deg = (_THIGH_DEG - math.degrees(math.atan2(trunk[1], trunk[0]))) % 360.0
    on_thigh = depth.take(_ON_THIGH)
    tried = ((on_thigh > 0.0).mean(-1) >= _INSIDE) & ((away_deg > _FROM_DEG) & (away_deg < _TO_DEG))[:, None]
    way, long = np.nonzero(tried)
    if not way.size:
        return frozen(out, np.float64)
    thighs = (on_thigh[way, long] - _SHALLOW).mean(-1) * ((1.0 - _PLACES[0]) * _THIGH[long])
    on_shin = depth.take(_ON_SHIN[way, long])
    shins = (on_shin - _SHALLOW) @ _UP_TO * _SHIN[0]
    inside = (on_shin > 0.0).astype(np.float32) @ _UP_TO >= _INSIDE * _STEPS
    score = np.where(inside, thighs[:, None, None] + shins, _NONE)
    x, y = (places[way, long] for places in _ANKLES)
    left = score.copy()
    for limb in out:
        best = np.unravel_index(np.argmax(left), left.shape)
        if left[best] < _FITS:
            break
        same = (x - x[best]) ** 2 + (y - y[best]) ** 2 < _SAME**2
        left[same] = _NONE
        thigh, bend, end = np.nonzero(same & (score > score[best] - _NEARLY))
        weight = score[thigh, bend, end] - (score[best] - _NEARLY)
        if _BEND_DEG[bend.max()] - _BEND_DEG[bend.min()] <= _VAGUE_DEG:
            knee = weight @ _KNEES[way[thigh], long[thigh]]
            ankle = weight @ np.stack([x[thigh, bend, end], y[thigh, bend, end]], -1)
            limb[:] = hip + np.stack([knee, ankle]) / weight.sum() * (facing, 1.0) * square_px
    return frozen(out.astype(np.float32), np.float64)  # half as long in a recording, and still finer than its error


def _squared(mask: NDArray[np.float32], hip: Floats, square_px: float, facing: int) -> NDArray[np.bool_]:
    """The silhouette around the hips in squares, the person facing right; outside the picture there is no body."""
    height, width = mask.shape
    steps = np.arange(-_HALF, _HALF + 1) * square_px
    x, y = (np.floor(at).astype(np.intp) for at in (hip[0] + steps * facing, hip[1] + steps))
    in_x, in_y = (x >= 0) & (x < width), (y >= 0) & (y < height)
    out = np.zeros((_WIDE, _WIDE), np.bool_)
    rows, columns = np.flatnonzero(in_y), np.flatnonzero(in_x)
    if rows.size and columns.size:
        inside = mask.take((y[rows] * width)[:, None] + x[columns])
        out[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = inside > 0.5
    return out


def _depth(body: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How deep inside the silhouette each square is: 0 outside, 1 from `_DEEP` squares on."""
    # Not cv2.distanceTransform: none of its metrics is this octagon (L1 differs in 4 % of the squares, C in 8 %, the
    # rounded L2 in 2 %), and recordings hold what is found with this one.
    depth = body.astype(np.float32)
    for number in range(1, _DEEP):
        inner = np.zeros_like(body)
        inner[1:-1, 1:-1] = body[1:-1, 1:-1] & body[:-2, 1:-1] & body[2:, 1:-1] & body[1:-1, :-2] & body[1:-1, 2:]
        if number % 2 == 0:  # every second time the corners too, so that it goes about equally far in all directions
            inner[1:-1, 1:-1] &= body[:-2, :-2] & body[2:, 2:] & body[:-2, 2:] & body[2:, :-2]
        body = inner
        depth += body
    return depth / np.float32(_DEEP)


def put_back(
    shown: Floats,
    seen: Floats,
    limbs_px: Floats,
    lead: Side | None,
    role: str,
    facing: int,
    position: str,
    profile: Mapping[str, float],
) -> Floats:
    """The landmarks that count (33, 2), with knee and ankle of a mistaken leg where the silhouette has that leg.

    Mistaken is a leg that was `seen` by the model and then rejected (NaN in `shown`), and one whose landmarks lie along
    the other leg of the silhouette: its ankle `limbs.away` from its own limb, and nearer to the other one. All others
    stay, and all do where the limbs cannot be assigned: see `limb_of_role`. `lead` is the side that leads, by `role`.
    """
    first = -1 if lead is None else limb_of_role(limbs_px, seen, facing, role, position, profile)
    if lead is None or first < 0:
        return shown
    away_px = profile[AWAY.key] * _trunk_px(seen)
    out = shown
    for side, own in ((lead, first), (lead.other, 1 - first)):
        rows = [int(of(joint, side)) for joint in ("knee", "ankle")]
        if np.isnan(seen[rows]).any():
            continue
        ankle = shown[rows[1]]
        own_px, other_px = (math.dist(ankle, limbs_px[limb, 1]) for limb in (own, 1 - own))
        if np.isnan(shown[rows]).any() or (own_px > away_px and other_px < own_px):
            out = out.copy() if out is shown else out
            out[rows] = limbs_px[own]
    return out


def limb_of_role(
    limbs_px: Floats, seen: Floats, facing: int, role: str, position: str, profile: Mapping[str, float]
) -> int:
    """Which of the two limbs (2, 2, 2) is the leg of this role: 0 or 1; -1 where they cannot be assigned.

    Role and position as in `lead_leg.lead_score`. They cannot be assigned unless both limbs, hips and shoulders are seen
    and the ankles are `limbs.apart` lengths of the trunk apart; nor with legs crossed, nor while sitting or lying:
    sitting, hands and the other thigh share one outline with the leg (synthetic people: knees of 35 deg read 7 to 13).
    """
    if role not in _ROLES or position == positions.LYING or np.isnan(limbs_px).any():
        return -1
    if not math.dist(limbs_px[0, 1], limbs_px[1, 1]) >= profile[APART.key] * _trunk_px(seen):
        return -1
    points = np.full((LANDMARK_COUNT, 2), np.nan)
    for side, (knee, ankle) in zip(Side, limbs_px, strict=True):
        for joint, place in (("hip", _middle(seen, "hip")), ("knee", knee), ("ankle", ankle)):
            points[of(joint, side)] = place
    score = lead_leg.lead_score(points.tolist(), facing, role, position)
    if math.isnan(score) or abs(score) < profile[lead_leg.DOUBT.key]:
        return -1
    return 0 if score > 0.0 else 1


def _trunk_px(points: Floats) -> float:
    return math.dist(_middle(points, "hip"), _middle(points, "shoulder"))


def _middle(points: Floats, joint: str) -> Floats:
    out: Floats = (points[of(joint, Side.LEFT)] + points[of(joint, Side.RIGHT)]) / 2.0
    return out
