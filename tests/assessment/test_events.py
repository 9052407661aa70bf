"""Events: stretches of time in which one rule said the same."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment import events
from posecheck.assessment.catalogue.stretch import Direction
from posecheck.assessment.events import EventsState, finish, step
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Assessment, Event, Finding, Hold, Verdict
from tests import wording
from tests.assessment.scenes import FOLD, measured, profile, sighting
from tests.wording import worded

GOOD, WARN, UNKNOWN = Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN


def warn(value: float, rule: str = "spine_rounding") -> Finding:
    """A rule broken."""
    return Finding(rule, WARN, value, 35.0, "deg", worded("Round."))


def unknown(reason: Reason | str, rule: str = "spine_rounding") -> Finding:
    """A rule that cannot be told."""
    return Finding(rule, UNKNOWN, math.nan, 35.0, "deg", wording.reason(reason))


def good(rule: str = "spine_rounding") -> Finding:
    """A rule kept."""
    return Finding(rule, GOOD, 10.0, 35.0, "deg", None)


def frame(t_s: float, *findings: Finding, view: str = "") -> Assessment:
    """One frame's assessment."""
    said = {finding.verdict: finding.reason for finding in findings}
    verdict = WARN if WARN in said else UNKNOWN if UNKNOWN in said or view else GOOD
    return Assessment(
        t_s=t_s,
        sighting=sighting(t_s),
        measures=measured(t_s, reason=view),
        verdict=verdict,
        reason=said.get(verdict, wording.reason(view)),
        findings=findings,
        hold=Hold(active=False, good_s=0.0, target_s=0.0),
        cue="",
    )


def collected(frames: Iterable[Assessment], state: EventsState | None = None, end_s: float = -1.0) -> list[Event]:
    """All events of a clip."""
    state = state or events.start(FOLD, profile())
    out: list[Event] = []
    for one in frames:
        state, ended = step(state, one)
        out.extend(ended)
    return [*out, *finish(state, end_s)]


def spans(found: Iterable[Event]) -> list[tuple[float, float, str, Verdict]]:
    """Start, end, rule and verdict of events."""
    return [(round(event.start_s, 6), round(event.end_s, 6), event.rule, event.verdict) for event in found]


def test_an_event_lasts_until_the_frame_that_says_otherwise_and_keeps_its_worst() -> None:
    """[start, end): from the first warning frame to the first good one, with the highest value."""
    found = collected(
        [frame(0.0, good()), frame(0.1, warn(36)), frame(0.2, warn(48)), frame(0.3, warn(20)), frame(0.4, good())]
    )
    assert found == [Event(0.1, 0.4, "spine_rounding", WARN, 48, 35.0, "deg", worded("Round."))]


def test_the_worst_of_a_rule_that_warns_below_is_the_lowest() -> None:
    """The side that is wrong is the stretch's to say."""
    below = replace(FOLD, rules=(replace(FOLD.rules[0], direction=Direction.BELOW),))
    state = events.start(below, profile())
    assert collected([frame(0.0, warn(30)), frame(0.1, warn(22)), frame(0.2, warn(41))], state)[0].value == 22


def test_a_single_frame_does_not_vanish() -> None:
    """One frame of warning lasts until the next frame; at the end of a clip as long as the frame before it."""
    assert spans(collected([frame(0.0), frame(0.1, warn(40)), frame(0.2)])) == [(0.1, 0.2, "spine_rounding", WARN)]
    assert spans(collected([frame(0.0), frame(0.1, warn(40))])) == [(0.1, 0.2, "spine_rounding", WARN)]
    assert spans(collected([frame(0.0, warn(40))])) == [(0.0, 0.0, "spine_rounding", WARN)]


@pytest.mark.parametrize(
    ("clip_end_s", "end_s"),
    [(0.55, 0.55), (1.2, 1.2), (0.2, 0.3), (9.0, 0.3), (math.nan, 0.3)],
)
def test_the_end_of_the_clip_ends_an_event(clip_end_s: float, end_s: float) -> None:
    """It ends with the clip, unless that lies before its last frame is over, or a gap after it."""
    found = collected([frame(0.1 * i, warn(40)) for i in range(3)], end_s=clip_end_s)
    assert [event.end_s for event in found] == [pytest.approx(end_s)]


def test_an_empty_clip_has_no_events() -> None:
    """Nothing in, nothing out."""
    assert finish(EventsState(), 0.0) == ()


def test_a_gap_in_time_closes_an_event() -> None:
    """What happened in a gap is not known, and that is an event too: one ends before it, the next begins after it."""
    frames = [frame(t_s, warn(40)) for t_s in (0.0, 0.1, 0.2, 5.0, 5.1)]
    assert spans(collected(frames)) == [
        (0.0, 0.3, "spine_rounding", WARN),
        (0.3, 5.0, "view", UNKNOWN),
        (5.0, 5.2, "spine_rounding", WARN),
    ]
    assert spans(collected(frames, events.start(FOLD, profile(rules__gap_s=6)))) == [(0.0, 5.2, "spine_rounding", WARN)]


