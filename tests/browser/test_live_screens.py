"""What is heard, and the screens Summary, History and Tune, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from posecheck.history.row import HistoryRow
from posecheck.history.store import History
from tests.app.serving import serving
from tests.browser.canned import FOLD, Canned
from tests.browser.film import frames
from tests.browser.live import READY, stage
from tests.browser.waiting import repainted, until, until_found
from tests.journeys import media

pytestmark = pytest.mark.browser

AXE: Final = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
LOG: Final = "() => window.posecheck.log.map(one => [one.type, one.what])"
#: Voices as a browser may have them; the real ones cannot be had in a test.
VOICES: Final = """(voices) => {
  window.spoken = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const synth = {
    getVoices: () => voices,
    cancel: () => {},
    speak: (words) => {
      window.spoken.push([words.voice.name, words.text]);
      if (words.voice.name === "dumb") return;
      setTimeout(() => words.onstart(), 10);
      setTimeout(() => words.onend(), 400);
    },
  };
  Object.defineProperty(window, "speechSynthesis", { value: synth, configurable: true });
}"""

Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Opens the page with canned answers; any mistake in it fails the test."""
    contexts = []
    mistakes: list[str] = []

    def open_(canned: Canned, hash_: str = "", **how: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | how))
        context.clock.install()
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda said: mistakes.append(said.text) if said.type == "error" else None)
        canned.open(page, hash_)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [mistake for mistake in mistakes if "409" not in mistake] == []


@contextmanager
def at_one_moment(page: Page) -> Iterator[None]:
    """Meanwhile no time passes for the page, however long it takes: no timer of it runs out."""
    page.clock.pause_at(datetime.fromtimestamp(page.evaluate("Date.now() / 1000") + 1.0, UTC))
    yield
    page.clock.resume()


def heard(canned: Canned, *commands: dict[str, Any], page: Page) -> None:
    """Wait until these are the latest commands that the page gave."""
    until_found(
        lambda: canned.sent[-len(commands) :] == list(commands) or None, f"{commands} after {canned.sent}", page
    )


def assert_accessible(page: Page) -> None:
    """The scan of axe finds nothing, in light and in dark."""
    page.evaluate(AXE)
    for theme in ("light", "dark"):
        page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
        # A theme changes colours and nothing else.
        only = {} if theme == "light" else {"runOnly": ["color-contrast"]}
        found = page.evaluate(
            "async only => (await axe.run(document, {resultTypes: ['violations'], ...only})).violations", only
        )
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == [], theme


# ------------------------------------------------------------------------------------------------------------ sound
@pytest.fixture
def ears(modules: Page) -> Page:
    """A page with a sound of its own, `s`; nothing was pressed yet."""
    modules.evaluate(
        "async () => { window.posecheck = {log: []};"
        " window.s = (await import('/static/js/sound.js')).createSound({lang: () => 'en'});"
        " window.started = []; for (const kind of [OscillatorNode, AudioBufferSourceNode]) {"
        " const start = kind.prototype.start; kind.prototype.start = function (...when) {"
        " window.started.push(this.buffer?.duration ?? this.frequency.value); return start.apply(this, when); }; } }"
    )
    return modules


def press(page: Page) -> None:
    """The first gesture, and the sound it unlocks."""
    page.keyboard.press("Shift")
    until(page, "s.tone('tick')")
    page.evaluate("() => { window.posecheck.log.length = 0; window.started.length = 0; }")


def test_nothing_is_heard_and_nothing_logged_before_the_first_gesture(ears: Page) -> None:
    """A browser would not let it be heard, so it is not claimed either."""
    assert ears.evaluate("() => s.tone('firm')") is False
    assert ears.evaluate("() => s.say('Breathe slowly.', {key: 'coach.breathe_slowly'})") == "nothing"
    assert ears.evaluate(LOG) == []


