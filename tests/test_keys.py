"""Keys pressed in a terminal are told one by one, and the terminal is left as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import GIVE_UP_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of Unix")

ASK = f"""
import time
from posecheck.cli.keys import nothing, pressed
with pressed() as key:
    print("none" if key is nothing else "ready", flush=True)
    got, give_up_at_s = "", time.monotonic() + {GIVE_UP_S}
    while key is not nothing and not got.endswith("q") and time.monotonic() < give_up_at_s:
        got += key()
        time.sleep(0.01)
    print(got, flush=True)
"""
ROOT = Path(__file__).parents[1]


def test_keys_come_without_enter_and_the_terminal_is_restored() -> None:
    """Space, p and q arrive in order though nobody pressed Enter; afterwards lines and echo are as before."""
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import fcntl, os, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n{ASK}",
        ],
        stdin=slave,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            os.write(master, b" pq")
            assert process.stdout.readline() == " pq\n"
        except BaseException:
            process.kill()
            raise
    assert process.returncode == 0
    assert termios.tcgetattr(slave) == before
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("stdin", [subprocess.DEVNULL, subprocess.PIPE], ids=["nothing", "a pipe"])
def test_no_terminal_no_keys(stdin: int) -> None:
    """A pipe that holds a q is not read."""
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        stdin=stdin if stdin == subprocess.DEVNULL else None,
        input="q" if stdin == subprocess.PIPE else None,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout == "none\n\n"
