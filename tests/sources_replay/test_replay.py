"""Recordings as a source: whole, cut off at any byte, damaged, and files that are none."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck import recording_format
from posecheck.errors import RecordingError
from posecheck.records import Sighting
from posecheck.sources.replay import CUT_OFF, read_recording
from tests.outputs import people

_LINES = [
    recording_format.header_line(people.ORIGIN),
    *(recording_format.sighting_line(people.sighting(index / 30, index=index)) for index in range(5)),
    recording_format.footer_line(recording_format.Counts(5, 5), "complete"),
]
_WHOLE = "".join(line + "\n" for line in _LINES).encode()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for many examples."""
    return tmp_path_factory.mktemp("replay") / "clip.jsonl"


def _read(path: Path) -> tuple[str, list[Sighting]]:
    found = read_recording(path)
    return found.ending, list(found.sightings())


@given(cut=st.integers(len(_LINES[0]) + 1, len(_WHOLE) - 2))
def test_a_file_cut_at_any_byte_reads_to_its_last_whole_line(scratch: Path, cut: int) -> None:
    """Wherever a crash cut it, the whole lines are there, the rest is left out, and it is called cut off."""
    scratch.write_bytes(_WHOLE[:cut])
    ending, seen = _read(scratch)
    whole = _WHOLE[:cut].count(b"\n") - 1
    ends_in_a_line = any(_WHOLE[:cut].endswith(line.encode()) for line in _LINES[1:-1])
    assert ending == CUT_OFF
    assert len(seen) == min(whole + ends_in_a_line, 5)


@given(cut=st.integers(0, len(_LINES[0]) - 1))
def test_a_file_cut_within_its_header_is_no_recording(scratch: Path, cut: int) -> None:
    """Half a header is not guessed at."""
    scratch.write_bytes(_WHOLE[:cut])
    with pytest.raises(RecordingError, match="is empty" if cut == 0 else "not a posecheck recording"):
        read_recording(scratch)


@given(at=st.integers(0, len(_WHOLE) - 1), byte=st.integers(0, 255))
def test_a_damaged_byte_is_refused_or_harmless_never_a_crash(scratch: Path, at: int, byte: int) -> None:
    """One changed byte anywhere gives a recording or a RecordingError, and no other error."""
    scratch.write_bytes(_WHOLE[:at] + bytes([byte]) + _WHOLE[at + 1 :])
    with contextlib.suppress(RecordingError):
        _, seen = _read(scratch)
        assert len(seen) <= 5


def test_a_tail_of_zeros_after_a_power_cut_is_left_out(scratch: Path) -> None:
    """Some file systems leave zero bytes where the last writes should have been."""
    scratch.write_bytes(_WHOLE[: _WHOLE.rindex(b'{"ending')] + bytes(4096))
    ending, seen = _read(scratch)
    assert (ending, len(seen)) == (CUT_OFF, 5)


def test_sightings_can_be_streamed_again(scratch: Path) -> None:
    """A recording is judged many times when numbers are tuned."""
    scratch.write_bytes(_WHOLE)
    found = read_recording(scratch)
    assert found.ending == "complete"
    assert found.counts == recording_format.Counts(5, 5)
    for _ in range(2):
        assert [seen.index for seen in found.sightings()] == [0, 1, 2, 3, 4]


def test_a_recording_without_frames_is_one(scratch: Path) -> None:
    """A session that ended before it saw anything leaves a readable file."""
    scratch.write_text(f"{_LINES[0]}\n{recording_format.footer_line(recording_format.Counts(), 'interrupted')}\n")
    assert _read(scratch) == ("interrupted", [])


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([_LINES[0], _LINES[1], "{broken", _LINES[2]], "line 3: damaged"),
        ([_LINES[0], _LINES[2], _LINES[1]], r"line 3: time does not rise \(0.0333333 s, then 0 s\)"),
        ([_LINES[0], _LINES[1], _LINES[1]], "line 3: time does not rise"),
        ([*_LINES, *_LINES], "line 8: goes on after its last line"),
        ([*_LINES[:3], *_LINES[4:]], "4 frames, but its last line counts 5"),
    ],
)
def test_a_recording_that_was_tampered_with_is_named(scratch: Path, lines: list[str], words: str) -> None:
    """Damage in the middle is never skipped: it is named with its line."""
    scratch.write_text("".join(line + "\n" for line in lines))
    with pytest.raises(RecordingError, match=words):
        list(read_recording(scratch).sightings())


def test_files_that_are_no_recordings_are_named(tmp_path: Path) -> None:
    """A folder, a missing file, a binary and a table each give one line that names the file."""
    binary, table = tmp_path / "clip.mp4", tmp_path / "measures.csv"
    binary.write_bytes(bytes(range(256)) * 10_000)
    table.write_text("t_s,verdict\n0,GOOD\n")
    for path, words in (
        (binary, "not a posecheck recording"),
        (table, "not a posecheck recording"),
        (tmp_path / "no.jsonl", "No such file"),
        (tmp_path, "Cannot read"),
    ):
        with pytest.raises(RecordingError, match=words) as caught:
            read_recording(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
