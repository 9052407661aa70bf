// What one rater says, as a value: intervals [start_s, end_s) that are put in, moved, taken out. Nothing here touches the page.

/** What can be said, and its key and sign. */
export const TRUTHS = ["good", "warn", "unsure"];
export const KEY_OF = { good: "G", warn: "B", unsure: "U" };
export const SIGNS = { good: "●", warn: "▲", unsure: "◆", unknown: "◆" };

/** An interval shorter than this is none. */
const LEAST_S = 0.001;
const same = (one, other) => one.rule === other.rule && one.person === other.person;
const sorted = (marks) => [...marks].sort((a, b) => a.start_s - b.start_s);
const round = (s) => Math.round(s * 1e4) / 1e4;

/** What is left of `marks` where `from`..`to` is said anew of the rule and person of `one`. */
function carved(marks, one) {
  return marks.flatMap((mark) => {
    if (!same(mark, one) || mark.end_s <= one.start_s || mark.start_s >= one.end_s) return [mark];
    const pieces = [{ ...mark, end_s: one.start_s }, { ...mark, start_s: one.end_s }];
    return pieces.filter((piece) => piece.end_s - piece.start_s > LEAST_S);
  });
}

/** Say something of a stretch of time: what was said of it before is painted over, equal neighbours become one. */
export function painted(marks, one) {
  let { start_s: from, end_s: to } = one;
  [from, to] = [round(Math.min(from, to)), round(Math.max(from, to))];
  if (to - from <= LEAST_S) return marks;
  let rest = carved(marks, { ...one, start_s: from, end_s: to });
  for (const mark of rest) {
    if (!same(mark, one) || mark.truth !== one.truth) continue;
    if (Math.abs(mark.end_s - from) < LEAST_S) from = mark.start_s;
    else if (Math.abs(mark.start_s - to) < LEAST_S) to = mark.end_s;
    else continue;
    rest = rest.filter((other) => other !== mark);
  }
  return sorted([...rest, { ...one, start_s: from, end_s: to }]);
}

/** Move the edges of one mark; it stops at its neighbours of the same rule and person. */
export function moved(marks, one, start_s, end_s) {
  const before = marks.filter((mark) => mark !== one && same(mark, one) && mark.end_s <= one.start_s + LEAST_S);
  const after = marks.filter((mark) => mark !== one && same(mark, one) && mark.start_s >= one.end_s - LEAST_S);
  const from = round(Math.max(start_s, 0, ...before.map((mark) => mark.end_s)));
  const to = round(Math.min(end_s, ...after.map((mark) => mark.start_s)));
  if (!(to - from > LEAST_S)) return marks;
  return sorted(marks.map((mark) => (mark === one ? { ...mark, start_s: from, end_s: to } : mark)));
}

/** Say something else of the same time. */
export const retold = (marks, one, truth) => painted(without(marks, one), { ...one, truth });

/** Take one out. */
export const without = (marks, one) => marks.filter((mark) => mark !== one);

/** Steps back and forth: a list of states and where in it we are. */
export class Steps {
  #states;
  #at = 0;
  constructor(first) {
    this.#states = [first];
  }
  get now() {
    return this.#states[this.#at];
  }
  push(state) {
    if (state === this.now) return false;
    this.#states = [...this.#states.slice(Math.max(0, this.#at - 199), this.#at + 1), state];
    this.#at = this.#states.length - 1;
    return true;
  }
  go(by) {
    const to = this.#at + by;
    if (to < 0 || to >= this.#states.length) return false;
    this.#at = to;
    return true;
  }
}
