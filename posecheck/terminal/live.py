"""What the terminal shows while somebody stretches: the live panel, or a line of the same. Builds pictures, prints none."""

from __future__ import annotations

import math
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.reasons import Translate
from posecheck.records import Assessment, Reps
from posecheck.terminal.style import SHAPE, STYLE, degrees, gauge, in_english, rate_text, verdict_word
from posecheck.tunables import Profile

GAUGES: Final = (
    # key of the label, measure, least, most, the rule whose limit is drawn
    ("live.gauge.hip_hinge", "hip_hinge_deg", 0.0, 150.0, None),
    ("live.gauge.knee", "knee_flexion_deg", 0.0, 90.0, "knee_bend"),
    ("live.gauge.spine", "spine_flexion_deg", 0.0, 90.0, "spine_rounding"),
)


_TRUNK: Final = "report.measure.trunk_inclination_deg"
_HOLD: Final = "terminal.hold"
_REPETITION: Final = "terminal.repetition"
_LABELS: Final = (*(key for key, *_ in GAUGES), _TRUNK, _HOLD, _REPETITION)


def live_panel(
    judged: Assessment,
    stretch: Stretch,
    profile: Profile,
    *,
    fps: float,
    latency_s: float,
    dropped: int,
    clock: str,
    columns: int,
    translate: Translate = in_english,
    keys: bool = True,
) -> RenderableType:
    """The live view: verdict, the three gauges with their limits, hold or repetitions, frames a second, latency; `columns` wide.

    Without `keys` it does not say how to end.
    """
    style = STYLE[judged.verdict]
    wide = min(max(columns - 56, 10), 40)
    banner = Text(justify="center")
    word = verdict_word(judged.verdict, translate)
    banner.append(f"\n{SHAPE[judged.verdict]}  {word}  {SHAPE[judged.verdict]}\n", style=f"bold {style}")
    banner.append(line_of(judged, translate) or " ", style="bold" if judged.cue else "")
    banner.append("\n")
    labels = [translate(key) for key in _LABELS]
    table = Table.grid(padding=(0, 2), expand=False)
    # As wide as the widest of all, so that nothing moves when another stretch counts repetitions instead of seconds.
    table.add_column(justify="right", style="bold", width=max(cell_len(label) for label in labels))
    table.add_column(justify="right", min_width=cell_len(translate("terminal.of", number=10, total=10)), no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="bright_black")
    for key, name, low, high, rule in GAUGES:
        limit = profile.get(f"{rule}.limit_deg", math.nan) if rule else math.nan
        value = judged.measures[name]
        note = "" if math.isnan(limit) else translate("terminal.limit", degrees=round(limit))
        table.add_row(translate(key), degrees(value), gauge(value, low, high, limit, wide), note)
    inclination = judged.measures["trunk_inclination_deg"]
    table.add_row(
        translate(_TRUNK),
        degrees(inclination),
        gauge(inclination, 0.0, 120.0, math.nan, wide),
        translate("terminal.upright"),
    )
    hold = judged.hold
    if hold.target_s > 0:
        done = gauge(min(hold.good_s, hold.target_s), 0.0, hold.target_s, math.nan, wide)
        target = translate("terminal.of_good", seconds=round(hold.target_s))
        table.add_row(translate(_HOLD), f"{hold.good_s:.0f} s", done, target)
    if judged.reps is not None:
        reps = judged.reps
        done = gauge(min(reps.whole, reps.target), 0.0, reps.target, math.nan, wide)
        table.add_row(translate(_REPETITION), rep_number(reps, translate), done, rep_notes(reps, translate))
    view = judged.measures.view
    side = translate(f"routine.{view.near_side}" if view.near_side else "terminal.side_unknown")
    turned = translate("terminal.from_side_on", degrees=degrees(judged.measures["view_yaw_deg"]))
    notes = [Text(f"◆ {translate(notice.reason)}", style="yellow") for notice in judged.notices]
    foot = Text(
        f"{side}, {turned}   {translate('terminal.in_view', number=view.people)}\n"
        f"{clock}   {rate_text(fps, translate)}   {latency_s * 1000:.0f} ms   "
        + translate("terminal.dropped", number=str(dropped))
        + (f"   {translate('terminal.ends')}" if keys else ""),
        style="bright_black",
        justify="center",
    )
    return Panel(
        Group(banner, table, Text(), *notes, foot),
        title=f"posecheck · {escape(translate(stretch.name))}",
        border_style=style,
        box=box.ROUNDED,
        padding=(0, 2),
    )


def live_line(
    judged: Assessment, *, fps: float, latency_s: float, clock: str, translate: Translate = in_english
) -> Text:
    """One line of live readings and what the coach shows, for output that is not a terminal."""
    line = Text(f"{clock}  ")
    line.append(f"{SHAPE[judged.verdict]} {verdict_word(judged.verdict, translate)}", style=STYLE[judged.verdict])
    for key, name, *_ in GAUGES:
        line.append(f"  {translate(key)} {degrees(judged.measures[name])}")
    reps = judged.reps
    if reps is None:
        line.append(f"  {translate(_HOLD)} {judged.hold.good_s:.0f} s")
    else:
        line.append(f"  {translate(_REPETITION)} {rep_number(reps, translate)}")
    line.append(f"  {rate_text(fps, translate)}  {latency_s * 1000:.0f} ms  ")
    line.append(line_of(judged, translate))
    return line


def rep_number(reps: Reps, translate: Translate = in_english) -> str:
    """Which repetition it is about, "3 of 8": the one under way, else the latest whole one."""
    return translate("terminal.of", number=reps.whole + reps.active, total=reps.target)


def rep_notes(reps: Reps, translate: Translate = in_english) -> str:
    """What of the set does not count, or that it is done."""
    counted = ((reps.partial, "terminal.partial"), (reps.unseen, "terminal.unseen"))
    left_out = [translate(key, number=number) for number, key in counted if number]
    return ", ".join([*([translate("terminal.done")] if reps.whole >= reps.target else []), *left_out])


def line_of(judged: Assessment, translate: Translate) -> str:
    """What to do now, else why the frame is no better; empty when all is well."""
    if judged.cue:
        return translate(judged.cue) if judged.said is None else translate(judged.said.key, **judged.said.values)
    return "" if judged.reason is None else translate(judged.reason)
