"""A whole routine on the live page without a hand on the computer, and a rounded back told in time.

The camera plays a clip whose true angles are known, by the clip's own clock; so what the page did can be laid against
what was true.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from posecheck.resources import samples_dir
from tests.app.serving import Server, serving
from tests.browser.film import CLIP_FPS, DOWN_S, Film, fold, judged_for, play
from tests.browser.live import assert_accessible, is_own, opened, stage
from tests.browser.waiting import until

pytestmark = pytest.mark.browser

#: When a rounded back must have been seen, heard and read out, after it is one: by the clip's clock. What a picture
#: takes on its way is measured in `benchmarks/live.py`.
IN_TIME_S: Final = 1.2
#: Every second frame of the clip is shown.
EVERY: Final = 2
#: The rounding that is warned of, and from which lean on.
LIMIT_DEG: Final = 35.0
LEAN_DEG: Final = 20.0
ROUTINE: Final = """id = "short"
name = "Short one"
when = "Only for a test."
warm_up = "None."

[[items]]
stretch = "standing_forward_fold"
numbers = { "hold.target_s" = 5 }
rest_s = 0

[[items]]
stretch = "standing_posture"
numbers = { "hold.target_s" = 2 }
"""
#: Whether an entry of the log is the tone of a warning.
TONE: Final = "({type, what}) => type === 'tone' && ['notice', 'firm'].includes(what)"
#: Remembers what goes over the wire, what the page shows and when.
WATCH: Final = """
window.wire = {frames: [], shown: []};
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({data}) => {
      if (typeof data !== 'string') return;
      const {type, verdict, routine, values} = JSON.parse(data);
      if (type === 'frame') wire.frames.push({verdict, name: routine?.name, lean: values.trunk_inclination_deg});
    });
  }
};
addEventListener('DOMContentLoaded', () => {
  let before = '';
  new MutationObserver(() => {
    const look = document.querySelector('.verdict')?.dataset.look ?? '';
    const read = document.querySelector('#polite').textContent + document.querySelector('#firm').textContent;
    if (before === look + read) return;
    before = look + read;
    wire.shown.push({at: performance.now(), look, read});
  }).observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
});
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server with a short routine in a file."""
    home = tmp_path_factory.mktemp("home")
    (home / "short.toml").write_text(ROUTINE, encoding="utf-8")
    with serving(home, "--routine", str(home / "short.toml")) as running:
        yield running


Watched = Callable[[Film], Page]


@pytest.fixture
def watched(browser: Browser, server: Server) -> Iterator[Watched]:
    """The page on its start screen, before somebody who stands still; mistakes and foreign requests fail."""
    contexts, mistakes = [], []

    def watch(film: Film) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, permissions=["camera"], reduced_motion="reduce"
        )
        contexts.append(context)
        context.add_init_script(film.script("still") + WATCH)
        context.on("weberror", lambda error: mistakes.append(str(error.error)))
        context.on("request", lambda request: None if is_own(request.url, server) else mistakes.append(request.url))
        return opened(context, server)

    yield watch
    for context in contexts:
        context.close()
    assert mistakes == []


@pytest.mark.long
def test_a_whole_routine_without_a_hand_on_the_computer_and_not_one_warning(watched: Watched) -> None:
    """Begin is the last touch: set-up, a fold of five good seconds, the next stretch, the summary; a long back is left in peace."""
    page = watched(fold("standing_fold_clean"))
    page.get_by_role("button", name="Begin").click()
    stage(page, "work")
    play(page, "down", "deep")
    until(page, "wire.frames.at(-1).name === 'Standing posture'")
    play(page, "up", "still")
    stage(page, "summary")
    expect(page.get_by_role("heading", level=1)).to_have_text("Well done")
    fold_done = page.get_by_role("region", name="Standing forward fold")
    expect(fold_done).to_contain_text("5 of 5 good seconds")
    expect(fold_done.get_by_role("img", name="Your best moment")).to_be_visible()
    expect(page.get_by_role("region", name="Standing posture")).to_contain_text("2 of 2 good seconds")
    assert page.evaluate("wire.frames.filter(({verdict}) => verdict === 'WARN').length") == 0
    assert page.evaluate("wire.shown.filter(({look}) => look === 'warn').length") == 0
    tones = page.evaluate("window.posecheck.log.filter(({type}) => type === 'tone').map(({what}) => what)")
    assert not {"notice", "firm"} & set(tones)
    assert "done" in tones
    assert_accessible(page)


@pytest.mark.long
def test_rounding_is_seen_heard_and_read_out_in_time_and_a_slider_changes_the_verdict(watched: Watched) -> None:
    """From the camera's picture of the true onset on, for eyes, ears and screen readers; a higher limit ends the
    warning at once, as deep in the fold as before.

    By the clip's clock, and the camera waits for what the page has asked for: it is as late on any machine.
    """
    page = watched(fold("standing_fold_rounded", EVERY))
    page.get_by_role("button", name="Begin").click()
    stage(page, "work")
    play(page, "half-way", "half")
    warned = "({look, read}) => look === 'warn'"
    told = f"{warned} && /rounding|Lengthen/.test(read)"
    until(page, f"wire.shown.some({told})")
    until(page, f"window.posecheck.log.some({TONE})")
    late_s = {
        name: clip_s(page, page.evaluate(f"{find}.at")) - onset_s()
        for name, find in (
            ("seen", f"wire.shown.find({warned})"),
            ("read", f"wire.shown.find({told})"),
            ("heard", f"window.posecheck.log.find({TONE})"),
        )
    }
    assert all(0.0 < late < IN_TIME_S for late in late_s.values()), late_s

    page.keyboard.press("t")
    limit = page.locator(".drawer .number", has_text="spine_rounding.limit_deg").get_by_role("spinbutton")
    expect(limit).to_have_value("35")
    assert page.evaluate("wire.frames.at(-1).verdict") == "WARN"
    limit.fill("60")
    limit.press("Tab")
    until(page, "document.querySelector('.verdict').dataset.look !== 'warn'")
    judged_for(page, 1.0)
    assert page.evaluate("document.querySelector('.verdict').dataset.look") != "warn"
    assert page.evaluate("wire.frames.at(-1).lean") > 40  # still as deep in the fold
    assert_accessible(page)


def clip_s(page: Page, at_ms: float) -> float:
    """How far into the way down the latest picture was that the page had been given by then."""
    given: list[dict[str, Any]] = page.evaluate("film.given")
    first_s = next(one["t_s"] for one in given if one["scene"] == "half-way")
    return float(next(one["t_s"] for one in reversed(given) if one["at"] <= at_ms)) - float(first_s)


def onset_s() -> float:
    """How far into the way down the back is too round for the first time, as it is shown."""
    with (samples_dir() / "standing_fold_rounded.truth.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    shown = truth[round(DOWN_S * CLIP_FPS) :: EVERY]
    return next(
        place * EVERY / CLIP_FPS
        for place, row in enumerate(shown)
        if float(row["spine_flexion_deg"]) > LIMIT_DEG and float(row["trunk_inclination_deg"]) > LEAN_DEG
    )
