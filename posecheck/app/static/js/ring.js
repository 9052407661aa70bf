// A ring that fills: good seconds of a hold, repetitions, the seconds of standing still.

import { h, mark, s, write } from "./dom.js";

const RADIUS = 88;
/** Steps of a full ring, each about a pixel of it: what nobody sees is not drawn anew with every picture. */
const STEPS = 500;

/** A ring with a big number in it. `set({part, number, of, note, look})`: part 0..1, the rest are texts. */
export function makeRing({ label = "", className = "" } = {}) {
  const bar = s("circle", { class: "ring-bar", cx: 100, cy: 100, r: RADIUS, pathLength: 1000, transform: "rotate(-90 100 100)" });
  const number = h("span", { class: "ring-number" });
  const of = h("span", { class: "ring-of" });
  const note = h("span", { class: "ring-note" });
  const element = h(
    "div",
    { class: `ring ${className}`, role: "progressbar", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100 },
    s("svg", { viewBox: "0 0 200 200", "aria-hidden": "true" }, s("circle", { class: "ring-track", cx: 100, cy: 100, r: RADIUS }), bar),
    h("div", { class: "ring-text" }, number, of, note),
  );
  return {
    element,
    set({ part = 0, number: big = "", of: under = "", note: last = "", look = "" }) {
      const full = Math.min(1, Math.max(0, Number.isFinite(part) ? part : 0));
      mark(bar, "stroke-dasharray", `${Math.round(full * STEPS) * (1000 / STEPS)} 1000`);
      mark(bar, "visibility", full > 0.002 ? null : "hidden");
      mark(element, "aria-valuenow", Math.round(full * 100));
      mark(element, "aria-valuetext", [big, under].filter(Boolean).join(" ") || `${Math.round(full * 100)} %`);
      mark(element, "data-look", look || null);
      write(number, big);
      write(of, under);
      write(note, last);
    },
  };
}
