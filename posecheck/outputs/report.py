"""A report in one HTML file: the clip with the figure over it, plots, events, repetitions, holds, the numbers in force.

It makes no request of any kind, opens from disk and prints. Here the session is collected; what the page says stands in
`report_sections`, what moves in it in `report_player`, how it becomes one file in `page`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from posecheck.outputs import report_sections as sections
from posecheck.outputs.base import COMPLETE, ClosingSink
from posecheck.outputs.page import Tell, write_page
from posecheck.outputs.report_moments import Moments
from posecheck.outputs.report_player import Clip, address_of, player, player_data, plots, plotted
from posecheck.outputs.reps import reps_table
from posecheck.outputs.setup_card import calibration_note, setup_card
from posecheck.outputs.summary import Totals
from posecheck.outputs.track import Track
from posecheck.records import Assessment, Event, Frame, Origin
from posecheck.tunables import Profile

__all__ = ["SCRIPTS", "Clip", "ReportWriter"]

SCRIPTS: Final = ("track.js", "figure.js", "clock.js", "plots.js", "report.js")
#: A hold of fewer good seconds is no hold worth a row.
_LEAST_HOLD_S: Final = 1.0


class ReportWriter(ClosingSink):
    """A sink that writes the report when it is closed.

    `clip` is shown with the figure over it: referred to, or with `embed` carried inside; None (a replay, a camera)
    leaves the figure alone on a dark ground. `limits` are the limit lines by measure name, `rule_names` what the rules
    are called, `profile` tells the defaults. `tell` says keys and sentences in `language`. Without `with_picture` no
    pixel of the source goes into the page. Raises OutputError from `close` when the file cannot be written.
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
        clip: Clip | None,
        tell: Tell,
        language: str = "en",
        profile: Profile | None = None,
        rule_names: Mapping[str, str] | None = None,
        versions: Mapping[str, str] | None = None,
        embed: bool = False,
        with_picture: bool = True,
        sample_fps: float | None = None,
    ) -> None:
        self._path = path
        self._origin = origin
        self._title = title
        self._stretch_name = stretch_name
        self._limits = dict(limits)
        self._clip = clip
        self._tell = tell
        self._language = language
        self._profile = profile
        self._rule_names = {"view": tell("report.rule_view"), **(rule_names or {})}
        self._versions = dict(versions or {})
        self._embed = embed
        self._sample_fps = sample_fps
        self._track = Track()
        self._totals = Totals()
        self._moments = Moments(limits, tell, without_picture=not with_picture)
        self._events: list[Event] = []
        self._holds: list[tuple[float, float, float]] = []
        self._hold_good_s = 0.0
        self._closed = False

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Note one frame."""
        self._track.put(assessment)
        self._totals = self._totals.plus(assessment)
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
        tell, track = self._tell, self._track
        quantities = plotted(track, self._limits)
        clip = self._clip if track.t_s else None
        if clip is not None and clip.drawn:  # it was made from these frames and begins with the first
            clip = replace(clip, from_s=track.t_s[0])
        address = "" if clip is None or self._embed else address_of(clip.path, self._path)
        if clip is not None and not self._embed and not address:
            clip = None
        pictures = self._moments.pictures()
        parts = [
            sections.header(self._title, self._about(), self._notes(ending)),
            sections.shares(self._totals, tell),
            sections.tiles(self._totals, self._share(), self._worst_parts(), tell),
            player(quantities, track, clip, address, tell),
            f"<h2>{_plain(tell('report.plots.title'))}</h2>{plots(quantities, tell)}",
            sections.events(self._events, self._rule_names, tell),
            sections.moments(pictures, self._rule_names, tell),
            sections.reps(self._totals.reps, reps_table(self._totals.reps, tell), tell),
            sections.holds([hold for hold in self._holds if hold[2] >= _LEAST_HOLD_S], tell),
            f"<h2>{_plain(tell('report.setup.title'))}</h2>{self._setup()}",
            sections.settings(self._origin, self._profile, tell),
            sections.provenance(self._origin, self._versions, tell),
        ]
        write_page(
            self._path,
            title=self._title,
            language=self._language,
            body="\n".join(filter(None, parts)),
            data=player_data(quantities, track, self._limits, clip, tell),
            scripts=SCRIPTS,
            clips={"clip": clip.path} if clip is not None and self._embed else None,
        )

    def _about(self) -> str:
        totals, tell = self._totals, self._tell
        length = tell("report.length", seconds=f"{totals.duration_s:.1f}", frames=totals.frames)
        sampled = "" if self._sample_fps is None else tell("report.sampled", number=f"{self._sample_fps:g}")
        return " · ".join(filter(None, (self._stretch_name, length, sampled)))

    def _notes(self, ending: str) -> list[str]:
        notes = [] if ending == COMPLETE else [f"{self._tell('report.partial')}: {ending}"]
        if self._totals.most_people > 1:
            notes.append(self._tell("report.people", number=self._totals.most_people))
        if self._totals.person_frames == 0:
            notes.append(self._tell("report.nobody"))
        return notes

    def _setup(self) -> str:
        """How camera and person were placed, and what the camera could not see."""
        card = "" if self._totals.setup is None else setup_card(self._totals.setup, self._tell)
        card += calibration_note(self._origin.calibrations, self._totals.notices, self._tell)
        title = _plain(self._tell("report.unseen.title"))
        return f'{card}<h3>{title}</h3><div class="card">{sections.unseen(self._totals, self._tell)}</div>'

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
        at_s = self._totals.worst_spine.t_s
        if math.isnan(at_s):
            return math.nan, math.nan
        index = int(np.searchsorted(np.asarray(self._track.t_s), at_s))
        upper, lower = (float(self._track.values(name)[index]) for name in ("upper_back_deg", "lower_back_deg"))
        return upper, lower


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
