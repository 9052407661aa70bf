"""How far can this person round? The flexion reached, and for how long, while they round as far as is comfortable.

Seconds count, not frames, and only those with a reading. The personal maximum is what was held for a second in all, so
that neither a single misread picture nor the way down decides it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from posecheck.tunables import Tunable

ROUND_TIME: Final = Tunable(
    "calibrate.round_s",
    "s",
    default=5.0,
    low=2.0,
    high=20.0,
    step=0.5,
    why="how long somebody is to be rounded, all in all, to find how far they can",
    source="judgement: time to sink in slowly and stay for a breath",
)
ROUND_FROM: Final = Tunable(
    "calibrate.round_from_deg",
    "deg",
    default=12.0,
    low=3.0,
    high=40.0,
    step=1.0,
    why="rounded by more than this beyond the own neutral, the seconds of rounding count",
    source="judgement: about the error of one reading, so that standing there does not count",
)
HELD: Final = Tunable(
    "calibrate.held_s",
    "s",
    default=1.0,
    low=0.1,
    high=4.0,
    step=0.1,
    why="the own maximum is what was reached for so long in all; shorter lets single misread pictures decide",
    source="judgement: a fifth of the time of rounding; readings jitter by 2-3 deg from frame to frame",
)
MIN_MAX: Final = Tunable(
    "calibrate.min_max_deg",
    "deg",
    default=25.0,
    low=10.0,
    high=60.0,
    step=1.0,
    why="an own maximum below this is not believed: the person did not round, or was misread",
    source="judgement: half of what backs bend as a rule (52 deg lumbar alone in 126 people, Laird et al. 2019), and no limit is set below it",
)
GIVE_UP: Final = Tunable(
    "calibrate.give_up_s",
    "s",
    default=25.0,
    low=5.0,
    high=120.0,
    step=5.0,
    why="the rounding is left out when no credible maximum was found in so many seconds of being seen",
    source="judgement: five times as long as it takes",
)
TUNABLES: Final = (ROUND_TIME, ROUND_FROM, HELD, MIN_MAX, GIVE_UP)

#: A frame counts for the time since the last one, up to this much.
_LONGEST_FRAME_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Rounded:
    """The rounding so far. The default: nothing."""

    samples: tuple[tuple[float, float], ...] = ()
    """(flexion, seconds) of the pictures that count as rounded."""
    seen_s: float = 0.0
    """Seconds with a reading, rounded or not."""

    @property
    def counted_s(self) -> float:
        """Seconds of being rounded."""
        return sum(share_s for _, share_s in self.samples)


def add(
    state: Rounded, flexion_deg: float, neutral_deg: float, passed_s: float, profile: Mapping[str, float]
) -> Rounded:
    """One more reading, `passed_s` after the picture before; `neutral_deg` is that of standing or sitting tall (NaN: 0)."""
    share_s = min(passed_s, _LONGEST_FRAME_S)
    beyond_deg = flexion_deg - (0.0 if math.isnan(neutral_deg) else neutral_deg)
    samples = (*state.samples, (flexion_deg, share_s)) if beyond_deg >= profile[ROUND_FROM.key] else state.samples
    return Rounded(samples, state.seen_s + share_s)


def is_over(state: Rounded, profile: Mapping[str, float]) -> bool:
    """Whether enough was seen: rounded for long enough with a credible maximum, or nothing credible for too long."""
    if state.seen_s >= profile[GIVE_UP.key]:
        return True
    long_enough = state.counted_s >= profile[ROUND_TIME.key]
    return long_enough and not math.isnan(credible_max_deg(state, profile))


def credible_max_deg(state: Rounded, profile: Mapping[str, float]) -> float:
    """The personal maximum in degrees; NaN where the person was not rounded for long enough, or too little to be believed."""
    if state.counted_s < profile[ROUND_TIME.key]:
        return math.nan
    most_deg = held_deg(state.samples, profile[HELD.key])
    return most_deg if most_deg >= profile[MIN_MAX.key] else math.nan


def held_deg(samples: tuple[tuple[float, float], ...], held_s: float) -> float:
    """The flexion that was reached for `held_s` in all; NaN if nothing lasted so long."""
    total_s = 0.0
    for flexion_deg, share_s in sorted(samples, reverse=True):
        total_s += share_s
        if total_s >= held_s:
            return flexion_deg
    return math.nan
