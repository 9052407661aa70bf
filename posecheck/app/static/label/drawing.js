// What changes on the page of a clip while it is rated: time, part, lanes, what is said, how far raters agree.
// What others say, and what posecheck says, is drawn only when the rater asks for it: who has seen it cannot rate blindly.

import { write } from "../js/dom.js";
import { lanes, spansOf } from "./lanes.js";
import { KEY_OF, moved, TRUTHS } from "./marks.js";
import { agreement, markRows } from "./panels.js";
import { $, mine, state } from "./state.js";
import * as view from "./view.js";
import { fixed, told, w } from "./words.js";

/** `edits` and `looking` are asked for when they are needed: they draw, too. */
export function makeDrawing({ edits, looking }) {
  function draw() {
    drawTime();
    const { retell, edges, takeOut } = edits();
    $("said").replaceChildren(...markRows(mine(), state.chosen, { retell, edges, takeOut }));
    drawPending();
    drawAgreement();
  }

  function drawTime() {
    const { clock, drawn, sheet } = state;
    if (!drawn || !$("time")) return;
    write($("time"), w("time", { seconds: fixed(clock.frame_s), frame: clock.index + 1, frames: sheet.t_s.length }));
    write($("play"), w(clock.playing ? "pause" : "play"));
    if (!looking().follow()) drawn.redraw();
  }

  /** Which part of the clip is shown, where it is not the whole of it. */
  function drawPart() {
    const { view: shown, all } = state;
    const part = $("part");
    const isPart = view.isPart(shown, all);
    part.hidden = !isPart;
    $("whole").disabled = $("wider").disabled = !isPart;
    part.min = all.from;
    part.max = all.to - (shown.to - shown.from);
    part.value = shown.from;
    const spoken = w("zoom_shown", { from: fixed(shown.from, 1), to: fixed(shown.to, 1) });
    part.setAttribute("aria-valuetext", spoken);
    write($("shown-part"), isPart ? spoken : "");
  }

  function drawLanes() {
    const root = $("lanes") ?? document.createElementNS("http://www.w3.org/2000/svg", "svg");
    if (!root.id) {
      root.id = "lanes";
      root.classList.add("lanes");
      root.setAttribute("role", "img");
      $("lanes-place").append(root);
    }
    const { drawn, sheet } = state;
    if (!drawn) return;
    const { plot } = drawn;
    const { from, to } = state.view;
    const scale = (s) => drawn.left() + plot.valToPos(s, "x");
    if (!Number.isFinite(scale(from))) return; // the curves have no scale yet
    const own = state.dragging ?? mine();
    const shown = state.dragging ? own.filter((one) => one.rule === state.rule?.id && one.person === state.person) : own;
    const rows = [{ name: state.rater ? w("you", { name: state.rater }) : w("you_nameless"), own: true, spans: spansOf(shown) }, ...(state.others ? otherRows() : [])];
    root.setAttribute("aria-label", w("lanes_told", { rule: state.rule?.name ?? "–", said: shown.map(told).join("; ") || w("nothing_said") }));
    lanes(root, {
      rows, from, to, scale, now: state.clock.now, chosen: state.chosen, begun: state.begun,
      back: (px) => view.nearest(sheet.t_s, plot.posToVal(px - drawn.left(), "x")),
      onChoose: (one) => { edits().unchoose(); state.begun = null; state.chosen = one; draw(); },
      onDrag: (one, end, a, b, done) => {
        state.dragging = done ? null : moved(state.steps.now, one, a, b);
        if (done) edits().edges(one, a, b);
        looking().showFrame(end === "from" ? a : b);
      },
    });
  }

  function otherRows() {
    const others = state.sheet.intervals.filter(({ rater, rule, person }) => rater !== state.rater && rule === state.rule?.id && person === state.person);
    const raters = [...new Set(others.map((one) => one.rater))].sort();
    const rows = raters.map((rater) => ({ name: rater, spans: others.filter((one) => one.rater === rater).map((one) => ({ from: one.start_s, to: one.end_s, kind: one.truth })) }));
    const { warn, unknown } = state.sheet.posecheck[state.rule?.id] ?? { warn: [], unknown: [] };
    const spans = (pairs, kind) => pairs.map(([a, b]) => ({ from: a, to: b, kind }));
    return [...rows, { name: w("posecheck_row"), spans: [...spans(unknown, "unknown"), ...spans(warn, "warn")] }];
  }

  function drawPending() {
    const { begun, range, chosen } = state;
    for (const truth of TRUTHS) $(`mark-${truth}`).setAttribute("aria-pressed", String(begun?.truth === truth));
    const text = begun
      ? w("begun", { what: w(`truth_${begun.truth}`), from: fixed(begun.from), key: KEY_OF[begun.truth] })
      : range
        ? w("range", { from: fixed(range.from), to: fixed(range.to) })
        : chosen
          ? w("chosen", { what: told(chosen) })
          : "";
    write($("pending"), text);
  }

  function drawAgreement() {
    const rows = state.agreement.filter(({ rule }) => rule === state.rule?.id);
    $("agreed")?.replaceChildren(...agreement(rows, state.others));
  }

  return { draw, drawTime, drawPart, drawLanes, drawPending, drawAgreement };
}
