"""Which skeleton does a described posture give? (Balance, contact with the floor, where the hands go.)

All angles in degrees, 0 at neutral, + for flexion or forward. The *lead* leg is the one that is stretched: on the
step, straight on the chair, or raised while lying.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np

from benchmarks.people.body import BONE, SIDES, Body, Side
from benchmarks.people.skeleton import Skeleton, Spine, Vector, inclination_deg, swing_deg

Posture = Literal["standing", "step", "chair", "floor", "lying"]
Arms = Literal["hang", "reach", "thighs", "shins", "hips", "behind_thigh", "mat"]

STEP_HEIGHT_M = 0.32
CHAIR_HEIGHT_M = 0.44
STANCE_SPREAD_DEG = 2.5
_MASSES = {"head": 0.081, "thorax": 0.216, "abdomen": 0.139, "pelvis": 0.142}
_ARM_MASS, _THIGH_MASS, _SHANK_MASS, _FOOT_MASS = 0.10, 0.20, 0.093, 0.029
_SEGMENT_CENTRE = 0.43
"""Centres of mass lie 43 % down a limb segment; mass shares as in Winter, Biomechanics of Human Movement."""
_SEAT_SOFTNESS = 0.90


@dataclass(frozen=True)
class Pose:
    """What the person does at one moment."""

    trunk_inclination_deg: float = 0.0
    """Mid-hip to mid-shoulder against vertical; the pelvis is tipped until it is exactly so. Lying ignores it."""
    lumbar_deg: float = 0.0
    thoracic_deg: float = 0.0
    neck_deg: float = 0.0
    knee_deg: float = 4.0
    """Flexion of the lead knee; of both knees when standing and on the floor."""
    other_knee_deg: float = 4.0
    """Flexion of the other knee on the step, the chair and lying."""
    leg_raise_deg: float = 0.0
    """Lying: the lead thigh above the floor."""
    arms: Arms = "hang"

    def toward(self, other: Pose, share: float) -> Pose:
        """The pose a share of the way to another one; arms are blended where they are solved."""
        numbers = {
            field.name: (1.0 - share) * getattr(self, field.name) + share * getattr(other, field.name)
            for field in fields(self)
            if field.name != "arms"
        }
        return replace(self, **numbers)


@dataclass(frozen=True)
class Stance:
    """What stays the same through a clip: on what the person stands, sits or lies, and which leg leads."""

    posture: Posture = "standing"
    lead: Side = "right"
    spread_deg: float = STANCE_SPREAD_DEG
    step_forward_m: float = 0.62
    """How far the step's foot is in front of the standing foot."""


@dataclass(frozen=True)
class Limb:
    """Lengths seen from the side."""

    thigh_m: float
    shank_m: float

    def reach_m(self, knee_deg: float) -> float:
        """Hip to ankle for a knee flexion."""
        a, b = self.thigh_m, self.shank_m
        return math.sqrt(a * a + b * b + 2.0 * a * b * math.cos(math.radians(knee_deg)))

    def thigh_lead_deg(self, knee_deg: float) -> float:
        """How far the thigh is swung in front of the line from hip to ankle."""
        bend = math.radians(knee_deg)
        return math.degrees(math.atan2(self.shank_m * math.sin(bend), self.thigh_m + self.shank_m * math.cos(bend)))


def solve(body: Body, stance: Stance, pose: Pose, arms_from: Arms | None = None, arms_share: float = 1.0) -> Skeleton:
    """The skeleton of a pose. While the arms change, they are `arms_share` of the way from `arms_from`."""
    skeleton = Skeleton.upright(body)
    spine = Spine(pose.lumbar_deg, pose.thoracic_deg, pose.neck_deg)
    forward_deg = 4.0 + 8.0 * _reaching(pose.arms) * arms_share + 8.0 * _reaching(arms_from) * (1.0 - arms_share)
    if stance.posture == "lying":
        _lie(skeleton, stance, pose, spine)
    else:
        skeleton.bend_trunk(0.0, spine, forward_deg)
        pelvis_deg = pose.trunk_inclination_deg - skeleton.trunk_inclination_deg()
        skeleton.bend_trunk(pelvis_deg, spine, forward_deg)
        {"standing": _stand, "step": _step, "chair": _sit_on_chair, "floor": _sit_on_floor}[stance.posture](
            skeleton, stance, pose
        )
    for side in SIDES:
        wrist, elbow = arm_goal(skeleton, stance, pose.arms, side)
        if arms_from is not None and arms_share < 1.0:
            old_wrist, old_elbow = arm_goal(skeleton, stance, arms_from, side)
            wrist = old_wrist + arms_share * (wrist - old_wrist)
            elbow = old_elbow + arms_share * (elbow - old_elbow)
        skeleton.reach(side, wrist, elbow)
    return skeleton


