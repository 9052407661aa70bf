"""Whether silhouettes of real people can be told from synthetic ones is measured on people nobody has learnt from."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.spine import apart
from benchmarks.spine.real import Seen
from benchmarks.spine.stills import Columns

ORIGINS = ("one", "two", "three", "four")


def _crops(count: int, width: float, seed: int) -> NDArray[np.uint8]:
    """Trunks about so wide (columns), wavering."""
    rng = np.random.default_rng(seed)
    edge = width + rng.normal(0.0, 2.0, (count, 1)) + rng.normal(0.0, 1.0, (count, 48)).cumsum(axis=1) / 5.0
    inside = np.arange(40)[None, None, :] < edge[:, :, None]
    return (255 * inside).astype(np.uint8)


def _seen(crops: NDArray[np.uint8]) -> list[Seen]:
    return [Seen(f"{ORIGINS[k % 4]}-gym__clip{k % 9}", 0, "", "", 0.0, 60.0, "", crop) for k, crop in enumerate(crops)]


def _people(crops: NDArray[np.uint8]) -> Columns:
    count = len(crops)
    return {
        "crop": crops,
        "neutral": np.zeros(count, dtype=bool),
        "posture": np.full(count, "standing"),
        "trunk_inclination_deg": np.full(count, 60.0),
        "seed": np.arange(count) // 5,
    }


def test_those_who_look_alike_are_not_told_apart() -> None:
    """People drawn in the same way on both sides: about a half."""
    found = apart.telling_apart(_seen(_crops(160, 22.0, 1)), _people(_crops(400, 22.0, 2)))
    assert found == pytest.approx(0.5, abs=0.12)


def test_those_who_look_different_are_told_apart() -> None:
    """Wider trunks are recognised in origins that were not learnt from."""
    assert apart.telling_apart(_seen(_crops(160, 22.0, 1)), _people(_crops(400, 28.0, 2))) > 0.95


def test_a_difference_outside_of_the_part_does_not_count() -> None:
    """Heads that differ are seen in the whole and not in the back."""
    other = _crops(400, 22.0, 2)
    other[:, 40:, :] = 255
    seen, people = _seen(_crops(160, 22.0, 1)), _people(other)
    assert apart.telling_apart(seen, people) > 0.95
    assert apart.telling_apart(seen, people, apart.PARTS["the back"]) < 0.65
    few = _people(_crops(40, 22.0, 2))
    page = apart.page(_seen(_crops(40, 22.0, 1)), {"drawn": few})
    assert "| drawn |" in page
    assert all(part in page for part in apart.PARTS)
