"""What the terminal shows of a routine: its progress above the live panel, and a card at its end. Prints nothing.

`text` is `Messages.text` in the language of the person: a key or an English sentence, and values for its blanks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from posecheck.assessment.catalogue.routine import Routine, days_to_next
from posecheck.assessment.routines import progress
from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress, SideProgress
from posecheck.assessment.routines.routine_state import RoutineUpdate, Stage
from posecheck.reasons import Translate
from posecheck.terminal.style import ACCURACY_NOTE, gauge

_DIM: Final = "bright_black"
#: Of one stretch: done, under way or begun, left out, still to come.
_DONE, _BEGUN, _SKIPPED, _TO_COME = ("✓", "green"), ("◐", "yellow"), ("↷", "yellow"), ("○", _DIM)
#: Below so many columns the sides of a stretch stand in lines of their own.
_WIDE_COLUMNS: Final = 80


# ------------------------------------------------------------------------------------------------ on the way
def where(part: RoutineItem, count: int, out: RoutineUpdate, text: Translate) -> str:
    """Where one is in a routine of `count` stretches, in a line: "stretch 2 of 5 · left side · hold 12 of 30 s"."""
    words = [text("routine.stretch_of", number=out.index + 1, total=count)]
    if out.side:
        words.append(text(f"routine.{out.side}"))
    if part.sets > 1:
        words.append(text("routine.set_of", number=out.set_number, total=part.sets))
    if out.stage is Stage.REST:
        words.append(text("routine.resting", seconds=math.ceil(out.left_s)))
    elif out.stage is not Stage.DONE:
        words.append(_amount_of(part, out.amount, text))
    if out.paused:
        words.append(text("routine.paused"))
    return " · ".join(words)


def _amount_of(part: RoutineItem, amount: float, text: Translate) -> str:
    done = math.floor(amount + 1e-6)
    if part.stretch.reps is not None:
        return text("routine.repeated_of", number=done, target=part.target)
    key = "routine.held_of" if part.stretch.watch else "routine.timed_of"
    return text(key, seconds=done, target=part.target)


def routine_panel(
    routine: Routine,
    parts: Sequence[RoutineItem],
    out: RoutineUpdate,
    doings: RoutineProgress,
    *,
    columns: int,
    text: Translate,
    keys: bool = False,
) -> RenderableType:
    """The progress of a routine: every stretch as a mark, where one is, and how to get into place or what comes next.

    With `keys` it names the keys that may be pressed.
    """
    part = parts[out.index]
    marks = Text(justify="center")
    for number in range(len(parts)):
        glyph, style = _mark([doing for (of, _), doing in doings.items() if of == number])
        here = number == out.index and out.stage is not Stage.DONE
        marks.append("●" if here else glyph, style="bold" if here else style)
        marks.append(" " if number + 1 < len(parts) else "")
    name = Text(text(part.stretch.name), style="bold", justify="center")
    line = Text(where(part, len(parts), out, text), justify="center")
    bar = gauge(min(out.amount, part.target), 0.0, max(part.target, 1e-9), math.nan, min(max(columns - 12, 10), 60))
    bar.justify = "center"
    rows: list[RenderableType] = [marks, name, line, bar]
    if out.stage is Stage.READY and out.index == 0:
        rows.append(Text(text(routine.warm_up), style="italic", justify="center"))
    if out.stage is Stage.READY:
        rows += _getting_ready(part, out, text)
    elif out.stage is Stage.REST:
        same = any(not doing.done for (of, _), doing in doings.items() if of == out.index)
        coming = part if same or out.index + 1 == len(parts) else parts[out.index + 1]
        rows.append(Text(text("routine.next", stretch=coming.stretch.name), justify="center"))
        rows.append(Text(text(coming.stretch.setup), style=_DIM, justify="center"))
    if not part.stretch.watch:
        rows.append(Text(text("routine.not_watched"), style="yellow", justify="center"))
    if keys:
        rows.append(Text(text("routine.keys"), style=_DIM, justify="center"))
    return Panel(Group(*rows), title=escape(text(routine.name)), border_style=_DIM, box=box.ROUNDED, padding=(0, 2))


def _getting_ready(part: RoutineItem, out: RoutineUpdate, text: Translate) -> list[RenderableType]:
    begins = text("routine.begins_in", seconds=math.ceil(out.left_s))
    rows: list[RenderableType] = [
        Text(f"{text('routine.get_ready')} {begins}", justify="center"),
        Text(text(part.stretch.setup), style=_DIM, justify="center"),
    ]
    if part.item.note:
        rows.append(Text(text(part.item.note), style="italic", justify="center"))
    return rows


# ------------------------------------------------------------------------------------------------ at the end
def routine_result(
    routine: Routine,
    parts: Sequence[RoutineItem],
    doings: RoutineProgress,
    *,
    days_practised: int,
    kept: int | None,
    columns: int,
    text: Translate,
) -> RenderableType:
    """What was done, a line for each side, what was left out, and the good seconds in all.

    `kept` is how many rows the history has of it; None when none was asked for.
    """
    whole = [number for number in range(len(parts)) if all(one.done for one in _of(doings, number).values())]
    finished = len(whole) == len(parts)
    head = text("routine.all_done") if finished else text("routine.part_done", number=len(whole), total=len(parts))
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=1, overflow="fold")
    if columns >= _WIDE_COLUMNS:
        table.add_column(no_wrap=True)
    table.add_column(justify="right", overflow="fold", max_width=max(24, columns // 3))
    for number, part in enumerate(parts):
        for row in _rows(part, _of(doings, number), text, wide=columns >= _WIDE_COLUMNS):
            table.add_row(*row)
    rows: list[RenderableType] = [Text(head, style="bold green" if finished else "bold yellow"), Text(), table, Text()]
    good_s = math.fsum(progress.good_s(parts[of], one) for (of, _), one in doings.items())
    if any(part.stretch.watch for part in parts):
        rows.append(Text(text("routine.in_all", seconds=math.floor(good_s + 1e-6)), style="bold"))
    if kept is not None:
        rows.append(Text(text("routine.kept", number=kept), style=_DIM))
    if days := days_to_next(routine, days_practised):
        rows.append(Text(text("routine.unlocks_in", number=days), style=_DIM))
    rows += [Rule(style=_DIM), Text(text(ACCURACY_NOTE), style=_DIM)]
    title = escape(text(routine.name))
    style = "green" if finished else "yellow"
    return Panel(Padding(Group(*rows), (0, 1)), title=title, border_style=style, box=box.ROUNDED)


def _rows(
    part: RoutineItem, sides: dict[str, SideProgress], text: Translate, *, wide: bool
) -> list[list[RenderableType]]:
    """The lines of one stretch. Wide: the name at its first line, the side beside it; else the sides below the name."""
    rows: list[list[RenderableType]] = []
    name = Text(text(part.stretch.name), style="bold")
    if not wide and list(sides) != [""]:
        glyph, style = _mark(list(sides.values()))
        rows.append([Text(glyph, style=style), name, Text()])
    for number, (side, doing) in enumerate(sides.items()):
        glyph, style = _mark([doing])
        shown = Text(_what(part, doing, text), style="" if doing.done else style)
        label = Text(text(f"routine.{side}")) if side else Text()
        if wide:
            rows.append([Text(glyph, style=style), name if number == 0 else Text(), label, shown])
        elif side:
            rows.append([Text(), Text.assemble((f"{glyph} ", style), label), shown])
        else:
            rows.append([Text(glyph, style=style), name, shown])
    return rows


def _what(part: RoutineItem, doing: SideProgress, text: Translate) -> str:
    """What was done of one side, in words."""
    amount = math.floor(doing.amount + 1e-6)
    begun = doing.amount > 0 or doing.partial > 0
    if not doing.done and not begun:
        return text("routine.skipped" if doing.left_out else "routine.not_begun")
    if part.stretch.reps is not None:
        shown = text("routine.repeated", number=amount)
        if doing.partial:
            shown += f", {text('routine.partial', number=doing.partial)}"
    else:
        shown = text("routine.held" if part.stretch.watch else "routine.timed", seconds=amount)
    return shown if doing.done else f"{shown}, {text('routine.partly')}"


def _of(doings: RoutineProgress, number: int) -> dict[str, SideProgress]:
    return {side: doing for (of, side), doing in doings.items() if of == number}


def _mark(doings: Sequence[SideProgress]) -> tuple[str, str]:
    """Shape and colour of what has been done of one stretch or of one of its sides."""
    if all(doing.done for doing in doings):
        return _DONE
    if any(doing.left_out for doing in doings):
        return _SKIPPED
    return _BEGUN if any(doing.done or doing.amount > 0 or doing.partial for doing in doings) else _TO_COME
