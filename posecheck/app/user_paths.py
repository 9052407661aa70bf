"""Where the live page keeps what the person asks it to keep, and what lies there now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from posecheck.errors import OutputError
from posecheck.history.store import history_path
from posecheck.pipeline import profile_store

_RECORDING: Final = ".jsonl"


@dataclass(frozen=True, slots=True)
class Places:
    """The folder of the person's own data, and what stands in it by name. Makes nothing by itself."""

    folder: Path
    history: Path

    @staticmethod
    def own() -> Places:
        """Those of this person on this machine."""
        path = history_path()
        return Places(path.parent, path)

    @property
    def recordings(self) -> Path:
        """The folder of the recordings."""
        return self.folder / "recordings"

    @property
    def profiles(self) -> Path:
        """The folder of the profiles."""
        return self.folder / "profiles"

    def new_recording(self, started: datetime, of: str) -> Path:
        """A name for a recording that is not taken, its folder made. Raises OutputError when that cannot be made."""
        make(self.recordings)
        return free_name(self.recordings, f"{started:%Y-%m-%d_%H%M%S}_{of}", _RECORDING)

    def all_recordings(self) -> list[Path]:
        """Every recording, by name."""
        return sorted(_files(self.recordings, _RECORDING))

    def profile(self, name: str) -> Path:
        """Where the profile `name` stands, whether it is there or not. Raises UsageError for what cannot be a name."""
        return profile_store.named_path(name, self.profiles)

    def profile_names(self) -> list[str]:
        """Every profile, by name."""
        return profile_store.profile_names(self.profiles)


def free_name(folder: Path, stem: str, ending: str) -> Path:
    """A file in `folder` that is not there yet, called `stem` or nearly so. Raises OutputError after a thousand."""
    for number in range(1, 1000):
        path = folder / f"{stem}{'' if number == 1 else f'_{number}'}{ending}"
        if not path.exists():
            return path
    raise OutputError(f"There are a thousand files called {stem} in {folder}. Move some of them elsewhere.")


def make(folder: Path) -> None:
    """Make a folder that only its owner may read. Raises OutputError when it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OutputError(f"Cannot make {folder}: {error.strerror or error}. Free some space, or allow it.") from error


def _files(folder: Path, ending: str) -> Iterator[Path]:
    try:
        yield from (path for path in folder.iterdir() if path.suffix == ending and path.is_file())
    except OSError:  # not made yet, or not to be read: there is nothing of ours to show
        return
