"""Is this installation sound? Facts about it, each with what to do when it is not. Collects, prints nothing."""

from __future__ import annotations

import importlib.metadata
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

import posecheck
from posecheck.errors import PosecheckError

#: Every distribution that installs the module `cv2`. Two of them overwrite each other's files.
OPENCV_DISTRIBUTIONS: Final = (
    "opencv-python",
    "opencv-contrib-python",
    "opencv-python-headless",
    "opencv-contrib-python-headless",
)
#: The library reports usage over the network in releases from 0.10.35 on; this one makes no connection.
MEDIAPIPE_VERSION: Final = "0.10.31"
TIMED_FRAMES: Final = 30


class State(StrEnum):
    """How a fact is to be taken."""

    FINE = "fine"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the doctor's card."""

    what: str
    state: State
    text: str


def examine(log: Path, model: Path | None = None, camera_limit: int = 4) -> Iterator[Fact]:
    """All facts, one after the other as they are found. `log` is where the log is; `model` the user's own bundle."""
    yield Fact("posecheck", State.FINE, f"{posecheck.__version__}, in {Path(posecheck.__file__).parent}")
    yield Fact("Python", State.FINE, f"{platform.python_version()}, {sys.executable}")
    yield Fact("System", State.FINE, f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield _guarded("mediapipe", _mediapipe)
    yield _guarded("OpenCV", _opencv)
    yield _guarded("Model", lambda: _model(model))
    yield _guarded("Spine model", _spine_model)
    yield _guarded("One frame", lambda: _timed_frame(model))
    yield _guarded("Cameras", lambda: _cameras(camera_limit))
    yield Fact("Log", State.FINE, str(log))
    yield Fact("Network", State.FINE, "none used: posecheck makes no connection, and pins a mediapipe that makes none")


def _guarded(what: str, look: Callable[[], Fact]) -> Fact:
    try:
        return look()
    except PosecheckError as error:
        return Fact(what, State.FAULT, str(error))
    except Exception as error:  # noqa: BLE001  the doctor reports every illness, known or not
        return Fact(what, State.FAULT, f"{type(error).__name__}: {error}")


def _mediapipe() -> Fact:
    version = importlib.metadata.version("mediapipe")
    if version != MEDIAPIPE_VERSION:
        return Fact(
            "mediapipe",
            State.FAULT,
            f"{version}; posecheck is made for {MEDIAPIPE_VERSION}, and later ones report usage over the network. "
            f"Try: pip install mediapipe=={MEDIAPIPE_VERSION}",
        )
    return Fact("mediapipe", State.FINE, version)


def _opencv() -> Fact:
    found = []
    for name in OPENCV_DISTRIBUTIONS:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    import cv2  # noqa: PLC0415  a broken cv2 is one of the things looked for

    if len(found) != 1:
        told = " and ".join(found) or "none"
        return Fact(
            "OpenCV",
            State.FAULT,
            f"one cv2 distribution is wanted, found: {told}. "
            "Try: pip uninstall the others, then pip install --force-reinstall opencv-python",
        )
    return Fact("OpenCV", State.FINE, f"{found[0]} (the only cv2), FFmpeg {'in' if _has_ffmpeg(cv2) else 'NOT in'} it")


def _has_ffmpeg(cv2: object) -> bool:
    lines = str(cv2.getBuildInformation()).splitlines()  # type: ignore[attr-defined]
    return any("FFMPEG" in line and "YES" in line for line in lines)


def _model(model: Path | None) -> Fact:
    from posecheck.landmarks.weights import bundled_model, verify  # noqa: PLC0415

    path = model or bundled_model()
    return Fact("Model", State.FINE, f"{path.name}, sha256 {verify(path)[:16]}…, whole")


def _spine_model() -> Fact:
    from posecheck.kinematics.network import WEIGHTS_NAME, load  # noqa: PLC0415
    from posecheck.resources import models_dir  # noqa: PLC0415

    return Fact(
        "Spine model", State.FINE, f"{WEIGHTS_NAME}, sha256 {load(models_dir() / WEIGHTS_NAME).sha256[:16]}…, whole"
    )


def _timed_frame(model: Path | None) -> Fact:
    from posecheck.landmarks.mediapipe import MediaPipeBackend  # noqa: PLC0415
    from posecheck.resources import samples_dir  # noqa: PLC0415
    from posecheck.session import Looker  # noqa: PLC0415
    from posecheck.sources.video import VideoSource  # noqa: PLC0415

    times_s = []
    seen = 0
    clip = samples_dir() / "standing_fold_clean.mp4"
    with VideoSource(clip) as source, MediaPipeBackend(model) as backend:
        looker = Looker()
        for frame in islice(source.frames(), TIMED_FRAMES):
            begun = time.perf_counter()
            seen += not looker.look(frame, backend.detect(frame)).is_empty
            times_s.append(time.perf_counter() - begun)
    if len(times_s) < TIMED_FRAMES or seen < TIMED_FRAMES // 2:
        return Fact(
            "One frame", State.FAULT, f"the person of the sample clip was seen in {seen} of {len(times_s)} frames"
        )
    middle_s = statistics.median(times_s)
    told = f"{middle_s * 1000:.0f} ms from picture to landmarks and back line: {1 / middle_s:.0f} frames/s"
    if middle_s > 1 / 15:
        return Fact("One frame", State.NOTE, f"{told}. Slow for live use: close other programs.")
    return Fact("One frame", State.FINE, told)


def _cameras(limit: int) -> Fact:
    from posecheck.sources.camera import list_cameras  # noqa: PLC0415

    cameras = list_cameras(limit)
    if not cameras:
        return Fact("Cameras", State.NOTE, "none answered. Recorded videos work without one.")
    return Fact(
        "Cameras", State.FINE, "; ".join(f"{c.index}: {c.name or 'camera'} {c.width}×{c.height}" for c in cameras)
    )
