"""The colours of the drawn picture, all in one place. RGB.

Few, and never alone: every verdict also has a shape and a word, and differs in lightness, so that the picture can be
read without separating red from green.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

from posecheck.records import Verdict

Colour: TypeAlias = tuple[int, int, int]

INK: Final[Colour] = (15, 21, 30)
"""Panels, and the halo that lifts lines and letters off any background."""
PAPER: Final[Colour] = (244, 247, 250)
"""Letters and the near side of the skeleton."""
MIST: Final[Colour] = (196, 206, 216)
"""Second lines, and the far side of the skeleton."""
TEAL: Final[Colour] = (38, 208, 170)
AMBER: Final[Colour] = (255, 181, 64)
RED: Final[Colour] = (242, 80, 78)
GREY: Final[Colour] = (158, 168, 180)

OF_VERDICT: Final[dict[Verdict, Colour]] = {Verdict.GOOD: TEAL, Verdict.WARN: AMBER, Verdict.UNKNOWN: GREY}

#: The scale of the back line: share of the limit → colour. Amber is *at* the limit.
_SCALE: Final = ((0.55, TEAL), (1.0, AMBER), (1.35, RED))
#: Where the scale turns amber for a stretch without a limit on rounding.
USUAL_LIMIT_DEG: Final = 36.0


def back_colour(spine_flexion_deg: float, limit_deg: float, *, warned: bool) -> Colour:
    """The colour of the back line: teal for a long back, amber at the limit; grey for NaN.

    Red, well beyond the limit, is for the moments in which the rule warns (`warned`), so that it never stands beside
    "good"; and it stays at amber or beyond until the rule is good again, although the value has come back a little.
    """
    if math.isnan(spine_flexion_deg):
        return GREY
    limit_deg = limit_deg if limit_deg > 0 else USUAL_LIMIT_DEG
    share = spine_flexion_deg / limit_deg
    share = max(share, 1.0) if warned else min(share, 1.0)
    before, colour = _SCALE[0]
    for at, next_colour in _SCALE:
        if share <= at:
            return mixed(colour, next_colour, (share - before) / (at - before)) if at > before else colour
        before, colour = at, next_colour
    return RED


def mixed(first: Colour, second: Colour, second_frac: float) -> Colour:
    """A colour between two: `first` at 0, `second` at 1."""
    red, green, blue = (
        round(a + (b - a) * min(max(second_frac, 0.0), 1.0)) for a, b in zip(first, second, strict=True)
    )
    return red, green, blue
