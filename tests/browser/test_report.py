"""The report and the clips in a real browser."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import axe_playwright_python
import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.outputs.context import OutputContext
from posecheck.outputs.report import Clip, ReportWriter
from posecheck.outputs.track import CHUNK_FRAMES
from posecheck.pipeline.analysis import judge_recording
from posecheck.pipeline.session import default_profile
from posecheck.records import Origin
from posecheck.resources import samples_dir
from tests.browser.paper import pages_of
from tests.browser.waiting import until, until_found
from tests.journeys import media
from tests.journeys.test_repetitions import analysed_hinges
from tests.outputs import people

pytestmark = pytest.mark.browser

CLIPS = sorted(samples_dir().glob("*.mp4"))
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
STATE = "v => ({t: v.currentTime, length: v.duration, wide: v.videoWidth, error: v.error && v.error.message})"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole sample clip analysed with an annotated clip."""
    return analysed_hinges(tmp_path_factory) / "out"


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
        lambda request: (
            mistakes.append(request.url) if not request.url.startswith(("file:", "data:", "blob:null/")) else None
        ),
    )
    yield fresh
    context.close()
    assert mistakes == []


def shown(page: Page) -> int:
    """The frame whose figure is drawn."""
    return int(page.locator(".stage").get_attribute("data-frame") or "-1")


def opened(page: Page, report: Path) -> None:
    """Open a report and wait until it is alive."""
    page.goto(report.as_uri())
    until(page, "document.documentElement.dataset.ready === 'yes'")
    until(page, "!document.querySelector('video') || document.querySelector('video').readyState >= 2")


def test_the_report_shows_verdict_plots_events_and_clip(page: Page, results: Path) -> None:
    """Opened from disk it is whole, asks nobody for anything, and its clip plays."""
    opened(page, results / "report.html")
    expect(page.locator("h1")).to_have_text("hinge_clean_then_rounded.mp4")
    expect(page.locator(".u-over")).to_have_count(5)
    expect(page.locator("ul.checks li")).to_have_count(8)
    expect(page.locator("ul.checks i.ok").first).to_be_visible()
    expect(page.locator(".moments img")).not_to_have_count(0)
    page.locator("#play").click()
    until(page, "document.querySelector('video').currentTime > 0.3")
    state = page.locator("video").evaluate(STATE)
    assert state["error"] is None
    assert state["length"] == pytest.approx(10.4, abs=0.2)
    assert page.evaluate("getComputedStyle(document.querySelector('.u-wrap')).position") == "relative"


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    """A report of a clip of uneven rate whose pictures count themselves in stripes; and its times."""
    folder = tmp_path_factory.mktemp("counted")
    steps_s = [0.04, 0.04, 0.12, 0.04, 0.2, 0.04, 0.08] * 8
    times = [round(sum(steps_s[:k]), 6) for k in range(len(steps_s))]
    pictures = []
    for number in range(len(times)):
        picture = np.full((180, 320, 3), 30, np.uint8)
        for bit in range(6):
            picture[:, 20 + 48 * bit : 60 + 48 * bit] = 225 if number >> bit & 1 else 30
        pictures.append(picture)
    clip = media.encode(folder / "counted.webm", pictures, times_s=times, codec="libvpx")
    origin = Origin("0", str(clip), "hip_hinge_drill", "abc")
    translate = Messages.load("en").text
    for name, embed in (("referred", False), ("embedded", True)):
        report = ReportWriter(
            folder / f"{name}.html",
            OutputContext(
                origin, title="counted", stretch_name="x", limits={}, clip=Clip(clip), translate=translate, embed=embed
            ),
        )
        for index, t_s in enumerate(times):
            report.put(None, people.assessment(people.sighting(t_s, (320, 180), index=index, hinge_deg=index)))
        report.close("complete")
    return folder, times


def number_in_the_picture(page: Page) -> int:
    """Which picture of the counting clip is on the screen, read from the pixels themselves."""
    raw = np.frombuffer(page.locator(".stage").screenshot(), np.uint8)
    grey = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    height, width = grey.shape
    row = grey[int(height * 0.1) : int(height * 0.2)].mean(axis=0)
    return sum(int(row[int((40 + 48 * bit) / 320 * width)] > 128) << bit for bit in range(6))


def shows(page: Page, wanted: int) -> bool | None:
    """Whether this picture of the counting clip is on the screen."""
    return number_in_the_picture(page) == wanted or None


@pytest.mark.parametrize("name", ["referred", "embedded"])
def test_the_figure_is_that_of_the_picture_shown(page: Page, counted: tuple[Path, list[float]], name: str) -> None:
    """After a jump anywhere in a clip of uneven rate, the drawn frame is exactly the one on the screen."""
    folder, times = counted
    opened(page, folder / f"{name}.html")
    for part in ("skeleton", "back", "angles"):
        page.locator(f'[data-part="{part}"]').uncheck()
    for wanted in (0, 3, 17, 18, 40, 55, 4):
        page.evaluate(
            "t => { const s = document.getElementById('seek'); s.value = t; s.dispatchEvent(new Event('input')); }",
            times[wanted],
        )
        until(page, "!document.querySelector('video').seeking")
        # A browser may show the picture of before for a while after it has found the new one.
        until_found(partial(shows, page, wanted), f"picture {wanted}", page)
        assert shown(page) == wanted


