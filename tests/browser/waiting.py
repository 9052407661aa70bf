"""Waiting for a state, never for a moment: what has to happen may take a busy machine minutes, and nobody minds.

The give-up time is no expectation. It ends a test in which something never comes, and is far beyond what any machine
that can run posecheck needs, yet below pytest's own timeout, so that what was waited for is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from playwright.sync_api import Page

GIVE_UP_S: Final = 240.0
_BETWEEN_MS: Final = 50
#: What the live page knows of its pictures, to be told where a test waits in vain.
_STATS: Final = "JSON.stringify(window.posecheck?.stats?.() ?? null)"
#: Two repaints: the first shows what was changed before, the second begins once that is done.
_REPAINTED: Final = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"

_Found = TypeVar("_Found")


def until(page: Page, condition: str) -> None:
    """Wait until a JavaScript condition holds. (The page's policy forbids Playwright's own way, which needs eval.)"""
    deadline_s = time.monotonic() + GIVE_UP_S
    while not page.evaluate(condition):
        assert time.monotonic() < deadline_s, (
            f"never true: {condition}\n{page.evaluate(_STATS)}\n{page.locator('body').inner_text()}"
        )
        page.wait_for_timeout(_BETWEEN_MS)


def until_found(find: Callable[[], _Found | None], what: str, page: Page | None = None) -> _Found:
    """Wait until `find` gives something other than None, and return that. `page` stays alive meanwhile."""
    deadline_s = time.monotonic() + GIVE_UP_S
    while (found := find()) is None:
        assert time.monotonic() < deadline_s, f"never came: {what}"
        if page is None:
            time.sleep(_BETWEEN_MS / 1000.0)
        else:
            page.wait_for_timeout(_BETWEEN_MS)
    return found


def repainted(page: Page) -> None:
    """Wait until whatever was changed before is laid out and painted."""
    page.evaluate(_REPAINTED)
