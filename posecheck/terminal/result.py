"""What the terminal shows of a recording that was judged: its verdicts in time, events, repetitions, files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.pipeline.session import Ending, Outcome
from posecheck.reasons import Translate
from posecheck.records import QUANTITIES, Event, Rep, Verdict
from posecheck.terminal.style import ACCURACY_NOTE, OUTSIDE_SHAPE, SHAPE, STYLE, in_english, seconds, verdict_word
from posecheck.tunables import amount

#: Moments of UNKNOWN shorter than this are counted, not listed, in the terminal.
BRIEF_S: Final = 0.5


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


def events_table(
    events: Sequence[Event], translate: Translate = in_english, stretch: Stretch | None = None
) -> RenderableType:
    """The events of a clip, one a row. Moments of UNKNOWN too short to matter are counted in one line instead.

    With the `stretch`, its rules have their names; without it they are called by their ids.
    """
    names = {"view": translate("report.rule_view")}
    names |= {rule.id: translate(rule.name) for rule in stretch.rules} if stretch is not None else {}
    brief = [event for event in events if event.verdict is Verdict.UNKNOWN and event.end_s - event.start_s < BRIEF_S]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column(translate("terminal.when"), no_wrap=True)
    table.add_column(translate("report.events.rule"), no_wrap=True)
    table.add_column(translate("report.events.value"), justify="right", no_wrap=True)
    table.add_column(translate("report.events.limit"), justify="right", no_wrap=True)
    table.add_column(translate("report.events.why"), ratio=1, overflow="fold")
    for event in events:
        if event in brief:
            continue
        style = STYLE[event.verdict]
        table.add_row(
            f"{seconds(event.start_s).removesuffix(' s')} – {seconds(event.end_s)}",
            f"[{style}]{SHAPE[event.verdict]}[/] {escape(names.get(event.rule, event.rule.replace('_', ' ')))}",
            amount(event.value, event.unit),
            amount(event.limit, event.unit),
            escape("" if event.reason is None else translate(event.reason)),
        )
    count = "terminal.brief_one" if len(brief) == 1 else "terminal.brief"
    note = Text(
        f"{SHAPE[Verdict.UNKNOWN]} {translate(count, number=len(brief), seconds=BRIEF_S)}",
        style="bright_black",
    )
    if len(brief) == len(events):
        return note
    return Group(table, note) if brief else table


def reps_table(reps: Sequence[Rep], translate: Translate = in_english) -> RenderableType:
    """The repetitions of a clip, one a row: number, depth, tempo, and how it was; what does not count has no number."""
    units = {quantity.name: quantity.unit for quantity in QUANTITIES}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, expand=True)
    table.add_column(translate("report.reps.number"), justify="right", no_wrap=True)
    table.add_column(translate("terminal.when"), no_wrap=True)
    table.add_column(translate("report.reps.depth"), justify="right", no_wrap=True)
    table.add_column(translate("report.reps.down_up"), justify="right", no_wrap=True)
    table.add_column(translate("report.reps.how"), ratio=1, overflow="fold")
    for rep in reps:
        if rep.seen and not rep.warned and not rep.good:  # hurried or shallow: a remark, not a warning
            shown = Text("○ ")
        else:
            verdict = Verdict.UNKNOWN if not rep.seen else Verdict.WARN if rep.warned else Verdict.GOOD
            shown = Text(f"{SHAPE[verdict]} ", style=STYLE[verdict])
        kind = "" if rep.whole else f"{translate('terminal.rep_partial' if rep.seen else 'terminal.rep_unseen')} "
        table.add_row(
            str(rep.number or "–"),
            f"{seconds(rep.start_s).removesuffix(' s')} – {seconds(rep.end_s)}",
            amount(rep.depth, units[rep.measure]),
            f"{rep.descent_s:.1f} / {rep.ascent_s:.1f} s",
            shown.append(
                kind + (translate(rep.remark) if rep.remark is not None else translate("report.reps.good")),
                style="default",
            ),
        )
    return table


def result(
    title: str,
    stretch: Stretch,
    outcome: Outcome,
    written: Sequence[tuple[str, Path]],
    notes: Sequence[str] = (),
    translate: Translate = in_english,
) -> RenderableType:
    """What an analysis found, what was odd about its source, and where its files are."""
    parts: list[RenderableType] = [Text(f"◆ {note}", style="yellow") for note in notes]
    if outcome.ending is not Ending.COMPLETE:
        note = outcome.message if outcome.ending is Ending.BROKE else translate("terminal.interrupted")
        parts.append(Text(f"◆ {note}", style="yellow"))
    statistics = outcome.statistics
    if statistics.person_frames == 0:
        parts.append(Text(f"◆ {translate('report.nobody')} {translate('terminal.whole_person')}", style="yellow"))
    if statistics.most_people > 1:
        parts.append(Text(f"◆ {translate('report.people', number=statistics.most_people)}", style="yellow"))
    parts.extend(Text(f"◆ {translate(notice.reason)}", style="yellow") for notice in statistics.notices)
    share = Text()
    for verdict in Verdict:
        value_s = statistics.good_s if verdict is Verdict.GOOD else statistics.verdict_s[verdict]
        share.append(f"{SHAPE[verdict]} {verdict_word(verdict, translate)} {seconds(value_s)}   ", style=STYLE[verdict])
    if statistics.outside_s > 0:
        share.append(
            f"{OUTSIDE_SHAPE} {translate('report.outside')} {seconds(statistics.outside_s)}   ", style="bright_black"
        )
    share.append(translate("terminal.of_clip", time=seconds(statistics.duration_s), frames=str(statistics.frames)))
    if statistics.best_hold_s > 0:
        share.append(f"   {translate('terminal.held', seconds=round(statistics.best_hold_s))}")
    if statistics.reps is not None:
        whole, good = statistics.reps_whole, statistics.reps_good or 0
        share.append(
            f"   {translate('terminal.rep_one' if whole == 1 else 'terminal.reps', number=whole or 0, good=good)}"
        )
    parts.append(share)
    if statistics.frames > 1:
        parts.append(timeline(outcome.events, statistics.from_s, statistics.to_s))
    if statistics.reps:
        parts.append(reps_table(statistics.reps, translate))
    if outcome.events:
        parts.append(events_table(outcome.events, translate, stretch))
    parts.extend(Text(f"◆ {translate('terminal.left_out')} {lost}", style="yellow") for lost in outcome.lost_outputs)
    if written:
        files = Table.grid(padding=(0, 2))
        for what, path in written:
            label = translate(key := f"terminal.file.{what}")
            files.add_row(Text(what if label == key else label, style="bright_black"), Text(str(path)))
        parts.append(files)
    parts.append(Rule(style="bright_black"))
    parts.append(Text(translate(ACCURACY_NOTE), style="bright_black"))
    return Panel(
        Group(*parts),
        title=f"{escape(title)} · {escape(translate(stretch.name))}",
        border_style="bright_black",
        box=box.ROUNDED,
    )
