"""The command line: the only file that prints or exits.

Exit codes: 0 done, 1 could not, 2 wrong use, 130 interrupted (what was done so far is kept and readable).
Heavy rooms are imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from posecheck import __version__
from posecheck.errors import HistoryError, OutputError, PosecheckError, SourceError, UsageError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from posecheck.assessment.routine import Routine
    from posecheck.assessment.running import Out
    from posecheck.assessment.stretch import Stretch
    from posecheck.assessment.turns import Doings, Part
    from posecheck.history.store import History
    from posecheck.keeping import Keeper
    from posecheck.landmarks.base import LandmarkBackend
    from posecheck.records import Assessment, Setup
    from posecheck.session import Outcome
    from posecheck.sources.camera import CameraSource
    from posecheck.sources.video import VideoSource
    from posecheck.terminal_routine import Told
    from posecheck.tunables import Profile

EXIT_INTERRUPTED: Final = 130
DEFAULT_STRETCH: Final = "standing_forward_fold"
#: Where results go when nobody says where.
DEFAULT_FOLDER: Final = Path("posecheck_out")
#: Redraws a second of the live panel: enough to follow, cheap enough to forget.
LIVE_REDRAWS_HZ: Final = 10
#: So many days `posecheck history` shows unless told otherwise: four weeks fit a screen and bear a trend.
HISTORY_DAYS: Final = 28
#: A line of live readings this often when the output is not a terminal.
PLAIN_LIVE_S: Final = 1.0

app = typer.Typer(
    name="posecheck",
    help="See whether a stretch bends from the hips or rounds the spine. Live, in videos, on this machine only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
stretches_app = typer.Typer(help="The stretches posecheck knows.", no_args_is_help=True)
app.add_typer(stretches_app, name="stretches")
history_app = typer.Typer(help="What you did on which day, once you ask to keep it.", invoke_without_command=True)
app.add_typer(history_app, name="history")
routines_app = typer.Typer(help="Stretches to do one after another.", no_args_is_help=True)
app.add_typer(routines_app, name="routines")

StretchOption = Annotated[
    str, typer.Option("--stretch", metavar="ID", help="Which stretch; see `posecheck stretches list`.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a number, e.g. spine_rounding.limit_deg=30. Repeatable."),
]
ProfileOption = Annotated[
    Path | None, typer.Option("--profile", metavar="FILE", help="A TOML file with your own numbers.")
]
ModelOption = Annotated[
    Path | None, typer.Option("--model", metavar="FILE", help="Your own pose_landmarker .task bundle.")
]
HistoryOption = Annotated[
    bool, typer.Option("--history/--no-history", help="Keep a line of this in your history; see `posecheck history`.")
]
HistoryFileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Another history than your own.", show_default=False)
]
LangOption = Annotated[
    str | None,
    typer.Option("--lang", metavar="en|de", help="Language of cues and reasons. Default: that of LANG, else English."),
]


def main() -> None:
    """Run the command line and exit."""
    try:
        app()
    except PosecheckError as error:
        _say_error(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say_error("interrupted.")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe went away: nothing to say, and nobody to say it to
        with contextlib.suppress(OSError):
            sys.stdout.close()
        sys.exit(1)
    except ImportError as error:
        _say_error(
            f"a library does not start here: {error}. "
            "On a bare Debian: apt install libgl1 libglib2.0-0. Else install posecheck again; `posecheck doctor` tells more."
        )
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  it is a mistake of ours: kept in the log, told in a line
        from posecheck.logs import log_path

        _note_mistake(log_path())
        _say_error(f"a mistake in posecheck itself ({type(error).__name__}: {error}). Details: {log_path()}")
        sys.exit(1)


def _note_mistake(log: Path) -> None:
    import traceback

    with contextlib.suppress(OSError), log.open("a", encoding="utf-8") as out:
        out.write(traceback.format_exc())


@contextlib.contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM are remembered while inside, and acted on between two frames; a second one acts at once.

    Gives the question whether one has come.
    """
    came = threading.Event()

    def remember(_number: int, _frame: FrameType | None) -> None:
        if came.is_set():
            raise KeyboardInterrupt
        came.set()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, remember) for number in numbers]
    try:
        yield came.is_set
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _say_error(message: str) -> None:
    for line in message.splitlines() or [""]:
        print(f"posecheck: {line}", file=sys.stderr)


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def _print(what: RenderableType) -> None:
    _console().print(what)


