"""Many clips: what survives being killed, how many an hour, what a call costs when all is done.

    python -m benchmarks.batch [PART ...] [--clips 200] [--save DIR] [--work DIR]

The clips are two-second cuts of the sample clips, ten odd ones among them. The run is killed with SIGKILL twice, at a
third and at two thirds, and resumed. What is measured is kept beside the table: parts that are named (`many`, `again`,
`jobs`) are measured anew, without a name those that are left. Memory and the cost of outputs: `benchmarks.speed`.
"""

from __future__ import annotations

import argparse
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
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from posecheck.batch import state
from posecheck.records import Bytes
from posecheck.resources import samples_dir
from posecheck.sources.video import VideoSource

RESULTS: Final = Path(__file__).resolve().parent / "results"
ROOT: Final = Path(__file__).resolve().parents[1]
CUT_S: Final = 2.0
STRETCH: Final = "standing_forward_fold"


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


def again(work: Path) -> Iterator[Figure]:
    """A call over the clips when all is done; needs what `many` has left in the work folder."""
    if not (work / "out").exists():
        sys.exit(f"There is nothing in {work}: measure many first.")
    taken = []
    for _ in range(3):
        begun = time.monotonic()
        done = subprocess.run(
            command(work / "clips", work / "out", 2), cwd=ROOT, capture_output=True, text=True, check=False
        )
        taken.append(time.monotonic() - begun)
    told = done.stdout.splitlines()[0].strip() if done.stdout else ""
    yield Figure("a call when all is done", f"{statistics.median(taken):.1f} s", told)


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


def main() -> int:
    """Measure what is not measured yet and print the table; 0 always: it measures, it does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help="many, again, jobs (default: those not measured)")
    parser.add_argument("--clips", type=int, default=200, help="how many, odd ones included (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "posecheck-batch", metavar="DIR")
    parser.add_argument("--save", type=Path, default=RESULTS, metavar="DIR", help="default: %(default)s")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "many": lambda: many(options.work, options.clips),
        "again": lambda: again(options.work),
        "jobs": lambda: two_against_one(options.work),
    }
    strange = [part for part in options.parts if part not in parts]
    if strange:
        parser.error(f"no such part: {', '.join(strange)}. There are: {', '.join(parts)}")
    lines = ["| what | measured | detail |", "|---|---:|---|"]
    print("\n".join(lines), flush=True)
    options.save.mkdir(parents=True, exist_ok=True)
    kept = options.save / "batch.json"
    found: dict[str, list[list[str]]] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for name, measure in parts.items():
        if name in options.parts or (not options.parts and name not in found):
            found[name] = [[one.what, one.value, one.detail] for one in measure()]
            kept.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        rows = [f"| {' | '.join(row)} |" for row in found.get(name, [])]
        lines += rows
        print("\n".join(rows), flush=True)
        (options.save / "batch.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