def test_tones_start_and_firm_ones_are_lower_than_soft_ones(ears: Page) -> None:
    """Each severity has its own notes, really started; muted nothing starts."""
    press(ears)
    notes = {}
    for name in ("good", "notice", "firm", "done"):
        assert ears.evaluate("name => { window.started.length = 0; return s.tone(name); }", name) is True
        notes[name] = ears.evaluate("() => window.started")
    assert notes["good"][1] > notes["good"][0]
    assert notes["notice"][1] < notes["notice"][0]
    assert len(set(notes["firm"])) == 1
    assert notes["firm"][0] < min(notes["good"] + notes["notice"])
    assert len(notes["done"]) > 2
    assert [what for _, what in ears.evaluate(LOG)] == list(notes)
    ears.evaluate("() => { s.mute(true); window.started.length = 0; }")
    assert ears.evaluate("() => s.tone('firm')") is False
    assert ears.evaluate("() => window.started") == []


def test_a_voice_from_elsewhere_is_never_used(ears: Page) -> None:
    """Only a local voice of the language speaks; with remote ones alone the recording does."""
    press(ears)
    remote = {"name": "cloud", "lang": "en-US", "localService": False, "default": True}
    unclear = {"name": "unclear", "lang": "en-US"}
    german = {"name": "Anna", "lang": "de-DE", "localService": True}
    ears.evaluate(VOICES, [remote, unclear, german])
    ears.evaluate("async () => { window.s = (await import('/static/js/sound.js')).createSound({lang: () => 'en'}); }")
    ears.keyboard.press("Shift")
    until(ears, "s.tone('tick')")
    assert ears.evaluate("() => s.supported()") == "bundled phrases"
    assert (
        ears.evaluate("() => s.say('Breathe slowly.', {urgency: 1, key: 'coach.breathe_slowly'})") == "bundled phrases"
    )
    assert ears.evaluate("() => window.spoken") == []
    assert ears.evaluate("() => s.supported('de')") == "local voice"
    assert (
        ears.evaluate("() => s.say('Atme ruhig weiter.', {lang: 'de', key: 'coach.breathe_slowly'})") == "local voice"
    )
    assert ears.evaluate("() => window.spoken") == [["Anna", "Atme ruhig weiter."]]
    assert ears.evaluate(LOG)[-1] == ["speech", "Atme ruhig weiter."]


def test_a_voice_that_stays_silent_is_replaced_by_the_recording(ears: Page) -> None:
    """Some browsers forget what they were to say."""
    ears.evaluate(VOICES, [{"name": "dumb", "lang": "en-GB", "localService": True}])
    ears.evaluate("async () => { window.s = (await import('/static/js/sound.js')).createSound({lang: () => 'en'}); }")
    press(ears)
    for _ in range(2):
        assert ears.evaluate("() => s.supported()") == "local voice"
        assert ears.evaluate("() => s.say('Breathe slowly.', {key: 'coach.breathe_slowly'})") == "bundled phrases"
    assert ears.evaluate(LOG) == [["phrase", "coach.breathe_slowly"]] * 2
    assert ears.evaluate("() => s.supported()") == "bundled phrases"


#: Language, text, key, values, and the recordings that say it.
TEXTS: Final[tuple[tuple[str, str, str, dict[str, object], str | None], ...]] = (
    ("en", "Breathe slowly.", "coach.breathe_slowly", {}, "coach.breathe_slowly"),
    ("en", "12 more seconds.", "coach.last_seconds", {"seconds": 12.0}, "number.12 coach.last_seconds-2"),
    ("en", "Three.", "coach.rep", {"count": 3.0}, "number.3"),
    ("de", "Zwölf!", "coach.rep", {"count": 12.0}, "number.12"),
    (
        "de",
        "Als Nächstes: Vorbeuge im Stehen.",
        "coach.next_stretch",
        {"stretch": "Vorbeuge im Stehen"},
        f"coach.next_stretch-1 stretch.{FOLD}.name",
    ),
    ("de", "Dreh dich seitlich zur Kamera.", "view.not_side_on", {}, "view.not_side_on"),
    (
        "en",
        "Step back: your head and feet are cut off.",
        "view.cut_off",
        {"parts": ["head", "feet"]},
        "view.cut_off-1 part.head part.and part.feet view.cut_off-3",
    ),
    ("en", "Done, that was 999 seconds.", "coach.done", {"seconds": 999.0}, "coach.rep_done"),
    ("en", "Nobody ever wrote this.", "coach.unheard_of", {}, None),
    # Somebody's own words for a stretch that came with posecheck: the recording says others.
    ("en", "Long back, please.", f"stretch.{FOLD}.spine_rounding.say", {}, None),
)


