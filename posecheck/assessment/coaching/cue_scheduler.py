"""When may the coach speak? One voice, and quiet between its sentences.

Every sentence has a moment at which it is due and a pause that must have passed since the one before: a long one, but
for praise, and for a cue after a mere call ("Three.", "Done."), which would else hold it back. It is spoken in
the first frame from that moment on, and the *moment* is remembered, not the frame: so a slow camera says the same as a
fast one, at most one of its frames later each time, and its lateness never adds up. `_LATE_S` on top of every pause
takes up what a late frame is late, so that two sentences never come nearer to each other than their pause either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from posecheck.reasons import Value
from posecheck.records import Cue, CueKind, Urgency
from posecheck.tunables import Tunable

SPACING_S: Final = Tunable(
    "coach.spacing_s",
    unit="s",
    default=6.0,
    low=2.0,
    high=60.0,
    step=0.5,
    why="the least time between two sentences, praise and cues after a short call aside; longer is quieter",
    source="judgement: constant feedback makes dependent (Sigrist et al. 2013, Psychon Bull Rev 20:21); no trial fixes it",
)
PRAISE_AFTER_S: Final = Tunable(
    "coach.praise_after_s",
    unit="s",
    default=2.0,
    low=0.5,
    high=60.0,
    step=0.5,
    why="praise may follow the sentence before it after this long; longer keeps it further apart",
    source="judgement: a cue takes about 2 s to say, and praise is worth most at once",
)
CUE_AFTER_CALL_S: Final = Tunable(
    "coach.cue_after_call_s",
    unit="s",
    default=2.0,
    low=0.5,
    high=60.0,
    step=0.5,
    why='a cue may follow a count, half-time, the last seconds or "done" after this long; longer lets a call hold it back',
    source="judgement: a count is one calm word that asks for nothing; a fault should not wait for it",
)
TUNABLES: Final = (SPACING_S, PRAISE_AFTER_S, CUE_AFTER_CALL_S)

#: What says that something is to be changed.
CUES: Final = frozenset({CueKind.VIEW, CueKind.FORM, CueKind.FIX, CueKind.EASE_OFF})
#: A word or two that tell how far one is. Where one of them asks for a change (not calm) it is no mere call.
SHORT_CALLS: Final = frozenset({CueKind.CALL, CueKind.HALF, CueKind.LAST, CueKind.DONE})

#: The longest a frame may come late without moving what is said after it: cameras down to 5 frames a second.
_LATE_S: Final = 0.2
#: Times are sums of binary fractions: 6.2 s are over at 6.19999999.
_EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class CueCandidate:
    """Something that could be said."""

    kind: CueKind
    key: str
    """As in `records.Cue.key`."""
    due_s: float
    """From when on it is to be spoken, in the time of the source."""
    urgency: Urgency = Urgency.CALM
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def said(self, t_s: float, *, spoken: bool) -> Cue:
        """The record of it in the frame at `t_s`."""
        return Cue(self.kind, self.key, t_s, spoken, self.urgency, self.values)


@dataclass(frozen=True, slots=True)
class Voice:
    """When the coach last spoke; -inf: never. The default has not spoken yet."""

    moment_s: float = -math.inf
    """At which moment its last sentence could be said."""
    heard_s: float = -math.inf
    """In which frame it was."""
    praised_s: float = -math.inf
    """In which frame it last was praise."""
    called: bool = False
    """Whether its last sentence was a short, calm call: a cue need not wait for long after it."""


def pause_s(profile: Mapping[str, float]) -> float:
    """How far apart two sentences are planned that are neither praise nor a cue after a short call."""
    return profile[SPACING_S.key] + _LATE_S


def speak(
    voice: Voice, cue: CueCandidate, t_s: float, before_s: float, profile: Mapping[str, float]
) -> tuple[Voice, Cue] | None:
    """Say `cue` in the frame at `t_s` if it is due and the voice is free; None if not.

    `before_s` is the time of the frame before, in which it was not said: its moment lies after that. Two cues keep
    `coach.spacing_s` whatever is said between them: a call keeps it after a cue.
    """
    praise = cue.kind is CueKind.PRAISE
    least_s = _least_s(voice, cue, profile)
    moment_s = max(cue.due_s, voice.moment_s + least_s + _LATE_S, before_s)
    heard_enough = t_s >= voice.heard_s + least_s and not (praise and t_s < voice.praised_s + profile[SPACING_S.key])
    if t_s < moment_s - _EPSILON_S or not heard_enough:
        return None
    called = cue.kind in SHORT_CALLS and cue.urgency is Urgency.CALM
    return Voice(min(moment_s, t_s), t_s, t_s if praise else voice.praised_s, called), cue.said(t_s, spoken=True)


def _least_s(voice: Voice, cue: CueCandidate, profile: Mapping[str, float]) -> float:
    """How long after the sentence before `cue` may be said; never longer than `coach.spacing_s` for a cue."""
    if cue.kind is CueKind.PRAISE:
        return profile[PRAISE_AFTER_S.key]
    spacing_s = profile[SPACING_S.key]
    return min(spacing_s, profile[CUE_AFTER_CALL_S.key]) if voice.called and cue.kind in CUES else spacing_s
