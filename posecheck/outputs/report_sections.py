"""The sections of the report as HTML: what came of it, events, moments, what could not be seen, the numbers in force.

Every function takes plain results and `translate`, and gives HTML; nothing here keeps anything.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from posecheck.outputs.report_moments import Picture
from posecheck.outputs.summary import longest_first
from posecheck.reasons import Translate
from posecheck.records import Event, Origin, Rep, Verdict
from posecheck.statistics import Extreme, SessionStatistics
from posecheck.tunables import Profile, amount

#: Of seconds that are neither good nor bad.
OUTSIDE_SHAPE = "○"
SHAPE = {Verdict.GOOD: "●", Verdict.WARN: "▲", Verdict.UNKNOWN: "◆"}


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the bend came from the hips, over all frames in which it could be told."""

    low: float
    middle: float
    """The median; NaN where it was never told."""
    high: float


def header(title: str, about: str, notes: Iterable[str]) -> str:
    """The head: what clip, what stretch, and what must be known before reading on."""
    shown = "".join(f'<p class="note unknown">◆ {html.escape(note)}</p>' for note in notes)
    return f'<header><h1>{html.escape(title)}</h1><p class="soft wrap">{html.escape(about)}</p>{shown}</header>'


def shares(statistics: SessionStatistics, translate: Translate) -> str:
    """Good, warned and unknown seconds, as a bar and in numbers, and those outside the stretch."""
    whole = sum(statistics.verdict_s.values()) or 1.0
    bars, words, x = [], [], 0.0
    for verdict in Verdict:
        seconds = statistics.good_s if verdict is Verdict.GOOD else statistics.verdict_s[verdict]
        part = seconds / whole * 1000
        bars.append(f'<rect class="{verdict.lower()}" x="{x:.1f}" width="{part:.1f}" height="14"/>')
        x += part
        words.append(
            f'<li class="{verdict.lower()}">{SHAPE[verdict]} {_say(translate, f"report.verdict.{verdict.lower()}")} '
            f"<b>{seconds:.1f} s</b></li>"
        )
    words.append(f"<li>{OUTSIDE_SHAPE} {_say(translate, 'report.outside')} <b>{statistics.outside_s:.1f} s</b></li>")
    return (
        '<svg class="bar" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" width="1000" height="14"/>{"".join(bars)}</svg><ul class="shares">{"".join(words)}</ul>'
    )


def tiles(statistics: SessionStatistics, share: Share, parts: tuple[float, float], translate: Translate) -> str:
    """The few numbers to take away. `parts` are upper and lower back at the most rounded moment."""
    out = []
    if statistics.hold_target_s > 0:
        wanted = translate("report.tile.of", seconds=f"{statistics.hold_target_s:g}")
        out.append(_tile(translate("report.tile.hold"), f"{statistics.best_hold_s:.1f} s", wanted))
    if statistics.reps is not None:
        good = translate("report.tile.reps_good", number=statistics.reps_good or 0)
        out.append(_tile(translate("report.tile.reps"), str(statistics.reps_whole), good))
    out.append(_extreme(translate("report.tile.spine"), statistics.worst_spine, _parts(parts, translate), translate))
    out.append(_extreme(translate("report.tile.hinge"), statistics.deepest_hinge, "", translate))
    if not math.isnan(share.middle):
        between = translate("report.tile.share_range", low=f"{share.low * 100:.0f}", high=f"{share.high * 100:.0f}")
        out.append(_tile(translate("report.tile.share"), f"{share.middle * 100:.0f} %", between))
    return f'<dl class="tiles">{"".join(out)}</dl>'


def _parts(parts: tuple[float, float], translate: Translate) -> str:
    if any(math.isnan(part) for part in parts):
        return ""
    return translate("report.tile.parts", upper=f"{parts[0]:.0f}", lower=f"{parts[1]:.0f}")


