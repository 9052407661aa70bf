"""`posecheck profile`: your own numbers and calibrations, by name or as a file: what they change, and where they come from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posecheck.cli.common import agrees, show, words_for
from posecheck.cli.options import LangOption

if TYPE_CHECKING:
    from posecheck.reasons import Translate
    from posecheck.tunables import Tunable

profile_app = typer.Typer(
    help="Your own numbers and calibrations, by name or as a file: list, show, compare, check, delete.",
    no_args_is_help=True,
)

ProfileArgument = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="A profile's name (see `posecheck profile list`), or a TOML file.")
]


@profile_app.command("list")
def profile_list(lang: LangOption = None) -> None:
    """List your profiles by name."""
    from posecheck.pipeline.profile_store import calibrations_of, named_path, own_numbers, profile_names
    from posecheck.terminal.calibration import profiles_table

    translate = words_for(lang)
    names = profile_names()
    if not names:
        print(translate("terminal.profile.none_yet"))
        return
    today = datetime.now().astimezone().date()
    paths = {name: named_path(name) for name in names}
    show(
        profiles_table(
            [(name, own_numbers(path), calibrations_of(path, today)) for name, path in paths.items()], translate
        )
    )


@profile_app.command("show")
def profile_show(profile: ProfileArgument, lang: LangOption = None) -> None:
    """Show a profile: its numbers beside their defaults, where they come from, its calibrations and how old they are."""
    from posecheck.pipeline.profile_store import calibrations_of, find_profile
    from posecheck.terminal.calibration import profile_card
    from posecheck.terminal.tuning import numbers_table, provenance_table
    from posecheck.tuning.provenance import moved_clips, read_provenance

    translate = words_for(lang)
    path = find_profile(profile)
    calibrations = calibrations_of(path, datetime.now().astimezone().date())
    numbers = _numbers(path)
    where_from = read_provenance(path)
    show(profile_card(path.stem, path, calibrations, translate))
    if not numbers:
        show(translate("terminal.profile.no_number"))
        return
    show(
        numbers_table(
            [(stretch, one, [value]) for (stretch, _), (one, value) in numbers.items()], [path.stem], translate
        )
    )
    if where_from is None:
        show(translate("terminal.profile.by_hand"))
    else:
        show(provenance_table(where_from, moved_clips(where_from), translate))


@profile_app.command("diff")
def profile_diff(
    profile: ProfileArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Another profile, its name or file.")],
    lang: LangOption = None,
) -> None:
    """Show the numbers in which two profiles differ."""
    from posecheck.pipeline.profile_store import find_profile
    from posecheck.terminal.tuning import numbers_table

    translate = words_for(lang)
    first, second = find_profile(profile), find_profile(other)
    one, two = _numbers(first), _numbers(second)
    rows: list[tuple[str, Tunable, list[float | None]]] = []
    for place in dict.fromkeys((*one, *two)):
        values = [numbers[place][1] if place in numbers else None for numbers in (one, two)]
        if values[0] != values[1]:
            rows.append((place[0], (one.get(place) or two[place])[0], values))
    same = translate("terminal.profile.same")
    show(numbers_table(rows, [first.stem, second.stem], translate) if rows else same)


@profile_app.command("check")
def profile_check(profile: ProfileArgument, lang: LangOption = None) -> None:
    """Check a profile for every stretch: keys, ranges, limits and their ends; its calibrations and provenance."""
    from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
    from posecheck.pipeline.profile_store import calibrations_of, find_profile
    from posecheck.pipeline.profiles import build_profile
    from posecheck.pipeline.session import default_profile
    from posecheck.tuning.provenance import moved_clips, read_provenance

    translate = words_for(lang)
    path = find_profile(profile)
    numbers = _numbers(path)
    calibrations = calibrations_of(path, datetime.now().astimezone().date())
    for stretch_id in stretch_ids():
        build_profile(default_profile(load_stretch(stretch_id)), stretch_id, path, (), calibrations)
    where_from = read_provenance(path)
    held = len(list(calibrations or ()))
    what = [_counted(translate, "number", len(numbers)), *([_counted(translate, "calibration", held)] if held else [])]
    show(translate("terminal.profile.in_order", file=str(path), what=", ".join(what)))
    for text in moved_clips(where_from) if where_from else ():
        show(f"[yellow]◆[/] {translate(text)}")


@profile_app.command("delete")
def profile_delete(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The profile. A file of your own is yours to delete.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    lang: LangOption = None,
) -> None:
    """Delete one profile for good. Asks first."""
    from posecheck.pipeline.profile_store import delete_profile, find_profile

    translate = words_for(lang)
    path = find_profile(name)
    if not yes and not agrees(translate("terminal.profile.ask", file=str(path)), translate):
        print(translate("terminal.history.none_deleted"))
        raise typer.Exit(1)
    delete_profile(name)
    print(translate("terminal.profile.deleted", file=str(path)))


def _counted(translate: Translate, what: str, count: int) -> str:
    """So many numbers, or calibrations."""
    return translate(f"terminal.profile.{what}") if count == 1 else translate(f"terminal.profile.{what}s", number=count)


def _numbers(file: Path) -> dict[tuple[str, str], tuple[Tunable, float]]:
    """The numbers of a profile by (stretch or "", key), each with its declaration; checked."""
    from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
    from posecheck.assessment.routines import routine_state
    from posecheck.errors import TunableError
    from posecheck.pipeline.profiles import read_profile_file
    from posecheck.pipeline.session import default_profile
    from posecheck.tunables import unknown

    shared, own = read_profile_file(file)
    declared: dict[str, Tunable] = {one.key: one for one in routine_state.TUNABLES}
    for stretch_id in stretch_ids():
        declared |= default_profile(load_stretch(stretch_id)).tunables
    out: dict[tuple[str, str], tuple[Tunable, float]] = {}
    for stretch_id, values in {"": shared, **own}.items():
        if stretch_id and stretch_id not in stretch_ids():
            raise TunableError(f"{file}: {unknown('stretch', stretch_id, stretch_ids())}")
        known = default_profile(load_stretch(stretch_id)).tunables if stretch_id else declared
        for key, value in values.items():
            if key not in known:
                raise TunableError(f"{file}: {unknown('key', key, known)}")
            out[stretch_id, key] = (known[key], known[key].check(value, str(file)))
    return out
