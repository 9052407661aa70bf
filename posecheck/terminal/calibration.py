"""What the terminal shows while somebody is calibrated, and of profiles. Builds pictures, prints none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.calibration import Calibration, Calibrations
from posecheck.reasons import Translate
from posecheck.terminal.style import ACCURACY_NOTE, degrees, gauge, in_english, rate_text
from posecheck.tunables import amount

if TYPE_CHECKING:
    from posecheck.kinematics.calibration.protocol import CalibrationProgress

#: As wide as a panel gets.
WIDEST = 100
_DIM = "bright_black"
#: A whole back bends by about so much: the end of the gauge.
_MOST_DEG = 90.0


def calibrate_panel(
    out: CalibrationProgress, *, clock: str, fps: float, columns: int, translate: Translate
) -> RenderableType:
    """What to do, how far it is, and what is in the way, as a panel `columns` wide; `translate` knows keys and sentences."""
    style = "yellow" if out.problem is not None else "green"
    shape = "◆" if out.problem is not None else "●"
    wide = min(max(columns - 40, 10), 50)
    heading = Text(translate(out.title), style=f"bold {style}", justify="center")
    what = Text(translate(out.text), justify="center")
    problem = Text(
        f"{shape}  {translate(out.problem)}" if out.problem is not None else " ",
        style=f"bold {style}",
        justify="center",
    )
    table = Table.grid(padding=(0, 2))
    table.add_row(
        f"{out.left_s:4.1f} s", gauge(out.progress, 0.0, 1.0, math.nan, wide), f"{100.0 * out.progress:.0f} %"
    )
    spine_deg = out.measures["spine_flexion_deg"]
    table.add_row(translate("live.gauge.spine"), gauge(spine_deg, 0.0, _MOST_DEG, math.nan, wide), degrees(spine_deg))
    foot = Text(f"{clock}   {rate_text(fps, translate)}   {translate('terminal.ends')}", style=_DIM, justify="center")
    return Panel(
        Group(Padding(heading, (1, 0, 0, 0)), what, Text(), table, Text(), problem, Text(), foot),
        title="posecheck calibrate",
        border_style=style,
        box=box.ROUNDED,
        padding=(0, 2),
        width=min(columns, WIDEST),
    )


def calibrate_line(out: CalibrationProgress, *, clock: str, translate: Translate) -> Text:
    """The same in one line, for output that is not a terminal."""
    line = Text(f"{clock}  {translate(out.title)}  {out.left_s:.1f} s  ")
    line.append(f"◆ {translate(out.problem)}" if out.problem is not None else f"● {translate(out.text)}")
    return line


def calibration_card(
    calibration: Calibration,
    limits: Sequence[tuple[Stretch, float, float]],
    path: Path,
    use: str,
    translate: Translate,
) -> RenderableType:
    """What was found, the limits that follow (stretch, warns above, good again below), where it is kept, how to use it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    neutral = translate(
        "calibrate.card.neutral_what",
        seconds=round(calibration.seen_s, 1),
        degrees=round(calibration.tallest_deg),
    )
    table.add_row(translate("calibrate.card.neutral"), escape(neutral))
    skipped = math.isnan(calibration.own_max_deg)
    most = (
        translate("calibrate.card.own_max_none")
        if skipped
        else translate("calibrate.card.own_max_what", degrees=round(calibration.own_max_deg))
    )
    table.add_row(translate("calibrate.card.own_max"), escape(most))
    for stretch, limit_deg, leave_deg in limits:
        label = translate("calibrate.card.limit", stretch=stretch.name)
        table.add_row(escape(label), translate("calibrate.card.limit_what", degrees=limit_deg, least=leave_deg))
    table.add_row(translate("calibrate.card.file"), escape(str(path)))
    table.add_row(translate("calibrate.card.use"), escape(use))
    return Panel(
        Group(table, Text(), Text(translate(ACCURACY_NOTE), style=_DIM)),
        title=f"● {translate('calibrate.done.title')}",
        border_style="green",
        box=box.ROUNDED,
    )


def profiles_table(
    rows: Sequence[tuple[str, Mapping[str, str], Calibrations | None]], translate: Translate = in_english
) -> RenderableType:
    """Every profile in one line: its name, its own numbers, what it is calibrated for."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("name", "numbers", "calibrated"):
        table.add_column(translate(f"terminal.profile.column.{heading}"))
    for name, numbers, calibrations in rows:
        table.add_row(escape(name), str(len(numbers)), _short(calibrations, translate))
    return table


def _short(calibrations: Calibrations | None, translate: Translate) -> str:
    shown = [f"{_position(one, translate)} {one.made_on}" for one in calibrations or ()]
    return ", ".join(shown) or "–"


def profile_card(
    name: str, path: Path, calibrations: Calibrations | None, translate: Translate = in_english
) -> RenderableType:
    """One profile: its calibrations with their age, its file."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for one in calibrations or ():
        table.add_row(
            translate("terminal.profile.calibrated", position=_position(one, translate)),
            translate("terminal.profile.made", day=one.made_on, age=_age(one.age_days, translate), version=one.version),
        )
        most = "terminal.profile.most_none" if math.isnan(one.own_max_deg) else "terminal.profile.most"
        table.add_row(
            "", translate(most, **({} if math.isnan(one.own_max_deg) else {"degrees": _deg(one.own_max_deg)}))
        )
        table.add_row(
            "", translate("terminal.profile.tall", seconds=f"{one.seen_s:.1f}", degrees=_deg(one.tallest_deg))
        )
        camera = one.camera
        angles = {"yaw": _deg(camera.yaw_deg), "height": _deg(camera.elevation_deg), "roll": _deg(camera.roll_deg)}
        size = f"{camera.image_wh[0]}×{camera.image_wh[1]}"
        table.add_row("", translate("terminal.profile.camera", **angles, size=size))
    if calibrations is None:
        calibrated, command = translate("terminal.profile.column.calibrated"), f"posecheck calibrate {name}"
        table.add_row(calibrated, escape(translate("terminal.profile.not_yet", command=command)))
    table.add_row(translate("terminal.profile.file"), escape(str(path)))
    return Panel(table, title=escape(name), border_style=_DIM, box=box.ROUNDED)


def _position(one: Calibration, translate: Translate) -> str:
    return translate(f"terminal.profile.position.{one.position}")


def _age(age_days: float, translate: Translate) -> str:
    days = round(age_days)
    named = {0: "terminal.profile.today", 1: "terminal.profile.yesterday"}
    return translate(named[days]) if days in named else translate("terminal.profile.ago", days=days)


def _deg(value_deg: float) -> str:
    return amount(value_deg, "deg")
