"""How does a clip move? Written as moments: be still, or go to a changed pose, each for some seconds.

Motion.of(Pose(), still(0.6), go(1.8, trunk_inclination_deg=70), still(1.5), go(1.6, trunk_inclination_deg=0))
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

from benchmarks.people.poses import Arms, Pose


class Changes(TypedDict, total=False):
    """What a move may change; see `Pose`."""

    trunk_inclination_deg: float
    lumbar_deg: float
    thoracic_deg: float
    neck_deg: float
    knee_deg: float
    other_knee_deg: float
    leg_raise_deg: float
    arms: Arms


@dataclass(frozen=True)
class Moment:
    """A stretch of time at whose end some numbers of the pose have changed."""

    seconds: float
    changes: tuple[tuple[str, float | str], ...] = ()


def still(seconds: float) -> Moment:
    """Hold the pose."""
    return Moment(seconds)


def go(seconds: float, **changes: Unpack[Changes]) -> Moment:
    """Move smoothly to a pose with these changes."""
    return Moment(seconds, tuple(sorted(changes.items())))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Instant:
    """The pose at one time, and from where the arms are coming."""

    pose: Pose
    arms_from: Arms
    arms_share: float


@dataclass(frozen=True)
class Motion:
    """Poses at rising times; between two of them the movement is minimum-jerk."""

    keys: tuple[tuple[float, Pose], ...]

    @classmethod
    def of(cls, start: Pose, *moments: Moment) -> Motion:
        """Begin in a pose at 0 s and go through the moments."""
        t_s, pose = 0.0, start
        keys = [(t_s, pose)]
        for moment in moments:
            t_s += moment.seconds
            pose = replace(pose, **dict(moment.changes))  # type: ignore[arg-type]
            keys.append((t_s, pose))
        return cls(tuple(keys))

    @property
    def duration_s(self) -> float:
        """Time of the last pose."""
        return self.keys[-1][0]

    def at(self, t_s: float) -> Instant:
        """The pose at a time; before the first and after the last key it rests there."""
        for (start_s, before), (end_s, after) in zip(self.keys, self.keys[1:], strict=False):
            if t_s < end_s:
                share = minimum_jerk(max(0.0, t_s - start_s) / (end_s - start_s))
                return Instant(replace(before.toward(after, share), arms=after.arms), before.arms, share)
        last = self.keys[-1][1]
        return Instant(last, last.arms, 1.0)


def minimum_jerk(share: float) -> float:
    """Smooth ease from 0 to 1: speed and acceleration are zero at both ends."""
    s = min(max(share, 0.0), 1.0)
    return min(1.0, s * s * s * (10.0 + s * (6.0 * s - 15.0)))
