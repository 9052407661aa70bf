"""Waiting for a state, never for a moment: how long a machine takes for it decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

#: After so long a wait is in vain. It only ends a hang, so it is far longer than any machine needs; no test measures by it.
GIVE_UP_S = 240.0


def wait_until(state: Callable[[], object], what: str, every_s: float = 0.01) -> None:
    """Return as soon as `state()` is true, asking every `every_s` seconds.

    Raises AssertionError, naming `what` was waited for, when it does not come true within `GIVE_UP_S`.
    """
    give_up_at_s = time.monotonic() + GIVE_UP_S
    while not state():
        if time.monotonic() > give_up_at_s:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(every_s)
