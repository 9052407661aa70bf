"""Which position a person is in: classified in one frame, accepted when it lasts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.catalogue.stretch import POSITIONS
from posecheck.body import Side
from posecheck.kinematics import positions
from posecheck.kinematics.positions import PositionState
from posecheck.reasons import Reason, ReasonCode
from tests.kinematics.legged import POSTURES, points_of, posture_of, sighting_of, without
from tests.kinematics.room import PROFILE, measure_all, with_numbers

EXPECTED = {
    "upright": "standing",
    "deep fold": "standing",
    "foot on a step": "standing",
    "foot on a table": "standing",
    "one leg back": "standing",
    "half-kneeling": "kneeling",
    "kneeling tall": "kneeling",
    "one leg straight on a chair": "seated",
    "upright on a chair": "seated",
    "long sitting": "floor",
    "on the back": "lying",
    "a leg to the ceiling": "lying",
    "squatting down to the heels": "",
}


@pytest.mark.parametrize("name", POSTURES)
@given(facing=st.sampled_from([1, -1]), roll_deg=st.floats(-4.0, 4.0), size=st.floats(0.3, 1.2))
def test_every_posture_is_told(name: str, facing: int, roll_deg: float, size: float) -> None:
    """Whichever way the person faces, however near they are, with the camera a little aslant."""
    points = posture_of(name, facing=facing, roll_deg=roll_deg, size=size)
    assert positions.position(points, facing, PROFILE) == EXPECTED[name]


def test_the_names_are_those_of_the_stretches() -> None:
    """A stretch asks for positions by the names by which they are recognised."""
    named = {positions.STANDING, positions.KNEELING, positions.SEATED, positions.FLOOR, positions.LYING}
    assert named == set(POSITIONS) == set(EXPECTED.values()) - {""}


@given(trunk_deg=st.floats(0.0, 165.0), knee_deg=st.floats(0.0, 30.0), hips_back_deg=st.floats(0.0, 15.0))
def test_no_bend_of_somebody_who_stands_is_sitting_or_lying(
    trunk_deg: float, knee_deg: float, hips_back_deg: float
) -> None:
    """However deep the fold, with straight or soft knees."""
    leg = (hips_back_deg + knee_deg / 2, knee_deg)
    assert positions.position(points_of(trunk_deg, leg, leg), 1, PROFILE) == "standing"


def test_without_feet_a_hanging_thigh_stands_and_nothing_else_is_told() -> None:
    """A laptop often cuts the feet off: standing is still recognised; chair and floor look the same."""
    for name, expected in (("upright", "standing"), ("upright on a chair", ""), ("long sitting", "")):
        points = without(without(posture_of(name), Side.LEFT, "ankle"), Side.RIGHT, "ankle")
        assert positions.position(points, 1, PROFILE) == expected


def test_one_leg_in_sight_is_enough() -> None:
    """The far leg is hidden more often than not."""
    for name in ("upright", "upright on a chair", "long sitting", "kneeling tall"):
        points = without(posture_of(name), Side.LEFT, "hip", "knee", "ankle")
        assert positions.position(points, 1, PROFILE) == EXPECTED[name]


def test_what_is_not_seen_is_not_told() -> None:
    """No facing, no hips, no legs, no shoulders: no position."""
    upright = posture_of("upright")
    assert positions.position(upright, 0, PROFILE) == ""
    for joint in ("hip", "knee", "shoulder"):
        gone = without(without(upright, Side.LEFT, joint), Side.RIGHT, joint)
        assert positions.position(gone, 1, PROFILE) == ""
    assert positions.position(np.full((33, 2), np.nan), 1, PROFILE) == ""


def test_between_two_positions_nothing_is_told() -> None:
    """While sitting down slowly the position is unknown for a moment; without the margin of doubt it never is."""
    named, sure = [], []
    for share in np.linspace(0.0, 1.0, 200):
        points = points_of(20.0, (88.0 * share, 90.0 * share), (88.0 * share, 90.0 * share))
        named.append(positions.position(points, 1, PROFILE))
        sure.append(positions.position(points, 1, with_numbers(posture__doubt=0.0)))
    assert named[0] == sure[0] == "standing"
    assert named[-1] == sure[-1] == "seated"
    first_away = next(k for k, name in enumerate(named) if name != "standing")
    assert named[first_away] == ""
    assert set(sure) == {"standing", "seated"} or "" in sure[first_away:]


# --------------------------------------------------------------------------------------------------------- over time
def held(looks: Sequence[tuple[float, str]], state: PositionState | None = None) -> list[str]:
    """What is believed after each of the frames (time, what it looks like)."""
    state, out = state or PositionState(), []
    for t_s, look in looks:
        state = positions.hold(state, t_s, look, PROFILE)
        out.append(state.position)
    return out


def every(fps: float, from_s: float, to_s: float, look: str) -> list[tuple[float, str]]:
    """The same look for a while."""
    return [(from_s + k / fps, look) for k in range(round((to_s - from_s) * fps))]


@given(fps=st.floats(8.0, 60.0))
def test_a_new_position_is_believed_after_the_same_time_at_any_frame_rate(fps: float) -> None:
    """0.7 s after the first contrary picture, at most one frame later."""
    looks = [*every(fps, 0.0, 2.0, "standing"), *every(fps, 2.0, 5.0, "floor")]
    believed = held(looks)
    first_s = next(t_s for t_s, look in looks if look == "floor")
    turned_s = next(t_s for (t_s, _), name in zip(looks, believed, strict=True) if name == "floor")
    assert 0.7 - 1e-9 <= turned_s - first_s <= 0.7 + 1.0 / fps + 1e-9
    assert believed[-1] == "floor"


def test_a_glitch_and_a_gap_change_nothing() -> None:
    """Half a second of something else, two seconds of nothing: the position stays."""
    looks = [*every(30, 0, 1, "seated"), *every(30, 1, 1.5, "standing"), *every(30, 1.5, 2, "seated")]
    looks += [*every(30, 2, 4, ""), *every(30, 4, 4.5, "floor"), *every(30, 4.5, 5, "seated")]
    assert set(held(looks)) == {"seated"}


def test_contrary_pictures_that_disagree_with_each_other_still_turn() -> None:
    """Chair or floor, picture by picture: it is not standing any more."""
    looks = every(10, 0, 1, "standing") + [(1.0 + k / 10, ("seated", "floor")[k % 2]) for k in range(10)]
    assert held(looks)[-1] in ("seated", "floor")


def test_a_position_out_of_sight_is_forgotten() -> None:
    """After more than three seconds without a known position, and in a new stream."""
    seated = positions.hold(PositionState(), 10.0, "seated", PROFILE)
    assert positions.hold(seated, 13.0, "", PROFILE).position == "seated"
    assert positions.hold(seated, 13.1, "", PROFILE).position == ""
    assert positions.hold(seated, 13.1, "floor", PROFILE).position == "floor"
    assert positions.hold(seated, 9.0, "floor", PROFILE).position == "floor"


names = st.sampled_from([*POSITIONS, ""])


@given(looks=st.lists(st.tuples(st.floats(0.01, 2.0), names), min_size=1, max_size=40))
def test_nothing_is_believed_that_was_never_seen(looks: list[tuple[float, str]]) -> None:
    """Whatever comes: the position is one that a picture showed, and none without any."""
    t_s, seen, state = 0.0, {""}, PositionState()
    for passed_s, look in looks:
        t_s += passed_s
        state = positions.hold(state, t_s, look, PROFILE)
        seen.add(look)
        assert state.position in seen
        assert math.isnan(state.since_s) or state.since_s <= t_s


# ---------------------------------------------------------------------------------------------------- the whole room
def test_who_lies_is_told_so_by_the_view_and_by_the_gate_alike() -> None:
    """Position and reason agree, also with the legs drawn up."""
    for name in ("on the back", "a leg to the ceiling"):
        view = measure_all([sighting_of(posture_of(name), 0.0)])[0].view
        assert (view.position, view.reason) == ("lying", Reason(ReasonCode.SPINE_LYING))


def test_the_view_holds_the_position() -> None:
    """One frame of sitting in a stream of standing is not passed on; a second of it is."""
    upright, sitting = posture_of("upright"), posture_of("upright on a chair")
    shown = [upright] * 10 + [sitting] + [upright] * 5 + [sitting] * 10
    named = [one.view.position for one in measure_all(sighting_of(points, 0.1 * k) for k, points in enumerate(shown))]
    assert set(named[:16]) == {"standing"}
    assert named[-1] == "seated"
