"""`posecheck demo` and `posecheck analyze`: recorded videos."""

from __future__ import annotations

import itertools
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from posecheck.cli.common import (
    console_for,
    finish,
    interruptible,
    keeper_for,
    language_for,
    numbers_for,
    own_of,
    quiet,
    say_error,
    show,
    translator_for,
)
from posecheck.cli.options import (
    DEFAULT_STRETCH,
    BackendOption,
    EmbedOption,
    HistoryOption,
    LangOption,
    ModelOption,
    ProfileOption,
    SetOption,
    SmoothOption,
    StretchOption,
)
from posecheck.cli.output_flags import output_flags
from posecheck.errors import PosecheckError, UsageError
from posecheck.landmarks.registry import DEFAULT_BACKEND, open_backend

if TYPE_CHECKING:
    from posecheck.assessment.catalogue.stretch import Stretch
    from posecheck.calibration import Calibrations
    from posecheck.pipeline.output_options import OutputOptions
    from posecheck.pipeline.session_history import Keeper
    from posecheck.reasons import Translate
    from posecheck.records import Assessment
    from posecheck.sources.video import VideoSource
    from posecheck.tunables import Profile

#: Where results go when nobody says where.
DEFAULT_FOLDER: Final = Path("posecheck_out")


def demo(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where the results go.")] = DEFAULT_FOLDER
    / "demo",
) -> None:
    """Run a bundled clip through the whole pipeline, to a report: one clean repetition, then a rounded one."""
    from posecheck.resources import samples_dir

    clip = samples_dir() / "hinge_clean_then_rounded.mp4"
    stretch, profile = numbers_for("hip_hinge_drill", None, None)
    _analyze([(clip, out)], stretch, profile, None, translator_for(None, stretch), video="webm", from_s=None, to_s=None)
    show("\nYour own clip: [bold]posecheck analyze VIDEO[/]      Live: [bold]posecheck live[/]")


@output_flags(before="from_s")
def analyze(
    videos: Annotated[
        list[Path],
        typer.Argument(
            metavar="VIDEO...",
            help="Video files; or many at once: folders, patterns in quotes, a LIST.csv "
            "(columns clip, stretch, profile, from_s, to_s, person, side, note).",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="DIR", help="Folder for the results; with several videos a subfolder each."
        ),
    ] = None,
    stretch: StretchOption = DEFAULT_STRETCH,
    from_s: Annotated[float | None, typer.Option("--from", metavar="S", min=0, help="Begin at this second.")] = None,
    to_s: Annotated[float | None, typer.Option("--to", metavar="S", min=0, help="End before this second.")] = None,
    sets: SetOption = None,
    profile: ProfileOption = None,
    model: ModelOption = None,
    backend_name: BackendOption = DEFAULT_BACKEND,
    history: HistoryOption = False,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", metavar="DATE", formats=["%Y-%m-%d"], help="With --history: the day it was filmed, if not today."
        ),
    ] = None,
    lang: LangOption = None,
    embed: EmbedOption = False,
    smooth: SmoothOption = False,
    blur_face: Annotated[
        bool, typer.Option("--blur-face", help="Make the head unrecognisable in the annotated clip and the report.")
    ] = False,
    skeleton_only: Annotated[
        bool, typer.Option("--skeleton-only", help="Show the figure on a dark ground, no pixel of the person.")
    ] = False,
    slow: Annotated[
        float, typer.Option("--slow", metavar="N", help="Play the annotated clip N times slower than life.")
    ] = 1.0,
    sample_fps: Annotated[
        float | None,
        typer.Option(
            "--sample-fps", metavar="N", help="Look at N frames a second only: faster, times a little coarser."
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, help="Analyse N clips at a time; finished ones are not done again."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Let a dask cluster do it (needs posecheck\\[cluster])."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="With many clips: do finished ones again.")] = False,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed", help="With many clips: try again those that failed, though they have not changed."
        ),
    ] = False,
    *,
    outputs: tuple[str, ...],
) -> None:
    """Analyse recorded videos: report, tables, a recording to judge again, and an annotated clip on request.

    Of a folder, a pattern, a list, or with --jobs: several at a time, one broken clip never stops the rest, the same
    command goes on where it was interrupted, and an index page leads to all reports.
    """
    if on is not None and not history:
        raise UsageError("--on says under which day the history keeps it: add --history.")
    filmed = _filmed(on)
    if from_s is not None and to_s is not None and to_s <= from_s:
        raise UsageError(f"--to {to_s:g} must be later than --from {from_s:g}.")
    from posecheck.pipeline.output_options import OutputOptions

    made = "video" in outputs or blur_face or skeleton_only or slow != 1.0  # each of these is about the annotated clip
    ending = "mp4" if "mp4" in outputs else "webm" if made else None
    others = tuple(output for output in outputs if output not in {"video", "mp4"})
    wanted = OutputOptions(language_for(lang), embed, smooth, others, blur_face, skeleton_only, slow, sample_fps)
    if jobs is not None or scheduler is not None or force or retry_failed or any(_is_many(name) for name in videos):
        from posecheck.cli.many import ForAll, analyze_many, check_many

        check_many(jobs=jobs, scheduler=scheduler, history=history)
        for_all = ForAll(
            stretch, profile, tuple(sets or ()), model, backend_name, wanted, ending, from_s, to_s, force, retry_failed
        )
        analyze_many(videos, out or DEFAULT_FOLDER, for_all, jobs=jobs, scheduler=scheduler, language=wanted.language)
        return
    own = own_of(profile)
    chosen, numbers = numbers_for(stretch, own, sets)
    translate = translator_for(lang, chosen)
    clips = _folders(videos, out)
    _analyze(
        clips,
        chosen,
        numbers,
        model,
        translate,
        backend_name=backend_name,
        video=ending,
        wanted=wanted,
        from_s=from_s,
        to_s=to_s,
        filmed=filmed if history else None,
        calibrations=own.calibrations,
    )


