"""Hand out jobs and take their reports, until all are done: one failure never stops the rest."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
from typing import Final

from posecheck.batch.before import seen_before
from posecheck.batch.job import ClipJob, Report, Status
from posecheck.batch.lock import is_locked
from posecheck.batch.pool import Pool

#: A worker that dies gets another chance: the machine may have been short of memory only then.
TRIES: Final = 2
#: How often it is looked whether somebody else has let go of a clip, and whether an interrupt came.
LOOK_S: Final = 0.2
#: How long workers may take to end what they are at after an interrupt, before they are killed.
GRACE_S: Final = 10.0


@dataclass(slots=True)
class _Try:
    job: ClipJob
    tries: int = 1


def run(
    jobs: Iterable[ClipJob],
    pool: Pool,
    *,
    stop: Callable[[], bool] = lambda: False,
    on_wait: Callable[[], None] = lambda: None,
) -> Iterator[Report]:
    """The report of every job, as they come in.

    What was done before is reported at once and troubles no worker. `on_wait` is called while nothing comes in. A clip that another posecheck is at is waited for, and done here if it
    was not done there. After `stop` nothing is begun; what is in work is asked to end and reported as interrupted.
    """
    coming = iter(jobs)
    again: deque[_Try] = deque()
    elsewhere: list[ClipJob] = []
    running: dict[Future[Report], _Try] = {}
    exhausted = False
    asked_at_s: float | None = None
    while True:
        if asked_at_s is None and stop():
            asked_at_s = time.monotonic()
            pool.ask_to_stop()
            for future in running:
                future.cancel()
        if asked_at_s is None:
            while len(running) < pool.size and not (exhausted and not again):
                one = again.popleft() if again else None
                if one is None:
                    if stop():
                        break
                    job = next(coming, None)
                    exhausted = job is None
                    if job is not None and (before := seen_before(job)) is not None:
                        yield before
                        continue
                    one = None if job is None else _Try(job)
                if one is not None:
                    running[pool.submit(one.job)] = one
            free = [job for job in elsewhere if not is_locked(job.folder)]
            elsewhere = [job for job in elsewhere if job not in free]
            again.extend(_Try(job) for job in free)
        elif time.monotonic() - asked_at_s > GRACE_S:
            return
        if not running:
            if asked_at_s is not None or (exhausted and not again and not elsewhere):
                return
            if not again and exhausted:
                time.sleep(LOOK_S)
                on_wait()
                continue
        finished, _ = wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED)
        for future in finished:
            one = running.pop(future)
            report = _report(future, one, pool)
            if report is None:
                one.tries += 1
                again.append(one)
            elif report.status is Status.BUSY:
                elsewhere.append(one.job)
            else:
                yield report
        on_wait()


def _report(future: Future[Report], one: _Try, pool: Pool) -> Report | None:
    """What came of it; None where it is worth another try."""
    job = one.job
    try:
        return future.result()
    except CancelledError:
        return Report(job.clip, job.folder, Status.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  whatever a worker's end looks like, it is that clip's report
        if pool.has_died(error):
            if one.tries < TRIES:
                return None
            message = (
                f"The worker died twice while it was at {job.clip.name}; is there too little memory? Try --jobs 1."
            )
            return Report(job.clip, job.folder, Status.FAILED, "worker", message)
        message = f"a mistake in posecheck itself ({type(error).__name__}: {error})"
        return Report(job.clip, job.folder, Status.FAILED, "posecheck", message)
