"""What was done on which day: the row, the file it is kept in, and what rows say over time."""

from __future__ import annotations

import csv
import io
import math
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment import judge
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.errors import HistoryError
from posecheck.history.export import write_csv
from posecheck.history.progress import LEAST_DAYS, longest_streak, progress, streak_days, totals, trend
from posecheck.history.row import COLUMNS, NUMBERS, HistoryRow, cells_of, row_from
from posecheck.history.store import APPLICATION_ID, STEPS, History
from posecheck.history.tally import Held, HistoryTally, held_step
from posecheck.pipeline.session import default_profile
from posecheck.pipeline.session_history import CAMERA, Keeper, new_tally
from posecheck.records import Assessment, Measures, Verdict
from posecheck.statistics import SessionStatistics
from tests.assessment.scenes import DRILL, FOLD, measured, sighting, times
from tests.assessment.sets import Bend, Drill

ROOT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
PI_DAY = date(2026, 3, 14)

#: The first version of the file, as it was made. This text never changes: such files exist.
VERSION_1 = """
CREATE TABLE done (
    id INTEGER PRIMARY KEY, started_at TEXT NOT NULL, local_date TEXT NOT NULL, stretch TEXT NOT NULL,
    version TEXT NOT NULL, source_kind TEXT NOT NULL, side TEXT NOT NULL CHECK (side IN ('left', 'right', '')),
    routine TEXT NOT NULL, duration_s REAL, good_s REAL, warned_s REAL, unknown_s REAL, rounded_s REAL,
    hold_target_s REAL, best_hold_s REAL, held_s REAL, reps_whole REAL, reps_partial REAL, depth_deg REAL,
    depth_measure TEXT NOT NULL, straight_leg_deg REAL, view_yaw_deg REAL,
    calibrated INTEGER NOT NULL CHECK (calibrated IN (0, 1)), limits TEXT NOT NULL
);
CREATE INDEX done_by_day ON done (local_date, stretch);
INSERT INTO done VALUES (1, '2026-03-14T21:30:00+00:00', '2026-03-15', 'foot_on_step', '0.1.0', 'camera', 'left',
    'daily', 64.5, 51.25, 2.0, 5.0, NULL, 30.0, 24.0, 40.0, NULL, NULL, 71.5, 'hip_hinge_deg', 8.0, 6.5, 1,
    '{"spine_rounding.limit_deg": {"value": 30.0, "origin": "mine.toml"}}');
PRAGMA application_id = 1886352229;
PRAGMA user_version = 1;
"""


def row(day: date = PI_DAY, stretch: str = "standing_forward_fold", **more: Any) -> HistoryRow:
    """A row of this day."""
    started = more.pop("started_at", datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    return HistoryRow(started, day, stretch, version="0.1.0", source_kind="camera", **more)


def after(days: int) -> date:
    """So many days after the fourteenth of March."""
    return PI_DAY + timedelta(days=days)


def all_of(path: Path) -> list[dict[str, Any]]:
    """Every row of the file, as cells, oldest first."""
    with History(path) as history:
        return [cells_of(done) for done in history.rows(newest_first=False)]


# ------------------------------------------------------------------------------------------------ the row
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    numbers=st.fixed_dictionaries({name: st.just(math.nan) | st.floats(0, 1e6) for name in NUMBERS}),
    side=st.sampled_from(["left", "right", ""]),
    calibrated=st.booleans(),
    limits=st.dictionaries(st.text(), st.tuples(st.floats(-360, 360), st.text()), max_size=3),
    started=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES),  # noqa: DTZ001
)
def test_a_row_survives_its_way_through_cells(
    numbers: dict[str, Any],
    side: str,
    calibrated: bool,
    limits: dict[str, tuple[float, str]],
    started: datetime,
) -> None:
    """What is written is what is read again, and a number that was not seen is NULL in between, never 0."""
    done = row(started.date(), started_at=started, side=side, calibrated=calibrated, limits=limits, **numbers)
    cells = cells_of(done)
    assert {name for name in NUMBERS if cells[name] is None} == {n for n in NUMBERS if math.isnan(numbers[n])}
    again = row_from(list(cells.values()))
    assert cells_of(again) == cells
    assert dict(again.limits) == limits
    assert again.calibrated is calibrated
    assert again.started_at == started.astimezone(UTC).replace(microsecond=0)
    assert again.local_date == started.date()
    assert all(math.isnan(getattr(again, n)) == math.isnan(numbers[n]) for n in NUMBERS)


