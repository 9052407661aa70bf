"""Workers on this machine: one process each with a model of its own, replaced when it dies, gone when we are.

Each worker is a `ProcessPoolExecutor` of one, so that a process that is killed takes only its own clip with it.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import connection
from pathlib import Path
from typing import Any, Final, Protocol

from posecheck.batch.job import ClipJob, Report

#: Places in the memory that a worker shares with us.
_STOP, _DONE_S, _WHOLE_S, _PID = range(4)
_SPAWN: Final = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class InWork:
    """A clip that somebody is at."""

    clip: Path
    done_s: float = math.nan
    whole_s: float = math.nan
    """NaN where it is not known."""


class Pool(Protocol):
    """Somebody who does jobs. What a future of it may raise is told by `has_died`."""

    @property
    def size(self) -> int:
        """How many jobs it can hold at a time."""
        ...

    def submit(self, job: ClipJob) -> Future[Report]:
        """Hand out a job; at most `size` at a time."""
        ...

    def has_died(self, error: BaseException) -> bool:
        """Whether this error of a future means that its worker died, and not that the job cannot be done."""
        ...

    def in_work(self) -> Sequence[InWork]:
        """What is in work now, as far as it is known."""
        ...

    def ask_to_stop(self) -> None:
        """Ask the workers to end what they are at between two frames."""
        ...

    def close(self) -> None:
        """End every worker; what they were at stays half done, and is marked so."""
        ...


@dataclass(slots=True)
class _Slot:
    """One worker. `shared` outlives its death, as does nothing else."""

    shared: Any = field(default_factory=lambda: _SPAWN.RawArray("d", 4))
    executor: ProcessPoolExecutor | None = None
    future: Future[Report] | None = None
    job: ClipJob | None = None

    @property
    def free(self) -> bool:
        return self.future is None or self.future.done()

    def submit(self, job: ClipJob) -> Future[Report]:
        self.shared[_DONE_S] = self.shared[_WHOLE_S] = math.nan
        for _ in range(2):
            if self.executor is None:
                self.shared[_PID] = 0
                self.executor = ProcessPoolExecutor(1, _SPAWN, _settle_in, (self.shared,))
            try:
                self.job, self.future = job, self.executor.submit(_work, job)
            except BrokenProcessPool:  # it died while nobody looked
                self.executor.shutdown(wait=False)
                self.executor = None
            else:
                return self.future
        raise BrokenProcessPool("a worker cannot be started")

    def end(self) -> None:
        if self.executor is None:
            return
        pid = int(self.shared[_PID])
        if not self.free and pid:
            with contextlib.suppress(OSError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        self.executor.shutdown(wait=not self.free or bool(pid), cancel_futures=True)
        self.executor = None


class LocalPool:
    """So many worker processes; they are started as work comes. See `Pool`."""

    def __init__(self, workers: int) -> None:
        self._slots = [_Slot() for _ in range(workers)]

    @property
    def size(self) -> int:
        """The number of workers."""
        return len(self._slots)

    def submit(self, job: ClipJob) -> Future[Report]:
        """Hand a job to a worker that has nothing to do."""
        return next(slot for slot in self._slots if slot.free).submit(job)

    def has_died(self, error: BaseException) -> bool:
        """Whether it means that a worker was killed, by a lack of memory above all."""
        return isinstance(error, BrokenProcessPool)

    def in_work(self) -> Sequence[InWork]:
        """One for each worker that is at something."""
        return [
            InWork(slot.job.clip, slot.shared[_DONE_S], slot.shared[_WHOLE_S])
            for slot in self._slots
            if not slot.free and slot.job is not None
        ]

    def ask_to_stop(self) -> None:
        """They look between two frames."""
        for slot in self._slots:
            slot.shared[_STOP] = 1.0

    def close(self) -> None:
        """Whoever is still at something is killed."""
        for slot in self._slots:
            slot.end()


# ----------------------------------------------------------------------------------------------- inside the worker
_shared: Any = None


def _settle_in(shared: Any) -> None:
    """The beginning of a worker: interrupts are the parent's business, and without the parent there is no work."""
    global _shared  # noqa: PLW0603  a worker has one place to tell its progress
    _shared = shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True, name="parent").start()
    from posecheck.logs import log_path, native_noise_to  # noqa: PLC0415  only a worker needs them

    _noise.enter_context(native_noise_to(log_path()))
    shared[_PID] = os.getpid()


_noise: Final = contextlib.ExitStack()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _work(job: ClipJob) -> Report:
    from posecheck.batch.work import do  # noqa: PLC0415  the model's library is for the workers, not for the parent

    return do(job, _asked_to_stop, _report_progress)


def _asked_to_stop() -> bool:
    return bool(_shared[_STOP])


def _report_progress(done_s: float, whole_s: float) -> None:
    _shared[_DONE_S], _shared[_WHOLE_S] = done_s, whole_s
