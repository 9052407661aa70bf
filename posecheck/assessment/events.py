"""From frames to stretches of time: when did a rule warn, and when could it not be told?

A frame speaks for the time until the next one. So an event lasts from its first frame to the first frame that says
otherwise; before a gap in time and at the end of the clip, its last frame speaks for as long as the frame before it
did. Every event therefore has a length, even one of a single frame (unless no two
frames up to it were within a gap of each other: then there is no length to borrow).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from posecheck.assessment.catalogue.stretch import Direction, Stretch
from posecheck.assessment.rules import GAP_S
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Assessment, Event, Finding, Verdict

#: The rule of events in which the picture as a whole could not be judged, while no rule said so of itself.
VIEW_RULE: Final = "view"


@dataclass(frozen=True, slots=True)
class EventsState:
    """The events still open, and the time they last held. The default suits rules that warn above their limit."""

    gap_s: float = GAP_S.default
    """A pause between frames longer than this closes every event."""
    below: frozenset[str] = frozenset()
    """Rules whose worst value is the lowest."""
    t_s: float = math.nan
    """Of the previous frame; NaN before the first."""
    frame_s: float = 0.0
    """Time between the previous two frames, 0 while there is only one."""
    opened: Mapping[str, Event] = field(default_factory=lambda: MappingProxyType({}))
    """By rule, in the order of their starts, the event as it stands; its `end_s` is the time of its latest frame."""


def start(stretch: Stretch, profile: Mapping[str, float]) -> EventsState:
    """No event yet. `profile` holds `rules.gap_s`."""
    below = frozenset(rule.id for rule in stretch.rules if rule.direction is Direction.BELOW)
    return EventsState(gap_s=profile[GAP_S.key], below=below)


def step(state: EventsState, assessment: Assessment) -> tuple[EventsState, tuple[Event, ...]]:
    """Take in one frame, give the events that ended with it, ordered by their start.

    WARN of one rule is one event with its worst value. UNKNOWN is one event as long as the reason stays the same but
    for its numbers (`Reason.family`). A pause longer than the gap is an UNKNOWN of its own. A frame that could not be judged though no finding says so belongs to the rule "view".
    """
    t_s = assessment.t_s
    ended: list[Event] = []
    opened = dict(state.opened)
    passed_s = t_s - state.t_s
    if not 0 < passed_s <= state.gap_s:
        ended, opened = list(_close(state, _last_s(state))), {}
        if passed_s > state.gap_s:
            ended.append(pause(_last_s(state), t_s))
        passed_s = 0.0 if math.isnan(state.t_s) else state.frame_s
    now = {finding.rule: finding for finding in _worth_noting(assessment)}
    for rule, event in state.opened.items():
        if rule in opened and not _goes_on(event, now.get(rule)):
            ended.append(replace(opened.pop(rule), end_s=t_s))
    for rule, finding in now.items():
        opened[rule] = _extended(opened.get(rule), finding, t_s, lowest=rule in state.below)
    return EventsState(state.gap_s, state.below, t_s, passed_s, MappingProxyType(opened)), tuple(ended)


def finish(state: EventsState, t_s: float) -> tuple[Event, ...]:
    """The events still open at the end of a clip.

    They end at `t_s`, the clip's own end, if that lies after the last frame and within a gap of it; else where the
    last frame stops speaking.
    """
    last_s = _last_s(state)
    return _close(state, t_s if last_s <= t_s <= state.t_s + state.gap_s else last_s)


def _worth_noting(assessment: Assessment) -> tuple[Finding, ...]:
    findings = tuple(finding for finding in assessment.findings if finding.verdict is not Verdict.GOOD)
    if any(finding.verdict is Verdict.UNKNOWN for finding in findings):
        return findings
    # With WARN the frame's reason is the rule's own; the view's stands with the measures.
    reason = assessment.reason if assessment.verdict is Verdict.UNKNOWN else assessment.measures.view.reason
    if reason is None:
        return findings
    return (*findings, Finding(VIEW_RULE, Verdict.UNKNOWN, math.nan, math.nan, "", reason))


def _goes_on(event: Event, finding: Finding | None) -> bool:
    if finding is None or finding.verdict is not event.verdict:
        return False
    return event.verdict is Verdict.WARN or _family(finding.reason) == _family(event.reason)


def _family(reason: Reason | None) -> tuple[str, ...]:
    return () if reason is None else reason.family


def pause(start_s: float, end_s: float) -> Event:
    """The event of a time without a picture."""
    reason = Reason(ReasonCode.VIEW_NO_PICTURE)
    return Event(start_s, end_s, VIEW_RULE, Verdict.UNKNOWN, math.nan, math.nan, "", reason)


def _extended(event: Event | None, finding: Finding, t_s: float, *, lowest: bool) -> Event:
    if event is None:
        return Event(
            t_s, t_s, finding.rule, finding.verdict, finding.value, finding.limit, finding.unit, finding.reason
        )
    worst = min if lowest else max
    return replace(event, end_s=t_s, value=worst(event.value, finding.value))


def _last_s(state: EventsState) -> float:
    """Until when the last frame speaks."""
    return state.t_s + state.frame_s


def _close(state: EventsState, end_s: float) -> tuple[Event, ...]:
    return tuple(replace(event, end_s=end_s) for event in state.opened.values())
