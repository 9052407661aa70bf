"""What an hour costs in memory: nothing in the outputs grows with it but a few bytes a frame for the page."""

from __future__ import annotations

import itertools
import math
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.messages import Messages
from posecheck.outputs.base import Sink
from posecheck.outputs.columns import CHUNK_ROWS, Columns
from posecheck.outputs.context import OutputContext
from posecheck.outputs.opensim import MotFile, TrcFile
from posecheck.outputs.recording import RecordingWriter
from posecheck.outputs.report import ReportWriter
from posecheck.outputs.tables import EventsTable, MeasuresTable, SummaryFile
from posecheck.outputs.track import CHUNK_FRAMES, Track
from posecheck.records import Assessment, frozen
from tests.outputs import people
from tests.outputs.people import ORIGIN

#: Bytes a frame that may stay: the page's own numbers, packed.
MOST_KEPT: Final = 100.0
#: Bytes that may come to that at the end, for a moment: the page's frame, and one column for the table's filter.
MOST_CLOSING: Final = 3_000_000


def restless(frames: int) -> Iterator[Assessment]:
    """So many frames at 30 a second of somebody who is never still."""
    noise = np.random.default_rng(2)
    once = [
        replace(one, sighting=replace(one.sighting, landmarks_px=frozen(places, np.float64)))
        for one in people.stream(10.0)
        for places in [one.sighting.landmarks_px + noise.normal(0.0, 0.6, one.sighting.landmarks_px.shape)]
    ]
    for index, judged in zip(range(frames), itertools.cycle(once), strict=False):
        t_s = index / 30.0
        yield replace(judged, t_s=t_s, sighting=replace(judged.sighting, t_s=t_s, index=index))


def every_output(folder: Path) -> list[Sink]:
    """The files of an analysis with everything switched on that needs no extra."""
    folder.mkdir()
    return [
        RecordingWriter(folder / "recording.jsonl", ORIGIN),
        MeasuresTable(folder / "measures.csv", smooth=True),
        EventsTable(folder / "events.csv"),
        TrcFile(folder / "landmarks.trc"),
        MotFile(folder / "angles.mot"),
        SummaryFile(folder / "summary.json", ORIGIN),
        ReportWriter(
            folder / "report.html",
            OutputContext(
                ORIGIN,
                title="hour",
                stretch_name="Fold",
                limits={"spine_flexion_deg": 36.0},
                clip=None,
                translate=Messages.load("en").text,
            ),
        ),
    ]


def test_no_output_holds_a_session_in_memory(tmp_path: Path) -> None:
    """With every output on, hardly anything stays of a frame, and closing needs no more than one column of numbers."""
    sinks = every_output(tmp_path / "out")
    early, late = CHUNK_FRAMES, 2 * CHUNK_FRAMES
    tracemalloc.start()
    try:
        for number, judged in enumerate(restless(late), 1):
            for sink in sinks:
                sink.put(None, judged)
            if number == early:
                before, _ = tracemalloc.get_traced_memory()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for sink in sinks:
            sink.close("complete")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (held - before) / (late - early) < MOST_KEPT
    assert peak - held < MOST_CLOSING


def test_a_track_is_the_same_across_its_chunks() -> None:
    """A measure comes back frame for frame, whether its frames are packed already or still gather."""
    track = Track()
    told = []
    seen = people.sighting(0.0)
    for index in range(CHUNK_FRAMES + 7):
        told.append(np.nan if index % 11 == 0 else 60.0 * np.sin(index / 50.0))
        track.put(replace(people.assessment(seen, values={"spine_flexion_deg": told[-1]}), t_s=index / 30.0))
    assert track.values("spine_flexion_deg") == pytest.approx(np.array(told), abs=0.051, nan_ok=True)
    assert [len(group) for group in (track.packed([])["t"], track.packed([])["points"])] == [2, 2]
    assert (track.seen("spine_flexion_deg"), track.seen("lead_leg_deg")) == (True, False)


@given(st.integers(0, 2 * CHUNK_ROWS + 5), st.integers(1, 4), st.randoms(use_true_random=False))
def test_columns_give_back_rows_and_columns(
    tmp_path_factory: pytest.TempPathFactory, rows: int, count: int, chance: Random
) -> None:
    """Whatever went in row by row comes out as columns and as rows again, NaN too; a column can be replaced."""
    given_rows = [
        tuple(chance.choice((math.nan, chance.uniform(-200, 200))) for _ in range(count)) for _ in range(rows)
    ]
    columns = Columns(tmp_path_factory.getbasetemp(), count)
    for row in given_rows:
        columns.append(row)
    table = np.array(given_rows).reshape(rows, count)
    assert len(columns) == rows
    for at in range(count):
        assert np.array_equal(columns.column(at), table[:, at], equal_nan=True)
    columns.put(0, np.arange(rows, dtype=np.float64))
    table[:, 0] = np.arange(rows)
    assert np.array_equal(np.array(list(columns.rows())).reshape(rows, count), table, equal_nan=True)
    with pytest.raises(ValueError, match="whole"):
        columns.append((0.0,) * count)
    columns.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no nameless files")
def test_columns_leave_no_file_behind(tmp_path: Path) -> None:
    """Beside the results lies nothing that a killed process could forget."""
    columns = Columns(tmp_path, 2)
    for index in range(2 * CHUNK_ROWS):
        columns.append((index, index))
    assert list(tmp_path.iterdir()) == []
    columns.close()
