"""How does the camera see the person? Which way they face, which side is near, how the camera is turned.

The facing is taken from the body alone (toes against shin, trunk against thigh …), never against
the picture, so that it holds for people who stand, sit or lie and for a camera held at an angle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.body import Landmark, Side, of
from posecheck.kinematics import angles
from posecheck.records import Floats, Sighting

#: Facing and near side turn over only after the evidence has pointed the other way for so long. Constants, because
#: the facing shapes the recorded crop of the back. Judgement: longer than a glitch, shorter than a turn on the spot.
_TURN_S: Final = 0.7
#: Evidence weaker than this (of ±1) does not count.
_FACING_DOUBT: Final = 0.12
_SIDE_DOUBT: Final = 0.05
#: Without evidence for this long the choice is forgotten.
_FORGET_S: Final = 3.0
#: Landmarks less visible than this are ignored.
_MIN_VISIBILITY: Final = 0.3

_CAMERA_ROLL_MAX_DEG: Final = 30.0
_STRAIGHT_DEG: Final = 15.0
_FEET_AGREE_DEG: Final = 8.0
#: Where a level camera finds them, measured on 110 synthetic people: shoulders a little ahead of the ankles, and the
#: landmark at the toes a little higher than that at the heel.
_SHOULDERS_AHEAD_DEG: Final = 2.0
_TOES_UP_DEG: Final = 2.5

#: How far pose models turn people towards the camera: shoulders by 4°, hips by 11°. Measured on 270 synthetic people.
_TURNED_IN_DEG: Final = 7.0
#: From the tilt of the line ankles → shoulders in depth to the camera's elevation. Fitted to 135 synthetic people.
_ELEVATION_PER_TILT: Final = -1.36
_ELEVATION_AT_0_DEG: Final = -11.5
#: Turned further from side-on, the tilt has a leaning trunk in it.
_ELEVATION_TO_DEG: Final = 25.0
_STEP_M: Final = 0.3


@dataclass(frozen=True, slots=True)
class Held:
    """A choice between two that is only given up for lasting evidence."""

    choice: int = 0
    """+1 or -1; 0 before there was any evidence."""
    since_s: float = math.nan
    """When the evidence began to point the other way; NaN while it does not."""
    seen_s: float = math.nan
    """When there was evidence last."""


def _held_step(held: Held, t_s: float, score: float, doubt: float) -> Held:
    """Take in a score of -1..1; NaN and scores within ±`doubt` are no evidence."""
    away_s = t_s - held.seen_s
    if held.choice != 0 and (away_s > _FORGET_S or away_s < 0.0):
        held = Held()
    if math.isnan(score) or abs(score) < doubt:
        return held
    observed = 1 if score > 0.0 else -1
    if held.choice in (0, observed):
        return Held(observed, math.nan, t_s)
    since_s = t_s if math.isnan(held.since_s) else held.since_s
    if t_s - since_s >= _TURN_S:
        return Held(observed, math.nan, t_s)
    return Held(held.choice, since_s, t_s)


@dataclass(frozen=True, slots=True)
class FacingState:
    """What is remembered of which way the person faces."""

    held: Held = Held()


@dataclass(frozen=True, slots=True)
class SideState:
    """What is remembered of which side is nearer: +1 the person's left."""

    held: Held = Held()


def facing_step(state: FacingState, t_s: float, landmarks_px: Floats, visibility: Floats) -> tuple[FacingState, int]:
    """Which way the person faces: +1 the picture's right, -1 its left, 0 before there was any evidence.

    A change must last 0.7 s; a moment without evidence keeps what was known, 3 s without any forget it.
    `landmarks_px` (33, 2), `visibility` (33,); NaN is not seen.
    """
    held = _held_step(state.held, t_s, facing_score(landmarks_px, visibility), _FACING_DOUBT)
    return FacingState(held), held.choice


