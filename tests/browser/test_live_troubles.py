"""What the live page does when something is in its way, or missing: cameras, other pages, slow machines, old browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.serving import Server
from tests.browser.live import KEEP_SOCKETS, assert_accessible, is_own, now, opened, shown, stage
from tests.browser.waiting import repainted, until

pytestmark = pytest.mark.browser

MOST_BYTES = 300_000
#: On its way a session is much smaller, with words and catalogue: text is packed.
MOST_WIRE_BYTES = 200_000
#: A browser without what only some have.
PLAIN = """
for (const name of ['MediaStreamTrackProcessor', 'OffscreenCanvas', 'ResizeObserver']) delete window[name];
delete HTMLVideoElement.prototype.requestVideoFrameCallback;
delete Map.groupBy;
for (const name of ['wakeLock', 'permissions']) Object.defineProperty(navigator, name, {value: undefined});
"""
#: A browser whose workers stay silent.
MUTE_WORKER = "window.Worker = class { postMessage() {} terminate() {} };"
#: A camera that is open and gives nothing but what the test draws; each time it is opened is counted.
SILENT_CAMERA = """
window.opened = 0;
window.scene = document.createElement('canvas');
Object.assign(scene, {width: 640, height: 480});
scene.getContext('2d').fillRect(0, 0, 640, 480);
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
  window.opened += 1;
  return (window.testStream = scene.captureStream(0));
};
"""
#: From here on it gives pictures.
WAKE = """() => {
  const pen = scene.getContext('2d');
  window.tick = 0;
  setInterval(() => {
    pen.fillStyle = `rgb(${window.tick++ % 255}, 90, 90)`;
    pen.fillRect(0, 0, 640, 480);
    testStream.getVideoTracks()[0].requestFrame();
  }, 60);
}"""
#: A camera that opens when the test lets it: while `held`, each time it is asked for adds a function to `letOpen`.
HELD_CAMERA = """
Object.assign(window, {held: true, letOpen: [], asks: 0, answers: 0, streams: []});
if (navigator.mediaDevices) {
  const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (what) => {
    window.asks += 1;
    if (held) await new Promise((done) => letOpen.push(done));
    try {
      const stream = await ask(what);
      streams.push(stream);
      return stream;
    } finally {
      window.answers += 1;
    }
  };
}
"""
#: How a camera is left that is opened and stopped, or another one asked for, before it is open.
CHANGED_MINDS = """async () => {
  const { makeCapture } = await import('/static/js/capture.js');
  const none = () => {};
  const told = [];
  const live = () => streams.filter((one) => one.getTracks()[0].readyState === 'live').length;
  const moment = () => new Promise((done) => setTimeout(done, 5));
  for (const change of [(capture) => capture.stop(), (capture) => capture.start('another')]) {
    const capture = makeCapture({sendBytes: none, trouble: none, slower: none, stalled: none, awake: none});
    letOpen.length = streams.length = window.asks = window.answers = 0;
    window.held = true;
    const both = Promise.all([capture.start(), change(capture)]);
    window.held = false;
    // The one that was asked for later opens earlier.
    for (const done of [...letOpen].reverse()) {
      const before = answers;
      done();
      while (answers === before) await moment();
    }
    await both;
    while (answers < asks) await moment();
    await moment();
    told.push([capture.open, live()]);
    capture.stop();
    told.push(live());
  }
  return told;
}"""
#: The lock of the screen, as far as the page asks for it.
LOCKS = """
window.locks = [];
const request = async () => {
  window.locks.push('on');
  return {released: false, async release() { this.released = true; window.locks.push('off'); }};
};
Object.defineProperty(navigator, 'wakeLock', {value: {request}});
"""
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
#: Pictures answered at a rate for a while: [pictures a second, seconds, milliseconds each took].
PACE = """async (spells) => {
  const { makePace } = await import('/static/js/pace.js');
  const told = [];
  const pace = makePace((level) => told.push(level));
  let now = 1000;
  return spells.map(([fps, seconds, took]) => {
    for (let i = 0; i < fps * seconds; i++) pace.answered((now += 1000 / fps), took);
    return [pace.level, told.length];
  });
}"""

#: What is told of a camera that gives nothing, after a look at it after each of these times, in milliseconds.
QUIET = """async (looks) => {
  let nowMs = 0, look = null;
  performance.now = () => nowMs;
  window.setInterval = (every) => (look = every);
  window.Worker = class { postMessage() {} terminate() {} };
  window.MediaStreamTrackProcessor = class {};
  const { makeGrab } = await import('/static/js/grab.js');
  const told = [];
  const video = {play: async () => {}, requestVideoFrameCallback() {}};
  const grab = makeGrab(video, () => {}, (how) => told.push(how));
  await grab.start({getVideoTracks: () => [null]});
  grab.want({fps: 30, width: 640, height: 480});
  for (const afterMs of looks) {
    nowMs += afterMs;
    look();
    await null;
  }
  return told;
}"""

Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Open]:
    """Pages on their start screen, each after a script of its own; a mistake in one, or a foreign request, fails."""
    contexts, mistakes = [], []

    def open_one(script: str = "", *, own_clock: bool = False) -> Page:
        context = browser.new_context(permissions=["camera"], reduced_motion="reduce")
        contexts.append(context)
        if own_clock:
            context.clock.install()
        context.on("weberror", lambda error: mistakes.append(str(error.error)))
        context.on("request", lambda request: None if is_own(request.url, server) else mistakes.append(request.url))
        if script:
            context.add_init_script(script)
        return opened(context, server)

    yield open_one
    for context in contexts:
        context.close()
    assert mistakes == []


def begin(page: Page) -> None:
    """From the start screen until pictures are shown."""
    page.keyboard.press("Space")
    stage(page, "setup")
    shown(page, 4)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("NotReadableError", "used by something else"),
        ("NotAllowedError", "not allowed"),
        ("NotFoundError", "No camera"),
    ],
)
def test_a_camera_that_does_not_open_says_why(open_page: Open, name: str, told: str) -> None:
    """In use, refused, missing: as the browser names it, in words, with what to do; and nothing is begun."""
    page = open_page(
        f"if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{name}'); }};"
    )
    page.get_by_role("button", name="Begin").click()
    trouble = page.locator(".trouble")
    expect(trouble).to_contain_text(told)
    expect(trouble).to_contain_text("try again")
    assert now(page) == "start"
    assert_accessible(page)


def test_without_cameras_at_all_it_says_so(open_page: Open) -> None:
    """A browser that gives no page a camera is told apart from a person who does not."""
    page = open_page("Object.defineProperty(navigator, 'mediaDevices', {value: undefined});")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".trouble")).not_to_be_empty()
    assert now(page) == "start"


@pytest.mark.parametrize("script", [PLAIN, MUTE_WORKER], ids=["without extras", "with silent workers"])
def test_a_browser_that_can_less_shows_the_same(open_page: Open, script: str) -> None:
    """Pictures come, sharp enough and on time, without anything that only some browsers have."""
    page = open_page(script)
    begin(page)
    until(page, "window.posecheck.stats().latency_ms.p50 > 0")
    page.keyboard.press("Space")
    stage(page, "work")
    shown(page, 10)


def test_pictures_that_stay_away_are_taken_in_another_way_and_it_is_said(open_page: Open) -> None:
    """A reader that falls silent is told, and pictures come all the same."""
    page = open_page(MUTE_WORKER)
    begin(page)
    expect(page.locator(".notice[data-code=stalled]")).to_contain_text("in another way")


@pytest.mark.long
def test_a_camera_that_gives_no_pictures_is_opened_anew_then_told_and_believed_when_it_wakes(open_page: Open) -> None:
    """Nobody stands before a page that waits for nothing: once by itself, then in words; no word outlives its reason."""
    page = open_page(SILENT_CAMERA)
    page.keyboard.press("Space")
    stage(page, "setup")
    card = page.locator(".picture-card")
    expect(card).to_contain_text("The camera sends no pictures.")
    assert_accessible(page)
    assert page.evaluate("window.opened") == 2
    expect(card.get_by_role("button", name="Try again")).to_be_visible()
    page.evaluate(WAKE)
    expect(card).to_be_hidden()
    shown(page, 3)


def test_who_begins_while_the_camera_still_opens_is_seen(open_page: Open) -> None:
    """It is opened once, whoever asks for it meanwhile: preview, Begin and set-up."""
    page = open_page(HELD_CAMERA)
    until(page, "asks === 1")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Begin")).to_have_attribute("aria-busy", "true")
    repainted(page)
    assert page.evaluate("asks") == 1
    assert now(page) == "start"
    page.evaluate("letOpen[0]()")
    stage(page, "setup")
    shown(page, 10)
    assert page.evaluate("[asks, streams.length]") == [1, 1]


def test_no_camera_stays_on_that_nobody_waits_for(open_page: Open) -> None:
    """Stopped before it was open: off. Another one asked for: that one alone, and off once it is stopped."""
    page = open_page(HELD_CAMERA)
    until(page, "asks === 1")  # the start screen's own, which stays closed
    assert page.evaluate(CHANGED_MINDS) == [[False, 0], 0, [True, 1], 0]


def test_a_second_page_takes_over_and_the_first_rests(open_page: Open) -> None:
    """The first says so, does not come back by itself, and takes the session back when it is asked to."""
    first = open_page(KEEP_SOCKETS, own_clock=True)
    begin(first)
    before = first.evaluate("sockets.length")
    second = open_page()
    notice = first.locator(".notice[data-code=link]")
    expect(notice).to_contain_text("Your session is open in another tab")
    until(first, "sockets.at(-1).readyState === WebSocket.CLOSED")
    first.clock.fast_forward(60_000)  # by its own clock; a page that comes back waits ten seconds at most
    repainted(first)
    assert first.evaluate("sockets.length") == before
    assert_accessible(first)
    notice.get_by_role("button").first.click()
    expect(first.locator(".notice[data-code=link]")).to_have_count(0)
    expect(second.locator(".notice[data-code=link]")).to_be_visible()
    assert first.evaluate("sockets.length") == before + 1


def test_the_screen_stays_lit_only_while_it_is_needed(open_page: Open) -> None:
    """From the set-up on, and no longer than the session."""
    page = open_page(LOCKS)
    assert page.evaluate("window.locks") == []
    begin(page)
    until(page, "window.locks.length > 0")
    assert page.evaluate("window.locks") == ["on"]
    page.keyboard.press("Space")
    stage(page, "work")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Stop and see").press("Enter")
    stage(page, "summary")
    until(page, "window.locks.length === 2")
    assert page.evaluate("window.locks") == ["on", "off"]


def test_a_page_in_the_background_pauses_and_goes_on(open_page: Open) -> None:
    """No second counts that nobody can be seen in; who comes back finds it going on, and is told."""
    page = open_page()
    begin(page)
    page.keyboard.press("Space")
    stage(page, "work")
    page.evaluate(HIDE, True)
    expect(page.locator(".paused")).to_be_visible()
    page.evaluate(HIDE, False)
    expect(page.locator(".paused")).to_be_hidden()
    expect(page.locator(".notice[data-code=hidden]")).to_be_visible()


def test_a_slow_machine_gets_fewer_pictures_until_it_recovers(modules: Page) -> None:
    """It steps back once it is slow for seconds, tries again after a good spell, and is more patient the next time."""
    fine, slow, again = [30, 10, 40], [6, 6, 160], [10, 22, 40]
    assert modules.evaluate(PACE, [fine]) == [[0, 0]]
    assert modules.evaluate(PACE, [fine, slow]) == [[0, 0], [1, 1]]
    assert modules.evaluate(PACE, [fine, [6, 2, 160], fine]) == [[0, 0], [0, 0], [0, 0]]
    kept = [10, 12, 40]
    assert modules.evaluate(PACE, [slow, slow, kept, kept])[-2:] == [[2, 2], [2, 2]]
    assert modules.evaluate(PACE, [fine, slow, again])[-1] == [0, 1]
    assert modules.evaluate(PACE, [fine, slow, again, fine, slow, again])[-1] == [1, 2]


@pytest.mark.parametrize(
    ("looks_ms", "told"),
    [
        ([500] * 5, []),
        ([500] * 6, ["stalled"]),
        ([500] * 11, ["stalled", "silent"]),
        ([10_000] * 3, []),
        ([10_000, *[500] * 5], ["stalled"]),
    ],
    ids=["may take a while", "another way", "no way", "held up", "held up first"],
)
def test_a_page_that_was_held_up_does_not_blame_the_camera(modules: Page, looks_ms: list[int], told: list[str]) -> None:
    """While a busy machine lets the page do nothing, pictures may wait for it: only what it looked at in time counts."""
    assert modules.evaluate(QUIET, looks_ms) == told


def test_a_whole_session_loads_little(open_page: Open) -> None:
    """All that comes over the wire from opening the page to the summary: scripts, styles, words, catalogue, numbers."""
    page = open_page()
    paths: dict[str, str] = {}
    loaded: list[tuple[str, int]] = []
    wire = page.context.new_cdp_session(page)
    wire.on("Network.requestWillBeSent", lambda sent: paths.update({sent["requestId"]: sent["request"]["url"]}))
    wire.on(
        "Network.loadingFinished",
        lambda done: loaded.append((urlsplit(paths[done["requestId"]]).path, round(done["encodedDataLength"]))),
    )
    wire.send("Network.enable")
    page.reload()
    stage(page, "start")
    until(page, "document.querySelector('#screen').dataset.ready === ''")
    begin(page)
    page.keyboard.press("Space")
    until(page, "document.documentElement.dataset.screen === 'stretch'")
    page.keyboard.press("t")
    expect(page.locator(".drawer .number").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Stop and see").press("Enter")
    stage(page, "summary")
    until(page, "document.documentElement.dataset.screen === 'summary'")
    parts = {path for path, _ in loaded}
    assert {"/", "/static/js/main.js", "/static/app.css", "/api/words", "/api/catalogue", "/api/tunables"} <= parts
    assert {f"/static/js/screens/{name}.js" for name in ("start", "setup", "stretch", "summary")} <= parts
    sizes = sorted(((path, size) for path, size in loaded if "/phrases/" not in path), key=lambda one: -one[1])
    assert sum(size for _, size in sizes) <= MOST_WIRE_BYTES, sizes


def test_the_whole_page_is_light(open_page: Open) -> None:
    """Everything until the start screen is ready, and every script of every other screen, as it is unpacked."""
    page = open_page()
    page.evaluate(
        "Promise.all(['setup', 'calibrate', 'stretch', 'summary', 'history', 'tune'].map((name) => import(`/static/js/screens/${name}.js`)))"
    )
    sizes = page.evaluate(
        "Object.fromEntries([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".filter(({name}) => !name.includes('/api/')).map(({name, decodedBodySize}) => [new URL(name).pathname, decodedBodySize]))"
    )
    names = {path.rsplit("/", 1)[1] for path, size in sizes.items() if size}
    assert {"", "app.css", "main.js", "stretch.js", "uPlot.iife.min.js"} <= names
    assert sum(sizes.values()) <= MOST_BYTES, sorted(sizes.items(), key=lambda item: -item[1])
