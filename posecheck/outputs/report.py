"""A report in one HTML file: the clip with the figure over it, plots, events, repetitions, holds, the numbers in force.

It makes no request of any kind, opens from disk and prints. Here the session is collected; what the page says stands in
`report_sections`, what moves in it in `report_player`, how it becomes one file in `page`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from posecheck.outputs import report_sections as sections
from posecheck.outputs.base import COMPLETE, ClosingSink
from posecheck.outputs.context import OutputContext
from posecheck.outputs.page import write_page
from posecheck.outputs.report_moments import Moments
from posecheck.outputs.report_player import Clip, address_of, player, player_data, plots, plotted
from posecheck.outputs.reps import reps_table
from posecheck.outputs.setup_card import calibration_note, setup_card
from posecheck.outputs.track import Track
from posecheck.records import Assessment, Event, Frame, Quantity
from posecheck.statistics import SessionStatistics

__all__ = ["SCRIPTS", "Clip", "ReportWriter"]

SCRIPTS: Final = ("track.js", "figure.js", "clock.js", "plots.js", "report.js")
#: A hold of fewer good seconds is no hold worth a row.
_LEAST_HOLD_S: Final = 1.0


class ReportWriter(ClosingSink):
    """A sink that writes the report when it is closed.

    `context.clip` is shown with the figure over it: referred to, or with `context.embed` carried inside; None (a replay,
    a camera) leaves the figure alone on a dark ground. Without `context.with_picture` no pixel of the source goes into
    the page. Raises OutputError from `close` when the file cannot be written.
    """

    critical = False

    def __init__(self, path: Path, context: OutputContext) -> None:
        self._path = path
        self._context = context
        self._translate = context.translate
        self._rule_names = {"view": context.translate("report.rule_view"), **context.rule_names}
        self._track = Track()
        self._statistics = SessionStatistics()
        self._moments = Moments(context.limits, context.translate, without_picture=not context.with_picture)
        self._events: list[Event] = []
        self._holds: list[tuple[float, float, float]] = []
        self._hold_good_s = 0.0
        self._closed = False

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Note one frame."""
        self._track.put(assessment)
        self._statistics = self._statistics.plus(assessment)
        self._moments.put(frame, assessment)
        self._note_hold(assessment)

    def _note_hold(self, judged: Assessment) -> None:
        """A hold lasts from its first good second until the timer begins anew."""
        good_s = judged.hold.good_s
        if good_s > self._hold_good_s:
            if self._hold_good_s == 0.0 or not self._holds:
                self._holds.append((judged.t_s - good_s, judged.t_s, good_s))
            else:
                self._holds[-1] = (self._holds[-1][0], judged.t_s, good_s)
        elif good_s < self._hold_good_s and good_s > 0.0:
            self._holds.append((judged.t_s - good_s, judged.t_s, good_s))
        self._hold_good_s = good_s

    def event(self, event: Event) -> None:
        """Note one event."""
        self._events.append(event)
        self._moments.event(event)

    def close(self, ending: str) -> None:
        """Write the file; a second call does nothing. Raises OutputError when that fails."""
        if self._closed:
            return
        self._closed = True
        context, track = self._context, self._track
        quantities = plotted(track, context.limits)
        clip, address = self._clip()
        write_page(
            self._path,
            title=context.title,
            language=context.language,
            body="\n".join(filter(None, self._parts(quantities, clip, address, ending))),
            data=player_data(quantities, track, context.limits, clip, self._translate),
            scripts=SCRIPTS,
            clips={"clip": clip.path} if clip is not None and context.embed else None,
        )

    def _clip(self) -> tuple[Clip | None, str]:
        """The clip to show and its address in the page; None where it can be neither carried nor referred to."""
        clip, track = self._context.clip, self._track
        if clip is None or not track.t_s:
            return None, ""
        if clip.drawn:  # it was made from these frames and begins with the first
            clip = replace(clip, from_s=track.t_s[0])
        if self._context.embed:
            return clip, ""
        address = address_of(clip.path, self._path)
        return (clip, address) if address else (None, "")

    def _parts(self, quantities: Sequence[Quantity], clip: Clip | None, address: str, ending: str) -> list[str]:
        """The sections of the page from top to bottom, as HTML; empty where there is nothing to show."""
        context, translate, statistics = self._context, self._translate, self._statistics
        return [
            sections.header(context.title, self._about(), self._notes(ending)),
            sections.shares(statistics, translate),
            sections.tiles(statistics, self._share(), self._worst_parts(), translate),
            player(quantities, self._track, clip, address, translate),
            f"<h2>{_plain(translate('report.plots.title'))}</h2>{plots(quantities, translate)}",
            sections.events(self._events, self._rule_names, translate),
            sections.moments(self._moments.pictures(), self._rule_names, translate),
            sections.reps(statistics.reps, reps_table(statistics.reps, translate), translate),
            sections.holds([hold for hold in self._holds if hold[2] >= _LEAST_HOLD_S], translate),
            f"<h2>{_plain(translate('report.setup.title'))}</h2>{self._setup()}",
            sections.settings(context.origin, context.profile, translate),
            sections.provenance(context.origin, context.versions, translate),
        ]

    def _about(self) -> str:
        statistics, translate = self._statistics, self._translate
        length = translate("report.length", seconds=f"{statistics.duration_s:.1f}", frames=statistics.frames)
        sampled = (
            ""
            if self._context.sample_fps is None
            else translate("report.sampled", number=f"{self._context.sample_fps:g}")
        )
        return " · ".join(filter(None, (self._context.stretch_name, length, sampled)))

    def _notes(self, ending: str) -> list[str]:
        notes = [] if ending == COMPLETE else [f"{self._translate('report.partial')}: {ending}"]
        if self._statistics.most_people > 1:
            notes.append(self._translate("report.people", number=self._statistics.most_people))
        if self._statistics.person_frames == 0:
            notes.append(self._translate("report.nobody"))
        return notes

    def _setup(self) -> str:
        """How camera and person were placed, and what the camera could not see."""
        card = "" if self._statistics.setup is None else setup_card(self._statistics.setup, self._translate)
        card += calibration_note(self._context.origin.calibrations, self._statistics.notices, self._translate)
        title = _plain(self._translate("report.unseen.title"))
        return f'{card}<h3>{title}</h3><div class="card">{sections.unseen(self._statistics, self._translate)}</div>'

    def _share(self) -> sections.Share:
        """The hips' share of the bend where it could be told."""
        known = self._track.values("hip_share") if self._track.t_s else np.zeros(0)
        known = known[np.isfinite(known)]
        if not known.size:
            return sections.Share(math.nan, math.nan, math.nan)
        low, middle, high = np.percentile(known, [10, 50, 90]).tolist()
        return sections.Share(low, middle, high)

    def _worst_parts(self) -> tuple[float, float]:
        """Upper and lower back at the most rounded moment."""
        at_s = self._statistics.worst_spine.t_s
        if math.isnan(at_s):
            return math.nan, math.nan
        index = int(np.searchsorted(np.asarray(self._track.t_s), at_s))
        upper, lower = (float(self._track.values(name)[index]) for name in ("upper_back_deg", "lower_back_deg"))
        return upper, lower


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
