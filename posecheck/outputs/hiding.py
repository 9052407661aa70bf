"""Making the head unrecognisable, before anybody draws on or keeps the picture.

The head is where the landmarks of the face are. When they are lost its last place stays hidden, and what is hidden
grows with the time, because people move. Before a head was ever seen, the whole picture is hidden: a face may be in it
that the model has not found. With several people in view everything outside the one who is followed is hidden, since
only his head is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from posecheck.body import Landmark
from posecheck.records import Bytes, Floats, Sighting, frozen

_HEAD: Final = tuple(range(Landmark.NOSE, Landmark.MOUTH_RIGHT + 1))
#: A head is this wide, in lengths of the trunk; from there half of it to each side, with hair and some doubt.
_RADIUS_TRUNKS: Final = 0.36
#: The ellipse reaches at least this much beyond the outermost landmark of the face.
_BEYOND: Final = 1.8
_LEAST_RADIUS_PX: Final = 12.0
#: How fast a lost head may go anywhere, in radii a second.
_GROWTH_PER_S: Final = 2.5
#: So many patches across a head: no feature of a face is left, and colours still tell front from back.
_PATCHES: Final = 5.0
#: How much room the box around the one who is followed leaves, in lengths of the trunk.
_ROOM_TRUNKS: Final = 0.35


@dataclass(frozen=True, slots=True)
class Head:
    """Where a head is, or was: a circle in pixels."""

    x_px: float
    y_px: float
    radius_px: float


@dataclass(frozen=True, slots=True)
class HidingState:
    """The last head that was seen and when; None before the first."""

    head: Head | None = None
    t_s: float = math.nan


def step(state: HidingState, image_rgb: Bytes, sighting: Sighting) -> tuple[HidingState, Bytes]:
    """The picture with the head hidden, as a new read-only array. Pictures must come in order of time."""
    now = head_of(sighting)
    out: Bytes = np.array(image_rgb, np.uint8)
    if now is None and state.head is None:
        return state, frozen(_mosaic(out, max(out.shape[:2]) / 12.0), np.uint8)
    if sighting.people > 1:
        _hide_others(out, sighting)
    if now is None:
        assert state.head is not None
        lost_s = max(0.0, sighting.t_s - state.t_s)
        grown = state.head.radius_px * (1.0 + _GROWTH_PER_S * lost_s)
        _hide(out, Head(state.head.x_px, state.head.y_px, grown))
        return state, frozen(out, np.uint8)
    if state.head is not None:  # a landmark that jumps must not uncover the face it has just left
        _hide(out, state.head)
    _hide(out, now)
    return HidingState(now, sighting.t_s), frozen(out, np.uint8)


def head_of(sighting: Sighting) -> Head | None:
    """The head as a circle around the landmarks of the face; None where none was seen."""
    face = sighting.landmarks_px[list(_HEAD)]
    face = face[np.isfinite(face).all(axis=1)]
    if not len(face):
        return None
    centre = face.mean(axis=0)
    reach = float(np.hypot(*(face - centre).T).max()) * _BEYOND
    trunk = _trunk_px(sighting)
    radius = max(reach, _RADIUS_TRUNKS * trunk if math.isfinite(trunk) else 0.0, _LEAST_RADIUS_PX)
    return Head(float(centre[0]), float(centre[1]), radius)


def _trunk_px(sighting: Sighting) -> float:
    points = sighting.landmarks_px
    shoulders = points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0)
    hips = points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
    return float(np.hypot(*(shoulders - hips)))


def _hide(image: Bytes, head: Head) -> None:
    """Blur a circle of `image`, which may reach over its edges."""
    height, width = image.shape[:2]
    left, right = max(0, int(head.x_px - head.radius_px)), min(width, math.ceil(head.x_px + head.radius_px))
    top, bottom = max(0, int(head.y_px - head.radius_px)), min(height, math.ceil(head.y_px + head.radius_px))
    if right <= left or bottom <= top:
        return
    part = image[top:bottom, left:right]
    inside = np.zeros(part.shape[:2], np.uint8)
    centre = (round(head.x_px) - left, round(head.y_px) - top)
    cv2.circle(inside, centre, round(head.radius_px), 255, cv2.FILLED)
    part[inside > 0] = _mosaic(part, 2.0 * head.radius_px / _PATCHES)[inside > 0]


def _mosaic(image: Bytes, patch_px: float) -> Bytes:
    """The picture in patches of their mean colour, joined softly: what was in them cannot be brought back."""
    height, width = image.shape[:2]
    small = (max(1, round(width / patch_px)), max(1, round(height / patch_px)))
    coarse = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _hide_others(image: Bytes, sighting: Sighting) -> None:
    """Blur everything outside the box around the one who is followed."""
    points: Floats = sighting.landmarks_px[np.isfinite(sighting.landmarks_px).all(axis=1)]
    height, width = image.shape[:2]
    sharp = image.copy()
    image[:] = _mosaic(image, max(height, width) / 24.0)
    if not len(points):
        return
    trunk = _trunk_px(sighting)
    room = _ROOM_TRUNKS * trunk if math.isfinite(trunk) else 0.0
    left, top = (max(0, int(edge - room)) for edge in points.min(axis=0).tolist())
    right, bottom = (
        min(end, math.ceil(edge + room)) for edge, end in zip(points.max(axis=0).tolist(), (width, height), strict=True)
    )
    image[top:bottom, left:right] = sharp[top:bottom, left:right]
