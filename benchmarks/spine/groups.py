"""Which upright pictures of a person belong to a posture?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FLOOR: Final = ("floor", "floor_one_leg")
CHAIR: Final = ("chair",)


def group_of(posture: NDArray[Any]) -> NDArray[np.int64]:
    """0 standing (and half-kneeling), 1 sitting on the floor, 2 on a chair."""
    return np.where(np.isin(posture, FLOOR), 1, np.where(np.isin(posture, CHAIR), 2, 0))