def test_the_figure_keeps_up_with_the_clip_as_it_plays(page: Page, counted: tuple[Path, list[float]]) -> None:
    """While it plays, the frame drawn is within one frame of the one the browser has just presented."""
    folder, times = counted
    opened(page, folder / "referred.html")
    page.evaluate(
        """() => { window.seen = []; const v = document.querySelector('video');
        const note = (_, p) => {
          seen.push([p.mediaTime, +document.querySelector('.stage').dataset.frame]); v.requestVideoFrameCallback(note); };
        v.requestVideoFrameCallback(note); }"""
    )
    # Half as fast as life, a picture stands for a tenth of a second and more: a slow machine shows enough of them, too.
    page.locator("#rate").select_option("0.5")
    page.locator("#play").click()
    until(page, "seen.length > 8")
    pairs: list[tuple[float, int]] = page.evaluate("seen")
    for media_s, drawn in pairs:
        presented = int(np.argmin(np.abs(np.array(times) - media_s)))
        assert abs(drawn - presented) <= 1, (media_s, drawn, presented)


def test_a_click_on_an_event_jumps_to_it(page: Page, results: Path) -> None:
    """Clip and playheads go to the moment of the event, by mouse and by keyboard; so does a click into a plot."""
    opened(page, results / "report.html")
    row = page.locator("tr[data-t]", has=page.locator("td.verdict.warn")).first
    wanted_s = float(row.get_attribute("data-t") or "nan")
    row.click()
    until(page, f"Math.abs(document.querySelector('video').currentTime - {wanted_s}) < 0.05")
    right = page.evaluate("new DOMMatrix(document.querySelector('.playhead').style.transform).e")
    plot = page.locator(".u-over").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    assert right == pytest.approx(box["width"] * wanted_s / 10.4, rel=0.05)
    plot.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    until(page, "document.querySelector('video').currentTime < 3.5")
    row.locator("button").focus()
    page.keyboard.press("Enter")
    until(page, f"Math.abs(document.querySelector('video').currentTime - {wanted_s}) < 0.05")


def test_the_cursor_reads_values_and_zoom_follows_the_playhead(page: Page, results: Path) -> None:
    """Pointing tells time and value, dragging and the buttons look closer on every plot alike."""
    opened(page, results / "report.html")
    plot = page.locator(".u-over").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 30)
    expect(page.locator(".plot output").first).to_have_text(re.compile(r"^8\.\d\d s: \d+°$"))
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 30, steps=4)
    page.mouse.up()
    page.locator("#zoom-whole").click()
    page.locator("tr[data-t] button").first.click()
    before = page.evaluate("new DOMMatrix(document.querySelector('.playhead').style.transform).e")
    page.locator("#zoom-in").click()
    after = page.evaluate("[...document.querySelectorAll('.playhead')].map(h => new DOMMatrix(h.style.transform).e)")
    assert after[0] != pytest.approx(before, abs=5)
    assert max(after) - min(after) < 1.0


def test_without_a_clip_the_figure_plays_alone(page: Page, results: Path, tmp_path: Path) -> None:
    """The report of a replay has no pictures: play moves the figure by a clock of its own."""
    stretch = load_stretch("hip_hinge_drill")
    judge_recording(results / "recording.jsonl", tmp_path / "again", stretch, default_profile(stretch))
    opened(page, tmp_path / "again" / "report.html")
    assert page.locator("video").count() == 0
    page.locator("#play").click()
    until(page, "+document.querySelector('.stage').dataset.frame > 10")
    page.locator("#play").click()
    assert shown(page) > 10


def test_a_long_session_is_read_back_across_its_packets(page: Page, tmp_path: Path) -> None:
    """The page says of any moment what was measured then, whichever of the packets it lies in."""
    path = tmp_path / "long.html"
    translate = Messages.load("en").text
    report = ReportWriter(
        path,
        OutputContext(
            people.ORIGIN,
            title="long",
            stretch_name="Fold",
            limits={"spine_flexion_deg": 36.0},
            clip=None,
            translate=translate,
        ),
    )
    seen = people.sighting(0.0)
    spine = [round(40.0 * math.sin(index / 300.0)) for index in range(2 * CHUNK_FRAMES + 50)]
    for index, value in enumerate(spine):
        judged = people.assessment(seen, values={"spine_flexion_deg": float(value)})
        report.put(None, replace(judged, t_s=index / 30.0))
    report.close("complete")
    opened(page, path)
    for index in (0, CHUNK_FRAMES - 1, CHUNK_FRAMES, 2 * CHUNK_FRAMES + 1, len(spine) - 1):
        page.evaluate(
            "t => { const s = document.getElementById('seek'); s.value = t; s.dispatchEvent(new Event('input')); }",
            index / 30.0,
        )
        assert shown(page) == index
        expect(page.locator("[data-value=spine_flexion_deg]")).to_have_text(f"{spine[index]}°")


