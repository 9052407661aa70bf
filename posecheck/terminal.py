"""What the terminal shows: the live panel, the result of an analysis, lists. Builds pictures, prints none.

Colour is never alone: every verdict has its own shape and word too. Where the coach and reasons are shown, `tell`
turns a key or an English sentence into the language of the person; without one they stay English.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from posecheck.assessment.stretch import Stretch
from posecheck.doctor import Fact, State
from posecheck.records import QUANTITIES, Assessment, Event, Rep, Reps, Verdict
from posecheck.tunables import Profile, amount

if TYPE_CHECKING:  # at run time the doctor must be able to report where these cannot be imported
    from posecheck.session import Outcome
    from posecheck.sources.camera import CameraInfo

STYLE: Final = {Verdict.GOOD: "green", Verdict.WARN: "red", Verdict.UNKNOWN: "yellow"}
SHAPE: Final = {Verdict.GOOD: "●", Verdict.WARN: "▲", Verdict.UNKNOWN: "◆"}

#: Moments of UNKNOWN shorter than this are counted, not listed, in the terminal.
BRIEF_S: Final = 0.5
#: The key of what is said wherever a number is shown.
ACCURACY_NOTE: Final = "live.note"


class Told(Protocol):
    """A key or an English sentence in the language of the person."""

    def __call__(self, key_or_sentence: str, /, **values: str | float) -> str:
        """The text, its blanks filled."""


def in_english(key_or_sentence: str, /, **values: str | float) -> str:
    """The text of a key in English, its blanks filled; an English sentence as it is. Raises KeyError for an unknown key."""
    from posecheck.assessment.messages import ENGLISH, Messages  # noqa: PLC0415  reads the whole catalogue of stretches

    return Messages.load(ENGLISH).text(key_or_sentence, **values)


def verdict_word(verdict: Verdict, tell: Told) -> str:
    """A verdict as the terminal shows it: GOOD, or what the person's language has for it, in capitals."""
    return tell(f"report.verdict.{verdict.lower()}").upper()


def seconds(value_s: float) -> str:
    """A time of the clip as people read it: 7.4 s, 2:05.0."""
    if math.isnan(value_s):
        return "–"
    minutes, rest = divmod(value_s, 60.0)
    return f"{int(minutes)}:{rest:04.1f}" if minutes else f"{rest:.1f} s"


def degrees(value_deg: float) -> str:
    """An angle as people read it; a dash when it was not seen."""
    return "–" if math.isnan(value_deg) else f"{value_deg:.0f}°"


# ------------------------------------------------------------------------------------------------ live
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


