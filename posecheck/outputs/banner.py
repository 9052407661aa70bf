"""The banner at the upper edge: the verdict as colour, shape and word; what to do, and why; and the hold timer or the count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from posecheck.outputs import lettering, shapes
from posecheck.outputs.lettering import REGULAR, STRONG, put
from posecheck.outputs.palette import GREY, INK, MIST, OF_VERDICT, PAPER
from posecheck.reasons import Translate, english
from posecheck.records import Assessment, Bytes, Hold, Reps, Verdict

# All lengths in units of the picture's shorter side / 360.
_MARGIN: Final = 7.0
_PADDING: Final = 9.0
_ICON: Final = 12.0
_WORD: Final = 18.0
_MAIN: Final = 15.0
#: Of the main line where it then needs a line less: a word alone in the second would only cover more of the person.
_TIGHT: Final = 13.2
_SMALL: Final = 12.0
_LEADING: Final = 1.28
_LEAST_HEIGHT: Final = 42.0
_RING: Final = 14.5
_OPACITY: Final = 0.86
_MOST_LINES: Final = 4


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    size: float
    weight: int
    strong: bool


@dataclass(frozen=True, slots=True)
class Banner:
    """A banner as it will be drawn: measured before, so that nothing else is written where it will stand."""

    word: str
    beside: str
    below: tuple[_Row, ...]
    text_left: float
    beside_px: float
    box: tuple[float, float, float, float]
    """(left, top, right, bottom) in pixels."""


def lay_out(judged: Assessment, width_px: int, unit_px: float, translate: Translate | None = None) -> Banner:
    """The banner at the upper left of a picture of this width, no wider than its words, which `translate` says."""
    left, top, right = _MARGIN * unit_px, _MARGIN * unit_px, width_px - _MARGIN * unit_px
    if judged.reps is not None or judged.hold.target_s > 0:
        right -= (_LEAST_HEIGHT + _MARGIN) * unit_px
    text_left = left + (_PADDING + 2 * _ICON + 9.0) * unit_px
    word = judged.verdict.value if translate is None else translate(f"report.verdict.{judged.verdict.lower()}").upper()
    word_px = _width(word, _WORD * unit_px, STRONG)
    beside_px = word_px + 9.0 * unit_px
    beside, below = _rows(
        _cue(judged, translate), _reason(judged, translate), right - _PADDING * unit_px - text_left, beside_px, unit_px
    )
    widths = [_width(row.text, row.size * unit_px, row.weight) for row in below]
    widths.append(beside_px + _width(beside, _MAIN * unit_px, REGULAR) if beside else word_px)
    bottom = top + max(_LEAST_HEIGHT, _high(below) + 14.0) * unit_px
    right = min(text_left + max(widths) + 1.4 * _PADDING * unit_px, right)
    return Banner(word, beside, tuple(below), text_left, beside_px, (left, top, right, bottom))


def _high(below: Sequence[_Row]) -> float:
    return _WORD * _LEADING + sum(row.size * _LEADING for row in below)


def _cue(judged: Assessment, translate: Translate | None) -> str:
    if translate is None or not judged.cue:
        return judged.cue
    return translate(judged.cue) if judged.said is None else translate(judged.said.key, **judged.said.values)


def _reason(judged: Assessment, translate: Translate | None) -> str:
    return english(judged.reason) if translate is None or judged.reason is None else translate(judged.reason)


def draw_banner(image: Bytes, judged: Assessment, banner: Banner, unit_px: float) -> None:
    """Draw the banner into the upper left of `image`, and the hold timer into the upper right.

    A stretch that is repeated has its count of whole repetitions there instead; one that is neither has nothing.
    """
    left, top, right, bottom = banner.box
    edge = image.shape[1] - _MARGIN * unit_px
    if judged.reps is not None:
        _draw_reps(image, judged.reps, judged.verdict, edge, top, unit_px)
    elif judged.hold.target_s > 0:
        _draw_hold(image, judged.hold, judged.verdict, edge, top, unit_px)
    _panel(image, left, top, right, bottom, unit_px)
    middle = (top + bottom) / 2
    colour = OF_VERDICT[judged.verdict]
    icon = (left + (_PADDING + _ICON) * unit_px, middle)
    shapes.verdict_shape(image, judged.verdict, icon, _ICON * unit_px, colour)
    first = _WORD * _LEADING
    y = middle - _high(banner.below) * unit_px / 2 + first * unit_px / 2
    put(image, banner.word, (banner.text_left, y), colour, _WORD * unit_px, STRONG)
    put(image, banner.beside, (banner.text_left + banner.beside_px, y), PAPER, _MAIN * unit_px, REGULAR)
    y += first * unit_px / 2
    for row in banner.below:
        y += row.size * _LEADING * unit_px / 2
        put(image, row.text, (banner.text_left, y), PAPER if row.strong else MIST, row.size * unit_px, row.weight)
        y += row.size * _LEADING * unit_px / 2


def _panel(image: Bytes, left: float, top: float, right: float, bottom: float, unit_px: float) -> None:
    outline = shapes.panel_points(left, top, right, bottom, 11.0 * unit_px)
    box = shapes.clipped(image, (left - 1, top - 1, right + 1, bottom + 1))
    corner = np.array(box[:2], np.float64)
    shapes.faded(image, box, _OPACITY, lambda layer: shapes.filled(layer, outline - corner, INK))


def _width(text: str, size_px: float, weight: int) -> float:
    return lettering.letters().width_px(text, size_px, weight) if text and size_px >= lettering.SMALLEST_PX else 0.0


def _rows(cue: str, reason: str, room_px: float, word_px: float, unit_px: float) -> tuple[str, list[_Row]]:
    """What stands beside the word, and the rows below: what to do first, then why."""
    main = cue or reason
    why = reason if reason != main else ""
    if not main or _SMALL * unit_px < lettering.SMALLEST_PX:
        return "", []
    beside, below = "", []
    if _width(main, _MAIN * unit_px, REGULAR) <= room_px - word_px:
        beside = main
    else:
        wrapped = [
            (lettering.wrapped(main, room_px, size * unit_px, REGULAR, _MOST_LINES), size) for size in (_MAIN, _TIGHT)
        ]
        lines, size = min(wrapped, key=lambda pair: len(pair[0]))  # of two that are as long the larger letters
        below = [_Row(text, size, REGULAR, strong=True) for text in lines]
    lines = lettering.wrapped(why, room_px, _SMALL * unit_px, REGULAR, _MOST_LINES)
    below += [_Row(text, _SMALL, REGULAR, strong=False) for text in lines]
    return beside, below


def _draw_hold(image: Bytes, hold: Hold, verdict: Verdict, right: float, top: float, unit_px: float) -> None:
    """The ring: how much of the wanted time was good, and the good seconds.

    Coloured only while good seconds are being counted, or when enough of them are there.
    """
    running = verdict is Verdict.GOOD and (hold.active or hold.good_s >= hold.target_s)
    done = hold.good_s / hold.target_s
    _draw_ring(image, math.floor(hold.good_s + 1e-9), done, right, top, unit_px, lit=running, strong=hold.active)


def _draw_reps(image: Bytes, reps: Reps, verdict: Verdict, right: float, top: float, unit_px: float) -> None:
    """The ring: how much of the set is done, and the whole repetitions so far.

    Coloured while a repetition goes well, or when the set is done.
    """
    running = verdict is Verdict.GOOD and (reps.active or reps.whole >= reps.target)
    done = reps.whole / max(reps.target, 1)
    _draw_ring(image, reps.whole, done, right, top, unit_px, lit=running, strong=reps.active)


def _draw_ring(
    image: Bytes, number: int, share: float, right: float, top: float, unit_px: float, *, lit: bool, strong: bool
) -> None:
    """A number in a ring that is filled by `share`, on a panel of its own."""
    left = right - _LEAST_HEIGHT * unit_px
    bottom = top + _LEAST_HEIGHT * unit_px
    _panel(image, left, top, right, bottom, unit_px)
    centre = ((left + right) / 2, (top + bottom) / 2)
    shapes.ring(image, centre, _RING * unit_px, 3.6 * unit_px, share, OF_VERDICT[Verdict.GOOD] if lit else GREY)
    figures = str(number)
    size = (13.5 if len(figures) < 3 else 10.0) * unit_px
    at = (centre[0] - _width(figures, size, STRONG) / 2, centre[1])
    put(image, figures, at, PAPER if strong else MIST, size, STRONG)
