"""The measures of each frame: view, legs and spine put together, with the state they need.

Each frame is measured from raw landmarks and the back as it was recorded, and smoothed at the very end, so that a
recording judged again gives the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from posecheck.body import Side
from posecheck.calibration import SEATED, STANDING, Calibrations
from posecheck.kinematics import angles, framing, positions, smoothing, view
from posecheck.kinematics.legs import lead_leg, leg_measures, plausibility, silhouette_legs, swap_correction
from posecheck.kinematics.spine import personal_neutral, spine_measures
from posecheck.kinematics.spine.network import CODE_SIZE, Code, Network, bundled_network
from posecheck.reasons import Reason, ReasonCode, code_of
from posecheck.records import Floats, Measures, Sighting, View
from posecheck.tunables import Profile, Tunable

#: What is smoothed. Legs as near and far: which of them leads may change, and no angle must run from one to the other.
_ORDER: Final = (
    "hip_hinge_deg",
    "knee_flexion_deg",
    "thigh_deg",
    "far_hip_hinge_deg",
    "far_knee_flexion_deg",
    "far_thigh_deg",
    "trunk_inclination_deg",
    "pelvis_inclination_deg",
    "spine_flexion_deg",
    "spine_sigma_deg",
    "upper_back_deg",
    "lower_back_deg",
    "view_yaw_deg",
    "camera_roll_deg",
)
#: How many quantities are smoothed.
SIGNALS: Final = len(_ORDER)
#: Of these, those reported only by the role of the leg.
_LEGS: Final = ("thigh_deg", "far_hip_hinge_deg", "far_knee_flexion_deg", "far_thigh_deg")
_ROLES: Final = (
    "lead_knee_flexion_deg",
    "lead_hip_hinge_deg",
    "lead_leg_deg",
    "other_knee_flexion_deg",
    "other_hip_hinge_deg",
)
#: With these reasons legs are not measured: hip and knee would be 15 deg off and more (synthetic people).
_LEGS_UNSEEN: Final = frozenset({ReasonCode.VIEW_NOT_SIDE_ON, ReasonCode.VIEW_TOO_FAR})
#: With these reasons the joints can be measured, and only the back cannot be judged.
_BACK_ALONE: Final = frozenset({"", ReasonCode.SPINE_HEELS_AT_SEAT, ReasonCode.SPINE_LYING})
_INCLINATIONS: Final = ("trunk_inclination_deg", "pelvis_inclination_deg")
_WRAPS: Final = np.array([name in (*_INCLINATIONS, "thigh_deg", "far_thigh_deg") for name in _ORDER])


MIN_BEND: Final = Tunable(
    "hip_share.min_bend_deg",
    "deg",
    default=30.0,
    low=10.0,
    high=60.0,
    step=5.0,
    why="bends of the upper trunk smaller than this are not shared out: the error would be larger than the share",
    source="measured on synthetic people: see models/SPINE.md",
)
TUNABLES: Final = (MIN_BEND,)


@dataclass(frozen=True, slots=True, eq=False)
class MeasureState:
    """What measuring remembers from one frame to the next. The field names are keys in recordings."""

    facing: view.FacingState
    side: view.SideState
    own: personal_neutral.NeutralState
    filter: smoothing.OneEuro
    posture: positions.PositionState
    lead: lead_leg.LeadState
    apart: swap_correction.SwapState
    drawn: plausibility.PlausibilityState


def start(calibrations: Calibrations | None = None, network: Network | None = None) -> MeasureState:
    """The state at the start of a session, with the person's calibrations if there are any.

    A calibration made with another network is ignored: its code would mean something else here.
    """
    return MeasureState(
        view.FacingState(),
        view.SideState(),
        personal_neutral.NeutralState()
        if calibrations is None
        else _stored(calibrations, network or bundled_network()),
        smoothing.OneEuro(),
        positions.PositionState(),
        lead_leg.LeadState(),
        swap_correction.SwapState(),
        plausibility.PlausibilityState(),
    )


def _stored(calibrations: Calibrations, network: Network) -> personal_neutral.NeutralState:
    """The personal neutral before the first frame."""
    known = {
        one.position: personal_neutral.Upright(
            np.asarray(one.code, np.float32), one.seen_s, one.seen_s, one.tallest_deg
        )
        for one in calibrations
        if one.spine_model_sha256 == network.sha256 and len(one.code) == CODE_SIZE
    }
    return personal_neutral.NeutralState(stored_standing=known.get(STANDING), stored_seated=known.get(SEATED))


def without_stored(state: MeasureState) -> MeasureState:
    """The state without the calibration, which is another person's."""
    return replace(state, own=replace(state.own, stored_standing=None, stored_seated=None))


