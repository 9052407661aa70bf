"""A video through the camera's path."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from posecheck.errors import BrokenSourceError
from posecheck.sources.camera import CameraSource
from posecheck.sources.playback import PlaybackDevice
from posecheck.sources.video import VideoSource
from tests.sources import clips


def played(path: Path, pace: str) -> CameraSource:
    """The video as a camera."""
    assert pace in {"real time", "lockstep"}
    return CameraSource(PlaybackDevice(VideoSource(path), "lockstep" if pace == "lockstep" else "real time"), "played")


def test_camera_path_and_file_path_give_identical_frames(tmp_path: Path) -> None:
    """In lockstep no frame is dropped, even by a consumer slower than the file: same bits, times and numbers."""
    path = clips.write(tmp_path / "vfr.mp4", [0, 33, 66, 300, 333, 800, 900, 1000, 2000])
    source = played(path, "lockstep")
    through_camera = []
    for frame in source.frames():
        time.sleep(0.005)
        through_camera.append(frame)
    from_file = list(VideoSource(path).frames())
    assert source.dropped == 0
    assert [(f.t_s, f.index) for f in through_camera] == [(f.t_s, f.index) for f in from_file]
    assert all(np.array_equal(a.image_rgb, b.image_rgb) for a, b in zip(through_camera, from_file, strict=True))


def test_real_time_takes_as_long_as_the_video(tmp_path: Path) -> None:
    """Frames come when they are due, with the video's own times."""
    source = played(clips.write(tmp_path / "a.mp4", [0, 100, 200, 500]), "real time")
    begun = time.perf_counter()
    arrived = [(frame.t_s, time.perf_counter() - begun) for frame in source.frames()]
    assert [t for t, _ in arrived] == pytest.approx([0, 0.1, 0.2, 0.5])
    assert arrived[-1][1] - arrived[0][1] > 0.45
    assert all(b > a for (_, a), (_, b) in itertools.pairwise(arrived))


def test_real_time_drops_frames_for_a_slow_consumer(tmp_path: Path) -> None:
    """As with a camera: the frame one gets is the newest, and the rest is counted."""
    source = played(clips.write(tmp_path / "a.mp4", clips.stamps_ms(30)), "real time")
    seen = []
    for frame in source.frames():
        time.sleep(0.2)
        seen.append(clips.number_of(frame))
    assert len(seen) + source.dropped == 30
    assert source.dropped > 5
    assert seen[-1] == 29


def test_a_long_wait_for_the_next_frame_can_be_interrupted(tmp_path: Path) -> None:
    """Closing does not wait for a frame that is due in half a minute."""
    source = played(clips.write(tmp_path / "a.mp4", [0, 30_000]), "real time")
    frames = iter(source.frames())
    next(frames)
    begun = time.perf_counter()
    source.close()
    assert time.perf_counter() - begun < 0.9
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("reading played", "reader of"))]


def test_a_broken_video_breaks_as_itself(tmp_path: Path) -> None:
    """The video's own error, with its second, comes through the camera path."""
    path = clips.cut(clips.write(tmp_path / "a.mkv", clips.stamps_ms(50), noise=True))
    with pytest.raises(BrokenSourceError, match="breaks off at"):
        list(played(path, "lockstep").frames())
