"""When may the coach speak? One voice, and quiet between its sentences.

Every sentence has a moment at which it is due and a pause that must have passed since the one before. It is spoken in
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

from posecheck.records import CueKind, Said, Urgency
from posecheck.tunables import Tunable

SPACING_S: Final = Tunable(
    "coach.spacing_s",
    unit="s",
    default=6.0,
    low=2.0,
    high=60.0,
    step=0.5,
    why="the least time between two sentences, praise aside; longer is quieter",
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
TUNABLES: Final = (SPACING_S, PRAISE_AFTER_S)

#: The longest a frame may come late without moving what is said after it: cameras down to 5 frames a second.
_LATE_S: Final = 0.2
#: Times are sums of binary fractions: 6.2 s are over at 6.19999999.
_EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that could be said."""

    kind: CueKind
    key: str
    """As in `records.Said.key`."""
    due_s: float
    """From when on it is to be spoken, in the time of the source."""
    urgency: Urgency = Urgency.CALM
    values: Mapping[str, str | float] = field(default_factory=lambda: MappingProxyType({}))

    def said(self, t_s: float, *, spoken: bool) -> Said:
        """The record of it in the frame at `t_s`."""
        return Said(self.kind, self.key, t_s, spoken, self.urgency, self.values)


@dataclass(frozen=True, slots=True)
class Voice:
    """When the coach last spoke; -inf: never. The default has not spoken yet."""

    moment_s: float = -math.inf
    """At which moment its last sentence could be said."""
    heard_s: float = -math.inf
    """In which frame it was."""
    praised_s: float = -math.inf
    """In which frame it last was praise."""


def pause_s(profile: Mapping[str, float]) -> float:
    """How far apart two sentences other than praise are planned."""
    return profile[SPACING_S.key] + _LATE_S


def speak(
    voice: Voice, cue: Cue, t_s: float, before_s: float, profile: Mapping[str, float]
) -> tuple[Voice, Said] | None:
    """Say `cue` in the frame at `t_s` if it is due and the voice is free; None if not.

    `before_s` is the time of the frame before, in which it was not said: its moment lies after that.
    """
    praise = cue.kind is CueKind.PRAISE
    least_s = profile[PRAISE_AFTER_S.key] if praise else profile[SPACING_S.key]
    moment_s = max(cue.due_s, voice.moment_s + least_s + _LATE_S, before_s)
    heard_enough = t_s >= voice.heard_s + least_s and not (praise and t_s < voice.praised_s + profile[SPACING_S.key])
    if t_s < moment_s - _EPSILON_S or not heard_enough:
        return None
    return Voice(min(moment_s, t_s), t_s, t_s if praise else voice.praised_s), cue.said(t_s, spoken=True)
