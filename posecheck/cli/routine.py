"""`posecheck routine` and `posecheck routines`: stretch after stretch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posecheck.cli.common import (
    EXIT_INTERRUPTED,
    camera_source,
    check_source,
    console_for,
    interruptible,
    own_of,
    quiet,
    say_error,
    show,
    time_to_show,
    translator_for,
    words_for,
)
from posecheck.cli.history import history_file
from posecheck.cli.keys import nothing, pressed
from posecheck.cli.options import (
    BackendOption,
    EveryFrameOption,
    HistoryOption,
    LangOption,
    ModelOption,
    ProfileOption,
    SetOption,
)
from posecheck.errors import HistoryError, UsageError
from posecheck.landmarks.registry import DEFAULT_BACKEND, open_backend

if TYPE_CHECKING:
    from posecheck.assessment.catalogue.routine import Routine
    from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress
    from posecheck.assessment.routines.routine_state import RoutineUpdate
    from posecheck.calibration import Calibrations
    from posecheck.landmarks.base import LandmarkBackend
    from posecheck.reasons import Translate
    from posecheck.records import Assessment

routines_app = typer.Typer(help="Stretches to do one after another.", no_args_is_help=True)


def routine(
    which: Annotated[
        str,
        typer.Argument(metavar="ID|FILE", help="A routine; see `posecheck routines list`. Or your own file (TOML)."),
    ],
    terminal: Annotated[bool, typer.Option("--terminal", help="Show the live panel in this terminal.")] = False,
    camera: Annotated[
        int | None, typer.Option("--camera", metavar="N", min=0, help="Which camera; see `posecheck cameras`.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--source", metavar="FILE", help="Play a video as if it were the camera.")
    ] = None,
    every_frame: EveryFrameOption = False,
    sets: SetOption = None,
    profile: ProfileOption = None,
    model: ModelOption = None,
    backend_name: BackendOption = DEFAULT_BACKEND,
    history: HistoryOption = False,
    lang: LangOption = None,
) -> None:
    """Do a whole routine: stretch after stretch, both sides, with rests.

    Keys: space goes on (begins, leaves this set out, ends a rest), p pauses, q or Ctrl-C ends; what was done is kept.
    """
    if not terminal:
        raise UsageError(
            f"on the live page: posecheck live --routine {which}   in this terminal: posecheck routine {which} --terminal"
        )
    check_source(camera, source, every_frame=every_frame)
    from posecheck.pipeline.routine import plan

    chosen = routine_named(which)
    days = _days_practised(chosen)
    own = own_of(profile)
    parts = plan(chosen, days, own.file, sets or (), own.calibrations)
    translators = [translator_for(lang, part.stretch) for part in parts]
    with quiet(), interruptible() as stop, open_backend(backend_name, model) as backend:
        _do_routine(
            backend,
            chosen,
            parts,
            translators,
            camera or 0,
            source,
            stop,
            every_frame=every_frame,
            days=days,
            keep=history,
            calibrations=own.calibrations,
        )


def routine_named(which: str) -> Routine:
    """A routine by its id, or the one in a file."""
    from posecheck.assessment.catalogue.routine_files import load_routine, read_routine
    from posecheck.assessment.catalogue.stretch_files import is_file

    return read_routine(Path(which)) if is_file(which) else load_routine(which)


def _days_practised(routine: Routine) -> int:
    """On how many days before today this routine was practised, as far as the user's own history tells."""
    from posecheck.history.store import History

    path = history_file(None)
    if path is None or not routine.then:
        return 0
    with History(path) as history:
        return history.days_practised(routine=routine.id, before=datetime.now().astimezone().date())


