// The three dials: where hip, knee and spine are, how sure that is, and the limits drawn on the dial itself.

import { LOOK, h, mark, s, write } from "./dom.js";

const SPOKEN_MS = 500;
const CENTRE = 100;
const RADIUS = 78;

/** In whole degrees, with a real minus sign, and never "−0°". */
const degrees = (value) => `${String(Math.round(value) || 0).replace("-", "−")}°`;
const share = (value, gauge) => Math.min(1, Math.max(0, (value - gauge.low) / (gauge.high - gauge.low)));
const point = (part, radius = RADIUS) => {
  const angle = Math.PI * (1 - part);
  return [CENTRE + radius * Math.cos(angle), CENTRE - radius * Math.sin(angle)].map((x) => x.toFixed(2));
};
/** An arc of the half circle from one share of it to another. */
const arc = (from, to, radius = RADIUS) =>
  `M${point(from, radius)} A${radius} ${radius} 0 0 1 ${point(Math.max(from + 0.0005, to), radius)}`;
const tick = (part, inner, outer) => `M${point(part, inner)} L${point(part, outer)}`;

/** One dial. `words(key, values)` gives its texts; `update(gauge)` takes one of the server's gauges. */
export function makeGauge(words) {
  const track = s("path", { class: "dial-track", d: arc(0, 1) });
  const fine = s("path", { class: "dial-fine" });
  const beyond = s("path", { class: "dial-beyond" });
  const sigma = s("path", { class: "dial-sigma" });
  const limit = s("path", { class: "dial-limit" });
  const leave = s("path", { class: "dial-leave" });
  const needle = s("path", { class: "dial-needle" });
  const limitText = s("text", { class: "dial-limit-text", "text-anchor": "middle" });
  const shape = h("span", { class: "dial-shape", "aria-hidden": "true" });
  const label = h("span", { class: "dial-label" });
  const number = s("text", { class: "dial-value", x: CENTRE, y: CENTRE, "text-anchor": "middle" });
  const spoken = h("span", { class: "unseen" });
  const note = h("span", { class: "dial-note" });
  const element = h(
    "div",
    { class: "dial", role: "group" },
    s(
      "svg",
      { viewBox: "-20 -26 240 136", "aria-hidden": "true" },
      track,
      fine,
      beyond,
      sigma,
      leave,
      limit,
      needle,
      limitText,
      number,
    ),
    h("div", { class: "dial-foot" }, h("div", { class: "dial-name" }, shape, label), spoken, note),
  );

  let scale = "";
  let spokenMs = -Infinity;
  function drawScale(gauge) {
    const key = `${gauge.low} ${gauge.high} ${gauge.limit} ${gauge.leave} ${gauge.direction} ${gauge.in_force}`;
    if (key === scale) return;
    scale = key;
    const has = gauge.limit !== null && gauge.limit !== undefined;
    mark(element, "data-limit", has ? (gauge.in_force ? "on" : "off") : null);
    for (const part of [fine, beyond, limit, limitText, leave]) mark(part, "visibility", has ? null : "hidden");
    if (!has) return;
    const at = share(gauge.limit, gauge);
    const below = gauge.direction !== "below";
    // "above": the warning lies above the limit, so all below it is fine.
    fine.setAttribute("d", below ? arc(0, at) : arc(at, 1));
    beyond.setAttribute("d", below ? arc(at, 1) : arc(0, at));
    limit.setAttribute("d", tick(at, RADIUS - 13, RADIUS + 11));
    const [x, y] = point(at, RADIUS + 29);
    mark(limitText, "x", x);
    mark(limitText, "y", Number(y) + 9);
    write(limitText, `${Math.round(gauge.limit)}`);
    const leaves = gauge.leave !== null && gauge.leave !== undefined && gauge.leave !== gauge.limit;
    mark(leave, "visibility", leaves ? null : "hidden");
    if (leaves) leave.setAttribute("d", tick(share(gauge.leave, gauge), RADIUS - 10, RADIUS + 6));
  }

  return {
    element,
    update(gauge) {
      const look = LOOK[gauge.verdict] ?? LOOK.UNKNOWN;
      const known = gauge.value !== null && gauge.value !== undefined;
      // A value that nothing is asked of now is neither good nor unknown: it is only shown.
      const asked = gauge.in_force && gauge.limit !== null;
      mark(element, "data-verdict", !known ? "unknown" : asked ? look.name : "plain");
      drawScale(gauge);
      write(shape, !known ? LOOK.UNKNOWN.shape : asked ? look.shape : "");
      write(label, gauge.label);
      mark(element, "aria-label", gauge.label);
      const text = known ? degrees(gauge.value) : "–";
      write(number, text);
      // For whoever listens to the page: nobody is read numbers faster than that.
      if (performance.now() - spokenMs > SPOKEN_MS || !spoken.textContent) {
        spokenMs = performance.now();
        write(spoken, text);
      }
      mark(needle, "visibility", known ? null : "hidden");
      const spread = known && gauge.sigma ? gauge.sigma : 0;
      mark(sigma, "visibility", spread ? null : "hidden");
      if (known) needle.setAttribute("d", tick(share(gauge.value, gauge), RADIUS - 17, RADIUS + 9));
      if (spread) sigma.setAttribute("d", arc(share(gauge.value - spread, gauge), share(gauge.value + spread, gauge)));
      const has = gauge.limit !== null && gauge.limit !== undefined;
      const key = !has ? "page_stretch.no_limit" : gauge.in_force ? `page_stretch.limit_${gauge.direction}` : "page_stretch.limit_off";
      write(note, words(key, { degrees: has ? Math.round(gauge.limit) : "" }));
    },
  };
}

/** How often a dial is drawn anew while its verdict stays: faster than anybody reads, and it leaves the time to judging. */
const EVERY_MS = 60;

/** The row of three dials. */
export function makeGauges(words) {
  let drawnMs = -Infinity;
  let drawn = "";
  const dials = [0, 1, 2].map(() => makeGauge(words));
  const element = h("section", { class: "dials", "aria-label": words("page_stretch.angles") }, dials.map((dial) => dial.element));
  return {
    element,
    update(gauges) {
      const now = performance.now();
      const judged = (gauges ?? []).map(({ verdict, limit, in_force, value }) => `${verdict} ${limit} ${in_force} ${value === null}`).join();
      if (judged === drawn && now - drawnMs < EVERY_MS) return;
      drawn = judged;
      drawnMs = now;
      (gauges ?? []).slice(0, 3).forEach((gauge, i) => dials[i].update(gauge));
    },
  };
}
