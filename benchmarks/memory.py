"""Peak memory of the real command over short and long clips and recordings. Rows of `python -m benchmarks.speed`."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from benchmarks.batch import encode
from benchmarks.figures import CLIP, ROOT, STRETCH, Figure
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.analysis import FILES, analyze_clip
from posecheck.pipeline.session import default_profile
from posecheck.resources import samples_dir
from posecheck.sources.video import VideoSource

#: The command as a person gives it; at its end the process tells its peak (VmHWM: ru_maxrss begins at the parent's).
_TOLD: Final = (
    "import atexit,re,runpy,sys\n"
    "atexit.register(lambda: print(re.search(r'VmHWM:\\s+(\\d+)',open('/proc/self/status').read())[1]))\n"
    "sys.argv[0]='posecheck'\n"
    "runpy.run_module('posecheck',run_name='__main__')"
)
#: Pictures a second of the clip of an hour: an hour at the full rate is half an hour of inference.
HOUR_FPS: Final = 4.0


def looped(path: Path, seconds: float) -> None:
    """A small clip (320×240, 30 frames/s) played over and over; its packets are copied, not encoded again."""
    once = path.with_name("once.mp4")
    with VideoSource(samples_dir() / CLIP) as source:
        encode(once, [np.ascontiguousarray(frame.image_rgb[::2, ::2]) for frame in islice(source.frames(), 240)])
    with av.open(str(once)) as first, av.open(str(path), "w") as out:
        source_stream: Any = first.streams.video[0]
        stream = out.add_stream_from_template(source_stream)
        packets = [packet for packet in first.demux(source_stream) if packet.dts is not None]
        times = [(packet.pts or 0, packet.dts or 0) for packet in packets]
        length = sum(int(packet.duration or 0) for packet in packets)
        rounds = int(seconds * float(1 / source_stream.time_base) / length) + 1
        for number in range(rounds):
            for packet, (pts, dts) in zip(packets, times, strict=True):
                packet.pts, packet.dts = pts + number * length, dts + number * length
                packet.stream = stream
                out.mux(packet)


def looped_recording(path: Path, once: Path, seconds: float) -> int:
    """A recording played over and over, with times that go on rising; how many frames it came to."""
    head, *lines, end = once.read_text(encoding="utf-8").splitlines()
    frames = [json.loads(line) for line in lines]
    first_s, step_s = frames[0]["t_s"], frames[1]["t_s"] - frames[0]["t_s"]
    length_s = frames[-1]["t_s"] - first_s + step_s
    count = 0
    with path.open("w", encoding="utf-8") as out:
        out.write(head + "\n")
        for number in range(math.ceil(seconds / length_s)):
            for frame in frames:
                again = {**frame, "t_s": frame["t_s"] + number * length_s, "index": count}
                out.write(json.dumps(again, separators=(",", ":")) + "\n")
                count += 1
        out.write(
            json.dumps({**json.loads(end), "frames": count, "person_frames": count}, separators=(",", ":")) + "\n"
        )
    return count


def peak_mb(command: str, source: Path, *more: str) -> float:
    """Peak resident memory in MB of `posecheck COMMAND` over a clip or recording, report included (Linux only)."""
    with tempfile.TemporaryDirectory(prefix="posecheck-memory-") as out:
        environment = {**os.environ, "XDG_STATE_HOME": out}
        done = subprocess.run(
            [sys.executable, "-c", _TOLD, command, str(source), "-o", str(Path(out) / "out"), *more],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    return int(done.stdout.split()[-1]) / 1024


def _against(work: Path, short_min: float, long_min: float, *more: str) -> tuple[float, float]:
    found = []
    for minutes in (short_min, long_min):
        clip = work / f"{minutes:g}min.mp4"
        looped(clip, minutes * 60.0)
        found.append(peak_mb("analyze", clip, *more))
        clip.unlink()
    return found[0], found[1]


def ten_minutes(work: Path) -> Iterator[Figure]:
    """Ten minutes against one, every frame."""
    small, large = _against(work, 1.0, 10.0)
    yield Figure(
        "peak memory, 10 min against 1 min", large / small, "×", "≈ 1", f"{large:.0f} / {small:.0f} MB; every frame"
    )


def hour(work: Path) -> Iterator[Figure]:
    """An hour against a minute, a few pictures a second."""
    small, large = _against(work, 1.0, 60.0, "--sample-fps", f"{HOUR_FPS:g}")
    told = f"{large:.0f} / {small:.0f} MB; 30 frames/s, --sample-fps {HOUR_FPS:g}"
    yield Figure("peak memory, 60 min against 1 min", large / small, "×", "≈ 1", told)


def judged_hour(work: Path) -> Iterator[Figure]:
    """Judging and outputs of an hour against a minute, every frame; the model, whose memory is flat, is left out."""
    stretch = load_stretch(STRETCH)
    with MediaPipeBackend() as backend:
        analyze_clip(samples_dir() / CLIP, work / "once", stretch, default_profile(stretch), backend)
    every = ("--smooth", "--opensim", *(("--parquet",) if importlib.util.find_spec("pyarrow") else ()))
    for name, options in (("", ()), (f" with {' '.join(every)}", every)):
        found = []
        for minutes in (1.0, 60.0):
            recording = work / f"{minutes:g}min.jsonl"
            frames = looped_recording(recording, work / "once" / FILES["recording"], minutes * 60.0)
            found.append(peak_mb("replay", recording, *options))
            recording.unlink()
        small, large = found
        told = f"{large:.0f} / {small:.0f} MB; {frames} frames from a recording, all outputs written"
        yield Figure(f"peak memory, 60 min against 1 min at the full rate{name}", large / small, "×", "≈ 1", told)
