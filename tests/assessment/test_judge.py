"""The judge: one verdict, one reason and one thing to say of each frame."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from posecheck.assessment import judge
from posecheck.assessment.stretch import Stretch
from posecheck.records import NOBODY, Assessment, Measures, Verdict
from tests.assessment.scenes import DRILL, FOLD, line, measured, profile, sighting, times

GOOD, WARN, UNKNOWN = Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN
LENGTHEN = "Lengthen your back, tip your pelvis forward."
STRAIGHTEN = "Straighten your knees a little, without locking them."
BEND = "Bend the knees a little and come up a touch."


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


@pytest.mark.parametrize(
    ("changed", "verdict", "reason", "cue"),
    [
        pytest.param({}, GOOD, "", "", id="all is well"),
        pytest.param({"trunk_inclination": 0.0}, GOOD, "", "", id="upright, no rule in force"),
        pytest.param({"spine_flexion": 45.0}, WARN, FOLD.rules[0].reason, LENGTHEN, id="round"),
        pytest.param({"knee_flexion": 30.0}, WARN, FOLD.rules[1].reason, STRAIGHTEN, id="bent"),
        pytest.param(
            {"spine_flexion": 45.0, "knee_flexion": 30.0}, WARN, FOLD.rules[0].reason, LENGTHEN, id="spine before knee"
        ),
        pytest.param({"reason": "Turn side-on."}, UNKNOWN, "Turn side-on.", "Turn side-on.", id="view"),
        pytest.param(
            {"reason": "Turn side-on.", "trunk_inclination": 0.0},
            UNKNOWN,
            "Turn side-on.",
            "Turn side-on.",
            id="view, upright",
        ),
        pytest.param(
            {"reason": "Turn side-on.", "knee_flexion": 30.0},
            WARN,
            FOLD.rules[1].reason,
            "Turn side-on.",
            id="view is spoken of first",
        ),
        pytest.param(
            {"knee_flexion": math.nan, "cut_off": ("ankle",)},
            UNKNOWN,
            "Your ankle cannot be seen: step back until your whole body is in the picture.",
            "Your ankle cannot be seen: step back until your whole body is in the picture.",
            id="no ankle",
        ),
        pytest.param(
            {"spine_flexion": 45.0, "knee_flexion": math.nan},
            WARN,
            FOLD.rules[0].reason,
            LENGTHEN,
            id="a round back before an unseen knee",
        ),
    ],
)
def test_verdict_reason_and_cue(changed: dict[str, object], verdict: Verdict, reason: str, cue: str) -> None:
    """WARN before UNKNOWN before GOOD, one reason; of things to say: the view, then the first rule not kept."""
    one = after_two_seconds(**changed)
    assert (one.verdict, one.reason, one.cue) == (verdict, reason, cue)


def test_nobody_is_unknown_whatever_a_smoother_remembers() -> None:
    """Without a person nothing is judged, even if measures still hold numbers; they are passed on as they came."""
    one = assessed([measured(0.0)], nobody=True)[0]
    assert (one.verdict, one.reason, one.cue) == (UNKNOWN, NOBODY, NOBODY)
    assert {(finding.verdict, finding.reason) for finding in one.findings} == {(UNKNOWN, NOBODY)}
    assert one.measures["spine_flexion_deg"] == 10.0
    assert not one.hold.active


def test_why_nobody_is_seen_is_said_where_it_is_known() -> None:
    """In the dark the light is what is missing, not the person."""
    one = assessed([measured(0.0, reason="It is too dark.")], nobody=True)[0]
    assert (one.verdict, one.reason, one.cue) == (UNKNOWN, "It is too dark.", "It is too dark.")


def test_somebody_seated_is_not_judged_by_a_standing_stretch() -> None:
    """The wrong position is UNKNOWN with what to do, whatever the numbers say."""
    seated = [
        replace(one, view=replace(one.view, position="seated"))
        for one in (measured(t_s, spine_flexion=45.0) for t_s in times(30, 3))
    ]
    said = assessed(seated)
    assert {(one.verdict, one.reason) for one in said} == {(UNKNOWN, judge.STAND)}
    assert said[-1].hold.good_s == 0.0


def test_a_fault_that_stays_gets_an_easier_way_out() -> None:
    """After six seconds of rounding the cue offers to come up; a rule without such words repeats its own."""
    said = assessed(measured(t_s, spine_flexion=45.0) for t_s in times(10, 12))
    by_cue = {cue: [one.t_s for one in said if one.cue == cue] for cue in ("", LENGTHEN, BEND)}
    assert by_cue[LENGTHEN][0] == pytest.approx(0.7, abs=0.15)
    assert by_cue[BEND][0] == pytest.approx(6.7, abs=0.2)
    assert sum(map(len, by_cue.values())) == len(said)
    knee = assessed((measured(t_s, knee_flexion=40.0) for t_s in times(10, 12)), DRILL)
    assert {one.cue for one in knee[20:]} == {DRILL.rules[1].say}


def test_return_is_praised_for_a_short_time() -> None:
    """Back to good is said for two seconds, then there is quiet."""
    signal = line([(0, 45), (3, 45), (3.01, 10), (10, 10)])
    said = assessed(measured(t_s, spine_flexion=signal(t_s)) for t_s in times(30, 10))
    praised = [one.t_s for one in said if one.cue == "Good, your back is long again."]
    assert praised[0] == pytest.approx(3.4, abs=0.06)
    assert praised[-1] == pytest.approx(5.4, abs=0.06)
    assert said[-1].cue == ""


def test_coming_up_while_rounded_is_not_praised() -> None:
    """Leaving the bend is no return to a good one."""
    trunk = line([(0, 50), (2, 50), (2.3, 0), (3, 0), (3.5, 50), (5, 50)])
    back = line([(0, 45), (2.3, 45), (2.8, 10), (5, 10)])
    said = assessed(measured(t, trunk_inclination=trunk(t), spine_flexion=back(t)) for t in times(30, 5))
    assert {one.cue for one in said} == {"", LENGTHEN}


def test_a_fault_elsewhere_is_said_before_praise() -> None:
    """The back is long again, but now the knees bend: the knees are what matters; then the first praise is given."""
    back = line([(0, 45), (3, 45), (3.01, 10), (6, 10)])
    bent = [measured(t_s, spine_flexion=back(t_s), knee_flexion=30.0) for t_s in times(30, 4)]
    assert assessed(bent)[-1].cue == STRAIGHTEN
    both = line([(0, 45), (3, 45), (3.01, 10), (6, 10)])
    said = assessed(measured(t_s, spine_flexion=both(t_s), knee_flexion=both(t_s)) for t_s in times(30, 4))
    assert said[-1].cue == "Good, your back is long again."


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
    assert state == kept
    assert first[0] == second[0]
    assert first[1].findings == second[1].findings
