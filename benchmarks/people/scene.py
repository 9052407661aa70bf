"""What is around the person? (a room, a mat, a step or a chair; light; what the sensor does to the picture)"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.people.camera import View
from benchmarks.people.clothes import Colour
from benchmarks.people.mesh import Faces, Points
from benchmarks.people.poses import CHAIR_HEIGHT_M, STEP_HEIGHT_M, Stance

Image = NDArray[np.uint8]
SUBPIXELS = 2
"""Pictures are painted this many times larger and then shrunk, which smooths every edge."""
_WALL_BEHIND_M = 1.4


@dataclass(frozen=True)
class Scene:
    """The room, the light and the sensor."""

    wall: Colour = (0.80, 0.79, 0.75)
    floor: Colour = (0.55, 0.44, 0.34)
    boards: bool = True
    """Wooden boards; else a plain floor."""
    furniture: int = 3
    """How many pictures, windows, shelves and doors are on the wall."""
    mat: Colour | None = None
    """A mat of this colour under the person."""
    light_from_deg: float = 35.0
    """Where the lamp is: 0 behind the camera, + towards the person's front."""
    ambient: float = 0.45
    """Light from everywhere, 0..1; the rest comes from the lamp."""
    exposure: float = 1.0
    gamma: float = 1.0
    """Above 1 darkens the middle tones."""
    noise: float = 2.0
    """Standard deviation of the sensor's noise, in levels of 255."""
    defocus_px: float = 0.6
    """Standard deviation of the lens's blur."""
    shutter_s: float = 0.0
    """Exposure time; above 0 moving parts smear."""
    shadow: float = 0.45
    """How dark the contact shadow is, 0..1."""
    seed: int = 0
    """Decides where the furniture is."""


@dataclass(frozen=True)
class Props:
    """Solid things the person uses, as faces to be sorted with the person's."""

    points_m: Points
    """(P, 3)"""
    faces: Faces
    """(G, 4)"""
    colours: Points
    """(G, 3)"""


def make_props(stance: Stance, hip_x_m: float) -> Props:
    """The step or the chair of a posture (or nothing)."""
    boxes: list[tuple[tuple[float, float, float], tuple[float, float, float], Colour]] = []
    if stance.posture == "step":
        x = stance.step_forward_m
        side = 0.14 if stance.lead == "left" else -0.14
        boxes.append(((x - 0.22, side - 0.2, 0.0), (x + 0.28, side + 0.2, STEP_HEIGHT_M), (0.62, 0.50, 0.36)))
    if stance.posture == "chair":
        wood: Colour = (0.42, 0.30, 0.22)
        front, back, top = hip_x_m + 0.16, hip_x_m - 0.30, CHAIR_HEIGHT_M
        boxes.append(((back, -0.22, top - 0.04), (front, 0.22, top - 0.002), wood))
        for x in (back, front - 0.04):
            boxes += [((x, y, 0.0), (x + 0.04, y + 0.04, top - 0.04), wood) for y in (-0.21, 0.17)]
        boxes.append(((back, -0.21, top), (back + 0.03, 0.21, top + 0.42), wood))
    points, faces, colours = [np.zeros((0, 3))], [np.zeros((0, 4), dtype=np.int64)], [np.zeros((0, 3))]
    count = 0
    for low, high, colour in boxes:
        corner, quads = _box(np.array(low), np.array(high))
        points.append(corner)
        faces.append(quads + count)
        colours.append(np.tile(colour, (len(quads), 1)))
        count += len(corner)
    return Props(np.concatenate(points), np.concatenate(faces), np.concatenate(colours))


def _box(low: NDArray[np.float64], high: NDArray[np.float64], cell_m: float = 0.08) -> tuple[Points, Faces]:
    """A box whose sides are cut into small cells, so that sorting by distance is right. Faces look outward."""
    points: list[NDArray[np.float64]] = []
    faces: list[NDArray[np.int64]] = []
    count = 0
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        rows = max(1, math.ceil((high[u] - low[u]) / cell_m))
        columns = max(1, math.ceil((high[v] - low[v]) / cell_m))
        a, b = np.meshgrid(
            np.linspace(low[u], high[u], rows + 1), np.linspace(low[v], high[v], columns + 1), indexing="ij"
        )
        first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
        quad = np.stack([first, first + columns + 1, first + columns + 2, first + 1], axis=1)
        for level, outward in ((low[axis], False), (high[axis], True)):
            grid = np.empty((a.size, 3))
            grid[:, axis], grid[:, u], grid[:, v] = level, a.ravel(), b.ravel()
            points.append(grid)
            faces.append((quad if outward else quad[:, ::-1]) + count)
            count += len(grid)
    return np.concatenate(points), np.concatenate(faces)


