"""Where are hips and shoulders really? The pose model's joints, moved to where the network predicts them.

Pose models place the hip somewhere in the pelvis, further off the deeper the bend: on synthetic people the angles of
hip and trunk then read 6-9° low. The network sees hip and shoulder in the silhouette and has learnt their error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.kinematics.spine.network import SpinePrediction
from posecheck.records import Floats
from posecheck.tunables import Tunable

CORRECTION: Final = Tunable(
    "joints.correction_frac",
    "",
    default=1.0,
    low=0.0,
    high=1.0,
    step=0.1,
    why="how much of the learnt correction of hips and shoulders is used; 0 leaves them as the pose model has them",
    source="measured on synthetic people: see models/SPINE.md",
)
TUNABLES: Final = (CORRECTION,)

#: No joint is moved further than this, in chords: beyond it the picture is unlike those the network was trained on.
_LIMIT: Final = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """How far hips and shoulders are moved, in pixels, (2,) each."""

    hip_px: Floats
    shoulder_px: Floats


NO_SHIFT: Final = Shift(np.zeros(2), np.zeros(2))


def shift_of(prediction: SpinePrediction | None, chord_px: Floats, facing: int, correction_frac: float) -> Shift:
    """How far to move both hips and both shoulders; not at all without a prediction.

    `chord_px` (2,) leads from mid-hip to mid-shoulder. Along it and across it no joint is moved by more than 0.2 of
    its length times `correction_frac` (`joints.correction_frac`, 0..1).
    """
    if prediction is None or facing == 0:
        return NO_SHIFT
    x, y = chord_px.tolist()

    def moved(off: tuple[float, float]) -> Floats:
        u, n = (min(max(part, -_LIMIT), _LIMIT) * correction_frac for part in off)
        return np.array([u * x + n * y * facing, u * y - n * x * facing])

    return Shift(moved(prediction.hip_off), moved(prediction.shoulder_off))
