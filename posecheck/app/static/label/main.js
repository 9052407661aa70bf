// The label page: choose a clip and a rule, watch, and say where the rule is kept and where it is broken.
//
// What is said is a value (marks.js) with steps back and forth; each change is drawn and saved at once. What others say,
// and what posecheck says, stays hidden until the rater asks for it: who has seen it cannot rate blindly any more.

import { button, h, write } from "../js/dom.js";
import { Clock, SPEEDS } from "./clock.js";
import { curves, lineOf } from "./curves.js";
import { lanes, spansOf, told } from "./lanes.js";
import { moved, painted, retold, Steps, TRUTHS, without } from "./marks.js";

const $ = (id) => document.getElementById(id);
const stored = (key, value) => {
  try {
    if (value === undefined) return localStorage.getItem(`posecheck.label.${key}`);
    localStorage.setItem(`posecheck.label.${key}`, value);
  } catch {
    // Storage may be closed to us: then nothing is remembered from one opening to the next.
  }
  return null;
};

const state = {
  clips: [], rater: "", id: 0, sheet: null, rule: null, person: "", steps: new Steps([]), revision: "",
  chosen: null, range: null, begun: null, others: false, angles: true, dragging: null, agreement: [],
};
let clock = null;
let drawn = null;
let saving = Promise.resolve();

// ------------------------------------------------------------------------------------------------ talking
async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json().catch(() => ({ error: "posecheck did not answer. Is it still running?" }));
  if (!answer.ok) throw Object.assign(new Error(body.error), { status: answer.status });
  return body;
}

function notice(text, ...actions) {
  $("notices").replaceChildren(
    ...(text ? [h("div", { class: "notice" }, h("span", { class: "notice-shape", "aria-hidden": "true" }, "◆"), h("span", { class: "notice-text" }, text), actions, button({ class: "quiet small", "aria-label": "Close this notice", onclick: () => notice("") }, "✕"))] : []),
  );
}

/** Save what the rater says now, one save after the other. */
function save() {
  const [id, rater] = [state.id, state.rater];
  write($("saved"), "Saving …");
  saving = saving.then(async () => {
    if (id !== state.id || rater !== state.rater) return;
    const intervals = state.steps.now.map(({ start_s, end_s, rule, truth, person }) => ({ start_s, end_s, rule, truth, person }));
    try {
      const said = await ask(`/api/clips/${id}/labels`, { method: "PUT", body: JSON.stringify({ rater, revision: state.revision, intervals }) });
      state.revision = said.revision;
      state.agreement = said.agreement;
      state.sheet.intervals = said.intervals;
      write($("saved"), "✓ Saved");
      drawAgreement();
      drawTime();
    } catch (error) {
      write($("saved"), "◆ Not saved");
      if (error.status === 409) {
        notice(error.message, button({ class: "plain small", onclick: () => open(id) }, "Show what is there"), button({ class: "plain small", onclick: () => keepMine(id) }, "Keep mine"));
      } else notice(`Not saved: ${error.message ?? "posecheck did not answer. Is it still running?"}`, button({ class: "plain small", onclick: () => { notice(""); save(); } }, "Try again"));
    }
  });
  return saving;
}

async function keepMine(id) {
  const there = await ask(`/api/clips/${id}?rater=${encodeURIComponent(state.rater)}`);
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
  notice(state.rater ? "Say who is in the clip first." : "Say who you are first.");
  $(state.rater ? "person" : "rater").focus();
  return false;
}

function unchoose() {
  state.range = null;
  drawn?.unchoose();
}

function cancel() {
  state.begun = null;
  state.chosen = null;
  unchoose();
  draw();
}

function undo(by) {
  state.begun = null;
  state.chosen = null;
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
  clock.seek(state.chosen.start_s + 1e-3);
  draw();
}

/** Move an edge of the chosen mark by frames. */
function nudge(edge, frames) {
  if (!state.chosen) return;
  const { start_s, end_s } = state.chosen;
  const times = state.sheet.t_s;
  const at = edge === "start" ? start_s : end_s;
  let k = times.findIndex((t) => t >= at - 1e-3);
  if (k < 0) k = times.length - 1;
  const to = times[Math.max(0, Math.min(k + frames, times.length - 1))];
  edges(state.chosen, edge === "start" ? to : start_s, edge === "end" ? to : end_s);
}

