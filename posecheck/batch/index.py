"""One page and one table over all results in a folder. They are read from the disk one by one, however many there are."""

from __future__ import annotations

import csv
import html
import io
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from posecheck.batch import state
from posecheck.batch.job import Report
from posecheck.outputs.page import write_page
from posecheck.outputs.summary import write_whole
from posecheck.pipeline.analysis import FILES
from posecheck.reasons import Reason, Translate, english
from posecheck.records import Fit
from posecheck.tunables import amount

PAGE: Final = "index.html"
TABLE: Final = "index.csv"
FAILURES: Final = "failures.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """One finished clip. NaN: not seen, or not a thing of that stretch."""

    clip: str
    folder: str
    """Below the output folder, with forward slashes."""
    person: str
    side: str
    note: str
    stretch: str
    length_s: float = math.nan
    good_s: float = math.nan
    warn_s: float = math.nan
    unknown_s: float = math.nan
    hold_s: float = math.nan
    reps: float = math.nan
    deepest_hinge_deg: float = math.nan
    worst_spine_deg: float = math.nan
    trouble: tuple[str | Reason, ...] = ()
    """What stood in the way, in English sentences: a failure, nobody in view, the set-up checks that did not pass."""
    failed: bool = False
    report: str = ""
    """The report's address below the output folder; empty where there is none."""


NUMBERS: Final = (
    ("length_s", "s"),
    ("good_s", "s"),
    ("warn_s", "s"),
    ("unknown_s", "s"),
    ("hold_s", "s"),
    ("reps", ""),
    ("deepest_hinge_deg", "deg"),
    ("worst_spine_deg", "deg"),
)
_LABELS: Final = ("person", "side")


def rows(out: Path) -> Iterator[Row]:
    """Every finished result below `out`, in order of the folders; half-done ones are left out."""
    for folder, below, names in os.walk(out):
        below.sort()
        if state.DONE in names and state.PARTIAL not in names:
            done = state.read_done(Path(folder))
            if done is not None:
                yield _row(Path(folder), out, done)


