"""What is in the MakeHuman asset, once it is in memory?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ASSET_PATH = Path(__file__).parent / "assets" / "makehuman.npz"
ASSET_SHA256 = "8387fa0f7058ba4e7835cb612a834e2b7ed3db616247372bfbc3033c32ea1ea9"


@dataclass(frozen=True)
class Asset:
    """Base mesh, morph targets, joints and weights, as `build_asset.py` packed them.

    Metres; axes forward, left, up; the person faces +x. `V` vertices, `F` four-cornered faces (a triangle repeats
    its last corner).
    """

    vertices_m: NDArray[np.float64]
    """(V, 3) the base mesh."""
    faces: NDArray[np.int64]
    """(F, 4) vertex numbers, seen from outside they run anticlockwise."""
    face_group: NDArray[np.str_]
    """(F,) "body", "helper-tights", "helper-hair", "helper-l-eye" or "helper-r-eye"."""
    joints: dict[str, NDArray[np.int64]]
    """The vertices whose mean is a joint, by joint name."""
    targets: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]
    """Moved vertices (N,) and displacements (N, 3) in metres, by target name."""
    weights: dict[str, NDArray[np.float64]]
    """(V,) share of each bone in moving each vertex, by bone name."""


@cache
def load_asset() -> Asset:
    """Read the asset once; later calls get the same object."""
    with np.load(ASSET_PATH) as file:
        data = {name: file[name] for name in file.files}
    step = float(data["target_step_m"])
    delta = np.stack([data[f"target_delta_{axis}"] for axis in "xyz"], axis=1)
    targets = {
        str(name): (data["target_vertex"][a:b].astype(np.int64), delta[a:b].astype(np.float64) * step)
        for name, a, b in _slices(data["target_names"], data["target_start"])
    }
    weights = {}
    for name, a, b in _slices(data["bone_names"], data["weight_start"]):
        column = np.zeros(len(data["vertices_m"]))
        column[data["weight_vertex"][a:b]] = data["weight"][a:b]
        weights[str(name)] = column
    return Asset(
        vertices_m=data["vertices_m"].astype(np.float64),
        faces=data["faces"].astype(np.int64),
        face_group=data["group_names"][data["face_group"]],
        joints={
            str(name): data["joint_vertex"][a:b].astype(np.int64)
            for name, a, b in _slices(data["joint_names"], data["joint_start"])
        },
        targets=targets,
        weights=weights,
    )


def _slices(names: NDArray[np.str_], starts: NDArray[np.int32]) -> list[tuple[str, int, int]]:
    return list(zip(names.tolist(), starts[:-1].tolist(), starts[1:].tolist(), strict=True))
