"""The filter calms without getting late, and nothing that goes missing disturbs it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.kinematics import smoothing
from posecheck.kinematics.smoothing import OneEuro
from tests.kinematics.room import PROFILE, with_numbers


def _run(samples: list[tuple[float, float]], *, wraps: bool = False) -> list[float]:
    """One signal of (t_s, value) through the filter."""
    state, out = OneEuro(), []
    for t_s, value in samples:
        state, smooth = smoothing.step(state, t_s, np.array([value]), PROFILE, np.array([wraps]))
        out.append(float(smooth[0]))
    return out


@given(value=st.floats(-180.0, 180.0), rate_hz=st.floats(5.0, 120.0))
def test_a_still_signal_comes_out_as_it_is(value: float, rate_hz: float) -> None:
    """A constant is passed unchanged from the first sample on, at any frame rate."""
    assert _run([(k / rate_hz, value) for k in range(20)]) == pytest.approx([value] * 20, abs=1e-9)


@given(dropped=st.sets(st.integers(1, 88), max_size=60), start=st.floats(-90.0, 90.0), step=st.floats(-90.0, 90.0))
def test_dropped_frames_do_not_change_where_it_settles(dropped: set[int], start: float, step: float) -> None:
    """With any frames missing the filter ends at the signal's own value."""
    times = [k / 30.0 for k in range(90) if k not in dropped]
    out = _run(
        [(t_s, start if t_s < 0.2 else start + step) for t_s in times] + [(6.0 + k, start + step) for k in (0, 1)]
    )
    assert out[-1] == pytest.approx(start + step, abs=0.01)


@given(
    values=st.lists(st.floats(-90.0, 90.0), min_size=5, max_size=30),
    holes=st.sets(st.integers(0, 29), max_size=10),
)
def test_a_nan_passes_through_and_leaves_no_trace(values: list[float], holes: set[int]) -> None:
    """Frames with NaN give NaN, and all others the same as if those frames had not been."""
    samples = [(k / 30.0, math.nan if k in holes else value) for k, value in enumerate(values)]
    out = _run(samples)
    assert [math.isnan(value) for value in out] == [k in holes for k in range(len(values))]
    kept = _run([sample for sample in samples if not math.isnan(sample[1])])
    assert [value for value in out if not math.isnan(value)] == kept


def test_one_signal_that_goes_missing_does_not_disturb_the_other() -> None:
    """Every signal has its own clock."""
    lone, pair = OneEuro(), OneEuro()
    for k in range(30):
        moving, flickering = 3.0 * k, (math.nan if k % 3 else 7.0 * k)
        lone, alone = smoothing.step(lone, k / 30.0, np.array([moving]), PROFILE)
        pair, both = smoothing.step(pair, k / 30.0, np.array([moving, flickering]), PROFILE)
        assert both[0] == alone[0]


def test_after_a_gap_it_begins_anew() -> None:
    """A value after more than `smoothing.gap_s` stands as it is; just within, it is still smoothed."""
    gap_s = PROFILE[smoothing.GAP.key]
    assert _run([(0.0, 0.0), (gap_s + 0.01, 50.0)])[-1] == 50.0
    assert 0.0 < _run([(0.0, 0.0), (gap_s - 0.01, 50.0)])[-1] < 50.0


def test_time_that_runs_backwards_is_a_new_stream() -> None:
    """An earlier time begins anew instead of smoothing towards the past."""
    assert _run([(5.0, 0.0), (0.0, 50.0)])[-1] == 50.0


def test_the_same_moment_twice_divides_by_nothing() -> None:
    """A repeated time gives the same answer again, whatever the value, and the next frame goes on as usual."""
    out = _run([(0.0, 10.0), (0.0, 90.0), (1 / 30, 10.0)])
    assert out == pytest.approx([10.0, 10.0, 10.0])


@given(turns=st.integers(-2, 2), step_deg=st.floats(-40.0, 40.0))
def test_a_direction_that_passes_a_full_turn_takes_the_short_way(turns: int, step_deg: float) -> None:
    """The smoothed direction never runs round the circle, however the numbers are written."""
    samples = [(k / 30.0, (k * step_deg + 180.0) % 360.0 - 180.0 + 360.0 * turns * (k % 2)) for k in range(12)]
    out = _run(samples, wraps=True)
    assert max(abs(np.diff(out)), default=0.0) <= abs(step_deg) + 12 * 40.0 / 11
    plain = _run([(k / 30.0, k * step_deg) for k in range(12)])
    assert np.diff(out) == pytest.approx(np.diff(plain), abs=1e-6)


def test_still_noise_is_calmed_and_a_move_is_followed() -> None:
    """A noisy hold shakes less than half as much; a 40 deg/s move is followed within 4 deg."""
    rng = np.random.default_rng(4)
    hold = [(k / 30.0, float(noise)) for k, noise in enumerate(rng.normal(0.0, 2.0, 150))]
    assert np.std(_run(hold)[15:]) < 0.5 * np.std([value for _, value in hold])
    move = [(k / 30.0, 40.0 * k / 30.0) for k in range(60)]
    assert abs(_run(move)[-1] - move[-1][1]) < 4.0


def test_a_lower_cut_off_is_calmer() -> None:
    """`smoothing.min_cutoff_hz` does what it says."""
    after_s, values = 1 / 30, np.array([10.0])
    state, _ = smoothing.step(OneEuro(), 0.0, np.array([0.0]), PROFILE)
    calm = smoothing.step(state, after_s, values, with_numbers(smoothing__min_cutoff_hz=0.5, smoothing__beta=0.0))[1]
    quick = smoothing.step(state, after_s, values, with_numbers(smoothing__min_cutoff_hz=5.0, smoothing__beta=0.0))[1]
    assert calm[0] < quick[0]


def test_a_filter_keeps_its_signals() -> None:
    """Another number of signals is a mistake in the caller and is said so."""
    state, _ = smoothing.step(OneEuro(), 0.0, np.zeros(2), PROFILE)
    with pytest.raises(ValueError, match="3 signals after 2"):
        smoothing.step(state, 0.1, np.zeros(3), PROFILE)
