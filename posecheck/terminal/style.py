"""What all that the terminal shows has in common: marks of the verdicts, words, numbers, bars. Prints nothing.

Colour is never alone: every verdict has its own shape and word too. `translate` turns a key or an English sentence into the
language of the person; without one they stay English. Panels: `terminal_live`, `terminal_result`, `terminal_machine` and
the other files of that name.
"""

from __future__ import annotations

import math
from typing import Final

from rich.text import Text

from posecheck.reasons import Reason, Translate, Value
from posecheck.records import Verdict

STYLE: Final = {Verdict.GOOD: "green", Verdict.WARN: "red", Verdict.UNKNOWN: "yellow"}
#: Of seconds that are neither good nor bad: before the stretch, between repetitions, after it.
OUTSIDE_SHAPE: Final = "○"
SHAPE: Final = {Verdict.GOOD: "●", Verdict.WARN: "▲", Verdict.UNKNOWN: "◆"}

#: The key of what is said wherever a number is shown.
ACCURACY_NOTE: Final = "live.note"


def in_english(what: str | Reason, /, **values: Value) -> str:
    """The text of a key or a reason in English, its blanks filled. Raises KeyError for an unknown key."""
    from posecheck.assessment.messages import ENGLISH, Messages  # noqa: PLC0415  reads the whole catalogue of stretches

    return Messages.load(ENGLISH).text(what, **values)


def verdict_word(verdict: Verdict, translate: Translate) -> str:
    """A verdict as the terminal shows it: GOOD, or what the person's language has for it, in capitals."""
    return translate(f"report.verdict.{verdict.lower()}").upper()


def seconds(value_s: float) -> str:
    """A time of the clip as people read it: 7.4 s, 2:05.0."""
    if math.isnan(value_s):
        return "–"
    minutes, rest = divmod(value_s, 60.0)
    return f"{int(minutes)}:{rest:04.1f}" if minutes else f"{rest:.1f} s"


def degrees(value_deg: float) -> str:
    """An angle as people read it; a dash when it was not seen."""
    return "–" if math.isnan(value_deg) else f"{value_deg:.0f}°"


def rate_text(fps: float, translate: Translate) -> str:
    """How many frames a second."""
    return translate("terminal.rate", number=f"{fps:.0f}")


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
