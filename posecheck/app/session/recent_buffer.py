"""The last minute of a session, in memory: numbers only, no pictures. It is judged again while a slider is moved.

What the session measured stays with what it saw, so that judging it again with other limits measures nothing anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.kinematics import measures
from posecheck.kinematics.measures import MeasureState
from posecheck.kinematics.spine.landmark_features import aligned
from posecheck.kinematics.spine.network import Code, bundled_network
from posecheck.records import Measures, Sighting
from posecheck.tunables import Profile
from posecheck.tuning.track import Gathering, Track, measuring

#: So much of what was seen stays in memory.
REPLAY_S: Final = 60.0
#: A camera faster than this does not make the memory larger.
_MOST: Final = 4000


@dataclass(slots=True)
class Row:
    """One frame of a session. About 8 kB."""

    sighting: Sighting
    measured: Measures
    before: MeasureState
    """What measuring remembered before this frame."""
    lead: str
    """`Stretch.lead` of the stretch it was measured for."""
    profile: Profile
    """The numbers it was measured with."""
    code: Code | None = None
    """What the network makes of the picture, once somebody has asked; no number changes it."""


class Latest:
    """The rows of the last `REPLAY_S`; older ones are let go."""

    def __init__(self) -> None:
        self._rows: deque[Row] = deque(maxlen=_MOST)

    def put(self, sighting: Sighting, measured: Measures, before: MeasureState, part: RoutineItem) -> None:
        """One more frame, in order of time."""
        self._rows.append(Row(sighting, measured, before, part.stretch.lead, part.profile))
        while sighting.t_s - self._rows[0].sighting.t_s > REPLAY_S:
            self._rows.popleft()

    def clear(self) -> None:
        """Forget all."""
        self._rows.clear()

    def rows(self) -> tuple[Row, ...]:
        """All of them as they are now."""
        return tuple(self._rows)


def track_of(rows: Sequence[Row], stretch: Stretch, profile: Profile) -> Track:
    """The measures of `rows` for this stretch with these numbers: those of the session where it measured so, else anew.

    Measured anew, the first row begins with what the session remembered there: own neutral, calibration, facing.
    """
    if _measured_so(rows, stretch, profile):
        return _gathered((row.sighting, row.measured) for row in rows)
    network, state, out = bundled_network(), rows[0].before, []
    for row in rows:
        sighting = row.sighting
        if row.code is None and sighting.back is not None:
            row.code = network.encode(sighting.back.crop, aligned(sighting.landmarks_px, sighting.back.facing))
        state, measured = measures.step(state, sighting, profile, stretch.lead, network, row.code)
        out.append((sighting, measured))
    return _gathered(out)


def _measured_so(rows: Iterable[Row], stretch: Stretch, profile: Profile) -> bool:
    """Whether these numbers, where they have a say in a measure, are those of every row."""
    wanted = measuring(profile)
    known: dict[int, bool] = {}
    for row in rows:
        if row.lead != stretch.lead:
            return False
        if id(row.profile) not in known:
            known[id(row.profile)] = measuring(row.profile) == wanted
        if not known[id(row.profile)]:
            return False
    return True


def _gathered(pairs: Iterable[tuple[Sighting, Measures]]) -> Track:
    gathering = Gathering()
    for sighting, measured in pairs:
        gathering.add(sighting, measured)
    return gathering.track()
