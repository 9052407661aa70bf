// What stands on the page for one clip: the picture, who says what of whom, the curves, the lists. Built anew for each clip.

import { button, h } from "../js/dom.js";
import { SPEEDS } from "./clock.js";
import { KEY_OF, SIGNS, TRUTHS } from "./marks.js";
import { short, w } from "./words.js";

const option = (value, text, chosen) => h("option", { value, selected: chosen }, text);
const field = (label, control) => h("label", { class: "field" }, h("span", {}, label), control);

/** The clip, or why there is none. `onTime` is told when a jump has arrived, `onBroken` when the browser cannot play it. */
function stageOf(state, { onTime, onBroken, follow }) {
  const stage = h("div", { class: "stage" });
  if (!state.sheet.video) {
    stage.append(h("p", {}, w("no_clip")));
    return stage;
  }
  const video = h("video", { src: `/clip/${state.id}`, preload: "auto", playsinline: true, "aria-label": w("clip_named", { name: state.sheet.name }), tabindex: "-1" });
  video.muted = true;
  video.addEventListener("error", () => {
    onBroken();
    stage.replaceChildren(h("p", {}, w("cannot_play")));
  });
  video.addEventListener("seeked", onTime);
  stage.append(video);
  follow(video);
  return stage;
}

function toolsOf(does) {
  return h("div", { class: "row" },
    button({ class: "plain small", id: "back", onclick: () => does.step(-1) }, w("frame_back")),
    button({ class: "primary small", id: "play", onclick: does.play }, w("play")),
    button({ class: "plain small", id: "on", onclick: () => does.step(1) }, w("frame_on")),
    h("label", {}, w("speed"), h("select", { id: "speed", onchange: (event) => does.speed(Number(event.target.value)) }, SPEEDS.map((speed) => option(speed, `${short(speed)} ×`, speed === 1)))),
    h("span", { class: "time", id: "time" }),
  );
}

function whoOf(state, does) {
  const { sheet } = state;
  const rules = sheet.rules.map((rule, k) => option(rule.id, `${k + 1}  ${rule.name}: ${rule.reason}`, rule.id === state.rule?.id));
  const truths = TRUTHS.map((truth) => button({ class: `mark ${truth}`, id: `mark-${truth}`, "aria-pressed": "false", onclick: () => does.mark(truth) }, h("span", { "aria-hidden": "true" }, SIGNS[truth]), w(`truth_${truth}`), h("kbd", {}, KEY_OF[truth])));
  const name = (id, value, put) => h("input", { id, value, maxlength: 60, autocomplete: "off", onchange: (event) => put(event.target.value) });
  const check = (id, label, checked, put) => h("label", { class: "check" }, h("input", { type: "checkbox", id, checked, onchange: (event) => put(event.target.checked) }), w(label));
  return h("section", { class: "panel", "aria-labelledby": "who-title" },
    h("h2", { id: "who-title" }, w("said_of")),
    field(w("clip"), h("select", { id: "clip", onchange: (event) => does.open(Number(event.target.value)) }, state.clips.map((clip) => option(clip.id, clip.name, clip.id === state.id)))),
    h("div", { class: "pair" }, field(w("you_are"), name("rater", state.rater, does.rater)), field(w("in_the_clip"), name("person", state.person, does.person))),
    field(w("rule"), h("select", { id: "rule", onchange: (event) => does.rule(sheet.rules.findIndex(({ id }) => id === event.target.value)) }, rules)),
    h("div", { class: "marks" }, truths),
    h("p", { class: "pending", id: "pending", role: "status" }),
    h("div", { class: "row" },
      button({ class: "plain small", id: "undo", onclick: () => does.undo(-1) }, w("undo"), " ", h("kbd", {}, "Z")),
      button({ class: "plain small", id: "redo", onclick: () => does.undo(1) }, w("redo"), " ", h("kbd", {}, "Y")),
      check("angles", "angles", state.angles, does.setAngles),
    ),
    check("others", "show_others", false, does.setOthers),
  );
}

function timeOf(does) {
  const closer = (id, text, key, run) => button({ class: "plain small", id, onclick: run }, w(text), " ", h("kbd", {}, key));
  return h("section", { class: "panel over-all", "aria-labelledby": "time-title" },
    h("div", { class: "row" },
      h("h2", { id: "time-title" }, w("over_time")),
      h("ul", { class: "legend", id: "legend" }),
      h("span", { class: "soft shown-part", id: "shown-part", role: "status" }),
      closer("wider", "zoom_out", "↓", () => does.zoom(-1)),
      closer("closer", "zoom_in", "↑", () => does.zoom(1)),
      closer("whole", "zoom_whole", "0", does.whole),
    ),
    h("div", { class: "time-line" },
      h("div", { id: "curves", role: "img", "aria-label": w("curves_hint") }),
      h("div", { id: "lanes-place" }),
      h("input", { type: "range", id: "part", class: "part", step: "any", "aria-label": w("zoom_part"), hidden: true, oninput: (event) => does.part(Number(event.target.value)) }),
    ),
  );
}

/** Everything of one clip, in the order in which it is read. */
export function pageOf(state, does, stage) {
  const columns = ["what", "from", "to", "out"].map((name, k) => (k === 1 || k === 2 ? h("th", { scope: "col" }, w(`column_${name}`)) : h("td", {}, h("span", { class: "unseen" }, w(`column_${name}`)))));
  const said = h("table", { class: "said" }, h("thead", {}, h("tr", {}, columns)), h("tbody", { id: "said" }));
  return [
    h("section", { class: "panel", "aria-label": w("clip_part") }, stageOf(state, stage), toolsOf(does)),
    whoOf(state, does),
    timeOf(does),
    h("section", { class: "panel", "aria-labelledby": "said-title" }, h("h2", { id: "said-title" }, w("you_say")), h("div", { class: "tables", tabindex: "0", role: "group", "aria-label": w("intervals") }, said)),
    h("section", { class: "panel", "aria-labelledby": "agreed-title" }, h("h2", { id: "agreed-title" }, w("agreement")), h("div", { id: "agreed" })),
  ];
}