def test_the_day_is_the_person_s_and_the_time_is_utc() -> None:
    """Half past eleven in the evening in New York is the next day in UTC, and still this day for "once a day"."""
    started = datetime(2026, 3, 14, 23, 30, 5, 123456, tzinfo=timezone(timedelta(hours=-4)))
    cells = cells_of(row(started.date(), started_at=started))
    assert (cells["started_at"], cells["local_date"]) == ("2026-03-15T03:30:05+00:00", "2026-03-14")


@pytest.mark.parametrize(
    "wrong",
    [
        {"side": "both"},
        {"stretch": ""},
        {"started_at": datetime(2026, 3, 14, 12)},  # noqa: DTZ001  that is the mistake
        {"good_s": -1.0},
        {"depth_deg": math.inf},
    ],
    ids=["side", "stretch", "time zone", "negative seconds", "infinite"],
)
def test_a_row_that_contradicts_itself_is_not_made(wrong: dict[str, Any]) -> None:
    """A mistake is found where it is made, not in the file a year later."""
    with pytest.raises(ValueError, match=r"side|stretch|time zone|cannot be"):
        row(**wrong)


# ------------------------------------------------------------------------------------------------ the tally
def judged(frames: Iterable[Measures], stretch: Stretch = FOLD) -> Iterator[Assessment]:
    """What posecheck says of the frames."""
    state, profile = judge.start(stretch), default_profile(stretch)
    for frame in frames:
        state, assessment = judge.step(state, sighting(frame.t_s), frame, stretch, profile)
        yield assessment


def tallied(frames: Iterable[Measures], stretch: Stretch = FOLD) -> tuple[HistoryTally, HistoryRow]:
    """The tally of the frames and its row."""
    tally = HistoryTally(default_profile(stretch))
    for assessment in judged(frames, stretch):
        tally.put(assessment)
    return tally, tally.done(NOON, PI_DAY, stretch.id, version="0", source_kind="camera")


def fold(fps: float = 30.0) -> Iterator[Measures]:
    """4 s upright, 10 s folded well, 4 s rounded, 4 s folded well, 4 s upright; the knee bends a little in the end."""
    for number in range(round(26 * fps)):
        t_s = number / fps
        upright, rounded = t_s < 4 or t_s >= 22, 14 <= t_s < 18
        yield measured(
            t_s,
            trunk_inclination=2.0 if upright else 70.0,
            hip_hinge=2.0 if upright else 66.0 if t_s < 14 else 60.0,
            spine_flexion=0.0 if upright else 60.0 if rounded else 10.0,
            knee_flexion=4.0 if t_s < 10 else 12.0,
            view_yaw=5.0 if t_s < 16 else 11.0,
        )


@pytest.mark.parametrize("fps", [10.0, 30.0, 60.0])
def test_a_session_becomes_its_numbers(fps: float) -> None:
    """Seconds, hold, time rounded, depth, straight leg and view of a known session, at any frame rate."""
    tally, done = tallied(fold(fps))
    frame = 1.0 / fps
    assert tally.worth_keeping
    assert tally.under_way_s == pytest.approx(18.0, abs=2 * frame)
    assert done.duration_s == pytest.approx(26.0 - frame)
    # A warning waits 0.7 s before it comes and 0.4 s before it goes.
    assert done.rounded_s == done.warned_s == pytest.approx(3.7, abs=2 * frame)
    assert done.good_s == done.held_s
    assert done.unknown_s == 0.0
    assert done.hold_target_s == 30.0
    assert done.held_s == done.best_hold_s == pytest.approx(13.6, abs=4 * frame)
    assert done.depth_deg == 66.0
    assert done.straight_leg_deg == 4.0
    assert done.view_yaw_deg == 5.0


