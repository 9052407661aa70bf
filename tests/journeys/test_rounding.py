"""A back that rounds is warned and a flat one is not, whoever's it is: drawn people before the real pose model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.people import BodyShape, Camera, ClipSpec, Clothes, Motion, Pose, Studio, framed, go, still
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.records import Assessment, Verdict
from tests.journeys.drawn import MAN, judged

FPS = 12.0
HELD_FROM_S = 1.8
PEOPLE = {
    "slim young woman": (
        BodyShape(gender=0.05, muscle=0.6, weight=0.45, height=0.55, proportions=0.7),
        Clothes(shirt_looseness=0.15),
    ),
    "heavy older man": (BodyShape(gender=0.95, muscle=0.4, weight=0.85, age=0.7), Clothes(shirt_looseness=0.3)),
    "heavy woman in a loose shirt": (
        BodyShape(gender=0.05, muscle=0.4, weight=0.85, age=0.3),
        Clothes(shirt_looseness=0.7, hair="tail"),
    ),
    "average man": (MAN, Clothes(shirt_looseness=0.15)),
}
ROUND = Pose(trunk_inclination_deg=70.0, lumbar_deg=38.0, thoracic_deg=22.0, neck_deg=10.0)
FLAT = Pose(trunk_inclination_deg=70.0)


@pytest.fixture(scope="module")
def backend() -> Iterator[MediaPipeBackend]:
    """One pose model for all clips of this file; each clip begins a new stream."""
    with MediaPipeBackend() as made:
        yield made


def fold(backend: MediaPipeBackend, person: str, deepest: Pose) -> list[Assessment]:
    """What is said of a bend from standing to `deepest`, held for 1.6 s."""
    down = go(
        1.2,
        trunk_inclination_deg=deepest.trunk_inclination_deg,
        lumbar_deg=deepest.lumbar_deg,
        thoracic_deg=deepest.thoracic_deg,
        neck_deg=deepest.neck_deg,
    )
    body, clothes = PEOPLE[person]
    motion = Motion.of(Pose(), still(0.3), down, still(1.6))
    spec = framed(ClipSpec(motion, body=body, clothes=clothes, camera=Camera(yaw_deg=3.0), fps=FPS, seed=1))
    studio = Studio(spec)
    return judged(backend, (studio.frame(t_s).image_rgb for t_s in spec.times_s), every_s=1.0 / FPS)


def warned(said: list[Assessment]) -> list[Assessment]:
    """The frames in which the rounding rule warns."""
    return [
        frame
        for frame in said
        if any(found.rule == "spine_rounding" and found.verdict is Verdict.WARN for found in frame.findings)
    ]


@pytest.mark.parametrize("person", PEOPLE)
def test_a_rounded_back_is_warned_whatever_the_build(backend: MediaPipeBackend, person: str) -> None:
    """A fold with 60 degrees of true spine flexion warns while it is held, and is seen throughout."""
    said = fold(backend, person, ROUND)
    held = [frame for frame in said if frame.t_s > HELD_FROM_S]
    assert warned(held)
    assert sum(frame.verdict is Verdict.UNKNOWN for frame in held) < 0.2 * len(held)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_flat_hinge_is_not_warned_whatever_the_build(backend: MediaPipeBackend, person: str) -> None:
    """The same depth with no spine flexion at all is never warned of, and is judged good while it is held."""
    said = fold(backend, person, FLAT)
    assert not warned(said)
    held = [frame for frame in said if frame.t_s > HELD_FROM_S]
    assert sum(frame.verdict is Verdict.GOOD for frame in held) > 0.8 * len(held)
