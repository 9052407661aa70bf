"""A clock that a test moves by hand, for what plays in real time."""

from __future__ import annotations

import threading


class HandClock:
    """Shows the same second until a test moves it; what waits by it wakes when its second has come."""

    def __init__(self, now_s: float = 0.0) -> None:
        self._now_s = now_s
        self._moved = threading.Condition()
        self._awaited_s: float | None = None

    def __call__(self) -> float:
        with self._moved:
            return self._now_s

    def move_to(self, now_s: float) -> None:
        """Let it be `now_s`."""
        with self._moved:
            self._now_s = now_s
            self._moved.notify_all()

    def wait(self, event: threading.Event, for_s: float) -> None:
        """Return when the clock has been moved on by `for_s`, or the event is set. For one thread at a time."""
        with self._moved:
            self._awaited_s = self._now_s + for_s
            while self._now_s < self._awaited_s and not event.is_set():
                self._moved.wait(0.01)  # the event wakes nobody here
            self._awaited_s = None

    @property
    def awaited(self) -> bool:
        """Whether somebody waits for a second that has not come yet: nothing more happens until the clock is moved."""
        with self._moved:
            return self._awaited_s is not None and self._now_s < self._awaited_s
