"""The oracle: a person drawn with compass and ruler, whose angles and back line are known exactly.

    figure = stick_figure(trunk_inclination_deg=60, spine_bend_deg=30, facing=-1)
    detection = figure.detection(t_s=0.0)          # as a pose model would give it: landmarks, visibility, world, mask
    sighting = figure.sighting(t_s=0.0)            # as the session would record it, with the back read by posecheck

Seen from the side, in one plane. Lengths are in chords (mid-hip → mid-shoulder is 1), so `trunk_px` is the scale. The
mask is drawn four times as fine and averaged down, so that its 0.5 level runs exactly through the drawn outline. Whole
pixel numbers are pixel centres.

The limits of the oracle: it has no skin, no clothes and no perspective. It proves geometry and nothing else; what the
outline of real backs looks like is for `benchmarks.people` to say.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from posecheck.body import Landmark, Side, of
from posecheck.kinematics import read_back
from posecheck.records import Detection, Floats, Sighting, frozen

Arms: TypeAlias = Literal["front", "over_back"]

#: Half the distance between left and right, in chords; only depth and yaw show it.
HALF_WIDTH: Final = 0.2
#: Metres of a chord in `world_m`.
CHORD_M: Final = 0.52
#: How far behind the axis the back of a figure without bend lies, and the belly before it, in chords.
BACK_DEPTH: Final = 0.22
BELLY_DEPTH: Final = 0.2

_FINER: Final = 4
_THIGH, _SHANK = 0.85, 0.8
_LIMB_WIDTH: Final = 0.2
_HEAD_RADIUS: Final = 0.17
#: Elbow and wrist as (u along the trunk, n behind the axis).
_ARMS: Final[dict[Arms, tuple[tuple[float, float], tuple[float, float]]]] = {
    "front": ((0.85, -0.45), (0.7, -0.85)),
    "over_back": ((0.8, 0.5), (0.35, 0.25)),
}


@dataclass(frozen=True, eq=False)
class StickFigure:
    """What was drawn, and the truth about it. Arrays are as in `records.Detection`."""

    landmarks_px: Floats
    visibility: Floats
    world_m: Floats
    mask: NDArray[np.float32]
    facing: int
    """+1 the picture's right, -1 left, after mirroring."""
    near_side: Side
    hip_px: Floats
    """(2,) mid-hip."""
    shoulder_px: Floats
    """(2,) mid-shoulder."""
    spine_bend_deg: float
    """The turn of the drawn back line from u = 0 to u = 0.95; + bulges out."""

    @property
    def trunk_px(self) -> float:
        """Length of the chord."""
        return float(np.hypot(*(self.shoulder_px - self.hip_px)))

    def outline(self, u: Any) -> Floats:
        """How far behind the axis the back line was drawn at heights `u` along it, in chords."""
        return back_line(u, self.spine_bend_deg)

    def detection(self, t_s: float, people: int = 1) -> Detection:
        """The figure as a pose model would give it."""
        return Detection(t_s, self.landmarks_px, self.visibility, self.world_m, frozen(self.mask, np.float32), people)

    def sighting(
        self, t_s: float, index: int = 0, *, people: int = 1, brightness_frac: float = 0.5, with_back: bool = True
    ) -> Sighting:
        """The figure as the session would record it; its back is read for the way it really faces."""
        height, width = self.mask.shape
        return Sighting(
            t_s=t_s,
            index=index,
            image_wh=(width, height),
            landmarks_px=self.landmarks_px,
            visibility=self.visibility,
            world_m=self.world_m,
            back=read_back(self.mask, self.landmarks_px, self.facing) if with_back else None,
            people=people,
            brightness_frac=brightness_frac,
        )

    def without(self, *joints: str) -> StickFigure:
        """The same figure with both sides of these joints not seen (visibility 0)."""
        visibility = np.array(self.visibility)
        visibility[[of(joint, side) for joint in joints for side in Side]] = 0.0
        return replace(self, visibility=frozen(visibility, np.float64))

    def painted(self, mask: NDArray[np.float32]) -> StickFigure:
        """The same figure with another mask of the same size."""
        return replace(self, mask=mask)


def nobody(t_s: float, image_wh: tuple[int, int] = (640, 480), index: int = 0) -> Sighting:
    """A sighting without a person."""
    return Sighting(
        t_s=t_s,
        index=index,
        image_wh=image_wh,
        landmarks_px=frozen(np.full((33, 2), np.nan), np.float64),
        visibility=frozen(np.full(33, np.nan), np.float64),
        world_m=frozen(np.full((33, 3), np.nan), np.float64),
        back=None,
        people=0,
        brightness_frac=0.5,
    )


