"""How fast is posecheck, against a bare detect loop in the same run?

    python -m benchmarks.speed [PART ...] [--rounds 5] [--save DIR]

Absolute times depend on the machine and its mood; the ratios do not. Each round runs the bare loop and the analysis
one after the other on the same clip, and the table gives medians over the rounds. Of the parts (see `PARTS`) those that
are named are measured, else all; what was measured before is kept, part by part, so that a run that was broken off
goes on with the parts that are left.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import cv2

from benchmarks import costs, memory
from benchmarks.figures import CLIP, HEAD, RESULTS, STRETCH, Figure, read, write
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.landmarks.weights import bundled_model
from posecheck.pipeline.analysis import FILES, analyze_clip
from posecheck.pipeline.session import default_profile, judge_step, sighting_of, start_judging
from posecheck.resources import samples_dir
from posecheck.sources.replay import read_recording
from posecheck.sources.video import VideoSource


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
        return done.outcome.statistics.frames / (time.perf_counter() - begun)


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


def against_bare(rounds: int) -> Iterator[Figure]:
    """The analysis with its default outputs against the bare loop."""
    clip = samples_dir() / CLIP
    pairs = _paired(rounds, lambda: bare_loop(clip), lambda: analysis(clip))
    bare, full = (statistics.median(values) for values in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    spread = f"{min(b / a for a, b in pairs):.2f} to {max(b / a for a, b in pairs):.2f}"
    yield Figure("analysis against the bare loop", ratio, "×", "≥ 0.90", f"{full:.1f} / {bare:.1f} frames/s; {spread}")


def with_webm(rounds: int) -> Iterator[Figure]:
    """The same with an annotated clip."""
    clip = samples_dir() / CLIP
    pairs = _paired(rounds, lambda: bare_loop(clip), lambda: analysis(clip, "webm"))
    yield Figure(
        "the same with an annotated WebM", statistics.median(b / a for a, b in pairs), "×", "", f"{rounds} rounds"
    )


def workers(rounds: int) -> Iterator[Figure]:
    """Two worker processes against one."""
    clip = samples_dir() / CLIP
    pools = _paired(max(rounds // 2, 2), lambda: _many(1, clip, 4), lambda: _many(2, clip, 4))
    ratio = statistics.median(b / a for a, b in pools)
    yield Figure("two workers against one", ratio, "×", "≥ 1.7", "processes, two cores")


def after(_: int) -> Iterator[Figure]:
    """What comes after the model."""
    reading, judging = after_inference_ms(samples_dir() / CLIP)
    told = f"back {reading:.2f}, judging {judging:.2f}"
    yield Figure("after inference, a frame", reading + judging, "ms", "≤ 3", told)


def again(_: int) -> Iterator[Figure]:
    """Judging a recording from its file, as `posecheck replay` does; `benchmarks.tuning` times every later judgement."""
    parsing, judging = judge_again_s(samples_dir() / CLIP)
    told = f"and {parsing:.2f} s to read it; with its measures known see tuning.md"
    yield Figure("replaying 10 minutes", judging, "s", "", told)


def start(_: int) -> Iterator[Figure]:
    """How long the command takes to say what it can."""
    helped = seconds_of([sys.executable, "-m", "posecheck", "--help"])
    yield Figure("posecheck --help", helped, "s", "≤ 0.3", "whole process")


def _in_folder(measure: Callable[[Path], Iterator[Figure]]) -> Iterator[Figure]:
    with _temporary() as folder:
        yield from measure(folder)


PARTS: Final[dict[str, Callable[[int], Iterator[Figure]]]] = {
    "analysis": against_bare,
    "webm": with_webm,
    "workers": workers,
    "after": after,
    "again": again,
    "start": start,
    "outputs": lambda _: _in_folder(costs.always),
    "costs": lambda rounds: _in_folder(lambda folder: costs.requested(folder, rounds)),
    "judged": lambda _: _in_folder(memory.judged_hour),
    "minutes": lambda _: _in_folder(memory.ten_minutes),
    "hour": lambda _: _in_folder(memory.hour),
}


def main() -> int:
    """Measure the parts and print the table; 0 always: it measures, it does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="pairs that count (default: %(default)s)")
    parser.add_argument(
        "--save", type=Path, default=RESULTS, metavar="DIR", help="where to save (default: %(default)s)"
    )
    options = parser.parse_args()
    strange = [part for part in options.parts if part not in PARTS]
    if strange:
        parser.error(f"no such part: {', '.join(strange)}. There are: {', '.join(PARTS)}")
    kept = options.save / "speed.json"
    print(HEAD)
    for part in options.parts or PARTS:
        found = []
        for figure in PARTS[part](options.rounds):
            found.append(figure)
            print(figure.row(), flush=True)
        write(kept, {**read(kept), part: found}, PARTS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