def _row(folder: Path, out: Path, done: dict[str, Any]) -> Row:
    labels = done.get("labels") or {}
    failure = done.get("failure")
    place = folder.relative_to(out).as_posix()
    source = str(done.get("source", place))
    report = folder / FILES["report"]
    summary: dict[str, Any] = {}
    try:
        if FILES["summary"] in done.get("outputs", {}):
            summary = json.loads((folder / FILES["summary"]).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        failure = failure or {"message": f"{FILES['summary']} cannot be read."}
    verdict_s = summary.get("verdict_s", {})
    reps = summary.get("reps")
    hold = summary.get("hold", {})
    return Row(
        clip=Path(source).name,
        folder=place,
        person=str(labels.get("person", "")),
        side=str(labels.get("side", "")),
        note=str(labels.get("note", "")),
        stretch=str(done.get("stretch", "")),
        length_s=_number(summary.get("duration_s")),
        good_s=_number(summary.get("good_s")),
        warn_s=_number(verdict_s.get("WARN")),
        unknown_s=_number(verdict_s.get("UNKNOWN")),
        hold_s=_number(hold.get("good_s")) if hold.get("target_s") else math.nan,
        reps=math.nan if reps is None else float(sum(bool(rep.get("whole")) for rep in reps)),
        deepest_hinge_deg=_number(summary.get("deepest_hip_hinge", {}).get("hip_hinge_deg")),
        worst_spine_deg=_number(summary.get("worst_spine_flexion", {}).get("spine_flexion_deg")),
        trouble=(str(failure["message"]).replace(source, Path(source).name),) if failure else _trouble(summary),
        failed=bool(failure),
        report=f"{place}/{report.name}" if report.exists() else "",
    )


def _trouble(summary: dict[str, Any]) -> tuple[str | Reason, ...]:
    if not summary.get("frames_with_person"):
        return (Reason("report.index.nobody"),)
    checks = (summary.get("setup") or {}).get("checks", [])
    return tuple(_reason(check) for check in checks if check.get("verdict") == Fit.ACT)


def _reason(check: Mapping[str, Any]) -> str | Reason:
    """What a set-up check asked for; the English sentence alone where an earlier version wrote the summary."""
    code = check.get("reason_code")
    if not code:
        return str(check["sentence"])
    values = check.get("reason_values") or {}
    return Reason(code, **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def _number(found: object) -> float:
    return float(found) if isinstance(found, int | float) else math.nan


def write_index(out: Path, *, translate: Translate, language: str) -> None:
    """Write the page and the table over all that is finished in `out`. Raises OutputError."""
    write_whole(out / TABLE, _table(rows(out)))
    count, failed = 0, 0
    labels: set[str] = set()
    sums = dict.fromkeys(("length_s", "good_s", "warn_s", "unknown_s"), 0.0)
    for row in rows(out):
        count, failed = count + 1, failed + row.failed
        labels |= {name for name in _LABELS if getattr(row, name)}
        for name in sums:
            value = getattr(row, name)
            sums[name] += 0.0 if math.isnan(value) else value
    title = translate("report.index.title")
    write_page(
        out / PAGE,
        title=title,
        language=language,
        body=_body(rows(out), count, failed, sums, [name for name in _LABELS if name in labels], translate),
        data={"shown": translate("report.index.shown", shown="{shown}", all="{all}")},
        scripts=("index.js",),
        plots=False,
    )


def _table(all_rows: Iterable[Row]) -> Iterator[str]:
    names = [name for name in Row.__slots__ if name != "failed"]
    yield _csv_line([*names, "status"])
    for row in all_rows:
        cells = [getattr(row, name) for name in names]
        wording = [_plain(cell) for cell in cells]
        yield _csv_line([*wording, "failed" if row.failed else "done"])


def _plain(cell: object) -> object:
    if isinstance(cell, tuple):
        return " ".join(english(one) if isinstance(one, Reason) else str(one) for one in cell)
    return "" if isinstance(cell, float) and math.isnan(cell) else cell


def _csv_line(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def write_failures(out: Path, failures: Iterable[Report]) -> None:
    """Write `failures.csv`: clip, what failed, message; without any it is taken away. Raises OutputError."""
    lines = [_csv_line((one.clip, one.what, one.message)) for one in sorted(failures, key=lambda one: str(one.clip))]
    if lines:
        write_whole(out / FAILURES, "".join([_csv_line(("clip", "what", "message")), *lines]))
    else:
        (out / FAILURES).unlink(missing_ok=True)


def _body(
    all_rows: Iterable[Row], count: int, failed: int, sums: dict[str, float], labels: list[str], translate: Translate
) -> Iterator[str]:
    def say(key: str) -> str:
        return html.escape(translate(f"report.index.{key}"))

    yield f"<header><h1>{say('title')}</h1>"
    yield f'<p class="soft wrap">{say("about")}</p></header><dl class="tiles">'
    judged = sum(sums[name] for name in ("good_s", "warn_s", "unknown_s")) or math.nan
    tiles = (
        ("clips", str(count)),
        ("failed", str(failed)),
        ("video", amount(sums["length_s"] / 60.0, "min")),
        ("good", amount(sums["good_s"] / judged * 100.0, "%")),
        ("warn", amount(sums["warn_s"] / judged * 100.0, "%")),
        ("unknown", amount(sums["unknown_s"] / judged * 100.0, "%")),
    )
    yield "".join(f"<div><dt>{say(f'tile_{key}')}</dt><dd>{html.escape(value)}</dd></div>" for key, value in tiles)
    yield (
        f'</dl><p class="screen"><label for="search">{say("search")} '
        f'<input type="search" id="search" autocomplete="off"></label> <output id="shown" class="soft"></output></p>'
        f'<div class="card wide" tabindex="0" role="region" aria-label="{say("title")}"><table id="clips"><thead><tr>'
    )
    for name in ("clip", *labels, "stretch"):
        yield _head(name, "", say(f"col_{name}"))
    for name, _ in NUMBERS:
        yield _head(name, " number", say(f"col_{name}"))
    yield f"{_head('trouble', '', say('col_trouble'))}</tr></thead><tbody>\n"
    for row in all_rows:
        yield _html_row(row, labels, translate)
    yield f'</tbody></table></div><p class="soft">{html.escape(translate("report.trust.accuracy"))}</p>'


def _head(name: str, more: str, wording: str) -> str:
    return f'<th scope="col" class="sort{more}" data-by="{name}"><button type="button">{wording}</button></th>'


def _html_row(row: Row, labels: list[str], translate: Translate) -> str:
    name = html.escape(row.clip)
    if row.report:
        name = f'<a href="{html.escape(quote(row.report))}">{name}</a>'
    cells = [
        f'<th scope="row" class="why" data-v="{html.escape(row.clip)}">{name}<small>{html.escape(row.note)}</small></th>'
    ]
    wording = {"person": row.person, "side": translate(f"report.compare.{row.side}") if row.side else ""}
    cells += [f'<td class="name">{html.escape(wording[name])}</td>' for name in labels]
    cells.append(f'<td class="name">{html.escape(row.stretch).replace("_", "_<wbr>")}</td>')
    for field, unit in NUMBERS:
        value = getattr(row, field)
        known = "" if math.isnan(value) else f"{value:g}"
        cells.append(f'<td class="number" data-v="{known}">{html.escape(amount(value, unit))}</td>')
    kind = "warn" if row.failed else "unknown"
    trouble = " ".join(translate(one) for one in row.trouble)
    sign = "▲ " if row.failed else "◆ "
    cells.append(f'<td class="why {kind}">{sign + html.escape(trouble) if trouble else ""}</td>')
    return f"<tr>{''.join(cells)}</tr>\n"
