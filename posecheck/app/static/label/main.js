// The label page: choose a clip and a rule, watch, and say where the rule is kept and where it is broken.
//
// What is said is a value (marks.js) with steps back and forth; each change is drawn and saved at once. What others say,
// and what posecheck says, stays hidden until the rater asks for it: who has seen it cannot rate blindly any more.

import { button, h, icon, write } from "../js/dom.js";
import { makeSettings } from "../js/settings.js";
import { Clock, SPEEDS } from "./clock.js";
import { curves, lineOf } from "./curves.js";
import { listen, showKeys } from "./keys.js";
import { lanes, spansOf } from "./lanes.js";
import { KEY_OF, moved, painted, retold, Steps, TRUTHS, without } from "./marks.js";
import { pageOf } from "./page.js";
import { agreement, markRows } from "./panels.js";
import * as view from "./view.js";
import { fixed, language, learn, told, w } from "./words.js";

const $ = (id) => document.getElementById(id);
const LANGUAGES = { en: "English", de: "Deutsch" };
const settings = makeSettings();
const state = {
  clips: [], rater: "", id: 0, sheet: null, rule: null, person: "", steps: new Steps([]), revision: "",
  chosen: null, range: null, begun: null, others: false, angles: true, dragging: null, agreement: [], all: null, view: null,
};
let clock = null;
let drawn = null;
let saving = Promise.resolve();

// ------------------------------------------------------------------------------------------------ talking
async function ask(path, options) {
  const answer = await fetch(path, options).catch(() => null);
  const body = (await answer?.json().catch(() => null)) ?? { error: w("no_answer") };
  if (!answer?.ok) throw Object.assign(new Error(body.error), { status: answer?.status });
  return body;
}

const askSheet = (id) => ask(`/api/clips/${id}?rater=${encodeURIComponent(state.rater)}&lang=${language()}`);

function notice(text, ...actions) {
  $("notices").replaceChildren(
    ...(text ? [h("div", { class: "notice" }, h("span", { class: "notice-shape", "aria-hidden": "true" }, "◆"), h("span", { class: "notice-text" }, text), actions, button({ class: "quiet small", "aria-label": w("close_notice"), onclick: () => notice("") }, "✕"))] : []),
  );
}

/** Save what the rater says now, one save after the other. */
function save() {
  const [id, rater] = [state.id, state.rater];
  write($("saved"), w("saving"));
  saving = saving.then(async () => {
    if (id !== state.id || rater !== state.rater) return;
    const intervals = state.steps.now.map(({ start_s, end_s, rule, truth, person }) => ({ start_s, end_s, rule, truth, person }));
    try {
      const said = await ask(`/api/clips/${id}/labels`, { method: "PUT", body: JSON.stringify({ rater, revision: state.revision, intervals }) });
      state.revision = said.revision;
      state.agreement = said.agreement;
      state.sheet.intervals = said.intervals;
      write($("saved"), w("saved"));
      drawAgreement();
      drawTime();
    } catch (error) {
      write($("saved"), w("not_saved"));
      if (error.status === 409) {
        notice(w("changed_elsewhere"), button({ class: "plain small", onclick: () => open(id) }, w("show_theirs")), button({ class: "plain small", onclick: () => keepMine(id) }, w("keep_mine")));
      } else notice(w("not_saved_why", { why: error.message }), button({ class: "plain small", onclick: () => { notice(""); save(); } }, w("try_again")));
    }
  });
  return saving;
}

async function keepMine(id) {
  const there = await askSheet(id);
  state.revision = there.revision;
  notice("");
  await save();
}

// ------------------------------------------------------------------------------------------------ changing
function change(marks, chosen = null) {
  state.chosen = chosen;
  if (state.steps.push(marks)) save();
  draw();
}

const mine = () => state.steps.now.filter((mark) => mark.rule === state.rule?.id && mark.person === state.person);
const found = (from, truth) => state.steps.now.find((mark) => mark.rule === state.rule.id && mark.person === state.person && mark.truth === truth && mark.start_s <= from && mark.end_s >= from);

