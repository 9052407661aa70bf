"""The other commands as people use them: live, doctor, cameras, stretches.

(`demo` is done once, from the installed wheel: tests/contracts/test_wheel.py.)
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from posecheck.resources import samples_dir
from posecheck.sources.replay import read_recording
from tests.journeys import media
from tests.journeys.command import environment, posecheck, refused
from tests.journeys.in_terminal import terminal

ROUNDED = samples_dir() / "standing_fold_rounded.mp4"
#: `live` without the page, over every frame of a clip: what it shows is the same on any machine.
LIVE = ("live", "--terminal", "--source", ROUNDED, "--every-frame")


def test_live_from_a_file_judges_and_records(tmp_path: Path) -> None:
    """`live --terminal --source` prints readings for every second of the clip, and keeps a recording on request."""
    clip = media.encode(tmp_path / "clip.mp4", media.sample_frames(from_s=0.0, count=110))
    words = ("live", "--terminal", "--source", clip, "--every-frame", "--record", "mine.jsonl")
    done = posecheck(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "frames/s" in done.stdout
    assert "Set-up: Side-on  ● OK" in done.stdout
    assert done.stdout.index("Set-up") < done.stdout.index("Hip hinge")
    recording = read_recording(tmp_path / "mine.jsonl")
    sightings = list(recording.sightings())
    assert len(sightings) == 110
    assert sightings[-1].t_s == pytest.approx(109 / 30, abs=1e-3)
    assert recording.ending == "complete"
    shown_s = [float(t_s) for t_s in re.findall(r"^(\d\.\d) s .*frames/s", done.stdout, re.MULTILINE)]
    assert len(shown_s) >= 2
    assert shown_s == pytest.approx([shown_s[0] + k for k in range(len(shown_s))], abs=0.21)  # one decimal, and a frame


def test_a_clip_plays_in_real_time_unless_every_frame_is_asked_for(tmp_path: Path) -> None:
    """Frames a millisecond apart come faster than the model can look: they are dropped, but the last one never is.

    No machine is fast enough for them all, and the slower it is the more it drops: nothing here measures time.
    """
    times_s = [k / 1000 for k in range(60)]
    clip = media.encode(tmp_path / "fast.mp4", media.sample_frames(count=60), times_s=times_s)
    seen_s = {}
    for name, more in (("dropping", ()), ("every", ("--every-frame",))):
        words = ("live", "--terminal", "--source", clip, "--record", f"{name}.jsonl", *more)
        done = posecheck(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        seen_s[name] = [sighting.t_s for sighting in read_recording(tmp_path / f"{name}.jsonl").sightings()]
    assert seen_s["every"] == pytest.approx(times_s)
    assert len(seen_s["dropping"]) < len(times_s)
    assert seen_s["dropping"][-1] == pytest.approx(times_s[-1])


def test_for_ends_a_clip_by_its_own_time(tmp_path: Path) -> None:
    """`--for 1` looks at one second of the video, however long that takes."""
    done = posecheck(*LIVE, "--for", "1", "--record", "mine.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    recording = read_recording(tmp_path / "mine.jsonl")
    assert [sighting.t_s for sighting in recording.sightings()][-1] == pytest.approx(1.0, abs=0.04)
    assert recording.ending == "complete"


@pytest.mark.parametrize(
    ("words", "language", "shown"),
    [
        pytest.param((), "de_AT.UTF-8", "Vorbeuge im Stehen", id="of the environment"),
        pytest.param(("--lang", "en"), "de_DE.UTF-8", "Standing forward fold", id="asked for against the environment"),
    ],
)
def test_live_speaks_the_language_of_the_person(
    words: tuple[str, ...], language: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--lang, else LANG; anything but German is English."""
    monkeypatch.setenv("LANG", language)
    done = posecheck(*LIVE, "--for", "0.5", *words, cwd=tmp_path)
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
    done = posecheck(*LIVE, "--for", "0.5", "--no-setup", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Hip hinge" in done.stdout
    assert "Set-up" not in done.stdout


def test_live_stores_nothing_unless_asked(tmp_path: Path) -> None:
    """Without --record no file appears but the log, neither here nor in one's own folders."""
    here = tmp_path / "here"
    here.mkdir()
    done = posecheck(*LIVE, "--for", "2", cwd=here)
    assert done.returncode == 0, done.stderr
    assert not list(here.iterdir())
    assert [path.name for path in Path.home().rglob("*") if path.is_file()] == ["posecheck.log"]


def test_live_never_writes_over_a_file(tmp_path: Path) -> None:
    """--record refuses a file that exists, above all the clip that is being played."""
    clip = tmp_path / "own.mp4"
    clip.write_bytes(ROUNDED.read_bytes())
    done = posecheck("live", "--terminal", "--source", clip, "--record", clip, cwd=tmp_path)
    refused(done, 2, r"own\.mp4 exists already")
    assert clip.read_bytes() == ROUNDED.read_bytes()


def test_live_in_a_terminal_draws_a_panel_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    """In a real terminal the panel shows verdict, gauges and rate; Ctrl-C ends it with the result and code 130."""
    clip = media.endless(tmp_path / "clip.mp4", ROUNDED)  # it cannot come to its end before Ctrl-C
    words = ("live", "--terminal", "--source", clip, "--every-frame", "--record", "mine.jsonl")
    with terminal(*words, cwd=tmp_path) as shell:
        shell.wait_for("Set-up", "Whole body")
        shell.wait_for("Hip hinge", "Knee", "Spine", "limit 35°", "frames/s", "Ctrl-C ends", "GOOD")
        shell.running.send_signal(signal.SIGINT)
        assert shell.wait() == 130
    assert "Traceback" not in shell.shown
    assert "Interrupted: what was done so far is kept." in shell.shown
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
        (["live", "--terminal", "--every-frame"], 2, "--every-frame goes with --source"),
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
        "no clip to wait",
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
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "mistake" not in done.stderr
