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

from posecheck.history.progress import LEAST_DAYS, Progress, Trend, longest_streak, progress, streak_days, totals
from posecheck.history.row import HistoryRow
from posecheck.reasons import Translate
from posecheck.terminal.style import ACCURACY_NOTE, degrees, in_english, seconds

#: From so many columns on the table has all its columns.
WIDE_COLUMNS: Final = 90
#: Slopes smaller than this are shown as "steady": the readings are not that good.
STEADY_DEG: Final = 0.5

FAINT: Final = "bright_black"

_WORDS: Final = "terminal.history"


def how_to_begin(translate: Translate = in_english) -> str:
    """What is said while nothing is kept."""
    first, other = translate(f"{_WORDS}.begin"), translate(f"{_WORDS}.begin_or")
    room = max(len(first), len(other))
    return (
        f"{translate(f'{_WORDS}.nothing')}\n"
        f"{first:<{room}}   posecheck live --history\n"
        f"{other:<{room}}   posecheck analyze VIDEO --history"
    )


def history_view(
    dones: Sequence[HistoryRow],
    days: Sequence[date],
    today: date,
    *,
    earlier: int,
    columns: int,
    translate: Translate = in_english,
) -> RenderableType:
    """The history, newest first: streak, table and trends of the rows `dones`, for a terminal `columns` wide.

    `days` are all the days that were ever practised, and `earlier` counts the rows before those that are shown.
    """
    parts: list[RenderableType] = [streak_lines(days, today, translate)]
    if dones:
        parts += [history_table(dones, today, translate, wide=columns >= WIDE_COLUMNS), totals_line(dones, translate)]
    if earlier:
        back = (today - min(days)).days + 1
        before = translate(f"{_WORDS}.before", sessions=plural(earlier, "session", translate))
        parts.append(Text(f"{before} posecheck history --days {back}", style=FAINT))
    if dones:
        parts += [Text(), *(trend_lines(each, translate) for each in progress(dones))]
    parts += [Text(), Text(translate(ACCURACY_NOTE), style=FAINT)]
    return Group(*parts)


def plural(count: int, one: str, translate: Translate = in_english) -> str:
    """A count with its word ("day", "session", "rep"): 1 day, 2 days."""
    return translate(f"{_WORDS}.{one}" if count == 1 else f"{_WORDS}.{one}s", number=str(count))


def clock(value_s: float) -> str:
    """A long time as people read it: 42 s, 10:05 min, 1:08 h."""
    whole_s = math.floor(value_s)
    if whole_s < 60:
        return f"{whole_s} s"
    minutes, rest_s = divmod(whole_s, 60)
    return f"{minutes}:{rest_s:02d} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d} h"


def day_text(day: date, today: date, translate: Translate = in_english) -> str:
    """A day as short as it can be told: 21 Nov; all of it when it lies in another year."""
    if day.year != today.year:
        return day.isoformat()
    return translate(
        f"{_WORDS}.day_month", day=f"{day.day:2d}", month=translate(f"{_WORDS}.months").split()[day.month - 1]
    )


def stretch_name(stretch: str, translate: Translate) -> str:
    """The name of a stretch by its id; the id in words where nobody knows it any more, or it was somebody's own file."""
    try:
        return translate(f"stretch.{stretch}.name")
    except KeyError:
        return stretch.replace("_", " ")


def streak_lines(days: Sequence[date], today: date, translate: Translate = in_english) -> Text:
    """How many days in a row, what keeps the row alive, and the longest there was."""
    streak = streak_days(days, today)
    text = Text()
    if streak == 0:
        text.append(f"○ {translate(f'{_WORDS}.new_row')}", style="bold")
    else:
        in_a_row = translate(f"{_WORDS}.in_a_row", days=plural(streak, "day", translate))
        if today in days:
            text.append(f"● {in_a_row}", style="bold green").append(
                translate(f"{_WORDS}.today_done"), style="not bold default"
            )
        else:
            text.append(f"○ {in_a_row}", style="bold yellow")
            text.append(translate(f"{_WORDS}.once_more", number=streak + 1), style="not bold default")
    practised = plural(len(set(days)), "day", translate)
    in_all = translate(f"{_WORDS}.in_all", days=practised, number=longest_streak(days))
    text.append(f"\n  {in_all}", style=FAINT)
    return text


