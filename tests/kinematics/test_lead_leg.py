"""Which leg leads, and the angles of both: the right ones, or none."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import Side, of
from posecheck.kinematics import measures
from posecheck.kinematics.legs import lead_leg
from posecheck.kinematics.legs.lead_leg import LeadState
from posecheck.records import LEADS, Floats, Measures, Sighting
from tests.kinematics.legged import POSTURES, Leg, points_of, posture_of, sighting_of, without
from tests.kinematics.room import EXACT, PROFILE

#: Stretches whose left leg leads, and their role.
LEFT_LEADS = {
    "foot on a step": "raised",
    "foot on a table": "raised",
    "half-kneeling": "front",
    "one leg straight on a chair": "straight",
    "one leg back": "standing",
    "a leg to the ceiling": "raised",
}
ROLE_MEASURES = (
    "lead_knee_flexion_deg",
    "lead_hip_hinge_deg",
    "lead_leg_deg",
    "other_knee_flexion_deg",
    "other_hip_hinge_deg",
)


def position_of(name: str) -> str:
    """Only lying makes a difference."""
    return "lying" if POSTURES[name][0] < -30.0 else "standing"


@pytest.mark.parametrize("name", LEFT_LEADS)
@given(facing=st.sampled_from([1, -1]), swapped=st.booleans(), roll_deg=st.floats(-5.0, 5.0), size=st.floats(0.3, 1.2))
def test_the_leg_that_leads_is_told(name: str, facing: int, swapped: bool, roll_deg: float, size: float) -> None:
    """Either leg, either facing, any size, the camera a little aslant."""
    trunk_deg, left, right = POSTURES[name]
    if swapped:
        left, right = right, left
    points = points_of(trunk_deg, left, right, facing=facing, roll_deg=roll_deg, size=size)
    score = lead_leg.lead_score(points.tolist(), facing, LEFT_LEADS[name], position_of(name))
    assert abs(score) > PROFILE[lead_leg.DOUBT.key]
    assert (score > 0.0) is not swapped


@pytest.mark.parametrize("role", LEADS[1:])
@given(lean_deg=st.floats(0.0, 120.0), facing=st.sampled_from([1, -1]))
def test_feet_side_by_side_tell_nothing(role: str, lean_deg: float, facing: int) -> None:
    """Both legs alike: no evidence, whatever the trunk does."""
    points = points_of(lean_deg, (10.0, 12.0), (13.0, 14.0), facing=facing)
    assert abs(lead_leg.lead_score(points.tolist(), facing, role, "standing")) < PROFILE[lead_leg.DOUBT.key]


def test_a_leg_out_of_sight_tells_nothing_but_the_straight_one() -> None:
    """One leg alone cannot be the higher one; a straight one is the straight one, a bent one may be either."""
    chair = POSTURES["one leg straight on a chair"]
    straight = without(points_of(*chair), Side.RIGHT, "knee", "ankle").tolist()
    bent = without(points_of(*chair), Side.LEFT, "knee", "ankle").tolist()
    assert lead_leg.lead_score(straight, 1, "straight", "seated") > 0.0
    assert math.isnan(lead_leg.lead_score(bent, 1, "straight", "seated"))
    for role in ("", "raised", "front", "standing", "crossed"):
        assert math.isnan(lead_leg.lead_score(straight, 1, role, "seated"))
    assert math.isnan(lead_leg.lead_score(points_of(*chair).tolist(), 0, "straight", "seated"))


@given(facing=st.sampled_from([1, -1]), left_ahead=st.booleans(), lean_deg=st.floats(0.0, 90.0), hidden=st.booleans())
def test_crossed_feet_tell_which_is_in_front_with_one_knee_hidden(
    facing: int, left_ahead: bool, lean_deg: float, hidden: bool
) -> None:
    """The knee behind is hidden whenever legs are crossed; both knees hidden, or an ankle, and the side is unknown."""
    legs_deg = ((12.0, 3.0), (-8.0, 3.0)) if left_ahead else ((-8.0, 3.0), (12.0, 3.0))
    points = points_of(lean_deg, *legs_deg, facing=facing)
    side = Side.LEFT if hidden else Side.RIGHT
    one = without(points, side, "hip", "knee")
    score = lead_leg.lead_score(one.tolist(), facing, "crossed", "standing")
    assert abs(score) > PROFILE[lead_leg.DOUBT.key]
    assert (score > 0.0) is left_ahead
    assert math.isnan(lead_leg.lead_score(without(one, side, "ankle").tolist(), facing, "crossed", "standing"))
    assert math.isnan(lead_leg.lead_score(without(one, side.other, "knee").tolist(), facing, "crossed", "standing"))


# --------------------------------------------------------------------------------------------------------- over time
LEFT_UP, RIGHT_UP = points_of(20.0, (60.0, 10.0), (0.0, 0.0)), points_of(20.0, (0.0, 0.0), (60.0, 10.0))
BOTH_DOWN = posture_of("upright")
NOBODY = np.full((33, 2), np.nan)


def sides(frames: Sequence[tuple[float, Floats]], role: str = "raised") -> list[Side | None]:
    """The side that leads after each frame."""
    state, out = LeadState(), []
    for t_s, points in frames:
        state = lead_leg.lead_step(state, t_s, role, points, 1, "standing", PROFILE)
        out.append(state.side)
    return out


def shown(fps: float, *parts: tuple[float, Floats]) -> list[tuple[float, Floats]]:
    """Frames of parts that last so long each."""
    frames, t_s = [], 0.0
    for lasts_s, points in parts:
        frames += [(t_s + k / fps, points) for k in range(round(lasts_s * fps))]
        t_s += lasts_s
    return frames


@given(fps=st.floats(8.0, 60.0))
def test_the_side_changes_after_a_second_at_any_frame_rate(fps: float) -> None:
    """And at most one frame later; until a leg is up there is no side."""
    frames = shown(fps, (1.0, BOTH_DOWN), (2.0, LEFT_UP), (1.0, BOTH_DOWN), (3.0, RIGHT_UP))
    found = sides(frames)
    firsts = [next(t_s for t_s, points in frames if points is shape) for shape in (LEFT_UP, RIGHT_UP)]
    assert [side for (t_s, _), side in zip(frames, found, strict=True) if t_s < firsts[0]] == [None] * found.count(None)
    turned_s = next(t_s for (t_s, _), side in zip(frames, found, strict=True) if side is Side.RIGHT)
    assert 1.0 - 1e-9 <= turned_s - firsts[1] <= 1.0 + 1.0 / fps + 1e-9
    assert set(found) == {None, Side.LEFT, Side.RIGHT}


def test_a_foot_set_down_and_a_glitch_change_nothing() -> None:
    """A rest with both feet down, half a second of the other leg, a moment out of sight."""
    frames = shown(20, (1, LEFT_UP), (30, BOTH_DOWN), (0.5, RIGHT_UP), (1, LEFT_UP), (2, NOBODY), (1, BOTH_DOWN))
    assert set(sides(frames)) == {Side.LEFT}


def test_somebody_out_of_sight_for_long_another_role_and_another_stream_begin_anew() -> None:
    """Nothing is known of which leg leads then."""
    known = lead_leg.lead_step(LeadState(), 10.0, "raised", LEFT_UP, 1, "standing", PROFILE)
    assert known.side is Side.LEFT
    for t_s, role, points in ((14.0, "raised", NOBODY), (10.1, "front", BOTH_DOWN), (9.0, "raised", BOTH_DOWN)):
        assert lead_leg.lead_step(known, t_s, role, points, 1, "standing", PROFILE).side is None
    assert lead_leg.lead_step(known, 10.1, "", LEFT_UP, 1, "standing", PROFILE).side is None


# ----------------------------------------------------------------------------------------------------------- angles
def measured(sightings: Sequence[Sighting], lead: str = "") -> Measures:
    """The measures of the last of some sightings."""
    state = measures.start()
    for sighting in sightings:
        state, out = measures.step(state, sighting, EXACT, lead)
    return out


thighs = st.floats(-20.0, 100.0)
knees = st.floats(0.0, 90.0)


@given(trunk_deg=st.floats(0.0, 60.0), near_leg=st.tuples(thighs, knees), far_leg=st.tuples(thighs, knees))
def test_without_a_role_the_near_leg_leads(trunk_deg: float, near_leg: Leg, far_leg: Leg) -> None:
    """Its angles are those of the near side, the other leg's those of the far side, to the drawn degree."""
    out = measured([sighting_of(points_of(trunk_deg, far_leg, near_leg), 0.0, near=Side.RIGHT)])
    assert out.view.lead_side is None
    if out.view.facing != 1 or out.view.position == "lying":
        return
    assert out["lead_knee_flexion_deg"] == pytest.approx(near_leg[1], abs=1e-6)
    assert out["lead_knee_flexion_deg"] == out["knee_flexion_deg"]
    assert out["lead_hip_hinge_deg"] == out["hip_hinge_deg"]
    assert out["lead_leg_deg"] == pytest.approx(near_leg[0], abs=1e-6)
    assert out["other_knee_flexion_deg"] == pytest.approx(far_leg[1], abs=1e-6)
    assert abs(out["other_hip_hinge_deg"]) == pytest.approx(abs(trunk_deg + far_leg[0]), abs=1e-6)


