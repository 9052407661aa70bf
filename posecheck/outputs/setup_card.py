"""The set-up check as a card of the report: one cell for each thing, and what to do better next time."""

from __future__ import annotations

import html
import math
from typing import Final

from posecheck.calibration import Calibrations, Notice
from posecheck.records import SETUP_CHECKS, Check, Fit, Quantity, Setup
from posecheck.tunables import amount

SHAPE: Final = {Fit.OK: "●", Fit.ACT: "▲", Fit.UNKNOWN: "◆"}


def setup_card(setup: Setup) -> str:
    """The card as HTML, of classes that report.html knows."""
    cells = "".join(_cell(check, asked) for check, asked in zip(setup.checks, SETUP_CHECKS, strict=True))
    when = "" if math.isnan(setup.from_s) else f", from {setup.from_s:.1f} to {setup.to_s:.1f} s"
    told = (
        "How camera and person were placed before the stretch began"
        if setup.over
        else "How camera and person were placed in the end"
    )
    return f'<div class="card"><ul class="checks">{cells}</ul><small>{told}{when}. Estimates.</small></div>'


def _cell(check: Check, asked: Quantity) -> str:
    """One check: shape, what it is, its value with what it means, and what to do."""
    fit = check.verdict.lower()
    means = "" if math.isnan(check.value) else f"{amount(check.value, check.unit)} {asked.what}"
    if check.verdict is Fit.OK and math.isnan(check.value):
        means = asked.what
    if check.verdict is Fit.UNKNOWN:
        means = "could not be told"
    act = f"<q>{html.escape(check.sentence)}</q>" if check.verdict is Fit.ACT else ""
    return (
        f'<li><i class="{fit}" title="{check.verdict}">{SHAPE[check.verdict]}</i><b>{html.escape(asked.label)}</b>'
        f"<small>{html.escape(means)}</small>{act}</li>"
    )


def calibration_note(calibrations: Calibrations | None, notices: tuple[Notice, ...]) -> str:
    """What was known of the person and what does not fit about it, a line each, as HTML; empty where nothing was."""
    if calibrations is None or not any(calibrations):
        return ""
    days = ", ".join(f"{one.position} {one.made_on}" for one in calibrations)
    lines = [f"<p><small>Calibrated: {html.escape(f'{calibrations.name} ({days})')}.</small></p>"]
    lines += [f'<p class="unknown">◆ {html.escape(notice.sentence)}</p>' for notice in notices]
    return "".join(lines)
