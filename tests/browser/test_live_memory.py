"""What the live page holds on to: however long a session lasts, no more of it than at its beginning."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.app.serving import Server
from tests.browser.live import opened, stage
from tests.browser.waiting import until

pytestmark = pytest.mark.browser

#: Counts the pictures that were made and are not closed yet.
COUNT = """{
window.open_pictures = window.made_pictures = 0;
const make = window.createImageBitmap.bind(window);
window.createImageBitmap = async (...what) => { const made = await make(...what); window.open_pictures += 1; window.made_pictures += 1; return made; };
const close = ImageBitmap.prototype.close;
ImageBitmap.prototype.close = function () { if (this.width) window.open_pictures -= 1; close.call(this); };
const Own = window.Worker;
window.Worker = class extends Own {
  constructor(...what) {
    super(...what);
    this.addEventListener("message", ({ data }) => { if (data.picture) [window.open_pictures, window.made_pictures] = [window.open_pictures + 1, window.made_pictures + 1]; });
  }
};
}"""
#: The page's own way of a picture, given a thousand at once, with a server and a camera that do nothing.
THOUSAND = """async () => {
  const { makeFrames } = await import("/static/js/frames.js");
  let open = 0;
  const picture = () => { open += 1; return { close() { open -= 1; } }; };
  window.requestAnimationFrame = (show) => { show(0); return 0; };
  window.createImageBitmap = async () => picture();
  const told = {};
  const socket = { on: (type, tell) => (told[type] = tell), send() {} };
  const capture = { answered: () => ({ picture: picture(), capturedMs: 0, sentMs: 1 }), forget() {}, level: 0 };
  const frames = makeFrames({ socket, capture, paint() {}, heard() {} });
  const ms = { wait: 1, decode: 1, model: 1, judge: 1 };
  for (let seq = 0; seq < 1000; seq += 1) await told.frame({ seq, ms });
  const own = { open, ...frames.kept() };
  // The server's own source: pictures that are judged, and more that never are.
  for (let seq = 0; seq < 100; seq += 1) {
    told.picture({ seq, jpeg: null });
    if (seq < 50) await told.frame({ seq, ms });
  }
  const settled = () => new Promise((done) => setTimeout(done, 0));
  await settled();
  const server = { open, pictures: frames.kept().pictures };
  told.link({ up: false });
  await settled();
  return { own, server, broken: { open, pictures: frames.kept().pictures } };
}"""


def test_of_a_thousand_pictures_none_is_held_and_only_the_latest_are_counted(modules: Page) -> None:
    """Every picture is closed once it was painted, and one that is never judged with the next few or a broken line."""
    found: dict[str, Any] = modules.evaluate(THOUSAND)
    assert found["own"] == {"open": 0, "pictures": 0, "waiting": 0, "latency": 300, "parts": 300, "shown": 300}
    assert found["server"] == {"open": 8, "pictures": 8}
    assert found["broken"] == {"open": 0, "pictures": 0}


def test_a_running_session_holds_no_more_pictures_than_are_on_their_way(browser: Browser, server: Server) -> None:
    """After forty pictures a handful is open, as after the first ones."""
    with browser.new_context(permissions=["camera"]) as context:
        context.add_init_script(COUNT)
        page = opened(context, server)
        page.get_by_role("button", name="Begin").click()
        stage(page, "setup")
        until(page, "window.posecheck.stats().shown > 40")
        made, still_open = page.evaluate("[window.made_pictures, window.open_pictures]")
    assert made > 40
    assert 0 <= still_open <= 4
