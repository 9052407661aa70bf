"""One line at a time, spoken once it has stood for a moment and not too often: for stages in which no coach speaks. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from posecheck.reasons import Reason

#: A sentence is spoken once it has stood for so long, so that nobody hears what is over already.
SETTLED_S: Final = 1.0
#: Between two sentences, and until the same one is said again.
_APART_S: Final = 4.0
_AGAIN_S: Final = 12.0
#: Times are sums of binary fractions.
_EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Lines:
    """What is remembered of what was said. The default is: nothing was."""

    line: str | Reason = ""
    """What is to be said now, a reason or the key of a message; empty for nothing."""
    since_s: float = math.nan
    spoken: str | Reason = ""
    spoken_s: float = -math.inf


def step(state: Lines, line: str | Reason, t_s: float, settled_s: float = SETTLED_S) -> tuple[Lines, bool]:
    """The line of one more picture: the memory, and whether it is to be spoken in this very frame."""
    if line != state.line or not t_s >= state.since_s:
        state = replace(state, line=line, since_s=t_s)
    wait_s = _AGAIN_S if line == state.spoken else _APART_S
    stood = t_s - state.since_s >= settled_s - _EPSILON_S
    if not (line and stood and t_s - state.spoken_s >= wait_s):
        return state, False
    return replace(state, spoken=line, spoken_s=t_s), True
