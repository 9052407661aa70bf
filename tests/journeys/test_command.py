"""Every command in a process of its own, and the same inside the tests' process: what one says, the other says."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import threading
import warnings
from pathlib import Path

import pytest

from posecheck.resources import samples_dir
from tests.journeys import media
from tests.journeys.command import Finished, posecheck, process
from tests.waiting import wait_until

CLIP = samples_dir() / "standing_fold_rounded.mp4"


def said(done: Finished) -> tuple[int, str, str]:
    """Its exit code and all it printed; of rates and times only that they are there, of its name the last word."""
    printed = (text.replace("python -m posecheck", "posecheck") for text in (done.stdout, done.stderr))
    out, err = (" ".join(re.sub(r"\d+(\.\d+)?", "#", text).split()) for text in printed)
    return done.returncode, out, err


def state() -> tuple[object, ...]:
    """What a command finds in its process, and must not change for those who come after it."""
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    streams = (sys.stdin, sys.stdout, sys.stderr, *(os.fstat(number).st_ino for number in range(3)))
    logs = (list(logging.getLogger().handlers), logging.getLogger().level)
    process_wide = (Path.cwd(), dict(os.environ), list(sys.argv), sys.modules["__main__"], list(warnings.filters))
    return (handlers, streams, logs, process_wide)


#: Calls of each kind, with the code they end with: with a model and without, from a file that `analyze` wrote before,
#: with a worker thread, in German, with help, and refused. Other commands are real processes elsewhere.
CALLS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (0, ("analyze", str(CLIP), "-o", "out", "--to", "0.3", "--video", "--history")),
    (0, ("replay", "out/recording.jsonl", "-o", "again", "--set", "spine_rounding.limit_deg=30")),
    (0, ("live", "--terminal", "--source", str(CLIP), "--every-frame", "--for", "0.2")),
    (1, ("calibrate", "--source", "short.mp4", "--every-frame", "--lang", "de")),
    (0, ("history",)),
    (0, ("analyze", "--help")),
    (2, ("analyze", "--sterch", "x")),
)


@pytest.mark.long
def test_each_command_says_and_writes_the_same_in_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code, both outputs and the tables, call by call; and this process is afterwards as it was."""
    heard = {}
    for name, run in (("own", process), ("here", posecheck)):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
        media.encode(folder / "short.mp4", media.sample_frames(count=4))
        before = state()
        heard[name] = [said(run(*words, cwd=folder)) for _, words in CALLS]
        assert state() == before
    for (code, words), own, here in zip(CALLS, heard["own"], heard["here"], strict=True):
        assert here == own, words
        assert own[0] == code, (words, own)
    for table in ("out/measures.csv", "out/events.csv", "again/measures.csv"):
        assert (tmp_path / "here" / table).read_bytes() == (tmp_path / "own" / table).read_bytes()


def without_speed(done: tuple[int, str, str]) -> tuple[int, str, str]:
    """What the doctor said, without the line on the time of one frame: it depends on what else the machine does."""
    code, out, err = done
    shorter, count = re.subn(r"[✓◆] One frame.*?(?=[✓◆] Cameras)", "", out, flags=re.DOTALL)
    assert count == 1
    return code, shorter, err


def test_doctor_finds_the_same_installation_sound(tmp_path: Path) -> None:
    """In a process of its own, where no library was loaded before. How fast it is may differ, and what that calls for."""
    done = process("doctor", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "all is well" in done.stdout
    assert without_speed(said(done)) == without_speed(said(posecheck("doctor", cwd=tmp_path)))


def test_ctrl_c_ends_the_tests_and_not_only_the_command(tmp_path: Path) -> None:
    """An interrupt that comes while a command runs in the tests' process is meant for the tests."""
    clip, recording = media.endless(tmp_path / "clip.mp4", CLIP), tmp_path / "out" / "recording.jsonl"

    def interrupt() -> None:
        wait_until(lambda: recording.exists() and recording.stat().st_size > 0, "the first frame")
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        posecheck("analyze", clip, "-o", "out", cwd=tmp_path)
    thread.join()
