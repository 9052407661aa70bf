"""People who lift: leaner, heads raised, shoulders drawn by what hangs from their hands; the truth stays exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.people import Motion, Studio, random_lift, random_lifter
from tests.people.studio import studio

SEEDS = range(12)


def test_the_truth_is_what_the_pose_asked_for() -> None:
    """Spine and trunk are those of the pose, however head and shoulders are held."""
    for seed in SEEDS:
        spec = random_lift(seed, random_lifter(seed), kind="bent")
        pose, truth = spec.motion.keys[0][1], Studio(spec).truth(0.0)
        assert truth.lumbar_flexion_deg == pose.lumbar_deg
        assert truth.thoracic_flexion_deg == pose.thoracic_deg
        assert truth.trunk_inclination_deg == pytest.approx(pose.trunk_inclination_deg, abs=1e-6)


def test_the_same_seed_gives_the_same_picture() -> None:
    """Drawn twice, byte by byte the same; another seed is another picture."""
    specs = [random_lift(seed, random_lifter(5), kind="bent") for seed in (3, 3, 4)]
    first, again, other = (Studio(spec).frame(0.0).image_rgb for spec in specs)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_most_lift_with_a_flat_back_and_all_look_up() -> None:
    """At least half of the bends are flat ones, some are far rounded, and every head is raised."""
    poses = [random_lift(seed, random_lifter(1), kind="bent").motion.keys[0][1] for seed in range(120)]
    flexion = np.array([pose.lumbar_deg + pose.thoracic_deg for pose in poses])
    assert 0.5 < np.mean(flexion <= 22.0) < 0.85
    assert flexion.max() > 60.0
    assert max(pose.neck_deg for pose in poses) < 0.0


def test_hands_that_carry_draw_the_shoulders() -> None:
    """Shoulders drawn forward and down lie further to the front and nearer to the hips of the same trunk."""
    spec = random_lift(7, random_lifter(7), kind="bent")
    pose = replace(spec.motion.keys[0][1], trunk_inclination_deg=60.0)

    def shoulder_m(forward_deg: float, down_deg: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        changed = replace(pose, shoulders_forward_deg=forward_deg, shoulders_down_deg=down_deg)
        skeleton = studio(replace(spec, motion=Motion.of(changed))).skeleton(0.0)
        in_chest = skeleton.turns[3].T @ (skeleton.middle_of("upper_arm") - skeleton.head_of("T3"))
        return np.asarray(in_chest)

    rest, forward, down = shoulder_m(0.0, 0.0), shoulder_m(15.0, 0.0), shoulder_m(0.0, 12.0)
    assert forward[0] > rest[0] + 0.01
    assert down[2] < rest[2] - 0.01


def test_a_neck_that_bends_at_its_base_carries_the_head_further_back() -> None:
    """Of two raised heads, tipped alike, the one whose neck bends low lies further behind the chest."""
    spec = random_lift(7, random_lifter(7), kind="bent")
    pose = replace(spec.motion.keys[0][1], trunk_inclination_deg=60.0, neck_deg=-60.0)
    heads = []
    for share in (0.4, 0.9):
        body = replace(spec.body, neck_low_share=share)
        skeleton = studio(replace(spec, body=body, motion=Motion.of(pose))).skeleton(0.0)
        heads.append(skeleton.head_of("head") - skeleton.head_of("T1"))
    trunk = np.array([np.sin(np.radians(60.0)), 0.0, np.cos(np.radians(60.0))])
    back = np.array([-trunk[2], 0.0, trunk[0]])
    assert heads[1] @ back > heads[0] @ back + 0.02
