"""A whole routine on the live page without a hand on the computer, and a rounded back told in time.

The camera plays a clip whose true angles are known; every picture carries its number in its corner, so that what the
page did can be laid against what was true.
"""

from __future__ import annotations

import base64
import csv
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from posecheck.resources import samples_dir
from tests.app.serving import Server, serving
from tests.browser.conftest import FLAGS
from tests.browser.live import ALLOWED, CAMERA, GO_HOME, assert_accessible, chromium_path, is_own, stage, until

pytestmark = pytest.mark.browser

FPS: Final = 30
#: When a rounded back must have been seen, heard and read out, after it is one.
IN_TIME_S: Final = 1.2
#: The model takes a third of this of a picture where nothing else runs. Where it takes longer the machine is short of
#: cores, and each of the two pictures that are on their way is later by what it takes more. A queue would not show here.
BUSY_MODEL_S: Final = 0.06
#: The rounding that is warned of, and from which lean on.
LIMIT_DEG: Final = 35.0
LEAN_DEG: Final = 20.0
#: Standing still at the start, then down from here on in the clips, and deep for so long: a multiple of what it takes,
#: for a busy machine to get there, too.
STILL_S, DOWN_S, DEEP_S = 4.5, 1.0, 20.0
BITS, CELL_PX = 10, 16
WIDTH_PX: Final = 640
#: The part of the rounded clip that is shown as the deep one.
ROUND_S: Final = (2.0, 2.1)
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
#: When a warning came up on the screen.
WARNED: Final = (
    "wire.shown.filter(({look}, at) => look === 'warn' && wire.shown[at - 1]?.look !== 'warn').map(({at}) => at)"
)
#: Whether there is a warning, and one that began just now.
FRESH: Final = (
    f"document.querySelector('.verdict').dataset.look === 'warn' && performance.now() - {WARNED}.at(-1) < 1500"
)
#: The pictures that were taken in the seconds before a warning: when, by the page's clock, and their JPEG.
TAKEN: Final = """([warnedMs, secondsBefore]) => {
  return [...wire.sent.values()]
    .map((packet) => [new DataView(packet.buffer).getFloat64(12, true) - performance.timeOrigin, packet.slice(20)])
    .filter(([at]) => warnedMs - 1000 * secondsBefore < at && at < warnedMs)
    .map(([at, jpeg]) => [at, btoa(Array.from(jpeg, (byte) => String.fromCharCode(byte)).join(''))]);
}"""
#: Remembers what goes over the wire, what the page shows and when.
WATCH: Final = """
window.wire = {sent: new Map(), frames: [], shown: []};
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({data}) => {
      if (typeof data !== 'string') return;
      const {type, seq, verdict, routine, values} = JSON.parse(data);
      if (type === 'frame') wire.frames.push({at: performance.now(), seq, verdict, stage: routine?.stage ?? null, lean: values.trunk_inclination_deg});
    });
  }
  send(data) {
    if (typeof data !== 'string') wire.sent.set(new DataView(data.buffer).getUint32(8, true), data.slice());
    super.send(data);
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


def order(deep_s: tuple[float, float]) -> list[int]:
    """Which frames of a clip are shown, one after the other: still, down, so deep for seconds, up again."""
    first, last = (round(at * FPS) for at in deep_s)
    down, deep = range(round(DOWN_S * FPS), first), range(first, last)
    there = [*deep, *reversed(deep)]
    return [*[0] * round(STILL_S * FPS), *down, *there * round(DEEP_S * FPS / len(there)), *reversed(down)]


def pictures(clip: str, deep_s: tuple[float, float]) -> list[Any]:
    """What the camera shows, made of a clip; each picture has its place in the order in its corner."""
    capture = cv2.VideoCapture(str(samples_dir() / f"{clip}.mp4"))
    frames = []
    while (read := capture.read())[0]:
        frames.append(read[1])
    capture.release()
    return [numbered(frames[at], place) for place, at in enumerate(order(deep_s))]


def numbered(image: Any, number: int) -> Any:
    """The picture with a number in its corner, as black and white squares."""
    image = image.copy()
    for bit in range(BITS):
        image[:CELL_PX, bit * CELL_PX : (bit + 1) * CELL_PX] = 255 * (number >> bit & 1)
    return image


def number_of(jpeg: bytes) -> int:
    """The number in a picture's corner, also where a slow machine sends smaller pictures."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    cell = CELL_PX * image.shape[1] / WIDTH_PX
    row = image[int(cell / 2)]
    return sum(int(row[int((bit + 0.5) * cell)] > 127) << bit for bit in range(BITS))