def test_the_seconds_are_those_of_the_summary() -> None:
    """History and `summary.json` never disagree about the same frames, a pause and UNKNOWN included."""
    frames = [frame for frame in fold() if not 6 < frame.t_s < 9]
    frames = [measured(f.t_s, reason="Turn side-on.") if 19 < f.t_s < 20 else f for f in frames]
    summary = SessionStatistics()
    for assessment in judged(frames):
        summary = summary.plus(assessment)
    _, done = tallied(frames)
    assert done.unknown_s > 3.5
    assert (done.warned_s, done.unknown_s) == (summary.verdict_s[Verdict.WARN], summary.verdict_s[Verdict.UNKNOWN])
    assert done.good_s == summary.good_s > 5.0
    outside_s = summary.verdict_s[Verdict.GOOD] - summary.good_s
    assert done.duration_s == pytest.approx(done.good_s + outside_s + done.warned_s + done.unknown_s)


def test_holds_add_up_and_the_best_is_told() -> None:
    """Two holds with a rest between them: the best one, and both together."""
    rest = [(0.0, 6.0), (16.0, 26.0)]
    frames = [
        measured(
            n / 20,
            trunk_inclination=2.0 if any(a <= n / 20 < b for a, b in rest) else 70.0,
        )
        for n in range(20 * 30)
    ]
    _, done = tallied(frames)
    assert done.best_hold_s == pytest.approx(10.0, abs=0.15)
    assert done.held_s == pytest.approx(14.0, abs=0.3)


def test_what_was_never_seen_is_nan() -> None:
    """Nobody in view: no depth, no leg, no view, no time rounded; the hold is a true 0, and the row not worth keeping."""
    frames = [
        measured(n / 20, hip_hinge=math.nan, knee_flexion=math.nan, trunk_inclination=math.nan, view_yaw=math.nan)
        for n in range(100)
    ]
    tally, done = tallied(frames)
    assert not tally.worth_keeping
    for name in ("depth_deg", "straight_leg_deg", "view_yaw_deg", "rounded_s", "reps_whole", "reps_partial"):
        assert math.isnan(getattr(done, name)), name
    assert done.best_hold_s == done.held_s == 0.0
    nothing = HistoryTally(default_profile(FOLD))
    assert not nothing.worth_keeping
    empty = nothing.done(NOON, PI_DAY, FOLD.id, version="0", source_kind="camera")
    assert all(math.isnan(getattr(empty, name)) for name in NUMBERS)


def test_a_stretch_without_a_hold_has_none() -> None:
    """The drill is repeated, not held: its hold is not 0 but not there."""
    _, done = tallied(fold(), DRILL)
    assert all(math.isnan(value) for value in (done.hold_target_s, done.best_hold_s, done.held_s))
    assert math.isnan(done.straight_leg_deg)
    assert done.rounded_s > 3.0


def test_repetitions_are_kept_as_whole_and_partial() -> None:
    """Two whole ones and a partial one; another side that begins at zero is added, what was not seen is not."""
    bends = [Bend(), Bend(depth_deg=35.0), Bend()]
    drill = Drill(bends)
    frames = drill.seen(times(20, drill.end_s))
    _, done = tallied(frames, DRILL)
    assert (done.reps_whole, done.reps_partial) == (2.0, 1.0)
    tally = HistoryTally(default_profile(DRILL))
    for after_s in (0.0, 100.0):
        for assessment in judged((Measures(f.t_s + after_s, f.values, f.view) for f in frames), DRILL):
            tally.put(assessment)
    both = tally.done(NOON, PI_DAY, DRILL.id, version="0", source_kind="camera")
    assert (both.reps_whole, both.reps_partial) == (4.0, 2.0)
    bent = [frame for frame in frames if frame.t_s > drill.bottoms[0][0]]
    assert tallied(bent, DRILL)[1].reps_whole == 1.0


def test_a_drill_without_a_repetition_has_none_and_not_nothing() -> None:
    """Zero is a number here: repetitions were looked for."""
    _, done = tallied((measured(n / 20, trunk_inclination=2.0) for n in range(60)), DRILL)
    assert (done.reps_whole, done.reps_partial) == (0.0, 0.0)