def paint_room(scene: Scene, view: View, width_px: int, height_px: int) -> Image:
    """The empty room (H * SUBPIXELS, W * SUBPIXELS, 4): red, green, blue, and 0 for "not the person"."""
    rng = np.random.default_rng(scene.seed)
    room = _Room(scene, view, width_px, height_px)
    room.wall_and_floor(np.random.default_rng((scene.seed, 2)))
    for _ in range(scene.furniture):
        room.furniture(rng)
    if scene.mat is not None:
        room.mat(scene.mat)
    small = (height_px // 4, width_px // 4)
    stain = cv2.resize(rng.normal(0.0, 1.0, small).astype(np.float32), (room.image.shape[1], room.image.shape[0]))
    shaded = room.image.astype(np.float32) + 2.0 * stain[:, :, None]
    shaded = cv2.GaussianBlur(shaded, (0, 0), 1.2)
    picture = np.clip(shaded, 0.0, 255.0).astype(np.uint8)
    return np.dstack([picture, np.zeros(picture.shape[:2], dtype=np.uint8)])


class _Room:
    """Draws flat things of the world with perspective."""

    def __init__(self, scene: Scene, view: View, width_px: int, height_px: int) -> None:
        self.scene = scene
        self.view = view
        self.image = np.zeros((height_px * SUBPIXELS, width_px * SUBPIXELS, 3), dtype=np.uint8)
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
        pixels = self.view.project(np.stack(corners_m)) * SUBPIXELS * 16
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


def shade(scene: Scene, view: View, normals: Points) -> NDArray[np.float64]:
    """How bright faces (F,) with these unit normals (F, 3) are."""
    towards_camera = -view.axes[2] * [1.0, 1.0, 0.0]
    front = np.array([1.0, 0.0, 0.0])
    angle = math.radians(scene.light_from_deg)
    lamp = math.cos(angle) * towards_camera + math.sin(angle) * front + np.array([0.0, 0.0, 0.9])
    lamp /= np.linalg.norm(lamp)
    direct = np.clip(normals @ lamp, 0.0, 1.0)
    light: NDArray[np.float64] = scene.ambient * (1.0 + 0.35 * normals[:, 2]) + (1.0 - scene.ambient) * direct
    return light * scene.exposure * 1.05


def expose(scene: Scene, image: Image, noise: NDArray[np.int8], frame: int) -> Image:
    """What the lens and the sensor make of a clean picture. `noise` is twice as large as the picture."""
    picture = cv2.GaussianBlur(image, (0, 0), scene.defocus_px) if scene.defocus_px > 0.0 else image
    if scene.gamma != 1.0:
        table = np.round(255.0 * (np.arange(256) / 255.0) ** scene.gamma).astype(np.uint8)
        picture = cv2.LUT(picture, table)
    if scene.noise > 0.0:
        rng = np.random.default_rng((scene.seed, frame))
        top, left = rng.integers(0, image.shape[0]), rng.integers(0, image.shape[1])
        grain = noise[top : top + image.shape[0], left : left + image.shape[1]]
        picture = np.clip(picture.astype(np.int16) + grain, 0, 255).astype(np.uint8)
    return np.asarray(picture, dtype=np.uint8)


def make_noise(scene: Scene, width_px: int, height_px: int) -> NDArray[np.int8]:
    """Sensor noise (2H, 2W, 3), from which every frame takes another window."""
    rng = np.random.default_rng((scene.seed, 1))
    grain = rng.standard_normal((2 * height_px, 2 * width_px, 3), dtype=np.float32) * scene.noise
    return np.clip(np.round(grain), -127, 127).astype(np.int8)