def step(
    state: MeasureState,
    sighting: Sighting,
    profile: Profile,
    lead: str = "",
    network: Network | None = None,
    code: Code | None = None,
) -> tuple[MeasureState, Measures]:
    """Measure one sighting: the new memory, and every quantity of `records.QUANTITIES`, smoothed.

    `lead`, one of `records.LEADS`, is what makes a leg the lead leg of the stretch; with "" it is the near one. A leg
    with a role is measured once it is recognised (`View.lead_side`), the far one only where it is seen reliably, and no leg
    whose landmarks lie outside the body (`plausibility`).
    The knee of a lead leg that is the far one is measured only lying (`lead_leg.far_knee_is_measurable`).
    A quantity that cannot be measured is NaN; `view.reason` says why the back cannot be judged. Of a person who is not
    side-on, or too far away, hip and knee are not measured either. The facing is that of
    the recorded back where there is one, so that live and replayed sessions agree. Sightings must come in order of
    time; one from the past starts again. `network` replaces the bundled one, to compare them; `code` is its
    code of this sighting's back, if known already.
    """
    network = network or bundled_network()
    state, frame, lead_side = _tracked(state, sighting, profile, lead)
    measured = measure_frame(frame, state.own, profile, network, code)
    neutral_state = personal_neutral.step(
        state.own,
        sighting.t_s,
        frame.position,
        measured.spine.inclination_deg,
        measured.spine.flexion_without_neutral_deg,
        measured.spine.code,
        profile,
    )
    raw = np.array([measured[name] for name in _ORDER])
    filter_state, smooth = smoothing.step(state.filter, sighting.t_s, raw, profile, _WRAPS)
    leading = frame.near_side if lead == "" else lead_side
    values = _quantities(dict(zip(_ORDER, smooth.tolist(), strict=True)), leading, frame, profile)
    return (
        replace(state, own=neutral_state, filter=filter_state),
        Measures(sighting.t_s, values, replace(measured.view, lead_side=lead_side)),
    )


def _tracked(
    state: MeasureState, sighting: Sighting, profile: Profile, lead: str
) -> tuple[MeasureState, TrackedFrame, Side | None]:
    """Follow facing, near side, position and legs into this frame: the new memory, the frame, the side of the lead leg."""
    t_s, visibility = sighting.t_s, sighting.visibility
    seen = framing.seen_px(sighting.landmarks_px, visibility, sighting.image_wh, profile[framing.MIN_VISIBILITY.key])
    facing_state, facing = view.facing_step(state.facing, t_s, sighting.landmarks_px, visibility)
    side_state, side = view.near_side_step(state.side, t_s, sighting.landmarks_px, visibility, sighting.world_m)
    if sighting.back is not None:
        facing = sighting.back.facing
    position_state = positions.hold(state.posture, t_s, positions.position(seen, facing, profile), profile)
    position = position_state.position
    plausibility_state, legs = plausibility.step(state.drawn, t_s, seen, sighting.legs, side, profile)
    swap_state = state.apart
    if lead != "":  # without a role both legs do the same, and it does not matter which is which
        swap_state, legs, visibility = swap_correction.step(state.apart, t_s, legs, visibility, profile)
    lead_state = lead_leg.lead_step(state.lead, t_s, lead, seen, facing, position, profile)
    if sighting.legs is not None:
        legs = silhouette_legs.put_back(
            legs, seen, sighting.legs.limbs_px, lead_state.side, lead, facing, position, profile
        )
    state = replace(
        state,
        facing=facing_state,
        side=side_state,
        posture=position_state,
        lead=lead_state,
        apart=swap_state,
        drawn=plausibility_state,
    )
    return state, TrackedFrame(sighting, seen, legs, visibility, facing, side, position), lead_state.side


def _quantities(
    smooth: dict[str, float], leading: Side | None, frame: TrackedFrame, profile: Profile
) -> dict[str, float]:
    """Every quantity of `records.QUANTITIES` from the smoothed values by the names of `_ORDER`."""
    values = smooth | _by_role(smooth, leading, frame.near_side, frame.position)
    for name in _LEGS:
        del values[name]
    for name in _INCLINATIONS:
        values[name] = angles.wrap_inclination_deg(values[name])
    values["hip_share"] = hip_share(values["pelvis_inclination_deg"], values["spine_flexion_deg"], profile)
    return values


def _by_role(values: Mapping[str, float], leading: Side | None, near: Side | None, position: str) -> dict[str, float]:
    """The quantities of lead and other leg; NaN while it is not known which is which."""
    if leading is None or near is None:
        return dict.fromkeys(_ROLES, math.nan)
    lead, other = ("", "far_") if leading is near else ("far_", "")
    knee_is_measured = leading is near or lead_leg.far_knee_is_measurable(position)
    return {
        "lead_knee_flexion_deg": values[f"{lead}knee_flexion_deg"] if knee_is_measured else math.nan,
        "lead_hip_hinge_deg": values[f"{lead}hip_hinge_deg"],
        "lead_leg_deg": lead_leg.leg_deg(angles.wrap_inclination_deg(values[f"{lead}thigh_deg"]), position),
        "other_knee_flexion_deg": values[f"{other}knee_flexion_deg"],
        "other_hip_hinge_deg": values[f"{other}hip_hinge_deg"],
    }


