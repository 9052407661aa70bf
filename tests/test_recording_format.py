"""How a recording is written as text."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from posecheck import recording_format
from posecheck.errors import RecordingError
from posecheck.records import CROP_SHAPE, Back, LegsSeen, Sighting, frozen
from tests.outputs import people

_ANY = st.floats(allow_nan=True, allow_infinity=False)
_SEEN = st.floats(allow_nan=False, allow_infinity=False)


def _array(*shape: int) -> st.SearchStrategy[NDArray[np.float64]]:
    return arrays.arrays(np.float64, shape, elements=_ANY).map(lambda a: frozen(a, np.float64))


_BACKS = st.builds(
    Back,
    hip_px=_array(2),
    shoulder_px=_array(2),
    facing=st.sampled_from((1, -1)),
    crop=arrays.arrays(np.uint8, CROP_SHAPE),
    dorsal=st.integers(1, 120).flatmap(_array),
    inside_frac=_ANY,
)
_LEGS = st.builds(LegsSeen, on_body=_array(2, 2), across_px=_array(2, 2), middle=_array(2, 2), limbs_px=_array(2, 2, 2))
_SIGHTINGS = st.builds(
    Sighting,
    t_s=_SEEN,
    index=st.integers(0, 10**9),
    image_wh=st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
    landmarks_px=_array(33, 2),
    visibility=_array(33),
    world_m=_array(33, 3),
    back=st.none() | _BACKS,
    people=st.integers(0, 9),
    brightness_frac=_ANY,
    legs=st.none() | _LEGS,
)


def _bits(value: Any) -> bytes:
    """The exact bits of a number or array, every NaN alike."""
    array = np.array(value, np.float64)
    array[np.isnan(array)] = np.nan
    return array.tobytes()


def _assert_same(first: Sighting, second: Sighting) -> None:
    for name in ("t_s", "landmarks_px", "visibility", "world_m", "brightness_frac"):
        assert _bits(getattr(first, name)) == _bits(getattr(second, name)), name
    assert (first.index, first.image_wh, first.people) == (second.index, second.image_wh, second.people)
    assert (first.back is None) == (second.back is None)
    if first.back is not None and second.back is not None:
        for name in ("hip_px", "shoulder_px", "dorsal", "inside_frac"):
            assert _bits(getattr(first.back, name)) == _bits(getattr(second.back, name)), name
        assert first.back.facing == second.back.facing
        assert first.back.crop.tobytes() == second.back.crop.tobytes()
    assert (first.legs is None) == (second.legs is None)
    if first.legs is not None and second.legs is not None:
        for name in ("on_body", "across_px", "middle", "limbs_px"):
            assert _bits(getattr(first.legs, name)) == _bits(getattr(second.legs, name)), name


@given(_SIGHTINGS)
def test_a_sighting_comes_back_bit_for_bit(seen: Sighting) -> None:
    """Every number of any sighting is the same after writing and reading, -0.0, tiny ones and NaN included."""
    line = recording_format.sighting_line(seen)
    assert "\n" not in line
    back = recording_format.read_line(line, "here")
    assert isinstance(back, Sighting)
    _assert_same(seen, back)


def test_arrays_read_back_are_read_only() -> None:
    """Nobody can change a recorded sighting by accident."""
    for seen in (people.sighting(), people.nobody()):
        back = recording_format.read_line(recording_format.sighting_line(seen), "here")
        assert isinstance(back, Sighting)
        fields: list[NDArray[Any]] = [back.landmarks_px, back.visibility, back.world_m]
        if back.back is not None:
            fields += [back.back.crop, back.back.dorsal, back.back.hip_px, back.back.shoulder_px]
        assert not any(field.flags.writeable for field in fields)


def test_a_recording_of_before_tells_nothing_of_the_legs() -> None:
    """The key is left out where there is nothing to say, and its absence is no damage."""
    line = recording_format.sighting_line(people.sighting())
    assert "legs" not in json.loads(line)
    back = recording_format.read_line(line, "here")
    assert isinstance(back, Sighting)
    assert back.legs is None


def test_legs_that_do_not_show_by_themselves_are_left_out() -> None:
    """The key is written where there are limbs alone; without it, as in recordings of before, they are NaN."""
    share = frozen(np.eye(2), np.float64)
    for limbs_px in (np.full((2, 2, 2), np.nan), np.arange(8.0).reshape(2, 2, 2)):
        legs = LegsSeen(share, share, share, frozen(limbs_px, np.float64))
        line = recording_format.sighting_line(replace(people.sighting(), legs=legs))
        assert ("limbs_px" in json.loads(line)["legs"]) == (not np.isnan(limbs_px).all())
        back = recording_format.read_line(line, "here")
        assert isinstance(back, Sighting)
        assert back.legs is not None
        np.testing.assert_array_equal(back.legs.limbs_px, limbs_px)


def test_lines_are_short_ascii_json_without_nan() -> None:
    """A line stays below 6 kB even when no number fits into four bytes, and is JSON for any reader."""
    seen = people.sighting(1 / 3)
    noisy = replace(
        seen,
        visibility=frozen(np.linspace(0.1, 0.9, 33), np.float64),
        brightness_frac=math.nan,
    )
    line = recording_format.sighting_line(noisy)
    assert len(line.encode("ascii")) < 6000
    assert "NaN" not in line
    assert json.loads(line)["brightness_frac"] is None
    assert len(recording_format.sighting_line(people.nobody())) < 300


def test_the_models_own_numbers_take_four_bytes() -> None:
    """Values that four bytes hold exactly are packed in four, all others in eight."""
    found = json.loads(recording_format.sighting_line(people.sighting()))
    assert found["visibility"].startswith("f4:")
    assert found["back"]["dorsal"].startswith("f8:")


def test_a_header_comes_back() -> None:
    """Origin and every number in force, with where it came from, survive; the units stand in the text."""
    line = recording_format.header_line(people.ORIGIN)
    header = recording_format.read_header(line, "here")
    assert header.origin == people.ORIGIN
    assert header.format_version == recording_format.FORMAT_VERSION
    assert json.loads(line)["units"]["landmarks_px"].startswith("33 x 2 pixels")


def test_a_header_tells_what_was_remembered_only_where_something_was() -> None:
    """A memory comes back as it is; a recording without one is written as ever, and one of before can be read."""
    assert "memory" not in json.loads(recording_format.header_line(people.ORIGIN))
    assert recording_format.read_header(recording_format.header_line(people.ORIGIN), "here").origin.memory is None
    carried = replace(people.ORIGIN, memory={"own": {"t_s": 1 / 3, "seated": None}})
    assert recording_format.read_header(recording_format.header_line(carried), "here").origin == carried


@given(st.text(), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_footer_comes_back(ending: str, frames: int, seen: int) -> None:
    """Any way of ending survives as it is."""
    counts = recording_format.Counts(frames, seen)
    assert recording_format.read_line(recording_format.footer_line(counts, ending), "here") == recording_format.Footer(
        ending, counts
    )


def test_counts_know_people_from_nobody() -> None:
    """A frame without a person is a frame, but no person's."""
    assert recording_format.Counts().plus(people.nobody()).plus(people.sighting()) == recording_format.Counts(2, 1)


