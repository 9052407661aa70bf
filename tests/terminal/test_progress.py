"""Progress as it is shown in a terminal and elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from posecheck.terminal.progress import Progress, Rate


@pytest.mark.parametrize(("to_s", "shown"), [(12.0, "3.0 of 10.0 s"), (None, "3.0 s")], ids=["length known", "unknown"])
def test_a_terminal_shows_seconds_frames_and_rate(to_s: float | None, shown: str) -> None:
    """The bar counts from where the clip begins, and does without a length where there is none."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=120)
    with Progress(console) as bar:
        bar.open("clip.mp4", 2.0, to_s)
        for number in range(30):
            bar.frame(2.0 + 3.0 * (number + 1) / 30)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert "clip.mp4" in plain
    assert f"{shown} · 30 frames" in plain


def test_elsewhere_a_line_appears_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal there is a plain line each few seconds, never broken in two, with the time left where the length is known."""
    out = io.StringIO()
    now = [100.0]
    monkeypatch.setattr("posecheck.terminal.progress.time.monotonic", lambda: now[0])
    with Progress(Console(file=out, width=40)) as bar:
        bar.open("clip.mp4", 0.0, 40.0)
        for number in range(1, 21):
            now[0] += 1.0
            bar.frame(float(number))
    lines = out.getvalue().splitlines()
    assert len(lines) == 4
    assert lines[0] == "clip.mp4: 5.0 s, 5 frames, 1 frames/s, about 35 s left"


def test_the_rate_is_that_of_the_last_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals are counted, not frames, and what is older than a second is forgotten."""
    now = [0.0]
    monkeypatch.setattr("posecheck.terminal.progress.time.monotonic", lambda: now[0])
    rate = Rate()
    assert rate.hz == 0.0
    for _ in range(61):
        rate.tick()
        now[0] += 1 / 30
    assert rate.hz == pytest.approx(30.0, abs=0.01)
    assert rate.due(0.1)
    assert not rate.due(0.1)


def test_what_is_due_may_follow_another_clock() -> None:
    """By a video's own times a line is due every second of it, however fast or slowly it is looked at."""
    rate = Rate()
    assert [t_s for t_s in (0.0, 0.4, 0.9, 1.0, 1.7, 2.1, 2.9, 3.2) if rate.due(1.0, t_s)] == [0.0, 1.0, 2.1, 3.2]