def test_no_depth_is_taken_from_what_is_unknown() -> None:
    """The deepest moment in a bad view does not count; a jump of a few frames does not either."""
    frames = []
    for frame in fold():
        if 8 < frame.t_s < 10:
            frames.append(measured(frame.t_s, hip_hinge=130.0, trunk_inclination=70.0, reason="Turn side-on."))
        elif 12 < frame.t_s < 12.3:
            frames.append(measured(frame.t_s, hip_hinge=120.0, trunk_inclination=70.0))
        else:
            frames.append(frame)
    assert tallied(frames)[1].depth_deg == 66.0


def test_coming_up_from_the_stretch_before_is_no_depth_of_this_one() -> None:
    """Whoever is still folded when a snapshot of standing begins has not leaned by 70 degrees in it."""
    stretch = load_stretch("standing_posture")
    tally = new_tally(stretch, default_profile(stretch))
    leans = [70.0] * 40 + [70.0 - 2.0 * n for n in range(34)] + [4.0] * 60 + [40.0] * 40
    for assessment in judged((measured(n / 20, trunk_inclination=lean) for n, lean in enumerate(leans)), stretch):
        tally.put(assessment)
    done = tally.done(NOON, PI_DAY, stretch.id, version="0", source_kind="camera")
    assert done.depth_measure == "trunk_inclination_deg"
    assert 4.0 <= done.depth_deg <= 20.0


def test_memory_does_not_grow_with_the_session() -> None:
    """After an hour a tally remembers no more than after a minute."""

    def remembered(minutes: int) -> int:
        tally = HistoryTally(default_profile(FOLD))
        once = list(judged(fold(10.0)))[:200]
        for number in range(minutes * 600):
            tally.put(_moved(once[number % 200], number / 10))
        return len(tally._depth.run) + len(tally._straight.run) + len(tally._yaw_s)

    assert remembered(20) <= remembered(1)


def _moved(assessment: Assessment, t_s: float) -> Assessment:
    measures = Measures(t_s, dict(assessment.measures.values), assessment.measures.view)
    return Assessment(
        t_s,
        assessment.sighting,
        measures,
        assessment.verdict,
        assessment.reason,
        assessment.findings,
        assessment.hold,
        assessment.cue,
    )


