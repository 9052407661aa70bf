// The last minute that was seen, judged again with other numbers: the plot, and what was gained and lost.

import { h } from "./dom.js";
import { motionPlot } from "./plots.js";
import { decimal, whole } from "./text.js";

const WATCHED = ["setup", "calibrate", "work"];
const AGAIN_MS = 1000;

/** Which measure of the plot the limit of a rule belongs to, by the beginning of its key. */
const LIMITS = [
  [/^spine_rounding\.limit_deg$/, "spine_flexion_deg"],
  [/^knee_(bend|sags|too_bent)\.limit_deg$/, "knee_flexion_deg"],
];

/** The events of `after` that have no counterpart in `before`: the same rule and verdict at the same time. */
export function gained(before, after) {
  const same = (one, other) => one.rule === other.rule && one.verdict === other.verdict && one.start_s < other.end_s && other.start_s < one.end_s;
  return after.filter((one) => !before.some((other) => same(one, other)));
}

/** Seconds with each verdict: {G, W, U}. A sample lasts until the next one; a pause of more than 1 s is UNKNOWN. */
export function secondsOf(t_s, verdict) {
  const sum = { G: 0, W: 0, U: 0 };
  for (let i = 0; i + 1 < t_s.length; i++) {
    const lasted = t_s[i + 1] - t_s[i];
    sum[lasted > 1 ? "U" : verdict[i]] += lasted;
  }
  return sum;
}

export class Replay {
  #ctx;
  #plot = null;
  #turn = 0;

  constructor(ctx, { compact }) {
    this.#ctx = ctx;
    this.height = compact ? 190 : 220;
    const { words } = ctx;
    this.body = h("div", { class: "replay-body" }, h("p", { class: "muted" }, words("page_tune.replay_wait")));
    this.place = h("div", { class: "plot-box", hidden: true });
    this.element = h("section", { class: "card replay", "aria-labelledby": "replay-title" }, h("h2", { id: "replay-title" }, words("page_tune.replay")), this.place, this.body);
  }

  /**
   * Judge the last minute with the numbers of `now` over those in force, and compare it with those of `before`.
   * `inForce`: the session has the numbers of `now` already.
   */
  async judge(stretch, now, before, rows, inForce) {
    const turn = ++this.#turn;
    const { words, api, state } = this.#ctx;
    const ask = (set) => api(`/api/replay?lang=${state.lang}`, { method: "POST", body: { stretch, set } });
    let answer;
    try {
      answer = await ask(now);
      answer.after = { events: answer.events, verdict: answer.series.verdict };
      if (inForce) {
        // What is in force is "before" to the server. Both sides are taken from one answer: the minute moves on meanwhile.
        const was = await ask(before);
        answer.after = was.before;
        answer.before = { events: was.events, verdict: was.series.verdict };
        answer.t_s = was.series.t_s;
      }
    } catch (problem) {
      if (turn !== this.#turn) return;
      this.#drop();
      // In a session something is about to be seen: until then nothing has been.
      if (problem.status === 409 && WATCHED.includes(this.#ctx.state.stage)) setTimeout(() => turn === this.#turn && this.judge(stretch, now, before, rows, inForce), AGAIN_MS);
      this.body.replaceChildren(h("p", { class: "muted" }, problem.status === 409 ? words("page_tune.replay_none") : problem.message));
      return;
    }
    if (turn !== this.#turn) return; // a later change is on its way
    const limits = answer.limits ?? limitsOf(rows);
    const label = words("page_tune.replay_label", { seconds: whole(answer.seconds, state.lang), warn: decimal(secondsOf(answer.series.t_s, answer.series.verdict).W, state.lang) });
    if (this.#plot) {
      this.#plot.update(answer.series, limits);
      this.place.querySelector(".plot").setAttribute("aria-label", label);
    } else {
      this.place.hidden = false;
      this.#plot = motionPlot(this.place, { series: answer.series, limits, words, lang: state.lang, label, height: this.height });
    }
    this.#tell(answer);
  }

  #tell(answer) {
    const { words, state } = this.#ctx;
    const t_s = answer.t_s ?? answer.series.t_s;
    const [before, after] = [secondsOf(t_s, answer.before.verdict), secondsOf(t_s, answer.after.verdict)];
    const line = (letter, look, key) =>
      h("tr", {}, h("th", { scope: "row", class: look }, words(key)), ...[before, after].map((sums) => h("td", { class: "num" }, `${decimal(sums[letter], state.lang)} s`)), h("td", { class: "num" }, difference(after[letter] - before[letter], state.lang)));
    const more = gained(answer.before.events, answer.after.events);
    const less = gained(answer.after.events, answer.before.events);
    this.body.replaceChildren(
      h("table", { class: "list before-after" },
        h("thead", {}, h("tr", {}, h("td", {}), ...["before", "after", "change"].map((key) => h("th", { scope: "col" }, words(`page_tune.${key}`))))),
        h("tbody", {}, line("G", "good", "page_tune.good_row"), line("W", "warn", "page_tune.warn"), line("U", "unknown", "page_tune.unknown"))),
      h("ul", { class: "rows events", "aria-live": "polite" },
        [...more.map((one) => this.#event("+", one, t_s[0], "page_tune.event_new")), ...less.map((one) => this.#event("−", one, t_s[0], "page_tune.event_gone"))],
        more.length + less.length === 0 && h("li", { class: "muted" }, words("page_tune.same"))),
    );
  }

  #event(sign, event, start, key) {
    const { words, state } = this.#ctx;
    const from = decimal(event.start_s - start, state.lang);
    const to = decimal(event.end_s - start, state.lang);
    return h("li", {}, h("b", { class: event.verdict === "WARN" ? "warn" : "unknown" }, `${sign} ${words(key, { from, to })}`), " ", event.reason);
  }

  #drop() {
    this.#plot?.destroy();
    this.#plot = null;
    this.place.replaceChildren();
    this.place.hidden = true;
  }

  destroy() {
    this.#turn++;
    this.#drop();
  }
}

const difference = (value, lang) => (Math.abs(value) < 0.05 ? "=" : `${value > 0 ? "+" : "−"}${decimal(Math.abs(value), lang)} s`);

function limitsOf(rows) {
  const found = {};
  for (const { number, value } of rows) {
    const measure = LIMITS.find(([form]) => form.test(number.key))?.[1];
    if (measure) found[measure] = value;
  }
  return found;
}
