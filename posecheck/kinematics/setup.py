"""Are camera and person placed well? What to put right before the stretch begins, one sentence for each thing.

Each check looks at the median of the last seconds, so that a glitch says nothing, and once something is to be put
right it stays so until it is right by a margin. The check ends when all is well for a while or the stretch begins
(the person bends); from then on it stays as it was.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from posecheck.kinematics import framing
from posecheck.kinematics.placing import Placing, place
from posecheck.records import NOBODY, PAUSE_S, SETUP_CHECKS, Check, Fit, Measures, Setup, Sighting
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
MAX_TURN: Final = Tunable(
    "setup.max_turn_deg",
    "deg",
    default=15.0,
    low=5.0,
    high=45.0,
    step=1.0,
    why="turned further than this from side-on, a person is asked to turn; the back is still judged up to view.max_yaw_deg",
    source="measured on 270 drawn people: the reading is off by 6 deg (standard deviation); yaw up to 15 costs the back little",
)
MIN_SIZE: Final = Tunable(
    "setup.min_trunk_px",
    "px",
    default=60.0,
    low=10.0,
    high=400.0,
    step=1.0,
    why="with a trunk shorter than this a person is asked to come closer; the back is still judged down to view.min_trunk_px",
    source="measured on synthetic people: readings hold down to about 60 px",
)
MIN_SHARE: Final = Tunable(
    "setup.min_trunk_frac",
    "",
    default=0.11,
    low=0.02,
    high=0.5,
    step=0.01,
    why="with a trunk of less than this share of the picture's height a person is asked to come closer",
    source="judgement: somebody who stands then fills four tenths of it, and the outline is coarse for the model",
)
MAX_SHARE: Final = Tunable(
    "setup.max_trunk_frac",
    "",
    default=0.4,
    low=0.1,
    high=1.0,
    step=0.01,
    why="with a trunk of more than this share of the picture's height a person is asked to step away",
    source="judgement: that is 1.5 to 2 m away, where perspective begins to bend angles",
)
MAX_ELEVATION: Final = Tunable(
    "setup.max_elevation_deg",
    "deg",
    default=8.0,
    low=3.0,
    high=30.0,
    step=1.0,
    why="a camera that looks up or down on the hips by more than this is to be moved",
    source="measured on 135 drawn people: all cameras 15 deg above were told, none within 5 deg",
)
MAX_ROLL: Final = Tunable(
    "setup.max_roll_deg",
    "deg",
    default=6.0,
    low=2.0,
    high=30.0,
    step=1.0,
    why="a camera turned about its lens by more than this is to be levelled: the trunk's inclination is off by as much",
    source="measured on synthetic people: roll is known to 1.6 deg (standard deviation) while somebody stands straight",
)
TUNABLES: Final = (WINDOW, WELL, IN_VIEW, BEGIN, MAX_TURN, MIN_SIZE, MIN_SHARE, MAX_SHARE, MAX_ELEVATION, MAX_ROLL)

#: Once said, a thing must be better than its limit by this share of it.
_MARGIN_FRAC: Final = 0.15
#: A check that rests on less of the window than this says nothing.
_MIN_KNOWN_FRAC: Final = 0.5
#: ... and none says anything before so much of it has passed.
_MIN_WINDOW_FRAC: Final = 0.25
#: Sentences are said when more than the first share of pictures asks for them, and until less than the second does.
_SAID_FROM, _SAID_TO = 0.5, 0.3
_TURNS_DEG: Final = 5.0

UNSEEN: Final = "This shows once you stand in the picture for a moment, upright and side-on."
TOO_CLOSE: Final = "You are too close: step away from the camera."


@dataclass(frozen=True, slots=True)
class SetupState:
    """What the set-up check remembers. The default is: nothing yet."""

    window: tuple[Placing, ...] = ()
    """The pictures that count, of the last `setup.window_s`."""
    acting: frozenset[str] = frozenset()
    """The checks that asked for something last."""
    t_s: float = math.nan
    """Of the previous picture."""
    well_since_s: float = math.nan
    leaning_since_s: float = math.nan
    in_view_since_s: float = math.nan
    was_upright: bool = False
    setup: Setup | None = None


def step(state: SetupState, sighting: Sighting, measures: Measures, profile: Profile) -> tuple[SetupState, Setup]:
    """Look at one more picture, of which `measures` were taken: the new memory, and what is to be put right.

    Once it is over it says the same for ever. A pause, or a picture from the past, begins anew.
    """
    if state.setup is not None and state.setup.over:
        return state, state.setup
    return add(state, place(sighting, measures, profile), profile)


def add(state: SetupState, placing: Placing, profile: Mapping[str, float]) -> tuple[SetupState, Setup]:
    """`step` for a picture that has been looked at already."""
    if not 0.0 < placing.t_s - state.t_s <= PAUSE_S:
        state = SetupState()
    seen = not placing.is_empty
    upright = seen and placing.upright
    in_view_since_s = _since(seen, state.in_view_since_s, placing.t_s)
    leaning = seen and state.was_upright and not upright
    leaning_since_s = _since(leaning, state.leaning_since_s, placing.t_s)
    window = state.window
    if not leaning:
        window = (*(one for one in window if placing.t_s - one.t_s < profile[WINDOW.key]), placing)
    checks = _checks(window, state.acting, profile)
    setup = Setup(checks, over=False, from_s=window[0].t_s, to_s=window[-1].t_s)
    well_since_s = _since(setup.is_well, state.well_since_s, placing.t_s)
    was_upright = state.was_upright or upright
    over = (
        placing.t_s - well_since_s >= profile[WELL.key]
        or placing.t_s - leaning_since_s >= profile[BEGIN.key]
        or (not was_upright and placing.t_s - in_view_since_s >= profile[IN_VIEW.key])
    )
    setup = replace(setup, over=over)
    acting = frozenset(check.name for check in checks if check.verdict is Fit.ACT)
    return SetupState(
        window, acting, placing.t_s, well_since_s, leaning_since_s, in_view_since_s, was_upright, setup
    ), setup


def _since(holds: bool, since_s: float, t_s: float) -> float:  # noqa: FBT001  the thing that may hold
    """Since when something holds, now that it does at `t_s`; NaN if it does not."""
    return math.nan if not holds else t_s if math.isnan(since_s) else since_s


# ---------------------------------------------------------------------------------------------------- the checks
@dataclass(frozen=True, slots=True)
class _Seen:
    """The window of one moment."""

    window: tuple[Placing, ...]
    acting: frozenset[str]
    profile: Mapping[str, float]

    def median(self, of: Callable[[Placing], float]) -> float:
        """The median of what is known; NaN if that is less than half."""
        values = np.array([of(one) for one in self.window])
        known = values[np.isfinite(values)]
        return float(np.median(known)) if known.size > _MIN_KNOWN_FRAC * values.size else math.nan

    def beyond(self, name: str, value: float, limit: float) -> bool:
        """Whether a value is above its limit, or not yet below it by the margin after it was."""
        return value > (limit * (1.0 - _MARGIN_FRAC) if name in self.acting else limit)

    def sentence(self, name: str, of: Callable[[Placing], str | None]) -> str | None:
        """What most pictures ask for; empty if nothing, None if that is not known."""
        said = [text for one in self.window if (text := of(one)) is not None]
        if len(said) <= _MIN_KNOWN_FRAC * len(self.window):
            return None
        asked = Counter(text for text in said if text)
        share = asked.total() / len(said)
        return asked.most_common(1)[0][0] if share > (_SAID_TO if name in self.acting else _SAID_FROM) else ""


def _checks(window: tuple[Placing, ...], acting: frozenset[str], profile: Mapping[str, float]) -> tuple[Check, ...]:
    """What is to be said of the pictures of a window."""
    young = window[-1].t_s - window[0].t_s < _MIN_WINDOW_FRAC * profile[WINDOW.key]
    if young:
        return tuple(_unseen(asked.name) for asked in SETUP_CHECKS)
    seen = _Seen(window, acting, profile)
    light = seen.median(lambda one: one.brightness_frac)
    away = sum(one.is_empty for one in window) >= _MIN_KNOWN_FRAC * len(window)
    dark = framing.MIN_BRIGHTNESS_FOUND if away else framing.MIN_BRIGHTNESS
    too_dark = light < profile[dark.key]
    side = _side(seen)
    # The arms of somebody who is turned lie across the back: that is put right by turning.
    back = (
        _unseen("back")
        if side.verdict is Fit.ACT
        else _said(seen, "back", lambda one: one.back, 100.0 * seen.median(lambda one: one.cover_frac))
    )
    told = {
        "person": _person(seen, away=away),
        "light": _check("light", 100.0 * light, framing.TOO_DARK if too_dark else ""),
        "frame": _said(seen, "frame", lambda one: one.frame, math.nan),
        "distance": _distance(seen),
        "side": side,
        "height": _height(seen),
        "level": _level(seen),
        "back": back,
    }
    return tuple(told[asked.name] for asked in SETUP_CHECKS)


_UNITS: Final = {asked.name: asked.unit for asked in SETUP_CHECKS}


def _check(name: str, value: float, sentence: str) -> Check:
    """A check of which all is known."""
    return Check(name, Fit.ACT if sentence else Fit.OK, value, _UNITS[name], sentence)


def _unseen(name: str) -> Check:
    return Check(name, Fit.UNKNOWN, math.nan, _UNITS[name], UNSEEN)


def _person(seen: _Seen, *, away: bool) -> Check:
    people = round(float(np.median([one.people for one in seen.window])))
    sentence = NOBODY if away else f"{people} people are in view: ask the others to step aside." if people > 1 else ""
    return _check("person", float(people), sentence)


def _said(seen: _Seen, name: str, of: Callable[[Placing], str | None], value: float) -> Check:
    sentence = seen.sentence(name, of)
    return _unseen(name) if sentence is None else _check(name, value, sentence)


def _distance(seen: _Seen) -> Check:
    size_px, share = seen.median(lambda one: one.trunk_px), seen.median(lambda one: one.trunk_frac)
    if math.isnan(share):
        return _unseen("distance")
    # A trunk twice too short is a limit twice passed: so one margin serves near and far.
    short = max(seen.profile[MIN_SIZE.key] / size_px, seen.profile[MIN_SHARE.key] / share)
    sentence = ""
    if seen.beyond("distance", short, 1.0) and short > share / seen.profile[MAX_SHARE.key]:
        sentence = framing.TOO_FAR
    elif seen.beyond("distance", share, seen.profile[MAX_SHARE.key]):
        sentence = TOO_CLOSE
    return _check("distance", 100.0 * share, sentence)


def _side(seen: _Seen) -> Check:
    front_deg, yaw_deg = seen.median(lambda one: one.front_deg), seen.median(lambda one: one.yaw_deg)
    facing = round(seen.median(lambda one: one.facing))
    if math.isnan(front_deg):
        return _unseen("side")
    refused = yaw_deg > seen.profile[framing.MAX_YAW.key]
    sentence = ""
    if facing == 0:
        sentence = framing.NOT_SIDE_ON
    elif refused or seen.beyond("side", abs(front_deg), seen.profile[MAX_TURN.key]):
        degrees = max(round(abs(front_deg) / _TURNS_DEG) * _TURNS_DEG, _TURNS_DEG)
        # Facing the picture's right, the camera is on the right hand: who shows it the front turns left, away from it.
        if facing * front_deg > 0.0:
            sentence = f"Turn about {degrees:.0f}° to your left, until the camera sees you exactly from the side."
        else:
            sentence = f"Turn about {degrees:.0f}° to your right, until the camera sees you exactly from the side."
    return _check("side", abs(front_deg), sentence)


def _height(seen: _Seen) -> Check:
    above_deg = seen.median(lambda one: one.elevation_deg)
    if math.isnan(above_deg):
        return _unseen("height")
    sentence = ""
    if seen.beyond("height", abs(above_deg), seen.profile[MAX_ELEVATION.key]):
        degrees = f"{abs(above_deg):.0f}"
        if above_deg > 0.0:
            sentence = f"Lower the camera to the height of your hips: it looks down on you by about {degrees}°."
        else:
            sentence = f"Raise the camera to the height of your hips: it looks up at you by about {degrees}°."
    return _check("height", above_deg, sentence)


def _level(seen: _Seen) -> Check:
    roll_deg = seen.median(lambda one: one.roll_deg)
    if math.isnan(roll_deg):
        return _unseen("level")
    sentence = ""
    if seen.beyond("level", abs(roll_deg), seen.profile[MAX_ROLL.key]):
        degrees = f"{abs(roll_deg):.0f}"
        if roll_deg > 0.0:
            sentence = f"Level the camera: turn it about {degrees}° clockwise, seen from behind it."
        else:
            sentence = f"Level the camera: turn it about {degrees}° anticlockwise, seen from behind it."
    return _check("level", roll_deg, sentence)
