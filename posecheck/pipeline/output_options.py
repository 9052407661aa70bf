"""What an analysis is asked to leave beside its tables, its recording and its report. Plain values: it can be sent to
another process.
"""

from __future__ import annotations

from dataclasses import dataclass

from posecheck.errors import UsageError
from posecheck.outputs import registry

#: Slower than this nobody watches, and a file of an hour would last for days.
MOST_SLOW = 10.0
#: With fewer pictures a second the smoothing and the dwell of the rules have nothing to work on.
LEAST_SAMPLE_FPS = 4.0


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """The choices of one analysis; the defaults leave what every analysis leaves.

    Raises UsageError for a number out of range or choices that contradict each other.
    """

    language: str = "en"
    """Of the report."""
    embed: bool = False
    """Carry the clip inside the report."""
    smooth: bool = False
    """Add filtered columns to measures.csv; verdicts never use them."""
    outputs: tuple[str, ...] = ()
    """Options of outputs beyond those that are always written: "parquet", "opensim" (`outputs.registry.options`)."""
    blur_face: bool = False
    """Make the head unrecognisable in every picture that is written."""
    skeleton_only: bool = False
    """Write no pixel of the source: the figure on a dark ground."""
    slow: float = 1.0
    """How many times slower than life the annotated clip plays."""
    sample_fps: float | None = None
    """Look at so many pictures a second; None looks at every one."""

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.outputs) - registry.options().keys()):
            raise UsageError(f"There is no output {unknown[0]}. There are: {', '.join(sorted(registry.options()))}.")
        if not 1.0 <= self.slow <= MOST_SLOW:
            raise UsageError(f"--slow {self.slow:g} is outside 1..{MOST_SLOW:g}: 2 plays at half speed.")
        if self.sample_fps is not None and not self.sample_fps >= LEAST_SAMPLE_FPS:
            raise UsageError(
                f"--sample-fps {self.sample_fps:g} is too few to judge a movement: {LEAST_SAMPLE_FPS:g} is the least."
            )

    @property
    def hides(self) -> bool:
        """Whether the source's own pictures must not be shown."""
        return self.blur_face or self.skeleton_only
