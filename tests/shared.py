"""What is dear to make and only read afterwards, made once for a whole run of the tests, whichever worker asks first."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

DONE = "made"
FAILED = "failed"


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of this run of the tests, the same for all its workers."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process after the other; the kernel takes the lock from one that dies."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # not on Windows

    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name that `make` has filled: by the first who asks, for all workers of this run.

    Nobody may change what lies in it; who wants to copies it first. The others wait for the first one; if that dies,
    the next one begins anew. What fails fails for everybody, told the same. (On Windows each worker makes its own.)
    """
    place = (factory.getbasetemp() if sys.platform == "win32" else run_folder(factory)) / f"shared_{name}"
    place.mkdir(exist_ok=True)
    folder = place / "out"
    with _alone(place / "lock"):
        if (place / FAILED).exists():
            told = (place / FAILED).read_text(encoding="utf-8")
            pytest.fail(f"{name} could not be made, by whoever asked first:\n{told}", pytrace=False)
        if not (place / DONE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                make(folder)
            except (Exception, pytest.fail.Exception):
                (place / FAILED).write_text(traceback.format_exc(), encoding="utf-8")
                raise
            (place / DONE).touch()
    return folder
