"""The line of the back: the silhouette resampled along the trunk, and the outline of its back side.

The axis runs from the middle of the hips (u = 0) to the middle of the shoulders (u = 1); across it, n is positive
towards the back. Both are measured in chords, the length of that axis, so distance and roll of the camera drop out.
Whole pixel coordinates are the centres of pixels.

The numbers here shape what a recording holds, so they are constants, not tunables: with another value older recordings
could not be compared.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from posecheck.body import Landmark, Side, of
from posecheck.records import CONTOUR_ROWS, CROP_SHAPE, Back, Floats, frozen

_FINER: Final = 2
#: u of the samples of `Back.dorsal`, evenly spaced along hip → shoulder: from mid-thigh to above the head.
ROWS: Final[Floats] = frozen(np.linspace(*CONTOUR_ROWS, CROP_SHAPE[0] * _FINER), np.float64)
#: n of the columns the mask is sampled at, from in front of the belly (-) to behind the back (+).
_COLUMNS: Final[Floats] = frozen(np.linspace(-0.45, 0.85, CROP_SHAPE[1] * _FINER), np.float64)
#: u of the rows of `Back.crop`, and n of its columns: each cell is the mean of 2 × 2 samples.
CROP_ROWS: Final[Floats] = frozen(ROWS.reshape(-1, _FINER).mean(axis=1), np.float64)
CROP_COLUMNS: Final[Floats] = frozen(_COLUMNS.reshape(-1, _FINER).mean(axis=1), np.float64)

_U: Final = np.repeat(ROWS[:, None], _COLUMNS.size, axis=1).astype(np.float32)
_N: Final = np.repeat(_COLUMNS[None, :], ROWS.size, axis=0).astype(np.float32)
_PITCH: Final = float(_COLUMNS[1] - _COLUMNS[0])
_ROW: Final = np.arange(ROWS.size)
_AXIS: Final = int(np.argmin(np.abs(_COLUMNS)))

_EDGE: Final = 0.5  # a mask value above it is the person
_FINE_STEPS: Final = np.linspace(0.0, 1.0, 9)  # between two columns, to find the outline to a fraction of a pixel
_TRUNK: Final = (ROWS >= 0.0) & (ROWS <= 1.0)
#: Rows in which arms and jumps are searched: the back itself with a little of buttock and neck.
_BACK: Final = np.flatnonzero((ROWS >= -0.15) & (ROWS <= 1.05))
_CORE: Final = np.ix_(_TRUNK, np.abs(_COLUMNS) <= 0.25)

_MAX_OFF_AXIS: Final = 0.3  # an outline whose body begins farther from the axis is not the trunk's
_BORDER_PX: Final = 1.0  # an outline so near the border is the picture's, not the person's
_ARM_RADIUS: Final = 0.09  # of an arm that lies on the trunk: half a forearm and what the landmarks are off
_JUTTING_RADIUS: Final = 0.14  # of an arm that juts out behind: its outline shows the sleeve, too
_JUTTING: Final = 0.25  # how far behind the axis that begins
_STEP: Final = 1.5 * float(ROWS[1] - ROWS[0])  # an outline steeper than 56° against the axis has jumped
_MAX_MISS: Final = 0.04  # how far beyond a jump the outline may lie from where it was heading ...
_MAX_MISS_PER_GAP: Final = 0.25  # ... and how much more for every chord of the gap
_HEADING_ROWS: Final = 6
_MIN_PIECE_ROWS: Final = 4  # a shorter piece shows no direction
_MIN_CHORD_PX: Final = 2.0

#: Points along each arm bone at which an arm is searched. The shoulder end belongs to the trunk.
_ARM_BONES: Final = tuple(
    (of(start, side), of(end, side), from_frac)
    for side in Side
    for start, end, from_frac in (("shoulder", "elbow", 0.4), ("elbow", "wrist", 0.0))
)
_ALONG: Final = np.linspace(0.0, 1.0, 12)


def axis_px(landmarks_px: Floats) -> tuple[Floats, Floats]:
    """The middle of the hips and the middle of the shoulders, (2,) each; NaN if either side is not seen."""
    hip_px: Floats = (landmarks_px[Landmark.LEFT_HIP] + landmarks_px[Landmark.RIGHT_HIP]) / 2.0
    shoulder_px: Floats = (landmarks_px[Landmark.LEFT_SHOULDER] + landmarks_px[Landmark.RIGHT_SHOULDER]) / 2.0
    return hip_px, shoulder_px


def read_back(mask: NDArray[np.float32], landmarks_px: Floats, facing: int) -> Back | None:
    """The back as the (h, w) mask shows it, for a person who faces `facing` (+1 the picture's right, -1 left).

    The crop holds the trunk's connected part only. The outline is where the mask falls through 0.5, going from the
    axis towards the back, to a fraction of a pixel; it is NaN in rows where a fore- or upper arm lies on it, where it
    steps aside (an arm the landmarks missed, a hole, something in front), where the picture ends, and where there is
    no person at all.
    None if the facing is not known (0), or hips and shoulders are not seen or fall together: there is no axis.
    """
    hip_px, shoulder_px = axis_px(landmarks_px)
    chord = shoulder_px - hip_px
    length_px = float(np.hypot(*chord))
    if facing == 0 or not length_px >= _MIN_CHORD_PX:
        return None
    outward = np.array([chord[1], -chord[0]]) * np.sign(facing)

    sampled = _sample(mask, hip_px, chord, outward, _U, _N)
    trunk = _trunk_only(sampled)
    crop = trunk.reshape(CROP_SHAPE[0], _FINER, CROP_SHAPE[1], _FINER).mean(axis=(1, 3))

    inner, found = _last_column_of_body(trunk > _EDGE)
    dorsal = np.where(found, _crossing(mask, hip_px, chord, outward, inner), np.nan)
    axis_inside = _inside(mask, hip_px + ROWS[:, None] * chord)
    outline_inside = _inside(mask, _place(hip_px, chord, outward, ROWS, dorsal))
    cut_off = found & ~outline_inside
    dorsal[cut_off] = np.nan
    dorsal[_under_arm(dorsal, landmarks_px, hip_px, chord, outward, length_px)] = np.nan
    dorsal[_stepped_aside(dorsal)] = np.nan
    return Back(
        hip_px=frozen(hip_px, np.float64),
        shoulder_px=frozen(shoulder_px, np.float64),
        facing=int(np.sign(facing)),
        crop=frozen(np.rint(crop * 255.0), np.uint8),
        # Four bytes hold a ten-thousandth of a pixel, and a recording keeps them whole.
        dorsal=frozen(dorsal.astype(np.float32), np.float64),
        inside_frac=float((axis_inside & ~cut_off)[_TRUNK].mean()),
    )


def _place(hip_px: Floats, chord: Floats, outward: Floats, u: Floats, n: Floats) -> Floats:
    out: Floats = hip_px + u[..., None] * chord + n[..., None] * outward
    return out


def _sample(
    mask: NDArray[np.float32],
    hip_px: Floats,
    chord: Floats,
    outward: Floats,
    u: NDArray[np.float32],
    n: NDArray[np.float32],
) -> NDArray[np.float32]:
    """The mask at every (u, n), 0 outside the picture."""
    x, y = (u * np.float32(chord[axis]) + (n * np.float32(outward[axis]) + np.float32(hip_px[axis])) for axis in (0, 1))
    out: NDArray[np.float32] = cv2.remap(mask, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0.0)  # type: ignore[assignment]
    return out


def _trunk_only(sampled: NDArray[np.float32]) -> NDArray[np.float32]:
    """The samples without parts of the silhouette that do not hang together with the trunk."""
    body = (sampled > _EDGE).astype(np.uint8)
    count, labels = cv2.connectedComponents(body, connectivity=4)
    if count <= 2:
        return sampled
    in_core = np.bincount(labels[_CORE].ravel(), minlength=count)
    in_core[0] = 0
    return np.where((labels == in_core.argmax()) | (body == 0), sampled, np.float32(0.0))


def _last_column_of_body(body: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each row the column after which the body ends towards the back, and whether there is one.

    From the axis outwards. Where the axis itself lies off the body, the part of the body nearest to it counts.
    """
    behind, before = body[:, _AXIS:], body[:, _AXIS::-1]
    to_behind = np.where(behind.any(axis=1), behind.argmax(axis=1), behind.shape[1])
    to_before = np.where(before.any(axis=1), before.argmax(axis=1), before.shape[1] * 2)
    ended = ~behind & (np.arange(behind.shape[1]) >= to_behind[:, None])
    last_behind = _AXIS + ended.argmax(axis=1) - 1
    use_before = to_before < to_behind
    found = np.where(use_before, True, ended.any(axis=1)) & (np.minimum(to_behind, to_before) * _PITCH <= _MAX_OFF_AXIS)
    last = np.where(use_before, _AXIS - to_before, last_behind)
    return np.where(found, last, 0), found


def _crossing(
    mask: NDArray[np.float32], hip_px: Floats, chord: Floats, outward: Floats, inner: NDArray[np.intp]
) -> Floats:
    """Where (n) the mask falls through 0.5, between column `inner` of each row and the next."""
    n = _COLUMNS[inner][:, None] + _PITCH * _FINE_STEPS
    u = np.repeat(ROWS[:, None], n.shape[1], axis=1)
    value = _sample(mask, hip_px, chord, outward, u.astype(np.float32), n.astype(np.float32))
    after = np.maximum((value <= _EDGE).argmax(axis=1), 1)
    high, low = value[_ROW, after - 1], value[_ROW, after]
    part = np.clip((high - _EDGE) / np.maximum(high - low, 1e-6), 0.0, 1.0)
    out: Floats = n[_ROW, after - 1] + part * (_PITCH * _FINE_STEPS[1])
    return out


def _inside(mask: NDArray[np.float32], points_px: Floats) -> NDArray[np.bool_]:
    """Which (n, 2) points lie in the picture and not on its border; NaN does not."""
    height, width = mask.shape
    x, y = points_px[:, 0], points_px[:, 1]
    out: NDArray[np.bool_] = np.asarray(
        (x >= _BORDER_PX) & (x <= width - 1 - _BORDER_PX) & (y >= _BORDER_PX) & (y <= height - 1 - _BORDER_PX)
    )
    return out


def _under_arm(
    dorsal: Floats, landmarks_px: Floats, hip_px: Floats, chord: Floats, outward: Floats, length_px: float
) -> NDArray[np.bool_]:
    """Rows whose outline may be an arm's: an arm bone lies so near that its flesh reaches it."""
    starts = landmarks_px[[start for start, _, _ in _ARM_BONES]][:, None]
    ends = landmarks_px[[end for _, end, _ in _ARM_BONES]][:, None]
    first = np.array([from_frac for _, _, from_frac in _ARM_BONES])[:, None]
    along = (first + (1.0 - first) * _ALONG)[..., None]
    points = (starts + (ends - starts) * along).reshape(-1, 2) - hip_px
    arm_u, arm_n = points @ chord / length_px**2, points @ outward / length_px**2
    radius = np.where(arm_n > _JUTTING, _JUTTING_RADIUS, _ARM_RADIUS)
    near = np.hypot(ROWS[:, None] - arm_u, dorsal[:, None] - arm_n) < radius
    return np.asarray(near.any(axis=1))


def _stepped_aside(dorsal: Floats) -> NDArray[np.bool_]:
    """Rows of the back where the outline has jumped off the line it follows elsewhere.

    The longest unbroken piece is the back; a piece beyond a jump belongs to it only if it goes on where the last one
    was heading.
    """
    out = np.zeros(dorsal.shape, dtype=bool)
    seen = _BACK[np.isfinite(dorsal[_BACK])]
    jumps = np.flatnonzero(np.abs(np.diff(dorsal[seen])) > _STEP * np.diff(seen))
    if jumps.size == 0:
        return out
    pieces = np.split(seen, jumps + 1)
    longest = max(range(len(pieces)), key=lambda k: pieces[k].size)
    for order in (range(longest + 1, len(pieces)), range(longest - 1, -1, -1)):
        last = pieces[longest]
        for k in order:
            if _goes_on(dorsal, last, pieces[k]):
                last = pieces[k]
            else:
                out[pieces[k]] = True
    return out


def _goes_on(dorsal: Floats, kept: NDArray[np.intp], piece: NDArray[np.intp]) -> bool:
    """Whether the outline in rows `piece` lies where the `kept` piece beside it was heading."""
    if piece.size < _MIN_PIECE_ROWS:
        return False
    above = piece[0] > kept[-1]
    tail = kept[-_HEADING_ROWS:] if above else kept[:_HEADING_ROWS]
    first = piece[0] if above else piece[-1]
    slope = np.polyfit(ROWS[tail], dorsal[tail], 1)[0] if tail.size > 1 else 0.0
    gap = ROWS[first] - ROWS[tail].mean()
    miss = abs(dorsal[first] - dorsal[tail].mean() - slope * gap)
    return bool(miss <= _MAX_MISS + _MAX_MISS_PER_GAP * abs(ROWS[first] - ROWS[kept[-1] if above else kept[0]]))
