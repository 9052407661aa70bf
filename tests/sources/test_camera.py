"""The camera's path: newest frame wins, time from a clock, every end is told, the thread can always be stopped."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import numpy as np
import pytest

from posecheck.errors import BrokenSourceError, SourceError
from posecheck.records import Bytes, Frame
from posecheck.sources import camera
from posecheck.sources.base import SourceInfo
from posecheck.sources.camera import SILENCE_LIMIT_S, CameraSource, list_cameras, open_camera
from tests.sources.hand_clock import HandClock
from tests.waiting import GIVE_UP_S, wait_until

Shot = tuple[Bytes, float | None] | None


class ScriptedDevice:
    """A camera that does what a test tells it to, read by read."""

    info = SourceInfo(8, 6, 30.0, None, None)
    waits_for_taker = False

    def __init__(self, read: Callable[[int], Shot], *, ends_by_itself: bool = False) -> None:
        self.ends_by_itself = ends_by_itself
        self.reads = 0
        self.closed = 0
        self.interrupted = threading.Event()
        self._read = read

    def read(self) -> Shot:
        self.reads += 1
        return self._read(self.reads - 1)

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        self.closed += 1


class Patient(ScriptedDevice):
    """One that is only read on after its last frame was taken, so that none is dropped."""

    waits_for_taker = True


def image(number: int) -> Bytes:
    """A picture that tells its number."""
    return np.full((6, 8, 3), number, np.uint8)


def ended() -> None:
    """Wait until no camera thread is alive."""
    wait_until(lambda: not threads(), "the camera's thread to end")


def threads() -> list[threading.Thread]:
    """The camera threads that are alive."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("reading camera under test")]


def test_the_newest_frame_wins_and_the_others_are_counted() -> None:
    """A slow consumer gets what the camera sees now, not what it saw then."""
    taken, more = threading.Event(), threading.Event()

    def read(number: int) -> Shot:
        if number == 1:
            assert taken.wait(GIVE_UP_S)
        if number == 5:
            more.set()
            return None
        return image(number), None

    source = CameraSource(ScriptedDevice(read, ends_by_itself=True), "camera under test")
    frames = iter(source.frames())
    assert next(frames).image_rgb[0, 0, 0] == 0
    taken.set()
    assert more.wait(GIVE_UP_S)
    assert [frame.image_rgb[0, 0, 0] for frame in frames] == [4]
    assert source.dropped == 3


def test_time_begins_at_zero_and_rises_with_the_clock() -> None:
    """The first frame is at 0 whenever the camera woke up; the others by the clock, strictly rising."""
    clock = HandClock()
    readings_s = [700.0, 700.03, 700.03, 700.1]

    def read(number: int) -> Shot:
        if number == len(readings_s):
            return None
        clock.move_to(readings_s[number])
        return image(number), None

    source = CameraSource(Patient(read, ends_by_itself=True), "camera under test", clock=clock)
    times_s = [frame.t_s for frame in source.frames()]
    assert times_s == pytest.approx([0.0, 0.03, 0.03, 0.1], abs=1e-5)
    assert times_s == sorted(set(times_s))


def test_the_age_of_a_frame_counts_from_when_it_came() -> None:
    """Not from when it was taken; nothing is known before the first."""
    clock = HandClock(5.0)
    source = CameraSource(
        ScriptedDevice(lambda n: (image(n), None) if n < 1 else None), "camera under test", clock=clock
    )
    assert math.isnan(source.age_s)
    frames = source.frames()
    next(iter(frames))
    clock.move_to(5.25)
    assert source.age_s == 0.25
    source.close()
    ended()


def test_a_device_with_a_clock_keeps_its_times_and_a_frame_out_of_order_is_left_out() -> None:
    """The device's own time counts; one that does not rise cannot be used and is counted as dropped."""
    stamps = [0.5, 0.6, 0.55, 0.6, 0.7]
    device = Patient(lambda n: (image(n), stamps[n]) if n < len(stamps) else None, ends_by_itself=True)
    source = CameraSource(device, "camera under test")
    assert [frame.t_s for frame in source.frames()] == [0.5, 0.6, 0.7]
    assert source.dropped == 2


def test_an_unplugged_camera_gives_its_last_frame_and_then_says_so() -> None:
    """What was seen is kept; the message says when it ended and what to do."""
    source = CameraSource(ScriptedDevice(lambda n: (image(n), n / 10) if n < 3 else None), "camera under test")
    seen: list[Frame] = []
    with pytest.raises(BrokenSourceError, match=r"stopped answering after 0\.2 s. Was it unplugged\?") as caught:
        seen.extend(source.frames())
    assert seen[-1].t_s == caught.value.t_s == 0.2
    ended()


