"""The other commands as people use them: live, doctor, cameras, stretches.

(`demo` is done once, from the installed wheel: tests/contracts/test_wheel.py.)
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from posecheck.resources import samples_dir
from posecheck.sources.replay import read_recording
from tests.journeys.test_analyze import posecheck, refused

ROUNDED = samples_dir() / "standing_fold_rounded.mp4"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def test_live_from_a_file_judges_and_records(tmp_path: Path) -> None:
    """`live --terminal --source` plays the clip at its own pace, prints readings, and keeps a recording on request."""
    begun = time.monotonic()
    done = posecheck("live", "--terminal", "--source", ROUNDED, "--record", "mine.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begun > 6.0
    assert "frames/s" in done.stdout
    assert "Set-up: Side-on  ● OK" in done.stdout
    assert done.stdout.index("Set-up") < done.stdout.index("Hip hinge")
    recording = read_recording(tmp_path / "mine.jsonl")
    sightings = list(recording.sightings())
    assert len(sightings) > 30
    assert sightings[-1].t_s > 6.0
    assert recording.ending == "complete"


@pytest.mark.parametrize(
    ("words", "environment", "shown"),
    [
        pytest.param((), "de_AT.UTF-8", "Vorbeuge im Stehen", id="of the environment"),
        pytest.param(("--lang", "en"), "de_DE.UTF-8", "Standing forward fold", id="asked for against the environment"),
    ],
)
def test_live_speaks_the_language_of_the_person(
    words: tuple[str, ...], environment: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--lang, else LANG; anything but German is English."""
    monkeypatch.setenv("LANG", environment)
    done = posecheck("live", "--terminal", "--source", ROUNDED, "--for", "1", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout


def test_what_goes_wrong_is_said_in_the_language_of_the_call(tmp_path: Path) -> None:
    """Of `--lang` or LANG, with what was typed in it; the code of the exit is the same."""
    call = ("analyze", "nothere.mp4")
    refused(posecheck(*call, "--lang", "de", cwd=tmp_path), 1, r"Diese Datei gibt es nicht: nothere\.mp4\.")
    refused(posecheck(*call, cwd=tmp_path), 1, r"No such file: nothere\.mp4\.")
    known = ("stretches", "show", "pyramd", "--lang", "de")
    refused(posecheck(*known, cwd=tmp_path), 2, "Übung „pyramd“ ist unbekannt. Meintest du „pyramid“?")


def test_an_unknown_language_is_refused_before_the_camera_opens(tmp_path: Path) -> None:
    """Analyze and live name the languages they know."""
    for call in (("live", "--terminal"), ("analyze", ROUNDED)):
        refused(posecheck(*call, "--lang", "fr", cwd=tmp_path), 2, r'unknown language "fr"\. Known: de, en\.')


def test_live_begins_at_once_without_the_set_up_check(tmp_path: Path) -> None:
    """--no-setup shows readings from the first picture on."""
    done = posecheck("live", "--terminal", "--source", ROUNDED, "--for", "1", "--no-setup", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Hip hinge" in done.stdout
    assert "Set-up" not in done.stdout


def test_live_stores_nothing_unless_asked(tmp_path: Path) -> None:
    """Without --record no file appears but the log."""
    done = posecheck("live", "--terminal", "--source", ROUNDED, "--for", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"posecheck.log"}


def test_live_never_writes_over_a_file(tmp_path: Path) -> None:
    """--record refuses a file that exists, above all the clip that is being played."""
    clip = tmp_path / "own.mp4"
    clip.write_bytes(ROUNDED.read_bytes())
    done = posecheck("live", "--terminal", "--source", clip, "--record", clip, cwd=tmp_path)
    refused(done, 2, r"own\.mp4 exists already")
    assert clip.read_bytes() == ROUNDED.read_bytes()


def test_live_in_a_terminal_draws_a_panel_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    """In a real terminal the panel shows verdict, gauges and rate; Ctrl-C ends it with the result and code 130."""
    leader, follower = pty.openpty()
    environment = {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "COLUMNS": "110",
        "LINES": "40",
    }
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    command = [
        sys.executable,
        "-m",
        "posecheck",
        "live",
        "--terminal",
        "--source",
        str(ROUNDED),
        "--record",
        "mine.jsonl",
    ]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=follower, stdout=follower, stderr=follower
    ) as running:
        os.close(follower)
        shown = ""
        interrupted = False
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not select.select([leader], [], [], 0.5)[0]:
                if running.poll() is not None:
                    break
                continue
            try:
                got = os.read(leader, 65536)
            except OSError:
                break
            shown += got.decode("utf-8", "replace")
            if not interrupted and "Spine" in shown and re.search(r"\b[3-5]\.\d s ", CONTROL.sub("", shown)):
                running.send_signal(signal.SIGINT)
                interrupted = True
        running.wait(timeout=30)
    os.close(leader)
    plain = CONTROL.sub("", shown)
    assert interrupted, plain[-2000:]
    assert running.returncode == 130
    for word in ("Hip hinge", "Knee", "Spine", "limit 35°", "frames/s", "Ctrl-C ends", "GOOD", "Set-up", "Whole body"):
        assert word in plain
    assert "Traceback" not in plain
    assert "Interrupted: what was done so far is kept." in plain
    assert read_recording(tmp_path / "mine.jsonl").ending == "interrupted"


@pytest.mark.parametrize(
    ("words", "code", "pattern"),
    [
        (["live", "--for", "2"], 2, "--for goes with --terminal"),
        (["live", "--stretch", "pyramid", "--routine", "daily"], 2, "exclude each other"),
        (["live", "--stretch", "pyramids"], 2, r'Did you mean "pyramid"\?'),
        (["live", "--routine", "dayly"], 2, r'Did you mean "daily"\?'),
        (["live", "--source", "missing.mp4"], 1, r"missing\.mp4"),
        (["live", "--set", "hold.target=3"], 2, r'Did you mean "hold\.target_s"\?'),
        (["live", "--terminal", "--camera", "0", "--source", "x.mp4"], 2, "exclude each other"),
        (["live", "--terminal", "--source", "missing.mp4"], 1, r"missing\.mp4"),
        (["live", "--terminal", "--camera", "63"], 1, r"[Cc]amera 63"),
        (["replay", "missing.jsonl"], 1, r"missing\.jsonl"),
        (["stretches", "show", "hip_hinge"], 2, r'Did you mean "hip_hinge_drill"\?'),
    ],
    ids=[
        "no end",
        "two plans",
        "no such stretch",
        "no such routine",
        "no clip",
        "no number",
        "two sources",
        "no file",
        "no camera",
        "no recording",
        "no stretch",
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(words: list[str], code: int, pattern: str, tmp_path: Path) -> None:
    """Every command tells its trouble in one line with the right exit code."""
    refused(posecheck(*words, cwd=tmp_path), code, pattern)


def test_an_unknown_option_is_wrong_use(tmp_path: Path) -> None:
    """The command line's own mistakes exit with 2."""
    done = posecheck("analyze", ROUNDED, "--sterch", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "--sterch" in done.stderr


def test_doctor_finds_this_installation_sound(tmp_path: Path) -> None:
    """Versions, one OpenCV, the model's hash, a timed frame, cameras and the log are told."""
    done = posecheck("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    card = re.sub(r"\s*│\n│\s*", "", done.stdout)
    for word in (
        "all is well",
        "mediapipe",
        "the only cv2",
        "pose_landmarker_full.task, sha256",
        "spine_1.npz, sha256",
        "frames/s",
        "Cameras",
        "posecheck.log",
        "none used",
    ):
        assert word in card
    assert done.stderr == ""


def test_doctor_finds_a_damaged_model(tmp_path: Path) -> None:
    """A fault is told and the exit code says so."""
    (tmp_path / "bad.task").write_bytes(b"no bundle")
    done = posecheck("doctor", "--model", "bad.task", cwd=tmp_path)
    assert done.returncode == 1
    assert "to mend" in done.stdout
    assert "bad.task" in done.stdout


def test_stretches_are_listed_shown_and_checked(tmp_path: Path) -> None:
    """List names them all; show tells the numbers in force with their origin; check tells every mistake."""
    listed = posecheck("stretches", "list", cwd=tmp_path)
    assert {"hip_hinge_drill", "standing_forward_fold"} <= set(listed.stdout.split())
    shown = posecheck(
        "stretches", "show", "standing_forward_fold", "--set", "spine_rounding.limit_deg=31", cwd=tmp_path
    )
    assert re.search(r"spine_rounding\.limit_deg = 31°\s+--set", shown.stdout)
    own = tmp_path / "mine.toml"
    own.write_text('id = "mine"\nnmae = "Mine"\n', encoding="utf-8")
    checked = posecheck("stretches", "check", own, cwd=tmp_path)
    assert checked.returncode == 1
    assert 'Did you mean "name"?' in checked.stderr
    assert len(checked.stderr.splitlines()) > 2


def test_routines_are_listed_shown_and_checked(tmp_path: Path) -> None:
    """List names them all; show tells what is unlocked by when, of one's own file too; check knows a routine file."""
    listed = posecheck("routines", "list", cwd=tmp_path)
    assert {"daily", "desk_break", "after_training", "gentle_start"} <= set(listed.stdout.split())
    shown = posecheck("routines", "show", "gentle_start", "--days", "7", cwd=tmp_path)
    assert "4 stretches" in shown.stdout
    assert "2 more days of practice" in shown.stdout
    own = tmp_path / "mine.toml"
    text = 'id = "mine"\nname = "Mine"\nwhen = "Now."\nwarm_up = "Walk."\n[[items]]\nstretch = "pyramid"\n'
    own.write_text(text, encoding="utf-8")
    assert "Pyramid" in posecheck("routines", "show", own, cwd=tmp_path).stdout
    assert posecheck("stretches", "check", own, cwd=tmp_path).returncode == 0
    own.write_text(text.replace("pyramid", "pyramids") + "sides = 3\n", encoding="utf-8")
    checked = posecheck("stretches", "check", own, cwd=tmp_path)
    assert (checked.returncode, len(checked.stderr.splitlines())) == (1, 2)
    assert 'Did you mean "pyramid"?' in checked.stderr
    refused(posecheck("routines", "show", "daly", cwd=tmp_path), 2, r'Did you mean "daily"\?')


def test_the_version_is_told(tmp_path: Path) -> None:
    """`--version` prints it."""
    assert re.fullmatch(r"posecheck \d+\.\d+\.\d+\n", posecheck("--version", cwd=tmp_path).stdout)


def test_a_closed_pipe_is_no_mistake(tmp_path: Path) -> None:
    """`posecheck stretches show … | head -1` ends quietly."""
    command = f"{sys.executable} -m posecheck stretches show standing_forward_fold | head -1"
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "XDG_STATE_HOME": str(tmp_path),
    }
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "mistake" not in done.stderr
