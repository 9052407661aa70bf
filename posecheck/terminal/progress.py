"""How far along is it, and how fast? A bar for analyses, a rate for live sessions; shown on the console one is given."""

from __future__ import annotations

import time
from collections import deque
from typing import Final, Self

import rich.progress
from rich.console import Console
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

#: A line of progress at most this often when the output is not a terminal.
PLAIN_PROGRESS_S: Final = 5.0


class Progress:
    """Frames, frames a second and time left: a bar in a terminal, a plain line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = rich.progress.Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=32),
            TaskProgressColumn(),
            TextColumn(
                "{task.completed:.1f}{task.fields[of]} s · {task.fields[frames]} frames · {task.fields[fps]:.0f} frames/s"
            ),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._frames = 0
        self._name = ""
        self._total_s = 0.0
        self._from_s = 0.0
        self._begun = self._said = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def open(self, name: str, from_s: float, to_s: float | None) -> None:
        """Begin a clip that runs from `from_s` to `to_s` (None: not known)."""
        self._name, self._from_s, self._total_s = name, from_s, max((to_s or 0.0) - from_s, 0.0)
        self._frames = 0
        self._begun = self._said = time.monotonic()
        if self._task is not None:
            self._bar.remove_task(self._task)
        of = f" of {self._total_s:.1f}" if self._total_s else ""
        self._task = self._bar.add_task(name, total=self._total_s or None, frames=0, fps=0.0, of=of)

    def frame(self, t_s: float) -> None:
        """One more frame is done."""
        self._frames += 1
        now = time.monotonic()
        fps = self._frames / max(now - self._begun, 1e-9)
        done_s = t_s - self._from_s
        if self._console.is_terminal and self._task is not None:
            self._bar.update(self._task, completed=done_s, frames=self._frames, fps=fps)
        elif now - self._said >= PLAIN_PROGRESS_S:
            self._said = now
            left = ""
            if self._total_s and done_s > 0:
                left = f", about {max(self._total_s / done_s - 1, 0.0) * (now - self._begun):.0f} s left"
            self._console.print(
                f"{self._name}: {done_s:.1f} s, {self._frames} frames, {fps:.0f} frames/s{left}", soft_wrap=True
            )


class Rate:
    """Frames a second over the last second of the machine's clock, and whether it is time to show something again."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self._shown_s = float("-inf")

    def tick(self) -> None:
        """One more frame."""
        now = time.monotonic()
        self._recent.append(now)
        while now - self._recent[0] > 1.0:
            self._recent.popleft()

    def due(self, every_s: float, now_s: float | None = None) -> bool:
        """Whether `every_s` seconds have passed since it last said so.

        They are seconds of the machine's clock, or of the one that reads `now_s`: the same one in every call.
        """
        now_s = time.monotonic() if now_s is None else now_s
        if now_s - self._shown_s < every_s:
            return False
        self._shown_s = now_s
        return True

    @property
    def hz(self) -> float:
        """Frames a second; 0 until two were seen."""
        span_s = self._recent[-1] - self._recent[0] if self._recent else 0.0
        return (len(self._recent) - 1) / span_s if span_s > 0 else 0.0
