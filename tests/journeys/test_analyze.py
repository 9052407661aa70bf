"""`posecheck analyze` as people use it: real files, real signals, and every bad input with its one line."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from posecheck.records import QUANTITY_NAMES
from posecheck.resources import samples_dir
from posecheck.sources.replay import read_recording
from tests.journeys import media
from tests.journeys.command import posecheck, process, refused, started, wait_while_running
from tests.shared import made_once
from tests.waiting import GIVE_UP_S

CLEAN = samples_dir() / "standing_fold_clean.mp4"
ROUNDED = samples_dir() / "standing_fold_rounded.mp4"


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------------------------------------ what it is for
@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both standing folds of the same person, analysed in one call."""

    def make(folder: Path) -> None:
        done = posecheck("analyze", CLEAN, ROUNDED, "-o", "out", cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once(tmp_path_factory, "both_folds", make) / "out"


def test_the_rounded_fold_warns_and_the_clean_one_does_not(results: Path) -> None:
    """Same person, same depth: only the rounded spine gives a WARN of spine_rounding, at the time of the bend."""
    clean = [row for row in rows(results / CLEAN.stem / "events.csv") if row["verdict"] == "WARN"]
    rounded = [row for row in rows(results / ROUNDED.stem / "events.csv") if row["rule"] == "spine_rounding"]
    assert clean == []
    warned = [row for row in rounded if row["verdict"] == "WARN"]
    assert len(warned) == 1
    assert float(warned[0]["value"]) > float(warned[0]["limit"])
    truth = rows(samples_dir() / f"{ROUNDED.stem}.truth.csv")
    bent = [float(row["t_s"]) for row in truth if float(row["spine_flexion_deg"]) >= 30]
    assert bent[0] <= float(warned[0]["start_s"]) <= bent[0] + 1.6
    assert bent[-1] - 1.0 <= float(warned[0]["end_s"]) <= bent[-1] + 1.0


def test_measures_have_the_promised_columns_and_follow_the_truth(results: Path) -> None:
    """Every measure is a column by its name, and hinge, knee and trunk are near the truth of the clip.

    The trunk and above all the hinge may be further off: BlazePose sets the hip of these people behind the joint.
    """
    for clip in (CLEAN, ROUNDED):
        measured = rows(results / clip.stem / "measures.csv")
        truth = rows(samples_dir() / f"{clip.stem}.truth.csv")
        assert list(measured[0])[: len(QUANTITY_NAMES) + 3] == ["t_s", *QUANTITY_NAMES, "verdict", "reason"]
        assert len(measured) == len(truth)
        for name, within_deg in (("hip_hinge_deg", 15.0), ("knee_flexion_deg", 8.0), ("trunk_inclination_deg", 10.0)):
            errors = [
                float(row[name]) - float(true[name]) for row, true in zip(measured, truth, strict=True) if row[name]
            ]
            assert len(errors) > 0.9 * len(truth)
            assert abs(float(np.median(errors))) < within_deg, name


def test_unknown_always_has_a_reason_and_good_never_has_one(results: Path) -> None:
    """A verdict of WARN or UNKNOWN explains itself."""
    for clip in (CLEAN, ROUNDED):
        for row in rows(results / clip.stem / "measures.csv"):
            assert (row["reason"] == "") == (row["verdict"] == "GOOD")


def test_every_file_is_there_and_readable(results: Path) -> None:
    """Report, tables, summary and recording exist, agree, and open."""
    folder = results / ROUNDED.stem
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    recording = read_recording(folder / "recording.jsonl")
    sightings = list(recording.sightings())
    measured = rows(folder / "measures.csv")
    assert summary["frames"] == len(measured) == len(sightings)
    assert summary["ended"] == "complete"
    assert summary["settings"]["spine_rounding.limit_deg"]["origin"] == "default"
    assert recording.origin.stretch == "standing_forward_fold"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page.replace("/*! https://github.com/leeoniya/uPlot ", "")  # whose work it is


def test_a_recording_is_judged_again_with_other_numbers(results: Path, tmp_path: Path) -> None:
    """`replay --set` changes the verdicts without model or pixels, and by default repeats them exactly."""
    recording = results / ROUNDED.stem / "recording.jsonl"
    same = posecheck("replay", recording, "-o", "same", cwd=tmp_path)
    assert same.returncode == 0, same.stderr
    for name in ("measures.csv", "events.csv"):
        again, first = tmp_path / "same" / name, results / ROUNDED.stem / name
        assert again.read_text(encoding="utf-8") == first.read_text(encoding="utf-8")
    # The bend lasts less than four seconds, whatever it reads.
    lenient = posecheck("replay", recording, "-o", "lenient", "--set", "spine_rounding.dwell_s=5", cwd=tmp_path)
    assert lenient.returncode == 0, lenient.stderr
    assert not [row for row in rows(tmp_path / "lenient" / "events.csv") if row["verdict"] == "WARN"]


def test_a_part_of_a_clip_keeps_the_clip_s_times(tmp_path: Path) -> None:
    """--from and --to cut by the clip's own time, end excluded."""
    done = posecheck("analyze", CLEAN, "-o", "out", "--from", "1", "--to", "1.5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    times = [float(row["t_s"]) for row in rows(tmp_path / "out" / "measures.csv")]
    assert len(times) == 15
    assert times[0] == pytest.approx(1.0, abs=1e-3)
    assert times[-1] < 1.5


# ------------------------------------------------------------------------------------------------ bad input
def text_named_mp4(folder: Path) -> Path:
    """A text file with a video's name."""
    path = folder / "notes.mp4"
    path.write_text("first fold: fine\nsecond: rounded\n" * 50, encoding="utf-8")
    return path


def zero_bytes(folder: Path) -> Path:
    """A file of nothing."""
    path = folder / "empty.mp4"
    path.write_bytes(b"")
    return path


@pytest.mark.parametrize(
    ("make", "pattern"),
    [
        (lambda folder: folder / "missing.mp4", r"missing\.mp4"),
        (lambda folder: folder, "folder"),
        (text_named_mp4, r"notes\.mp4.*not a video|not a video.*notes\.mp4"),
        (zero_bytes, r"empty\.mp4.*(empty|0 bytes)|(empty|0 bytes).*empty\.mp4"),
        (lambda folder: media.audio_only(folder / "sound.mp4"), r"sound\.mp4.*(sound|audio|picture)"),
        (
            lambda folder: media.encode(
                folder / "dot.mkv", [np.zeros((1, 1, 3), np.uint8)] * 5, codec="ffv1", pixels="bgr0"
            ),
            r"1.?×.?1",
        ),
        (
            lambda folder: media.cut_in_half(
                folder / "half.mp4", media.encode(folder / "whole.mp4", media.sample_frames())
            ),
            r"half\.mp4",
        ),
        (lambda _: Path("http://example.invalid/clip.mp4"), "http"),
    ],
    ids=["missing", "folder", "text", "zero bytes", "audio only", "1x1", "mp4 cut in half", "address"],
)
def test_what_is_no_video_is_refused_in_one_line(make: Callable[[Path], Path], pattern: str, tmp_path: Path) -> None:
    """One line names the file and what is wrong; no result folder is left behind."""
    clip = make(tmp_path)
    refused(posecheck("analyze", clip, "-o", "out", cwd=tmp_path), 1, pattern)
    assert not (tmp_path / "out").exists()


def test_a_clip_cut_in_half_keeps_what_was_readable(tmp_path: Path) -> None:
    """A container that can be read from its beginning gives its first half, and says at which second it broke."""
    whole = media.encode(tmp_path / "whole.mkv", media.sample_frames(from_s=0.5, count=60))
    clip = media.cut_in_half(tmp_path / "half.mkv", whole)
    done = posecheck("analyze", clip, "-o", "out", cwd=tmp_path)
    refused(done, 1, r"half\.mkv.* \d+(\.\d+)? s")
    measured = rows(tmp_path / "out" / "measures.csv")
    assert 10 <= len(measured) < 60
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["ended"].startswith("source broke")
    assert len(list(read_recording(tmp_path / "out" / "recording.jsonl").sightings())) == len(measured)


def test_a_clip_with_its_index_in_front_cut_in_half_keeps_what_was_readable(tmp_path: Path) -> None:
    """An mp4 made for the web knows its length: the result says where it broke off."""
    done = posecheck("analyze", media.cut_in_half(tmp_path / "half.mp4", CLEAN), "-o", "out", cwd=tmp_path)
    refused(done, 1, r"half\.mp4.* \d+(\.\d+)? s")
    assert 10 <= len(rows(tmp_path / "out" / "measures.csv")) < 205


#: When the pictures of a clip of uneven rate are shown.
UNEVEN_S = [0.0, 0.033, 0.066, 0.266, 0.300, 0.500, 0.533, 0.566, 0.800, 1.0]
#: Clips as they come from elsewhere, by name.
UNUSUAL: dict[str, media.Maker] = {
    "one frame": lambda path: media.encode(path, media.sample_frames(count=1)),
    "no person": lambda path: media.encode(path, [media.empty_room()] * 12),
    "two people": lambda path: media.encode(path, list(media.two_people())),
    "portrait with rotation": lambda path: media.encode(
        path, [np.rot90(p).copy() for p in media.sample_frames(count=12)], rotate_deg=90
    ),
    "8-bit grey": lambda path: media.encode(path, media.sample_frames(count=12), pixels="gray"),
    "odd width": lambda path: media.encode(path, [p[:, :-1] for p in media.sample_frames(count=12)], pixels="yuv444p"),
    "uneven": lambda path: media.encode(path, media.sample_frames(count=len(UNEVEN_S)), times_s=UNEVEN_S),
}


@pytest.fixture(scope="module")
def unusual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them analysed in one call; in `said` what it printed."""

    def make(folder: Path) -> None:
        clips = [make_clip(folder / f"{name}.mp4") for name, make_clip in UNUSUAL.items()]
        done = posecheck("analyze", *clips, "-o", "out", cwd=folder)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        (folder / "said").write_text(done.stdout, encoding="utf-8")

    return made_once(tmp_path_factory, "unusual_clips", make)


@pytest.mark.parametrize(
    ("name", "frames", "with_person"),
    [
        ("one frame", 1, 1),
        ("no person", 12, 0),
        ("two people", 12, 12),
        ("portrait with rotation", 12, 12),
        ("8-bit grey", 12, 12),
        ("odd width", 12, 12),
    ],
)
def test_unusual_clips_are_analysed(unusual: Path, name: str, frames: int, with_person: int) -> None:
    """One frame, nobody, two people, a rotated phone clip, grey, an odd width: all are read as they are."""
    summary = json.loads((unusual / "out" / name / "summary.json").read_text(encoding="utf-8"))
    assert (summary["frames"], summary["frames_with_person"]) == (frames, with_person)
    measured = rows(unusual / "out" / name / "measures.csv")
    if with_person == 0:
        assert {row["verdict"] for row in measured} == {"UNKNOWN"}
        assert said_of(unusual).count("Nobody was seen") == 1
    elif len(measured) > 1:
        upright = [float(row["trunk_inclination_deg"]) for row in measured if row["trunk_inclination_deg"]]
        assert min(upright) > 15.0


def said_of(folder: Path) -> str:
    """What was printed."""
    return (folder / "said").read_text(encoding="utf-8")


def test_two_people_are_counted_and_one_is_kept(unusual: Path) -> None:
    """With two people in view the result says two, and the one followed does not jump to the other."""
    assert said_of(unusual).count("2 people in view: one was followed") == 1
    out = unusual / "out" / "two people"
    assert "2 people in view" in (out / "report.html").read_text(encoding="utf-8")
    assert {row["people"] for row in rows(out / "measures.csv")} == {"2"}
    hips = [s.landmarks_px[23:25, 0].mean() for s in read_recording(out / "recording.jsonl").sightings()]
    assert max(hips) - min(hips) < 100.0


def test_a_variable_frame_rate_keeps_its_own_times(unusual: Path) -> None:
    """Times come from the container, not from a nominal rate."""
    read = [float(row["t_s"]) for row in rows(unusual / "out" / "uneven" / "measures.csv")]
    assert read == pytest.approx(UNEVEN_S, abs=2e-3)


@pytest.mark.parametrize(
    ("words", "code", "pattern"),
    [
        (
            ["--stretch", "standing_fold"],
            2,
            r'unknown stretch "standing_fold"\. Did you mean "standing_forward_fold"\?',
        ),
        (["--set", "spine_rounding.limt_deg=30"], 2, r"Did you mean \"spine_rounding\.limit_deg\"\?"),
        (["--set", "spine_rounding.limit_deg=300"], 2, r"= 300 is outside 15\.\.60 deg"),
        (["--set", "spine_rounding.limit_deg"], 2, "must be KEY=VALUE"),
        (["--profile", "none.toml"], 2, r"Cannot read the profile none\.toml"),
        (["--from", "3", "--to", "2"], 2, "--to 2 must be later than --from 3"),
        (["--from", "100"], 1, r"100.*(beyond|end|6\.8|long)"),
        (["--model", "none.task"], 1, r"none\.task"),
        (["-o", "/dev/null/out"], 1, r"Cannot write results to /dev/null/out"),
    ],
    ids=["stretch", "set key", "set range", "set form", "profile", "span", "from beyond", "model", "unwritable"],
)
def test_wrong_use_is_told_in_one_line(words: list[str], code: int, pattern: str, tmp_path: Path) -> None:
    """Exit code 2 for wrong use, 1 for what could not be done; always one line, never a traceback."""
    if "-o" not in words:
        words = [*words, "-o", "out"]
    refused(posecheck("analyze", CLEAN, *words, cwd=tmp_path), code, pattern)


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    """A bundle that is no bundle gives one line."""
    (tmp_path / "bad.task").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    done = posecheck("analyze", CLEAN, "-o", "out", "--model", "bad.task", cwd=tmp_path)
    refused(done, 1, r"bad\.task")


def test_one_broken_clip_does_not_stop_the_others(tmp_path: Path) -> None:
    """The good clip is analysed, the bad one named, and the exit code says that something failed."""
    done = posecheck("analyze", zero_bytes(tmp_path), CLEAN, "-o", "out", "--to", "0.5", cwd=tmp_path)
    refused(done, 1, r"empty\.mp4")
    assert (tmp_path / "out" / CLEAN.stem / "summary.json").exists()


def test_results_of_another_clip_are_not_overwritten(results: Path, tmp_path: Path) -> None:
    """Analysing a second clip into the same folder is refused. (The same clip again: the test of old and new.)"""
    shutil.copytree(results / CLEAN.stem, tmp_path / "out")
    other = posecheck("analyze", ROUNDED, "-o", "out", "--to", "0.3", cwd=tmp_path)
    refused(other, 1, r"holds the results of standing_fold_clean\.mp4")


def test_the_same_name_in_another_folder_is_another_clip(tmp_path: Path) -> None:
    """Results are kept apart by the clip's place, not by its name alone."""
    for place, clip in (("a", CLEAN), ("b", ROUNDED)):
        (tmp_path / place).mkdir()
        (tmp_path / place / "x.mp4").write_bytes(clip.read_bytes())
    done = posecheck("analyze", "a/x.mp4", "b/x.mp4", "-o", "both", "--to", "0.3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "both").iterdir()} == {"x", "x_2"}
    other = posecheck("analyze", "b/x.mp4", "-o", "both/x", "--to", "0.3", cwd=tmp_path)
    refused(other, 1, r"holds the results of x\.mp4")


def test_a_clip_is_never_overwritten_by_its_own_results(tmp_path: Path) -> None:
    """A clip that has the name of a result is refused in its own folder, also through a link."""
    clip = tmp_path / "annotated.webm"
    clip.write_bytes(ROUNDED.read_bytes())
    (tmp_path / "link.mp4").symlink_to(clip)
    for name in ("annotated.webm", "link.mp4"):
        done = posecheck("analyze", name, "-o", ".", "--video", "--to", "0.3", cwd=tmp_path)
        refused(done, 1, "is the clip itself and would be overwritten")
    assert clip.read_bytes() == ROUNDED.read_bytes()


def test_old_and_new_results_are_never_mixed(tmp_path: Path) -> None:
    """A second run of the same clip is no other clip's, and takes the first one's files away, the annotated clip too."""
    first = posecheck("analyze", CLEAN, "-o", "out", "--to", "0.3", "--video", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert (tmp_path / "out" / "annotated.webm").exists()
    second = posecheck("analyze", CLEAN, "-o", "out", "--to", "0.3", cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    assert not (tmp_path / "out" / "annotated.webm").exists()
    refused(
        posecheck("replay", "out/recording.jsonl", "-o", "out", cwd=tmp_path), 1, "holds an analysis with its recording"
    )


def test_somebody_sitting_is_not_judged_by_a_standing_stretch(tmp_path: Path) -> None:
    """The seated sample slumps; a standing stretch must say that it cannot judge that, not that all is well."""
    clip = samples_dir() / "seated_floor_rounded_then_long.mp4"
    assert posecheck("analyze", clip, "-o", "out", "--to", "3", cwd=tmp_path).returncode == 0
    measured = rows(tmp_path / "out" / "measures.csv")
    assert "GOOD" not in {row["verdict"] for row in measured}
    assert any("done standing" in row["reason"] for row in measured)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A file name that is not valid text gives one line instead of a crash in the decoder."""
    clip = os.fsencode(tmp_path) + b"/cl\xffip.mp4"
    with open(clip, "wb") as file:  # noqa: PTH123
        file.write(CLEAN.read_bytes())
    refused(posecheck("analyze", os.fsdecode(clip), "-o", "out", cwd=tmp_path), 1, "is not valid text here")


def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path: Path) -> None:
    """The recording stops at its last whole line, the message names the file, the rest is readable and marked."""
    done = process("analyze", CLEAN, "-o", "out", cwd=tmp_path, most_bytes=60_000)
    refused(done, 1, r"Cannot write .*recording\.jsonl")
    recording = read_recording(tmp_path / "out" / "recording.jsonl")
    assert len(list(recording.sightings())) > 3
    assert rows(tmp_path / "out" / "measures.csv")
    assert "not whole" in (tmp_path / "out" / "UNFINISHED.txt").read_text(encoding="utf-8")


def recorded(running: subprocess.Popen[str], folder: Path, least_bytes: int) -> Path:
    """The recording of the analysis that runs in `folder`, once there is so much of it."""
    recording = folder / "out" / "recording.jsonl"
    wait_while_running(
        running, lambda: recording.exists() and recording.stat().st_size > least_bytes, "its first frames"
    )
    return recording


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_analysis_keeps_what_was_done(number: signal.Signals, tmp_path: Path) -> None:
    """Exit code 130, and every file holds what was seen until then."""
    clip = media.endless(tmp_path / "clip.mp4", CLEAN)  # it cannot come to its end before the signal
    with started("analyze", clip, "-o", "out", cwd=tmp_path) as running:
        recording = recorded(running, tmp_path, 30_000)
        running.send_signal(number)
        out, error = running.communicate(timeout=GIVE_UP_S)
    assert running.returncode == 130, out + error
    assert "Traceback" not in error
    seen = len(list(read_recording(recording).sightings()))
    assert 0 < seen == len(rows(tmp_path / "out" / "measures.csv"))
    assert json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["ended"] == "interrupted"
    assert "interrupted" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_killed_analysis_leaves_a_readable_recording(tmp_path: Path) -> None:
    """After SIGKILL recording and tables are whole up to their last line, marked as unfinished, and can be judged."""
    clip = media.endless(tmp_path / "clip.mp4", CLEAN)
    with started("analyze", clip, "-o", "out", cwd=tmp_path) as running:
        recording = recorded(running, tmp_path, 60_000)
        running.kill()
        running.communicate(timeout=GIVE_UP_S)
    assert (tmp_path / "out" / "UNFINISHED.txt").exists()
    done = posecheck("replay", recording, "-o", "again", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "again" / "measures.csv")) >= 5
    assert "The recording ended early" in done.stdout
    assert json.loads((tmp_path / "again" / "summary.json").read_text(encoding="utf-8"))["ended"] != "complete"
