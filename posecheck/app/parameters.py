"""The numbers in force on the page: what a slider changes reaches the very next picture. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from posecheck.assessment.catalogue.routine import BOTH, Item, Routine
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.routines import routine_state
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.errors import TunableError
from posecheck.pipeline.profiles import kept_together, parse_set
from posecheck.pipeline.session import default_profile
from posecheck.tunables import Profile, Tunable, unknown

#: Where a number comes from that was moved on the page.
ORIGIN: Final = "page"
#: Where one comes from that was given on the command line.
SET: Final = "--set"


def single(stretch: Stretch) -> Routine:
    """One stretch as a routine, both sides of it where it has any."""
    item = Item(stretch.id, sides=BOTH if stretch.sides else "", rest_s=0.0)
    return Routine(stretch.id, stretch.name, "", "", (item,))


def base_profile(stretch: Stretch) -> Profile:
    """Every number that has a say in this stretch as part of a routine, at its default."""
    return Profile((*default_profile(stretch).tunables.values(), *routine_state.TUNABLES))


def known() -> dict[str, Tunable]:
    """Every number of every stretch by its key; the ranges of one that several have may differ."""
    return {
        key: tunable for each in stretch_ids() for key, tunable in base_profile(load_stretch(each)).tunables.items()
    }


def checked(values: object) -> dict[str, float]:
    """What the page asks to set. Raises TunableError when it is no table of numbers that somebody knows."""
    if not isinstance(values, Mapping):
        raise TunableError(f'{ORIGIN}: "set" must be a table of numbers by their keys.')
    every = known()
    out: dict[str, float] = {}
    for key, value in values.items():
        if key not in every:
            raise TunableError(f"{ORIGIN}: {unknown('key', str(key), every)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TunableError(f"{ORIGIN}: {key} must be a number, not {value!r}")
        out[key] = float(value)
    return out


def adjusted(profile: Profile, stretch: Stretch, values: Mapping[str, float], origin: str = ORIGIN) -> Profile:
    """`profile` with those of `values` that it has. Raises TunableError as `profiles.build_profile` does."""
    own = {key: value for key, value in values.items() if key in profile}
    return kept_together(profile.with_layer(own, origin), stretch)


def adjusted_parts(parts: Sequence[RoutineItem], values: Mapping[str, float]) -> tuple[RoutineItem, ...]:
    """The parts of a routine with the numbers of the page over their own. Raises TunableError, and changes nothing."""
    return tuple(replace(part, profile=adjusted(part.profile, part.stretch, values)) for part in parts)


def checked_sets(sets: Sequence[str]) -> dict[str, float]:
    """What `--set KEY=VALUE` asks for. Raises TunableError as `checked` does."""
    every = known()
    out: dict[str, float] = {}
    for key, value in (parse_set(text) for text in sets):
        if key not in every:
            raise TunableError(f"{SET}: {unknown('key', key, every)}")
        out[key] = every[key].check(value, SET)
    return out
