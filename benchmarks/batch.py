"""Many clips and long ones: what survives being killed, how many an hour, how much memory, what each output costs.

    python -m benchmarks.batch [--clips 200] [--save DIR] [--work DIR]

The clips are two-second cuts of the sample clips, ten odd ones among them. The run is killed with SIGKILL twice, at a
third and at two thirds, and resumed. What is measured is kept in the work folder: the same command goes on.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from posecheck.analysis import analyze_clip
from posecheck.assessment.catalogue import load_stretch
from posecheck.batch import state
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.records import Bytes
from posecheck.resources import samples_dir
from posecheck.session import default_profile
from posecheck.sources.video import VideoSource
from posecheck.wanted import Wanted

RESULTS: Final = Path(__file__).resolve().parent / "results"
ROOT: Final = Path(__file__).resolve().parents[1]
CUT_S: Final = 2.0
STRETCH: Final = "standing_forward_fold"
COST_CLIP: Final = "hinge_clean_then_rounded.mp4"
#: Analyses a clip with a few pictures a second and tells frames and peak memory in MB.
_PEAK: Final = (
    "import re,sys;from pathlib import Path;from benchmarks.batch import analysed_sparsely;"
    "n=analysed_sparsely(Path(sys.argv[1]),Path(sys.argv[2]));"
    "print(n,int(re.search(r'VmHWM:\\s+(\\d+)',open('/proc/self/status').read())[1])/1024)"
)


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    what: str
    value: str
    detail: str = ""


# -------------------------------------------------------------------------------------------------------- the clips
def encode(path: Path, pictures: Sequence[Bytes], fps: int = 30) -> None:
    """Write pictures as an H.264 clip."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=fps, options={"preset": "veryfast"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        container.mux(stream.encode())


def cuts(folder: Path, count: int) -> None:
    """So many clips: cuts of the sample clips at different seconds, and ten odd ones that are told below."""
    folder.mkdir(parents=True)
    samples = sorted(samples_dir().glob("*.mp4"))
    different = []
    for sample in samples:
        with VideoSource(sample) as source:
            pictures = [frame.image_rgb for frame in source.frames()]
        need = round(CUT_S * 30)
        different += [pictures[begin : begin + need] for begin in range(0, len(pictures) - need, need)]
    made: list[Path] = []
    for number in range(count - 10):
        path = folder / f"clip_{number:04d}.mp4"
        if number < len(different):
            encode(path, different[number])
            made.append(path)
        else:  # the same pictures as a file of its own
            shutil.copyfile(made[number % len(made)], path)
    odd(folder, made[0])


