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
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from posecheck import __version__
from posecheck.errors import CatalogueError, PosecheckError, SourceError, UsageError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from posecheck.assessment.stretch import Stretch
    from posecheck.landmarks.base import LandmarkBackend
    from posecheck.session import Outcome
    from posecheck.sources.video import VideoSource
    from posecheck.tunables import Profile

EXIT_INTERRUPTED: Final = 130
DEFAULT_STRETCH: Final = "standing_forward_fold"
#: Where results go when nobody says where.
DEFAULT_FOLDER: Final = Path("posecheck_out")
#: Redraws a second of the live panel: enough to follow, cheap enough to forget.
LIVE_REDRAWS_HZ: Final = 10
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


def _teller(language: str | None, stretch: Stretch) -> Callable[[str], str]:
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
    lang: LangOption = None,
) -> None:
    """Analyse recorded videos: report, tables, a recording to judge again, and an annotated clip on request."""
    if from_s is not None and to_s is not None and to_s <= from_s:
        raise UsageError(f"--to {to_s:g} must be later than --from {from_s:g}.")
    chosen, numbers = _numbers(stretch, profile, sets)
    tell = _teller(lang, chosen)
    clips = _folders(videos, out)
    ending = "mp4" if mp4 else "webm" if video else None
    _analyze(clips, chosen, numbers, model, tell, video=ending, from_s=from_s, to_s=to_s)


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
) -> None:
    from posecheck.analysis import Result, analyze_clip
    from posecheck.landmarks.mediapipe import MediaPipeBackend
    from posecheck.progress import Progress
    from posecheck.session import Ending
    from posecheck.terminal import result

    results: list[Result] = []
    failed = 0
    with _quiet(), _interruptible() as stop, MediaPipeBackend(model) as backend:
        for clip, folder in clips:
            try:
                with Progress(_console(stderr=True)) as progress:

                    def opened(source: VideoSource, progress: Progress = progress, clip: Path = clip) -> None:
                        ends = [s for s in (to_s, source.info.duration_s) if s is not None]
                        progress.open(clip.name, from_s or 0.0, min(ends) if ends else None)

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
                        on_frame=lambda _, judged, progress=progress: progress.frame(judged.t_s),  # type: ignore[misc]
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
    _finish([one.outcome for one in results], failed)


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
    lang: LangOption = None,
) -> None:
    """Watch a camera and say at once what is seen. Nothing is stored unless you ask with --record."""
    if not terminal:
        raise UsageError("this version shows live feedback in the terminal only. Try: posecheck live --terminal")
    if camera is not None and source is not None:
        raise UsageError("--camera and --source exclude each other.")
    if record is not None and record.exists():
        raise UsageError(f"{record} exists already. Choose another name for the recording.")
    chosen, numbers = _numbers(stretch, profile, sets)
    tell = _teller(lang, chosen)
    from posecheck.landmarks.mediapipe import MediaPipeBackend

    with _quiet(), _interruptible() as stop, MediaPipeBackend(model) as backend:
        outcome = _watch(backend, chosen, numbers, camera or 0, source, record, for_s, stop, tell)
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
) -> Outcome:
    from rich.live import Live

    from posecheck.analysis import origin_of
    from posecheck.outputs.base import Sink
    from posecheck.outputs.recording import RecordingWriter
    from posecheck.progress import Rate
    from posecheck.records import Assessment, Frame
    from posecheck.session import Ending, find_people, run
    from posecheck.sources.camera import CameraSource, open_camera
    from posecheck.sources.playback import PlaybackDevice
    from posecheck.sources.video import VideoSource
    from posecheck.terminal import live_line, live_panel, result, seconds

    console = _console()
    with contextlib.ExitStack() as stack:
        if file is not None:
            video = stack.enter_context(VideoSource(file))
            source = stack.enter_context(CameraSource(PlaybackDevice(video, pace="real time"), name=str(file)))
        else:
            source = stack.enter_context(open_camera(camera))
        sinks: list[Sink] = []
        if record is not None:
            sinks.append(RecordingWriter(record, origin_of(source.name, stretch, backend.model_sha256, profile)))
        screen = stack.enter_context(
            Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")
        )
        rate = Rate()
        every_s = 1.0 / LIVE_REDRAWS_HZ if console.is_terminal else PLAIN_LIVE_S

        def show(_frame: Frame | None, judged: Assessment) -> None:
            rate.tick()
            if not rate.due(every_s):
                return
            latency_s, clock = source.age_s, seconds(judged.t_s)
            if console.is_terminal:
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
        outcome = run(pairs if for_s is None else _until(pairs, for_s), stretch, profile, sinks, show, stop=stop)
    if outcome.ending is Ending.BROKE:
        _say_error(outcome.message)
    written = [("recording", record)] if record is not None else []
    console.print(result(source.name, stretch, outcome, written, tell=tell))
    return outcome


_Pair = TypeVar("_Pair")


def _until(pairs: Iterator[_Pair], for_s: float) -> Iterator[_Pair]:
    """`pairs` until `for_s` seconds have passed."""
    end = time.monotonic() + for_s
    for pair in pairs:
        yield pair
        if time.monotonic() >= end:
            return


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
    """List the stretches."""
    from posecheck.assessment.catalogue import load_stretch, stretch_ids
    from posecheck.terminal import stretches_table

    _print(stretches_table([load_stretch(stretch_id) for stretch_id in stretch_ids()]))


@stretches_app.command("show")
def stretches_show(
    stretch_id: Annotated[str, typer.Argument(metavar="ID")], sets: SetOption = None, profile: ProfileOption = None
) -> None:
    """Show one stretch: how it is done, what is judged, the numbers in force and where each comes from."""
    from posecheck.terminal import stretch_card

    _print(stretch_card(*_numbers(stretch_id, profile, sets)))


@stretches_app.command("check")
def stretches_check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Stretch files (TOML).")],
) -> None:
    """Check stretch files and report every mistake at once."""
    from posecheck.assessment.catalogue import check

    mistakes = [mistake for file in files for mistake in check(file)]
    if mistakes:
        raise CatalogueError(mistakes)
    for file in files:
        print(f"{file}: fine")
