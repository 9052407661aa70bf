"""A report in one HTML file: verdict, plots with their limits, events, the worst moment, the numbers in force.

It makes no request of any kind, opens from disk and prints. Flat memory: a long clip is thinned to what a screen shows.
The page's frame stands in report.html beside this file.
"""

from __future__ import annotations

import base64
import contextlib
import html
import math
import os
import urllib.parse
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

import cv2
import numpy as np

from posecheck.calibration import Notice
from posecheck.outputs.base import ClosingSink, cannot_write
from posecheck.outputs.overlay import draw
from posecheck.outputs.reps import reps_section, with_rep
from posecheck.outputs.setup_card import calibration_note, setup_card
from posecheck.records import PAUSE_S, QUANTITIES, Assessment, Event, Floats, Frame, Origin, Rep, Setup, Verdict
from posecheck.tunables import amount

#: The measures plotted, top to bottom.
PLOTTED: Final = ("spine_flexion_deg", "hip_hinge_deg", "trunk_inclination_deg", "knee_flexion_deg")
#: Points a plot keeps at most; each stands for the extreme of its share of time, so that no peak is lost.
MAX_POINTS: Final = 1500
PICTURE_HEIGHT_PX: Final = 480
#: The plot's own drawing units.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1000, 150, 44, 8, 10, 22

SHAPE: Final = {Verdict.GOOD: "●", Verdict.WARN: "▲", Verdict.UNKNOWN: "◆"}


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """A moment worth a picture. It is drawn when the report is written: a better one may still come."""

    value: float
    frame: Frame
    assessment: Assessment


