"""A real Chromium, or a skip that says why (a failure where POSECHECK_REQUIRE_BROWSER is set); and a live server.

Both are started once for each worker. Playwright gives every Chromium a user data folder of its own, and the server
takes a free port: two runs on one machine share nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.app.serving import Server, serving
from tests.browser.canned import ORIGIN, static
from tests.browser.waiting import GIVE_UP_S

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Chromium's own traffic (updates, field trials) would be mistaken for the page's.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
#: A made-up camera. Only pages that were given the permission may open it.
CAMERA = "--use-fake-device-for-media-stream"
REQUIRED = "POSECHECK_REQUIRE_BROWSER"

expect.set_options(timeout=1000.0 * GIVE_UP_S)


def chromium_path() -> str | None:
    """The browser of this computer; None where there is none."""
    return _found(shutil.which)


def _found(which: Callable[[str], str | None]) -> str | None:
    return next((path for name in NAMES if (path := which(name))), None)


def browser_or_end(which: Callable[[str], str | None], environment: Mapping[str, str]) -> str:
    """The path of a browser. Without one, the test that asks is skipped, or fails where a browser is required."""
    found = _found(which)
    return found if found is not None else _without(environment)


def _without(environment: Mapping[str, str]) -> NoReturn:
    told = f"no browser: none of {', '.join(NAMES)} is installed"
    if environment.get(REQUIRED):
        pytest.fail(f"{told}, and {REQUIRED} is set", pytrace=False)
    pytest.skip(told)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium with a made-up camera that shows nobody."""
    path = browser_or_end(shutil.which, os.environ)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS, CAMERA])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server of the live page, in a process of its own. `live.opened` gives its session back as it was."""
    with serving(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture
def modules(browser: Browser) -> Iterator[Page]:
    """An empty page that can import each module of the live page, without server or session; mistakes fail the test."""
    wrong: list[str] = []
    with browser.new_context() as context:
        context.route(f"{ORIGIN}/**", static)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.goto(f"{ORIGIN}/blank")
        yield page
    assert wrong == []
