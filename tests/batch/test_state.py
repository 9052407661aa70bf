"""What is done is known to be done, and nobody is at the same clip twice."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from posecheck.batch import lock, state
from posecheck.batch.job import ClipJob, Labels, Report, Status
from posecheck.wanted import Wanted
from tests.batch.clips import job_of


@pytest.fixture
def job(tmp_path: Path) -> ClipJob:
    """A job that is done, with one result."""
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"pictures")
    job = job_of(clip, tmp_path / "out" / "a")
    state.begin(job.folder)
    result = job.folder / "measures.csv"
    result.write_text("t_s\n", encoding="utf-8")
    read = {**state.stamp(clip), "sha256": state.clip_sha256(clip)}
    state.write_done(job, job.settings_sha256(), read, [result], Report(clip, job.folder, Status.DONE))
    return job


def is_done(job: ClipJob, *, look_inside: bool = True) -> bool:
    """Whether it need not be done again."""
    return state.done_before(job, job.settings_sha256(), look_inside=look_inside) is not None


def test_what_is_done_is_not_done_again(job: ClipJob) -> None:
    """The same clip and settings; what the list says of it for people has no say."""
    assert is_done(job, look_inside=False)
    assert is_done(replace(job, labels=Labels("Ann", "left"), force=True, token="word"))


@pytest.mark.parametrize(
    "changed",
    [
        lambda job: replace(job, wanted=Wanted(smooth=True)),
        lambda job: replace(job, from_s=1.0),
        lambda job: replace(job, video="webm"),
        lambda job: replace(job, stretch="hip_hinge_drill"),
        lambda job: replace(job, model_sha256="1" * 64),
        lambda job: replace(job, numbers=((job.numbers[0][0], job.numbers[0][1] + 1, "--set"), *job.numbers[1:])),
    ],
    ids=["wanted", "part", "video", "stretch", "model", "number"],
)
def test_other_settings_are_done_anew(job: ClipJob, changed: Callable[[ClipJob], ClipJob]) -> None:
    """Whatever decides a result makes it another one."""
    assert not is_done(changed(job))


def test_a_touched_clip_is_looked_into(job: ClipJob) -> None:
    """Another time of change with the same bytes is the same clip; one other byte is another clip."""
    os.utime(job.clip, (1, 1))
    assert not is_done(job, look_inside=False)
    assert is_done(job)
    job.clip.write_bytes(b"Pictures")
    assert not is_done(job)


@pytest.mark.parametrize("harm", ["missing", "shorter", "partial", "cut"])
def test_harmed_results_are_done_anew(job: ClipJob, harm: str) -> None:
    """A result that is gone or not whole, a mark of somebody's half-done work, a damaged note: none counts as done."""
    if harm == "missing":
        (job.folder / "measures.csv").unlink()
    elif harm == "shorter":
        (job.folder / "measures.csv").write_text("t", encoding="utf-8")
    elif harm == "partial":
        (job.folder / state.PARTIAL).touch()
    else:
        note = job.folder / state.DONE
        note.write_text(note.read_text(encoding="utf-8")[:40], encoding="utf-8")
    assert not is_done(job)


def test_a_job_travels(job: ClipJob) -> None:
    """It arrives in another process as it was, and means the same there."""
    arrived = pickle.loads(pickle.dumps(job))
    assert arrived == job
    assert arrived.settings_sha256() == job.settings_sha256()
    assert dict(arrived.profile) == dict(job.profile)


# ------------------------------------------------------------------------------------------------------------ locks
def test_only_one_holds_a_lock(tmp_path: Path) -> None:
    """While somebody living holds it nobody else gets it; afterwards it is free."""
    with lock.locked(tmp_path) as first, lock.locked(tmp_path) as second:
        assert (first, second) == (True, False)
        assert lock.is_locked(tmp_path)
    assert not lock.is_locked(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_lock_of_a_dead_process_is_taken_over_by_one(tmp_path: Path) -> None:
    """Of many that find it at once exactly one gets it."""
    code = f"from pathlib import Path; from posecheck.batch.lock import locked; import os\nwith locked(Path({str(tmp_path)!r})): os._exit(0)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])
    assert (tmp_path / lock.LOCK).exists()
    assert not lock.is_locked(tmp_path)
    got: list[bool] = []
    together = threading.Barrier(8)

    def grab() -> None:
        together.wait()
        with lock.locked(tmp_path) as held:
            got.append(held)
            together.wait()

    threads = [threading.Thread(target=grab) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]


@pytest.mark.parametrize(("change", "held"), [({"began": "1"}, False), ({"host": "elsewhere"}, True), ({}, True)])
def test_whose_lock_it_is(tmp_path: Path, change: dict[str, str], held: bool) -> None:
    """A later process of the same number is another one; one on another machine is believed while it is fresh."""
    (tmp_path / lock.LOCK).write_text(json.dumps(lock.who() | change), encoding="utf-8")
    assert lock.is_locked(tmp_path) is held


def test_a_lock_of_another_machine_lapses(tmp_path: Path) -> None:
    """When nobody has touched it for a while its owner is taken to be gone."""
    path = tmp_path / lock.LOCK
    path.write_text(json.dumps(lock.who() | {"host": "elsewhere"}), encoding="utf-8")
    fresh_s = path.stat().st_mtime
    os.utime(path, (fresh_s, fresh_s - lock.STALE_S - 1))
    with lock.locked(tmp_path) as held:
        assert held
