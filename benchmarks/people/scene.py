"""What is around the person? (a room, its light, things in the way, and what the sensor does to the picture)"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.people.camera import View
from benchmarks.people.clothes import Colour
from benchmarks.people.mesh import Points

Image = NDArray[np.uint8]
SUBPIXELS = 2
"""Pictures are painted this many times larger and then shrunk, which smooths every edge."""

Pattern = Literal["plain", "stripes", "bricks", "panels", "gym"]
ThingKind = Literal[
    "plate",
    "barbell",
    "dumbbells",
    "post",
    "table",
    "box",
    "chair_back",
    "person",
    "limb",
    "bag",
    "strap",
]


@dataclass(frozen=True)
class Thing:
    """Something that hides a part of the person, or is easily taken for one.

    plate: a weight plate on the end of a bar that lies on a rack. barbell, dumbbells: in the hands, wherever they are.
    post: of a rack. table, box: in front of the legs. chair_back: touches the back. person: somebody who stands there;
    limb: somebody's arm. bag: a rucksack on the back. strap: from the hands round the lead foot.
    """

    kind: ThingKind
    forward_m: float = 0.0
    """How far in front of the hips' rest place (plate, post, table, box, person, limb)."""
    up_m: float = 0.0
    """How high the middle of a plate or a limb is."""
    nearer_m: float = 0.45
    """How much nearer to the camera than the person's midline; negative: behind the person."""
    size: float = 1.0
    """1 is the usual size; a plate of size 1 has a radius of 0.225 m."""
    turn_deg: float = 0.0
    """How a limb is turned in the picture's plane: 0 is level."""
    colour: Colour = (0.12, 0.12, 0.13)
    second_colour: Colour = (0.62, 0.47, 0.39)
    """The skin of a person or a limb; the metal of bars."""


@dataclass(frozen=True)
class Scene:
    """The room, the light, the things and the sensor."""

    wall: Colour = (0.80, 0.79, 0.75)
    floor: Colour = (0.55, 0.44, 0.34)
    boards: bool = True
    """Wooden boards; else a plain floor."""
    pattern: Pattern = "plain"
    """What is on the wall; gym: mirrors, ladders and racks."""
    furniture: int = 3
    """How many pictures, windows, shelves and doors are on the wall."""
    clutter: int = 0
    """How many balls, boxes, weights and plants stand along the wall."""
    window_frac: float = 0.0
    """Share of the wall that is one bright, overexposed window, 0..1."""
    mat: Colour | None = None
    """A mat of this colour under the person."""
    things: tuple[Thing, ...] = ()
    light_from_deg: float = 35.0
    """Where the lamp is: 0 behind the camera, + towards the person's front."""
    ambient: float = 0.45
    """Light from everywhere, 0..1; the rest comes from the lamp."""
    exposure: float = 1.0
    backlight_frac: float = 0.0
    """How much of the person's light is missing because the light is behind them, 0..1."""
    gamma: float = 1.0
    """Above 1 darkens the middle tones."""
    light_level: float = 1.0
    """Everything the sensor sees is multiplied by this before its noise: 0.2 is a dim room."""
    tint: Colour = (1.0, 1.0, 1.0)
    """The colour of the light, or a wrong white balance."""
    vignette_frac: float = 0.0
    """How much darker the picture is at its darkest corner, 0..1."""
    noise: float = 2.0
    """Standard deviation of the sensor's noise, in levels of 255."""
    defocus_px: float = 0.6
    """Standard deviation of the lens's blur."""
    smear_px: float = 0.0
    """The camera moved so far while the shutter was open .."""
    smear_deg: float = 0.0
    """.. in this direction: 0 sideways, 90 up or down."""
    shutter_s: float = 0.0
    """Exposure time; above 0 moving parts smear."""
    shrink_frac: float = 1.0
    """The sensor has this share of the picture's width and height; the rest is enlarged."""
    jpeg_quality: int | None = None
    """How badly the picture is compressed, 1..100; None: not at all."""
    shadow: float = 0.45
    """How dark the contact shadow is, 0..1."""
    seed: int = 0
    """Decides where the furniture is."""


def shade(scene: Scene, view: View, normals: Points) -> NDArray[np.float64]:
    """How bright faces (F,) with these unit normals (F, 3) are."""
    towards_camera = -view.axes[2] * [1.0, 1.0, 0.0]
    front = np.array([1.0, 0.0, 0.0])
    angle = math.radians(scene.light_from_deg)
    lamp = math.cos(angle) * towards_camera + math.sin(angle) * front + np.array([0.0, 0.0, 0.9])
    lamp /= np.linalg.norm(lamp)
    direct = np.clip(normals @ lamp, 0.0, 1.0)
    light: NDArray[np.float64] = scene.ambient * (1.0 + 0.35 * normals[:, 2]) + (1.0 - scene.ambient) * direct
    return light * scene.exposure * 1.05 * (1.0 - 0.75 * scene.backlight_frac)
