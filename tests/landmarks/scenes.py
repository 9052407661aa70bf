"""Frames with known people in them, put together from the sample clips."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import numpy as np

from posecheck.body import Landmark
from posecheck.records import Bytes, Detection, Floats, Frame
from posecheck.resources import samples_dir
from posecheck.sources.video import VideoSource

#: Columns of a 640 px wide clip in which its person is.
PERSON = slice(120, 520)


@functools.cache
def clip(name: str, count: int = 60) -> tuple[Bytes, ...]:
    """The first frames of a sample clip."""
    with VideoSource(samples_dir() / f"{name}.mp4") as source:
        return tuple(frame.image_rgb for frame, _ in zip(source.frames(), range(count), strict=False))


def stream(images: Iterable[Bytes], step_s: float = 0.1, start_s: float = 0.0) -> Iterator[Frame]:
    """The pictures as frames, `step_s` apart."""
    for index, image in enumerate(images):
        yield Frame(np.ascontiguousarray(image), start_s + index * step_s, index)


def anna(number: int) -> Bytes:
    """(480, 400, 3): one person, standing, then folding."""
    return clip("standing_fold_clean")[number][:, PERSON]


def partner(number: int) -> Bytes:
    """(480, 400, 3): another person in another room."""
    return clip("hinge_clean_then_rounded")[number][:, PERSON]


def empty_room() -> Bytes:
    """(480, 400, 3): the first person's room without them."""
    wall = clip("standing_fold_clean")[0][:, :50]
    return np.hstack([wall, wall[:, ::-1]] * 4)


def hip(detection: Detection) -> Floats:
    """(2,) mid-hip in pixels."""
    points = detection.landmarks_px
    out: Floats = (points[Landmark.LEFT_HIP] + points[Landmark.RIGHT_HIP]) / 2
    return out
