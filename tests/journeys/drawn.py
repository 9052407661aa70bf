"""Synthetic people in front of the real pose model: from a description to what posecheck says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np

from benchmarks.people import BodyShape, Camera, ClipSpec, Clothes, Motion, Pose, Posture, Scene, Side, Stance, Studio
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.session import SightingBuilder, default_profile, judge_step, start_judging
from posecheck.records import Assessment, Bytes, Frame, Sighting, frozen

MAN = BodyShape(gender=0.9, muscle=0.5, weight=0.5, height=0.5, proportions=0.6)
CLOSE = Clothes(shirt_looseness=0.15)
ROOM = Scene(furniture=1)


def described(
    pose: Pose,
    posture: Posture = "standing",
    *,
    lead: Side = "right",
    clothes: Clothes = CLOSE,
    scene: Scene = ROOM,
    yaw_deg: float = 3.0,
    size_px: tuple[int, int] = (640, 480),
) -> ClipSpec:
    """An average man who keeps still, facing the picture's right; the camera is still to be placed (`framed`)."""
    return ClipSpec(
        Motion.of(pose),
        body=MAN,
        clothes=clothes,
        camera=Camera(yaw_deg=yaw_deg),
        scene=scene,
        stance=Stance(posture, lead=lead),
        width_px=size_px[0],
        height_px=size_px[1],
        sway_deg=0.0,
        seed=1,
    )


def moved(spec: ClipSpec, *, up_m: float = 0.0, forward_m: float = 0.0, away: float = 1.0) -> ClipSpec:
    """The same with the camera aimed so much higher and further to the person's front, and `away` times as far."""
    camera = spec.camera
    aimed = replace(
        camera,
        aim_height_m=camera.aim_height_m + up_m,
        aim_forward_m=camera.aim_forward_m + forward_m,
        distance_m=camera.distance_m * away,
    )
    return replace(spec, camera=aimed)


@lru_cache(maxsize=2)
def _studio(spec: ClipSpec) -> Studio:
    return Studio(spec)


@cache
def picture(spec: ClipSpec, t_s: float = 0.0) -> Bytes:
    """The picture (H, W, 3) of a description at one time; rendered once per worker."""
    return frozen(_studio(spec).frame(t_s).image_rgb, np.uint8)


def pictures(spec: ClipSpec, count: int) -> list[Bytes]:
    """A whole clip in so many pictures, evenly spaced."""
    studio = Studio(spec)
    return [studio.frame(float(t_s)).image_rgb for t_s in np.linspace(0.0, spec.motion.duration_s, count)]


def seen(backend: MediaPipeBackend, images: Iterable[Bytes], *, every_s: float = 0.1) -> list[Sighting]:
    """What the pose model sees in consecutive pictures (H, W, 3), `every_s` seconds apart.

    Time starts at 0, which makes the backend start a new stream: one backend serves any number of clips.
    """
    builder = SightingBuilder()
    sightings = []
    for index, image in enumerate(images):
        frame = Frame(frozen(image, np.uint8), index * every_s, index)
        sightings.append(builder.build(frame, backend.detect(frame)))
    return sightings


def judged_from(
    sightings: Iterable[Sighting],
    numbers: Mapping[str, float] | None = None,
    *,
    stretch_name: str = "standing_forward_fold",
    position: str = "standing",
) -> list[Assessment]:
    """What posecheck says of consecutive sightings, with `numbers` in place of the defaults.

    The stretch is judged as if it were one that is done in `position`.
    """
    stretch: Stretch = replace(load_stretch(stretch_name), position=position)
    profile = default_profile(stretch)
    if numbers:
        profile = profile.with_layer(numbers, "test")
    state = start_judging(stretch, profile)
    said = []
    for sighting in sightings:
        state, assessment, _ = judge_step(state, sighting, stretch, profile)
        said.append(assessment)
    return said


def judged(
    backend: MediaPipeBackend,
    shown: Iterable[Bytes],
    numbers: Mapping[str, float] | None = None,
    *,
    every_s: float = 0.1,
    stretch_name: str = "standing_forward_fold",
    position: str = "standing",
) -> list[Assessment]:
    """What posecheck says of consecutive pictures: `seen`, then `judged_from`."""
    sightings = seen(backend, shown, every_s=every_s)
    return judged_from(sightings, numbers, stretch_name=stretch_name, position=position)


def side_by_side(left: Sequence[Bytes], right: Sequence[Bytes]) -> list[Bytes]:
    """Pictures next to each other, in one room."""
    return [np.ascontiguousarray(np.hstack(pair)) for pair in zip(left, right, strict=True)]
