"""The body's names: landmarks, sides, and which landmarks are joined.

Landmarks are BlazePose's 33; another pose model may report fewer of them. "Left" and "right" are the person's own, never the picture's.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from functools import cache
from typing import Final


class Side(StrEnum):
    """A side of the person's body."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Landmark(IntEnum):
    """A body landmark; its value is its row in every landmark array."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


LANDMARK_COUNT: Final = len(Landmark)
ALL_LANDMARKS: Final = frozenset(Landmark)

#: The joints that exist once a side, by their plain name: `of("knee", Side.LEFT)`.
PAIRED: Final = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")


@cache
def of(joint: str, side: Side) -> Landmark:
    """The landmark of a paired joint on one side.

    >>> of("knee", Side.LEFT).name
    'LEFT_KNEE'
    """
    return Landmark[f"{side.upper()}_{joint.upper()}"]


#: Lines to draw, face and fingers left out: nobody stretches those.
SKELETON: Final[tuple[tuple[Landmark, Landmark], ...]] = (
    (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
    (Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
    *(
        (of(a, side), of(b, side))
        for side in Side
        for a, b in (
            ("shoulder", "elbow"),
            ("elbow", "wrist"),
            ("shoulder", "hip"),
            ("hip", "knee"),
            ("knee", "ankle"),
            ("ankle", "heel"),
            ("heel", "foot_index"),
        )
    ),
)
