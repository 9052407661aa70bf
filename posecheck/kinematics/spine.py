"""How far is the spine flexed? The first estimator: the bend of the outline of the back, put on the scale of flexion.

A smooth low-order curve through the outline has one direction at the sacrum and one at the upper back. The angle
between them is what two inclinometers on the skin would read, apart from buttock, muscle and clothes, which
`spine.gain` and `spine.offset_deg` allow for. The standing outline is *not* subtracted: from standing to a flat
hinge buttock and chord shift and move the bend by 30-45° while the spine stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecheck.kinematics.back import CROP_COLUMNS, CROP_ROWS, ROWS
from posecheck.records import Back, Floats
from posecheck.tunables import Tunable

_CALIBRATION: Final = (
    "measured: pictures of 109 synthetic people (seeds 5000 to 5109) through the pose model (root mean square error "
    "15 deg, r 0.75 standing), then moved within that error so that flat hinges of real people read about 25 and "
    "rounded ones about 45"
)
OFFSET: Final = Tunable(
    "spine.offset_deg",
    "deg",
    default=13.0,
    low=-20.0,
    high=60.0,
    step=1.0,
    why="flexion of an upright back whose outline is straight; more of it warns earlier, for everybody alike",
    source=_CALIBRATION,
)
GAIN: Final = Tunable(
    "spine.gain",
    "",
    default=0.55,
    low=0.1,
    high=2.0,
    step=0.05,
    why="degrees of flexion for one degree of bend of the outline",
    source=_CALIBRATION,
)
LEAN_GAIN: Final = Tunable(
    "spine.lean_gain",
    "",
    default=0.2,
    low=0.0,
    high=1.0,
    step=0.05,
    why="degrees added for each degree of lean: buttocks and lumbar hollow fill the outline less in a bend",
    source=_CALIBRATION,
)
LEAN_FULL: Final = Tunable(
    "spine.lean_full_deg",
    "deg",
    default=60.0,
    low=10.0,
    high=140.0,
    step=5.0,
    why="lean from which on nothing more is added",
    source=_CALIBRATION,
)
MIN_INCLINATION: Final = Tunable(
    "spine.min_inclination_deg",
    "deg",
    default=-30.0,
    low=-90.0,
    high=20.0,
    step=5.0,
    why="a trunk leaning back further (lying) is not judged",
    source="measured on synthetic people: none were made beyond; a back on the floor is hidden",
)
MAX_INCLINATION: Final = Tunable(
    "spine.max_inclination_deg",
    "deg",
    default=140.0,
    low=60.0,
    high=180.0,
    step=5.0,
    why="a trunk hanging further down is not judged",
    source="measured on synthetic people: the outline of the seat and the back run together beyond",
)
MIN_INSIDE: Final = Tunable(
    "back.min_inside_frac",
    "",
    default=0.97,
    low=0.5,
    high=1.0,
    step=0.01,
    why="how much of the back must lie inside the picture",
    source="measured on real clips",
)
MIN_AXIS: Final = Tunable(
    "back.min_axis_frac",
    "",
    default=0.75,
    low=0.0,
    high=1.0,
    step=0.05,
    why="how much of the line hip to shoulder must lie on the silhouette; less means the two do not fit together",
    source="measured on real clips",
)
MIN_COVER: Final = Tunable(
    "back.min_cover_frac",
    "",
    default=0.85,
    low=0.5,
    high=1.0,
    step=0.05,
    why="how much of the outline of the back must be free of arms, objects and holes",
    source="measured on real clips",
)
MAX_ROUGHNESS: Final = Tunable(
    "back.max_roughness_frac",
    "",
    default=0.035,
    low=0.005,
    high=0.2,
    step=0.005,
    why="how far, as a share of the trunk's length, the outline may stray from a smooth line",
    source="measured on real clips: backs stay below 0.02, weight plates and torn masks go beyond 0.04",
)
TUNABLES: Final = (
    OFFSET,
    GAIN,
    LEAN_GAIN,
    LEAN_FULL,
    MIN_INCLINATION,
    MAX_INCLINATION,
    MIN_INSIDE,
    MIN_AXIS,
    MIN_COVER,
    MAX_ROUGHNESS,
)

LYING: Final = "Your back cannot be judged lying down: sit or stand."
TOO_DEEP: Final = "You hang too far down for your back to be judged: come up a little."
OUT_OF_PICTURE: Final = "Your back is cut off: move into the picture."
NO_FIT: Final = "Your outline is unclear: stand clear of furniture, in good light."
COVERED: Final = "The line of your back is covered: keep arms and objects off it."
ROUGH: Final = "The line of your back is uneven: tuck in loose clothes, keep arms and objects off it."

#: Where the tangents are taken: at the sacrum and just below the shoulders, where the outline still is the back's.
_FROM_U: Final = 0.0
_TO_U: Final = 0.95
_FIT: Final = np.flatnonzero((ROWS >= _FROM_U) & (ROWS <= _TO_U))
_COVER: Final = np.flatnonzero((ROWS >= -0.1) & (ROWS <= _TO_U))
_POWERS: Final[Floats] = np.stack([np.ones(_FIT.size), ROWS[_FIT], ROWS[_FIT] ** 2], axis=1)
#: What a back may do that is no roughness: anything up to the fifth degree.
_SMOOTH: Final[Floats] = np.vander(np.linspace(-1.0, 1.0, _COVER.size), 6)
_AXIS_COLUMNS: Final = np.flatnonzero(np.abs(CROP_COLUMNS) < 0.03)
_AXIS_ROWS: Final = np.flatnonzero((CROP_ROWS >= 0.0) & (CROP_ROWS <= 1.0))
#: Distance from the fitted curve at which a sample counts half: folds of cloth are about as deep.
_OUTLIER: Final = 0.02


@dataclass(frozen=True, slots=True)
class SpineReading:
    """What an estimator says of one picture of a back."""

    flexion_deg: float
    """Thoracolumbar flexion: 0 as standing, + rounded, negative hollow. NaN with a reason."""
    upper_deg: float
    """The part of it in the upper half of the back; NaN where it cannot be told."""
    lower_deg: float
    """The part of it in the lower half; NaN where it cannot be told."""
    reason: str
    """Why there is no reading, as a sentence to act on; empty when there is one."""


def read_spine(back: Back, inclination_deg: float, profile: Mapping[str, float]) -> SpineReading:
    """How far the spine is flexed from the pelvis to the shoulders, in one picture, without memory.

    Zero: as the average person stands. Positive: rounded; negative: hollow. About -30..80.
    `inclination_deg` is the trunk's (`angles.trunk_inclination_deg`), `profile` holds the room's tunables.
    Read from the side. NaN, with a reason, when the back cannot be judged (`gate_reason`).
    The halves are always NaN: on people whose lumbar and thoracic flexion are known, neither half of the outline
    follows its own part of the spine (r 0.3 at most for the difference of the two), so a split would be a guess.
    Limits: people differ by ±14° (standard deviation) in the outline of one and the same posture; a flat hinge of
    real people reads about 25 (0-33) rather than 0, and very round backs read low (60 as 30-45); loose clothes read
    as rounding. Seated readings are weaker (r 0.6).
    Source: tangent difference of the outline (as two inclinometers would read), scaled as the tunables say.
    """
    reason = gate_reason(back, inclination_deg, profile)
    if reason:
        return SpineReading(math.nan, math.nan, math.nan, reason)
    lean_deg = min(max(inclination_deg, 0.0), profile[LEAN_FULL.key])
    neutral_deg = profile[OFFSET.key] + profile[LEAN_GAIN.key] * lean_deg
    flexion_deg = neutral_deg + profile[GAIN.key] * contour_bend_deg(back.dorsal)
    return SpineReading(flexion_deg, math.nan, math.nan, "")


def gate_reason(back: Back, inclination_deg: float, profile: Mapping[str, float]) -> str:
    """Why this back cannot be judged, as a sentence to act on; empty when it can."""
    if not inclination_deg >= profile[MIN_INCLINATION.key]:
        return LYING
    if inclination_deg > profile[MAX_INCLINATION.key]:
        return TOO_DEEP
    if back.inside_frac < profile[MIN_INSIDE.key]:
        return OUT_OF_PICTURE
    if axis_inside_frac(back) < profile[MIN_AXIS.key]:
        return NO_FIT
    if cover_frac(back.dorsal) < profile[MIN_COVER.key]:
        return COVERED
    if roughness_frac(back.dorsal) > profile[MAX_ROUGHNESS.key]:
        return ROUGH
    return ""


def axis_inside_frac(back: Back) -> float:
    """Share of the line mid-hip → mid-shoulder that lies on the silhouette, 0..1."""
    values = back.crop[np.ix_(_AXIS_ROWS, _AXIS_COLUMNS)].mean(axis=1)
    return float((values > 127.0).mean())


def cover_frac(dorsal: Floats) -> float:
    """Share of the back's rows in which its outline was found, 0..1."""
    return float(np.isfinite(dorsal[_COVER]).mean())


