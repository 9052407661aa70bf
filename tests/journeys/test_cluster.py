"""`posecheck analyze --scheduler`: a real scheduler and two real workers on loopback, one of which is killed."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.clips import BROKEN, GOOD, tiny_clips
from tests.journeys import media
from tests.journeys.command import environment, posecheck, refused, started, wait_while_running
from tests.journeys.test_analyze import ROUNDED, rows
from tests.journeys.test_many import ENDLESS, at_work, cut_short, events
from tests.waiting import GIVE_UP_S, wait_until

needs_cluster = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="needs the extra: pip install -e '.[cluster]'"
)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers of one thread each."""
    plain = {**environment(), "PYTHONWARNINGS": "default"}  # the cluster's own programs may warn
    file, logged = tmp_path / "scheduler.json", tmp_path / "cluster.log"
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(logged.open("w", encoding="utf-8"))

        def start(module: str, *words: str) -> None:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *words]
            process = stack.enter_context(subprocess.Popen(command, cwd=tmp_path, env=plain, stdout=log, stderr=log))
            stack.callback(process.kill)

        start(
            "dask_scheduler",
            "--host=127.0.0.1",
            "--port=0",
            "--no-dashboard",
            "--dashboard-address=127.0.0.1:0",
            f"--scheduler-file={file}",
        )
        # The scheduler writes it in place: who reads too early, a worker too, finds half of it.
        wait_until(lambda: file.exists() and file.read_text(encoding="utf-8").rstrip().endswith("}"), "the scheduler")
        for _ in range(2):
            start(
                "dask_worker",
                f"--scheduler-file={file}",
                "--host=127.0.0.1",
                "--no-nanny",
                "--nthreads=1",
                "--no-dashboard",
            )
        wait_until(lambda: logged.read_text(encoding="utf-8").count("Register worker") == 2, "both workers")
        yield str(json.loads(file.read_text(encoding="utf-8"))["address"])


@needs_cluster
def test_a_worker_is_killed_and_every_clip_is_done_once(cluster: str, tmp_path: Path) -> None:
    """The other worker takes over what it was at; good clips are done exactly once, broken ones are told."""
    clips, out = tiny_clips(tmp_path / "clips"), tmp_path / "out"
    media.endless(clips / ENDLESS, ROUNDED)  # until it is cut short somebody is at it
    endless = (out / ENDLESS).with_suffix("")
    with started("analyze", clips, "-o", out, "--scheduler", cluster, cwd=tmp_path) as running:
        wait_while_running(running, lambda: at_work(endless) is not None, "a worker at the endless clip")
        worker = at_work(endless)
        assert worker is not None
        cut_short(clips)
        os.kill(worker, signal.SIGKILL)
        said = running.communicate(timeout=GIVE_UP_S)
    assert running.returncode == 1, said
    assert sorted(Path(row["clip"]).name for row in rows(out / "failures.csv")) == sorted(BROKEN)
    happened = events(out)
    good = {Path(name).with_suffix("").as_posix() for name in (*GOOD, ENDLESS)}
    assert all(happened[name].count("done") == 1 for name in good), happened
    assert happened[endless.name].count("begin") == 2
    assert {row["folder"] for row in rows(out / "index.csv") if row["status"] == "done"} == good


@needs_cluster
def test_nobody_at_the_address(tmp_path: Path) -> None:
    """It is said within a moment that no scheduler answers, and how to start one."""
    (tmp_path / "a.mp4").touch()
    with socket.socket() as deaf:  # the port is taken, and nobody listens there
        deaf.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{deaf.getsockname()[1]}"
        with started("analyze", "a.mp4", "-o", "out", "--scheduler", address, cwd=tmp_path) as running:
            out, err = running.communicate(timeout=GIVE_UP_S)
    refused(
        subprocess.CompletedProcess("posecheck", running.returncode, out, err), 1, f"No scheduler answers at {address}"
    )


@needs_cluster
def test_an_address_has_a_certain_form(tmp_path: Path) -> None:
    """Anything else is wrong use, told before anybody is asked."""
    (tmp_path / "a.mp4").touch()
    done = posecheck("analyze", "a.mp4", "-o", "out", "--scheduler", "127.0.0.1", cwd=tmp_path)
    refused(done, 2, "must be an address like")


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the command, exit code 2."""
    (tmp_path / "a.mp4").touch()
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = posecheck("analyze", "a.mp4", "-o", "out", "--scheduler", "tcp://127.0.0.1:1", cwd=tmp_path)
    refused(done, 2, r"pip install -e '\.\[cluster\]'")
