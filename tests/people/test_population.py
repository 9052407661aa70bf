from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.people import ClipSpec, Person, Posture, Studio, Truth, random_scene, random_still
from benchmarks.people.population import Kind
from benchmarks.people.stance import POSTURES, SEATED
from tests.people.studio import studio

WHO = Person.random(31)


@cache
def truths(posture: Posture, kind: Kind, count: int) -> list[Truth]:
    """The truth of many stills, without drawing them."""
    return [
        Studio(random_still(seed, WHO, kind=kind, posture=posture, size_px=(160, 120))).truth(0.0)
        for seed in range(count)
    ]


@pytest.mark.parametrize("posture", POSTURES)
@pytest.mark.parametrize("kind", ["neutral", "bent"])
def test_the_truth_is_what_the_pose_asked_for(posture: Posture, kind: Kind) -> None:
    """No sway, no approximation: spine and trunk as in the single pose of the motion."""
    for seed in range(4):
        spec = random_still(seed, WHO, kind=kind, posture=posture, size_px=(160, 120))
        (_, pose), *rest = spec.motion.keys
        assert not rest
        truth = Studio(spec).truth(0.0)
        assert truth.near_side == spec.camera.facing
        assert truth.lumbar_flexion_deg == pose.lumbar_deg
        assert truth.thoracic_flexion_deg == pose.thoracic_deg
        if posture != "lying":
            assert truth.trunk_inclination_deg == pytest.approx(pose.trunk_inclination_deg, abs=1e-6)


@pytest.mark.parametrize("posture", POSTURES)
def test_nobody_floats_or_sinks_in_a_still(posture: Posture) -> None:
    """The lowest point of the person is on the floor."""
    for seed in range(6):
        spec = random_still(seed, WHO, kind="bent", posture=posture)
        assert studio(spec).points_m(0.0)[:, 2].min() == pytest.approx(0.0, abs=0.004)


@pytest.mark.parametrize("posture", ["standing", "floor"])
def test_flexion_is_spread_evenly(posture: Posture) -> None:
    """Every fifth of -10 to 85 degrees has its share of the bent stills, and lumbar and thoracic have ranges."""
    flexion = np.array([truth.spine_flexion_deg for truth in truths(posture, "bent", 150)])
    assert flexion.min() >= -10.0
    assert flexion.max() <= 85.0
    share, _ = np.histogram(flexion, bins=5, range=(-10.0, 85.0))
    assert (share > 15).all()
    lumbar = [truth.lumbar_flexion_deg for truth in truths(posture, "bent", 150)]
    thoracic = [truth.thoracic_flexion_deg for truth in truths(posture, "bent", 150)]
    assert -12.0 <= min(lumbar) < 0.0
    assert 50.0 < max(lumbar) <= 58.0
    assert -5.0 <= min(thoracic) < 0.0
    assert 35.0 < max(thoracic) <= 42.0


@pytest.mark.parametrize("posture", POSTURES)
def test_hips_and_pelvis_do_only_what_they_can(posture: Posture) -> None:
    """No pelvis is tipped back further than it goes and no hip is folded further than it folds."""
    if posture == "lying":
        return
    for truth in truths(posture, "bent", 40):
        assert truth.pelvis_inclination_deg > (-52.0 if posture in SEATED else -36.0)
        if posture != "floor_one_leg":  # its bent leg leaves the sagittal plane
            assert truth.hip_flexion_deg < 129.0


def test_neutral_is_upright_and_seated_tall_gives_up_some_of_the_lumbar_curve() -> None:
    """Standing: around nothing. On the floor: lumbar flexion between 0 and 25 against standing."""
    standing, floor = truths("standing", "neutral", 60), truths("floor", "neutral", 60)
    assert abs(float(np.mean([truth.trunk_inclination_deg for truth in standing])) - 2.0) < 2.0
    assert float(np.std([truth.spine_flexion_deg for truth in standing])) < 7.0
    lumbar = [truth.lumbar_flexion_deg for truth in floor]
    assert min(lumbar) >= 0.0
    assert 15.0 < max(lumbar) <= 25.0


def test_the_trunk_is_in_the_picture_and_neither_tiny_nor_huge() -> None:
    """Hips and shoulders lie inside the picture, 25 to 210 px apart, in nearly every still."""
    good = 0
    for seed in range(60):
        spec = random_still(seed, WHO, kind="bent")
        truth = Studio(spec).truth(0.0)
        hip = (truth.joint_px("left_hip") + truth.joint_px("right_hip")) / 2.0
        shoulder = (truth.joint_px("left_shoulder") + truth.joint_px("right_shoulder")) / 2.0
        inside = (np.stack([hip, shoulder]) > 0).all() and (np.stack([hip, shoulder]) < [640, 480]).all()
        good += bool(inside and 25.0 < np.linalg.norm(hip - shoulder) < 210.0)
    assert good >= 57


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Spec, picture and silhouette repeat; another seed, kind or posture gives another still."""

    def still_of(seed: int) -> ClipSpec:
        return random_still(seed, WHO, kind="bent", posture="staggered", size_px=(320, 240))

    assert still_of(5) == still_of(5)
    first, second = Studio(still_of(5)).frame(0.0), Studio(still_of(5)).frame(0.0)
    assert first.image_rgb.tobytes() == second.image_rgb.tobytes()
    assert first.silhouette.tobytes() == second.silhouette.tobytes()
    assert still_of(5) != still_of(6)
    assert random_still(5, WHO, kind="neutral") != random_still(5, WHO, kind="bent")


def test_hard_scenes_have_every_fault_and_easy_ones_none() -> None:
    """Over many seeds each fault occurs, and none of them in a scene that is not hard."""
    hard = [random_scene(seed, hard=True) for seed in range(150)]
    easy = [random_scene(seed) for seed in range(20)]
    assert {scene.pattern for scene in hard} == {"plain", "stripes", "bricks", "panels", "gym"}
    for name, clean in (
        ("window_frac", 0.0),
        ("backlight_frac", 0.0),
        ("vignette_frac", 0.0),
        ("smear_px", 0.0),
        ("shrink_frac", 1.0),
        ("jpeg_quality", None),
    ):
        assert 5 < sum(getattr(scene, name) != clean for scene in hard) < 145, name
        assert all(getattr(scene, name) == clean for scene in easy)
    assert any(scene.light_level < 0.7 for scene in hard)


def test_stills_have_things_in_the_way() -> None:
    """About a third of the stills have something in them, of many kinds."""
    things = [random_still(seed, WHO, kind="bent").scene.things for seed in range(120)]
    assert 20 < sum(bool(some) for some in things) < 70
    assert len({thing.kind for some in things for thing in some}) >= 7
