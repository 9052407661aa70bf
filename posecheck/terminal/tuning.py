"""What the terminal shows of tuning: scores, what a search found, what other numbers change, profiles. Prints nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from posecheck.reasons import Reason, Translate, Value
from posecheck.records import Event, Verdict
from posecheck.terminal.style import SHAPE, STYLE
from posecheck.tunables import Tunable, amount
from posecheck.tuning import score
from posecheck.tuning.evaluation import RuleScore
from posecheck.tuning.evidence import Evidence
from posecheck.tuning.formatting import FIGURES, SHOWN, figure, figure_of, people_told, plateau_told, seconds, spread
from posecheck.tuning.profile_diff import Difference
from posecheck.tuning.provenance import SPLIT, Provenance, Scores, reasons_of
from posecheck.tuning.search import Found


def score_table(one: RuleScore, translate: Translate) -> RenderableType:
    """The score of one rule, with its intervals; then the measure alone, and who agrees with whom."""
    total = one.counts.sum(axis=0)
    good_s, warn_s = (total[score.COUNTS.index(name)] for name in ("good_s", "warn_s"))
    head = Text.assemble(
        (f"{translate(one.rule.name)} ", "bold"),
        (one.rule.id, "bright_black"),
        "   "
        + translate(
            "tune.head", people=people_told(len(one.people), translate), good=seconds(good_s), warn=seconds(warn_s)
        ),
    )
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column(translate("tune.column.figure"))
    table.add_column(translate("tune.column.value"), justify="right")
    table.add_column(translate("tune.column.interval"), style="bright_black")
    for name in FIGURES:
        value, low, high = one.figures[name]
        table.add_row(translate(f"tune.figure.{name}"), figure_of(name, value), spread(low, high, name))
    area = Text(translate("tune.area", measure=one.rule.measure))
    table.add_row(area, figure(one.roc.area), spread(one.roc.low, one.roc.high))
    parts: list[RenderableType] = [head, table]
    if one.raters:
        parts.append(raters_table(one.raters, translate))
    return Group(*parts)


def raters_table(raters: Mapping[tuple[str, str], tuple[float, float]], translate: Translate) -> Table:
    """Who agrees with whom, and how much both said."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for name in ("who", "with_whom", "kappa", "in_common"):
        table.add_column(translate(f"tune.column.{name}"))
    for (first, second), (value, common_s) in raters.items():
        table.add_row(Text(first), Text(second), figure(value), seconds(common_s))
    return table


def found_table(found: Found, evidence: Evidence, translate: Translate) -> RenderableType:
    """What a search found: numbers, plateau, score beside the defaults', doubts."""
    scores = Scores.of(found)
    numbers = Table(box=box.SIMPLE, pad_edge=False)
    for name in ("number", "default", "found", "as_good"):
        numbers.add_column(translate(f"tune.column.{name}"))
    for axis, plateau in zip(found.axes, found.plateau, strict=True):
        numbers.add_row(
            axis.key,
            amount(axis.default, axis.unit),
            amount(found.setting[axis.key], axis.unit),
            plateau_told(plateau, axis.unit, translate),
        )
    for key in sorted(set(found.setting) - {axis.key for axis in found.axes}):
        numbers.add_row(key, "", f"{found.setting[key]:g}", translate("tune.distance"))
    table = Table(box=box.SIMPLE, pad_edge=False)
    for name in ("figure", "defaults", "held_out", "interval"):
        table.add_column(translate(f"tune.column.{name}"))
    before, held_out = score.with_interval(found.defaults), score.with_interval(found.held_out)
    for name in dict.fromkeys((found.objective.metric, *SHOWN)):
        value, low, high = held_out[name]
        table.add_row(
            translate(f"tune.figure.{name}"),
            figure_of(name, before[name][0]),
            figure_of(name, value),
            spread(low, high, name),
            style="bold" if name == found.objective.metric else "",
        )
    shown = translate(
        "tune.sought_short",
        objective=str(found.objective),
        rules=", ".join(found.rules),
        settings=len(found.trials.settings),
        people=people_told(len(found.trials.people), translate),
    )
    parts: list[RenderableType] = [Text(shown), numbers, table]
    if found.best == 0:
        parts.append(Text(translate("tune.no_change_short"), style="green"))
    if not math.isnan(scores.low):
        parts.append(Text(translate("tune.better", number=f"{100 * found.better_frac():.0f}")))
    parts += [Text(f"  {translate(note)}", style="bright_black") for note in evidence.notes]
    if evidence.doubts:
        parts.append(Text(f"▲ {translate('tune.enough_not_short')}", style="bold yellow"))
        parts += [Text(f"  {translate(doubt)}", style="yellow") for doubt in evidence.doubts]
    return Group(*parts)


