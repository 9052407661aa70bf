"""How fast is a recording judged again, how fast are many settings searched, and is what is found to be believed?

    python -m benchmarks.tuning [--rounds 5] [--draws 12] [--save]      (`--draws 0`: only how fast)

Whether planted limits are found and nonsense is refused is measured by `benchmarks.evidence`.

A 10-minute recording is made of the sample clips' sightings, one after the other. Times are medians over the rounds;
beside each stands its ratio to the session's own judging in the same run, which does not depend on the machine's mood.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.evidence import drawn, table
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.outputs.recording import RecordingWriter
from posecheck.pipeline.session import default_profile, find_people, run
from posecheck.records import Origin, Sighting
from posecheck.resources import samples_dir
from posecheck.sources.replay import read_recording
from posecheck.sources.video import VideoSource
from posecheck.tuning.clips import Clip
from posecheck.tuning.labels import Interval, Labels, Truth, labels_path, write_labels
from posecheck.tuning.objective import read_objective
from posecheck.tuning.rejudge import rejudge
from posecheck.tuning.search import search
from posecheck.tuning.space import axes
from posecheck.tuning.track import measure, see

RESULTS: Final = Path(__file__).resolve().parent / "results" / "tuning.md"
STRETCH: Final = load_stretch("standing_forward_fold")
FRAMES: Final = 18_000
FPS: Final = 30.0
CLIPS, CLIP_FRAMES, SETTINGS, JOBS = 20, 1_800, 500, 2


def sample_sightings() -> list[Sighting]:
    """What the pose model sees in the sample clips of people who stand."""
    out: list[Sighting] = []
    for name in ("standing_fold_rounded.mp4", "standing_fold_clean.mp4", "hinge_clean_then_rounded.mp4"):
        with VideoSource(samples_dir() / name) as source, MediaPipeBackend() as backend:
            out += [sighting for _, sighting in find_people(source, backend)]
    return out


def recorded(path: Path, seen: list[Sighting], frames: int, begin: int) -> None:
    """A recording of so many frames: the sightings over and over, beginning with one of them."""
    profile = default_profile(STRETCH)
    writer = RecordingWriter(path, Origin("0", str(path), STRETCH.id, "0", profile.origins()))
    for i in range(frames):
        writer.write(replace(seen[(begin + i) % len(seen)], t_s=i / FPS, index=i))
    writer.close("complete")


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median seconds."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def labelled(folder: Path, seen: list[Sighting]) -> list[Clip]:
    """Twenty one-minute clips of ten people; the labels are made up: what they say does not change the time it takes."""
    clips = []
    for k in range(CLIPS):
        path = folder / f"clip{k}.jsonl"
        recorded(path, seen, CLIP_FRAMES, 31 * k)
        intervals = tuple(
            Interval(
                3.0 * i, 3.0 * i + 3.0, "spine_rounding", Truth.WARN if i % 2 else Truth.GOOD, f"p{k // 2}", "none"
            )
            for i in range(20)
        )
        labels = Labels(path.name, STRETCH.id, intervals)
        write_labels(labels_path(path), labels)
        clips.append(Clip(path, labels_path(path), labels))
    return clips


def main() -> None:
    """Measure, print, and save if asked to."""
    parser = argparse.ArgumentParser(description="How fast is a recording judged again?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=12, help="groups of each world in which a limit is planted")
    parser.add_argument("--save", action="store_true", help=f"write {RESULTS.name}")
    asked = parser.parse_args()
    seen = sample_sightings()
    profile = default_profile(STRETCH)
    rows: list[tuple[str, str, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="posecheck-tuning-") as name:
        folder = Path(name)
        long = folder / "long.jsonl"
        recorded(long, seen, FRAMES, 0)
        sightings = list(read_recording(long).sightings())
        reading_s = timed(lambda: list(read_recording(long).sightings()), 1)
        session_s = timed(lambda: run(((None, one) for one in sightings), STRETCH, profile), 1)
        kept = see(sightings)
        encoding_s = timed(lambda: see(sightings), 1)
        track = measure(kept, profile, STRETCH)
        measuring_s = timed(lambda: measure(kept, profile, STRETCH), 1)
        again_s = timed(lambda: rejudge(track, STRETCH, profile), max(asked.rounds, 3))
        for what, taken_s, budget in (
            ("the session judges it (everything, coach and set-up check too)", session_s, ""),
            ("first pass: reading the file", reading_s, ""),
            ("first pass: the network's codes, once and for all", encoding_s, ""),
            ("first pass: measures, once for each setting of the room of angles", measuring_s, ""),
            ("judged again", again_s, "≤ 0.5 s"),
        ):
            rows.append((what, f"{taken_s:.3f} s", f"{taken_s / session_s:.4f}", budget))
        clips = labelled(folder, seen)
        space = axes(["spine_rounding.limit_deg", "spine_rounding.dwell_s"], STRETCH)
        begun = time.perf_counter()
        found = search(
            clips, space, read_objective("f1"), ["spine_rounding"], trials=SETTINGS, method="random", jobs=JOBS
        )
        taken_s = time.perf_counter() - begun
        tried = len(found.trials.settings)
        rows.append(
            (
                f"{tried} settings over {CLIPS} one-minute clips, {JOBS} processes, first pass included",
                f"{taken_s:.1f} s",
                f"{taken_s / session_s:.2f}",
                "≤ 60 s",
            )
        )
    lines = [
        f"# Judging again, {FRAMES} frames (10 minutes at 30 a second)",
        "",
        "Made by `python -m benchmarks.tuning --save`. Seconds depend on the machine and its mood; the ratio is to the",
        "session's own judging of the same recording in the same run.",
        f"Load of the machine over the last quarter of an hour: {os.getloadavg()[2]:.1f} on {os.cpu_count()} processors.",
        "",
        "| what | median | ratio | budget |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    print("\n".join(lines))
    if asked.draws:
        planted = ["", "# Is a planted limit found, and nonsense refused?", "", *table(drawn(asked.draws, JOBS))]
        print("\n".join(planted))
        lines += planted
    if asked.save:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
