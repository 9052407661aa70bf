"""The one thing worth saying now.

    state, said = step(state, assessment, stretch, profile)

`said` is the line to show in this frame, None when there is nothing to say; `said.spoken` marks the one frame in which
it is to be spoken. The line may change as fast as the picture does, speech is spaced (`cue_scheduler`). In this order:

    what a routine announces      another side, a rest, the next stretch
    "done"                        the hold is over, or the set of repetitions
    how to be seen, then form     one fault only, see `faults`; while there is one, nothing below is said
    praise                        for a rule that is kept again after its fault was spoken of
    the count                     of a repetition that is over, see `rep_cues`
    the clock and the breath      while a hold goes well, see `hold_cues`

All else is silence. Everything is pure: the memory is a value, and no clock but that of the source is read. A pause
longer than `rules.gap_s` makes the coach forget what it saw, though not when it last spoke: ears know no gap. Time
that runs backwards makes it forget everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from posecheck.assessment.catalogue.stretch import Rule, Stretch
from posecheck.assessment.coaching import cue_scheduler, faults, hold_cues, rep_cues
from posecheck.assessment.coaching.cue_scheduler import CueCandidate, Voice, speak
from posecheck.assessment.coaching.faults import NO_RUNS, Fault, Runs
from posecheck.assessment.coaching.hold_cues import Calls
from posecheck.assessment.coaching.rep_cues import Counts
from posecheck.assessment.rules import GAP_S
from posecheck.body import Side
from posecheck.records import Assessment, Cue, CueKind
from posecheck.tunables import Tunable

SHOW_S: Final = Tunable(
    "coach.show_s",
    unit="s",
    default=3.0,
    low=0.5,
    high=10.0,
    step=0.5,
    why="how long praise and calls stay on the screen; praise that could not be said by then is not said",
    source="judgement: long enough to be read once from three metres",
)
#: A rest of which a little more than a whole second has passed is announced without that little.
_WHOLE_S: Final = 0.5
#: How the keys of texts end that tell how to get into place.
_GETTING_THERE: Final = (".setup", ".sides.say")

TUNABLES: Final = (*cue_scheduler.TUNABLES, *faults.TUNABLES, *hold_cues.TUNABLES, *rep_cues.TUNABLES, SHOW_S)


@dataclass(frozen=True, slots=True)
class Return:
    """A rule that is kept again."""

    rule: Rule
    at_s: float
    worth_a_word: bool
    """Whether its fault had been spoken of: praise out of nothing puzzles somebody who does not see the screen."""


@dataclass(frozen=True, slots=True)
class CoachState:
    """What the coach remembers. The default has seen and said nothing."""

    t_s: float = math.nan
    """Of the frame before; NaN before the first."""
    voice: Voice = field(default_factory=Voice)
    runs: Runs = field(default_factory=lambda: NO_RUNS)
    calls: Calls = field(default_factory=Calls)
    counts: Counts = field(default_factory=Counts)
    back: Return | None = None
    line: Cue | None = None
    """The latest sentence that was no advice; shown until `line_until_s`."""
    line_until_s: float = -math.inf
    waiting: tuple[CueCandidate, ...] = ()
    """Announcements not spoken yet, the oldest first."""
    rest_until_s: float = -math.inf
    """Until then nobody is coached."""


def start() -> CoachState:
    """The memory of a coach who has seen and said nothing."""
    return CoachState()


def step(
    state: CoachState, assessment: Assessment, stretch: Stretch, profile: Mapping[str, float]
) -> tuple[CoachState, Cue | None]:
    """Decide what to say in one frame. `profile` holds `assessment.TUNABLES` and the numbers of the stretch by key."""
    t_s = assessment.t_s
    state = _after_gap(state, t_s, profile)
    if state.waiting or t_s < state.rest_until_s:
        state, said = _announced(state, t_s, profile)
    else:
        state, said = _coached(state, assessment, stretch, profile)
    return replace(state, t_s=t_s), said


# ------------------------------------------------------------------------------------------------ for a routine
def change_side(
    state: CoachState, t_s: float, side: Side | None, profile: Mapping[str, float]
) -> tuple[CoachState, Cue]:
    """Ask for the other side, which is `side` where that is known, and coach it from its beginning.

    Said at once if the voice is free, else (`spoken` False) shown, and spoken by `step` as soon as it is.
    """
    key = "coach.change_side" if side is None else f"coach.change_side_{side}"
    return _announce(_afresh(state), CueCandidate(CueKind.CHANGE_SIDE, key, t_s), t_s, profile)


def rest(state: CoachState, t_s: float, rest_s: float, profile: Mapping[str, float]) -> tuple[CoachState, Cue]:
    """Announce a rest of `rest_s` seconds from `t_s` on, in which nobody is coached. Spoken as in `change_side`."""
    cue = CueCandidate(CueKind.REST, "coach.rest", t_s, values=MappingProxyType({"seconds": rest_s}))
    return _announce(replace(_afresh(state), rest_until_s=t_s + rest_s), cue, t_s, profile)


def next_stretch(
    state: CoachState, t_s: float, stretch: Stretch, profile: Mapping[str, float]
) -> tuple[CoachState, Cue]:
    """Announce `stretch` and end a rest; the frames from here on are to be judged by it. Spoken as in `change_side`.

    What of the stretch before was still to be said is not said any more.
    """
    cue = CueCandidate(CueKind.NEXT, "coach.next_stretch", t_s, values=MappingProxyType({"stretch": stretch.name}))
    still = tuple(one for one in state.waiting if one.kind is CueKind.NEXT and not one.key.startswith("stretch."))
    return _announce(replace(_afresh(state), waiting=still), cue, t_s, profile)


def announce(
    state: CoachState,
    t_s: float,
    kind: CueKind,
    key: str,
    profile: Mapping[str, float],
    values: Mapping[str, str | float] | None = None,
) -> tuple[CoachState, Cue]:
    """Announce the message `key` of a routine, after what is still to be said. Spoken as in `change_side`."""
    cue = CueCandidate(kind, key, t_s, values=MappingProxyType(dict(values or {})))
    return _announce(_afresh(state), cue, t_s, profile)


def in_place(state: CoachState) -> CoachState:
    """The person is at it: what was still to be said of how to get there is not said any more."""
    return replace(state, waiting=tuple(cue for cue in state.waiting if not cue.key.endswith(_GETTING_THERE)))


def hushed(state: CoachState, t_s: float) -> CoachState:
    """The memory after a frame of a pause: nothing is said, what was announced still waits, a rest lasts as much longer."""
    passed_s = 0.0 if math.isnan(state.t_s) else max(0.0, t_s - state.t_s)
    return replace(_afresh(state), t_s=t_s, rest_until_s=state.rest_until_s + passed_s)


def _announce(state: CoachState, cue: CueCandidate, t_s: float, profile: Mapping[str, float]) -> tuple[CoachState, Cue]:
    state = replace(state, waiting=(*state.waiting, cue))
    state, said = _announced(state, t_s, profile)
    return state, said if said is not None and said.spoken else cue.said(t_s, spoken=False)


def _announced(state: CoachState, t_s: float, profile: Mapping[str, float]) -> tuple[CoachState, Cue | None]:
    """The oldest announcement, spoken if the voice is free; with none, the line of a rest.

    A rest that is announced late is announced with the seconds that are left of it, and not at all once it is over.
    """
    state = replace(state, waiting=tuple(cue for cue in map(_still_true(state, t_s), state.waiting) if cue is not None))
    if not state.waiting:
        return state, _still_shown(state, t_s)
    cue = state.waiting[0]
    spoken = speak(state.voice, cue, t_s, _before_s(state, t_s), profile)
    if spoken is None:
        return state, cue.said(t_s, spoken=False)
    voice, said = spoken
    until_s = max(t_s + profile[SHOW_S.key], state.rest_until_s if cue.kind is CueKind.REST else -math.inf)
    return replace(state, voice=voice, waiting=state.waiting[1:], line=said, line_until_s=until_s), said


def _still_true(state: CoachState, t_s: float) -> Callable[[CueCandidate], CueCandidate | None]:
    """What makes of an announcement what is still true of it at `t_s`; None if nothing is."""
    left_s = math.ceil(state.rest_until_s - t_s - _WHOLE_S) if state.rest_until_s > t_s else 0

    def still(cue: CueCandidate) -> CueCandidate | None:
        if cue.kind is not CueKind.REST or t_s <= cue.due_s:
            return cue
        return replace(cue, values=MappingProxyType({"seconds": left_s})) if left_s > 0 else None

    return still


# ------------------------------------------------------------------------------------------------ one frame
def _afresh(state: CoachState) -> CoachState:
    """The memory of somebody new in front of the camera: only when was last spoken and what waits is kept."""
    return CoachState(state.t_s, state.voice, calls=Calls(breaths=state.calls.breaths), waiting=state.waiting)


def _after_gap(state: CoachState, t_s: float, profile: Mapping[str, float]) -> CoachState:
    if math.isnan(state.t_s) or 0 < t_s - state.t_s <= profile[GAP_S.key]:
        return state
    if t_s <= state.t_s:
        return CoachState()
    return replace(_afresh(state), rest_until_s=state.rest_until_s)


def _before_s(state: CoachState, t_s: float) -> float:
    """The time of the frame before; `t_s` itself when there is none: nothing was due earlier."""
    return t_s if math.isnan(state.t_s) else state.t_s


def _coached(
    state: CoachState, assessment: Assessment, stretch: Stretch, profile: Mapping[str, float]
) -> tuple[CoachState, Cue | None]:
    t_s = assessment.t_s
    before_s = _before_s(state, t_s)
    fault = faults.find(assessment, stretch)
    again = faults.returned(state.runs, assessment, before_s, stretch, profile)
    state = replace(
        state,
        runs=faults.follow(state.runs, fault, assessment, before_s, profile),
        calls=hold_cues.follow(state.calls, assessment, profile),
        counts=rep_cues.follow(state.counts, assessment, profile),
        back=_back(state.back, again, fault, t_s, profile),
    )
    for cue in _offers(state, fault, assessment, stretch, profile):
        spoken = speak(state.voice, cue, t_s, before_s, profile)
        if spoken is not None:
            voice, said = spoken
            return _told(replace(state, voice=voice), cue, said, fault, assessment, profile), said
    return state, _shown(state, fault, t_s, stretch)


def _back(
    back: Return | None, again: tuple[Rule, bool] | None, fault: Fault | None, t_s: float, profile: Mapping[str, float]
) -> Return | None:
    """The return that may still be praised, until the same rule is broken anew."""
    if again is not None:
        back = Return(again[0], t_s, again[1])
    if back is None or t_s > back.at_s + profile[SHOW_S.key] or (fault is not None and fault.rule == back.rule):
        return None
    return back


def _offers(
    state: CoachState, fault: Fault | None, assessment: Assessment, stretch: Stretch, profile: Mapping[str, float]
) -> Iterator[CueCandidate]:
    """What may be spoken in this frame, the most important first."""
    for done in (hold_cues.finished(state.calls, assessment), rep_cues.finished(state.counts)):
        if done is not None:
            yield done
    if fault is not None:
        advice = faults.advice(fault, state.runs, stretch, assessment.t_s, profile)
        if advice is not None:
            yield advice
        return
    back = state.back
    if back is not None and back.worth_a_word and not hold_cues.nearly_done(assessment, profile):
        yield faults.praise(back.rule, stretch, back.at_s)
    count = rep_cues.offer(state.counts, assessment.t_s, profile)
    if count is not None:
        yield count
    yield from hold_cues.offers(state.calls, assessment, stretch, profile)


def _told(
    state: CoachState,
    cue: CueCandidate,
    said: Cue,
    fault: Fault | None,
    assessment: Assessment,
    profile: Mapping[str, float],
) -> CoachState:
    """The memory after `cue` was spoken."""
    moment_s = state.voice.moment_s
    if fault is not None and cue.kind in {CueKind.VIEW, CueKind.FORM, CueKind.FIX, CueKind.EASE_OFF}:
        return replace(state, runs=faults.after_cue(state.runs, fault, cue.kind, moment_s, profile), line=None)
    of_reps = cue.key in rep_cues.KEYS
    return replace(
        state,
        calls=state.calls if of_reps else hold_cues.after_cue(state.calls, cue, moment_s, assessment, profile),
        counts=rep_cues.after_cue(state.counts, cue),
        back=None if cue.kind is CueKind.PRAISE else state.back,
        line=said,
        line_until_s=said.t_s + profile[SHOW_S.key],
    )


def _shown(state: CoachState, fault: Fault | None, t_s: float, stretch: Stretch) -> Cue | None:
    """The line in a frame in which nothing is spoken: what is wrong, else what was said just now, else praise."""
    if fault is not None:
        return faults.line(fault, state.runs, stretch).said(t_s, spoken=False)
    if state.back is not None:
        return faults.praise(state.back.rule, stretch, state.back.at_s).said(t_s, spoken=False)
    return _still_shown(state, t_s)


def _still_shown(state: CoachState, t_s: float) -> Cue | None:
    if state.line is None or t_s > state.line_until_s:
        return None
    return replace(state.line, t_s=t_s, spoken=False)
