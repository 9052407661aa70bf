"""Calibrating on the page: leads somebody through it by ear and eye, hands-free. Pure.

What is measured, `kinematics.calibration.protocol` decides; here is what is said of it, and when it is over: a moment after it
is done, so that the last sentence is heard.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from posecheck.app.messages import spoken_line
from posecheck.app.messages.spoken_line import Lines
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.calibration import USED_FOR
from posecheck.kinematics.calibration import protocol
from posecheck.kinematics.calibration.protocol import DONE, TALL, CalibrationProgress, CalibrationState
from posecheck.reasons import Reason
from posecheck.records import Sighting
from posecheck.tunables import Profile

#: How long "done" stands before the stretch is spoken of.
_DONE_S: Final = 2.5
#: Times are sums of binary fractions.
_EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Leading:
    """What is remembered while calibrating. Made by `start`."""

    state: CalibrationState
    lines: Lines = field(default_factory=Lines)
    shown: str = ""
    """The stage shown last."""
    done_s: float = math.nan
    """Since when it has been done."""


@dataclass(frozen=True, slots=True)
class Led:
    """What calibrating says of one picture."""

    out: CalibrationProgress
    line: str | Reason
    """What is in the way, or the key of what to do."""
    spoken: bool
    """Whether it is to be spoken in this very frame."""
    over: bool
    """Whether the session may go on, with `out.calibration`."""


def position_for(parts: Sequence[RoutineItem]) -> str:
    """In which position somebody is calibrated for these parts: that of the first one the camera judges upright.

    "standing" or "seated"; empty where none of them has a neutral of its own, as in lying.
    """
    return next((position for part in parts if (position := position_of(part))), "")


def position_of(part: RoutineItem) -> str:
    """The position whose neutral this part uses; empty for none."""
    return USED_FOR.get(part.stretch.position, "") if part.stretch.watch else ""


def start(position: str) -> Leading:
    """The beginning, for "standing" or "seated"."""
    return Leading(protocol.start(position))


def skip(state: Leading) -> Leading | None:
    """The person wants to go on: the rounding is left out, "done" gives way at once; None: no calibration at all.

    While standing tall there is nothing yet to be kept, so going on leaves the whole of it out.
    """
    if state.state.stage == TALL:
        return None
    return replace(state, state=protocol.skip(state.state), done_s=-math.inf if state.shown == DONE else state.done_s)


def step(state: Leading, sighting: Sighting, profile: Profile) -> tuple[Leading, Led]:
    """One more picture: the memory, and what is to be shown and said."""
    known, out = protocol.step(state.state, sighting, profile)
    begun = out.stage != state.shown
    done_s = sighting.t_s if out.stage == DONE and math.isnan(state.done_s) else state.done_s
    line = out.problem or out.text
    # What another stage asks for is said at once, whatever was said before it.
    said, spoken = spoken_line.step(
        Lines() if begun else state.lines, line, sighting.t_s, 0.0 if line == out.text else spoken_line.SETTLED_S
    )
    over = out.calibration is not None and sighting.t_s - done_s >= _DONE_S - _EPSILON_S
    return Leading(known, said, out.stage, done_s), Led(out, line, spoken, over)
