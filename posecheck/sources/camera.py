"""Cameras: a thread reads, and whoever asks gets the newest frame. What came in between is dropped, never queued."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import cv2
import numpy as np

from posecheck.errors import BrokenSourceError, SourceError
from posecheck.records import Bytes, Frame
from posecheck.sources.base import SourceInfo

#: A camera that gives no picture for so long has hung: the slowest to start need about half of it.
SILENCE_LIMIT_S: Final = 10.0
#: Failed reads for so long mean unplugged; a single one happens to healthy cameras.
_FAILING_LIMIT_S: Final = 1.0
_FAILED_READ_PAUSE_S: Final = 0.02
#: How long `close` waits for a device that is inside a read.
_JOIN_LIMIT_S: Final = 1.0
#: A wait without a time limit cannot be interrupted by Ctrl-C on Windows; the value only bounds that delay.
_WAKE_S: Final = 0.2
#: Frames within the resolution of the clock are set this much apart.
_TICK_S: Final = 1e-6
_BACKENDS: Final = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
_KERNEL_NAMES: Final = Path("/sys/class/video4linux")


class CaptureDevice(Protocol):
    """Something pictures are captured from. `read` and `close` are called from one thread, `CameraSource`'s."""

    @property
    def info(self) -> SourceInfo:
        """Size and rate, known once the device is open."""
        ...

    @property
    def ends_by_itself(self) -> bool:
        """Whether running out of frames is its orderly end. For a real camera it means unplugged."""
        ...

    @property
    def waits_for_taker(self) -> bool:
        """Whether no frame may be dropped: it is then only read on after its last frame was taken."""
        ...

    def read(self) -> tuple[Bytes, float | None] | None:
        """The next picture and, if the device has a clock, its time; None when there will be no more."""
        ...

    def interrupt(self) -> None:
        """Called from another thread: a `read` that is waiting should return soon, with anything."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class CameraSource:
    """Frames of a device, the newest first: a slot of one between the reading thread and the one who asks.

    Times are seconds since the first frame on a clock that never jumps, or the device's own where it has one (a frame
    whose own time does not rise is left out). `frames()` gives one stream; ask for it once. It ends when the source is
    closed or a device that ends by itself has ended; errors inside the device come out as themselves.

    `clock` gives seconds that never jump.

    Raises BrokenSourceError when a camera is unplugged or gives no picture for 10 s.
    """

    def __init__(self, device: CaptureDevice, name: str, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self.name = name
        self.info = device.info
        self.dropped = 0
        """Frames the device gave that nobody took, because a newer one came first."""
        self._device = device
        self._clock = clock
        self._changed = threading.Condition()
        self._slot: tuple[Bytes, float, float] | None = None
        """Picture, its time, and the clock's reading when it came."""
        self._came_s = math.nan
        self._last_s: float | None = None
        self._ended = False
        self._stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=f"reading {name}", daemon=True)

    def frames(self) -> Iterator[Frame]:
        """The newest frame each time one is asked for. See the class for what is raised."""
        with self._changed:
            if self._stopped:
                return
            if self._thread.ident is not None:
                raise ValueError(f"the frames of {self.name} were asked for twice: a camera has one stream")
            self._thread.start()
        index = 0
        t_s = 0.0
        try:
            while (shot := self._take(t_s)) is not None:
                image_rgb, t_s, self._came_s = shot
                yield Frame(image_rgb, t_s, index)
                index += 1
        finally:
            self.close()
        if self._error is not None:
            raise self._error

    @property
    def age_s(self) -> float:
        """Seconds since the frame that was last handed out came from the device; NaN before the first."""
        return self._clock() - self._came_s

    def close(self) -> None:
        """Stop the thread and let go of the device. Returns within about a second even if the device hangs."""
        with self._changed:
            begun, first_call = self._thread.ident is not None, not self._stopped
            self._stopped = True
            self._changed.notify_all()
        if begun:
            self._device.interrupt()
            if threading.current_thread() is not self._thread:
                self._thread.join(_JOIN_LIMIT_S)
        elif first_call:
            self._device.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()

    def _take(self, last_s: float) -> tuple[Bytes, float, float] | None:
        """The newest frame, waiting for it; None when there will be no more."""
        asked_s = self._clock()
        with self._changed:
            while self._slot is None and not (self._ended or self._stopped):
                self._changed.wait(_WAKE_S)
                silent = self._clock() - asked_s > SILENCE_LIMIT_S
                if silent and self._slot is None and not self._device.ends_by_itself:
                    raise BrokenSourceError(
                        f"{self.name} gave no picture for {SILENCE_LIMIT_S:.0f} s. Is another program using it? "
                        "Unplug it, plug it in again, and start anew.",
                        last_s,
                    )
            if self._stopped:
                return None
            shot, self._slot = self._slot, None
            self._changed.notify_all()
            return shot

    # ----------------------------------------------------------------------------------------- in the reading thread
    def _work(self) -> None:
        error: BaseException | None = None
        try:
            self._read_all()
            if not (self._stopped or self._device.ends_by_itself):
                error = BrokenSourceError(
                    f"{self.name} stopped answering after {self._last_s or 0.0:.1f} s. Was it unplugged? "
                    "Plug it in and start again; what was seen until then is kept.",
                    self._last_s or 0.0,
                )
        except BaseException as raised:  # noqa: BLE001 - it is raised again in the consumer's thread
            error = raised
        finally:
            try:
                self._device.close()
            finally:
                with self._changed:
                    self._error, self._ended = error, True
                    self._changed.notify_all()

    def _read_all(self) -> None:
        began_s: float | None = None
        while not self._stopped:
            if self._device.waits_for_taker:
                with self._changed:
                    self._changed.wait_for(lambda: self._slot is None or self._stopped)
            shot = self._device.read() if not self._stopped else None
            if shot is None:
                return
            image_rgb, own_s = shot
            if own_s is None:
                now_s = self._clock()
                began_s = now_s if began_s is None else began_s
                t_s = now_s - began_s
                if self._last_s is not None:
                    t_s = max(t_s, self._last_s + _TICK_S)
            else:
                t_s = own_s
            self._put(image_rgb, t_s)

    def _put(self, image_rgb: Bytes, t_s: float) -> None:
        if image_rgb.flags.writeable:
            image_rgb = image_rgb.view()
            image_rgb.flags.writeable = False
        with self._changed:
            if self._last_s is not None and not t_s > self._last_s:
                self.dropped += 1
                return
            if self._slot is not None:
                self.dropped += 1
            self._slot, self._last_s = (image_rgb, t_s, self._clock()), t_s
            self._changed.notify_all()