def back_line(u: Any, spine_bend_deg: float) -> Floats:
    """Distance of the drawn back line behind the axis at heights `u`, in chords.

    A parabola through `BACK_DEPTH` at both ends of the axis, whose direction turns by `spine_bend_deg` from u = 0 to
    u = 0.95; beyond the ends it goes on straight.
    """
    slope = _slope_of(spine_bend_deg)
    heights = np.asarray(u, dtype=np.float64)
    within = np.clip(heights, 0.0, 1.0)
    straight_on = np.where(heights < 0.0, slope * heights, np.where(heights > 1.0, -slope * (heights - 1.0), 0.0))
    out: Floats = BACK_DEPTH + slope * within * (1.0 - within) + straight_on
    return out


def _slope_of(spine_bend_deg: float) -> float:
    """The slope c of n = c·u·(1 - u) at u = 0 for a turn of atan(c) + atan(0.9 c) up to u = 0.95."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if math.degrees(math.atan(middle) + math.atan(0.9 * middle)) < spine_bend_deg:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def stick_figure(
    *,
    trunk_inclination_deg: float = 0.0,
    hip_hinge_deg: float | None = None,
    knee_flexion_deg: float = 0.0,
    spine_bend_deg: float = 0.0,
    facing: int = 1,
    roll_deg: float = 0.0,
    yaw_deg: float = 0.0,
    trunk_px: float = 120.0,
    hip_at_px: tuple[float, float] = (320.0, 240.0),
    image_wh: tuple[int, int] = (640, 480),
    arms: Arms = "front",
    arms_drawn: Arms | None = None,
    mirror: bool = False,
) -> StickFigure:
    """Draw a person with exactly these angles.

    `trunk_inclination_deg`: mid-hip → mid-shoulder against the vertical of the scene, + forward.
    `hip_hinge_deg`: trunk against thigh; unless given the thigh hangs straight down.
    `knee_flexion_deg`: thigh against shin, negative pushed back past straight.
    `spine_bend_deg`: turn of the back line (see `back_line`), + rounded.
    `facing`: +1 the picture's right, -1 left. The near side is the one such a person turns to the camera.
    `roll_deg`: turns the whole scene clockwise about the mid-hip, as a tilted camera does. An inclination measured in
    the picture is then `trunk_inclination_deg + facing * roll_deg`.
    `yaw_deg`: turns shoulders and hips out of the line of sight, in `world_m` and in where left and right lie.
    `arms`: where the elbow and wrist landmarks are; `arms_drawn`: where the mask has the arm, if elsewhere.
    `mirror`: flips the finished picture, as a selfie camera does: the facing turns and left and right change names.
    """
    hinge_deg = trunk_inclination_deg if hip_hinge_deg is None else hip_hinge_deg
    plane = _Plane(trunk_inclination_deg, facing, roll_deg, trunk_px, hip_at_px)
    joints = _joints(plane, trunk_inclination_deg, hinge_deg, knee_flexion_deg, _ARMS[arms])
    near = Side.RIGHT if facing > 0 else Side.LEFT
    landmarks, world = _spread(joints, near, yaw_deg, facing, trunk_px, hip_at_px)
    mask = _draw(plane, joints, spine_bend_deg, _ARMS[arms_drawn or arms], image_wh)
    visibility = np.full(33, 0.95)
    visibility[[of(joint, near.other) for joint in ("elbow", "wrist", "hip", "knee", "ankle")]] = 0.7
    hip, shoulder = joints["hip"], joints["shoulder"]
    if mirror:
        flip = np.array([-1.0, 1.0])
        edge = np.array([image_wh[0] - 1.0, 0.0])
        landmarks, hip, shoulder = (points * flip + edge for points in (landmarks, hip, shoulder))
        world = world * np.array([-1.0, 1.0, 1.0])
        swap = [Landmark[_other_side(landmark.name)] for landmark in Landmark]
        landmarks, world, visibility = landmarks[swap], world[swap], visibility[swap]
        mask, facing, near = np.ascontiguousarray(mask[:, ::-1]), -facing, near.other
    return StickFigure(
        landmarks_px=frozen(landmarks, np.float64),
        visibility=frozen(visibility, np.float64),
        world_m=frozen(world, np.float64),
        mask=mask,
        facing=facing,
        near_side=near,
        hip_px=frozen(hip, np.float64),
        shoulder_px=frozen(shoulder, np.float64),
        spine_bend_deg=spine_bend_deg,
    )


def _other_side(name: str) -> str:
    left, right = "LEFT", "RIGHT"
    return name.replace(left, "*").replace(right, left).replace("*", right)


@dataclass(frozen=True)
class _Plane:
    """Takes points of the person's own plane into the picture."""

    inclination_deg: float
    facing: int
    roll_deg: float
    trunk_px: float
    hip_at_px: tuple[float, float]

    def px(self, forward: Any, up: Any) -> Floats:
        """(…, 2) pixels of points given in chords forward of and above the mid-hip."""
        x, y = np.asarray(forward) * self.facing, -np.asarray(up)
        cos, sin = math.cos(math.radians(self.roll_deg)), math.sin(math.radians(self.roll_deg))
        turned = np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1)
        out: Floats = np.array(self.hip_at_px) + self.trunk_px * turned
        return out

    def trunk(self, u: Any, n: Any) -> Floats:
        """(…, 2) pixels of points given in chords along the trunk and behind its axis."""
        sin, cos = math.sin(math.radians(self.inclination_deg)), math.cos(math.radians(self.inclination_deg))
        u, n = np.asarray(u), np.asarray(n)
        return self.px(u * sin - n * cos, u * cos + n * sin)


