"""What cannot be judged is not judged, with a sentence that says what to do."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from posecheck.kinematics import framing
from posecheck.kinematics.spine import flexion, quality_gates
from posecheck.kinematics.spine.dorsal_profile import CROP_ROWS, ROWS, read_back
from posecheck.kinematics.spine.quality_gates import gate_reason
from posecheck.records import NOBODY, Back, frozen
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
        (stick_back(), -29.0, ""),
        (stick_back(), -31.0, quality_gates.LYING),
        (stick_back(), math.nan, quality_gates.LYING),
        (stick_back(), 139.0, ""),
        (stick_back(), 141.0, quality_gates.TOO_DEEP),
        (_inside(0.98), 60.0, ""),
        (_inside(0.96), 60.0, quality_gates.OUT_OF_PICTURE),
        (_off_body(0.2), 60.0, ""),
        (_off_body(0.35), 60.0, quality_gates.NO_FIT),
        (_covered(0.12), 60.0, ""),
        (_covered(0.18), 60.0, quality_gates.COVERED),
        (_rough(0.03), 60.0, ""),
        (_rough(0.04), 60.0, quality_gates.ROUGH),
    ],
)
def test_each_gate_opens_and_closes_where_it_says(back: Back, lean_deg: float, reason: str) -> None:
    """Just inside a limit the back may be judged, just outside there is a reason why not."""
    assert gate_reason(back, lean_deg, PROFILE) == reason


@pytest.mark.parametrize(
    ("back", "lean_deg", "reason", "wider"),
    [
        (stick_back(), -31.0, quality_gates.LYING, with_numbers(spine__min_inclination_deg=-40.0)),
        (stick_back(), 141.0, quality_gates.TOO_DEEP, with_numbers(spine__max_inclination_deg=150.0)),
        (_inside(0.96), 60.0, quality_gates.OUT_OF_PICTURE, with_numbers(back__min_inside_frac=0.9)),
        (_off_body(0.35), 60.0, quality_gates.NO_FIT, with_numbers(back__min_axis_frac=0.5)),
        (_covered(0.18), 60.0, quality_gates.COVERED, with_numbers(back__min_cover_frac=0.7)),
        (_rough(0.04), 60.0, quality_gates.ROUGH, with_numbers(back__max_roughness_frac=0.1)),
    ],
)
def test_each_gate_can_be_moved(back: Back, lean_deg: float, reason: str, wider: dict[str, float]) -> None:
    """The limit is the tunable: with a wider one the same back may be judged."""
    assert gate_reason(back, lean_deg, PROFILE) == reason
    assert gate_reason(back, lean_deg, wider) == ""


def test_an_arm_over_the_back_is_told_as_such() -> None:
    """The person hears that something covers the back, instead of a wrong number."""
    figure = stick_figure(arms="over_back", trunk_inclination_deg=60.0)
    back = read_back(figure.mask, figure.landmarks_px, figure.facing)
    assert back is not None
    assert gate_reason(back, 60.0, PROFILE) == quality_gates.COVERED


@pytest.mark.parametrize(
    "reason",
    [
        quality_gates.LYING,
        quality_gates.TOO_DEEP,
        quality_gates.OUT_OF_PICTURE,
        quality_gates.NO_FIT,
        quality_gates.COVERED,
        quality_gates.ROUGH,
        flexion.UNSURE,
        NOBODY,
        framing.TOO_DARK,
        framing.TRUNK_HIDDEN,
        framing.TOO_FAR,
        framing.KNEELING,
    ],
)
def test_every_reason_is_a_sentence_to_act_on(reason: str) -> None:
    """A capital, a full stop, what is wrong and, after a colon, what to do."""
    assert reason[0].isupper()
    assert reason.endswith(".")
    wrong, _, to_do = reason.partition(": ")
    assert len(wrong.split()) >= 3
    assert len(to_do.split()) >= 2
