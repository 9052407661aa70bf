"""The set-up check on drawn pictures, before the real pose model: on one side of each check all is well, on the other
it is said what to do, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Literal

import pytest

from benchmarks.people import ClipSpec, Pose, framed
from posecheck.kinematics.setup_check import check_state
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.reasons import Reason, ReasonCode, code_of
from posecheck.records import Bytes, Check, Fit, Setup
from tests.journeys.drawn import ROOM, described, judged, moved, picture, side_by_side


@pytest.fixture(scope="module")
def backend() -> Iterator[MediaPipeBackend]:
    """One pose model for all pictures of this file."""
    with MediaPipeBackend() as made:
        yield made


@cache
def standing(
    yaw_deg: float = 3.0,
    facing: Literal["left", "right"] = "right",
    height_m: float = 1.0,
    roll_deg: float = 0.0,
    light_level: float = 1.0,
) -> ClipSpec:
    """A man who stands, all of him in the picture."""
    spec = described(Pose(), yaw_deg=yaw_deg, scene=replace(ROOM, light_level=light_level))
    camera = replace(spec.camera, facing=facing, height_m=height_m, roll_deg=roll_deg)
    return framed(replace(spec, camera=camera), 0.75)


def looked_at(backend: MediaPipeBackend, *shown: Bytes) -> dict[str, Check]:
    """The checks after a second of the last of these pictures, the ones before it shown for a moment each."""
    said = [*shown[:-1], *[shown[-1]] * 4]
    last = judged(backend, said, {check_state.WINDOW.key: 1.2, check_state.WELL.key: 10.0}, every_s=0.3)[-1].setup
    assert last is not None
    return {check.name: check for check in last.checks}


def acts(told: dict[str, Check]) -> dict[str, Reason]:
    """What is to be done, by check."""
    return {name: check.reason for name, check in told.items() if check.reason is not None and check.verdict is Fit.ACT}


def test_somebody_well_placed_has_nothing_to_do(backend: MediaPipeBackend) -> None:
    """Every check is told and fine, and the check is over after a second of it."""
    seen = picture(standing())
    told = looked_at(backend, seen)
    assert {check.verdict for check in told.values()} == {Fit.OK}
    assert {check.reason for check in told.values()} == {None}
    said = [one.setup for one in judged(backend, [seen] * 8, every_s=0.3)]
    assert [one.over for one in said if one is not None] == [False] * 6 + [True] * 2


@pytest.mark.parametrize(
    ("yaw_deg", "facing", "way"),
    [(30.0, "right", "left"), (30.0, "left", "right"), (-30.0, "right", "right"), (-30.0, "left", "left")],
)
def test_who_is_turned_is_told_which_way_to_turn(
    backend: MediaPipeBackend, yaw_deg: float, facing: Literal["left", "right"], way: str
) -> None:
    """Shown more of the front or of the back, facing either way: by about how much, and to which hand."""
    told = looked_at(backend, picture(standing(yaw_deg, facing)))
    assert list(acts(told)) == ["side"]
    assert acts(told)["side"].code == f"setup.turn_{way}"
    assert told["side"].value == pytest.approx(30.0, abs=15.0)


@pytest.mark.parametrize("facing", ["left", "right"])
def test_a_little_turned_is_well(backend: MediaPipeBackend, facing: Literal["left", "right"]) -> None:
    """Seven degrees are not worth a word."""
    assert "side" not in acts(looked_at(backend, picture(standing(7.0, facing))))


def test_who_faces_the_camera_is_asked_to_turn(backend: MediaPipeBackend) -> None:
    """Nobody can tell the nearer way then, so none is named, or one is by about 90 degrees."""
    asked = acts(looked_at(backend, picture(standing(90.0))))["side"]
    assert asked == Reason(ReasonCode.VIEW_NOT_SIDE_ON) or asked.value["degrees"] in (80.0, 90.0)


@pytest.mark.parametrize(("height_m", "said"), [(0.3, "setup.raise"), (0.8, ""), (1.15, ""), (1.8, "setup.lower")])
def test_the_camera_is_to_stand_at_hip_height(backend: MediaPipeBackend, height_m: float, said: str) -> None:
    """On the floor it is to be raised, on a cupboard to be lowered, between them it may stay."""
    assert code_of(acts(looked_at(backend, picture(standing(height_m=height_m)))).get("height")) == said


def test_with_one_foot_on_a_step_the_height_is_not_told(backend: MediaPipeBackend) -> None:
    """The line from feet to shoulders then leans into the depth by itself."""
    step = framed(described(Pose(knee_deg=60.0), "step"), 0.75)
    assert looked_at(backend, picture(step))["height"].verdict is Fit.UNKNOWN


@pytest.mark.parametrize(("roll_deg", "said"), [(12.0, "clockwise"), (-12.0, "anticlockwise")])
def test_a_turned_camera_is_to_be_levelled(backend: MediaPipeBackend, roll_deg: float, said: str) -> None:
    """Content that leans to the right stands upright again when the camera is turned clockwise."""
    told = looked_at(backend, picture(standing(roll_deg=roll_deg)))
    assert list(acts(told)) == ["level"]
    assert acts(told)["level"].code == f"setup.{said}"
    assert told["level"].value == pytest.approx(roll_deg, abs=4.0)


def test_too_near_and_too_far(backend: MediaPipeBackend) -> None:
    """Far off, come closer; so near that head or feet are cut off, step away; between them nothing."""
    far = picture(moved(standing(), away=2.6))
    assert acts(looked_at(backend, picture(moved(standing(), away=1.6)), far)) == {
        "distance": Reason(ReasonCode.VIEW_TOO_FAR)
    }
    assert acts(looked_at(backend, picture(moved(standing(), away=1.4)))) == {}
    close = acts(looked_at(backend, picture(moved(standing(), away=0.5, up_m=0.1))))
    assert close == {"frame": Reason(ReasonCode.SETUP_AWAY, parts=("head", "feet"))}


def test_what_is_cut_off_tells_where_to_go(backend: MediaPipeBackend) -> None:
    """Head or feet with room on the other side call for a tilt; a body over the edge for a step."""
    well = standing()
    low = acts(looked_at(backend, picture(well), picture(moved(well, up_m=0.7, away=1.2))))
    assert low == {"frame": Reason(ReasonCode.SETUP_TILT_DOWN, parts=("feet",))}
    high = acts(looked_at(backend, picture(well), picture(moved(well, up_m=-0.7, away=1.2))))
    assert high == {"frame": Reason(ReasonCode.SETUP_TILT_UP, parts=("head",))}
    assert acts(looked_at(backend, picture(moved(well, forward_m=-1.2))))["frame"] == Reason(ReasonCode.SETUP_BACKWARD)
    assert acts(looked_at(backend, picture(moved(well, forward_m=1.4))))["frame"] == Reason(ReasonCode.SETUP_FORWARD)


def test_light(backend: MediaPipeBackend) -> None:
    """A dim room will do, a dark one will not."""
    assert "light" not in acts(looked_at(backend, picture(standing(light_level=0.3))))
    assert acts(looked_at(backend, picture(standing(light_level=0.06))))["light"] == Reason(ReasonCode.VIEW_TOO_DARK)


def test_the_line_of_the_back_is_to_be_free(backend: MediaPipeBackend) -> None:
    """A chair's back or an arm in front of it is to go."""
    bent = framed(described(Pose(trunk_inclination_deg=15.0, arms="across")), 0.75)
    assert acts(looked_at(backend, picture(bent))) == {"back": Reason(ReasonCode.SPINE_COVERED)}


