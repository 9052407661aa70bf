"""The command line: the only room that prints or exits. One file a command; what they share is in `common`.

Exit codes: 0 done, 1 could not, 2 wrong use, 130 interrupted (what was done so far is kept and readable).
Heavy rooms are imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from posecheck import __version__
from posecheck.cli.analyze import analyze, demo
from posecheck.cli.calibrate import calibrate
from posecheck.cli.common import EXIT_INTERRUPTED, say_error
from posecheck.cli.compare import compare
from posecheck.cli.history import history_app
from posecheck.cli.live import live
from posecheck.cli.machine import cameras, doctor, replay
from posecheck.cli.profile import profile_app
from posecheck.cli.routine import routine, routines_app
from posecheck.cli.stretches import stretches_app
from posecheck.cli.tune import tune_app
from posecheck.errors import PosecheckError

app = typer.Typer(
    name="posecheck",
    help="See whether a stretch bends from the hips or rounds the spine. Live, in videos, on this machine only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for command in (demo, analyze, compare, live, routine, calibrate, replay, cameras, doctor):
    app.command()(command)
app.add_typer(stretches_app, name="stretches")
app.add_typer(history_app, name="history")
app.add_typer(routines_app, name="routines")
app.add_typer(tune_app, name="tune")
app.add_typer(profile_app, name="profile")


def main() -> None:
    """Run the command line and exit."""
    try:
        app()
    except PosecheckError as error:
        say_error(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say_error("interrupted.")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe went away: nothing to say, and nobody to say it to
        with contextlib.suppress(OSError):
            sys.stdout.close()
        sys.exit(1)
    except ImportError as error:
        say_error(
            f"a library does not start here: {error}. "
            "On a bare Debian: apt install libgl1 libglib2.0-0. Else install posecheck again; `posecheck doctor` tells more."
        )
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  it is a mistake of ours: kept in the log, said in one line
        from posecheck.logs import log_path

        _note_mistake(log_path())
        say_error(f"a mistake in posecheck itself ({type(error).__name__}: {error}). Details: {log_path()}")
        sys.exit(1)


def _note_mistake(log: Path) -> None:
    import traceback

    with contextlib.suppress(OSError), log.open("a", encoding="utf-8") as out:
        out.write(traceback.format_exc())


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        print(f"posecheck {__version__}")
        raise typer.Exit
