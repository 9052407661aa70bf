"""Rules: two bounds, two waits in seconds, and nothing said of what was not seen."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from posecheck.assessment import rules
from posecheck.assessment.catalogue.stretch import Direction, Rule
from posecheck.assessment.missing_reason import BACK_MEASURES
from posecheck.reasons import Reason, ReasonCode, english
from posecheck.records import Verdict
from posecheck.tunables import Tunable
from tests import wording
from tests.assessment.scenes import FOLD, changes, judged, line, measured, profile, times, verdicts
from tests.wording import worded

GOOD, WARN, UNKNOWN = Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN


def spine(at: list[tuple[float, float]]) -> list[tuple[float, Verdict | None]]:
    """What the spine rule says of spine flexions at times."""
    return verdicts(measured(t_s, spine_flexion=value) for t_s, value in at)


@pytest.mark.parametrize("fps", [5, 15, 30, 60])
@pytest.mark.parametrize("seed", range(5))
def test_the_frame_rate_moves_a_verdict_by_less_than_a_frame(fps: int, seed: int) -> None:
    """A back that rounds and lengthens warns and recovers at the same time at any frame rate."""
    signal = line([(2, 10), (3, 50), (6, 50), (7, 10)])
    warn_s = 2 + 25 / 40 + 0.7
    good_s = 6 + 22 / 40 + 0.4
    at = times(fps, 9, seed)
    (_, before), (warned_s, during), (recovered_s, after) = changes(spine([(t_s, signal(t_s)) for t_s in at]))
    frame_s = max(b - a for a, b in pairwise(at))
    assert (before, during, after) == (GOOD, WARN, GOOD)
    assert warn_s - 1e-5 <= warned_s <= warn_s + frame_s
    assert good_s - 1e-5 <= recovered_s <= good_s + frame_s


@pytest.mark.parametrize("fps", [5, 15, 30, 60])
@pytest.mark.parametrize("seed", range(5))
def test_a_back_round_from_the_start_waits_from_the_moment_the_phase_began(fps: int, seed: int) -> None:
    """With a back that is round already, the wait runs from where the trunk passed the start of the hinge."""
    trunk = line([(1, 0), (3, 60)])
    warn_s = 1 + 2 * 20 / 60 + 0.7
    at = times(fps, 4, seed)
    frames = [measured(t_s, trunk_inclination=trunk(t_s), spine_flexion=45.0) for t_s in at]
    (_, silent), (_, good), (warned_s, warned) = changes(verdicts(frames))
    assert (silent, good, warned) == (None, GOOD, WARN)
    assert warn_s - 1e-5 <= warned_s <= warn_s + max(b - a for a, b in pairwise(at))


@pytest.mark.parametrize(
    ("knots", "expected"),
    [
        pytest.param([(0, 35), (3, 35)], [GOOD], id="exactly at the limit is kept"),
        pytest.param([(0, 36), (3, 36)], [GOOD, WARN], id="beyond it long enough"),
        pytest.param([(0, 10), (1, 10), (1.01, 60), (1.6, 60), (1.61, 10), (3, 10)], [GOOD], id="a wobble"),
        pytest.param(
            [(0, 60), (0.6, 60), (0.61, 34), (0.7, 34), (0.71, 60), (1.3, 60)], [GOOD], id="the wait restarts"
        ),
        pytest.param([(0, 40), (2, 40), (2.1, 29), (5, 29)], [GOOD, WARN], id="between the bounds it goes on"),
        pytest.param([(0, 40), (2, 40), (2.1, 28), (5, 28)], [GOOD, WARN, GOOD], id="exactly at leave it is over"),
        pytest.param(
            [(0, 40), (2, 40), (2.01, 20), (2.3, 20), (2.31, 30), (2.4, 30), (2.41, 20), (2.7, 20), (2.71, 30)],
            [GOOD, WARN],
            id="a short return does not end it",
        ),
    ],
)
def test_bounds_and_waits(knots: list[tuple[float, float]], expected: list[Verdict]) -> None:
    """Entering needs the limit passed for the wait, leaving needs `leave` reached for its own wait."""
    signal = line(knots)
    said = changes(spine([(t_s, signal(t_s)) for t_s in times(60, knots[-1][0], seed=3)]))
    assert [verdict for _, verdict in said] == expected


def test_a_wait_is_over_when_its_seconds_are_not_a_rounding_error_later() -> None:
    """Times are sums of binary fractions: 21 frames at 30 a second are 0.7 s, though the computer may say a little less."""
    at = [i / 30 for i in range(23, 50)]
    assert at[21] - at[0] < 0.7
    assert changes(spine([(t_s, 45.0) for t_s in at]))[1] == (at[21], WARN)


def test_a_finding_carries_value_limit_unit_and_reason() -> None:
    """A warning says what was measured against what; a good finding has no reason."""
    frames = [measured(t_s, spine_flexion=42.0) for t_s in times(30, 2)]
    said = [findings["spine_rounding"] for _, findings in judged(frames, numbers=profile(spine_rounding__limit_deg=40))]
    assert {(f.value, f.limit, f.unit) for f in said} == {(42.0, 40.0, "deg")}
    assert said[0].reason is None
    assert english(said[-1].reason) == "Your back is rounding: the bend comes from the spine, not from the hips."


def share_rule() -> Rule:
    """A rule that warns below its limit."""
    spine_rule = FOLD.rules[0]
    number = Tunable("share.limit", "", default=0.6, low=0.0, high=1.0, step=0.05, why="test", source="test")
    return replace(
        spine_rule,
        id="share",
        measure="hip_share",
        direction=Direction.BELOW,
        phase=None,
        limit=number,
        leave=replace(number, key="share.leave", default=0.75),
    )


def test_a_rule_may_warn_below_its_limit_and_always_be_in_force() -> None:
    """Below works as above does, mirrored, and a rule without a phase judges an upright person too."""
    stretch = replace(FOLD, rules=(share_rule(),), phases=())
    numbers = {**profile(FOLD), "share.limit": 0.6, "share.leave": 0.75}
    signal = line([(0, 0.8), (1, 0.8), (1.2, 0.5), (3, 0.5), (3.1, 0.7), (4, 0.7), (4.1, 0.8), (6, 0.8)])
    frames = [measured(t_s, hip_share=signal(t_s), trunk_inclination=0.0) for t_s in times(30, 6)]
    said = changes(verdicts(frames, "share", stretch, numbers))
    assert [verdict for _, verdict in said] == [GOOD, WARN, GOOD]
    assert said[1][0] == pytest.approx(1 + 0.2 * 2 / 3 + 0.7, abs=0.05)
    assert said[2][0] == pytest.approx(4.05 + 0.4, abs=0.06)


def test_a_leave_set_beyond_the_limit_does_not_blink() -> None:
    """Somebody lowers the limit under `leave`: the warning then ends at the limit, instead of flickering."""
    numbers = profile(spine_rounding__limit_deg=20, spine_rounding__leave_deg=28)
    frames = [measured(t_s, spine_flexion=24.0) for t_s in times(30, 6)]
    assert [verdict for _, verdict in changes(verdicts(frames, numbers=numbers))] == [GOOD, WARN]


def test_a_phase_has_two_bounds() -> None:
    """The hinge begins at 20°, lasts down to 15°, and its rules are silent outside it."""
    signal = line([(0, 10), (1, 19), (2, 21), (3, 15), (4, 14), (5, 19), (6, 19)])
    frames = [measured(t_s, trunk_inclination=signal(t_s)) for t_s in times(30, 6)]
    (_, upright), (began_s, bent), (ended_s, again) = changes(verdicts(frames))
    assert (upright, bent, again) == (None, GOOD, None)
    assert began_s == pytest.approx(1.5, abs=0.06)
    assert ended_s == pytest.approx(3.0, abs=0.06)


def test_a_phase_whose_leave_is_set_beyond_its_start_does_not_blink() -> None:
    """With leave above the start, the phase ends where it began."""
    numbers = profile(hinge__from_deg=20, hinge__leave_deg=40)
    frames = [measured(t_s, trunk_inclination=30.0) for t_s in times(30, 2)]
    assert changes(verdicts(frames, numbers=numbers)) == [(frames[0].t_s, GOOD)]


@pytest.mark.parametrize(
    ("unseen", "after"),
    [
        pytest.param([], GOOD, id="half a second between two frames"),
        pytest.param([0.5], None, id="unseen in between"),
    ],
)
def test_a_phase_between_its_bounds_goes_on_only_if_it_was_seen(unseen: list[float], after: Verdict | None) -> None:
    """At 17° the hinge goes on from 50°, however slow the camera, but not from more than a blip unseen."""
    frames = [measured(0.0, trunk_inclination=50.0)]
    frames += [measured(t_s, trunk_inclination=math.nan) for t_s in unseen]
    frames += [measured(frames[-1].t_s + 0.5, trunk_inclination=17.0)]
    assert verdicts(frames)[-1][1] is after


def test_leaving_the_phase_ends_the_warning() -> None:
    """Who comes up and bends again is not warned of the bend before."""
    trunk = line([(0, 50), (2, 50), (2.5, 0), (3, 0), (3.5, 50), (5, 50)])
    back = line([(0, 45), (2, 45), (2.5, 10), (5, 10)])
    frames = [measured(t, trunk_inclination=trunk(t), spine_flexion=back(t)) for t in times(30, 5)]
    assert [verdict for _, verdict in changes(verdicts(frames))][-3:] == [WARN, None, GOOD]


@pytest.mark.parametrize(
    ("unseen_s", "expected"),
    [
        pytest.param(0.2, [GOOD, WARN, UNKNOWN, WARN], id="a blip: still warning"),
        pytest.param(0.6, [GOOD, WARN, UNKNOWN, GOOD, WARN], id="longer: must be earned anew"),
    ],
)
@pytest.mark.parametrize("what", ["spine", "trunk"])
def test_memory_outlives_a_blip(what: str, unseen_s: float, expected: list[Verdict]) -> None:
    """Unseen is UNKNOWN at once; whether a rule was warning is remembered over 0.3 s, be it its measure or its phase's."""
    frames = []
    for t_s in times(30, 5):
        shown = {"spine": 45.0, "trunk": 50.0}
        if 2 < t_s < 2 + unseen_s:
            shown[what] = math.nan
        frames.append(measured(t_s, spine_flexion=shown["spine"], trunk_inclination=shown["trunk"]))
    assert [verdict for _, verdict in changes(verdicts(frames))] == expected


