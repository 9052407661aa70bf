"""A calibration that no longer fits is noticed, and one that fits is not complained of."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from posecheck.calibration import Calibration, Calibrations, CameraSetup
from posecheck.kinematics import measures
from posecheck.kinematics.calibration import matching
from posecheck.kinematics.spine import personal_neutral
from posecheck.kinematics.spine.network import CODE_SIZE, bundled_network
from tests.kinematics.room import PROFILE, with_numbers

SHA = bundled_network().sha256
CAMERA = CameraSetup(yaw_deg=4.0, elevation_deg=1.0, roll_deg=-1.0, trunk_frac=0.25, image_wh=(640, 480))


def calibration(position: str = "standing", value: float = 0.1) -> Calibration:
    """A calibration of yesterday."""
    code = tuple(float(np.float32(value)) for _ in range(CODE_SIZE))
    return Calibration(position, code, 3.0, 5.0, 60.0, 1, CAMERA, SHA, "2026-11-20", "0.1.0", 1.0)


def noticed(
    one: Calibration, position: str = "standing", camera: CameraSetup | None = CAMERA, person_deg: float = 0.0
) -> list[str]:
    """The names of the notices."""
    own_ones = Calibrations("me").plus(one)
    found = matching.notices(own_ones, position, PROFILE, spine_model_sha256=SHA, camera=camera, person_deg=person_deg)
    return [notice.name for notice in found]


def test_one_that_fits_is_not_complained_of() -> None:
    """Same network, camera, person; fresh. And what is not known is not complained of."""
    assert noticed(calibration()) == []
    assert noticed(calibration(), camera=None, person_deg=math.nan) == []
    assert noticed(calibration(), camera=CameraSetup()) == []
    assert noticed(calibration(), camera=replace(CAMERA, elevation_deg=math.nan, yaw_deg=40.0)) == []
    assert noticed(replace(calibration(), age_days=math.nan)) == []


@pytest.mark.parametrize(
    ("camera", "name"),
    [
        (replace(CAMERA, yaw_deg=16.1), "yaw"),
        (replace(CAMERA, elevation_deg=-7.1), "height"),
        (replace(CAMERA, roll_deg=5.1), "roll"),
        (replace(CAMERA, trunk_frac=0.41), "distance"),
        (replace(CAMERA, trunk_frac=0.15), "distance"),
    ],
)
def test_a_camera_that_moved_is_noticed_and_one_that_moved_little_is_not(camera: CameraSetup, name: str) -> None:
    """Just beyond the limit; half the way there nothing is said."""
    assert noticed(calibration(), camera=camera) == [name]
    halfway = {
        key: 0.5 * (getattr(camera, key) + getattr(CAMERA, key))
        for key in ("yaw_deg", "elevation_deg", "roll_deg", "trunk_frac")
    }
    assert noticed(calibration(), camera=CameraSetup(**halfway, image_wh=(640, 480))) == []


@pytest.mark.parametrize(("age_days", "names"), [(90.0, []), (91.0, ["age"])])
def test_an_old_one_is_said_to_be_old(age_days: float, names: list[str]) -> None:
    """Beyond ninety days."""
    assert noticed(replace(calibration(), age_days=age_days)) == names


@pytest.mark.parametrize(("person_deg", "names"), [(2.9, []), (3.1, ["person"])])
def test_another_person_is_noticed(person_deg: float, names: list[str]) -> None:
    """Somebody whose neutral changes the reading by more than the limit."""
    assert noticed(calibration(), person_deg=person_deg) == names


def test_another_network_is_said_first_and_alone() -> None:
    """Its code means nothing here, so nothing else of it matters."""
    assert noticed(replace(calibration(), spine_model_sha256="0" * 64, age_days=400.0)) == ["network"]


@pytest.mark.parametrize(
    ("has", "position", "names"),
    [
        ("standing", "kneeling", []),
        ("standing", "floor", ["position"]),
        ("standing", "seated", ["position"]),
        ("standing", "lying", []),
        ("seated", "floor", []),
        ("seated", "standing", ["position"]),
    ],
)
def test_a_missing_position_is_said(has: str, position: str, names: list[str]) -> None:
    """Chair and floor share one; kneeling uses the standing one; lying needs none."""
    assert noticed(calibration(has), position) == names


def test_another_networks_code_is_not_used() -> None:
    """It is left out from the first frame on; one's own is known at once."""
    strange = Calibrations("me").plus(replace(calibration(), spine_model_sha256="0" * 64))
    assert personal_neutral.neutral_code(measures.start(strange).own, "standing", PROFILE) is None
    mine = measures.start(Calibrations("me").plus(calibration()))
    code = personal_neutral.neutral_code(mine.own, "standing", PROFILE)
    assert code is not None
    assert code.tolist() == list(calibration().code)
    assert personal_neutral.neutral_code(measures.without_stored(mine).own, "standing", PROFILE) is None


def test_a_bad_calibration_is_outvoted() -> None:
    """Its say shrinks with every upright second of today, to less than a fifth after eight and a tenth after twenty."""
    state = measures.start(Calibrations("me").plus(calibration(value=10.0))).own
    shares = []
    for k in range(401):
        state = personal_neutral.step(state, 0.05 * k, "standing", 0.0, 5.0, np.zeros(CODE_SIZE, np.float32), PROFILE)
        code = personal_neutral.neutral_code(state, "standing", PROFILE)
        assert code is not None
        shares.append(float(code[0]) / 10.0)
    assert shares[0] == 1.0
    assert all(later <= earlier + 1e-6 for earlier, later in itertools.pairwise(shares))
    assert shares[160] < 0.2
    assert shares[400] < 0.1


def test_the_stored_one_may_be_switched_off_and_outlives_another_stream() -> None:
    """`own.stored_s = 0` leaves it out; a time that runs backwards forgets only what was learnt."""
    state = measures.start(Calibrations("me").plus(calibration())).own
    assert personal_neutral.neutral_code(state, "standing", with_numbers(own__stored_s=0.0)) is None
    for t_s in (5.0, 1.0):
        state = personal_neutral.step(state, t_s, "standing", 0.0, 5.0, np.zeros(CODE_SIZE, np.float32), PROFILE)
    assert personal_neutral.neutral_code(state, "standing", PROFILE) is not None
