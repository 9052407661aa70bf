"""What are the measures of this frame? The room's parts put together, with the memory they need.

Everything is measured anew in each frame from raw landmarks and the back as it was recorded, and smoothed at the
very end, so that a recording judged again gives the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.body import Side, of
from posecheck.kinematics import angles, framing, smoothing, spine, view
from posecheck.kinematics.back import axis_px
from posecheck.records import Floats, Measures, Sighting, View
from posecheck.tunables import Profile, Tunable

_ORDER: Final = (
    "hip_hinge_deg",
    "knee_flexion_deg",
    "trunk_inclination_deg",
    "spine_flexion_deg",
    "upper_back_deg",
    "lower_back_deg",
    "view_yaw_deg",
    "camera_roll_deg",
)
_WRAPS: Final = np.array([name == "trunk_inclination_deg" for name in _ORDER])


MIN_BEND: Final = Tunable(
    "hip_share.min_bend_deg",
    "deg",
    default=30.0,
    low=10.0,
    high=60.0,
    step=5.0,
    why="bends of the upper trunk smaller than this are not shared out: the error would be larger than the share",
    source="measured on synthetic people: from 30 deg on the share is off by 0.18 on average",
)
TUNABLES: Final = (MIN_BEND,)

#: How far the chord hip → shoulder falls behind the upper trunk when the spine flexes by one degree; the rest is how
#: far it runs ahead of the pelvis. Measured on synthetic people (0.48-0.49); a planar trunk gives the same.
_CHORD_AHEAD_FRAC: Final = 0.48


@dataclass(frozen=True, slots=True)
class MeasureState:
    """What measuring remembers from one frame to the next."""

    facing: view.FacingState
    side: view.SideState
    filter: smoothing.OneEuro


def start() -> MeasureState:
    """The memory of a session in which nothing has been seen yet."""
    return MeasureState(view.FacingState(), view.SideState(), smoothing.OneEuro())


def step(state: MeasureState, sighting: Sighting, profile: Profile) -> tuple[MeasureState, Measures]:
    """Measure one sighting: the new memory, and every quantity of `records.QUANTITIES`, smoothed.

    A quantity that cannot be measured is NaN; `view.reason` says why the back cannot be judged. The facing is that of
    the recorded back where there is one, so that live and replayed sessions agree. Sightings must come in order of
    time; one from the past begins anew.
    """
    seen = framing.seen_px(
        sighting.landmarks_px, sighting.visibility, sighting.image_wh, profile[framing.MIN_VISIBILITY.key]
    )
    facing_state, facing = view.facing_step(state.facing, sighting.t_s, sighting.landmarks_px, sighting.visibility)
    side_state, side = view.near_side_step(
        state.side, sighting.t_s, sighting.landmarks_px, sighting.visibility, sighting.world_m
    )
    if sighting.back is not None:
        facing = sighting.back.facing
    raw, seen_view = _measure(sighting, seen, facing, side, profile)
    filter_state, smooth = smoothing.step(state.filter, sighting.t_s, raw, profile, _WRAPS)
    values = dict(zip(_ORDER, smooth.tolist(), strict=True))
    values["trunk_inclination_deg"] = angles.wrap_inclination_deg(values["trunk_inclination_deg"])
    values["hip_share"] = hip_share(values["trunk_inclination_deg"], values["spine_flexion_deg"], profile)
    return MeasureState(facing_state, side_state, filter_state), Measures(sighting.t_s, values, seen_view)


def hip_share(trunk_inclination_deg: float, spine_flexion_deg: float, profile: Mapping[str, float]) -> float:
    """How much of the bend came from the hips: turn of the pelvis / turn of the upper trunk since upright.

    1: all of it, the spine as in standing; an ordinary uncoached bend has 0.5-0.6, a good hinge 0.75 or more.
    Range 0..1; a hollow back counts as 1.
    The chord hip → shoulder turns with the pelvis and, by about half, with the spine, so that both turns follow from
    the trunk's inclination and the spine's flexion. The lower end of the outline, which would show the pelvis
    directly, is no better on real people: it moves with the buttocks.
    NaN if either is, or while the upper trunk has turned less than `hip_share.min_bend_deg`.
    Limits: thin. It inherits every error of the flexion, and takes upright as the vertical. On synthetic people it is
    off by 0.18 on average (r 0.68); it tells shares below 0.5 from those above 0.75 (AUC 0.91), not finer.
    Source: hip contribution ratio, after Esola 1996 and Laird 2019.
    """
    pelvis_deg = trunk_inclination_deg - _CHORD_AHEAD_FRAC * spine_flexion_deg
    upper_deg = pelvis_deg + spine_flexion_deg
    if not upper_deg >= profile[MIN_BEND.key]:
        return math.nan
    return min(max(pelvis_deg / upper_deg, 0.0), 1.0)


def _measure(sighting: Sighting, seen: Floats, facing: int, side: Side | None, profile: Profile) -> tuple[Floats, View]:
    """The raw values in the order of `_ORDER`, and how the camera sees the person."""
    hip, shoulder, knee, ankle = (_joint(seen, name, side) for name in ("hip", "shoulder", "knee", "ankle"))
    knee_flexion_deg = angles.knee_flexion_deg(hip, knee, ankle, facing)
    mid_hip, mid_shoulder = axis_px(sighting.landmarks_px)
    inclination_deg = angles.trunk_inclination_deg(mid_hip, mid_shoulder, facing)
    yaw_deg = view.view_yaw_deg(sighting.world_m)
    trunk_hidden = bool(np.isnan(hip).any() or np.isnan(shoulder).any())
    trunk_px = math.nan if trunk_hidden else float(np.hypot(*(mid_shoulder - mid_hip)))
    missing = framing.cut_off(seen, side)
    trunk_missing = tuple(joint for joint in missing if joint in {"shoulder", "hip"})
    why_not = framing.reason(
        empty=sighting.is_empty,
        brightness_frac=sighting.brightness_frac,
        cut_off_trunk=framing.cut_off_reason(sighting.landmarks_px, sighting.image_wh, side, trunk_missing),
        trunk_px=trunk_px,
        facing=facing,
        yaw_deg=yaw_deg,
        knee_flexion_deg=knee_flexion_deg,
        profile=profile,
    )
    reading = spine.SpineReading(math.nan, math.nan, math.nan, why_not)
    if not why_not:
        if sighting.back is None:
            reading = spine.SpineReading(math.nan, math.nan, math.nan, spine.NO_FIT)
        else:
            reading = spine.read_spine(sighting.back, inclination_deg, profile)
    raw = np.array(
        [
            angles.hip_hinge_deg(shoulder, hip, knee, facing),
            knee_flexion_deg,
            math.nan if trunk_hidden else inclination_deg,
            reading.flexion_deg,
            reading.upper_deg,
            reading.lower_deg,
            yaw_deg,
            view.camera_roll_deg(seen, facing),
        ]
    )
    return raw, View(
        facing=facing,
        near_side=side,
        trunk_px=trunk_px,
        cut_off=() if sighting.is_empty else missing,
        people=sighting.people,
        brightness_frac=sighting.brightness_frac,
        reason=reading.reason,
        position=framing.position(angles.thigh_inclination_deg(hip, knee, facing), profile),
    )


def _joint(seen: Floats, name: str, side: Side | None) -> Floats:
    out: Floats = seen[of(name, side)] if side is not None else np.full(2, np.nan)
    return out
