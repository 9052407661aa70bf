"""Does a stored calibration still fit: its age, its network, the camera, the person, the position? Pure.

`notices` checks what is known at one moment; `step` does so along a stream and remembers the result, so that a notice
once given stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.calibration import STANDING, USED_FOR, Calibration, Calibrations, CameraSetup, Notice
from posecheck.kinematics.spine import personal_neutral
from posecheck.kinematics.spine.network import CODE_SIZE, Code, Network
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Check, Setup
from posecheck.tunables import Tunable

MAX_AGE: Final = Tunable(
    "match.max_age_days",
    "days",
    default=90.0,
    low=1.0,
    high=3650.0,
    step=1.0,
    why="an older calibration is reported as old; it is still used",
    source="judgement: a season of daily stretching changes how far a back bends, and clothes change with it",
)
MAX_YAW: Final = Tunable(
    "match.max_yaw_change_deg",
    "deg",
    default=12.0,
    low=3.0,
    high=45.0,
    step=1.0,
    why="turned to the camera by so much more or less than then, a calibration is reported not to fit",
    source="measured on 270 synthetic people: how far somebody has turned is known to 6 deg (standard deviation); this is twice that",
)
MAX_ELEVATION: Final = Tunable(
    "match.max_elevation_change_deg",
    "deg",
    default=8.0,
    low=3.0,
    high=45.0,
    step=1.0,
    why="with the camera looking down by so much more or less than then, a calibration is reported not to fit",
    source="as setup.max_elevation_deg; three times the error of the reading (2.7 deg, measured on 135 synthetic people)",
)
MAX_ROLL: Final = Tunable(
    "match.max_roll_change_deg",
    "deg",
    default=6.0,
    low=2.0,
    high=45.0,
    step=1.0,
    why="with the camera turned about its lens by so much more or less than then, a calibration is reported not to fit",
    source="as setup.max_roll_deg; more than three times the error of the reading (1.6 deg on synthetic people)",
)
MAX_DISTANCE: Final = Tunable(
    "match.max_distance_factor",
    "",
    default=1.6,
    low=1.1,
    high=5.0,
    step=0.1,
    why="so many times as large or as small in the picture as then, a calibration is reported not to fit",
    source="judgement: as from 2.5 m to 4 m, over which perspective and the sharpness of the outline change",
)
MAX_PERSON: Final = Tunable(
    "match.max_person_deg",
    "deg",
    default=3.0,
    low=0.5,
    high=20.0,
    step=0.5,
    why="if the stored neutral changes the reading of the upright back by more than this, it is another person's, and not used",
    source="measured on 80 synthetic people (python -m benchmarks.calibration): of single pictures of one person before different cameras 7 in 100 differ by more, of two people 25 in 100: it notices those whose neutral does most harm, and no more",
)
PERSON_TIME: Final = Tunable(
    "match.person_s",
    "s",
    default=2.0,
    low=0.5,
    high=10.0,
    step=0.5,
    why="after so many seconds of being upright a person is compared with the calibration",
    source="judgement: enough to average sway, and over before most people bend",
)
TUNABLES: Final = (MAX_AGE, MAX_YAW, MAX_ELEVATION, MAX_ROLL, MAX_DISTANCE, MAX_PERSON, PERSON_TIME)


@dataclass(frozen=True, slots=True)
class MatchState:
    """How well a calibration fits, as far as known. The default: nothing yet."""

    camera: CameraSetup | None = None
    """As the set-up check left it."""
    person_deg: float = math.nan
    """`person_deg`, once the person was upright for long enough."""


def step(
    state: MatchState,
    calibrations: Calibrations,
    position: str,
    setup: Setup,
    image_wh: tuple[int, int],
    live: personal_neutral.NeutralState,
    profile: Mapping[str, float],
    network: Network,
) -> tuple[MatchState, tuple[Notice, ...]]:
    """Check one more frame, in a stretch done in `position`: the new state, and what does not fit."""
    one = calibrations.of(position)
    camera, distance_deg = state.camera, state.person_deg
    if camera is None and setup.over:
        camera = camera_of(setup.checks, image_wh)
    if math.isnan(distance_deg) and one is not None:
        upright = personal_neutral.live_of(live, one.position)
        if upright is not None and upright.seen_s >= profile[PERSON_TIME.key]:
            distance_deg = person_deg(one, upright.code, network)
    found = notices(
        calibrations, position, profile, spine_model_sha256=network.sha256, camera=camera, person_deg=distance_deg
    )
    return MatchState(camera, distance_deg), found


def notices(
    calibrations: Calibrations,
    position: str,
    profile: Mapping[str, float],
    *,
    spine_model_sha256: str,
    camera: CameraSetup | None = None,
    person_deg: float = math.nan,
) -> tuple[Notice, ...]:
    """What does not fit, in a stretch done in `position`; empty when all does, and where no neutral is needed.

    `camera` is how camera and person are placed now, None while that is not known; `person_deg` the result of the
    function of that name, NaN while it is not known. What is not known gives no notice.
    """
    wanted = USED_FOR.get(position)
    if wanted is None:
        return ()
    one = calibrations.of(position)
    if one is None:
        only = ReasonCode.MATCH_ONLY_SEATED if wanted == STANDING else ReasonCode.MATCH_ONLY_STANDING
        return (Notice("position", Reason(only)),) if any(calibrations) else ()
    if one.spine_model_sha256 != spine_model_sha256:
        return (Notice("network", Reason(ReasonCode.MATCH_NETWORK)),)
    found = []
    if one.age_days > profile[MAX_AGE.key]:
        found.append(Notice("age", Reason(ReasonCode.MATCH_AGE, days=round(one.age_days))))
    if camera is not None:
        found += _camera(one.camera, camera, profile)
    if person_deg > profile[MAX_PERSON.key]:
        found.append(Notice("person", Reason(ReasonCode.MATCH_PERSON)))
    return tuple(found)


def _camera(then: CameraSetup, now: CameraSetup, profile: Mapping[str, float]) -> list[Notice]:
    """What changed too much in how the camera is placed; NaN on either side gives no notice.

    Nor does a session that began in a bend, in which the person was not seen upright.
    """
    found: dict[str, Reason] = {}
    if math.isnan(now.elevation_deg) and not math.isnan(then.elevation_deg):
        return []
    turned_deg = abs(now.yaw_deg - then.yaw_deg)
    if turned_deg > profile[MAX_YAW.key]:
        found["yaw"] = Reason(ReasonCode.MATCH_YAW, degrees=round(turned_deg))
    raised_deg = abs(now.elevation_deg - then.elevation_deg)
    if raised_deg > profile[MAX_ELEVATION.key]:
        found["height"] = Reason(ReasonCode.MATCH_HEIGHT, degrees=round(raised_deg))
    rolled_deg = abs(now.roll_deg - then.roll_deg)
    if rolled_deg > profile[MAX_ROLL.key]:
        found["roll"] = Reason(ReasonCode.MATCH_ROLL, degrees=round(rolled_deg))
    factor = now.trunk_frac / then.trunk_frac if then.trunk_frac > 0.0 else math.nan
    if factor > profile[MAX_DISTANCE.key]:
        found["distance"] = Reason(ReasonCode.MATCH_CLOSER)
    elif factor < 1.0 / profile[MAX_DISTANCE.key]:
        found["distance"] = Reason(ReasonCode.MATCH_FURTHER)
    return [Notice(name, reason) for name, reason in found.items()]


def camera_of(checks: tuple[Check, ...], image_wh: tuple[int, int]) -> CameraSetup:
    """How camera and person are placed, as the set-up check found it."""
    values = {check.name: check.value for check in checks}
    return CameraSetup(
        yaw_deg=values["side"],
        elevation_deg=values["height"],
        roll_deg=values["level"],
        trunk_frac=values["distance"] / 100.0,
        image_wh=image_wh,
    )


def person_deg(one: Calibration, live: Code, network: Network) -> float:
    """How far the person differs from the calibration: how much it changes the flexion of their upright back, in degrees.

    0: as if it had been taken now; range 0..about 20. NaN for a code of another size.
    Limits: only differences that change the reading count, so people of similar build cannot be distinguished.
    """
    if len(one.code) != CODE_SIZE:
        return math.nan
    stored = np.asarray(one.code, np.float32)
    return abs(network.predict(live, stored).flexion_deg - network.predict(live, live).flexion_deg)
