// Everything by keyboard: one list of keys, what they do, and the dialog that shows it.

import { h } from "../js/dom.js";
import { w } from "./words.js";

const TYPING = "input:not([type=checkbox]), textarea, select";

/** The keys, in the order of the help: how they are shown, the words for them, and what each does. */
function list(does) {
  return [
    [w("key_space"), "does_play", { " ": does.play }],
    ["← →", "does_frame", { ArrowLeft: () => does.step(-1), ArrowRight: () => does.step(1) }],
    [`${w("key_shift")} ← →`, "does_second", { "S-ArrowLeft": () => does.jump(-1), "S-ArrowRight": () => does.jump(1) }],
    ["↑ ↓", "does_zoom", { ArrowUp: () => does.zoom(1), ArrowDown: () => does.zoom(-1) }],
    ["0", "does_whole", { 0: does.whole }],
    ["− =", "does_speed", { "-": () => does.faster(-1), "=": () => does.faster(1), "+": () => does.faster(1), "S-+": () => does.faster(1) }],
    ["G B U", "does_mark", { g: () => does.mark("good"), b: () => does.mark("warn"), u: () => does.mark("unsure") }],
    ["[ ]", "does_choose", { "[": () => does.choose(-1), "]": () => does.choose(1) }],
    [", .", "does_start", { ",": () => does.nudge("start", -1), ".": () => does.nudge("start", 1) }],
    [`${w("key_shift")} , .`, "does_end", { "S-<": () => does.nudge("end", -1), "S-,": () => does.nudge("end", -1), "S-;": () => does.nudge("end", -1), "S->": () => does.nudge("end", 1), "S-.": () => does.nudge("end", 1), "S-:": () => does.nudge("end", 1) }],
    [w("key_del"), "does_remove", { Delete: does.remove, Backspace: does.remove }],
    ["Z, Y", "does_undo", { z: () => does.undo(-1), y: () => does.undo(1) }],
    ["1 – 9", "does_rule", Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [String(n), () => does.rule(n - 1)]))],
    ["N, P", "does_clip", { n: () => does.clip(1), p: () => does.clip(-1) }],
    ["H", "does_others", { h: does.others }],
    ["Esc", "does_cancel", { Escape: does.cancel }],
    ["?", "does_help", { "?": does.help, "S-?": does.help }],
  ];
}

/** Listen on the document; `ready()` says whether there is a clip. A key pressed while typing belongs to what is typed. */
export function listen(does, ready) {
  const byKey = Object.assign({}, ...list(does).map(([, , keys]) => keys));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || !ready()) return;
    const on = event.target;
    if (on.closest(TYPING)) {
      if (event.key === "Escape") on.blur();
      return;
    }
    if ((event.key === " " || event.key === "Enter") && on.closest("button, input, summary")) return;
    const key = event.key.length === 1 && /[a-z]/i.test(event.key) ? event.key.toLowerCase() : event.key;
    const run = (event.shiftKey && byKey[`S-${key}`]) || byKey[key];
    if (!run || (event.repeat && "gbu".includes(key))) return;
    event.preventDefault();
    run();
  });
}

/** Show which key does what. */
export function showKeys(dialog) {
  const nothing = new Proxy({}, { get: () => () => {} });
  const rows = list(nothing).map(([shown, what]) => h("div", {}, h("dt", {}, h("kbd", {}, shown)), h("dd", {}, w(what))));
  dialog.replaceChildren(h("h2", { id: "help-title" }, w("keys")), h("dl", {}, rows), h("form", { method: "dialog" }, h("button", { class: "primary" }, w("close"))));
  dialog.showModal();
}
