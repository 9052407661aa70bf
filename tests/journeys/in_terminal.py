"""The `posecheck` command in a terminal of its own, as a shell starts it: what it shows is waited for, keys are pressed."""

from __future__ import annotations

import codecs
import contextlib
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.journeys.command import environment
from tests.waiting import GIVE_UP_S, wait_until

#: Posecheck as the leader of a session with a terminal, which gives it Ctrl-C and single keys.
_LEADER = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from posecheck.cli import main
sys.exit(main())
"""
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The running command, and all that its terminal has shown, without control sequences."""

    def __init__(self, running: subprocess.Popen[bytes], leader: int) -> None:
        self.running = running
        self._leader = leader
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._shown = self._since = ""
        self._ended = False

    @property
    def shown(self) -> str:
        """Everything since the beginning, every drawing of the panel one after the other."""
        return _CONTROL.sub("", self._shown)

    def wait_for(self, *patterns: str) -> None:
        """Return once each of these was shown since the last key, on one panel or on several."""
        missing = set(patterns)

        def are_shown() -> bool:
            if not self._read():
                return False
            plain = _CONTROL.sub("", self._since)
            missing.difference_update({pattern for pattern in missing if re.search(pattern, plain)})
            assert not (missing and self._ended), f"it ended and never showed {missing}: {self.shown[-2000:]}"
            return not missing

        wait_until(are_shown, f"{patterns} in the terminal")

    def press(self, keys: str) -> None:
        """Press these keys; what was shown before is not waited for any more."""
        self._since = ""
        os.write(self._leader, keys.encode())

    def wait(self) -> int:
        """Its exit code, once it has ended."""

        def has_ended() -> bool:
            self._read()
            return self._ended

        wait_until(has_ended, "the end of the command")
        return self.running.wait(GIVE_UP_S)

    def _read(self) -> bool:
        """Take what has been shown meanwhile; whether there was anything, or the command has ended."""
        before = len(self._shown)
        while not self._ended and select.select([self._leader], [], [], 0.0)[0]:
            try:
                got = os.read(self._leader, 65536)
            except OSError:  # nobody holds the other side any more
                got = b""
            self._ended = not got
            text = self._decoder.decode(got)
            self._shown, self._since = self._shown + text, self._since + text
        return self._ended or len(self._shown) > before


@contextlib.contextmanager
def terminal(*words: object, cwd: Path, columns: int = 110, lines: int = 40) -> Iterator[Terminal]:
    """The command in a terminal of this size; whatever is left of it at the end is killed."""
    leader, follower = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", _LEADER, *map(str, words)],
            cwd=cwd,
            env={**environment(), "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(lines)},
            stdin=follower,
            stdout=follower,
            stderr=follower,
        ) as running:
            os.close(follower)
            try:
                yield Terminal(running, leader)
            finally:
                running.kill()
    finally:
        os.close(leader)
