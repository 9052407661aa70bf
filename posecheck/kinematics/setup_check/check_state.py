"""Are camera and person placed well? The state of the set-up check; its verdicts are in `checks`.

It ends when everything has been right for a while or the stretch begins (the person bends); then it no longer changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from posecheck.kinematics.setup_check.checks import checks as judge
from posecheck.kinematics.setup_check.observation import Observation, observe
from posecheck.records import PAUSE_S, Fit, Measures, Setup, Sighting
from posecheck.tunables import Profile, Tunable

WINDOW: Final = Tunable(
    "setup.window_s",
    "s",
    default=2.0,
    low=0.5,
    high=10.0,
    step=0.5,
    why="the checks look at the median of so long: longer is calmer and answers later to what was put right",
    source="judgement: one breath; a step or a turn shows after half of it",
)
WELL: Final = Tunable(
    "setup.well_s",
    "s",
    default=1.0,
    low=0.0,
    high=10.0,
    step=0.5,
    why="the set-up check is over when all has been well for so long",
    source="judgement: long enough to read that all is well",
)
IN_VIEW: Final = Tunable(
    "setup.in_view_s",
    "s",
    default=5.0,
    low=1.0,
    high=60.0,
    step=1.0,
    why="it is over, too, when somebody has been in view for so long and never upright: they lie, or have begun",
    source="judgement: time to come into the picture and stand up",
)
BEGIN: Final = Tunable(
    "setup.begin_s",
    "s",
    default=0.7,
    low=0.0,
    high=5.0,
    step=0.1,
    why="it is over, too, when the trunk of somebody who stood upright has leant for so long: the stretch has begun",
    source="judgement: as for the facing, longer than a glitch",
)
TUNABLES: Final = (WINDOW, WELL, IN_VIEW, BEGIN)


@dataclass(frozen=True, slots=True)
class SetupState:
    """What the set-up check remembers. The default: nothing yet."""

    window: tuple[Observation, ...] = ()
    """The frames that count, of the last `setup.window_s`."""
    acting: frozenset[str] = frozenset()
    """The checks that failed last."""
    t_s: float = math.nan
    """Of the previous frame."""
    well_since_s: float = math.nan
    leaning_since_s: float = math.nan
    in_view_since_s: float = math.nan
    was_upright: bool = False
    setup: Setup | None = None


def step(state: SetupState, sighting: Sighting, measures: Measures, profile: Profile) -> tuple[SetupState, Setup]:
    """Check one more frame, of which `measures` were taken: the new state, and the verdicts.

    Once it is over the verdicts stay. A pause, or a frame from the past, starts again.
    """
    if state.setup is not None and state.setup.over:
        return state, state.setup
    return add(state, observe(sighting, measures, profile), profile)


def add(state: SetupState, observed: Observation, profile: Mapping[str, float]) -> tuple[SetupState, Setup]:
    """`step` for a frame that has been observed already."""
    if not 0.0 < observed.t_s - state.t_s <= PAUSE_S:
        state = SetupState()
    seen = not observed.is_empty
    upright = seen and observed.upright
    in_view_since_s = _since(seen, state.in_view_since_s, observed.t_s)
    leaning = seen and state.was_upright and not upright
    leaning_since_s = _since(leaning, state.leaning_since_s, observed.t_s)
    window = state.window
    if not leaning:
        window = (*(one for one in window if observed.t_s - one.t_s < profile[WINDOW.key]), observed)
    checks = judge(window, state.acting, profile[WINDOW.key], profile)
    setup = Setup(checks, over=False, from_s=window[0].t_s, to_s=window[-1].t_s)
    well_since_s = _since(setup.is_well, state.well_since_s, observed.t_s)
    was_upright = state.was_upright or upright
    over = (
        observed.t_s - well_since_s >= profile[WELL.key]
        or observed.t_s - leaning_since_s >= profile[BEGIN.key]
        or (not was_upright and observed.t_s - in_view_since_s >= profile[IN_VIEW.key])
    )
    setup = replace(setup, over=over)
    acting = frozenset(check.name for check in checks if check.verdict is Fit.ACT)
    return SetupState(
        window, acting, observed.t_s, well_since_s, leaning_since_s, in_view_since_s, was_upright, setup
    ), setup


def _since(holds: bool, since_s: float, t_s: float) -> float:  # noqa: FBT001  the thing that may hold
    """Since when something holds, now that it does at `t_s`; NaN if it does not."""
    return math.nan if not holds else t_s if math.isnan(since_s) else since_s
