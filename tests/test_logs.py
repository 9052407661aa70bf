"""The noise of native libraries goes to the log; what Python says still reaches the user."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from posecheck.logs import MAX_LOG_BYTES

CODE = """
import logging, os, sys
from pathlib import Path
from posecheck.logs import native_noise_to
path = Path(sys.argv[1])
with native_noise_to(path):
    os.write(2, b"noise of a library\\n")
    logging.getLogger("posecheck").warning("a warning")
    print("said to the user", file=sys.stderr)
os.write(2, b"heard again\\n")
print("and again", file=sys.stderr)
"""


def run(log: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Divert the descriptor in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", CODE, str(log)], capture_output=True, text=True, check=True, env=environment or None
    )


def test_native_noise_is_kept_from_the_screen_and_python_is_not(tmp_path: Path) -> None:
    """Descriptor 2 writes to the log while inside, and to the screen again afterwards."""
    log = tmp_path / "posecheck.log"
    assert run(log).stderr == "said to the user\nheard again\nand again\n"
    kept = log.read_text(encoding="utf-8")
    assert "noise of a library" in kept
    assert "a warning" in kept
    assert "said to the user" not in kept


def test_a_log_is_added_to_until_it_is_too_long(tmp_path: Path) -> None:
    """Runs follow each other in the log; a very long one begins anew."""
    log = tmp_path / "posecheck.log"
    run(log)
    run(log)
    assert log.read_text(encoding="utf-8").count("noise of a library") == 2
    log.write_bytes(b"x" * (MAX_LOG_BYTES + 1))
    run(log)
    assert log.stat().st_size < 1000


def test_where_no_log_can_be_written_the_noise_is_heard(tmp_path: Path) -> None:
    """A log that cannot be opened is no reason to stop."""
    assert "noise of a library" in run(tmp_path / "none" / "posecheck.log").stderr


def test_a_closed_home_falls_back_to_the_temporary_folder(tmp_path: Path) -> None:
    """The log has a place even where the usual folder cannot be made."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    code = "from posecheck.logs import log_path; print(log_path())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"XDG_STATE_HOME": str(tmp_path / "file"), "TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert Path(done.stdout.strip()) == tmp_path / "posecheck.log"
