"""Nothing on the live page jumps: how far what stands there is moved by what comes later, screen by screen."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.serving import Server
from tests.browser.film import fold, judged_for, play
from tests.browser.live import opened
from tests.browser.waiting import repainted, until

pytestmark = pytest.mark.browser

#: A tenth is what the web calls good. This is a fifth of that: one line of text that comes late under a title is more.
MOST: Final = 0.02
#: Every shift, also right after a key was pressed, with the moment it came and what was moved, and when which screen began.
WATCH: Final = """
window.shifts = [];
window.screens = [];
const note = (entries) => {
  for (const {value, startTime, sources} of entries)
    shifts.push({value, at: startTime, moved: (sources ?? []).map(({node}) => node?.className || node?.nodeName || '')});
};
const observer = new PerformanceObserver((list) => note(list.getEntries()));
observer.observe({type: 'layout-shift', buffered: true});
/** What has been painted counts, also where the browser has not told it yet. */
window.allShifts = () => (note(observer.takeRecords()), shifts);
new MutationObserver(() => screens.push({name: document.documentElement.dataset.screen, at: performance.now()}))
  .observe(document, {subtree: true, attributes: true, attributeFilter: ['data-screen']});
"""
#: Where on the start screen everything lies.
PLACES: Final = """['.start-list', '.begin-bar', '#begin', '.start-panel', '.preview-box']
    .map((one) => JSON.stringify(document.querySelector(one).getBoundingClientRect()))"""
WINDOWS: Final = {"desktop": (1920, 1080), "phone": (390, 844)}
#: A camera that something else uses.
BUSY: Final = """
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError'); };
"""
ROUTINE: Final = '{"kind": "routine", "id": "daily"}'


def shifts(page: Page) -> list[Any]:
    """Every shift until now."""
    repainted(page)
    found: list[Any] = page.evaluate("allShifts()")
    return found


def shifted(page: Page) -> dict[str, list[Any]]:
    """Of each screen: how far it was moved in all, and by what."""
    every = shifts(page)
    screens = page.evaluate("window.screens")
    found: dict[str, list[Any]] = defaultdict(lambda: [0.0, []])
    for shift in every:
        place = bisect_right([screen["at"] for screen in screens], shift["at"])
        one = found[screens[place - 1]["name"] if place else "loading"]
        one[0] += shift["value"]
        one[1].append((round(shift["value"], 4), shift["moved"]))
    return found


def test_the_start_screen_stands_still_while_it_loads(browser: Browser, server: Server) -> None:
    """What is remembered is there from the first moment on, or has its place kept; a routine fills half of the screen."""
    with browser.new_context(viewport={"width": 1024, "height": 768}, permissions=["camera"]) as context:
        context.add_init_script(fold().script("still") + WATCH)
        page = opened(context, server, ROUTINE)
        until(page, "document.querySelector('.preview').readyState > 1")
        far = shifted(page)
        assert {name: one for name, one in far.items() if one[0] > MOST} == {}
        expect(page.get_by_role("button", name="Begin")).to_be_enabled()


@pytest.mark.long
@pytest.mark.parametrize("window", WINDOWS)
def test_no_screen_of_a_session_jumps(browser: Browser, server: Server, window: str) -> None:
    """Start, set-up, stretch and summary: what comes and goes has its place."""
    width, height = WINDOWS[window]
    with browser.new_context(viewport={"width": width, "height": height}, permissions=["camera"]) as context:
        context.add_init_script(fold().script("nobody") + WATCH)
        page = opened(context, server)
        page.get_by_role("button", name="Begin").click()
        judged_for(page, 1.0)
        play(page, "still")
        until(page, "document.documentElement.dataset.screen === 'stretch'")
        judged_for(page, 1.0)
        play(page, "down", "deep")
        until(page, "document.querySelector('.verdict')?.dataset.look === 'warn'")
        judged_for(page, 1.5)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Stop and see").press("Enter")
        until(page, "document.querySelector('.summary canvas') !== null")
        far = shifted(page)
        assert {name: one for name, one in far.items() if one[0] > MOST} == {}


@pytest.mark.parametrize("window", WINDOWS)
def test_a_camera_that_fails_moves_nothing_and_hides_no_button(browser: Browser, server: Server, window: str) -> None:
    """What is wrong lies beside the button, over the panel: seen whole, and taken away again by its own button."""
    width, height = WINDOWS[window]
    with browser.new_context(viewport={"width": width, "height": height}, permissions=[]) as context:
        context.add_init_script(WATCH + BUSY)
        page = opened(context, server)
        before, places = len(shifts(page)), page.evaluate(PLACES)
        page.get_by_role("button", name="Begin").click()
        trouble = page.get_by_role("alert").filter(has_text="used by something else")
        expect(trouble).to_be_visible()
        assert shifts(page)[before:] == []
        assert page.evaluate(PLACES) == places
        alert, begin = trouble.bounding_box(), page.get_by_role("button", name="Begin").bounding_box()
        assert alert is not None
        assert begin is not None
        assert alert["y"] >= 0
        assert alert["y"] + alert["height"] <= height
        assert alert["y"] >= begin["y"] + begin["height"] or alert["y"] + alert["height"] <= begin["y"]
        trouble.get_by_role("button", name="Close").click()
        expect(page.locator(".trouble")).to_be_empty()
        assert shifts(page)[before:] == []
