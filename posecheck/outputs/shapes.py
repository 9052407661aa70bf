"""Smooth lines and shapes on a picture, with sub-pixel places and a dark halo. Every function draws into `image`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from posecheck.outputs.palette import INK, PAPER, Colour
from posecheck.records import Bytes, Floats, Verdict

_BITS: Final = 4  # cv2 takes whole numbers: sixteenths of a pixel
_MOST_DASHES: Final = 200
_FAR_PX: Final = 20_000.0  # beyond it cv2 overflows; no picture is that large


def _fixed(points_px: Floats | Sequence[tuple[float, float]]) -> NDArray[np.int32]:
    points = np.clip(np.asarray(points_px, np.float64), -_FAR_PX, _FAR_PX)
    return np.rint(points * (1 << _BITS)).astype(np.int32).reshape(-1, 1, 2)


def line(image: Bytes, points_px: Floats, colour: Colour, width_px: float, *, closed: bool = False) -> None:
    """A line through (n, 2) points, none of them NaN."""
    if len(points_px) > 1:
        cv2.polylines(image, [_fixed(points_px)], closed, colour, max(1, round(width_px)), cv2.LINE_AA, _BITS)


def line_with_halo(image: Bytes, points_px: Floats, colour: Colour, width_px: float, halo_px: float) -> None:
    """A line that reads on any background."""
    line(image, points_px, INK, width_px + 2 * halo_px)
    line(image, points_px, colour, width_px)


def filled(image: Bytes, points_px: Floats | Sequence[tuple[float, float]], colour: Colour) -> None:
    """A filled polygon."""
    cv2.fillPoly(image, [_fixed(points_px)], colour, cv2.LINE_AA, _BITS)


def disc(image: Bytes, centre_px: Floats | tuple[float, float], radius_px: float, colour: Colour) -> None:
    """A filled circle."""
    x, y = _fixed([(float(centre_px[0]), float(centre_px[1]))])[0, 0].tolist()
    cv2.circle(image, (x, y), round(radius_px * (1 << _BITS)), colour, cv2.FILLED, cv2.LINE_AA, _BITS)


def arc_points(centre_px: Floats | tuple[float, float], radius_px: float, from_deg: float, sweep_deg: float) -> Floats:
    """(n, 2) points of an arc. Angles as in a picture: 0 to the right, growing clockwise, because y points down."""
    count = max(2, math.ceil(abs(sweep_deg) / 6.0) + 1)
    angle = np.radians(from_deg + np.linspace(0.0, sweep_deg, count))
    return np.asarray(centre_px, np.float64) + radius_px * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def dashes(points_px: Floats, dash_px: float, gap_px: float) -> list[Floats]:
    """The pieces of a dashed line along (n, 2) points; a line much longer than any picture gets longer dashes."""
    steps = np.hypot(*np.diff(points_px, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    out: list[Floats] = []
    period_px = max(dash_px + gap_px, along[-1] / _MOST_DASHES)
    for begin in np.arange(0.0, along[-1], period_px):
        end = min(begin + period_px * dash_px / (dash_px + gap_px), along[-1])
        at = np.concatenate([[begin], along[(along > begin) & (along < end)], [end]])
        out.append(np.stack([np.interp(at, along, points_px[:, axis]) for axis in (0, 1)], axis=1))
    return out


def faded(
    image: Bytes, box_px: tuple[float, float, float, float], opacity: float, paint: Callable[[Bytes], None]
) -> None:
    """Paint something see-through: `paint` draws on a copy of the whole picture's part left, top, right, bottom.

    It is handed a view whose corner is (left, top), rounded outwards and cut to the picture; see `corner`.
    """
    left, top, right, bottom = clipped(image, box_px)
    if right > left and bottom > top:
        place = image[top:bottom, left:right]
        layer = place.copy()
        paint(layer)
        place[:] = cv2.addWeighted(layer, opacity, place, 1.0 - opacity, 0.0)


def clipped(image: Bytes, box_px: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """A box rounded outwards and cut to the picture."""
    height, width = image.shape[:2]
    left, top, right, bottom = box_px
    return (
        int(min(max(math.floor(left), 0), width)),
        int(min(max(math.floor(top), 0), height)),
        int(min(max(math.ceil(right), 0), width)),
        int(min(max(math.ceil(bottom), 0), height)),
    )


def box_of(points_px: Floats, margin_px: float) -> tuple[float, float, float, float]:
    """The box around (n, 2) points."""
    (left, top), (right, bottom) = points_px.min(axis=0), points_px.max(axis=0)
    return left - margin_px, top - margin_px, right + margin_px, bottom + margin_px


def panel_points(left: float, top: float, right: float, bottom: float, radius: float) -> Floats:
    """The outline of a box with round corners."""
    radius = max(0.0, min(radius, (right - left) / 2, (bottom - top) / 2))
    return np.concatenate(
        [
            arc_points((right - radius, top + radius), radius, -90.0, 90.0),
            arc_points((right - radius, bottom - radius), radius, 0.0, 90.0),
            arc_points((left + radius, bottom - radius), radius, 90.0, 90.0),
            arc_points((left + radius, top + radius), radius, 180.0, 90.0),
        ]
    )


# --------------------------------------------------------------------------------------------------- verdict shapes
def verdict_shape(
    image: Bytes, verdict: Verdict, centre_px: tuple[float, float], radius_px: float, colour: Colour
) -> None:
    """The sign of a verdict: GOOD a circle with a tick, WARN a triangle with "!", UNKNOWN a diamond with "?"."""
    centre = np.asarray(centre_px, np.float64)
    pen = radius_px * 0.24

    def at(*points: tuple[float, float]) -> Floats:
        return centre + radius_px * np.asarray(points, np.float64)

    if verdict is Verdict.GOOD:
        disc(image, centre, radius_px, colour)
        line(image, at((-0.45, 0.03), (-0.12, 0.36), (0.47, -0.34)), INK, pen)
    elif verdict is Verdict.WARN:
        corners = at((0.0, -0.86), (0.92, 0.72), (-0.92, 0.72))
        filled(image, corners, colour)
        line(image, corners, colour, radius_px * 0.26, closed=True)  # round corners
        line(image, at((0.0, -0.38), (0.0, 0.18)), INK, pen)
        disc(image, at((0.0, 0.53))[0], pen * 0.58, INK)
    else:
        corners = at((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))
        filled(image, corners, colour)
        line(image, corners, colour, radius_px * 0.18, closed=True)
        hook = np.concatenate([arc_points(at((0.0, -0.2))[0], radius_px * 0.27, 170.0, 220.0), at((0.0, 0.22))])
        line(image, hook, INK, pen * 0.85)
        disc(image, at((0.0, 0.53))[0], pen * 0.55, INK)


def ring(
    image: Bytes, centre_px: tuple[float, float], radius_px: float, width_px: float, done_frac: float, colour: Colour
) -> None:
    """A ring that fills clockwise from the top."""
    track = tuple(round(ink + (paper - ink) * 0.22) for ink, paper in zip(INK, PAPER, strict=True))
    line(image, arc_points(centre_px, radius_px, 0.0, 360.0), (track[0], track[1], track[2]), width_px, closed=True)
    if done_frac > 0:
        line(image, arc_points(centre_px, radius_px, -90.0, 360.0 * min(done_frac, 1.0)), colour, width_px)
