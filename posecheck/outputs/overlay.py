"""The picture with everything drawn on it: a pure function, image and assessment in, a new image out.

Skeleton (near side strong, far side faint), the line of the back coloured by how far it is rounded, hip and knee arcs,
the verdict's banner with the hold timer, the time. All lengths scale with the picture's shorter side, so that it looks
the same on a phone clip and in 4K.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np

from posecheck.body import SKELETON, Landmark, Side, of
from posecheck.outputs import shapes
from posecheck.outputs.banner import draw_banner, lay_out
from posecheck.outputs.lettering import REGULAR, STRONG, put_on_picture
from posecheck.outputs.palette import AMBER, GREY, INK, MIST, PAPER, Colour, back_colour
from posecheck.reasons import Translate
from posecheck.records import CONTOUR_ROWS, Assessment, Back, Bytes, Finding, Floats, Sighting, Verdict

Box: TypeAlias = tuple[float, float, float, float]

#: All lengths below are in units of the picture's shorter side / this.
_REFERENCE_PX: Final = 360.0
_BONE: Final = 2.6
_FAR_BONE: Final = 2.0
_BACK: Final = 4.6
_HALO: Final = 1.1
_BACK_LABEL: Final = 16.0
_FAR_OPACITY: Final = 0.5
#: The part of the outline that is drawn: from the seat to the shoulders.
_DRAWN_ROWS: Final = (-0.1, 1.0)
#: Radius of the head that is drawn where there is no picture, in lengths of the trunk.
HEAD_TRUNKS: Final = 0.21
#: Where on the back its number may stand, from the hip; the first place that is free.
_LABEL_ROWS: Final = (0.55, 0.35, 0.75, 0.15)
#: A landmark the model itself hardly believes in is not drawn.
_SHOWN_VISIBILITY: Final = 0.3
_MOST_ARC_PX: Final = 30.0
#: A smaller bend has no arc, only its number.
_LEAST_ARC_DEG: Final = 8.0


def draw(image_rgb: Bytes, assessment: Assessment, translate: Translate | None = None, *, bare: bool = False) -> Bytes:
    """`image_rgb` (h, w, 3) with the assessment drawn on it, as a new array; the picture handed in is not touched.

    What was not seen is not drawn; an outline that cannot be judged is grey and dashed. Works for any size and shape
    of picture; letters too small to read are left out. `translate` says the words, in English without it; `bare` is for a
    ground without a picture, on which the figure gets a head.
    """
    out: Bytes = np.array(image_rgb, np.uint8, order="C")
    height, width = out.shape[:2]
    unit_px = min(height, width) / _REFERENCE_PX
    seen = assessment.sighting
    banner = lay_out(assessment, width, unit_px, translate)
    if bare:
        _draw_head(out, seen, unit_px)
    _draw_skeleton(out, seen, assessment.measures.view.near_side, unit_px)
    _draw_angles(out, assessment, unit_px)
    if seen.back is not None:
        _draw_back(out, seen.back, assessment, banner.box, unit_px)
    draw_banner(out, assessment, banner, unit_px)
    _draw_time(out, assessment.t_s, unit_px)
    return out


# -------------------------------------------------------------------------------------------------------------- head
def head_px(seen: Sighting) -> Floats:
    """(2,) the middle of the head, which lies between the ears; NaN where they were not seen."""
    ears = [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]
    shown = bool((seen.visibility[ears] >= _SHOWN_VISIBILITY).any())
    middle: Floats = seen.landmarks_px[ears].mean(axis=0) if shown else np.full(2, math.nan)
    return middle


def _draw_head(image: Bytes, seen: Sighting, unit_px: float) -> None:
    """A ring for the head and a line for the neck: a figure without them is hard to read as a person."""
    middle = head_px(seen)
    points = seen.landmarks_px
    shoulders = points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0)
    hips = points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
    radius = HEAD_TRUNKS * float(np.hypot(*(shoulders - hips)))
    apart = float(np.hypot(*(middle - shoulders)))
    if not math.isfinite(radius + apart):
        return
    ring = shapes.arc_points(middle, radius, 0.0, 360.0)
    shapes.line_with_halo(image, ring, MIST, _FAR_BONE * unit_px, _HALO * unit_px)
    if apart > radius:
        neck = np.stack([shoulders, middle + (shoulders - middle) * radius / apart])
        shapes.line_with_halo(image, neck, MIST, _FAR_BONE * unit_px, _HALO * unit_px)


# ---------------------------------------------------------------------------------------------------------- skeleton
def _shown_px(seen: Sighting, landmark: Landmark) -> Floats | None:
    point = seen.point(landmark)
    if not np.isfinite(point).all() or seen.visibility[landmark] < _SHOWN_VISIBILITY:
        return None
    return point


def _draw_skeleton(image: Bytes, seen: Sighting, near: Side | None, unit_px: float) -> None:
    near_bones: list[Floats] = []
    far_bones: list[Floats] = []
    for first, second in SKELETON:
        a, b = _shown_px(seen, first), _shown_px(seen, second)
        if a is None or b is None:
            continue
        is_near = near is not None and all(end.name.startswith(near.value.upper()) for end in (first, second))
        (near_bones if is_near else far_bones).append(np.stack([a, b]))
    if far_bones:
        box = shapes.clipped(image, shapes.box_of(np.concatenate(far_bones), 6.0 * unit_px))
        corner = np.array(box[:2], np.float64)

        def paint(layer: Bytes) -> None:
            for bone in far_bones:
                shapes.line_with_halo(layer, bone - corner, MIST, _FAR_BONE * unit_px, _HALO * unit_px)

        shapes.faded(image, box, _FAR_OPACITY, paint)
    for bone in near_bones:
        shapes.line(image, bone, INK, (_BONE + 2 * _HALO) * unit_px)
    for bone in near_bones:
        shapes.line(image, bone, PAPER, _BONE * unit_px)
    for joint in {tuple(end) for bone in near_bones for end in bone}:
        shapes.disc(image, joint, 3.6 * unit_px, INK)
        shapes.disc(image, joint, 2.6 * unit_px, PAPER)


# ------------------------------------------------------------------------------------------------------------ angles
def _draw_angles(image: Bytes, judged: Assessment, unit_px: float) -> None:
    near = judged.measures.view.near_side
    if near is None:
        return
    for name, above, at, below, label_side in (
        ("hip_hinge_deg", "knee", "hip", "shoulder", 1),
        ("knee_flexion_deg", "hip", "knee", "ankle", -1),
    ):
        value_deg = judged.measures[name]
        points = [_shown_px(judged.sighting, of(joint, near)) for joint in (above, at, below)]
        if math.isnan(value_deg) or any(point is None for point in points):
            continue
        start, vertex, end = (np.asarray(point) for point in points)
        warned = any(f.verdict is Verdict.WARN for f in _about(judged, value_deg))
        colour = AMBER if warned else PAPER
        _draw_angle(image, start, vertex, end, value_deg, colour, label_side, judged.measures.view.facing, unit_px)


def _draw_angle(
    image: Bytes,
    start: Floats,
    vertex: Floats,
    end: Floats,
    value_deg: float,
    colour: Colour,
    label_side: int,
    facing: int,
    unit_px: float,
) -> None:
    """The bend at `vertex`: how far vertex → end has turned from the straight line start → vertex, and its number.

    `label_side` +1 puts the number into the fold, -1 outside it.
    """
    straight, turned = vertex - start, end - vertex
    lengths = float(np.hypot(*straight)), float(np.hypot(*turned))
    if min(lengths) < 1.0:
        return
    straight, turned = straight / lengths[0], turned / lengths[1]
    from_deg = math.degrees(math.atan2(straight[1], straight[0]))
    sweep_deg = math.degrees(
        math.atan2(straight[0] * turned[1] - straight[1] * turned[0], float(np.dot(straight, turned)))
    )
    radius = min(_MOST_ARC_PX * unit_px, 0.4 * min(lengths))
    if value_deg >= _LEAST_ARC_DEG:
        arc = shapes.arc_points(vertex, radius, from_deg, sweep_deg)
        _draw_wedge(image, vertex, arc, vertex + straight * radius * 1.25, colour, unit_px)
    # In a straight body the fold has no side: the way the person faces decides, and helps where it is shallow.
    front = np.array([-straight[1], straight[0]]) * (facing * label_side or 1)
    aim = (turned - straight) * label_side + 0.35 * front
    length = float(np.hypot(*aim))
    aim = aim / length if length > 1e-6 else front
    centre = vertex + aim * (25.0 * unit_px)
    size = 13.0 * unit_px
    put_on_picture(image, f"{round(value_deg)}°", (centre[0], centre[1]), colour, size, STRONG)


def _draw_wedge(image: Bytes, vertex: Floats, arc: Floats, straight_to: Floats, colour: Colour, unit_px: float) -> None:
    """The filled wedge of an angle, its arc, and a dashed line from the vertex to where a straight joint would point."""
    wedge = np.concatenate([vertex[None], arc])
    box = shapes.clipped(image, shapes.box_of(wedge, 2.0))
    corner = np.array(box[:2], np.float64)
    shapes.faded(image, box, 0.28, lambda layer: shapes.filled(layer, wedge - corner, colour))
    for dash in shapes.dashes(np.stack([vertex, straight_to]), 3.5 * unit_px, 3.0 * unit_px):
        shapes.line(image, dash, colour, 1.2 * unit_px)
    shapes.line_with_halo(image, arc, colour, 1.7 * unit_px, 0.7 * unit_px)


def _about(judged: Assessment, value: float) -> list[Finding]:
    """The findings whose rule looks at the measure with this value. A finding does not name its measure."""
    return [finding for finding in judged.findings if finding.value == value]


# -------------------------------------------------------------------------------------------------------------- back
def contour_px(back: Back) -> list[Floats]:
    """The drawn part of the outline of the back as pieces of (n, 2) pixels; it is lifted where it was not seen."""
    rows = np.linspace(*CONTOUR_ROWS, back.dorsal.size)
    chord = back.shoulder_px - back.hip_px
    towards_back = np.array([chord[1], -chord[0]]) * back.facing
    points = back.hip_px + rows[:, None] * chord + back.dorsal[:, None] * towards_back
    shown = (rows >= _DRAWN_ROWS[0]) & (rows <= _DRAWN_ROWS[1]) & np.isfinite(points).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], shown, [False]]).astype(np.int8)))
    return [points[begin:end] for begin, end in zip(edges[::2], edges[1::2], strict=True) if end - begin > 1]


def _draw_back(image: Bytes, back: Back, judged: Assessment, taken: Box, unit_px: float) -> None:
    pieces = contour_px(back)
    spine_deg = judged.measures["spine_flexion_deg"]
    known = judged.verdict is not Verdict.UNKNOWN and not math.isnan(spine_deg)
    if not known:
        for piece in pieces:
            for dash in shapes.dashes(piece, 7.0 * unit_px, 8.0 * unit_px):
                shapes.line_with_halo(image, dash, GREY, 0.7 * _BACK * unit_px, _HALO * unit_px)
        return
    findings = _about(judged, spine_deg)
    limit_deg = findings[0].limit if findings else math.nan
    warned = any(finding.verdict is Verdict.WARN for finding in findings)
    colour = back_colour(spine_deg, limit_deg, warned=warned)
    for piece in pieces:
        shapes.line(image, piece, INK, (_BACK + 2 * _HALO) * unit_px)
    for piece in pieces:
        shapes.line(image, piece, colour, _BACK * unit_px)
    if pieces:
        x, y = label_px(back, taken, unit_px)
        put_on_picture(image, f"{round(spine_deg)}°", (x, y), colour, _BACK_LABEL * unit_px, STRONG)


def label_px(back: Back, taken: Box, unit_px: float) -> Floats:
    """(2,) the middle of the back's number: off the back, behind its middle, so that it covers neither.

    Where it would come to lie under the box `taken` it stands lower or higher on the back, or behind the seat where
    the whole back lies along the box. The back has an outline.
    """
    points = np.concatenate(contour_px(back))
    chord = back.shoulder_px - back.hip_px
    length = float(np.hypot(*chord))
    outward = np.array([chord[1], -chord[0]]) * back.facing / max(length, 1e-6)
    along = (points - back.hip_px) @ chord / max(length, 1e-6) ** 2
    reach = outward * (12.0 + _BACK_LABEL * 0.5 + abs(outward[0]) * _BACK_LABEL * 0.5) * unit_px
    places: list[Floats] = [points[np.argmin(np.abs(along - row))] + reach for row in _LABEL_ROWS]
    seat: Floats = points[0] - chord / max(length, 1e-6) * (10.0 + _BACK_LABEL) * unit_px
    places.append(seat)
    return next((place for place in places if not _under(place, taken, _BACK_LABEL * unit_px)), places[0])


def _under(place: Floats, taken: Box, size_px: float) -> bool:
    """Whether letters of this size around `place` would come to lie under the box."""
    left, top, right, bottom = taken
    x, y = float(place[0]), float(place[1])
    return left - size_px < x < right + size_px and top - size_px < y < bottom + 0.7 * size_px


def _draw_time(image: Bytes, t_s: float, unit_px: float) -> None:
    """The time of the source in the lower left corner."""
    tenths = math.floor(t_s * 10 + 1e-6)
    text = f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
    place = (5.0 * unit_px, image.shape[0] - 12.0 * unit_px)
    put_on_picture(image, text, (place[0] + 18 * unit_px, place[1]), PAPER, 11.0 * unit_px, REGULAR)