def test_a_text_finds_its_recordings(modules: Page) -> None:
    """By key, put together where it has blanks, the nearest where a number is beyond all; each can be played."""
    for lang, text, key, values, files in TEXTS:
        found = modules.evaluate(
            "async ([lang, text, key, values]) => { const {Phrases} = await import('/static/js/speech.js');"
            " const all = await Phrases.load(lang); const files = all.find(key, values, text); if (!files) return [null, []];"
            " const buffers = await all.decoded(new OfflineAudioContext(1, 48000, 48000), files);"
            " return [files.join(' '), buffers.map(one => one.duration)]; }",
            [lang, text, key, values],
        )
        assert found[0] == files, text
        assert all(length_s > 0.1 for length_s in found[1]), text


def test_one_voice_at_a_time_and_only_a_firmer_one_cuts_in(ears: Page) -> None:
    """A calm cue waits for its turn, the newest of them only; a firm one does not wait."""
    press(ears)
    said = ears.evaluate(
        # What waits for its turn goes stale by the clock, which stands still here.
        "async () => { const now = performance.now(); performance.now = () => now;"
        " const say = (key, urgency) => s.say(key, {urgency, key});"
        " const all = [say('coach.breathe_out', 1), say('coach.breathe_slowly', 0), say('coach.half_time', 1)];"
        " while (!window.posecheck.log.length) await new Promise(r => setTimeout(r, 20));"
        " all.push(say('coach.change_side', 2)); return Promise.all(all); }"
    )
    assert said == ["bundled phrases", "nothing", "bundled phrases", "bundled phrases"]
    heard = [what for _, what in ears.evaluate(LOG)]
    assert heard == ["coach.breathe_out", "coach.change_side", "coach.half_time"]