function edges(one, start_s, end_s) {
  const marks = moved(state.steps.now, one, start_s, end_s);
  const k = state.steps.now.filter((other) => other.rule === one.rule && other.person === one.person).indexOf(one);
  change(marks);
  state.chosen = mine()[k] ?? null;
  draw();
}

// ------------------------------------------------------------------------------------------------ keys
const KEYS = [
  ["space", "play, pause", { " ": () => (clock.playing ? clock.pause() : clock.play()) }],
  ["← →", "a frame back, a frame on", { ArrowLeft: () => clock.step(-1), ArrowRight: () => clock.step(1) }],
  ["Shift ← →", "a second back, a second on", { "S-ArrowLeft": () => clock.seek(clock.now - 1), "S-ArrowRight": () => clock.seek(clock.now + 1) }],
  ["− =", "slower, faster", { "-": () => faster(-1), "=": () => faster(1), "+": () => faster(1), "S-+": () => faster(1) }],
  ["G B U", "good, broken, unsure: press where it begins and again where it ends. With a stretch of time dragged on the curves, or a mark chosen: it is that", { g: () => mark("good"), b: () => mark("warn"), u: () => mark("unsure") }],
  ["[ ]", "choose the mark before, the next one", { "[": () => choose(-1), "]": () => choose(1) }],
  [", .", "move the beginning of the chosen mark by a frame", { ",": () => nudge("start", -1), ".": () => nudge("start", 1) }],
  ["Shift , .", "move its end", { "S-<": () => nudge("end", -1), "S-,": () => nudge("end", -1), "S-;": () => nudge("end", -1), "S->": () => nudge("end", 1), "S-.": () => nudge("end", 1), "S-:": () => nudge("end", 1) }],
  ["Del", "take the chosen mark out", { Delete: remove, Backspace: remove }],
  ["Z, Y", "undo, do again", { z: () => undo(-1), y: () => undo(1) }],
  ["1 – 9", "another rule", Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [String(n), () => setRule(state.sheet.rules[n - 1])]))],
  ["N, P", "next clip, previous clip", { n: () => open(state.id + 1), p: () => open(state.id - 1) }],
  ["H", "show or hide what others and posecheck say", { h: () => setOthers(!state.others) }],
  ["Esc", "choose nothing, begin nothing", { Escape: cancel }],
  ["?", "these keys", { "?": help, "S-?": help }],
];
const BY_KEY = Object.assign({}, ...KEYS.map(([, , does]) => does));
const TYPING = "input:not([type=checkbox]), textarea, select";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open || !state.sheet) return;
  const on = event.target;
  if (on.closest(TYPING)) {
    if (event.key === "Escape") on.blur();
    return;
  }
  if ((event.key === " " || event.key === "Enter") && on.closest("button, input, summary")) return;
  const key = event.key.length === 1 && /[a-z]/i.test(event.key) ? event.key.toLowerCase() : event.key;
  const does = (event.shiftKey && BY_KEY[`S-${key}`]) || BY_KEY[key];
  if (!does || (event.repeat && "gbu".includes(key))) return;
  event.preventDefault();
  does();
});

function help() {
  const rows = KEYS.map(([keys, what]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, what)));
  $("help").replaceChildren(h("h2", { id: "help-title" }, "Keys"), h("dl", {}, rows), h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")));
  $("help").showModal();
}
$("help-button").addEventListener("click", help);

function faster(by) {
  const at = SPEEDS.indexOf(clock.speed);
  clock.speed = SPEEDS[Math.max(0, Math.min(at + by, SPEEDS.length - 1))];
  $("speed").value = String(clock.speed);
}

