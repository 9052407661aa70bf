"""`posecheck analyze` of many clips: real processes, real kills, and nothing lost or done twice."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from posecheck.batch import lock, state
from tests.batch.clips import BROKEN, GOOD, tiny_clips
from tests.journeys import media
from tests.journeys.test_analyze import posecheck, refused, rows

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 60.0


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something to become true."""
    ends = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.005)


@contextlib.contextmanager
def begun(*words: object, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """The real command, while it runs."""
    environment = {**os.environ, "XDG_STATE_HOME": str(cwd / "state"), "COLUMNS": "100"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "posecheck", *map(str, words)]
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def events(out: Path) -> dict[str, list[str]]:
    """What happened in each result folder, by its place below `out`."""
    return {path.parent.relative_to(out).as_posix(): state.attempts(path.parent) for path in out.rglob(state.ATTEMPTS)}


def workers(out: Path) -> set[int]:
    """The processes that have a lock below `out`."""
    pids = set()
    for path in out.rglob(lock.LOCK):
        with contextlib.suppress(OSError, ValueError):
            pids.add(int(json.loads(path.read_text(encoding="utf-8"))["pid"]))
    return pids


def at_work(out: Path) -> set[int]:
    """The processes among them that have begun their clip."""
    return {pid for path in out.rglob(lock.LOCK) if state.attempts(path.parent) for pid in workers(path.parent)}


def lives(pid: int) -> bool:
    """Whether a process is there and not only waiting to be forgotten."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four clips that can be read and four that cannot."""
    return tiny_clips(tmp_path_factory.mktemp("many") / "clips")


def test_broken_clips_never_stop_the_rest(clips: Path, tmp_path: Path) -> None:
    """Every good clip has its report, with the numbers it gets by itself; a second call finds all done without a worker."""
    part = tmp_path / "part.csv"
    with part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["clip", "from_s"], [clips / "bent.mp4", 0.2]])
    command = ("analyze", clips, part, "-o", "out", "--jobs", "1")
    first = posecheck(*command, cwd=tmp_path)
    assert first.returncode == 1
    assert "Traceback" not in first.stderr
    out = tmp_path / "out"
    failures = rows(out / "failures.csv")
    assert sorted(Path(row["clip"]).name for row in failures) == sorted(BROKEN)
    assert {row["what"] for row in failures} == {"clip"}
    index = {row["folder"]: row for row in rows(out / "index.csv")}
    good = [*(Path(name).with_suffix("").as_posix() for name in GOOD), "bent_2"]
    assert sorted(name for name, row in index.items() if row["status"] == "done") == sorted(good)
    for name in good:
        summary = json.loads((out / name / "summary.json").read_text(encoding="utf-8"))
        assert summary["ended"] == "complete"
        assert (out / name / "report.html").exists()
    assert index["nobody"]["trouble"].startswith("Nobody was seen")
    assert not list(out.rglob(".partial")) + list(out.rglob(".lock"))
    one = posecheck("analyze", clips / "bent.mp4", "-o", "one", "--from", "0.2", cwd=tmp_path)
    assert one.returncode == 0, one.stderr  # the worker had seen eight clips before it came to this one
    assert rows(out / "bent_2" / "measures.csv") == rows(tmp_path / "one" / "measures.csv")

    again = posecheck(*command, cwd=tmp_path)
    assert again.returncode == 1  # four clips still cannot be analysed
    assert "0 analysed, 5 done before, 4 failed" in again.stdout
    assert "--retry-failed" in again.stderr
    happened = events(out)
    assert all(happened[name] == ["begin", "done"] for name in good)
    assert all(seen.count("begin") == 1 for seen in happened.values())


def test_interrupted_and_killed_it_goes_on(tmp_path: Path) -> None:
    """Ctrl-C, then SIGKILL of the parent, then to the end: nothing finished is lost or done again, no worker stays."""
    clips, out = tiny_clips(tmp_path / "clips", frames=24), tmp_path / "out"
    command = ("analyze", clips, "-o", out, "--jobs")

    def finished() -> int:
        return sum("done" in seen for seen in events(out).values())

    with begun(*command, 1, cwd=tmp_path) as process:
        until(lambda: finished() >= 1, "a finished clip")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=WAIT_S)[1]
        assert process.returncode == 130
        assert "Give the same command again" in said
        assert (out / "index.html").exists()
    kept = {name for name, seen in events(out).items() if "done" in seen}
    assert 1 <= len(kept) < len(GOOD)
    with begun(*command, 2, cwd=tmp_path) as process:
        until(lambda: bool(workers(out)) and finished() > len(kept), "another finished clip")
        at_it = workers(out)
        process.kill()
        process.wait()
    until(lambda: not any(map(lives, at_it)), "the workers to go with their parent")
    last = posecheck(*command, 1, cwd=tmp_path)
    assert last.returncode == 1
    happened = events(out)
    assert all(happened[Path(name).with_suffix("").as_posix()].count("done") == 1 for name in GOOD)
    assert kept <= {name for name, seen in happened.items() if seen == ["begin", "done"] or seen[-1] == "done"}
    assert not list(out.rglob(".partial")) + list(out.rglob(".lock"))