def test_the_number_in_the_corner_outlives_the_camera() -> None:
    """The yardstick of this file, measured."""
    blank = np.full((480, WIDTH_PX, 3), 90, np.uint8)
    for number in (0, 1, 77, 1023):
        for size in ((WIDTH_PX, 480), (480, 360)):
            shown = cv2.resize(numbered(blank, number), size)
            done, jpeg = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, 80))
            assert done
            assert number_of(jpeg.tobytes()) == number


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server with a short routine in a file."""
    home = tmp_path_factory.mktemp("home")
    (home / "short.toml").write_text(ROUTINE, encoding="utf-8")
    with serving(home, "--routine", str(home / "short.toml")) as running:
        yield running


Watched = Callable[[Sequence[Any]], Page]


@pytest.fixture
def watched(browser: Browser, server: Server, tmp_path: Path) -> Iterator[Watched]:
    """The page on its start screen, before a camera that shows these pictures; mistakes and foreign requests fail."""
    made, mistakes = [], []

    def watch(shown: Sequence[Any]) -> Page:
        camera = tmp_path / "camera.mjpeg"
        camera.write_bytes(
            b"".join(cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, 92))[1].tobytes() for image in shown)
        )
        flags = [*FLAGS, CAMERA, ALLOWED, f"--use-file-for-fake-video-capture={camera}"]
        chromium = browser.browser_type.launch(executable_path=chromium_path(), args=flags)
        made.append(chromium)
        page = chromium.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("request", lambda request: None if is_own(request.url, server) else mistakes.append(request.url))
        page.goto(server.address)
        until(page, "document.documentElement.dataset.stage !== undefined")
        if page.evaluate("document.documentElement.dataset.stage") != "start":
            page.evaluate(GO_HOME)
            page.reload()
        until(page, "document.querySelector('#screen').dataset.ready === ''")
        return page

    yield watch
    for chromium in made:
        chromium.close()
    assert mistakes == []


def test_a_whole_routine_without_a_hand_on_the_computer_and_not_one_warning(watched: Watched) -> None:
    """Begin is the last touch: set-up, a fold of five good seconds, the next stretch, the summary; a long back is left in peace."""
    page = watched(pictures("standing_fold_clean", (3.0, 4.5)))
    page.get_by_role("button", name="Begin").click()
    until(page, "document.documentElement.dataset.stage === 'summary'", within_s=150)
    expect(page.get_by_role("heading", level=1)).to_have_text("Well done")
    fold = page.get_by_role("region", name="Standing forward fold")
    expect(fold).to_contain_text("5 of 5 good seconds")
    expect(fold.get_by_role("img", name="Your best moment")).to_be_visible()
    expect(page.get_by_role("region", name="Standing posture")).to_contain_text("2 of 2 good seconds")
    assert page.evaluate("wire.frames.filter(({verdict}) => verdict === 'WARN').length") == 0
    assert page.evaluate("wire.shown.filter(({look}) => look === 'warn').length") == 0
    tones = page.evaluate("window.posecheck.log.filter(({type}) => type === 'tone').map(({what}) => what)")
    assert not {"notice", "firm"} & set(tones)
    assert "done" in tones
    assert_accessible(page)


def test_rounding_is_seen_heard_and_read_out_in_time_and_a_slider_changes_the_verdict(watched: Watched) -> None:
    """By the clock on the wall, from the camera's picture of the true onset on, for eyes, ears and screen readers; a
    higher limit ends the warning at once.
    """
    page = watched(pictures("standing_fold_rounded", ROUND_S))
    page.get_by_role("button", name="Begin").click()
    stage(page, "work")
    onset_ms = onset_at_ms(page)
    page.keyboard.press("t")
    limit = page.locator(".drawer .number", has_text="spine_rounding.limit_deg").get_by_role("spinbutton")
    expect(limit).to_have_value("35")
    # On a busy machine the drawer opens when the fold is nearly over: the next warning will do, while it is new.
    until(page, FRESH, within_s=60)
    limit.fill("60")
    limit.press("Tab")
    until(page, "document.querySelector('.verdict').dataset.look !== 'warn'", within_s=20)
    assert page.evaluate("wire.frames.at(-1).lean") > 40  # still as deep in the fold
    assert_accessible(page)

    moments_ms = {
        name: page.evaluate(f"({find.replace('ONSET', str(onset_ms))})?.at ?? null")
        for name, find in (
            ("seen", "wire.shown.find(({at, look}) => at > ONSET && look === 'warn')"),
            ("read", "wire.shown.find(({at, look, read}) => at > ONSET && look === 'warn' && read)"),
            (
                "heard",
                "window.posecheck.log.find(({at, type, what}) => at > ONSET && type === 'tone' && ['notice', 'firm'].includes(what))",
            ),
        )
    }
    late_s = {name: (at_ms - onset_ms) / 1000 for name, at_ms in moments_ms.items()}
    model_s = page.evaluate("window.posecheck.stats().late_ms.model") / 1000
    allowed_s = IN_TIME_S + 2.0 * max(0.0, model_s - BUSY_MODEL_S)
    assert all(0.0 < late < allowed_s for late in late_s.values()), (late_s, allowed_s, model_s)


def onset_at_ms(page: Page) -> float:
    """When the camera showed the onset of the first round back that was warned of: `performance.now()` of the page.

    Each picture that was sent says when it was taken, and which one of the clip it is. Between the two nearest to the
    onset the clip is taken to have run evenly. On a busy machine the session may begin in the middle of the fold: that
    warning has no onset, the one of the next round has.
    """
    onset = onset_place()
    deadline = time.monotonic() + 120.0
    while time.monotonic() < deadline:
        for warned_ms in page.evaluate(WARNED):
            taken = page.evaluate(TAKEN, [warned_ms, 3.0 * IN_TIME_S])
            numbers = [(number_of(base64.b64decode(jpeg)), at_ms) for at_ms, jpeg in taken]
            for (before, before_ms), (number, number_ms) in pairwise(numbers):
                if before < onset <= number:
                    return float(before_ms + (number_ms - before_ms) * (onset - before) / (number - before))
        page.wait_for_timeout(200)
    raise AssertionError("no warning of a round back whose beginning was seen")


def onset_place() -> int:
    """At which place of what the camera shows the back is too round for the first time."""
    with (samples_dir() / "standing_fold_rounded.truth.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    round_at = next(
        number
        for number, row in enumerate(truth)
        if float(row["spine_flexion_deg"]) > LIMIT_DEG and float(row["trunk_inclination_deg"]) > LEAN_DEG
    )
    shown = order(ROUND_S)
    onset = next(place for place, at in enumerate(shown) if at >= round_at)
    assert shown[onset] == round_at, "the clip is cut so that its onset is not shown"
    return onset
