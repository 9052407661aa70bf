"""What is to be done, and with which numbers: how the server was started, and what the person chose on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from posecheck.app import parameters
from posecheck.app.user_paths import Places
from posecheck.assessment.catalogue.routine import Routine
from posecheck.assessment.catalogue.routine_files import load_routine
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.history.store import History
from posecheck.pipeline import profile_store
from posecheck.pipeline.profile_store import OwnProfile
from posecheck.pipeline.routine import plan

BROWSER, SERVER = "browser", "server"


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server was started."""

    places: Places
    model_sha256: str = ""
    source: str = BROWSER
    """BROWSER: the page's camera; SERVER: the server's own camera or a file."""
    source_name: str = "the browser's camera"
    is_file: bool = False
    language: str = "en"
    routine: Routine | None = None
    """The one that was asked for by name or file; None: chosen on the page."""
    stretch: str | None = None
    profile: Path | None = None
    """The file of the profile that was asked for, whether by its name or as a file."""
    sets: tuple[str, ...] = ()
    history: bool = False
    record: Path | None = None
    setup: bool = True


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person chose at the start; "again" starts the same."""

    routine: Routine
    is_single: bool
    profile: str | None
    setup: bool
    calibrate: bool
    history: bool
    record: bool


class BadError(Exception):
    """A command that is not as it must be."""


def flag(command: Mapping[str, Any], name: str, otherwise: object = None) -> bool:
    """A switch in a command. Raises BadError for anything but true and false."""
    value = command.get(name, otherwise)
    if not isinstance(value, bool):
        raise BadError(f'"{name}" must be true or false.')
    return value


def language_in(value: object) -> str:
    """A language in a command. Raises BadError, or UsageError for one that nobody knows."""
    if not isinstance(value, str):
        raise BadError('"lang" must be a language, like "en".')
    return Messages.load(value).language


def routine_in(command: Mapping[str, Any], settings: Settings) -> tuple[Routine, bool]:
    """The routine a "start" asks for, and whether it is a single stretch. Raises BadError, CatalogueError."""
    stretch, routine = command.get("stretch"), command.get("routine")
    if isinstance(stretch, str) and routine is None:
        return parameters.single(load_stretch(stretch)), True
    if isinstance(routine, str) and stretch is None:
        own = settings.routine
        return (own if own is not None and own.id == routine else load_routine(routine)), False
    raise BadError('"start" needs a "stretch" or a "routine", one of them.')


def profile_in(command: Mapping[str, Any], settings: Settings) -> str | None:
    """The name of the profile a "start" asks for; else that of the command line. Raises BadError."""
    profile = command.get("profile", settings.profile.stem if settings.profile else None)
    if profile is not None and not isinstance(profile, str):
        raise BadError('"profile" must be a name or null.')
    return profile


def profile_path(name: str, settings: Settings) -> Path:
    """Where the profile of a name stands or would stand: that of the command line by its own file."""
    if settings.profile is not None and name == settings.profile.stem:
        return settings.profile
    return settings.places.profile(name)


def own_of(name: str | None, settings: Settings, today: date, *, may_be_new: bool = False) -> OwnProfile:
    """A profile by its name, with its calibrations; none without a name, or for one that `may_be_new` and is.

    Raises UsageError for one that is not there, cannot be read or has a damaged calibration.
    """
    if name is None:
        return OwnProfile()
    path = profile_path(name, settings)
    if may_be_new and not path.exists():
        return OwnProfile()
    if path != settings.profile:
        path = profile_store.find_named(name, settings.places.profiles)
    return OwnProfile(path, profile_store.calibrations_of(path, today))


def parts_for(routine: Routine, own: OwnProfile, settings: Settings, today: date) -> tuple[RoutineItem, ...]:
    """The parts of a routine with the numbers in force, but for those moved on the page.

    Raises TunableError as `pipeline.routine.plan` does, HistoryError.
    """
    days = 0
    if routine.then and settings.places.history.exists():
        with History(settings.places.history) as history:
            days = history.days_practised(routine=routine.id, before=today)
    parts = plan(routine, days, own.file, calibrations=own.calibrations)
    sets = parameters.checked_sets(settings.sets)
    return tuple(
        replace(part, profile=parameters.adjusted(part.profile, part.stretch, sets, parameters.SET)) for part in parts
    )
