"""`posecheck profile`: what a profile file changes, where its numbers come from, and whether it is in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posecheck.cli.common import show

if TYPE_CHECKING:
    from posecheck.tunables import Tunable

profile_app = typer.Typer(help="What a profile file changes, and where its numbers come from.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A profile, a TOML file.")]


@profile_app.command("show")
def profile_show(file: FileArgument) -> None:
    """Show the numbers of a profile beside their defaults, and where they come from."""
    from posecheck.terminal_tuning import numbers_table, provenance_table
    from posecheck.tuning.provenance import moved_clips, read_provenance

    numbers = _numbers(file)
    where_from = read_provenance(file)
    show(numbers_table([(stretch, one, [value]) for (stretch, _), (one, value) in numbers.items()], [file.name]))
    if where_from is None:
        show("No provenance: written by hand.")
    else:
        show(provenance_table(where_from, moved_clips(where_from)))


@profile_app.command("diff")
def profile_diff(
    file: FileArgument, other: Annotated[Path, typer.Argument(metavar="OTHER", help="Another profile.")]
) -> None:
    """Show the numbers in which two profiles differ."""
    from posecheck.terminal_tuning import numbers_table

    one, two = _numbers(file), _numbers(other)
    rows: list[tuple[str, Tunable, list[float | None]]] = []
    for place in dict.fromkeys((*one, *two)):
        values = [numbers[place][1] if place in numbers else None for numbers in (one, two)]
        if values[0] != values[1]:
            rows.append((place[0], (one.get(place) or two[place])[0], values))
    show(numbers_table(rows, [file.name, other.name]) if rows else "Both change the same numbers in the same way.")


@profile_app.command("check")
def profile_check(file: FileArgument) -> None:
    """Check a profile for every stretch: keys, ranges, limits and their ends; and its provenance."""
    from posecheck.assessment.catalogue import load_stretch, stretch_ids
    from posecheck.profiles import build_profile
    from posecheck.session import default_profile
    from posecheck.tuning.provenance import moved_clips, read_provenance

    numbers = _numbers(file)
    for stretch_id in stretch_ids():
        build_profile(default_profile(load_stretch(stretch_id)), stretch_id, file, ())
    where_from = read_provenance(file)
    show(f"{file}: in order, {len(numbers)} number{'s' if len(numbers) != 1 else ''}.")
    for text in moved_clips(where_from) if where_from else ():
        show(f"[yellow]◆[/] {text}")


def _numbers(file: Path) -> dict[tuple[str, str], tuple[Tunable, float]]:
    """The numbers of a profile by (stretch or "", key), each with its declaration; checked."""
    from posecheck.assessment import running
    from posecheck.assessment.catalogue import load_stretch, stretch_ids
    from posecheck.errors import TunableError
    from posecheck.profiles import read_profile_file
    from posecheck.session import default_profile
    from posecheck.tunables import unknown

    shared, own = read_profile_file(file)
    declared: dict[str, Tunable] = {one.key: one for one in running.TUNABLES}
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
