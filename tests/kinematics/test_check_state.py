"""The set-up check says the same at any scale and frame rate, mirrors with the person, and does not flutter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import PAIRED, Landmark, Side, of
from posecheck.kinematics import framing, measures, view
from posecheck.kinematics.setup_check import check_state, checks, observation
from posecheck.kinematics.setup_check.observation import Observation
from posecheck.reasons import Reason, ReasonCode, english
from posecheck.records import SETUP_CHECKS, Check, Fit, Floats, Setup, Sighting, frozen
from tests.examples import examples
from tests.kinematics.room import PROFILE, with_numbers
from tests.stick_figure import nobody, stick_figure

#: Somebody well placed.
WELL = Observation(
    t_s=0.0,
    people=1,
    brightness_frac=0.5,
    lean_deg=2.0,
    standing=True,
    facing=1,
    front_deg=3.0,
    yaw_deg=10.0,
    trunk_px=110.0,
    trunk_frac=0.23,
    elevation_deg=1.0,
    roll_deg=0.5,
    frame="",
    back="",
    cover_frac=1.0,
)
AWAY = replace(
    WELL,
    people=0,
    lean_deg=math.nan,
    front_deg=math.nan,
    yaw_deg=math.nan,
    trunk_px=math.nan,
    trunk_frac=math.nan,
    frame=None,
    back=None,
    elevation_deg=math.nan,
    roll_deg=math.nan,
    standing=False,
    facing=0,
)
#: So that the check goes on while a test looks.
LASTING = with_numbers(setup__well_s=10.0, setup__in_view_s=60.0)


def seen_as(observations: Iterable[Observation], profile: object = LASTING) -> list[Setup]:
    """What is said of a whole stream."""
    state, out = check_state.SetupState(), []
    for one in observations:
        state, said = check_state.add(state, one, LASTING if profile is None else profile)  # type: ignore[arg-type]
        out.append(said)
    return out


def lasting(placed: Observation, for_s: float = 3.0, fps: float = 10.0, from_s: float = 0.0) -> list[Observation]:
    """The same for a while."""
    return [replace(placed, t_s=from_s + i / fps) for i in range(round(for_s * fps) + 1)]


def named(said: Setup) -> dict[str, Check]:
    """The checks by name."""
    return {check.name: check for check in said.checks}


# ------------------------------------------------------------------------------------------------------- each limit
LIMITS = [
    ("side", "front_deg", checks.MAX_TURN.default, "to your left,"),
    ("side", "front_deg", -checks.MAX_TURN.default, "to your right,"),
    ("height", "elevation_deg", checks.MAX_ELEVATION.default, "Lower the camera"),
    ("height", "elevation_deg", -checks.MAX_ELEVATION.default, "Raise the camera"),
    ("level", "roll_deg", checks.MAX_ROLL.default, "° clockwise"),
    ("level", "roll_deg", -checks.MAX_ROLL.default, "anticlockwise"),
    ("distance", "trunk_frac", checks.MAX_SHARE.default, "too close"),
]


@pytest.mark.parametrize(("name", "what", "limit", "words"), LIMITS)
def test_a_limit_is_said_beyond_it_and_until_better_by_a_margin(name: str, what: str, limit: float, words: str) -> None:
    """Just below: fine. Just above: said. A little below again: still said. Well below: fine."""
    parts = [lasting(replace(WELL, **{what: limit * part})) for part in (0.95, 1.05, 0.95, 0.7)]  # type: ignore[arg-type]
    stream = [replace(one, t_s=i / 10) for i, one in enumerate(one for part in parts for one in part)]
    said = seen_as(stream)
    ends = [named(said[at - 1])[name] for at in (31, 62, 93, 124)]
    assert [check.verdict for check in ends] == [Fit.OK, Fit.ACT, Fit.ACT, Fit.OK]
    assert words in english(ends[1].reason)
    assert ends[3].reason is None


def test_too_small_in_pixels_or_in_share_is_too_far() -> None:
    """Either limit asks to come closer; the gate's own limit lies beyond."""
    for placed in (replace(WELL, trunk_px=50.0), replace(WELL, trunk_frac=0.08)):
        check = named(seen_as(lasting(placed))[-1])["distance"]
        assert check.reason == Reason(ReasonCode.VIEW_TOO_FAR)
    assert PROFILE[checks.MIN_SIZE.key] > PROFILE[framing.MIN_TRUNK.key]


