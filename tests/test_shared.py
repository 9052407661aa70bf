"""What tests share is made once, and nobody waits for one that failed or died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared import made_once

ROOT = Path(__file__).resolve().parents[1]
together = pytest.mark.skipif(sys.platform == "win32", reason="on Windows each worker makes its own")
#: A worker of its own: waits for a word on its input inside the lock, then does what it is told to.
WORKER = """
import os, sys
from pathlib import Path
import pytest
from tests.shared import made_once

def make(folder):
    (folder / "half").touch()
    print("making", flush=True)
    word = sys.stdin.readline().strip()
    if word == "fail":
        raise ValueError("no more paper")
    (folder / "whole").write_text(word)

class Factory:
    def getbasetemp(self):
        return Path(sys.argv[1])

try:
    print((made_once(Factory(), "thing", make) / "whole").read_text(), flush=True)
except BaseException as wrong:
    print(type(wrong).__name__, "no more paper" in str(wrong), flush=True)
"""


class Workers:
    """Two workers of one run that want the same."""

    def __init__(self, base: Path) -> None:
        self.one = self._begun(base / "gw0")
        first_word = self.said(self.one)
        self.other = self._begun(base / "gw1")
        if first_word != "making":
            self.end()
            pytest.fail(f"the first worker said {first_word!r}")

    @staticmethod
    def _begun(own: Path) -> subprocess.Popen[str]:
        own.mkdir()
        return subprocess.Popen(
            [sys.executable, "-c", WORKER, str(own)],
            cwd=ROOT,
            env={**os.environ, "PYTEST_XDIST_WORKER": own.name, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def send(worker: subprocess.Popen[str], word: str) -> None:
        """Give a worker the word it waits for."""
        assert worker.stdin is not None
        worker.stdin.write(f"{word}\n")
        worker.stdin.flush()

    @staticmethod
    def said(worker: subprocess.Popen[str]) -> str:
        """The next line of a worker."""
        assert worker.stdout is not None
        return worker.stdout.readline().strip()

    def end(self) -> None:
        """End both."""
        for worker in (self.one, self.other):
            worker.kill()
            worker.communicate()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    """Two workers, the first of which is at it."""
    two = Workers(tmp_path)
    yield two
    two.end()


@together
def test_the_second_waits_and_gets_what_the_first_has_made(workers: Workers) -> None:
    """Made once, with what the first was told."""
    workers.send(workers.other, "other")
    workers.send(workers.one, "one")
    assert [workers.said(workers.one), workers.said(workers.other)] == ["one", "one"]


@together
def test_what_fails_is_told_to_both(workers: Workers) -> None:
    """The first raises its own mistake, the second fails with its words."""
    workers.send(workers.one, "fail")
    assert [workers.said(workers.one), workers.said(workers.other)] == ["ValueError True", "Failed True"]


@together
def test_one_that_dies_leaves_it_to_the_next(workers: Workers) -> None:
    """Killed in the middle: the next one begins anew in an empty folder."""
    workers.one.send_signal(signal.SIGKILL)
    assert workers.said(workers.other) == "making"
    workers.send(workers.other, "other")
    assert workers.said(workers.other) == "other"


def test_alone_it_lies_in_the_own_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Asked twice in one process it is made once."""
    made: list[Path] = []
    first = made_once(tmp_path_factory, "alone", made.append)
    assert [made_once(tmp_path_factory, "alone", made.append), *made] == [first, first]


def test_commands_share_what_they_have_compiled() -> None:
    """What one command has compiled lies there for the next, whatever the environment says of bytecode."""
    code = "import posecheck.errors; print(posecheck.errors.__cached__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).is_file()