@contextlib.contextmanager
def _quiet() -> Iterator[Path]:
    """Native libraries write to the log while inside; gives its path."""
    from posecheck.logs import log_path, native_noise_to

    path = log_path()
    with native_noise_to(path):
        yield path


def _numbers(stretch_id: str, profile: Path | None, sets: list[str] | None) -> tuple[Stretch, Profile]:
    """The stretch and the numbers in force for it."""
    from posecheck.assessment.catalogue import load_stretch
    from posecheck.profiles import build_profile
    from posecheck.session import default_profile

    stretch = load_stretch(stretch_id)
    return stretch, build_profile(default_profile(stretch), stretch.id, profile, sets or ())


def _teller(language: str | None, stretch: Stretch) -> Told:
    """What turns an English sentence into the language asked for, or that of the environment."""
    from posecheck.assessment.messages import Messages

    if language is None:
        language = "de" if os.environ.get("LANG", "").lower().startswith("de") else "en"
    return Messages.load(language).knowing(stretch).text


def _finish(outcomes: list[Outcome], failed: int = 0) -> None:
    """Exit as the outcomes demand; return when all is well."""
    from posecheck.session import Ending

    if any(outcome.ending is Ending.INTERRUPTED for outcome in outcomes):
        raise typer.Exit(EXIT_INTERRUPTED)
    if failed or any(outcome.ending is Ending.BROKE for outcome in outcomes):
        raise typer.Exit(1)


# ------------------------------------------------------------------------------------------------ commands
@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        print(f"posecheck {__version__}")
        raise typer.Exit


@app.command()
def demo(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where the results go.")] = DEFAULT_FOLDER
    / "demo",
) -> None:
    """Run a bundled clip through the whole pipeline, to a report: one clean repetition, then a rounded one."""
    from posecheck.resources import samples_dir

    clip = samples_dir() / "hinge_clean_then_rounded.mp4"
    stretch, profile = _numbers("hip_hinge_drill", None, None)
    _analyze([(clip, out)], stretch, profile, None, _teller(None, stretch), video="webm", from_s=None, to_s=None)
    _print("\nYour own clip: [bold]posecheck analyze VIDEO[/]      Live: [bold]posecheck live --terminal[/]")


@app.command()
def analyze(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Video files.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="DIR", help="Folder for the results; with several videos a subfolder each."
        ),
    ] = None,
    stretch: StretchOption = DEFAULT_STRETCH,
    video: Annotated[bool, typer.Option("--video", help="Write an annotated clip too (WebM).")] = False,
    mp4: Annotated[
        bool, typer.Option("--mp4", help="Write an annotated clip as H.264 mp4 (needs posecheck\\[h264]).")
    ] = False,
    from_s: Annotated[float | None, typer.Option("--from", metavar="S", min=0, help="Begin at this second.")] = None,
    to_s: Annotated[float | None, typer.Option("--to", metavar="S", min=0, help="End before this second.")] = None,
    sets: SetOption = None,
    profile: ProfileOption = None,
    model: ModelOption = None,
    history: HistoryOption = False,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", metavar="DATE", formats=["%Y-%m-%d"], help="With --history: the day it was filmed, if not today."
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Analyse recorded videos: report, tables, a recording to judge again, and an annotated clip on request."""
    if on is not None and not history:
        raise UsageError("--on says under which day the history keeps it: add --history.")
    filmed = _filmed(on)
    if from_s is not None and to_s is not None and to_s <= from_s:
        raise UsageError(f"--to {to_s:g} must be later than --from {from_s:g}.")
    chosen, numbers = _numbers(stretch, profile, sets)
    tell = _teller(lang, chosen)
    clips = _folders(videos, out)
    ending = "mp4" if mp4 else "webm" if video else None
    _analyze(
        clips, chosen, numbers, model, tell, video=ending, from_s=from_s, to_s=to_s, filmed=filmed if history else None
    )


def _filmed(on: datetime | None) -> datetime:
    """Now, or the noon of another day, as the clock of this place says it."""
    now = datetime.now().astimezone()
    if on is None or on.date() == now.date():
        return now
    if on.date() > now.date():
        raise UsageError(f"--on {on.date()} is still to come.")
    return datetime.combine(on, time_of_day(12)).astimezone()


def _folders(videos: list[Path], out: Path | None) -> list[tuple[Path, Path]]:
    """Where each clip's results go. One clip: `out` itself. Several: a subfolder each, named apart when need be."""
    if out is not None and len(videos) == 1:
        return [(videos[0], out)]
    taken: set[str] = set()
    pairs = []
    for clip in videos:
        names = (clip.stem if count == 1 else f"{clip.stem}_{count}" for count in itertools.count(1))
        name = next(name for name in names if name.casefold() not in taken)  # some disks know no upper case
        taken.add(name.casefold())
        pairs.append((clip, (out or DEFAULT_FOLDER) / name))
    return pairs