def test_nobody_and_somebody_else(backend: MediaPipeBackend) -> None:
    """With nobody there is nothing but to step in; with two the other is to step aside."""
    empty = looked_at(backend, picture(moved(standing(), forward_m=30.0)))
    assert acts(empty) == {"person": Reason(ReasonCode.VIEW_NOBODY)}
    assert {name for name, check in empty.items() if check.verdict is Fit.OK} == {"light"}
    narrow = framed(replace(standing(), width_px=320), 0.75)
    pair = side_by_side([picture(narrow)], [picture(moved(narrow, away=1.2))])[0]
    assert acts(looked_at(backend, pair))["person"] == Reason(ReasonCode.SETUP_OTHERS, people=2)


def test_it_is_over_when_the_stretch_begins(backend: MediaPipeBackend) -> None:
    """Whoever bends begins: the check then stays as it was while they stood."""
    turned = picture(standing(30.0))
    bent = picture(framed(described(Pose(trunk_inclination_deg=60.0), yaw_deg=30.0)))
    said: list[Setup] = [one.setup for one in judged(backend, [turned] * 5 + [bent] * 6, every_s=0.3) if one.setup]
    assert not any(one.over for one in said[:7])
    assert said[-1].over
    assert [(one.name, one.verdict) for one in said[-1].checks] == [(one.name, one.verdict) for one in said[4].checks]
    assert said[-1].to_s <= 1.5
