"""What do lens, sensor and compression make of a clean picture?

In the order of a real camera: fewer pixels, blur, shading, dim and coloured light, noise, enlargement, compression.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.people.scene import Image, Scene

_LEVELS = np.arange(256) / 255.0


@dataclass(frozen=True, eq=False)
class Sensor:
    """Everything about a sensor that stays the same through a clip."""

    scene: Scene
    size_px: tuple[int, int]
    """Width and height of the sensor, which may be smaller than the picture."""
    grain: NDArray[np.int8]
    """At least twice the sensor's size (.., .., 3); every frame takes another window."""
    curve: Image
    """(1, 256, 3) what comes out for each level of red, green and blue."""
    vignette: Image | None
    """(H, W, 3) 255 where nothing is darkened."""
    smear: NDArray[np.float32] | None
    """The path of a shaken camera, as a filter."""

    @classmethod
    def of(cls, scene: Scene, width_px: int, height_px: int) -> Sensor:
        """The sensor of a scene for pictures of one size."""
        share = min(1.0, max(0.05, scene.shrink_frac))
        size = (max(8, round(width_px * share)), max(8, round(height_px * share)))
        return cls(scene, size, _grain(scene, *size), _curve(scene), _vignette(scene, *size), _smear(scene))

    def expose(self, picture: Image, frame: int) -> Image:
        """The picture (H, W, 3) as it would be recorded. `frame` decides the noise."""
        scene, size = self.scene, (picture.shape[1], picture.shape[0])
        image = picture
        if self.size_px != size:
            image = np.asarray(cv2.resize(image, self.size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        if scene.defocus_px > 0.0:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), scene.defocus_px), dtype=np.uint8)
        if self.smear is not None:
            image = np.asarray(cv2.filter2D(image, -1, self.smear), dtype=np.uint8)
        if self.vignette is not None:
            image = np.asarray(cv2.multiply(image, self.vignette, scale=1.0 / 255.0), dtype=np.uint8)
        if (self.curve != np.arange(256, dtype=np.uint8)[None, :, None]).any():
            image = np.asarray(cv2.LUT(image, self.curve), dtype=np.uint8)
        if scene.noise > 0.0:
            rng = np.random.default_rng((scene.seed, frame))
            top, left = rng.integers(0, self.size_px[1]), rng.integers(0, self.size_px[0])
            window = self.grain[top : top + self.size_px[1], left : left + self.size_px[0]]
            whole = np.ascontiguousarray(window)  # six times as fast as adding the window itself
            image = np.asarray(cv2.add(image, whole, dtype=cv2.CV_8U), dtype=np.uint8)
        if scene.jpeg_quality is not None:
            _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, scene.jpeg_quality])
            image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
        if self.size_px != size:
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        return image


def _grain(scene: Scene, width_px: int, height_px: int) -> NDArray[np.int8]:
    """Noise, repeated: a tile that is half as wide and high is drawn, which is four times as fast."""
    rng = np.random.default_rng((scene.seed, 1))
    tile = rng.standard_normal((height_px // 2 + 7, width_px // 2 + 5, 3), dtype=np.float32) * scene.noise
    return np.tile(np.clip(np.round(tile), -127, 127).astype(np.int8), (4, 4, 1))


def _curve(scene: Scene) -> Image:
    """Light level, tint, then gamma."""
    light = _LEVELS[:, None] * (np.array(scene.tint) * scene.light_level)[None, :]
    return np.round(255.0 * np.clip(light, 0.0, 1.0) ** scene.gamma).astype(np.uint8)[None]


def _vignette(scene: Scene, width_px: int, height_px: int) -> Image | None:
    """Darker away from one side, as a lamp in a corner of the room makes it."""
    if scene.vignette_frac <= 0.0:
        return None
    rng = np.random.default_rng((scene.seed, 3))
    x0, y0 = rng.uniform(0.0, 1.0, 2)
    far = np.hypot(np.linspace(0, 1, width_px)[None, :] - x0, np.linspace(0, 1, height_px)[:, None] - y0)
    level = np.round(255.0 * (1.0 - scene.vignette_frac * (far / far.max()) ** 1.5)).astype(np.uint8)
    return np.repeat(level[:, :, None], 3, axis=2)


def _smear(scene: Scene) -> NDArray[np.float32] | None:
    if scene.smear_px < 1.0:
        return None
    half = math.ceil(scene.smear_px / 2.0)
    kernel = np.zeros((2 * half + 1, 2 * half + 1), dtype=np.float32)
    angle = math.radians(scene.smear_deg)
    for step in np.linspace(-scene.smear_px / 2.0, scene.smear_px / 2.0, 4 * half + 1).tolist():
        kernel[half - round(step * math.sin(angle)), half + round(step * math.cos(angle))] += 1.0
    return kernel / float(kernel.sum())
