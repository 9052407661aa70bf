// Who says what when: a lane for each rater and one for posecheck, under the curves and to their scale. Own edges are dragged.

import { s } from "../js/dom.js";
import { SIGNS } from "./marks.js";

const ROW = 26;
const EDGE = 9; // half of this lies on each side of an edge: wide enough for a finger's tip or a trembling hand

/**
 * Draw anew into the SVG `root` what lies between `from` and `to`. `rows` are [{name, own, spans: [{from, to, kind,
 * mark?}]}], `scale(s)` gives pixels, `back(px)` seconds. `onChoose(mark)`, `onDrag(mark, end, from, to, done)`, where
 * `end` is the edge that is dragged, "from" or "to".
 */
export function lanes(root, { rows, scale, back, from, to, now, chosen, begun, onChoose, onDrag }) {
  const height = rows.length * (ROW + 16) + 4;
  root.setAttribute("height", height);
  const parts = rows.flatMap((row, k) => {
    const top = k * (ROW + 16) + 15;
    const made = [
      s("text", { x: scale(from), y: top - 4 }, row.name),
      s("rect", { class: row.own ? "floor own" : "floor", x: scale(from), y: top, width: Math.max(0, scale(to) - scale(from)), height: ROW, rx: 4 }),
    ];
    for (const span of row.spans) {
      if (span.to <= from || span.from >= to) continue;
      const [x0, x1] = [scale(Math.max(span.from, from)), scale(Math.min(span.to, to))];
      const classes = [span.kind, row.own && "own-one", span.mark && span.mark === chosen && "chosen"].filter(Boolean).join(" ");
      const bar = s("rect", { class: classes, x: x0, y: top + 2, width: Math.max(1, x1 - x0), height: ROW - 4, rx: 3 });
      if (row.own && span.mark) bar.addEventListener("pointerdown", () => onChoose(span.mark));
      made.push(bar);
      if (x1 - x0 > 16) made.push(s("text", { class: "sign", x: x0 + 4, y: top + ROW / 2 + 4 }, SIGNS[span.kind]));
    }
    if (row.own) {
      // Edges last, so that they lie on top of every bar.
      for (const span of row.spans.filter(({ mark }) => mark)) {
        for (const end of ["from", "to"]) if (span[end] >= from && span[end] <= to) made.push(edge(span, end, top));
      }
      if (begun) {
        const [x0, x1] = [begun.from, now].map((at) => scale(Math.max(from, Math.min(at, to)))).sort((a, b) => a - b);
        made.push(s("rect", { class: `begun ${begun.truth}`, x: x0, y: top + 2, width: Math.max(2, x1 - x0), height: ROW - 4, rx: 3 }));
      }
    }
    return made;
  });
  function edge(span, end, top) {
    const handle = s("rect", { class: "edge", x: scale(span[end]) - EDGE / 2, y: top, width: EDGE, height: ROW, "data-edge": end });
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      onChoose(span.mark);
      const ends = { from: span.from, to: span.to };
      const box = root.getBoundingClientRect();
      const at = (moved) => ({ ...ends, [end]: back(moved.clientX - box.left) });
      const move = (moved) => {
        const next = at(moved);
        onDrag(span.mark, end, next.from, next.to, false);
      };
      const up = (moved) => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", up);
        const next = at(moved);
        onDrag(span.mark, end, next.from, next.to, true);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", up);
    });
    return handle;
  }
  if (now >= from && now <= to) parts.push(s("line", { class: "now", x1: scale(now), x2: scale(now), y1: 0, y2: height }));
  root.replaceChildren(...parts);
}

/** The spans of somebody's marks. */
export const spansOf = (marks) => marks.map((mark) => ({ from: mark.start_s, to: mark.end_s, kind: mark.truth, mark }));
