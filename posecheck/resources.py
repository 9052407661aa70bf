"""Where the files that come with posecheck are (weights, sample clips), and are they whole?

In a checkout they stand at the top level; in an installed wheel they travel inside the package. A manifest.toml beside
the weights has the hash of each. `install_command` says how to install posecheck, or an extra of it, where it is.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import tomllib
from pathlib import Path
from typing import Final

from posecheck.errors import ModelError, PosecheckError

_PACKAGE: Final = Path(__file__).resolve().parent
#: Searched in this order: a wheel carries its data inside the package, a checkout beside it.
_ROOTS: Final = (_PACKAGE / "_data", _PACKAGE.parent)
#: Its name on the package index, where "posecheck" is another project's.
DISTRIBUTION: Final = "posecheck-stretch"
_LFS_HEAD: Final = b"version https://git-lfs"


def _find(folder: str) -> Path:
    for root in _ROOTS:
        if (root / folder / "manifest.toml").is_file():
            return root / folder
    raise PosecheckError(f"posecheck's own folder {folder}/ is missing from {_PACKAGE}. Install posecheck again.")


def install_command(extra: str = "") -> str:
    """The command that installs posecheck again, with an extra ("h264") if one is named.

    In a checkout that is the checkout itself; from the index it goes by `DISTRIBUTION`.
    """
    what = f"[{extra}]" if extra else ""
    return f"pip install -e '.{what}'" if _is_checkout() else f"pip install '{DISTRIBUTION}{what}'"


def _is_checkout() -> bool:
    """Whether posecheck runs from a folder with its sources: an editable installation, or none at all.

    `pip install .` copies the package; nothing ties it to the folder afterwards.
    """
    try:
        origin = importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        return True
    return origin is not None and bool(json.loads(origin).get("dir_info", {}).get("editable", False))


def models_dir() -> Path:
    """The folder with the weights and their manifest. Raises PosecheckError if the installation is incomplete."""
    return _find("models")


def samples_dir() -> Path:
    """The folder with the sample clips and their manifest. Raises PosecheckError if the installation is incomplete."""
    return _find("sample_videos")


def vendored(name: str) -> str:
    """The text of a library for pages that travels with posecheck, such as "uPlot.iife.min.js".

    The live page serves it and the report carries it inside. Raises PosecheckError if the installation is incomplete.
    """
    path = _PACKAGE / "app" / "static" / "vendor" / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PosecheckError(f"posecheck's own file {path} is missing. Install posecheck again.") from error


def sha256_of(path: Path) -> str:
    """The hash of a file of weights, 64 hex digits.

    Raises ModelError: there is no such file, it cannot be read, or it is only a Git LFS pointer.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_LFS_HEAD))
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256")
    except FileNotFoundError as error:
        raise ModelError(f"No such model: {path}.") from error
    except OSError as error:
        raise ModelError(f"Cannot read the model {path}: {error.strerror or error}.") from error
    if head == _LFS_HEAD:
        raise ModelError(f"{path} is only a Git LFS pointer to the model. Fetch the file itself: git lfs pull")
    return digest.hexdigest()


def verified_sha256(path: Path) -> str:
    """The hash of weights that come with posecheck, once it is the one that the manifest beside them declares.

    Raises ModelError: the file is missing, damaged (with the first 12 digits of both hashes), not in the manifest, or
    only a Git LFS pointer.
    """
    if not path.exists():
        raise ModelError(f"The model {path} is missing. Install posecheck again.")
    actual, expected = sha256_of(path), _declared_sha256(path)
    if actual != expected:
        raise ModelError(
            f"The model {path} is damaged: sha256 {actual[:12]}… instead of {expected[:12]}…. Install posecheck again."
        )
    return actual


def _declared_sha256(path: Path) -> str:
    manifest = path.with_name("manifest.toml")
    try:
        declared = tomllib.loads(manifest.read_text(encoding="utf-8"))["models"][path.name]["sha256"]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{manifest} does not tell the hash of {path.name}. Install posecheck again.") from error
    return str(declared)
