"""The hold timer: only good seconds, at any frame rate."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.hold import HoldState, step
from posecheck.records import Hold, Verdict
from tests.assessment.scenes import times

GOOD, WARN, UNKNOWN = Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN


def held(frames: Iterable[tuple[float, Verdict, bool]], gap_s: float = 0.5, reset_s: float = 5.0) -> list[Hold]:
    """What the timer shows in each frame (time, verdict, in position)."""
    state, shown = HoldState(), []
    for t_s, verdict, in_position in frames:
        state, out = step(state, t_s, verdict, in_position, 30.0, gap_s=gap_s, reset_s=reset_s)
        shown.append(out)
    return shown


@pytest.mark.parametrize("fps", [5, 15, 30, 60])
@pytest.mark.parametrize("seed", range(3))
def test_the_timer_does_not_depend_on_the_frame_rate(fps: int, seed: int) -> None:
    """Twelve good seconds in two spells are twelve on the timer, short of one frame at each of the four ends."""
    at = times(fps, 20, seed)
    spells = [(2.0, 9.0, GOOD), (9.0, 11.0, WARN), (11.0, 16.0, GOOD)]
    frames = [(t, next((v for a, b, v in spells if a <= t < b), UNKNOWN), 2 <= t < 16) for t in at]
    frame_s = max(b - a for a, b in pairwise(at))
    shown = held(frames)[-1].good_s
    assert 12 - 4 * frame_s <= shown <= 12


@pytest.mark.parametrize(
    ("verdict", "in_position"), [(WARN, True), (UNKNOWN, True), (GOOD, False), (WARN, False), (UNKNOWN, False)]
)
def test_only_good_seconds_in_position_count(verdict: Verdict, in_position: bool) -> None:
    """Warning, not known and out of position leave the timer at zero, and say whether the person is in position."""
    shown = held((0.1 * i, verdict, in_position) for i in range(50))
    assert {hold.good_s for hold in shown} == {0.0}
    assert {hold.active for hold in shown} == {in_position}
    assert {hold.target_s for hold in shown} == {30.0}


def test_both_ends_of_a_frame_must_be_good() -> None:
    """A single good frame between bad ones is worth nothing."""
    assert held([(0.0, WARN, True), (0.1, GOOD, True), (0.2, WARN, True)])[-1].good_s == 0.0


def test_a_gap_in_time_is_not_credited() -> None:
    """Two good seconds, four seconds of nothing, two good seconds: four, not eight."""
    at = [*(0.1 * i for i in range(21)), *(6 + 0.1 * i for i in range(21))]
    assert held((t_s, GOOD, True) for t_s in at)[-1].good_s == pytest.approx(4.0)


def test_out_of_position_briefly_is_a_pause() -> None:
    """Two seconds out: the seconds stand still and go on."""
    shown = held((0.1 * i, GOOD, not 50 <= i < 70) for i in range(101))
    assert shown[60].good_s == pytest.approx(4.9)
    assert not shown[60].active
    assert shown[100].good_s == pytest.approx(4.9 + 3.0)


def test_out_of_position_for_long_ends_the_hold() -> None:
    """Six seconds out: the seconds stay readable until the next hold, which begins at zero."""
    shown = held((0.1 * i, GOOD, not 50 <= i < 110) for i in range(131))
    assert {round(hold.good_s, 6) for hold in shown[50:110]} == {4.9}
    assert shown[110].good_s == 0.0
    assert shown[130].good_s == pytest.approx(2.0)


def test_the_time_that_ends_a_hold_is_not_credited_to_the_next() -> None:
    """With a pause set shorter than the frames are apart, each frame begins a new hold at zero."""
    shown = held(((0.4 * i, GOOD, True) for i in range(5)), gap_s=1.0, reset_s=0.3)
    assert {hold.good_s for hold in shown} == {0.0}


@pytest.mark.parametrize("jump_s", [9.0, -9.0])
def test_a_jump_of_the_clock_ends_the_hold(jump_s: float) -> None:
    """A source that starts over, or skips further than a pause, begins a new hold."""
    at = [0.1 * i for i in range(101)]
    shown = held((t_s, GOOD, True) for t_s in [*at, at[-1] + jump_s])
    assert shown[-2].good_s == pytest.approx(10.0)
    assert shown[-1].good_s == 0.0


def test_the_timer_goes_on_beyond_the_target() -> None:
    """Who holds longer sees it."""
    assert held((0.1 * i, GOOD, True) for i in range(351))[-1].good_s == pytest.approx(35.0)


@given(
    spells=st.lists(
        st.tuples(st.floats(0.6, 4.0), st.sampled_from([GOOD, WARN, UNKNOWN]), st.booleans()), min_size=1, max_size=6
    ),
    steps_s=st.lists(st.floats(0.01, 0.45), min_size=5, max_size=100),
)
def test_never_more_than_the_good_time_and_less_by_a_frame_an_end(
    spells: list[tuple[float, Verdict, bool]], steps_s: list[float]
) -> None:
    """Of spells that last longer than a frame, the timer shows the good time, short of a frame at either end of each."""
    ends = list(accumulate(length for length, _, _ in spells))
    frames = []
    for t_s in accumulate(steps_s):
        spell = next((i for i, end in enumerate(ends) if t_s < end), None)
        if spell is not None:
            frames.append((t_s, spells[spell][1], spells[spell][2]))
    if not frames:
        return
    first_s, last_s = frames[0][0], frames[-1][0]
    seen = [
        max(0.0, min(end, last_s) - max(end - length, first_s))
        for end, (length, verdict, inside) in zip(ends, spells, strict=True)
        if verdict is GOOD and inside
    ]
    shown = held(frames, reset_s=1000.0)[-1].good_s
    assert sum(seen) - 2 * len(seen) * max(steps_s) - 1e-9 <= shown <= sum(seen) + 1e-9
