"""What was done before: known from the result folder alone, so that no worker need be started for it."""

from __future__ import annotations

from typing import Any

from posecheck.batch import state
from posecheck.batch.job import ClipJob, Report, Status
from posecheck.batch.lock import is_locked


def seen_before(job: ClipJob) -> Report | None:
    """The report of a job of which a glance shows that it is done; None where a worker must look closer.

    A glance means: nobody is at it, the clip's size, time of change and place on the disk are as they were, every
    result is there in its size. Anything else (a clip that was touched or copied, other labels) is for a worker, who
    holds the lock and may read the clip.
    """
    if job.force:
        return None
    done = state.done_before(job, job.settings_sha256(), look_inside=False)
    if done is None or not state.is_up_to_date(done, job.labels) or is_locked(job.folder):
        return None
    return as_before(job, done)


def as_before(job: ClipJob, done: dict[str, Any]) -> Report:
    """The report of a job that was done before: a clip that could not be read then cannot be read now."""
    failure = done.get("failure")
    status = Status.FAILED if failure else Status.SKIPPED
    what, message = (failure["what"], failure["message"]) if failure else ("", "")
    frames, video_s = int(done.get("frames", 0)), float(done.get("video_s", 0.0))
    return Report(job.clip, job.folder, status, what, message, frames, video_s, before=True)
