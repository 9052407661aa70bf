"""`posecheck history`: what you did on which day."""

from __future__ import annotations

import contextlib
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from posecheck.cli.common import agrees, console_for, show, words_for
from posecheck.cli.options import HistoryFileOption, LangOption
from posecheck.errors import HistoryError, OutputError, UsageError

if TYPE_CHECKING:
    from posecheck.history.store import History
    from posecheck.reasons import Translate

#: So many days `posecheck history` shows unless asked otherwise: four weeks fit a screen and bear a trend.
HISTORY_DAYS: Final = 28

history_app = typer.Typer(help="What you did on which day, once you ask to keep it.", invoke_without_command=True)


@history_app.callback()
def history_show(
    context: typer.Context,
    stretch: Annotated[str | None, typer.Option("--stretch", metavar="ID", help="Only this stretch.")] = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", metavar="N", min=1, max=36500, help=f"The last N days, today included [{HISTORY_DAYS}]."
        ),
    ] = None,
    file: HistoryFileOption = None,
    lang: LangOption = None,
) -> None:
    """Show what you did on which day: streak, sessions (newest first), where depth and straight leg are going."""
    if context.invoked_subcommand is not None:
        if (stretch, days, file, lang) != (None, None, None, None):
            name = context.invoked_subcommand
            raise UsageError(f"options go behind the command: posecheck history {name} --…")
        return
    from posecheck.history.store import History
    from posecheck.terminal.history import history_view, how_to_begin

    translate = words_for(lang)
    path = history_file(file)
    today = datetime.now().astimezone().date()
    if path is None:
        show(how_to_begin(translate))
        return
    with History(path) as history:
        _require_known(history, stretch)
        since = today - timedelta(days=(days or HISTORY_DAYS) - 1)
        dones = list(history.rows(stretch=stretch, since=since))
        earlier = history.count(stretch=stretch, before=since)
        practised = history.days(stretch=stretch)
    if not practised:
        show(how_to_begin(translate))
        return
    console = console_for()
    console.print(history_view(dones, practised, today, earlier=earlier, columns=console.width, translate=translate))


def history_file(file: Path | None) -> Path | None:
    """The history to use; None when the user's own is not there yet. Raises HistoryError for one named in vain."""
    from posecheck.history.store import history_path

    path = file or history_path()
    if path.exists():
        return path
    if file is not None:
        raise HistoryError(f"There is no history {file}. Your own: {history_path()}")
    return None


def _require_known(history: History, stretch: str | None) -> None:
    from posecheck.tunables import unknown

    known = history.stretches()
    if stretch is not None and known and stretch not in known:
        raise UsageError(f"{unknown('stretch', stretch, known)} (in the history)")


@history_app.command("export")
def history_export(
    target: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Where to; - for the standard output.")],
    file: HistoryFileOption = None,
) -> None:
    """Write the whole history as CSV, a line a session, the oldest first. Never writes over a file."""
    import io

    from posecheck.history.export import write_csv
    from posecheck.history.store import History

    path = history_file(file)
    with contextlib.ExitStack() as stack:
        rows = stack.enter_context(History(path)).rows(newest_first=False) if path is not None else iter(())
        text = io.StringIO(newline="")
        count = write_csv(rows, text)
    if str(target) == "-":
        sys.stdout.buffer.write(text.getvalue().encode())
        sys.stdout.buffer.flush()
        return
    try:
        with target.open("x", encoding="utf-8", newline="") as out:
            out.write(text.getvalue())
    except FileExistsError as error:
        raise UsageError(f"{target} exists already. Choose another name.") from error
    except OSError as error:
        raise OutputError(f"Cannot write {target}: {error.strerror or error}. Choose another place.") from error
    print(f"{target}: {count} session{'' if count == 1 else 's'}")


@history_app.command("delete")
def history_delete(
    before: Annotated[
        datetime | None,
        typer.Option("--before", metavar="DATE", formats=["%Y-%m-%d"], help="Days earlier than this one."),
    ] = None,
    stretch: Annotated[str | None, typer.Option("--stretch", metavar="ID", help="This stretch only.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    file: HistoryFileOption = None,
    lang: LangOption = None,
) -> None:
    """Delete sessions from the history for good. Asks first."""
    from posecheck.history.store import History
    from posecheck.terminal.history import plural

    if everything == (before is not None or stretch is not None):
        raise UsageError("say what to delete: --before DATE, --stretch ID or both; or --all alone.")
    translate = words_for(lang)
    path = history_file(file)
    if path is None:
        print(translate("terminal.history.none_yet"))
        return
    day = None if before is None else before.date()
    of = _told_of(stretch, day, translate)
    with History(path) as history:
        _require_known(history, stretch)
        count = history.count(stretch=stretch, before=day)
        if count == 0:
            print(f"{translate('terminal.history.none_such')}{of}.")
            return
        if not yes and not agrees(
            f"{plural(count, 'ask', translate)}{of}{translate('terminal.history.for_good')}", translate
        ):
            print(translate("terminal.history.none_deleted"))
            raise typer.Exit(1)
        deleted = history.delete(stretch=stretch, before=day)
    print(f"{plural(deleted, 'deleted', translate)}{of}.")


def _told_of(stretch: str | None, before: date | None, translate: Translate) -> str:
    """Which sessions are meant, as the end of a sentence: by the id that was typed, which names one without doubt."""
    of = f" {translate('terminal.history.of')} {stretch}" if stretch else ""
    return of + (f" {translate('terminal.history.before_day')} {before}" if before else "")