def gauge(value: float, low: float, high: float, limit: float, width: int = 40) -> Text:
    """A bar from `low` to `high` with a mark at `limit` (NaN: none); hatched when the value is NaN."""
    if math.isnan(value):
        return Text("╱" * width, style="bright_black")
    span = high - low
    filled = round(min(max((value - low) / span, 0.0), 1.0) * width)
    over = not math.isnan(limit) and value > limit
    at = -1 if math.isnan(limit) else min(max(round((limit - low) / span * width), 0), width - 1)
    glyphs = "━" * filled + "─" * (width - filled)
    bar = Text(glyphs if at < 0 else f"{glyphs[:at]}┃{glyphs[at + 1 :]}")
    bar.stylize("red" if over else "green", 0, filled)
    bar.stylize("bright_black", filled, width)
    if at >= 0:
        bar.stylize("bold white", at, at + 1)
    return bar


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
    tell: Told = in_english,
    keys: bool = True,
) -> RenderableType:
    """The live view: verdict, the three gauges with their limits, hold or repetitions, frames a second, latency; `columns` wide.

    Without `keys` it does not say how to end.
    """
    style = STYLE[judged.verdict]
    wide = min(max(columns - 56, 10), 40)
    banner = Text(justify="center")
    word = verdict_word(judged.verdict, tell)
    banner.append(f"\n{SHAPE[judged.verdict]}  {word}  {SHAPE[judged.verdict]}\n", style=f"bold {style}")
    banner.append(tell(judged.cue or judged.reason) or " ", style="bold" if judged.cue else "")
    banner.append("\n")
    labels = [tell(key) for key in _LABELS]
    table = Table.grid(padding=(0, 2), expand=False)
    # As wide as the widest of all, so that nothing moves when another stretch counts repetitions instead of seconds.
    table.add_column(justify="right", style="bold", width=max(cell_len(label) for label in labels))
    table.add_column(justify="right", min_width=cell_len(tell("terminal.of", number=10, total=10)), no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="bright_black")
    for key, name, low, high, rule in GAUGES:
        limit = profile.get(f"{rule}.limit_deg", math.nan) if rule else math.nan
        value = judged.measures[name]
        note = "" if math.isnan(limit) else tell("terminal.limit", degrees=round(limit))
        table.add_row(tell(key), degrees(value), gauge(value, low, high, limit, wide), note)
    inclination = judged.measures["trunk_inclination_deg"]
    table.add_row(
        tell(_TRUNK), degrees(inclination), gauge(inclination, 0.0, 120.0, math.nan, wide), tell("terminal.upright")
    )
    hold = judged.hold
    if hold.target_s > 0:
        done = gauge(min(hold.good_s, hold.target_s), 0.0, hold.target_s, math.nan, wide)
        target = tell("terminal.of_good", seconds=round(hold.target_s))
        table.add_row(tell(_HOLD), f"{hold.good_s:.0f} s", done, target)
    if judged.reps is not None:
        reps = judged.reps
        done = gauge(min(reps.whole, reps.target), 0.0, reps.target, math.nan, wide)
        table.add_row(tell(_REPETITION), rep_number(reps, tell), done, rep_notes(reps, tell))
    view = judged.measures.view
    side = tell(f"routine.{view.near_side}" if view.near_side else "terminal.side_unknown")
    turned = tell("terminal.from_side_on", degrees=degrees(judged.measures["view_yaw_deg"]))
    notes = [Text(f"◆ {tell(notice.sentence)}", style="yellow") for notice in judged.notices]
    foot = Text(
        f"{side}, {turned}   {tell('terminal.in_view', number=view.people)}\n"
        f"{clock}   {rate_text(fps, tell)}   {latency_s * 1000:.0f} ms   "
        + tell("terminal.dropped", number=str(dropped))
        + (f"   {tell('terminal.ends')}" if keys else ""),
        style="bright_black",
        justify="center",
    )
    return Panel(
        Group(banner, table, Text(), *notes, foot),
        title=f"posecheck · {escape(tell(stretch.name))}",
        border_style=style,
        box=box.ROUNDED,
        padding=(0, 2),
    )


def rate_text(fps: float, tell: Told) -> str:
    """How many frames a second."""
    return tell("terminal.rate", number=f"{fps:.0f}")


def rep_number(reps: Reps, tell: Told = in_english) -> str:
    """Which repetition it is about, "3 of 8": the one under way, else the latest whole one."""
    return tell("terminal.of", number=reps.whole + reps.active, total=reps.target)


def rep_notes(reps: Reps, tell: Told = in_english) -> str:
    """What of the set does not count, or that it is done."""
    counted = ((reps.partial, "terminal.partial"), (reps.unseen, "terminal.unseen"))
    left_out = [tell(key, number=number) for number, key in counted if number]
    return ", ".join([*([tell("terminal.done")] if reps.whole >= reps.target else []), *left_out])


# ------------------------------------------------------------------------------------------------ results
def timeline(events: Sequence[Event], from_s: float, to_s: float, width: int = 60) -> Text:
    """The clip as one line of blocks: good, warn, unknown; what came first in a block's time yields to the worse."""
    line = [Verdict.GOOD] * width
    span = max(to_s - from_s, 1e-9)
    for wanted in (Verdict.UNKNOWN, Verdict.WARN):
        for event in events:
            if event.verdict is wanted:
                first = int((event.start_s - from_s) / span * width)
                last = max(first, math.ceil((event.end_s - from_s) / span * width) - 1)
                for block in range(max(first, 0), min(last, width - 1) + 1):
                    line[block] = wanted
    glyph = {Verdict.GOOD: "━", Verdict.WARN: "▲", Verdict.UNKNOWN: "╱"}
    out = Text()
    for verdict in line:
        out.append(glyph[verdict], style=STYLE[verdict])
    return out


