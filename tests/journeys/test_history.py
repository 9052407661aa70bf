"""`posecheck history` as people use it, from the first session that is kept to its deletion."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from posecheck.history.row import COLUMNS, HistoryRow
from posecheck.history.store import History, history_path
from posecheck.resources import samples_dir
from posecheck.sources.replay import read_recording
from tests.journeys import media
from tests.journeys.command import environment, lines_until, posecheck, refused, started
from tests.waiting import GIVE_UP_S

ROUNDED = samples_dir() / "standing_fold_rounded.mp4"


@pytest.fixture
def own_home() -> Path:
    """Where the user's own history will be."""
    return history_path()


def filled(path: Path, days: int = 5) -> Path:
    """A history of a drill every day up to today, and a fold every other day."""
    today = datetime.now().astimezone().date()
    with History(path) as history:
        for ago in range(days):
            day = today - timedelta(days=ago)
            started = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            history.add(
                HistoryRow(started, day, "hip_hinge_drill", "0", "camera", depth_deg=48.0 - ago, reps_whole=8.0)
            )
            if ago % 2:
                history.add(HistoryRow(started, day, "standing_forward_fold", "0", "camera", depth_deg=70.0))
    return path


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_an_empty_history_says_how_to_begin(own_home: Path, tmp_path: Path) -> None:
    """Nothing kept yet: a friendly line, no error, and nothing is made by looking, exporting or deleting."""
    done = posecheck("history", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "posecheck live --history" in done.stdout
    assert posecheck("history", "export", "-", cwd=tmp_path).stdout.split(",")[0] == COLUMNS[0]
    assert "Nothing to delete" in posecheck("history", "delete", "--all", cwd=tmp_path).stdout
    assert not own_home.exists()


def test_an_analysed_clip_is_kept_under_the_day_it_was_filmed(own_home: Path, tmp_path: Path) -> None:
    """`analyze --history --on` keeps one row with the same seconds as the summary; `history` shows it."""
    words = ("analyze", ROUNDED, "-o", "out", "--from", "2.2", "--to", "5", "--history", "--on", "2026-01-05")
    done = posecheck(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Kept under 2026-01-05" in done.stdout
    (row,) = rows(posecheck("history", "export", "-", cwd=tmp_path).stdout)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    for verdict, column in (("WARN", "warned_s"), ("UNKNOWN", "unknown_s")):
        assert float(row[column]) == pytest.approx(summary["verdict_s"][verdict], abs=0.002)
    assert float(row["good_s"]) == pytest.approx(summary["good_s"], abs=0.002)
    assert float(row["duration_s"]) == pytest.approx(summary["duration_s"], abs=0.002)
    assert float(row["best_hold_s"]) == pytest.approx(summary["hold"]["good_s"], abs=0.002)
    assert float(row["rounded_s"]) > 0.5
    assert 20.0 < float(row["depth_deg"]) <= summary["deepest_hip_hinge"]["hip_hinge_deg"]
    assert (row["local_date"], row["source_kind"], row["stretch"]) == ("2026-01-05", "video", "standing_forward_fold")
    assert json.loads(row["limits"])["spine_rounding.limit_deg"] == {"value": 35.0, "origin": "default"}
    assert row["reps_whole"] == ""
    shown = posecheck("history", "--days", 9999, cwd=tmp_path).stdout
    assert "Standing forward fold" in shown
    assert own_home.exists()


def test_a_live_session_that_ends_with_ctrl_c_is_kept(own_home: Path, tmp_path: Path) -> None:
    """`live --history` keeps one row under today, however it ends: Ctrl-C is how people end it."""
    clip = media.endless(tmp_path / "clip.mp4", ROUNDED)  # it cannot come to its end before Ctrl-C
    words = ("live", "--terminal", "--source", clip, "--every-frame", "--record", "mine.jsonl", "--history")
    today = datetime.now().astimezone().date()
    with started(*words, "--set", "history.least_s=0", cwd=tmp_path) as running:
        lines_until(running, r"^[1-9]\d*\.\d s .*frames/s")
        running.send_signal(signal.SIGINT)
        said, error = running.communicate(timeout=GIVE_UP_S)
    assert running.returncode == 130, said + error
    assert f"Kept under {today}" in said
    with History(own_home) as history:
        (row,) = history.rows()
    assert row.local_date == today
    seen_s = [sighting.t_s for sighting in read_recording(tmp_path / "mine.jsonl").sightings()]
    assert row.duration_s == pytest.approx(seen_s[-1] - seen_s[0], abs=0.04)
    assert row.duration_s >= 1.0
    assert "1 day in a row" in posecheck("history", cwd=tmp_path).stdout


def test_nothing_is_kept_without_asking(own_home: Path, tmp_path: Path) -> None:
    """By default an analysis leaves no history."""
    done = posecheck("analyze", ROUNDED, "-o", "out", "--to", "0.3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not own_home.exists()
    refused(posecheck("analyze", ROUNDED, "--on", "2026-01-05", cwd=tmp_path), 2, "add --history")
    late = date.today() + timedelta(days=3)  # noqa: DTZ011  the day of this place is meant
    refused(posecheck("analyze", ROUNDED, "--history", "--on", late, cwd=tmp_path), 2, "still to come")


def test_a_history_that_cannot_be_used_is_told_before_the_session(own_home: Path, tmp_path: Path) -> None:
    """Nobody stretches for a row that cannot be written; the damaged file stays as it was."""
    own_home.parent.mkdir(parents=True)
    own_home.write_text("no database at all, but quite some text\n" * 100, encoding="utf-8")
    before = own_home.read_bytes()
    for words in (
        ("live", "--terminal", "--source", ROUNDED, "--history"),
        ("analyze", ROUNDED, "-o", "out", "--history"),
        ("history",),
        ("history", "delete", "--all", "--yes"),
    ):
        done = posecheck(*words, cwd=tmp_path)
        refused(done, 1, "damaged or no history of posecheck.*move it away")
        assert "frames" not in done.stdout
    assert own_home.read_bytes() == before


def test_it_shows_streak_table_and_trend(own_home: Path, tmp_path: Path) -> None:
    """Newest first, with the days in a row and where the depth is going; by stretch and by days."""
    filled(own_home)
    whole = posecheck("history", cwd=tmp_path).stdout
    assert whole.startswith("● 5 days in a row, today is done.")
    assert "7 sessions on 5 days, 40 reps" in whole
    assert "deeper by 7.0° a week, over 5 days" in whole
    assert [float(d.strip("°")) for d in whole.split() if d.startswith("4") and d.endswith("°")] == [48, 47, 46, 45, 44]
    one = posecheck("history", "--stretch", "standing_forward_fold", "--days", 2, cwd=tmp_path).stdout
    assert "1 session on 1 day" in one
    assert "1 session before that" in one
    assert "drill" not in one
    wrong = posecheck("history", "--stretch", "hip_hinge_dril", cwd=tmp_path)
    refused(wrong, 2, 'Did you mean "hip_hinge_drill"')


def test_another_file_can_be_named(own_home: Path, tmp_path: Path) -> None:
    """--file shows another history, and says so when there is none."""
    other = filled(tmp_path / "other.sqlite3", days=2)
    assert "2 days in a row" in posecheck("history", "--file", other, cwd=tmp_path).stdout
    refused(posecheck("history", "--file", "none.sqlite3", cwd=tmp_path), 1, r"no history none\.sqlite3")
    assert not (tmp_path / "none.sqlite3").exists()
    assert not own_home.exists()


def test_export_writes_every_row_once_and_over_nothing(own_home: Path, tmp_path: Path) -> None:
    """The same bytes to a file and to the standard output, oldest first, lines ending in CR LF; a file is kept."""
    filled(own_home)
    done = posecheck("history", "export", "mine.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "mine.csv: 7 sessions\n")
    data = (tmp_path / "mine.csv").read_bytes()
    command = [sys.executable, "-m", "posecheck", "history", "export", "-"]
    assert subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, check=True).stdout == data
    found = rows(data.decode())
    assert tuple(found[0]) == COLUMNS
    assert data.count(b"\r\n") == data.count(b"\n") == 8
    assert [row["local_date"] for row in found] == sorted(row["local_date"] for row in found)
    refused(posecheck("history", "export", "mine.csv", cwd=tmp_path), 2, r"mine\.csv exists already")
    assert (tmp_path / "mine.csv").read_bytes() == data
    refused(posecheck("history", "export", "none/mine.csv", cwd=tmp_path), 1, "Cannot write none/mine.csv")


def test_delete_asks_and_says_how_many(own_home: Path, tmp_path: Path) -> None:
    """No, and no answer at all, delete nothing; yes deletes what was named and no more."""
    filled(own_home)
    fold = ("history", "delete", "--stretch", "standing_forward_fold")
    for answer in ("n\n", ""):
        done = posecheck(*fold, cwd=tmp_path, typed=answer)
        assert (done.returncode, done.stdout.strip()) == (1, "Nothing was deleted.")
        assert "Delete 2 sessions of standing_forward_fold for good?" in done.stderr
    done = posecheck(*fold, cwd=tmp_path, typed="y\n")
    assert (done.returncode, done.stdout.strip()) == (0, "Deleted 2 sessions of standing_forward_fold.")
    today = datetime.now().astimezone().date()
    done = posecheck("history", "delete", "--before", today, "--yes", cwd=tmp_path)
    assert done.stdout == f"Deleted 4 sessions before {today}.\n"
    assert posecheck("history", "delete", "--all", "--yes", cwd=tmp_path).stdout == "Deleted 1 session.\n"
    assert "Begin with" in posecheck("history", cwd=tmp_path).stdout


def test_delete_asks_in_german_and_understands_the_answer(own_home: Path, tmp_path: Path) -> None:
    """Both j and ja are yes, n is no; what is neither is asked again, and no answer at all is no."""
    filled(own_home)
    fold = ("history", "delete", "--stretch", "standing_forward_fold", "--lang", "de")
    done = posecheck(*fold, cwd=tmp_path, typed="vielleicht\nn\n")
    assert (done.returncode, done.stdout.strip()) == (1, "Nichts wurde gelöscht.")
    assert done.stderr.count("Endgültig löschen: 2 Einträge von standing_forward_fold? [j/N]") == 2
    assert "Antworte mit j für ja, n für nein." in done.stderr
    done = posecheck(*fold, cwd=tmp_path, typed="Ja\n")
    assert (done.returncode, done.stdout.strip()) == (0, "Gelöscht: 2 Einträge von standing_forward_fold.")
    earlier = ("history", "delete", "--before", "2001-01-01", "--lang", "de")
    assert posecheck(*earlier, cwd=tmp_path).stdout.startswith("Nichts zu löschen: Es gibt keinen Eintrag vor dem 2001")


def test_delete_wants_to_know_what(own_home: Path, tmp_path: Path) -> None:
    """Nothing named, everything and something, or options before the command: refused, and nothing is lost."""
    filled(own_home)
    refused(posecheck("history", "delete", "--yes", cwd=tmp_path), 2, "say what to delete")
    refused(posecheck("history", "delete", "--all", "--before", "2026-01-01", "--yes", cwd=tmp_path), 2, "--all alone")
    before = ("history", "--stretch", "hip_hinge_drill", "delete", "--all", "--yes")
    refused(posecheck(*before, cwd=tmp_path), 2, "options go behind the command: posecheck history delete")
    refused(posecheck("history", "delete", "--stretch", "nothing_such", "--yes", cwd=tmp_path), 2, "unknown stretch")
    with History(own_home) as history:
        assert history.count() == 7
