"""Repetitions: counted once, timed alike by every camera, and never good when they were not seen."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment import judge
from posecheck.assessment.catalogue.stretch import Direction
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.reps import BOTTOM_DEG, Facts, RepsState, step
from posecheck.reasons import ReasonCode, code_of, english
from posecheck.records import Measures, Reps
from tests.assessment.scenes import DRILL, FOLD, line, measured, profile, sighting, times
from tests.assessment.sets import LEAVE_DEG, WHOLE_DEG, Bend, Drill, hidden, longest_frame_s, watch
from tests.examples import examples
from tests.wording import worded

WHOLE, PARTIAL = Bend(), Bend(depth_deg=35.0)
RDL = load_stretch("single_leg_rdl")
BENDS = st.builds(
    Bend,
    depth_deg=st.one_of(st.floats(26.0, WHOLE_DEG - 2.0), st.floats(WHOLE_DEG + 2.0, 90.0)),
    down_s=st.floats(0.8, 3.0),
    bottom_s=st.floats(0.5, 3.0),
    up_s=st.floats(0.8, 3.0),
    upright_s=st.floats(0.4, 2.0),
)


# ------------------------------------------------------------------------------------------------ counted right
@given(bends=st.lists(BENDS, min_size=1, max_size=6), fps=st.floats(10, 60), seed=st.integers(0, 99))
@examples(15)  # each judges a set of up to six bends
def test_every_camera_counts_and_times_alike(bends: list[Bend], fps: float, seed: int) -> None:
    """Whole and partial ones in any order, at any rate: each once, its times within two frames of the truth."""
    drill = Drill(bends)
    at = times(fps, drill.end_s, seed)
    frame_s = longest_frame_s(at)
    found = watch(drill.seen(at))
    assert [rep.whole for rep in found.reps] == [bend.depth_deg > WHOLE_DEG for bend in bends]
    assert found.counts == (sum(rep.whole for rep in found.reps), sum(not rep.whole for rep in found.reps), 0)
    for rep, bend, (start_s, end_s), (low_s, up_s) in zip(found.reps, bends, drill.spans, drill.bottoms, strict=True):
        assert rep.start_s == pytest.approx(start_s, abs=2 * frame_s)
        assert rep.end_s == pytest.approx(end_s, abs=2 * frame_s)
        assert rep.depth == pytest.approx(bend.depth_deg)
        # The bottom begins and ends `reps.bottom_deg` above the deepest point.
        early_s, late_s = (BOTTOM_DEG.default / bend.depth_deg * s for s in (bend.down_s, bend.up_s))
        assert rep.descent_s == pytest.approx(low_s - early_s - start_s, abs=2 * frame_s)
        assert rep.ascent_s == pytest.approx(end_s - up_s - late_s, abs=2 * frame_s)
    assert [rep.number for rep in found.reps if rep.whole] == list(range(1, found.counts[0] + 1))
    assert {rep.number for rep in found.reps if not rep.whole} <= {0}


@given(
    bound_deg=st.sampled_from([LEAVE_DEG, 17.5, 20.0]),
    fps=st.floats(10, 60),
    seed=st.integers(0, 999),
    wobble_s=st.floats(1.0, 6.0),
)
def test_jitter_at_the_bound_never_counts_twice(bound_deg: float, fps: float, seed: int, wobble_s: float) -> None:
    """Who lingers about the bounds on the way down and up, the reading jumping by 2 degrees, has done one repetition."""
    jitter = random.Random(seed)
    up_s = 2.0 + wobble_s
    knots = [(0.0, 0.0), (1.0, bound_deg), (up_s, bound_deg), (up_s + 1, 60.0), (up_s + 2, 60.0)]
    knots += [(up_s + 3, bound_deg), (2 * up_s + 3, bound_deg), (2 * up_s + 4, 0.0), (2 * up_s + 5, 0.0)]
    trunk = line(knots)
    frames = [
        measured(t_s, trunk_inclination=trunk(t_s) + jitter.uniform(-2.4, 2.4))
        for t_s in times(fps, 2 * up_s + 5, seed)
    ]
    found = watch(frames)
    assert found.counts == (1, 0, 0)
    assert len(found.reps) == 1


def test_a_nod_is_no_repetition() -> None:
    """In the phase for a third of a second: nothing, not even a partial one."""
    assert watch(Drill([Bend(30.0, 0.3, 0.0, 0.3), WHOLE]).seen(times(30, 12))).counts == (1, 0, 0)


def test_a_repetition_under_way_is_none_yet() -> None:
    """Going down, the panel says that one is under way; the count waits for its end."""
    drill = Drill([WHOLE])
    reps = [one.reps for one in watch(drill.seen(times(30, drill.bottoms[0][1]))).judged]
    assert isinstance(reps[-1], Reps)
    assert (reps[-1].active, reps[-1].whole, reps[-1].last) == (True, 0, None)
    assert reps[0] == Reps(0, 0, 0, 8)


def test_each_end_is_told_in_one_frame() -> None:
    """Whoever lists the repetitions takes each one once."""
    found = watch(Drill([WHOLE, PARTIAL, WHOLE]).seen(times(30, 22)))
    assert sum(one.reps is not None and one.reps.ended for one in found.judged) == 3
    assert found.judged[-1].reps is not None
    assert found.judged[-1].reps.last == found.reps[-1]


def test_a_held_stretch_has_no_repetitions() -> None:
    """None, not zero of zero."""
    assert {one.reps for one in watch(Drill([WHOLE]).seen(times(30, 5)), FOLD).judged} == {None}


# ------------------------------------------------------------------------------------------------ how it was
@pytest.mark.parametrize(
    ("bend", "good", "remark"),
    [
        pytest.param(WHOLE, True, "", id="good"),
        pytest.param(PARTIAL, False, "Not deep enough: 35° of 45°.", id="partial"),
        pytest.param(replace(PARTIAL, spine_deg=60.0), False, "Not deep enough: 35° of 45°.", id="partial first"),
        pytest.param(replace(WHOLE, spine_deg=48.0), False, "Your back rounded for 2.4 seconds, to 48°.", id="round"),
        pytest.param(replace(WHOLE, knee_deg=60.0), False, "Your knee bent too far for 2.4 seconds.", id="bent"),
        pytest.param(
            replace(WHOLE, spine_deg=48.0, knee_deg=60.0),
            False,
            "Your back rounded for 2.4 seconds, to 48°.",
            id="spine before knee",
        ),
        pytest.param(Bend(55.0, 0.8, 0.3, 0.8), False, "A little fast: 1.4 seconds; take 3 or more.", id="hurried"),
    ],
)
def test_what_is_remarked(bend: Bend, good: bool, remark: str) -> None:
    """One remark, the most important one; a good repetition has none."""
    found = watch(Drill([bend]).seen(times(60, 8)))
    (rep,) = found.reps
    assert (rep.good, english(rep.remark)) == (good, remark)
    assert rep.seen


def test_any_other_rule_that_warns_is_the_remark() -> None:
    """The hips did not lead: its own sentence, and not a good repetition."""
    frames = [
        Measures(f.t_s, {**f.values, "hip_share": 0.2}, f.view) for f in Drill([Bend(bottom_s=4.0)]).seen(times(30, 9))
    ]
    (rep,) = watch(frames).reps
    assert english(rep.remark) == next(rule.reason for rule in DRILL.rules if rule.id == "hips_lead")
    assert not rep.good


def test_on_one_leg_a_locked_knee_is_no_bent_knee() -> None:
    """Too straight is told in its own words; its seconds are not those of a bent knee."""
    frames = [
        Measures(f.t_s, {**f.values, "lead_knee_flexion_deg": 0.0, "other_hip_hinge_deg": 5.0}, f.view)
        for f in Drill([Bend(80.0, bottom_s=4.0)]).seen(times(30, 9))
    ]
    (rep,) = watch(frames, RDL).reps
    assert english(rep.remark) == "Your standing knee is locked straight."
    assert (rep.whole, rep.bent_knee_s) == (True, 0.0)


def test_the_numbers_come_from_the_profile() -> None:
    """Depth, count and tempo in force are those that were set."""
    numbers = profile(DRILL, reps__depth_deg=30.0, reps__count=3.0, reps__slow_s=10.0)
    found = watch(Drill([PARTIAL]).seen(times(30, 8)), numbers=numbers)
    assert found.counts == (1, 0, 0)
    assert code_of(found.reps[0].remark) == ReasonCode.REP_HURRIED
    assert not found.reps[0].warned
    assert found.judged[-1].reps is not None
    assert found.judged[-1].reps.target == 3


# ------------------------------------------------------------------------------------------------ not seen
@given(
    from_s=st.floats(0.0, 14.0),
    length_s=st.floats(1.2, 8.0),
    fps=st.floats(10, 60),
    seed=st.integers(0, 99),
    how=st.sampled_from(["no picture", "nobody"]),
)
@examples(15)  # each judges a set of three bends
def test_a_gap_never_yields_a_good_repetition(from_s: float, length_s: float, fps: float, seed: int, how: str) -> None:
    """Whatever falls into a gap: only what was seen from its beginning to its end is good, and nothing counts twice."""
    drill = Drill([WHOLE, WHOLE, WHOLE])
    frames, to_s = drill.seen(times(fps, drill.end_s, seed)), from_s + length_s
    if how == "nobody":
        frames = hidden(frames, from_s, to_s)
    else:
        frames = [frame for frame in frames if not from_s <= frame.t_s < to_s]
    found = watch(frames)
    frame_s = 1.5 / fps
    for rep in found.reps:
        if rep.good:
            assert any(
                abs(rep.start_s - a) <= 2 * frame_s and abs(rep.end_s - b) <= 2 * frame_s for a, b in drill.spans
            )
            assert rep.end_s <= from_s + frame_s or rep.start_s >= to_s - frame_s
    untouched = sum(b < from_s - frame_s or a > to_s + frame_s for a, b in drill.spans)
    assert sum(rep.good for rep in found.reps) >= untouched
    assert len(found.reps) <= 3


def test_a_repetition_lost_and_found_is_one_not_seen() -> None:
    """Gone at the bottom for a second and there again: one not seen, and the rest of it is no second one."""
    drill = Drill([WHOLE, WHOLE])
    low_s = drill.bottoms[0][0]
    found = watch(hidden(drill.seen(times(30, drill.end_s)), low_s + 0.2, low_s + 1.2))
    assert found.counts == (1, 0, 1)
    assert code_of(found.reps[0].remark) == ReasonCode.REP_LOST
    assert found.reps[0].end_s == pytest.approx(low_s + 0.2, abs=0.05)


def test_who_comes_into_view_bent_has_not_been_seen_to_begin() -> None:
    """A clip that begins at the bottom: the first is not seen, the next one is good."""
    drill = Drill([WHOLE, WHOLE])
    frames = [frame for frame in drill.seen(times(30, drill.end_s)) if frame.t_s > drill.bottoms[0][0] + 0.5]
    found = watch(frames)
    assert found.counts == (1, 0, 1)
    assert not found.reps[0].good
    assert found.reps[1].good


@pytest.mark.parametrize(("hidden_s", "counts"), [(0.6, (1, 0, 0)), (1.4, (0, 0, 1))])
def test_a_back_hidden_for_a_share_of_it_is_not_seen(hidden_s: float, counts: tuple[int, int, int]) -> None:
    """The trunk is seen throughout, the back not: a little of that is let pass, more makes it not seen."""
    drill = Drill([WHOLE])
    low_s = drill.bottoms[0][0]
    frames = [
        Measures(f.t_s, f.values, replace(f.view, reason=worded("Arms off.")))
        if low_s <= f.t_s < low_s + hidden_s
        else f
        for f in drill.seen(times(30, drill.end_s))
    ]
    found = watch(frames)
    assert found.counts == counts
    assert found.reps[0].unknown_s == pytest.approx(hidden_s, abs=0.05)
    assert found.reps[0].good == (counts[0] == 1)


def test_a_hand_that_passes_ends_nothing() -> None:
    """A fifth of a second without any measure in the middle is a blip: the repetition goes on, and is good."""
    drill = Drill([WHOLE])
    low_s = drill.bottoms[0][0]
    (rep,) = watch(hidden(drill.seen(times(30, drill.end_s)), low_s + 0.3, low_s + 0.5)).reps
    assert rep.good
    assert rep.unknown_s == pytest.approx(0.2, abs=0.05)


def test_a_source_that_starts_over_begins_a_new_set() -> None:
    """Time that runs backwards: the count is at zero again."""
    frames = Drill([WHOLE]).seen(times(30, 7))
    found = watch([*frames, *frames[:30]])
    assert found.counts == (0, 0, 0)


def test_the_next_side_begins_at_zero() -> None:
    """With a fresh state in the judge's memory the count starts over, everything else goes on."""
    frames = Drill([WHOLE, WHOLE]).seen(times(30, 14))
    state, counted = judge.start(DRILL), []
    for number, frame in enumerate(frames):
        if frames[number - 1].t_s < 6.0 <= frame.t_s:
            state = replace(state, reps=RepsState())
        state, one = judge.step(state, sighting(frame.t_s), frame, DRILL, profile(DRILL))
        assert one.reps is not None
        counted.append(one.reps.whole)
    assert max(counted) == 1
    assert counted[-1] == 1


