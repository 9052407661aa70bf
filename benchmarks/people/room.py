"""What does the empty room look like, and the shadow on its floor?"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.people.camera import View
from benchmarks.people.clothes import Colour
from benchmarks.people.mesh import Points
from benchmarks.people.scene import SUBPIXELS, Image, Scene

_WALL_BEHIND_M = 1.4
_GLARE = np.array([0.97, 0.98, 0.99])


def paint_room(scene: Scene, view: View, width_px: int, height_px: int) -> Image:
    """The empty room (H * SUBPIXELS, W * SUBPIXELS, 4): red, green, blue, and 0 for "not the person".

    It is painted at the picture's own size and enlarged: it is out of focus a little anyway.
    """
    rng = np.random.default_rng(scene.seed)
    room = _Room(scene, view, width_px, height_px)
    room.wall_and_floor(np.random.default_rng((scene.seed, 2)))
    extra = np.random.default_rng((scene.seed, 4))
    room.pattern(extra)
    if scene.window_frac > 0.0:
        room.bright_window(extra)
    for _ in range(scene.furniture):
        room.furniture(rng)
    for _ in range(scene.clutter):
        room.clutter(extra)
    if scene.mat is not None:
        room.mat(scene.mat)
    stain = rng.normal(0.0, 2.0, (height_px // 2, width_px // 2)).astype(np.float32)
    stain = np.round(np.asarray(cv2.resize(stain, (width_px, height_px)))).astype(np.int8)
    stained = cv2.add(room.image, cv2.merge([stain, stain, stain]), dtype=cv2.CV_8U)
    picture = cv2.cvtColor(cv2.GaussianBlur(stained, (0, 0), 0.6), cv2.COLOR_RGB2RGBA)
    picture[:, :, 3] = 0
    size = (width_px * SUBPIXELS, height_px * SUBPIXELS)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


class _Room:
    """Draws flat things of the world with perspective."""

    def __init__(self, scene: Scene, view: View, width_px: int, height_px: int) -> None:
        self.scene = scene
        self.view = view
        self.image = np.zeros((height_px, width_px, 3), dtype=np.uint8)
        ahead = view.axes[2] * [1.0, 1.0, 0.0]
        self.ahead = ahead / np.linalg.norm(ahead)
        self.right = np.cross(self.ahead, [0.0, 0.0, 1.0])
        ground = view.position_m * [1.0, 1.0, 0.0]
        person_m = float(-ground @ self.ahead)
        self.foot_of_wall = ground + self.ahead * (person_m + _WALL_BEHIND_M)

    def on_wall(self, right_m: float, up_m: float) -> NDArray[np.float64]:
        point: NDArray[np.float64] = self.foot_of_wall + self.right * right_m + np.array([0.0, 0.0, up_m])
        return point

    def on_floor(self, right_m: float, nearer_m: float) -> NDArray[np.float64]:
        point: NDArray[np.float64] = self.foot_of_wall + self.right * right_m - self.ahead * nearer_m
        return point

    def fill(self, corners_m: list[NDArray[np.float64]], colour: NDArray[np.float64]) -> None:
        pixels = (self.view.project(np.stack(corners_m)) - 0.5) * 16
        polygon = np.round(np.clip(pixels, -1e6, 1e6)).astype(np.int32)
        cv2.fillConvexPoly(self.image, polygon, (np.clip(colour, 0, 1) * 255).tolist(), cv2.LINE_AA, 4)

    def rectangle(self, left_m: float, low_m: float, wide_m: float, high_m: float, colour: NDArray[np.float64]) -> None:
        self.fill(
            [
                self.on_wall(left_m, low_m),
                self.on_wall(left_m + wide_m, low_m),
                self.on_wall(left_m + wide_m, low_m + high_m),
                self.on_wall(left_m, low_m + high_m),
            ],
            colour,
        )

    def wall_and_floor(self, rng: np.random.Generator) -> None:
        wall, floor = np.array(self.scene.wall), np.array(self.scene.floor)
        half = len(self.image) // 2  # whatever is beyond the drawn wall and floor looks like them
        self.image[:half], self.image[half:] = np.clip(wall, 0, 1) * 255, np.clip(floor, 0, 1) * 255
        for k in range(24):  # lighter towards the ceiling
            self.rectangle(-12.0, -0.01 + 0.25 * k, 24.0, 0.3, wall * (0.9 + 0.006 * k))
        depth_m = float((self.foot_of_wall - self.view.position_m) @ self.ahead) - 0.3
        edges = np.arange(0.0, depth_m, 0.14) if self.scene.boards else np.array([0.0])
        for near_m, far_m in zip(edges, [*edges[1:], depth_m], strict=True):
            shade = floor * (rng.uniform(0.93, 1.07) if self.scene.boards else 1.0)
            gap = 0.006 if self.scene.boards else 0.0
            self.fill(
                [self.on_floor(x, d) for x, d in ((-12, near_m), (12, near_m), (12, far_m), (-12, far_m))],
                shade * 0.8,
            )
            self.fill(
                [self.on_floor(x, d) for x, d in ((-12, near_m + gap), (12, near_m + gap), (12, far_m), (-12, far_m))],
                shade,
            )
        self.rectangle(-12.0, 0.0, 24.0, 0.08, np.minimum(wall * 1.12, 1.0))

    def furniture(self, rng: np.random.Generator) -> None:
        kind, left = rng.integers(4), rng.uniform(-2.6, 2.0)
        colour = rng.uniform(0.15, 0.9) * rng.uniform(0.8, 1.2, 3)
        frame = np.full(3, rng.uniform(0.2, 0.95))
        if kind == 0:  # a picture
            wide, high, low = rng.uniform(0.3, 0.8), rng.uniform(0.3, 0.7), rng.uniform(1.1, 1.5)
            self.rectangle(left, low, wide, high, frame)
            self.rectangle(left + 0.04, low + 0.04, wide - 0.08, high - 0.08, colour)
        elif kind == 1:  # a window
            self.rectangle(left, 0.9, 1.1, 1.2, np.full(3, 0.93))
            for column in (0.05, 0.57):
                self.rectangle(left + column, 0.95, 0.48, 1.1, np.array([0.72, 0.80, 0.90]) * rng.uniform(0.8, 1.1))
        elif kind == 2:  # a low shelf
            wide = rng.uniform(0.6, 1.3)
            self.rectangle(left, 0.0, wide, 0.75, colour * 0.8)
            for row in (0.08, 0.41):
                self.rectangle(left + 0.03, row, wide - 0.06, 0.29, colour * 0.5)
        else:  # a door
            self.rectangle(left, 0.0, 0.95, 2.05, np.array(self.scene.wall) * 0.82)
            self.rectangle(left + 0.07, 0.0, 0.81, 1.98, np.minimum(np.array(self.scene.wall) * 1.08, 1.0))

    def pattern(self, rng: np.random.Generator) -> None:
        """What is all over the wall."""
        wall = np.array(self.scene.wall)
        shade = wall * rng.uniform(0.75, 1.2)
        if self.scene.pattern == "stripes":
            wide = rng.uniform(0.08, 0.4)
            for left in np.arange(-4.0, 4.0, 2.0 * wide).tolist():
                self.rectangle(left, 0.08, wide, 5.0, shade)
        elif self.scene.pattern == "panels":
            wide, high = rng.uniform(0.4, 1.2), rng.uniform(0.5, 1.4)
            for row in range(3):
                for left in np.arange(-4.0, 4.0, wide).tolist():
                    self.rectangle(
                        left + 0.02, 0.1 + row * high, wide - 0.04, high - 0.04, wall * rng.uniform(0.85, 1.1)
                    )
        elif self.scene.pattern == "bricks":
            for row in range(16):
                for left in np.arange(-3.2 + 0.15 * (row % 2), 3.2, 0.45).tolist():
                    self.rectangle(left, 0.1 + 0.17 * row, 0.43, 0.155, shade * rng.uniform(0.85, 1.15))
        elif self.scene.pattern == "gym":
            self._gym(rng)

    def _gym(self, rng: np.random.Generator) -> None:
        """Mirrors, wall bars, uprights of racks and stored plates."""
        mirror = np.array(self.scene.wall) * rng.uniform(0.5, 0.9) + 0.05
        self.rectangle(-4.0, 0.35, 8.0, 1.9, mirror)
        self.rectangle(-4.0, 0.35, 8.0, float(rng.uniform(0.2, 0.7)), np.array(self.scene.floor) * 0.8)
        for left in rng.uniform(-2.6, 2.4, 3).tolist():
            metal = np.full(3, rng.uniform(0.05, 0.95)) * rng.uniform(0.7, 1.2, 3)
            kind = rng.integers(3)
            if kind == 0:
                for bar in range(9):
                    self.rectangle(left, 0.3 + 0.22 * bar, 0.9, 0.04, metal)
            elif kind == 1:
                for x in (left, left + rng.uniform(0.5, 1.2)):
                    self.rectangle(float(x), 0.0, 0.09, 2.4, metal)
            else:
                for _ in range(5):
                    self.ball(float(left + rng.uniform(0, 0.8)), float(rng.uniform(0.25, 1.5)), 0.2, metal * 0.6)

    def bright_window(self, rng: np.random.Generator) -> None:
        """Panes far too bright for the sensor, between dark frames."""
        wide = 6.5 * self.scene.window_frac
        left, low = float(rng.uniform(-3.2, 3.2 - wide)), float(rng.uniform(0.1, 0.9))
        frame = np.full(3, rng.uniform(0.08, 0.9))
        self.rectangle(left, low, wide, 1.9, frame)
        columns = max(1, round(wide / rng.uniform(0.6, 1.3)))
        for column in range(columns):
            for row in range(2):
                pane = wide / columns
                self.rectangle(left + column * pane + 0.04, low + 0.04 + 0.95 * row, pane - 0.08, 0.87, _GLARE)

    def clutter(self, rng: np.random.Generator) -> None:
        """Something that stands in front of the wall."""
        kind, left = rng.integers(4), float(rng.uniform(-2.2, 2.2))
        colour = rng.uniform(0.1, 0.9) * rng.uniform(0.6, 1.3, 3)
        if kind == 0:
            radius = float(rng.uniform(0.15, 0.38))
            self.ball(left, radius, radius, colour)
        elif kind == 1:
            self.rectangle(left, 0.0, float(rng.uniform(0.2, 0.7)), float(rng.uniform(0.2, 1.1)), colour)
        elif kind == 2:
            for rung in range(4):
                self.ball(left + 0.16 * rung, 0.09, 0.09, colour * 0.6)
        else:
            self.rectangle(left - 0.09, 0.0, 0.18, 0.35, colour * 0.7)
            for _ in range(9):
                x, z = rng.normal(0.0, 0.16), rng.uniform(0.4, 1.2)
                self.ball(left + float(x), float(z), 0.11, np.array([0.12, 0.35, 0.12]) * rng.uniform(0.6, 1.5))

    def ball(self, right_m: float, up_m: float, radius_m: float, colour: NDArray[np.float64]) -> None:
        angle = np.linspace(0.0, 2.0 * np.pi, 18, endpoint=False)
        self.fill([self.on_wall(right_m + radius_m * np.cos(a), up_m + radius_m * np.sin(a)) for a in angle], colour)

    def mat(self, colour: Colour) -> None:
        corners = [np.array([x, y, 0.0]) for x, y in ((-0.95, -0.33), (1.1, -0.33), (1.1, 0.33), (-0.95, 0.33))]
        self.fill(corners, np.array(colour))


def paint_shadow(room: Image, points_m: Points, view: View, darkness: float) -> Image:
    """A copy of the room with soft shadows under whatever is close to the floor."""
    quarter = 4
    low = points_m[points_m[:, 2] < 0.30]
    height, width = room.shape[0] // (quarter * SUBPIXELS), room.shape[1] // (quarter * SUBPIXELS)
    pixel = np.floor(view.project(low * [1.0, 1.0, 0.0]) / quarter).astype(int)
    inside = (pixel >= 0).all(axis=1) & (pixel[:, 0] < width) & (pixel[:, 1] < height)
    order = np.argsort(-low[inside, 2], kind="stable")  # the lowest point of a pixel is written last
    x, y = pixel[inside][order].T
    closeness = np.zeros((height, width), dtype=np.float32)
    closeness[y, x] = (1.0 - low[inside][order, 2] / 0.30) ** 2
    soft = cv2.GaussianBlur(cv2.dilate(closeness, np.ones((2, 3), dtype=np.uint8)), (0, 0), 1.6)
    veil = cv2.resize(1.0 - darkness * np.minimum(soft, 1.0), (room.shape[1], room.shape[0]))
    rows = np.flatnonzero((veil < 0.999).any(axis=1))
    shaded = room.copy()
    if len(rows):
        band = slice(int(rows[0]), int(rows[-1]) + 1)
        shaded[band, :, :3] = (shaded[band, :, :3] * veil[band, :, None]).astype(np.uint8)
    return shaded
