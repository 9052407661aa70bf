"""How fast is posecheck, against a bare detect loop in the same run?

    python -m benchmarks.speed [--rounds 5] [--memory] [--save DIR]

Absolute times depend on the machine and its mood; the ratios do not. Each round runs the bare loop and the analysis
one after the other on the same clip, and the table gives medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import cv2

from posecheck.analysis import FILES, analyze_clip
from posecheck.assessment.catalogue import load_stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.landmarks.weights import bundled_model
from posecheck.resources import samples_dir
from posecheck.session import default_profile, judge_step, sighting_of, start_judging
from posecheck.sources.replay import read_recording
from posecheck.sources.video import VideoSource

RESULTS: Final = Path(__file__).resolve().parent / "results"
CLIP: Final = "hinge_clean_then_rounded.mp4"
STRETCH: Final = "standing_forward_fold"
#: VmHWM, because a process's ru_maxrss begins at its parent's.
PEAK_MEMORY: Final = (
    "import re,sys;from benchmarks.speed import analyse_once;from pathlib import Path;"
    "analyse_once(Path(sys.argv[1]));print(int(re.search(r'VmHWM:\\s+(\\d+)',open('/proc/self/status').read())[1])/1024)"
)


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    what: str
    value: float
    unit: str
    budget: str
    detail: str


@contextmanager
def _temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="posecheck-speed-") as folder:
        yield Path(folder)


def bare_loop(clip: Path) -> float:
    """Frames a second of `cv2.read` + `detect_for_video` with masks on, and nothing else."""
    import mediapipe as mp  # noqa: PLC0415  as lean as a script that somebody would write
    from mediapipe.tasks.python import BaseOptions, vision  # noqa: PLC0415

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundled_model())),
        running_mode=vision.RunningMode.VIDEO,
        output_segmentation_masks=True,
    )
    frames = 0
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        begun = time.perf_counter()
        capture = cv2.VideoCapture(str(clip))
        while True:
            done, image_bgr = capture.read()
            if not done:
                break
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB))
            landmarker.detect_for_video(image, int(capture.get(cv2.CAP_PROP_POS_MSEC)))
            frames += 1
        taken_s = time.perf_counter() - begun
        capture.release()
    return frames / taken_s


def analysis(clip: Path, video: str | None = None) -> float:
    """Frames a second of the whole analysis of one clip, every default output written."""
    stretch = load_stretch(STRETCH)
    with _temporary() as folder, MediaPipeBackend() as backend:
        begun = time.perf_counter()
        done = analyze_clip(clip, folder / "out", stretch, default_profile(stretch), backend, video=video)
        return done.outcome.frames / (time.perf_counter() - begun)


def analyse_once(clip: Path) -> float:
    """The same, by itself: what a worker process does."""
    return analysis(clip)


def _many(workers: int, clip: Path, clips: int) -> float:
    """Clips a second of so many worker processes, their start not counted."""
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(analyse_once, [clip] * workers))
        begun = time.perf_counter()
        list(pool.map(analyse_once, [clip] * clips))
        return clips / (time.perf_counter() - begun)


def after_inference_ms(clip: Path) -> tuple[float, float]:
    """Median milliseconds a frame of everything after the model: (reading the back, measures and rules)."""
    stretch = load_stretch(STRETCH)
    profile = default_profile(stretch)
    state = start_judging(stretch, profile)
    reading, judging = [], []
    with VideoSource(clip) as source, MediaPipeBackend() as backend:
        for frame in source.frames():
            detection = backend.detect(frame)
            begun = time.perf_counter()
            sighting = sighting_of(frame, detection, 1)
            middle = time.perf_counter()
            state, _, _ = judge_step(state, sighting, stretch, profile)
            judging.append(time.perf_counter() - middle)
            reading.append(middle - begun)
    return statistics.median(reading) * 1e3, statistics.median(judging) * 1e3


def judge_again_s(clip: Path, minutes: float = 10.0) -> tuple[float, float]:
    """Seconds to judge so many minutes of a recording again, extrapolated from a clip's: (parsing, judging)."""
    stretch = load_stretch(STRETCH)
    profile = default_profile(stretch)
    with _temporary() as folder, MediaPipeBackend() as backend:
        analyze_clip(clip, folder / "out", stretch, profile, backend)
        begun = time.perf_counter()
        sightings = list(read_recording(folder / "out" / FILES["recording"]).sightings())
        middle = time.perf_counter()
        state = start_judging(stretch, profile)
        for sighting in sightings:
            state, _, _ = judge_step(state, sighting, stretch, profile)
        end = time.perf_counter()
    share = minutes * 60.0 / (sightings[-1].t_s - sightings[0].t_s)
    return (middle - begun) * share, (end - middle) * share


