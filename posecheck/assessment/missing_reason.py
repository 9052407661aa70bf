"""Why is a measure missing?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from posecheck.assessment.catalogue.stretch import LEAD_KNEE, Stretch
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import QUANTITIES, View

#: Measures that are read from the shape of the back: they are missing when the view hides it.
BACK_MEASURES: Final = frozenset(
    {
        "pelvis_inclination_deg",
        "spine_flexion_deg",
        "spine_sigma_deg",
        "upper_back_deg",
        "lower_back_deg",
        "hip_share",
    }
)

#: Joints that a measure needs. Whichever side leads: where joints of the near side are cut off, those of the far side
#: are not seen whole either.
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {quantity.name: quantity.joints for quantity in QUANTITIES}
#: While it is not known which leg leads, by its role in the stretch.
_LEAD_UNKNOWN: Final[Mapping[str, ReasonCode]] = {
    "raised": ReasonCode.LEAD_UNKNOWN_RAISED,
    "front": ReasonCode.LEAD_UNKNOWN_FRONT,
    "straight": ReasonCode.LEAD_UNKNOWN_STRAIGHT,
    "standing": ReasonCode.LEAD_UNKNOWN_STANDING,
    "crossed": ReasonCode.LEAD_UNKNOWN_CROSSED,
}
#: Why a measure is missing when the view names no reason of its own.
_MISSING: Final[Mapping[str, ReasonCode]] = {
    "hip_hinge_deg": ReasonCode.HIP_HIDDEN,
    "knee_flexion_deg": ReasonCode.KNEE_HIDDEN,
    "trunk_inclination_deg": ReasonCode.TRUNK_HIDDEN,
    "pelvis_inclination_deg": ReasonCode.SPINE_HIDDEN,
    "spine_flexion_deg": ReasonCode.SPINE_HIDDEN,
    "spine_sigma_deg": ReasonCode.SPINE_HIDDEN,
    "upper_back_deg": ReasonCode.SPINE_HIDDEN,
    "lower_back_deg": ReasonCode.SPINE_HIDDEN,
    "hip_share": ReasonCode.SPINE_HIP_SHARE_EARLY,
    "lead_knee_flexion_deg": ReasonCode.LEAD_HIDDEN,
    "lead_hip_hinge_deg": ReasonCode.LEAD_HIDDEN,
    "lead_leg_deg": ReasonCode.LEAD_HIDDEN,
    "other_knee_flexion_deg": ReasonCode.OTHER_HIDDEN,
    "other_hip_hinge_deg": ReasonCode.OTHER_HIDDEN,
    "view_yaw_deg": ReasonCode.VIEW_YAW_UNKNOWN,
    "camera_roll_deg": ReasonCode.VIEW_ROLL_UNKNOWN,
}
#: Measures that wait until it is known which leg leads.
_OF_ROLES: Final = frozenset(name for name in _MISSING if name.startswith(("lead_", "other_")))


def missing_reason(measure: str, view: View, stretch: Stretch) -> Reason:
    """Why `measure` is missing.

    In this order: the pose model does not report a joint it needs, the lead leg is the far one, the view's own reason, joints cut off, the lead leg is not recognised
    yet, or the general reason of the measure.
    """
    lead_unknown = lead_unknown_reason(stretch) if view.lead_side is None else None
    return why_missing(
        measure,
        view.reason,
        view.cut_off,
        not_reported=view.not_reported,
        lead_is_far=view.lead_is_far,
        lead_unknown=lead_unknown,
    )


def lead_unknown_reason(stretch: Stretch) -> Reason | None:
    """What to do while the lead leg of `stretch` is not recognised; None for a stretch without one."""
    if stretch.position == "lying" and stretch.lead == "raised":
        return Reason(ReasonCode.LEAD_UNKNOWN_LYING)
    code = _LEAD_UNKNOWN.get(stretch.lead)
    return None if code is None else Reason(code)


def why_missing(
    measure: str,
    reason: Reason | None,
    missing: tuple[str, ...],
    *,
    not_reported: tuple[str, ...] = (),
    lead_is_far: bool,
    lead_unknown: Reason | None = None,
) -> Reason:
    """`missing_reason` of a view whose own reason is `reason`, with the joints `missing` cut off.

    `not_reported` are those that the pose model does not have.

    `lead_unknown` is `lead_unknown_reason` where the lead leg is not recognised yet; None where it is.
    """
    if lacking := tuple(joint for joint in _NEEDS[measure] if joint in not_reported):
        return Reason(ReasonCode.VIEW_NOT_REPORTED, parts=lacking)
    if measure == LEAD_KNEE and lead_is_far:
        return Reason(ReasonCode.LEAD_FAR)
    if reason is not None:
        return reason
    cut_off = tuple(joint for joint in _NEEDS[measure] if joint in missing)
    if cut_off:
        return Reason(ReasonCode.VIEW_JOINTS_HIDDEN, parts=cut_off)
    if lead_unknown is not None and measure in _OF_ROLES:
        return lead_unknown
    return Reason(_MISSING[measure])
