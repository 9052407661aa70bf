"""`posecheck analyze --scheduler`: a real scheduler and two real workers on loopback, one of which is killed."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.clips import BROKEN, GOOD, tiny_clips
from tests.journeys.test_analyze import refused, rows
from tests.journeys.test_many import ROOT, begun, events, until, workers

needs_cluster = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason='needs the extra: pip install "posecheck[cluster]"'
)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers of one thread each."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    file = tmp_path / "scheduler.json"
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((tmp_path / "cluster.log").open("w", encoding="utf-8"))

        def start(module: str, *words: str) -> None:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *words]
            process = stack.enter_context(
                subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
            )
            stack.callback(process.kill)

        start(
            "dask_scheduler",
            "--host=127.0.0.1",
            "--port=0",
            "--no-dashboard",
            "--dashboard-address=127.0.0.1:0",
            f"--scheduler-file={file}",
        )
        for _ in range(2):
            start(
                "dask_worker",
                f"--scheduler-file={file}",
                "--host=127.0.0.1",
                "--no-nanny",
                "--nthreads=1",
                "--no-dashboard",
            )
        until(file.exists, "the scheduler")
        yield str(json.loads(file.read_text(encoding="utf-8"))["address"])


@needs_cluster
def test_a_worker_is_killed_and_every_clip_is_done_once(cluster: str, tmp_path: Path) -> None:
    """The other worker takes over what it was at; good clips are done exactly once, broken ones are told."""
    clips, out = tiny_clips(tmp_path / "clips"), tmp_path / "out"
    with begun("analyze", clips, "-o", out, "--scheduler", cluster, cwd=tmp_path) as process:
        until(lambda: any("begin" in seen for seen in events(out).values()) and bool(workers(out)), "a clip in work")
        os.kill(min(workers(out)), signal.SIGKILL)
        said = process.communicate(timeout=60)
        assert process.returncode == 1, said
    assert sorted(Path(row["clip"]).name for row in rows(out / "failures.csv")) == sorted(BROKEN)
    happened = events(out)
    good = {Path(name).with_suffix("").as_posix() for name in GOOD}
    assert all(happened[name].count("done") == 1 for name in good), happened
    assert ["begin", "begin"] in [[event for event in seen if event == "begin"] for seen in happened.values()]
    assert {row["folder"] for row in rows(out / "index.csv") if row["status"] == "done"} == good


@needs_cluster
@pytest.mark.parametrize(
    ("address", "code", "pattern"),
    [
        ("127.0.0.1", 2, "must be an address like"),
        ("tcp://127.0.0.1:1", 1, "No scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_nobody_at_the_address(tmp_path: Path, address: str, code: int, pattern: str) -> None:
    """It is said within a moment that no scheduler answers, and how to start one."""
    (tmp_path / "a.mp4").touch()
    with begun("analyze", "a.mp4", "-o", "out", "--scheduler", address, cwd=tmp_path) as process:
        out, err = process.communicate(timeout=60)
    refused(subprocess.CompletedProcess("posecheck", process.returncode, out, err), code, pattern)


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path) -> None:
    """One line with the command, exit code 2."""
    (tmp_path / "a.mp4").touch()
    code = "import sys; sys.modules['distributed'] = None; from posecheck.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "analyze", "a.mp4", "-o", "out", "--scheduler", "tcp://127.0.0.1:1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    refused(done, 2, r"posecheck\[cluster\]")