def _analyze(
    clips: list[tuple[Path, Path]],
    stretch: Stretch,
    profile: Profile,
    model: Path | None,
    tell: Callable[[str], str],
    *,
    video: str | None,
    from_s: float | None,
    to_s: float | None,
    filmed: datetime | None = None,
) -> None:
    """Analyse clip after clip; each is kept in the history under the day of `filmed`, if given."""
    from posecheck.analysis import Result, analyze_clip
    from posecheck.keeping import VIDEO
    from posecheck.landmarks.mediapipe import MediaPipeBackend
    from posecheck.progress import Progress
    from posecheck.session import Ending
    from posecheck.terminal import result

    results: list[Result] = []
    failed = 0
    keepers = [_keeper(stretch, profile, VIDEO) if filmed else None for _ in clips]
    with _quiet(), _interruptible() as stop, MediaPipeBackend(model) as backend:
        for (clip, folder), keeper in zip(clips, keepers, strict=True):
            try:
                with Progress(_console(stderr=True)) as progress:

                    def opened(source: VideoSource, progress: Progress = progress, clip: Path = clip) -> None:
                        ends = [s for s in (to_s, source.info.duration_s) if s is not None]
                        progress.open(clip.name, from_s or 0.0, min(ends) if ends else None)

                    def told(
                        _: object, judged: Assessment, progress: Progress = progress, keeper: Keeper | None = keeper
                    ) -> None:
                        progress.frame(judged.t_s)
                        if keeper is not None:
                            keeper.put(judged)

                    one = analyze_clip(
                        clip,
                        folder,
                        stretch,
                        profile,
                        backend,
                        video=video,
                        from_s=from_s,
                        to_s=to_s,
                        on_open=opened,
                        on_frame=told,
                        stop=stop,
                    )
            except UsageError:
                raise
            except PosecheckError as error:
                failed += 1
                _say_error(str(error))
                continue
            results.append(one)
            _print(result(clip.name, stretch, one.outcome, one.written, one.notes, tell))
            if one.outcome.ending is Ending.BROKE:
                _say_error(one.outcome.message)
            if one.outcome.ending is Ending.INTERRUPTED:
                break
            if keeper is not None and filmed is not None:
                try:
                    _print(keeper.keep(filmed))
                except PosecheckError as error:
                    failed += 1
                    _say_error(str(error))
    _finish([one.outcome for one in results], failed)


def _keeper(stretch: Stretch, profile: Profile, source_kind: str) -> Keeper:
    """Somebody who keeps a session in the user's own history."""
    from posecheck.history.store import history_path
    from posecheck.keeping import Keeper

    return Keeper(history_path(), stretch, profile, source_kind)


