"""The weights of the pose model: where they are, and whether they are intact."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from posecheck.errors import ModelError
from posecheck.resources import models_dir, sha256_of, verified_sha256

BUNDLED_NAME: Final = "pose_landmarker_full.task"
#: The two networks of every MediaPipe pose bundle.
MEMBERS: Final = ("pose_detector.tflite", "pose_landmarks_detector.tflite")


def bundled_model() -> Path:
    """The model that comes with posecheck. Raises ModelError if it is missing."""
    path = models_dir() / BUNDLED_NAME
    if not path.is_file():
        raise ModelError(f"The model {path} is missing. Install posecheck again.")
    return path


def fingerprint(path: Path | None = None) -> str:
    """`verify` of the model in a file, or of the one that comes with posecheck."""
    return verify(path or bundled_model())


def verify(path: Path) -> str:
    """The sha256 of a model, 64 hex digits, once it is known to be intact.

    The bundled model must have the hash its manifest declares. A user's own file must be a MediaPipe pose bundle (a
    zip with the two networks); its hash is reported, not compared.

    Raises ModelError: missing, damaged (with the first 12 digits of both hashes), a Git LFS pointer, a text, not a
    pose bundle.
    """
    if _is_bundled(path):
        return verified_sha256(models_dir() / BUNDLED_NAME)
    actual = sha256_of(path)
    _check_bundle(path)
    return actual


def _is_bundled(path: Path) -> bool:
    ours = models_dir() / BUNDLED_NAME
    return ours.is_file() and path.exists() and path.samefile(ours)


def _check_bundle(path: Path) -> None:
    wanted = "posecheck needs a MediaPipe pose landmarker bundle (.task)."
    try:
        with zipfile.ZipFile(path) as bundle:
            names = set(bundle.namelist())
            damaged = bundle.testzip()
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"{path} is not a model bundle. {wanted}") from error
    missing = [name for name in MEMBERS if name not in names]
    if missing:
        raise ModelError(f"{path} is a bundle without {' and '.join(missing)}. {wanted}")
    if damaged is not None:
        raise ModelError(f"{path} is damaged: {damaged} in it does not match its checksum. Download it again.")
