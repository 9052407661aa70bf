"""Can the back be judged from this picture? What is cut off, and the one most important reason why not.

The most important reason comes first: in the dark it is no use to ask for turning side-on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from posecheck.body import Side, of
from posecheck.kinematics import positions
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Floats
from posecheck.tunables import Tunable

MIN_BRIGHTNESS: Final = Tunable(
    "view.min_brightness_frac",
    "",
    default=0.06,
    low=0.0,
    high=0.5,
    step=0.01,
    why="pictures darker than this are not judged",
    source="judgement: about half the light of a dim room at night; body and background run together below",
)
MIN_BRIGHTNESS_FOUND: Final = Tunable(
    "view.min_brightness_nobody_frac",
    "",
    default=0.15,
    low=0.0,
    high=0.5,
    step=0.01,
    why="nobody found in a picture darker than this calls for light, not for stepping into the picture",
    source="measured on synthetic people: the pose model loses them at 0.06 to 0.12",
)
MIN_VISIBILITY: Final = Tunable(
    "view.min_visibility",
    "",
    default=0.4,
    low=0.0,
    high=1.0,
    step=0.05,
    why="joints the pose model is less sure of count as not seen",
    source="measured on real clips: joints below 0.4 were mostly guesses",
)
MIN_TRUNK: Final = Tunable(
    "view.min_trunk_px",
    "px",
    default=28.0,
    low=10.0,
    high=400.0,
    step=1.0,
    why="a trunk shorter than this in the picture is too small to show a bend",
    source="measured on synthetic people: readings hold down to about 60 px and fall apart below 28",
)
MAX_YAW: Final = Tunable(
    "view.max_yaw_deg",
    "deg",
    default=33.0,
    low=10.0,
    high=60.0,
    step=1.0,
    why="how far from side-on the camera may look; more lets more views through and reads them less well",
    source="measured on real clips: views of about 45 deg are then refused in 97-100 % of frames",
)
MAX_KNEE: Final = Tunable(
    "view.max_knee_flexion_deg",
    "deg",
    default=120.0,
    low=90.0,
    high=180.0,
    step=5.0,
    why="knees bent more than this are kneeling or a deep squat, where thigh and trunk overlap; not asked on the floor",
    source="measured on synthetic people: 199 of 200 chairs and 94 of 100 half-kneeling pictures read less; deep squats "
    "of a true 150 to 165 deg read 121 to 127",
)
TUNABLES: Final = (MIN_BRIGHTNESS, MIN_BRIGHTNESS_FOUND, MIN_VISIBILITY, MIN_TRUNK, MAX_YAW, MAX_KNEE)

#: The joints of the near side that can be cut off, from the head down, and the part of the body each stands for in
#: messages (`part.NAME`).
JOINTS: Final[Mapping[str, str]] = {"shoulder": "shoulders", "hip": "hips", "knee": "knees", "ankle": "feet"}


def seen_px(landmarks_px: Floats, visibility: Floats, image_wh: tuple[int, int], min_visibility: float) -> Floats:
    """The (33, 2) landmarks with NaN for those outside the picture or less visible than `min_visibility`.

    A pose model guesses joints it cannot see; a guess is not measured. A NaN visibility means that the backend reports
    none, and counts as visible.
    """
    seen = ~(visibility < min_visibility) & _inside(landmarks_px, image_wh)
    out: Floats = np.where(seen[:, None], landmarks_px, np.nan)
    return out


def _inside(landmarks_px: Floats, image_wh: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    width, height = image_wh
    x, y = landmarks_px[:, 0], landmarks_px[:, 1]
    return (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)


def cut_off(seen: Floats, side: Side | None) -> tuple[str, ...]:
    """The joints of one side (either side while None) that are not among the `seen` ones, from the head down."""
    sides = (side,) if side is not None else tuple(Side)
    return tuple(joint for joint in JOINTS if all(math.isnan(seen[of(joint, one)][0]) for one in sides))


def not_reported(landmarks_px: Floats) -> tuple[str, ...]:
    """The joints that the pose model reports of neither side, from the head down; none where it has found nobody.

    `landmarks_px` is (33, 2), NaN only where the model has no such landmark: one it cannot see it guesses.
    """
    if np.isnan(landmarks_px).all():
        return ()
    return cut_off(landmarks_px, None)


def cut_off_reason(
    landmarks_px: Floats, image_wh: tuple[int, int], side: Side | None, missing: tuple[str, ...]
) -> Reason | None:
    """Which joints lie outside the picture; None if none of the `missing` ones does.

    A joint that is inside the picture but hidden is another matter, and stepping back would not help.
    """
    inside = _inside(landmarks_px, image_wh)
    sides = (side,) if side is not None else tuple(Side)
    outside = tuple(JOINTS[joint] for joint in missing if not any(inside[of(joint, one)] for one in sides))
    return Reason(ReasonCode.VIEW_CUT_OFF, parts=outside) if outside else None


def reason(
    *,
    empty: bool,
    brightness_frac: float,
    cut_off_trunk: Reason | None,
    trunk_px: float,
    facing: int,
    yaw_deg: float,
    knee_flexion_deg: float,
    profile: Mapping[str, float],
    position: str = "",
    not_reported_trunk: tuple[str, ...] = (),
) -> Reason | None:
    """Why the back cannot be judged in this picture, the most important reason; None when it can.

    `cut_off_trunk` is `cut_off_reason` of shoulders and hips, `not_reported_trunk` what the pose model lacks of them. A knee that is not seen (NaN) does not keep the back from
    being judged; an unknown yaw does. `position` is the accepted one (`positions`): somebody lying is not judged, and a
    knee folded aside on the floor is neither kneeling nor a squat.
    """
    if brightness_frac < profile[MIN_BRIGHTNESS.key]:
        return Reason(ReasonCode.VIEW_TOO_DARK)
    if empty:
        dark = brightness_frac < profile[MIN_BRIGHTNESS_FOUND.key]
        return Reason(ReasonCode.VIEW_TOO_DARK if dark else ReasonCode.VIEW_NOBODY)
    if not_reported_trunk:
        return Reason(ReasonCode.VIEW_NOT_REPORTED, parts=not_reported_trunk)
    if cut_off_trunk:
        return cut_off_trunk
    if math.isnan(trunk_px):
        # Somebody who faces the camera has no nearer side, so that no shoulder and no hip is measured.
        turned = yaw_deg > profile[MAX_YAW.key]
        return Reason(ReasonCode.VIEW_NOT_SIDE_ON if turned else ReasonCode.VIEW_TRUNK_HIDDEN)
    if trunk_px < profile[MIN_TRUNK.key]:
        return Reason(ReasonCode.VIEW_TOO_FAR)
    if facing == 0 or not yaw_deg <= profile[MAX_YAW.key]:
        return Reason(ReasonCode.VIEW_NOT_SIDE_ON)
    if position == positions.LYING:
        return Reason(ReasonCode.SPINE_LYING)
    if knee_flexion_deg > profile[MAX_KNEE.key] and position != positions.FLOOR:
        return Reason(ReasonCode.SPINE_HEELS_AT_SEAT)
    return None
