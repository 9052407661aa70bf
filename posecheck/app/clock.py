"""The time of a session, from the clocks of those who send pictures. Pure.

Every page has a clock of its own, which begins when it is opened. A session's time begins at 0 with its first picture
and rises strictly, whatever page sends: recordings need that. Where it cannot be determined how long a break was, it counts
as one in which nothing was seen, so judging begins anew as it does after any pause.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from posecheck.records import PAUSE_S

#: How long a break of unknown length counts: just too long for anything to go on over it.
BREAK_S: Final = 1.5 * PAUSE_S
#: A longer gap is no dropped connection: nobody is still resting or getting into place after it.
LEAP_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Clock:
    """What is remembered of the time of a session. The default is: nothing yet."""

    base_s: float = math.nan
    """The sender's time at which the session's is 0."""
    latest_s: float = math.nan
    """Of the session, at the picture before."""


def step(clock: Clock, t_ms: float) -> tuple[Clock, float]:
    """The session's time of a picture, `t_ms` on its sender's clock.

    A time that does not rise, or leaps, is another clock (another page, the same one opened again, a computer that
    slept): a break of `BREAK_S`.
    """
    sent_s = t_ms / 1000.0
    if math.isnan(clock.base_s):
        return Clock(sent_s, 0.0), 0.0
    t_s = sent_s - clock.base_s
    if not 0.0 < t_s - clock.latest_s <= LEAP_S:
        t_s = clock.latest_s + BREAK_S
        clock = replace(clock, base_s=sent_s - t_s)
    return replace(clock, latest_s=t_s), t_s
