"""What is cut off or hidden is not measured, and the one reason given is the one to act on first."""

from __future__ import annotations

import math

import numpy as np
import pytest

from posecheck.body import Side, of
from posecheck.kinematics import framing
from posecheck.reasons import Reason, ReasonCode
from tests.kinematics.room import PROFILE
from tests.stick_figure import stick_figure

WH = (640, 480)


def test_joints_outside_or_unsure_are_not_seen() -> None:
    """Outside the picture or below `view.min_visibility`: NaN; a backend without visibility is trusted."""
    points = np.array(
        [[0.0, 0.0], [-1.0, 10.0], [639.0, 479.0], [640.0, 10.0], [10.0, 480.0], [10.0, -0.6], [5.0, 5.0]]
    )
    visibility = np.array([0.41, 0.9, np.nan, 0.9, 0.9, 0.9, 0.39])
    seen = framing.seen_px(points, visibility, WH, 0.4)
    assert np.isfinite(seen[:, 0]).tolist() == [True, False, True, False, False, False, False]


def test_the_joints_cut_off_are_those_of_the_near_side() -> None:
    """A far ankle that is hidden is no matter; before a near side is known either side will do."""
    figure = stick_figure()
    seen = np.array(figure.landmarks_px)
    seen[of("ankle", figure.near_side)] = np.nan
    assert framing.cut_off(seen, figure.near_side) == ("ankle",)
    assert framing.cut_off(seen, figure.near_side.other) == ()
    assert framing.cut_off(seen, None) == ()
    seen[of("ankle", figure.near_side.other)] = np.nan
    assert framing.cut_off(seen, None) == ("ankle",)


def test_stepping_back_is_asked_for_only_when_it_helps() -> None:
    """Joints beyond the border get "Step back", naming them; hidden ones inside the picture do not."""
    below = stick_figure(hip_at_px=(320.0, 440.0)).landmarks_px
    assert framing.cut_off_reason(below, WH, Side.RIGHT, ("knee", "ankle")) == Reason(
        ReasonCode.VIEW_CUT_OFF, parts=("knees", "feet")
    )
    inside = stick_figure().landmarks_px
    assert framing.cut_off_reason(inside, WH, None, ("knee", "ankle")) is None


CUT_OFF = Reason(ReasonCode.VIEW_CUT_OFF, parts=("hips",))


def _reason(
    *,
    empty: bool = False,
    brightness_frac: float = 0.5,
    cut_off_trunk: Reason | None = None,
    trunk_px: float = 100.0,
    facing: int = 1,
    yaw_deg: float = 0.0,
    knee_flexion_deg: float = 0.0,
    position: str = "",
) -> Reason | None:
    return framing.reason(
        empty=empty,
        brightness_frac=brightness_frac,
        cut_off_trunk=cut_off_trunk,
        trunk_px=trunk_px,
        facing=facing,
        yaw_deg=yaw_deg,
        knee_flexion_deg=knee_flexion_deg,
        profile=PROFILE,
        position=position,
    )


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (_reason(), None),
        (_reason(brightness_frac=0.061), None),
        (_reason(brightness_frac=0.059), Reason(ReasonCode.VIEW_TOO_DARK)),
        (_reason(empty=True), Reason(ReasonCode.VIEW_NOBODY)),
        (_reason(empty=True, brightness_frac=0.151), Reason(ReasonCode.VIEW_NOBODY)),
        (_reason(empty=True, brightness_frac=0.149), Reason(ReasonCode.VIEW_TOO_DARK)),
        (_reason(cut_off_trunk=CUT_OFF), CUT_OFF),
        (_reason(trunk_px=math.nan), Reason(ReasonCode.VIEW_TRUNK_HIDDEN)),
        (_reason(trunk_px=math.nan, yaw_deg=88.0), Reason(ReasonCode.VIEW_NOT_SIDE_ON)),
        (_reason(trunk_px=28.5), None),
        (_reason(trunk_px=27.5), Reason(ReasonCode.VIEW_TOO_FAR)),
        (_reason(yaw_deg=32.5), None),
        (_reason(yaw_deg=33.5), Reason(ReasonCode.VIEW_NOT_SIDE_ON)),
        (_reason(yaw_deg=math.nan), Reason(ReasonCode.VIEW_NOT_SIDE_ON)),
        (_reason(facing=0), Reason(ReasonCode.VIEW_NOT_SIDE_ON)),
        (_reason(knee_flexion_deg=119.0), None),
        (_reason(knee_flexion_deg=121.0), Reason(ReasonCode.SPINE_HEELS_AT_SEAT)),
        (_reason(knee_flexion_deg=121.0, position="kneeling"), Reason(ReasonCode.SPINE_HEELS_AT_SEAT)),
        (_reason(knee_flexion_deg=121.0, position="floor"), None),
        (_reason(knee_flexion_deg=121.0, position="lying"), Reason(ReasonCode.SPINE_LYING)),
        (_reason(position="lying"), Reason(ReasonCode.SPINE_LYING)),
        (_reason(knee_flexion_deg=math.nan), None),
    ],
)
def test_each_gate_opens_and_closes_where_it_says(got: str, expected: str) -> None:
    """Just inside a limit the back may be judged, just outside there is a reason."""
    assert got == expected


def test_the_most_important_reason_comes_first() -> None:
    """Each trouble taken away uncovers the next: light, person, frame, distance, view, posture."""
    troubles: dict[str, object] = {
        "brightness_frac": 0.0,
        "empty": True,
        "cut_off_trunk": "Step back.",
        "trunk_px": 10.0,
        "yaw_deg": 80.0,
        "knee_flexion_deg": 160.0,
    }
    reasons = []
    while troubles:
        reasons.append(_reason(**troubles))  # type: ignore[arg-type]
        del troubles[next(iter(troubles))]
    assert reasons == [
        Reason(ReasonCode.VIEW_TOO_DARK),
        Reason(ReasonCode.VIEW_NOBODY),
        "Step back.",
        Reason(ReasonCode.VIEW_TOO_FAR),
        Reason(ReasonCode.VIEW_NOT_SIDE_ON),
        Reason(ReasonCode.SPINE_HEELS_AT_SEAT),
    ]
