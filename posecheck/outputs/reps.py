"""How repetitions are written down: as JSON for programs, as a table for the report."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

from posecheck.reasons import Translate, code_of, english
from posecheck.records import QUANTITIES, Rep
from posecheck.tunables import amount

_UNITS = {quantity.name: quantity.unit for quantity in QUANTITIES}

#: Class and shape: those of the verdicts, and a hollow one where nothing warned and there is yet something to say.
_UNSEEN, _WARNED, _GOOD, _REMARK = ("unknown", "◆"), ("warn", "▲"), ("good", "●"), ("remark", "○")


def rep_as_json(rep: Rep) -> dict[str, Any]:
    """One repetition as plain values, None where there is nothing. Names other programs rely on: never rename."""
    return {
        "number": rep.number or None,
        "start_s": _rounded(rep.start_s),
        "end_s": _rounded(rep.end_s),
        "whole": rep.whole,
        "seen": rep.seen,
        "good": rep.good,
        "depth": _rounded(rep.depth),
        "depth_measure": rep.measure,
        "worst_spine_deg": _rounded(rep.worst_spine_deg),
        "rounded_s": _rounded(rep.rounded_s),
        "bent_knee_s": _rounded(rep.bent_knee_s),
        "unknown_s": _rounded(rep.unknown_s),
        "duration_s": _rounded(rep.duration_s),
        "descent_s": _rounded(rep.descent_s),
        "ascent_s": _rounded(rep.ascent_s),
        "remark": english(rep.remark),
        "reason_code": code_of(rep.remark),
        "warned": rep.warned,
    }


def reps_table(reps: Sequence[Rep] | None, translate: Translate) -> str:
    """The repetitions as a table of the report; empty where there is nothing to list."""
    if not reps:
        return ""
    names = ("from", "to", "depth", "down_up", "how")
    head = "".join(
        f'<th role="columnheader">{html.escape(translate(f"report.reps.{name}"))}</th>' for name in ("number", *names)
    )
    rows = "".join(_row(rep, translate) for rep in reps)
    return (
        f'<table class="reps" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )


def _row(rep: Rep, translate: Translate) -> str:
    kind_of, shape = _UNSEEN if not rep.seen else _WARNED if rep.warned else _GOOD if rep.good else _REMARK
    kind = "" if rep.whole else translate("report.reps.partial") if rep.seen else translate("report.reps.unseen")
    measure = html.escape(translate(f"report.measure.{rep.measure}"))
    shown = translate(rep.remark) if rep.remark is not None else translate("report.reps.good")
    return (
        f'<tr role="row" data-t="{rep.start_s}"><td role="cell">{rep.number or "–"}</td>'
        f'<td role="cell"><button type="button" class="go" data-t="{rep.start_s}">{rep.start_s:.1f} s</button></td>'
        f'<td role="cell">{rep.end_s:.1f} s</td>'
        f'<td role="cell" title="{measure}">{amount(rep.depth, _UNITS[rep.measure])}</td>'
        f'<td role="cell">{rep.descent_s:.1f}&nbsp;/&nbsp;{rep.ascent_s:.1f}&nbsp;s</td>'
        f'<td role="cell" class="why"><span class="{kind_of}">{shape}</span> {html.escape(f"{kind} {shown}".strip())}</td></tr>'
    )


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)
