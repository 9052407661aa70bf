"""Long tests start first, so that no worker is left with one when the others are done.

pytest-xdist's `worksteal` cuts the list of tests into one contiguous share for each worker. A worker runs its share
from the front and, once it is done, takes over tests from the *end* of the longest share that is left. So what stands
at the front of a share starts at once and is never moved: that is where tests marked `long` go, dealt out over the
shares. (`load` hands out chunks from the front of the whole list: the first worker would get all the long tests.)
pytest-randomly shuffles before this hook runs, and everything else keeps its random place.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

import pytest

T = TypeVar("T")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests marked `long` at the front of the workers' shares.

    Long tests of one file stay together: they may use what is made once for the file.
    """
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    long = [item for item in items if item.get_closest_marker("long")]
    rest = [item for item in items if not item.get_closest_marker("long")]
    items[:] = dealt_out([list(group) for _, group in groupby(long, key=lambda item: item.path)], rest, workers)


def dealt_out(first: Sequence[Sequence[T]], rest: Sequence[T], workers: int) -> list[T]:
    """All of `first` and `rest` in an order whose shares begin with the groups of `first`, dealt out in turn.

    The shares are those of `xdist.scheduler.worksteal`: of n items for w workers the first share is n // w long, the
    next one the same part of what is left, and so on. A group too long for its share runs over into the next one.
    """
    fronts: list[list[T]] = [[] for _ in range(workers)]
    for number, group in enumerate(first):
        fronts[number % workers] += group
    waiting = list(rest)
    left = len(waiting) + sum(map(len, fronts))
    order: list[T] = []
    for number, front in enumerate(fronts):
        share = left // (workers - number)
        fill = max(0, share - len(front))
        order += [*front, *waiting[:fill]]
        del waiting[:fill]
        left -= max(share, len(front))
    return order + waiting