class OpenCvDevice:
    """A camera by its number, through OpenCV.

    Raises SourceError if it does not open or gives no picture.
    """

    ends_by_itself = False
    waits_for_taker = False

    def __init__(self, index: int) -> None:
        self._interrupted = threading.Event()
        self._capture = cv2.VideoCapture(index, _BACKENDS.get(sys.platform, cv2.CAP_ANY)) if index >= 0 else None
        if self._capture is not None:
            self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # else the newest frame is some frames old
        first = self._read_patiently() if self._capture is not None and self._capture.isOpened() else None
        if self._capture is None or first is None:
            self.close()
            raise SourceError(f"Cannot open camera {index}.")
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        height, width = first.shape[:2]
        self.info = SourceInfo(width, height, fps if 1.0 <= fps <= 480.0 else None, None, None)

    def read(self) -> tuple[Bytes, float | None] | None:
        """The next picture (no time: OpenCV's camera times differ by system); None once reads keep failing."""
        image = self._read_patiently()
        return None if image is None else (image, None)

    def interrupt(self) -> None:
        """Stop waiting for a camera that fails."""
        self._interrupted.set()

    def close(self) -> None:
        """Let go of the camera."""
        if self._capture is not None:
            self._capture.release()

    def _read_patiently(self) -> Bytes | None:
        assert self._capture is not None
        failing_since_s = time.perf_counter()
        while not self._interrupted.is_set():
            read, image = self._capture.read()
            if read:
                return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)
            if time.perf_counter() - failing_since_s > _FAILING_LIMIT_S:
                return None
            self._interrupted.wait(_FAILED_READ_PAUSE_S)
        return None


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that answered."""

    index: int
    width: int
    height: int
    fps: float | None
    """As the camera says; None where it says nothing sensible."""
    name: str
    """As the system calls it; empty where it does not say."""


def open_camera(index: int) -> CameraSource:
    """The camera with this number, open and giving pictures.

    Raises SourceError, naming the cameras that did answer, if this one does not.
    """
    try:
        with _quiet_opencv():
            return CameraSource(OpenCvDevice(index), f"camera {index}")
    except SourceError:
        raise SourceError(_cannot_open(index, [camera.index for camera in list_cameras()])) from None


def _cannot_open(index: int, answered: list[int]) -> str:
    if not answered:
        return (
            f"Cannot open camera {index}: no camera answered. Plug one in, close other programs that use it, "
            "or allow this program to use the camera in the system's privacy settings."
        )
    shown = ", ".join(map(str, answered))
    return f"Cannot open camera {index}. Cameras that answered: {shown}. Try: posecheck live --camera {answered[0]}"


def list_cameras(limit: int = 8) -> list[CameraInfo]:
    """The cameras among the first `limit` numbers that open and give a picture. Quiet, and empty, when none does."""
    found = []
    with _quiet_opencv():
        for index in range(limit):
            if sys.platform == "linux" and not Path(f"/dev/video{index}").exists():
                continue
            try:
                device = OpenCvDevice(index)
            except SourceError:
                continue
            info = device.info
            device.close()
            found.append(CameraInfo(index, info.width, info.height, info.fps_nominal, _kernel_name(index)))
    return found


def _kernel_name(index: int) -> str:
    try:
        return (_KERNEL_NAMES / f"video{index}" / "name").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


@contextmanager
def _quiet_opencv() -> Iterator[None]:
    """Without OpenCV's warnings about numbers that are no camera, which are the answer and not a problem."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
