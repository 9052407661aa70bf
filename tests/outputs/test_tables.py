"""measures.csv, events.csv and summary.json, as other programs find them."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
import textwrap
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import OutputError
from posecheck.outputs.tables import EventsTable, MeasuresTable, SummaryFile, fixed
from posecheck.reasons import code_of, english
from posecheck.records import QUANTITIES, Hold, Verdict
from tests.outputs import people
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
MEASURES_HEADER = (
    "t_s,hip_hinge_deg,knee_flexion_deg,trunk_inclination_deg,pelvis_inclination_deg,spine_flexion_deg,spine_sigma_deg,"
    "upper_back_deg,lower_back_deg,"
    "hip_share,lead_knee_flexion_deg,lead_hip_hinge_deg,lead_leg_deg,other_knee_flexion_deg,other_hip_hinge_deg,"
    "view_yaw_deg,camera_roll_deg,verdict,reason,hold_good_s,near_side,facing,people,cue,position,lead_side,reason_code"
)


#: The codes of the reasons that the people of these tests have.
WARNS, HIDES = (code_of(people.REASON[verdict]) for verdict in (Verdict.WARN, Verdict.UNKNOWN))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_measures_have_exactly_the_promised_columns_and_decimals(tmp_path: Path) -> None:
    """A seen frame and an empty one, to the letter."""
    path = tmp_path / "measures.csv"
    seen = people.assessment(
        people.sighting(1 / 3), Verdict.WARN, {"spine_flexion_deg": 45.00049, "hip_share": -0.0001}
    )
    empty = people.assessment(people.nobody(0.5), Verdict.UNKNOWN, hold=Hold(active=False, good_s=0.0, target_s=30.0))
    with MeasuresTable(path) as table:
        table.put(None, replace(seen, cue="Lengthen"))
        table.put(None, empty)
        table.event(people.WARNED)
    assert path.read_text(encoding="utf-8").splitlines() == [
        MEASURES_HEADER,
        f"0.333333,80.000,4.000,,,45.000,,,,0.000,,,,,,,,WARN,Your back is rounded: 45° of 36°,12.400,left,right,1,Lengthen,,,{WARNS}",
        f'0.500000,,,,,,,,,,,,,,,,,UNKNOWN,"Your arm covers your back, ""let it hang""",0.000,,,0,,,,{HIDES}',
    ]


def test_every_measure_has_its_column_by_name(tmp_path: Path) -> None:
    """Each quantity stands under its own name, whatever their order."""
    path = tmp_path / "measures.csv"
    values = {quantity.name: 1.5 + number for number, quantity in enumerate(QUANTITIES)}
    with MeasuresTable(path) as table:
        table.put(None, people.assessment(people.sighting(), values=values))
    (row,) = _rows(path)
    assert {name: float(row[name]) for name in values} == values


def test_events_have_exactly_the_promised_columns(tmp_path: Path) -> None:
    """A warning with its worst value, and an unknown without one."""
    path = tmp_path / "events.csv"
    with EventsTable(path) as table:
        table.put(None, people.assessment(people.sighting()))
        table.event(people.WARNED)
        table.event(people.HIDDEN)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "start_s,end_s,rule,verdict,value,limit,reason,unit,reason_code",
        f"1.000000,2.500000,spine_rounding,WARN,48.250,36.000,Your back is rounded: 45° of 36°,deg,{WARNS}",
        f'3.000000,4.000000,spine_rounding,UNKNOWN,,36.000,"Your arm covers your back, ""let it hang""",deg,{HIDES}',
    ]


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_fixed_numbers_are_near_and_never_minus_zero(value: float, decimals: int) -> None:
    """The text is within half a last place of the number, and zero has no sign."""
    text = fixed(value, decimals)
    assert abs(float(text) - value) <= 0.5000001 * 10.0**-decimals
    assert math.copysign(1.0, float(text)) > 0 or float(text) < 0


