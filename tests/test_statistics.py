"""One definition of good seconds and good repetitions: every place that shows them shows the same numbers."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType

from benchmarks.goldens import FOLDER, TAKE, sightings_of, watched
from posecheck.app import parameters, user_data
from posecheck.app.session.session_summary import Moments
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines import progress
from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress
from posecheck.assessment.routines.routine_state import RoutineUpdate
from posecheck.batch.index import TABLE, write_index
from posecheck.batch.state import DONE
from posecheck.history.export import write_csv
from posecheck.history.store import History
from posecheck.outputs.context import OutputContext
from posecheck.outputs.report import ReportWriter
from posecheck.outputs.summary import SummaryFile
from posecheck.outputs.tables import MeasuresTable
from posecheck.pipeline.analysis import origin_of
from posecheck.pipeline.routine import run_routine
from posecheck.pipeline.routine_history import RoutineKeeper
from posecheck.pipeline.session import default_profile, run
from posecheck.pipeline.session_history import CAMERA, Keeper
from posecheck.records import PAUSE_S, Assessment, Frame, Hold, Reps, Verdict
from posecheck.statistics import OpenInterval, SessionStatistics, good_seconds
from posecheck.terminal.history import history_view
from posecheck.terminal.result import result
from tests.outputs.people import REPS, assessment, sighting

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def printed(shown: RenderableType) -> str:
    """What a terminal of 200 columns shows, in one line."""
    console = Console(file=io.StringIO(), width=200, color_system=None)
    console.print(shown)
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().replace("│", " ").split())


# ------------------------------------------------------------------------------------------------ the definition
def frame(
    t_s: float, verdict: Verdict = Verdict.GOOD, *, held_s: float = 0.0, in_rep: bool | None = None
) -> Assessment:
    """A frame; `in_rep` None for a stretch that is held."""
    reps = None if in_rep is None else Reps(0, 0, 0, target=8, active=in_rep)
    judged = assessment(sighting(t_s), verdict, hold=Hold(held_s > 0, held_s, 0.0 if reps else 30.0))
    return replace(judged, reps=reps)


def counted(frames: Sequence[Assessment]) -> SessionStatistics:
    """The statistics of the frames."""
    statistics = SessionStatistics()
    for one in frames:
        statistics = statistics.plus(one)
    return statistics


def test_standing_before_the_stretch_is_neither_good_nor_bad() -> None:
    """GOOD for two seconds, of which the hold timer counted half a second."""
    standing = [frame(k / 10) for k in range(16)]
    held = [frame(1.5 + k / 10, held_s=k / 10) for k in range(1, 6)]
    statistics = counted([*standing, *held])
    assert statistics.good_s == pytest.approx(0.5)
    assert statistics.verdict_s[Verdict.GOOD] == pytest.approx(2.0)
    assert statistics.outside_s == pytest.approx(1.5)


def test_of_repetitions_what_is_good_inside_counts() -> None:
    """Between two repetitions nothing counts, inside of one only GOOD."""
    inside = [
        (0.0, False, Verdict.GOOD),
        (1.0, True, Verdict.GOOD),
        (1.5, True, Verdict.WARN),
        (2.0, True, Verdict.GOOD),
    ]
    frames = [frame(t_s, verdict, in_rep=in_rep) for t_s, in_rep, verdict in [*inside, (2.25, False, Verdict.GOOD)]]
    statistics = counted([*frames, frame(3.0, in_rep=False)])
    assert statistics.good_s == pytest.approx(0.5 + 0.25)
    assert statistics.verdict_s[Verdict.WARN] == pytest.approx(0.5)


def test_a_pause_and_a_new_hold_give_no_good_second() -> None:
    """Nothing was seen in a pause; a timer that began anew has nothing to give for the time before."""
    before = OpenInterval.after(frame(1.0, held_s=5.0))
    assert good_seconds(None, frame(0.0, held_s=5.0)) == 0.0
    assert good_seconds(before, frame(1.2, held_s=5.2)) == pytest.approx(0.2)
    assert good_seconds(before, frame(1.2, held_s=0.0)) == 0.0
    assert good_seconds(before, frame(1.0 + PAUSE_S + 0.1, held_s=9.0)) == 0.0
    assert good_seconds(OpenInterval.after(frame(1.0, in_rep=True)), frame(1.1 + PAUSE_S, in_rep=True)) == 0.0


def test_parts_of_a_session_join_to_the_whole() -> None:
    """Nothing of the time between two parts counts, and what each part counted adds up."""
    first, second = (
        [frame(k / 10, held_s=k / 10) for k in range(11)],
        [frame(50 + k / 10, held_s=1 + k / 10) for k in range(6)],
    )
    both = counted(first).joined(counted(second))
    assert both.good_s == pytest.approx(1.0 + 0.5)
    assert both.duration_s == pytest.approx(1.0 + 0.5)
    assert both.best_hold_s == pytest.approx(1.5)
    assert SessionStatistics().joined(both) == both.joined(SessionStatistics()) == both


def test_repetitions_are_counted_as_they_are_listed() -> None:
    """Whole, partial and good ones; None where a stretch is not repeated."""
    statistics = SessionStatistics(reps=REPS)
    assert statistics.reps_whole == sum(rep.whole for rep in REPS)
    assert statistics.reps_good == sum(rep.good for rep in REPS)
    assert statistics.reps_partial == sum(rep.seen and not rep.whole for rep in REPS)
    nothing = SessionStatistics()
    assert (nothing.reps_whole, nothing.reps_partial, nothing.reps_good) == (None, None, None)


# ------------------------------------------------------------------------------------------------ every place
@pytest.mark.parametrize("name", watched())
def test_an_analysis_shows_the_same_numbers_everywhere(name: str, tmp_path: Path) -> None:
    """Outcome, summary, tables, report, index of many clips, terminal, history, its CSV, its calendar and its view."""
    stretch = load_stretch(name)
    profile, text = default_profile(stretch), Messages.load("en").knowing(stretch)
    origin = origin_of("take", stretch, "0" * 64, profile)
    context = OutputContext(origin, title="take", stretch_name=text.text(stretch.name), translate=text.text)
    out = tmp_path / "take"
    out.mkdir()
    sinks = [SummaryFile(out / "summary.json", origin), ReportWriter(out / "report.html", context)]
    table = MeasuresTable(out / "measures.csv")
    keeper = Keeper(tmp_path / "history.sqlite3", stretch, profile, CAMERA)
    sightings = ((None, one) for one in sightings_of(FOLDER / f"{name}{TAKE}"))
    outcome = run(sightings, stretch, profile, [*sinks, table], on_frame=lambda _, judged: keeper.put(judged))
    keeper.keep(NOON, text.text)

    known = outcome.statistics
    good, whole = f"{known.good_s:.1f} s", known.reps_whole
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["good_s"] == pytest.approx(known.good_s, abs=0.0005)
    assert (summary["reps_whole"], summary["reps_good"]) == (whole, known.reps_good)
    assert summary["hold"]["good_s"] == pytest.approx(known.best_hold_s, abs=0.0005)
    with (out / "measures.csv").open(encoding="utf-8", newline="") as file:
        assert max(float(row["hold_good_s"]) for row in csv.DictReader(file)) == pytest.approx(
            known.best_hold_s, abs=0.01
        )
    report = (out / "report.html").read_text(encoding="utf-8")
    assert f"● Good <b>{good}</b>" in report
    shown = printed(result("take", stretch, outcome, (), translate=text.text))
    assert f"● GOOD {good}" in shown
    if whole is not None:
        assert f"{known.reps_good} with good form" in report
        assert re.search(rf"{whole} repetitions?, {known.reps_good} good", shown)

    done = {"form": 1, "source": "take.mp4", "stretch": name, "outputs": {"summary.json": 1}}
    (out / DONE).write_text(json.dumps(done), encoding="utf-8")
    write_index(tmp_path, translate=text.text, language="en")
    with (tmp_path / TABLE).open(encoding="utf-8", newline="") as file:
        (indexed,) = csv.DictReader(file)
    assert float(indexed["good_s"]) == pytest.approx(known.good_s, abs=0.06)

    with History(tmp_path / "history.sqlite3") as history:
        (row,) = history.rows()
    assert row.good_s == known.good_s
    if stretch.hold is not None:
        assert (row.held_s, row.best_hold_s) == (known.good_s, known.best_hold_s)
    if whole is not None:
        assert (row.reps_whole, row.reps_good) == (whole, known.reps_good)
    exported = io.StringIO()
    write_csv([row], exported)
    assert float(next(csv.DictReader(io.StringIO(exported.getvalue())))["good_s"]) == pytest.approx(known.good_s)
    calendar = user_data.history(tmp_path / "history.sqlite3", None, NOON.date(), text)
    assert calendar["good_s"] == calendar["days"][0]["good_s"] == pytest.approx(known.good_s, abs=0.051)
    listed = printed(history_view([row], [row.local_date], NOON.date(), earlier=0, columns=200, translate=text.text))
    assert f" {good} " in listed


@pytest.mark.parametrize("name", watched())
def test_a_session_shows_the_same_numbers_everywhere(name: str, tmp_path: Path) -> None:
    """What the page sums up at the end is what the clock showed, what the history keeps and what the calendar adds."""
    stretch = load_stretch(name)
    item = parameters.single(stretch).first[0]
    part = RoutineItem(item, stretch, parameters.base_profile(stretch))
    good_reps = 0
    text, moments = Messages.load("en").knowing(stretch), Moments()
    keeper = RoutineKeeper(tmp_path / "history.sqlite3", (part,), "", CAMERA, NOON)

    def follow(_: Frame | None, judged: Assessment, out: RoutineUpdate, doings: RoutineProgress) -> None:
        nonlocal good_reps
        if judged.reps is not None and judged.reps.ended and judged.reps.last is not None:
            good_reps += judged.reps.last.good
        moments.put(judged, out, part, None)
        keeper.put(judged, out, doings)

    sightings = ((None, one) for one in sightings_of(FOLDER / f"{name}{TAKE}"))
    outcome = run_routine(sightings, (part,), follow)
    keeper.close(outcome.doings)
    lines: list[dict[str, Any]] = moments.message((part,), outcome.doings, {stretch.id: text})
    with History(tmp_path / "history.sqlite3") as history:
        rows = {row.side: row for row in history.rows()}
    for (turn, doing), line in zip(outcome.doings.items(), lines, strict=True):
        good_s = progress.good_s(part, doing)
        assert line["good_s"] == pytest.approx(good_s, abs=0.051)
        if stretch.reps is None:
            assert doing.amount == good_s
        else:
            assert (line["reps"]["whole"], line["reps"]["good"]) == (doing.amount, doing.reps_good)
        row = rows.get(turn[1])
        if row is not None:
            assert row.good_s == good_s
            if stretch.reps is not None:
                assert (row.reps_whole, row.reps_good) == (doing.amount, doing.reps_good)
    assert sum(doing.reps_good for doing in outcome.doings.values()) == good_reps
    calendar = user_data.history(tmp_path / "history.sqlite3", None, NOON.date(), text)
    assert calendar["good_s"] == pytest.approx(sum(row.good_s for row in rows.values()), abs=0.051)
    assert any(progress.good_s(part, doing) > 0.5 for doing in outcome.doings.values())
