"""When is this back not fit to be judged? The first reason that holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from posecheck.kinematics.spine.dorsal_contour import axis_inside_frac, cover_frac, roughness_frac
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Back
from posecheck.tunables import Tunable

MIN_INCLINATION: Final = Tunable(
    "spine.min_inclination_deg",
    "deg",
    default=-30.0,
    low=-90.0,
    high=20.0,
    step=5.0,
    why="a trunk leaning back further (lying) is not judged",
    source="measured on synthetic people: none were made beyond; a back on the floor is hidden",
)
MAX_INCLINATION: Final = Tunable(
    "spine.max_inclination_deg",
    "deg",
    default=140.0,
    low=60.0,
    high=180.0,
    step=5.0,
    why="a trunk hanging further down is not judged",
    source="measured on synthetic people: the outline of the seat and the back run together beyond",
)
MIN_INSIDE: Final = Tunable(
    "back.min_inside_frac",
    "",
    default=0.97,
    low=0.5,
    high=1.0,
    step=0.01,
    why="how much of the back must lie inside the picture",
    source="measured on real clips",
)
MIN_AXIS: Final = Tunable(
    "back.min_axis_frac",
    "",
    default=0.75,
    low=0.0,
    high=1.0,
    step=0.05,
    why="how much of the line hip to shoulder must lie on the silhouette; less means the two do not fit together",
    source="measured on real clips",
)
MIN_COVER: Final = Tunable(
    "back.min_cover_frac",
    "",
    default=0.85,
    low=0.5,
    high=1.0,
    step=0.05,
    why="how much of the outline of the back must be free of arms, objects and holes",
    source="measured on real clips",
)
MAX_ROUGHNESS: Final = Tunable(
    "back.max_roughness_frac",
    "",
    default=0.035,
    low=0.005,
    high=0.2,
    step=0.005,
    why="how far, as a share of the trunk's length, the outline may stray from a smooth line",
    source="measured on real clips: backs stay below 0.02, weight plates and torn masks go beyond 0.04",
)
TUNABLES: Final = (
    MIN_INCLINATION,
    MAX_INCLINATION,
    MIN_INSIDE,
    MIN_AXIS,
    MIN_COVER,
    MAX_ROUGHNESS,
)


def gate_reason(back: Back, inclination_deg: float, profile: Mapping[str, float]) -> Reason | None:
    """Why this back cannot be judged; None when it can.

    `inclination_deg` is the trunk's (`angles.trunk_inclination_deg`), NaN if not known; `profile` holds `TUNABLES`.
    """
    if not inclination_deg >= profile[MIN_INCLINATION.key]:
        return Reason(ReasonCode.SPINE_LYING)
    if inclination_deg > profile[MAX_INCLINATION.key]:
        return Reason(ReasonCode.SPINE_TOO_DEEP)
    if back.inside_frac < profile[MIN_INSIDE.key]:
        return Reason(ReasonCode.SPINE_CUT_OFF)
    if axis_inside_frac(back) < profile[MIN_AXIS.key]:
        return Reason(ReasonCode.SPINE_OUTLINE_UNCLEAR)
    if cover_frac(back.dorsal) < profile[MIN_COVER.key]:
        return Reason(ReasonCode.SPINE_COVERED)
    if roughness_frac(back.dorsal) > profile[MAX_ROUGHNESS.key]:
        return Reason(ReasonCode.SPINE_UNEVEN)
    return None
