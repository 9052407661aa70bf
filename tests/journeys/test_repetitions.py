"""The hinge drill as people do it before the real pose model: two repetitions, one clean and one with a round back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.reasons import ReasonCode, code_of
from posecheck.records import Assessment, Bytes, Rep
from posecheck.resources import samples_dir
from tests.journeys.command import posecheck
from tests.journeys.drawn import judged
from tests.shared import made_once

CLIP = samples_dir() / "hinge_clean_then_rounded.mp4"
#: From the clip's ground truth: the trunk leans 20 degrees or more (the labels' intervals).
TRUE_STARTS_S = (1.27, 6.23)
FPS = 30.0


def analysed_hinges(factory: pytest.TempPathFactory) -> Path:
    """The drill's whole clip analysed with an annotated clip: `out`, `said` with what was printed, `history.csv`."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_DATA_HOME", str(folder / "data"))
            words = ("--stretch", "hip_hinge_drill", "-o", "out", "--video", "--history", "--on", "2026-01-05")
            done = posecheck("analyze", CLIP, *words, cwd=folder)
            assert done.returncode == 0, done.stdout + done.stderr
            (folder / "said").write_text(done.stdout, encoding="utf-8")
            kept = posecheck("history", "export", "-", cwd=folder).stdout
            (folder / "history.csv").write_text(kept, encoding="utf-8")

    return made_once(factory, "hinges", make)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any], str]:
    """What the command printed and wrote, and the history it kept as CSV."""
    folder = analysed_hinges(tmp_path_factory)
    said, kept = ((folder / name).read_text(encoding="utf-8") for name in ("said", "history.csv"))
    summary: dict[str, Any] = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (folder / "out" / "annotated.webm").stat().st_size > 50_000
    assert "<h2>Repetitions</h2>" in (folder / "out" / "report.html").read_text(encoding="utf-8")
    return said, summary, kept


def test_the_first_is_good_and_the_second_rounded(told: tuple[str, dict[str, Any], str]) -> None:
    """Two whole ones where the truth has them; only the second has a remark, on the back."""
    first, second = told[1]["reps"]
    assert (first["number"], first["good"], first["remark"]) == (1, True, "")
    assert (second["number"], second["good"]) == (2, False)
    assert second["remark"].startswith("Your back rounded for ")
    assert first["rounded_s"] == 0.0
    assert second["rounded_s"] > 1.0
    assert second["worst_spine_deg"] > first["worst_spine_deg"] + 30.0
    assert [first["start_s"], second["start_s"]] == pytest.approx(TRUE_STARTS_S, abs=0.1)
    assert all(rep["depth"] > 50.0 and rep["seen"] for rep in (first, second))


def test_they_are_shown_and_kept(told: tuple[str, dict[str, Any], str]) -> None:
    """The table in the terminal, and two whole ones in the history."""
    printed, _, kept = told
    assert "2 repetitions, 1 good" in printed
    assert "● Good." in printed
    assert "▲ Your back rounded for" in printed
    (row,) = csv.DictReader(io.StringIO(kept, newline=""))
    assert (float(row["reps_whole"]), float(row["reps_partial"])) == (2.0, 0.0)


def test_facing_the_other_way_is_the_same(told: tuple[str, dict[str, Any], str]) -> None:
    """The mirrored clip, half of its pictures: the same count, verdicts and times as the clip as it is."""
    mirrored = [np.ascontiguousarray(image[:, ::-1]) for image in _pictures(CLIP)]
    with MediaPipeBackend() as backend:
        other = _reps(judged(backend, mirrored, every_s=2 / FPS, stretch_name="hip_hinge_drill"))
    clean, rounded = other
    assert clean.good
    assert code_of(rounded.remark) == ReasonCode.REP_ROUNDED
    for a, b in zip(told[1]["reps"], other, strict=True):
        assert (a["start_s"], a["end_s"]) == pytest.approx((b.start_s, b.end_s), abs=0.15)
        assert a["depth"] == pytest.approx(b.depth, abs=4.0)


def _pictures(clip: Path) -> list[Bytes]:
    """Every second picture of a clip."""
    reader = cv2.VideoCapture(str(clip))
    out: list[Bytes] = []
    while True:
        found, image = reader.read()
        if not found:
            return out[::2]
        out.append(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8))


def _reps(said: list[Assessment]) -> list[Rep]:
    """The repetitions that ended."""
    return [one.reps.last for one in said if one.reps is not None and one.reps.ended and one.reps.last is not None]
