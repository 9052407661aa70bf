"""The report and the clips in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from posecheck.analysis import analyze_clip
from posecheck.assessment.catalogue import load_stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.resources import samples_dir
from posecheck.session import default_profile

pytestmark = pytest.mark.browser

CLIPS = sorted(samples_dir().glob("*.mp4"))
STATE = "v => ({t: v.currentTime, length: v.duration, wide: v.videoWidth, error: v.error && v.error.message})"


def until(page: Page, condition: str) -> None:
    """Wait until a JavaScript condition holds. (The page's policy forbids Playwright's own way, which needs eval.)"""
    deadline = time.monotonic() + 20
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never true: {condition}"
        page.wait_for_timeout(50)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole sample clip analysed with an annotated clip."""
    folder = tmp_path_factory.mktemp("report") / "out"
    stretch = load_stretch("hip_hinge_drill")
    clip = samples_dir() / "hinge_clean_then_rounded.mp4"
    with MediaPipeBackend() as backend:
        analyze_clip(clip, folder, stretch, default_profile(stretch), backend, video="webm")
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page that fails the test on any mistake or request to the outside."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    fresh = context.new_page()
    mistakes: list[str] = []
    fresh.on("pageerror", lambda error: mistakes.append(str(error)))
    fresh.on("console", lambda message: mistakes.append(message.text) if message.type == "error" else None)
    fresh.on(
        "request",
        lambda request: mistakes.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    )
    yield fresh
    context.close()
    assert mistakes == []


def test_the_report_shows_verdict_plots_events_and_clip(page: Page, results: Path) -> None:
    """Opened from disk it is whole, asks nobody for anything, and its clip plays."""
    page.goto((results / "report.html").as_uri())
    expect(page.locator("h1")).to_have_text("hinge_clean_then_rounded.mp4")
    expect(page.locator("svg[data-from]")).to_have_count(4)
    expect(page.locator("ul.checks li")).to_have_count(8)
    expect(page.locator("ul.checks i.ok").first).to_be_visible()
    expect(page.locator("svg rect.warn").first).to_be_attached()
    video = page.locator("video")
    until(page, "document.querySelector('video').readyState >= 2")
    video.evaluate("v => v.play()")
    until(page, "document.querySelector('video').currentTime > 0.3")
    state = video.evaluate(STATE)
    assert state["error"] is None
    assert state["length"] == pytest.approx(10.4, abs=0.2)


def test_a_click_on_an_event_jumps_to_it(page: Page, results: Path) -> None:
    """The clip and the cursor of every plot go to the moment of the event; so does a click into a plot."""
    page.goto((results / "report.html").as_uri())
    until(page, "document.querySelector('video').readyState >= 2")
    row = page.locator("tr[data-t]", has_text=re.compile("spine rounding"))
    wanted_s = float(row.get_attribute("data-t") or "nan")
    row.click()
    until(page, f"Math.abs(document.querySelector('video').currentTime - {wanted_s}) < 0.05")
    until(page, "+document.querySelector('.cursor').getAttribute('x1') > 400")
    plot = page.locator("svg[data-from]").first
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    until(page, "document.querySelector('video').currentTime < 2.5")


@pytest.mark.parametrize("width", [390, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_fits_phone_and_desktop_in_light_and_dark(
    browser: Browser, results: Path, width: int, scheme: str
) -> None:
    """Nothing is wider than the screen, and text and ground differ in both schemes."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    fresh = context.new_page()
    fresh.goto((results / "report.html").as_uri())
    assert fresh.evaluate("document.documentElement.scrollWidth") <= width
    ground, ink = fresh.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 300) == (scheme == "dark")
    assert ground != ink
    context.close()


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.stem)
def test_every_sample_clip_plays_in_a_browser(page: Page, clip: Path, tmp_path: Path) -> None:
    """Chromium shows the clips that come with posecheck."""
    holder = tmp_path / "page.html"
    holder.write_text(f'<!doctype html><video muted src="{clip.as_uri()}"></video>', encoding="utf-8")
    page.goto(holder.as_uri())
    until(page, "document.querySelector('video').readyState >= 2 || document.querySelector('video').error")
    state = page.locator("video").evaluate(STATE)
    assert state["error"] is None
    assert (state["wide"], 5.0 <= state["length"] <= 11.5) == (640, True)
