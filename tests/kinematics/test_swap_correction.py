"""Following both legs from frame to frame: exchanged names put right, leaps not seen, real movement left alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import Side, of
from posecheck.kinematics.legs import swap_correction
from posecheck.kinematics.legs.swap_correction import SwapState
from posecheck.records import Floats
from posecheck.tunables import Profile
from tests.kinematics.legged import points_of

PROFILE = Profile(swap_correction.TUNABLES)
SURE = np.full(33, 0.9)
RAISED = points_of(20.0, (80.0, 30.0), (0.0, 2.0))
ROWS = {side: [int(of(joint, side)) for joint in ("knee", "ankle")] for side in Side}


def exchanged(points: Floats) -> Floats:
    """The same picture with the names of the legs exchanged."""
    out = np.array(points)
    out[ROWS[Side.LEFT]], out[ROWS[Side.RIGHT]] = points[ROWS[Side.RIGHT]], points[ROWS[Side.LEFT]]
    return out


def halfway(points: Floats) -> Floats:
    """Both legs drawn between the two places."""
    return (points + exchanged(points)) / 2.0


def followed(frames: Sequence[Floats], fps: float) -> list[Floats]:
    """The landmarks of every frame as they are put right."""
    state, out = SwapState(), []
    for number, points in enumerate(frames):
        state, right, _ = swap_correction.step(state, number / fps, points, SURE, PROFILE)
        out.append(right)
    return out


def lost(points: Floats, side: Side) -> bool:
    """Whether knee and ankle of a leg are not seen."""
    return bool(np.isnan(points[ROWS[side]]).all())


@given(fps=st.floats(10.0, 60.0), at=st.integers(1, 20), frames=st.integers(1, 4))
def test_names_exchanged_for_a_moment_are_put_right(fps: float, at: int, frames: int) -> None:
    """Whatever the frame rate, every frame shows the legs where they are."""
    stream = [RAISED] * at + [exchanged(RAISED)] * frames + [RAISED] * 3
    for points in followed(stream, fps):
        np.testing.assert_allclose(points, RAISED)


@given(fps=st.floats(10.0, 60.0))
def test_legs_drawn_halfway_between_are_not_seen(fps: float) -> None:
    """Both are lost for that moment, and found again after it; the rest of the body stays as it is."""
    before, between, after = followed([RAISED, halfway(RAISED), RAISED], fps)
    assert all(lost(between, side) for side in Side)
    others = [row for row in range(33) if row not in (*ROWS[Side.LEFT], *ROWS[Side.RIGHT])]
    np.testing.assert_allclose(between[others], RAISED[others])
    np.testing.assert_allclose(before, RAISED)
    np.testing.assert_allclose(after, RAISED)


def test_a_hidden_leg_that_leaps_does_not_blind_the_other() -> None:
    """The near leg lies still while the model draws the folded far one now here, now there."""
    other = np.array(RAISED)
    other[ROWS[Side.LEFT]] += np.array([-90.0, 60.0])
    points = followed([RAISED, other], 12.0)[1]
    assert lost(points, Side.LEFT)
    np.testing.assert_allclose(points[ROWS[Side.RIGHT]], RAISED[ROWS[Side.RIGHT]])


@given(fps=st.floats(10.0, 60.0), lasts_s=st.floats(1.0, 4.0))
def test_a_leg_that_is_moved_is_never_lost(fps: float, lasts_s: float) -> None:
    """Raised by 80° within a second or more, it is seen all the way."""
    steps = np.linspace(0.0, 1.0, math.ceil(lasts_s * fps))
    stream = [points_of(20.0, (80.0 * share, 10.0), (0.0, 2.0)) for share in steps]
    for drawn, points in zip(stream, followed(stream, fps), strict=True):
        np.testing.assert_allclose(points, drawn)


@pytest.mark.parametrize("fps", [10.0, 30.0])
def test_legs_drawn_steadily_elsewhere_are_believed_in_the_end(fps: float) -> None:
    """After half a second without a leap, and not before; by then it is no slip of the model any more."""
    moved = points_of(20.0, (0.0, 2.0), (40.0, 95.0))
    out = followed([RAISED] * 5 + [moved] * round(fps), fps)
    seen = [not lost(points, Side.LEFT) and bool(np.allclose(points, moved)) for points in out]
    first_s = seen.index(True) / fps - 5.0 / fps
    assert 0.3 <= first_s <= 0.5 + 1.0 / fps
    assert all(seen[seen.index(True) :])


def test_visibility_goes_with_the_leg() -> None:
    """What the model is unsure of under an exchanged name stays unsure under the right one."""
    visibility = np.array(SURE)
    visibility[ROWS[Side.LEFT]] = 0.45
    state, _, _ = swap_correction.step(SwapState(), 0.0, RAISED, SURE, PROFILE)
    _, _, out = swap_correction.step(state, 0.1, exchanged(RAISED), visibility, PROFILE)
    assert out[ROWS[Side.RIGHT]].tolist() == [0.45, 0.45]
    assert out[ROWS[Side.LEFT]].tolist() == [0.9, 0.9]


def test_time_that_runs_backwards_begins_anew() -> None:
    """Another stream: nothing is held against it."""
    state, _, _ = swap_correction.step(SwapState(), 10.0, RAISED, SURE, PROFILE)
    _, points, _ = swap_correction.step(state, 3.0, halfway(RAISED), SURE, PROFILE)
    np.testing.assert_allclose(points, halfway(RAISED))


def test_a_leg_that_is_not_seen_is_left_alone() -> None:
    """No place is made up for it, and the other one is followed as before."""
    hidden = np.array(RAISED)
    hidden[ROWS[Side.LEFT]] = np.nan
    points = followed([RAISED, hidden, RAISED], 12.0)
    assert lost(points[1], Side.LEFT)
    assert not lost(points[1], Side.RIGHT)
    np.testing.assert_allclose(points[2], RAISED)
