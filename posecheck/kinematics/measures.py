"""What are the measures of this frame? The room's parts put together, with the memory they need.

Everything is measured anew in each frame from raw landmarks and the back as it was recorded, and smoothed at the
very end, so that a recording judged again gives the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from posecheck.body import Side, of
from posecheck.calibration import SEATED, STANDING, Calibrations
from posecheck.kinematics import angles, framing, positions, smoothing, view
from posecheck.kinematics.legs import lead_leg, plausibility, silhouette_legs, swap_correction
from posecheck.kinematics.spine import flexion, joint_correction, personal_neutral
from posecheck.kinematics.spine.dorsal_profile import axis_px
from posecheck.kinematics.spine.landmark_features import aligned
from posecheck.kinematics.spine.network import CODE_SIZE, Code, Network, SpinePrediction, bundled_network
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
#: Of these, what is only told by the role of the leg.
_LEGS: Final = ("thigh_deg", "far_hip_hinge_deg", "far_knee_flexion_deg", "far_thigh_deg")
_ROLES: Final = (
    "lead_knee_flexion_deg",
    "lead_hip_hinge_deg",
    "lead_leg_deg",
    "other_knee_flexion_deg",
    "other_hip_hinge_deg",
)
#: What legs do shows from the side alone and not from afar: elsewhere hip and knee read 15 deg off and more (drawn people).
_LEGS_UNSEEN: Final = frozenset({ReasonCode.VIEW_NOT_SIDE_ON, ReasonCode.VIEW_TOO_FAR})
#: The picture is fit for the joints, and the back alone cannot be judged.
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
    """What measuring remembers from one frame to the next."""

    facing: view.FacingState
    side: view.SideState
    own: personal_neutral.NeutralState
    filter: smoothing.OneEuro
    posture: positions.PositionState
    lead: lead_leg.LeadState
    apart: swap_correction.SwapState
    drawn: plausibility.PlausibilityState


def start(calibrations: Calibrations | None = None, network: Network | None = None) -> MeasureState:
    """The memory of a session in which nothing has been seen yet, but for what the person was calibrated to.

    A calibration that another network made is left out: its code would mean something else here.
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
    """What is known of a person before anything was seen."""
    known = {
        one.position: personal_neutral.Upright(
            np.asarray(one.code, np.float32), one.seen_s, one.seen_s, one.tallest_deg
        )
        for one in calibrations
        if one.spine_model_sha256 == network.sha256 and len(one.code) == CODE_SIZE
    }
    return personal_neutral.NeutralState(stored_standing=known.get(STANDING), stored_seated=known.get(SEATED))


