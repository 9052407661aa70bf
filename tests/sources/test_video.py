"""Video files that are in order, and how they are read."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from posecheck.errors import SourceError, UsageError
from posecheck.sources.video import VideoSource
from tests.sources import clips


def readers() -> list[threading.Thread]:
    """The reader threads that are alive."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("reader of")]


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "libx264"), ("a.webm", "libvpx-vp9"), ("a.mkv", "libx264"), ("a.avi", "mpeg4")]
)
def test_every_frame_comes_in_order_with_its_own_time(tmp_path: Path, name: str, codec: str) -> None:
    """Nothing is skipped, doubled or timed by the nominal rate, in every common container."""
    times = clips.stamps_ms(40)
    with VideoSource(clips.write(tmp_path / name, times, codec=codec)) as source:
        frames = list(source.frames())
    assert [clips.number_of(frame) for frame in frames] == list(range(40))
    assert [frame.index for frame in frames] == list(range(40))
    assert [frame.t_s for frame in frames] == pytest.approx([t / 1000 for t in times], abs=0.0011)
    assert source.times_repaired == 0
    assert source.notes == ()


def test_a_variable_rate_keeps_its_real_times(tmp_path: Path) -> None:
    """Frames a phone dropped in the dark leave gaps in time; they are not evened out."""
    times = [0, 33, 66, 300, 333, 800, 900, 1000, 2000]
    source = VideoSource(clips.write(tmp_path / "vfr.mp4", times))
    assert [frame.t_s for frame in source.frames()] == pytest.approx([t / 1000 for t in times])


def test_a_file_whose_clock_begins_late_begins_at_zero(tmp_path: Path) -> None:
    """A recording cut out of a longer one starts at 0, and its length is that of what is there."""
    source = VideoSource(clips.write(tmp_path / "late.mkv", [5000 + t for t in clips.stamps_ms(30)]))
    times = [frame.t_s for frame in source.frames()]
    assert times[0] == 0.0
    assert times[-1] == pytest.approx(29 / 30, abs=0.002)
    assert source.info.duration_s == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("turned_deg", "corner"), [(90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))])
def test_a_turned_phone_clip_is_shown_upright(tmp_path: Path, turned_deg: int, corner: tuple[int, int]) -> None:
    """The rotation a phone noted is applied to the pixels and to the size, in the right direction."""
    path = clips.turn(clips.write(tmp_path / "phone.mp4", clips.stamps_ms(5), width=96, height=64), turned_deg)
    source = VideoSource(path)
    image = next(iter(source.frames())).image_rgb
    upright = (64, 96) if turned_deg == 180 else (96, 64)
    assert image.shape == (*upright, 3)
    assert (source.info.height, source.info.width) == upright
    step = [-4 if edge else 4 for edge in corner]
    assert image[step[0], step[1], 0] > 150
    assert image[step[0], step[1], 1] < 100


def test_grey_pictures_become_rgb(tmp_path: Path) -> None:
    """An 8-bit grey video gives three equal channels."""
    source = VideoSource(clips.write(tmp_path / "grey.mkv", clips.stamps_ms(3), codec="ffv1", pix_fmt="gray"))
    image = next(iter(source.frames())).image_rgb
    assert image.shape == (48, 64, 3)
    assert np.ptp(image.astype(int), axis=2).max() == 0


def test_odd_sizes_and_single_frames_are_fine(tmp_path: Path) -> None:
    """A 61×47 video of one frame is read as it is."""
    source = VideoSource(clips.write(tmp_path / "odd.mkv", [0], codec="ffv1", width=61, height=47))
    frames = list(source.frames())
    assert [frame.image_rgb.shape for frame in frames] == [(47, 61, 3)]
    assert frames[0].t_s == 0.0


def test_pictures_are_rgb_and_read_only(tmp_path: Path) -> None:
    """The red corner is red, and nobody can paint over a frame that others still look at."""
    image = next(iter(VideoSource(clips.write(tmp_path / "a.mp4", [0, 33])).frames())).image_rgb
    assert image[3, 3, 0] > image[3, 3, 2] + 100
    with pytest.raises(ValueError, match="read-only"):
        image[0, 0] = 0


