"""`posecheck profiles`: your own numbers and calibrations by name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from posecheck.cli.common import show

profiles_app = typer.Typer(help="Your own numbers and calibrations, by name.", no_args_is_help=True)


@profiles_app.command("list")
def profiles_list() -> None:
    """List your profiles."""
    from posecheck.profile_store import calibrations_of, named_path, own_numbers, profile_names
    from posecheck.terminal_calibrate import profiles_table

    names = profile_names()
    if not names:
        print("No profile yet. Make one: posecheck calibrate NAME")
        return
    today = datetime.now().astimezone().date()
    paths = {name: named_path(name) for name in names}
    show(profiles_table([(name, own_numbers(path), calibrations_of(path, today)) for name, path in paths.items()]))


@profiles_app.command("show")
def profiles_show(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A profile's name, or a file (TOML).")],
) -> None:
    """Show one profile: its own numbers, its calibrations and how old they are."""
    from posecheck.profile_store import calibrations_of, find_profile, own_numbers
    from posecheck.terminal_calibrate import profile_card

    path = find_profile(name)
    calibrations = calibrations_of(path, datetime.now().astimezone().date())
    show(profile_card(path.stem, path, own_numbers(path), calibrations))


@profiles_app.command("delete")
def profiles_delete(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The profile.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete one profile for good. Asks first."""
    from posecheck.profile_store import delete_profile, find_profile

    path = find_profile(name)
    if not yes:
        try:
            agreed = typer.confirm(f"Delete {path} for good?", err=True)
        except typer.Abort:
            agreed = False
        if not agreed:
            print("Nothing was deleted.")
            raise typer.Exit(1)
    delete_profile(name)
    print(f"Deleted {path}.")
