"""Files that are broken, not videos, or not files: each gets its own sentence."""

from __future__ import annotations

import os
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import BrokenSourceError, SourceError
from posecheck.records import Frame
from posecheck.sources import container
from posecheck.sources.video import VideoSource
from tests.examples import examples
from tests.sources import clips


def read_until_it_breaks(source: VideoSource) -> tuple[list[Frame], BrokenSourceError]:
    """The frames that came, and the error that ended them."""
    frames: list[Frame] = []
    with pytest.raises(BrokenSourceError) as caught:
        frames.extend(source.frames())  # keeps what came before the error
    return frames, caught.value


def make(kind: str, folder: Path) -> Path:
    """A path that cannot be read as a video."""
    path = folder / f"{kind}.mp4"
    match kind:
        case "folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "text":
            path.write_text("Grüße!\nNothing to see.\n" * 300, encoding="utf-8")
        case "playlist":
            path.write_text("#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n", encoding="utf-8")
        case "sound":
            clips.write_sound(path)
        case "wav":
            path.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20))
        case "noise":
            path.write_bytes(np.random.default_rng(1).bytes(5000))
        case "tiny":
            clips.write(path, [0, 33], width=2, height=2)
        case "small":
            clips.write(path, [0, 33], width=30, height=200)
        case "headless":
            clips.cut(clips.write(path, clips.stamps_ms(40)))
        case "pipe":
            os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "No such file"),
        ("folder", "is a folder"),
        ("empty", "zero bytes"),
        ("text", "is a text file"),
        ("playlist", "is a text file"),
        ("sound", "sound but no picture"),
        ("wav", "sound but no picture"),
        ("noise", "not a video that can be read"),
        ("tiny", "2×2 px: too small to see a person"),
        ("small", "30×200 px: too small"),
        ("headless", "lost its index"),
        pytest.param("pipe", "neither a file nor a folder", marks=pytest.mark.skipif(os.name == "nt", reason="POSIX")),
    ],
)
def test_what_is_not_a_readable_video_says_why(tmp_path: Path, kind: str, message: str) -> None:
    """One line, naming the file and the reason, before any frame is asked for."""
    path = make(kind, tmp_path)
    with pytest.raises(SourceError, match=message) as caught:
        VideoSource(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_single_pixel_is_refused(tmp_path: Path) -> None:
    """1×1 px holds nobody."""
    path = clips.write(tmp_path / "dot.mkv", [0, 33], codec="ffv1", width=1, height=1)
    with pytest.raises(SourceError, match="1×1 px: too small"):
        VideoSource(path)


def test_a_still_picture_and_a_pattern_of_pictures_are_refused(tmp_path: Path) -> None:
    """OpenCV would quietly play numbered pictures as a video."""
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"img_{number:03d}.png"), np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(SourceError, match="still picture"):
        VideoSource(tmp_path / "img_001.png")
    with pytest.raises(SourceError, match="No such file"):
        VideoSource(tmp_path / "img_%03d.png")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/a.mp4", "rtsp://camera.local/live", "rtp:224.0.0.1", "data:,x"]
)
def test_an_address_is_never_opened(address: str) -> None:
    """Posecheck makes no network connection, whatever is handed to it as a video."""
    with pytest.raises(SourceError, match="makes no network connection"):
        VideoSource(address)


def test_a_nul_in_a_name_is_an_ordinary_refusal() -> None:
    """A name no file can have does not end in a traceback."""
    with pytest.raises(SourceError):
        VideoSource("a\0b.mp4")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    """The system's own words come through."""
    path = clips.write(tmp_path / "mine.mp4", [0, 33])
    path.chmod(0)
    with pytest.raises(SourceError, match=r"Cannot read .*denied"):
        VideoSource(path)


@pytest.mark.parametrize(
    ("name", "codec", "faststart"),
    [("a.mp4", "libx264", True), ("a.mkv", "libx264", False), ("a.webm", "libvpx", False), ("a.avi", "mpeg4", False)],
)
def test_a_file_cut_in_half_gives_what_is_left_and_the_second_it_broke(
    tmp_path: Path, name: str, codec: str, faststart: bool
) -> None:
    """The frames before the cut are used, the message names file and second, and the error carries that time."""
    path = clips.write(tmp_path / name, clips.stamps_ms(50), codec=codec, faststart=faststart, noise=True)
    frames, error = read_until_it_breaks(VideoSource(clips.cut(path, 0.6)))
    assert 5 <= len(frames) < 45
    good = [frame for frame in frames if frame.t_s <= error.t_s]
    assert [clips.number_of(frame) for frame in good] == list(range(len(good)))
    assert abs(frames[-1].t_s - error.t_s) < 0.2
    told = re.search(r"breaks off at (\d+\.\d\d) s", str(error))
    assert told is not None
    assert float(told[1]) == pytest.approx(error.t_s, abs=0.006)