def test_what_the_gate_refuses_is_never_well() -> None:
    """However the signed reading falls out, a view that is not judged is to be turned."""
    placed = replace(WELL, front_deg=2.0, yaw_deg=PROFILE[framing.MAX_YAW.key] + 1.0)
    assert named(seen_as(lasting(placed))[-1])["side"].verdict is Fit.ACT


def test_light_is_the_gates_own_limit() -> None:
    """The set-up has no second number for the dark, and knows that nobody may be found in it."""
    dim = replace(WELL, brightness_frac=0.1)
    assert named(seen_as(lasting(dim))[-1])["light"].verdict is Fit.OK
    strict = with_numbers(view__min_brightness_frac=0.2)
    assert named(seen_as(lasting(dim), strict)[-1])["light"].reason == Reason(ReasonCode.VIEW_TOO_DARK)
    night = seen_as(lasting(replace(AWAY, brightness_frac=0.1)))[-1]
    asked = [check.reason for check in night.checks if check.verdict is Fit.ACT]
    assert asked == [
        Reason(ReasonCode.VIEW_TOO_DARK)
    ]  # nobody is asked to step into a picture in which they may stand already


def test_what_was_not_seen_is_unknown_and_never_well() -> None:
    """Nobody in view: nothing is known but the light, each with what to do, and the set-up is not well."""
    said = seen_as(lasting(AWAY))[-1]
    assert {check.name for check in said.checks if check.verdict is Fit.UNKNOWN} == {
        asked.name for asked in SETUP_CHECKS
    } - {"person", "light"}
    assert all(check.reason == Reason(ReasonCode.SETUP_UNSEEN) for check in said.checks if check.verdict is Fit.UNKNOWN)
    assert not said.is_well
    assert not seen_as(lasting(WELL, 0.3))[-1].is_well


# --------------------------------------------------------------------------------------------------------- its end
def test_it_is_over_after_a_second_of_all_well_and_stays_as_it_was() -> None:
    """Half a second to know, a second of it; `step` then says the same whatever comes."""
    said = seen_as(lasting(WELL, 2.0), PROFILE)
    assert [one.over for one in said] == [False] * 15 + [True] * 6
    state = check_state.SetupState(setup=said[-1])
    sighting = nobody(99.0)
    _, measured = measures.step(measures.start(), sighting, PROFILE)
    assert check_state.step(state, sighting, measured, PROFILE) == (state, said[-1])


def test_bending_ends_it_and_leaves_out_the_bend() -> None:
    """The checks rest on the time before; a bend shorter than a glitch ends nothing."""
    turned = replace(WELL, front_deg=25.0)
    bent = replace(turned, lean_deg=60.0, front_deg=0.0, frame=Reason(ReasonCode.SETUP_NO_ROOM))
    said = seen_as([*lasting(turned, 2.0), *lasting(bent, 1.0, from_s=2.1)])
    assert said[-1].over
    assert not said[-5].over
    assert said[-1].to_s == pytest.approx(2.0)
    assert named(said[-1])["side"].verdict is Fit.ACT
    assert named(said[-1])["frame"].verdict is Fit.OK
    again = seen_as([*lasting(turned, 2.0), *lasting(bent, 0.5, from_s=2.1), *lasting(turned, 1.0, from_s=2.7)])
    assert not any(one.over for one in again)


def test_who_lies_has_it_end_after_a_while() -> None:
    """Never upright: five seconds in view are enough; whoever leans over the keyboard first is waited for."""
    lying = replace(WELL, lean_deg=90.0, standing=False, back=None, front_deg=30.0)
    said = seen_as(lasting(lying, 6.0), PROFILE)
    assert [one.over for one in said].index(True) == 50
    early = seen_as([*lasting(lying, 3.0), *lasting(replace(WELL, front_deg=30.0), 4.0, from_s=3.1)], PROFILE)
    assert not any(one.over for one in early)


def test_a_pause_begins_anew() -> None:
    """What was seen before nothing came for a while is no reason to say anything now."""
    said = seen_as([*lasting(replace(WELL, roll_deg=20.0)), replace(WELL, t_s=9.0)])
    assert {check.verdict for check in said[-1].checks} == {Fit.UNKNOWN}