# ---------------------------------------------------------------------------------------------------------- summary
def test_the_summary_tells_of_every_part(opened: Opened) -> None:
    """Seconds against the target, moments as pictures, the plot, what was kept, and what was left for another time."""
    canned = Canned(stage="summary")
    page = opened(canned)
    expect(page.get_by_role("heading", level=1)).to_have_text("Well done")
    left = page.get_by_role("region", name="Foot on a step").first
    expect(left).to_contain_text("30 of 30 good seconds")
    expect(left).to_contain_text("71 %")
    expect(left.get_by_role("img", name="Your best moment")).to_be_visible()
    expect(left.get_by_role("img", name="Worth another look")).to_be_visible()
    plot = left.get_by_role("img", name=re.compile("back rounded 45°"))
    expect(plot.locator("canvas")).to_be_visible()
    drill = page.get_by_role("region", name="Hip hinge drill")
    expect(drill).to_contain_text("8 of 8 repetitions")
    expect(drill).to_contain_text("never judged")
    expect(page.get_by_role("region", name="Foam roll")).to_contain_text("did not watch: 60 s")
    expect(page.get_by_role("region", name="Not done today")).to_contain_text("Lying leg raise")
    expect(page.get_by_role("region", name="What was kept")).to_contain_text("history.sqlite")
    expect(page.get_by_text("not a medical device")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Again").click()
    page.get_by_role("button", name="Home").click()
    heard(canned, {"do": "again"}, {"do": "home"}, page=page)


def test_the_plot_shades_what_was_warned_of_and_hatches_what_was_not_seen(opened: Opened) -> None:
    """Where a verdict changes, the picture does: shaded all over, or striped."""
    page = opened(Canned(stage="summary"))
    expect(page.locator(".plot canvas").first).to_be_visible()
    repainted(page)
    colours = page.evaluate(
        "() => { const c = document.querySelector('.plot canvas'), all = c.getContext('2d');"
        " const at = share => { const row = all.getImageData(0, Math.round(c.height * 0.1), c.width, 1).data;"
        " const found = new Set(); const x = Math.round(c.width * share);"
        " for (let i = x; i < x + 24; i++) found.add(row.slice(4 * i, 4 * i + 4).join()); return [...found]; };"
        " return {good: at(0.22), warned: at(0.385), unseen: at(0.69)}; }"
    )
    assert set(colours["good"]).isdisjoint(colours["warned"])
    assert len(colours["unseen"]) > len(colours["good"])


#: What comes last on each screen.
LAST: Final = {"": ".plot canvas", "#history": ".stored li", "#tune": ".profiles li"}


def test_the_screens_speak_german_through_and_through(opened: Opened) -> None:
    """No key is left standing where a text should be."""
    pages = [(Canned(stage="summary", lang="de"), ""), (Canned(lang="de"), "#history"), (Canned(lang="de"), "#tune")]
    for canned, hash_ in pages:
        page = opened(canned, hash_, locale="de-DE")
        expect(page.locator(LAST[hash_]).first).to_be_visible()
        if hash_ == "#tune":
            expect(page.locator(".number").first).to_be_visible()
        text = page.locator("main").inner_text()
        assert not re.search(r"page_\w+\.|\{\w+\}", text)
        assert re.search("Gut gemacht|Dein Verlauf|Feineinstellung", text)


# ---------------------------------------------------------------------------------------------------------- history
def test_the_history_shows_days_trends_and_sessions(opened: Opened) -> None:
    """Each day with its number, a line for each stretch, the newest session first, the file and its table."""
    page = opened(Canned(), "#history")
    days = page.get_by_role("table", name="Good seconds on each day")
    expect(days.locator("td.today b")).to_have_text("40 s")
    expect(days.get_by_role("row")).to_have_count(7)
    page.get_by_role("button", name="Show earlier weeks").click()
    expect(days.get_by_role("row")).to_have_count(13)
    expect(page.get_by_role("img", name=re.compile("hip hinge from"))).to_have_count(2)
    first = page.get_by_role("region", name="All sessions").first.locator("tbody tr").first
    expect(first).to_contain_text("Standing forward fold")
    expect(page.get_by_role("link", name="Export as a table (CSV)")).to_have_attribute("href", "/api/history.csv")
    expect(page.get_by_role("region", name="Your file")).to_contain_text(
        "/home/ada/.local/share/posecheck/history.sqlite"
    )
    assert_accessible(page)


def test_deleting_asks_first_and_says_what_goes(opened: Opened) -> None:
    """Nothing goes before it was confirmed; then only what was chosen."""
    canned = Canned()
    page = opened(canned, "#history")
    page.get_by_role("button", name="Delete …").click()
    dialog = page.get_by_role("dialog", name="Delete from your history?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("radio", name="Everything of one stretch").check()
    dialog.get_by_role("combobox").select_option("hip_hinge_drill")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    assert canned.asked == []  # the tick that it is meant was missing
    assert_accessible(page)
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Deleted.")).to_be_visible()
    expect(dialog).to_have_count(0)
    wanted = {"before": None, "stretch": "hip_hinge_drill", "all": False}
    assert canned.asked == [("DELETE", "/api/history", wanted)]


#: Whether the sentence of the stretch screen stands out, after each of these frames: [verdict, what is said, its urgency].
CUES: Final = """async (frames) => {
  const { mount } = await import('/static/js/screens/stretch.js');
  const main = document.querySelector('main');
  main.replaceChildren();
  const ctx = { state: { paused: false }, words: (key) => key, setting: () => false, picture: { element: document.createElement('div') } };
  const screen = mount(main, ctx);
  return frames.map(([verdict, text, urgency]) => {
    const routine = { watch: true, stage: 'work', name: 'Fold' };
    screen.frame({ verdict, reason: '', routine, gauges: [], hold: { good_s: 0, target_s: 30 }, say: text ? { text, urgency } : null });
    return main.querySelector('.cue').dataset.fresh === '';
  });
}"""


def test_a_sentence_about_what_is_mended_does_not_stand_beside_good(modules: Page) -> None:
    """A warning's sentence fades with the warning; praise stays for as long as it is new."""
    frames = [["WARN", "Lengthen your back.", 1], ["WARN", "", 0], ["GOOD", "", 0]]
    assert modules.evaluate(CUES, frames) == [True, True, False]
    frames = [["GOOD", "Good, your back is long again.", 0], ["GOOD", "", 0], ["UNKNOWN", "", 0]]
    assert modules.evaluate(CUES, frames) == [True, True, True]


def test_what_is_stored_is_said_and_a_recording_goes_on_the_second_press(opened: Opened) -> None:
    """Every file with its place and size; one that is being written stays; the place of the keyboard is not lost."""
    canned = Canned(days=0)
    kept, goes = canned.recordings
    canned.writing = kept
    page = opened(canned, "#history")
    stored = page.get_by_role("region", name="On this computer")
    expect(stored.get_by_role("listitem")).to_have_count(3)
    expect(stored.get_by_role("listitem").first).to_contain_text("24.6 kB")
    expect(stored.get_by_role("listitem").filter(has_text=goes)).to_contain_text("1.2 MB")
    expect(stored.get_by_role("listitem").filter(has_text=kept)).to_contain_text("being written now")
    expect(stored.get_by_role("button", name=kept)).to_have_count(0)
    delete = stored.get_by_role("button", name=f"Delete the recording {goes}")
    delete.press("Enter")
    expect(delete).to_have_text("Press again to delete")
    assert_accessible(page)
    page.clock.fast_forward(5_000)  # by then nobody remembers what the second press would do
    expect(delete).to_have_text("Delete")
    with at_one_moment(page):
        delete.press("Enter")
        expect(delete).to_have_text("Press again to delete")
        assert canned.asked == []
        delete.press("Enter")
    expect(stored.get_by_role("listitem").filter(has_text=goes)).to_have_count(0)
    expect(stored.get_by_role("status")).to_have_text(f"{goes} is deleted.")
    assert canned.asked == [("DELETE", f"/api/recordings/{goes}", None)]


def test_an_empty_history_says_how_to_begin(opened: Opened) -> None:
    """With the name of the switch as it stands on the start screen."""
    page = opened(Canned(days=0), "#history")
    expect(page.get_by_role("heading", name="Your days will show here")).to_be_visible()
    expect(page.get_by_text("“Keep a history”")).to_be_visible()
    expect(page.get_by_role("button", name="Begin a stretch")).to_be_visible()
    assert_accessible(page)


# ------------------------------------------------------------------------------------------------------------- tune
LIMIT: Final = "spine_rounding.limit_deg"


def box(page: Page) -> Any:
    """The number box of the limit of the back."""
    return page.locator(".number", has_text=LIMIT).get_by_role("spinbutton")


def test_a_slider_counts_at_once_and_shows_what_it_changes(opened: Opened) -> None:
    """The session is told, the last minute judged again, and the warning that goes is named; back again by one button."""
    canned = Canned(session=True)
    page = opened(canned, "#tune")
    row = page.locator(".number", has_text=LIMIT)
    slider = row.get_by_role("slider")
    expect(slider).to_have_value("35")
    expect(page.get_by_text("No event comes or goes.")).to_be_visible()
    slider.focus()
    with at_one_moment(page):
        for _ in range(12):
            page.keyboard.press("ArrowRight")
        expect(row.get_by_role("spinbutton")).to_have_value("47")
    expect(row.get_by_text("changed", exact=False).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"− Gone, 1\d\.\d–1\d\.\d s:"))).to_be_visible()
    told = {"do": "numbers", "set": {LIMIT: 47}, "reset": False}
    assert [sent for sent in canned.sent if sent["do"] == "numbers"] == [told]  # not one message a step
    page.get_by_role("searchbox").fill("spine")  # the scan takes long over a hundred numbers that are all alike
    assert_accessible(page)
    row.get_by_role("button", name="Reset").click()
    expect(slider).to_have_value("35")
    expect(page.get_by_text("No event comes or goes.")).to_be_visible()
    heard(canned, {"do": "numbers", "set": {LIMIT: 35}, "reset": False}, page=page)


