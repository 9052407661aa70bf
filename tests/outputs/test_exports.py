"""What other programs go on with: the summary's schema, filtered columns, Parquet, OpenSim's files."""

from __future__ import annotations

import csv
import json
import math
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import Landmark, Side
from posecheck.errors import OutputError
from posecheck.outputs.filtering import CUTOFF_HZ, butterworth, filtered, without_outliers
from posecheck.outputs.opensim import MARKERS, MOT_COLUMNS, MotFile, TrcFile, opensim_m
from posecheck.outputs.parquet import ParquetTable
from posecheck.outputs.summary import SCHEMA_VERSION, SummaryFile
from posecheck.outputs.tables import MEASURES_COLUMNS, SMOOTHED, MeasuresTable
from posecheck.records import Floats, Verdict
from tests.outputs import people
from tests.outputs.schema import mistakes

SCHEMA: dict[str, Any] = json.loads((resources.files("posecheck.outputs") / "summary.schema.json").read_text("utf-8"))


def summary_of(tmp_path: Path, *, repeated: bool = False, empty: bool = False) -> dict[str, Any]:
    """A summary as it lies on the disk."""
    path = tmp_path / "summary.json"
    with SummaryFile(path, people.ORIGIN, {"numpy": "2"}) as sink:
        for judged in () if empty else people.repeated() if repeated else people.stream(2.0, fps=10.0):
            sink.put(None, judged)
        sink.event(people.WARNED)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


# ------------------------------------------------------------------------------------------------ summary
@pytest.mark.parametrize("kind", ["held", "repeated", "empty"])
def test_every_summary_is_what_its_schema_says(tmp_path: Path, kind: str) -> None:
    """With repetitions, without, and of a session in which nothing was seen."""
    found = summary_of(tmp_path, repeated=kind == "repeated", empty=kind == "empty")
    assert list(mistakes(found, SCHEMA, SCHEMA)) == []
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION


def test_the_schema_notices_what_is_wrong(tmp_path: Path) -> None:
    """A name too many, one too few, a text for a number, another version: each is told with its place."""
    found = summary_of(tmp_path, repeated=True)
    wrong = {**found, "new": 1, "frames": "12", "schema_version": 2, "hold": {"good_s": 1.0}}
    del wrong["source"]
    wrong["reps"][0] = {**wrong["reps"][0], "depth": "deep"}
    assert {told.split(":")[0] + told.split(":")[1].split(" ")[1] for told in mistakes(wrong, SCHEMA, SCHEMA)} == {
        "$new",
        "$source",
        "$.frames'12'",
        "$.schema_version2",
        "$.holdtarget_s",
        "$.reps[0].depth'deep'",
    }


# ------------------------------------------------------------------------------------------------ filter
def sine(hz: float, rate_hz: float, seconds: float = 8.0) -> tuple[Floats, Floats]:
    """A sine of amplitude 10."""
    t_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return t_s, 10.0 * np.sin(2 * np.pi * hz * t_s)


@pytest.mark.parametrize(("hz", "kept"), [(0.5, 1.0), (1.0, 1.0), (CUTOFF_HZ, 0.707), (12.0, 0.09)])
def test_the_low_pass_lets_through_what_it_should(hz: float, kept: float) -> None:
    """A slow movement stays, 6 Hz comes out at half its power, twice that is gone; and nothing lags."""
    _, values = sine(hz, 60.0)
    smooth = butterworth(values, 60.0)
    middle = slice(120, -120)
    gain = float(smooth[middle] @ values[middle] / (values[middle] @ values[middle]))
    assert gain == pytest.approx(kept, abs=0.03)
    lag = np.correlate(smooth[middle], values[middle], "full").argmax() - (len(values[middle]) - 1)
    assert lag == 0


def test_the_filter_is_the_one_everybody_uses() -> None:
    """Where scipy is at hand: the same as its butter and filtfilt."""
    signal = pytest.importorskip("scipy.signal")
    values = np.cumsum(np.random.default_rng(3).normal(size=300))
    b, a = signal.butter(2, CUTOFF_HZ / 0.8022 / 15.0)
    assert butterworth(values, 30.0)[15:-15] == pytest.approx(signal.filtfilt(b, a, values)[15:-15], abs=0.02)


