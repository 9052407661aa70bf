"""What the browser tests of the live page share: its real server, cameras, waiting, looking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

from tests.app.serving import Server
from tests.browser.conftest import CAMERA, FLAGS, chromium_path
from tests.browser.film import frames, jpeg
from tests.browser.waiting import until

#: Keeps the connections in reach, so that a test can count or break them.
KEEP_SOCKETS: Final = """
window.sockets = [];
window.WebSocket = class extends WebSocket { constructor(...given) { super(...given); window.sockets.push(this); } };
"""
FOLD: Final = '{"kind": "stretch", "id": "standing_forward_fold"}'
#: What was chosen last time, unless something was chosen since.
_CHOOSE: Final = "if (location.protocol === 'http:' && !localStorage.getItem('posecheck.choice')) localStorage.setItem('posecheck.choice', %r);"
#: Between two screens there is none: the page is ready once the screen of its stage stands.
READY: Final = "document.querySelector('#screen')?.dataset.ready === ''"


def round_fold(path: Path, *, still: int) -> Path:
    """A film for Chromium's made-up camera: somebody stands still for so many pictures, then folds with a round back."""
    packed = [jpeg(image) for image in frames("standing_fold_rounded")]
    path.write_bytes(b"".join([packed[0]] * still + packed))
    return path


@contextmanager
def filmed(browser: Browser, film: Path) -> Iterator[Browser]:
    """Another Chromium, whose made-up camera plays this film (MJPEG) in real time, over and over."""
    flags = [*FLAGS, CAMERA, f"--use-file-for-fake-video-capture={film}"]
    chromium = browser.browser_type.launch(executable_path=chromium_path(), args=flags)
    try:
        yield chromium
    finally:
        chromium.close()


def stage(page: Page, name: str) -> None:
    """Wait for a stage of the session."""
    until(page, f"document.documentElement.dataset.stage === {name!r}")


def now(page: Page) -> str | None:
    """The stage of the session as the page knows it."""
    found: str | None = page.evaluate("document.documentElement.dataset.stage")
    return found


def shown(page: Page, more: int) -> None:
    """Wait until so many more pictures are painted."""
    before = page.evaluate("window.posecheck.stats().shown")
    until(page, f"window.posecheck.stats().shown >= {before + more}")


def assert_accessible(page: Page) -> None:
    """No violation that axe can find (WCAG 2.2 A and AA and its best practices)."""
    page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    wrong = [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found["violations"]]
    assert wrong == [], wrong


def go_home(server: Server) -> None:
    """End the session that another test has left behind, and put back its language and numbers."""
    wanted: tuple[str, str, dict[str, float]] = ("start", "en", {})
    with server.page() as page:
        state = page.hear("state")
        if (state["stage"], state["lang"], state["numbers"]) == wanted:
            return
        for command in ({"do": "home"}, {"do": "lang", "lang": "en"}, {"do": "numbers", "set": {}, "reset": True}):
            page.say(**command)
        while (state["stage"], state["lang"], state["numbers"]) != wanted:
            state = page.hear("state")


def opened(context: BrowserContext, server: Server, choice: str = FOLD) -> Page:
    """The page, on its start screen, with a choice of last time: the forward fold."""
    go_home(server)
    name, _, value = server.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": server.origin}])
    context.add_init_script(_CHOOSE % choice)
    page = context.new_page()
    page.goto(f"{server.origin}/")
    stage(page, "start")
    until(page, READY)
    return page


def is_own(url: str, server: Server) -> bool:
    """Whether a request stays with the page's own server."""
    return url.startswith((server.origin, f"ws://{server.host}", "data:", "blob:"))