def test_a_number_out_of_range_is_brought_back_into_it(opened: Opened) -> None:
    """What is typed is kept within low and high once it is left."""
    canned = Canned(session=True)
    page = opened(canned, "#tune")
    box(page).fill("9999")
    box(page).press("Tab")
    expect(box(page)).to_have_value("60")
    heard(canned, {"do": "numbers", "set": {LIMIT: 60}, "reset": False}, page=page)
    assert all(sent["set"][LIMIT] <= 60 for sent in canned.sent if sent["do"] == "numbers")


def test_the_box_of_the_last_minute_waits_for_what_is_seen(opened: Opened) -> None:
    """While the answer is on its way it says so, and in a session where nothing was seen yet it asks again by itself."""
    canned = Canned()
    canned.seen = False
    page = opened(canned, "#tune")
    replay = page.locator(".replay").last
    page.evaluate(
        "async () => { const {Replay} = await import('/static/js/replay.js');"
        " const words = (key) => key; let answer; window.answered = new Promise((done) => (answer = done));"
        " const late = {words, state: {lang: 'en', stage: 'work'}, api: (path, options) => window.answered"
        ".then(() => fetch(path, {...options, body: JSON.stringify(options.body)}))"
        ".then((got) => got.ok ? got.json() : Promise.reject(Object.assign(new Error('x'), {status: got.status})))};"
        " const box = new Replay(late, {compact: true}); document.querySelector('main').append(box.element);"
        " window.answer = answer; box.judge('standing_forward_fold', {}, {}, [], false); }"
    )
    expect(replay).to_contain_text("page_tune.replay_wait")
    page.evaluate("() => window.answer()")
    expect(replay).to_contain_text("page_tune.replay_none")
    canned.seen = True
    expect(replay).to_contain_text("page_tune.same")


