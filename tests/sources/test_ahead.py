"""Working ahead in a thread that can always be stopped."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from posecheck.sources.ahead import Ahead, prompt_turns
from tests.waiting import GIVE_UP_S, wait_until


def alive() -> bool:
    """Whether the thread of any test here is still there."""
    return any(thread.name == "ahead under test" for thread in threading.enumerate())


def endless(closed: threading.Event) -> Iterator[int]:
    """Never ends by itself; tells when it was closed."""
    number = 0
    try:
        while True:
            yield number
            number += 1
    finally:
        closed.set()


def test_items_come_in_order_and_the_thread_ends() -> None:
    """Nothing is lost between the threads."""
    assert list(Ahead(lambda: iter(range(1000)), 3, "ahead under test")) == list(range(1000))
    assert not alive()


def test_it_works_ahead_but_not_further_than_allowed() -> None:
    """While the consumer rests, `depth` items are made and one more waits to be handed over: as many, and no more."""
    made: list[int] = []
    asked = 0
    too_far: list[tuple[int, int]] = []

    def produce() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if len(made) > asked + 4:
                too_far.append((len(made), asked))
            yield number

    def as_far_as_it_may() -> bool:
        return len(made) >= min(100, asked + 4)

    items = iter(Ahead(produce, 3, "ahead under test"))
    for number in range(100):
        asked += 1
        assert next(items) == number
        wait_until(as_far_as_it_may, "the thread to work ahead", every_s=0.001)
    assert list(items) == []
    assert not too_far


def test_leaving_early_stops_the_thread_and_closes_what_it_read() -> None:
    """A full queue does not keep the thread waiting for ever."""
    closed = threading.Event()
    items = iter(Ahead(lambda: endless(closed), 2, "ahead under test"))
    assert next(items) == 0
    items.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    assert not alive()


def test_stopping_from_another_thread_ends_a_consumer_that_waits() -> None:
    """`stop()` wakes both sides."""
    inside = threading.Event()

    def produce() -> Iterator[int]:
        yield 1
        inside.set()
        wait_until(lambda: ahead._stopped, "the consumer to be stopped")
        yield 2  # too late: it is thrown away

    ahead = Ahead(produce, 2, "ahead under test")

    def stop() -> None:
        assert inside.wait(GIVE_UP_S)
        ahead.stop()

    items = iter(ahead)
    assert next(items) == 1
    stopper = threading.Thread(target=stop)
    stopper.start()
    assert list(items) == []
    stopper.join()
    assert not alive()


def test_an_error_comes_out_as_itself_after_the_items_before_it() -> None:
    """Not wrapped, not logged, not lost."""

    def produce() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("the very one")

    got: list[int] = []
    with pytest.raises(KeyError, match="the very one"):
        got.extend(Ahead(produce, 5, "ahead under test"))
    assert got == [1, 2]
    assert not alive()


def test_turns_are_prompt_inside_and_as_before_outside() -> None:
    """What was set comes back, whatever happens inside; somebody's own shorter turn is left alone."""
    before_s = sys.getswitchinterval()

    def fail() -> None:
        with prompt_turns():
            assert sys.getswitchinterval() < before_s
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert sys.getswitchinterval() == before_s
    sys.setswitchinterval(1e-5)
    try:
        with prompt_turns():
            assert sys.getswitchinterval() == pytest.approx(1e-5)
    finally:
        sys.setswitchinterval(before_s)
