"""The live page in a real Chromium, with a made-up camera and the real server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.app.serving import Server, serving
from tests.browser.conftest import CAMERA, FLAGS, chromium_path
from tests.browser.film import fold, play
from tests.browser.live import READY, assert_accessible, filmed, is_own, now, opened, round_fold, shown, stage
from tests.browser.waiting import repainted, until

pytestmark = pytest.mark.browser

VIEW: Any = {"viewport": {"width": 1280, "height": 800}, "permissions": ["camera"], "reduced_motion": "reduce"}
#: Whether something of the person is measured.
MEASURED = "(document.querySelector('.dial-label')?.textContent ?? '') !== ''"


def faultless(context: BrowserContext, server: Server) -> list[str]:
    """What goes wrong in the pages of a context: mistakes in them, and any request to elsewhere."""
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    context.on("request", lambda request: wrong.append(request.url) if not is_own(request.url, server) else None)
    return wrong


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page in a fresh context, before a film that begins with an empty room."""
    context = browser.new_context(**VIEW)
    context.add_init_script(fold().script("nobody"))
    wrong = faultless(context, server)
    yield opened(context, server)
    context.close()
    assert wrong == []


def stretching(page: Page) -> None:
    """From the start screen into the stretch, with the keyboard, until somebody is measured."""
    page.keyboard.press("Space")
    stage(page, "setup")
    shown(page, 3)
    page.keyboard.press("Space")  # with nobody in the picture the set-up does not end by itself
    stage(page, "work")
    play(page, "still")
    until(page, MEASURED)


def test_from_start_to_a_warning_without_touching_anything_after_begin(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    """Standing still begins it; a round back is shown by shape, word and reason, spoken, announced; nothing jumps.

    The whole real way, in real time. The camera shows the same again and again, and every state is waited for: what a
    slow machine misses in one round it sees in a later one. It needs but a picture a second to see somebody stand still.
    """
    with filmed(browser, round_fold(tmp_path / "person.mjpeg", still=150)) as chromium:
        context = chromium.new_context(**VIEW)
        wrong = faultless(context, server)
        page = opened(context, server)
        assert_accessible(page)
        page.get_by_role("button", name="Begin").click()
        stage(page, "setup")
        until(page, "document.querySelectorAll('.checks [data-look=good]').length >= 8")
        stage(page, "work")
        until(page, MEASURED)
        places = "['.verdict', '.hold-ring', '.dials', '.cue', '.view'].map(s => JSON.stringify(document.querySelector(s).getBoundingClientRect()))"
        before = page.evaluate(places)
        page.evaluate(
            "window.heard = []; new MutationObserver(() => window.heard.push(document.querySelector('#polite').textContent + document.querySelector('#firm').textContent))"
            ".observe(document.body, {subtree: true, childList: true, characterData: true})"
        )
        until(page, "document.querySelector('.verdict').dataset.look === 'warn'")
        expect(page.locator(".verdict-shape")).to_have_text("▲")
        expect(page.locator(".verdict-word")).to_have_text("Adjust")
        until(page, "window.heard.some((text) => text.includes('Your back is rounding') || text.includes('Lengthen'))")
        until(page, "window.posecheck.log.some(({type, what}) => type === 'tone' && ['notice', 'firm'].includes(what))")
        assert_accessible(page)
        assert page.evaluate(places) == before
        until(page, "window.posecheck.stats().shown > 20")
        context.close()
        assert wrong == []


def test_everything_by_keyboard(page: Page) -> None:
    """Space begins and goes on, P pauses, S hides the picture, M mutes, Esc asks before it stops."""
    stretching(page)
    page.keyboard.press("p")
    expect(page.locator(".paused")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".paused")).to_be_hidden()
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Sound is off")).to_be_visible()
    colours = """(() => { const c = document.querySelector('.picture-under');
        return new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size })()"""
    until(page, f"{colours} > 1000")
    page.keyboard.press("s")
    until(page, f"{colours} === 1")
    expect(page.locator(".picture-badge")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_contain_text("Stop here?")
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".paused")).to_be_hidden()
    assert now(page) == "work"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Stop and see").press("Enter")
    stage(page, "summary")