def test_a_killed_process_leaves_whole_rows(tmp_path: Path) -> None:
    """SIGKILL while rows are written: every row in the file has every cell."""
    path = tmp_path / "measures.csv"
    code = """
        import itertools, sys
        from pathlib import Path
        from posecheck.outputs.tables import MeasuresTable
        from tests.outputs import people
        table = MeasuresTable(Path(sys.argv[1]))
        judged = people.assessment(people.sighting())
        for count in itertools.count():
            table.put(None, judged)
            if count == 500:
                print("going", flush=True)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "going\n"
            begun_bytes = path.stat().st_size
            wait_until(lambda: path.stat().st_size > 2 * begun_bytes, "the process to be in the middle of writing")
        finally:
            process.kill()
    assert path.read_bytes().endswith(b"\n")
    rows = _rows(path)
    assert len(rows) > 500
    assert all(None not in row.values() and None not in row for row in rows)


def test_tables_do_not_grow_in_memory(tmp_path: Path) -> None:
    """Ten thousand frames more leave the memory where it was."""
    origin, judged = people.ORIGIN, [people.assessment(people.sighting(t / 30)) for t in range(200)]
    with MeasuresTable(tmp_path / "m.csv") as table, SummaryFile(tmp_path / "s.json", origin) as summary:
        tracemalloc.start()
        try:
            for round_number in range(50):
                for one in judged:
                    table.put(None, one)
                    summary.put(None, one)
                if round_number == 4:
                    before, _ = tracemalloc.get_traced_memory()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert after - before < 20_000


def _summary(path: Path, judged: Any, ending: str = "complete") -> dict[str, Any]:
    summary = SummaryFile(path, people.ORIGIN, {"mediapipe": "0.10.31"})
    for one in judged:
        summary.put(None, one)
    summary.event(people.WARNED)
    summary.event(people.WARNED)
    summary.event(people.HIDDEN)
    summary.close(ending)

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    return found


def test_the_summary_adds_up(tmp_path: Path) -> None:
    """Thirds of GOOD, WARN and UNKNOWN, extremes with their times, events by rule, settings with origins."""
    found = _summary(tmp_path / "summary.json", people.stream(9.0, fps=10.0))
    assert found["schema_version"] == 1
    assert found["source"] == "clip für Anna, 1.mp4"
    assert found["versions"] == {"posecheck": "0.1.0", "mediapipe": "0.10.31"}
    assert found["ended"] == "complete"
    assert (found["frames"], found["frames_with_person"]) == (90, 90)
    assert found["duration_s"] == 8.9
    # An interval belongs to the frame that opens it; the last frame opens none.
    assert found["verdict_s"] == {"GOOD": 3.0, "WARN": 3.0, "UNKNOWN": 2.9}
    assert sum(found["verdict_s"].values()) == pytest.approx(found["duration_s"])
    assert found["hold"] == {"good_s": 12.4, "target_s": 30.0}
    assert found["deepest_hip_hinge"] == {"hip_hinge_deg": 89.0, "t_s": 8.9}
    assert found["worst_spine_flexion"]["t_s"] == 5.9  # beyond it the back was not seen
    assert found["worst_spine_flexion"]["spine_flexion_deg"] == pytest.approx(60 * 59 / 90, abs=1e-3)
    assert found["events"] == {"spine_rounding": {"WARN": 2, "UNKNOWN": 1}}
    assert found["view"] == {
        "unknown_share": round(2.9 / 8.9, 3),
        "unknown_s_by_reason": {english(people.REASON[Verdict.UNKNOWN]): 2.9},
        "unknown_s_by_reason_code": {HIDES: 2.9},
    }
    assert found["settings"]["hold.target_s"] == {"value": 30.0, "origin": "--set"}
    assert "not a medical device" in found["accuracy"]


def test_a_summary_of_nothing_has_nulls(tmp_path: Path) -> None:
    """No frame at all: null where there is no number, and no division by zero."""
    found = _summary(tmp_path / "summary.json", (), "interrupted")
    assert found["ended"] == "interrupted"
    assert found["duration_s"] == 0.0
    assert found["from_s"] is None
    assert found["worst_spine_flexion"] == {"spine_flexion_deg": None, "t_s": None}
    assert found["view"]["unknown_share"] is None


def test_a_spine_that_could_not_be_judged_is_never_the_worst(tmp_path: Path) -> None:
    """A value read while the view hid the back does not become the headline."""
    judged = [
        people.assessment(people.sighting(0.0), Verdict.GOOD, {"spine_flexion_deg": 20.0}),
        people.assessment(people.sighting(1.0), Verdict.UNKNOWN, {"spine_flexion_deg": 80.0}),
    ]
    found = _summary(tmp_path / "summary.json", judged)
    assert found["worst_spine_flexion"] == {"spine_flexion_deg": 20.0, "t_s": 0.0}


def test_the_summary_lists_the_repetitions(tmp_path: Path) -> None:
    """Each once, with its numbers, its remark and whether it counts; null for a stretch that is not repeated."""
    reps = _summary(tmp_path / "summary.json", people.repeated())["reps"]
    assert [(one["number"], one["whole"], one["seen"], one["good"]) for one in reps] == [
        (1, True, True, True),
        (None, False, True, False),
        (None, False, False, False),
        (2, True, True, False),
    ]
    assert reps[1] == {
        "number": None,
        "start_s": 5.0,
        "end_s": 8.2,
        "whole": False,
        "seen": True,
        "good": False,
        "depth": 35.0,
        "depth_measure": "trunk_inclination_deg",
        "worst_spine_deg": 12.0,
        "rounded_s": 0.0,
        "bent_knee_s": 0.0,
        "unknown_s": 0.0,
        "duration_s": 3.2,
        "descent_s": 1.1,
        "ascent_s": 1.3,
        "remark": "Not deep enough: 35° of 45°.",
        "reason_code": "rep.partial",
        "warned": False,
    }
    assert reps[2]["worst_spine_deg"] is None
    held = _summary(tmp_path / "held.json", people.stream(1.0, fps=5.0))
    assert held["reps"] is None


def test_a_summary_replaces_the_old_one_in_one_piece(tmp_path: Path) -> None:
    """Until it is closed the old one stands, afterwards the new one, and no scrap is left beside it."""
    path = tmp_path / "summary.json"
    path.write_text("old")
    summary = SummaryFile(path, people.ORIGIN)
    summary.put(None, people.assessment(people.sighting()))
    assert path.read_text() == "old"
    summary.close("complete")
    assert json.loads(path.read_text())["frames"] == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["summary.json"]


def test_places_that_cannot_be_written_are_named_at_once(tmp_path: Path) -> None:
    """A missing folder is told before the work begins, and by its file."""
    path = tmp_path / "missing" / "out"
    makers: list[Callable[[], object]] = [
        lambda: MeasuresTable(path),
        lambda: EventsTable(path),
        lambda: SummaryFile(path, people.ORIGIN),
    ]
    for make in makers:
        with pytest.raises(OutputError, match=f"Cannot write {path}: No such"):
            make()


def test_a_folder_that_vanishes_is_told_when_the_summary_is_written(tmp_path: Path) -> None:
    """A stick that was pulled out gives a message, not a traceback."""
    folder = tmp_path / "stick"
    folder.mkdir()
    summary = SummaryFile(folder / "summary.json", people.ORIGIN)
    folder.rmdir()
    with pytest.raises(OutputError, match="Cannot write"):
        summary.close("complete")
