"""Is this installation sound? Facts about it, each with what to do when it is not. Collects, prints nothing.

A fact names its text by a key of the messages, so that it is shown in the person's language; what a library says of its
own failure is shown as it is.
"""

from __future__ import annotations

import importlib.metadata
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

import posecheck
from posecheck.errors import PosecheckError
from posecheck.resources import install_command

_MODEL, _SPINE_MODEL, _ONE_FRAME, _CAMERAS = (
    f"doctor.what.{name}" for name in ("model", "spine_model", "one_frame", "cameras")
)
_IN, _WHOLE = "doctor.installed", "doctor.whole"

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
    """What it is about: a name, or a key of the messages."""
    state: State
    text: str
    """A key of the messages, or text that is told as it is."""
    values: Mapping[str, str | float] = field(default_factory=dict)
    """What fills the blanks of that text; keys of the messages among them are told in the person's language."""


def examine(log: Path, model: Path | None = None, camera_limit: int = 4) -> Iterator[Fact]:
    """All facts, one after the other as they are found. `log` is where the log is; `model` the user's own bundle."""
    yield Fact(
        "posecheck", State.FINE, _IN, {"version": posecheck.__version__, "folder": str(Path(posecheck.__file__).parent)}
    )
    yield Fact("Python", State.FINE, f"{platform.python_version()}, {sys.executable}")
    yield Fact("doctor.what.system", State.FINE, f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield _guarded("mediapipe", _mediapipe)
    yield _guarded("OpenCV", _opencv)
    yield _guarded(_MODEL, lambda: _model(model))
    yield _guarded(_SPINE_MODEL, _spine_model)
    yield _guarded(_ONE_FRAME, lambda: _timed_frame(model))
    yield _guarded(_CAMERAS, lambda: _cameras(camera_limit))
    yield Fact("doctor.what.log", State.FINE, str(log))
    yield Fact("doctor.what.network", State.FINE, "doctor.network")


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
            "doctor.mediapipe_other",
            {"found": version, "wanted": MEDIAPIPE_VERSION, "command": install_command()},
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
        return Fact("OpenCV", State.FAULT, "doctor.opencv_other", {"found": " + ".join(found) or "–"})
    text = "doctor.opencv" if _has_ffmpeg(cv2) else "doctor.opencv_no_ffmpeg"
    return Fact("OpenCV", State.FINE, text, {"found": found[0]})


def _has_ffmpeg(cv2: object) -> bool:
    lines = str(cv2.getBuildInformation()).splitlines()  # type: ignore[attr-defined]
    return any("FFMPEG" in line and "YES" in line for line in lines)


def _model(model: Path | None) -> Fact:
    from posecheck.landmarks.weights import bundled_model, verify  # noqa: PLC0415

    path = model or bundled_model()
    return Fact(_MODEL, State.FINE, _WHOLE, {"file": path.name, "sha256": verify(path)[:16]})


def _spine_model() -> Fact:
    from posecheck.kinematics.spine.network import WEIGHTS_NAME, load  # noqa: PLC0415
    from posecheck.resources import models_dir  # noqa: PLC0415

    sha256 = load(models_dir() / WEIGHTS_NAME).sha256
    return Fact(_SPINE_MODEL, State.FINE, _WHOLE, {"file": WEIGHTS_NAME, "sha256": sha256[:16]})


def _timed_frame(model: Path | None) -> Fact:
    from posecheck.landmarks.mediapipe import MediaPipeBackend  # noqa: PLC0415
    from posecheck.pipeline.session import SightingBuilder  # noqa: PLC0415
    from posecheck.resources import samples_dir  # noqa: PLC0415
    from posecheck.sources.video import VideoSource  # noqa: PLC0415

    times_s = []
    seen = 0
    clip = samples_dir() / "standing_fold_clean.mp4"
    with VideoSource(clip) as source, MediaPipeBackend(model) as backend:
        builder = SightingBuilder()
        for frame in islice(source.frames(), TIMED_FRAMES):
            begun = time.perf_counter()
            seen += not builder.build(frame, backend.detect(frame)).is_empty
            times_s.append(time.perf_counter() - begun)
    if len(times_s) < TIMED_FRAMES or seen < TIMED_FRAMES // 2:
        return Fact(_ONE_FRAME, State.FAULT, "doctor.frame_unseen", {"seen": seen, "frames": len(times_s)})
    middle_s = statistics.median(times_s)
    values = {"milliseconds": f"{middle_s * 1000:.0f}", "rate": f"{1 / middle_s:.0f}"}
    if middle_s > 1 / 15:
        return Fact(_ONE_FRAME, State.NOTE, "doctor.frame_slow", values)
    return Fact(_ONE_FRAME, State.FINE, "doctor.frame", values)


def _cameras(limit: int) -> Fact:
    from posecheck.sources.camera import list_cameras  # noqa: PLC0415

    cameras = list_cameras(limit)
    if not cameras:
        return Fact(_CAMERAS, State.NOTE, "doctor.no_camera")
    return Fact(
        _CAMERAS, State.FINE, "; ".join(f"{c.index}: {c.name or 'camera'} {c.width}×{c.height}" for c in cameras)
    )
