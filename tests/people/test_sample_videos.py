from __future__ import annotations

import csv
import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import pytest

from posecheck.tuning.labels import read_labels

FOLDER = Path(__file__).parents[2] / "sample_videos"
MANIFEST: dict[str, Any] = tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))
CLIPS: list[dict[str, Any]] = MANIFEST["clip"]
every_clip = pytest.mark.parametrize("clip", CLIPS, ids=[clip["file"] for clip in CLIPS])


@cache
def truth_rows(name: str) -> list[dict[str, float]]:
    """The truth table of a clip, as numbers."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def test_every_video_is_in_the_manifest() -> None:
    """Neither a video without an entry nor an entry without a video; the licence is stated."""
    assert {clip["file"] for clip in CLIPS} == {path.name for path in FOLDER.glob("*.mp4")}
    assert MANIFEST["licence"] == "CC0-1.0"


@every_clip
def test_a_video_is_the_one_described(clip: dict[str, Any]) -> None:
    """Hash, size in bytes, length and playing order of the file are as the manifest says."""
    data = (FOLDER / clip["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == clip["sha256"]
    assert len(data) == clip["bytes"] < 1_000_000
    assert 5.0 <= clip["duration_s"] <= 11.0
    assert data.index(b"moov") < data.index(b"mdat"), "the index must come first, so that playing starts at once"


@every_clip
def test_there_is_one_row_of_truth_per_decoded_frame(clip: dict[str, Any]) -> None:
    """Frames decoded, rows of truth and the manifest agree in number, size and time."""
    video = cv2.VideoCapture(str(FOLDER / clip["file"]))
    rows = truth_rows(clip["truth"])
    count = 0
    while True:
        found, picture = video.read()
        if not found:
            break
        assert picture.shape == (clip["height_px"], clip["width_px"], 3)
        count += 1
    video.release()
    assert count == len(rows) == clip["frames"]
    assert [row["t_s"] for row in rows] == pytest.approx([k / clip["fps"] for k in range(count)], abs=1e-4)


@every_clip
def test_the_person_is_large_and_in_the_picture(clip: dict[str, Any]) -> None:
    """The trunk is at least 100 px long and no joint comes near the border."""
    for row in truth_rows(clip["truth"]):
        shoulder, hip = (
            complex(row[f"left_{j}_x_px"] + row[f"right_{j}_x_px"], row[f"left_{j}_y_px"] + row[f"right_{j}_y_px"]) / 2
            for j in ("shoulder", "hip")
        )
        assert abs(shoulder - hip) >= 100.0
        assert all(8.0 < value < clip["width_px"] - 8.0 for key, value in row.items() if key.endswith("_x_px"))
        assert all(8.0 < value < clip["height_px"] - 8.0 for key, value in row.items() if key.endswith("_y_px"))


@every_clip
def test_labels_follow_from_the_truth(clip: dict[str, Any]) -> None:
    """Inside every interval each frame of truth supports the label, and rounding is only judged when bent."""
    labels = tomllib.loads((FOLDER / clip["labels"]).read_text(encoding="utf-8"))
    assert labels["video"] == clip["file"]
    assert labels["stretch"] == clip["stretch"]
    supports = {
        ("spine_rounding", "warn"): lambda row: row["spine_flexion_deg"] >= 35.0,
        ("spine_rounding", "good"): lambda row: row["spine_flexion_deg"] <= 15.0,
        ("spine_rounding", "unsure"): lambda row: 15.0 < row["spine_flexion_deg"] < 35.0,
        ("knee_bend", "warn"): lambda row: row["knee_flexion_deg"] > 20.0,
        ("knee_bend", "good"): lambda row: row["knee_flexion_deg"] <= 15.0,
        ("knee_bend", "unsure"): lambda row: 15.0 < row["knee_flexion_deg"] <= 20.0,
        ("knee_sags", "good"): lambda row: row["knee_flexion_deg"] <= 15.0,
        ("knee_sags", "unsure"): lambda row: 15.0 < row["knee_flexion_deg"] <= 20.0,
    }
    for interval in labels["interval"]:
        assert 0.0 <= interval["start_s"] < interval["end_s"] <= clip["duration_s"] + 1e-3
        inside = [
            r for r in truth_rows(clip["truth"]) if interval["start_s"] - 1e-3 <= r["t_s"] < interval["end_s"] - 1e-3
        ]
        assert inside
        for row in inside:
            assert supports[interval["rule"], interval["truth"]](row), (interval, row["t_s"])
            assert interval["rule"] != "spine_rounding" or row["trunk_inclination_deg"] >= 20.0


def test_the_two_folds_differ_in_the_spine_and_in_nothing_else() -> None:
    """Same person, room, camera and depth: 5 degrees of spine flexion at the bottom against 60."""
    clean, rounded = (
        truth_rows("standing_fold_clean.truth.csv"),
        truth_rows("standing_fold_rounded.truth.csv"),
    )
    assert max(row["spine_flexion_deg"] for row in clean) <= 6.0
    assert max(row["spine_flexion_deg"] for row in rounded) == pytest.approx(60.0, abs=1.0)
    for a, b in zip(clean, rounded, strict=True):
        assert a["trunk_inclination_deg"] == pytest.approx(b["trunk_inclination_deg"], abs=0.05)
        assert a["knee_flexion_deg"] == pytest.approx(b["knee_flexion_deg"], abs=0.05)


@every_clip
def test_the_labels_are_accepted_by_the_strict_reader(clip: dict[str, Any]) -> None:
    """They speak of rules that the stretch has, within the clip, of its person."""
    labels = read_labels(FOLDER / clip["labels"])
    assert (labels.video, labels.stretch, labels.people) == (clip["file"], clip["stretch"], (clip["person"],))
    assert labels.intervals
    assert max(one.end_s for one in labels.intervals) <= clip["duration_s"] + 1e-3