def test_a_clip_that_was_moved_is_told(browser: Browser, results: Path, tmp_path: Path) -> None:
    """The report alone, without its clip, says so and still plays the figure."""
    # Deeper than where it was written: from less deep the address "../../.." stops at "/" and may still find the clip.
    moved = tmp_path.joinpath(*["sent"] * len(results.parts), "report.html")
    moved.parent.mkdir(parents=True)
    moved.write_bytes((results / "report.html").read_bytes())
    context = browser.new_context()
    fresh = context.new_page()
    fresh.goto(moved.as_uri())
    expect(fresh.locator("#no-clip")).to_be_visible()
    fresh.locator("#play").click()
    until(fresh, "+document.querySelector('.stage').dataset.frame > 5")
    context.close()


def test_a_clip_that_does_not_come_is_given_up_and_taken_back_when_it_comes(page: Page, results: Path) -> None:
    """Play is not waited for without end: the figure plays alone, and the clip is back once the disk has answered."""
    held: list[Route] = []
    slow = True

    def answer(route: Route) -> None:
        if slow:
            held.append(route)
        else:
            route.continue_()

    page.route("**/*.mp4", answer)
    page.goto((results / "report.html").as_uri(), wait_until="commit")
    until(page, "document.documentElement.dataset.ready === 'yes'")
    expect(page.locator("#no-clip")).to_be_hidden()
    page.locator("#play").click()
    expect(page.locator("#no-clip")).to_be_visible()
    until(page, "+document.querySelector('.stage').dataset.frame > 5")
    slow = False
    for route in held:
        route.continue_()
    expect(page.locator("#no-clip")).to_be_hidden()
    expect(page.locator("video")).to_be_visible()
    until(page, "document.querySelector('video').readyState >= 2")


def test_events_are_cards_on_a_phone_and_a_table_elsewhere(browser: Browser, results: Path) -> None:
    """At 390 px nothing of the list must be pushed aside to be read, and for a screen reader it stays a table."""
    for width, card in ((390, True), (1200, False)):
        context = browser.new_context(viewport={"width": width, "height": 800})
        fresh = context.new_page()
        opened(fresh, results / "report.html")
        reps = fresh.locator(".card.wide:has(table.reps)")
        assert reps.evaluate("one => one.scrollWidth <= one.clientWidth")
        region = fresh.locator(".card.wide:has(table.events)")
        assert region.evaluate("one => one.scrollWidth <= one.clientWidth")
        heights = region.locator("tbody tr").first.evaluate("row => [...row.cells].map(cell => cell.offsetTop)")
        assert (len(set(heights)) > 2) == card
        expect(region.get_by_role("table")).to_have_count(1)
        assert region.get_by_role("row").count() == region.locator("tr").count()
        expect(region.get_by_role("columnheader")).to_have_count(7)
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1600])
def test_the_report_fits_phone_and_desktop_in_light_and_dark(
    browser: Browser, results: Path, width: int, scheme: str
) -> None:
    """Nothing is wider than the screen, text and ground differ, and the accessibility scan finds nothing."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    fresh = context.new_page()
    opened(fresh, results / "report.html")
    assert fresh.evaluate("document.documentElement.scrollWidth") <= width
    ground, ink = fresh.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 300) == (scheme == "dark")
    assert ground != ink
    fresh.evaluate(AXE.read_text(encoding="utf-8"))
    found = fresh.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])")
    assert found == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_everything_is_there_and_nothing_moves(browser: Browser, results: Path, scheme: str) -> None:
    """Printed to A4 the plots, tables, pictures and numbers stand on a few white pages; buttons and player do not."""
    context = browser.new_context(
        viewport={"width": 794, "height": 1100}, color_scheme="dark" if scheme == "dark" else "light"
    )
    fresh = context.new_page()
    opened(fresh, results / "report.html")
    pdf = fresh.pdf(format="A4")
    pages = pages_of(pdf)
    assert 2 <= len(pages) <= 4
    whole = "".join(pages)
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    worst = summary["worst_spine_flexion"]
    for told in (
        f"Good{summary['good_s']:.1f}s",
        f"Mostroundedback{worst['spine_flexion_deg']:.0f}°at{worst['t_s']:.1f}s",
        "Yourbackisrounding:thebendcomesfromthespine,notfromthehips.",
        "Thedeepestgoodmoment",
        "Settingsused",
        "spine_rounding.limit_deg",
        "Spinemodel:" + summary["spine_model_sha256"],
    ):
        assert told in whole
    assert "Playbackspeed" not in whole
    assert pdf.count(b"/Subtype /Image") >= 3  # the pictures of the moments
    fresh.emulate_media(media="print")
    expect(fresh.locator(".player")).to_be_hidden()
    expect(fresh.locator("#zoom-in")).to_be_hidden()
    expect(fresh.locator(".plot").first).to_be_visible()
    expect(fresh.locator("#hatch")).to_have_count(1)
    assert fresh.evaluate("getComputedStyle(document.querySelector('svg.defs')).display") != "none"
    assert fresh.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert fresh.evaluate("document.documentElement.scrollWidth") <= 794
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
