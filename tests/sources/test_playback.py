"""A video through the camera's path."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from posecheck.errors import BrokenSourceError
from posecheck.sources.camera import CameraSource
from posecheck.sources.playback import PlaybackDevice
from posecheck.sources.video import VideoSource
from tests.sources import clips
from tests.sources.hand_clock import HandClock
from tests.waiting import wait_until


def in_lockstep(path: Path) -> CameraSource:
    """The video as a camera that gives the next frame once the last was taken."""
    return CameraSource(PlaybackDevice(VideoSource(path), "lockstep"), "played")


def reading() -> bool:
    """Whether a thread of any test here still reads."""
    return any(thread.name.startswith(("reading played", "reader of")) for thread in threading.enumerate())


def test_camera_path_and_file_path_give_identical_frames(tmp_path: Path) -> None:
    """In lockstep no frame is dropped, even by a consumer slower than the file: same bits, times and numbers."""
    path = clips.write(tmp_path / "vfr.mp4", [0, 33, 66, 300, 333, 800, 900, 1000, 2000])
    source = in_lockstep(path)
    through_camera = []
    for frame in source.frames():
        # The reader has gone on as far as it may by the time this consumer asks for the next frame.
        wait_until(lambda: source._slot is not None or not source._thread.is_alive(), "the next frame to be read")
        through_camera.append(frame)
    from_file = list(VideoSource(path).frames())
    assert source.dropped == 0
    assert [(f.t_s, f.index) for f in through_camera] == [(f.t_s, f.index) for f in from_file]
    assert all(np.array_equal(a.image_rgb, b.image_rgb) for a, b in zip(through_camera, from_file, strict=True))


def test_in_real_time_each_frame_comes_when_it_is_due(tmp_path: Path) -> None:
    """By the clock, counted from the first frame, with the video's own times; what is overdue comes at once."""
    clock = HandClock(50.0)
    video = VideoSource(clips.write(tmp_path / "a.mp4", [0, 100, 200, 500, 600]))
    device = PlaybackDevice(video, "real time", clock=clock, wait=lambda _, for_s: clock.move_to(clock() + for_s))
    arrived = []
    while (shot := device.read()) is not None:
        arrived.append((shot[1], clock()))
        if len(arrived) == 2:
            clock.move_to(50.25)  # whoever takes the frames is busy for a while
    device.close()
    assert [t_s for t_s, _ in arrived] == pytest.approx([0, 0.1, 0.2, 0.5, 0.6])
    assert [at_s for _, at_s in arrived] == pytest.approx([50.0, 50.1, 50.25, 50.5, 50.6])


def test_real_time_drops_frames_for_a_slow_consumer(tmp_path: Path) -> None:
    """As with a camera: the frame one gets is the newest, and the rest is counted.

    The clock stands still until the reader waits for it, however slow the machine is.
    """
    clock = HandClock()
    video = VideoSource(clips.write(tmp_path / "a.mp4", clips.stamps_ms(30)))
    source = CameraSource(PlaybackDevice(video, "real time", clock=clock, wait=clock.wait), "played", clock=clock)
    seen = []
    for frame in source.frames():
        seen.append(clips.number_of(frame))
        clock.move_to(0.2 * len(seen) + 0.01)
        wait_until(lambda: clock.awaited or not source._thread.is_alive(), "every frame that is due to be read")
    assert seen == [0, 6, 12, 18, 24, 29]
    assert source.dropped == 24


def test_a_long_wait_for_the_next_frame_can_be_interrupted(tmp_path: Path) -> None:
    """Closing does not wait for a frame that is due in an hour."""
    video = VideoSource(clips.write(tmp_path / "a.mp4", [0, 3_600_000]))
    waiting = threading.Event()

    def wait(event: threading.Event, for_s: float) -> None:
        waiting.set()
        event.wait(for_s)

    source = CameraSource(PlaybackDevice(video, "real time", wait=wait), "played")
    next(iter(source.frames()))
    wait_until(waiting.is_set, "the reader to wait for the frame in an hour")
    source.close()
    wait_until(lambda: not reading(), "the reader to end, an hour early")


def test_a_broken_video_breaks_as_itself(tmp_path: Path) -> None:
    """The video's own error, with its second, comes through the camera path."""
    path = clips.cut(clips.write(tmp_path / "a.mkv", clips.stamps_ms(50), noise=True))
    with pytest.raises(BrokenSourceError, match="breaks off at"):
        list(in_lockstep(path).frames())