def _joints(
    plane: _Plane,
    inclination_deg: float,
    hinge_deg: float,
    knee_deg: float,
    arm: tuple[tuple[float, float], tuple[float, float]],
) -> dict[str, Floats]:
    """The joints of one side in pixels."""
    thigh = math.radians(hinge_deg - inclination_deg)
    shank = thigh - math.radians(knee_deg)
    knee = np.array([_THIGH * math.sin(thigh), -_THIGH * math.cos(thigh)])
    ankle = knee + _SHANK * np.array([math.sin(shank), -math.cos(shank)])
    along, down = np.array([math.cos(shank), math.sin(shank)]), np.array([math.sin(shank), -math.cos(shank)])
    return {
        "hip": plane.px(0.0, 0.0),
        "shoulder": plane.trunk(1.0, 0.0),
        "knee": plane.px(*knee),
        "ankle": plane.px(*ankle),
        "heel": plane.px(*(ankle - 0.1 * along + 0.1 * down)),
        "foot_index": plane.px(*(ankle + 0.3 * along + 0.1 * down)),
        "elbow": plane.trunk(*arm[0]),
        "wrist": plane.trunk(*arm[1]),
        "ear": plane.trunk(1.4, 0.0),
        "nose": plane.trunk(1.4, -0.22),
    }


def _spread(
    joints: dict[str, Floats],
    near: Side,
    yaw_deg: float,
    facing: int,
    trunk_px: float,
    hip_at_px: tuple[float, float],
) -> tuple[Floats, Floats]:
    """All 33 landmarks in pixels and in metres: the near side towards the camera, the far one away from it."""
    across = HALF_WIDTH * math.sin(math.radians(yaw_deg)) * facing
    depth = HALF_WIDTH * math.cos(math.radians(yaw_deg))
    landmarks, world = np.empty((33, 2)), np.empty((33, 3))
    for landmark in Landmark:
        side, _, joint = landmark.name.lower().partition("_")
        towards = {near.value: -1.0, near.other.value: 1.0}.get(side, 0.0)
        if joint in {"pinky", "index", "thumb"}:
            joint = "wrist"  # the hand is a point
        point = joints.get(joint, joints["nose"])
        landmarks[landmark] = point + np.array([towards * across * trunk_px, 0.0])
        metres = (landmarks[landmark] - np.array(hip_at_px)) / trunk_px * CHORD_M
        world[landmark] = (*metres, towards * depth * CHORD_M)
    return landmarks, world


def _draw(
    plane: _Plane,
    joints: dict[str, Floats],
    spine_bend_deg: float,
    arm: tuple[tuple[float, float], tuple[float, float]],
    image_wh: tuple[int, int],
) -> NDArray[np.float32]:
    width, height = image_wh
    fine = np.zeros((height * _FINER, width * _FINER), np.uint8)
    u = np.linspace(-0.25, 1.1, 136)
    back = plane.trunk(u, back_line(u, spine_bend_deg))
    belly = plane.trunk(u[::-1], np.full(u.size, -BELLY_DEPTH))
    _fill(fine, np.concatenate([back, belly]))
    _limb(fine, [joints["hip"], joints["knee"], joints["ankle"], joints["foot_index"]], plane.trunk_px)
    _limb(fine, [joints["shoulder"], plane.trunk(*arm[0]), plane.trunk(*arm[1])], plane.trunk_px, 0.5)
    _limb(fine, [plane.trunk(1.0, 0.0), joints["ear"]], plane.trunk_px)
    angles = np.linspace(0.0, 2.0 * math.pi, 60)
    _fill(fine, joints["ear"] + _HEAD_RADIUS * plane.trunk_px * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    small = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
    out: NDArray[np.float32] = small.astype(np.float32) / np.float32(255.0)
    return out


def _fill(fine: NDArray[np.uint8], points_px: Floats) -> None:
    corners = (points_px + 0.5) * _FINER - 0.5
    cv2.fillPoly(fine, [np.rint(corners * 256.0).astype(np.int32)], (255.0,), lineType=cv2.LINE_8, shift=8)


def _limb(fine: NDArray[np.uint8], points_px: list[Floats], trunk_px: float, width: float = 1.0) -> None:
    half = 0.5 * _LIMB_WIDTH * width * trunk_px
    for start, end in itertools.pairwise(points_px):
        along = (end - start) / max(float(np.hypot(*(end - start))), 1e-9)
        beside = half * np.array([-along[1], along[0]])
        _fill(fine, np.stack([start + beside, end + beside, end - beside, start - beside]))
