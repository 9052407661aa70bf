from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import islice

import pytest

from benchmarks.people import ClipSpec, Motion, Person, Pose, Studio, go, random_clip, render_clip, still


def fingerprint(spec: ClipSpec) -> str:
    """A hash of all pictures, silhouettes and truths of a clip."""
    digest = hashlib.sha256()
    for frame in render_clip(spec):
        digest.update(frame.image_rgb.tobytes())
        digest.update(frame.silhouette.tobytes())
        digest.update(repr(frame.truth.row()).encode())
    return digest.hexdigest()


def test_the_same_spec_gives_the_same_bytes() -> None:
    """Two renders of one spec do not differ in a single byte."""
    motion = Motion.of(Pose(), go(0.3, trunk_inclination_deg=60.0, lumbar_deg=30.0))
    who = Person.random(5)
    spec = ClipSpec(motion, body=who.body, clothes=who.clothes, fps=10, width_px=320, height_px=240, seed=5)
    assert fingerprint(spec) == fingerprint(replace(spec))
    assert fingerprint(spec) != fingerprint(replace(spec, scene=replace(spec.scene, seed=1)))


def test_a_frame_does_not_depend_on_the_frames_before_it() -> None:
    """A clip can be entered anywhere: the picture at a time is always the same picture."""
    spec = random_clip(3, posture="step", lumbar_deg=20.0, fps=10, size_px=(320, 240))
    straight = list(islice(render_clip(spec), 8))[7].image_rgb
    assert (Studio(spec).frame(spec.times_s[7]).image_rgb == straight).all()


def test_a_seed_is_a_person_and_another_seed_another_one() -> None:
    """Random people and clips repeat by seed and differ between seeds."""
    assert Person.random(1) == Person.random(1)
    assert Person.random(1) != Person.random(2)
    assert random_clip(1, lumbar_deg=10.0) == random_clip(1, lumbar_deg=10.0)
    assert random_clip(1) != random_clip(2)


def test_frames_carry_rising_times_of_the_clip() -> None:
    """Frame times are k / fps, from 0 to the end of the motion."""
    spec = ClipSpec(Motion.of(Pose(), still(0.5)), fps=8, width_px=160, height_px=120)
    times = [frame.t_s for frame in render_clip(spec)]
    assert times == pytest.approx([0.0, 0.125, 0.25, 0.375, 0.5])
