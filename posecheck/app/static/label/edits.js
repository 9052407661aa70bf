// How the rater changes what they say: begin and end an interval, move its edges, choose, take out, undo.
// What is said is a value (marks.js) with steps back and forth; each change is drawn and saved at once.

import { moved, painted, retold, without } from "./marks.js";
import { $, mine, state } from "./state.js";
import { notice } from "./saving.js";
import { w } from "./words.js";

const found = (at, truth) => mine().find((mark) => mark.truth === truth && mark.start_s <= at && mark.end_s >= at);

/** `draw`, `save`, and of `looking` where it leads. */
export function makeEdits({ draw, save, looking }) {
  function change(marks, chosen = null) {
    state.chosen = chosen;
    if (state.steps.push(marks)) save();
    draw();
  }

  function say(from, to, truth) {
    const marks = painted(state.steps.now, { start_s: from, end_s: to, rule: state.rule.id, truth, person: state.person });
    if (state.steps.push(marks)) save();
    state.chosen = found((from + to) / 2, truth) ?? null;
    draw();
  }

  function ready() {
    if (state.rater && state.person) return true;
    notice(w(state.rater ? "person_first" : "who_first"));
    $(state.rater ? "person" : "rater").focus();
    return false;
  }

  function unchoose() {
    state.range = null;
    state.drawn?.unchoose();
  }

  function forget() {
    state.begun = null;
    state.chosen = null;
  }

  function edges(one, start_s, end_s) {
    const marks = moved(state.steps.now, one, start_s, end_s);
    const k = state.steps.now.filter((other) => other.rule === one.rule && other.person === one.person).indexOf(one);
    change(marks);
    state.chosen = mine()[k] ?? null;
    draw();
  }

  return {
    edges, forget, unchoose,
    retell: (one, truth) => change(retold(state.steps.now, one, truth)),
    takeOut: (one) => change(without(state.steps.now, one)),

    /** G, B, U: of what is chosen on the curves; of the chosen mark; else begin here, and end where it is pressed again. */
    mark(truth) {
      if (!ready()) return;
      if (state.range) {
        const { from, to } = state.range;
        unchoose();
        say(from, to, truth);
      } else if (state.begun) {
        const { from, truth: before } = state.begun;
        const at = state.clock.frame_s;
        state.begun = before === truth ? null : { from: at, truth };
        say(from, at, before);
      } else if (state.chosen && !state.clock.playing) {
        const { start_s, end_s } = state.chosen;
        change(retold(state.steps.now, state.chosen, truth));
        state.chosen = found((start_s + end_s) / 2, truth) ?? null;
        draw();
      } else {
        state.begun = { from: state.clock.frame_s, truth };
        draw();
      }
    },
    cancel() {
      forget();
      unchoose();
      draw();
    },
    undo(by) {
      forget();
      if (state.steps.go(by)) save();
      draw();
    },
    remove() {
      if (state.chosen) change(without(state.steps.now, state.chosen));
    },
    /** Choose the mark before or after; from none, the one nearest in that direction. */
    choose(by) {
      const marks = mine();
      if (!marks.length) return;
      const at = marks.indexOf(state.chosen);
      const next = at >= 0 ? (at + by + marks.length) % marks.length : by > 0 ? 0 : marks.length - 1;
      state.chosen = marks[next];
      state.clock.pause();
      looking.seek(state.chosen.start_s + 1e-3);
      draw();
    },
    /** Move an edge of the chosen mark by frames, and show the frame it lies at. */
    nudge(edge, frames) {
      if (!state.chosen) return;
      const { start_s, end_s } = state.chosen;
      const times = state.sheet.t_s;
      const at = edge === "start" ? start_s : end_s;
      let k = times.findIndex((t) => t >= at - 1e-3);
      if (k < 0) k = times.length - 1;
      const to = times[Math.max(0, Math.min(k + frames, times.length - 1))];
      edges(state.chosen, edge === "start" ? to : start_s, edge === "end" ? to : end_s);
      if (state.chosen) looking.showFrame(edge === "start" ? state.chosen.start_s : state.chosen.end_s);
    },
  };
}