def test_a_wait_under_way_outlives_a_blip_and_starts_anew_after_more() -> None:
    """0.5 s round, 0.2 s unseen, 0.1 s round is a warning; with 0.5 s unseen it is not."""
    for unseen_s, warns in ((0.2, True), (0.5, False)):
        at = times(60, 0.5 + unseen_s + 0.15)
        frames = [measured(t_s, spine_flexion=math.nan if 0.5 < t_s < 0.5 + unseen_s else 45.0) for t_s in at]
        assert (verdicts(frames)[-1][1] is WARN) is warns


def test_one_unseen_frame_of_a_slow_camera_is_more_than_a_blip() -> None:
    """Two seen frames 0.4 s apart with an unseen one between them: what happened there is not known."""
    at = [0.2 * i for i in range(12)]
    frames = [measured(t_s, spine_flexion=math.nan if i == 6 else 45.0) for i, t_s in enumerate(at)]
    assert [verdict for _, verdict in verdicts(frames)][5:8] == [WARN, UNKNOWN, GOOD]


@pytest.mark.parametrize("jump_s", [1.5, -1.5, 0.0])
def test_a_gap_in_time_starts_afresh(jump_s: float) -> None:
    """After a jump of the clock, forwards or back, nothing is remembered."""
    frames = [measured(t_s, spine_flexion=45.0) for t_s in (0.0, 0.4, 0.8, 1.2, 1.2 + jump_s)]
    assert [verdict for _, verdict in verdicts(frames)][-2:] == [WARN, GOOD]


