// What stands below the curves in words: every mark of the rater, to be changed by hand, and who agrees with whom.

import { button, h } from "../js/dom.js";
import { SIGNS, TRUTHS } from "./marks.js";
import { fixed, told, w } from "./words.js";

/** The rows of what the rater says. `retell(mark, truth)`, `edges(mark, from, to)` and `takeOut(mark)` change it. */
export function markRows(marks, chosen, { retell, edges, takeOut }) {
  if (!marks.length) return [h("tr", {}, h("td", { colspan: 4 }, w("none_yet")))];
  return marks.map((one) => {
    const mark = told(one);
    const number = (value, label, put) => h("input", { type: "number", step: "any", min: "0", value: value.toFixed(3), "aria-label": w(label, { mark }), onchange: (event) => put(Number(event.target.value)) });
    const truths = TRUTHS.map((truth) => h("option", { value: truth, selected: truth === one.truth }, `${SIGNS[truth]} ${w(`truth_${truth}`)}`));
    return h("tr", { "aria-current": one === chosen ? "true" : null },
      h("td", {}, h("select", { "aria-label": w("what_of", { mark }), onchange: (event) => retell(one, event.target.value) }, truths)),
      h("td", {}, number(one.start_s, "from_of", (s) => edges(one, s, one.end_s))),
      h("td", {}, number(one.end_s, "to_of", (s) => edges(one, one.start_s, s))),
      h("td", {}, button({ class: "quiet small", "aria-label": w("take_out", { mark }), onclick: () => takeOut(one) }, "✕")),
    );
  });
}

/** Kappa of every two who speak of the rule, once the rater may see it. */
export function agreement(rows, mayBeSeen) {
  if (!mayBeSeen) return [h("p", { class: "soft" }, w("hidden"))];
  if (!rows.length) return [h("p", { class: "soft" }, w("nobody"))];
  const head = ["who", "whom", "kappa", "same", "common"].map((name) => w(`column_${name}`));
  const cells = (one) => [one.one, one.other, one.kappa === null ? "–" : fixed(one.kappa), `${Math.round(100 * one.same_frac)} %`, `${fixed(one.seconds, 1)} s`];
  return [
    h("div", { class: "tables", tabindex: "0", role: "group", "aria-label": w("agreement") },
      h("table", {}, h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows.map((one) => h("tr", {}, cells(one).map((text) => h("td", {}, text))))))),
    h("p", { class: "soft small-print" }, w("kappa")),
  ];
}
