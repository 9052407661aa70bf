// The place where a person sees themselves: the picture with what was seen in it, or a card saying why there is none.

import { button, h, icon, mark, write } from "./dom.js";
import { makeOverlay } from "./overlay.js";
import { makeRing } from "./ring.js";

/** One for the whole page: it moves from screen to screen, so that the picture never flickers. */
export function makePicture(ctx) {
  const overlay = makeOverlay(ctx.words("page.picture"));
  const hand = makeRing({ label: ctx.words("page.hand"), className: "ring-hand" });
  const title = h("strong", { class: "card-title" });
  const text = h("p", { class: "card-text" });
  const actions = h("div", { class: "card-actions" });
  const card = h("div", { class: "picture-card", hidden: true }, icon("camera"), title, text, actions);
  const badge = h("p", { class: "picture-badge", hidden: true });
  const element = h("section", { class: "view", "aria-label": ctx.words("page.picture") }, overlay.element, hand.element, badge, card);
  hand.element.hidden = true;
  overlay.clear();

  return {
    element,
    draw(picture, frame) {
      overlay.draw(ctx.setting("skeleton") ? null : picture, frame);
      const raised = frame.hand ?? 0;
      mark(hand.element, "hidden", raised < 0.15 ? "" : null);
      if (raised >= 0.15) hand.set({ part: raised, note: ctx.words("page.hand") });
    },
    clear: overlay.clear,
    /** Look as the settings say: mirrored or not, with the picture or the skeleton alone. */
    dress() {
      mark(element, "data-mirror", ctx.setting("mirror") ? "" : null);
      const only = ctx.setting("skeleton");
      badge.hidden = !only;
      write(badge, only ? ctx.words("page.skeleton_only") : "");
    },
    /** Show a card over the picture: {title, text, actions: [{label, run}]}; null takes it away. */
    say(what) {
      card.hidden = !what;
      if (!what) return;
      write(title, what.title);
      write(text, what.text);
      actions.replaceChildren(...(what.actions ?? []).map(({ label, run }) => button({ class: "primary", onclick: run }, label)));
    },
  };
}