// ------------------------------------------------------------------------------------------------ a clip
async function open(id) {
  if (id < 0 || id >= state.clips.length) return;
  await saving;
  let sheet;
  try {
    sheet = await ask(`/api/clips/${id}?rater=${encodeURIComponent(state.rater)}`);
  } catch (error) {
    notice(`${state.clips[id].name}: ${error.message}`);
    return;
  }
  notice("");
  write($("saved"), "");
  clock?.stop();
  drawn?.destroy();
  const person = state.person && sheet.people.includes(state.person) ? state.person : sheet.people[0] ?? sheet.name.replace(/\.[^.]*$/, "").slice(0, 60);
  Object.assign(state, { id, sheet, person, revision: sheet.revision, agreement: sheet.agreement, chosen: null, range: null, begun: null, others: false });
  state.rule = sheet.rules.find(({ id: rule }) => rule === state.rule?.id) ?? sheet.rules[0] ?? null;
  state.steps = new Steps(sheet.intervals.filter(({ rater }) => rater === state.rater));
  clock = new Clock(sheet.t_s, drawTime);
  build();
  draw();
}

function setRule(rule) {
  if (!rule) return;
  state.begun = null;
  state.chosen = null;
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

async function setRater(name) {
  state.rater = name.trim().replace(/\s+/g, " ");
  stored("rater", state.rater);
  await open(state.id);
}

function setPerson(name) {
  const said = name.trim().replace(/\s+/g, " ");
  if (!said) return;
  state.person = said;
  state.begun = null;
  state.chosen = null;
  draw();
}

function build() {
  const { sheet } = state;
  document.title = `${sheet.name} · Label clips · posecheck`;
  write($("title"), `Label clips: ${sheet.name}, ${sheet.stretch}`);
  const stage = h("div", { class: "stage" });
  if (sheet.video) {
    const video = h("video", { src: `/clip/${state.id}`, preload: "auto", playsinline: true, "aria-label": `The clip ${sheet.name}`, tabindex: "-1" });
    video.muted = true;
    video.addEventListener("error", () => {
      clock.follow(null);
      stage.replaceChildren(h("p", {}, "This browser cannot play the clip. It can be labelled on the curves below all the same."));
    });
    video.addEventListener("seeked", drawTime);
    stage.append(video);
    clock.follow(video);
  } else stage.append(h("p", {}, "The clip of this recording is not here any more. It can be labelled on the curves below."));
  const option = (value, text, chosen) => h("option", { value, selected: chosen }, text);
  const tools = h("div", { class: "row" },
    button({ class: "plain small", id: "back", onclick: () => clock.step(-1) }, "Frame back"),
    button({ class: "primary small", id: "play", onclick: () => (clock.playing ? clock.pause() : clock.play()) }, "Play"),
    button({ class: "plain small", id: "on", onclick: () => clock.step(1) }, "Frame on"),
    h("label", {}, "Speed ", h("select", { id: "speed", onchange: (event) => (clock.speed = Number(event.target.value)) }, SPEEDS.map((speed) => option(speed, `${speed} ×`, speed === 1)))),
    h("span", { class: "time", id: "time" }),
  );
  const field = (label, control) => h("label", { class: "field" }, h("span", {}, label), control);
  const who = h("section", { class: "panel", "aria-labelledby": "who-title" },
    h("h2", { id: "who-title" }, "What is said of what"),
    field("Clip", h("select", { id: "clip", onchange: (event) => open(Number(event.target.value)) }, state.clips.map((clip) => option(clip.id, clip.name, clip.id === state.id)))),
    h("div", { class: "pair" },
      field("You are", h("input", { id: "rater", value: state.rater, maxlength: 60, autocomplete: "off", onchange: (event) => setRater(event.target.value) })),
      field("In the clip", h("input", { id: "person", value: state.person, maxlength: 60, autocomplete: "off", onchange: (event) => setPerson(event.target.value) })),
    ),
    field("Rule", h("select", { id: "rule", onchange: (event) => setRule(sheet.rules.find(({ id }) => id === event.target.value)) }, sheet.rules.map((rule, k) => option(rule.id, `${k + 1}  ${rule.name}: ${rule.reason}`, rule.id === state.rule?.id)))),
    h("div", { class: "marks" }, Object.entries(TRUTHS).map(([truth, { key, sign, name }]) => button({ class: `mark ${truth}`, id: `mark-${truth}`, "aria-pressed": "false", onclick: () => mark(truth) }, h("span", { "aria-hidden": "true" }, sign), name, h("kbd", {}, key.toUpperCase())))),
    h("p", { class: "pending", id: "pending", role: "status" }),
    h("div", { class: "row" },
      button({ class: "plain small", id: "undo", onclick: () => undo(-1) }, "Undo ", h("kbd", {}, "Z")),
      button({ class: "plain small", id: "redo", onclick: () => undo(1) }, "Do again ", h("kbd", {}, "Y")),
      h("label", {}, h("input", { type: "checkbox", id: "others", onchange: (event) => setOthers(event.target.checked) }), "I am done: show what others and posecheck say"),
      h("label", {}, h("input", { type: "checkbox", id: "angles", checked: state.angles, onchange: (event) => { state.angles = event.target.checked; rebuildCurves(); draw(); } }), "Angles and limit"),
    ),
  );
  const place = h("div", { class: "time-line" }, h("div", { id: "curves", role: "img", "aria-label": "The angles over time. Click to go there, drag to choose a stretch of time." }), h("ul", { class: "legend", id: "legend" }), h("div", { id: "lanes-place" }));
  const time = h("section", { class: "panel over-all", "aria-label": "Over time" }, place);
  const list = h("section", { class: "panel", "aria-labelledby": "said-title" }, h("h2", { id: "said-title" }, "What you say"), h("div", { class: "tables", tabindex: "0", role: "group", "aria-label": "Intervals" }, h("table", { class: "said" }, h("thead", {}, h("tr", {}, ["", "from, s", "to, s", ""].map((text, k) => (text ? h("th", { scope: "col" }, text) : h("td", {}, h("span", { class: "unseen" }, k ? "take out" : "what")))))), h("tbody", { id: "said" }))));
  const agreed = h("section", { class: "panel", "aria-labelledby": "agreed-title" }, h("h2", { id: "agreed-title" }, "Agreement"), h("div", { id: "agreed" }));
  $("desk").replaceChildren(h("section", { class: "panel", "aria-label": "The clip" }, stage, tools), who, time, list, agreed);
  rebuildCurves();
}

function rebuildCurves() {
  drawn?.destroy();
  const place = $("curves");
  const names = state.angles ? Object.keys(state.sheet.curves).filter((name) => /_deg$/.test(name) && state.sheet.curves[name].some((value) => value !== null)) : [];
  $("legend").replaceChildren(...names.map((name) => h("li", {}, h("span", { class: `swatch ${lineOf(name).swatch}` }), lineOf(name).name)));
  drawn = curves(place, state.sheet, {
    names,
    rule: () => (state.angles ? state.rule : null),
    now: () => clock.now,
    onSeek: (s) => { unchoose(); clock.pause(); clock.seek(s); draw(); },
    onChoose: (from, to) => { state.begun = null; state.chosen = null; state.range = { from: Math.max(0, from), to }; drawPending(); },
    onDrawn: () => drawLanes(),
  });
}

// ------------------------------------------------------------------------------------------------ drawing
function draw() {
  drawTime();
  drawList();
  drawPending();
  drawAgreement();
}

function drawTime() {
  if (!drawn || !$("time")) return;
  write($("time"), `${clock.frame_s.toFixed(2)} s · frame ${clock.index + 1} of ${state.sheet.t_s.length}`);
  write($("play"), clock.playing ? "Pause" : "Play");
  drawn.redraw();
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
  const times = state.sheet.t_s;
  const [from, to] = [times[0] ?? 0, Math.max(times[times.length - 1] ?? 1, (times[0] ?? 0) + 0.01)];
  const { plot } = drawn;
  const scale = (s) => drawn.left() + plot.valToPos(s, "x");
  if (!Number.isFinite(scale(from))) return; // the curves have no scale yet
  const own = state.dragging ?? mine();
  const rows = [{ name: state.rater ? `${state.rater} (you)` : "you", own: true, spans: spansOf(own) }];
  if (state.others) {
    const others = state.sheet.intervals.filter(({ rater, rule, person }) => rater !== state.rater && rule === state.rule?.id && person === state.person);
    for (const rater of [...new Set(others.map((one) => one.rater))].sort()) {
      rows.push({ name: rater, spans: others.filter((one) => one.rater === rater).map((one) => ({ from: one.start_s, to: one.end_s, kind: one.truth })) });
    }
    const { warn, unknown } = state.sheet.posecheck[state.rule?.id] ?? { warn: [], unknown: [] };
    const spans = (pairs, kind) => pairs.map(([a, b]) => ({ from: a, to: b, kind }));
    rows.push({ name: "posecheck warns ▲, cannot tell ◆", spans: [...spans(unknown, "unknown"), ...spans(warn, "warn")] });
  }
  root.setAttribute("aria-label", `What you say of ${state.rule?.name ?? "nothing"}: ${own.map(told).join("; ") || "nothing yet"}`);
  lanes(root, {
    rows, from, to, scale, now: clock.now, chosen: state.chosen, begun: state.begun,
    back: (px) => plot.posToVal(px - drawn.left(), "x"),
    onChoose: (one) => { unchoose(); state.begun = null; state.chosen = one; draw(); },
    onDrag: (one, a, b, done) => {
      if (done) {
        state.dragging = null;
        edges(one, a, b);
      } else {
        state.dragging = moved(mine(), one, a, b);
        drawLanes();
      }
    },
  });
}

function drawPending() {
  const { begun, range, chosen } = state;
  for (const truth of Object.keys(TRUTHS)) $(`mark-${truth}`).setAttribute("aria-pressed", String(begun?.truth === truth));
  const text = begun
    ? `${TRUTHS[begun.truth].name} from ${begun.from.toFixed(2)} s on: press ${TRUTHS[begun.truth].key.toUpperCase()} where it ends.`
    : range
      ? `Chosen: ${range.from.toFixed(2)} to ${range.to.toFixed(2)} s. Press G, B or U.`
      : chosen
        ? `Chosen: ${told(chosen)}.`
        : "";
  write($("pending"), text);
}

function drawList() {
  const rows = mine().map((one) => {
    const number = (value, label, put) => h("input", { type: "number", step: "0.01", min: "0", value: value.toFixed(3), "aria-label": `${label} of ${told(one)}`, onchange: (event) => put(Number(event.target.value)) });
    return h("tr", { "aria-current": one === state.chosen ? "true" : null },
      h("td", {}, h("select", { "aria-label": `What is said, ${told(one)}`, onchange: (event) => change(retold(state.steps.now, one, event.target.value)) }, Object.entries(TRUTHS).map(([truth, { sign, name }]) => h("option", { value: truth, selected: truth === one.truth }, `${sign} ${name}`)))),
      h("td", {}, number(one.start_s, "Beginning", (s) => edges(one, s, one.end_s))),
      h("td", {}, number(one.end_s, "End", (s) => edges(one, one.start_s, s))),
      h("td", {}, button({ class: "quiet small", "aria-label": `Take out ${told(one)}`, onclick: () => change(without(state.steps.now, one)) }, "✕")),
    );
  });
  $("said").replaceChildren(...(rows.length ? rows : [h("tr", {}, h("td", { colspan: 4 }, "Nothing yet. Play the clip and press G, B or U where a stretch of time begins, and again where it ends."))]));
}

function drawAgreement() {
  const place = $("agreed");
  if (!place) return;
  if (!state.others) {
    place.replaceChildren(h("p", { class: "soft" }, "Hidden until you say that you are done: who has seen what others say cannot judge by themselves any more."));
    return;
  }
  const rows = state.agreement.filter(({ rule }) => rule === state.rule?.id);
  if (!rows.length) {
    place.replaceChildren(h("p", { class: "soft" }, "Nobody to compare with yet, of this rule."));
    return;
  }
  const head = ["who", "with whom", "kappa", "the same", "in common"];
  const cells = (one) => [one.one, one.other, one.kappa === null ? "–" : one.kappa.toFixed(2), `${Math.round(100 * one.same_frac)} %`, `${one.seconds.toFixed(1)} s`];
  place.replaceChildren(
    h("table", {}, h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows.map((one) => h("tr", {}, cells(one).map((text) => h("td", {}, text)))))),
    h("p", { class: "soft small-print" }, "Cohen's kappa over time: 1 always the same, 0 as chance has it, – where one of you says only one thing."),
  );
}

// ------------------------------------------------------------------------------------------------ begin
async function begin() {
  try {
    const there = await ask("/api/clips");
    state.clips = there.clips;
    state.rater = there.rater || stored("rater") || "";
    await open(0);
    if (!state.rater) $("rater").focus();
  } catch (error) {
    notice(error.message);
  }
}
addEventListener("load", begin);
