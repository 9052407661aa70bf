"""Times that rise strictly, made from the stamps a container gives."""

from __future__ import annotations

import math
from typing import Final

from posecheck.errors import BrokenSourceError

#: The least step between two frames. A repaired frame gets this much, so that it cannot run into the next good one.
TICK_S: Final = 0.001
#: A stamp that falls by more is no rounding or reordering fault: two recordings were joined, or the clock was reset.
_FALL_LIMIT_S: Final = 0.5
#: So many faulty stamps in a row are a clock that stands still.
_RUN_LIMIT: Final = 10
#: No camera waits this long between two frames.
_LEAP_LIMIT_S: Final = 3600.0


class Timeline:
    """Checks one stamp after the other.

    A stamp equal to the one before, or lower by up to 0.5 s, is repaired: the frame is set 1 ms after its
    predecessor, and `repaired` counts it. Stamps that do rise are never touched, so a variable rate stays as it is.
    With `made_fps` (a file without any times) stamps are ignored and frames spaced evenly; that is no repair.

    Raises BrokenSourceError where times can no longer be believed: more than 10 repairs in a row, a fall of more
    than 0.5 s, a leap of more than an hour, a stamp that is no number.
    """

    def __init__(self, name: str, made_fps: float | None = None) -> None:
        self._name = name
        self._made_fps = made_fps
        self._run = 0
        self.last_s = 0.0
        """Time of the last frame; 0 before the first."""
        self.count = 0
        """Frames so far."""
        self.repaired = 0

    def step(self, stamp_s: float) -> float:
        """The time of the next frame, whose container stamp is `stamp_s`."""
        t_s = self._believed(stamp_s) if self._made_fps is None else self.count / self._made_fps
        self.count += 1
        self.last_s = t_s
        return t_s

    def _believed(self, stamp_s: float) -> float:
        if not math.isfinite(stamp_s) or abs(stamp_s - self.last_s) > _LEAP_LIMIT_S:
            raise self._broken("leap to nonsense")
        if self.count == 0 or stamp_s > self.last_s:
            self._run = 0
            return stamp_s
        if stamp_s < self.last_s - max(_FALL_LIMIT_S, TICK_S * self._run):
            raise self._broken(f"jump back to {stamp_s:.2f} s")
        self._run += 1
        if self._run > _RUN_LIMIT:
            raise self._broken("stand still")
        self.repaired += 1
        return self.last_s + TICK_S

    def _broken(self, what: str) -> BrokenSourceError:
        return BrokenSourceError(
            f"The times in {self._name} {what} after {self.last_s:.2f} s. What came before was used; "
            "converting the file to mp4 may mend the rest.",
            self.last_s,
        )


class Sampler:
    """Which frames to look at when so many a second are enough: the first at or after each tick of an even clock.

    The clock begins with the first frame asked about. Frames keep their own times, so durations stay what they are; a
    frame stands at most one tick later than the thing it shows began. Without a rate, or with one above the source's
    own, every frame is taken.
    """

    def __init__(self, fps: float | None) -> None:
        self._fps = fps
        self._begin_s = math.nan
        self._tick = 0

    def fresh(self) -> Sampler:
        """The same for another reading from the start."""
        return Sampler(self._fps)

    def takes(self, t_s: float) -> bool:
        """Whether the frame at `t_s` is looked at; must be asked of each, in order."""
        if self._fps is None:
            return True
        if math.isnan(self._begin_s):
            self._begin_s = t_s
        # A millisecond of grace: stamps are rounded, and a frame just before its tick is the one that is meant.
        passed = (t_s - self._begin_s + TICK_S) * self._fps
        if passed < self._tick:
            return False
        self._tick = math.floor(passed) + 1
        return True

    def rate(self, source_fps: float | None) -> float | None:
        """Frames a second to expect of a source with that nominal rate."""
        if self._fps is None:
            return source_fps
        return self._fps if source_fps is None else min(self._fps, source_fps)
