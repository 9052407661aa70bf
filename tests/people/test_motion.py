from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.people import Motion, Pose, go, still
from benchmarks.people.motion import minimum_jerk


@given(st.floats(-1.0, 2.0), st.floats(0.0, 1.0))
def test_easing_rises_from_0_to_1_and_rests_outside(share: float, step: float) -> None:
    """It never goes back, and it is still before 0 and after 1."""
    assert 0.0 <= minimum_jerk(share) <= 1.0
    assert minimum_jerk(share + step) >= minimum_jerk(share) - 1e-12
    assert minimum_jerk(share) + minimum_jerk(1.0 - share) == pytest.approx(1.0)


def test_a_motion_is_still_moves_and_is_still() -> None:
    """Between two equal poses nothing moves; a move is half done at half its time."""
    motion = Motion.of(Pose(), still(0.6), go(2.0, trunk_inclination_deg=70.0), still(1.5))
    assert motion.duration_s == pytest.approx(4.1)
    assert motion.at(0.3).pose == Pose()
    assert motion.at(1.6).pose.trunk_inclination_deg == pytest.approx(35.0)
    assert motion.at(3.0).pose.trunk_inclination_deg == pytest.approx(70.0)
    assert motion.at(99.0).pose.trunk_inclination_deg == 70.0


def test_a_move_changes_only_what_it_names() -> None:
    """What a move does not mention stays as the move before left it."""
    motion = Motion.of(Pose(knee_deg=12.0), go(1.0, lumbar_deg=30.0), go(1.0, thoracic_deg=10.0))
    last = motion.at(2.0).pose
    assert (last.knee_deg, last.lumbar_deg, last.thoracic_deg) == (12.0, 30.0, 10.0)


def test_arms_are_on_their_way_while_they_change() -> None:
    """In the middle of a move the arms are half way from the old to the new place."""
    instant = Motion.of(Pose(arms="hang"), go(1.0, arms="hips")).at(0.5)
    assert (instant.arms_from, instant.pose.arms) == ("hang", "hips")
    assert instant.arms_share == pytest.approx(0.5)