def _do_routine(
    backend: LandmarkBackend,
    routine: Routine,
    parts: tuple[RoutineItem, ...],
    translators: list[Translate],
    camera: int,
    file: Path | None,
    stop: Callable[[], bool],
    *,
    every_frame: bool,
    days: int,
    keep: bool,
    calibrations: Calibrations | None = None,
) -> None:
    from rich.console import Group
    from rich.live import Live

    from posecheck.history.store import history_path
    from posecheck.pipeline.routine import Wish, run_routine
    from posecheck.pipeline.routine_history import RoutineKeeper
    from posecheck.pipeline.session import Ending, find_people
    from posecheck.pipeline.session_history import CAMERA, VIDEO
    from posecheck.records import Frame
    from posecheck.terminal.live import live_line, live_panel
    from posecheck.terminal.progress import Rate
    from posecheck.terminal.routine import routine_panel, routine_result, where
    from posecheck.terminal.style import seconds

    console = console_for()
    keeper: RoutineKeeper | None = None
    failed: list[str] = []
    with contextlib.ExitStack() as stack:
        source = camera_source(stack, camera, file, every_frame=every_frame)
        if keep:
            kind = CAMERA if file is None else VIDEO
            keeper = RoutineKeeper(history_path(), parts, routine.id, kind, datetime.now().astimezone())
        screen = stack.enter_context(
            Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")
        )
        key = stack.enter_context(pressed()) if console.is_terminal else nothing
        wishes = {" ": Wish.GO_ON, "p": Wish.PAUSE, "q": Wish.END}
        rate = Rate()

        def show(_frame: Frame | None, judged: Assessment, out: RoutineUpdate, doings: RoutineProgress) -> None:
            if keeper is not None and not failed:
                try:
                    keeper.put(judged, out, doings)
                except HistoryError as error:  # the stretching goes on; it is reported at the end, and by the exit code
                    failed.append(str(error))
            rate.tick()
            spoken = judged.said is not None and judged.said.spoken
            due = time_to_show(rate, judged.t_s, in_terminal=console.is_terminal)
            if not due and (console.is_terminal or not (spoken or out.finished)):
                return
            part, translate = parts[out.index], translators[out.index]
            if console.is_terminal:
                above = routine_panel(
                    routine, parts, out, doings, columns=console.width, text=translate, keys=key is not nothing
                )
                if not part.stretch.watch:
                    screen.update(above, refresh=True)
                    return
                panel = live_panel(
                    _once(judged, part, out),
                    part.stretch,
                    part.profile,
                    fps=rate.hz,
                    latency_s=source.age_s,
                    dropped=source.dropped,
                    clock=seconds(judged.t_s),
                    columns=console.width,
                    translate=translate,
                    keys=key is nothing,
                )
                screen.update(Group(above, panel), refresh=True)
            else:
                line = live_line(
                    judged, fps=rate.hz, latency_s=source.age_s, clock=seconds(judged.t_s), translate=translate
                )
                console.print(f"{where(part, len(parts), out, translate)}  ", line, sep="")

        pairs = stack.enter_context(contextlib.closing(find_people(source, backend)))
        outcome = run_routine(
            pairs, parts, show, stop=stop, wish=lambda: wishes.get(key().lower()), calibrations=calibrations
        )
    if outcome.ending is Ending.BROKE:
        say_error(outcome.message)
    kept: int | None = None
    if keeper is not None:
        try:
            kept = keeper.rows if failed else keeper.close(outcome.doings)
        except HistoryError as error:
            kept = keeper.rows
            failed.append(str(error))
    console.print(
        routine_result(
            routine, parts, outcome.doings, days_practised=days, kept=kept, columns=console.width, text=translators[0]
        )
    )
    for message in failed:
        say_error(message)
    if outcome.ending is Ending.INTERRUPTED:
        raise typer.Exit(EXIT_INTERRUPTED)
    if failed or outcome.ending is Ending.BROKE:
        raise typer.Exit(1)


def _once(judged: Assessment, part: RoutineItem, out: RoutineUpdate) -> Assessment:
    """The frame without the set-up text as its cue while the panel above shows that text already."""
    from posecheck.assessment.routines.routine_state import Stage

    if (
        out.stage in {Stage.READY, Stage.REST}
        and judged.said is not None
        and judged.said.key == f"stretch.{part.stretch.id}.setup"
    ):
        return replace(judged, cue="")
    return judged


@routines_app.command("list")
def routines_list(lang: LangOption = None) -> None:
    """List the routines."""
    from posecheck.assessment.catalogue.routine_files import load_routine, routine_ids
    from posecheck.terminal.catalogue import routines_table

    show(routines_table([load_routine(routine_id) for routine_id in routine_ids()], words_for(lang)))


@routines_app.command("show")
def routines_show(
    routine: Annotated[str, typer.Argument(metavar="ID|FILE", help="A routine's id, or your own file (TOML).")],
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=0, help="As it is after so many days of practice.")
    ] = 0,
    lang: LangOption = None,
) -> None:
    """Show one routine: its stretches in order, how long it takes, and what is unlocked by when."""
    from posecheck.assessment.catalogue.stretch_files import find_stretch
    from posecheck.terminal.catalogue import routine_card

    chosen = routine_named(routine)
    show(
        routine_card(chosen, {item.stretch: find_stretch(item.stretch) for item in chosen.items}, days, words_for(lang))
    )
