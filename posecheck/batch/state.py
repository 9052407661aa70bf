"""What a result folder says of itself: done with which clip and settings, half done, or in work by whom.

    .done.json       written last and in one piece: the hash of the clip and of all that decided the results
    .partial         stands while the results are not whole; what is beside it is redone
    .lock            stands while somebody is at it: their host, process and when that process began
    .attempts.jsonl  a line for each beginning and end, for those who want to know

A folder counts as done only if `.done.json` fits and every file it names is there in its size.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import posecheck
from posecheck.batch.job import ClipJob, Labels, Report
from posecheck.outputs.base import cannot_write
from posecheck.outputs.summary import write_whole

DONE: Final = ".done.json"
PARTIAL: Final = ".partial"
ATTEMPTS: Final = ".attempts.jsonl"
#: Of the form of `.done.json`: with another one a clip is done again.
_FORM: Final = 1


def clip_sha256(clip: Path) -> str:
    """The hash of a clip's bytes, 64 hex digits. Raises OSError."""
    with clip.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(clip: Path) -> dict[str, int]:
    """Size, time of change and place on the disk of a clip: while all stand, its bytes are taken to stand too.

    The place (inode) shows a file that was put where another was, its time of change kept. Raises OSError.
    """
    status = clip.stat()
    return {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns, "inode": status.st_ino}


def read_done(folder: Path) -> dict[str, Any] | None:
    """What `.done.json` says; None where there is none that can be read."""
    try:
        found = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("form") == _FORM else None


def done_before(job: ClipJob, settings_sha256: str, *, look_inside: bool) -> dict[str, Any] | None:
    """What was done of this job, if it need not be done again; None if it must be.

    The clip is the same if its `stamp` is; else its bytes decide, which are read only if `look_inside`. A clip that
    could not be analysed is done, too, as long as it is the same: trying again would end the same way.
    """
    if job.force:
        return None
    done = read_done(job.folder)
    if done is None or done.get("settings_sha256") != settings_sha256 or (job.folder / PARTIAL).exists():
        return None
    if done.get("failure") and job.retry_failed:
        return None
    try:
        now, before = stamp(job.clip), done["clip"]
        if any((job.folder / name).stat().st_size != size for name, size in done["outputs"].items()):
            return None
        if now["bytes"] != before["bytes"]:
            return None
        if all(now[name] == before.get(name) for name in now):
            return done
        same = look_inside and clip_sha256(job.clip) == before["sha256"]
    except (OSError, KeyError, TypeError, AttributeError):
        return None
    return {**done, "clip": {**before, **now}} if same else None


def write_done(
    job: ClipJob, settings_sha256: str, clip: Mapping[str, Any], outputs: Iterable[Path], report: Report
) -> None:
    """Say that a job is done, or that its clip can never be: the last thing that is written. Raises OutputError."""
    said = {
        "form": _FORM,
        "source": str(job.clip),
        "stretch": job.stretch,
        "clip": dict(clip),
        "settings_sha256": settings_sha256,
        "model_sha256": job.model_sha256,
        "posecheck": posecheck.__version__,
        "labels": asdict(job.labels),
        "failure": {"what": report.what, "message": report.message} if report.message else None,
        "frames": report.frames,
        "video_s": round(report.video_s, 3),
        "work_s": round(report.work_s, 3),
        "cpu_s": round(report.cpu_s, 3),
        "outputs": {path.name: path.stat().st_size for path in outputs if path.exists()},
    }
    write_whole(job.folder / DONE, json.dumps(said, indent=1, ensure_ascii=False) + "\n")
    (job.folder / PARTIAL).unlink(missing_ok=True)


def is_up_to_date(done: Mapping[str, Any], labels: Labels) -> bool:
    """Whether a finished clip is noted with these labels."""
    return bool(done.get("labels") == asdict(labels))


def renew(folder: Path, done: Mapping[str, Any], labels: Labels) -> None:
    """Note a finished clip with these labels, and with its stamp as found in `done`. Raises OutputError."""
    new = {**done, "labels": asdict(labels)}
    if new != read_done(folder):
        write_whole(folder / DONE, json.dumps(new, indent=1, ensure_ascii=False) + "\n")


def begin(folder: Path) -> None:
    """Mark a folder as half done: from here on what lies there counts for nothing. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PARTIAL).touch()
        (folder / DONE).unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None


def note(folder: Path, event: str, worker: str) -> None:
    """Add a line to the attempts; where that cannot be written nobody needs it."""
    line = json.dumps({"event": event, "at_s": round(time.time(), 3), "worker": worker}) + "\n"
    with contextlib.suppress(OSError):
        file = os.open(folder / ATTEMPTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)


def attempts(folder: Path) -> list[str]:
    """The events noted in a folder, oldest first."""
    with contextlib.suppress(OSError):
        lines = (folder / ATTEMPTS).read_text(encoding="utf-8").splitlines()
        return [str(json.loads(line)["event"]) for line in lines]
    return []