function say(from, to, truth) {
  const marks = painted(state.steps.now, { start_s: from, end_s: to, rule: state.rule.id, truth, person: state.person });
  state.steps.push(marks) && save();
  state.chosen = found((from + to) / 2, truth) ?? null;
  draw();
}

/** G, B, U: of what is chosen on the curves; of the chosen mark; else begin here, and end where it is pressed again. */
function mark(truth) {
  if (!ready()) return;
  if (state.range) {
    const { from, to } = state.range;
    unchoose();
    say(from, to, truth);
  } else if (state.begun) {
    const { from, truth: before } = state.begun;
    const at = clock.frame_s;
    state.begun = before === truth ? null : { from: at, truth };
    say(from, at, before);
  } else if (state.chosen && !clock.playing) {
    const { start_s, end_s } = state.chosen;
    change(retold(state.steps.now, state.chosen, truth));
    state.chosen = found((start_s + end_s) / 2, truth) ?? null;
    draw();
  } else {
    state.begun = { from: clock.frame_s, truth };
    draw();
  }
}

function ready() {
  if (state.rater && state.person) return true;
  notice(w(state.rater ? "person_first" : "who_first"));
  $(state.rater ? "person" : "rater").focus();
  return false;
}

function unchoose() {
  state.range = null;
  drawn?.unchoose();
}

function forget() {
  state.begun = null;
  state.chosen = null;
}

function cancel() {
  forget();
  unchoose();
  draw();
}

function undo(by) {
  forget();
  if (state.steps.go(by)) save();
  draw();
}

function remove() {
  if (state.chosen) change(without(state.steps.now, state.chosen));
}

/** Choose the mark before or after; from none, the one nearest in that direction. */
function choose(by) {
  const marks = mine();
  if (!marks.length) return;
  const at = marks.indexOf(state.chosen);
  const next = at >= 0 ? (at + by + marks.length) % marks.length : by > 0 ? 0 : marks.length - 1;
  state.chosen = marks[next];
  clock.pause();
  seek(state.chosen.start_s + 1e-3);
  draw();
}

/** Move an edge of the chosen mark by frames, and show the frame it lies at. */
function nudge(edge, frames) {
  if (!state.chosen) return;
  const { start_s, end_s } = state.chosen;
  const times = state.sheet.t_s;
  const at = edge === "start" ? start_s : end_s;
  let k = times.findIndex((t) => t >= at - 1e-3);
  if (k < 0) k = times.length - 1;
  const to = times[Math.max(0, Math.min(k + frames, times.length - 1))];
  edges(state.chosen, edge === "start" ? to : start_s, edge === "end" ? to : end_s);
  if (state.chosen) showFrame(edge === "start" ? state.chosen.start_s : state.chosen.end_s);
}

function edges(one, start_s, end_s) {
  const marks = moved(state.steps.now, one, start_s, end_s);
  const k = state.steps.now.filter((other) => other.rule === one.rule && other.person === one.person).indexOf(one);
  change(marks);
  state.chosen = mine()[k] ?? null;
  draw();
}

// ------------------------------------------------------------------------------------------------ where we look
function seek(s) {
  clock.seek(s);
  draw();
}

/** The clip at the frame that begins there: a hair into it, for a jump to its very edge may show the one before. */
function showFrame(s) {
  clock.pause();
  clock.seek(s + 2e-3);
}

/** Another part of the clip; whether it is another one. */
function look(next) {
  if (Math.abs(next.from - state.view.from) + Math.abs(next.to - state.view.to) < 1e-6) return false;
  state.view = next;
  drawn.show();
  drawPart();
  return true;
}

const zoomAt = (factor, at) => look(view.zoomed(state.view, state.all, state.sheet.t_s, factor, at));

/** A step closer or wider, around where we are. */
function zoom(by) {
  zoomAt(view.STEP ** by, Math.max(state.view.from, Math.min(clock.now, state.view.to)));
}

function faster(by) {
  const at = SPEEDS.indexOf(clock.speed);
  clock.speed = SPEEDS[Math.max(0, Math.min(at + by, SPEEDS.length - 1))];
  $("speed").value = String(clock.speed);
}

