"""What the terminal shows of this computer: its cameras, and the doctor's card."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from posecheck.pipeline.doctor import Fact, State
from posecheck.reasons import Translate
from posecheck.terminal.style import in_english

if TYPE_CHECKING:  # at run time the doctor must be able to report where this cannot be imported
    from posecheck.sources.camera import CameraInfo


def cameras_table(cameras: Sequence[CameraInfo], translate: Translate = in_english) -> Table:
    """The cameras that answered."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("number", "name", "picture", "rate"):
        table.add_column(translate(f"terminal.camera.{heading}"))
    for camera in cameras:
        fps = "–" if not camera.fps or math.isnan(camera.fps) else f"{camera.fps:.0f}"
        table.add_row(str(camera.index), escape(camera.name or "–"), f"{camera.width}×{camera.height}", fps)
    return table


def facts_table(facts: Sequence[Fact], translate: Translate = in_english) -> RenderableType:
    """The doctor's card."""
    mark = {State.FINE: "[green]✓[/]", State.NOTE: "[yellow]◆[/]", State.FAULT: "[red]✗[/]"}
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for fact in facts:
        table.add_row(mark[fact.state], translate(fact.what), escape(translate(fact.text, **fact.values)))
    faults = sum(fact.state is State.FAULT for fact in facts)
    shown = translate("doctor.to_mend", number=faults) if faults else translate("doctor.well")
    return Panel(
        table, title=f"posecheck doctor · {shown}", border_style="green" if not faults else "red", box=box.ROUNDED
    )
