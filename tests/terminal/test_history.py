"""What the terminal shows of the history."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest

from posecheck.assessment.messages import Messages
from posecheck.history.row import HistoryRow
from posecheck.terminal.history import clock, day_text, history_view
from tests.terminal.test_style import text_of

TODAY = date(2026, 3, 14)


def row(days_ago: int, stretch: str = "standing_forward_fold", **more: float | str) -> HistoryRow:
    """A row of so many days ago."""
    day = TODAY - timedelta(days=days_ago)
    started = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return HistoryRow(started, day, stretch, version="0", source_kind="camera", **more)  # type: ignore[arg-type]


def shown(rows: list[HistoryRow], columns: int = 100, earlier: int = 0, days: list[date] | None = None) -> str:
    """The view of these rows."""
    known = sorted({done.local_date for done in rows}) if days is None else days
    return text_of(history_view(rows, known, TODAY, earlier=earlier, columns=columns), columns)


@pytest.mark.parametrize("columns", [60, 100])
def test_it_fits_its_terminal_without_cutting_a_number(columns: int) -> None:
    """At 60 and at 100 columns every heading and number stands whole on its line, and words are not broken."""
    rows = [
        row(0, hold_target_s=30.0, best_hold_s=31.9, rounded_s=75.2, depth_deg=102.0, straight_leg_deg=-11.0),
        row(0, "seated_one_leg", side="right", hold_target_s=120.0, best_hold_s=119.9, rounded_s=0.0),
        row(1, "hip_hinge_drill", reps_whole=10.0, reps_partial=2.0, depth_deg=48.0),
        row(90, "hip_hinge_drill", reps_whole=1.0, reps_partial=0.0, depth_deg=48.0),
    ]
    text = shown(rows, columns)
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    for whole in ("✓ 31/30 s", "119/120 s", "10 + 2 part", "1 rep", "1:15.2", "102°", "-11°", "rounded", "2025-12-14"):
        assert whole in text, whole
    assert "…" not in text
    words = {word for line in lines for word in line.split()}
    assert {"Standing", "forward", "fold", "right", "drill"} <= words
    assert ("unknown" in text) == (columns == 100)


def test_what_was_not_seen_is_a_dash() -> None:
    """A row without a single number shows dashes, no zero and no nan."""
    line = next(line for line in shown([row(0)]).splitlines() if line.startswith(" 14 Mar"))
    assert line.split() == ["14", "Mar", "Standing", "forward", "fold", *"–––––––"]


def test_a_hold_is_full_only_when_it_is() -> None:
    """29.9 of 30 seconds are 29, without the tick; 30 have it."""
    assert "✓" not in shown([row(0, hold_target_s=30.0, best_hold_s=29.95)])
    assert "29/30 s" in shown([row(0, hold_target_s=30.0, best_hold_s=29.95)])
    assert "✓ 30/30 s" in shown([row(0, hold_target_s=30.0, best_hold_s=30.0)])


@pytest.mark.parametrize(
    ("days_ago", "said"),
    [
        ([0], "● 1 day in a row, today is done."),
        ([0, 1, 2, 5], "● 3 days in a row, today is done."),
        ([1, 2], "○ 2 days in a row. Once more today makes it 3."),
        ([2, 3, 4], "○ A new row of days can begin today."),
    ],
)
def test_the_streak_says_what_keeps_it_alive(days_ago: list[int], said: str) -> None:
    """Done today, still open, or over; the days in all are always told."""
    text = shown([row(ago) for ago in days_ago])
    assert text.startswith(said)
    assert f"{len(days_ago)} day{'s' if len(days_ago) > 1 else ''} practised in all" in text


def test_trends_say_which_way_and_over_how_many_days() -> None:
    """Deeper, straighter, steady or too early to tell, a side at a time; what was never seen is not shown."""
    rows = [row(7 * n, depth_deg=70.0 - 2.0 * n, straight_leg_deg=10.0 + 1.0 * n) for n in range(4)]
    rows += [row(7 * n, "foot_on_step", side="left", depth_deg=70.0 + 0.1 * n) for n in range(3)]
    rows += [row(n, "half_split", side="right", depth_deg=60.0) for n in range(2)]
    text = shown(rows)
    assert "Standing forward fold\n  depth 70°, deeper by 2.0° a week, over 4 days\n" in text
    assert "  knee  10°, straighter by 1.0° a week, over 4 days\n" in text
    assert "Foot on a step left\n  depth 70°, steady, over 3 days\n" in text
    assert "Half split right\n  depth 60°, trend from 3 days on (2 so far)\n" in text
    assert text.count("\n  knee  ") == 1
    assert "not a medical device" in text


def test_older_rows_are_counted_and_can_be_asked_for() -> None:
    """Rows before the days shown are not forgotten: how many, and the command that shows them."""
    text = shown([row(0)], earlier=12, days=[TODAY - timedelta(days=99), TODAY])
    assert "12 sessions before that: posecheck history --days 100" in text
    text = shown([], earlier=1, days=[TODAY - timedelta(days=99)])
    assert "1 session before that: posecheck history --days 100" in text
    assert "stretch" not in text


def test_days_and_times_are_short() -> None:
    """The year only when it is another; minutes and hours only when there are some."""
    assert day_text(date(2026, 1, 2), TODAY) == " 2 Jan"
    assert day_text(date(2025, 12, 31), TODAY) == "2025-12-31"
    assert [clock(s) for s in (0.0, 59.9, 60.0, 605.0, 4080.0)] == ["0 s", "59 s", "1:00 min", "10:05 min", "1:08 h"]
    assert math.isnan(row(0).good_s)
    assert "good stretching" not in shown([row(0)])
    assert "3 sessions on 2 days, 1:00 min of good stretching, 8 reps" in shown(
        [row(0, good_s=20.0), row(0, good_s=40.0), row(1, reps_whole=8.0)]
    )


def test_it_speaks_german() -> None:
    """Streak, table, totals, trends and the note; the German months; a stretch nobody knows keeps its id."""
    rows = [row(ago, depth_deg=70.0 - ago, hold_target_s=30.0, best_hold_s=31.0) for ago in (0, 2, 4, 6)]
    rows.append(row(1, "my_own", side="left", reps_whole=3.0, reps_partial=1.0))
    text = text_of(
        history_view(
            rows, [one.local_date for one in rows], TODAY, earlier=0, columns=100, translate=Messages.load("de").text
        ),
        100,
    )
    for words in (
        "● 3 Tage in Folge, heute ist geschafft.",
        "5 Tage im Ganzen geübt, höchstens 3 in Folge",
        "14. Mär",
        "Vorbeuge im Stehen",
        "my own links",
        "3 + 1 halb",
        "5 Einträge, 5 Tage",
        "7.0° je Woche tiefer, über 4 Tage",
        "kein Medizinprodukt",
    ):
        assert words in text, words
    assert not {"day", "stretch", "done", "good", "depth", "left", "reps"} & set(text.split())
