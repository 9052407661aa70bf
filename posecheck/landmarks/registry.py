"""Every pose model posecheck can use. To add one: its module, and one entry in `BACKENDS`.

    with open_backend("mediapipe", None) as backend:      its module is imported here, not before
        detection = backend.detect(frame)

`--backend` and its help come from here. `docs/extending.md` shows a backend from start to end.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from posecheck.errors import UsageError

if TYPE_CHECKING:
    from posecheck.landmarks.base import LandmarkBackend

    #: Makes a backend with the weights in a file; None takes its own.
    Maker: TypeAlias = Callable[[Path | None], LandmarkBackend]
    #: The hash of the weights in a file, 64 hex digits, without loading the model; None takes the backend's own.
    Fingerprint: TypeAlias = Callable[[Path | None], str]


@dataclass(frozen=True, slots=True)
class Backend:
    """One pose model. What it reports is declared by what it makes (`LandmarkBackend.landmarks`)."""

    name: str
    """As `--backend` takes it."""
    maker: str | Maker
    """As text `module:name`, imported when first used."""
    fingerprint: str | Fingerprint
    """Raises ModelError for weights that are missing or damaged."""
    help: str
    """What it is, in a few words for `--help`."""

    def make(self, weights: Path | None = None) -> LandmarkBackend:
        """The model, ready for frames; `weights` is a file of the user's own. Raises ModelError."""
        return cast("Maker", _loaded(self.maker))(weights)

    def sha256(self, weights: Path | None = None) -> str:
        """The `model_sha256` that `make` would have. Raises ModelError."""
        return cast("Fingerprint", _loaded(self.fingerprint))(weights)


#: The first one is used where none is named.
BACKENDS: Final[tuple[Backend, ...]] = (
    Backend(
        "mediapipe",
        "posecheck.landmarks.mediapipe:MediaPipeBackend",
        "posecheck.landmarks.weights:fingerprint",
        help="BlazePose through MediaPipe",
    ),
)
DEFAULT_BACKEND: Final = BACKENDS[0].name
_added: list[Backend] = []


def backends() -> tuple[Backend, ...]:
    """All pose models: `BACKENDS`, then those a program has `registered`."""
    return (*BACKENDS, *_added)


def backend_named(name: str) -> Backend:
    """The pose model of that name. Raises UsageError, naming those there are, for any other."""
    for backend in backends():
        if backend.name == name:
            return backend
    raise UsageError(f"There is no backend {name!r}. There are: {', '.join(one.name for one in backends())}.")


def open_backend(name: str = DEFAULT_BACKEND, weights: Path | None = None) -> LandmarkBackend:
    """The pose model of that name, ready for frames. Raises UsageError for an unknown name, ModelError for its weights."""
    return backend_named(name).make(weights)


@contextmanager
def registered(backend: Backend) -> Iterator[Backend]:
    """Add a pose model of one's own while inside. Raises ValueError for a name that is taken."""
    if any(backend.name == other.name for other in backends()):
        raise ValueError(f"there is a backend {backend.name!r} already")
    _added.append(backend)
    try:
        yield backend
    finally:
        _added.remove(backend)


def _loaded(found: str | Callable[..., Any]) -> Callable[..., Any]:
    """What `module:name` names; anything else as it is."""
    if not isinstance(found, str):
        return found
    module, _, name = found.partition(":")
    return cast("Callable[..., Any]", getattr(importlib.import_module(module), name))
