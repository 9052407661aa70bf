"""What a worker does with one job, in whatever process and on whatever machine it is."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2

import posecheck
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.batch import state
from posecheck.batch.before import as_before
from posecheck.batch.job import ClipJob, Report, Status
from posecheck.batch.lock import locked
from posecheck.errors import ModelError, OutputError, PosecheckError, SourceError
from posecheck.landmarks.base import LandmarkBackend
from posecheck.landmarks.registry import open_backend
from posecheck.pipeline.analysis import analyze_clip
from posecheck.pipeline.session import Ending
from posecheck.records import Assessment
from posecheck.sources.video import VideoSource

_log = logging.getLogger(__name__)

#: In the output folder: a word that only this output folder has.
VISIBLE: Final = ".posecheck-folder"

OnProgress = Callable[[float, float], None]
"""Called with the seconds that are done and those there are (NaN: not known)."""


@dataclass(slots=True)
class _Mind:
    """What a worker keeps from clip to clip: one model. Only one clip at a time is analysed in a process."""

    backend: LandmarkBackend | None = None
    made_of: tuple[str, Path | None] | None = None
    """The name of the backend and the file of its weights."""


_mind = _Mind()
_alone = threading.Lock()


def do(job: ClipJob, stop: Callable[[], bool] | None = None, on_progress: OnProgress | None = None) -> Report:
    """Do one job, unless it is done or somebody else is at it. Raises nothing but what ends the process.

    Whatever a clip brings about becomes a report; a mistake of posecheck itself goes to the log with its traceback.
    """
    begun = time.monotonic()
    report = Report(job.clip, job.folder, Status.FAILED, worker=f"{socket.gethostname()}:{os.getpid()}")
    try:
        with _alone:
            report = _do(job, report, stop, on_progress)
    except SourceError as error:
        report = replace(report, what="clip", message=str(error))
    except OutputError as error:
        report = replace(report, what="output", message=str(error))
    except ModelError as error:
        report = replace(report, what="model", message=str(error))
    except Exception as error:  # noqa: BLE001  it is logged, and the other clips are none the worse for it
        _log.exception("a mistake while analysing %s", job.clip)
        what = "clip" if isinstance(error, PosecheckError) else "posecheck"
        told_as = str(error) if what == "clip" else f"a mistake in posecheck itself ({type(error).__name__}: {error})"
        report = replace(report, what=what, message=told_as)
    return replace(report, work_s=time.monotonic() - begun)


def _do(job: ClipJob, report: Report, stop: Callable[[], bool] | None, on_progress: OnProgress | None) -> Report:
    _require_same_disk(job)
    settings_sha256 = job.settings_sha256()
    with locked(job.folder) as held:
        if not held:
            return replace(report, status=Status.BUSY)
        if (done := state.done_before(job, settings_sha256, look_inside=True)) is not None:
            state.renew(job.folder, done, job.labels)
            return as_before(job, done)
        if not job.clip.is_file():
            raise SourceError(f"No such file: {job.clip}. Check the spelling and the folder.")
        try:
            stamp = state.stamp(job.clip)
            clip = {**stamp, "sha256": state.clip_sha256(job.clip)}
        except OSError as error:
            raise SourceError(f"Cannot read {job.clip}: {error.strerror or error}.") from error
        state.begin(job.folder)
        state.note(job.folder, "begin", report.worker)
        report, outputs = _analysed(job, report, stop, on_progress)
        if report.status is Status.INTERRUPTED:
            return report
        try:
            changed = state.stamp(job.clip) != stamp
        except OSError:
            changed = True
        if changed:
            raise SourceError(f"{job.clip} was changed while it was read. Analyse it again.")
        state.write_done(job, settings_sha256, clip, outputs, report)
        state.note(job.folder, report.status.value, report.worker)
        return report


def _analysed(
    job: ClipJob, report: Report, stop: Callable[[], bool] | None, on_progress: OnProgress | None
) -> tuple[Report, list[Path]]:
    """The analysis, and the files it left. A clip that cannot be read is a finding like another: it stays so."""
    ends = [float("nan"), float("nan")]  # of the video, in seconds: first frame, planned end

    def opened(source: VideoSource) -> None:
        known = [s for s in (job.to_s, source.info.duration_s) if s is not None]
        ends[:] = [job.from_s or 0.0, min(known) if known else float("nan")]

    def on_frame(_: object, judged: Assessment) -> None:
        if on_progress is not None:
            on_progress(judged.t_s - ends[0], ends[1] - ends[0])

    backend = _backend(job)
    begun, spent_s = time.monotonic(), time.process_time()
    try:
        result = analyze_clip(
            job.clip,
            job.folder,
            load_stretch(job.stretch),
            job.profile,
            backend,
            video=job.video,
            wanted=job.wanted,
            from_s=job.from_s,
            to_s=job.to_s,
            calibrations=job.calibrations,
            on_open=opened,
            on_frame=on_frame,
            stop=stop,
        )
    except SourceError as error:
        report = replace(report, what="clip", message=str(error), work_s=time.monotonic() - begun)
        return report, []
    outcome = result.outcome
    if outcome.lost_outputs:  # one clip by itself can do without; of many nobody would notice
        raise OutputError(outcome.lost_outputs[0])
    status = {Ending.COMPLETE: Status.DONE, Ending.INTERRUPTED: Status.INTERRUPTED}.get(outcome.ending, Status.FAILED)
    report = replace(
        report,
        status=status,
        what="clip" if status is Status.FAILED else "",
        message=outcome.message if status is Status.FAILED else "",
        frames=outcome.statistics.frames,
        video_s=outcome.statistics.duration_s,
        work_s=time.monotonic() - begun,
        cpu_s=time.process_time() - spent_s,
    )
    return report, [path for _, path in result.written]


def _backend(job: ClipJob) -> LandmarkBackend:
    """The worker's model, ready for another clip. Raises ModelError where it is not the one that was meant."""
    made_of = (job.backend, job.model)
    if _mind.backend is None or _mind.made_of != made_of:
        if _mind.backend is not None:
            _mind.backend.close()
        cv2.setNumThreads(1)  # a worker is one of several: threads of its own would only get in their way
        _mind.backend, _mind.made_of = open_backend(*made_of), made_of
    if _mind.backend.model_sha256 != job.model_sha256:
        raise ModelError(
            f"The worker on {socket.gethostname()} (posecheck {posecheck.__version__}) has another pose model than "
            "where the work was handed out. Install the same posecheck on both."
        )
    _mind.backend.begin()
    return _mind.backend


def _require_same_disk(job: ClipJob) -> None:
    """Raise OutputError where this worker sees another disk than the one that the results are wanted on."""
    if not job.token:
        return
    place = next((folder for folder in job.folder.parents if (folder / VISIBLE).is_file()), None)
    found = "" if place is None else (place / VISIBLE).read_text(encoding="utf-8").strip()
    if found != job.token:
        raise OutputError(
            f"The worker on {socket.gethostname()} does not see the output folder of {job.folder}. Name one with -o "
            "that every machine has at the same path, and clips that lie there too."
        )
