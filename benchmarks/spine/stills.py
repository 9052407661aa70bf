"""What does posecheck see in each picture? Drawn, looked at by the pose model, and kept for training.

What is kept is what a recording keeps, with a wider piece of the silhouette, so that training can pretend that the
pose model had placed hips and shoulders a little differently. People are cached one file each; the cache's folder is
named after everything that decides its content, so nothing stale is ever read.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.people import Studio
from benchmarks.spine.population import PLAN, SCORED, Split, pictures_of, seeds, split_of
from posecheck.body import Landmark
from posecheck.kinematics.spine.dorsal_profile import axis_px, read_back
from posecheck.kinematics.spine.landmark_features import aligned
from posecheck.landmarks.weights import bundled_model
from posecheck.records import Floats

ROOT: Final = Path(__file__).resolve().parents[2]
CACHE: Final = ROOT / "benchmarks" / ".cache"

#: The patch: like the crop of `Back` before its cells are averaged, but reaching further on every side.
PATCH_PITCH: Final = (0.025, 0.01625)
PATCH_U: Final[Floats] = np.arange(-1.2, 1.9, PATCH_PITCH[0])
PATCH_N: Final[Floats] = np.arange(-0.85, 1.25, PATCH_PITCH[1])

#: Everything on disk that decides what a picture looks like and what is seen in it.
_DECIDES: Final = (
    "benchmarks/people/*.py",
    "benchmarks/people/assets/*.npz",
    "benchmarks/spine/population.py",
    "benchmarks/spine/stills.py",
    "posecheck/kinematics/spine/dorsal_profile.py",
    "models/pose_landmarker_full.task",
)

Columns = dict[str, NDArray[Any]]


def load(split: Split, people: int, jobs: int, *, cache: Path = CACHE) -> Columns:
    """Every picture of the first `people` people of a split, drawn where the cache does not have them yet.

    Columns by name, one row a picture; see `_row`.
    """
    folder = cache / _key()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = seeds(split, people)
    missing = [seed for seed in wanted if not _file(folder, seed).exists()]
    for done, _ in enumerate(_drawn([(folder, seed) for seed in missing], jobs), 1):
        print(f"\r{split}: {done} of {len(missing)} people drawn", end="", file=sys.stderr, flush=True)
    if missing:
        print(file=sys.stderr)
    data = joined([dict(np.load(_file(folder, seed))) for seed in wanted])
    looks = zip(data["landmarks_px"], data["facing"].tolist(), strict=True)
    data["joints"] = np.stack([aligned(landmarks_px, facing) for landmarks_px, facing in looks])
    return data


def _drawn(wanted: Sequence[tuple[Path, int]], jobs: int) -> Iterator[None]:
    """Draw them, one done after the other; in this process if `jobs` is 1."""
    if jobs == 1 or not wanted:
        yield from map(_draw, wanted)
        return
    # Begun anew, not forked: the pose model's threads do not survive a fork, and the child would wait for ever.
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_draw, wanted)


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of several parts as one."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _file(folder: Path, seed: int) -> Path:
    return folder / f"{seed}.npz"


def _key() -> str:
    digest = hashlib.sha256()
    for pattern in _DECIDES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _draw(job: tuple[Path, int]) -> None:
    folder, seed = job
    cv2.setNumThreads(1)
    rows = []
    for number, wanted in enumerate(pictures_of(seed)):
        row = _row(wanted.spec, body=split_of(seed) in SCORED)
        if row is not None:
            person = wanted.spec.body
            row |= {
                "seed": np.int64(seed),
                "number": np.int64(number),
                "posture": np.array(wanted.posture, dtype="U16"),
                "neutral": np.bool_(wanted.kind == "neutral"),
                "woman": np.bool_(person.gender < 0.5),
                "weight": np.float64(person.weight),
                "muscle": np.float64(person.muscle),
                "age": np.float64(person.age),
                "looseness": np.float64(wanted.spec.clothes.shirt_looseness),
                "things": np.bool_(len(wanted.spec.scene.things) > 0),
                "camera_yaw_deg": np.float64(wanted.spec.camera.yaw_deg),
                "camera_roll_deg": np.float64(wanted.spec.camera.roll_deg),
            }
            rows.append(row)
    if not rows:
        raise RuntimeError(f"the pose model found nobody in any of the {len(PLAN)} kinds of pictures of seed {seed}")
    columns = {name: np.stack([np.asarray(row[name]) for row in rows]) for name in rows[0]}
    half = folder / f"{seed}.{os.getpid()}.npz"
    np.savez_compressed(half, **columns)  # type: ignore[arg-type]
    half.replace(_file(folder, seed))


def _row(spec: Any, *, body: bool = False) -> dict[str, Any] | None:
    """One picture: what is seen in it and what is true; None if nobody is found.

    `patch` (U, N) the silhouette around the axis; `body`, where wanted, the whole of it, see `packed`; `crop`,
    `dorsal`, `inside_frac` as `records.Back`;
    `hip_off`, `shoulder_off` (2,) where the true middles of the joints lie, (u, n) from
    where the pose model has them; angles as `benchmarks.people.Truth`.
    """
    drawn = Studio(spec).frame(0.0)
    found = _Eyes.get().look(drawn.image_rgb)
    if found is None:
        return None
    landmarks_px, visibility, world_m, mask = found
    facing = 1 if spec.camera.facing == "right" else -1
    back = read_back(mask, landmarks_px, facing)
    if back is None:
        return None
    truth = drawn.truth
    hip_px, shoulder_px = axis_px(landmarks_px)
    near = truth.near_side
    middles = [
        0.5 * (truth.joint_px(f"left_{joint}") + truth.joint_px(f"right_{joint}")) for joint in ("hip", "shoulder")
    ]
    chord = shoulder_px - hip_px
    outward = np.array([chord[1], -chord[0]]) * facing
    length2 = float(chord @ chord)
    frame = np.stack([chord, outward], axis=1) / length2
    return {
        **({"body": packed(mask)} if body else {}),
        "patch": _patch(mask, hip_px, chord, outward),
        "crop": back.crop,
        "dorsal": back.dorsal.astype(np.float32),
        "inside_frac": np.float64(back.inside_frac),
        "landmarks_px": landmarks_px,
        "visibility": visibility,
        "world_m": world_m,
        "facing": np.int64(facing),
        "near_left": np.bool_(near == "left"),
        "hip_off": (middles[0] - hip_px) @ frame,
        "shoulder_off": (middles[1] - shoulder_px) @ frame,
        "trunk_px": np.float64(np.sqrt(length2)),
        "hidden_frac": np.float64(_hidden_frac(drawn.silhouette, mask)),
        **{
            name: np.float64(getattr(truth, name))
            for name in (
                "hip_hinge_deg",
                "knee_flexion_deg",
                "trunk_inclination_deg",
                "spine_flexion_deg",
                "lumbar_flexion_deg",
                "thoracic_flexion_deg",
                "pelvis_inclination_deg",
            )
        },
    }


def packed(mask: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Where the mask (h, w) has the person, every second pixel of every second line, eight to a byte."""
    return np.packbits(mask[::2, ::2] > 0.5, axis=1)


