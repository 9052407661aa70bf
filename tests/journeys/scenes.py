"""The scenes of `test_gates`: synthetic people on either side of every gate, and what the pose model saw of them.

    python -m tests.journeys.scenes                  draw the scenes again, run the pose model, store what it saw
    python -m tests.journeys.scenes --check [NAME …] store nothing; say which recordings differ from what it sees now

Drawing a scene and running the model on it takes seconds; judging what was seen takes milliseconds. So most scenes
start from a stored recording, `sightings/NAME.jsonl.xz`, in posecheck's own format. Scenes whose subject is the pixels
themselves (`FROM_PIXELS`) are drawn in the test. A recording names a digest of the scene it shows, so that a scene
that was changed and not recorded again fails a test.
"""

from __future__ import annotations

import argparse
import hashlib
import lzma
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.goldens import shortened, sightings_of
from benchmarks.people import ClipSpec, Clothes, Motion, Pose, Scene, Thing, framed, go, still
from posecheck import recording_format
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.analysis import origin_of
from posecheck.pipeline.session import default_profile
from posecheck.records import Sighting
from tests.journeys.drawn import ROOM, described, moved, picture, seen

FOLDER: Final = Path(__file__).with_name("sightings")
SUFFIX: Final = ".jsonl.xz"

Shots = list[tuple[ClipSpec, float]]
"""The pictures of a scene in order: each a description and the second of its motion."""

BENT = Pose(trunk_inclination_deg=64.0, lumbar_deg=8.0, thoracic_deg=4.0)
LEVEL = Pose(trunk_inclination_deg=90.0)
SITTING = Pose(trunk_inclination_deg=20.0, knee_deg=8.0, other_knee_deg=85.0, arms="thighs")
SITTING_STRAIGHT = Pose(trunk_inclination_deg=20.0, knee_deg=6.0, arms="thighs")
KNEELING = Pose(trunk_inclination_deg=20.0, knee_deg=6.0, other_knee_deg=90.0)
LYING = Pose(knee_deg=10.0, other_knee_deg=80.0, leg_raise_deg=70.0, arms="mat")


# ------------------------------------------------------------------------------------------------ what is in view
def bent(scene: Scene = ROOM, yaw_deg: float = 3.0) -> ClipSpec:
    """Bent forward from the hips, the whole body in the picture."""
    return framed(described(BENT, scene=scene, yaw_deg=yaw_deg))


def upright() -> ClipSpec:
    """Standing, with some room around."""
    return framed(described(Pose()), 0.7)


def nearly_level() -> ClipSpec:
    """A flat back, nearly level."""
    return framed(described(replace(LEVEL, trunk_inclination_deg=85.0)))


def with_thing(spec: ClipSpec, thing: Thing) -> ClipSpec:
    """The same with something in the way."""
    return replace(spec, scene=replace(spec.scene, things=(thing,)))


def repeated(spec: ClipSpec, count: int = 3) -> Shots:
    """A still, shown for `count` pictures."""
    return [(spec, 0.0)] * count


def walking_away() -> Shots:
    """Up to seven times as far away; the model does not find anybody so small unless it has seen them nearer."""
    return [(moved(bent(), away=away), 0.0) for away in np.arange(1.0, 7.5, 0.5).tolist()]


def folding_to(inclination_deg: float) -> Shots:
    """From standing into a deep fold; the model finds nobody who hangs upside down from the first picture on.

    On the way down it may lose the person, and where depends on how the processor rounds; a second later it has
    found them again.
    """
    down = go(1.5, trunk_inclination_deg=inclination_deg, lumbar_deg=35.0, thoracic_deg=20.0, arms="shins")
    spec = framed(replace(described(Pose()), motion=Motion.of(Pose(), down, still(1.0))))
    return [(spec, t_s) for t_s in np.linspace(0.0, spec.motion.duration_s, 24).tolist()]


def coming_too_near() -> Shots:
    """The picture's upper edge comes down on the back, until it cuts it off."""
    spec = moved(framed(described(LEVEL), 0.7), away=0.8)
    return [(moved(spec, up_m=up_m), 0.0) for up_m in (0.0, -0.05, -0.1, -0.15, -0.2)]