def hip_share(pelvis_inclination_deg: float, spine_flexion_deg: float, profile: Mapping[str, float]) -> float:
    """How much of the bend came from the hips: forward tilt of the pelvis / forward tilt of the upper trunk, both since upright.

    1: all of it, the spine as in standing; an ordinary uncoached bend has 0.5-0.6, a good hinge 0.75 or more.
    Range 0..1; a hollow back counts as 1.
    NaN if either is, or while the upper trunk has turned less than `hip_share.min_bend_deg`.
    Limits: it inherits the errors of both, see models/SPINE.md; camera roll adds to the pelvis one to one.
    Source: hip contribution ratio, after Esola 1996 and Laird 2019.
    """
    upper_deg = pelvis_inclination_deg + spine_flexion_deg
    if not upper_deg >= profile[MIN_BEND.key]:
        return math.nan
    return min(max(pelvis_inclination_deg / upper_deg, 0.0), 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFrame:
    """One sighting with what earlier frames say about it: all that its measures are taken from."""

    sighting: Sighting
    seen_px: Floats
    """(33, 2) the landmarks that count, NaN for the others (`framing.seen_px`)."""
    legs_px: Floats
    """(33, 2) the same with implausible and exchanged legs put right (`plausibility`, `swap_correction`)."""
    legs_visibility: Floats
    """(33,) the visibility that belongs to `legs_px`."""
    facing: int
    near_side: Side | None
    position: str
    """The accepted one (`positions`): it selects the personal neutral; a back that lies on the floor has no reading."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameMeasures:
    """The measures of one frame by itself, unsmoothed."""

    values: Mapping[str, float]
    """By the names of `_ORDER`."""
    view: View
    spine: spine_measures.SpineMeasures

    def __getitem__(self, name: str) -> float:
        return self.values[name]


def measure_frame(
    frame: TrackedFrame,
    neutral: personal_neutral.NeutralState,
    profile: Profile,
    network: Network,
    code: Code | None = None,
) -> FrameMeasures:
    """Measure one frame: the view, the legs and the spine, each by itself.

    `neutral` is what is known of this person's upright back. `code` is that of the back, if `network` has encoded it
    before.
    """
    estimate = spine_measures.estimate(frame.sighting, frame.facing, frame.position, neutral, profile, network, code)
    joints = leg_measures.joints_of(
        frame.seen_px, frame.legs_px, frame.legs_visibility, frame.near_side, estimate.shift, profile
    )
    legs = leg_measures.measure(joints, frame.facing)
    seen = view.measure(frame.sighting, frame.seen_px, frame.facing)
    trunk_px = math.nan if joints.trunk_is_hidden else float(np.hypot(*estimate.chord_px))
    why_not = _view_reason(frame, trunk_px, seen["view_yaw_deg"], legs["knee_flexion_deg"], profile)
    if code_of(why_not) in _LEGS_UNSEEN:
        legs = dict.fromkeys(legs, math.nan)
    spine = spine_measures.measure(
        estimate, frame.sighting.back, why_not, profile, network, trunk_is_hidden=joints.trunk_is_hidden
    )
    return FrameMeasures({**legs, **spine.values, **seen}, _view_of(frame, trunk_px, spine.reason, why_not), spine)


def _view_reason(
    frame: TrackedFrame, trunk_px: float, yaw_deg: float, knee_flexion_deg: float, profile: Profile
) -> Reason | None:
    """Why neither back nor, for some reasons, legs can be measured in this picture; None when they can."""
    sighting, side = frame.sighting, frame.near_side
    trunk_missing = tuple(joint for joint in framing.cut_off(frame.seen_px, side) if joint in {"shoulder", "hip"})
    return framing.reason(
        empty=sighting.is_empty,
        brightness_frac=sighting.brightness_frac,
        cut_off_trunk=framing.cut_off_reason(sighting.landmarks_px, sighting.image_wh, side, trunk_missing),
        trunk_px=trunk_px,
        facing=frame.facing,
        yaw_deg=yaw_deg,
        knee_flexion_deg=knee_flexion_deg,
        profile=profile,
        position=frame.position,
        not_reported_trunk=tuple(
            framing.JOINTS[joint]
            for joint in framing.not_reported(sighting.landmarks_px)
            if joint in {"shoulder", "hip"}
        ),
    )


def _view_of(frame: TrackedFrame, trunk_px: float, reason: Reason | None, why_not: Reason | None) -> View:
    """How the camera sees the person; `reason` is that of the back, `why_not` that of the picture."""
    sighting = frame.sighting
    return View(
        facing=frame.facing,
        near_side=frame.near_side,
        trunk_px=trunk_px,
        cut_off=() if sighting.is_empty else framing.cut_off(frame.seen_px, frame.near_side),
        people=sighting.people,
        brightness_frac=sighting.brightness_frac,
        reason=reason,
        position=frame.position,
        well_placed=code_of(why_not) in _BACK_ALONE,
        not_reported=framing.not_reported(sighting.landmarks_px),
    )