@given(st.lists(st.booleans(), min_size=1, max_size=120), st.floats(-50.0, 50.0), st.integers(0, 2**32 - 1))
def test_the_filter_never_bridges_a_gap_and_keeps_a_constant(seen: list[bool], level: float, seed: int) -> None:
    """Empty stays empty, on any uneven clock, and a value that does not move is not moved."""
    steps_s = np.random.default_rng(seed).uniform(0.005, 0.06, len(seen))
    t_s = np.cumsum(steps_s)
    values = np.where(seen, level, math.nan)
    smooth = filtered(t_s, values)
    assert not np.isfinite(smooth[~np.asarray(seen)]).any()
    assert np.nan_to_num(smooth, nan=level) == pytest.approx(np.full(len(seen), level), abs=1e-6)


def test_what_lies_behind_a_gap_has_no_say() -> None:
    """Values after a pause do not reach back over it."""
    t_s = np.concatenate([np.arange(60) / 30, 10.0 + np.arange(60) / 30])
    values = np.concatenate([np.full(60, 5.0), np.full(60, 80.0)])
    assert filtered(t_s, values) == pytest.approx(values, abs=1e-6)


def test_an_outlier_goes_and_a_movement_stays() -> None:
    """One wild value is replaced; a ramp is not touched."""
    ramp = np.linspace(0.0, 60.0, 90)
    wild = ramp.copy()
    wild[40] += 35.0
    assert without_outliers(ramp) == pytest.approx(ramp)
    assert without_outliers(wild) == pytest.approx(ramp, abs=2.5)


def test_filtered_columns_stand_beside_the_raw_ones(tmp_path: Path) -> None:
    """The raw columns are what they are without the choice; the filtered ones follow them without the jitter."""
    noise = np.random.default_rng(5)
    judged = [
        replace(one, measures=replace(one.measures, values={**one.measures.values, "knee_flexion_deg": 20.0 + j}))
        for one, j in zip(people.stream(4.0), noise.normal(0, 2.0, 120).tolist(), strict=True)
    ]
    for name, smooth in (("raw", False), ("both", True)):
        with MeasuresTable(tmp_path / f"{name}.csv", smooth=smooth) as table:
            for one in judged:
                table.put(None, one)
    raw, both = (list(csv.reader((tmp_path / f"{n}.csv").read_text("utf-8").splitlines())) for n in ("raw", "both"))
    width = len(MEASURES_COLUMNS)
    assert [row[:width] for row in both] == raw
    assert both[0][width:] == [f"{name}_smooth" for name in SMOOTHED]
    at = width + SMOOTHED.index("knee_flexion_deg")
    knee = np.array([float(row[at]) for row in both[1:]])
    assert knee.std() < 0.75 * np.std([one.measures["knee_flexion_deg"] for one in judged])
    spine = width + SMOOTHED.index("spine_flexion_deg")
    assert {row[spine] for row in both[-39:]} == {""}
    assert not list(tmp_path.glob("*.part"))


# ------------------------------------------------------------------------------------------------ OpenSim
def read_trc(path: Path) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """A .trc by its rules: header values by name, marker names, rows."""
    lines = path.read_text(encoding="ascii").split("\n")
    assert lines[0].split("\t")[:3] == ["PathFileType", "4", "(X/Y/Z)"]
    header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    titles = lines[3].split("\t")
    assert titles[:2] == ["Frame#", "Time"]
    axes = lines[4].split("\t")
    names = [title for title in titles[2:] if title]
    assert axes[2:] == [f"{axis}{n}" for n in range(1, len(names) + 1) for axis in "XYZ"]
    assert lines[5] == ""
    return header, names, [line.split("\t") for line in lines[6:] if line]


def test_landmarks_are_written_as_the_format_asks(tmp_path: Path) -> None:
    """Counts, rate and units in the header, three columns a marker, times of an uneven clock, empty for not seen."""
    path = tmp_path / "landmarks.trc"
    times = [0.0, 0.04, 0.1, 0.5]
    with TrcFile(path) as sink:
        for t_s in times[:-1]:
            sink.put(None, people.assessment(people.sighting(t_s)))
        sink.put(None, people.assessment(people.nobody(times[-1]), Verdict.UNKNOWN))
    header, names, rows = read_trc(path)
    assert names == list(MARKERS)
    assert (header["NumFrames"], header["NumMarkers"], header["Units"]) == ("4", "33", "m")
    assert float(header["DataRate"]) == pytest.approx(6.0)
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert [float(row[1]) for row in rows] == pytest.approx(times)
    assert {len(row) for row in rows} == {2 + 3 * 33}
    assert set(rows[3][2:]) == {""}
    world = people.sighting(0.0).world_m[Landmark.LEFT_SHOULDER]
    at = 2 + 3 * names.index("left_shoulder")
    assert [float(cell) for cell in rows[0][at : at + 2]] == pytest.approx([world[0], -world[1]], abs=1e-6)