def events_table(events: Sequence[Event], tell: Told = in_english, stretch: Stretch | None = None) -> RenderableType:
    """The events of a clip, one a row. Moments of UNKNOWN too short to matter are counted in one line instead.

    With the `stretch`, its rules have their names; without it they are called by their ids.
    """
    names = {"view": tell("report.rule_view")}
    names |= {rule.id: tell(rule.name) for rule in stretch.rules} if stretch is not None else {}
    brief = [event for event in events if event.verdict is Verdict.UNKNOWN and event.end_s - event.start_s < BRIEF_S]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column(tell("terminal.when"), no_wrap=True)
    table.add_column(tell("report.events.rule"), no_wrap=True)
    table.add_column(tell("report.events.value"), justify="right", no_wrap=True)
    table.add_column(tell("report.events.limit"), justify="right", no_wrap=True)
    table.add_column(tell("report.events.why"), ratio=1, overflow="fold")
    for event in events:
        if event in brief:
            continue
        style = STYLE[event.verdict]
        table.add_row(
            f"{seconds(event.start_s).removesuffix(' s')} – {seconds(event.end_s)}",
            f"[{style}]{SHAPE[event.verdict]}[/] {escape(names.get(event.rule, event.rule.replace('_', ' ')))}",
            amount(event.value, event.unit),
            amount(event.limit, event.unit),
            escape(tell(event.reason)),
        )
    count = "terminal.brief_one" if len(brief) == 1 else "terminal.brief"
    note = Text(
        f"{SHAPE[Verdict.UNKNOWN]} {tell(count, number=len(brief), seconds=BRIEF_S)}",
        style="bright_black",
    )
    if len(brief) == len(events):
        return note
    return Group(table, note) if brief else table


def reps_table(reps: Sequence[Rep], tell: Told = in_english) -> RenderableType:
    """The repetitions of a clip, one a row: number, depth, tempo, and how it was; what does not count has no number."""
    units = {quantity.name: quantity.unit for quantity in QUANTITIES}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, expand=True)
    table.add_column(tell("report.reps.number"), justify="right", no_wrap=True)
    table.add_column(tell("terminal.when"), no_wrap=True)
    table.add_column(tell("report.reps.depth"), justify="right", no_wrap=True)
    table.add_column(tell("report.reps.down_up"), justify="right", no_wrap=True)
    table.add_column(tell("report.reps.how"), ratio=1, overflow="fold")
    for rep in reps:
        if rep.seen and not rep.warned and not rep.good:  # hurried or shallow: a remark, not a warning
            told = Text("○ ")
        else:
            verdict = Verdict.UNKNOWN if not rep.seen else Verdict.WARN if rep.warned else Verdict.GOOD
            told = Text(f"{SHAPE[verdict]} ", style=STYLE[verdict])
        kind = "" if rep.whole else f"{tell('terminal.rep_partial' if rep.seen else 'terminal.rep_unseen')} "
        table.add_row(
            str(rep.number or "–"),
            f"{seconds(rep.start_s).removesuffix(' s')} – {seconds(rep.end_s)}",
            amount(rep.depth, units[rep.measure]),
            f"{rep.descent_s:.1f} / {rep.ascent_s:.1f} s",
            told.append(kind + (tell(rep.remark) if rep.remark else tell("report.reps.good")), style="default"),
        )
    return table