@given(
    values=st.lists(st.floats(0, 150) | st.just(math.nan), min_size=1, max_size=60),
    gaps=st.lists(st.sampled_from([0.02, 0.05, 0.1, 0.3, 0.6]), min_size=60, max_size=60),
    for_s=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_the_largest_held_value_is_found(values: list[float], gaps: list[float], for_s: float) -> None:
    """The same as trying every stretch of frames that lasts long enough, has no gap and nothing unseen in it."""
    times = [sum(gaps[:number]) for number in range(len(values))]
    state = Held()
    for t_s, value in zip(times, values, strict=True):
        state = held_step(state, t_s, value, for_s=for_s, gap_s=0.5)
    best = math.nan
    for first in range(len(values)):
        for last in range(first, len(values)):
            part = values[first : last + 1]
            broken = any(math.isnan(v) for v in part) or any(gap > 0.5 for gap in gaps[first:last])
            if not broken and times[last] - times[first] >= for_s - 1e-6:
                best = min(part) if math.isnan(best) else max(best, min(part))
    assert state.best == pytest.approx(best, nan_ok=True)


def test_a_keeper_writes_one_row_of_a_session_that_was_one(tmp_path: Path) -> None:
    """The whole session is one row with the numbers in force; hardly begun, it is none, and that is said."""
    path, profile = tmp_path / "h.sqlite3", default_profile(FOLD).with_layer({"hold.target_s": 20}, "--set")
    started = datetime(2026, 3, 14, 23, 30, tzinfo=timezone(timedelta(hours=-4)))
    keeper = Keeper(path, FOLD, profile, CAMERA)
    for assessment in judged(fold()):
        keeper.put(assessment)
    assert "Kept under 2026-03-14" in keeper.keep(started, Messages.load("en").text)
    brief = Keeper(path, FOLD, profile, CAMERA)
    for assessment in judged(frame for frame in fold() if frame.t_s < 5):
        brief.put(assessment)
    assert "Not kept" in brief.keep(started, Messages.load("en").text)
    with History(path) as history:
        (done,) = history.rows()
    assert (done.stretch, done.source_kind, done.local_date) == (FOLD.id, "camera", PI_DAY)
    assert done.limits["hold.target_s"] == (20.0, "--set")
    assert done.limits["spine_rounding.limit_deg"] == (35.0, "default")


# ------------------------------------------------------------------------------------------------ the file
def test_rows_are_found_by_stretch_and_day_newest_first(tmp_path: Path) -> None:
    """Queries answer by stretch, by day and by routine."""
    path = tmp_path / "deep" / "folder" / "h.sqlite3"
    with History(path) as history:
        for days, stretch, routine in ((0, "a", ""), (2, "b", "daily"), (1, "a", "daily"), (1, "a", "")):
            history.add(row(after(days), stretch, routine=routine))
        assert [(done.local_date, done.stretch) for done in history.rows()] == [
            (after(2), "b"),
            (after(1), "a"),
            (after(1), "a"),
            (after(0), "a"),
        ]
        assert [done.local_date for done in history.rows(stretch="a", since=after(1))] == [after(1), after(1)]
        assert history.days() == (after(0), after(1), after(2))
        assert history.days(stretch="b") == (after(2),)
        assert (history.days_practised(), history.days_practised(stretch="a")) == (3, 2)
        assert history.days_practised(stretch="a", routine="daily") == 1
        assert history.stretches() == ("a", "b")
        assert history.count(before=after(1)) == 1
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0


def test_what_is_deleted_is_gone_from_the_disk(tmp_path: Path) -> None:
    """Rows go by stretch and by day, the number is told, and their bytes are in no file any more."""
    path = tmp_path / "h.sqlite3"
    with History(path) as history:
        for days in range(40):
            history.add(row(after(days), "secret_stretch_of_mine" if days % 2 else "other"))
        assert history.delete(stretch="other", before=after(10)) == 5
        assert history.delete(stretch="secret_stretch_of_mine") == 20
        assert history.stretches() == ("other",)
        assert all(b"secret_stretch" not in each.read_bytes() for each in tmp_path.iterdir())
        assert history.delete() == 15
        assert history.count() == 0


def test_a_file_of_version_1_is_read_as_it_was_meant(tmp_path: Path) -> None:
    """A file made by the first version opens, keeps every value, and takes new rows."""
    path = tmp_path / "h.sqlite3"
    _script(path, VERSION_1)
    with History(path) as history:
        history.add(row(after(9)))
        new, old = history.rows()
    assert new.local_date == after(9)
    assert (old.started_at, old.local_date) == (datetime(2026, 3, 14, 21, 30, tzinfo=UTC), date(2026, 3, 15))
    assert (old.side, old.routine, old.calibrated, old.best_hold_s) == ("left", "daily", True, 24.0)
    assert math.isnan(old.rounded_s)
    assert math.isnan(old.reps_whole)
    assert math.isnan(old.reps_good)
    assert old.good_s == old.held_s == 40.0  # 51.25 s were GOOD, standing before the stretch too
    assert old.limits["spine_rounding.limit_deg"] == (30.0, "mine.toml")


NEXT_STEP = (
    "ALTER TABLE done ADD COLUMN mood TEXT NOT NULL DEFAULT 'fine'",
    "UPDATE done SET mood = 'proud' WHERE best_hold_s > 20",
)


def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    """A real file of version 1 takes every step up to the newest version, keeps its rows, and takes each step once."""
    path = tmp_path / "h.sqlite3"
    _script(path, VERSION_1)
    for _ in range(2):
        with History(path, steps=(*STEPS, NEXT_STEP)) as history:
            assert [done.stretch for done in history.rows()] == ["foot_on_step"]
    assert _ask(path, "SELECT mood FROM done") == [("proud",)]
    assert _ask(path, "PRAGMA user_version") == [(len(STEPS) + 1,)]


def test_a_step_that_fails_half_way_leaves_the_older_file(tmp_path: Path) -> None:
    """Steps are whole or not at all: the column of the first statement is not there, version and rows are the old."""
    path = tmp_path / "h.sqlite3"
    _script(path, VERSION_1)
    with pytest.raises(HistoryError, match="no such table: nowhere"):
        History(path, steps=(*STEPS, (NEXT_STEP[0], "INSERT INTO nowhere VALUES (1)")))
    assert _ask(path, "PRAGMA user_version") == [(len(STEPS),)]
    assert "mood" not in {name for _, name, *_ in _ask(path, "PRAGMA table_info(done)")}
    assert len(all_of(path)) == 1


def _newer(path: Path) -> None:
    _script(path, VERSION_1 + f"PRAGMA user_version = {len(STEPS) + 1};")


def _foreign(path: Path) -> None:
    _script(path, "CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('kept');")


def _text(path: Path) -> None:
    path.write_text("Monday: folded, felt good.\n" * 100, encoding="utf-8")


def _short_text(path: Path) -> None:
    path.write_text("hm", encoding="utf-8")


def _overwritten(path: Path) -> None:
    _full(path)
    data = bytearray(path.read_bytes())
    data[4096 : 3 * 4096] = b"\x5a" * (2 * 4096)
    path.write_bytes(data)


def _cut(path: Path) -> None:
    _full(path)
    path.write_bytes(path.read_bytes()[: 5 * 4096 + 100])


def _full(path: Path) -> None:
    with History(path) as history:
        for days in range(40):
            history.add(row(after(days), limits={"x" * 900: (1.0, "default")}))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_newer, r"newer posecheck \(version 3 .* up to 2\).*install the newest"),
        (_foreign, "database of another program"),
        (_text, "damaged or no history"),
        (_short_text, "damaged or no history"),
        (_overwritten, "damaged"),
        (_cut, "damaged"),
    ],
    ids=["newer", "foreign", "text", "short text", "overwritten", "cut"],
)
def test_a_file_that_is_no_sound_history_is_refused_and_left_as_it_is(make: Any, told: str, tmp_path: Path) -> None:
    """One line that says what to do, and not a byte is changed."""
    path = tmp_path / "h.sqlite3"
    make(path)
    before = path.read_bytes()
    with pytest.raises(HistoryError, match=told) as caught:
        History(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert "left as it was" in str(caught.value)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder in the way, or a file where the folder should be."""
    with pytest.raises(HistoryError, match="Cannot make the history"):
        History(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(HistoryError, match="Cannot make the history"):
        History(tmp_path / "file" / "h.sqlite3")


def test_a_row_changed_by_hand_is_told_with_its_number(tmp_path: Path) -> None:
    """Nonsense in a cell is an error that names the row, not a wrong number."""
    path = tmp_path / "h.sqlite3"
    _full(path)
    _script(path, "UPDATE done SET local_date = 'last Monday' WHERE id = 7")
    with History(path) as history, pytest.raises(HistoryError, match=r"Row 7 .*last Monday"):
        list(history.rows())


def test_a_file_held_by_another_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another program does not let go, the wait ends with a line."""
    monkeypatch.setattr("posecheck.history.store.BUSY_S", 0.05)
    path = tmp_path / "h.sqlite3"
    with History(path) as history:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryError, match="held by another program"):
            history.add(row())
        holder.close()
        history.add(row())
        assert history.count() == 1


