"""The judge: one verdict and one reason of each frame. What is said of it, `test_coach` tells."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from posecheck.assessment import judge
from posecheck.assessment.catalogue.stretch import POSITIONS, Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.body import Side
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Assessment, Measures, Verdict
from tests.assessment.scenes import DRILL, FOLD, line, measured, profile, sighting, times
from tests.wording import worded

GOOD, WARN, UNKNOWN = Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN


def assessed(frames: Iterable[Measures], stretch: Stretch = FOLD, *, nobody: bool = False) -> list[Assessment]:
    """The assessments of a stream."""
    state, out = judge.start(stretch), []
    for frame in frames:
        state, one = judge.step(state, sighting(frame.t_s, empty=nobody), frame, stretch, profile(stretch))
        out.append(one)
    return out


def after_two_seconds(**changed: object) -> Assessment:
    """The assessment of somebody who has been measured the same for two seconds."""
    return assessed(measured(t_s, **changed) for t_s in times(30, 2))[-1]  # type: ignore[arg-type]


def rule_reason(number: int) -> Reason:
    """Why a rule of the fold warns."""
    rule = FOLD.rules[number]
    return Reason.of_rule(FOLD.id, rule.id, rule.reason)


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        pytest.param({}, GOOD, None, id="all is well"),
        pytest.param({"trunk_inclination": 0.0}, GOOD, None, id="upright, no rule in force"),
        pytest.param({"spine_flexion": 45.0}, WARN, rule_reason(0), id="round"),
        pytest.param({"knee_flexion": 30.0}, WARN, rule_reason(1), id="bent"),
        pytest.param({"spine_flexion": 45.0, "knee_flexion": 30.0}, WARN, rule_reason(0), id="spine before knee"),
        pytest.param({"reason": "Turn side-on."}, UNKNOWN, worded("Turn side-on."), id="view"),
        pytest.param(
            {"reason": "Turn side-on.", "trunk_inclination": 0.0}, UNKNOWN, worded("Turn side-on."), id="view, upright"
        ),
        pytest.param(
            {"reason": "Turn side-on.", "knee_flexion": 30.0},
            WARN,
            rule_reason(1),
            id="a bent knee in a view that hides the back",
        ),
        pytest.param(
            {"knee_flexion": math.nan, "cut_off": ("ankle",)},
            UNKNOWN,
            Reason(ReasonCode.VIEW_JOINTS_HIDDEN, parts=("ankle",)),
            id="no ankle",
        ),
        pytest.param(
            {"spine_flexion": 45.0, "knee_flexion": math.nan},
            WARN,
            rule_reason(0),
            id="a round back before an unseen knee",
        ),
    ],
)
def test_verdict_and_reason(changed: dict[str, object], verdict: Verdict, reason: Reason | None) -> None:
    """WARN before UNKNOWN before GOOD, and one reason; what to say is left to the coach."""
    one = after_two_seconds(**changed)
    assert (one.verdict, one.reason) == (verdict, reason)
    assert (one.cue, one.said) == ("", None)


def test_nobody_is_unknown_whatever_a_smoother_remembers() -> None:
    """Without a person nothing is judged, even if measures still hold numbers; they are passed on as they came."""
    one = assessed([measured(0.0)], nobody=True)[0]
    assert (one.verdict, one.reason) == (UNKNOWN, Reason(ReasonCode.VIEW_NOBODY))
    assert {(finding.verdict, finding.reason) for finding in one.findings} == {
        (UNKNOWN, Reason(ReasonCode.VIEW_NOBODY))
    }
    assert one.measures["spine_flexion_deg"] == 10.0
    assert not one.hold.active


def test_why_nobody_is_seen_is_said_where_it_is_known() -> None:
    """In the dark the light is what is missing, not the person."""
    one = assessed([measured(0.0, reason="It is too dark.")], nobody=True)[0]
    assert (one.verdict, one.reason) == (UNKNOWN, worded("It is too dark."))


def test_somebody_seated_is_not_judged_by_a_standing_stretch() -> None:
    """The wrong position is UNKNOWN with what to do, whatever the numbers say."""
    seated = [
        replace(one, view=replace(one.view, position="seated"))
        for one in (measured(t_s, spine_flexion=45.0) for t_s in times(30, 3))
    ]
    said = assessed(seated)
    assert {(one.verdict, one.reason) for one in said} == {(UNKNOWN, Reason(ReasonCode.POSITION_STAND))}
    assert said[-1].hold.good_s == 0.0


def test_a_stretch_that_is_only_timed_is_never_good() -> None:
    """What posecheck does not watch it does not praise: UNKNOWN, saying so, and no second of it is judged."""
    frames = [measured(t_s) for t_s in times(30, 2)]
    said = assessed(frames, load_stretch("foam_roll"))
    assert {(one.verdict, one.reason) for one in said} == {(UNKNOWN, Reason(ReasonCode.NOT_WATCHED))}
    assert {one.hold.good_s for one in said} == {0.0}


def in_position(position: str, reason: Reason | str | None = None, *, well_placed: bool = True) -> list[Measures]:
    """Three seconds of a clean fold in that position."""
    return [
        replace(one, view=replace(one.view, position=position, well_placed=well_placed))
        for one in (measured(t_s, reason=reason) for t_s in times(30, 3))
    ]


@pytest.mark.parametrize("asked", POSITIONS)
@pytest.mark.parametrize("is_in", [*POSITIONS, ""])
def test_every_other_position_gets_what_to_do(asked: str, is_in: str) -> None:
    """UNKNOWN with the sentence of the position that is asked for; its own, and one that cannot be told, are judged."""
    said = assessed(in_position(is_in), replace(FOLD, position=asked))
    if is_in in ("", asked):
        assert {one.verdict for one in said} == {GOOD}
    else:
        assert {(one.verdict, one.reason) for one in said} == {(UNKNOWN, Reason(judge.WRONG_POSITION[asked]))}


def test_no_position_is_wrong_where_the_camera_judges_nothing() -> None:
    """A stretch that is only timed lets people sit as they like."""
    timed = replace(FOLD, position="floor", view="none")
    assert {one.reason for one in assessed(in_position("seated"), timed)} == {None}


def test_lying_is_no_problem_where_a_stretch_is_done_lying() -> None:
    """That the back is hidden is said of no lying stretch; elsewhere the right position is, and the dark before either."""
    lying = replace(FOLD, position="lying", rules=FOLD.rules[1:])
    assert {one.reason for one in assessed(in_position("lying", Reason(ReasonCode.SPINE_LYING)), lying)} == {None}
    floor = replace(FOLD, position="floor")
    assert {one.reason for one in assessed(in_position("lying", Reason(ReasonCode.SPINE_LYING)), floor)} == {
        Reason(ReasonCode.POSITION_SIT_ON_FLOOR)
    }
    dark = in_position("lying", "It is too dark.", well_placed=False)
    assert {one.reason for one in assessed(dark, floor)} == {worded("It is too dark.")}


def test_only_good_seconds_of_the_fold_are_held() -> None:
    """Ten seconds of fold, of which three are rounded: under seven on the timer, none while merely hinging."""
    trunk = line([(0, 30), (2, 30), (2.01, 60), (12, 60), (12.01, 0), (14, 0)])
    back = line([(0, 10), (5, 10), (5.01, 45), (8, 45), (8.01, 10), (14, 10)])
    said = assessed(measured(t, trunk_inclination=trunk(t), spine_flexion=back(t)) for t in times(30, 14))
    hinging = [one.hold for one in said if one.t_s < 1.9]
    assert {(hold.active, hold.good_s) for hold in hinging} == {(False, 0.0)}
    # The limit is passed from 5 s on, and the warning waits until 8.4 s before it goes.
    assert said[-1].hold.good_s == pytest.approx(10 - 3.4, abs=0.15)
    assert said[-1].hold.target_s == 30.0


def test_a_fold_that_is_round_from_the_start_never_counts() -> None:
    """The seconds before a warning comes are no good seconds: the limit is passed already."""
    said = assessed(measured(t_s, spine_flexion=45.0) for t_s in times(30, 5))
    assert said[5].verdict is GOOD
    assert said[-1].verdict is WARN
    assert {one.hold.good_s for one in said} == {0.0}


def test_a_stretch_of_repetitions_has_no_hold() -> None:
    """The drill shows no timer."""
    hold = assessed((measured(t_s) for t_s in times(30, 2)), DRILL)[-1].hold
    assert (hold.active, hold.good_s, hold.target_s) == (False, 0.0, 0.0)


def test_the_drill_is_stricter_than_the_fold() -> None:
    """A back of 32° is fine in a deep fold and not in the drill."""
    frames = [measured(t_s, spine_flexion=32.0) for t_s in times(30, 2)]
    assert assessed(frames)[-1].verdict is GOOD
    assert assessed(frames, DRILL)[-1].verdict is WARN


def test_the_same_stream_is_judged_the_same_from_any_state_handed_back() -> None:
    """State is a value: judging on from a kept state twice gives the same, and does not change the state."""
    frames = [measured(t_s, spine_flexion=45.0) for t_s in times(30, 1)]
    state = judge.start(FOLD)
    for frame in frames:
        state, _ = judge.step(state, sighting(frame.t_s), frame, FOLD, profile())
    kept = replace(state)
    later = measured(1.1, spine_flexion=45.0)
    first = judge.step(state, sighting(1.1), later, FOLD, profile())
    second = judge.step(state, sighting(1.1), later, FOLD, profile())
    assert repr(state) == repr(kept)  # NaN is unlike itself
    assert repr(first[0]) == repr(second[0])
    assert first[1].findings == second[1].findings


# ------------------------------------------------------------------------------------- a lead leg on the far side
PYRAMID = load_stretch("pyramid")


def fold_over(lead: Side, **changed: float) -> Assessment:
    """Two seconds of a fold over one leg, seen from the right; the knee of a far leg is not measured."""
    if lead is Side.LEFT:
        changed = {"lead_knee_flexion": math.nan, **changed}
    frames = [measured(t_s, **changed) for t_s in times(30, 2)]  # type: ignore[arg-type]
    return assessed([replace(one, view=replace(one.view, lead_side=lead)) for one in frames], PYRAMID)[-1]


def test_a_far_leg_is_asked_to_the_camera_and_no_second_counts() -> None:
    """The same fold is GOOD over the near leg; over the far one nobody has seen the knee."""
    near, far = fold_over(Side.RIGHT), fold_over(Side.LEFT)
    assert (near.verdict, near.reason) == (GOOD, None)
    assert near.hold.good_s > 1.5
    assert (far.verdict, far.reason) == (UNKNOWN, Reason(ReasonCode.LEAD_FAR))
    assert (far.hold.active, far.hold.good_s) == (True, 0.0)


def test_a_far_leg_is_asked_to_the_camera_before_the_bend() -> None:
    """While it costs nothing to turn round, though no rule is in force yet."""
    upright = fold_over(Side.LEFT, trunk_inclination=0.0)
    assert (upright.findings, upright.verdict, upright.reason) == ((), UNKNOWN, Reason(ReasonCode.LEAD_FAR))


def test_the_back_is_judged_with_the_lead_leg_on_the_far_side() -> None:
    """A round back is a round back, and the reason of the frame."""
    far = fold_over(Side.LEFT, spine_flexion=50.0)
    assert (far.verdict, far.reason) == (WARN, Reason.of_rule(PYRAMID.id, PYRAMID.rules[0].id, PYRAMID.rules[0].reason))
    assert [finding.verdict for finding in far.findings] == [WARN, UNKNOWN]


def test_only_stretches_that_need_the_lead_knee_ask_for_it() -> None:
    """Lying, the far knee is read as well as the near one; crossed legs have no knee that is asked for."""
    asking = {name for name in stretch_ids() if load_stretch(name).wants_near_lead}
    assert {"pyramid", "half_split", "leg_lift_high", "seated_one_leg", "single_leg_rdl"} <= asking
    assert not asking & {"lying_leg_raise", "leg_crossover", "crossed_leg_supine", "standing_forward_fold"}
    assert all(load_stretch(name).sides is not None for name in asking)