def _extreme(label: str, extreme: Extreme, more: str, translate: Translate) -> str:
    if math.isnan(extreme.value):
        return _tile(label, "–", translate("report.never_seen"))
    when = translate("report.tile.at", seconds=f"{extreme.t_s:.1f}")
    return _tile(label, amount(extreme.value, "deg"), f"{when} · {more}" if more else when)


def _tile(label: str, value: str, more: str) -> str:
    return f"<div><dt>{html.escape(label)}</dt><dd>{html.escape(value)}<small>{html.escape(more)}</small></dd></div>"


def events(found: Sequence[Event], names: Mapping[str, str], translate: Translate) -> str:
    """Every event in order of time; its first cell is a button that goes there."""
    rows = "".join(_event(event, names, translate) for event in sorted(found, key=lambda e: (e.start_s, e.rule)))
    if not rows:
        return _section(translate("report.events.title"), f"<p>{_say(translate, 'report.events.none')}</p>")
    head = "".join(
        f'<th role="columnheader">{_say(translate, f"report.events.{name}")}</th>'
        for name in ("from", "to", "verdict", "rule", "value", "limit", "why")
    )
    # On a narrow screen the rows become cards (page.css); the roles keep it a table for those who have it read out.
    table = (
        f'<table class="events" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )
    return _section(translate("report.events.title"), table)


def _event(event: Event, names: Mapping[str, str], translate: Translate) -> str:
    kind = event.verdict.lower()
    return (
        f'<tr role="row" data-t="{event.start_s}"><td role="cell">{_go(event.start_s)}</td>'
        f'<td role="cell" class="to">{event.end_s:.1f} s</td>'
        f'<td role="cell" class="verdict {kind}">{SHAPE[event.verdict]} {_say(translate, f"report.verdict.{kind}")}</td>'
        f'<td role="cell" class="rule">{html.escape(names.get(event.rule, event.rule))}</td>'
        f'<td role="cell" data-name="{_say(translate, "report.events.value")}">{amount(event.value, event.unit)}</td>'
        f'<td role="cell" data-name="{_say(translate, "report.events.limit")}">{amount(event.limit, event.unit)}</td>'
        f'<td role="cell" class="why">{html.escape("" if event.reason is None else translate(event.reason))}</td></tr>'
    )


def moments(pictures: Sequence[Picture], names: Mapping[str, str], translate: Translate) -> str:
    """The pictures, each of which goes to its moment."""
    if not pictures:
        return ""
    cells = "".join(_picture(picture, names, translate) for picture in pictures)
    return f'<h2>{_say(translate, "report.moments.title")}</h2><div class="moments">{cells}</div>'


def _picture(picture: Picture, names: Mapping[str, str], translate: Translate) -> str:
    event = picture.event
    if event is None:
        shown = translate("report.moments.deepest")
    else:
        worst = f"{amount(event.value, event.unit)} / {amount(event.limit, event.unit)}"
        shown = f"{names.get(event.rule, event.rule)}: {worst}"
    width, height = picture.wh
    return (
        f'<figure><img alt="{html.escape(shown)}" width="{width}" height="{height}" '
        f'src="data:image/jpeg;base64,{picture.jpeg_base64}">'
        f"<figcaption>{_go(picture.t_s)} {html.escape(shown)}</figcaption></figure>"
    )


def reps(found: Sequence[Rep] | None, table: str, translate: Translate) -> str:
    """The section of the repetitions, around the `table` of them; empty where there is none."""
    return _section(translate("report.reps.title"), table) if found else ""


def holds(found: Sequence[tuple[float, float, float]], translate: Translate) -> str:
    """The holds as (from, to, good seconds); empty where there is none."""
    if not found:
        return ""
    rows = "".join(
        f'<tr data-t="{start}"><td>{number}</td><td>{_go(start)}</td><td>{end:.1f} s</td><td>{good:.1f} s</td></tr>'
        for number, (start, end, good) in enumerate(found, 1)
    )
    head = "".join(f"<th>{_say(translate, f'report.events.{name}')}</th>" for name in ("from", "to"))
    head = f"<th>{_say(translate, 'report.holds.number')}</th>{head}<th>{_say(translate, 'report.holds.good')}</th>"
    return _section(
        translate("report.holds.title"), f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def unseen(statistics: SessionStatistics, translate: Translate) -> str:
    """What the camera could not see, and why: the share of UNKNOWN by reason, longest first."""
    whole = statistics.duration_s
    if not statistics.unknown_s or whole <= 0:
        return f"<p>{_say(translate, 'report.unseen.nothing')}</p>"
    rows = []
    for reason, seconds in longest_first(statistics.unknown_s):
        part = seconds / whole
        rows.append(
            f"<li><div><span>{html.escape(translate(reason))}</span><b>{seconds:.1f} s · {part * 100:.0f} %</b></div>"
            '<svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="ground" width="1000" height="8"/><rect class="unknown" width="{part * 1000:.0f}" height="8"/>'
            "</svg></li>"
        )
    return f'<ul class="meters">{"".join(rows)}</ul>'


def settings(origin: Origin, profile: Profile | None, translate: Translate) -> str:
    """The numbers in force, those that were changed first, each with its default and where it came from."""
    declared = {} if profile is None else profile.tunables
    rows = []
    for key, (value, where) in sorted(origin.settings.items(), key=lambda pair: (pair[1][1] == "default", pair[0])):
        known = declared.get(key)
        default = f"{known.default:g}" if known is not None else "–"
        unit = known.unit if known is not None else ""
        changed = "" if where == "default" else ' class="changed"'
        title = f' title="{html.escape(known.why)}"' if known is not None else ""
        rows.append(
            f'<tr{changed}><td><code{title}>{html.escape(key)}</code></td><td class="number">{value:g}</td>'
            f'<td class="number">{default}</td><td>{html.escape(unit)}</td>'
            f"<td>{html.escape(translate('report.settings.default') if where == 'default' else where)}</td></tr>"
        )
    head = "".join(
        f"<th{' class=number' if name in ('value', 'usual') else ''}>{_say(translate, f'report.settings.{name}')}</th>"
        for name in ("key", "value", "usual", "unit", "from")
    )
    changed_count = sum(where != "default" for _, where in origin.settings.values())
    shown = translate("report.settings.changed", number=changed_count)
    return (
        f"<h2>{_say(translate, 'report.settings.title')}</h2><details class=card><summary>{html.escape(shown)}</summary>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{_say(translate, "report.settings.title")}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div></details>"
    )


def provenance(origin: Origin, versions: Mapping[str, str], translate: Translate) -> str:
    """How far to trust this, and with what it was made."""
    libraries = " · ".join(f"{name} {version}" for name, version in versions.items())
    lines: Iterator[tuple[str, str]] = iter(
        (
            ("report.trust.source", origin.source),
            ("report.trust.version", " · ".join(filter(None, (f"posecheck {origin.version}", libraries)))),
            ("report.trust.model", origin.model_sha256),
            ("report.trust.spine_model", origin.spine_model_sha256),
        )
    )
    shown = "".join(
        f'<p class="soft wrap">{_say(translate, key)}: {html.escape(value)}</p>' for key, value in lines if value
    )
    return (
        f'<h2>{_say(translate, "report.trust.title")}</h2><div class="card"><p>{_say(translate, "report.trust.accuracy")}</p>'
        f"<p>{_say(translate, 'report.trust.unknown')}</p>{shown}</div>"
    )


def _section(title: str, content: str) -> str:
    name = html.escape(title)
    return f'<h2>{name}</h2><div class="card wide" tabindex="0" role="region" aria-label="{name}">{content}</div>'


def _go(t_s: float) -> str:
    return f'<button type="button" class="go" data-t="{t_s}">{t_s:.1f} s</button>'


def _say(translate: Translate, key: str) -> str:
    return html.escape(translate(key))