def test_without_a_session_numbers_are_saved_as_a_profile(opened: Opened) -> None:
    """Nothing is sent to a session that is not there; only what was changed is saved; a profile goes on a second press."""
    canned = Canned()
    canned.seen = False
    page = opened(canned, "#tune")
    page.get_by_role("combobox", name="Stretch").select_option(FOLD)
    expect(page.get_by_text("Nothing has been seen yet.")).to_be_visible()
    page.get_by_role("textbox", name="Name of the profile").fill("mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible()
    box(page).fill("40")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem").filter(has_text="mine")).to_be_visible()
    wanted = {"name": "mine", "stretch": FOLD, "set": {LIMIT: 40}}
    assert [asked for asked in canned.asked if asked[1] == "/api/profiles"] == [("POST", "/api/profiles", wanted)]
    gone = page.get_by_role("button", name="Delete the profile careful")
    with at_one_moment(page):
        gone.click()
        assert "careful" in canned.profiles
        gone.click()
    expect(page.get_by_role("listitem").filter(has_text="careful")).to_have_count(0)
    assert canned.profiles == ["mine"]
    assert [sent for sent in canned.sent if sent["do"] == "numbers"] == []


def test_numbers_are_found_and_all_reset(opened: Opened) -> None:
    """Search narrows to what it says, "only changed" to what was moved, one button puts everything back."""
    canned = Canned(session=True)
    page = opened(canned, "#tune")
    box(page).fill("40")
    page.get_by_role("searchbox").fill("rounding: limit")
    expect(page.locator(".number:visible")).to_have_count(1)
    page.get_by_role("searchbox").fill("no such thing")
    expect(page.get_by_text("No number like that.")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("checkbox", name="Only what is changed").check()
    expect(page.locator(".number:visible")).to_have_count(1)
    page.get_by_role("button", name="Reset all").click()
    expect(page.locator(".number:visible")).to_have_count(0)
    heard(canned, {"do": "numbers", "set": {LIMIT: 35}, "reset": False}, page=page)


def test_the_drawer_is_the_same_without_profiles(opened: Opened) -> None:
    """Narrow, accessible, and gone without a trace."""
    page = opened(Canned(session=True), "#history")
    page.evaluate(
        "async () => { const {mountTune} = await import('/static/js/screens/tune.js');"
        " const main = document.querySelector('main'); main.replaceChildren();"
        " const ctx = {state: {lang: 'en', session: null}, words: key => key, settings: {get: () => null}, on: () => () => {},"
        " send: () => {}, go: () => {}, api: (path, {method, body} = {}) => fetch(path, {method, body: JSON.stringify(body)}).then(a => a.json())};"
        f" window.drawer = mountTune(main, ctx, {{compact: true, stretch: '{FOLD}'}}); }}"
    )
    expect(page.locator(".number").first).to_be_visible()
    expect(page.get_by_role("heading", level=2).first).to_have_text("page_tune.title")
    expect(page.locator(".profiles")).to_have_count(0)
    assert page.evaluate("() => { drawer.unmount(); return document.querySelector('main').childElementCount; }") == 0


@pytest.mark.parametrize("hash_", ["", "#history", "#tune"])
def test_nothing_is_wider_than_a_phone(opened: Opened, hash_: str) -> None:
    """No sideways scrolling of the page at 360 px."""
    page = opened(Canned(stage="start" if hash_ else "summary"), hash_, viewport={"width": 360, "height": 740})
    expect(page.locator(LAST[hash_]).first).to_be_visible()
    if hash_ == "#tune":
        expect(page.locator(".number").first).to_be_visible()
    repainted(page)
    assert page.evaluate("() => document.querySelector('main').scrollWidth") <= 360


# ------------------------------------------------------------------------------------------------- the real server
def half_rounded(path: Path) -> Path:
    """A clip of somebody who stands still, bends half-way with a round back (44° to 52° where 35° are allowed), stays there.

    Every picture of it is looked at, and the set-up ends by its own times: after seven seconds of standing still.
    """
    images = [image[:, :, ::-1] for image in frames("standing_fold_rounded")]
    there = [*images[60:67:3], *images[66:59:-3]]
    shown = [images[0]] * 70 + images[30:60:3] + there * 10 + images[60:29:-3]
    return media.encode(path, shown, times_s=[number / 10.0 for number in range(len(shown))])


def test_a_clip_that_was_watched_is_summed_up_judged_again_and_saved(browser: Browser, tmp_path: Path) -> None:
    """With the real server: the summary at the end of a clip, its last minute with another limit, a profile, the history."""
    folder = tmp_path / "data" / "posecheck"
    folder.mkdir(parents=True)
    with History(folder / "history.sqlite3") as history:
        for day in (1, 2):
            began = datetime.now(UTC) - timedelta(days=day)
            row = {"good_s": 33.0, "held_s": 30.0, "depth_deg": 60.0 + day, "straight_leg_deg": 7.0}
            history.add(HistoryRow(began, began.date(), FOLD, "0", "camera", **row))  # type: ignore[arg-type]
    clip = half_rounded(tmp_path / "clip.mp4")
    with serving(tmp_path, "--stretch", FOLD, "--source", str(clip), "--every-frame") as server:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        mistakes: list[str] = []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.goto(server.address)
        until(page, READY)
        page.keyboard.press("Space")
        stage(page, "summary")
        done = page.get_by_role("region", name="Standing forward fold")
        expect(
            done.get_by_role("img", name=re.compile("seconds. At most: back rounded")).locator("canvas")
        ).to_be_visible()
        expect(page.get_by_text("not a medical device")).to_be_visible()

        page.goto(f"{server.origin}/#tune")
        expect(box(page)).to_have_value("35")
        warned = page.get_by_role("row", name="Warned").get_by_role("cell")
        expect(warned.nth(2)).to_have_text("=")
        box(page).fill("60")
        expect(warned.nth(2)).to_contain_text("−")
        page.get_by_role("textbox", name="Name of the profile").fill("lenient")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("listitem").filter(has_text="lenient")).to_be_visible()
        assert "limit_deg = 60" in (folder / "profiles" / "lenient.toml").read_text(encoding="utf-8")

        page.goto(f"{server.origin}/#history")
        expect(page.get_by_role("region", name="All sessions").locator("tbody tr")).to_have_count(2)
        expect(page.get_by_role("img", name="hip hinge from 62° to 61°")).to_be_visible()
        with page.expect_download() as table:
            page.get_by_role("link", name="Export as a table (CSV)").click()
        assert Path(table.value.path()).read_text(encoding="utf-8").count(FOLD) == 2
        page.get_by_role("button", name="Delete …").click()
        page.get_by_role("radio", name="Everything", exact=True).check()
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_role("heading", name="Your days will show here")).to_be_visible()
        page.context.close()
    assert mistakes == []