class ReportWriter(ClosingSink):
    """A sink that writes the report when it is closed.

    `clip` is shown beside the plots and referred to, not copied; None leaves it out (a camera, a replay).
    `limits` are the limit lines by measure name. Raises OutputError from `close` when the file cannot be written.
    """

    critical = False

    def __init__(
        self,
        path: Path,
        origin: Origin,
        *,
        title: str,
        stretch_name: str,
        limits: Mapping[str, float],
        clip: Path | None,
    ) -> None:
        self._path = path
        self._origin = origin
        self._title = title
        self._stretch_name = stretch_name
        self._limits = limits
        self._clip = clip
        self._t_s = array("d")
        self._values = {name: array("f") for name in PLOTTED}
        self._verdicts: list[tuple[float, Verdict]] = []
        self._events: list[Event] = []
        self._worst: _Moment | None = None
        self._deepest: _Moment | None = None
        self._hold_good_s = 0.0
        self._reps: tuple[Rep, ...] | None = None
        self._most_people = 0
        self._setup: Setup | None = None
        self._notices: tuple[Notice, ...] = ()

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Note one frame."""
        if self._t_s and assessment.t_s - self._t_s[-1] > PAUSE_S:
            self._verdicts.append((self._t_s[-1], Verdict.UNKNOWN))
        self._t_s.append(assessment.t_s)
        for name in PLOTTED:
            self._values[name].append(assessment.measures[name])
        if not self._verdicts or self._verdicts[-1][1] is not assessment.verdict:
            self._verdicts.append((assessment.t_s, assessment.verdict))
        self._hold_good_s = max(self._hold_good_s, assessment.hold.good_s)
        self._reps = with_rep(self._reps, assessment)
        self._most_people = max(self._most_people, assessment.sighting.people)
        self._setup = assessment.setup
        self._notices = assessment.notices
        if frame is None:
            return
        spine = "spine_flexion_deg"
        if assessment.verdict is Verdict.WARN and assessment.measures[spine] > self._limits.get(spine, math.inf):
            self._worst = _better(self._worst, assessment.measures["spine_flexion_deg"], frame, assessment)
        elif assessment.verdict is Verdict.GOOD and not self._over_a_limit(assessment):
            self._deepest = _better(self._deepest, assessment.measures["trunk_inclination_deg"], frame, assessment)

    def _over_a_limit(self, assessment: Assessment) -> bool:
        """Whether a fault has begun that has not lasted long enough to warn: no moment to show as an example."""
        return any(assessment.measures[name] > limit for name, limit in self._limits.items())

    def event(self, event: Event) -> None:
        """Note one event."""
        self._events.append(event)

    def close(self, ending: str) -> None:
        """Write the file. Raises OutputError when that fails."""
        partial = self._path.with_name(self._path.name + ".part")
        try:
            partial.write_text(self._page(ending), encoding="utf-8", errors="backslashreplace")
            partial.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise cannot_write(self._path, error) from error

    # -------------------------------------------------------------------------------------------- the page
    def _page(self, ending: str) -> str:
        text = html.escape
        duration_s = self._t_s[-1] - self._t_s[0] if len(self._t_s) > 1 else 0.0
        frame = Template((resources.files("posecheck.outputs") / "report.html").read_text(encoding="utf-8"))
        return frame.substitute(
            left=LEFT,
            plot_width=WIDTH - LEFT - RIGHT,
            title=text(self._title),
            stretch=text(self._stretch_name),
            ending="" if ending == "complete" else f'<p class="unknown">◆ Not to the end: {text(ending)}</p>',
            people=""
            if self._most_people < 2
            else f'<p class="unknown">◆ {self._most_people} people in view: one was followed, the others left out.</p>',
            shares="".join(self._shares()),
            duration=f"{duration_s:.1f}",
            frames=len(self._t_s),
            hold=f" · hold {self._hold_good_s:.0f} s good" if self._hold_good_s > 0 else "",
            video=self._video(),
            reps=reps_section(self._reps),
            setup=self._setup_section(),
            plots="".join(self._plot(name) for name in PLOTTED),
            events="".join(self._event_rows()) or '<tr><td colspan="6">Nothing to remark.</td></tr>',
            pictures="".join(self._pictures()),
            settings="".join(
                f"<tr><td><code>{text(key)}</code></td><td>{value:g}</td><td>{text(where)}</td></tr>"
                for key, (value, where) in sorted(self._origin.settings.items())
            ),
            source=text(self._origin.source),
            version=text(self._origin.version),
            model=text(self._origin.model_sha256[:16]),
            spine_model=text(self._origin.spine_model_sha256[:16]),
        )

    def _spans(self) -> list[tuple[float, float, Verdict]]:
        """(from, to, verdict) of the whole clip."""
        ends = [start for start, _ in self._verdicts[1:]] + ([self._t_s[-1]] if self._t_s else [])
        return [(start, end, verdict) for (start, verdict), end in zip(self._verdicts, ends, strict=True)]

    def _setup_section(self) -> str:
        """How camera and person were placed; empty where nobody looked."""
        if self._setup is None:
            return ""
        return f"<h2>Set-up</h2>{setup_card(self._setup)}{calibration_note(self._origin.calibrations, self._notices)}"

    def _shares(self) -> Iterator[str]:
        for verdict in Verdict:
            stood_s = sum(end - start for start, end, found in self._spans() if found is verdict)
            yield f'<span class="{verdict.lower()}">{SHAPE[verdict]} {verdict} <b>{stood_s:.1f} s</b></span>'

    def _video(self) -> str:
        if self._clip is None:
            return ""
        try:
            relative = os.path.relpath(self._clip, self._path.parent)
        except ValueError:  # on Windows another drive cannot be reached relatively
            return ""
        address = urllib.parse.quote(relative.replace(os.sep, "/"))
        return f'<video controls muted preload="metadata" src="{html.escape(address)}"></video>'

    def _plot(self, name: str) -> str:
        quantity = next(quantity for quantity in QUANTITIES if quantity.name == name)
        times, values = np.asarray(self._t_s), np.asarray(self._values[name], dtype=np.float64)
        if not np.isfinite(values).any():
            return f"<figure><figcaption><b>{quantity.label}</b> was never seen in this clip</figcaption></figure>"
        limit = self._limits.get(name, math.nan)
        shaded = [(start, end, verdict) for start, end, verdict in self._spans() if verdict is not Verdict.GOOD]
        return (
            f"<figure><figcaption><b>{quantity.label}</b> {html.escape(quantity.what)}</figcaption>"
            f"{_svg(quantity.label, *thinned(times, values, MAX_POINTS), limit, shaded)}</figure>"
        )

    def _event_rows(self) -> Iterator[str]:
        for event in sorted(self._events, key=lambda event: (event.start_s, event.rule)):
            value, limit = amount(event.value, event.unit), amount(event.limit, event.unit)
            yield (
                f'<tr tabindex="0" data-t="{event.start_s}"><td>{event.start_s:.1f}</td><td>{event.end_s:.1f}</td>'
                f'<td class="{event.verdict.lower()}">{SHAPE[event.verdict]} {event.verdict}</td>'
                f"<td>{html.escape(event.rule.replace('_', ' '))}</td><td>{value} / {limit}</td>"
                f"<td>{html.escape(event.reason)}</td></tr>"
            )

    def _pictures(self) -> Iterator[str]:
        for moment, told in ((self._worst, "The most rounded moment"), (self._deepest, "The deepest good moment")):
            if moment is not None:
                data = base64.b64encode(_jpeg(moment)).decode("ascii")
                yield (
                    f'<figure><img alt="{told}" src="data:image/jpeg;base64,{data}">'
                    f"<figcaption>{told}, at {moment.frame.t_s:.1f} s</figcaption></figure>"
                )


def _better(kept: _Moment | None, value: float, frame: Frame, assessment: Assessment) -> _Moment | None:
    """The more telling of the kept moment and this one."""
    if math.isnan(value) or (kept is not None and value <= kept.value):
        return kept
    return _Moment(value, frame, assessment)


def _jpeg(moment: _Moment) -> bytes:
    """The moment's picture with everything drawn on it, no taller than a page wants."""
    picture = draw(moment.frame.image_rgb, moment.assessment)
    height, width = picture.shape[:2]
    if height > PICTURE_HEIGHT_PX:
        size = (round(width * PICTURE_HEIGHT_PX / height), PICTURE_HEIGHT_PX)
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
    return jpeg.tobytes()


