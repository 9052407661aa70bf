// The label page: choose a clip and a rule, watch, and say where the rule is kept and where it is broken.
//
// What is known stands in state.js; how it is changed in edits.js, drawn in drawing.js, saved in saving.js. Here a clip
// is opened and the page put up, and everything is told of everything else.

import { button, h, icon, write } from "../js/dom.js";
import { makeSettings } from "../js/settings.js";
import { Clock } from "./clock.js";
import { curves, lineOf } from "./curves.js";
import { makeDrawing } from "./drawing.js";
import { makeEdits } from "./edits.js";
import { listen, showKeys } from "./keys.js";
import { makeLooking } from "./looking.js";
import { Steps } from "./marks.js";
import { pageOf } from "./page.js";
import { ask, askSheet, makeSaving, notice } from "./saving.js";
import { $, state } from "./state.js";
import * as view from "./view.js";
import { language, learn, w } from "./words.js";

const LANGUAGES = { en: "English", de: "Deutsch" };
const settings = makeSettings();

const { draw, drawTime, drawPart, drawLanes, drawPending, drawAgreement } = makeDrawing({ edits: () => edits, looking: () => looking });
const looking = makeLooking({ draw, drawPart });
const saving = makeSaving({
  onSaved() {
    drawAgreement();
    drawTime();
  },
  reopen: (id) => open(id),
});
const edits = makeEdits({ draw, save: saving.save, looking });
const { mark, choose, nudge, remove, undo, cancel, forget, unchoose } = edits;

const does = {
  play: () => (state.clock.playing ? state.clock.pause() : state.clock.play()),
  step: (frames) => state.clock.step(frames),
  jump: (seconds) => state.clock.seek(state.clock.now + seconds),
  speed: (value) => (state.clock.speed = value),
  whole: () => looking.look(state.all),
  part: (from) => looking.look(view.moved(state.view, state.all, from)),
  rule: (k) => setRule(state.sheet.rules[k]),
  clip: (by) => open(state.id + by),
  others: () => setOthers(!state.others),
  help: () => showKeys($("help")),
  zoom: looking.zoom, faster: looking.faster,
  rater: setRater, person: setPerson, setOthers, setAngles, mark, choose, nudge, remove, undo, cancel, open,
};

// ------------------------------------------------------------------------------------------------ a clip
async function open(id) {
  if (id < 0 || id >= state.clips.length) return;
  await saving.done();
  let sheet;
  try {
    sheet = await askSheet(id);
  } catch (error) {
    notice(`${state.clips[id].name}: ${error.message}`);
    return;
  }
  notice("");
  write($("saved"), "");
  state.clock?.stop();
  const person = state.person && sheet.people.includes(state.person) ? state.person : sheet.people[0] ?? sheet.name.replace(/\.[^.]*$/, "").slice(0, 60);
  const all = view.whole(sheet.t_s);
  Object.assign(state, { id, sheet, person, all, view: all, revision: sheet.revision, agreement: sheet.agreement, chosen: null, range: null, begun: null, others: false });
  state.rule = sheet.rules.find(({ id: rule }) => rule === state.rule?.id) ?? sheet.rules[0] ?? null;
  state.steps = new Steps(sheet.intervals.filter(({ rater }) => rater === state.rater));
  state.clock = new Clock(sheet.t_s, drawTime);
  build();
}

/** Put the page up anew, in the language it speaks now. */
function build() {
  const { sheet } = state;
  document.title = `${sheet.name} · ${w("title")} · posecheck`;
  write($("title"), w("title_of", { clip: sheet.name, stretch: sheet.stretch }));
  state.drawn?.destroy();
  state.drawn = null;
  const stage = { onTime: drawTime, onBroken: () => state.clock.follow(null), follow: (video) => state.clock.follow(video) };
  $("desk").replaceChildren(...pageOf(state, does, stage));
  rebuildCurves();
  draw();
}