@app.command()
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
    chosen, numbers = _numbers(stretch, profile, sets)
    from posecheck.keeping import CAMERA, VIDEO

    tell = _teller(lang, chosen)
    from posecheck.landmarks.mediapipe import MediaPipeBackend

    keeper = _keeper(chosen, numbers, CAMERA if source is None else VIDEO) if history else None
    with _quiet(), _interruptible() as stop, MediaPipeBackend(model) as backend:
        outcome = _watch(backend, chosen, numbers, camera or 0, source, record, for_s, stop, tell, keeper, setup=setup)
    _finish([outcome])


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

    console = _console()
    with contextlib.ExitStack() as stack:
        source = _camera(stack, camera, file)
        sinks: list[Sink] = []
        if record is not None:
            sinks.append(RecordingWriter(record, origin_of(source.name, stretch, backend.model_sha256, profile)))
        screen = stack.enter_context(
            Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")
        )
        rate = Rate()
        every_s = 1.0 / LIVE_REDRAWS_HZ if console.is_terminal else PLAIN_LIVE_S

        told: Setup | None = None
        setting_up = setup

        def show(_frame: Frame | None, judged: Assessment) -> None:
            nonlocal told, setting_up
            if keeper is not None:
                keeper.put(judged)
            rate.tick()
            latency_s, clock = source.age_s, seconds(judged.t_s)
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
        outcome = run(pairs if for_s is None else _until(pairs, for_s), stretch, profile, sinks, show, stop=stop)
    if outcome.ending is Ending.BROKE:
        _say_error(outcome.message)
    written = [("recording", record)] if record is not None else []
    console.print(result(source.name, stretch, outcome, written, tell=tell))
    if keeper is not None:
        console.print(keeper.keep(started))
    return outcome


def _camera(stack: contextlib.ExitStack, camera: int, file: Path | None) -> CameraSource:
    """The camera, or a video played as if it were one; closed with `stack`."""
    from posecheck.sources.camera import CameraSource, open_camera
    from posecheck.sources.playback import PlaybackDevice
    from posecheck.sources.video import VideoSource

    if file is None:
        return stack.enter_context(open_camera(camera))
    video = stack.enter_context(VideoSource(file))
    return stack.enter_context(CameraSource(PlaybackDevice(video, pace="real time"), name=str(file)))


_Pair = TypeVar("_Pair")


def _until(pairs: Iterator[_Pair], for_s: float) -> Iterator[_Pair]:
    """`pairs` until `for_s` seconds have passed."""
    end = time.monotonic() + for_s
    for pair in pairs:
        yield pair
        if time.monotonic() >= end:
            return


@app.command()
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
    sets: SetOption = None,
    profile: ProfileOption = None,
    model: ModelOption = None,
    history: HistoryOption = False,
    lang: LangOption = None,
) -> None:
    """Do a whole routine: stretch after stretch, both sides, with rests. Ctrl-C ends it; what was done is kept."""
    if not terminal:
        raise UsageError(
            f"this version shows a routine in the terminal only. Try: posecheck routine {which} --terminal"
        )
    if camera is not None and source is not None:
        raise UsageError("--camera and --source exclude each other.")
    from posecheck.landmarks.mediapipe import MediaPipeBackend
    from posecheck.routine_session import plan

    chosen = _routine(which)
    days = _days_practised(chosen)
    parts = plan(chosen, days, profile, sets or ())
    tellers = [_teller(lang, part.stretch) for part in parts]
    with _quiet(), _interruptible() as stop, MediaPipeBackend(model) as backend:
        _do_routine(backend, chosen, parts, tellers, camera or 0, source, stop, days=days, keep=history)


def _routine(which: str) -> Routine:
    """A routine by its id, or the one in a file."""
    from posecheck.assessment.routine_files import load_routine, read_routine

    is_file = which.endswith(".toml") or "/" in which or "\\" in which
    return read_routine(Path(which)) if is_file else load_routine(which)


def _days_practised(routine: Routine) -> int:
    """On how many days before today this routine was practised, as far as the user's own history tells."""
    from posecheck.history.store import History

    path = _history_file(None)
    if path is None or not routine.then:
        return 0
    with History(path) as history:
        return history.days_practised(routine=routine.id, before=datetime.now().astimezone().date())


