"""`posecheck analyze` of many clips: real processes, real kills, and nothing lost or done twice."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from posecheck.batch import lock, state
from tests.batch.clips import BROKEN, GOOD, tiny_clips
from tests.journeys import media
from tests.journeys.command import posecheck, process, refused, started, wait_while_running
from tests.journeys.test_analyze import ROUNDED, rows
from tests.waiting import GIVE_UP_S, wait_until

#: The clip that nobody comes to the end of; by its name it is neither the first nor the last.
ENDLESS = "endless.mp4"


def events(out: Path) -> dict[str, list[str]]:
    """What happened in each result folder, by its place below `out`."""
    return {path.parent.relative_to(out).as_posix(): state.attempts(path.parent) for path in out.rglob(state.ATTEMPTS)}


def at_work(folder: Path) -> int | None:
    """The process that is at the clip whose results go to `folder`; None while there is none."""
    with contextlib.suppress(OSError, ValueError):
        pid = int(json.loads((folder / lock.LOCK).read_text(encoding="utf-8"))["pid"])
        if state.attempts(folder)[-1:] == ["begin"]:
            return pid
    return None


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
    first = process(*command, cwd=tmp_path)
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

    again = posecheck(*command, cwd=tmp_path)  # needs no worker, so it may run here
    assert again.returncode == 1  # four clips still cannot be analysed
    assert "0 analysed, 5 done before, 4 failed" in again.stdout
    assert "--retry-failed" in again.stderr
    happened = events(out)
    assert all(happened[name] == ["begin", "done"] for name in good)
    assert all(seen.count("begin") == 1 for seen in happened.values())


@pytest.fixture
def with_endless(clips: Path, tmp_path: Path) -> Path:
    """A copy of the clips with one more that takes over a minute: until it is cut short somebody is at it."""
    folder = shutil.copytree(clips, tmp_path / "clips")
    media.endless(folder / ENDLESS, ROUNDED)
    return folder


def cut_short(folder: Path) -> None:
    """Put a short clip in the place of the endless one. Whoever is at it goes on with the one it opened."""
    shutil.copy(folder / "bent.mp4", folder / "new")
    (folder / "new").replace(folder / ENDLESS)


def test_interrupted_and_killed_it_goes_on(with_endless: Path, tmp_path: Path) -> None:
    """Ctrl-C, then SIGKILL of the parent, then to the end: nothing finished is lost or done again, no worker stays."""
    out = tmp_path / "out"
    endless = (out / ENDLESS).with_suffix("")
    command = ("analyze", with_endless, "-o", out, "--jobs")

    def finished() -> set[str]:
        return {name for name, seen in events(out).items() if "done" in seen}

    with started(*command, 1, cwd=tmp_path) as running:
        wait_while_running(running, finished, "a finished clip")
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=GIVE_UP_S)[1]
    assert running.returncode == 130
    assert "Give the same command again" in said
    assert (out / "index.html").exists()
    kept = finished()
    assert kept
    assert endless.name not in kept
    with started(*command, 2, cwd=tmp_path) as running:
        wait_while_running(running, lambda: at_work(endless) is not None and finished() > kept, "another finished clip")
        worker = at_work(endless)
        assert worker is not None
        running.kill()
        running.communicate(timeout=GIVE_UP_S)
    wait_until(lambda: not lives(worker), "the worker to go with its parent")
    assert (endless / ".partial").exists()
    cut_short(with_endless)
    last = process(*command, 1, cwd=tmp_path)
    assert last.returncode == 1, last.stderr  # four clips cannot be analysed
    happened = events(out)
    good = {Path(name).with_suffix("").as_posix() for name in (*GOOD, ENDLESS)}
    assert {name for name, seen in happened.items() if seen.count("done") == 1} == good
    assert all(happened[name] == ["begin", "done"] for name in kept)
    assert happened[endless.name].count("begin") >= 2
    assert not list(out.rglob(".partial")) + list(out.rglob(".lock"))


def test_a_killed_worker_is_replaced_and_two_calls_share_the_work(with_endless: Path, tmp_path: Path) -> None:
    """Two processes on one folder never do the same clip; a worker that dies costs nothing but another try."""
    out = tmp_path / "out"
    endless = (out / ENDLESS).with_suffix("")
    clips = (with_endless / ENDLESS, with_endless / "long_back.mp4", with_endless / "nobody.mp4")
    command = ("analyze", *clips, "-o", out, "--jobs", "1")
    with started(*command, cwd=tmp_path) as one, started(*command, cwd=tmp_path) as other:
        wait_while_running(one, lambda: at_work(endless) is not None, "a worker at the endless clip")
        worker = at_work(endless)
        assert worker is not None
        cut_short(with_endless)
        os.kill(worker, signal.SIGKILL)
        ended = [running.communicate(timeout=GIVE_UP_S) for running in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0], ended
    happened = events(out)
    assert len(happened) == 3
    assert all(seen.count("done") == 1 for seen in happened.values()), happened
    assert happened[endless.name].count("begin") == 2
    assert sum(seen.count("begin") for seen in happened.values()) == 4


def test_a_full_disk_costs_only_what_did_not_fit(clips: Path, tmp_path: Path) -> None:
    """What cannot be written is told and done when there is room; the others stand; a bad clip is tried when asked."""
    bent = media.encode(tmp_path / "bent.mp4", media.sample_frames("standing_fold_rounded", count=45))
    three = ("analyze", bent, clips / "nobody.mp4", clips / "text.mp4", "-o", "out", "--jobs", "1")
    full = process(
        *three, cwd=tmp_path, most_bytes=160_000
    )  # room for the report of an empty room, not for a person's recording
    refused(full, 1, r"2 of 3 clips could not be analysed")
    failures = {Path(row["clip"]).name: row for row in rows(tmp_path / "out" / "failures.csv")}
    assert {name: row["what"] for name, row in failures.items()} == {"bent.mp4": "output", "text.mp4": "clip"}
    assert "Free some space" in failures["bent.mp4"]["message"]
    index = {row["clip"]: row["status"] for row in rows(tmp_path / "out" / "index.csv")}
    assert index == {"nobody.mp4": "done", "text.mp4": "failed"}
    assert (tmp_path / "out" / "bent" / ".partial").exists()
    again = process(*three, "--retry-failed", cwd=tmp_path)
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