def _changed(**changes: Any) -> str:
    return json.dumps(json.loads(recording_format.sighting_line(people.sighting())) | changes)


def _back_changed(**changes: Any) -> str:
    back = json.loads(recording_format.sighting_line(people.sighting()))["back"] | changes
    return _changed(back=back)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "damaged"),
        ("[]", "a sighting was expected"),
        ("[" * 100_000, "damaged"),
        (recording_format.sighting_line(people.sighting())[:-9], "damaged"),
        (_changed(extra=1), "unknown: extra"),
        ("{}", "missing: back, brightness_frac"),
        (_changed(t_s="1"), "t_s must be a number, not '1'"),
        (_changed(t_s=True), "t_s must be a number"),
        (_changed(t_s=None), "t_s must be a number"),
        (_changed(index=1.5), "index must be a whole number"),
        (_changed(index=-1), "index must be a whole number"),
        (_changed(image_wh=[640]), "image_wh must be two whole numbers"),
        (_changed(people="1"), "people must be a whole number"),
        (_changed(landmarks_px="f4:AAAA"), "landmarks_px is not a packed array of 33 x 2"),
        (_changed(landmarks_px=[1.0]), "landmarks_px is not a packed array"),
        (_changed(world_m="f2:AAAA"), "world_m is not a packed array"),
        (_changed(visibility="f8:*!"), "visibility is not a packed array"),
        (_changed(back=[]), "back must be an object or null"),
        (_changed(legs=None), "legs must be an object"),
        (_changed(legs={"on_body": 1}), "legs: missing: across_px, middle"),
        (_changed(legs=dict.fromkeys(("on_body", "across_px", "middle"), "f4:AAAA")), "legs.on_body is not a packed"),
        (_back_changed(facing=0), "back.facing must be 1 or -1"),
        (_back_changed(facing=True), "back.facing must be 1 or -1"),
        (_back_changed(crop="AAAA"), "back.crop is not base64"),
        (_back_changed(crop=None), "back.crop is not base64"),
        (_back_changed(hip_px=None), "back.hip_px is not a packed array of 2"),
        (
            recording_format.sighting_line(people.sighting()).replace(
                '"brightness_frac":0.4375', '"brightness_frac":NaN'
            ),
            "damaged",
        ),
        ('{"ending": 1, "frames": 1, "person_frames": 1}', "ending must be text"),
        ('{"ending": "complete"}', "missing: frames, person_frames"),
    ],
)
def test_a_bad_line_is_refused_and_named(line: str, words: str) -> None:
    """Whatever is wrong with a line, the message is one line, names the place and says what is wrong."""
    with pytest.raises(RecordingError) as caught:
        recording_format.read_line(line, "clip.jsonl line 17")
    message = str(caught.value)
    assert message.startswith("clip.jsonl line 17")
    assert words in message
    assert "\n" not in message


def _header_changed(**changes: Any) -> str:
    return json.dumps(json.loads(recording_format.header_line(people.ORIGIN)) | changes)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("t_s,verdict", "not a posecheck recording"),
        ("{}", "not a posecheck recording"),
        ("[1]", "not a posecheck recording"),
        (_header_changed(format_version=2), "written by a newer posecheck (recording format 2"),
        (_header_changed(format_version="1"), "format_version must be a whole number"),
        (_header_changed(format_version=2, news="later formats have other keys"), "written by a newer posecheck"),
        (_header_changed(extra=1), "unknown: extra"),
        (_header_changed(stretch=3), "stretch must be text"),
        (_header_changed(memory=[]), "memory must be an object, not []"),
        (_header_changed(memory=None), "memory must be an object, not None"),
        (_header_changed(settings=[]), "settings must be an object"),
        (_header_changed(settings={"a": 1.0}), "settings.a must be [value, where it came from]"),
        (_header_changed(settings={"a": ["x", "default"]}), "settings.a must be a number"),
    ],
)
def test_a_bad_header_is_refused_and_named(line: str, words: str) -> None:
    """A file that is no recording, or one of a later posecheck, is told apart in one line."""
    with pytest.raises(RecordingError) as caught:
        recording_format.read_header(line, "clip.jsonl line 1")
    assert str(caught.value).startswith("clip.jsonl line 1")
    assert words in str(caught.value)