def difference_table(difference: Difference, translate: Translate) -> RenderableType:
    """What other numbers change in the events of a recording."""
    if difference.is_none:
        return Text(translate("tune.difference.none"), style="bright_black")
    table = Table(box=box.SIMPLE, pad_edge=False, title=translate("tune.difference.title"), title_justify="left")
    table.add_column("")
    for name in ("from", "to", "verdict", "rule", "before"):
        table.add_column(translate(f"tune.column.{name}"))
    rows: list[tuple[float, str, Event, str]] = [
        *((event.start_s, f"+ {translate('tune.difference.gained')}", event, "") for event in difference.gained),
        *((event.start_s, f"− {translate('tune.difference.lost')}", event, "") for event in difference.lost),
        *(
            (one.after.start_s, f"→ {translate('tune.difference.moved')}", one.after, _span(one.before, translate))
            for one in difference.moved
        ),
    ]
    for _, how, event, before in sorted(rows, key=lambda row: row[:2]):
        verdict = Text(f"{SHAPE[event.verdict]} {_word(event.verdict, translate)}", style=STYLE[event.verdict])
        table.add_row(how, seconds(event.start_s), seconds(event.end_s), verdict, event.rule, before)
    shown = ", ".join(
        f"{_word(verdict, translate)} {difference.verdict_s(verdict):+.1f} s"
        for verdict in Verdict
        if difference.verdict_s(verdict)
    )
    return Group(
        table, Text(f"{translate('tune.difference.kept', number=difference.kept)} {shown}", style="bright_black")
    )


def _word(verdict: Verdict, translate: Translate) -> str:
    return translate(f"report.verdict.{verdict.lower()}").upper()


def _span(event: Event, translate: Translate) -> str:
    return translate("tune.range", low=seconds(event.start_s), high=seconds(event.end_s))


def numbers_table(
    rows: Sequence[tuple[str, Tunable, Sequence[float | None]]], columns: Sequence[str], translate: Translate
) -> Table:
    """Numbers by key, each with its default; a dash where a profile leaves it as it is. `columns` are the profiles."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for name in ("stretch", "number", "default"):
        table.add_column(translate(f"terminal.profile.heading.{name}"), overflow="fold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for stretch, tunable, values in rows:
        shown = (("–" if value is None else amount(value, tunable.unit)) for value in values)
        every = translate("terminal.profile.every_stretch")
        table.add_row(stretch or every, tunable.key, amount(tunable.default, tunable.unit), *shown)
    return table


def provenance_table(one: Provenance, moved: Sequence[Reason], translate: Translate) -> RenderableType:
    """Where tuned numbers come from."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    value, low, high, before = (
        math.nan if number is None else number
        for number in (one.score, one.score_low, one.score_high, one.score_of_defaults)
    )
    within = spread(low, high)
    score_told = f"{figure(value)}{f' ({within})' if within else ''}"

    def what(name: str, **values: Value) -> str:
        return translate(f"terminal.profile.origin.{name}_what", **values)

    split = translate("terminal.profile.origin.split_people") if one.split == SPLIT else one.split
    rows = [
        ("chosen", what("chosen", day=one.date, version=one.version, number=one.settings_tried)),
        ("for", f"{one.stretch}: {', '.join(one.rules)}"),
        ("sought", one.objective),
        ("score", what("score", score=score_told, before=figure(before))),
        ("split", f"{split}, {people_told(one.people, translate)}"),
        *(
            ("as_good", what("as_good", key=two.key, low=two.low, high=two.high, default=two.default))
            for two in one.plateau
        ),
        *(
            ("clip", what("clip", clip_file=clip.file, people=", ".join(clip.people), raters=", ".join(clip.raters)))
            for clip in one.clip
        ),
    ]
    for name, text in rows:
        table.add_row(translate(f"terminal.profile.origin.{name}"), Text(text))
    parts: list[RenderableType] = [table]
    doubts: Sequence[str | Reason] = reasons_of(one.doubt_reasons) or one.doubts
    parts += [Text(f"▲ {translate(doubt)}", style="yellow") for doubt in doubts]
    parts += [Text(f"◆ {translate(text)}", style="yellow") for text in moved]
    return Group(*parts)
