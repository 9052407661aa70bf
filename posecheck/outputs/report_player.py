"""The part of the report that moves: the clip with the figure over it, what is true just now, and the plots."""

from __future__ import annotations

import html
import os
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from posecheck.outputs.page import COLOURS
from posecheck.outputs.track import Track
from posecheck.reasons import Translate
from posecheck.records import QUANTITIES, Quantity

#: The measures plotted where they were seen, top to bottom. What else the stretch has a limit for comes after them.
PLOTTED: Final = ("spine_flexion_deg", "trunk_inclination_deg", "hip_hinge_deg", "knee_flexion_deg", "hip_share")
#: Plotted only where they were seen and the stretch has no back to judge.
_LEG: Final = "lead_leg_deg"
_TALL: Final = "spine_flexion_deg"
_RATES: Final = (0.25, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Clip:
    """The clip a report shows: the source itself, or one that was made from it."""

    path: Path
    from_s: float = 0.0
    """The time of the session at which the file begins; found out for a clip that is `drawn`."""
    slow: float = 1.0
    """How many times slower than life it plays."""
    drawn: bool = False
    """Whether the figure is in its pictures already: then it is not drawn a second time."""


def plotted(track: Track, limits: Mapping[str, float]) -> tuple[Quantity, ...]:
    """The measures to plot for this session: those seen, and those with a limit, in a fixed order."""
    wanted = [name for name in PLOTTED if track.seen(name)]
    if not track.seen(_TALL) and track.seen(_LEG):
        wanted.append(_LEG)
    wanted += [name for name in limits if name not in wanted and track.seen(name)]
    by_name = {quantity.name: quantity for quantity in QUANTITIES}
    return tuple(by_name[name] for name in wanted)


def player(quantities: Sequence[Quantity], track: Track, clip: Clip | None, address: str, translate: Translate) -> str:
    """The clip with its figure, its controls, and what is true just now. Empty for a session without a frame."""
    if not track.t_s:
        return ""

    def say(key: str) -> str:
        return html.escape(translate(f"report.player.{key}"))

    width, height = track.size_px
    video = ""
    if clip is not None:
        source = f' src="{html.escape(address)}"' if address else ""
        video = f'<video muted playsinline preload="auto" aria-label="{say("clip")}"{source}></video>'
    drawn = clip is not None and clip.drawn
    parts = "".join(
        f'<label><input type="checkbox" data-part="{part}"{"" if drawn else " checked"}>{say(part)}</label>'
        for part in ("skeleton", "back", "angles")
    )
    rates = "".join(f'<option value="{r:g}"{" selected" if r == 1 else ""}>{r:g}×</option>' for r in _RATES)
    now = "".join(
        f'<dt>{_label(q, translate)}</dt><dd data-value="{q.name}" data-unit="{_unit(q)}">–</dd>' for q in quantities
    )
    return (
        f'<section class="player" aria-label="{say("clip")}"><div><div class="stage">'
        f'<svg class="size" viewBox="0 0 {width} {height}" aria-hidden="true"></svg>{video}'
        f'<canvas aria-hidden="true"></canvas></div><div class="controls">'
        f'<button type="button" id="play" aria-label="{say("play")}">▶</button>'
        f'<button type="button" id="back-one" aria-label="{say("back_one")}">‹</button>'
        f'<button type="button" id="on-one" aria-label="{say("on_one")}">›</button>'
        f'<input type="range" id="seek" step="any" value="0" aria-label="{say("seek")}"><output id="now">–</output>'
        f'<select id="rate" aria-label="{say("rate")}">{rates}</select></div>'
        f'<p class="note" id="no-clip" hidden>{say("no_clip")}</p>'
        f'<p class="note" id="no-figure" hidden>{say("no_figure")}</p></div>'
        f'<div class="card now"><h2>{say("now")}</h2><div id="verdict">–</div><p id="reason"></p><dl>{now}</dl>'
        f"<fieldset><legend>{say('show')}</legend>{parts}</fieldset></div></section>"
    )


def plots(quantities: Sequence[Quantity], translate: Translate, legend: str = "report.plots.legend") -> str:
    """The places the plots are made in, with the message `legend` below; says so when nothing was seen."""
    if not quantities:
        return f"<p>{html.escape(translate('report.never_seen'))}</p>"
    figures = "".join(
        f'<figure class="plot"><figcaption><span><b>{_label(q, translate)}</b> <span class="axis">'
        f"{html.escape(translate(f'report.what.{q.name}'))}</span></span><output></output></figcaption>"
        f'<div data-plot="{q.name}" role="img" aria-label="{_label(q, translate)}"></div></figure>'
        for q in quantities
    )
    buttons = "".join(
        f'<button type="button" id="zoom-{name}" aria-label="{html.escape(translate(f"report.plots.{name}"))}">{sign}</button>'
        for name, sign in (("in", "+"), ("out", "−"))
    )
    whole = html.escape(translate("report.plots.whole"))
    return (
        f'<div class="card"><div id="plots">{figures}</div><div class="zoom"><small>{html.escape(translate(legend))}'
        f'</small><span>{buttons}<button type="button" id="zoom-whole">{whole}</button></span></div></div>'
    )


def player_data(
    quantities: Sequence[Quantity], track: Track, limits: Mapping[str, float], clip: Clip | None, translate: Translate
) -> dict[str, Any]:
    """What the scripts need, as plain values and bytes."""
    verdicts = ("good", "warn", "unknown")
    index = {name: number for number, name in enumerate(verdicts)}
    return {
        "track": track.packed([q.name for q in quantities]),
        "names": [q.name for q in quantities],
        "limits": {name: limit for name, limit in limits.items() if any(q.name == name for q in quantities)},
        "series": [
            {
                "name": q.name,
                "label": translate(f"report.measure.{q.name}"),
                "unit": _unit(q),
                "limit": limits.get(q.name),
                "limitText": translate("report.plots.limit", value=f"{limits[q.name]:g}{_unit(q)}")
                if q.name in limits
                else "",
                "tall": q.name == _TALL,
            }
            for q in quantities
        ],
        "spans": [[round(start, 4), round(end, 4), index[verdict.lower()]] for start, end, verdict in track.spans()],
        "verdicts": [
            f"{sign} {translate(f'report.verdict.{name}')}" for sign, name in zip("●▲◆", verdicts, strict=True)
        ],
        "reasons": ["" if reason is None else translate(reason) for reason in track.reasons],
        "clip": None if clip is None else {"from_s": clip.from_s, "slow": clip.slow},
        "palette": COLOURS,
        "words": {"play": translate("report.player.play"), "pause": translate("report.player.pause")},
    }


def address_of(clip: Path, page: Path) -> str:
    """How the page refers to the clip: relative, so that both can be moved together; empty where that cannot be."""
    try:
        relative = os.path.relpath(clip, page.parent)
    except ValueError:  # on Windows another drive cannot be reached relatively
        return ""
    return urllib.parse.quote(relative.replace(os.sep, "/"))


def _unit(quantity: Quantity) -> str:
    return "°" if quantity.unit == "deg" else ""


def _label(quantity: Quantity, translate: Translate) -> str:
    return html.escape(translate(f"report.measure.{quantity.name}"))