def odd(folder: Path, whole: Path) -> None:
    """Ten clips as they happen: two each empty, cut off, text, sound alone, and rooms with nobody in them."""
    data = whole.read_bytes()
    for number in (0, 1):
        (folder / f"odd_empty_{number}.mp4").write_bytes(b"")
        (folder / f"odd_cut_{number}.mp4").write_bytes(data[: len(data) * (number + 1) // 3])
        (folder / f"odd_text_{number}.mp4").write_text("this is no video\n", encoding="utf-8")
        room = np.full((480, 640, 3), 190 - 40 * number, np.uint8)
        encode(folder / f"odd_nobody_{number}.mp4", [room] * round(CUT_S * 30))
        with av.open(str(folder / f"odd_sound_{number}.mp4"), "w") as container:
            stream: Any = container.add_stream("aac", rate=44100)
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            sound.sample_rate = 44100
            container.mux(stream.encode(sound))
            container.mux(stream.encode())


def looped(path: Path, seconds: float) -> None:
    """A small clip (320×240, 30 frames/s) played over and over; its packets are copied, not encoded again."""
    once = path.with_name("once.mp4")
    with VideoSource(samples_dir() / COST_CLIP) as source:
        encode(once, [np.ascontiguousarray(frame.image_rgb[::2, ::2]) for frame in islice(source.frames(), 240)])
    with av.open(str(once)) as first, av.open(str(path), "w") as out:
        source_stream = first.streams.video[0]
        stream = out.add_stream_from_template(source_stream)
        packets = [packet for packet in first.demux(source_stream) if packet.dts is not None]
        times = [(packet.pts, packet.dts) for packet in packets]
        length = sum(int(packet.duration or 0) for packet in packets)
        rounds = int(seconds * float(1 / source_stream.time_base) / length) + 1
        for number in range(rounds):
            for packet, (pts, dts) in zip(packets, times, strict=True):
                packet.pts, packet.dts = pts + number * length, dts + number * length
                packet.stream = stream
                out.mux(packet)


# ----------------------------------------------------------------------------------------------------- the measuring
def command(clips: Path, out: Path, jobs: int) -> list[str]:
    """The command that a person would give."""
    return [sys.executable, "-m", "posecheck", "analyze", str(clips), "-o", str(out), "--jobs", str(jobs)]


def happened(out: Path) -> dict[str, list[str]]:
    """The attempts at each clip, by its folder."""
    return {path.parent.name: state.attempts(path.parent) for path in out.rglob(state.ATTEMPTS)}


def killed(clips: Path, out: Path, until_done: int) -> float:
    """Begin and kill with SIGKILL once so many are done; the seconds it ran. Waits until the workers are gone."""
    begun = time.monotonic()
    with subprocess.Popen(
        command(clips, out, 2), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as one:
        while one.poll() is None and sum(seen[-1:] == ["done"] for seen in happened(out).values()) < until_done:
            time.sleep(0.5)
        os.kill(one.pid, signal.SIGKILL)
    passed_s = time.monotonic() - begun
    time.sleep(2.0)
    return passed_s


def many(work: Path, count: int) -> Iterator[Figure]:
    """The clips through two kills to their end."""
    clips, out = work / "clips", work / "out"
    shutil.rmtree(out, ignore_errors=True)
    if not clips.exists():
        making = work / "clips.part"
        shutil.rmtree(making, ignore_errors=True)
        cuts(making, count)
        making.rename(clips)
    ran_s = [killed(clips, out, count // 3), killed(clips, out, 2 * count // 3)]
    half_done = len(list(out.rglob(state.PARTIAL)))
    begun = time.monotonic()
    last = subprocess.run(command(clips, out, 2), cwd=ROOT, capture_output=True, text=True, check=False)
    ran_s.append(time.monotonic() - begun)
    begun = time.monotonic()
    again = subprocess.run(command(clips, out, 2), cwd=ROOT, capture_output=True, text=True, check=False)
    again_s = time.monotonic() - begun
    seen = happened(out)
    finished = {folder.name: state.read_done(folder) for folder in out.iterdir() if folder.is_dir()}
    analysed = [done for done in finished.values() if done is not None and not done["failure"]]
    ends = [sum(event in ("done", "failed") for event in events) for events in seen.values()]
    begins = sum(events.count("begin") for events in seen.values())
    video_s = sum(float(done["video_s"]) for done in analysed)
    wall_h = sum(ran_s) / 3600.0
    core_h = sum(float(done["cpu_s"]) for done in analysed) / 3600.0
    yield Figure("clips, odd ones among them", f"{count}, 10", "2 each empty, cut off, text, sound only, nobody")
    yield Figure("killed with SIGKILL and resumed", "2 times", f"ran {', '.join(f'{s:.0f} s' for s in ran_s)}")
    yield Figure("lost", f"{count - sum(done is not None for done in finished.values())}", "clips without an end")
    yield Figure("done twice", f"{sum(n > 1 for n in ends)}", "clips with more than one end")
    yield Figure("begun twice", f"{begins - len(seen)}", f"in work when a kill came; {half_done} half done after them")
    yield Figure(
        "analysed / failed", f"{len(analysed)} / {len(finished) - len(analysed)}", f"exit code {last.returncode}"
    )
    yield Figure(
        "clips an hour, two jobs", f"{len(analysed) / wall_h:.0f}", f"of {CUT_S:g} s; starts and kills included"
    )
    yield Figure("video minutes an hour, two jobs", f"{video_s / 60 / wall_h:.0f}", "the same by the clock")
    yield Figure(
        "clips a core-hour", f"{len(analysed) / core_h:.0f}", "by processor time: load of the machine left out"
    )
    yield Figure("video minutes a core-hour", f"{video_s / 60 / core_h:.0f}", "640×480, 30 frames/s, default outputs")
    told = again.stdout.splitlines()[0].strip() if again.stdout else ""
    yield Figure("a call when all is done", f"{again_s:.1f} s", told)


def two_against_one(work: Path) -> Iterator[Figure]:
    """The same clips by one worker and by two, their starts included, in turn."""
    some = work / "some"
    some.mkdir(exist_ok=True)
    for clip in sorted((work / "clips").glob("clip_*.mp4"))[:24]:
        shutil.copyfile(clip, some / clip.name)
    taken: dict[int, list[float]] = {1: [], 2: []}
    for jobs in (1, 2, 2, 1):
        with tempfile.TemporaryDirectory(dir=work) as out:
            begun = time.monotonic()
            subprocess.run(command(some, Path(out), jobs), cwd=ROOT, capture_output=True, check=True)
            taken[jobs].append(time.monotonic() - begun)
    one, two = (statistics.mean(taken[jobs]) for jobs in (1, 2))
    yield Figure(
        "two jobs against one", f"{one / two:.2f} ×", f"24 clips: {one:.1f} s and {two:.1f} s, starts included"
    )


def analysed_sparsely(clip: Path, folder: Path) -> int:
    """Analyse with 4 pictures a second; the number of frames that were looked at."""
    stretch = load_stretch(STRETCH)
    with MediaPipeBackend() as backend:
        done = analyze_clip(clip, folder, stretch, default_profile(stretch), backend, wanted=Wanted(sample_fps=4.0))
    return done.outcome.frames


def memory(work: Path) -> Iterator[Figure]:
    """Peak memory for a minute and for an hour, each in a process of its own."""
    peaks: dict[int, tuple[int, float]] = {}
    for minutes in (1, 60):
        clip = work / f"{minutes}min.mp4"
        looped(clip, minutes * 60.0)
        with tempfile.TemporaryDirectory(dir=work) as out:
            told = subprocess.run(
                [sys.executable, "-c", _PEAK, str(clip), out], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout.split()
        peaks[minutes] = int(told[-2]), float(told[-1])
        clip.unlink()
    (_, short_mb), (frames, long_mb) = peaks[1], peaks[60]
    detail = (
        f"{long_mb:.0f} / {short_mb:.0f} MB; 320×240, 30 frames/s, --sample-fps 4: {frames} frames, report included"
    )
    yield Figure("peak memory, 60 min against 1 min", f"{long_mb / short_mb:.2f} ×", detail)


def costs(work: Path) -> Iterator[Figure]:
    """What each output adds to the time of an analysis, the median of three pairs."""
    stretch = load_stretch(STRETCH)
    profile = default_profile(stretch)
    clip = samples_dir() / COST_CLIP
    choices: list[tuple[str, Wanted, str | None]] = [
        ("--video", Wanted(), "webm"),
        ("--mp4", Wanted(), "mp4"),
        ("--blur-face", Wanted(blur_face=True), "webm"),
        ("--skeleton-only", Wanted(skeleton_only=True), "webm"),
        ("--embed", Wanted(embed=True), None),
        ("--smooth", Wanted(smooth=True), None),
        ("--opensim", Wanted(opensim=True), None),
    ]
    if importlib.util.find_spec("pyarrow") is not None:
        choices.append(("--parquet", Wanted(parquet=True), None))
    with MediaPipeBackend() as backend:

        def timed(wanted: Wanted, video: str | None) -> float:
            with tempfile.TemporaryDirectory(dir=work) as out:
                begun = time.perf_counter()
                backend.begin()
                analyze_clip(clip, Path(out) / "out", stretch, profile, backend, video=video, wanted=wanted)
                return time.perf_counter() - begun

        timed(Wanted(), None)
        for name, wanted, video in choices:
            ratio = statistics.median(timed(wanted, video) / timed(Wanted(), None) for _ in range(3))
            yield Figure(f"cost of {name}", f"{(ratio - 1) * 100:+.0f} %", "of the time without it")


def main() -> int:
    """Measure what is not measured yet and print the table; 0 always: it measures, it does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--clips", type=int, default=200, help="how many, odd ones included (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "posecheck-batch", metavar="DIR")
    parser.add_argument("--save", type=Path, default=RESULTS, metavar="DIR", help="default: %(default)s")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "many": lambda: many(options.work, options.clips),
        "jobs": lambda: two_against_one(options.work),
        "costs": lambda: costs(options.work),
        "memory": lambda: memory(options.work),
    }
    lines = ["| what | measured | detail |", "|---|---:|---|"]
    print("\n".join(lines), flush=True)
    for name, measure in parts.items():
        kept = options.work / f"{name}.json"
        if not kept.exists():
            rows = [[one.what, one.value, one.detail] for one in measure()]
            kept.write_text(json.dumps(rows), encoding="utf-8")
        lines += [f"| {' | '.join(row)} |" for row in json.loads(kept.read_text(encoding="utf-8"))]
        print("\n".join(lines[-len(json.loads(kept.read_text(encoding="utf-8"))) :]), flush=True)
        options.save.mkdir(parents=True, exist_ok=True)
        (options.save / "batch.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
