"""Work ahead in a thread: make the next few items while the consumer is busy with this one."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

T = TypeVar("T")

#: A wait without a time limit cannot be interrupted by Ctrl-C on Windows; the value only bounds that delay.
_WAKE_S: Final = 0.5
#: How soon a thread gets its turn while another one computes. Python's usual 5 ms are a quarter of a frame's work.
_TURN_S: Final = 0.0001


@contextlib.contextmanager
def prompt_turns() -> Iterator[None]:
    """While inside, a thread that has waited for the model goes on at once, whatever another thread computes.

    The model's thread wants Python a few times a frame for microseconds. With Python's usual patience it stood still
    for 0.5 to 0.7 ms a frame behind the judging; now it hardly waits. For the whole process; what was set comes back.
    """
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(min(before_s, _TURN_S))
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)


class _Stopped(Exception):  # noqa: N818 - a signal between two methods, not an error
    """The consumer has left."""


class Ahead(Generic[T]):
    """Runs `produce()` in a thread, at most `depth` items ahead of the one who iterates (once).

    The thread ends when `produce` ends, when it raises (the consumer then gets that very error, after the items
    made before it), and when the consumer leaves: `stop()` returns once the thread is gone and the iterator of
    `produce` is closed, whatever either of them was waiting for.
    """

    def __init__(self, produce: Callable[[], Iterator[T]], depth: int, name: str) -> None:
        self._produce = produce
        self._depth = depth
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._stopped = False
        self._ended = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def _work(self) -> None:
        error: BaseException | None = None
        items: Iterator[T] = iter(())
        try:
            items = self._produce()
            for item in items:
                self._hand_over(item)
        except _Stopped:
            pass
        except BaseException as raised:  # noqa: BLE001 - it is raised again in the consumer's thread
            error = raised
        try:
            close = getattr(items, "close", None)
            if close is not None:
                close()
        except BaseException as raised:  # noqa: BLE001 - as above
            error = error or raised
        finally:
            with self._changed:
                self._error, self._ended = error, True
                self._changed.notify_all()

    def _hand_over(self, item: T) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._items) < self._depth)
            if self._stopped:
                raise _Stopped
            self._items.append(item)
            self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        with self._changed:
            if self._stopped:
                return
            self._thread.start()  # only now: an iterator that nobody asks must not leave a thread behind
        try:
            while True:
                with self._changed:
                    while not (self._items or self._ended or self._stopped):
                        self._changed.wait(_WAKE_S)
                    if self._stopped:
                        return
                    if not self._items:
                        break
                    item = self._items.popleft()
                    self._changed.notify_all()
                yield item
        finally:
            self.stop()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End the thread and wait for it. May be called from any thread, any number of times."""
        with self._changed:
            self._stopped = True
            self._items.clear()
            self._changed.notify_all()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()
