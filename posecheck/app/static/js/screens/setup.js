// Set-up: stand so that the camera sees you well. One sentence at a time, in letters to be read from across the room.

import { LOOK, button, h, icon, isLong, lettersOf, mark, write } from "../dom.js";
import { makeRing } from "../ring.js";

export function mount(root, ctx) {
  const w = (key, values) => ctx.words(`page_setup.${key}`, values);
  const shape = h("span", { class: "big-shape", "aria-hidden": "true" }, LOOK.UNKNOWN.shape);
  const sentence = h("p", { class: "big-sentence" }, w("looking"));
  const todo = h("div", { class: "todo", "data-look": "unknown", "data-letters": 1 }, shape, sentence);
  const checks = h("ul", { class: "checks", "aria-label": w("checks") });
  const still = makeRing({ label: w("still"), className: "ring-still" });
  const stillText = h("p", { class: "still-text" }, w("still"));
  const skip = button({ class: "plain", onclick: () => ctx.goOn() }, icon("next"), w("skip"), h("kbd", {}, ctx.words("page_keys.space")));
  const calibrate = button({ class: "plain", hidden: true, onclick: () => ctx.send({ do: "calibrate" }) }, icon("body"), w("calibrate"));
  const stop = button({ class: "quiet", onclick: () => ctx.askStop() }, ctx.words("page_stretch.stop"), h("kbd", {}, "Esc"));
  const title = h("h1", { class: "screen-title" }, w("title"));
  root.append(
    h(
      "div",
      { class: "watch setup" },
      h("div", { class: "watch-main" }, ctx.picture.element),
      h(
        "div",
        { class: "watch-side" },
        title,
        todo,
        checks,
        h("div", { class: "still" }, still.element, stillText),
        h("div", { class: "controls" }, skip, calibrate, stop),
      ),
    ),
  );
  still.set({});

  const rows = new Map();

  function row(check) {
    if (!rows.has(check.name)) {
      const sign = h("span", { class: "check-shape", "aria-hidden": "true" });
      const word = h("span", { class: "check-word" });
      const item = h("li", {}, sign, h("span", { class: "check-label" }, check.label), word);
      rows.set(check.name, { item, sign, word });
      checks.append(item);
    }
    return rows.get(check.name);
  }

  // Every check has its line from the beginning on: what is found out changes its sign and word, and moves nothing.
  for (const name of ctx.checks) {
    const { item, sign, word } = row({ name, label: ctx.words(`setup.label.${name}`) });
    mark(item, "data-look", LOOK.UNKNOWN.name);
    write(sign, LOOK.UNKNOWN.shape);
    write(word, w("verdict_unknown"));
  }

  /** Who was never measured, or long ago, is offered it here. */
  function offer() {
    calibrate.hidden = !ctx.state.session?.calibration;
  }

  offer();
  return {
    frame(frame) {
      const setup = frame.setup;
      if (!setup) return;
      for (const check of setup.checks) {
        const { item, sign, word } = row(check);
        const look = LOOK[check.verdict] ?? LOOK.UNKNOWN;
        mark(item, "data-look", look.name);
        write(sign, look.shape);
        write(word, w(`verdict_${look.name}`));
      }
      const act = setup.checks.find((check) => check.verdict === "ACT") ?? setup.checks.find((check) => check.verdict === "UNKNOWN" && check.sentence);
      const look = setup.well ? LOOK.OK : act ? LOOK[act.verdict] : LOOK.UNKNOWN;
      // The server settles which sentence it is, and says it; what is read must be what is heard.
      const text = frame.say?.text || (setup.well ? w("well") : (act?.sentence ?? w("looking")));
      mark(todo, "data-look", look.name);
      write(shape, setup.well ? LOOK.GOOD.shape : look.shape);
      write(sentence, text);
      mark(todo, "data-long", isLong(text, 90) ? "" : null);
      mark(todo, "data-letters", lettersOf(text));
      const part = setup.still_target_s ? setup.still_s / setup.still_target_s : 0;
      const left = Math.max(0, Math.ceil(setup.still_target_s - setup.still_s));
      still.set({ part, number: setup.well ? String(left) : "", look: setup.well ? "good" : "" });
    },
    state: offer,
    unmount() {},
  };
}
