"""Many clips on the terminal: a bar for all and one for each that is in work; elsewhere a plain line a clip."""

from __future__ import annotations

import math
import time
from typing import Final, Self

import rich.progress
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TaskID, TextColumn

from posecheck.batch.job import Report, Status
from posecheck.batch.pool import Pool

_SIGN: Final = {
    Status.DONE: "●",
    Status.SKIPPED: "○",
    Status.FAILED: "▲",
    Status.BUSY: "◌",
    Status.INTERRUPTED: "◆",
}
#: At most one plain line in so many seconds for clips that were done before.
_PLAIN_S: Final = 5.0


class BatchProgress:
    """Tells of each report as it comes, and what is in work meanwhile."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._bars = rich.progress.Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=32),
            TextColumn("{task.fields[shown]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._all = self._bars.add_task("all clips", total=total or None, shown="")
        self._clips: dict[str, TaskID] = {}
        self.count: dict[Status, int] = dict.fromkeys(Status, 0)
        self.video_s = 0.0
        """Seconds of video that were looked at now."""
        self._begun = time.monotonic()
        self._skipped_told = -math.inf

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @property
    def passed_s(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._begun

    def take(self, report: Report) -> None:
        """One more clip is over and done with."""
        self.count[report.status] += 1
        if report.status is Status.DONE:
            self.video_s += report.video_s
        over = sum(self.count.values())
        if report.status is Status.SKIPPED:
            if time.monotonic() - self._skipped_told < _PLAIN_S:
                return
            self._skipped_told = time.monotonic()
        shown = {
            Status.DONE: f"{report.video_s:.1f} s of video in {report.work_s:.1f} s",
            Status.SKIPPED: f"done before ({self.count[Status.SKIPPED]} so far)",
            Status.FAILED: report.message,
        }.get(report.status, report.status.value)
        self._console.print(
            f"{_SIGN[report.status]} [{over}/{self._total}] {escape(report.clip.name)}: {escape(shown)}".replace(
                f"[{over}/", f"\\[{over}/", 1
            ),
            soft_wrap=True,
        )

    def look(self, pool: Pool) -> None:
        """Show what is in work."""
        if not self._console.is_terminal:
            return
        now = {str(one.clip): one for one in pool.in_work()}
        for name in [name for name in self._clips if name not in now]:
            self._bars.remove_task(self._clips.pop(name))
        for name, one in now.items():
            if name not in self._clips:
                self._clips[name] = self._bars.add_task(escape(one.clip.name[-40:]), total=None, shown="")
            done = 0.0 if math.isnan(one.done_s) else one.done_s
            whole = None if math.isnan(one.whole_s) else one.whole_s
            shown = f"{done:.1f} s" + ("" if whole is None else f" of {whole:.1f} s")
            self._bars.update(self._clips[name], completed=done, total=whole, shown=shown)
        over = sum(self.count.values())
        left = ""
        new = over - self.count[Status.SKIPPED]
        if new > 0 and over < self._total:
            left = f" · about {(self._total - over) * self.passed_s / new / 60:.0f} min left"
        self._bars.update(self._all, completed=over, shown=f"{over} of {self._total}{left}")