def facing_score(landmarks_px: Floats, visibility: Floats) -> float:
    """How surely one frame shows the person facing the picture's right: -1 (surely left) to +1; NaN without evidence.

    Toes lie before the shin, the trunk folds towards the front of the thigh, the nose is before the ears, knees bend
    backwards. A person seen from the front scores near 0.
    Lying on the back counts as facing the way one would after sitting up.
    """
    points = np.where((visibility < _MIN_VISIBILITY)[:, None], np.nan, landmarks_px)
    hip, shoulder = _middle(points, "hip"), _middle(points, "shoulder")
    knee, ankle, ear = _middle(points, "knee"), _middle(points, "ankle"), _middle(points, "ear")
    toes = _middle(points, "foot_index") - _middle(points, "heel")
    length = math.hypot(*(shoulder - hip))
    if not length > 0.0:
        return math.nan
    # Each: sine of the turn from one segment to the next, + for the picture's right, with the size at which it is
    # taken as certain, and its weight. The ears-to-nose and toe lengths shrink as the view turns to the front.
    evidence = (
        (_across(knee - ankle, toes) / (0.25 * length), 1.2),
        (_across(hip - knee, shoulder - hip) / (0.5 * length), 1.5),
        (_across(ear - shoulder, points[Landmark.NOSE] - ear) / (0.2 * length), 0.4),
        (_across(knee - hip, ankle - knee) / (0.5 * length), 0.3),
    )
    total = weights = 0.0
    for value, weight in evidence:
        if not math.isnan(value):
            total += weight * min(max(value, -1.0), 1.0)
            weights += weight
    return total / weights if weights > 0.0 else math.nan


def _across(first: Floats, second: Floats) -> float:
    """How far `second` reaches across `first`, in pixels, + to the right when facing along `first`."""
    length = math.hypot(first[0], first[1])
    if not length > 0.0:
        return math.nan
    return float(first[0] * second[1] - first[1] * second[0]) / length


def _middle(points: Floats, joint: str) -> Floats:
    """The middle of both sides' joint, or the side that is seen; NaN if neither is."""
    left: Floats = points[of(joint, Side.LEFT)]
    right: Floats = points[of(joint, Side.RIGHT)]
    if math.isnan(left[0]):
        return right
    if math.isnan(right[0]):
        return left
    out: Floats = (left + right) / 2.0
    return out


_LEFT: Final = [of(joint, Side.LEFT) for joint in ("shoulder", "hip", "knee", "ankle")]
_RIGHT: Final = [of(joint, Side.RIGHT) for joint in ("shoulder", "hip", "knee", "ankle")]


def near_side_step(
    state: SideState, t_s: float, landmarks_px: Floats, visibility: Floats, world_m: Floats
) -> tuple[SideState, Side | None]:
    """The person's side that is nearer the camera, whose limbs are measured; None before there was any evidence.

    Depth decides (`world_m`, (33, 3), z away from the camera), then which side is seen better; a side whose joints
    are not seen at all is never preferred. Changes like the facing: only for evidence that lasts 0.7 s.
    """
    held = _held_step(state.held, t_s, _left_is_nearer(landmarks_px, visibility, world_m), _SIDE_DOUBT)
    side = {1: Side.LEFT, -1: Side.RIGHT, 0: None}[held.choice]
    return SideState(held), side


def _left_is_nearer(landmarks_px: Floats, visibility: Floats, world_m: Floats) -> float:
    seen = np.isfinite(landmarks_px[:, 0])
    left_seen, right_seen = bool(seen[_LEFT].any()), bool(seen[_RIGHT].any())
    if not (left_seen and right_seen):
        return float(left_seen) - float(right_seen) if left_seen or right_seen else math.nan
    depth_m = world_m[_RIGHT, 2] - world_m[_LEFT, 2]
    better_seen = visibility[_LEFT] - visibility[_RIGHT]
    # 0.2 m between the sides is about as much as there is; visibility differs by a few tenths at most.
    parts = [part for part in (_mean(depth_m) / 0.2, 1.5 * _mean(better_seen)) if not math.isnan(part)]
    return min(max(sum(parts), -1.0), 1.0) if parts else math.nan


def _mean(values: Floats) -> float:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if kept.size else math.nan


def view_yaw_deg(world_m: Floats) -> float:
    """How far the camera is from side-on.

    Zero: the lines through both shoulders and through both hips point at the camera. 90: they lie across the picture,
    the person is seen from the front or from behind. Range 0..90, without a side.
    Needs the `world_m` of both shoulders and hips; NaN if one is missing.
    Limits: the depth of a pose model is an estimate; expect ±10°. A twisted trunk reads the mean of both lines.
    """
    return 0.5 * (
        _off_axis_deg(world_m[Landmark.LEFT_SHOULDER] - world_m[Landmark.RIGHT_SHOULDER])
        + _off_axis_deg(world_m[Landmark.LEFT_HIP] - world_m[Landmark.RIGHT_HIP])
    )


