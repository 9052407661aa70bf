"""The comparison of two results in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, expect

from posecheck.pipeline.comparison import compare
from tests.browser.paper import pages_of
from tests.browser.waiting import until
from tests.journeys.test_compare import analysed_pair

pytestmark = pytest.mark.browser
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"


#: Both clips stand still, 2.5 s after what they have in common, to within a frame.
TOGETHER = """(() => {
  const { sides } = JSON.parse(document.getElementById('data').textContent);
  const there = (video, which) => video.paused && !video.seeking && Math.abs(video.currentTime - sides[which].zero - 2.5) < 0.05;
  return [...document.querySelectorAll('video')].every(there);
})()"""


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clean and the rounded fold, the second from another beginning."""
    pair = analysed_pair(tmp_path_factory)
    page = tmp_path_factory.mktemp("compare") / "both.html"
    compare(pair / "before", pair / "after", page, language="en")
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_both_play_on_one_clock(browser: Browser, comparison: Path, width: int) -> None:
    """Play moves both figures, a jump puts both at the same moment, nothing asks for anything, the scan is clean."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("request", lambda r: mistakes.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    page.goto(comparison.as_uri())
    until(page, "document.documentElement.dataset.ready === 'yes'")
    expect(page.locator(".u-over")).not_to_have_count(0)
    page.locator("#play").click()
    until(page, "[...document.querySelectorAll('.stage')].every(s => +s.dataset.frame > 8)")
    page.locator("#play").click()
    page.evaluate(
        "() => { const s = document.getElementById('seek'); s.value = 2.5; s.dispatchEvent(new Event('input')); }"
    )
    until(page, TOGETHER)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])") == []
    context.close()
    assert mistakes == []


def test_on_paper_both_pictures_stand_beside_each_other(browser: Browser, comparison: Path) -> None:
    """What both clips show just now is printed, with plots and differences, on two pages; afterwards they play on."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(comparison.as_uri())
    until(page, "document.documentElement.dataset.ready === 'yes'")
    until(page, "[...document.querySelectorAll('video')].every(v => v.readyState >= 2)")
    pdf = page.pdf(format="A4")
    pages = pages_of(pdf)
    assert 1 <= len(pages) <= 3
    whole = "".join(pages)
    for told in ("Tworecordingssidebyside", "Mostroundedback", "Sidenearerthecamera"):
        assert told in whole
    wide = [int(number) for number in re.findall(rb"/Subtype /Image\n/Width (\d+)", pdf)]
    assert wide.count(640) >= 2
    assert page.locator("canvas.still").count() == 0
    page.locator("#play").click()
    until(page, "[...document.querySelectorAll('.stage')].every(s => +s.dataset.frame > 8)")
    context.close()