/** The same clip in another language: what was said, its steps back and forth and where we are stay as they are. */
async function translate() {
  await saving.done();
  const { rules, curve_names, stretch } = await askSheet(state.id);
  Object.assign(state.sheet, { rules, curve_names, stretch });
  state.rule = rules.find(({ id }) => id === state.rule?.id) ?? null;
  const { clock } = state;
  const [at, speed] = [clock.now, clock.speed];
  clock.pause();
  state.range = null;
  write($("saved"), "");
  build();
  clock.speed = speed;
  $("speed").value = String(speed);
  $("others").checked = state.others;
  looking.seek(at);
}

function setRule(rule) {
  if (!rule) return;
  forget();
  unchoose();
  state.rule = rule;
  $("rule").value = rule.id;
  draw();
}

function setOthers(on) {
  state.others = on;
  $("others").checked = on;
  draw();
}

function setAngles(on) {
  state.angles = on;
  rebuildCurves();
  draw();
}

async function setRater(name) {
  state.rater = name.trim().replace(/\s+/g, " ");
  settings.set("label.rater", state.rater);
  await open(state.id);
}

function setPerson(name) {
  const said = name.trim().replace(/\s+/g, " ");
  if (!said) return;
  state.person = said;
  forget();
  draw();
}

function rebuildCurves() {
  state.drawn?.destroy();
  const { sheet } = state;
  const names = state.angles ? Object.keys(sheet.curves).filter((name) => /_deg$/.test(name) && sheet.curves[name].some((value) => value !== null)) : [];
  $("legend").replaceChildren(...names.map((name) => h("li", {}, h("span", { class: `swatch ${lineOf(name).swatch}` }), sheet.curve_names[name])));
  state.drawn = curves($("curves"), sheet, {
    names,
    rule: () => (state.angles ? state.rule : null),
    now: () => state.clock.now,
    view: () => state.view,
    onSeek: (s) => { unchoose(); state.clock.pause(); looking.seek(s); },
    onChoose: (from, to) => {
      forget();
      state.range = { from: view.nearest(sheet.t_s, from), to: view.nearest(sheet.t_s, to) };
      drawPending();
    },
    onZoom: looking.zoomAt,
    onMove: (by) => looking.look(view.moved(state.view, state.all, state.view.from + by)),
    onDrawn: () => drawLanes(),
  });
  drawPart();
}

// ------------------------------------------------------------------------------------------------ begin
/** What stands above every clip: its words, and the switches of language and light. */
function dressHeader(languages) {
  const names = languages.map((lang) => h("option", { value: lang, lang, selected: lang === language() }, LANGUAGES[lang] ?? lang));
  const speak = async (event) => {
    settings.set("lang", event.target.value);
    try {
      learn(await ask(`/api/words?lang=${event.target.value}`));
      dressHeader(languages);
      await loadClips();
      await (state.sheet ? translate() : open(state.id));
      // The list that was chosen from is another one now; the keys of the page work at once.
      if (document.activeElement === document.body) $("desk").focus({ preventScroll: true });
    } catch (error) {
      notice(error.message);
    }
  };
  const light = () => {
    settings.set("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    window.posecheckTheme();
  };
  $("tools").replaceChildren(
    h("select", { id: "language", "aria-label": w("language"), onchange: speak }, names),
    button({ class: "icon-button", "aria-label": w("light"), title: w("light"), onclick: light }, icon("sun")),
    button({ class: "plain small", id: "help-button", onclick: does.help }, h("kbd", {}, "?"), " ", h("span", {}, w("keys"))),
  );
  write($("title"), w("title"));
}

async function loadClips() {
  const there = await ask(`/api/clips?lang=${language()}`);
  state.clips = there.clips;
  return there;
}

async function begin() {
  try {
    const own = settings.get("lang");
    const said = await ask(own ? `/api/words?lang=${encodeURIComponent(own)}` : "/api/words").catch(() => ask("/api/words"));
    learn(said);
    dressHeader(said.languages);
    const there = await loadClips();
    state.rater = there.rater || settings.get("label.rater") || "";
    await open(0);
    listen(does, () => state.sheet !== null);
    if (!state.rater) $("rater").focus();
  } catch (error) {
    notice(error.message);
  }
}
addEventListener("load", begin);
