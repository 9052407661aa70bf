"""The pictures of the report, as inline SVG: score against a number, ROC, and what happened in a clip."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from posecheck.assessment.catalogue.stretch import Direction, Rule
from posecheck.reasons import Translate
from posecheck.tunables import amount
from posecheck.tuning.evaluation import Judgement, RuleScore, alarms_of
from posecheck.tuning.formatting import figure
from posecheck.tuning.intervals import Spans, minus, union
from posecheck.tuning.objective import BROKEN
from posecheck.tuning.search import Found

#: Drawing units of a square plot: the plane within its margins.
_WIDTH, _HEIGHT = 420.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 410.0, 12.0, 258.0
#: Points a curve keeps at most.
_MOST_POINTS: Final = 400


def sweep_svg(found: Found, k: int, translate: Translate) -> str:
    """The objective's figure on everybody against one number, the others at their best; the plateau is shaded.

    Among settings drawn at random there is no such line: then every setting is a point. Where a condition is broken
    the figure is left out.
    """
    axis, plateau = found.axes[k], found.plateau[k]
    points = np.array([[one[other.key] for other in found.axes] for one in found.trials.settings])
    worth = found.objective.worth(found.trials.counts.sum(axis=1))
    values = found.objective.figure(found.trials.counts.sum(axis=1))
    values = np.where(worth > BROKEN, values, np.nan)
    line = np.flatnonzero(np.all(np.delete(points, k, axis=1) == np.delete(points, k, axis=1)[found.best], axis=1))
    on_line = len(line) >= 3
    chosen = line if on_line else np.arange(len(points))
    chosen = chosen[np.argsort(points[chosen, k], kind="stable")]
    at, value = points[chosen, k], values[chosen]
    known = value[np.isfinite(value)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    low, high = (min(low, 0.0), max(high, 1.0)) if low >= 0.0 and high <= 1.0 else (low, high + (high == low))

    def x(number: float) -> float:
        return _LEFT + (number - axis.low) / (axis.high - axis.low) * (_RIGHT - _LEFT)

    def y(number: float) -> float:
        return _BOTTOM - (number - low) / (high - low) * (_BOTTOM - _TOP)

    from_x, to_x = x(plateau.low), x(plateau.high)
    parts = [
        f'<rect class="band" x="{from_x - 2:.1f}" y="{_TOP}" width="{to_x - from_x + 4:.1f}" height="{_BOTTOM - _TOP}"/>',
        *_frame([(low, figure(low)), (high, figure(high))], y),
        *_ticks([axis.low + share * (axis.high - axis.low) for share in (0.0, 0.25, 0.5, 0.75, 1.0)], x, axis.unit),
    ]
    if on_line:
        parts.append(_curve([(x(a), y(v)) for a, v in zip(at, value, strict=True)]))
    else:
        parts += [
            f'<circle cx="{x(a):.1f}" cy="{y(v):.1f}" r="2.5" fill="var(--value)" opacity=".6"/>'
            for a, v in zip(at, value, strict=True)
            if math.isfinite(v)
        ]
    best = found.setting[axis.key]
    for number, mark, word, other in (
        (axis.default, "default", translate("tune.draw.default", value=amount(axis.default, axis.unit)), best),
        (best, "found", translate("tune.draw.found", value=amount(best, axis.unit)), axis.default),
    ):
        if axis.low <= number <= axis.high:
            # Each is written on the side away from the other one, where the picture has room for it.
            leftwards = number < other and x(number) > _LEFT + 0.17 * (_RIGHT - _LEFT)
            end = "end" if leftwards or x(number) > 0.8 * _RIGHT else "start"
            row = _TOP + (12 if mark == "found" else 28)
            parts.append(
                f'<line class="mark-{mark}" x1="{x(number):.1f}" x2="{x(number):.1f}" y1="{_TOP}" y2="{_BOTTOM}"/>'
                f'<text class="{mark}" x="{x(number) + (4 if end == "start" else -4):.1f}" y="{row}" text-anchor="{end}">'
                f"{html.escape(word)}</text>"
            )
    title = translate("tune.draw.against", figure=translate(f"tune.figure.{found.objective.metric}"), key=axis.key)
    shaded = translate("tune.draw.shaded")
    return f"<h3>{html.escape(title)}</h3>{_svg(parts, f'{title}. {shaded}')}<small>{html.escape(shaded)}</small>"


def roc_svg(one: RuleScore, limit: float, translate: Translate) -> str:
    """True against false positive rate of frames, with the point of the limit that was found."""

    def x(rate: float) -> float:
        return _LEFT + rate * (_RIGHT - _LEFT)

    def y(rate: float) -> float:
        return _BOTTOM - rate * (_BOTTOM - _TOP)

    parts = [
        *_frame([(0.0, "0"), (0.5, "0.5"), (1.0, "1")], y),
        *_ticks([0.0, 0.5, 1.0], x, ""),
        f'<line class="chance" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>',
        f'<text x="{_RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{html.escape(translate("tune.draw.false_rate"))}</text>',
    ]
    roc = one.roc
    if len(roc.false_rate):
        kept = np.unique(np.linspace(0, len(roc.false_rate) - 1, _MOST_POINTS).astype(int))
        parts.append(_curve([(x(roc.false_rate[i]), y(roc.true_rate[i])) for i in kept]))
        sign = one.rule.direction.sign
        side = "tune.draw.above" if one.rule.direction is Direction.ABOVE else "tune.draw.below"
        i = max(int(np.sum(sign * roc.threshold > sign * limit)) - 1, 0)
        parts.append(
            f'<circle cx="{x(roc.false_rate[i]):.1f}" cy="{y(roc.true_rate[i]):.1f}" r="5" fill="var(--good)"/>'
            f'<text class="found" x="{x(roc.false_rate[i]) + 9:.1f}" y="{y(roc.true_rate[i]) + 16:.1f}">'
            f"{html.escape(translate(side, value=amount(limit, one.rule.limit.unit)))}</text>"
        )
    return _svg(parts, translate("tune.draw.roc", measure=one.rule.measure))


def timeline_svg(before: Judgement, after: Judgement, rule: Rule, translate: Translate) -> str:
    """One rule in one clip: what is true, what was said before, what is said now."""
    t_s = before.track.t_s
    if not len(t_s):
        return ""
    from_s, to_s = float(t_s[0]), float(t_s[-1])
    left, width, height, step = 76.0, 1000.0, 16.0, 24.0
    scale = (width - left - 6.0) / max(to_s - from_s, 1e-9)
    parts = []
    for k, (name, good, warn, unknown) in enumerate(_rows(before, after, rule)):
        top = 2.0 + k * step
        parts.append(f'<rect class="row" x="{left}" y="{top}" width="{width - left - 6:.1f}" height="{height}"/>')
        parts.append(f'<text x="0" y="{top + 12.5}">{html.escape(translate(f"tune.draw.{name}"))}</text>')
        for spans, kind in ((good, "good"), (unknown, "unknown"), (warn, "warn")):
            for start_s, end_s in spans:
                a, b = (left + (min(max(t, from_s), to_s) - from_s) * scale for t in (start_s, end_s))
                verdict = translate(f"report.verdict.{kind}")
                shown = translate("tune.draw.span", verdict=verdict, **{"from": f"{start_s:.1f}", "to": f"{end_s:.1f}"})
                parts.append(
                    f'<rect class="s-{kind}" x="{a:.1f}" y="{top + 1}" width="{max(b - a, 1.0):.1f}" '
                    f'height="{height - 2}"><title>{html.escape(shown)}</title></rect>'
                )
    bottom = 2.0 + 3 * step + 10.0
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        anchor = "start" if share == 0.0 else "end" if share == 1.0 else "middle"
        at_x = left + share * (width - left - 6.0)
        parts.append(
            f'<text x="{at_x:.1f}" y="{bottom}" text-anchor="{anchor}">{from_s + share * (to_s - from_s):.1f} s</text>'
        )
    name = translate(rule.name)
    title = translate("tune.draw.rows", rule=name)
    return (
        f'<small>{html.escape(name)} <code>{rule.id}</code></small><svg class="line" viewBox="0 0 {width:.0f} {bottom + 6:.0f}" '
        f'role="img" aria-label="{html.escape(title)}">{"".join(parts)}</svg>'
    )


def _rows(before: Judgement, after: Judgement, rule: Rule) -> Iterator[tuple[str, Spans, Spans, Spans]]:
    """Truth, before and after, each as (name in `tune.draw`, good, warn, unknown)."""
    truths = [before.clip.truth(rule.id, person) for person in before.clip.people]
    good = union(span for kept, _ in truths for span in kept)
    warn = union(span for _, broken in truths for span in broken)
    said = union((one.start_s, one.end_s) for one in before.clip.labels.intervals if one.rule == rule.id)
    yield "labels", good, warn, minus(minus(said, good), warn)
    for name, one in (("defaults", before), ("now", after)):
        warned, unknown = alarms_of(one.judged, rule.id)
        yield name, (), warned, unknown


def _frame(values: Sequence[tuple[float, str]], y: Callable[[float], float]) -> Iterator[str]:
    yield f'<line class="axis" x1="{_LEFT}" x2="{_LEFT}" y1="{_TOP}" y2="{_BOTTOM}"/>'
    yield f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{_BOTTOM}" y2="{_BOTTOM}"/>'
    for value, text in values:
        yield f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        yield f'<text x="{_LEFT - 5}" y="{y(value) + 4:.1f}" text-anchor="end">{text}</text>'


def _ticks(values: Sequence[float], x: Callable[[float], float], unit: str) -> Iterator[str]:
    for k, value in enumerate(values):
        anchor = "start" if k == 0 else "end" if k == len(values) - 1 else "middle"
        text = amount(value, unit) if unit else f"{value:g}"
        yield f'<text x="{x(value):.1f}" y="{_BOTTOM + 16}" text-anchor="{anchor}">{text}</text>'


def _curve(points: Sequence[tuple[float, float]]) -> str:
    kept = [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
    path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in kept) if kept else ""
    return f'<path class="curve" d="{path}"/>'


def _svg(parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{html.escape(title)}">'
        f"{''.join(parts)}</svg>"
    )