def test_another_reason_is_another_event_but_other_numbers_are_not() -> None:
    """UNKNOWN for one reason is one event; "turn by 31°" and "turn by 33.5°" are one reason."""
    turn, further = (Reason(ReasonCode.SETUP_TURN_LEFT, degrees=degrees) for degrees in (31.0, 33.5))
    reasons = [turn, further, worded("Step back."), worded("Step back.")]
    found = collected(frame(0.1 * i, unknown(reason)) for i, reason in enumerate(reasons))
    assert spans(found) == [(0.0, 0.2, "spine_rounding", UNKNOWN), (0.2, 0.4, "spine_rounding", UNKNOWN)]
    assert [event.reason for event in found] == [turn, worded("Step back.")]
    assert all(math.isnan(event.value) for event in found)


def test_warn_and_unknown_take_turns() -> None:
    """A change of verdict ends one event and begins the next at the same time."""
    found = collected([frame(0.0, warn(40)), frame(0.1, unknown("Turn.")), frame(0.2, warn(40)), frame(0.3, good())])
    assert spans(found) == [
        (0.0, 0.1, "spine_rounding", WARN),
        (0.1, 0.2, "spine_rounding", UNKNOWN),
        (0.2, 0.3, "spine_rounding", WARN),
    ]


def test_rules_have_their_events_side_by_side() -> None:
    """Back and knees are told apart, and a rule that falls silent ends its event."""
    knee = warn(30, "knee_bend")
    found = collected([frame(0.0, warn(40)), frame(0.1, warn(40), knee), frame(0.2, knee), frame(0.3)])
    assert spans(found) == [(0.0, 0.2, "spine_rounding", WARN), (0.1, 0.3, "knee_bend", WARN)]


def test_a_view_that_no_rule_speaks_of_is_an_event_of_its_own() -> None:
    """Not to be judged while upright, or while another rule warns, is an event of "view"; with an unknown rule it is not."""
    found = collected(
        [
            frame(0.0, view="Turn."),
            frame(0.1, warn(30, "knee_bend"), view="Turn."),
            frame(0.2, unknown("Turn."), view="Turn."),
            frame(0.3, good()),
        ]
    )
    assert spans(found) == [
        (0.0, 0.2, "view", UNKNOWN),
        (0.1, 0.2, "knee_bend", WARN),
        (0.2, 0.3, "spine_rounding", UNKNOWN),
    ]
    assert found[0].reason == worded("Turn.")


RULES = ("spine_rounding", "knee_bend")
a_finding = st.sampled_from(
    [
        None,
        *(
            make
            for rule in RULES
            for make in (good(rule), warn(40, rule), warn(50, rule), unknown("Turn.", rule), unknown("Step.", rule))
        ),
    ]
)
some_frames = st.lists(
    st.tuples(st.floats(0.01, 1.4), a_finding, a_finding, st.sampled_from(("", "Turn."))), min_size=1, max_size=40
)


@given(some_frames, st.floats(0, 2))
def test_events_partition_what_was_said(
    drawn: list[tuple[float, Finding | None, Finding | None, str]], more_s: float
) -> None:
    """Every frame not good lies in exactly one event of its rule with its verdict, and no other frame in any."""
    at = list(accumulate(dt for dt, *_ in drawn))
    frames = []
    for t_s, (_, one, two, view) in zip(at, drawn, strict=True):
        by_rule = {finding.rule: finding for finding in (one, two) if finding is not None}
        frames.append(frame(t_s, *by_rule.values(), view=view))
    everything = collected(frames, end_s=at[-1] + more_s)
    pauses = [event for event in everything if event.reason == Reason(ReasonCode.VIEW_NO_PICTURE)]
    assert [event.end_s for event in pauses] == [b for a, b in pairwise(at) if b - a > 1]
    found = [event for event in everything if event.reason != Reason(ReasonCode.VIEW_NO_PICTURE)]
    steady_s = next((b for a, b in pairwise(at) if b - a <= 1), math.inf)
    for rule in (*RULES, "view"):
        mine = [event for event in found if event.rule == rule]
        for event, following in pairwise(mine):
            assert event.end_s <= following.start_s
        for event in mine:
            assert at[0] <= event.start_s <= event.end_s <= at[-1] + max(1.0, more_s)
            assert event.start_s in at
            assert event.end_s > event.start_s or event.start_s < steady_s
        if rule == "view":
            continue
        for one_frame in frames:
            said = [f.verdict for f in one_frame.findings if f.rule == rule and f.verdict is not GOOD]
            covering = [
                event.verdict
                for event in mine
                if event.start_s <= one_frame.t_s < event.end_s or event.start_s == one_frame.t_s
            ]
            assert covering == said
