"""Where the files that come with posecheck are: weights, sample clips.

In a checkout they stand at the top level; in an installed wheel they travel inside the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from posecheck.errors import PosecheckError

_PACKAGE: Final = Path(__file__).resolve().parent
#: Searched in this order: a wheel carries its data inside the package, a checkout beside it.
_ROOTS: Final = (_PACKAGE / "_data", _PACKAGE.parent)


def _find(folder: str) -> Path:
    for root in _ROOTS:
        if (root / folder / "manifest.toml").is_file():
            return root / folder
    raise PosecheckError(f"posecheck's own folder {folder}/ is missing from {_PACKAGE}. Install posecheck again.")


def models_dir() -> Path:
    """The folder with the weights and their manifest. Raises PosecheckError if the installation is incomplete."""
    return _find("models")


def samples_dir() -> Path:
    """The folder with the sample clips and their manifest. Raises PosecheckError if the installation is incomplete."""
    return _find("sample_videos")