def test_a_killed_worker_is_replaced_and_two_calls_share_the_work(clips: Path, tmp_path: Path) -> None:
    """Two processes on one folder never do the same clip; a worker that dies costs nothing but another try."""
    out = tmp_path / "out"
    command = ("analyze", clips / "*bent.mp4", clips / "long_back.mp4", clips / "nobody.mp4", "-o", out, "--jobs", "1")
    with begun(*command, cwd=tmp_path) as one, begun(*command, cwd=tmp_path) as other:
        until(lambda: bool(at_work(out)), "the first clip")
        os.kill(min(at_work(out)), signal.SIGKILL)  # it is still loading the model
        ended = [process.communicate(timeout=WAIT_S) for process in (one, other)]
        assert [one.returncode, other.returncode] == [0, 0], ended
    happened = events(out)
    assert len(happened) == 3
    assert all(seen.count("done") == 1 for seen in happened.values()), happened
    assert sum(seen.count("begin") for seen in happened.values()) > 3


def test_a_full_disk_costs_only_what_did_not_fit(clips: Path, tmp_path: Path) -> None:
    """What cannot be written is told and done when there is room; the others stand; a bad clip is tried when asked."""

    def little_room() -> None:  # enough for the report of an empty room, too little for the recording of a person
        resource.setrlimit(resource.RLIMIT_FSIZE, (160_000, 160_000))

    bent = media.encode(tmp_path / "bent.mp4", media.sample_frames("standing_fold_rounded", count=45))
    three = ("analyze", bent, clips / "nobody.mp4", clips / "text.mp4", "-o", "out", "--jobs", "1")
    full = posecheck(*three, cwd=tmp_path, preexec_fn=little_room)
    refused(full, 1, r"2 of 3 clips could not be analysed")
    failures = {Path(row["clip"]).name: row for row in rows(tmp_path / "out" / "failures.csv")}
    assert {name: row["what"] for name, row in failures.items()} == {"bent.mp4": "output", "text.mp4": "clip"}
    assert "Free some space" in failures["bent.mp4"]["message"]
    index = {row["clip"]: row["status"] for row in rows(tmp_path / "out" / "index.csv")}
    assert index == {"nobody.mp4": "done", "text.mp4": "failed"}
    assert (tmp_path / "out" / "bent" / ".partial").exists()
    again = posecheck(*three, "--retry-failed", cwd=tmp_path)
    assert "1 analysed, 1 done before, 1 failed" in again.stdout
    happened = events(tmp_path / "out")
    assert (happened["nobody"], happened["text"]) == (["begin", "done"], ["begin", "failed"] * 2)
    assert [Path(row["clip"]).name for row in rows(tmp_path / "out" / "failures.csv")] == ["text.mp4"]


def test_mistakes_in_a_list_are_told_before_anything_begins(tmp_path: Path) -> None:
    """All of them, with exit code 2 and no output folder; numbers and profiles too."""
    path = tmp_path / "list.csv"
    path.write_text("clip,side\na.mp4,up\nb.mp4,down\n", encoding="utf-8")
    done = posecheck("analyze", path, "-o", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if line.startswith("posecheck: list.csv, line ")]) == 2
    path.write_text("clip,profile\na.mp4,nobody.toml\n", encoding="utf-8")
    refused(posecheck("analyze", path, "-o", "out", cwd=tmp_path), 2, r"profile .*nobody\.toml: Cannot read")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        (("--jobs", "2", "--history"), "one session at a time"),
        (("--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"), "cluster's workers decide"),
    ],
)
def test_choices_that_contradict_are_refused(tmp_path: Path, words: tuple[str, ...], pattern: str) -> None:
    """They are a wrong use: nothing is begun."""
    (tmp_path / "a.mp4").touch()
    refused(posecheck("analyze", "a.mp4", "-o", "out", *words, cwd=tmp_path), 2, pattern)