def test_x_is_to_where_the_person_faces_and_z_to_his_right() -> None:
    """Facing right the camera sees the right side (Z towards it); facing left is the same person turned about."""
    nose_right = np.array([[0.3, -0.5, -0.1]])
    assert opensim_m(nose_right, 1).tolist() == [[0.3, 0.5, 0.1]]
    assert opensim_m(nose_right * [-1, 1, -1], -1).tolist() == [[0.3, 0.5, 0.1]]


def test_angles_are_written_as_the_format_asks(tmp_path: Path) -> None:
    """Header keys, as many rows and columns as it says, OpenSim's names with OpenSim's signs."""
    path = tmp_path / "angles.mot"
    numbers = {"pelvis_inclination_deg": 40.0, "spine_flexion_deg": 25.0, "knee_flexion_deg": 6.0}
    one = people.assessment(people.sighting(0.5), Verdict.GOOD, numbers)
    view = replace(one.measures.view, lead_side=Side.RIGHT)
    values = {**one.measures.values, "lead_knee_flexion_deg": 11.0, "other_knee_flexion_deg": 7.0}
    led = replace(one, t_s=0.75, measures=replace(one.measures, values=values, view=view))
    with MotFile(path) as sink:
        sink.put(None, one)
        sink.put(None, led)
    head, _, table = path.read_text(encoding="ascii").partition("endheader\n")
    keys = dict(line.split("=") for line in head.splitlines()[1:])
    lines = [line.split("\t") for line in table.splitlines()]
    assert keys == {"version": "1", "nRows": "2", "nColumns": str(len(MOT_COLUMNS)), "inDegrees": "yes"}
    assert lines[0] == list(MOT_COLUMNS)
    assert {len(line) for line in lines} == {len(MOT_COLUMNS)}
    first, second = (dict(zip(MOT_COLUMNS, map(float, line), strict=True)) for line in lines[1:])
    assert (first["time"], first["pelvis_tilt"], first["lumbar_extension"]) == (0.5, -40.0, -25.0)
    assert first["knee_angle_l"] == 6.0
    assert math.isnan(first["knee_angle_r"])
    assert (second["knee_angle_r"], second["knee_angle_l"]) == (11.0, 6.0)


def test_a_file_that_cannot_be_made_is_told_at_once(tmp_path: Path) -> None:
    """A folder that is gone gives one line that names the file, before anything is analysed."""
    with pytest.raises(OutputError, match=r"Cannot write .*landmarks\.trc"):
        TrcFile(tmp_path / "gone" / "landmarks.trc")


# ------------------------------------------------------------------------------------------------ Parquet
def test_parquet_holds_the_rows_of_the_csv(tmp_path: Path) -> None:
    """The same columns, with types; not seen is null."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra [parquet] is not installed")
    judged = list(people.stream(1.0))
    with ParquetTable(tmp_path / "m.parquet") as table, MeasuresTable(tmp_path / "m.csv") as text:
        for one in judged:
            table.put(None, one)
            text.put(None, one)
    found = parquet.read_table(tmp_path / "m.parquet")
    rows = list(csv.DictReader((tmp_path / "m.csv").read_text("utf-8").splitlines()))
    assert found.column_names == list(rows[0])
    assert found["t_s"].to_pylist() == [one.t_s for one in judged]
    assert found["verdict"].to_pylist() == [row["verdict"] for row in rows]
    assert found["spine_flexion_deg"].null_count == sum(row["spine_flexion_deg"] == "" for row in rows) > 0
    assert found["people"].to_pylist() == [1] * len(rows)
    assert not list(tmp_path.glob("*.part"))


def test_without_the_extra_parquet_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the command, and no file."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OutputError, match=r"pip install -e '\.\[parquet\]'"):
        ParquetTable(tmp_path / "m.parquet")
    assert list(tmp_path.iterdir()) == []
