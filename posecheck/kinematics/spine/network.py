"""The network of the back, computed with numpy: from the silhouette and the joints to angles of the spine.

An encoder turns one picture into a short code. A reader predicts angles from the code, and does so better with the
personal neutral: the mean code of pictures in which this person stood (or sat) upright. Weights: models/spine_<version>.npz,
trained on synthetic people only (models/SPINE.md).
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from posecheck.errors import ModelError
from posecheck.kinematics.spine.landmark_features import JOINT_COUNT
from posecheck.records import CROP_SHAPE, Bytes, Floats
from posecheck.resources import models_dir, verified_sha256

WEIGHTS_NAME: Final = "spine_1.npz"

#: (CODE_SIZE,) the encoded picture. Its numbers have a meaning for the reader only.
Code: TypeAlias = NDArray[np.float32]

CODE_SIZE: Final = 48
#: Coordinates of the joints, then the direction of down.
INPUT_JOINTS: Final = 2 * JOINT_COUNT + 2
#: Joints further away than this, in chords, are moved here: a wild guess of the pose model.
_JOINT_LIMIT: Final = 3.0

#: From this lean on buttocks and lumbar hollow no longer change the outline.
FULL_LEAN_DEG: Final = 30.0

#: The outputs of the reader, in this order. `_rad` in radians, `_u`, `_n` in chords, `log_sigma` the logarithm of a
#: standard deviation in radians.
PREDICTED: Final = (
    "lower_rad",
    "upper_rad",
    "lower_log_sigma",
    "upper_log_sigma",
    "flexion_log_sigma",
    "pelvis_rad",
    "hip_u",
    "hip_n",
    "shoulder_u",
    "shoulder_n",
)


@dataclass(frozen=True, slots=True)
class SpinePrediction:
    """What the network predicts from one picture of a back."""

    lower_deg: float
    """Lumbar flexion, S1 to L1; 0 as this person stands, + rounded."""
    upper_deg: float
    """Thoracic flexion, L1 to T1."""
    lower_sigma_deg: float
    upper_sigma_deg: float
    flexion_sigma_deg: float
    """Standard deviation of the error of `flexion_deg` to be expected."""
    pelvis_ahead_deg: float
    """How much further the pelvis has tipped forward since standing than the axis mid-hip → mid-shoulder leans."""
    hip_off: tuple[float, float]
    """Where the true middle of the hip joints lies: (u, n) in chords from where the pose model has it."""
    shoulder_off: tuple[float, float]

    @property
    def flexion_deg(self) -> float:
        """Thoracolumbar flexion: both parts together."""
        return self.lower_deg + self.upper_deg


@dataclass(frozen=True, slots=True, eq=False)
class _Convolution:
    """One layer of filters, moved by two cells at a time, then a rectifier: one matrix product.

    Pictures are (cells + 1, channels), row by row; the last row is empty and stands for all that lies outside.
    """

    matrix: NDArray[np.float32]
    """(cells of a filter × channels in, channels out)"""
    bias: NDArray[np.float32]
    places: NDArray[np.intp]
    """(cells out, cells of a filter): which cell of the picture each one covers."""

    @classmethod
    def of(cls, weight: NDArray[np.float32], bias: NDArray[np.float32], shape: tuple[int, int]) -> _Convolution:
        """`weight` (channels out, channels in, size, size) for pictures of so many rows and columns."""
        channels_out, channels_in, size, _ = weight.shape
        if bias.shape != (channels_out,):
            raise ValueError("a bias does not fit its filters")
        matrix = weight.transpose(2, 3, 1, 0).reshape(size * size * channels_in, channels_out)
        return cls(np.ascontiguousarray(matrix), bias, _places(shape, size))

    def __call__(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """A picture to one of half the rows and columns."""
        cells = len(self.places)
        out = np.zeros((cells + 1, len(self.bias)), np.float32)
        inner = out[:cells]
        seen = x.take(self.places, axis=0).reshape(cells, -1)
        step = max(1, _MOST_PRODUCTS // self.matrix.size)
        for first in range(0, cells, step):
            np.matmul(seen[first : first + step], self.matrix, out=inner[first : first + step])
        inner += self.bias
        return np.maximum(out, _ZERO, out=out)


def _halved(shape: tuple[int, int]) -> tuple[int, int]:
    return (shape[0] + 1) // 2, (shape[1] + 1) // 2


def _places(shape: tuple[int, int], size: int) -> NDArray[np.intp]:
    """Which cells of a (rows, columns) picture filters of `size` cover, moved by two; rows × columns is outside."""
    rows, columns = shape
    reach = np.arange(size) - size // 2
    row = (2 * np.arange(_halved(shape)[0])[:, None] + reach)[:, None, :, None]
    column = (2 * np.arange(_halved(shape)[1])[:, None] + reach)[None, :, None, :]
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    return np.where(inside, row * columns + column, rows * columns).reshape(-1, size * size)


#: Larger products OpenBLAS splits among threads that then wait busily: 20 ms of processor time for a millisecond's
#: work. Smaller steps take no longer and leave the other cores alone.
_MOST_PRODUCTS: Final = 250_000
_ZERO: Final = np.float32(0.0)
_ONE: Final = np.float32(1.0)
_ANGLES: Final = np.array([name in {"lower_rad", "upper_rad", "pelvis_rad"} for name in PREDICTED])
_ONE_OF_255: Final = np.float32(1.0 / 255.0)
_LAYERS: Final = ("code1", "code2", "read1", "read2")
_CELLS: Final = CROP_SHAPE[0] * CROP_SHAPE[1]
#: Input of the reader without a personal neutral; and the flag for one that is given.
_NO_NEUTRAL: Final[Code] = np.zeros(CODE_SIZE + 1, np.float32)
_HAS_NEUTRAL: Final = np.ones(1, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Encoder and reader with their weights."""

    convolutions: tuple[_Convolution, ...]
    dense: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
    joint_mean: NDArray[np.float32]
    joint_scale: NDArray[np.float32]
    scale: NDArray[np.float32]
    """(2, len(PREDICTED)) and `shift`: applied to the outputs last, to calibrate them (`benchmarks.spine`). Row 0 without,
    row 1 with personal neutral. On angles they apply in full from `FULL_LEAN_DEG` on, and not at all upright: they are
    learnt from bends, and 0 is how the person stands."""
    shift: NDArray[np.float32]
    outline: NDArray[np.float32]
    """(3,) flexion from the bend of the outline alone: offset in degrees, share of the bend, share of the lean."""
    sha256: str

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.float32]], sha256: str = "") -> Network:
        """The network of named weights, laid out as torch has them; float32 whatever they were.

        Raises KeyError if one is missing, ValueError if they do not fit together.
        """
        weights = {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}
        shape = CROP_SHAPE
        convolutions = []
        for k in (1, 2, 3):
            convolutions.append(_Convolution.of(weights[f"conv{k}.weight"], weights[f"conv{k}.bias"], shape))
            shape = _halved(shape)
        dense = {name: (np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]) for name in _LAYERS}
        # The filters' last picture comes cell by cell here, channel by channel in training.
        matrix, bias = dense["code1"]
        channels, cells = len(convolutions[-1].bias), shape[0] * shape[1]
        seen = matrix[: channels * cells].reshape(channels, cells, -1).swapaxes(0, 1).reshape(channels * cells, -1)
        dense["code1"] = (np.concatenate([seen, matrix[channels * cells :]]), bias)
        network = cls(
            tuple(convolutions),
            dense,
            weights["joint_mean"],
            weights["joint_scale"],
            weights["scale"],
            weights["shift"],
            weights["outline"],
            sha256,
        )
        network._try()
        return network

    def _try(self) -> None:
        """Raise ValueError unless everything fits together."""
        code = self.encode(np.zeros(CROP_SHAPE, np.uint8), np.zeros(INPUT_JOINTS))
        last = (2, len(PREDICTED))
        if (code.shape, self.outline.shape, self.scale.shape, self.shift.shape) != ((CODE_SIZE,), (3,), last, last):
            raise ValueError("the weights have the wrong shapes")
        self.predict(code, code)

    def encode(self, crop: Bytes, joints: Floats) -> Code:
        """The code (CODE_SIZE,) of one picture: `records.Back.crop` and `landmark_features.aligned`."""
        x = np.zeros((_CELLS + 1, 1), np.float32)
        np.multiply(crop.reshape(_CELLS, 1), _ONE_OF_255, out=x[:_CELLS])
        for convolve in self.convolutions:
            x = convolve(x)
        prepared = prepare(joints, self.joint_mean, self.joint_scale)
        return self._dense("code2", self._rectified("code1", np.concatenate([x[:-1].ravel(), prepared])))

    def predict(self, code: Code, neutral: Code | None, inclination_deg: float = FULL_LEAN_DEG) -> SpinePrediction:
        """The prediction from a code; `neutral` is the personal neutral, None without one.

        `inclination_deg` is the trunk's in that picture (`angles.trunk_inclination_deg`).
        """
        known = 0 if neutral is None else 1
        x = np.concatenate([code, _NO_NEUTRAL] if neutral is None else [code, neutral, _HAS_NEUTRAL])
        seen = self._dense("read2", self._rectified("read1", x))
        lean_frac = np.float32(
            min(max(inclination_deg / FULL_LEAN_DEG, 0.0), 1.0)
        )  # the axis is known: there is a code
        in_full = np.where(_ANGLES, lean_frac, _ONE)
        out = seen + in_full * (seen * (self.scale[known] - _ONE) + self.shift[known])
        (
            lower_rad,
            upper_rad,
            lower_log_sigma,
            upper_log_sigma,
            flexion_log_sigma,
            pelvis_rad,
            hip_u,
            hip_n,
            shoulder_u,
            shoulder_n,
        ) = out.tolist()
        return SpinePrediction(
            lower_deg=math.degrees(lower_rad),
            upper_deg=math.degrees(upper_rad),
            lower_sigma_deg=math.degrees(math.exp(lower_log_sigma)),
            upper_sigma_deg=math.degrees(math.exp(upper_log_sigma)),
            flexion_sigma_deg=math.degrees(math.exp(flexion_log_sigma)),
            pelvis_ahead_deg=math.degrees(pelvis_rad),
            hip_off=(hip_u, hip_n),
            shoulder_off=(shoulder_u, shoulder_n),
        )

    def outline_deg(self, bend_deg: float, inclination_deg: float) -> float:
        """Flexion as the outline alone would have it (`dorsal_contour.contour_bend_deg`); NaN if the bend is."""
        offset_deg, bend_share, lean_share = self.outline.tolist()
        return float(offset_deg + bend_share * bend_deg + lean_share * min(max(inclination_deg, 0.0), FULL_LEAN_DEG))

    def _dense(self, name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        matrix, bias = self.dense[name]
        step = max(1, _MOST_PRODUCTS // matrix.shape[1])
        out: NDArray[np.float32] = x[:step] @ matrix[:step]
        for first in range(step, len(x), step):
            out += x[first : first + step] @ matrix[first : first + step]
        out += bias
        return out

    def _rectified(self, name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        out = self._dense(name, x)
        return np.maximum(out, _ZERO, out=out)


def prepare(joints: Floats, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> NDArray[np.float32]:
    """Joints as the network takes them, (..., INPUT_JOINTS): limited, about zero, about as large as one; 0 if unseen."""
    limited = np.minimum(np.maximum(joints, -_JOINT_LIMIT), _JOINT_LIMIT).astype(np.float32)
    out: NDArray[np.float32] = (limited - mean) / scale
    out[np.isnan(out)] = _ZERO
    return out


def load(path: Path) -> Network:
    """The network in a file of weights (.npz), which the manifest beside it must know.

    Raises ModelError: the file is missing, damaged, a Git LFS pointer, or not such a network.
    """
    sha256 = verified_sha256(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            return Network.of({name: file[name] for name in file.files}, sha256)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} does not hold the network that reads the back. Install posecheck again.") from error


@cache
def bundled_network() -> Network:
    """The network that comes with posecheck, read once. Raises ModelError if it is missing or damaged."""
    return load(models_dir() / WEIGHTS_NAME)
