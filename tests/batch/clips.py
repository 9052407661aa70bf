"""A handful of very short clips, good and broken, and folders that look finished."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.batch.job import ClipJob, Labels, numbers_of
from posecheck.pipeline.session import default_profile
from tests.journeys import media

#: The good ones that `tiny_clips` makes, in order of their names.
GOOD = ("bent.mp4", "long_back.mp4", "nobody.mp4", "short/bent.mp4")
#: And those that cannot be read.
BROKEN = ("empty.mov", "half.mp4", "sound.mp4", "text.mp4")


def tiny_clips(folder: Path, frames: int = 12) -> Path:
    """Clips of so many frames: two stretching, one of the same name further down, one empty room, four broken ones."""
    (folder / "short").mkdir(parents=True)
    pictures = media.sample_frames("standing_fold_rounded", count=frames)
    media.encode(folder / "bent.mp4", pictures)
    media.encode(folder / "short" / "bent.mp4", pictures[: frames // 2])
    media.encode(folder / "long_back.mp4", media.sample_frames("standing_fold_clean", count=frames))
    media.encode(folder / "nobody.mp4", [media.empty_room()] * 6)
    media.audio_only(folder / "sound.mp4")
    media.cut_in_half(folder / "half.mp4", folder / "bent.mp4")
    (folder / "text.mp4").write_text("not a video\n", encoding="utf-8")
    (folder / "empty.mov").write_bytes(b"")
    return folder


def job_of(clip: Path, folder: Path, **more: Any) -> ClipJob:
    """A job with the usual numbers."""
    stretch = load_stretch("standing_forward_fold")
    given = {"stretch": stretch.id, "numbers": numbers_of(default_profile(stretch)), "model_sha256": "0" * 64, **more}
    return ClipJob(clip, folder, **given)


def finished(out: Path, name: str, labels: Labels | None = None, failure: str = "", **summary: Any) -> Path:
    """A result folder as a finished analysis leaves it, with this in its summary."""
    labels = labels or Labels()
    folder = out / name
    folder.mkdir(parents=True)
    told: dict[str, Any] = {
        "duration_s": 10.0,
        "frames_with_person": 300,
        "verdict_s": {"GOOD": 6.0, "WARN": 3.0, "UNKNOWN": 1.0},
        "good_s": 6.0,
        "hold": {"good_s": 2.0, "target_s": 30.0},
        "reps": None,
        "deepest_hip_hinge": {"hip_hinge_deg": 80.0},
        "worst_spine_flexion": {"spine_flexion_deg": 20.0},
        "setup": None,
    }
    if not failure:
        (folder / "summary.json").write_text(json.dumps(told | summary), encoding="utf-8")
        (folder / "report.html").write_text("<title>a report</title>", encoding="utf-8")
    done = {
        "form": 1,
        "source": f"/clips/{name}.mp4",
        "stretch": "standing_forward_fold",
        "labels": {"person": labels.person, "side": labels.side, "note": labels.note},
        "failure": {"what": "clip", "message": failure} if failure else None,
        "outputs": {} if failure else {"summary.json": 1, "report.html": 1},
    }
    (folder / ".done.json").write_text(json.dumps(done), encoding="utf-8")
    return folder