def _do_routine(
    backend: LandmarkBackend,
    routine: Routine,
    parts: tuple[Part, ...],
    tellers: list[Told],
    camera: int,
    file: Path | None,
    stop: Callable[[], bool],
    *,
    days: int,
    keep: bool,
) -> None:
    from rich.console import Group
    from rich.live import Live

    from posecheck.history.store import history_path
    from posecheck.keeping import CAMERA, VIDEO
    from posecheck.progress import Rate
    from posecheck.records import Frame
    from posecheck.routine_keeping import RoutineKeeper
    from posecheck.routine_session import run_routine
    from posecheck.session import Ending, find_people
    from posecheck.terminal import live_line, live_panel, seconds
    from posecheck.terminal_routine import routine_panel, routine_result, where

    console = _console()
    keeper: RoutineKeeper | None = None
    failed: list[str] = []
    with contextlib.ExitStack() as stack:
        source = _camera(stack, camera, file)
        if keep:
            kind = CAMERA if file is None else VIDEO
            keeper = RoutineKeeper(history_path(), parts, routine.id, kind, datetime.now().astimezone())
        screen = stack.enter_context(
            Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")
        )
        rate = Rate()
        every_s = 1.0 / LIVE_REDRAWS_HZ if console.is_terminal else PLAIN_LIVE_S

        def show(_frame: Frame | None, judged: Assessment, out: Out, doings: Doings) -> None:
            if keeper is not None and not failed:
                try:
                    keeper.put(judged, out, doings)
                except HistoryError as error:  # the stretching goes on; it is told at the end, and by the exit code
                    failed.append(str(error))
            rate.tick()
            spoken = judged.said is not None and judged.said.spoken
            if not rate.due(every_s) and (console.is_terminal or not (spoken or out.finished)):
                return
            part, tell = parts[out.index], tellers[out.index]
            if console.is_terminal:
                above = routine_panel(routine, parts, out, doings, columns=console.width, text=tell)
                if not part.stretch.watch:
                    screen.update(above, refresh=True)
                    return
                panel = live_panel(
                    judged,
                    part.stretch,
                    part.profile,
                    fps=rate.hz,
                    latency_s=source.age_s,
                    dropped=source.dropped,
                    clock=seconds(judged.t_s),
                    columns=console.width,
                    tell=tell,
                )
                screen.update(Group(above, panel), refresh=True)
            else:
                line = live_line(judged, fps=rate.hz, latency_s=source.age_s, clock=seconds(judged.t_s), tell=tell)
                console.print(f"{where(part, len(parts), out, tell)}  ", line, sep="")

        pairs = stack.enter_context(contextlib.closing(find_people(source, backend)))
        outcome = run_routine(pairs, parts, show, stop=stop)
    if outcome.ending is Ending.BROKE:
        _say_error(outcome.message)
    kept: int | None = None
    if keeper is not None:
        try:
            kept = keeper.rows if failed else keeper.close(outcome.doings)
        except HistoryError as error:
            kept = keeper.rows
            failed.append(str(error))
    console.print(
        routine_result(
            routine, parts, outcome.doings, days_practised=days, kept=kept, columns=console.width, text=tellers[0]
        )
    )
    for message in failed:
        _say_error(message)
    if outcome.ending is Ending.INTERRUPTED:
        raise typer.Exit(EXIT_INTERRUPTED)
    if failed or outcome.ending is Ending.BROKE:
        raise typer.Exit(1)


@app.command()
def replay(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", help="A recording.jsonl.")],
    stretch: Annotated[
        str | None, typer.Option("--stretch", metavar="ID", help="Another stretch than the recorded one.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Write tables and a report there.")
    ] = None,
    sets: SetOption = None,
    profile: ProfileOption = None,
) -> None:
    """Judge a recording again with other numbers: no camera, no model, no pixels."""
    from posecheck.analysis import judge_recording
    from posecheck.sources.replay import read_recording
    from posecheck.terminal import result

    chosen, numbers = _numbers(stretch or read_recording(recording).origin.stretch, profile, sets)
    with _interruptible() as stop:
        one = judge_recording(recording, out, chosen, numbers, stop=stop)
    _print(result(recording.name, chosen, one.outcome, one.written, one.notes))
    _finish([one.outcome])


@app.command()
def cameras() -> None:
    """List the cameras that answer."""
    from posecheck.sources.camera import list_cameras
    from posecheck.terminal import cameras_table

    with _quiet():
        found = list_cameras()
    if not found:
        raise SourceError("no camera answered. Plug one in, close programs that use it, or allow access to it.")
    _print(cameras_table(found))


@app.command()
def doctor(model: ModelOption = None) -> None:
    """Check this installation: versions, OpenCV, the model, one timed frame, cameras, where the log is."""
    from posecheck.doctor import State, examine
    from posecheck.terminal import facts_table

    with _quiet() as log:
        facts = list(examine(log, model))
    _print(facts_table(facts))
    if any(fact.state is State.FAULT for fact in facts):
        raise typer.Exit(1)


@stretches_app.command("list")
def stretches_list() -> None:
    """List the stretches, by the position in which they are done."""
    from posecheck.assessment.catalogue import load_stretch, stretch_ids
    from posecheck.cards import stretches_table

    _print(stretches_table([load_stretch(stretch_id) for stretch_id in stretch_ids()]))


