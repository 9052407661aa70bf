"""The `posecheck` command: inside this process, or in one of its own where the process is what a test is about.

posecheck(...)    in this process: no new Python, no library loaded anew
process(...)      a real process, to its end
started(...)      a real process while it runs, to send it signals and read what it prints
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from posecheck.cli import main
from posecheck.cli.common import EXIT_INTERRUPTED
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
#: How wide what is printed is where there is no terminal.
COLUMNS = "100"
Finished = subprocess.CompletedProcess[str]


def posecheck(*words: object, cwd: Path, typed: str = "") -> Finished:
    """Run the command in this process as it runs in one of its own, and give what it printed and its exit code.

    It has the arguments, the working folder, the three descriptors and the `__main__` of a process of its own, and
    warnings are errors. What it finds here, it finds again afterwards, whatever it did. `typed` is what is on its
    standard input, empty for nobody there. Ctrl-C while it runs is meant for the tests and ends them.
    """
    argv = ["posecheck", *map(str, words)]
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    root = logging.getLogger()
    listening, level = list(root.handlers), root.level
    with (
        tempfile.TemporaryFile() as keyboard,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
    ):
        keyboard.write(typed.encode())
        keyboard.seek(0)
        patch.chdir(cwd)
        patch.setenv("COLUMNS", COLUMNS)
        patch.setattr(sys, "argv", argv)
        # Of the command's name and of the workers it starts `__main__` decides; this one is not the tests' own.
        patch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
        warnings.simplefilter("error")
        environment = dict(os.environ)
        try:
            with _descriptors(keyboard, out, err):
                code = _exit_code()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            root.handlers[:], root.level = listening, level
            for name in os.environ.keys() - environment.keys():
                del os.environ[name]
            os.environ.update(environment)
        if code == EXIT_INTERRUPTED:  # no test interrupts its own process: somebody pressed Ctrl-C
            raise KeyboardInterrupt
        return Finished(argv, code, _text(out), _text(err))


def _exit_code() -> int:
    """Run it, and turn its end into a code as the interpreter does."""
    try:
        main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)  # noqa: T201  as the interpreter does
        return 1
    return 0


@contextlib.contextmanager
def _descriptors(*files: IO[bytes]) -> Iterator[None]:
    """Let the descriptors 0 to 2, and Python's three streams, be these files while inside: native libraries too."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    before = [os.dup(number) for number in range(3)]
    try:
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        with (
            open(0, encoding="utf-8", closefd=False) as sys.stdin,
            open(1, "w", encoding="utf-8", closefd=False) as sys.stdout,
            open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False) as sys.stderr,
        ):
            yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        for number, was in enumerate(before):
            os.dup2(was, number)
            os.close(was)


def _text(file: IO[bytes]) -> str:
    """What was written, with the ends of lines that `subprocess` gives it."""
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n").replace("\r", "\n")


# --------------------------------------------------------------------------------------------------- real processes
def environment() -> dict[str, str]:
    """That of a process that finds this checkout from any folder, prints line by line, and takes warnings for errors."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "error", "PYTHONUNBUFFERED": "1", "COLUMNS": COLUMNS}


def process(*words: object, cwd: Path, most_bytes: int | None = None) -> Finished:
    """Run the command in a process of its own, and give what it printed and its exit code.

    With `most_bytes` it can write no file beyond that: what a full disk looks like, without filling one.
    """

    def little_room() -> None:
        if most_bytes is not None:
            import resource  # not on Windows

            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    command = [sys.executable, "-m", "posecheck", *map(str, words)]
    # Python itself writes bytecode cut off at the limit, on which every later command would stumble.
    more = {"PYTHONDONTWRITEBYTECODE": "1"} if most_bytes is not None else {}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment() | more,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=little_room if most_bytes is not None else None,
    )


@contextlib.contextmanager
def started(*words: object, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own while it runs; whatever is left of it at the end is killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "posecheck", *map(str, words)],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def wait_while_running(running: subprocess.Popen[str], state: Callable[[], object], what: str) -> None:
    """Return as soon as `state()` is true. Raises AssertionError, with what it printed, when it ends before."""
    wait_until(lambda: state() or running.poll() is not None, what)
    if not state():
        out, error = running.communicate()
        raise AssertionError(f"it ended before {what}: {out + error}")


def lines_until(running: subprocess.Popen[str], pattern: str) -> list[str]:
    """The lines it prints up to the first one in which `pattern` is found, however long that takes."""
    assert running.stdout is not None
    lines = []
    for line in running.stdout:
        lines.append(line)
        if re.search(pattern, line):
            return lines
    raise AssertionError(f"it ended before it printed {pattern}: {lines[-5:]}")


def refused(done: Finished, code: int, pattern: str) -> None:
    """Check that a run ended with this code and one line that says this, without a traceback."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("posecheck: ")]
    assert len(lines) == 1, done.stderr
    assert re.search(pattern, lines[0]), lines[0]
