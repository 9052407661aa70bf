"""What the live page does with what its camera sees, with a line that breaks, and with what is kept: in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

import posecheck
from posecheck.records import Bytes
from posecheck.resources import samples_dir
from tests.app.serving import Server, serving
from tests.browser.conftest import FLAGS
from tests.browser.live import ALLOWED, CAMERA, chromium_path, opened, round_fold, stage, until

pytestmark = pytest.mark.browser

#: Keeps the connections in reach, so that a test can break one.
KEEP_SOCKETS: Final = """
window.sockets = [];
window.WebSocket = class extends WebSocket { constructor(...given) { super(...given); window.sockets.push(this); } };
"""
#: The colour of the picture that is shown, as one line; and of the same picture mirrored.
LEFT_AND_RIGHT: Final = """(() => {
  const under = document.querySelector('.picture-under');
  const pen = under.getContext('2d');
  const mean = (x) => pen.getImageData(x, 0, 40, under.height).data.reduce((sum, value) => sum + value, 0);
  return [mean(0), mean(under.width - 40)];
})()"""


#: A worker that may not copy a camera's pixels, as in older browsers.
NO_COPIES: Final = "VideoFrame.prototype.copyTo = async () => { throw new DOMException('', 'NotSupportedError'); };\n"
#: The mean colour of all that is shown, 0 to 255.
COLOUR: Final = """(() => {
  const under = document.querySelector('.picture-under');
  const { data } = under.getContext('2d').getImageData(0, 0, under.width, under.height);
  return [0, 1, 2].map((own) => data.reduce((sum, value, at) => sum + (at % 4 === own ? value : 0), 0) / (data.length / 4));
})()"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server."""
    with serving(tmp_path_factory.mktemp("home")) as running:
        yield running


@contextmanager
def watching(browser: Browser, server: Server, film: Path, script: str = "") -> Iterator[Page]:
    """A page on its start screen, before a camera that plays this film."""
    flags = [*FLAGS, CAMERA, ALLOWED, f"--use-file-for-fake-video-capture={film}"]
    chromium = browser.browser_type.launch(executable_path=chromium_path(), args=flags)
    context = chromium.new_context(permissions=["camera"], reduced_motion="reduce")
    if script:
        context.add_init_script(script)
    try:
        yield opened(context, server)
    finally:
        context.close()
        chromium.close()


def standing() -> Bytes:
    """(480, 640, 3), BGR: somebody who stands side-on, in the middle."""
    clip = cv2.VideoCapture(str(samples_dir() / "standing_fold_rounded.mp4"))
    image = clip.read()[1]
    clip.release()
    return np.asarray(image, np.uint8)


def by_night(image: Bytes) -> Bytes:
    """The same with hardly any light."""
    return np.asarray(image * 0.12, np.uint8)


