// Calibrate: what to do, and a ring that fills. What is measured, the server says.

import { LOOK, button, h, icon, isLong, lettersOf, mark, write } from "../dom.js";
import { makeRing } from "../ring.js";

export function mount(root, ctx) {
  const w = (key, values) => ctx.words(`page_calibrate.${key}`, values);
  const title = h("h1", { class: "screen-title" }, w("title"));
  const text = h("p", { class: "big-sentence" }, w("wait"));
  const shape = h("span", { class: "big-shape", "aria-hidden": "true" });
  const todo = h("div", { class: "todo", "data-look": "plain", "data-letters": 1 }, shape, text);
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
        todo,
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
      // What is in the way comes first: nothing is measured before it is gone.
      const told = calibrate.problem || calibrate.text || w("wait");
      write(text, told);
      mark(todo, "data-look", calibrate.problem ? "warn" : "plain");
      mark(todo, "data-long", isLong(told, 90) ? "" : null);
      mark(todo, "data-letters", lettersOf(told));
      write(shape, calibrate.problem ? LOOK.WARN.shape : "");
      const left = calibrate.left_s;
      ring.set({ part: calibrate.progress ?? 0, number: Number.isFinite(left) ? String(Math.ceil(left)) : "", of: Number.isFinite(left) ? w("seconds_left") : "", look: calibrate.problem ? "" : "good" });
    },
    state() {},
    unmount() {},
  };
}
