"""How are camera and person placed in this one picture? What the set-up check (`check_state`) rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from posecheck.body import Landmark, Side, of
from posecheck.kinematics import angles, framing, positions, view
from posecheck.kinematics.spine import dorsal_contour, quality_gates
from posecheck.kinematics.spine.dorsal_profile import axis_px
from posecheck.reasons import Reason, ReasonCode, code_of
from posecheck.records import Floats, Measures, Sighting
from posecheck.tunables import Tunable

ROOM_AHEAD: Final = Tunable(
    "setup.room_ahead_trunks",
    "",
    default=1.3,
    low=0.0,
    high=4.0,
    step=0.1,
    why="so much of the picture, in lengths of the trunk, must be free from the hips forward, for head and hands in the bend",
    source="geometry: trunk and head are 1.5 long, and the hips go back by 0.2 as they bend",
)
ROOM_BEHIND: Final = Tunable(
    "setup.room_behind_trunks",
    "",
    default=0.6,
    low=0.0,
    high=4.0,
    step=0.1,
    why="so much of the picture, in lengths of the trunk, must be free from the hips backward, for the hips in the bend",
    source="geometry: half the depth of the body, and the hips go back by 0.2 as they bend",
)
TUNABLES: Final = (ROOM_AHEAD, ROOM_BEHIND)

#: What to correct: nothing (""), something, or not known (None).
Asked: TypeAlias = Reason | Literal[""] | None

#: A trunk that leans less than this, to whichever side, counts as upright. Judgement: a slouch does, a bend does not.
UPRIGHT_DEG: Final = 20.0
#: With that much of the picture's height free on the other side, tilting the camera is enough.
_SPARE_FRAC: Final = 0.12
#: The face belongs to the body that is to be in the picture, though nothing is measured there.
_HEAD: Final = (Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR)
_BACK_REASONS: Final = frozenset(
    {
        ReasonCode.SPINE_CUT_OFF,
        ReasonCode.SPINE_OUTLINE_UNCLEAR,
        ReasonCode.SPINE_COVERED,
        ReasonCode.SPINE_UNEVEN,
        ReasonCode.SPINE_UNCERTAIN,
    }
)
#: With these the back cannot be seen at all, so its outline is neither free nor covered.
_BACK_UNKNOWN: Final = frozenset({ReasonCode.SPINE_LYING, ReasonCode.SPINE_TOO_DEEP})


@dataclass(frozen=True, slots=True)
class Observation:
    """One frame as the set-up check uses it. NaN and None: not seen."""

    t_s: float
    people: int
    brightness_frac: float
    lean_deg: float
    """Of the trunk against the vertical, to whichever side, 0..180."""
    standing: bool
    facing: int
    front_deg: float
    """`view.front_deg`."""
    yaw_deg: float
    """`view_yaw_deg`, unsigned, as the gate knows it."""
    trunk_px: float
    trunk_frac: float
    """Length of the trunk as a share of the picture's height."""
    elevation_deg: float
    """`view.camera_elevation_deg`, while standing upright with the whole body in the picture: feet are guessed otherwise."""
    roll_deg: float
    """`camera_roll_deg`, while standing upright."""
    frame: Asked
    """What to do about parts of the body that do not show."""
    back: Asked
    """What to do about the line of the back."""
    cover_frac: float
    """Share of the outline of the back that shows."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody was found."""
        return math.isnan(self.lean_deg)

    @property
    def upright(self) -> bool:
        """Whether the trunk is upright."""
        return self.lean_deg <= UPRIGHT_DEG


def observe(sighting: Sighting, measures: Measures, profile: Mapping[str, float]) -> Observation:
    """How camera and person are placed in one sighting, of which `measures` were taken.

    `profile` holds the room's numbers.
    """
    hip, shoulder = axis_px(sighting.landmarks_px)
    trunk = shoulder - hip
    trunk_px = float(np.hypot(*trunk))
    lean_deg = abs(angles.trunk_inclination_deg(hip, shoulder, 1)) if trunk_px > 0.0 else math.nan
    stands = measures.view.position == positions.STANDING
    upright = stands and lean_deg <= UPRIGHT_DEG
    facing = measures.view.facing
    frame = None if sighting.is_empty else frame_reason(sighting, measures.view.near_side, facing, profile)
    return Observation(
        t_s=sighting.t_s,
        people=sighting.people,
        brightness_frac=sighting.brightness_frac,
        lean_deg=lean_deg,
        standing=stands,
        facing=facing,
        front_deg=view.front_deg(sighting.world_m),
        yaw_deg=measures["view_yaw_deg"],
        trunk_px=trunk_px,
        trunk_frac=trunk_px / sighting.image_wh[1],
        elevation_deg=view.camera_elevation_deg(sighting.world_m) if upright and frame == "" else math.nan,
        roll_deg=measures["camera_roll_deg"] if upright else math.nan,
        frame=frame,
        back=_back(sighting, measures, profile),
        cover_frac=math.nan if sighting.back is None else dorsal_contour.cover_frac(sighting.back.dorsal),
    )


