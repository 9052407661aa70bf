"""Synthetic people whose spine flexion is known: the oracle that posecheck is measured against.

A parametric body (MakeHuman, CC0) with seventeen moving vertebrae is posed, dressed, put into a room and painted with
numpy and OpenCV. Every frame comes with the exact angles, joints and silhouette. The same spec gives the same bytes,
and nothing is downloaded.

    from benchmarks.people import Camera, ClipSpec, Motion, Pose, framed, go, render_clip, still

    down = go(1.8, trunk_inclination_deg=70, lumbar_deg=40, thoracic_deg=20, arms="hang")
    motion = Motion.of(Pose(), still(0.6), down, still(1.5))
    for frame in render_clip(framed(ClipSpec(motion, camera=Camera(facing="left", yaw_deg=5)))):
        print(frame.t_s, frame.truth.spine_flexion_deg, frame.image_rgb.shape)

or, for people who differ: `random_clip(seed=7, posture="floor", lumbar_deg=30)`.

Axes: x forward, y to the person's left, z up, metres, the floor at z = 0. Angles: degrees, 0 at neutral, + for
flexion or forward.

The honest limit: synthetic people prove that the code measures the geometry it claims to measure. They do not prove
that a limit is clinically right, and their skin, cloth and movement are simpler than anybody's.
"""

from benchmarks.people.body import Body, BodyShape, Side, make_body
from benchmarks.people.camera import Camera, View
from benchmarks.people.clips import ClipSpec, RenderedFrame, Studio, render_clip
from benchmarks.people.clothes import Clothes, dress
from benchmarks.people.framing import framed
from benchmarks.people.lifting import random_lift, random_lifter
from benchmarks.people.motion import Motion, go, still
from benchmarks.people.population import random_still
from benchmarks.people.poses import Arms, Pose, Posture, Stance
from benchmarks.people.randomise import Person, random_camera, random_clip, random_scene
from benchmarks.people.scene import Scene, Thing, ThingKind
from benchmarks.people.truth import ANGLE_NAMES, JOINT_NAMES, Truth

__all__ = [
    "ANGLE_NAMES",
    "JOINT_NAMES",
    "Arms",
    "Body",
    "BodyShape",
    "Camera",
    "ClipSpec",
    "Clothes",
    "Motion",
    "Person",
    "Pose",
    "Posture",
    "RenderedFrame",
    "Scene",
    "Side",
    "Stance",
    "Studio",
    "Thing",
    "ThingKind",
    "Truth",
    "View",
    "dress",
    "framed",
    "go",
    "make_body",
    "random_camera",
    "random_clip",
    "random_lift",
    "random_lifter",
    "random_scene",
    "random_still",
    "render_clip",
    "still",
]