# ------------------------------------------------------------------------------------------------ mirrored
@given(bends=st.lists(BENDS, min_size=1, max_size=4), fps=st.floats(10, 60), seed=st.integers(0, 99))
def test_a_measure_that_falls_with_depth_counts_the_same(bends: list[Bend], fps: float, seed: int) -> None:
    """The same movement told upside down, phase and bounds with it: the same repetitions, depths with the other sign."""
    drill, goal = Drill(bends), DRILL.reps
    assert goal is not None
    phase = next(phase for phase in DRILL.phases if phase.name == goal.phase)
    fallen = replace(phase, direction=Direction.BELOW)
    numbers = dict(profile(DRILL))
    turned = numbers | {key: -numbers[key] for key in (phase.leave.key, goal.depth.key)}
    one = other = RepsState()
    active, since_s, before = False, float("nan"), (0.0, 0.0)
    for t_s in times(fps, drill.end_s, seed):
        trunk = drill.trunk(t_s)
        was, active = active, trunk >= (LEAVE_DEG if active else 20.0)
        if active and not was:
            since_s = t_s - (t_s - before[0]) * (trunk - 20.0) / (trunk - before[1])
        before = (t_s, trunk)
        facts = Facts(active, since_s)
        one, counted = step(one, t_s, trunk, facts, phase, goal, numbers)
        other, turned_round = step(other, t_s, -trunk, facts, fallen, goal, turned)
        assert (counted.whole, counted.partial, counted.active) == (
            turned_round.whole,
            turned_round.partial,
            turned_round.active,
        )
        if counted.last is not None and turned_round.last is not None:
            assert turned_round.last.depth == -counted.last.depth
            assert turned_round.last.end_s == pytest.approx(counted.last.end_s)
            assert turned_round.last.descent_s == pytest.approx(counted.last.descent_s)
    assert one.whole + one.partial == len(bends)