@pytest.mark.parametrize("near", list(Side))
@pytest.mark.parametrize("name", LEFT_LEADS)
def test_the_role_decides_whose_angles_are_the_lead_legs(name: str, near: Side) -> None:
    """The left leg leads here, near or far; lying, it is measured from the floor, and only there its knee when far."""
    trunk_deg, left, right = POSTURES[name]
    facing = 1 if near is Side.RIGHT else -1
    out = measured([sighting_of(points_of(trunk_deg, left, right, facing=facing), 0.0, near)], LEFT_LEADS[name])
    assert out.view.lead_side is Side.LEFT
    assert out.view.lead_is_far is (near is Side.RIGHT)
    if near is Side.LEFT or out.view.position == "lying":
        assert out["lead_knee_flexion_deg"] == pytest.approx(left[1], abs=1e-6)
    else:
        assert math.isnan(out["lead_knee_flexion_deg"])
    assert out["other_knee_flexion_deg"] == pytest.approx(right[1], abs=1e-6)
    assert out["lead_hip_hinge_deg"] == pytest.approx(trunk_deg + left[0], abs=1e-6)
    assert out["lead_leg_deg"] == pytest.approx(left[0] - (90.0 if trunk_deg == -90.0 else 0.0), abs=1e-6)


def test_a_lead_leg_not_recognised_is_not_measured() -> None:
    """Both feet down: there are near and far, but no lead and no other leg; once known, it stays known."""
    before = measured([sighting_of(BOTH_DOWN, 0.0)], "raised")
    assert before.view.lead_side is None
    assert all(math.isnan(before[name]) for name in ROLE_MEASURES)
    assert math.isfinite(before["knee_flexion_deg"])
    stream = [sighting_of(LEFT_UP, 0.0, near=Side.LEFT), sighting_of(BOTH_DOWN, 0.8, near=Side.LEFT)]
    after = measured(stream, "raised")
    assert after.view.lead_side is Side.LEFT
    assert all(math.isfinite(after[name]) for name in ROLE_MEASURES)