def test_a_camera_that_is_pulled_out_says_what_to_do_and_comes_back(page: Page) -> None:
    """No verdict outlives its picture; "Try again" brings both back, and the session is still there."""
    stretching(page)
    page.evaluate("window.testStream.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    card = page.locator(".picture-card")
    expect(card).to_contain_text("The camera is gone.")
    expect(card).to_contain_text("Plug it in again")
    expect(page.locator(".verdict")).to_have_attribute("data-look", "unknown")
    expect(page.locator(".verdict-reason")).to_have_text("No picture arrives just now.")
    card.get_by_role("button", name="Try again").click()
    expect(card).to_be_hidden()
    shown(page, 3)
    assert now(page) == "work"


def test_it_fits_a_narrow_phone_in_german(page: Page) -> None:
    """At 360 pixels nothing has to be pushed sideways, and every text is German."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_label("Language").select_option("de")
    expect(page.locator("h1")).to_have_text("Was möchtest du dehnen?")
    until(page, READY)
    overflow = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(overflow)
    assert "page" not in page.locator("main").inner_text().replace("posecheck", "")
    page.get_by_role("button", name="Beginnen").click()
    stage(page, "setup")
    shown(page, 3)
    assert not page.evaluate(overflow)
    page.keyboard.press("Space")
    stage(page, "work")
    play(page, "still")
    until(page, MEASURED)
    assert not page.evaluate(overflow)
    assert_accessible(page)


@pytest.mark.parametrize(
    ("flags", "told"),
    [((CAMERA,), "The camera is not allowed."), ((), "No camera was found.")],
    ids=["refused", "missing"],
)
def test_without_a_camera_it_says_why_and_begins_nothing(
    browser: Browser, server: Server, flags: tuple[str, ...], told: str
) -> None:
    """The reason and what to do stand beside the button, and no session is started."""
    chromium = browser.browser_type.launch(executable_path=chromium_path(), args=[*FLAGS, *flags])
    context = chromium.new_context(permissions=[] if flags else ["camera"])
    try:
        page = opened(context, server)
        page.get_by_role("button", name="Begin").click()
        trouble = page.locator(".trouble")
        expect(trouble).to_contain_text(told)
        expect(trouble).to_contain_text("then try again")
        assert_accessible(page)
        assert now(page) == "start"
    finally:
        context.close()
        chromium.close()


def test_a_server_that_is_gone_is_told(browser: Browser, tmp_path: Path) -> None:
    """The page says that it reconnects, and does nothing it cannot do."""
    context = browser.new_context()
    try:
        with serving(tmp_path) as short_lived:
            page = opened(context, short_lived)
            short_lived.stop()
            expect(page.locator(".notice")).to_contain_text("Reconnecting")
    finally:
        context.close()


WINDOWS = {
    "desktop": (1920, 1080),
    "tablet": (1024, 768),
    "upright": (768, 1024),
    "phone": (390, 844),
    "small": (390, 700),
}
#: Whether somebody would have to scroll, up and down or sideways.
SCROLLS = """(() => { const page = document.documentElement;
    return page.scrollHeight > innerHeight || page.scrollWidth > innerWidth; })()"""
#: Texts of the stretch that are cut off or reach beyond their place.
CUT = """[...document.querySelectorAll('.verdict-reason, .cue, .step-name, .dial-name')]
    .filter((one) => one.scrollHeight > one.clientHeight + 2
      || one.getBoundingClientRect().right > one.parentElement.parentElement.getBoundingClientRect().right)
    .map((one) => one.textContent)"""

#: How high the limits are written on the dials.
LIMITS_PX = """[...document.querySelectorAll('.dial[data-limit] .dial-limit-text')]
    .map((one) => one.getBoundingClientRect().height)"""


@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_has_to_be_scrolled_to_while_stretching(page: Page, language: str) -> None:
    """Set-up, calibration and stretch fit every window from a phone to a television, and every scan finds them clean."""
    page.evaluate("localStorage.setItem('posecheck.calibrate', 'true')")
    page.get_by_label("Language").select_option(language)
    page.reload()
    until(page, READY)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    themes = ("light", "dark") if language == "en" else ("light",)  # of its colours the language decides nothing
    scanned(page, themes)
    page.keyboard.press("Escape")
    scanned(page, themes)
    page.keyboard.press("Space")
    for name in ("setup", "calibrate", "work"):
        stage(page, name)
        until(page, f"document.documentElement.dataset.screen === '{name.replace('work', 'stretch')}'")
        # Somebody who never stands still: neither set-up nor calibration ends by itself while it is looked at.
        play(page, *(("down", "deep") if name == "work" else ("restless",)))
        shown(page, 3)
        if name == "work":
            until(page, "document.querySelector('.verdict').dataset.look === 'warn'")
        for window, (width, height) in WINDOWS.items():
            page.set_viewport_size({"width": width, "height": height})
            repainted(page)
            assert now(page) == name
            # The list of what is checked is longer than a small phone; nobody touches that during a stretch.
            assert (name == "setup" and window in ("phone", "small")) or not page.evaluate(SCROLLS), (name, window)
            assert name != "work" or page.evaluate(CUT) == [], window
            # From three metres away a letter is read that is a thirtieth of a screen high.
            if name == "work" and window in ("desktop", "tablet"):
                assert min(page.evaluate(LIMITS_PX)) > height / 33, window
        scanned(page, themes)
        page.keyboard.press("Space")


def scanned(page: Page, themes: Sequence[str]) -> None:
    """The scan of axe on a phone, in these themes."""
    page.set_viewport_size({"width": 390, "height": 844})
    for theme in themes:
        page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
        assert_accessible(page)