def without_stored(state: MeasureState) -> MeasureState:
    """The memory without the calibration: it is another person's."""
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
    with a role is measured once it is recognised (`View.lead_side`), the far one only where it is truly seen, and no leg
    that is drawn outside of the body (`plausibility`).
    The knee of a lead leg that is the far one is measured lying alone (`lead_leg.far_knee_is_measurable`).
    A quantity that cannot be measured is NaN; `view.reason` says why the back cannot be judged. Of somebody who does not
    stand side-on, or too far away, hip and knee are not measured either. The facing is that of
    the recorded back where there is one, so that live and replayed sessions agree. Sightings must come in order of
    time; one from the past begins anew. `network` is another one than posecheck's own, to compare them; `code` is what
    its encoder made of the back of this very sighting before, so that it need not do so again.
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
    posture_state = positions.hold(state.posture, sighting.t_s, positions.position(seen, facing, profile), profile)
    position = posture_state.position
    apart_state, visibility = state.apart, sighting.visibility
    drawn_state, shown = plausibility.step(state.drawn, sighting.t_s, seen, sighting.legs, side, profile)
    if lead != "":  # without a role both legs do the same, and it does not matter which is which
        apart_state, shown, visibility = swap_correction.step(state.apart, sighting.t_s, shown, visibility, profile)
    lead_state = lead_leg.lead_step(state.lead, sighting.t_s, lead, seen, facing, position, profile)
    if sighting.legs is not None:
        shown = silhouette_legs.put_back(
            shown, seen, sighting.legs.limbs_px, lead_state.side, lead, facing, position, profile
        )
    looked = measure_frame(
        sighting,
        seen,
        (shown, visibility),
        facing,
        side,
        position,
        state.own,
        profile,
        network or bundled_network(),
        code,
    )
    own_state = personal_neutral.step(
        state.own,
        sighting.t_s,
        position,
        looked.inclination_deg,
        looked.flexion_without_neutral_deg,
        looked.code,
        profile,
    )
    filter_state, smooth = smoothing.step(state.filter, sighting.t_s, looked.values, profile, _WRAPS)
    values = dict(zip(_ORDER, smooth.tolist(), strict=True))
    leading = side if lead == "" else lead_state.side
    values |= _by_role(values, leading, side, position)
    for name in _LEGS:
        del values[name]
    for name in _INCLINATIONS:
        values[name] = angles.wrap_inclination_deg(values[name])
    values["hip_share"] = hip_share(values["pelvis_inclination_deg"], values["spine_flexion_deg"], profile)
    return (
        MeasureState(
            facing_state, side_state, own_state, filter_state, posture_state, lead_state, apart_state, drawn_state
        ),
        Measures(sighting.t_s, values, replace(looked.view, lead_side=lead_state.side)),
    )


def _by_role(values: Mapping[str, float], leading: Side | None, near: Side | None, position: str) -> dict[str, float]:
    """The quantities of lead and other leg; NaN while nobody knows which is which."""
    if leading is None or near is None:
        return dict.fromkeys(_ROLES, math.nan)
    lead, other = ("", "far_") if leading is near else ("far_", "")
    knee_told = leading is near or lead_leg.far_knee_is_measurable(position)
    return {
        "lead_knee_flexion_deg": values[f"{lead}knee_flexion_deg"] if knee_told else math.nan,
        "lead_hip_hinge_deg": values[f"{lead}hip_hinge_deg"],
        "lead_leg_deg": lead_leg.leg_deg(angles.wrap_inclination_deg(values[f"{lead}thigh_deg"]), position),
        "other_knee_flexion_deg": values[f"{other}knee_flexion_deg"],
        "other_hip_hinge_deg": values[f"{other}hip_hinge_deg"],
    }


def hip_share(pelvis_inclination_deg: float, spine_flexion_deg: float, profile: Mapping[str, float]) -> float:
    """How much of the bend came from the hips: turn of the pelvis / turn of the upper trunk since upright.

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
class FrameMeasures:
    """One sighting measured by itself, unsmoothed."""

    values: Floats
    """In the order of `_ORDER`."""
    view: View
    inclination_deg: float
    """Of the axis as the pose model has it."""
    code: Code | None
    """The network's code of the picture; None where the back cannot be judged."""
    flexion_without_neutral_deg: float
    """Spine flexion read without knowing the person; NaN where the back cannot be judged."""
    prediction: SpinePrediction | None
    """All that the network says, whether or not it is to be trusted; None where it has not looked."""

    def __getitem__(self, name: str) -> float:
        return float(self.values[_ORDER.index(name)])


