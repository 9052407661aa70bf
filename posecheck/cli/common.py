"""What the commands share: printing, errors, interrupts, the numbers in force, cameras, exit codes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import typer

from posecheck.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from posecheck.assessment.catalogue.stretch import Stretch
    from posecheck.assessment.messages import Messages
    from posecheck.pipeline.profile_store import OwnProfile
    from posecheck.pipeline.session import Outcome
    from posecheck.pipeline.session_history import Keeper
    from posecheck.reasons import Translate
    from posecheck.sources.camera import CameraSource
    from posecheck.terminal.progress import Rate
    from posecheck.tunables import Profile

EXIT_INTERRUPTED: Final = 130
#: Redraws a second of the live panel: enough to follow, cheap enough to forget.
LIVE_REDRAWS_HZ: Final = 10
#: A line of live readings for every so many seconds of the source when the output is not a terminal.
PLAIN_LIVE_S: Final = 1.0


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
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


def say_error(message: str) -> None:
    """Print an error to stderr, each of its lines as one of ours, in the language of the command where it is known."""
    from posecheck.cli.wrong import language_of_call, said_in

    language = language_of_call(sys.argv[1:])
    for line in message.splitlines() or [""]:
        print(f"posecheck: {said_in(language, line)}", file=sys.stderr)


def console_for(*, stderr: bool = False) -> Console:
    """The terminal as Rich sees it now."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def show(what: RenderableType) -> None:
    """Print something rich to stdout."""
    console_for().print(what)


def agrees(question: str, translate: Translate) -> bool:
    """Ask on stderr, and again until the answer is yes or no in the language of `translate`; Return and no answer are no.

    The English words are understood in every language.
    """
    yes, no = translate("terminal.answer.yes").split(), translate("terminal.answer.no").split()
    while True:
        try:
            answer: str = typer.prompt(
                f"{question} [{yes[0]}/{no[0].upper()}]", default="", show_default=False, err=True
            )
        except typer.Abort:  # Ctrl-C, or nobody there to answer
            return False
        answer = answer.strip().lower()
        if answer in {*yes, "y", "yes"}:
            return True
        if answer in {"", *no, "n", "no"}:
            return False
        print(translate("terminal.answer.again"), file=sys.stderr)


@contextlib.contextmanager
def quiet() -> Iterator[Path]:
    """Native libraries write to the log while inside; gives its path."""
    from posecheck.logs import log_path, native_noise_to

    path = log_path()
    with native_noise_to(path):
        yield path


def time_to_show(rate: Rate, t_s: float, *, in_terminal: bool) -> bool:
    """Whether live readings of the source's second `t_s` are shown: some times a second, or a line now and then.

    A panel is redrawn by the machine's clock. Lines follow the source's, so that a video gives the same ones on any machine.
    """
    return rate.due(1.0 / LIVE_REDRAWS_HZ) if in_terminal else rate.due(PLAIN_LIVE_S, t_s)


def own_of(profile: str | None) -> OwnProfile:
    """The profile asked for, with what its person was calibrated to."""
    from posecheck.pipeline.profile_store import own_profile

    return own_profile(profile, datetime.now().astimezone().date())


def numbers_for(name: str, own: OwnProfile | None, sets: list[str] | None) -> tuple[Stretch, Profile]:
    """The stretch with this id, or in this file, and the numbers in force for it."""
    from posecheck.assessment.catalogue.stretch_files import find_stretch

    stretch = find_stretch(name)
    return stretch, numbers_of(stretch, own, sets)


def numbers_of(stretch: Stretch, own: OwnProfile | None, sets: list[str] | None) -> Profile:
    """The numbers in force for a stretch."""
    from posecheck.pipeline.profiles import build_profile
    from posecheck.pipeline.session import default_profile

    file, calibrations = (own.file, own.calibrations) if own is not None else (None, None)
    return build_profile(default_profile(stretch), stretch.id, file, sets or (), calibrations, stretch=stretch)


def language_for(language: str | None) -> str:
    """The language asked for, or that of the environment. Raises UsageError for one that nobody knows."""
    from posecheck.assessment.messages import Messages

    chosen = language or ("de" if os.environ.get("LANG", "").lower().startswith("de") else "en")
    return Messages.load(chosen).language


def translator_for(language: str | None, stretch: Stretch) -> Translate:
    """What turns an English sentence into the language asked for, or that of the environment."""
    return messages_in(language).knowing(stretch).text


def words_for(language: str | None) -> Translate:
    """The same for what belongs to no one stretch."""
    return messages_in(language).text


def messages_in(language: str | None) -> Messages:
    """Every text in the language asked for, or that of the environment."""
    from posecheck.assessment.messages import Messages

    return Messages.load(language_for(language))


def finish(outcomes: list[Outcome], failed: int = 0) -> None:
    """Exit as the outcomes demand; return when all is well."""
    from posecheck.pipeline.session import Ending

    if any(outcome.ending is Ending.INTERRUPTED for outcome in outcomes):
        raise typer.Exit(EXIT_INTERRUPTED)
    if failed or any(outcome.ending is Ending.BROKE for outcome in outcomes):
        raise typer.Exit(1)


def keeper_for(stretch: Stretch, profile: Profile, source_kind: str) -> Keeper:
    """Somebody who keeps a session in the user's own history."""
    from posecheck.history.store import history_path
    from posecheck.pipeline.session_history import Keeper

    return Keeper(history_path(), stretch, profile, source_kind)


def check_source(camera: int | None, file: Path | None, *, every_frame: bool) -> None:
    """Raise UsageError for choices of `camera_source` that contradict each other."""
    if camera is not None and file is not None:
        raise UsageError("--camera and --source exclude each other.")
    if every_frame and file is None:
        raise UsageError("--every-frame goes with --source: a camera does not wait.")


def camera_source(
    stack: contextlib.ExitStack, camera: int, file: Path | None, *, every_frame: bool = False
) -> CameraSource:
    """The camera, or a video played as if it were one; closed with `stack`.

    The video plays in real time and drops frames as a camera does; with `every_frame` it waits until each was looked at.
    """
    from posecheck.sources.camera import CameraSource, open_camera
    from posecheck.sources.playback import PlaybackDevice
    from posecheck.sources.video import VideoSource

    if file is None:
        return stack.enter_context(open_camera(camera))
    video = stack.enter_context(VideoSource(file))
    return stack.enter_context(
        CameraSource(PlaybackDevice(video, "lockstep" if every_frame else "real time"), str(file))
    )