def test_an_error_in_the_device_comes_out_as_itself() -> None:
    """Whatever fails in the thread is seen by the consumer, and the device is let go of."""

    def read(_: int) -> Shot:
        raise ZeroDivisionError("driver")

    device = ScriptedDevice(read)
    with pytest.raises(ZeroDivisionError, match="driver"):
        list(CameraSource(device, "camera under test").frames())
    assert device.closed == 1


def test_leaving_early_lets_go_of_the_camera() -> None:
    """`close()` in the middle of a stream: thread gone, device closed once, the iterator ends."""
    device = ScriptedDevice(lambda n: (image(n % 200), None))
    with CameraSource(device, "camera under test") as source:
        frames = iter(source.frames())
        next(frames)
    ended()
    assert device.closed == 1
    assert list(frames) == []
    source.close()
    assert device.closed == 1


def test_a_camera_never_read_is_let_go_of_too() -> None:
    """Opening and closing without a frame leaves nothing behind, and nothing comes afterwards."""
    device = ScriptedDevice(lambda n: (image(n), None))
    source = CameraSource(device, "camera under test")
    source.close()
    source.close()
    assert (device.closed, device.reads) == (1, 0)
    assert list(source.frames()) == []


def test_a_device_that_hangs_cannot_keep_close_from_returning() -> None:
    """Stuck inside a read, the thread is left to end by itself; it closes the device when it does."""
    inside, stuck = threading.Event(), threading.Event()

    def read(number: int) -> Shot:
        if number:
            inside.set()
            stuck.wait(GIVE_UP_S)
        return image(number), None

    device = ScriptedDevice(read)
    source = CameraSource(device, "camera under test")
    next(iter(source.frames()))
    assert inside.wait(GIVE_UP_S)
    source.close()
    assert device.interrupted.is_set()
    assert threads(), "close came back while the read still hung"
    assert device.closed == 0
    stuck.set()
    ended()
    assert device.closed == 1


def test_a_silent_camera_is_given_up() -> None:
    """One that neither gives a picture nor fails is told to the user instead of waiting for ever; a slow one is not."""
    clock = HandClock()

    def read(number: int) -> Shot:
        if number < 4:
            clock.move_to(clock() + (SILENCE_LIMIT_S - 0.1 if number else 0.0))
            return image(number), None
        while not device.interrupted.is_set():  # silent, while time goes on
            clock.move_to(clock() + 1.0)
            device.interrupted.wait(0.001)
        return None

    device = Patient(read)
    source = CameraSource(device, "camera under test", clock=clock)
    seen: list[Frame] = []
    with pytest.raises(BrokenSourceError, match=r"gave no picture for 10 s") as caught:
        seen.extend(source.frames())
    assert [frame.t_s for frame in seen] == pytest.approx([0.0, 9.9, 19.8, 29.7])
    assert caught.value.t_s == seen[-1].t_s
    ended()


def test_a_camera_has_one_stream() -> None:
    """Two consumers would steal each other's frames; the second is refused and the first goes on."""
    with CameraSource(ScriptedDevice(lambda n: (image(n % 200), None)), "camera under test") as source:
        frames = iter(source.frames())
        next(frames)
        assert len(threads()) == 1
        with pytest.raises(ValueError, match="one stream"):
            next(iter(source.frames()))
        assert next(frames).index == 1


def test_without_a_camera_opening_one_says_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    """A number no camera has: the message tells which ones answered, and OpenCV's own chatter stays away."""
    answered = [found.index for found in list_cameras(2)]
    with pytest.raises(SourceError, match="Cannot open camera 97") as caught:
        open_camera(97)
    told = f"Try: posecheck live --camera {answered[0]}" if answered else "no camera answered. Plug one in"
    assert told in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_negative_number_is_no_camera() -> None:
    """OpenCV would take it for "any camera"."""
    with pytest.raises(SourceError, match="Cannot open camera -1"):
        open_camera(-1)


def test_the_message_offers_a_camera_that_answers() -> None:
    """The words of the refusal when others are there."""
    assert camera._cannot_open(1, [0, 2]) == (
        "Cannot open camera 1. Cameras that answered: 0, 2. Try: posecheck live --camera 0"
    )