def hip_deep_in_a_box() -> Shots:
    """Somebody who has been seen is now hidden up to the waist: the model keeps guessing where the hips are."""
    spec = upright()
    return repeated(spec, 2) + repeated(with_thing(spec, Thing("box", size=2.6, nearer_m=0.6)))


def kneeling(other_knee_deg: float) -> Shots:
    """On the knee that is nearer to the camera."""
    pose = replace(KNEELING, other_knee_deg=other_knee_deg)
    return repeated(framed(described(pose, "half_kneeling", lead="left")))


def lump_on_the_back() -> Shots:
    """Something of the shirt's colour sticks out of the back."""
    blue = Clothes().shirt
    lump = Thing("plate", forward_m=0.1, up_m=1.0, size=0.3, nearer_m=0.3, colour=blue, second_colour=blue)
    return repeated(with_thing(nearly_level(), lump))


#: Drawn in the test: here light, size of the picture's content and the model's own tracking are what is tested.
FROM_PIXELS: Final[dict[str, Callable[[], Shots]]] = {
    "dim": lambda: repeated(bent(replace(ROOM, light_level=0.3))),
    "dark": lambda: repeated(bent(replace(ROOM, light_level=0.06))),
    "bent_before_the_camera": lambda: repeated(bent()),
    "empty_room": lambda: repeated(moved(bent(), forward_m=30.0)),
    "deep_fold": lambda: folding_to(115.0),
    "hanging_fold": lambda: folding_to(165.0),
}

#: Stored as sightings.
RECORDED: Final[dict[str, Callable[[], Shots]]] = {
    "bent": lambda: repeated(bent()),
    "hips_cut_off": lambda: repeated(moved(bent(), up_m=0.9, away=0.6)),
    # Bent behind something so high that only trunk and head look over it.
    "behind_a_box": lambda: repeated(with_thing(bent(), Thing("box", size=2.2, nearer_m=0.6))),
    "twice_as_far": lambda: repeated(moved(bent(), away=2.0)),
    "walking_away": walking_away,
    "turned_12_deg": lambda: repeated(bent(yaw_deg=12.0)),
    "turned_60_deg": lambda: repeated(bent(yaw_deg=60.0)),
    "facing_the_camera": lambda: repeated(framed(described(Pose(), yaw_deg=90.0))),
    "kneeling": lambda: kneeling(90.0),
    "kneeling_foot_far_ahead": lambda: kneeling(150.0),
    "upright": lambda: repeated(upright()),
    "on_a_chair": lambda: repeated(framed(described(SITTING, "chair"))),
    "on_the_floor": lambda: repeated(framed(described(SITTING, "floor"))),
    "on_the_floor_legs_straight": lambda: repeated(framed(described(SITTING_STRAIGHT, "floor"))),
    "lying": lambda: repeated(framed(described(LYING, "lying"))),
    "back_near_the_edge": lambda: coming_too_near()[:1] * 3,
    "coming_too_near": coming_too_near,
    "hip_deep_in_a_box": hip_deep_in_a_box,
    "arm_across": lambda: repeated(framed(described(replace(BENT, arms="across")))),
    "nearly_level": lambda: repeated(nearly_level()),
    "lump_on_the_back": lump_on_the_back,
}


# ------------------------------------------------------------------------------------------------ recordings
def from_pixels(backend: MediaPipeBackend, name: str) -> list[Sighting]:
    """Draw a scene and show it to the pose model."""
    shots = (FROM_PIXELS | RECORDED)[name]()
    return seen(backend, [picture(spec, t_s) for spec, t_s in shots])


@cache
def recorded(name: str) -> tuple[Sighting, ...]:
    """The stored sightings of a scene."""
    return tuple(sightings_of(FOLDER / f"{name}{SUFFIX}"))