def result(
    title: str,
    stretch: Stretch,
    outcome: Outcome,
    written: Sequence[tuple[str, Path]],
    notes: Sequence[str] = (),
    tell: Told = in_english,
) -> RenderableType:
    """What an analysis found, what was odd about its source, and where its files are."""
    from posecheck.session import Ending  # noqa: PLC0415  see above

    parts: list[RenderableType] = [Text(f"◆ {note}", style="yellow") for note in notes]
    if outcome.ending is not Ending.COMPLETE:
        note = outcome.message if outcome.ending is Ending.BROKE else tell("terminal.interrupted")
        parts.append(Text(f"◆ {note}", style="yellow"))
    if outcome.person_frames == 0:
        parts.append(Text(f"◆ {tell('report.nobody')} {tell('terminal.whole_person')}", style="yellow"))
    if outcome.most_people > 1:
        parts.append(Text(f"◆ {tell('report.people', number=outcome.most_people)}", style="yellow"))
    parts.extend(Text(f"◆ {tell(notice.sentence)}", style="yellow") for notice in outcome.notices)
    share = Text()
    for verdict in Verdict:
        share.append(
            f"{SHAPE[verdict]} {verdict_word(verdict, tell)} {seconds(outcome.verdict_s.get(verdict, 0.0))}   ",
            style=STYLE[verdict],
        )
    share.append(tell("terminal.of_clip", time=seconds(outcome.duration_s), frames=str(outcome.frames)))
    if outcome.hold_good_s > 0:
        share.append(f"   {tell('terminal.held', seconds=round(outcome.hold_good_s))}")
    if outcome.reps is not None:
        whole, good = sum(rep.whole for rep in outcome.reps), sum(rep.good for rep in outcome.reps)
        share.append(f"   {tell('terminal.rep_one' if whole == 1 else 'terminal.reps', number=whole, good=good)}")
    parts.append(share)
    if outcome.frames > 1:
        parts.append(timeline(outcome.events, outcome.from_s, outcome.to_s))
    if outcome.reps:
        parts.append(reps_table(outcome.reps, tell))
    if outcome.events:
        parts.append(events_table(outcome.events, tell, stretch))
    parts.extend(Text(f"◆ {tell('terminal.left_out')} {lost}", style="yellow") for lost in outcome.lost_outputs)
    if written:
        files = Table.grid(padding=(0, 2))
        for what, path in written:
            files.add_row(Text(tell(what), style="bright_black"), Text(str(path)))
        parts.append(files)
    parts.append(Rule(style="bright_black"))
    parts.append(Text(tell(ACCURACY_NOTE), style="bright_black"))
    return Panel(
        Group(*parts),
        title=f"{escape(title)} · {escape(tell(stretch.name))}",
        border_style="bright_black",
        box=box.ROUNDED,
    )


# ------------------------------------------------------------------------------------------------ live, without a screen
def live_line(judged: Assessment, *, fps: float, latency_s: float, clock: str, tell: Told = in_english) -> Text:
    """One line of live readings and what the coach shows, for output that is not a terminal."""
    line = Text(f"{clock}  ")
    line.append(f"{SHAPE[judged.verdict]} {verdict_word(judged.verdict, tell)}", style=STYLE[judged.verdict])
    for key, name, *_ in GAUGES:
        line.append(f"  {tell(key)} {degrees(judged.measures[name])}")
    reps = judged.reps
    if reps is None:
        line.append(f"  {tell(_HOLD)} {judged.hold.good_s:.0f} s")
    else:
        line.append(f"  {tell(_REPETITION)} {rep_number(reps, tell)}")
    line.append(f"  {rate_text(fps, tell)}  {latency_s * 1000:.0f} ms  ")
    line.append(tell(judged.cue or judged.reason))
    return line


# ------------------------------------------------------------------------------------------------ cards and lists
def cameras_table(cameras: Sequence[CameraInfo]) -> Table:
    """The cameras that answered."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("camera", "name", "picture", "frames/s"):
        table.add_column(heading)
    for camera in cameras:
        fps = "–" if not camera.fps or math.isnan(camera.fps) else f"{camera.fps:.0f}"
        table.add_row(str(camera.index), escape(camera.name or "–"), f"{camera.width}×{camera.height}", fps)
    return table


def facts_table(facts: Sequence[Fact]) -> RenderableType:
    """The doctor's card."""
    mark = {State.FINE: "[green]✓[/]", State.NOTE: "[yellow]◆[/]", State.FAULT: "[red]✗[/]"}
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for fact in facts:
        table.add_row(mark[fact.state], fact.what, escape(fact.text))
    faults = sum(fact.state is State.FAULT for fact in facts)
    title = "posecheck doctor · all is well" if not faults else f"posecheck doctor · {faults} to mend"
    return Panel(table, title=title, border_style="green" if not faults else "red", box=box.ROUNDED)
