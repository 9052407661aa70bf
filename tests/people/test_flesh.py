from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.people import BodyShape, Clothes, Pose, dress, make_body
from benchmarks.people.body import BONE, LUMBAR_SHARE, THORACIC_SHARE, flexion_shares
from benchmarks.people.clothes import Figure
from benchmarks.people.flesh import fleshed
from benchmarks.people.poses import Arms, Stance, solve
from benchmarks.people.skeleton import Skeleton

LEAN = Clothes(shirt_looseness=0.0)
UPRIGHT = Pose(knee_deg=2.0)
LEVEL = Pose(trunk_inclination_deg=85.0, knee_deg=20.0)


def figure(shape: BodyShape | None = None, clothes: Clothes = LEAN) -> Figure:
    """Somebody in close-fitting clothes."""
    return dress(make_body(shape or BodyShape()), clothes)


def posed(who: Figure, pose: Pose) -> Skeleton:
    """The skeleton of a standing pose."""
    return solve(who.body, Stance(), pose)


def moved_m(who: Figure, pose: Pose) -> NDArray[np.float64]:
    """How the flesh (N, 3) is displaced at rest for a pose, against standing upright."""
    moved: NDArray[np.float64] = fleshed(who, posed(who, pose)).astype(np.float64) - fleshed(
        who, posed(who, UPRIGHT)
    ).astype(np.float64)
    return moved


def near(who: Figure, bone: str, *, behind: bool, aside_m: float = 0.07) -> NDArray[np.bool_]:
    """Vertices (N,) of the trunk's back or front at the height of a bone."""
    head, points = who.body.heads_m[BONE[bone]], who.points_m
    level = (np.abs(points[:, 2] - head[2]) < 0.03) & (np.abs(points[:, 1]) < aside_m)
    side = points[:, 0] < head[0] - 0.03 if behind else points[:, 0] > head[0] + 0.06
    return np.asarray(level & side)


def test_buttocks_flatten_as_the_hip_flexes() -> None:
    """The more the hip flexes, the less of the buttocks is left behind it: over a quarter is gone in a level hinge."""
    who = figure()
    hip = who.body.joints_m["left-hip"]
    mine = (np.abs(who.points_m[:, 1] - 0.07) < 0.05) & (np.abs(who.points_m[:, 2] - hip[2]) < 0.05)
    depths = []
    for lean_deg in (0.0, 45.0, 85.0):
        flesh = fleshed(who, posed(who, replace(LEVEL, trunk_inclination_deg=lean_deg)))
        depths.append(float(hip[0] - flesh[mine, 0].min()))
    assert depths[0] > depths[1] > depths[2] > 0.02
    assert depths[2] < 0.75 * depths[0]


def test_the_hollow_of_the_back_fills_in_a_level_hinge() -> None:
    """Working back extensors stand out behind the lumbar spine, more in muscular people, and by centimetres at most."""
    weak, strong = (figure(BodyShape(muscle=muscle)) for muscle in (0.2, 1.0))
    out = [-moved_m(who, LEVEL)[near(who, "L2", behind=True), 0].mean() for who in (weak, strong)]
    assert 0.002 < out[0] < out[1] < 0.04


def test_blades_glide_when_the_arms_hang_from_a_level_trunk_and_not_beside_it() -> None:
    """Hands on the hips leave the blades where they are; hanging arms draw them out and apart."""
    who = figure()
    left = near(who, "T5", behind=True, aside_m=0.14) & (who.points_m[:, 1] > 0.06)

    def drawn_m(arms: Arms) -> NDArray[np.float64]:
        return moved_m(who, replace(LEVEL, arms=arms))[left]

    hanging, resting = drawn_m("hang"), drawn_m("hips")
    assert hanging[:, 0].mean() < resting[:, 0].mean() - 0.002
    assert hanging[:, 1].mean() > resting[:, 1].mean() + 0.002