def _reaching(arms: Arms | None) -> float:
    return 1.0 if arms in ("reach", "shins", "behind_thigh") else 0.0


def limb(body: Body, side: Side, spread_deg: float) -> Limb:
    """Lengths of a leg seen from the side, once it is spread."""
    skeleton = Skeleton.upright(body)
    skeleton.place_leg(side, 0.0, 0.0, 0.0, spread_deg)
    hip, knee, ankle = (skeleton.head_of(f"{side}-{bone}") for bone in ("thigh", "shank", "foot"))
    return Limb(float(np.hypot(*(knee - hip)[[0, 2]])), float(np.hypot(*(ankle - knee)[[0, 2]])))


def ankle_height_m(body: Body) -> float:
    """Ankle above the floor on a flat shoe."""
    return float(body.joints_m["left-ankle"][2])


def _stand(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """Both feet flat, legs leaning until the centre of mass is over the middle of the feet."""
    leg = limb(skeleton.body, "left", stance.spread_deg)
    upper_mass, upper_x = _upper_body_mass(skeleton)

    def imbalance_m(thigh_deg: float) -> float:
        thigh, shank = math.radians(thigh_deg), math.radians(thigh_deg - pose.knee_deg)
        ankle_x = leg.thigh_m * math.sin(thigh) + leg.shank_m * math.sin(shank)
        thigh_x = _SEGMENT_CENTRE * leg.thigh_m * math.sin(thigh)
        shank_x = leg.thigh_m * math.sin(thigh) + _SEGMENT_CENTRE * leg.shank_m * math.sin(shank)
        moment = upper_mass * upper_x + _THIGH_MASS * thigh_x + _SHANK_MASS * shank_x
        total = upper_mass + _THIGH_MASS + _SHANK_MASS + _FOOT_MASS
        return (moment + _FOOT_MASS * (ankle_x + 0.05)) / total - ankle_x - 0.035

    thigh_deg = _root(imbalance_m, -25.0, 60.0)
    for side in SIDES:
        skeleton.place_leg(side, thigh_deg, thigh_deg - pose.knee_deg, 0.0, stance.spread_deg)
    _put_ankles(skeleton, "left", 0.0, ankle_height_m(skeleton.body))


def _step(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """The lead heel on the step; the standing leg leans so that the lead knee has just the flexion asked for."""
    body, lead, other = skeleton.body, stance.lead, _other(stance.lead)
    leg = limb(body, other, stance.spread_deg)
    ankle_z = ankle_height_m(body)
    step_x, step_z = stance.step_forward_m, STEP_HEIGHT_M + ankle_z + 0.012
    stand_m, lead_m = leg.reach_m(pose.other_knee_deg), leg.reach_m(pose.knee_deg)

    def too_far_m(lean_deg: float) -> float:
        hip_x, hip_z = stand_m * math.sin(math.radians(lean_deg)), stand_m * math.cos(math.radians(lean_deg))
        return math.hypot(step_x - hip_x, hip_z + ankle_z - step_z) - lead_m

    lean_deg = _root(too_far_m, -30.0, 25.0)
    hip_x = stand_m * math.sin(math.radians(lean_deg))
    hip_z = stand_m * math.cos(math.radians(lean_deg)) + ankle_z
    standing_deg = leg.thigh_lead_deg(pose.other_knee_deg) - lean_deg
    skeleton.place_leg(other, standing_deg, standing_deg - pose.other_knee_deg, 0.0, stance.spread_deg)
    to_step_deg = math.degrees(math.atan2(step_x - hip_x, hip_z - step_z))
    thigh_deg = to_step_deg + leg.thigh_lead_deg(pose.knee_deg)
    skeleton.place_leg(lead, thigh_deg, thigh_deg - pose.knee_deg, 12.0, stance.spread_deg)
    _put_ankles(skeleton, other, 0.0, ankle_z)


def _sit_on_chair(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """On the front of a seat: the lead heel on the floor in front, the other foot flat."""
    body, lead, other = skeleton.body, stance.lead, _other(stance.lead)
    hip_z = CHAIR_HEIGHT_M + _SEAT_SOFTNESS * _pelvis_below_hip_m(skeleton)
    _leg_to_height(skeleton, lead, pose.knee_deg, hip_z - heel_radius_m(body) - 0.03, 60.0, stance.spread_deg)
    _leg_to_height(skeleton, other, pose.other_knee_deg, hip_z - ankle_height_m(body), 0.0, stance.spread_deg + 3.0)
    skeleton.shift(np.array([0.0, 0.0, hip_z]) - skeleton.middle_of("thigh"))


def _sit_on_floor(skeleton: Skeleton, stance: Stance, pose: Pose) -> None:
    """Long sitting: buttocks and heels on the floor, toes up."""
    hip_z = _SEAT_SOFTNESS * _pelvis_below_hip_m(skeleton)
    for side in SIDES:
        drop_m = hip_z - heel_radius_m(skeleton.body)
        _leg_to_height(skeleton, side, pose.knee_deg, drop_m, 80.0, stance.spread_deg)
    skeleton.shift(np.array([0.0, 0.0, hip_z]) - skeleton.middle_of("thigh"))


def _lie(skeleton: Skeleton, stance: Stance, pose: Pose, spine: Spine) -> None:
    """On the back: the lead leg raised, the other knee bent with its foot on the floor (or straight)."""
    body, lead, other = skeleton.body, stance.lead, _other(stance.lead)
    skeleton.bend_trunk(-90.0, spine, 0.0)
    hip_z = body.heads_m[0, 0] - back_of_pelvis_m(body)
    raise_deg = 90.0 + pose.leg_raise_deg
    skeleton.place_leg(lead, raise_deg, raise_deg - pose.knee_deg, raise_deg - pose.knee_deg - 5.0, stance.spread_deg)
    leg = limb(body, other, stance.spread_deg)
    bent = pose.other_knee_deg > 25.0
    ankle_z = ankle_height_m(body) if bent else heel_radius_m(body)
    sink_deg = math.degrees(math.asin(np.clip((hip_z - ankle_z) / leg.reach_m(pose.other_knee_deg), -1.0, 1.0)))
    thigh_deg = 90.0 - sink_deg + leg.thigh_lead_deg(pose.other_knee_deg)
    foot_deg = 0.0 if bent else 75.0
    skeleton.place_leg(other, thigh_deg, thigh_deg - pose.other_knee_deg, foot_deg, stance.spread_deg)
    skeleton.shift(np.array([0.0, 0.0, hip_z]) - skeleton.middle_of("thigh"))


def _leg_to_height(
    skeleton: Skeleton, side: Side, knee_deg: float, drop_m: float, foot_deg: float, spread_deg: float
) -> None:
    """Stretch a leg forward so that its ankle is `drop_m` below the hip."""
    leg = limb(skeleton.body, side, spread_deg)
    down = float(np.clip(drop_m / leg.reach_m(knee_deg), -1.0, 1.0))
    thigh_deg = math.degrees(math.acos(down)) + leg.thigh_lead_deg(knee_deg)
    skeleton.place_leg(side, thigh_deg, thigh_deg - knee_deg, foot_deg, spread_deg)


def _put_ankles(skeleton: Skeleton, side: Side, x_m: float, z_m: float) -> None:
    ankle = skeleton.head_of(f"{side}-foot")
    skeleton.shift(np.array([x_m - ankle[0], 0.0, z_m - ankle[2]]))


def _other(side: Side) -> Side:
    return "left" if side == "right" else "right"


def _upper_body_mass(skeleton: Skeleton) -> tuple[float, float]:
    """Mass share of everything above the legs, and how far its centre is in front of the hips (m)."""
    hip, shoulder = skeleton.middle_of("thigh"), skeleton.middle_of("upper_arm")
    arm_m = float(
        np.linalg.norm(skeleton.body.heads_m[BONE["left-hand"]] - skeleton.body.heads_m[BONE["left-forearm"]])
    )
    points = {
        "head": skeleton.head_of("head")[0],
        "thorax": 0.5 * (skeleton.head_of("T8")[0] + shoulder[0]),
        "abdomen": skeleton.head_of("L3")[0],
        "pelvis": 0.5 * (skeleton.head_of("L5")[0] + hip[0]),
    }
    moment = sum(_MASSES[part] * float(x - hip[0]) for part, x in points.items())
    moment += _ARM_MASS * float(shoulder[0] + 0.1 * arm_m - hip[0])
    mass = sum(_MASSES.values()) + _ARM_MASS
    return mass, moment / mass


def _pelvis_below_hip_m(skeleton: Skeleton) -> float:
    """How far the pelvis's flesh reaches below the hip joints at its present tilt."""
    body = skeleton.body
    flesh = body.vertices_m[body.weights[:, 0] > 0.5] - body.heads_m[0]
    return -float((flesh @ skeleton.turns[0].T)[:, 2].min())


def back_of_pelvis_m(body: Body) -> float:
    """The hindmost x of the trunk at rest."""
    trunk = body.weights[:, : BONE["neck"]].sum(axis=1) > 0.9
    return float(body.vertices_m[trunk, 0].min())


def heel_radius_m(body: Body) -> float:
    """Ankle joint to the back of the heel, shoe included."""
    foot = body.vertices_m[body.weights[:, BONE["left-foot"]] > 0.9]
    return float(body.joints_m["left-ankle"][0] - foot[:, 0].min()) + 0.009


def arm_goal(skeleton: Skeleton, stance: Stance, arms: Arms, side: Side) -> tuple[Vector, Vector]:
    """Where a wrist should be (m), and towards where the elbow bends."""
    outward = np.array([0.0, 1.0 if side == "left" else -1.0, 0.0])
    shoulder = skeleton.head_of(f"{side}-upper_arm")
    rest = skeleton.body.heads_m
    length = float(
        np.linalg.norm(rest[BONE[f"{side}-forearm"]] - rest[BONE[f"{side}-upper_arm"]])
        + np.linalg.norm(rest[BONE[f"{side}-hand"]] - rest[BONE[f"{side}-forearm"]])
    )
    leg = stance.lead if stance.posture in ("step", "chair", "lying") else side
    hip, knee, ankle = (skeleton.head_of(f"{leg}-{bone}") for bone in ("thigh", "shank", "foot"))
    shape = 0.055 * outward
    backward = np.array([-1.0, 0.0, 0.0])
    if arms == "hang":
        return shoulder + length * np.array([0.1, 0.16 * outward[1], -0.965]), backward
    if arms == "reach":
        toes = skeleton.carried(f"{leg}-foot", skeleton.body.joints_m[f"{leg}-foot"])
        goal = toes + np.array([0.02, 0.0, 0.06]) + shape
        return shoulder + (goal - shoulder) * min(1.0, 0.97 * length / float(np.linalg.norm(goal - shoulder))), outward
    if arms == "thighs":
        return hip + 0.62 * (knee - hip) + 0.085 * _front_of(knee - hip) + 0.3 * shape, outward + backward
    if arms == "shins":
        return knee + 0.4 * (ankle - knee) + 0.07 * _front_of(ankle - knee) + 0.3 * shape, outward
    if arms == "behind_thigh":
        return hip + 0.72 * (knee - hip) - 0.075 * _front_of(knee - hip) + 0.5 * shape, outward + np.array([0, 0, -0.3])
    if arms == "hips":
        waist = skeleton.carried("L4", np.array([rest[BONE["L4"]][0] + 0.03, 0.0, rest[BONE["L4"]][2]]))
        return waist + (waist_half_width_m(skeleton.body) + 0.035) * outward, outward + 0.6 * backward
    floor = np.array([hip[0], shoulder[1] + 0.12 * outward[1], 0.045])
    return floor, outward


def waist_half_width_m(body: Body) -> float:
    """Half the width of the trunk at the level of L4."""
    trunk = body.weights[:, : BONE["neck"]].sum(axis=1) > 0.8
    level = np.abs(body.vertices_m[:, 2] - body.heads_m[BONE["L4"], 2]) < 0.03
    return float(np.abs(body.vertices_m[trunk & level, 1]).max())


def _front_of(segment: Vector) -> Vector:
    """Unit vector out of the front of a hanging leg segment, in the sagittal plane."""
    swing = math.radians(swing_deg(segment))
    return np.array([math.cos(swing), 0.0, math.sin(swing)])


def _root(rising_or_falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a monotonic function crosses zero, by halving; the nearer end when it does not cross."""
    sign = 1.0 if rising_or_falling(high) > rising_or_falling(low) else -1.0
    for _ in range(40):
        middle = (low + high) / 2.0
        if sign * rising_or_falling(middle) < 0.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def neutral_pelvis_deg(body: Body) -> float:
    """The turn of the pelvis from rest when this person stands with a vertical trunk and a neutral spine."""
    skeleton = Skeleton.upright(body)
    skeleton.bend_trunk(0.0, Spine(), 4.0)
    return -inclination_deg(skeleton.middle_of("upper_arm") - skeleton.middle_of("thigh"))