def test_another_lead_leg_brings_its_own_angles_at_once() -> None:
    """No angle runs from one leg to the other when the side changes."""
    stream = [sighting_of(LEFT_UP, 0.1 * k) for k in range(10)]
    stream += [sighting_of(RIGHT_UP, 1.0 + 0.1 * k) for k in range(30)]
    state = measures.start()
    found = []
    for sighting in stream:
        state, out = measures.step(state, sighting, EXACT, "raised")
        found.append((out.view.lead_side, out["lead_leg_deg"]))
    assert found[9][0] is Side.LEFT
    assert found[9][1] == pytest.approx(60.0, abs=1e-6)
    first = next(value for side, value in found if side is Side.RIGHT)
    assert first == pytest.approx(60.0, abs=5.0)


# ----------------------------------------------------------------------------------------------------- the far leg
@pytest.mark.parametrize(("visibility", "is_measured"), [(0.51, True), (0.49, False)])
def test_a_far_leg_that_the_model_is_unsure_of_is_not_measured(visibility: float, is_measured: bool) -> None:
    """Above `view.min_visibility`, but not sure enough: NaN, not a guess."""
    out = measured([sighting_of(posture_of("foot on a step"), 0.0, far_visibility=visibility)])
    assert math.isfinite(out["other_knee_flexion_deg"]) is is_measured
    assert math.isfinite(out["other_hip_hinge_deg"]) is is_measured
    assert math.isfinite(out["lead_knee_flexion_deg"])


@given(thigh=st.floats(0.3, 2.0), shank=st.floats(0.3, 2.0))
def test_a_far_leg_with_the_wrong_bones_is_a_guess(thigh: float, shank: float) -> None:
    """Thigh and shin must be 0.7 to 1.35 times as long as the near ones, however sure the model is."""
    points = np.array(BOTH_DOWN)
    hip, knee, ankle = (of(joint, Side.LEFT) for joint in ("hip", "knee", "ankle"))
    thigh_px, shank_px = points[knee] - points[hip], points[ankle] - points[knee]
    points[knee] = points[hip] + thigh * thigh_px
    points[ankle] = points[knee] + shank * shank_px
    found = lead_leg.far_leg(points, np.full(33, 0.99), Side.RIGHT, PROFILE)
    agree = all(0.7 <= ratio <= 1.35 for ratio in (thigh, shank))
    near_bound = any(abs(ratio - bound) < 1e-6 for ratio in (thigh, shank) for bound in (0.7, 1.35))
    assert near_bound or bool(np.isfinite(found).all()) is agree


def test_without_a_near_side_there_is_no_far_leg() -> None:
    """Somebody who faces the camera has neither."""
    assert np.isnan(lead_leg.far_leg(BOTH_DOWN, np.full(33, 0.99), None, PROFILE)).all()


@pytest.mark.parametrize(
    ("thigh_deg", "position", "expected"),
    [
        (0.0, "standing", 0.0),
        (95.0, "standing", 95.0),
        (90.0, "lying", 0.0),
        (180.0, "lying", 90.0),
        (80.0, "floor", 80.0),
    ],
)
def test_how_far_a_leg_is_raised(thigh_deg: float, position: str, expected: float) -> None:
    """From hanging down, but for people who lie: from the floor."""
    assert lead_leg.leg_deg(thigh_deg, position) == expected
