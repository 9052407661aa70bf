"""Workers on other machines, through dask.distributed (extra `[cluster]`).

The scheduler and its workers are started by whoever runs the cluster, with posecheck installed on each machine and a
folder that all of them see at the same path:

    dask scheduler                                            # on one machine
    dask worker tcp://SCHEDULER:8786 --nworkers 8 --nthreads 1    # on each of the others: a worker for each core
    posecheck analyze /shared/clips -o /shared/out --scheduler tcp://SCHEDULER:8786

Only jobs and reports travel, some kilobytes each; clips are read and results written where the folder is. It talks
unencrypted to whoever answers at that address: use it in a network of your own.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Final
from urllib.parse import urlsplit

from posecheck.batch.job import ClipJob, Report
from posecheck.batch.pool import InWork
from posecheck.errors import PosecheckError, UsageError
from posecheck.resources import install_command

#: Jobs handed out for each worker: the next lies ready when one is done.
_AHEAD: Final = 2
_PATIENCE_S: Final = 20
_KNOCK_S: Final = 5
_SCHEMES: Final = ("tcp", "tls")


class ClusterPool:
    """The workers of a scheduler. See `pool.Pool`.

    Raises UsageError without the extra or for what is no address, PosecheckError when no scheduler answers there or it
    has no worker.
    """

    def __init__(self, address: str, patience_s: float = _PATIENCE_S) -> None:
        try:
            from distributed import Client  # noqa: PLC0415  of an extra
        except ImportError as error:
            raise UsageError(f"--scheduler needs an extra: {install_command('cluster')}") from error
        self._address = address
        _require_somebody_at(address)
        try:
            self._client: Any = Client(address, timeout=patience_s, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _nobody_at(address) from error
        try:
            self._client.wait_for_workers(1, timeout=patience_s)
        except TimeoutError as error:
            self._client.close()
            raise PosecheckError(
                f"The scheduler at {address} has no workers. Start some: dask worker {address} --nthreads 1"
            ) from error
        self._executor: Any = self._client.get_executor(pure=False)

    @property
    def size(self) -> int:
        """How many jobs are handed out at a time; follows the workers as they come and go.

        Raises PosecheckError when the scheduler is gone.
        """
        try:
            threads = self._client.nthreads()
        except (OSError, TimeoutError) as error:
            raise PosecheckError(
                f"The scheduler at {self._address} answers no more. What is finished stands; start it again and give the "
                "same command again."
            ) from error
        return max(_AHEAD * sum(int(count) for count in threads.values()), 1)

    def submit(self, job: ClipJob) -> Future[Report]:
        """Hand a job to the scheduler."""
        future: Future[Report] = self._executor.submit(_work, job)
        return future

    def has_died(self, error: BaseException) -> bool:
        """Whether it means that workers died. A single death is mended by the scheduler, which nobody notices."""
        from distributed import KilledWorker  # noqa: PLC0415

        return isinstance(error, KilledWorker)

    def in_work(self) -> Sequence[InWork]:
        """Nothing: progress within a clip does not travel."""
        return ()

    def ask_to_stop(self) -> None:
        """Nothing more is begun; what the workers are at they finish and keep."""

    def close(self) -> None:
        """Take back what was not begun, and leave the cluster as it is."""
        self._executor.shutdown(wait=False)
        self._client.close()


def _require_somebody_at(address: str) -> None:
    """Raise where it is no address or nobody listens there: the library itself would go on trying for a long time."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.scheme not in _SCHEMES:
        raise UsageError(f'--scheduler {address}: must be an address like "tcp://127.0.0.1:8786"')
    try:
        socket.create_connection((host, port), timeout=_KNOCK_S).close()
    except OSError as error:
        raise _nobody_at(address) from error


def _nobody_at(address: str) -> PosecheckError:
    return PosecheckError(
        f"No scheduler answers at {address}. Start one (dask scheduler) and name its address, "
        "e.g. --scheduler tcp://127.0.0.1:8786"
    )


def _work(job: ClipJob) -> Report:
    from posecheck.batch.work import do  # noqa: PLC0415  it runs on the worker

    return do(job)
