"""Short clips of two people who fold twice: first a little round, then very."""

from __future__ import annotations

from pathlib import Path

from benchmarks.people import BodyShape, Camera, ClipSpec, Clothes, Motion, Pose, Scene, render_clip
from benchmarks.people.framing import framed
from benchmarks.people.motion import go, still
from tests.journeys import media

FPS = 10.0
#: When each of the two folds begins and ends.
FOLDS_S = ((0.5, 3.7), (3.9, 7.3))
LONG_S = 7.6
#: Who is in which clip.
PEOPLE = {
    "ada": BodyShape(gender=0.1, muscle=0.5, weight=0.45, height=0.45),
    "ben": BodyShape(gender=0.9, muscle=0.5, weight=0.5, height=0.6),
}


def film(folder: Path, person: str) -> Path:
    """The clip of one of `PEOPLE`, as an mp4."""
    motion = Motion.of(
        Pose(),
        still(0.5),
        go(1.0, trunk_inclination_deg=58.0, lumbar_deg=26.0, thoracic_deg=12.0),
        still(1.4),
        go(0.8, trunk_inclination_deg=0.0, lumbar_deg=0.0, thoracic_deg=0.0),
        still(0.2),
        go(1.2, trunk_inclination_deg=58.0, lumbar_deg=42.0, thoracic_deg=26.0),
        still(1.4),
        go(0.8, trunk_inclination_deg=0.0, lumbar_deg=0.0, thoracic_deg=0.0),
        still(0.3),
    )
    spec = ClipSpec(
        motion,
        body=PEOPLE[person],
        clothes=Clothes(shirt_looseness=0.15),
        camera=Camera(yaw_deg=3.0),
        scene=Scene(shutter_s=0.0),
        fps=FPS,
        width_px=480,
        height_px=360,
        sway_deg=0.0,
        seed=len(person) + ord(person[0]),
    )
    frames = list(render_clip(framed(spec, fill=0.9)))
    return media.encode(
        folder / f"{person}.mp4", [one.image_rgb for one in frames], times_s=[one.t_s for one in frames]
    )
