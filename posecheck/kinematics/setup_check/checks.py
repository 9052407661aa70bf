"""The set-up checks: one verdict, and one reason to act, for each thing. Pure, without memory.

Each check uses the median of the last seconds, so that a single frame changes nothing. A check that failed passes only
once it is right by a margin.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.kinematics import framing
from posecheck.kinematics.setup_check.observation import Asked, Observation
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import SETUP_CHECKS, Check, Fit
from posecheck.tunables import Tunable

MAX_TURN: Final = Tunable(
    "setup.max_turn_deg",
    "deg",
    default=15.0,
    low=5.0,
    high=45.0,
    step=1.0,
    why="turned further than this from side-on, a person is asked to turn; the back is still judged up to view.max_yaw_deg",
    source="measured on 270 synthetic people: the reading is off by 6 deg (standard deviation); yaw up to 15 costs the back little",
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
    default=0.45,
    low=0.1,
    high=1.0,
    step=0.01,
    why="with a trunk of more than this share of the picture's height a person is asked to step away",
    source="judgement: that is about 1.5 m away, where perspective begins to bend angles; synthetic people on the floor fill 0.41",
)
MAX_ELEVATION: Final = Tunable(
    "setup.max_elevation_deg",
    "deg",
    default=8.0,
    low=3.0,
    high=30.0,
    step=1.0,
    why="a camera that looks up or down on the hips by more than this is to be moved",
    source="measured on 135 synthetic people: all cameras 15 deg above were reported, none within 5 deg",
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
TUNABLES: Final = (MAX_TURN, MIN_SIZE, MIN_SHARE, MAX_SHARE, MAX_ELEVATION, MAX_ROLL)

#: After a failure a value must be better than its limit by this share of it.
_MARGIN_FRAC: Final = 0.15
#: A check that is known in less of the window than this is UNKNOWN.
_MIN_KNOWN_FRAC: Final = 0.5
#: ... and all are before this share of it has passed.
_MIN_WINDOW_FRAC: Final = 0.25
#: A reason is given when more than the first share of pictures asks for them, and until less than the second does.
_ASKED_FROM, _ASKED_TO = 0.5, 0.3
_TURNS_DEG: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """The window of one moment."""

    window: tuple[Observation, ...]
    acting: frozenset[str]
    profile: Mapping[str, float]

    def median(self, of: Callable[[Observation], float]) -> float:
        """The median of what is known; NaN if that is less than half."""
        values = np.array([of(one) for one in self.window])
        known = values[np.isfinite(values)]
        return float(np.median(known)) if known.size > _MIN_KNOWN_FRAC * values.size else math.nan

    def beyond(self, name: str, value: float, limit: float) -> bool:
        """Whether a value is above its limit, or not yet below it by the margin after it was."""
        return value > (limit * (1.0 - _MARGIN_FRAC) if name in self.acting else limit)

    def asked(self, name: str, of: Callable[[Observation], Asked]) -> Asked:
        """What most pictures ask for; "" if nothing, None if that is not known."""
        known = [one for picture in self.window if (one := of(picture)) is not None]
        if len(known) <= _MIN_KNOWN_FRAC * len(self.window):
            return None
        asked = Counter(one for one in known if one)
        share = asked.total() / len(known)
        return asked.most_common(1)[0][0] if share > (_ASKED_TO if name in self.acting else _ASKED_FROM) else ""


def checks(
    window: tuple[Observation, ...], acting: frozenset[str], window_s: float, profile: Mapping[str, float]
) -> tuple[Check, ...]:
    """One check for each of `SETUP_CHECKS`, from the frames of a window.

    `window` is not empty, `window_s` is how long it is once it is full, `acting` the checks that asked for something
    last, `profile` holds the room's numbers. UNKNOWN where less than half of the frames are known.
    """
    young = window[-1].t_s - window[0].t_s < _MIN_WINDOW_FRAC * window_s
    if young:
        return tuple(_unseen(asked.name) for asked in SETUP_CHECKS)
    seen = _Seen(window, acting, profile)
    light = seen.median(lambda one: one.brightness_frac)
    away = sum(one.is_empty for one in window) >= _MIN_KNOWN_FRAC * len(window)
    dark = framing.MIN_BRIGHTNESS_FOUND if away else framing.MIN_BRIGHTNESS
    too_dark = light < profile[dark.key]
    side = _side(seen)
    # Of a person who is turned the arms cover the back: turning corrects that.
    back = (
        _unseen("back")
        if side.verdict is Fit.ACT
        else _asked(seen, "back", lambda one: one.back, 100.0 * seen.median(lambda one: one.cover_frac))
    )
    found = {
        # In the dark it is not known whether anybody is there: only light is asked for.
        "person": _unseen("person") if away and too_dark else _person(seen, away=away),
        "light": _check("light", 100.0 * light, Reason(ReasonCode.VIEW_TOO_DARK) if too_dark else None),
        "frame": _asked(seen, "frame", lambda one: one.frame, math.nan),
        "distance": _distance(seen),
        "side": side,
        "height": _height(seen),
        "level": _level(seen),
        "back": back,
    }
    return tuple(found[asked.name] for asked in SETUP_CHECKS)


_UNITS: Final = {asked.name: asked.unit for asked in SETUP_CHECKS}


def _check(name: str, value: float, reason: Reason | None) -> Check:
    """A check of which all is known."""
    return Check(name, Fit.OK if reason is None else Fit.ACT, value, _UNITS[name], reason)


def _unseen(name: str) -> Check:
    return Check(name, Fit.UNKNOWN, math.nan, _UNITS[name], Reason(ReasonCode.SETUP_UNSEEN))


def _person(seen: _Seen, *, away: bool) -> Check:
    people = round(float(np.median([one.people for one in seen.window])))
    reason = None
    if away:
        reason = Reason(ReasonCode.VIEW_NOBODY)
    elif people > 1:
        reason = Reason(ReasonCode.SETUP_OTHERS, people=people)
    return _check("person", float(people), reason)


def _asked(seen: _Seen, name: str, of: Callable[[Observation], Asked], value: float) -> Check:
    asked = seen.asked(name, of)
    return _unseen(name) if asked is None else _check(name, value, asked or None)


def _distance(seen: _Seen) -> Check:
    size_px, share = seen.median(lambda one: one.trunk_px), seen.median(lambda one: one.trunk_frac)
    if math.isnan(share):
        return _unseen("distance")
    # A trunk twice too short is a limit twice passed: so one margin serves near and far.
    short = max(seen.profile[MIN_SIZE.key] / size_px, seen.profile[MIN_SHARE.key] / share)
    reason = None
    if seen.beyond("distance", short, 1.0) and short > share / seen.profile[MAX_SHARE.key]:
        reason = Reason(ReasonCode.VIEW_TOO_FAR)
    elif seen.beyond("distance", share, seen.profile[MAX_SHARE.key]):
        reason = Reason(ReasonCode.SETUP_TOO_CLOSE)
    return _check("distance", 100.0 * share, reason)


def _side(seen: _Seen) -> Check:
    front_deg, yaw_deg = seen.median(lambda one: one.front_deg), seen.median(lambda one: one.yaw_deg)
    facing = round(seen.median(lambda one: one.facing))
    if math.isnan(front_deg):
        return _unseen("side")
    refused = yaw_deg > seen.profile[framing.MAX_YAW.key]
    reason = None
    if facing == 0:
        reason = Reason(ReasonCode.VIEW_NOT_SIDE_ON)
    elif refused or seen.beyond("side", abs(front_deg), seen.profile[MAX_TURN.key]):
        degrees = max(round(abs(front_deg) / _TURNS_DEG) * _TURNS_DEG, _TURNS_DEG)
        # Facing the picture's right, the camera is at the right hand: with the front towards it, turn left, away from it.
        left = facing * front_deg > 0.0
        reason = Reason(ReasonCode.SETUP_TURN_LEFT if left else ReasonCode.SETUP_TURN_RIGHT, degrees=degrees)
    return _check("side", abs(front_deg), reason)


def _height(seen: _Seen) -> Check:
    above_deg = seen.median(lambda one: one.elevation_deg)
    if math.isnan(above_deg):
        return _unseen("height")
    reason = None
    if seen.beyond("height", abs(above_deg), seen.profile[MAX_ELEVATION.key]):
        code = ReasonCode.SETUP_LOWER if above_deg > 0.0 else ReasonCode.SETUP_RAISE
        reason = Reason(code, degrees=round(abs(above_deg)))
    return _check("height", above_deg, reason)


def _level(seen: _Seen) -> Check:
    roll_deg = seen.median(lambda one: one.roll_deg)
    if math.isnan(roll_deg):
        return _unseen("level")
    reason = None
    if seen.beyond("level", abs(roll_deg), seen.profile[MAX_ROLL.key]):
        code = ReasonCode.SETUP_CLOCKWISE if roll_deg > 0.0 else ReasonCode.SETUP_ANTICLOCKWISE
        reason = Reason(code, degrees=round(abs(roll_deg)))
    return _check("level", roll_deg, reason)