def test_a_transport_stream_cut_in_half_gives_what_is_there(tmp_path: Path) -> None:
    """Such a file has no end of its own, so half of it is a shorter whole."""
    path = clips.cut(clips.write(tmp_path / "a.ts", clips.stamps_ms(50), noise=True), 0.6)
    frames = list(VideoSource(path).frames())
    assert 10 <= len(frames) < 45


def test_a_hole_in_the_middle_is_told_and_the_frames_behind_it_are_used(tmp_path: Path) -> None:
    """Damaged bytes cost the frames they hold, no more; the error says when they began."""
    path = clips.write(tmp_path / "a.mp4", clips.stamps_ms(50), noise=True)
    data = bytearray(path.read_bytes())
    middle = data.find(b"mdat") + (len(data) - data.find(b"mdat")) // 2
    data[middle : middle + 1500] = b"\xff" * 1500
    path.write_bytes(data)
    frames, error = read_until_it_breaks(VideoSource(path))
    assert 0.3 < error.t_s < 1.3
    assert "is damaged at" in str(error)
    assert frames[-1].t_s > error.t_s + 0.2
    assert len(frames) < 50


def test_reading_only_what_lies_before_the_break_is_no_error(tmp_path: Path) -> None:
    """`--to` before the break: nothing is missing from what was asked for."""
    path = clips.cut(clips.write(tmp_path / "a.mkv", clips.stamps_ms(50), noise=True), 0.6)
    assert len(list(VideoSource(path, to_s=0.3).frames())) == 9


def test_a_trimmed_clip_is_whole(tmp_path: Path) -> None:
    """An edit list hides frames on purpose; that they do not come is no damage."""
    path = clips.trim(clips.write(tmp_path / "a.mp4", clips.stamps_ms(48)), 0.4, 0.6)
    source = VideoSource(path)
    frames = list(source.frames())
    assert source.info.duration_s == pytest.approx(0.6)
    assert source.info.frames_estimate == pytest.approx(18, abs=1)
    assert clips.number_of(frames[0]) == 12
    assert len(frames) == pytest.approx(18, abs=1)


def test_a_long_still_end_is_no_damage(tmp_path: Path) -> None:
    """A screen recording's last picture may stand for seconds; nothing is missing then."""
    frames = list(VideoSource(clips.write(tmp_path / "still.mp4", [0, 33, 66, 100, 9000])).frames())
    assert frames[-1].t_s == pytest.approx(9.0)


def test_a_stream_without_times_gets_them_from_its_rate_and_says_so(tmp_path: Path) -> None:
    """A raw stream has no times: even spacing is a guess that the user hears of."""
    path = clips.write(tmp_path / "raw.h264", clips.stamps_ms(10), container="h264")
    source = VideoSource(path)
    frames = list(source.frames())
    fps = source.info.fps_nominal
    assert fps is not None
    assert [frame.t_s for frame in frames] == pytest.approx([i / fps for i in range(10)])
    assert len(source.notes) == 1
    assert f"nominal rate of {fps:g} frames/s" in source.notes[0]


def test_a_file_that_vanishes_before_it_is_read_is_a_source_error(tmp_path: Path) -> None:
    """An error in the reader thread comes out in the consumer, as itself."""
    path = clips.write(tmp_path / "a.mp4", [0, 33])
    source = VideoSource(path)
    path.unlink()
    with pytest.raises(SourceError, match="no longer can"):
        list(source.frames())


@examples(150)  # cheap, and each damages one place of a file: fewer leave most places whole
@given(
    head=st.sampled_from(
        [b"", b"\x00\x00\x00\x18ftyp", b"\x1a\x45\xdf\xa3\x18\x53\x80\x67", b"RIFF\x08\x00\x00\x00AVI "]
    ),
    body=st.binary(max_size=200),
)
def test_no_bytes_whatever_upset_the_reading_of_headers(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, body: bytes
) -> None:
    """Headers are read from files that may be anything."""
    path = tmp_path_factory.getbasetemp() / "anything"
    path.write_bytes(head + body)
    assert isinstance(container.inspect(path), container.Facts)


@examples(100)  # cheap, and each damages one place of a file: fewer leave most places whole
@given(data=st.data())
def test_no_damage_to_an_index_upsets_the_reading_of_headers(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A real mp4 with bytes changed or cut is still answered with facts."""
    whole = tmp_path_factory.getbasetemp() / "whole.mp4"
    if not whole.exists():
        clips.write(whole, clips.stamps_ms(5))
    content = bytearray(whole.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    path = whole.with_name("hurt.mp4")
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    assert isinstance(container.inspect(path), container.Facts)
