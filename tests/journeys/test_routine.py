"""`posecheck routine` as people use it: a routine of their own, to its end, to Ctrl-C, or led by keys in a terminal."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from posecheck.history.store import history_path
from posecheck.resources import samples_dir
from tests.journeys import media
from tests.journeys.command import lines_until, posecheck, refused, started
from tests.journeys.in_terminal import terminal
from tests.waiting import GIVE_UP_S

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


#: The first one is watched, the second only timed: it does not begin before somebody says so or two minutes have passed.
TIMED = """
id = "timed"
name = "Timed"
when = "Now."
warm_up = "Walk."

[[items]]
stretch = "standing_posture"

[[items]]
stretch = "foam_roll"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A routine of one's own."""
    path = tmp_path / "mine.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def rows() -> list[tuple[object, ...]]:
    """What the user's history holds, in order of time."""
    with closing(sqlite3.connect(history_path())) as db:
        query = "SELECT stretch, side, routine, source_kind, held_s, reps_whole FROM done ORDER BY id"
        return db.execute(query).fetchall()


def test_a_whole_routine_is_done_and_kept(own: Path, tmp_path: Path) -> None:
    """A hold of two seconds, then one repetition: announced, counted, a card at the end, a row each, exit code 0."""
    words = ("routine", own, "--terminal", "--source", CLIP, "--every-frame", "--history", "--lang", "de")
    done = posecheck(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Übung 1 von 2" in done.stdout
    assert "Als Nächstes: " in done.stdout
    assert "Das ganze Programm ist geschafft." in done.stdout
    posture, drill = rows()
    assert posture[:4] == ("standing_posture", "", "mine", "video")
    assert posture[4] == pytest.approx(2.0, abs=0.2)
    assert drill[:4] == ("hip_hinge_drill", "", "mine", "video")
    assert drill[5] == 1.0


def test_ctrl_c_keeps_what_was_done(own: Path, tmp_path: Path) -> None:
    """Interrupted in the first stretch: exit code 130, the card says what is missing, and what was begun is a row."""
    clip = media.endless(tmp_path / "clip.mp4", CLIP)  # neither it nor the hold can come to an end before Ctrl-C
    numbers = ("--set", "history.least_s=0", "--set", "hold.target_s=30")
    words = ("routine", own, "--terminal", "--source", clip, "--every-frame", "--history", *numbers)
    with started(*words, cwd=tmp_path) as running:
        lines_until(running, r"hold [1-9]\d* of 30 s")
        running.send_signal(signal.SIGINT)
        said, error = running.communicate(timeout=GIVE_UP_S)
    assert running.returncode == 130, said + error
    assert "0 of 2 are done." in said
    assert "not finished" in said
    assert "not begun" in said
    assert [row[:3] for row in rows()] == [("standing_posture", "", "mine")]


def test_keys_pause_go_on_leave_out_and_end(tmp_path: Path) -> None:
    """P holds the routine and p goes on; space leaves out a stretch and begins one; q ends it like Ctrl-C.

    Each key is pressed once it is shown what it is for, and nothing here ends by itself before it is.
    """
    routine = tmp_path / "timed.toml"
    routine.write_text(TIMED, encoding="utf-8")
    clip = media.endless(tmp_path / "clip.mp4", CLIP)
    numbers = ("--set", "hold.target_s=30", "--set", "routine.get_ready_s=120")
    words = ("routine", routine, "--terminal", "--source", clip, "--every-frame", *numbers)
    with terminal(*words, cwd=tmp_path) as shell:
        shell.wait_for("space: go on", "stretch 1 of 2", r"hold [1-9]\d* of 30 s")
        shell.press("p")
        shell.wait_for("Paused")
        shell.press("p")
        shell.wait_for(r"hold [1-9]\d* of 30 s(?! · Paused)")
        shell.press(" ")
        shell.wait_for("stretch 2 of 2", "Get into place")
        shell.press(" ")
        shell.wait_for(r"time [1-9]\d* of 30 s")
        shell.press("q")
        assert shell.wait() == 130
    assert "Traceback" not in shell.shown
    assert "↷" in shell.shown
    assert "not begun" in shell.shown  # the other side
    assert "0 of 2 are done." in shell.shown


@pytest.mark.parametrize(
    ("words", "code", "pattern"),
    [
        (["daily"], 2, "posecheck routine daily --terminal"),
        (["daly", "--terminal"], 2, r'Did you mean "daily"\?'),
        (["daily", "--terminal", "--camera", "0", "--source", "x.mp4"], 2, "exclude each other"),
        (["daily", "--terminal", "--every-frame"], 2, "--every-frame goes with --source"),
        (["daily", "--terminal", "--set", "reps.cont=3"], 2, r'Did you mean "reps.count"\?'),
        (["none.toml", "--terminal"], 2, "none.toml"),
    ],
    ids=["no page yet", "unknown", "two sources", "no clip to wait", "unknown number", "no file"],
)
def test_what_cannot_be_done_is_told_in_one_line(words: list[str], code: int, pattern: str, tmp_path: Path) -> None:
    """Wrong use, told before any camera opens."""
    refused(posecheck("routine", *words, cwd=tmp_path), code, pattern)
