"""`posecheck live`: watch a camera and say at once what is seen."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from posecheck.cli.common import (
    LIVE_REDRAWS_HZ,
    PLAIN_LIVE_S,
    camera_source,
    console_for,
    finish,
    interruptible,
    keeper_for,
    numbers_for,
    own_of,
    quiet,
    say_error,
    teller_for,
)
from posecheck.cli.options import (
    DEFAULT_STRETCH,
    HistoryOption,
    LangOption,
    ModelOption,
    ProfileOption,
    SetOption,
    StretchOption,
)
from posecheck.errors import UsageError

if TYPE_CHECKING:
    from posecheck.assessment.stretch import Stretch
    from posecheck.calibration import Calibrations, Notice
    from posecheck.keeping import Keeper
    from posecheck.landmarks.base import LandmarkBackend
    from posecheck.records import Assessment, Setup
    from posecheck.session import Outcome
    from posecheck.tunables import Profile


def live(
    terminal: Annotated[bool, typer.Option("--terminal", help="Show the live panel in this terminal.")] = False,
    camera: Annotated[
        int | None, typer.Option("--camera", metavar="N", min=0, help="Which camera; see `posecheck cameras`.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--source", metavar="FILE", help="Play a video as if it were the camera.")
    ] = None,
    stretch: StretchOption = DEFAULT_STRETCH,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Keep a recording (landmarks and outline, no pictures)."),
    ] = None,
    for_s: Annotated[
        float | None, typer.Option("--for", metavar="S", min=0, help="End by itself after so many seconds.")
    ] = None,
    sets: SetOption = None,
    profile: ProfileOption = None,
    model: ModelOption = None,
    history: HistoryOption = False,
    lang: LangOption = None,
    setup: Annotated[
        bool, typer.Option("--setup/--no-setup", help="Begin with the set-up check: camera, light, distance, side.")
    ] = True,
) -> None:
    """Watch a camera and say at once what is seen. Nothing is stored unless you ask with --record or --history."""
    if not terminal:
        raise UsageError("this version shows live feedback in the terminal only. Try: posecheck live --terminal")
    if camera is not None and source is not None:
        raise UsageError("--camera and --source exclude each other.")
    if record is not None and record.exists():
        raise UsageError(f"{record} exists already. Choose another name for the recording.")
    own = own_of(profile)
    chosen, numbers = numbers_for(stretch, own, sets)
    from posecheck.keeping import CAMERA, VIDEO

    tell = teller_for(lang, chosen)
    from posecheck.landmarks.mediapipe import MediaPipeBackend

    keeper = keeper_for(chosen, numbers, CAMERA if source is None else VIDEO) if history else None
    with quiet(), interruptible() as stop, MediaPipeBackend(model) as backend:
        outcome = _watch(
            backend,
            chosen,
            numbers,
            camera or 0,
            source,
            record,
            for_s,
            stop,
            tell,
            keeper,
            setup=setup,
            calibrations=own.calibrations,
        )
    finish([outcome])


def _watch(
    backend: LandmarkBackend,
    stretch: Stretch,
    profile: Profile,
    camera: int,
    file: Path | None,
    record: Path | None,
    for_s: float | None,
    stop: Callable[[], bool],
    tell: Callable[[str], str],
    keeper: Keeper | None = None,
    *,
    setup: bool,
    calibrations: Calibrations | None = None,
) -> Outcome:
    from rich.live import Live

    from posecheck.analysis import origin_of
    from posecheck.outputs.base import Sink
    from posecheck.outputs.recording import RecordingWriter
    from posecheck.progress import Rate
    from posecheck.records import Frame
    from posecheck.session import Ending, find_people, run
    from posecheck.terminal import live_line, live_panel, result, seconds
    from posecheck.terminal_setup import setup_lines, setup_panel

    console = console_for()
    with contextlib.ExitStack() as stack:
        source = camera_source(stack, camera, file)
        sinks: list[Sink] = []
        if record is not None:
            origin = origin_of(source.name, stretch, backend.model_sha256, profile, calibrations)
            sinks.append(RecordingWriter(record, origin))
        screen = stack.enter_context(
            Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")
        )
        rate = Rate()
        every_s = 1.0 / LIVE_REDRAWS_HZ if console.is_terminal else PLAIN_LIVE_S

        told: Setup | None = None
        setting_up = setup
        noticed: tuple[Notice, ...] = ()

        def show(_frame: Frame | None, judged: Assessment) -> None:
            nonlocal told, setting_up, noticed
            if keeper is not None:
                keeper.put(judged)
            rate.tick()
            latency_s, clock = source.age_s, seconds(judged.t_s)
            if judged.notices != noticed and not console.is_terminal:
                for notice in judged.notices:
                    if notice not in noticed:
                        console.print(f"{clock}  ◆ {tell(notice.sentence)}")
            noticed = judged.notices
            if setting_up and judged.setup is not None and not console.is_terminal:
                for line in setup_lines(told, judged.setup, clock=clock, tell=tell):
                    console.print(line)
                told, setting_up = judged.setup, not judged.setup.over
                return
            if not rate.due(every_s):
                return
            if setting_up and judged.setup is not None:
                setting_up = not judged.setup.over
                screen.update(
                    setup_panel(judged.setup, stretch, clock=clock, fps=rate.hz, columns=console.width, tell=tell),
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
                    tell=tell,
                )
                screen.update(panel, refresh=True)
            else:
                console.print(live_line(judged, fps=rate.hz, latency_s=latency_s, clock=clock, tell=tell))

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
    console.print(result(source.name, stretch, outcome, written, tell=tell))
    if keeper is not None:
        console.print(keeper.keep(started))
    return outcome


_Pair = TypeVar("_Pair")


def _until(pairs: Iterator[_Pair], for_s: float) -> Iterator[_Pair]:
    """`pairs` until `for_s` seconds have passed."""
    end = time.monotonic() + for_s
    for pair in pairs:
        yield pair
        if time.monotonic() >= end:
            return
