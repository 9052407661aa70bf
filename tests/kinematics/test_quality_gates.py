"""What cannot be judged is not judged, with a sentence that says what to do."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from posecheck.kinematics.spine.dorsal_profile import CROP_ROWS, ROWS, read_back
from posecheck.kinematics.spine.quality_gates import gate_reason
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Back, frozen
from tests.kinematics.room import PROFILE, stick_back, with_dorsal, with_numbers
from tests.stick_figure import back_line, stick_figure


def _inside(frac: float) -> Back:
    return replace(stick_back(), inside_frac=frac)


def _covered(share: float) -> Back:
    dorsal = back_line(ROWS, 10.0)
    rows = np.flatnonzero((ROWS >= -0.1) & (ROWS <= 0.95))
    dorsal[rows[: round(share * rows.size)]] = np.nan
    return with_dorsal(stick_back(), dorsal)


def _rough(depth: float) -> Back:
    wave = np.where(np.arange(ROWS.size) % 2 == 0, depth, -depth)
    return with_dorsal(stick_back(), back_line(ROWS, 10.0) + wave)


def _off_body(share: float) -> Back:
    back = stick_back()
    crop = np.array(back.crop)
    crop[(CROP_ROWS > 0.0) & (share > CROP_ROWS)] = 0
    return replace(back, crop=frozen(crop, np.uint8))


@pytest.mark.parametrize(
    ("back", "lean_deg", "reason"),
    [
        (stick_back(), -29.0, None),
        (stick_back(), -31.0, Reason(ReasonCode.SPINE_LYING)),
        (stick_back(), math.nan, Reason(ReasonCode.SPINE_LYING)),
        (stick_back(), 139.0, None),
        (stick_back(), 141.0, Reason(ReasonCode.SPINE_TOO_DEEP)),
        (_inside(0.98), 60.0, None),
        (_inside(0.96), 60.0, Reason(ReasonCode.SPINE_CUT_OFF)),
        (_off_body(0.2), 60.0, None),
        (_off_body(0.35), 60.0, Reason(ReasonCode.SPINE_OUTLINE_UNCLEAR)),
        (_covered(0.12), 60.0, None),
        (_covered(0.18), 60.0, Reason(ReasonCode.SPINE_COVERED)),
        (_rough(0.03), 60.0, None),
        (_rough(0.04), 60.0, Reason(ReasonCode.SPINE_UNEVEN)),
    ],
)
def test_each_gate_opens_and_closes_where_it_says(back: Back, lean_deg: float, reason: Reason | None) -> None:
    """Just inside a limit the back may be judged, just outside there is a reason why not."""
    assert gate_reason(back, lean_deg, PROFILE) == reason


@pytest.mark.parametrize(
    ("back", "lean_deg", "reason", "wider"),
    [
        (stick_back(), -31.0, Reason(ReasonCode.SPINE_LYING), with_numbers(spine__min_inclination_deg=-40.0)),
        (stick_back(), 141.0, Reason(ReasonCode.SPINE_TOO_DEEP), with_numbers(spine__max_inclination_deg=150.0)),
        (_inside(0.96), 60.0, Reason(ReasonCode.SPINE_CUT_OFF), with_numbers(back__min_inside_frac=0.9)),
        (_off_body(0.35), 60.0, Reason(ReasonCode.SPINE_OUTLINE_UNCLEAR), with_numbers(back__min_axis_frac=0.5)),
        (_covered(0.18), 60.0, Reason(ReasonCode.SPINE_COVERED), with_numbers(back__min_cover_frac=0.7)),
        (_rough(0.04), 60.0, Reason(ReasonCode.SPINE_UNEVEN), with_numbers(back__max_roughness_frac=0.1)),
    ],
)
def test_each_gate_can_be_moved(back: Back, lean_deg: float, reason: Reason | None, wider: dict[str, float]) -> None:
    """The limit is the tunable: with a wider one the same back may be judged."""
    assert gate_reason(back, lean_deg, PROFILE) == reason
    assert gate_reason(back, lean_deg, wider) is None


def test_an_arm_over_the_back_is_told_as_such() -> None:
    """The person hears that something covers the back, instead of a wrong number."""
    figure = stick_figure(arms="over_back", trunk_inclination_deg=60.0)
    back = read_back(figure.mask, figure.landmarks_px, figure.facing)
    assert back is not None
    assert gate_reason(back, 60.0, PROFILE) == Reason(ReasonCode.SPINE_COVERED)
