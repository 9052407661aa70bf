"""`posecheck live`: watch a camera and say at once what is seen, on a page in the browser or in the terminal."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posecheck.cli.common import (
    EXIT_INTERRUPTED,
    camera_source,
    check_source,
    console_for,
    finish,
    interruptible,
    keeper_for,
    language_for,
    numbers_for,
    own_of,
    quiet,
    say_error,
    time_to_show,
    translator_for,
)
from posecheck.cli.options import (
    DEFAULT_STRETCH,
    BackendOption,
    EveryFrameOption,
    HistoryOption,
    LangOption,
    ModelOption,
    ProfileOption,
    SetOption,
)
from posecheck.cli.routine import routine_named
from posecheck.errors import UsageError
from posecheck.landmarks.registry import DEFAULT_BACKEND, open_backend

if TYPE_CHECKING:
    from posecheck.assessment.catalogue.stretch import Stretch
    from posecheck.calibration import Calibrations, Notice
    from posecheck.landmarks.base import LandmarkBackend
    from posecheck.pipeline.session import Outcome
    from posecheck.pipeline.session_history import Keeper
    from posecheck.reasons import Translate
    from posecheck.records import Assessment, Frame, Setup, Sighting
    from posecheck.sources.camera import CameraSource
    from posecheck.tunables import Profile


def live(
    terminal: Annotated[bool, typer.Option("--terminal", help="Show the live panel in this terminal.")] = False,
    camera: Annotated[
        int | None, typer.Option("--camera", metavar="N", min=0, help="Which camera; see `posecheck cameras`.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--source", metavar="FILE", help="Play a video as if it were the camera.")
    ] = None,
    every_frame: EveryFrameOption = False,
    stretch: Annotated[
        str | None, typer.Option("--stretch", metavar="ID", help="Which stretch; see `posecheck stretches list`.")
    ] = None,
    routine: Annotated[
        str | None,
        typer.Option("--routine", metavar="ID|FILE", help="A whole routine instead; see `posecheck routines list`."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=1, max=65535, help="The page's port [8765, or the next free one]."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser, or only print its address.")
    ] = True,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Keep a recording (landmarks and outline, no pictures)."),
    ] = None,
    for_s: Annotated[
        float | None,
        typer.Option("--for", metavar="S", min=0, help="End by itself after so many seconds of the camera or video."),
    ] = None,
    sets: SetOption = None,
    profile: ProfileOption = None,
    model: ModelOption = None,
    backend_name: BackendOption = DEFAULT_BACKEND,
    history: HistoryOption = False,
    lang: LangOption = None,
    setup: Annotated[
        bool, typer.Option("--setup/--no-setup", help="Begin with the set-up check: camera, light, distance, side.")
    ] = True,
) -> None:
    """Open the live page: it watches your camera and says at once what it sees. Ctrl-C ends it.

    Nothing leaves this computer, and nothing is stored unless you ask with --record or --history, or on the page.
    """
    check_source(camera, source, every_frame=every_frame)
    if stretch is not None and routine is not None:
        raise UsageError("--stretch and --routine exclude each other.")
    if record is not None and record.exists():
        raise UsageError(f"{record} exists already. Choose another name for the recording.")
    if not terminal:
        if for_s is not None:
            raise UsageError("--for goes with --terminal: the page ends when you end it.")
        _open_page(
            stretch, routine, camera, source, record, sets, profile, model, backend_name, lang, port,
            every_frame=every_frame, history=history, setup=setup, browser=browser,
        )  # fmt: skip
        return
    if routine is not None:
        raise UsageError(f"a routine in the terminal has a command of its own: posecheck routine {routine} --terminal")
    own = own_of(profile)
    chosen, numbers = numbers_for(stretch or DEFAULT_STRETCH, own, sets)
    from posecheck.pipeline.session_history import CAMERA, VIDEO

    translate = translator_for(lang, chosen)

    keeper = keeper_for(chosen, numbers, CAMERA if source is None else VIDEO) if history else None
    with quiet(), interruptible() as stop, open_backend(backend_name, model) as backend:
        outcome = _watch(
            backend,
            chosen,
            numbers,
            camera or 0,
            source,
            record,
            for_s,
            stop,
            translate,
            keeper,
            every_frame=every_frame,
            setup=setup,
            calibrations=own.calibrations,
        )
    finish([outcome])


def _open_page(
    stretch: str | None,
    routine: str | None,
    camera: int | None,
    source: Path | None,
    record: Path | None,
    sets: list[str] | None,
    profile: str | None,
    model: Path | None,
    backend_name: str,
    lang: str | None,
    port: int | None,
    *,
    every_frame: bool,
    history: bool,
    setup: bool,
    browser: bool,
) -> None:
    from posecheck.app.parameters import checked_sets
    from posecheck.app.server.server import listen, serve
    from posecheck.app.session_options import BROWSER, SERVER, Settings
    from posecheck.app.user_paths import Places
    from posecheck.assessment.messages import Messages

    own = own_of(profile)
    if stretch is not None or profile is not None:
        numbers_for(stretch or DEFAULT_STRETCH, own, None)  # what is wrong is said here, not on the page
    checked_sets(sets or ())
    if source is not None:
        from posecheck.sources.video import VideoSource

        VideoSource(source).close()
    chosen = routine_named(routine) if routine is not None else None
    settings = Settings(
        places=Places.own(),
        source=BROWSER if camera is None and source is None else SERVER,
        source_name=str(source) if source is not None else f"camera {camera or 0}",
        is_file=source is not None,
        language=Messages.load(language_for(lang)).language,
        routine=chosen,
        stretch=stretch,
        profile=own.file,
        sets=tuple(sets or ()),
        history=history,
        record=record,
        setup=setup,
    )

    @contextlib.contextmanager
    def open_source() -> Iterator[CameraSource]:
        with contextlib.ExitStack() as stack:
            yield camera_source(stack, camera or 0, source, every_frame=every_frame)

    def say(address: str) -> None:
        print(f"posecheck is open in your browser: {address}" if browser else address, flush=True)
        if browser:
            print("Ctrl-C ends it.", flush=True)

    with listen(port) as listening, quiet(), open_backend(backend_name, model) as backend:
        interrupted, lost = serve(
            settings,
            backend,
            listening,
            open_source=open_source if settings.source == SERVER else None,
            open_browser=browser,
            say=say,
        )
    for line in lost:
        say_error(line)
    if interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    if lost:
        raise typer.Exit(1)


def _watch(
    backend: LandmarkBackend,
    stretch: Stretch,
    profile: Profile,
    camera: int,
    file: Path | None,
    record: Path | None,
    for_s: float | None,
    stop: Callable[[], bool],
    translate: Translate,
    keeper: Keeper | None = None,
    *,
    every_frame: bool,
    setup: bool,
    calibrations: Calibrations | None = None,
) -> Outcome:
    from rich.live import Live

    from posecheck.outputs.base import Sink
    from posecheck.outputs.recording import RecordingWriter
    from posecheck.pipeline.analysis import origin_of
    from posecheck.pipeline.session import Ending, find_people, run
    from posecheck.terminal.live import live_line, live_panel
    from posecheck.terminal.progress import Rate
    from posecheck.terminal.result import result
    from posecheck.terminal.setup import setup_lines, setup_panel
    from posecheck.terminal.style import seconds

    console = console_for()
    with contextlib.ExitStack() as stack:
        source = camera_source(stack, camera, file, every_frame=every_frame)
        sinks: list[Sink] = []
        if record is not None:
            origin = origin_of(source.name, stretch, backend.model_sha256, profile, calibrations)
            sinks.append(RecordingWriter(record, origin))
        screen = stack.enter_context(
            Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")
        )
        rate = Rate()
        shown: Setup | None = None
        setting_up = setup
        noticed: tuple[Notice, ...] = ()

        def show(_frame: Frame | None, judged: Assessment) -> None:
            nonlocal shown, setting_up, noticed
            if keeper is not None:
                keeper.put(judged)
            rate.tick()
            latency_s, clock = source.age_s, seconds(judged.t_s)
            if judged.notices != noticed and not console.is_terminal:
                for notice in judged.notices:
                    if notice not in noticed:
                        console.print(f"{clock}  ◆ {translate(notice.reason)}")
            noticed = judged.notices
            if setting_up and judged.setup is not None and not console.is_terminal:
                for line in setup_lines(shown, judged.setup, clock=clock, translate=translate):
                    console.print(line)
                shown, setting_up = judged.setup, not judged.setup.over
                return
            if not time_to_show(rate, judged.t_s, in_terminal=console.is_terminal):
                return
            if setting_up and judged.setup is not None:
                setting_up = not judged.setup.over
                screen.update(
                    setup_panel(
                        judged.setup, stretch, clock=clock, fps=rate.hz, columns=console.width, translate=translate
                    ),
                    refresh=True,
                )
            elif console.is_terminal:
                panel = live_panel(
                    judged,
                    stretch,
                    profile,
                    fps=rate.hz,
                    latency_s=latency_s,
                    dropped=source.dropped,
                    clock=clock,
                    columns=console.width,
                    translate=translate,
                )
                screen.update(panel, refresh=True)
            else:
                console.print(live_line(judged, fps=rate.hz, latency_s=latency_s, clock=clock, translate=translate))

        pairs = stack.enter_context(contextlib.closing(find_people(source, backend)))
        started = datetime.now().astimezone()
        outcome = run(
            pairs if for_s is None else _until(pairs, for_s),
            stretch,
            profile,
            sinks,
            show,
            stop=stop,
            calibrations=calibrations,
        )
    if outcome.ending is Ending.BROKE:
        say_error(outcome.message)
    written = [("recording", record)] if record is not None else []
    console.print(result(source.name, stretch, outcome, written, translate=translate))
    if keeper is not None:
        console.print(keeper.keep(started, translate))
    return outcome


def _until(pairs: Iterator[tuple[Frame, Sighting]], for_s: float) -> Iterator[tuple[Frame, Sighting]]:
    """`pairs` until `for_s` seconds of the source have passed since the first one."""
    end_s = math.inf
    for frame, sighting in pairs:
        yield frame, sighting
        end_s = min(end_s, sighting.t_s + for_s)
        if sighting.t_s >= end_s:
            return
