from __future__ import annotations

import hashlib

import numpy as np
import pytest

from benchmarks.people import BodyShape, Person, make_body
from benchmarks.people.asset import ASSET_PATH, ASSET_SHA256
from benchmarks.people.body import BONE, LUMBAR_SHARE, THORACIC_SHARE, VERTEBRAE


def test_the_asset_is_the_one_that_was_built() -> None:
    """The bytes of the asset have the hash that the code names."""
    assert hashlib.sha256(ASSET_PATH.read_bytes()).hexdigest() == ASSET_SHA256


def test_the_asset_is_small_and_its_licence_lies_beside_it() -> None:
    """Less than 8 MB, and a notice that says CC0."""
    assert ASSET_PATH.stat().st_size < 8_000_000
    assert "CC0 1.0" in ASSET_PATH.with_name("LICENSE-makehuman.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("seed", range(6))
def test_random_people_have_human_sizes(seed: int) -> None:
    """Adults between 1.35 m and 2.1 m whose every vertex is moved by some bone."""
    body = make_body(Person.random(seed).body)
    assert 1.35 < body.height_m < 2.1
    used = body.weights.sum(axis=1) > 0.5
    assert used.mean() > 0.95
    assert body.weights[used].sum(axis=1) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_the_spine_rises_inside_the_trunk(seed: int) -> None:
    """Each vertebra's joint is higher than the one below, in front of the back's skin and behind the belly's."""
    body = make_body(Person.random(seed).body)
    joints = body.heads_m[[BONE[name] for name in VERTEBRAE]]
    assert (np.diff(joints[:, 2]) > 0.01).all()
    trunk = body.vertices_m[np.abs(body.vertices_m[:, 1]) < 0.08]
    for joint in joints[:-1]:
        slice_x = trunk[np.abs(trunk[:, 2] - joint[2]) < 0.03, 0]
        assert slice_x.min() + 0.02 < joint[0] < slice_x.max() - 0.02


def test_the_shares_of_flexion_add_up() -> None:
    """All of the lumbar and all of the thoracic flexion is given to some joint."""
    assert LUMBAR_SHARE.sum() == pytest.approx(1.0)
    assert THORACIC_SHARE.sum() == pytest.approx(1.0)


def test_a_taller_shape_is_taller_and_a_heavier_one_wider() -> None:
    """The knobs turn the right way."""
    short, tall = make_body(BodyShape(height=0.2)), make_body(BodyShape(height=0.8))
    assert tall.height_m > short.height_m + 0.1
    thin, heavy = make_body(BodyShape(weight=0.2)), make_body(BodyShape(weight=0.9))
    belly = BONE["L3"]
    assert np.ptp(heavy.vertices_m[heavy.weights[:, belly] > 0.3, 0]) > np.ptp(
        thin.vertices_m[thin.weights[:, belly] > 0.3, 0]
    )
