"""`posecheck analyze` of many clips: a folder, a pattern, a list, or with --jobs and --scheduler."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from posecheck.cli.common import (
    EXIT_INTERRUPTED,
    console_for,
    interruptible,
    messages_in,
    numbers_for,
    own_of,
    quiet,
    say_error,
    show,
)
from posecheck.errors import OutputError, PosecheckError, UsageError

if TYPE_CHECKING:
    from posecheck.batch.job import ClipJob, Report
    from posecheck.batch.joblist import Entry
    from posecheck.batch.pool import Pool
    from posecheck.pipeline.output_options import OutputOptions
    from posecheck.pipeline.profile_store import OwnProfile


@dataclass(frozen=True, slots=True)
class ForAll:
    """What the command line says for every clip, unless the list says otherwise."""

    stretch: str
    profile: str | None
    sets: tuple[str, ...]
    model: Path | None
    backend: str
    wanted: OutputOptions
    video: str | None
    from_s: float | None
    to_s: float | None
    force: bool
    retry_failed: bool = False


def analyze_many(
    names: list[Path], out: Path, for_all: ForAll, *, jobs: int | None, scheduler: str | None, language: str
) -> None:
    """Analyse every clip that `names` mean into `out`, and exit as it went."""
    from posecheck.batch import joblist
    from posecheck.batch.index import FAILURES, PAGE, write_failures, write_index
    from posecheck.batch.job import Status
    from posecheck.batch.run import run
    from posecheck.terminal.batch import BatchProgress

    found = joblist.entries(names, out)
    todo = list(_jobs(found, out, for_all))
    workers = jobs or _cores()
    failures: list[Report] = []
    with quiet(), interruptible() as stop:
        pool = _pool(scheduler, min(workers, len(todo)))
        try:
            with BatchProgress(console_for(stderr=True), len(todo)) as progress:
                for report in run(todo, pool, stop=stop, on_wait=lambda: progress.look(pool)):
                    progress.take(report)
                    if report.status is Status.FAILED:
                        failures.append(report)
        except PosecheckError as error:  # nobody is left to hand work to; what is finished stands
            say_error(str(error))
        finally:
            pool.close()
        interrupted = stop()
    count = progress.count
    done = count[Status.DONE]
    left = len(todo) - done - count[Status.SKIPPED] - len(failures)
    written = True
    try:
        write_failures(out, failures)
        write_index(out, translate=messages_in(language).text, language=language)
    except PosecheckError as error:
        written = False
        say_error(str(error))
    speed = f", {progress.video_s / progress.passed_s:.1f} s of video a second" if done else ""
    show(f"{done} analysed, {count[Status.SKIPPED]} done before, {len(failures)} failed{speed}")
    if written:
        show(f"  [bold]{out / PAGE}[/]")
    if failures:
        say_error(f"{len(failures)} of {len(todo)} clips could not be analysed: {out / FAILURES}")
        if (known := sum(one.before for one in failures)) > 0:
            say_error(
                f"Of these {known} were not tried again: their clips have not changed. To try them: --retry-failed"
            )
    if interrupted:
        say_error("interrupted. Give the same command again to go on: what is finished is not done again.")
        raise typer.Exit(EXIT_INTERRUPTED)
    if left:
        say_error(f"{left} clips are left. Give the same command again to go on.")
    if failures or left or not written:
        raise typer.Exit(1)


def _jobs(found: list[Entry], out: Path, for_all: ForAll) -> Iterator[ClipJob]:
    """The jobs. Every mistake in what they ask for is told at once, before the first of them begins."""
    from posecheck.batch import joblist
    from posecheck.batch.job import ClipJob, numbers_of
    from posecheck.landmarks.registry import backend_named

    model = for_all.model.resolve() if for_all.model is not None else None
    model_sha256 = backend_named(for_all.backend).sha256(model)
    owns: dict[str, OwnProfile] = {}
    numbers: dict[tuple[str, str], tuple[tuple[str, float, str], ...]] = {}  # shared by all jobs that have the same

    def read(name: str) -> None:
        owns[name] = own_of(name or None)

    def settle(stretch: str, name: str) -> None:
        numbers[stretch, name] = numbers_of(numbers_for(stretch, owns[name], list(for_all.sets))[1])

    wished = sorted({(entry.stretch or for_all.stretch, entry.profile or for_all.profile or "") for entry in found})
    joblist.checked((f"profile {name}", partial(read, name)) for name in sorted({name for _, name in wished}))
    joblist.checked(
        (f"{stretch} with {name or 'the usual numbers'}", partial(settle, stretch, name)) for stretch, name in wished
    )
    token = _token(out)
    for entry, folder in zip(found, joblist.folders(found, out), strict=True):
        stretch, profile = entry.stretch or for_all.stretch, entry.profile or for_all.profile or ""
        yield ClipJob(
            clip=entry.clip.resolve(),
            folder=folder.resolve(),
            stretch=stretch,
            numbers=numbers[stretch, profile],
            model_sha256=model_sha256,
            model=model,
            backend=for_all.backend,
            calibrations=owns[profile].calibrations,
            wanted=for_all.wanted,
            video=for_all.video,
            from_s=for_all.from_s if entry.from_s is None else entry.from_s,
            to_s=for_all.to_s if entry.to_s is None else entry.to_s,
            labels=entry.labels,
            force=for_all.force,
            retry_failed=for_all.retry_failed,
            token=token,
        )


def _token(out: Path) -> str:
    """A word that tells this output folder from every other; made when it is first used."""
    from secrets import token_hex

    from posecheck.batch.work import VISIBLE

    try:
        out.mkdir(parents=True, exist_ok=True)
        place = out / VISIBLE
        try:
            with place.open("x", encoding="utf-8") as file:
                file.write(token_hex(8) + "\n")
        except FileExistsError:
            pass
        return place.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise OutputError(f"Cannot write results to {out}: {error.strerror or error}.") from error


def _pool(scheduler: str | None, workers: int) -> Pool:
    if scheduler is not None:
        from posecheck.batch.cluster import ClusterPool

        return ClusterPool(scheduler)
    from posecheck.batch.pool import LocalPool

    return LocalPool(workers)


def _cores() -> int:
    """The processor cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def check_many(*, jobs: int | None, scheduler: str | None, history: bool) -> None:
    """Raise UsageError for choices that contradict each other."""
    if history:
        raise UsageError("--history keeps one session at a time: analyse the clip by itself.")
    if jobs is not None and scheduler is not None:
        raise UsageError("--jobs is for this machine; with --scheduler the cluster's workers decide.")
