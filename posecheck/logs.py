"""Where the log is, and how the noise of native libraries gets into it instead of onto the screen.

MediaPipe and FFmpeg write to file descriptor 2 from C++, where no setting reaches them. The entry point (and only
the entry point) points the descriptor at the log file while a command runs; Python's own `sys.stderr` keeps the screen.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MAX_LOG_BYTES: Final = 1_000_000
"""Beyond this the log begins anew: it is for finding the last mistake, not an archive."""


def log_path() -> Path:
    """The log file's place: the platform's own folder for such files, or the temporary folder where that is closed."""
    home = Path.home()
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "posecheck"
    elif sys.platform == "darwin":
        folder = home / "Library" / "Logs" / "posecheck"
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state") / "posecheck"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "posecheck.log").open("ab"):
            pass
    except OSError:
        folder = Path(tempfile.gettempdir())
    return folder / "posecheck.log"


@contextlib.contextmanager
def native_noise_to(path: Path) -> Iterator[None]:
    """While inside, whatever writes to file descriptor 2 writes to `path`; `sys.stderr` still reaches the user."""
    try:
        mode = "ab" if path.exists() and path.stat().st_size < MAX_LOG_BYTES else "wb"
        log = path.open(mode)
    except OSError:  # nowhere to write: then the noise has to be heard
        yield
        return
    try:
        screen = os.dup(2)
    except OSError:  # there is no descriptor 2 to divert (a windowless start)
        log.close()
        yield
        return
    handler = logging.StreamHandler(io.TextIOWrapper(log, encoding="utf-8", write_through=True))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    before = sys.stderr
    os.dup2(log.fileno(), 2)
    sys.stderr = os.fdopen(os.dup(screen), "w", encoding=before.encoding or "utf-8", errors="replace", buffering=1)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        sys.stderr.flush()
        sys.stderr.close()
        sys.stderr = before
        os.dup2(screen, 2)
        os.close(screen)
        handler.stream.close()