@stretches_app.command("show")
def stretches_show(
    stretch_id: Annotated[str, typer.Argument(metavar="ID")], sets: SetOption = None, profile: ProfileOption = None
) -> None:
    """Show one stretch: how it is done, what is judged, the numbers in force and where each comes from."""
    from posecheck.cards import stretch_card

    _print(stretch_card(*_numbers(stretch_id, profile, sets)))


@stretches_app.command("check")
def stretches_check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Stretch or routine files (TOML).")],
) -> None:
    """Check stretch and routine files and report every mistake at once."""
    from posecheck.assessment.routine_files import check_any

    found = {file: check_any(file) for file in files}
    for file, mistakes in found.items():
        if not mistakes:
            print(f"{file}: fine")
        for mistake in mistakes:
            _say_error(mistake)
    if any(found.values()):
        raise typer.Exit(1)


@routines_app.command("list")
def routines_list() -> None:
    """List the routines."""
    from posecheck.assessment.routine_files import load_routine, routine_ids
    from posecheck.cards import routines_table

    _print(routines_table([load_routine(routine_id) for routine_id in routine_ids()]))


@routines_app.command("show")
def routines_show(
    routine: Annotated[str, typer.Argument(metavar="ID|FILE", help="A routine's id, or your own file (TOML).")],
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=0, help="As it is after so many days of practice.")
    ] = 0,
) -> None:
    """Show one routine: its stretches in order, how long it takes, and what is unlocked by when."""
    from posecheck.assessment.catalogue import load_stretch
    from posecheck.cards import routine_card

    chosen = _routine(routine)
    _print(routine_card(chosen, {item.stretch: load_stretch(item.stretch) for item in chosen.items}, days))


# ------------------------------------------------------------------------------------------------ history
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
) -> None:
    """Show what you did on which day: streak, sessions (newest first), where depth and straight leg are going."""
    if context.invoked_subcommand is not None:
        if (stretch, days, file) != (None, None, None):
            name = context.invoked_subcommand
            raise UsageError(f"options go behind the command: posecheck history {name} --…")
        return
    from posecheck.history.store import History
    from posecheck.terminal_history import HOW_TO_BEGIN, history_view

    path = _history_file(file)
    today = datetime.now().astimezone().date()
    if path is None:
        _print(HOW_TO_BEGIN)
        return
    with History(path) as history:
        _require_known(history, stretch)
        since = today - timedelta(days=(days or HISTORY_DAYS) - 1)
        dones = list(history.rows(stretch=stretch, since=since))
        earlier = history.count(stretch=stretch, before=since)
        practised = history.days(stretch=stretch)
    if not practised:
        _print(HOW_TO_BEGIN)
        return
    console = _console()
    console.print(history_view(dones, practised, today, earlier=earlier, columns=console.width))


def _history_file(file: Path | None) -> Path | None:
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

    path = _history_file(file)
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
) -> None:
    """Delete sessions from the history for good. Asks first."""
    from posecheck.history.store import History

    if everything == (before is not None or stretch is not None):
        raise UsageError("say what to delete: --before DATE, --stretch ID or both; or --all alone.")
    path = _history_file(file)
    if path is None:
        print("Nothing to delete: there is no history yet.")
        return
    day = None if before is None else before.date()
    with History(path) as history:
        _require_known(history, stretch)
        count = history.count(stretch=stretch, before=day)
        what = f"{count} session{'' if count == 1 else 's'}{_told_of(stretch, day)}"
        if count == 0:
            print(f"Nothing to delete:{_told_of(stretch, day) or ' the history is empty'}.")
            return
        if not yes:
            try:
                agreed = typer.confirm(f"Delete {what} for good?", err=True)
            except typer.Abort:
                agreed = False
            if not agreed:
                print("Nothing was deleted.")
                raise typer.Exit(1)
        deleted = history.delete(stretch=stretch, before=day)
    print(f"Deleted {deleted} session{'' if deleted == 1 else 's'}{_told_of(stretch, day)}.")


def _told_of(stretch: str | None, before: date | None) -> str:
    return (f" of {stretch}" if stretch else "") + (f" before {before}" if before else "")