def lengthened(clip: Path, seconds: float, folder: Path) -> Path:
    """The clip played over and over for so many seconds, as a new file."""
    out = folder / f"{seconds:.0f}s.mp4"
    frames = []
    capture = cv2.VideoCapture(str(clip))
    while True:
        done, image_bgr = capture.read()
        if not done:
            break
        frames.append(image_bgr)
    capture.release()
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"mp4v"), 30.0, (width, height))
    for number in range(int(seconds * 30)):
        writer.write(frames[number % len(frames)])
    writer.release()
    return out


def peak_mb(clip: Path) -> float:
    """Peak resident memory of a process that analyses the clip, in MB (Linux only)."""
    done = subprocess.run([sys.executable, "-c", PEAK_MEMORY, str(clip)], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def seconds_of(command: list[str], times: int = 5) -> float:
    """Median wall seconds of a whole process."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _paired(rounds: int, first: Callable[[], float], second: Callable[[], float]) -> list[tuple[float, float]]:
    """Both, one after the other, `rounds` times, the order turned round each time; the first pair is a warm-up."""
    pairs = []
    for number in range(rounds + 1):
        if number % 2:
            b = second()
            a = first()
        else:
            a = first()
            b = second()
        pairs.append((a, b))
    return pairs[1:]


def run(rounds: int, *, memory: bool) -> Iterator[Figure]:
    """Every row, as it is measured."""
    clip = samples_dir() / CLIP
    pairs = _paired(rounds, lambda: bare_loop(clip), lambda: analysis(clip))
    bare, full = (statistics.median(values) for values in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    spread = f"{min(b / a for a, b in pairs):.2f} to {max(b / a for a, b in pairs):.2f}"
    yield Figure("analysis against the bare loop", ratio, "×", "≥ 0.90", f"{full:.1f} / {bare:.1f} frames/s; {spread}")
    with_video = statistics.median(
        b / a for a, b in _paired(2, lambda: bare_loop(clip), lambda: analysis(clip, "webm"))
    )
    yield Figure("the same with an annotated WebM", with_video, "×", "", "")
    pools = _paired(max(rounds // 2, 2), lambda: _many(1, clip, 4), lambda: _many(2, clip, 4))
    yield Figure(
        "two workers against one",
        statistics.median(b / a for a, b in pools),
        "×",
        "≥ 1.7",
        "processes, two cores",
    )
    reading, judging = after_inference_ms(clip)
    yield Figure(
        "after inference, a frame",
        reading + judging,
        "ms",
        "≤ 3",
        f"back {reading:.2f}, judging {judging:.2f}",
    )
    parsing, again = judge_again_s(clip)
    yield Figure("judging 10 minutes again", again, "s", "≤ 0.5", f"and {parsing:.2f} s to read the recording")
    helped = seconds_of([sys.executable, "-m", "posecheck", "--help"])
    yield Figure("posecheck --help", helped, "s", "≤ 0.3", "whole process")
    if memory:
        with _temporary() as folder:
            short, long = lengthened(clip, 20.0, folder), lengthened(clip, 200.0, folder)
            small, large = peak_mb(short), peak_mb(long)
        yield Figure("peak memory, 200 s against 20 s", large / small, "×", "≈ 1", f"{large:.0f} / {small:.0f} MB")


def main() -> int:
    """Run the benchmark and print the table; 0 always: it measures, it does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=5, help="pairs that count (default: %(default)s)")
    parser.add_argument("--memory", action="store_true", help="peak memory too (takes minutes)")
    parser.add_argument(
        "--save", type=Path, default=RESULTS, metavar="DIR", help="where to save (default: %(default)s)"
    )
    options = parser.parse_args()
    lines = ["| what | measured | budget | detail |", "|---|---:|---:|---|"]
    print("\n".join(lines))
    found = []
    for figure in run(options.rounds, memory=options.memory):
        found.append(asdict(figure))
        lines.append(f"| {figure.what} | {figure.value:.2f} {figure.unit} | {figure.budget} | {figure.detail} |")
        print(lines[-1], flush=True)
    options.save.mkdir(parents=True, exist_ok=True)
    (options.save / "speed.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (options.save / "speed.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
