"""What the terminal shows before a stretch begins: how camera and person are placed. Builds pictures, prints none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.reasons import Translate
from posecheck.records import SETUP_CHECKS, Check, Fit, Setup
from posecheck.terminal.style import in_english, rate_text
from posecheck.tunables import amount

STYLE: Final = {Fit.OK: "green", Fit.ACT: "red", Fit.UNKNOWN: "yellow"}
SHAPE: Final = {Fit.OK: "●", Fit.ACT: "▲", Fit.UNKNOWN: "◆"}
#: From so many columns on, a sentence has room beside its check; else it stands below.
WIDE: Final = 90
#: No wider than this, so that the eye finds the next line.
WIDEST: Final = 110
TITLE: Final = "setup.label.title"
READY: Final = "setup.label.ready"
BEGIN: Final = "setup.label.begin"


def setup_panel(
    setup: Setup, stretch: Stretch, *, clock: str, fps: float, columns: int, translate: Translate = in_english
) -> RenderableType:
    """The set-up check as a panel `columns` wide: the most important thing to do large, then every check."""
    first = next((check for check in setup.checks if check.verdict is Fit.ACT), None)
    unknown = next((check for check in setup.checks if check.verdict is Fit.UNKNOWN), None)
    if first is not None:
        style, said = STYLE[Fit.ACT], translate(first.reason) if first.reason is not None else ""
    elif setup.is_well:
        style, said = STYLE[Fit.OK], translate(READY)
    else:
        style, said = (
            STYLE[Fit.UNKNOWN],
            translate(unknown.reason) if unknown is not None and unknown.reason is not None else "",
        )
    shape = SHAPE[next(fit for fit, colour in STYLE.items() if colour == style)]
    banner = Text(f"{shape}  {said}", style=f"bold {style}", justify="center")
    begin = "" if setup.is_well else f"{translate(BEGIN)}\n"
    foot = Text(
        f"{begin}{clock}   {rate_text(fps, translate)}   {translate('terminal.ends')}",
        style="bright_black",
        justify="center",
    )
    wide = columns >= WIDE
    rows = _wide_rows(setup, first, translate) if wide else Group(*_narrow_rows(setup, first, translate))
    return Panel(
        Group(Padding(banner, (1, 0)), rows, Text(), foot),
        title=f"posecheck · {escape(translate(stretch.name))} · {translate(TITLE)}",
        border_style=style,
        box=box.ROUNDED,
        padding=(0, 2),
        width=min(columns, WIDEST),
    )


def _wide_rows(setup: Setup, first: Check | None, translate: Translate) -> Table:
    """One row a check, with what to do, or what its value means, beside it. What the banner says is not said again."""
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for check, label, what in _told(setup, translate):
        act = check.verdict is Fit.ACT and check is not first
        note = Text(translate(check.reason)) if act and check.reason is not None else Text(what, style="bright_black")
        table.add_row(Text(SHAPE[check.verdict], style=STYLE[check.verdict]), label, value_of(check), note)
    return table


def _narrow_rows(setup: Setup, first: Check | None, translate: Translate) -> Iterator[RenderableType]:
    """One line a check, what to do below it."""
    shown = list(_told(setup, translate))
    room = max(len(label) for _, label, _ in shown)
    for check, label, _ in shown:
        line = Text(SHAPE[check.verdict], style=STYLE[check.verdict])
        line.append(f"  {label:<{room}}", style="bold default").append(f"  {value_of(check):>5}", style="default")
        yield line
        if check.reason is not None and check.verdict is Fit.ACT and check is not first:
            yield Padding(Text(translate(check.reason)), (0, 0, 0, 3))


def _told(setup: Setup, translate: Translate) -> Iterator[tuple[Check, str, str]]:
    """Every check with its label, and what its value means."""
    for check, asked in zip(setup.checks, SETUP_CHECKS, strict=True):
        means = not math.isnan(check.value) or (check.verdict is Fit.OK)
        yield check, translate(f"setup.label.{asked.name}"), translate(f"setup.what.{asked.name}") if means else ""


def value_of(check: Check) -> str:
    """The value of a check as people read it; a dash where there is none, nothing where none is meant."""
    if math.isnan(check.value):
        return "–" if check.verdict is Fit.UNKNOWN else ""
    return amount(check.value, check.unit)


def setup_lines(before: Setup | None, setup: Setup, *, clock: str, translate: Translate = in_english) -> list[Text]:
    """A line for every check of which something else is said than `before`, for output that is not a terminal."""
    known = {} if before is None else {check.name: check for check in before.checks}
    lines = []
    for check, label, _ in _told(setup, translate):
        last = known.get(check.name)
        if last is not None and (last.verdict, last.reason) == (check.verdict, check.reason):
            continue
        if last is None and check.verdict is Fit.UNKNOWN:
            continue
        line = Text(f"{clock}  {translate(TITLE)}: {label}  ")
        line.append(
            f"{SHAPE[check.verdict]} {translate(f'terminal.fit.{check.verdict.lower()}')}", style=STYLE[check.verdict]
        )
        value = value_of(check)
        line.append(f"  {value}" if value else "")
        line.append(f"  {translate(check.reason)}" if check.reason is not None else "")
        lines.append(line)
    return lines
