"""Single keys from the keyboard of a terminal, without Enter and without waiting.

Where stdin is no terminal, or one that belongs to somebody else (a job in the background), there are no keys.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator


def nothing() -> str:
    """No key has been pressed."""
    return ""


if sys.platform == "win32":

    @contextlib.contextmanager
    def pressed() -> Iterator[Callable[[], str]]:
        """Gives the question which key was pressed: the oldest one not told yet, "" for none."""
        import msvcrt

        if sys.stdin is None or not sys.stdin.isatty():
            yield nothing
            return
        yield lambda: msvcrt.getwch() if msvcrt.kbhit() else ""

else:

    @contextlib.contextmanager
    def pressed() -> Iterator[Callable[[], str]]:
        """Gives the question which key was pressed: the oldest one not told yet, "" for none.

        While inside, keys are not shown and need no Enter; Ctrl-C stays what it is. The terminal is left as it was.
        """
        import select
        import termios
        import tty

        descriptor = _own_terminal()
        if descriptor is None:
            yield nothing
            return
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor)

        def key() -> str:
            ready, _, _ = select.select([descriptor], [], [], 0)
            return os.read(descriptor, 1).decode("ascii", "ignore") if ready else ""

        try:
            yield key
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)

    def _own_terminal() -> int | None:
        """The terminal on stdin, if there is one and this process may change it."""
        try:
            descriptor = sys.stdin.fileno()
            return descriptor if os.tcgetpgrp(descriptor) == os.getpgrp() else None
        except (AttributeError, OSError, ValueError):  # no stdin, a closed one, one without a file, no terminal
            return None