def digest_of(name: str) -> str:
    """Eight hex digits that change with the description of a scene, not with the last digits of a number in it."""
    text = re.sub(r"-?\d+\.\d+(e-?\d+)?", lambda number: f"{float(number[0]):.3f}", repr(RECORDED[name]()))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def header_of(name: str) -> recording_format.Header:
    """The first line of a scene's recording."""
    first = lzma.decompress((FOLDER / f"{name}{SUFFIX}").read_bytes()).decode("utf-8").partition("\n")[0]
    return recording_format.read_header(first, name)


def source_of(name: str) -> str:
    """What a recording says it shows."""
    return f"{name}, synthetic, {digest_of(name)}"


def store(backend: MediaPipeBackend, name: str) -> int:
    """Draw a scene, run the model and store the sightings; the size of the file in bytes."""
    stretch = load_stretch("standing_forward_fold")
    counts = recording_format.Counts()
    lines = [
        recording_format.header_line(
            origin_of(source_of(name), stretch, backend.model_sha256, default_profile(stretch))
        )
    ]
    for sighting in map(shortened, from_pixels(backend, name)):
        counts = counts.plus(sighting)
        lines.append(recording_format.sighting_line(sighting))
    lines.append(recording_format.footer_line(counts, "complete"))
    text = "".join(f"{line}\n" for line in lines)
    packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}{SUFFIX}").write_bytes(packed)
    return len(packed)


def differences(backend: MediaPipeBackend, name: str) -> list[str]:
    """How the stored sightings differ from what the model sees now.

    Another processor's rounding explains less where the whole body is in sight, and more where the model has to guess.
    """
    return different(name, recorded(name), from_pixels(backend, name))


def different(name: str, stored: Sequence[Sighting], now: Sequence[Sighting]) -> list[str]:
    """How two runs of sightings differ, one line each; empty where they are the same."""
    if len(stored) != len(now):
        return [f"{name}: {len(stored)} frames stored, {len(now)} drawn"]
    return [
        f"{name}, frame {index}: {what}"
        for index, pair in enumerate(zip(stored, now, strict=True))
        for what in _differences(*pair)
    ]


def _differences(stored: Sighting, now: Sighting) -> list[str]:
    if stored.is_empty or now.is_empty:
        return [] if stored.is_empty == now.is_empty else ["a person in only one of the two"]
    off_px = float(np.abs(stored.landmarks_px - now.landmarks_px)[11:33].max())
    found = [
        (off_px > 3.0, f"a landmark of the body is {off_px:.1f} px away"),
        (stored.image_wh != now.image_wh, "another size of the picture"),
        (stored.people != now.people, f"{stored.people} people stored, {now.people} seen"),
        (abs(stored.brightness_frac - now.brightness_frac) > 0.002, "another brightness"),
        ((stored.back is None) != (now.back is None), "the back is in only one of the two"),
    ]
    if stored.back is not None and now.back is not None:
        outline = np.abs(stored.back.dorsal - now.back.dorsal)
        off = float(np.nanmax(outline, initial=0.0))
        crop = float(np.abs(stored.back.crop.astype(int) - now.back.crop).mean())
        found += [
            (stored.back.facing != now.back.facing, "faces the other way"),
            (off > 0.02, f"the outline of the back is {off:.3f} lengths away"),
            (crop > 4.0, f"the silhouette differs by {crop:.1f} levels of 255 on average"),
        ]
    return [what for wrong, what in found if wrong]


def main(arguments: Sequence[str] | None = None) -> int:
    """Store the recordings anew, or check them."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.journeys.scenes", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--check", action="store_true", help="store nothing, say what differs; exit code 1 if anything")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - RECORDED.keys())
    if unknown:
        parser.error(f"no such scene: {', '.join(unknown)}; there are {', '.join(RECORDED)}")
    wrong = []
    with MediaPipeBackend() as backend:
        for name in options.names or RECORDED:
            if options.check:
                found = differences(backend, name)
                wrong += found
                told = found or [f"{name}: as stored"]
            else:
                told = [f"{name}: {store(backend, name)} bytes"]
            sys.stdout.write("".join(f"{line}\n" for line in told))
            sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