@pytest.mark.parametrize(
    ("changed", "rule", "expected"),
    [
        ({"reason": "Turn side-on."}, "spine_rounding", "Turn side-on."),
        ({"reason": "Turn side-on.", "knee_flexion": math.nan}, "knee_bend", "Turn side-on."),
        (
            {"knee_flexion": math.nan, "cut_off": ("knee", "ankle", "heel")},
            "knee_bend",
            Reason(ReasonCode.VIEW_JOINTS_HIDDEN, parts=("knee", "ankle")),
        ),
        (
            {"knee_flexion": math.nan},
            "knee_bend",
            Reason(ReasonCode.KNEE_HIDDEN),
        ),
        (
            {"spine_flexion": math.nan, "cut_off": ("ankle",)},
            "spine_rounding",
            Reason(ReasonCode.SPINE_HIDDEN),
        ),
        (
            {"trunk_inclination": math.nan, "cut_off": ("hip",)},
            "knee_bend",
            Reason(ReasonCode.VIEW_JOINTS_HIDDEN, parts=("hip",)),
        ),
    ],
)
def test_unknown_says_why(changed: dict[str, object], rule: str, expected: Reason | str) -> None:
    """The reason is the view's own, else the joints cut off, else why such a measure is missing; the value is NaN."""
    (_, findings), *_ = judged([measured(0.0, **changed)])  # type: ignore[arg-type]
    assert (findings[rule].verdict, findings[rule].reason) == (UNKNOWN, wording.reason(expected))
    assert math.isnan(findings[rule].value)


def test_a_hidden_back_does_not_hide_the_knee() -> None:
    """With the back out of sight the knee is judged all the same."""
    frames = [measured(t_s, reason="Turn side-on.", knee_flexion=30.0) for t_s in times(30, 2)]
    assert verdicts(frames, "knee_bend")[-1][1] is WARN
    assert {verdict for _, verdict in verdicts(frames)} == {UNKNOWN}


@pytest.mark.parametrize("name", sorted(BACK_MEASURES))
def test_what_is_read_from_the_back_is_unknown_when_the_view_hides_it(name: str) -> None:
    """A rule on any measure of the back hears the view's reason, even though there is a number."""
    stretch = replace(FOLD, rules=(replace(FOLD.rules[0], measure=name),))
    moment = measured(0.0, trunk_inclination=55.0, reason="Turn side-on.")
    (_, findings), *_ = judged([moment], stretch)
    (finding,) = findings.values()
    assert not math.isnan(moment[name])
    assert (finding.verdict, finding.reason) == (UNKNOWN, worded("Turn side-on."))


