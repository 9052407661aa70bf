"""Nothing on the live page jumps: how far what stands there is moved by what comes later, screen by screen."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import cv2
import pytest
from playwright.sync_api import Browser, Page, expect

from posecheck.resources import samples_dir
from tests.app.serving import Server, serving
from tests.browser.conftest import FLAGS
from tests.browser.live import ALLOWED, CAMERA, chromium_path, opened, until

pytestmark = pytest.mark.browser

#: A tenth is what the web calls good. This is a fifth of that: one line of text that comes late under a title is more.
MOST: Final = 0.02
#: Every shift, also right after a key was pressed, with the moment it came and what was moved, and when which screen began.
WATCH: Final = """
window.shifts = [];
window.screens = [];
new PerformanceObserver((list) => {
  for (const {value, startTime, sources} of list.getEntries())
    shifts.push({value, at: startTime, moved: (sources ?? []).map(({node}) => node?.className || node?.nodeName || '')});
}).observe({type: 'layout-shift', buffered: true});
new MutationObserver(() => screens.push({name: document.documentElement.dataset.screen, at: performance.now()}))
  .observe(document, {subtree: true, attributes: true, attributeFilter: ['data-screen']});
"""
WINDOWS: Final = {"desktop": (1920, 1080), "phone": (390, 844)}
ROUTINE: Final = '{"kind": "routine", "id": "daily"}'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server."""
    with serving(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def filmed(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium before whose camera somebody stands still for three seconds, then folds with a round back."""
    path = tmp_path_factory.mktemp("camera") / "person.mjpeg"
    clip = cv2.VideoCapture(str(samples_dir() / "standing_fold_rounded.mp4"))
    frames = []
    while (read := clip.read())[0]:
        frames.append(cv2.imencode(".jpg", read[1])[1].tobytes())
    clip.release()
    path.write_bytes(b"".join([frames[0]] * 90 + frames))
    flags = [*FLAGS, CAMERA, ALLOWED, f"--use-file-for-fake-video-capture={path}"]
    chromium = browser.browser_type.launch(executable_path=chromium_path(), args=flags)
    yield chromium
    chromium.close()


def shifted(page: Page) -> dict[str, list[Any]]:
    """Of each screen: how far it was moved in all, and by what."""
    page.wait_for_timeout(300)
    screens = page.evaluate("window.screens")
    found: dict[str, list[Any]] = defaultdict(lambda: [0.0, []])
    for shift in page.evaluate("window.shifts"):
        place = bisect_right([screen["at"] for screen in screens], shift["at"])
        one = found[screens[place - 1]["name"] if place else "loading"]
        one[0] += shift["value"]
        one[1].append((round(shift["value"], 4), shift["moved"]))
    return found


def test_the_start_screen_stands_still_while_it_loads(filmed: Browser, server: Server) -> None:
    """What is remembered is there from the first moment on, or has its place kept; a routine fills half of the screen."""
    context = filmed.new_context(viewport={"width": 1024, "height": 768}, permissions=["camera"])
    context.add_init_script(WATCH)
    try:
        page = opened(context, server, ROUTINE)
        until(page, "document.querySelector('.preview').readyState > 1")
        far = shifted(page)
        assert {name: one for name, one in far.items() if one[0] > MOST} == {}
        expect(page.get_by_role("button", name="Begin")).to_be_enabled()
    finally:
        context.close()


@pytest.mark.parametrize("window", WINDOWS)
def test_no_screen_of_a_session_jumps(filmed: Browser, server: Server, window: str) -> None:
    """Start, set-up, stretch and summary: what comes and goes has its place."""
    width, height = WINDOWS[window]
    context = filmed.new_context(viewport={"width": width, "height": height}, permissions=["camera"])
    context.add_init_script(WATCH)
    try:
        page = opened(context, server)
        page.get_by_role("button", name="Begin").click()
        until(page, "document.querySelectorAll('.checks [data-look=good]').length >= 8")
        page.keyboard.press("Space")
        until(page, "document.querySelector('.verdict')?.dataset.look === 'warn'")
        page.wait_for_timeout(1500)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Stop and see").press("Enter")
        until(page, "document.querySelector('.summary canvas') !== null")
        far = shifted(page)
        assert {name: one for name, one in far.items() if one[0] > MOST} == {}
    finally:
        context.close()