def unpacked(body: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The mask that was packed, half as high and half as wide, 0 or 1."""
    return np.unpackbits(body, axis=1).astype(np.float32)


def _hidden_frac(silhouette: NDArray[np.uint8], mask: NDArray[np.float32]) -> float:
    """How much of person and mask together only one of them has: 0 where the mask is right."""
    true, seen = silhouette > 127, mask > 0.5
    either = float(np.count_nonzero(true | seen))
    return 1.0 - float(np.count_nonzero(true & seen)) / either if either else 1.0


def _patch(mask: NDArray[np.float32], hip_px: Floats, chord: Floats, outward: Floats) -> NDArray[np.uint8]:
    x, y = (
        (hip_px[axis] + PATCH_U[:, None] * chord[axis] + PATCH_N[None, :] * outward[axis]).astype(np.float32)
        for axis in (0, 1)
    )
    sampled = cv2.remap(mask, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0.0)
    return np.asarray(np.rint(sampled * 255.0), dtype=np.uint8)


class _Eyes:
    """The pose model, looking at each picture anew; one for each process."""

    _mine: _Eyes | None = None

    @classmethod
    def get(cls) -> _Eyes:
        if cls._mine is None:
            cls._mine = cls()
        return cls._mine

    def __init__(self) -> None:
        import mediapipe  # noqa: PLC0415  half a second
        from mediapipe.tasks import python as tasks  # noqa: PLC0415

        self._mediapipe: Any = mediapipe
        options = tasks.vision.PoseLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_path=str(bundled_model())),
            running_mode=tasks.vision.RunningMode.IMAGE,
            output_segmentation_masks=True,
        )
        self._landmarker: Any = tasks.vision.PoseLandmarker.create_from_options(options)

    def look(self, image_rgb: NDArray[np.uint8]) -> tuple[Floats, Floats, Floats, NDArray[np.float32]] | None:
        """Landmarks (33, 2) in pixels, visibility (33,), world (33, 3), mask (h, w); None if nobody is found."""
        height, width = image_rgb.shape[:2]
        picture = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=image_rgb)
        result = self._landmarker.detect(picture)
        if not result.pose_landmarks:
            return None
        points = result.pose_landmarks[0]
        assert len(points) == len(Landmark)
        return (
            np.array([(p.x * width, p.y * height) for p in points]),
            np.array([p.visibility for p in points]),
            np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]]),
            np.array(result.segmentation_masks[0].numpy_view(), dtype=np.float32).reshape(height, width),
        )
