"""What can be measured on the outline of the back alone: how much of it is seen, how smooth it is, how far it bends.

The angle between the directions of the outline at the sacrum and at the upper back is what two inclinometers on the
skin would read, except for buttock, muscle and clothes. It checks the network.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecheck.kinematics.spine.dorsal_profile import CROP_COLUMNS, CROP_ROWS, ROWS
from posecheck.records import Back, Floats, frozen

#: Where the tangents are taken: at the sacrum and just below the shoulders, where the outline still is the back's.
_FROM_U: Final = 0.0
_TO_U: Final = 0.95
_FIT: Final = np.flatnonzero((ROWS >= _FROM_U) & (ROWS <= _TO_U))
_COVER: Final = np.flatnonzero((ROWS >= -0.1) & (ROWS <= _TO_U))
_POWERS: Final[Floats] = np.stack([np.ones(_FIT.size), ROWS[_FIT], ROWS[_FIT] ** 2], axis=1)
#: A smooth back: a polynomial of up to the fifth degree; the rest is roughness.
_SMOOTH: Final[Floats] = np.vander(np.linspace(-1.0, 1.0, _COVER.size), 6)
_AXIS: Final = np.ix_((CROP_ROWS >= 0.0) & (CROP_ROWS <= 1.0), np.abs(CROP_COLUMNS) < 0.03)
#: Distance from the fitted curve at which a sample counts half: folds of cloth are about as deep.
_OUTLIER: Final = 0.02


def axis_inside_frac(back: Back) -> float:
    """Share of the line mid-hip → mid-shoulder that lies on the silhouette, 0..1."""
    values = back.crop[_AXIS].mean(axis=1)
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
    basis = _basis(seen.tobytes())
    return float(np.sqrt(np.mean((y[seen] - basis @ (basis.T @ y[seen])) ** 2)))


@lru_cache(maxsize=256)
def _basis(seen: bytes) -> Floats:
    """An orthonormal basis of all smooth lines through the rows that are seen: mostly all, so seldom a new one."""
    basis, _ = np.linalg.qr(_SMOOTH[np.frombuffer(seen, np.bool_)])
    return frozen(basis, np.float64)


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
