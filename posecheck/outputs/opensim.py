"""Files for OpenSim and those who work with it (Sports2D, Pose2Sim): `landmarks.trc` and `angles.mot`.

`.trc`: every landmark in metres, by the names of Pose2Sim's BlazePose marker set (`right_hip`, `left_foot_index` …).
Axes are OpenSim's: X to where the person faces, Y up, Z to the person's right. The origin is the middle of the hips of
each frame, as the pose model gives it: how the body moves through the room is not in it, and depth (Z) is the model's
guess.

`.mot`: angles in degrees. Columns with OpenSim's names have OpenSim's signs: `knee_angle_r`, `knee_angle_l` (+ flexion),
`pelvis_tilt` (+ backward) and `lumbar_extension` (+ extension, here of the whole thoracolumbar spine relative to
standing). After them stand posecheck's own measures under their own names and signs. Not seen is `nan`, in the .trc an
empty cell.

Times are the frames' own, so that nothing is resampled; `DataRate` is their mean rate.
"""

from __future__ import annotations

import contextlib
import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self, TextIO

import numpy as np

from posecheck.body import Landmark, Side
from posecheck.outputs.base import ClosingSink, cannot_write
from posecheck.outputs.context import OutputContext
from posecheck.records import QUANTITIES, Assessment, Floats, Frame

MARKERS: Final = tuple(landmark.name.lower() for landmark in Landmark)
OWN_COLUMNS: Final = tuple(quantity.name for quantity in QUANTITIES if quantity.unit == "deg")
MOT_COLUMNS: Final = ("time", "pelvis_tilt", "lumbar_extension", "knee_angle_r", "knee_angle_l", *OWN_COLUMNS)


class _Counted(ClosingSink):
    """A text file whose header tells how many rows follow: they are gathered beside it until it is closed."""

    critical = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._partial = path.with_name(path.name + ".part")
        self._count = 0
        self._first_s = self._last_s = math.nan
        self._closed = False
        try:
            self._rows: TextIO = self._partial.open("w+", encoding="ascii", newline="\n")
        except OSError as error:
            raise cannot_write(path, error) from None

    @classmethod
    def of(cls, path: Path, context: OutputContext) -> Self:
        """The output as the registry makes it."""
        del context
        return cls(path)

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Add the row of one frame."""
        del frame
        self._count += 1
        if self._count == 1:
            self._first_s = assessment.t_s
        self._last_s = assessment.t_s
        try:
            self._rows.write(self._row(assessment) + "\n")
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def close(self, ending: str) -> None:
        """Put header and rows together. The file does not say how it ended, `summary.json` does."""
        del ending
        if self._closed:
            return
        self._closed = True
        try:
            with self._rows, self.path.open("w", encoding="ascii", newline="\n") as out:
                out.write(self._header())
                self._rows.seek(0)
                shutil.copyfileobj(self._rows, out)
        except OSError as error:
            raise cannot_write(self.path, error) from None
        finally:
            with contextlib.suppress(OSError):
                self._partial.unlink(missing_ok=True)

    def _rate_hz(self) -> float:
        """The mean rate; 30 where there are not two frames to tell."""
        return (self._count - 1) / (self._last_s - self._first_s) if self._count > 1 else 30.0

    def _row(self, judged: Assessment) -> str:
        raise NotImplementedError

    def _header(self) -> str:
        raise NotImplementedError


class TrcFile(_Counted):
    """Writes the landmarks to a .trc file. A critical output. Raises OutputError when it cannot be written."""

    def _header(self) -> str:
        rate = f"{self._rate_hz():.6g}"
        names = "".join(f"{name}\t\t\t" for name in MARKERS).rstrip("\t")
        axes = "".join(f"X{n}\tY{n}\tZ{n}\t" for n in range(1, len(MARKERS) + 1)).rstrip("\t")
        return (
            f"PathFileType\t4\t(X/Y/Z)\t{self.path.name.encode('ascii', 'replace').decode()}\n"
            "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
            f"{rate}\t{rate}\t{self._count}\t{len(MARKERS)}\tm\t{rate}\t1\t{self._count}\n"
            f"Frame#\tTime\t{names}\n\t\t{axes}\n\n"
        )

    def _row(self, judged: Assessment) -> str:
        places = opensim_m(judged.sighting.world_m, judged.measures.view.facing)
        cells = ("" if math.isnan(value) else f"{value:.6f}" for value in places.ravel().tolist())
        return "\t".join((str(self._count), f"{judged.t_s:.6f}", *cells))


class MotFile(_Counted):
    """Writes the angles to a .mot file. A critical output. Raises OutputError when it cannot be written."""

    def _header(self) -> str:
        columns = "\t".join(MOT_COLUMNS)
        return (
            f"{self.path.stem}\nversion=1\nnRows={self._count}\nnColumns={len(MOT_COLUMNS)}\ninDegrees=yes\n"
            f"endheader\n{columns}\n"
        )

    def _row(self, judged: Assessment) -> str:
        measures = judged.measures
        knees = knees_deg(judged)
        values = (
            -measures["pelvis_inclination_deg"],
            -measures["spine_flexion_deg"],
            knees[Side.RIGHT],
            knees[Side.LEFT],
            *(measures[name] for name in OWN_COLUMNS),
        )
        return "\t".join((f"{judged.t_s:.6f}", *("nan" if math.isnan(v) else f"{v:.4f}" for v in values)))


def opensim_m(world_m: Floats, facing: int) -> Floats:
    """(n, 3) places on OpenSim's axes. The model's are x to the picture's right, y down, z away from the camera.

    Somebody facing the picture's right has his right side towards the camera; facing left it is the other way round,
    which is half a turn about the vertical. Not known counts as right.
    """
    turn = -1.0 if facing < 0 else 1.0
    return np.stack([turn * world_m[:, 0], -world_m[:, 1], -turn * world_m[:, 2]], axis=1)


def knees_deg(judged: Assessment) -> Mapping[Side, float]:
    """The flexion of each knee as far as it was measured; NaN else."""
    measures, view = judged.measures, judged.measures.view
    out = {Side.LEFT: math.nan, Side.RIGHT: math.nan}
    if view.lead_side is not None:
        out[view.lead_side] = measures["lead_knee_flexion_deg"]
        out[view.lead_side.other] = measures["other_knee_flexion_deg"]
    if view.near_side is not None and not math.isnan(measures["knee_flexion_deg"]):
        out[view.near_side] = measures["knee_flexion_deg"]
    return out