def history_table(dones: Sequence[HistoryRow], today: date, translate: Translate = in_english, *, wide: bool) -> Table:
    """The rows, one a session; a day stands at its first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(translate(f"{_WORDS}.column.day"), no_wrap=True)
    table.add_column(translate(f"{_WORDS}.column.stretch"))
    numbers = ("done", "good", "rounded", "unknown", "depth", "knee", "view")
    for heading in numbers if wide else ("done", "rounded", "depth", "knee"):
        table.add_column(translate(f"{_WORDS}.column.{heading}"), justify="right", no_wrap=True)
    shown = None
    for done in dones:
        day = "" if done.local_date == shown else day_text(done.local_date, today, translate)
        shown = done.local_date
        rounded = Text(seconds(done.rounded_s), style="red" if done.rounded_s > 0 else "")
        legs = [degrees(done.depth_deg), degrees(done.straight_leg_deg)]
        cells: list[str | Text] = [day, _what(done, translate), _done_text(done, translate)]
        if wide:
            cells += [seconds(done.good_s), rounded, seconds(done.unknown_s), *legs, degrees(done.view_yaw_deg)]
        else:
            cells += [rounded, *legs]
        table.add_row(*cells)
    return table


def _what(done: HistoryRow, translate: Translate) -> Text:
    text = Text(stretch_name(done.stretch, translate))
    if done.side:
        text.append(f" {translate(f'report.compare.{done.side}')}", style=FAINT)
    return text


def _done_text(done: HistoryRow, translate: Translate) -> Text:
    """The best hold of its target, with a tick once it was reached; else the repetitions."""
    if not math.isnan(done.hold_target_s):
        full = done.best_hold_s >= done.hold_target_s
        # Rounded down: 29.9 s are not the 30 s that were wanted.
        text = f"{'✓ ' if full else ''}{math.floor(done.best_hold_s)}/{done.hold_target_s:.0f} s"
        return Text(text, style="green" if full else "")
    if not math.isnan(done.reps_whole):
        if done.reps_partial > 0:
            return Text(
                translate(f"{_WORDS}.reps_part", number=round(done.reps_whole), partial=round(done.reps_partial))
            )
        return Text(plural(round(done.reps_whole), "rep", translate))
    return Text("–")


def totals_line(dones: Sequence[HistoryRow], translate: Translate = in_english) -> Text:
    """The rows shown, added up."""
    added = totals(dones)
    sessions, days = plural(added.sessions, "session", translate), plural(added.days, "day", translate)
    wording = [translate(f"{_WORDS}.sessions_days", sessions=sessions, days=days)]
    if not math.isnan(added.good_s):
        wording.append(translate(f"{_WORDS}.good", time=clock(added.good_s)))
    if not math.isnan(added.reps_whole):
        wording.append(plural(round(added.reps_whole), "rep", translate))
    return Text(", ".join(wording), style=FAINT)


def trend_lines(each: Progress, translate: Translate = in_english) -> Text:
    """Where one stretch is going: depth, and the straight leg where it was seen."""
    side = translate(f"report.compare.{each.side}") if each.side else ""
    text = Text(f"{stretch_name(each.stretch, translate)} {side}".rstrip(), style="bold")
    depth, knee = (translate(f"{_WORDS}.column.{name}") for name in ("depth", "knee"))
    room = max(len(depth), len(knee))
    text.append(f"\n  {depth:<{room}} {_trend_text(each.depth, 'deeper', 'less_deep', translate)}", style="not bold")
    if each.straight_leg.days:
        bend = _trend_text(each.straight_leg, "more_bent", "straighter", translate)
        text.append(f"\n  {knee:<{room}} {bend}", style="not bold")
    return text


def _trend_text(found: Trend, more: str, less: str, translate: Translate) -> str:
    if found.days == 0:
        return translate(f"{_WORDS}.not_seen")
    now = f"{degrees(found.latest_deg)}, "
    if math.isnan(found.per_week_deg):
        return now + translate(f"{_WORDS}.trend_from", least=LEAST_DAYS, number=found.days)
    size = abs(found.per_week_deg)
    way = "steady" if size < STEADY_DEG else more if found.per_week_deg > 0 else less
    over = translate(f"{_WORDS}.over", days=plural(found.days, "day", translate))
    return f"{now}{translate(f'{_WORDS}.{way}', degrees=f'{size:.1f}') if way != 'steady' else translate(f'{_WORDS}.steady')}, {over}"