def with_a_friend(image: Bytes) -> Bytes:
    """Two people beside each other, in a room twice as wide."""
    half = cv2.resize(image, (426, 320))[:, 53:373]
    return np.asarray(cv2.copyMakeBorder(np.hstack([half, half]), 80, 80, 0, 0, cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize(
    ("scene", "told"),
    [(by_night, "It is too dark: turn on a light."), (with_a_friend, "ask the others to step aside")],
    ids=["too dark", "two people"],
)
def test_what_keeps_it_from_seeing_is_said_before_anything_begins(
    browser: Browser, server: Server, tmp_path: Path, scene: Callable[[Bytes], Bytes], told: str
) -> None:
    """In large letters, with what to do; nobody is begun with, however still they stand."""
    film = tmp_path / "film.mjpeg"
    film.write_bytes(cv2.imencode(".jpg", scene(standing()))[1].tobytes() * 30)
    with watching(browser, server, film) as page:
        page.keyboard.press("Space")
        stage(page, "setup")
        expect(page.locator(".todo")).to_contain_text(told)
        until(page, "[...document.querySelectorAll('#polite, #firm')].some(({textContent}) => textContent)")
        page.wait_for_timeout(3500)  # as long as somebody well placed has to stand still
        assert page.evaluate("document.documentElement.dataset.stage") == "setup"


def test_a_broken_line_is_told_mended_and_the_session_goes_on_where_it_was(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    """As after a sleeping laptop: the same session, new pictures, no word of it left; and what is kept is said and goes."""
    with watching(browser, server, round_fold(tmp_path / "film.mjpeg", still=90), KEEP_SOCKETS) as page:
        page.get_by_role("switch", name="Record").check()
        page.get_by_role("button", name="Begin").focus()
        page.keyboard.press("Enter")
        stage(page, "setup")
        until(page, "window.posecheck.stats().shown > 3")
        kept = page.locator(".kept-now")
        expect(kept).to_have_text("●Recording, without pictures")
        path = (kept.get_attribute("title") or "").removeprefix("Written to ")
        assert Path(path).is_file()
        page.keyboard.press("Space")
        stage(page, "work")

        page.evaluate("sockets.at(-1).close()")
        until(page, "sockets.length === 2 && sockets[1].readyState === 1")
        expect(page.locator(".notice[data-code=link]")).to_have_count(0)
        shown = page.evaluate("window.posecheck.stats().shown")
        until(page, f"window.posecheck.stats().shown > {shown + 3}")
        assert page.evaluate("document.documentElement.dataset.stage") == "work"

        before = page.evaluate(LEFT_AND_RIGHT)
        mirrored = page.locator(".view[data-mirror]")
        expect(mirrored).to_have_count(1)
        page.keyboard.press("i")
        expect(mirrored).to_have_count(0)
        page.wait_for_timeout(300)
        # Only how it is shown changes: the picture that is judged, and drawn upon, is the camera's own.
        after = page.evaluate(LEFT_AND_RIGHT)
        assert abs(after[0] - before[0]) < abs(before[0] - before[1])

        page.keyboard.press("Escape")
        page.get_by_role("button", name="Stop and see").press("Enter")
        stage(page, "summary")
        page.goto(f"{server.origin}/#history")
        delete = page.get_by_role("button", name=f"Delete the recording {Path(path).name}")
        delete.click()
        assert Path(path).is_file()
        delete.click()
        expect(delete).to_have_count(0)
        assert not Path(path).exists()


def given(script: str) -> Callable[[Route], None]:
    """An answer with this script for the worker."""
    headers = {"Cross-Origin-Embedder-Policy": "require-corp"}
    return lambda route: route.fulfill(body=script, content_type="text/javascript", headers=headers)


def test_a_picture_is_the_same_whether_copied_or_drawn(browser: Browser, server: Server, tmp_path: Path) -> None:
    """A browser that cannot copy a camera's pixels draws them: as many, and of the same colours."""
    film = tmp_path / "film.mjpeg"
    film.write_bytes(cv2.imencode(".jpg", standing())[1].tobytes() * 30)
    script = (Path(posecheck.__file__).parent / "app" / "static" / "js" / "grabber.js").read_text("utf-8")
    with watching(browser, server, film) as page:
        page.keyboard.press("Space")
        stage(page, "setup")
        colours = []
        for before in ("", NO_COPIES):
            said = shown_by(page, before + script)
            assert any("drawn, not copied" in line for line in said) == bool(before)
            colours.append(page.evaluate(COLOUR))
        assert colours[1] == pytest.approx(colours[0], abs=1.0)
        assert max(colours[0]) - min(colours[0]) > 3.0


def shown_by(page: Page, script: str) -> list[str]:
    """What is said in the console once pictures are shown that a worker with this script took."""
    said: list[str] = []
    page.context.on("console", lambda message: said.append(message.text))
    page.context.route("**/grabber.js", given(script))
    for _ in range(4):
        said.clear()
        page.reload()
        until(page, "document.documentElement.dataset.stage === 'setup'")
        until(page, "window.posecheck.stats().shown > 3")
        if page.locator(".notice[data-code=stalled]").count() == 0:
            return said
        # So busy a machine that the page gave the worker up: that is another way, and not the one that is asked about.
    pytest.skip("the machine is too busy for a worker to bring pictures in time")
