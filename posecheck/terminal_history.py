"""What the terminal shows of the history: streak, table, trends. Builds pictures, prints none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from posecheck.history.done import Done
from posecheck.history.progress import LEAST_DAYS, Progress, Trend, longest_streak, progress, streak_days, totals
from posecheck.terminal import ACCURACY_NOTE, degrees, seconds

#: From so many columns on the table has all its columns.
WIDE_COLUMNS: Final = 90
#: Slopes smaller than this are told as "steady": the readings are not that good.
STEADY_DEG: Final = 0.5

FAINT: Final = "bright_black"

HOW_TO_BEGIN: Final = (
    "Nothing is kept yet: nothing is stored unless you ask.\n"
    "Begin with   posecheck live --history\n"
    "or           posecheck analyze VIDEO --history"
)


def history_view(
    dones: Sequence[Done], days: Sequence[date], today: date, *, earlier: int, columns: int
) -> RenderableType:
    """The history, newest first: streak, table and trends of the rows `dones`, for a terminal `columns` wide.

    `days` are all the days that were ever practised, and `earlier` counts the rows before those that are shown.
    """
    parts: list[RenderableType] = [streak_lines(days, today)]
    if dones:
        parts += [history_table(dones, today, wide=columns >= WIDE_COLUMNS), totals_line(dones)]
    if earlier:
        back = (today - min(days)).days + 1
        parts.append(Text(f"{plural(earlier, 'session')} before that: posecheck history --days {back}", style=FAINT))
    if dones:
        parts += [Text(), *(trend_lines(each) for each in progress(dones))]
    parts += [Text(), Text(ACCURACY_NOTE, style=FAINT)]
    return Group(*parts)


def plural(count: int, one: str) -> str:
    """A count with its word: 1 day, 2 days."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def clock(value_s: float) -> str:
    """A long time as people read it: 42 s, 10:05 min, 1:08 h."""
    whole_s = math.floor(value_s)
    if whole_s < 60:
        return f"{whole_s} s"
    minutes, rest_s = divmod(whole_s, 60)
    return f"{minutes}:{rest_s:02d} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d} h"


def day_text(day: date, today: date) -> str:
    """A day as short as it can be told: 21 Nov; all of it when it lies in another year."""
    return f"{day.day:2d} {day:%b}" if day.year == today.year else day.isoformat()


def streak_lines(days: Sequence[date], today: date) -> Text:
    """How many days in a row, what keeps the row alive, and the longest there was."""
    streak = streak_days(days, today)
    text = Text()
    if streak == 0:
        text.append("○ A new row of days can begin today.", style="bold")
    elif today in days:
        text.append(f"● {plural(streak, 'day')} in a row", style="bold green")
        text.append(", today is done.")
    else:
        text.append(f"○ {plural(streak, 'day')} in a row", style="bold yellow")
        text.append(f". Once more today makes it {streak + 1}.")
    practised = plural(len(set(days)), "day")
    text.append(f"\n  {practised} practised in all, at most {longest_streak(days)} in a row", style=FAINT)
    return text


def history_table(dones: Sequence[Done], today: date, *, wide: bool) -> Table:
    """The rows, one a session; a day stands at its first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("day", no_wrap=True)
    table.add_column("stretch")
    numbers = ("done", "good", "rounded", "unknown", "depth", "knee", "view")
    for heading in numbers if wide else ("done", "rounded", "depth", "knee"):
        table.add_column(heading, justify="right", no_wrap=True)
    shown = None
    for done in dones:
        day = "" if done.local_date == shown else day_text(done.local_date, today)
        shown = done.local_date
        rounded = Text(seconds(done.rounded_s), style="red" if done.rounded_s > 0 else "")
        legs = [degrees(done.depth_deg), degrees(done.straight_leg_deg)]
        cells: list[str | Text] = [day, _what(done), _done_text(done)]
        if wide:
            cells += [seconds(done.good_s), rounded, seconds(done.unknown_s), *legs, degrees(done.view_yaw_deg)]
        else:
            cells += [rounded, *legs]
        table.add_row(*cells)
    return table


def _what(done: Done) -> Text:
    text = Text(done.stretch.replace("_", " "))
    if done.side:
        text.append(f" {done.side}", style=FAINT)
    return text


def _done_text(done: Done) -> Text:
    """The best hold of its target, with a tick once it was reached; else the repetitions."""
    if not math.isnan(done.hold_target_s):
        full = done.best_hold_s >= done.hold_target_s
        # Rounded down: 29.9 s are not the 30 s that were wanted.
        text = f"{'✓ ' if full else ''}{math.floor(done.best_hold_s)}/{done.hold_target_s:.0f} s"
        return Text(text, style="green" if full else "")
    if not math.isnan(done.reps_whole):
        if done.reps_partial > 0:
            return Text(f"{done.reps_whole:.0f} + {done.reps_partial:.0f} part")
        return Text(plural(round(done.reps_whole), "rep"))
    return Text("–")


def totals_line(dones: Sequence[Done]) -> Text:
    """The rows shown, added up."""
    added = totals(dones)
    told = [f"{plural(added.sessions, 'session')} on {plural(added.days, 'day')}"]
    if not math.isnan(added.held_s):
        told.append(f"{clock(added.held_s)} of good hold")
    if not math.isnan(added.reps_whole):
        told.append(plural(round(added.reps_whole), "rep"))
    return Text(", ".join(told), style=FAINT)


def trend_lines(each: Progress) -> Text:
    """Where one stretch is going: depth, and the straight leg where it was seen."""
    text = Text(f"{each.stretch} {each.side}".rstrip(), style="bold")
    text.append(f"\n  depth {_trend_text(each.depth, 'deeper', 'less deep')}", style="not bold")
    if each.straight_leg.days:
        text.append(f"\n  knee  {_trend_text(each.straight_leg, 'more bent', 'straighter')}", style="not bold")
    return text


def _trend_text(found: Trend, more: str, less: str) -> str:
    if found.days == 0:
        return "not seen"
    now = f"{degrees(found.latest_deg)}, "
    if math.isnan(found.per_week_deg):
        return f"{now}trend from {LEAST_DAYS} days on ({found.days} so far)"
    size = abs(found.per_week_deg)
    way = "steady" if size < STEADY_DEG else f"{more if found.per_week_deg > 0 else less} by {size:.1f}° a week"
    return f"{now}{way}, over {found.days} days"