const does = {
  play: () => (clock.playing ? clock.pause() : clock.play()),
  step: (frames) => clock.step(frames),
  jump: (seconds) => clock.seek(clock.now + seconds),
  speed: (value) => (clock.speed = value),
  whole: () => look(state.all),
  part: (from) => look(view.moved(state.view, state.all, from)),
  rule: (k) => setRule(state.sheet.rules[k]),
  clip: (by) => open(state.id + by),
  others: () => setOthers(!state.others),
  help: () => showKeys($("help")),
  rater: setRater, person: setPerson, setOthers, setAngles, zoom, faster, mark, choose, nudge, remove, undo, cancel, open,
};

// ------------------------------------------------------------------------------------------------ a clip
async function open(id) {
  if (id < 0 || id >= state.clips.length) return;
  await saving;
  let sheet;
  try {
    sheet = await askSheet(id);
  } catch (error) {
    notice(`${state.clips[id].name}: ${error.message}`);
    return;
  }
  notice("");
  write($("saved"), "");
  clock?.stop();
  const person = state.person && sheet.people.includes(state.person) ? state.person : sheet.people[0] ?? sheet.name.replace(/\.[^.]*$/, "").slice(0, 60);
  const all = view.whole(sheet.t_s);
  Object.assign(state, { id, sheet, person, all, view: all, revision: sheet.revision, agreement: sheet.agreement, chosen: null, range: null, begun: null, others: false });
  state.rule = sheet.rules.find(({ id: rule }) => rule === state.rule?.id) ?? sheet.rules[0] ?? null;
  state.steps = new Steps(sheet.intervals.filter(({ rater }) => rater === state.rater));
  clock = new Clock(sheet.t_s, drawTime);
  build();
}

/** Put the page up anew, in the language it speaks now. */
function build() {
  const { sheet } = state;
  document.title = `${sheet.name} · ${w("title")} · posecheck`;
  write($("title"), w("title_of", { clip: sheet.name, stretch: sheet.stretch }));
  drawn?.destroy();
  drawn = null;
  const stage = { onTime: drawTime, onBroken: () => clock.follow(null), follow: (video) => clock.follow(video) };
  $("desk").replaceChildren(...pageOf(state, does, stage));
  rebuildCurves();
  draw();
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
  drawn?.destroy();
  const { sheet } = state;
  const names = state.angles ? Object.keys(sheet.curves).filter((name) => /_deg$/.test(name) && sheet.curves[name].some((value) => value !== null)) : [];
  $("legend").replaceChildren(...names.map((name) => h("li", {}, h("span", { class: `swatch ${lineOf(name).swatch}` }), sheet.curve_names[name])));
  drawn = curves($("curves"), sheet, {
    names,
    rule: () => (state.angles ? state.rule : null),
    now: () => clock.now,
    view: () => state.view,
    onSeek: (s) => { unchoose(); clock.pause(); seek(s); },
    onChoose: (from, to) => {
      forget();
      state.range = { from: view.nearest(sheet.t_s, from), to: view.nearest(sheet.t_s, to) };
      drawPending();
    },
    onZoom: zoomAt,
    onMove: (by) => look(view.moved(state.view, state.all, state.view.from + by)),
    onDrawn: () => drawLanes(),
  });
  drawPart();
}

// ------------------------------------------------------------------------------------------------ drawing
function draw() {
  drawTime();
  const changes = { retell: (one, truth) => change(retold(state.steps.now, one, truth)), edges, takeOut: (one) => change(without(state.steps.now, one)) };
  $("said").replaceChildren(...markRows(mine(), state.chosen, changes));
  drawPending();
  drawAgreement();
}

function drawTime() {
  if (!drawn || !$("time")) return;
  write($("time"), w("time", { seconds: fixed(clock.frame_s), frame: clock.index + 1, frames: state.sheet.t_s.length }));
  write($("play"), w(clock.playing ? "pause" : "play"));
  if (!state.dragging && look(view.holding(state.view, state.all, clock.now))) return;
  drawn.redraw();
}

