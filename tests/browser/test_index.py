"""The page over many results in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, expect

from posecheck.assessment.messages import Messages
from posecheck.batch.index import write_index
from posecheck.batch.job import Labels
from tests.batch.clips import finished
from tests.browser.waiting import until

pytestmark = pytest.mark.browser
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five clips: numbers of different length, one without a person, one that could not be read."""
    out = tmp_path_factory.mktemp("index")
    for name, spine_deg in (("a", 9.0), ("b", 100.5), ("c", 20.0)):
        finished(out, name, Labels(f"Person {name}", "left"), worst_spine_flexion={"spine_flexion_deg": spine_deg})
    finished(out, "d", frames_with_person=0, worst_spine_flexion={"spine_flexion_deg": None})
    finished(out, "e", failure="e.mp4 is empty (zero bytes). Copy or record it again.")
    write_index(out, translate=Messages.load("en").text, language="en")
    return out / "index.html"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_it_sorts_searches_and_leads_to_a_report(
    browser: Browser, index: Path, width: int, scheme: Literal["dark", "light"]
) -> None:
    """By numbers as numbers with the unknown last; nothing is asked of anybody, nothing sticks out, the scan is clean."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("request", lambda r: mistakes.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    page.goto(index.as_uri())
    until(page, "document.documentElement.dataset.ready === 'yes'")
    names = page.locator("#clips tbody tr:not([hidden]) th a, #clips tbody tr:not([hidden]) th:not(:has(a))")

    def shown() -> list[str]:
        return [text[0] for text in names.all_inner_texts()]

    assert shown() == ["a", "b", "c", "d", "e"]
    head = page.locator("th[data-by=worst_spine_deg]")
    head.locator("button").click()
    assert shown() == ["a", "c", "b", "d", "e"]
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert shown() == ["b", "c", "a", "d", "e"]
    expect(head).to_have_attribute("aria-sort", "descending")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#search").fill("person B")
    assert shown() == ["b"]
    expect(page.locator("#shown")).to_have_text("1 of 5 clips")
    page.get_by_role("link", name="b.mp4").click()
    expect(page).to_have_title("a report")
    context.close()
    assert mistakes == []
