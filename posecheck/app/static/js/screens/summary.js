// What was done: good seconds against the target, how deep, the best and the worst moment, the angles over time.

import { button, h, icon } from "../dom.js";
import { motionPlot } from "../plots.js";
import { decimal, whole } from "../text.js";

export function mount(root, ctx) {
  const drawn = [];
  const off = ctx.on("summary", show);
  function show(summary) {
    drawn.splice(0).forEach((plot) => plot.destroy());
    const { words } = ctx;
    const begun = summary.parts.filter((part) => part.done || part.good_s > 0 || part.timed_s > 0 || part.series?.t_s?.length > 1);
    const others = summary.parts.filter((part) => !begun.includes(part));
    const watched = summary.parts.filter((part) => part.watch);
    const title = h("h1", { tabindex: "-1" }, words(summary.finished ? "page_summary.title" : "page_summary.title_early"));
    const places = [];
    const page = h(
      "div",
      { class: "screen summary" },
      h(
        "header",
        { class: "summary-head" },
        h("div", {}, title, h("p", { class: "muted" }, subtitle(summary))),
        watched.length > 0 &&
          h("p", { class: "summary-total" }, h("b", { class: summary.good_s < 0.5 ? "num" : "num good" }, seconds(summary.good_s)), " ", h("span", {}, words("page_summary.good_in_all"))),
      ),
      h("div", { class: "actions no-print" }, actions()),
      begun.length ? begun.map((part) => card(part, places)) : h("p", { class: "card" }, words("page_summary.nothing")),
      others.length > 0 &&
        h("section", { class: "card", "aria-labelledby": "others-title" }, h("h2", { id: "others-title" }, words("page_summary.others")), h("ul", { class: "rows" }, others.map((part) => h("li", {}, part.name, sideOf(part))))),
      h("section", { class: "card", "aria-labelledby": "kept-title" }, h("h2", { id: "kept-title" }, words("page_summary.kept_title")), kept(summary)),
      h("p", { class: "note muted" }, summary.note),
    );
    root.replaceChildren(page);
    for (const { place, part } of places) {
      drawn.push(motionPlot(place, { series: part.series, limits: part.limits, words, lang: ctx.state.lang, label: described(part) }));
    }
    title.focus({ preventScroll: true });
  }

  const seconds = (value) => `${whole(value, ctx.state.lang)} s`;
  const degrees = (value) => `${whole(value, ctx.state.lang)}°`;

  const sideOf = (part) => part.side && h("span", { class: "side" }, ctx.words(`page_summary.${part.side}`));

  function subtitle(summary) {
    const done = summary.parts.filter((part) => part.done).length;
    const parts = ctx.words("page_summary.parts_done", { number: done, total: summary.parts.length });
    return [ctx.state.session?.title, parts].filter(Boolean).join(" · ");
  }

  function actions() {
    return [
      button({ class: "primary", onclick: () => ctx.send({ do: "again" }) }, icon("play"), ctx.words("page_summary.again")),
      button({ class: "plain", onclick: () => ctx.send({ do: "home" }) }, icon("home"), ctx.words("page_summary.home")),
      button({ class: "plain", onclick: () => ctx.go("#tune") }, icon("tune"), ctx.words("page_summary.tune")),
      button({ class: "plain", onclick: () => print() }, ctx.words("page_summary.print")),
    ];
  }

  function card(part, places) {
    const { words } = ctx;
    const id = `part-${part.stretch}-${part.side}-${places.length}`;
    const state = part.done ? ["good", "✓", "page_summary.done"] : ["muted", "–", "page_summary.part_open"];
    const box = h(
      "section",
      { class: "card part", "aria-labelledby": id },
      h(
        "header",
        { class: "part-head" },
        h("h2", { id }, part.name, sideOf(part)),
        h("span", { class: `chip ${state[0]}` }, `${state[1]} `, words(state[2])),
      ),
      part.watch ? held(part, id) : h("p", { class: "muted" }, words("page_summary.not_watched", { seconds: whole(part.timed_s, ctx.state.lang) })),
      part.watch && numbers(part),
    );
    if (part.best || part.worst) box.append(h("div", { class: "moments" }, moment(part.best, "good", "●", "page_summary.best", part), moment(part.worst, "warn", "▲", "page_summary.worst", part)));
    if (part.watch && part.series?.t_s?.length > 1) {
      const place = h("div", { class: "plot-box" });
      places.push({ place, part });
      box.append(h("h3", {}, words("page_summary.over_time")), place);
    }
    return box;
  }

  /** The bar of good seconds, or of repetitions, against what was wanted. */
  function held(part, id) {
    const wanted = ctx.state.session?.parts.find((one) => one.stretch === part.stretch)?.target;
    const of = part.reps ? [part.reps.whole, wanted, "page_summary.reps_of"] : [part.good_s, part.target_s, "page_summary.good_of"];
    const [value, target, key] = of;
    if (!(target > 0)) return part.reps ? null : h("p", { class: "amount" }, h("b", { class: "num good" }, seconds(part.good_s)), " ", ctx.words("page_summary.good"));
    return h(
      "div",
      { class: "held" },
      h("p", { class: "amount" }, ctx.words(key, { number: whole(value, ctx.state.lang), target: whole(target, ctx.state.lang) })),
      h("progress", { max: target, value: Math.min(value, target), "aria-labelledby": id }),
    );
  }

  function numbers(part) {
    const { words } = ctx;
    const one = (label, value, look = "") => value !== null && h("div", {}, h("dt", {}, words(label)), h("dd", { class: `num ${look}` }, value));
    const reps = part.reps;
    return h(
      "dl",
      { class: "facts" },
      reps && one("page_summary.reps_good", words("page_summary.of", { number: reps.good, total: reps.whole })),
      reps?.partial > 0 && one("page_summary.reps_partial", String(reps.partial)),
      reps?.unseen > 0 && one("page_summary.reps_unseen", String(reps.unseen), "unknown"),
      reps && one("page_summary.good", seconds(part.good_s)),
      one("page_summary.rounded", part.rounded_s === null ? words("page_summary.never_judged") : seconds(part.rounded_s), part.rounded_s > 0.5 ? "warn" : ""),
      part.unknown_s !== null && one("page_summary.unknown", seconds(part.unknown_s), part.unknown_s > 0.5 ? "unknown" : ""),
      part.depth !== null && h("div", {}, h("dt", {}, part.depth_label || words("page_summary.depth")), h("dd", { class: "num" }, degrees(part.depth))),
      part.hip_share !== null && one("page_summary.hip_share", `${whole(100 * part.hip_share, ctx.state.lang)} %`),
    );
  }

  function moment(one, look, shape, key, part) {
    if (!one) return null;
    const start = part.series?.t_s?.[0] ?? 0;
    const caption = ctx.words(key);
    return h(
      "figure",
      { class: look },
      h("img", { src: one.jpeg, alt: ctx.words("page_summary.picture", { what: caption, stretch: part.name }), decoding: "async" }),
      h("figcaption", {}, h("b", {}, `${shape} ${caption}`), " ", h("span", { class: "muted" }, ctx.words("page_summary.at", { seconds: decimal(Math.max(0, one.t_s - start), ctx.state.lang) }))),
    );
  }

  function kept(summary) {
    const { words } = ctx;
    const lines = [];
    if (summary.kept) lines.push(words("page_summary.kept_history", { number: summary.kept, path: ctx.state.history?.path ?? "" }));
    else lines.push(words("page_summary.kept_no_history"));
    lines.push(summary.recording ? words("page_summary.kept_recording", { path: summary.recording }) : words("page_summary.kept_no_recording"));
    if (summary.parts.some((part) => part.best || part.worst)) lines.push(words("page_summary.kept_pictures"));
    return h("ul", { class: "rows" }, lines.map((line) => h("li", {}, line)));
  }

  /** The plot in words, for those who do not see it. */
  function described(part) {
    const peak = (key) => {
      const seen = (part.series[key] ?? []).filter((value) => value !== null);
      return seen.length ? degrees(seen.reduce((a, b) => Math.max(a, b))) : "–";
    };
    return ctx.words("page_summary.plot_label", {
      stretch: part.name,
      seconds: whole(part.series.t_s.at(-1) - part.series.t_s[0], ctx.state.lang),
      spine: peak("spine_flexion_deg"), hip: peak("hip_hinge_deg"), knee: peak("knee_flexion_deg"),
    });
  }

  if (ctx.summary) show(ctx.summary);
  else root.replaceChildren(h("p", { class: "screen muted", role: "status" }, ctx.words("page_summary.loading")));
  return {
    frame() {},
    state() {},
    summary: show,
    unmount() {
      off?.();
      drawn.forEach((plot) => plot.destroy());
      root.replaceChildren();
    },
  };
}
