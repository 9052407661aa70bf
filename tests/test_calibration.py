"""A calibration survives being written: in a profile, in a recording, bit for bit; a damaged one is refused by name."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck import recording_format
from posecheck.calibration import Calibration, Calibrations, CameraSetup, from_table, to_table
from posecheck.errors import RecordingError
from tests.outputs import people

_DEG = st.floats(0.0, 90.0)
_MAYBE = _DEG | st.just(math.nan)
_CAMERAS = st.builds(
    CameraSetup,
    yaw_deg=_MAYBE,
    elevation_deg=_MAYBE,
    roll_deg=_MAYBE,
    trunk_frac=_MAYBE,
    image_wh=st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
)


def _of(position: str) -> st.SearchStrategy[Calibration]:
    return st.builds(
        Calibration,
        position=st.just(position),
        code=st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=60).map(tuple),
        seen_s=st.floats(0.0, 60.0),
        tallest_deg=st.floats(-80.0, 80.0),
        own_max_deg=_MAYBE,
        facing=st.sampled_from((1, -1)),
        camera=_CAMERAS,
        spine_model_sha256=st.just("ab" * 32),
        made_on=st.just("2026-11-21"),
        version=st.just("0.1.0"),
        age_days=st.floats(0.0, 999.0) | st.just(math.nan),
    )


_BOTH = st.builds(Calibrations, st.text(min_size=1), st.none() | _of("standing"), st.none() | _of("seated"))


def as_bits(calibrations: Calibrations, *, age: bool) -> str:
    """Every number to the last bit, all NaN alike."""
    return repr(calibrations if age else [replace(one, age_days=math.nan) for one in calibrations])


def standing() -> Calibration:
    """Somebody calibrated standing."""
    code = tuple(float(value) for value in np.linspace(-2.0, 2.0, 48, dtype=np.float32))
    camera = CameraSetup(4.0, 1.5, -0.5, 0.25, (640, 480))
    return Calibration("standing", code, 3.1, 6.5, 62.0, 1, camera, "cd" * 32, "2026-11-21", "0.1.0", 12.0)


@given(_BOTH)
def test_tables_come_back_bit_for_bit(calibrations: Calibrations) -> None:
    """Through JSON text and back, numbers that are not known included; only the age is not kept."""
    table = json.loads(json.dumps(to_table(calibrations), allow_nan=False))
    again = from_table(table, calibrations.name, "calibration")
    assert as_bits(again, age=False) == as_bits(calibrations, age=False)


@given(_BOTH)
def test_a_recording_carries_them_with_their_age(calibrations: Calibrations) -> None:
    """Bit for bit, on the one line of the header."""
    line = recording_format.header_line(replace(people.ORIGIN, calibrations=calibrations))
    assert "\n" not in line
    again = recording_format.read_header(line, "here").origin.calibrations
    assert again is not None
    assert as_bits(again, age=True) == as_bits(calibrations, age=True)


def test_a_recording_without_one_is_written_as_ever() -> None:
    """Nothing of it stands in the header, which older versions read."""
    line = recording_format.header_line(people.ORIGIN)
    assert "calibration" not in json.loads(line)
    assert recording_format.read_header(line, "here").origin.calibrations is None


def _table(**changes: Any) -> dict[str, Any]:
    table: dict[str, Any] = to_table(Calibrations("me", standing()))
    for path, value in changes.items():
        place = table["standing"]
        *parents, key = path.split("__")
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[key]
        else:
            place[key] = value
    return table


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([], "calibration must be a table"),
        ({"standng": {}}, 'unknown key "standng". Did you mean "standing"?'),
        (_table(code=None), "calibration.standing: missing: code"),
        (_table(code="ab"), "calibration.standing.code is not base64"),
        (_table(code=""), "calibration.standing.code does not hold a row of numbers"),
        (_table(code="AADAfw=="), "calibration.standing.code does not hold a row of numbers"),
        (_table(code=3), "calibration.standing.code is not base64"),
        (_table(own_max_deg="62"), "own_max_deg must be a number of 0..180, not '62'"),
        (_table(own_max_deg=math.nan), "own_max_deg must be a number"),
        (_table(own_max_deg=181.0), "own_max_deg must be a number of 0..180"),
        (_table(own_max_dg=50.0), 'unknown key "own_max_dg". Did you mean "own_max_deg"?'),
        (_table(facing=0), "facing must be 1 or -1, not 0"),
        (_table(facing=True), "facing must be 1 or -1, not True"),
        (_table(made_on="21.11.2026"), 'made_on must be a day like "2026-11-21"'),
        (_table(spine_model_sha256="xyz"), "spine_model_sha256 must be 64 hex digits"),
        (_table(camera=1), "calibration.standing.camera must be a table"),
        (_table(camera__image_wh=[640]), "camera.image_wh must be two whole numbers"),
        (_table(camera__roll_deg=True), "camera.roll_deg must be a number"),
    ],
)
def test_a_damaged_table_is_refused_and_named(table: Any, words: str) -> None:
    """By its key, with the nearest spelling; and the same one in a recording by its line."""
    with pytest.raises(ValueError, match=re.escape(words)):
        from_table(table, "me", "calibration")
    if isinstance(table, dict):
        found = json.loads(recording_format.header_line(replace(people.ORIGIN, calibrations=Calibrations("me"))))
        found["calibration"] |= table
        with pytest.raises(RecordingError) as told:
            recording_format.read_header(json.dumps(found), "clip.jsonl line 1")
        assert str(told.value).startswith("clip.jsonl line 1:")


@pytest.mark.parametrize("own", [[], {}, {"name": 3, "age_days": {}}, {"name": "me", "age_days": {"standing": "x"}}])
def test_a_damaged_one_in_a_recording_is_refused(own: Any) -> None:
    """A name and the ages belong to it."""
    found = json.loads(
        recording_format.header_line(replace(people.ORIGIN, calibrations=Calibrations("me", standing())))
    )
    found["calibration"] = own if isinstance(own, list) or not own else found["calibration"] | own
    with pytest.raises(RecordingError, match=r"clip.jsonl line 1: calibration"):
        recording_format.read_header(json.dumps(found), "clip.jsonl line 1")