# ------------------------------------------------------------------------------------------------------ invariants
PLACED = st.builds(
    lambda front, roll, elevation, frac, facing: replace(
        WELL,
        front_deg=front,
        roll_deg=roll,
        elevation_deg=elevation,
        trunk_frac=frac,
        trunk_px=480 * frac,
        facing=facing,
    ),
    st.floats(-60, 60),
    st.floats(-20, 20),
    st.floats(-20, 20),
    st.floats(0.05, 0.6),
    st.sampled_from([1, -1]),
)


@given(placed=PLACED, rates=st.tuples(st.sampled_from([5.0, 8.0, 15.0]), st.sampled_from([24.0, 30.0, 60.0])))
def test_the_frame_rate_changes_nothing(placed: Observation, rates: tuple[float, float]) -> None:
    """After the same time the same is said, and it is over at the same moment."""
    slow, fast = (seen_as(lasting(placed, 3.0, fps), PROFILE) for fps in rates)
    assert repr(slow[-1].checks) == repr(fast[-1].checks)  # NaN is unlike itself
    assert slow[-1].over == fast[-1].over


@given(placed=PLACED, glitches=st.lists(st.floats(-180, 180), max_size=8))
def test_single_glitches_change_no_verdict(placed: Observation, glitches: Sequence[float]) -> None:
    """Less than half of the pictures do not sway the check, whatever they show."""
    calm = lasting(placed)
    wild = [
        replace(one, front_deg=glitches[i // 3], roll_deg=glitches[i // 3])
        if i % 3 == 0 and i // 3 < len(glitches)
        else one
        for i, one in enumerate(calm)
    ]
    assert [check.verdict for check in seen_as(wild)[-1].checks] == [
        check.verdict for check in seen_as(calm)[-1].checks
    ]


def posed(front_deg: float, facing: int, scale: float = 1.0, roll_deg: float = 0.0) -> Sighting:
    """A stick figure that stands turned by so much, in a picture of so many times the size."""
    figure = stick_figure(
        facing=facing,
        trunk_px=100.0 * scale,
        hip_at_px=(320.0 * scale, 240.0 * scale),
        roll_deg=roll_deg,
        image_wh=(64, 48),  # not used
    )
    world = np.array(figure.world_m)
    turn = math.radians(front_deg + 7.0)  # what pose models turn people by is taken off again
    for joint, half_m in (("shoulder", 0.18), ("hip", 0.12)):
        middle = 0.5 * (world[of(joint, Side.LEFT)] + world[of(joint, Side.RIGHT)])
        across = np.array([math.sin(turn), 0.0, facing * math.cos(turn)])
        world[of(joint, Side.LEFT)] = middle + half_m * across
        world[of(joint, Side.RIGHT)] = middle - half_m * across
    wh = (round(640 * scale), round(480 * scale))
    return replace(figure.sighting(0.0, with_back=False), image_wh=wh, world_m=frozen(world, np.float64))


def mirrored(sighting: Sighting) -> Sighting:
    """What the camera sees of the person's mirror image: left and right change sides."""
    swap = np.arange(len(Landmark))
    for joint in PAIRED:
        left, right = of(joint, Side.LEFT), of(joint, Side.RIGHT)
        swap[left], swap[right] = right, left

    def turned(points: Floats, about: float) -> Floats:
        out = np.array(points[swap])
        out[:, 0] = about - out[:, 0]
        return frozen(out, np.float64)

    return replace(
        sighting,
        landmarks_px=turned(sighting.landmarks_px, sighting.image_wh[0] - 1.0),
        world_m=turned(sighting.world_m, 0.0),
        visibility=frozen(sighting.visibility[swap], np.float64),
    )


def checked(sighting: Sighting) -> dict[str, Check]:
    """What is said of somebody who stands like this for two seconds."""
    state, remembered, said = check_state.SetupState(), measures.start(), None
    for i in range(21):
        now = replace(sighting, t_s=i / 10)
        remembered, measured = measures.step(remembered, now, PROFILE)
        state, said = check_state.step(state, now, measured, LASTING)
    assert said is not None
    return named(said)


MIRROR = {"left": "right", "right": "left", "clockwise": "anticlockwise", "anticlockwise": "clockwise"}


@given(front_deg=st.floats(-50, 50), facing=st.sampled_from([1, -1]), roll_deg=st.floats(-14, 14))
def test_a_mirror_turns_left_and_right_about(front_deg: float, facing: int, roll_deg: float) -> None:
    """Everything else is said alike: only the hand to turn to and the way to level the camera change."""
    one = posed(front_deg, facing, roll_deg=roll_deg)
    straight, other = checked(one), checked(mirrored(one))
    for name, check in straight.items():
        words = [MIRROR.get(word.strip(","), word.strip(",")) for word in english(check.reason).split()]
        assert words == [word.strip(",") for word in english(other[name].reason).split()]
        assert other[name].verdict is check.verdict
    assert other["level"].value == pytest.approx(-straight["level"].value, abs=1.0, nan_ok=True)


@given(front_deg=st.floats(-50, 50), scale=st.sampled_from([0.75, 2.0, 3.0]))
@examples(15)  # each judges or measures many frames
def test_the_size_of_the_picture_changes_nothing(front_deg: float, scale: float) -> None:
    """A camera of more pixels sees the same person the same way."""
    small, large = checked(posed(front_deg, 1)), checked(posed(front_deg, 1, scale))
    assert {name: check.reason for name, check in small.items()} == {
        name: check.reason for name, check in large.items()
    }


@given(front_deg=st.floats(-80, 80), facing=st.sampled_from([1, -1]))
def test_the_front_is_told_as_it_was_made(front_deg: float, facing: int) -> None:
    """Whichever way they face; NaN where a joint is missing or has no place."""
    assert view.front_deg(posed(front_deg, facing).world_m) == pytest.approx(front_deg, abs=1e-6)
    missing = np.array(posed(front_deg, facing).world_m)
    missing[Landmark.LEFT_HIP] = math.nan
    assert math.isnan(view.front_deg(missing))
    assert math.isnan(view.front_deg(np.zeros((33, 3))))


@given(front_deg=st.floats(25.5, 80), sign=st.sampled_from([1.0, -1.0]))
def test_the_height_of_the_camera_is_only_told_from_the_side(front_deg: float, sign: float) -> None:
    """A turned trunk leans into the depth, and so does who has one foot on a step."""
    assert math.isnan(view.camera_elevation_deg(posed(sign * front_deg, 1).world_m))
    level = np.array(posed(0.0, 1).world_m)
    assert math.isfinite(view.camera_elevation_deg(level))
    level[Landmark.LEFT_ANKLE] += (0.0, -0.4, 0.0)
    assert math.isnan(view.camera_elevation_deg(level))


# ------------------------------------------------------------------------------------------------------- the frame
def without(sighting: Sighting, joint: str, dx_px: float, dy_px: float) -> Sighting:
    """The sighting with both sides of a joint moved away."""
    points = np.array(sighting.landmarks_px)
    for side in Side:
        points[of(joint, side)] += (dx_px, dy_px)
    return replace(sighting, landmarks_px=frozen(points, np.float64))


def test_hidden_feet_are_not_asked_to_step_back() -> None:
    """They are inside the picture: something is in front of them."""
    visibility = np.ones(len(Landmark))
    visibility[[Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]] = 0.1
    hidden = replace(posed(0.0, 1), visibility=frozen(visibility, np.float64))
    assert observation.frame_reason(hidden, Side.RIGHT, 1, PROFILE) == Reason(ReasonCode.SETUP_HIDDEN, parts=("feet",))


@pytest.mark.parametrize(
    ("dx_px", "dy_px", "facing", "said"),
    [
        (0.0, 0.0, 1, ""),
        (999.0, 0.0, 1, Reason(ReasonCode.SETUP_BACKWARD)),
        (-999.0, 0.0, 1, Reason(ReasonCode.SETUP_FORWARD)),
        (999.0, 0.0, -1, Reason(ReasonCode.SETUP_FORWARD)),
        (-999.0, 0.0, -1, Reason(ReasonCode.SETUP_BACKWARD)),
        (999.0, 999.0, 1, Reason(ReasonCode.SETUP_AWAY, parts=("feet",))),
        (0.0, 999.0, 1, Reason(ReasonCode.SETUP_TILT_DOWN, parts=("feet",))),
    ],
)
def test_the_edge_tells_where_to_go(dx_px: float, dy_px: float, facing: int, said: Reason | str) -> None:
    """Sideways, forwards or back as the person faces; two edges at once: away."""
    moved = without(posed(0.0, facing), "ankle", dx_px, dy_px)
    assert observation.frame_reason(moved, Side.RIGHT, facing, PROFILE) == said
