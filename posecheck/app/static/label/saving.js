// What goes between the page and posecheck: questions, and what the rater says, saved one step after the other.

import { button, h, write } from "../js/dom.js";
import { $, state } from "./state.js";
import { language, w } from "./words.js";

/** Ask posecheck. Throws an error with its own sentence, or that there was no answer. */
export async function ask(path, options) {
  const answer = await fetch(path, options).catch(() => null);
  const body = (await answer?.json().catch(() => null)) ?? { error: w("no_answer") };
  if (!answer?.ok) throw Object.assign(new Error(body.error), { status: answer?.status });
  return body;
}

/** Everything of one clip, in the language the page speaks. */
export const askSheet = (id) => ask(`/api/clips/${id}?rater=${encodeURIComponent(state.rater)}&lang=${language()}`);

/** Say what went wrong, with what can be done; an empty text takes it away. */
export function notice(text, ...actions) {
  $("notices").replaceChildren(
    ...(text ? [h("div", { class: "notice" }, h("span", { class: "notice-shape", "aria-hidden": "true" }, "◆"), h("span", { class: "notice-text" }, text), actions, button({ class: "quiet small", "aria-label": w("close_notice"), onclick: () => notice("") }, "✕"))] : []),
  );
}

/** `onSaved()` hears of each save, `reopen(id)` shows a clip as it is stored. */
export function makeSaving({ onSaved, reopen }) {
  let saving = Promise.resolve();

  /** Save what the rater says now, one save after the other. */
  function save() {
    const [id, rater] = [state.id, state.rater];
    write($("saved"), w("saving"));
    saving = saving.then(async () => {
      if (id !== state.id || rater !== state.rater) return;
      const intervals = state.steps.now.map(({ start_s, end_s, rule, truth, person }) => ({ start_s, end_s, rule, truth, person }));
      try {
        const said = await ask(`/api/clips/${id}/labels`, { method: "PUT", body: JSON.stringify({ rater, revision: state.revision, intervals }) });
        state.revision = said.revision;
        state.agreement = said.agreement;
        state.sheet.intervals = said.intervals;
        write($("saved"), w("saved"));
        onSaved();
      } catch (error) {
        write($("saved"), w("not_saved"));
        if (error.status === 409) {
          notice(w("changed_elsewhere"), button({ class: "plain small", onclick: () => reopen(id) }, w("show_theirs")), button({ class: "plain small", onclick: () => keepMine(id) }, w("keep_mine")));
        } else notice(w("not_saved_why", { why: error.message }), button({ class: "plain small", onclick: () => { notice(""); save(); } }, w("try_again")));
      }
    });
    return saving;
  }

  async function keepMine(id) {
    const there = await askSheet(id);
    state.revision = there.revision;
    notice("");
    await save();
  }

  return {
    save,
    /** Resolves once nothing is on its way any more. */
    done: () => saving,
  };
}
