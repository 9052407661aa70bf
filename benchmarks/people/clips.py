"""What is a clip, and how does it become frames with their truth?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from benchmarks.people.body import BodyShape, make_body
from benchmarks.people.camera import Camera, View
from benchmarks.people.clothes import Clothes, Figure, dress
from benchmarks.people.mesh import Points
from benchmarks.people.motion import Motion
from benchmarks.people.poses import CHAIR_HEIGHT_M, Pose, Stance, neutral_pelvis_deg, solve
from benchmarks.people.props import make_props, make_things
from benchmarks.people.render import Drawing, draw
from benchmarks.people.room import paint_room
from benchmarks.people.scene import Image, Scene
from benchmarks.people.sensor import Sensor
from benchmarks.people.skeleton import Skeleton, Spine
from benchmarks.people.skin import skin
from benchmarks.people.solids import Props
from benchmarks.people.truth import Truth, measure

_SHUTTER_SAMPLES = 3


@dataclass(frozen=True)
class ClipSpec:
    """All that decides a clip: the same spec gives the same bytes."""

    motion: Motion
    body: BodyShape = field(default_factory=BodyShape)
    clothes: Clothes = field(default_factory=Clothes)
    camera: Camera = field(default_factory=Camera)
    scene: Scene = field(default_factory=Scene)
    stance: Stance = field(default_factory=Stance)
    fps: float = 30.0
    width_px: int = 640
    height_px: int = 480
    sway_deg: float = 0.3
    """How much the trunk sways while it is held still."""
    seed: int = 0

    @property
    def frame_count(self) -> int:
        """Frames from 0 s to the end of the motion."""
        return math.floor(self.motion.duration_s * self.fps + 1e-6) + 1

    @property
    def times_s(self) -> list[float]:
        """Time of every frame."""
        return [number / self.fps for number in range(self.frame_count)]


@dataclass(frozen=True)
class RenderedFrame:
    """One picture, and what is true in it."""

    image_rgb: Image
    """(H, W, 3)"""
    silhouette: Image
    """(H, W) how much of each pixel is the person, 0..255; exact, before blur and noise."""
    truth: Truth
    t_s: float


def render_clip(spec: ClipSpec) -> Iterator[RenderedFrame]:
    """The frames of a clip, in order."""
    studio = Studio(spec)
    for t_s in spec.times_s:
        yield studio.frame(t_s)


class Studio:
    """A dressed person, a room and a camera: everything that stays the same through a clip."""

    def __init__(self, spec: ClipSpec) -> None:
        self.spec = spec
        self.body = make_body(spec.body)
        self.view = View.of(spec.camera, spec.width_px, spec.height_px)
        self._neutral_pelvis_deg = neutral_pelvis_deg(self.body)
        self._props = make_props(spec.stance, self.body)
        rng = np.random.default_rng(spec.seed)
        self._sway_hz = rng.uniform(0.25, 0.45)
        self._sway_start = rng.uniform(0.0, 2.0 * math.pi)

    @cached_property
    def figure(self) -> Figure:
        """The dressed person at rest; who asks only for truths need not wait for it."""
        return dress(self.body, self.spec.clothes)

    @cached_property
    def _room(self) -> Image:
        return paint_room(self.spec.scene, self.view, self.spec.width_px, self.spec.height_px)

    @cached_property
    def _sensor(self) -> Sensor:
        return Sensor.of(self.spec.scene, self.spec.width_px, self.spec.height_px)

    def frame(self, t_s: float) -> RenderedFrame:
        """The picture and the truth at one time."""
        spec = self.spec
        drawing = self._drawing(t_s)
        if spec.scene.shutter_s > 0.0:
            later = np.linspace(0.0, spec.scene.shutter_s, _SHUTTER_SAMPLES)[1:]
            exposures = [drawing.image_rgb, *(self._drawing(t_s + float(delay)).image_rgb for delay in later)]
            smeared = np.asarray(np.round(np.mean(np.stack(exposures), axis=0)), dtype=np.uint8)
            drawing = replace(drawing, image_rgb=smeared)
        image = self._sensor.expose(drawing.image_rgb, round(t_s * spec.fps))
        return RenderedFrame(image, drawing.silhouette, self.truth(t_s), t_s)

    def truth(self, t_s: float) -> Truth:
        """What is true at one time, without drawing it."""
        pose = self.pose(t_s)
        spine = Spine(pose.lumbar_deg, pose.thoracic_deg, pose.neck_deg)
        near = self.spec.camera.near_side
        return measure(self.skeleton(t_s), spine, self._neutral_pelvis_deg, self.view, near, t_s)

    def pose(self, t_s: float) -> Pose:
        """What was asked for at one time, the sway included."""
        pose = self.spec.motion.at(t_s).pose
        sway = self.spec.sway_deg * math.sin(2.0 * math.pi * self._sway_hz * t_s + self._sway_start)
        return replace(pose, trunk_inclination_deg=pose.trunk_inclination_deg + sway)

    def skeleton(self, t_s: float) -> Skeleton:
        """The bones at one time."""
        instant = self.spec.motion.at(t_s)
        return solve(self.body, self.spec.stance, self.pose(t_s), instant.arms_from, instant.arms_share)

    def points_m(self, t_s: float) -> Points:
        """Vertices (N, 3) of the dressed person at one time."""
        seat_m = CHAIR_HEIGHT_M if self.spec.stance.posture == "chair" else None
        return skin(self.figure, self.skeleton(t_s), seat_m)

    def _drawing(self, t_s: float) -> Drawing:
        spec = self.spec
        return draw(self.figure, self.points_m(t_s), self._props_at(t_s), self._room, spec.scene, self.view)

    def _props_at(self, t_s: float) -> Props:
        things = self.spec.scene.things
        if not things:
            return self._props
        moving = make_things(things, self.skeleton(t_s), self.spec.stance, self.spec.camera)
        return Props.joined([self._props, moving])
