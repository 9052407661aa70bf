"""`posecheck routine` as people use it: a routine of their own, in another process, to its end or to Ctrl-C."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from posecheck.resources import samples_dir
from tests.journeys.test_analyze import posecheck, refused

CLIP = samples_dir() / "hinge_clean_then_rounded.mp4"
OWN = """
id = "mine"
name = "Mine"
when = "Now."
warm_up = "Walk."

[[items]]
stretch = "standing_posture"
numbers = { hold = { target_s = 2 } }
rest_s = 0

[[items]]
stretch = "hip_hinge_drill"
numbers = { reps = { count = 1 } }
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A routine of one's own, of a user whose data lie in the folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "mine.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def rows(tmp_path: Path) -> list[tuple[object, ...]]:
    """What the history's file holds, in order of time."""
    with closing(sqlite3.connect(tmp_path / "data" / "posecheck" / "history.sqlite3")) as db:
        query = "SELECT stretch, side, routine, source_kind, held_s, reps_whole FROM done ORDER BY id"
        return db.execute(query).fetchall()


def test_a_whole_routine_is_done_and_kept(own: Path, tmp_path: Path) -> None:
    """A hold of two seconds, then one repetition: announced, counted, a card at the end, a row each, exit code 0."""
    done = posecheck("routine", own, "--terminal", "--source", CLIP, "--history", "--lang", "de", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Übung 1 von 2" in done.stdout
    assert "Als Nächstes: " in done.stdout
    assert "Das ganze Programm ist geschafft." in done.stdout
    posture, drill = rows(tmp_path)
    assert posture[:4] == ("standing_posture", "", "mine", "video")
    assert posture[4] == pytest.approx(2.0, abs=0.2)
    assert drill[:4] == ("hip_hinge_drill", "", "mine", "video")
    assert drill[5] == 1.0


def test_ctrl_c_keeps_what_was_done(own: Path, tmp_path: Path) -> None:
    """Interrupted in the first stretch: exit code 130, the card says what is missing, and what was begun is a row."""
    words = ("routine", own, "--terminal", "--source", CLIP, "--history", "--set", "history.least_s=0")
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "posecheck", *map(str, words)],
        cwd=tmp_path,
        env=environment | {"LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if re.search(r"\b1\.\d s ", line):
                break
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    assert process.returncode == 130
    assert "0 of 2 are done." in said
    assert "not finished" in said
    assert "not begun" in said
    assert [row[:3] for row in rows(tmp_path)] == [("standing_posture", "", "mine")]


#: Posecheck as the leader of a terminal of its own, as a shell would start it.
IN_A_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from posecheck.cli import main
sys.exit(main())
"""


def test_keys_pause_go_on_leave_out_and_end(own: Path, tmp_path: Path) -> None:
    """P holds the routine and p goes on; space leaves out the first stretch; q ends it like Ctrl-C."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    environment |= {"COLUMNS": "110", "LINES": "40", "PYTHONPATH": str(Path(__file__).parents[2])}
    words = ("routine", str(own), "--terminal", "--source", str(CLIP), "--set", "hold.target_s=30")
    # What is waited for, and the key that is pressed then.
    steps = iter(
        [("space: go on", b"p"), ("Paused", b"p"), ("stretch 1 of 2", b" "), ("", b" "), ("stretch 2 of 2", b"q")]
    )
    wanted, key = next(steps)
    shown = since = ""
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, *words],
        cwd=tmp_path,
        env=environment,
        stdin=follower,
        stdout=follower,
        stderr=follower,
    ) as running:
        os.close(follower)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                got = (
                    os.read(leader, 65536).decode("utf-8", "replace") if select.select([leader], [], [], 0.5)[0] else ""
                )
            except OSError:
                break
            shown, since = shown + got, since + got
            if key and wanted in since:
                os.write(leader, key)
                since = ""
                wanted, key = next(steps, ("", b""))
        running.wait(timeout=30)
    os.close(leader)
    assert running.returncode == 130, shown[-2000:]
    assert not key, f"never shown: {wanted}"
    assert "Traceback" not in shown
    assert "↷" in shown
    assert "not begun" in shown
    assert "0 of 2 are done." in shown


@pytest.mark.parametrize(
    ("words", "code", "pattern"),
    [
        (["daily"], 2, "posecheck routine daily --terminal"),
        (["daly", "--terminal"], 2, r'Did you mean "daily"\?'),
        (["daily", "--terminal", "--camera", "0", "--source", "x.mp4"], 2, "exclude each other"),
        (["daily", "--terminal", "--set", "reps.cont=3"], 2, r'Did you mean "reps.count"\?'),
        (["none.toml", "--terminal"], 2, "none.toml"),
    ],
    ids=["no page yet", "unknown", "two sources", "unknown number", "no file"],
)
def test_what_cannot_be_done_is_told_in_one_line(words: list[str], code: int, pattern: str, tmp_path: Path) -> None:
    """Wrong use, told before any camera opens."""
    refused(posecheck("routine", *words, cwd=tmp_path), code, pattern)
