"""Which moments are worth a picture in the report: the worst of each event, and the deepest good one.

A picture is drawn and packed when its event is over and among the gravest so far; only a handful is ever kept, so that
memory stays flat.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from posecheck.outputs.overlay import draw
from posecheck.outputs.palette import INK
from posecheck.reasons import Translate
from posecheck.records import Assessment, Bytes, Event, Frame, Verdict

#: Pictures of events in one report.
MOST_EVENTS: Final = 6
PICTURE_HEIGHT_PX: Final = 400
_JPEG_QUALITY: Final = 82
#: What makes one good moment deeper than another.
_DEPTH: Final = "trunk_inclination_deg"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture in the report."""

    t_s: float
    jpeg_base64: str
    wh: tuple[int, int]
    event: Event | None
    """The event it shows; None for the deepest good moment."""


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A moment that may come to be shown. The frame is kept, not drawn: a worse one may follow at once."""

    badness: float
    frame: Frame | None
    """None in a replay, where there are no pixels: the figure then stands on a dark ground."""
    assessment: Assessment


class Moments:
    """Collects pictures. `limits` are the limits by measure: nothing over one is shown as a good example.

    `translate` says the words in them.
    """

    def __init__(
        self, limits: Mapping[str, float], translate: Translate | None = None, *, without_picture: bool = False
    ) -> None:
        self._limits = dict(limits)
        self._translate = translate
        self._without_picture = without_picture
        self._open: dict[str, _Candidate] = {}
        self._kept: list[tuple[float, Picture]] = []
        self._deepest: _Candidate | None = None

    def put(self, frame: Frame | None, judged: Assessment) -> None:
        """Look at one frame."""
        for finding in judged.findings:
            if finding.verdict is not Verdict.WARN or math.isnan(finding.value):
                continue
            badness = abs(finding.value - finding.limit)
            before = self._open.get(finding.rule)
            if before is None or badness > before.badness:
                self._open[finding.rule] = _Candidate(badness, frame, judged)
        depth = judged.measures[_DEPTH]
        before = self._deepest
        if judged.verdict is not Verdict.GOOD or math.isnan(depth) or self._over_a_limit(judged):
            return
        if before is None or depth > before.badness:
            self._deepest = _Candidate(depth, frame, judged)

    def event(self, event: Event) -> None:
        """An event is over: keep its picture if it is among the gravest."""
        if event.verdict is not Verdict.WARN:
            return
        candidate = self._open.pop(event.rule, None)
        if candidate is None:
            return
        gravity = candidate.badness * (event.end_s - event.start_s)
        if len(self._kept) == MOST_EVENTS and gravity <= self._kept[-1][0]:
            return
        self._kept.append((gravity, self._picture(candidate, event)))
        self._kept.sort(key=lambda pair: -pair[0])
        del self._kept[MOST_EVENTS:]

    def pictures(self) -> list[Picture]:
        """In order of time; the deepest good moment last."""
        out = sorted((picture for _, picture in self._kept), key=lambda picture: picture.t_s)
        if self._deepest is not None:
            out.append(self._picture(self._deepest, None))
        return out

    def _over_a_limit(self, judged: Assessment) -> bool:
        """Whether a fault has begun that has not lasted long enough to warn: no moment to show as an example."""
        return any(judged.measures[name] > limit for name, limit in self._limits.items())

    def _picture(self, moment: _Candidate, event: Event | None) -> Picture:
        wide, high = moment.assessment.sighting.image_wh
        bare = moment.frame is None or self._without_picture
        image: Bytes = (
            np.full((high, wide, 3), INK, np.uint8) if moment.frame is None or bare else moment.frame.image_rgb
        )
        drawn = draw(image, moment.assessment, self._translate, bare=bare)
        height, width = drawn.shape[:2]
        if height > PICTURE_HEIGHT_PX:
            width = max(1, round(width * PICTURE_HEIGHT_PX / height))
            height = PICTURE_HEIGHT_PX
            drawn = np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        done, packed = cv2.imencode(
            ".jpg", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
        )
        raw = packed.tobytes() if done else b""
        return Picture(moment.assessment.t_s, base64.b64encode(raw).decode("ascii"), (width, height), event)
