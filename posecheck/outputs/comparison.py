"""Two sessions in one HTML page: side by side on a common clock, plots over each other, a table of differences."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from posecheck.body import Side
from posecheck.outputs.page import COLOURS, write_page
from posecheck.outputs.report_player import Clip, address_of, player_data, plots, plotted
from posecheck.outputs.report_sections import header
from posecheck.outputs.track import Track
from posecheck.reasons import Translate
from posecheck.records import QUANTITIES, Verdict
from posecheck.statistics import SessionStatistics
from posecheck.tunables import amount

SCRIPTS: Final = ("track.js", "figure.js", "clock.js", "plots.js", "compare.js")
#: A bend has begun when the trunk, or where that was not seen the fold, is so much beyond where it began: the lower
#: edge of the hinge window.
BEND_DEG: Final = 20.0
_BEND_MEASURES: Final = ("trunk_inclination_deg", "hip_hinge_deg", "lead_leg_deg")
#: How long before the bend the common clock begins.
BEFORE_BEND_S: Final = 2.0
_FIRST_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two sessions."""

    title: str
    stretch: str
    """Its id."""
    stretch_name: str
    track: Track
    statistics: SessionStatistics
    near: Side | None
    """The side that was nearer the camera most of the time."""
    limits: Mapping[str, float]
    clip: Clip | None


def first_bend_s(track: Track) -> float:
    """When the first bend begins; NaN where there is none."""
    t_s = np.asarray(track.t_s)
    for name in _BEND_MEASURES:
        values = track.values(name)
        seen = np.isfinite(values)
        if not seen.any():
            continue
        begin = float(np.median(values[seen & (t_s <= t_s[seen][0] + _FIRST_S)]))
        beyond = np.flatnonzero(seen & (values > begin + BEND_DEG))
        return float(t_s[beyond[0]]) if beyond.size else math.nan
    return math.nan


def nearest_side(seen: Counter[Side | None]) -> Side | None:
    """The side that was counted most; None where none was ever known."""
    known = {side: count for side, count in seen.items() if side is not None}
    return max(known, key=lambda side: known[side]) if known else None


def write_comparison(path: Path, halves: tuple[Half, Half], *, translate: Translate, language: str) -> None:
    """Write the page. Both halves have frames. Raises OutputError when it cannot be written."""
    bends = [first_bend_s(half.track) for half in halves]
    by_bend = not any(map(math.isnan, bends))
    zeros = [bend - BEFORE_BEND_S for bend in bends] if by_bend else [half.track.t_s[0] for half in halves]
    quantities = plotted(halves[0].track, halves[0].limits)
    quantities += tuple(q for q in plotted(halves[1].track, halves[1].limits) if q not in quantities)
    words = [translate("report.compare.first"), translate("report.compare.second")]
    sides = []
    for half, zero in zip(halves, zeros, strict=True):
        one = player_data(quantities, half.track, half.limits, half.clip, translate)
        limits = [{"value": series["limit"], "text": series["limitText"]} for series in one["series"]]
        sides.append({**one, "zero": zero, "inForce": one["limits"], "limits": limits})
    notes = [] if halves[0].stretch == halves[1].stretch else [translate("report.compare.stretches_differ")]
    about = translate("report.compare.aligned_bend" if by_bend else "report.compare.aligned_start")
    body = "\n".join(
        (
            header(translate("report.compare.title"), about, notes),
            _stages(path, halves, words, translate),
            (
                f"<h2>{html.escape(translate('report.plots.title'))}</h2>{plots(quantities, translate, 'report.compare.legend')}"
            ),
            _differences(halves, words, translate),
        )
    )
    data = {
        "sides": [{key: side[key] for key in ("track", "limits", "inForce", "clip", "zero")} for side in sides],
        "names": sides[0]["names"],
        "series": sides[0]["series"],
        "palette": COLOURS,
        "words": {"play": translate("report.player.play"), "pause": translate("report.player.pause"), "sides": words},
    }
    title = f"{halves[0].title} – {halves[1].title}"
    write_page(path, title=title, language=language, body=body, data=data, scripts=SCRIPTS)


