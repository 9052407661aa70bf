"""What a person says without a word, and the time of a session: raised hand, standing still, clocks. Pure."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.app.clock import BREAK_S, LEAP_S, Clock
from posecheck.app.clock import step as clock_step
from posecheck.app.gestures import HAND_S, HandState, StillState, hand_step, still_step
from posecheck.body import Landmark, Side, of
from posecheck.records import Sighting, frozen
from tests.stick_figure import StickFigure, nobody, stick_figure

STANDING = stick_figure(trunk_inclination_deg=0.0)
#: Bodies of many inclinations, drawn once.
LEANING = [stick_figure(trunk_inclination_deg=lean_deg) for lean_deg in (-15.0, 0.0, 10.0, 20.0)]


def with_hands(
    figure: StickFigure, t_s: float, *up: Side, by_trunks: float = 0.4, unseen: Side | None = None
) -> Sighting:
    """The figure with these wrists above its nose and the others hanging beside the hips, one of them out of sight."""
    points, visibility = np.array(figure.landmarks_px), np.array(figure.visibility)
    if unseen is not None:
        visibility[of("wrist", unseen)] = 0.1
    nose_px = points[Landmark.NOSE]
    for side in Side:
        wrist = of("wrist", side)
        points[wrist] = figure.hip_px + np.array([5.0, 10.0])
        if side in up:
            points[wrist] = nose_px - (0.0, by_trunks * figure.trunk_px)
    return replace(
        figure.sighting(t_s, with_back=False),
        landmarks_px=frozen(points, np.float64),
        visibility=frozen(visibility, np.float64),
    )


def signs(sightings: list[Sighting]) -> list[float]:
    """When a hand was a sign."""
    state, out = HandState(), []
    for sighting in sightings:
        state, share, sign = hand_step(state, sighting)
        assert 0.0 <= share <= 1.0
        assert (share == 1.0) == sign
        if sign:
            out.append(sighting.t_s)
    return out


@given(side=st.sampled_from(Side), fps=st.floats(5.0, 60.0), figure=st.sampled_from(LEANING))
def test_a_hand_above_the_head_for_a_second_is_one_sign(side: Side, fps: float, figure: StickFigure) -> None:
    """Either hand, at any frame rate: one sign after a second, and no second one until it has come down."""
    times = [number / fps for number in range(int(7 * fps))]
    up = [with_hands(figure, t_s, *([side] if 1.0 <= t_s < 4.0 or t_s >= 4.5 else [])) for t_s in times]
    found = signs(up)
    assert len(found) == 2
    assert 1.0 + HAND_S - 1e-6 <= found[0] <= 1.0 + HAND_S + 2.1 / fps
    assert found[1] >= 4.5 + HAND_S - 1e-6


@given(side=st.sampled_from(Side), fps=st.floats(5.0, 60.0), figure=st.sampled_from(LEANING))
def test_the_nearer_hand_is_a_sign_each_time_while_the_other_is_never_seen(
    side: Side, fps: float, figure: StickFigure
) -> None:
    """As in every picture from the side: the far arm is behind the trunk. The near hand goes up three times."""
    times = [number / fps for number in range(int(9 * fps))]
    shown = [with_hands(figure, t_s, *([side] if t_s % 3.0 < 2.0 else []), unseen=side.other) for t_s in times]
    found = signs(shown)
    assert [int(t_s // 3.0) for t_s in found] == [0, 1, 2]


@given(side=st.sampled_from(Side), fps=st.floats(5.0, 60.0))
def test_a_hand_that_goes_out_of_sight_may_be_a_sign_again(side: Side, fps: float) -> None:
    """A wrist that comes down behind something is down after a second; one lost for a moment still is the same one."""
    times = [number / fps for number in range(int(8 * fps))]
    for gone_s, count in ((3.0, 2), (0.8, 1)):
        shown = [
            with_hands(STANDING, t_s, *([] if lost else [side]), unseen=side if lost else None)
            for t_s in times
            for lost in [3.0 <= t_s < 3.0 + gone_s]
        ]
        assert len(signs(shown)) == count


def test_reaching_up_with_both_arms_or_hanging_in_a_fold_is_no_sign() -> None:
    """Both are part of stretching; a hand that is seldom seen, and one that is up too short, are none either."""
    times = [number / 30 for number in range(90)]
    folded = stick_figure(trunk_inclination_deg=100.0)
    assert signs([with_hands(STANDING, t_s, *Side) for t_s in times]) == []
    assert signs([with_hands(folded, t_s, Side.LEFT) for t_s in times]) == []
    assert signs([with_hands(STANDING, t_s, *([Side.LEFT] if t_s < 0.8 else [])) for t_s in times]) == []
    assert (
        signs([with_hands(STANDING, t_s, Side.LEFT) if n % 15 < 3 else nobody(t_s) for n, t_s in enumerate(times)])
        == []
    )
    assert len(signs([with_hands(STANDING, t_s, Side.LEFT) for t_s in times])) == 1


def test_a_glance_elsewhere_does_not_lower_a_hand() -> None:
    """A frame or two without a person in between, and the sign still comes in its second."""
    times = [number / 30 for number in range(45)]
    found = signs(
        [nobody(t_s) if n in (10, 11, 25) else with_hands(STANDING, t_s, Side.RIGHT) for n, t_s in enumerate(times)]
    )
    assert found == [pytest.approx(1.0, abs=0.04)]


@given(fps=st.floats(5.0, 60.0), sway_trunks=st.floats(0.0, 0.05), seed=st.integers(0, 99))
def test_standing_still_counts_its_seconds(fps: float, sway_trunks: float, seed: int) -> None:
    """Breathing and the model's noise are still; a step begins anew, and so does being away."""
    noise = np.random.default_rng(seed)
    state, last_s = StillState(), 0.0
    for number in range(int(8 * fps)):
        t_s = number / fps
        moved = np.array([80.0 if 3.0 <= t_s < 5.0 else 0.0, 0.0])
        shaken = noise.uniform(-sway_trunks, sway_trunks, (33, 2)) * STANDING.trunk_px
        sighting = replace(
            STANDING.sighting(t_s, with_back=False),
            landmarks_px=frozen(STANDING.landmarks_px + moved + shaken, np.float64),
        )
        state, still_s = still_step(state, sighting)
        since_s = t_s if t_s < 3.0 else t_s - 3.0 if t_s < 5.0 else t_s - 5.0
        assert still_s <= since_s + 1e-9
        last_s = still_s
    assert last_s == pytest.approx(3.0, abs=3.0 / fps + 0.05)
    assert still_step(state, nobody(8.0 + 1.0))[1] == 0.0


@given(st.lists(st.floats(0.0, 3e13), min_size=1, max_size=60))
def test_a_sessions_time_begins_at_zero_and_rises_whatever_is_sent(sent_ms: list[float]) -> None:
    """Any numbers from any clocks: strictly rising, and no leap longer than somebody may rest."""
    clock, times = Clock(), []
    for t_ms in sent_ms:
        clock, t_s = clock_step(clock, t_ms)
        times.append(t_s)
    assert times[0] == 0.0
    for before, after in itertools.pairwise(times):
        assert before < after <= before + LEAP_S + 1e-3


def test_one_page_s_clock_is_kept_to_the_millisecond_and_a_jump_is_a_break() -> None:
    """Steps of a clock are its own; back, or far ahead, is a break too long to go on over."""
    clock, times = Clock(), []
    for t_ms in (1000.0, 1033.25, 1066.5, 500.0, 533.0, 9e6, 9e6 + 40):
        clock, t_s = clock_step(clock, t_ms)
        times.append(t_s)
    steps = [after - before for before, after in itertools.pairwise(times)]
    assert steps == pytest.approx([0.03325, 0.03325, BREAK_S, 0.033, BREAK_S, 0.04])
    assert not math.isnan(times[-1])