def roughness_frac(dorsal: Floats) -> float:
    """How far the outline strays from the smoothest line through it: root mean square, in chords; NaN if unseen."""
    y = dorsal[_COVER]
    seen = np.isfinite(y)
    if seen.sum() <= _SMOOTH.shape[1]:
        return math.nan
    basis, _ = np.linalg.qr(_SMOOTH[seen])
    return float(np.sqrt(np.mean((y[seen] - basis @ (basis.T @ y[seen])) ** 2)))


def contour_bend_deg(dorsal: Floats) -> float:
    """The angle between the directions of the outline at the sacrum and at the upper back.

    Zero: both point the same way. Positive: the outline bulges outwards. In degrees, about -60..120.
    `dorsal` as in `Back`; read between u = 0 and 0.95 from a quadratic in which single samples that stray weigh less.
    NaN with fewer than half of the samples.
    """
    curve = _curve(dorsal)
    return math.nan if curve is None else _tangent_deg(curve, _FROM_U) - _tangent_deg(curve, _TO_U)


def _curve(dorsal: Floats) -> Floats | None:
    y = dorsal[_FIT]
    seen: NDArray[np.bool_] = np.isfinite(y)
    if seen.sum() * 2 < seen.size:
        return None
    powers, y = _POWERS[seen], y[seen]
    weight = np.ones(y.size)
    curve: Floats = np.zeros(3)
    for _ in range(3):
        weighted = powers * weight[:, None]
        curve = np.asarray(np.linalg.solve(weighted.T @ powers, weighted.T @ y), dtype=np.float64)
        weight = 1.0 / (1.0 + ((y - powers @ curve) / _OUTLIER) ** 2)
    return curve


def _tangent_deg(curve: Floats, u: float) -> float:
    return math.degrees(math.atan(curve[1] + 2.0 * curve[2] * u))