def frame_reason(
    sighting: Sighting, side: Side | None, facing: int, profile: Mapping[str, float]
) -> Reason | Literal[""]:
    """What to do so that the whole body shows, and has room to bend; empty when it does.

    Parts of the near side outside the picture decide where to go; those inside it that are seen on neither side are
    hidden by something.
    """
    visibility = profile[framing.MIN_VISIBILITY.key]
    seen = framing.seen_px(sighting.landmarks_px, sighting.visibility, sighting.image_wh, visibility)
    missing = framing.cut_off(seen, side)
    sides = (side,) if side is not None else tuple(Side)
    places = {framing.JOINTS[joint]: [sighting.point(of(joint, one)) for one in sides] for joint in missing}
    face = [sighting.point(landmark) for landmark in _HEAD]
    if all(_outside(point, sighting.image_wh) for point in face):
        places = {"head": face, **places}
    outside = {part: points for part, points in places.items() if all(_outside(p, sighting.image_wh) for p in points)}
    if not outside:
        lacking = framing.not_reported(sighting.landmarks_px)
        hidden = tuple(framing.JOINTS[joint] for joint in framing.cut_off(seen, None) if joint not in lacking)
        if hidden:
            return Reason(ReasonCode.SETUP_HIDDEN, parts=hidden)
        return _room_reason(sighting, facing, profile)
    parts = tuple(outside)
    edges = set().union(*(_outside(points[0], sighting.image_wh) for points in outside.values()))
    height = sighting.image_wh[1]
    shown = sighting.landmarks_px[np.isfinite(sighting.landmarks_px[:, 1]), 1]
    if edges == {"bottom"} and shown.min() > _SPARE_FRAC * height:
        return Reason(ReasonCode.SETUP_TILT_DOWN, parts=parts)
    if edges == {"top"} and shown.max() < (1.0 - _SPARE_FRAC) * height:
        return Reason(ReasonCode.SETUP_TILT_UP, parts=parts)
    if edges == {"right"}:
        return Reason(ReasonCode.SETUP_BACKWARD if facing > 0 else ReasonCode.SETUP_FORWARD)
    if edges == {"left"}:
        return Reason(ReasonCode.SETUP_BACKWARD if facing < 0 else ReasonCode.SETUP_FORWARD)
    return Reason(ReasonCode.SETUP_AWAY, parts=parts)


def _room_reason(sighting: Sighting, facing: int, profile: Mapping[str, float]) -> Reason | Literal[""]:
    """What to do so that the picture holds the bend, too; empty when it does, or the facing is not known."""
    hip, shoulder = axis_px(sighting.landmarks_px)
    trunk_px = float(np.hypot(*(shoulder - hip)))
    if facing == 0 or not trunk_px > 0.0:
        return ""
    right_px = sighting.image_wh[0] - hip[0]
    ahead_px, behind_px = (right_px, hip[0]) if facing > 0 else (hip[0], right_px)
    short_ahead = ahead_px < profile[ROOM_AHEAD.key] * trunk_px
    short_behind = behind_px < profile[ROOM_BEHIND.key] * trunk_px
    if short_ahead and short_behind:
        return Reason(ReasonCode.SETUP_NO_ROOM)
    if short_ahead:
        return Reason(ReasonCode.SETUP_BACKWARD)
    return Reason(ReasonCode.SETUP_FORWARD) if short_behind else ""


def _outside(point: Floats, image_wh: tuple[int, int]) -> set[str]:
    """The edges of the picture beyond which a point lies."""
    (width, height), (x, y) = image_wh, point
    beyond = {"left": x < -0.5, "right": x > width - 0.5, "top": y < -0.5, "bottom": y > height - 0.5}
    return {edge for edge, out in beyond.items() if out}


def _back(sighting: Sighting, measures: Measures, profile: Mapping[str, float]) -> Asked:
    """What keeps the back from being read; None where that is not known (nobody, lying, hanging down)."""
    if sighting.back is None:
        return None
    mid_hip, mid_shoulder = axis_px(sighting.landmarks_px)
    inclination_deg = angles.trunk_inclination_deg(mid_hip, mid_shoulder, sighting.back.facing)
    reason = quality_gates.gate_reason(sighting.back, inclination_deg, profile) or measures.view.reason
    if code_of(reason) in _BACK_UNKNOWN:
        return None
    return reason if reason is not None and reason.code in _BACK_REASONS else ""
