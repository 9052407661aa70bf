"""Named profiles: one TOML file each in the user's data folder, with their own numbers and their calibration.

    posecheck/profiles/NAME.toml     beside the history (`history.store.history_path`), readable by its owner only

The numbers are as `profiles` reads them; what `posecheck calibrate` found stands beside them:

    [calibration.standing]
    made_on = "2026-11-21"
    own_max_deg = 62.0        # left out when the rounding was left out
    code = "…"                # how this person's upright back looks to the network; base64 of little-endian float32

Writing a calibration leaves every other line of the file as it is, and writing numbers leaves the calibration.
Where a `folder` may be given, it is that of the profiles: the user's own unless somebody asks for another.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from posecheck.atomic_file import whole_file
from posecheck.calibration import Calibration, Calibrations, from_table, to_table
from posecheck.errors import OutputError, UsageError
from posecheck.history.store import history_path
from posecheck.tunables import unknown

#: The name of a calibration that nobody named.
DEFAULT_NAME: Final = "me"
SUFFIX: Final = ".toml"
#: A file's name on every system and nothing else: no folders, no dots, nothing hidden, no space at either end.
_NAME: Final = re.compile(r"\w(?:[\w -]{0,62}[\w-])?")
_OURS: Final = "calibration"


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """A profile as it was asked for: its file, and what its person was calibrated to. Empty without one."""

    file: Path | None = None
    calibrations: Calibrations | None = None


def profiles_dir() -> Path:
    """The folder of the named profiles. Makes nothing."""
    return history_path().parent / "profiles"


def profile_names(folder: Path | None = None) -> list[str]:
    """The profiles there are, in alphabetical order."""
    folder = folder or profiles_dir()
    names = (path.stem for path in folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ()
    return sorted(name for name in names if _NAME.fullmatch(name))


def named_path(name: str, folder: Path | None = None) -> Path:
    """Where the profile of a name is kept. Raises UsageError for a name that cannot be one."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f'"{name}" cannot be the name of a profile: use letters, digits, - and _, spaces between them (at most 64).'
        )
    return (folder or profiles_dir()) / f"{name}{SUFFIX}"


def find_profile(which: str) -> Path:
    """The file of a profile by its name or as a FILE.

    What has an ending, a slash, or is a file here, is a file; everything else a name. Raises UsageError for a name
    that is not there, with the nearest spelling.
    """
    if which.endswith(SUFFIX) or "/" in which or "\\" in which or Path(which).is_file():
        return Path(which)
    return find_named(which)


def find_named(which: str, folder: Path | None = None) -> Path:
    """The file of a profile by its name alone. Raises UsageError for one that is not there, with the nearest spelling."""
    path = named_path(which, folder)
    if path.is_file():
        return path
    names = profile_names(folder)
    if not names:
        raise UsageError(f'There is no profile "{which}" yet. Make one: posecheck calibrate {which}')
    raise UsageError(unknown("profile", which, names))


def own_profile(which: str | None, today: date) -> OwnProfile:
    """The profile that `--profile` asks for: a name, a file, or None for no profile.

    Raises UsageError when it cannot be found or read, or its calibration is damaged.
    """
    if which is None:
        return OwnProfile()
    path = find_profile(which)
    return OwnProfile(path, calibrations_of(path, today))


def calibrations_of(path: Path, today: date) -> Calibrations | None:
    """The calibrations in a profile, with their age; None if it has none.

    Raises UsageError, naming file and key, when they are damaged or the file cannot be read.
    """
    data = _parsed(_text(path), path)
    if _OURS not in data:
        return None
    try:
        found = from_table(data[_OURS], path.stem, _OURS)
        for one in found:
            age_days = float(max((today - date.fromisoformat(one.made_on)).days, 0))
            found = found.plus(replace(one, age_days=age_days))
    except ValueError as error:
        raise UsageError(f"{path}: {error}. Calibrate again, or take the table out.") from error
    return found


def save_calibration(name: str, calibration: Calibration) -> Path:
    """Keep a calibration in the profile of a name, in place of an older one of the same position; gives the file.

    Raises UsageError for a name that cannot be one or a file that is not a profile, OutputError when it cannot be
    written; what was there before then stands.
    """
    path = named_path(name)
    keep_calibration(path, calibration)
    return path