def _is_many(name: Path) -> bool:
    from posecheck.batch.joblist import is_many

    return is_many(name)


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
    translate: Translate,
    *,
    video: str | None,
    from_s: float | None,
    to_s: float | None,
    wanted: OutputOptions | None = None,
    backend_name: str = DEFAULT_BACKEND,
    filmed: datetime | None = None,
    calibrations: Calibrations | None = None,
) -> None:
    """Analyse clip after clip; each is kept in the history under the day of `filmed`, if given."""
    from posecheck.pipeline.analysis import Result, analyze_clip
    from posecheck.pipeline.session import Ending
    from posecheck.pipeline.session_history import VIDEO
    from posecheck.terminal.progress import Progress
    from posecheck.terminal.result import result

    results: list[Result] = []
    failed = 0
    keepers = [keeper_for(stretch, profile, VIDEO) if filmed else None for _ in clips]
    with quiet(), interruptible() as stop, open_backend(backend_name, model) as backend:
        for (clip, folder), keeper in zip(clips, keepers, strict=True):
            try:
                with Progress(console_for(stderr=True)) as progress:

                    def opened(source: VideoSource, progress: Progress = progress, clip: Path = clip) -> None:
                        ends = [s for s in (to_s, source.info.duration_s) if s is not None]
                        progress.open(clip.name, from_s or 0.0, min(ends) if ends else None)

                    def shown(
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
                        wanted=wanted,
                        from_s=from_s,
                        to_s=to_s,
                        calibrations=calibrations,
                        on_open=opened,
                        on_frame=shown,
                        stop=stop,
                    )
            except UsageError:
                raise
            except PosecheckError as error:
                failed += 1
                say_error(str(error))
                continue
            results.append(one)
            show(result(clip.name, stretch, one.outcome, one.written, one.notes, translate))
            if one.outcome.ending is Ending.BROKE:
                say_error(one.outcome.message)
            if one.outcome.ending is Ending.INTERRUPTED:
                break
            if keeper is not None and filmed is not None:
                try:
                    show(keeper.keep(filmed, translate))
                except PosecheckError as error:
                    failed += 1
                    say_error(str(error))
    finish([one.outcome for one in results], failed)
