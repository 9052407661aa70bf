"""Why is a measure missing, and what can be done about it? A sentence for each, as one person says it to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from posecheck.assessment.catalogue.stretch import LEAD_KNEE, Stretch
from posecheck.records import View

#: Measures that are read from the shape of the back: they cannot be told when the view hides it.
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

#: Joints of the near side that a measure needs.
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "hip_hinge_deg": ("shoulder", "hip", "knee"),
    "knee_flexion_deg": ("hip", "knee", "ankle"),
    "trunk_inclination_deg": ("shoulder", "hip"),
    "pelvis_inclination_deg": ("shoulder", "hip"),
    "spine_flexion_deg": ("shoulder", "hip"),
    "spine_sigma_deg": ("shoulder", "hip"),
    "upper_back_deg": ("shoulder", "hip"),
    "lower_back_deg": ("shoulder", "hip"),
    "hip_share": ("shoulder", "hip"),
    # Whichever side leads: where joints of the near side are cut off, those of the far side are not seen whole either.
    "lead_knee_flexion_deg": ("hip", "knee", "ankle"),
    "lead_hip_hinge_deg": ("shoulder", "hip", "knee"),
    "lead_leg_deg": ("hip", "knee"),
    "other_knee_flexion_deg": ("hip", "knee", "ankle"),
    "other_hip_hinge_deg": ("shoulder", "hip", "knee"),
    "view_yaw_deg": ("shoulder", "hip"),
    "camera_roll_deg": (),
}
_BACK_UNSEEN: Final = "The outline of your back cannot be read: keep arms and loose clothes off it."
_LEAD_UNSEEN: Final = (
    "The leg you stretch cannot be measured: let it show whole, hands and the other leg clear of its knee."
)
#: The knee of a lead leg on the far side is not measured (`kinematics.legs.lead_leg.far_knee_tells`): what to do about it.
LEAD_FAR: Final = (
    "Turn round, so that the leg you stretch is nearer to the camera: its knee cannot be judged from here."
)
#: While nobody knows yet which leg leads, by its role: what to do so that it can be told. Lying, a leg is raised to the
#: ceiling, not onto something in front.
_LEAD_UNTOLD: Final[Mapping[str, str]] = {
    "raised": "It cannot be told yet which leg you stretch: put one foot up in front of you, the one nearer to the camera.",
    "front": "It cannot be told yet which leg is in front: put one clearly ahead of the other, the one nearer to the camera.",
    "straight": "It cannot be told yet which leg you stretch: straighten one in front of you, the one nearer to the camera.",
    "standing": "It cannot be told yet which leg you stand on: stand on the one nearer to the camera, the other goes back.",
    "crossed": "It cannot be told yet which foot is in front: cross one clearly in front of the other.",
}
_LEAD_UNTOLD_LYING: Final = (
    "It cannot be told yet which leg you stretch: straighten one toward the ceiling, the other foot stays down."
)
#: An angle of a leg that was measured, and jumps across its limit (`swings`): whichever leg it is of, nobody knows.
LEG_SWINGS: Final = "I can't tell your legs apart right now: keep still for a moment, hands clear of your knees."
_OTHER_UNSEEN: Final = "Your other leg cannot be measured: let both legs show, one beside the other."
#: Why a measure is missing when the view names no reason of its own.
_UNSEEN: Final[Mapping[str, str]] = {
    "hip_hinge_deg": "Your hip cannot be measured: let shoulder, hip and knee show, nothing in front of them.",
    "knee_flexion_deg": "Your knee cannot be measured: let the whole leg show, nothing in front of it.",
    "trunk_inclination_deg": "Your trunk cannot be measured: let shoulder and hip show, nothing in front of them.",
    "pelvis_inclination_deg": _BACK_UNSEEN,
    "spine_flexion_deg": _BACK_UNSEEN,
    "spine_sigma_deg": _BACK_UNSEEN,
    "upper_back_deg": _BACK_UNSEEN,
    "lower_back_deg": _BACK_UNSEEN,
    "hip_share": "The hips' share of the bend cannot be told yet: bend a little further, side-on to the camera.",
    "lead_knee_flexion_deg": _LEAD_UNSEEN,
    "lead_hip_hinge_deg": _LEAD_UNSEEN,
    "lead_leg_deg": _LEAD_UNSEEN,
    "other_knee_flexion_deg": _OTHER_UNSEEN,
    "other_hip_hinge_deg": _OTHER_UNSEEN,
    "view_yaw_deg": "It cannot be told how you stand to the camera: let shoulders and hips show.",
    "camera_roll_deg": "It cannot be told how the camera is turned: stand upright in front of it for a moment.",
}
#: Measures that wait until it is known which leg leads.
_OF_ROLES: Final = frozenset(name for name in _UNSEEN if name.startswith(("lead_", "other_")))


def unseen_reason(measure: str, view: View, stretch: Stretch) -> str:
    """Why `measure` is missing, as a sentence to act on.

    A leg too far, the view's own reason, joints cut off, no leg yet that leads as `stretch` asks, or a general one.
    """
    untold = lead_untold(stretch) if view.lead_side is None else ""
    return why_unseen(measure, view.reason, view.cut_off, lead_is_far=view.lead_is_far, untold=untold)


def lead_untold(stretch: Stretch) -> str:
    """What is said of the lead leg while nobody knows which it is; empty for a stretch without one."""
    if stretch.position == "lying" and stretch.lead == "raised":
        return _LEAD_UNTOLD_LYING
    return _LEAD_UNTOLD.get(stretch.lead, "")


def why_unseen(measure: str, reason: str, missing: tuple[str, ...], *, lead_is_far: bool, untold: str = "") -> str:
    """`unseen_reason` of a view whose own reason is `reason`, with the joints `missing` cut off.

    `untold` is what is said of the lead leg (`lead_untold`) where it is not known yet; empty where it is.
    """
    if measure == LEAD_KNEE and lead_is_far:
        return LEAD_FAR
    if reason:
        return reason
    cut_off = [joint for joint in _NEEDS[measure] if joint in missing]
    if cut_off:
        return f"Your {' and '.join(cut_off)} cannot be seen: step back until your whole body is in the picture."
    if untold and measure in _OF_ROLES:
        return untold
    return _UNSEEN[measure]
