"""`posecheck stretches`: the stretches posecheck knows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from posecheck.cli.common import numbers_for, own_of, say_error, show, translator_for, words_for
from posecheck.cli.options import LangOption, ProfileOption, SetOption

stretches_app = typer.Typer(help="The stretches posecheck knows.", no_args_is_help=True)


@stretches_app.command("list")
def stretches_list(lang: LangOption = None) -> None:
    """List the stretches, by the position in which they are done."""
    from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
    from posecheck.terminal.catalogue import stretches_table

    show(stretches_table([load_stretch(stretch_id) for stretch_id in stretch_ids()], words_for(lang)))


@stretches_app.command("show")
def stretches_show(
    stretch: Annotated[str, typer.Argument(metavar="ID|FILE", help="A stretch's id, or your own file (TOML).")],
    sets: SetOption = None,
    profile: ProfileOption = None,
    lang: LangOption = None,
) -> None:
    """Show one stretch: how it is done, what is judged, the numbers in force and where each comes from."""
    from posecheck.terminal.catalogue import stretch_card

    chosen, numbers = numbers_for(stretch, own_of(profile), sets)
    show(stretch_card(chosen, numbers, translator_for(lang, chosen)))


@stretches_app.command("check")
def stretches_check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Stretch or routine files (TOML).")],
) -> None:
    """Check stretch and routine files and report every mistake at once."""
    from posecheck.assessment.catalogue.routine_files import check_any

    found = {file: check_any(file) for file in files}
    for file, mistakes in found.items():
        if not mistakes:
            print(f"{file}: fine")
        for mistake in mistakes:
            say_error(mistake)
    if any(found.values()):
        raise typer.Exit(1)