def test_from_and_to_pick_frames_by_their_time(tmp_path: Path) -> None:
    """[from, to) in the file's own time, exact to the frame even at a variable rate; times are not shifted."""
    times = [0, 33, 66, 300, 333, 800, 900, 1000, 2000]
    path = clips.write(tmp_path / "vfr.mp4", times)
    frames = list(VideoSource(path, from_s=0.3, to_s=1.0).frames())
    assert [clips.number_of(frame) for frame in frames] == [3, 4, 5, 6]
    assert frames[0].t_s == pytest.approx(0.3)
    assert [frame.index for frame in frames] == [0, 1, 2, 3]


def test_a_span_narrows_the_estimate_for_the_progress_bar(tmp_path: Path) -> None:
    """A third of the clip is a third of its frames."""
    path = clips.write(tmp_path / "a.mp4", clips.stamps_ms(30))
    assert VideoSource(path).info.frames_estimate == 30
    assert VideoSource(path, from_s=0.5, to_s=0.8).info.frames_estimate == pytest.approx(9, abs=1)


@pytest.mark.parametrize("name", ["a.mp4", "a.ts"])
def test_from_behind_the_end_is_refused(tmp_path: Path, name: str) -> None:
    """The message tells how long the video is."""
    path = clips.write(tmp_path / name, clips.stamps_ms(30))
    with pytest.raises(SourceError, match=r"--from 7 s is behind the end of .*, which lasts 1\.0 s"):
        VideoSource(path, from_s=7)


def test_from_behind_the_end_of_a_file_of_unknown_length_is_refused_when_read(tmp_path: Path) -> None:
    """A raw stream does not say how long it is; the refusal comes when its end is reached."""
    path = clips.write(tmp_path / "raw.h264", clips.stamps_ms(10), container="h264")
    with pytest.raises(SourceError, match="behind the end"):
        list(VideoSource(path, from_s=7).frames())


@pytest.mark.parametrize(("from_s", "to_s"), [(-1.0, None), (None, -0.1), (2.0, 2.0), (3.0, 1.0), (float("nan"), None)])
def test_a_span_that_makes_no_sense_is_a_usage_error(tmp_path: Path, from_s: float | None, to_s: float | None) -> None:
    """Negative, empty, backwards or not a number: nothing is opened."""
    with pytest.raises(UsageError, match=r"--from|--to"):
        VideoSource(tmp_path / "missing.mp4", from_s=from_s, to_s=to_s)


def test_a_video_can_be_read_twice(tmp_path: Path) -> None:
    """Each `frames()` begins at the start and gives the same bits."""
    source = VideoSource(clips.write(tmp_path / "a.mp4", clips.stamps_ms(12)))
    first, second = (list(source.frames()) for _ in range(2))
    assert [frame.t_s for frame in first] == [frame.t_s for frame in second]
    assert all(np.array_equal(a.image_rgb, b.image_rgb) for a, b in zip(first, second, strict=True))


def test_stopping_early_ends_the_reader_thread(tmp_path: Path) -> None:
    """A consumer that breaks off, fails, or only ever asked for the iterator leaves no thread behind."""
    path = clips.write(tmp_path / "a.mp4", clips.stamps_ms(40))
    source = VideoSource(path)
    asked_only = source.frames()
    frames = iter(source.frames())
    next(frames)
    assert len(readers()) == 1
    frames.close()  # type: ignore[attr-defined]
    assert readers() == []

    def consume() -> None:
        for _ in source.frames():
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        consume()
    assert readers() == []
    del asked_only
    assert readers() == []


def test_closing_the_source_ends_an_iteration_under_way(tmp_path: Path) -> None:
    """After `close()` no thread is left, the iterator ends, and nothing more can be asked for."""
    with VideoSource(clips.write(tmp_path / "a.mp4", clips.stamps_ms(40))) as source:
        frames = iter(source.frames())
        next(frames)
    assert readers() == []
    assert list(frames) == []
    with pytest.raises(ValueError, match="closed"):
        source.frames()


def test_a_sample_clip_is_read_whole() -> None:
    """The clips that come with posecheck have as many frames as their headers say."""
    from posecheck.resources import samples_dir

    source = VideoSource(samples_dir() / "standing_fold_clean.mp4")
    assert sum(1 for _ in source.frames()) == source.info.frames_estimate
