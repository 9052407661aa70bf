"""What the browser tests of the live page share: its real server, a camera made of a clip, waiting, looking."""

from __future__ import annotations

import shutil
import time
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
from playwright.sync_api import BrowserContext, Page

from posecheck.resources import samples_dir
from tests.app.serving import Server
from tests.browser.conftest import NAMES

CAMERA = "--use-fake-device-for-media-stream"
ALLOWED = "--use-fake-ui-for-media-stream"
#: Keeps the stream in reach, so that a test can pull the plug.
KEEP_STREAM = """
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (ask) navigator.mediaDevices.getUserMedia = async (wish) => (window.testStream = await ask(wish));
"""
#: Ends the session that another test has left behind, and its language.
GO_HOME = """new Promise((done) => {
  const socket = new WebSocket(`ws://${location.host}/ws`);
  const commands = [{do: 'stop'}, {do: 'home'}, {do: 'lang', lang: 'en'}];
  socket.onopen = () => commands.forEach((command) => socket.send(JSON.stringify(command)));
  socket.onmessage = ({data}) => {
    const {stage, lang} = JSON.parse(data);
    if (stage === 'start' && lang === 'en') done(socket.close());
  };
})"""
FOLD = '{"kind": "stretch", "id": "standing_forward_fold"}'


def round_fold(path: Path, *, still: int) -> Path:
    """A film for Chromium's made-up camera: somebody stands still for so many pictures, then folds with a round back."""
    clip = cv2.VideoCapture(str(samples_dir() / "standing_fold_rounded.mp4"))
    frames = []
    while (read := clip.read())[0]:
        frames.append(cv2.imencode(".jpg", read[1])[1].tobytes())
    clip.release()
    path.write_bytes(b"".join([frames[0]] * still + frames))
    return path


#: What the page knows of its pictures, to be told where a test waits in vain.
STATS = "JSON.stringify(window.posecheck?.stats() ?? null)"


def until(page: Page, condition: str, *, within_s: float = 30.0) -> None:
    """Wait until a JavaScript condition holds. (The page's policy forbids Playwright's own way, which needs eval.)"""
    deadline = time.monotonic() + within_s
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, (
            f"never true: {condition}\n{page.evaluate(STATS)}\n{page.locator('body').inner_text()}"
        )
        page.wait_for_timeout(60)


def stage(page: Page, name: str) -> None:
    """Wait for a stage of the session."""
    until(page, f"document.documentElement.dataset.stage === {name!r}")


def assert_accessible(page: Page) -> None:
    """No violation that axe can find (WCAG 2.2 A and AA and its best practices)."""
    page.evaluate((resources.files("axe_core_python") / "axe.min.js").read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    wrong = [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found["violations"]]
    assert wrong == [], wrong


def chromium_path() -> str | None:
    """The browser of this computer."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def opened(context: BrowserContext, server: Server, choice: str = FOLD) -> Page:
    """The page, on its start screen, with a choice of last time: the forward fold."""
    context.add_cookies([{"name": _name(server), "value": _value(server), "url": server.origin}])
    page = context.new_page()
    page.goto(f"{server.origin}/")
    page.evaluate(f"localStorage.setItem('posecheck.choice', {choice!r})")
    page.reload()
    until(page, "document.documentElement.dataset.stage !== undefined")
    if page.evaluate("[document.documentElement.dataset.stage, document.documentElement.lang].join()") != "start,en":
        page.evaluate(GO_HOME)
        page.reload()
    stage(page, "start")
    until(page, "document.querySelector('#screen').dataset.ready === ''")
    return page


def _name(server: Server) -> str:
    return server.cookie.split("=", 1)[0]


def _value(server: Server) -> str:
    return server.cookie.split("=", 1)[1]


def is_own(url: str, server: Server) -> bool:
    """Whether a request stays with the page's own server."""
    return url.startswith((server.origin, f"ws://{server.host}", "data:", "blob:"))