def _svg(
    label: str, times: Floats, values: Floats, limit: float, shaded: Sequence[tuple[float, float, Verdict]]
) -> str:
    """One measure over time as SVG: shaded spans, grid, limit line, the value; NaN leaves a gap."""
    low = min(0.0, float(np.nanmin(values)))
    high = max(float(np.nanmax(values)), 0.0 if math.isnan(limit) else limit) * 1.08 + 2
    begin, end = float(times[0]), max(float(times[-1]), float(times[0]) + 1e-6)

    def x(t_s: float) -> float:
        return LEFT + (t_s - begin) / (end - begin) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<rect class="{verdict.lower()}" x="{x(a):.1f}" y="{TOP}" width="{max(x(b) - x(a), 1):.1f}" '
        f'height="{HEIGHT - TOP - BOTTOM}"/>'
        for a, b, verdict in shaded
    ]
    for tick in _ticks(low, high, 4):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}°</text>')
    parts.extend(
        f'<text x="{x(tick):.1f}" y="{HEIGHT - 6}" text-anchor="middle">{tick:g} s</text>'
        for tick in _ticks(begin, end, 8)
    )
    if not math.isnan(limit):
        parts.append(f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(limit):.1f}" y2="{y(limit):.1f}"/>')
        parts.append(f'<text class="limit" x="{LEFT + 6}" y="{y(limit) - 4:.1f}">limit {limit:g}°</text>')
    path = " ".join("M" + " L".join(f"{x(t):.1f} {y(v):.1f}" for t, v in run) for run in _runs(times, values))
    parts.append(f'<path class="value" d="{path}"/>')
    parts.append(f'<line class="cursor" y1="{TOP}" y2="{HEIGHT - BOTTOM}" x1="-9" x2="-9"/>')
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" data-from="{begin}" data-to="{end}" role="img" '
        f'aria-label="{label} over time">{"".join(parts)}</svg>'
    )


def thinned(times: Floats, values: Floats, most: int) -> tuple[Floats, Floats]:
    """At most `most` of the points: of each equal share of them the least and the greatest, in order of time.

    Peaks and gaps survive: a share without any value keeps one NaN.
    """
    if len(times) <= most:
        return times, values
    keep: list[int] = []
    for share in np.array_split(np.arange(len(times)), most // 2):
        part = values[share]
        if np.isfinite(part).any():
            keep.extend(sorted({int(share[np.nanargmin(part)]), int(share[np.nanargmax(part)])}))
        else:
            keep.append(int(share[0]))
    return times[keep], values[keep]


def _runs(times: Floats, values: Floats) -> Iterator[Sequence[tuple[float, float]]]:
    """Runs of neighbouring finite points: a line is never drawn across what was not seen."""
    run: list[tuple[float, float]] = []
    for t_s, value in zip(times.tolist(), values.tolist(), strict=True):
        if math.isnan(value):
            if run:
                yield run
            run = []
        else:
            run.append((t_s, value))
    if run:
        yield run


def _ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers between `low` and `high`, about so many."""
    raw = (high - low) / about
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next(scale * factor for factor in (1, 2, 2.5, 5, 10) if scale * factor >= raw * 0.999)
    return [round(k * step, 6) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
