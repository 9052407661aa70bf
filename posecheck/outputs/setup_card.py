"""The set-up check as a card of the report: one cell for each thing, and what to do better next time."""

from __future__ import annotations

import html
import math
from typing import Final

from posecheck.calibration import Calibrations, Notice
from posecheck.reasons import Translate
from posecheck.records import SETUP_CHECKS, Check, Fit, Quantity, Setup
from posecheck.tunables import amount

SHAPE: Final = {Fit.OK: "●", Fit.ACT: "▲", Fit.UNKNOWN: "◆"}


def setup_card(setup: Setup, translate: Translate) -> str:
    """The card as HTML, of classes that page.css knows."""
    cells = "".join(_cell(check, asked, translate) for check, asked in zip(setup.checks, SETUP_CHECKS, strict=True))
    shown = translate("report.setup.before" if setup.over else "report.setup.end")
    if not math.isnan(setup.from_s):
        shown = f"{shown}, {setup.from_s:.1f}–{setup.to_s:.1f} s"
    return f'<div class="card"><ul class="checks">{cells}</ul><small>{html.escape(shown)}</small></div>'


def _cell(check: Check, asked: Quantity, translate: Translate) -> str:
    """One check: shape, what it is, its value with what it means, and what to do."""
    fit = check.verdict.lower()
    what = translate(f"setup.what.{asked.name}")
    means = "" if math.isnan(check.value) else f"{amount(check.value, check.unit)} {what}"
    if check.verdict is Fit.OK and math.isnan(check.value):
        means = what
    if check.verdict is Fit.UNKNOWN:
        means = translate("report.setup.unknown")
    act = (
        f"<q>{html.escape(translate(check.reason))}</q>"
        if check.reason is not None and check.verdict is Fit.ACT
        else ""
    )
    return (
        f'<li><i class="{fit}" aria-hidden="true">{SHAPE[check.verdict]}</i><b>'
        f"{html.escape(translate(f'setup.label.{asked.name}'))}</b><small>{html.escape(means)}</small>{act}</li>"
    )


def calibration_note(calibrations: Calibrations | None, notices: tuple[Notice, ...], translate: Translate) -> str:
    """What was known of the person and what does not fit about it, a line each, as HTML; empty where nothing was."""
    if calibrations is None or not any(calibrations):
        return ""
    days = ", ".join(f"{translate(f'report.setup.{one.position}')} {one.made_on}" for one in calibrations)
    shown = translate("report.setup.calibrated", name=calibrations.name, days=days)
    lines = [f"<p><small>{html.escape(shown)}</small></p>"]
    lines += [f'<p class="unknown">◆ {html.escape(translate(notice.reason))}</p>' for notice in notices]
    return "".join(lines)