/** Which part of the clip is shown, where it is not the whole of it. */
function drawPart() {
  const { view: shown, all } = state;
  const part = $("part");
  const isPart = view.isPart(shown, all);
  part.hidden = !isPart;
  $("whole").disabled = $("wider").disabled = !isPart;
  part.min = all.from;
  part.max = all.to - (shown.to - shown.from);
  part.value = shown.from;
  const spoken = w("zoom_shown", { from: fixed(shown.from, 1), to: fixed(shown.to, 1) });
  part.setAttribute("aria-valuetext", spoken);
  write($("shown-part"), isPart ? spoken : "");
}

function drawLanes() {
  const root = $("lanes") ?? document.createElementNS("http://www.w3.org/2000/svg", "svg");
  if (!root.id) {
    root.id = "lanes";
    root.classList.add("lanes");
    root.setAttribute("role", "img");
    $("lanes-place").append(root);
  }
  if (!drawn) return;
  const { plot } = drawn;
  const { from, to } = state.view;
  const scale = (s) => drawn.left() + plot.valToPos(s, "x");
  if (!Number.isFinite(scale(from))) return; // the curves have no scale yet
  const own = state.dragging ?? mine();
  const shown = state.dragging ? own.filter((one) => one.rule === state.rule?.id && one.person === state.person) : own;
  const rows = [{ name: state.rater ? w("you", { name: state.rater }) : w("you_nameless"), own: true, spans: spansOf(shown) }, ...(state.others ? otherRows() : [])];
  root.setAttribute("aria-label", w("lanes_told", { rule: state.rule?.name ?? "–", said: shown.map(told).join("; ") || w("nothing_said") }));
  lanes(root, {
    rows, from, to, scale, now: clock.now, chosen: state.chosen, begun: state.begun,
    back: (px) => view.nearest(state.sheet.t_s, plot.posToVal(px - drawn.left(), "x")),
    onChoose: (one) => { unchoose(); state.begun = null; state.chosen = one; draw(); },
    onDrag: (one, end, a, b, done) => {
      state.dragging = done ? null : moved(state.steps.now, one, a, b);
      if (done) edges(one, a, b);
      showFrame(end === "from" ? a : b);
    },
  });
}

function otherRows() {
  const others = state.sheet.intervals.filter(({ rater, rule, person }) => rater !== state.rater && rule === state.rule?.id && person === state.person);
  const raters = [...new Set(others.map((one) => one.rater))].sort();
  const rows = raters.map((rater) => ({ name: rater, spans: others.filter((one) => one.rater === rater).map((one) => ({ from: one.start_s, to: one.end_s, kind: one.truth })) }));
  const { warn, unknown } = state.sheet.posecheck[state.rule?.id] ?? { warn: [], unknown: [] };
  const spans = (pairs, kind) => pairs.map(([a, b]) => ({ from: a, to: b, kind }));
  return [...rows, { name: w("posecheck_row"), spans: [...spans(unknown, "unknown"), ...spans(warn, "warn")] }];
}

function drawPending() {
  const { begun, range, chosen } = state;
  for (const truth of TRUTHS) $(`mark-${truth}`).setAttribute("aria-pressed", String(begun?.truth === truth));
  const text = begun
    ? w("begun", { what: w(`truth_${begun.truth}`), from: fixed(begun.from), key: KEY_OF[begun.truth] })
    : range
      ? w("range", { from: fixed(range.from), to: fixed(range.to) })
      : chosen
        ? w("chosen", { what: told(chosen) })
        : "";
  write($("pending"), text);
}

function drawAgreement() {
  const rows = state.agreement.filter(({ rule }) => rule === state.rule?.id);
  $("agreed")?.replaceChildren(...agreement(rows, state.others));
}

// ------------------------------------------------------------------------------------------------ begin
/** What stands above every clip: its words, and the switches of language and light. */
function dressHeader(languages) {
  const names = languages.map((lang) => h("option", { value: lang, lang, selected: lang === language() }, LANGUAGES[lang] ?? lang));
  const speak = async (event) => {
    settings.set("lang", event.target.value);
    learn(await ask(`/api/words?lang=${event.target.value}`));
    dressHeader(languages);
    await loadClips();
    await open(state.id);
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