def test_a_file_that_another_program_writes_right_now_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening an old-fashioned file (no write-ahead log) in the middle of another's write waits until that is done."""
    path = tmp_path / "h.sqlite3"
    _script(path, VERSION_1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("UPDATE done SET stretch = 'renamed'")
    waits: list[float] = []

    def sleep(for_s: float) -> None:
        waits.append(for_s)
        if len(waits) == 3:  # the other program is done while it is waited for, however fast this machine is
            holder.commit()

    monkeypatch.setattr("posecheck.history.store.time.sleep", sleep)
    with History(path) as history:
        assert history.stretches() == ("renamed",)
    assert len(waits) == 3
    holder.close()


WRITER = """
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from posecheck.history.row import HistoryRow
from posecheck.history.store import History
path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with History(path) as history:
    print("open", flush=True)
    sys.stdin.readline()
    for number in range(count):
        history.add(HistoryRow(datetime.now(UTC), date(2026, 1, 1) + timedelta(days=number % 300), name, "0", "camera",
                         limits={"a.limit_deg": (35.0, "x" * 3000)}))
        print(number, flush=True)
    if name == "hangs":
        history._db.execute("BEGIN IMMEDIATE")
        history._db.execute("INSERT INTO done (started_at, local_date, stretch, version, source_kind, side, routine, "
                            "depth_measure, calibrated, limits) VALUES ('x','x','x','x','x','','','x',0,'{}')")
        print("half way", flush=True)
        sys.stdin.readline()
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A real process that opens the history and waits for a line before it writes."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(count)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_that_open_and_write_at_once_all_succeed(tmp_path: Path) -> None:
    """Four processes make the file at the same moment and write at the same moment: every row of each is there."""
    path = tmp_path / "h.sqlite3"
    names = ("a", "b", "c", "d")
    processes = [writer(path, name, 25) for name in names]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n", process.communicate()[1]
        errors = _let_go(processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert errors == [""] * 4
    assert [process.returncode for process in processes] == [0] * 4
    with History(path) as history:
        assert [history.count(stretch=name) for name in names] == [25] * 4


def _let_go(processes: Sequence[subprocess.Popen[str]]) -> list[str]:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return [process.communicate()[1] for process in processes]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("name", "count", "at"), [("loops", 100_000, "40\n"), ("hangs", 12, "half way\n")])
def test_a_killed_process_leaves_whole_rows(name: str, count: int, at: str, tmp_path: Path) -> None:
    """Killed between rows or in the middle of one: the file is sound, holds what was told, and takes new rows."""
    path = tmp_path / "h.sqlite3"
    with writer(path, name, count) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        told = 0
        for line in process.stdout:
            told += line.strip().isdigit()
            if line == at:
                break
        process.send_signal(signal.SIGKILL)
        told += sum(line.strip().isdigit() for line in process.stdout if line.endswith("\n"))
    assert process.returncode == -signal.SIGKILL
    found = all_of(path)
    assert _ask(path, "PRAGMA integrity_check") == [("ok",)]
    # A row may have been written whose number was not told any more.
    assert told <= len(found) <= told + (name == "loops")
    assert told >= 12
    assert {cells["stretch"] for cells in found} == {name}
    assert all(len(str(cells["limits"])) > 3000 for cells in found)
    with History(path) as history:
        history.add(row())
        assert history.count() == len(found) + 1


def _script(path: Path, sql: str) -> None:
    db = sqlite3.connect(path)
    db.executescript(sql)
    db.close()


def _ask(path: Path, sql: str) -> list[Any]:
    db = sqlite3.connect(path)
    found = db.execute(sql).fetchall()
    db.close()
    return found


def test_the_mark_of_the_file_is_what_version_1_wrote() -> None:
    """The constant and the text of old files agree."""
    assert f"application_id = {APPLICATION_ID};" in VERSION_1


# ------------------------------------------------------------------------------------------------ over time
@pytest.mark.parametrize(
    ("days", "streak"),
    [
        ((), 0),
        ((0,), 1),
        ((-1,), 1),
        ((-2,), 0),
        ((-2, -1, 0), 3),
        ((-3, -2, -1), 3),
        ((-4, -2, -1, 0), 3),
        ((-1, 0, 1), 2),
    ],
)
def test_today_or_yesterday_keeps_a_streak_alive(days: tuple[int, ...], streak: int) -> None:
    """Once a day; a day missed before yesterday ends it, and a day to come does not count."""
    assert streak_days([after(d) for d in days], PI_DAY) == streak


@given(days=st.lists(st.integers(-60, 0)), twice=st.booleans())
def test_a_streak_counts_days_not_sessions(days: list[int], twice: bool) -> None:
    """Any order and any number a day; never more than the longest, which is never more than the days."""
    dates = [after(d) for d in days] * (2 if twice else 1)
    known = set(days)
    assert streak_days(dates, PI_DAY) == streak_days(sorted(set(dates)), PI_DAY) <= longest_streak(dates) <= len(known)
    runs = [sum(1 for k in range(100) if all(first + i in known for i in range(k + 1))) for first in known]
    assert longest_streak(dates) == max(runs, default=0)


@given(
    slope=st.floats(-20, 20),
    start=st.floats(-90, 90),
    days=st.sets(st.integers(0, 400), min_size=LEAST_DAYS, max_size=20),
)
def test_a_straight_line_has_its_own_slope(slope: float, start: float, days: set[int]) -> None:
    """Degrees a week, whatever days are missing."""
    found = trend((after(d), start + slope * d / 7) for d in days)
    assert found.per_week_deg == pytest.approx(slope, abs=1e-6)
    assert found.days == len(days)
    assert found.latest_deg == pytest.approx(start + slope * max(days) / 7)


def test_fewer_than_three_days_have_no_trend() -> None:
    """However many sessions there were: NaN, and the number of days is told."""
    few = trend([(after(0), 50.0), (after(0), 60.0), (after(1), 70.0), (after(1), 71.0), (after(2), math.nan)])
    assert (few.days, few.latest_deg) == (2, 71.0)
    assert math.isnan(few.per_week_deg)
    none = trend([(after(0), math.nan)])
    assert none.days == 0
    assert math.isnan(none.latest_deg)


def test_the_best_of_each_day_counts() -> None:
    """A light warm-up on the same day does not spoil the trend: deepest for depth, straightest for the leg."""
    points = [(after(0), 50.0), (after(7), 52.0), (after(7), 10.0), (after(14), 54.0), (after(14), 20.0)]
    assert trend(points).per_week_deg == pytest.approx(2.0)
    legs = [(day, -value_deg) for day, value_deg in points]
    assert trend(legs, least_is_best=True).per_week_deg == pytest.approx(-2.0)


def test_sides_and_measures_are_not_mixed() -> None:
    """Left and right have a trend each, and depths of another measure are left out."""
    dones = [row(after(7 * n), "step", side="left", depth_deg=50.0 + n, straight_leg_deg=9.0) for n in range(4)]
    dones += [row(after(7 * n), "step", side="right", depth_deg=80.0 - n) for n in range(3)]
    dones.append(row(after(-7), "step", side="left", depth_deg=5.0, depth_measure="trunk_inclination_deg"))
    left, right = progress(dones)
    assert (left.side, right.side) == ("left", "right")
    assert (left.depth.days, right.depth.days) == (4, 3)
    assert left.depth.per_week_deg == pytest.approx(1.0)
    assert right.depth.per_week_deg == pytest.approx(-1.0)
    assert left.straight_leg.per_week_deg == pytest.approx(0.0)
    assert right.straight_leg.days == 0


def test_totals_add_what_was_seen() -> None:
    """NaN adds nothing, and nothing but NaN stays NaN."""
    added = totals([row(good_s=20.0), row(), row(after(1), good_s=5.5)])
    assert (added.sessions, added.days, added.good_s) == (3, 2, 25.5)
    assert math.isnan(added.reps_whole)


# ------------------------------------------------------------------------------------------------ the table for others
def test_the_csv_follows_rfc_4180() -> None:
    """CR LF, quotes doubled where they are needed, an empty cell for NaN; a reader gets back what was meant."""
    limits = {"spine_rounding.limit_deg": (35.0, 'a "quoted", odd\nname.toml')}
    text = io.StringIO(newline="")
    assert write_csv([row(limits=limits, depth_deg=71.23456, straight_leg_deg=-0.0001)], text) == 1
    raw = text.getvalue()
    assert raw.startswith(",".join(COLUMNS) + "\r\n")
    assert raw.endswith("\r\n")
    assert '""value"": 35.0' in raw
    (cells,) = csv.DictReader(io.StringIO(raw, newline=""))
    assert (cells["depth_deg"], cells["straight_leg_deg"], cells["good_s"]) == ("71.235", "0.0", "")
    again = row_from([cells[name] if cells[name] or name not in NUMBERS else None for name in COLUMNS])
    assert dict(again.limits) == limits