def _stages(path: Path, halves: tuple[Half, Half], words: list[str], translate: Translate) -> str:
    cells = []
    for half, word, colour in zip(halves, words, ("value", "second"), strict=True):
        width, height = half.track.size_px
        address = "" if half.clip is None else address_of(half.clip.path, path)
        video = ""
        if half.clip is not None and address:
            label = html.escape(f"{word}: {half.title}")
            video = (
                f'<video muted playsinline preload="auto" aria-label="{label}" src="{html.escape(address)}"></video>'
            )
        cells.append(
            f'<figure class="half"><figcaption class="wrap"><b class="{colour}">{html.escape(word)}</b> '
            f"{html.escape(half.title)} · {html.escape(half.stretch_name)}</figcaption>"
            f'<div class="stage"><svg class="size" viewBox="0 0 {width} {height}" aria-hidden="true"></svg>{video}'
            '<canvas aria-hidden="true"></canvas></div></figure>'
        )

    def say(key: str) -> str:
        return html.escape(translate(f"report.player.{key}"))

    rates = "".join(f'<option value="{r}"{" selected" if r == 1 else ""}>{r}×</option>' for r in (0.25, 0.5, 1, 2))
    return (
        f'<section class="screen" aria-label="{html.escape(translate("report.compare.play_both"))}">'
        f'<div class="pair">{"".join(cells)}</div><div class="controls">'
        f'<button type="button" id="play" aria-label="{say("play")}">▶</button>'
        f'<input type="range" id="seek" step="any" value="0" aria-label="{say("seek")}"><output id="now">–</output>'
        f'<select id="rate" aria-label="{say("rate")}">{rates}</select></div></section>'
    )


def _differences(halves: tuple[Half, Half], words: list[str], translate: Translate) -> str:
    rows = []

    def row(what: str, values: tuple[float, float], unit: str) -> None:
        change = values[1] - values[0]
        shown = "–" if math.isnan(change) else ("+" if change > 0 else "") + amount(change, unit)
        cells = "".join(f'<td class="number">{amount(value, unit)}</td>' for value in values)
        rows.append(f'<tr><td>{html.escape(what)}</td>{cells}<td class="number"><b>{shown}</b></td></tr>')

    def both(of: Callable[[Half], float]) -> tuple[float, float]:
        return of(halves[0]), of(halves[1])

    row(translate("report.tile.spine"), both(lambda half: half.statistics.worst_spine.value), "deg")
    row(translate("report.tile.hinge"), both(lambda half: half.statistics.deepest_hinge.value), "deg")
    row(translate("report.tile.share"), both(lambda half: _median(half.track, "hip_share") * 100.0), "%")
    row(translate("report.compare.good_share"), both(lambda half: _share(half.statistics.good_s, half.statistics)), "%")
    row(
        translate("report.compare.unknown_share"),
        both(lambda half: _share(half.statistics.verdict_s[Verdict.UNKNOWN], half.statistics)),
        "%",
    )
    if any(half.statistics.hold_target_s > 0 for half in halves):
        row(translate("report.tile.hold"), both(lambda half: half.statistics.best_hold_s), "s")
    if any(half.statistics.reps is not None for half in halves):
        row(translate("report.tile.reps"), both(lambda half: half.statistics.reps_whole or 0), "")
    for quantity in QUANTITIES:
        if quantity.name.endswith("knee_flexion_deg") and any(half.track.seen(quantity.name) for half in halves):
            label = translate(f"report.measure.{quantity.name}")
            row(f"{label} (max)", both(lambda half, name=quantity.name: _most(half.track, name)), "deg")  # type: ignore[misc]
    for name in dict.fromkeys((*halves[0].limits, *halves[1].limits)):
        if halves[0].limits.get(name) != halves[1].limits.get(name):
            label = translate("report.compare.limit", measure=translate(f"report.measure.{name}"))
            row(label, both(lambda half, name=name: half.limits.get(name, math.nan)), "deg")  # type: ignore[misc]
    row(translate("report.compare.duration"), both(lambda half: half.statistics.duration_s), "s")
    near = "".join(
        f'<td class="number">{html.escape(translate(f"report.compare.{half.near}")) if half.near else "–"}</td>'
        for half in halves
    )
    rows.append(f"<tr><td>{html.escape(translate('report.compare.side'))}</td>{near}<td></td></tr>")
    head = "".join(f'<th class="number">{html.escape(word)}</th>' for word in words)
    title = html.escape(translate("report.compare.differences"))
    return (
        f'<h2>{title}</h2><div class="card wide" tabindex="0" role="region" aria-label="{title}"><table><thead><tr>'
        f"<th>{html.escape(translate('report.compare.what'))}</th>{head}"
        f'<th class="number">{html.escape(translate("report.compare.change"))}</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        f'<p class="soft">{html.escape(translate("report.trust.accuracy"))}</p>'
    )


def _share(seconds: float, statistics: SessionStatistics) -> float:
    """Seconds as a share of the session, in percent; NaN for a session without length."""
    return seconds / statistics.duration_s * 100.0 if statistics.duration_s > 0 else math.nan


def _median(track: Track, name: str) -> float:
    values = track.values(name)
    return float(np.nanmedian(values)) if np.isfinite(values).any() else math.nan


def _most(track: Track, name: str) -> float:
    values = track.values(name)
    return float(np.nanmax(values)) if np.isfinite(values).any() else math.nan
