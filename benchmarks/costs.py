"""What each output costs. Rows of `python -m benchmarks.speed`.

The outputs that every analysis has (recording, tables, report) are measured by the processor time they take, since
they cannot be switched off, and beside them the files on request; what changes pictures by whole analyses with and
without it, in turn, and the files once more.
"""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.figures import CLIP, STRETCH, Figure
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.outputs.base import Sink
from posecheck.outputs.context import OutputContext
from posecheck.outputs.opensim import MotFile, TrcFile
from posecheck.outputs.parquet import ParquetTable
from posecheck.outputs.recording import RecordingWriter
from posecheck.outputs.report import Clip, ReportWriter
from posecheck.outputs.summary import SummaryFile
from posecheck.outputs.tables import EventsTable, MeasuresTable
from posecheck.pipeline import analysis
from posecheck.pipeline.output_options import OutputOptions
from posecheck.pipeline.session import default_profile, find_people, judge_step, start_judging
from posecheck.records import Assessment, Event, Frame, Origin
from posecheck.resources import samples_dir
from posecheck.sources.video import VideoSource

#: The outputs on request, as (option, choices, ending of the annotated clip).
REQUESTED: Final[tuple[tuple[str, OutputOptions, str | None], ...]] = (
    ("--video", OutputOptions(), "webm"),
    ("--mp4", OutputOptions(), "mp4"),
    ("--blur-face", OutputOptions(blur_face=True), "webm"),
    ("--skeleton-only", OutputOptions(skeleton_only=True), "webm"),
    ("--embed", OutputOptions(embed=True), None),
    ("--smooth", OutputOptions(smooth=True), None),
    ("--opensim", OutputOptions(outputs=("opensim",)), None),
    ("--parquet", OutputOptions(outputs=("parquet",)), None),
)


def always(work: Path) -> Iterator[Figure]:
    """Milliseconds of processor a frame, closing included, of each file an analysis writes, or can write."""
    stretch = load_stretch(STRETCH)
    profile = default_profile(stretch)
    clip = samples_dir() / CLIP
    seen: list[tuple[Frame, Assessment, tuple[Event, ...]]] = []
    state = start_judging(stretch, profile)
    with VideoSource(clip) as source, MediaPipeBackend() as backend:
        for frame, sighting in find_people(source, backend):
            state, judged, ended = judge_step(state, sighting, stretch, profile)
            seen.append((frame, judged, ended))
        origin = analysis.origin_of(str(clip), stretch, backend.model_sha256, profile)
    outputs: tuple[tuple[str, Callable[[Path], Sink]], ...] = (
        ("recording.jsonl", lambda folder: RecordingWriter(folder / "recording.jsonl", origin)),
        ("measures.csv", lambda folder: MeasuresTable(folder / "measures.csv")),
        ("events.csv", lambda folder: EventsTable(folder / "events.csv")),
        ("summary.json", lambda folder: SummaryFile(folder / "summary.json", origin, {})),
        ("report.html", lambda folder: _report(folder, clip, origin=origin)),
        ("measures.csv with --smooth", lambda folder: MeasuresTable(folder / "measures.csv", smooth=True)),
        ("landmarks.trc", lambda folder: TrcFile(folder / "landmarks.trc")),
        ("angles.mot", lambda folder: MotFile(folder / "angles.mot")),
        ("measures.parquet", lambda folder: ParquetTable(folder / "measures.parquet")),
    )
    for name, make in outputs:
        if name.endswith(".parquet") and importlib.util.find_spec("pyarrow") is None:
            continue
        taken = []
        for _ in range(5):
            with tempfile.TemporaryDirectory(dir=work) as folder:
                begun = time.thread_time()
                sink = make(Path(folder))
                for frame, judged, ended in seen:
                    sink.put(frame, judged)
                    for event in ended:
                        sink.event(event)
                sink.close("complete")
                taken.append(time.thread_time() - begun)
        yield Figure(
            f"cost of {name}", statistics.median(taken) / len(seen) * 1e3, "ms", "", "a frame, beside the model"
        )


def _report(folder: Path, clip: Path, *, origin: Origin) -> ReportWriter:
    return ReportWriter(
        folder / "report.html",
        OutputContext(
            origin,
            title=clip.name,
            stretch_name=STRETCH,
            limits={},
            clip=Clip(clip),
            translate=lambda text, /, **values: text,  # noqa: ARG005  words cost nothing here
        ),
    )


def requested(work: Path, rounds: int) -> Iterator[Figure]:
    """What each output on request adds to the time of an analysis: the median of so many pairs, taken in turn."""
    stretch = load_stretch(STRETCH)
    profile = default_profile(stretch)
    clip = samples_dir() / CLIP
    with MediaPipeBackend() as backend:

        def timed(wanted: OutputOptions, video: str | None) -> float:
            with tempfile.TemporaryDirectory(dir=work) as out:
                begun = time.perf_counter()
                backend.begin()
                analysis.analyze_clip(clip, Path(out) / "out", stretch, profile, backend, video=video, wanted=wanted)
                return time.perf_counter() - begun

        timed(OutputOptions(), None)
        for name, wanted, video in REQUESTED:
            if "parquet" in wanted.outputs and importlib.util.find_spec("pyarrow") is None:
                continue
            ratios = []
            for number in range(rounds):
                if number % 2:
                    plain = timed(OutputOptions(), None)
                    ratios.append(timed(wanted, video) / plain)
                else:
                    more = timed(wanted, video)
                    ratios.append(more / timed(OutputOptions(), None))
            spread = f"{(min(ratios) - 1) * 100:+.0f} to {(max(ratios) - 1) * 100:+.0f}"
            cost = (statistics.median(ratios) - 1) * 100
            yield Figure(f"cost of {name}", cost, "%", "", f"of the time without it; {spread}")
