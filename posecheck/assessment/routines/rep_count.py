"""How many repetitions of this set have been done so far? The one place where a routine reads that."""

from __future__ import annotations

from dataclasses import dataclass

from posecheck.records import Assessment


@dataclass(frozen=True, slots=True)
class Counted:
    """Repetitions since judging began. The default is: none yet."""

    whole: int = 0
    """Those that count toward the set."""
    partial: int = 0
    """Begun, and not gone through deep enough."""
    latest_good: bool = False
    """Whether the latest whole one was good."""


def counted(judged: Assessment) -> Counted:
    """What the judge has counted, none for a stretch that is not repeated."""
    reps = judged.reps
    if reps is None:
        return Counted()
    return Counted(reps.whole, reps.partial, reps.last is not None and reps.last.good)
