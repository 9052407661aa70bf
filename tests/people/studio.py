"""Small clips for the tests of the synthetic people, built once per run."""

from __future__ import annotations

from functools import cache

from benchmarks.people import (
    Arms,
    BodyShape,
    Camera,
    ClipSpec,
    Clothes,
    Motion,
    Pose,
    Posture,
    Scene,
    Stance,
    Studio,
)
from benchmarks.people.stance import POSTURES

__all__ = ["PLAIN", "POSTURES", "resting", "still_spec", "studio"]

PLAIN = Scene(furniture=0, boards=False, noise=0.0, defocus_px=0.0, shadow=0.0)


def still_spec(
    posture: Posture = "standing",
    pose: Pose | None = None,
    *,
    camera: Camera | None = None,
    scene: Scene = PLAIN,
    body: BodyShape | None = None,
    clothes: Clothes | None = None,
) -> ClipSpec:
    """One motionless picture without noise, blur, sway or shadow, the lead leg nearer to the camera."""
    eye = camera or Camera(aim_height_m=0.85, distance_m=4.6)
    return ClipSpec(
        Motion.of(pose or resting(posture)),
        body=body or BodyShape(),
        clothes=clothes or Clothes(),
        camera=eye,
        scene=scene,
        stance=Stance(posture, lead=eye.near_side),
        sway_deg=0.0,
        width_px=320,
        height_px=240,
    )


def resting(posture: Posture, arms: Arms = "hang") -> Pose:
    """A neutral pose of a posture."""
    poses: dict[Posture, Pose] = {
        "step": Pose(knee_deg=20.0, arms=arms),
        "chair": Pose(knee_deg=6.0, other_knee_deg=90.0, arms="thighs"),
        "floor": Pose(knee_deg=6.0, arms="thighs"),
        "floor_one_leg": Pose(knee_deg=6.0, arms="thighs"),
        "half_kneeling": Pose(knee_deg=6.0, other_knee_deg=90.0, arms=arms),
        "single_leg": Pose(knee_deg=12.0, other_knee_deg=60.0, arms=arms),
        "lying": Pose(knee_deg=10.0, other_knee_deg=80.0, leg_raise_deg=70.0, arms="mat"),
    }
    return poses.get(posture, Pose(arms=arms))


@cache
def studio(spec: ClipSpec) -> Studio:
    """A studio per spec, kept for the other tests of a run."""
    return Studio(spec)
