"""One clip, one worker: a lock file that outlives nobody.

The file says who is at it. It counts no more when that process is gone (on this machine), or when nobody has touched
it for a while (on another machine, whose processes cannot be seen from here).

Not the library `filelock`: it relies on locks of the system, which file servers shared by machines may not keep, and
cannot say who holds one, nor take over from a machine that is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from posecheck.outputs.base import cannot_write

LOCK: Final = ".lock"
#: A living worker touches its lock so often ...
BEAT_S: Final = 10.0
#: ... and one of another machine that was not touched for so long is taken over. Long enough for a slow file server.
STALE_S: Final = 180.0


def who() -> dict[str, Any]:
    """The running process, told apart from a later one of the same number."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "began": _began(os.getpid())}


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder while inside; gives False, and holds nothing, where somebody living is at it.

    Raises OutputError when no lock can be written.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = _made(path) or (_is_stale(path) and _taken_over(path))
    except OSError as error:
        raise cannot_write(path, error) from None
    if not held:
        yield False
        return
    ended = threading.Event()
    beat = threading.Thread(target=_keep_touching, args=(path, ended), daemon=True, name="lock")
    beat.start()
    try:
        yield True
    finally:
        ended.set()
        beat.join()
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def is_locked(folder: Path) -> bool:
    """Whether somebody living is at it."""
    path = folder / LOCK
    return path.exists() and not _is_stale(path)


def _made(path: Path) -> bool:
    """Make the lock, whole from its first moment: written beside it, then linked to its name, which must be free."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".lock.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(who(), file)
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a disk without links
            return _made_without_links(path)
        return True
    finally:
        Path(temporary).unlink(missing_ok=True)


def _made_without_links(path: Path) -> bool:
    try:
        with path.open("x", encoding="utf-8") as file:
            json.dump(who(), file)
    except FileExistsError:
        return False
    return True


def _is_stale(path: Path) -> bool:
    """Whether its owner is gone. A lock that cannot be read is judged by its age."""
    try:
        age_s = _now_s(path.parent) - path.stat().st_mtime
        try:
            owner = json.loads(path.read_text(encoding="utf-8"))
            host, pid, began = owner["host"], int(owner["pid"]), owner["began"]
        except (ValueError, KeyError, TypeError):
            return age_s > STALE_S
    except FileNotFoundError:
        return False  # it was let go just now: whoever asks again will get it
    if host != socket.gethostname() or os.name == "nt":  # Windows says nothing of a process without ending it
        return age_s > STALE_S
    return not _lives(pid) or _began(pid) != began


def _taken_over(path: Path) -> bool:
    """Put our lock in the place of a stale one. Of several that try at once only one does."""
    with _alone(path.parent):
        if not _is_stale(path):  # somebody was quicker
            return False
        path.unlink(missing_ok=True)
        return _made(path)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Alone among the processes of this machine while inside, where the system can do that for a folder."""
    try:
        import fcntl  # noqa: PLC0415  not on Windows
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file server that knows no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _now_s(folder: Path) -> float:
    """The time as the clock of the disk says it: that of a file server may differ from ours."""
    handle, probe = tempfile.mkstemp(dir=folder, prefix=".clock.")
    try:
        return os.fstat(handle).st_mtime
    finally:
        os.close(handle)
        Path(probe).unlink(missing_ok=True)


def _keep_touching(path: Path, ended: threading.Event) -> None:
    while not ended.wait(BEAT_S):
        with contextlib.suppress(OSError):
            os.utime(path)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _began(pid: int) -> str:
    """When a process began, in the system's own ticks; empty where the system does not tell."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if after_name[0] in "ZX" else after_name[19]