def measure_frame(
    sighting: Sighting,
    seen: Floats,
    corrected_legs: tuple[Floats, Floats],
    facing: int,
    side: Side | None,
    position: str,
    known: personal_neutral.NeutralState,
    profile: Profile,
    network: Network,
    code: Code | None = None,
) -> FrameMeasures:
    """Measure one sighting. `seen` are the landmarks that count, NaN for the others (`framing.seen_px`).

    `corrected_legs` are the same and their visibility with the legs put right (`plausibility.step`, `swap_correction.step`): knees are
    measured there.

    `position` is the accepted one (`positions`): it decides which personal neutral is used; somebody lying is not judged.
    `code` is that of the back, if `network` has encoded it before.
    """
    mid_hip, mid_shoulder = axis_px(sighting.landmarks_px)
    inclination_deg = angles.trunk_inclination_deg(mid_hip, mid_shoulder, facing)

    back = sighting.back
    if back is not None and code is None:
        code = network.encode(back.crop, aligned(sighting.landmarks_px, back.facing))
    neutral_code = personal_neutral.neutral_code(known, position, profile)
    told: SpinePrediction | None = None if code is None else network.predict(code, neutral_code, inclination_deg)
    shift = joint_correction.shift_of(told, mid_shoulder - mid_hip, facing, profile[joint_correction.CORRECTION.key])

    hip, shoulder = _joint(seen, "hip", side) + shift.hip_px, _joint(seen, "shoulder", side) + shift.shoulder_px
    knee, ankle = (_joint(corrected_legs[0], name, side) for name in ("knee", "ankle"))
    far_hip, far_knee, far_ankle = lead_leg.far_leg(*corrected_legs, side, profile)
    far_hip = far_hip + shift.hip_px
    knee_flexion_deg = angles.knee_flexion_deg(hip, knee, ankle, facing)
    trunk_hidden = bool(np.isnan(hip).any() or np.isnan(shoulder).any())
    trunk_px = math.nan if trunk_hidden else float(np.hypot(*(mid_shoulder - mid_hip)))
    yaw_deg = view.view_yaw_deg(sighting.world_m)
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
        position=position,
    )
    if why_not:
        reading = flexion.unread(why_not)
    elif back is None or told is None or code is None:
        reading = flexion.unread(Reason(ReasonCode.SPINE_OUTLINE_UNCLEAR))
    else:
        reading = flexion.read_spine(back, told, inclination_deg, network, profile, known=neutral_code is not None)
    if code_of(why_not) in _LEGS_UNSEEN:
        knee, far_knee = np.full(2, np.nan), np.full(2, np.nan)
        knee_flexion_deg = math.nan
    judged = reading.reason is None and code is not None
    flexion_without_neutral_deg = math.nan
    if judged and code is not None:
        flexion_without_neutral_deg = (
            reading.flexion_deg if neutral_code is None else network.predict(code, None, inclination_deg).flexion_deg
        )
    values = np.array(
        [
            angles.hip_hinge_deg(shoulder, hip, knee, facing),
            knee_flexion_deg,
            angles.thigh_inclination_deg(hip, knee, facing),
            # The far shoulder is hidden more often than not: the near side tells how the trunk leans.
            angles.hip_hinge_deg(far_hip + (shoulder - hip), far_hip, far_knee, facing),
            angles.knee_flexion_deg(far_hip, far_knee, far_ankle, facing),
            angles.thigh_inclination_deg(far_hip, far_knee, facing),
            math.nan
            if trunk_hidden
            else angles.trunk_inclination_deg(mid_hip + shift.hip_px, mid_shoulder + shift.shoulder_px, facing),
            inclination_deg + reading.pelvis_ahead_deg,
            reading.flexion_deg,
            reading.sigma_deg,
            reading.upper_deg,
            reading.lower_deg,
            yaw_deg,
            view.camera_roll_deg(seen, facing),
        ]
    )
    return FrameMeasures(
        values=values,
        view=View(
            facing=facing,
            near_side=side,
            trunk_px=trunk_px,
            cut_off=() if sighting.is_empty else missing,
            people=sighting.people,
            brightness_frac=sighting.brightness_frac,
            reason=reading.reason,
            position=position,
            well_placed=code_of(why_not) in _BACK_ALONE,
        ),
        inclination_deg=inclination_deg,
        code=code if judged else None,
        flexion_without_neutral_deg=flexion_without_neutral_deg,
        prediction=told,
    )


def _joint(seen: Floats, name: str, side: Side | None) -> Floats:
    out: Floats = seen[of(name, side)] if side is not None else np.full(2, np.nan)
    return out
