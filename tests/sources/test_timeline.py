"""Times rise strictly, whatever a container says."""

from __future__ import annotations

import contextlib
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import BrokenSourceError
from posecheck.sources.timeline import TICK_S, Timeline


def run(stamps_s: list[float]) -> tuple[list[float], Timeline]:
    """All of the stamps through one timeline."""
    timeline = Timeline("clip.mp4")
    return [timeline.step(stamp) for stamp in stamps_s], timeline


@given(st.lists(st.floats(0.001, 3.0), max_size=60))
def test_stamps_that_rise_are_never_touched(steps_s: list[float]) -> None:
    """However uneven the rate, good times pass through as they are."""
    stamps = [0.0, *itertools.accumulate(steps_s)]
    times, timeline = run(stamps)
    assert times == stamps
    assert timeline.repaired == 0


@given(st.lists(st.floats(-0.4, 0.4), min_size=1, max_size=60))
def test_whatever_comes_out_rises_strictly(steps_s: list[float]) -> None:
    """Every repaired or untouched time is later than the one before; a stream that cannot be believed is refused."""
    timeline = Timeline("clip.mp4")
    times: list[float] = []
    with contextlib.suppress(BrokenSourceError):
        for stamp in itertools.accumulate(steps_s):
            times.append(timeline.step(stamp))  # noqa: PERF401 - what came before an error counts
    assert all(a < b for a, b in itertools.pairwise(times))
    assert timeline.count == len(times)
    assert timeline.last_s == (times[-1] if times else 0.0)


def test_equal_and_slightly_falling_stamps_are_set_just_after_their_predecessor() -> None:
    """Each repair moves one frame by as little as possible and is counted; good stamps after it stay."""
    times, timeline = run([0.0, 0.033, 0.033, 0.1, 0.08, 0.133])
    assert times == pytest.approx([0.0, 0.033, 0.033 + TICK_S, 0.1, 0.1 + TICK_S, 0.133])
    assert timeline.repaired == 2


@pytest.mark.parametrize(
    ("stamps_s", "message"),
    [
        ([0.0, 1.0, 2.0, 0.1], r"jump back to 0\.10 s after 2\.00 s"),
        ([0.0, 1.0, *[1.0] * 12], r"stand still after 1\.01 s"),
        ([0.0, 1.0, 1e9], r"nonsense after 1\.00 s"),
        ([0.0, 1.0, math.nan], r"nonsense after 1\.00 s"),
    ],
)
def test_times_that_cannot_be_believed_end_the_stream(stamps_s: list[float], message: str) -> None:
    """A joined recording, a stopped clock, a leap: what came before stands, the rest is refused."""
    with pytest.raises(BrokenSourceError, match=message):
        run(stamps_s)


def test_without_any_times_frames_are_spaced_by_the_rate() -> None:
    """With a made rate the stamps play no part."""
    timeline = Timeline("raw.h264", made_fps=25.0)
    assert [timeline.step(0.0) for _ in range(3)] == pytest.approx([0.0, 0.04, 0.08])
    assert timeline.repaired == 0
