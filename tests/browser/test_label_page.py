"""Two clips are labelled in a real Chromium with the keyboard alone; what is found on them changes what a replay says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from posecheck.resources import samples_dir
from posecheck.tuning.labels import Interval, Labels, Truth, labels_path, read_labels, write_labels
from tests.app.serving import ROOT, Server
from tests.browser.live import assert_accessible
from tests.browser.waiting import GIVE_UP_S, until, until_found
from tests.journeys.command import posecheck
from tests.journeys.test_tune import BENT_S, FOLD, LONG_S, RULE, SOFT_DEG, record

pytestmark = pytest.mark.browser

CLIP = "standing_fold_rounded"
ADA, BEN, REAL = 0, 1, 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings whose clips are gone, not labelled yet, and a clip that nobody has analysed."""
    out = tmp_path_factory.mktemp("label")
    for name in ("ada", "ben"):
        labels_path(record(out, name)).unlink()
    shutil.copy(samples_dir() / f"{CLIP}.mp4", out / f"{CLIP}.mp4")
    return out


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """The real label page, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "posecheck", "tune", "label", str(folder), "--no-browser", "--stretch", FOLD.id],
        cwd=ROOT,
        env={**os.environ, "XDG_DATA_HOME": str(folder / ".data"), "XDG_STATE_HOME": str(folder / ".state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Server(process, process.stdout.readline().strip())
        finally:
            process.kill()


@pytest.fixture(autouse=True)
def _unlabelled(folder: Path) -> None:
    """No test finds what another one said of the clip."""
    (folder / f"{CLIP}.labels.toml").unlink(missing_ok=True)


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page as Ann opens it; it may ask nobody else for anything and must not stumble."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    asked: list[str] = []
    wrong: list[str] = []
    made = context.new_page()
    made.on("request", lambda request: asked.append(request.url))
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on(
        "console", lambda said: wrong.append(said.text) if said.type == "error" and "409" not in said.text else None
    )
    made.goto(f"{server.origin}/login?t={server.token}")
    expect(made.locator("#rater")).to_be_focused()
    made.keyboard.type("Ann")
    made.keyboard.press("Enter")
    expect(made.locator("#rater")).to_have_value("Ann")
    expect(made.locator("#lanes")).to_contain_text("Ann (you)")
    made.keyboard.press("Escape")
    yield made
    context.close()
    assert wrong == []
    assert {url for url in asked if not url.startswith((server.origin, "blob:", "data:"))} == set()


def choose(page: Page, clip: int, rule: str = RULE) -> None:
    """Another clip and rule."""
    page.locator("#clip").select_option(str(clip))
    expect(page.locator("#title")).to_contain_text(("ada.jsonl", "ben.jsonl", f"{CLIP}.mp4")[clip])
    expect(page.locator("#clip")).to_have_value(str(clip))
    page.locator("#rule").select_option(rule)
    page.locator("#rule").blur()


def seconds(page: Page, count: float) -> None:
    """So many seconds on."""
    for _ in range(round(count)):
        page.keyboard.press("Shift+ArrowRight")


def written(folder: Path, name: str, count: int) -> list[tuple[float, float, str]]:
    """What the file says once it holds so many intervals."""
    path = folder / f"{name}.labels.toml"

    def all_of_them() -> tuple[Interval, ...] | None:
        intervals = read_labels(path).intervals if path.exists() else ()
        return intervals if len(intervals) == count and path.exists() else None

    found = until_found(all_of_them, f"{count} intervals in {path.name}")
    return [(one.start_s, one.end_s, one.truth.value) for one in found]


def test_label_search_and_use(page: Page, folder: Path) -> None:
    """With keys alone: two people labelled, a limit found, and a replay in which the false alarm is gone."""
    edges = [0.0, *(edge for pair in BENT_S for edge in pair), LONG_S]
    for clip, name in ((ADA, "ada"), (BEN, "ben")):
        choose(page, clip)
        page.locator("#person").fill(name)
        page.locator("#person").blur()
        page.keyboard.press("g")
        for k, edge in enumerate(edges[1:]):
            seconds(page, edge - edges[k])
            last = k == len(edges) - 2
            page.keyboard.press("g" if last else "bg"[k % 2])
        got = written(folder, name, len(edges) - 1)
        assert [truth for _, _, truth in got] == ["good", "warn", "good", "warn", "good"]
        assert [start for start, _, _ in got] == pytest.approx(edges[:-1], abs=0.21)
        expect(page.locator("#saved")).to_have_text("✓ Saved")
    call = ("tune", "search", "ada.jsonl", "ben.jsonl", "--jobs", "1", "-o", "mine.toml", "--force")
    done = posecheck(*call, cwd=folder)
    assert done.returncode == 0, done.stderr
    numbers = dict(re.findall(r"^(\w+_deg) = (\S+)$", (folder / "mine.toml").read_text(encoding="utf-8"), re.MULTILINE))
    assert float(numbers["limit_deg"]) > SOFT_DEG - 3.0
    assert "labelled by Ann" in posecheck("profile", "show", "mine.toml", cwd=folder).stdout
    tuned = posecheck("replay", "ada.jsonl", "--profile", "mine.toml", cwd=folder)
    assert tuned.returncode == 0, tuned.stderr
    assert "Against the numbers it was recorded with" in tuned.stdout
    assert tuned.stdout.count("gained") + tuned.stdout.count("moved") == 2


def test_a_clip_plays_steps_and_is_labelled_by_dragging(page: Page, folder: Path) -> None:
    """Frame steps, a stretch of time dragged on the curves, an edge dragged, undone and done again."""
    choose(page, REAL, "spine_rounding")
    expect(page.locator("#time")).to_contain_text("frame 1 of 205")
    until(page, "document.querySelector('video').readyState >= 2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#time")).to_contain_text("0.07 s · frame 3 of 205")
    page.keyboard.press(" ")
    expect(page.locator("#play")).to_have_text("Pause")
    until(page, "document.querySelector('video').currentTime > 0.2")
    page.keyboard.press(" ")
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 50, steps=4)
    page.mouse.up()
    page.keyboard.press("b")
    ((start_s, end_s, truth),) = written(folder, CLIP, 1)
    assert truth == "warn"
    assert (start_s, end_s) == pytest.approx((2.04, 4.76), abs=0.1)
    expect(page.locator("#saved")).to_have_text("✓ Saved")
    # In one go: the lanes are drawn anew whenever something changes.
    handle = page.evaluate("document.querySelector('#lanes .edge[data-edge=to]').getBoundingClientRect().toJSON()")
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(handle["x"] + 0.1 * box["width"], handle["y"] + 8, steps=4)
    page.mouse.up()
    expect(page.locator("#said input").nth(1)).not_to_have_value(f"{end_s:.3f}")
    expect(page.locator("#saved")).to_have_text("✓ Saved")
    assert written(folder, CLIP, 1)[0][1] > end_s + 0.4
    page.keyboard.press("z")
    expect(page.locator("#said input").nth(1)).to_have_value(f"{end_s:.3f}")
    page.keyboard.press("z")
    assert written(folder, CLIP, 0) == []
    page.keyboard.press("y")
    assert written(folder, CLIP, 1) == [(start_s, end_s, "warn")]


def test_another_language_takes_nothing_back(page: Page, folder: Path) -> None:
    """What was said can still be undone and done again, and the clip stays where it was."""
    choose(page, REAL, "knee_bend")
    page.keyboard.press("g")
    seconds(page, 2)
    page.keyboard.press("g")
    seconds(page, 1)
    ((start_s, end_s, _),) = written(folder, CLIP, 1)
    assert end_s - start_s == pytest.approx(2.0, abs=0.1)
    page.locator("#speed").select_option("0.5")
    page.locator("#speed").blur()
    there = page.locator("#time").inner_text().split(" · ")[0]
    page.locator("#language").select_option("de")
    expect(page.locator("#play")).to_have_text("Abspielen")
    expect(page.locator("#desk")).to_be_focused()
    expect(page.locator("#time")).to_contain_text(there.replace(".", ","))
    expect(page.locator("#speed")).to_have_value("0.5")
    expect(page.locator("#rule")).to_have_value("knee_bend")
    expect(page.locator("#said tr")).to_have_count(1)
    page.keyboard.press("z")
    assert written(folder, CLIP, 0) == []
    page.keyboard.press("y")
    assert written(folder, CLIP, 1) == [(start_s, end_s, "good")]


def test_others_stay_hidden_until_asked_for_and_are_never_overwritten(page: Page, folder: Path) -> None:
    """Blind by default; then kappa with the other rater and with posecheck. A save from elsewhere is noticed."""
    path = folder / f"{CLIP}.labels.toml"
    own = Labels(f"{CLIP}.mp4", FOLD.id, (Interval(2.0, 4.0, "spine_rounding", Truth.WARN, "mia", "Ann"),))
    bob = Interval(2.0, 3.0, "spine_rounding", Truth.WARN, "mia", "Bob")
    good = (Interval(3.0, 6.0, "spine_rounding", Truth.GOOD, "mia", "Bob"),)
    write_labels(path, Labels(own.video, own.stretch, (*own.intervals, bob, *good)))
    choose(page, ADA)
    choose(page, REAL, "spine_rounding")
    assert "Bob" not in page.locator("main").inner_text()
    assert "Bob" not in (page.locator("#lanes").text_content() or "")
    page.keyboard.press("h")
    expect(page.locator("#lanes")).to_contain_text("Bob")
    expect(page.locator("#agreed")).to_contain_text("posecheck")
    write_labels(path, Labels(own.video, own.stretch, (bob,)))
    page.keyboard.press("]")
    page.keyboard.press("u")
    expect(page.locator("#notices")).to_contain_text("were changed elsewhere")
    assert read_labels(path).intervals == (bob,)
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#saved")).to_have_text("✓ Saved")
    assert {(one.rater, one.truth) for one in read_labels(path).intervals} == {
        ("Bob", Truth.WARN),
        ("Ann", Truth.UNSURE),
    }


def test_the_curves_are_looked_at_closely_and_edges_lie_on_frames(page: Page, folder: Path) -> None:
    """Keys, wheel and buttons look closer; what is shown goes along; an edge dragged close by moves by single frames."""
    path = folder / f"{CLIP}.labels.toml"
    own = Interval(2.0, 4.0, "spine_rounding", Truth.WARN, "mia", "Ann")
    write_labels(path, Labels(f"{CLIP}.mp4", FOLD.id, (own,)))
    choose(page, ADA)
    choose(page, REAL, "spine_rounding")
    expect(page.locator("#wider")).to_be_disabled()
    expect(page.locator("#part")).to_be_hidden()
    seconds(page, 2)
    for _ in range(6):
        page.keyboard.press("ArrowUp")
    expect(page.locator("#part")).to_be_visible()
    from_s, to_s = shown_s(page)
    assert from_s < 2.0 < to_s
    assert 0.3 < to_s - from_s < 0.6
    # The beginning of the mark, dragged by the width of two frames: exactly two frames of 30 a second.
    box = page.locator("#curves .u-over").bounding_box()
    assert box is not None
    handle = page.evaluate("document.querySelector('#lanes .edge[data-edge=from]').getBoundingClientRect().toJSON()")
    frame_px = box["width"] / (to_s - from_s) / 30.0
    x = handle["x"] + handle["width"] / 2
    page.mouse.move(x, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(x + 2 * frame_px, handle["y"] + 8, steps=3)
    expect(page.locator("#time")).to_contain_text("frame 63 of 205")  # what is at the edge is shown while it moves
    page.mouse.up()
    expect(page.locator("#said input").first).to_have_value("2.067")
    # Far away, the view follows; the wheel looks wider about the pointer, sideways it moves along.
    seconds(page, 3)
    part = page.locator("#part")
    until_found(lambda: shown_s(page)[0] > 4.0 or None, "the part around where we are", page)
    told = part.get_attribute("aria-valuetext") or ""
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.wheel(0, 400)
    expect(part).not_to_have_attribute("aria-valuetext", told)
    before = shown_s(page)
    told = part.get_attribute("aria-valuetext") or ""
    assert before[1] - before[0] == pytest.approx(2 * (to_s - from_s), rel=0.2)
    page.mouse.wheel(-200, 0)
    expect(part).not_to_have_attribute("aria-valuetext", told)
    assert shown_s(page)[0] < before[0] - 0.2
    page.locator("#part").fill("0")
    assert shown_s(page)[0] == pytest.approx(0.0, abs=0.05)
    page.locator("#part").blur()
    page.keyboard.press("0")
    expect(page.locator("#part")).to_be_hidden()


def shown_s(page: Page) -> tuple[float, float]:
    """From when to when the curves are shown, as it is told."""
    found = re.fullmatch(r"(\S+) to (\S+) s", page.locator("#part").get_attribute("aria-valuetext") or "")
    assert found is not None
    return float(found[1]), float(found[2])


@pytest.mark.parametrize("lang", ["en", "de"])
def test_everybody_can_use_it_in_both_languages_light_and_dark(page: Page, folder: Path, lang: str) -> None:
    """The language is chosen on the page and kept; nothing stays English in German; axe finds nothing, phones included."""
    said = (Interval(2.0, 4.0, "spine_rounding", Truth.WARN, "mia", name) for name in ("Ann", "Bob"))
    write_labels(folder / f"{CLIP}.labels.toml", Labels(f"{CLIP}.mp4", FOLD.id, tuple(said)))
    page.locator("#language").select_option(lang)
    expect(page.locator("#play")).to_have_text({"en": "Play", "de": "Abspielen"}[lang])
    page.locator("#clip").select_option(str(REAL))
    expect(page.locator("#title")).to_contain_text(
        f"{CLIP}.mp4, {'Standing forward fold' if lang == 'en' else 'Vorbeuge im Stehen'}"
    )
    page.locator("#rule").select_option("spine_rounding")
    page.locator("#rule").blur()
    page.locator("#clip").blur()
    page.keyboard.press("h")
    page.keyboard.press("]")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#agreed")).to_contain_text("kappa" if lang == "en" else "Kappa")
    for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 844}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text({"en": "play, pause", "de": "abspielen, anhalten"}[lang])
    assert_accessible(page)
    page.keyboard.press("Escape")
    if lang == "de":
        labels = page.evaluate("[...document.querySelectorAll('[aria-label]')].map((one) => one.ariaLabel).join(' ')")
        told = f"{page.locator('body').inner_text()} {labels}"
        for english in ("The clip", "Closer", "Wider", "Undo", "Speed", "frame", "What you say", "Back:", "Spine"):
            assert english not in told, english
    page.reload()
    expect(page.locator("#play")).to_have_text({"en": "Play", "de": "Abspielen"}[lang])
    assert page.evaluate("document.documentElement.lang") == lang


def test_only_the_clips_named_are_served_in_parts_and_only_to_the_page(server: Server, folder: Path) -> None:
    """Ranges are answered; no other file, no other site, no body of another form gets through."""
    clip = (folder / f"{CLIP}.mp4").read_bytes()
    status, headers, body = server.ask("GET", f"/clip/{REAL}", {"Range": "bytes=100-199"})
    assert (status, body, headers["content-range"]) == (206, clip[100:200], f"bytes 100-199/{len(clip)}")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert server.ask("GET", f"/clip/{ADA}")[0] == 404
    assert server.ask("GET", "/clip/9")[0] == 404
    assert server.ask("GET", "/clip/../ada.jsonl")[0] == 404
    assert server.ask("GET", f"/clip/{REAL}", logged_in=False)[0] == 403
    assert server.ask("GET", f"/clip/{REAL}", {"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert server.ask("PUT", "/api/clips/0/labels", {}, b"{}")[0] == 403
    before = {path: path.read_bytes() for path in folder.glob("*.labels.toml")}
    revision = server.json("GET", "/api/clips/0?rater=Eve")[1]["revision"]
    for intervals, said in (
        ([{"start_s": 2, "end_s": 1, "rule": RULE, "truth": "good", "person": "x"}], "end after it began"),
        ([{"start_s": 0, "end_s": 1, "rule": "nose", "truth": "good", "person": "x"}], "unknown rule"),
        ([{"start_s": "0", "end_s": 1, "rule": RULE, "truth": "good", "person": "x"}], "needs numbers"),
        ([{"start_s": 0, "end_s": 1, "rule": RULE, "truth": "fine", "person": "x"}], "must be one of"),
        ([{"start_s": 0, "end_s": 1, "rule": RULE, "truth": "good", "person": " "}], "needs a name"),
        ("all", "must be a list"),
    ):
        asked: dict[str, Any] = {"rater": "Eve", "revision": revision, "intervals": intervals}
        status, answer = server.json("PUT", "/api/clips/0/labels", asked)
        assert status == 400
        assert said in answer["error"]
    assert {path: path.read_bytes() for path in folder.glob("*.labels.toml")} == before


def test_ctrl_c_ends_it_as_an_interrupt(tmp_path: Path) -> None:
    """The page is ended by Ctrl-C: in a line, with the exit code of everything that is interrupted."""
    record(tmp_path, "ada")
    with subprocess.Popen(
        [sys.executable, "-m", "posecheck", "tune", "label", str(tmp_path / "ada.jsonl"), "--no-browser"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=GIVE_UP_S)
    assert (process.returncode, out, err) == (130, "Ended. Everything was saved as it was made.\n", "")
