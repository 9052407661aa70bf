// Short messages above the screen: what went wrong, and what to do. They float, so that nothing below them moves.

import { button, h, mark } from "./dom.js";

const BRIEF_MS = 8000;

/** `show(code, {title, text, look, actions, brief})` shows or replaces a notice, `hide(code)` takes it away. */
export function makeNotices(root, closeLabel) {
  const shown = new Map();
  const hide = (code) => {
    const found = shown.get(code);
    if (!found) return;
    clearTimeout(found.timer);
    found.element.remove();
    shown.delete(code);
  };
  return {
    hide,
    show(code, { title = "", text = "", look = "warn", actions = [], brief = false }) {
      const key = `${title}\n${text}\n${actions.length}`;
      if (shown.get(code)?.key === key) return;
      hide(code);
      const element = h(
        "div",
        { class: "notice", "data-code": code },
        h("span", { class: "notice-shape", "aria-hidden": "true" }, look === "warn" ? "▲" : look === "good" ? "●" : "◆"),
        h("div", { class: "notice-text" }, title && h("strong", {}, title), h("span", {}, text)),
        actions.map(({ label, run }) => button({ class: "small", onclick: run }, label)),
        brief && button({ class: "quiet small", "aria-label": closeLabel(), onclick: () => hide(code) }, "✕"),
      );
      mark(element, "data-look", look);
      root.append(element);
      shown.set(code, { key, element, timer: brief ? setTimeout(() => hide(code), BRIEF_MS) : 0 });
    },
  };
}