def test_being_in_a_phase_needs_to_be_seen() -> None:
    """A phase that was active in the last frame is not counted in while it is unseen, and comes back after a blip."""
    state = rules.start(FOLD)
    seen = []
    for t_s, inclination in ((0.0, 30.0), (0.1, 60.0), (0.2, math.nan), (0.3, 40.0), (0.4, 30.0)):
        state, _ = rules.step(state, measured(t_s, trunk_inclination=inclination), FOLD, profile())
        seen.append((rules.in_phase(state, FOLD, "hinge"), rules.in_phase(state, FOLD, "fold")))
    assert seen == [(True, False), (True, True), (False, False), (True, True), (True, False)]
    with pytest.raises(KeyError):
        rules.in_phase(state, FOLD, "handstand")


maybe_seen = st.one_of(st.just(math.nan), st.floats(0, 80))


@given(
    st.lists(
        st.tuples(st.floats(0.01, 1.5), maybe_seen, maybe_seen, maybe_seen, st.sampled_from(("", "Turn."))), max_size=40
    )
)
@example([(1.0, 60.0, 10.0, knee, "") for knee in (0.0, 21.0, 0.0, 21.0, 0.0, 15.0)])
def test_what_is_not_seen_is_never_good(frames: list[tuple[float, float, float, float, str]]) -> None:
    """Whatever came before: a missing measure, phase or view is UNKNOWN with a reason, and only seen values are judged."""
    t_s = accumulate(dt for dt, *_ in frames)
    moments = [
        measured(at, trunk_inclination=trunk, spine_flexion=back, knee_flexion=knee, reason=reason)
        for at, (_, trunk, back, knee, reason) in zip(t_s, frames, strict=True)
    ]
    for moment, (_, findings) in zip(moments, judged(moments), strict=True):
        hidden = {
            "spine_rounding": math.isnan(moment["spine_flexion_deg"]) or bool(moment.view.reason),
            "knee_bend": math.isnan(moment["knee_flexion_deg"]),
        }
        trunk_hidden = math.isnan(moment["trunk_inclination_deg"])
        for rule, finding in findings.items():
            swings = finding.reason == Reason(ReasonCode.LEGS_SWING)  # measured, but nobody knows of which leg
            assert not swings or (rule == "knee_bend" and not hidden[rule] and not trunk_hidden)
            assert (finding.verdict is UNKNOWN) == (hidden[rule] or trunk_hidden or swings)
            assert math.isnan(finding.value) == (finding.verdict is UNKNOWN)
            assert bool(finding.reason) == (finding.verdict is not GOOD)
        if trunk_hidden:
            assert set(findings) == {"spine_rounding", "knee_bend"}


@given(
    values=st.lists(st.floats(15, 55), min_size=3, max_size=8),
    strides=st.lists(st.integers(1, 10), min_size=10, max_size=120),
)
def test_dropping_frames_invents_no_warning(values: list[float], strides: list[int]) -> None:
    """A warning of a thinned stream is one of the full stream, give or take what the back can do between two frames."""
    signal = line([(float(i), value) for i, value in enumerate(values)])
    full = [(i / 60, signal(i / 60)) for i in range(60 * (len(values) - 1) + 1)]
    thinned = [full[i] for i in accumulate(strides) if i < len(full)]
    gap_s = max(strides) / 60
    slack_deg = gap_s * max(abs(b - a) for a, b in pairwise(values)) + 1e-6
    numbers = dict(profile())
    for key in ("spine_rounding.limit_deg", "spine_rounding.leave_deg"):
        numbers[key] -= slack_deg
    lenient = [
        t_s
        for t_s, verdict in verdicts((measured(t, spine_flexion=v) for t, v in full), numbers=numbers)
        if verdict is WARN
    ]
    for t_s, verdict in spine(thinned):
        if verdict is WARN:
            assert any(t_s - 2 * gap_s - 0.02 <= warned_s <= t_s for warned_s in lenient)


@given(st.lists(st.floats(0, 60), min_size=30, max_size=200))
def test_a_warning_is_always_earned(values: list[float]) -> None:
    """Before each warning lie at least as many frames beyond the limit as the wait takes, without a break."""
    said = spine([(i / 30, value) for i, value in enumerate(values)])
    for i, ((_, before), (_, after)) in enumerate(pairwise(said), start=1):
        if before is GOOD and after is WARN:
            assert all(value > 35 for value in values[i - 20 : i + 1])
        if before is WARN and after is GOOD:
            assert all(value <= 28 for value in values[i - 11 : i + 1])
