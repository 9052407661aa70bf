"""Sets of repetitions made by hand: how deep, how long, and what was wrong, told in seconds for any camera."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from posecheck.assessment import judge
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.coaching import coach
from posecheck.records import Assessment, Cue, Measures, Rep
from tests.assessment.scenes import DRILL, line, measured, profile, sighting

#: The bounds of the phase in which the drill's repetitions are counted, and how deep a whole one goes.
FROM_DEG, LEAVE_DEG, WHOLE_DEG = 20.0, 15.0, 45.0


@dataclass(frozen=True)
class Bend:
    """One bend from standing and back, after a pause upright."""

    depth_deg: float = 55.0
    down_s: float = 1.2
    bottom_s: float = 1.5
    up_s: float = 1.2
    upright_s: float = 1.5
    spine_deg: float = 5.0
    knee_deg: float = 8.0


class Drill:
    """Bends one after the other. `line` gives the trunk's inclination at any time."""

    def __init__(self, bends: Sequence[Bend]) -> None:
        self.bends = bends
        knots, t_s = [(0.0, 0.0)], 0.0
        self.spans: list[tuple[float, float]] = []
        """When each bend's phase begins and ends, to the instant."""
        self.bottoms: list[tuple[float, float]] = []
        for bend in bends:
            t_s += bend.upright_s
            low_s = t_s + bend.down_s
            up_s = low_s + bend.bottom_s
            share = 1.0 / bend.depth_deg
            self.spans.append(
                (t_s + bend.down_s * FROM_DEG * share, up_s + bend.up_s * (bend.depth_deg - LEAVE_DEG) * share)
            )
            self.bottoms.append((low_s, up_s))
            knots += [(t_s, 0.0), (low_s, bend.depth_deg), (up_s, bend.depth_deg), (up_s + bend.up_s, 0.0)]
            t_s = up_s + bend.up_s
        self.end_s = t_s + 1.5
        self.trunk: Callable[[float], float] = line([*knots, (self.end_s, 0.0)])

    def seen(self, times_s: Iterable[float]) -> list[Measures]:
        """What a camera that looks at these times measures."""
        out = []
        for t_s in times_s:
            bend = self._at(t_s)
            out.append(
                measured(
                    t_s, trunk_inclination=self.trunk(t_s), spine_flexion=bend.spine_deg, knee_flexion=bend.knee_deg
                )
            )
        return out

    def _at(self, t_s: float) -> Bend:
        ends = [b for _, b in self.spans]
        return next((bend for bend, end_s in zip(self.bends, ends, strict=True) if t_s < end_s), self.bends[-1])


@dataclass
class Watched:
    """What was made of frames: each judged frame, what was said, and the repetitions that ended."""

    judged: list[Assessment] = field(default_factory=list)
    lines: list[Cue | None] = field(default_factory=list)
    reps: list[Rep] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Whole, partial, unseen."""
        reps = self.judged[-1].reps
        assert reps is not None
        return reps.whole, reps.partial, reps.unseen

    @property
    def spoken(self) -> list[tuple[float, str]]:
        """When and which message."""
        return [(said.t_s, said.key) for said in self.lines if said is not None and said.spoken]


def watch(frames: Iterable[Measures], stretch: Stretch = DRILL, numbers: Mapping[str, float] | None = None) -> Watched:
    """Judge and coach the frames."""
    numbers = profile(stretch) if numbers is None else numbers
    judging, coaching, out = judge.start(stretch), coach.start(), Watched()
    for frame in frames:
        judging, judged = judge.step(judging, sighting(frame.t_s), frame, stretch, numbers)
        coaching, said = coach.step(coaching, judged, stretch, numbers)
        out.judged.append(judged)
        out.lines.append(said)
        if judged.reps is not None and judged.reps.ended and judged.reps.last is not None:
            out.reps.append(judged.reps.last)
    return out


def longest_frame_s(times_s: Sequence[float]) -> float:
    """The longest time between two frames."""
    return max(b - a for a, b in pairwise(times_s))


def hidden(frames: Iterable[Measures], from_s: float, to_s: float) -> list[Measures]:
    """The frames with nothing measured from `from_s` to `to_s`."""
    return [
        measured(
            frame.t_s,
            trunk_inclination=math.nan,
            spine_flexion=math.nan,
            knee_flexion=math.nan,
            hip_share=math.nan,
            reason="Step back.",
        )
        if from_s <= frame.t_s < to_s
        else frame
        for frame in frames
    ]
