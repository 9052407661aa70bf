// Calibrate: what to do, and a ring that fills. What is measured, the server says.

import { button, h, icon, write } from "../dom.js";
import { makeRing } from "../ring.js";

export function mount(root, ctx) {
  const w = (key, values) => ctx.words(`page_calibrate.${key}`, values);
  const title = h("h1", { class: "screen-title" }, w("title"));
  const text = h("p", { class: "big-sentence" }, w("wait"));
  const ring = makeRing({ label: w("progress"), className: "ring-hold" });
  root.append(
    h(
      "div",
      { class: "watch calibrate" },
      h("div", { class: "watch-main" }, ctx.picture.element),
      h(
        "div",
        { class: "watch-side" },
        title,
        h("div", { class: "todo", "data-look": "plain" }, text),
        h("div", { class: "hold" }, ring.element),
        h(
          "div",
          { class: "controls" },
          button({ class: "plain", onclick: () => ctx.goOn() }, icon("next"), w("skip"), h("kbd", {}, ctx.words("page_keys.space"))),
          button({ class: "quiet", onclick: () => ctx.askStop() }, ctx.words("page_stretch.stop"), h("kbd", {}, "Esc")),
        ),
      ),
    ),
  );
  ring.set({});
  return {
    frame({ calibrate }) {
      if (!calibrate) return;
      write(title, calibrate.title || w("title"));
      write(text, calibrate.text || w("wait"));
      const left = calibrate.left_s;
      ring.set({ part: calibrate.progress ?? 0, number: Number.isFinite(left) ? String(Math.ceil(left)) : "", of: Number.isFinite(left) ? w("seconds_left") : "", look: "good" });
    },
    state() {},
    unmount() {},
  };
}