def keep_calibration(path: Path, calibration: Calibration) -> None:
    """Keep a calibration in a profile given by its file, as `save_calibration` does."""
    before = _text(path) if path.exists() else ""
    table = to_table(Calibrations(path.stem).plus(calibration))[calibration.position]
    section = f"{_OURS}.{calibration.position}"
    kept = _without_section(before, section).rstrip()
    text = f"{kept}\n\n{_as_toml(section, table)}" if kept else _as_toml(section, table)
    _require_only_that_changed(before, text, path, calibration.position)
    write_private(path, text)


def keep_numbers(path: Path, numbers: str) -> None:
    """Write `numbers`, the text of a profile without a calibration, in place of those the profile has; its calibration stays.

    Raises UsageError if what stands there is no profile, OutputError when it cannot be written or its calibration was
    written in a way unknown here; what was there before then stands.
    """
    before = _text(path) if path.exists() else ""
    found = _parsed(before, path).get(_OURS)
    own = _only_section(before, _OURS).strip()
    text = f"{numbers.rstrip()}\n\n{own}\n" if own else numbers
    try:
        kept = tomllib.loads(text).get(_OURS)
    except tomllib.TOMLDecodeError:
        kept = None
    if kept != found:
        raise OutputError(
            f"{path} holds a calibration that was not written by posecheck calibrate: take it out, then save again."
        )
    write_private(path, text)


def delete_profile(name: str) -> Path:
    """Delete the profile of a name for good; gives the file it was. Raises UsageError, OutputError."""
    path = find_profile(name)
    if path.parent != profiles_dir():
        raise UsageError(f"{name} is no profile by name but a file of your own: delete it yourself.")
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"Cannot delete {path}: {error.strerror or error}.") from error
    return path


def write_private(path: Path, text: str) -> None:
    """Write a small file of the user in one piece, readable by its owner only. Raises OutputError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole_file(path, private=True) as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}.") from error


# ------------------------------------------------------------------------------------------------ the file
def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Cannot read the profile {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The profile {path} is not a text file.") from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The profile {path} is not valid TOML: {error}.") from error


def _without_section(text: str, section: str) -> str:
    """The text without the table of that name and those below it."""
    return "\n".join(line for line, inside in _lines(text, section) if not inside)


def _only_section(text: str, section: str) -> str:
    """The table of that name and those below it."""
    return "\n".join(line for line, inside in _lines(text, section) if inside)


def _lines(text: str, section: str) -> Iterator[tuple[str, bool]]:
    """Every line, and whether it belongs to the table of that name or one below it."""
    header = re.compile(rf"\s*\[\s*{re.escape(section)}\s*[\].]")
    inside = False
    for line in text.splitlines():
        if re.match(r"\s*\[", line):
            inside = bool(header.match(line))
        yield line, inside


def _require_only_that_changed(before: str, after: str, path: Path, position: str) -> None:
    """Raise OutputError if anything but one calibration would differ: the file is laid out in a way unknown here."""
    old = _parsed(before, path)
    try:
        new = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        new = None
    for data in (old, new or {}):
        own = data.get(_OURS)
        if isinstance(own, dict):
            own.pop(position, None)
            if not own:
                del data[_OURS]
    if new is None or old != new:
        raise OutputError(
            f"{path} holds a calibration that was not written by posecheck calibrate: take it out, then calibrate again."
        )


def _as_toml(section: str, table: Mapping[str, Any]) -> str:
    plain = [f"{key} = {_value(value)}" for key, value in table.items() if not isinstance(value, Mapping)]
    below = [_as_toml(f"{section}.{key}", value) for key, value in table.items() if isinstance(value, Mapping)]
    return "\n".join([f"[{section}]", *plain, "", *below])


def _value(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    return repr(value)


def own_numbers(path: Path) -> dict[str, str]:
    """The numbers in a profile that its person wrote, by key, as text. Raises UsageError when it cannot be read."""
    data = _parsed(_text(path), path)
    data.pop(_OURS, None)
    return dict(_flat(data, ""))


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
