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
from posecheck.app.gestures import STILL_S
from posecheck.records import Bytes
from tests.app.serving import Server
from tests.browser.film import Film, fold, frames, jpeg, judged_for, play
from tests.browser.live import KEEP_SOCKETS, filmed, now, opened, shown, stage
from tests.browser.waiting import until

pytestmark = pytest.mark.browser

#: The colour of the picture that is shown, as one line; and of the same picture mirrored.
LEFT_AND_RIGHT: Final = """(() => {
  const under = document.querySelector('.picture-under');
  const pen = under.getContext('2d');
  const mean = (x) => pen.getImageData(x, 0, 40, under.height).data.reduce((sum, value) => sum + value, 0);
  return [mean(0), mean(under.width - 40)];
})()"""


#: A worker that may not copy a camera's pixels, as in older browsers.
NO_COPIES: Final = "VideoFrame.prototype.copyTo = async () => { throw new DOMException('', 'NotSupportedError'); };\n"
#: The mean colour, 0 to 255, of the next picture that a worker with this script takes from a real camera.
TAKEN: Final = """async (script) => {
  const stream = await navigator.mediaDevices.getUserMedia({video: {width: 640, height: 480}});
  const [track] = stream.getVideoTracks();
  const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
  const worker = new Worker(script);
  const { picture } = await new Promise((done, fail) => {
    worker.onmessage = ({ data }) => (data.picture ? done(data) : fail(data.failed));
    worker.onerror = ({ message }) => fail(`the worker did not start: ${message}`);
    worker.postMessage({ readable, turn: 1 }, [readable]);
    worker.postMessage({ pace: { fps: 30, width: 640, height: 480 } });
  });
  worker.terminate();
  track.stop();
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
  pen.drawImage(picture, 0, 0);
  const { data } = pen.getImageData(0, 0, picture.width, picture.height);
  return [0, 1, 2].map((own) => data.reduce((sum, value, at) => sum + (at % 4 === own ? value : 0), 0) / (data.length / 4));
}"""


@contextmanager
def watching(browser: Browser, server: Server, film: Film, first: str, script: str = "") -> Iterator[Page]:
    """A page on its start screen, before a camera that shows this film."""
    with browser.new_context(permissions=["camera"], reduced_motion="reduce") as context:
        context.add_init_script(film.script(first) + script)
        yield opened(context, server)


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
    browser: Browser, server: Server, scene: Callable[[Bytes], Bytes], told: str
) -> None:
    """In large letters, with what to do; nobody is begun with, however still they stand."""
    film = Film({"scene": [jpeg(scene(frames("standing_fold_rounded")[0]))]}, fps=10.0)
    with watching(browser, server, film, "scene") as page:
        page.keyboard.press("Space")
        stage(page, "setup")
        expect(page.locator(".todo")).to_contain_text(told)
        until(page, "[...document.querySelectorAll('#polite, #firm')].some(({textContent}) => textContent)")
        judged_for(page, STILL_S + 0.5)  # longer than somebody well placed has to stand still
        assert now(page) == "setup"


def test_a_broken_line_is_told_mended_and_the_session_goes_on_where_it_was(browser: Browser, server: Server) -> None:
    """As after a sleeping laptop: the same session, new pictures, no word of it left; and what is kept is said and goes."""
    with watching(browser, server, fold(), "restless", KEEP_SOCKETS) as page:
        page.get_by_role("switch", name="Record").check()
        page.get_by_role("button", name="Begin").focus()
        page.keyboard.press("Enter")
        stage(page, "setup")
        shown(page, 3)
        kept = page.locator(".kept-now")
        expect(kept).to_have_text("●Recording, without pictures")
        path = (kept.get_attribute("title") or "").removeprefix("Written to ")
        assert Path(path).is_file()
        page.keyboard.press("Space")
        stage(page, "work")

        page.evaluate("sockets.at(-1).close()")
        until(page, "sockets.length === 2 && sockets[1].readyState === 1")
        expect(page.locator(".notice[data-code=link]")).to_have_count(0)
        shown(page, 3)
        assert now(page) == "work"

        play(page, "still")
        judged_for(page, 0.0)
        before = page.evaluate(LEFT_AND_RIGHT)
        mirrored = page.locator(".view[data-mirror]")
        expect(mirrored).to_have_count(1)
        page.keyboard.press("i")
        expect(mirrored).to_have_count(0)
        shown(page, 1)
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
    """An answer with this script for a worker, which may ask as little as the page itself."""
    headers = {"Cross-Origin-Embedder-Policy": "require-corp"}
    return lambda route: route.fulfill(body=script, content_type="text/javascript", headers=headers)


def test_a_picture_is_the_same_whether_copied_or_drawn(browser: Browser, server: Server, tmp_path: Path) -> None:
    """A browser that cannot copy a camera's pixels draws them: of the same colours. The worker alone, without the page,
    which would give up one that a busy machine keeps waiting.
    """
    film = tmp_path / "film.mjpeg"
    film.write_bytes(jpeg(frames("standing_fold_rounded")[0]) * 30)
    script = (Path(posecheck.__file__).parent / "app" / "static" / "js" / "grabber.js").read_text("utf-8")
    with filmed(browser, film) as chromium, chromium.new_context(permissions=["camera"]) as context:
        said: list[str] = []
        context.on("console", lambda message: said.append(message.text))
        page = opened(context, server)
        colours = []
        for name, before in (("copied", ""), ("drawn", NO_COPIES)):
            context.route(f"**/{name}.js", given(before + script))
            colours.append(page.evaluate(TAKEN, f"/{name}.js"))
            assert any("drawn, not copied" in line for line in said) == (name == "drawn")
    assert colours[1] == pytest.approx(colours[0], abs=1.0)
    assert max(colours[0]) - min(colours[0]) > 3.0
