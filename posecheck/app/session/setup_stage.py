"""The set-up on the page: are camera and person placed well, what is to be said of it, and when it is over. Pure.

The checks are those of `kinematics.setup_check.check_state`; here they go on for as long as the stage lasts, so that somebody who steps
away again is said. It is over when nothing is left to change and the person has stood still for a while.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from posecheck.app.gestures import STILL_S, StillState, still_step
from posecheck.app.messages import spoken_line
from posecheck.app.messages.spoken_line import Lines
from posecheck.kinematics.setup_check import check_state
from posecheck.kinematics.setup_check.check_state import SetupState
from posecheck.reasons import Reason
from posecheck.records import Fit, Measures, Setup, Sighting
from posecheck.tunables import Profile

#: What is said when nothing is left to change, as a key of the messages.
READY_KEY: Final = "live.stand_still"
#: Times are sums of binary fractions.
_EPSILON_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class SettingUp:
    """What is remembered while setting up. The default is: nothing yet."""

    checking: SetupState = field(default_factory=SetupState)
    still: StillState = field(default_factory=StillState)
    lines: Lines = field(default_factory=Lines)


@dataclass(frozen=True, slots=True)
class Placed:
    """What the set-up says of one picture."""

    setup: Setup
    over: bool
    """Whether it may begin now: well placed, and still for long enough."""
    still_s: float
    """For how long the person has stood still, well placed."""
    line: str | Reason
    """The first thing to change; the key `READY_KEY` when there is none, empty when that is not known."""
    spoken: bool
    """Whether it is to be spoken in this very frame."""


def step(state: SettingUp, sighting: Sighting, measures: Measures, profile: Profile) -> tuple[SettingUp, Placed]:
    """One more picture, of which `measures` were taken: the memory, and what is to be said."""
    # Without its last word the check never ends, and goes on looking.
    checking, found = check_state.step(replace(state.checking, setup=None), sighting, measures, profile)
    nothing_to_change = all(check.verdict is not Fit.ACT for check in found.checks)
    well = found.is_well or (found.over and nothing_to_change)  # over without being well: lying, or bent already
    still, still_s = still_step(state.still if well else StillState(), sighting)
    line = READY_KEY if well else _first_to_change(found)
    said, spoken = spoken_line.step(state.lines, line, sighting.t_s)
    state = SettingUp(checking, still, said)
    return state, Placed(found, well and still_s >= STILL_S - _EPSILON_S, still_s, line, spoken)


def _first_to_change(setup: Setup) -> str | Reason:
    return next((check.reason for check in setup.checks if check.reason is not None and check.verdict is Fit.ACT), "")