def front_deg(world_m: Floats) -> float:
    """How far the person has turned their front towards the camera.

    Zero: exactly side-on. Positive: the front shows; negative: the back does. Range about -97..83, whichever way they
    face. What pose models turn people towards the camera by on the average is taken off.
    Needs the `world_m` of both shoulders and hips; NaN if one is missing.
    Measured on 270 synthetic people turned by up to 60°, standing: standard deviation of the error 6°; the sign was right in
    all of those turned by 20° or more.
    """
    lines_m = (
        world_m[Landmark.LEFT_SHOULDER] - world_m[Landmark.RIGHT_SHOULDER],
        world_m[Landmark.LEFT_HIP] - world_m[Landmark.RIGHT_HIP],
    )
    turned = [math.degrees(math.atan2(line_m[0], abs(line_m[2]))) for line_m in lines_m if np.any(line_m != 0.0)]
    return sum(turned) / 2.0 - _TURNED_IN_DEG if len(turned) == 2 else math.nan


def camera_elevation_deg(world_m: Floats) -> float:
    """How far the camera is tilted down to a person who stands upright with straight legs, seen from the side.

    Zero: it stands level with the hips. Positive: it stands higher. The angle of the line of sight to the hips, whichever
    way the camera is tilted.
    Needs the `world_m` of shoulders, hips and ankles; NaN if one is missing, turned by more than 25° from side-on, or
    with the feet more than 0.3 m apart in the picture's plane (a step, one foot raised).
    Measured on 135 synthetic people, the camera 0.3 to 1.8 m high and 2 to 4 m away: standard deviation of the error 2.7°.
    """
    up_m = 0.5 * (
        world_m[Landmark.LEFT_SHOULDER]
        + world_m[Landmark.RIGHT_SHOULDER]
        - world_m[Landmark.LEFT_ANKLE]
        - world_m[Landmark.RIGHT_ANKLE]
    )
    step_m = world_m[Landmark.LEFT_ANKLE, :2] - world_m[Landmark.RIGHT_ANKLE, :2]
    stands = math.hypot(*step_m) <= _STEP_M and -up_m[1] > 0.0
    if not (stands and abs(front_deg(world_m)) <= _ELEVATION_TO_DEG):
        return math.nan
    return _ELEVATION_PER_TILT * math.degrees(math.atan2(up_m[2], -up_m[1])) + _ELEVATION_AT_0_DEG


def _off_axis_deg(line_m: Floats) -> float:
    across, along = math.hypot(line_m[0], line_m[1]), abs(float(line_m[2]))
    return math.nan if across == along == 0.0 else math.degrees(math.atan2(across, along))


def camera_roll_deg(landmarks_px: Floats, facing: int) -> float:
    """How far the camera is turned about its lens, from what ought to be upright or level in the scene.

    Zero: level. Positive: the scene leans to the picture's right, as a person standing upright would. Range -30..30.
    Taken from the line ankles → shoulders of somebody who stands straight (hip and knee within 15°), else from two
    feet that stand flat and parallel.
    NaN when neither can be seen: sitting, lying, one foot raised, feet hidden, facing unknown.
    Limits: a person who leans as a whole, or stands on a slope, cannot be distinguished from a turned camera, nor can a tilt
    beyond 30° from somebody lying down. Measured on synthetic people (standard deviation): 1.6° standing straight,
    5° from the feet, more where they stand apart.
    """
    if facing == 0:
        return math.nan
    shoulder, hip = _middle(landmarks_px, "shoulder"), _middle(landmarks_px, "hip")
    knee, ankle = _middle(landmarks_px, "knee"), _middle(landmarks_px, "ankle")
    bends = angles.hip_hinge_deg(shoulder, hip, knee), angles.knee_flexion_deg(hip, knee, ankle)
    if max(bends) <= _STRAIGHT_DEG:
        roll_deg = angles.trunk_inclination_deg(ankle, shoulder, 1) - _SHOULDERS_AHEAD_DEG * facing
    else:
        left_deg, right_deg = (_foot_slope_deg(landmarks_px, side, facing) for side in Side)
        agree = abs(left_deg - right_deg) <= _FEET_AGREE_DEG
        roll_deg = 0.5 * (left_deg + right_deg) + _TOES_UP_DEG * facing if agree else math.nan
    return roll_deg if abs(roll_deg) <= _CAMERA_ROLL_MAX_DEG else math.nan


def _foot_slope_deg(landmarks_px: Floats, side: Side, facing: int) -> float:
    """How far the sole falls clockwise, as seen on the screen."""
    sole = landmarks_px[of("foot_index", side)] - landmarks_px[of("heel", side)]
    return math.nan if not math.hypot(*sole) > 0.0 else math.degrees(math.atan2(facing * sole[1], facing * sole[0]))


def measure(sighting: Sighting, seen_px: Floats, facing: int) -> dict[str, float]:
    """The measures of the view in one frame: yaw and roll of the camera, in degrees; NaN where not known."""
    return {
        "view_yaw_deg": view_yaw_deg(sighting.world_m),
        "camera_roll_deg": camera_roll_deg(seen_px, facing),
    }
