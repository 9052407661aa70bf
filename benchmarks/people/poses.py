"""Which skeleton does a described posture give?

What can be asked is in `stance`; where legs and arms go in `standing`, `seated` and `arms`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from benchmarks.people.arms import arm_goal, reaching
from benchmarks.people.body import SIDES, Body
from benchmarks.people.seated import kneel_on_one_knee, lie, sit_on_chair, sit_on_floor, sit_with_one_leg
from benchmarks.people.skeleton import Skeleton, Spine, inclination_deg
from benchmarks.people.stance import (
    ARMS,
    CHAIR_HEIGHT_M,
    POSTURES,
    SEATED,
    STEP_HEIGHT_M,
    Arms,
    Pose,
    Posture,
    Stance,
)
from benchmarks.people.standing import stand, stand_on_one_leg, stand_with_foot_up

__all__ = [
    "ARMS",
    "CHAIR_HEIGHT_M",
    "POSTURES",
    "SEATED",
    "STEP_HEIGHT_M",
    "Arms",
    "Pose",
    "Posture",
    "Stance",
    "neutral_pelvis_deg",
    "solve",
]

_LEGS: dict[Posture, Callable[[Skeleton, Stance, Pose], None]] = {
    "standing": stand,
    "wide": stand,
    "staggered": stand,
    "crossed": stand,
    "single_leg": stand_on_one_leg,
    "step": stand_with_foot_up,
    "high_step": stand_with_foot_up,
    "half_kneeling": kneel_on_one_knee,
    "chair": sit_on_chair,
    "floor": sit_on_floor,
    "floor_one_leg": sit_with_one_leg,
}


def solve(body: Body, stance: Stance, pose: Pose, arms_from: Arms | None = None, arms_share: float = 1.0) -> Skeleton:
    """The skeleton of a pose. While the arms change, they are `arms_share` of the way from `arms_from`."""
    skeleton = Skeleton.upright(body)
    spine = Spine(pose.lumbar_deg, pose.thoracic_deg, pose.neck_deg)
    forward_deg = 4.0 + 8.0 * reaching(pose.arms) * arms_share + 8.0 * reaching(arms_from) * (1.0 - arms_share)
    forward_deg += pose.shoulders_forward_deg
    if stance.posture == "lying":
        lie(skeleton, stance, pose, spine)
    else:
        skeleton.bend_trunk(0.0, spine, forward_deg, pose.shoulders_down_deg)
        pelvis_deg = pose.trunk_inclination_deg - skeleton.trunk_inclination_deg()
        skeleton.bend_trunk(pelvis_deg, spine, forward_deg, pose.shoulders_down_deg)
        _LEGS[stance.posture](skeleton, stance, pose)
    for side in SIDES:
        wrist, elbow = arm_goal(skeleton, stance, pose.arms, side)
        if arms_from is not None and arms_share < 1.0:
            old_wrist, old_elbow = arm_goal(skeleton, stance, arms_from, side)
            wrist = old_wrist + arms_share * (wrist - old_wrist)
            elbow = old_elbow + arms_share * (elbow - old_elbow)
        skeleton.reach(side, wrist, elbow)
    return skeleton


@lru_cache(maxsize=16)
def neutral_pelvis_deg(body: Body) -> float:
    """The turn of the pelvis from rest when this person stands with a vertical trunk and a neutral spine."""
    skeleton = Skeleton.upright(body)
    skeleton.bend_trunk(0.0, Spine(), 4.0)
    return -inclination_deg(skeleton.middle_of("upper_arm") - skeleton.middle_of("thigh"))
