"""How does this person stand or sit tall, and how far can they round? The steps of a calibration.

    "tall"   stand (or sit) as tall as you can, still, well seen, for 3 s in all
    "round"  round as far as is comfortable, for 5 s in all; may be left out (`skip`)
    "done"   `CalibrationProgress.calibration` holds what was found

Only frames that are seen count. A short loss only pauses the time; a longer one, or a step, restarts the tall part; no
part ends on a frame that does not count. The problem is one reason: the first thing to correct.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from posecheck.calibration import STANDING, Calibration
from posecheck.kinematics import measures, positions
from posecheck.kinematics.calibration import end_range
from posecheck.kinematics.calibration.matching import camera_of
from posecheck.kinematics.setup_check import checks
from posecheck.kinematics.setup_check.check_state import WINDOW
from posecheck.kinematics.setup_check.observation import Observation, observe
from posecheck.kinematics.spine import personal_neutral
from posecheck.kinematics.spine.dorsal_profile import axis_px
from posecheck.kinematics.spine.network import Network, bundled_network
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import PAUSE_S, Check, Fit, Measures, Sighting
from posecheck.tunables import Profile, Tunable

TALL: Final = "tall"
ROUND: Final = "round"
DONE: Final = "done"

TALL_TIME: Final = Tunable(
    "calibrate.tall_s",
    "s",
    default=3.0,
    low=1.0,
    high=10.0,
    step=0.5,
    why="how long somebody must stand or sit tall and still to be calibrated; longer averages more sway",
    source="judgement: one slow breath, over which the mean of the readings no longer moves",
)
STILL: Final = Tunable(
    "calibrate.still_trunks",
    "",
    default=0.08,
    low=0.02,
    high=0.5,
    step=0.01,
    why="hips or shoulders that move further than this within half a second, in lengths of the trunk, are not still",
    source="judgement: ordinary sway moves the shoulders by 0.03-0.05 in that time, a step or a bend by more than 0.1",
)
BLINK: Final = Tunable(
    "calibrate.blink_s",
    "s",
    default=0.7,
    low=0.0,
    high=5.0,
    step=0.1,
    why="after not standing tall, still and well seen for longer than this, the seconds are counted from the start",
    source="judgement: as for the facing, longer than a glitch",
)
MAX_TALL: Final = Tunable(
    "calibrate.max_tall_deg",
    "deg",
    default=40.0,
    low=10.0,
    high=60.0,
    step=1.0,
    why="a person who reads rounder than this while standing or sitting tall is asked to grow taller",
    source="measured on synthetic people: none of them read more while they stood; a person who was asked to is believed further than one who happens to stand upright (own.max_standing_deg)",
)
TUNABLES: Final = (TALL_TIME, STILL, BLINK, MAX_TALL, *end_range.TUNABLES)

#: Nothing counts while one of these set-up checks fails.
_NEEDED: Final = ("person", "light", "frame", "distance", "side")
#: Stillness is judged over so long.
_STILL_S: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationState:
    """What a calibration remembers from one frame to the next. Made by `start`."""

    position: str
    with_round: bool
    measures: measures.MeasureState
    stage: str = TALL
    t_s: float = math.nan
    window: tuple[Observation, ...] = ()
    acting: frozenset[str] = frozenset()
    places: tuple[tuple[float, tuple[float, float, float, float]], ...] = ()
    """Time and place of hips and shoulders, for the stillness."""
    bad_since_s: float = math.nan
    neutral_deg: float = math.nan
    """The reading at the end of the tall part."""
    rounded: end_range.Rounded = field(default_factory=end_range.Rounded)
    taken: Calibration | None = None


@dataclass(frozen=True, slots=True)
class CalibrationProgress:
    """What to show for one frame."""

    stage: str
    """"tall", "round" or "done"."""
    title: str
    """Key of the message: what is going on."""
    text: str
    """Key of the message: what to do."""
    progress: float
    """Of the stage, 0..1."""
    left_s: float
    """Seconds still to go in this stage."""
    problem: Reason | None
    """Why this frame does not count; None when it does."""
    measures: Measures
    own_max_deg: float
    """How far the person has rounded so far; NaN before that."""
    calibration: Calibration | None
    """What was found, once done; day and version are still to be filled in."""


def start(position: str, *, with_round: bool = True) -> CalibrationState:
    """The beginning, for "standing" or "seated" (on a chair or on the floor)."""
    return CalibrationState(position, with_round, measures.start())


def skip(state: CalibrationState) -> CalibrationState:
    """Leave the rounding out: end it, or do not begin it."""
    state = replace(state, with_round=False)
    return replace(state, stage=DONE) if state.stage == ROUND else state


def step(
    state: CalibrationState, sighting: Sighting, profile: Profile, network: Network | None = None
) -> tuple[CalibrationState, CalibrationProgress]:
    """Take in one frame: the new state, and what to show.

    A frame from the past starts again; a pause counts as not being seen.
    """
    network = network or bundled_network()
    if sighting.t_s <= state.t_s:
        state = start(state.position, with_round=state.with_round)
    tall = max(
        profile[personal_neutral.MAX_STANDING.key], profile[personal_neutral.MAX_SEATED.key], profile[MAX_TALL.key]
    )
    asked = profile.with_layer(
        {personal_neutral.MAX_STANDING.key: tall, personal_neutral.MAX_SEATED.key: tall}, "calibrating"
    )
    passed_s = sighting.t_s - state.t_s
    if state.stage == TALL and passed_s > PAUSE_S:
        state = replace(state, measures=replace(state.measures, own=personal_neutral.NeutralState(t_s=state.t_s)))
    before = state.measures.own
    measuring, measured = measures.step(state.measures, sighting, asked, network=network)
    observed = observe(sighting, measured, profile)
    kept = () if passed_s > PAUSE_S else state.window
    window = (*(one for one in kept if observed.t_s - one.t_s < profile[WINDOW.key]), observed)
    checked = checks.checks(window, state.acting, profile[WINDOW.key], profile)
    state = replace(
        state,
        measures=measuring,
        t_s=sighting.t_s,
        window=window,
        acting=frozenset(check.name for check in checked if check.verdict is Fit.ACT),
    )
    problem: Reason | None = None
    if state.stage == TALL:
        state, problem = _tall(state, sighting, measured, checked, before, passed_s, profile, network)
    else:  # rounded or bent: not to be learnt as standing tall
        state = replace(state, measures=replace(measuring, own=replace(before, t_s=sighting.t_s)))
        if state.stage == ROUND:
            state, problem = _round(state, measured, passed_s, profile)
    return state, _shown(state, measured, problem, profile)


# ------------------------------------------------------------------------------------------------ standing tall
def _tall(
    state: CalibrationState,
    sighting: Sighting,
    measured: Measures,
    checked: tuple[Check, ...],
    before: personal_neutral.NeutralState,
    passed_s: float,
    profile: Mapping[str, float],
    network: Network,
) -> tuple[CalibrationState, Reason | None]:
    known, learnt = (
        personal_neutral.live_of(before, state.position),
        personal_neutral.live_of(state.measures.own, state.position),
    )
    places = _places(state, sighting)
    state = replace(state, places=places)
    problem = _in_the_way(state, measured, checked, profile)
    if problem is None and (learnt is None or learnt is known) and passed_s > 0.0:
        problem = Reason(ReasonCode.CALIBRATE_GROW)
    if problem is not None:
        since_s = sighting.t_s if math.isnan(state.bad_since_s) else state.bad_since_s
        lost = sighting.t_s - since_s > profile[BLINK.key]
        kept = personal_neutral.NeutralState(t_s=sighting.t_s) if lost else replace(before, t_s=sighting.t_s)
        return replace(state, measures=replace(state.measures, own=kept), bad_since_s=since_s), problem
    state = replace(state, bad_since_s=math.nan)
    if learnt is None or learnt.seen_s < profile[TALL_TIME.key]:
        return state, None
    taken = Calibration(
        position=state.position,
        code=tuple(learnt.code.tolist()),
        seen_s=learnt.seen_s,
        tallest_deg=learnt.tallest_deg,
        own_max_deg=math.nan,
        facing=measured.view.facing,
        camera=camera_of(checked, sighting.image_wh),
        spine_model_sha256=network.sha256,
    )
    stage = ROUND if state.with_round else DONE
    return replace(state, stage=stage, taken=taken, neutral_deg=measured["spine_flexion_deg"]), None


def _in_the_way(
    state: CalibrationState, measured: Measures, checked: tuple[Check, ...], profile: Mapping[str, float]
) -> Reason | None:
    """The first thing to correct before time counts; None if there is none."""
    for check in checked:
        if check.name in _NEEDED and check.verdict is Fit.ACT:
            return check.reason
    if measured.view.reason is not None:
        return measured.view.reason
    stands = state.position == STANDING
    wanted = {positions.STANDING} if stands else {positions.SEATED, positions.FLOOR}
    if measured.view.position not in wanted:
        return Reason(ReasonCode.CALIBRATE_STAND_TALL if stands else ReasonCode.CALIBRATE_SIT_TALL)
    if not abs(measured["trunk_inclination_deg"]) <= profile[personal_neutral.MAX_LEAN.key]:
        return Reason(ReasonCode.CALIBRATE_COME_UP)
    return None if _is_still(state, profile[STILL.key]) else Reason(ReasonCode.CALIBRATE_KEEP_STILL)


def _places(state: CalibrationState, sighting: Sighting) -> tuple[tuple[float, tuple[float, float, float, float]], ...]:
    """Where hips and shoulders were in the last half second."""
    hip, shoulder = axis_px(sighting.landmarks_px)
    here = (float(hip[0]), float(hip[1]), float(shoulder[0]), float(shoulder[1]))
    return (*(one for one in state.places if sighting.t_s - one[0] <= _STILL_S), (sighting.t_s, here))


def _is_still(state: CalibrationState, limit_trunks: float) -> bool:
    """Whether hips and shoulders stayed where they were; frames without a person are ignored."""
    points = np.array([place for _, place in state.places if not math.isnan(sum(place))])
    if len(points) == 0:
        return False
    trunk_px = float(np.hypot(*(points[-1, 2:] - points[-1, :2])))
    moved = np.ptp(points, axis=0).reshape(2, 2)
    return bool(np.hypot(moved[:, 0], moved[:, 1]).max() <= limit_trunks * trunk_px)


# ------------------------------------------------------------------------------------------------ rounding
def _round(
    state: CalibrationState, measured: Measures, passed_s: float, profile: Mapping[str, float]
) -> tuple[CalibrationState, Reason | None]:
    flexion_deg = measured["spine_flexion_deg"]
    taken = state.taken
    if math.isnan(flexion_deg) or taken is None:
        return state, measured.view.reason or Reason(ReasonCode.CALIBRATE_NOT_SEEN)
    rounded = end_range.add(state.rounded, flexion_deg, state.neutral_deg, passed_s, profile)
    state = replace(state, rounded=rounded)
    if not end_range.is_over(rounded, profile):
        short = rounded.counted_s >= profile[end_range.ROUND_TIME.key]
        return state, Reason(ReasonCode.CALIBRATE_ROUND_MORE) if short else None
    own_max_deg = end_range.credible_max_deg(rounded, profile)
    return replace(state, stage=DONE, taken=replace(taken, own_max_deg=own_max_deg)), None


# ------------------------------------------------------------------------------------------------ what is shown
def _shown(
    state: CalibrationState, measured: Measures, problem: Reason | None, profile: Mapping[str, float]
) -> CalibrationProgress:
    learnt = personal_neutral.live_of(state.measures.own, state.position)
    wanted_s, done_s = 0.0, 0.0
    if state.stage == TALL:
        wanted_s, done_s = profile[TALL_TIME.key], 0.0 if learnt is None else learnt.seen_s
    elif state.stage == ROUND:
        wanted_s, done_s = profile[end_range.ROUND_TIME.key], state.rounded.counted_s
    text = f"calibrate.{state.stage}.{state.position}" if state.stage == TALL else f"calibrate.{state.stage}.text"
    return CalibrationProgress(
        stage=state.stage,
        title=f"calibrate.{state.stage}.title",
        text=text,
        progress=min(done_s / wanted_s, 1.0) if wanted_s > 0.0 else 1.0,
        left_s=max(wanted_s - done_s, 0.0),
        problem=problem,
        measures=measured,
        own_max_deg=end_range.held_deg(state.rounded.samples, profile[end_range.HELD.key]),
        calibration=state.taken if state.stage == DONE else None,
    )
