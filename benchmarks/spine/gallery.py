"""What do some pictures look like, with what was read and what is true beside them?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from benchmarks.people import Studio
from benchmarks.spine.population import pictures_of
from benchmarks.spine.readings import Readings

_COLUMNS: Final = 6
_SIZE_PX: Final = (320, 240)


def save(readings: Readings, rows: Sequence[int], path: Path) -> None:
    """Draw these rows again, a tile each, and write them as one picture (.jpg, .png)."""
    tiles = [_tile(readings, row) for row in rows]
    while len(tiles) % _COLUMNS:
        tiles.append(np.full_like(tiles[0], 255))
    lines = [np.hstack(tiles[start : start + _COLUMNS]) for start in range(0, len(tiles), _COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(path.suffix, np.vstack(lines)[:, :, ::-1])
    if not done:
        raise RuntimeError(f"{path} could not be encoded")
    path.write_bytes(data.tobytes())


def _tile(readings: Readings, row: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    data = readings.data
    wanted = pictures_of(int(data["seed"][row]))[int(data["number"][row])]
    picture = cv2.resize(Studio(wanted.spec).frame(0.0).image_rgb, _SIZE_PX, interpolation=cv2.INTER_AREA)
    alone, known = readings.stranger[row], readings.known[row]
    words = (
        (
            f"true {data['spine_flexion_deg'][row]:.0f}  read {alone['spine_flexion_deg']:.0f}, "
            f"own {known['spine_flexion_deg']:.0f} +-{known['spine_sigma_deg']:.0f}"
        ),
        f"{wanted.posture} yaw {data['camera_yaw_deg'][row]:+.0f} seed {data['seed'][row]}/{data['number'][row]}",
    )
    strip = np.full((36, _SIZE_PX[0], 3), 255, np.uint8)
    for line, text in enumerate(words):
        cv2.putText(strip, text, (4, 14 + 16 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([np.asarray(picture, np.uint8), strip])