def test_a_raised_head_fills_the_nape() -> None:
    """Looking forward out of a hinge bunches the flesh behind the neck."""
    who = figure()
    neck = near(who, "neck", behind=True)
    raised = moved_m(who, replace(LEVEL, neck_deg=-40.0))[neck, 0].min()
    assert raised < moved_m(who, replace(LEVEL, neck_deg=20.0))[neck, 0].min() - 0.005


def test_a_heavy_belly_hangs_and_a_thin_one_does_not() -> None:
    """On a level trunk it moves away from the spine."""
    out = {
        weight: moved_m(who, LEVEL)[near(who, "L3", behind=False), 0].mean()
        for weight in (0.25, 1.0)
        for who in [figure(BodyShape(weight=weight))]
    }
    assert out[1.0] > out[0.25] + 0.015
    assert abs(out[0.25]) < 0.005


def test_long_hair_falls_towards_the_ground() -> None:
    """A pony tail hangs behind an upright head and past the crown of a head that hangs down."""
    who = figure(clothes=Clothes(hair="tail"))
    tip = int(who.strand_m.argmax())
    assert who.strand_m[tip] > 0.1
    fallen = moved_m(who, Pose(trunk_inclination_deg=100.0, neck_deg=20.0))[tip]
    assert fallen[2] > 0.1


@given(
    lean=st.floats(-10.0, 120.0),
    lumbar=st.floats(-12.0, 58.0),
    thoracic=st.floats(-5.0, 42.0),
    neck=st.floats(-45.0, 40.0),
)
def test_flesh_moves_by_centimetres_and_alike_on_both_sides(
    lean: float, lumbar: float, thoracic: float, neck: float
) -> None:
    """Whatever the bend: nothing leaves the body, all is finite, left and right mirror each other."""
    who = figure(BodyShape(weight=0.9, gender=0.2))
    pose = Pose(trunk_inclination_deg=lean, lumbar_deg=lumbar, thoracic_deg=thoracic, neck_deg=neck)
    moved = moved_m(who, pose)
    assert np.isfinite(moved).all()
    assert np.abs(moved).max() < 0.14
    left = who.points_m[:, 1] > 0.01
    right = who.points_m[:, 1] < -0.01
    assert moved[left, 0].sum() == pytest.approx(moved[right, 0].sum(), abs=0.02 * np.abs(moved[:, 0]).sum() + 0.05)


@given(lumbar=st.floats(0.0, 1.0), thoracic=st.floats(0.0, 1.0))
def test_everybodys_own_shares_add_up(lumbar: float, thoracic: float) -> None:
    """However somebody bends, all of the flexion is given to some joint, and none is negative."""
    for shares in flexion_shares(BodyShape(lumbar_low_share=lumbar, thoracic_low_share=thoracic)):
        assert shares.sum() == pytest.approx(1.0)
        assert (shares > 0.0).all()


def test_own_shares_favour_the_asked_end() -> None:
    """0.5 is the published proportion; above it the lowest joint gets more, below it the highest."""
    for place, average in enumerate((LUMBAR_SHARE, THORACIC_SHARE)):
        high, even, low = (
            flexion_shares(BodyShape(lumbar_low_share=share, thoracic_low_share=share))[place]
            for share in (0.2, 0.5, 0.8)
        )
        assert even == pytest.approx(average)
        assert low[0] > even[0] > high[0]
        assert low[-1] < even[-1] < high[-1]


def test_a_head_carried_forward_moves_with_its_joints() -> None:
    """The head, its joint and the eyes go forward by what was asked; the shoulders and the back stay."""
    plain, forward = make_body(BodyShape()), make_body(BodyShape(head_forward_m=0.03))
    for joint in ("head", "left-eye"):
        assert forward.joints_m[joint] - plain.joints_m[joint] == pytest.approx([0.03, 0.0, 0.0], abs=1e-3)
    assert forward.joints_m["left-shoulder"] == pytest.approx(plain.joints_m["left-shoulder"], abs=1e-3)
    assert math.isclose(forward.height_m, plain.height_m)
