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
from posecheck.batch.before import seen_before
from posecheck.batch.job import ClipJob, Labels, Report, Status
from posecheck.pipeline.output_options import OutputOptions
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
    assert is_done(replace(job, labels=Labels("Ann", "left"), token="word"))


@pytest.mark.parametrize(
    "changed",
    [
        lambda job: replace(job, wanted=OutputOptions(smooth=True)),
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


def test_another_file_in_its_place_is_looked_into(job: ClipJob) -> None:
    """A file of the same size and time of change that was moved there is not taken for the clip unseen."""
    was = job.clip.stat()
    other = job.clip.with_name("other.mp4")
    other.write_bytes(b"Pictures")
    os.utime(other, ns=(was.st_atime_ns, was.st_mtime_ns))
    other.replace(job.clip)
    assert job.clip.stat().st_mtime_ns == was.st_mtime_ns
    assert not is_done(job)
    assert seen_before(job) is None


def test_a_clip_that_was_looked_into_is_known_the_next_time(job: ClipJob) -> None:
    """What a worker found out by reading the clip is noted, so that the next call need not read it again."""
    os.utime(job.clip, (1, 1))
    assert seen_before(job) is None
    done = state.done_before(job, job.settings_sha256(), look_inside=True)
    assert done is not None
    state.renew(job.folder, done, job.labels)
    report = seen_before(job)
    assert report is not None
    assert (report.status, report.before) == (Status.SKIPPED, True)


def test_a_failed_clip_is_tried_again_when_it_changed_or_when_asked(job: ClipJob) -> None:
    """As long as it is the same clip its failure stands; another content or `retry_failed` makes it worth a try."""
    read = {**state.stamp(job.clip), "sha256": state.clip_sha256(job.clip)}
    bad = Report(job.clip, job.folder, Status.FAILED, "clip", "a.mp4 is no video.")
    state.write_done(job, job.settings_sha256(), read, [], bad)
    report = seen_before(job)
    assert report is not None
    assert (report.status, report.what, report.message) == (Status.FAILED, "clip", "a.mp4 is no video.")
    assert seen_before(replace(job, retry_failed=True)) is None
    assert not is_done(replace(job, retry_failed=True))
    job.clip.write_bytes(b"pictures again")
    assert seen_before(job) is None
    assert not is_done(job)


def test_what_was_done_well_is_not_tried_again(job: ClipJob) -> None:
    """`retry_failed` is about failures only; `force` is about everything."""
    assert seen_before(replace(job, retry_failed=True)) is not None
    assert seen_before(replace(job, force=True)) is None
    assert not is_done(replace(job, force=True))


def test_a_glance_leaves_to_a_worker_what_it_cannot_settle(job: ClipJob) -> None:
    """Other labels must be written, and a clip that somebody is at may yet become something else."""
    assert seen_before(replace(job, labels=Labels("Ann"))) is None
    with lock.locked(job.folder):
        assert seen_before(job) is None
    assert seen_before(job) is not None


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
