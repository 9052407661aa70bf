// Plots: what was measured over time with its limits and verdicts, and what changed over the days.
//
// Colours come from the tokens of the page each time something is drawn, so that light, dark and paper need no more.
// WARN is shaded and has a solid edge, UNKNOWN is hatched: neither needs colours to be told apart.

import { h, write } from "./dom.js";

/** The lines of a session in the order they are drawn: key, token of the colour, dashes. */
export const LINES = [
  { key: "spine_flexion_deg", colour: "--plot-spine", dash: [], width: 2.5 },
  { key: "hip_hinge_deg", colour: "--plot-hip", dash: [9, 4], width: 1.75 },
  { key: "knee_flexion_deg", colour: "--plot-knee", dash: [2, 3], width: 1.75 },
];
const HATCH_PX = 7;
const MANY = 1500; // more samples than this are thinned: a screen has no more columns

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "gray";

/** The stretches of time with one verdict, as [letter, from, to] in indices of the samples. */
export function spans(verdict) {
  const found = [];
  for (let from = 0, i = 1; i <= verdict.length; i++) {
    if (verdict[i] !== verdict[from]) {
      found.push([verdict[from], from, Math.min(i, verdict.length - 1)]);
      from = i;
    }
  }
  return found;
}

function thinned(series) {
  const step = Math.ceil(series.t_s.length / MANY);
  if (step <= 1) return series;
  const some = (list) => list.filter((_, i) => i % step === 0);
  const thin = Object.fromEntries(Object.entries(series).map(([key, list]) => [key, key === "verdict" ? list : some(list)]));
  // Of the verdicts that are thinned out none may vanish: the gravest of each bundle stands for it.
  thin.verdict = thin.t_s.map((_, i) => gravest(series.verdict.slice(i * step, (i + 1) * step))).join("");
  return thin;
}
const gravest = (letters) => ["W", "U", "G"].find((letter) => letters.includes(letter)) ?? "U";

function shade(plot, verdict) {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  const times = plot.data[0];
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const [letter, from, to] of spans(verdict)) {
    if (letter === "G") continue;
    const x0 = plot.valToPos(times[from], "x", true);
    const wide = Math.max(1, plot.valToPos(times[to], "x", true) - x0);
    ctx.globalAlpha = 1;
    ctx.fillStyle = ctx.strokeStyle = token(letter === "W" ? "--warn" : "--unknown");
    if (letter === "W") {
      ctx.fillRect(x0, top, wide, 3 * devicePixelRatio);
      ctx.globalAlpha = 0.2;
      ctx.fillRect(x0, top, wide, height);
    } else hatch(ctx, x0, top, wide, height);
  }
  ctx.restore();
}

function hatch(ctx, x0, top, wide, height) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x0, top, wide, height);
  ctx.clip();
  ctx.globalAlpha = 0.55;
  ctx.lineWidth = 1.25 * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  const step = HATCH_PX * devicePixelRatio;
  // Counted from the left edge of the picture, so that neighbours join without a seam.
  for (let x = Math.floor((x0 - height) / step) * step; x < x0 + wide; x += step) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
  ctx.restore();
}

function limitLines(plot, limits) {
  const { ctx } = plot;
  const { left, width } = plot.bbox;
  ctx.save();
  ctx.font = `600 ${px(11) * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textBaseline = "bottom";
  limits.forEach(({ value, label, colour }, number) => {
    const y = plot.valToPos(value, "y", true);
    ctx.strokeStyle = ctx.fillStyle = token(colour);
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash([5, 4].map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    ctx.stroke();
    // Names by turns at the right and the left end: two limits may lie close to each other.
    const right = number % 2 === 0;
    ctx.textAlign = right ? "right" : "left";
    const at = [label, left + (right ? width - 4 * devicePixelRatio : 4 * devicePixelRatio), y - 3 * devicePixelRatio];
    ctx.setLineDash([]);
    ctx.strokeStyle = token("--card");
    ctx.lineWidth = 4 * devicePixelRatio;
    ctx.strokeText(...at);
    ctx.fillText(...at);
  });
  ctx.restore();
}

/** A length that grows with the letters of the page: on a television a plot is read from as far away as its text. */
const px = (length) => Math.round((length * parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16);

function axes(lang, time) {
  const grid = { stroke: () => token("--line"), width: 1 };
  const common = { stroke: () => token("--muted"), font: `${px(12)}px system-ui, sans-serif`, grid, ticks: grid };
  const day = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short" });
  return [
    { ...common, size: px(46), space: px(time ? 70 : 50), values: (_, all) => all.map((v) => (time ? day.format(v * 1000) : `${v} s`)), incrs: time ? [1, 2, 7, 14, 30, 91].map((d) => d * 86400) : undefined },
    { ...common, size: px(46), values: (_, all) => all.map((v) => `${v}°`) },
  ];
}

/** Draw anew when the place gets another width, the page another theme, or paper is asked for. */
function keptFresh(place, plot, height) {
  const size = new ResizeObserver(() => place.clientWidth && plot.setSize({ width: place.clientWidth, height: px(height) }));
  size.observe(place);
  const redraw = () => plot.redraw(false, true);
  const theme = new MutationObserver(redraw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", redraw);
  const paper = (on) => () => {
    document.documentElement.classList.toggle("on-paper", on);
    redraw();
  };
  const [before, after] = [paper(true), paper(false)];
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return () => {
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
    size.disconnect();
    theme.disconnect();
    scheme.removeEventListener("change", redraw);
    plot.destroy();
  };
}

function legend(lines, words) {
  const values = lines.map(() => h("b", { class: "num" }));
  const items = lines.map((line, i) => h("li", {}, h("span", { class: `swatch ${line.colour.slice(2)}` }), `${line.label} `, values[i]));
  const meanings = words
    ? [h("li", {}, h("span", { class: "swatch warned" }), words("page_summary.plot_warn")), h("li", {}, h("span", { class: "swatch hatched" }), words("page_summary.plot_unknown"))]
    : [];
  return [h("ul", { class: "legend" }, items, meanings), (plot) => lines.forEach((_, i) => write(values[i], told(plot.data[i + 1]?.[plot.cursor.idx])))];
}
const told = (value) => (value === null || value === undefined ? "" : `${Math.round(value)}°`);

function make(root, { lines, data, label, height, lang, time, hooks = {}, meanings }) {
  const place = h("div", { class: "plot", role: "img", "aria-label": label });
  const [list, follow] = legend(lines, meanings);
  root.append(place, list);
  const plot = new window.uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: px(height),
      legend: { show: false },
      cursor: { y: false, points: { size: 8 } },
      scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, 10 * Math.floor((low ?? 0) / 10)), Math.max(60, 10 * Math.ceil((high ?? 0) / 10))] } },
      axes: axes(lang, time),
      series: [{}, ...lines.map((line) => ({ stroke: () => token(line.colour), dash: line.dash, width: line.width, spanGaps: Boolean(time), points: { show: Boolean(time), size: 7, fill: () => token("--card"), stroke: () => token(line.colour) } }))],
      hooks: { ...hooks, setCursor: [follow] },
    },
    data,
    place,
  );
  return { plot, destroy: keptFresh(place, plot, height) };
}

/**
 * The angles of a session over time. `series` and `limits` as in the summary; `words` gives the texts of the page.
 * Returns {update(series, limits), destroy()}.
 */
export function motionPlot(root, { series, limits = {}, words, lang, label, height = 240 }) {
  let shown = thinned(series);
  let marks = marked(limits);
  const lines = LINES.filter(({ key }) => series[key]?.some((value) => value !== null)).map((line) => ({ ...line, label: words(`page_summary.${line.key}`) }));
  const columns = () => {
    const start = shown.t_s[0] ?? 0;
    return [shown.t_s.map((t) => t - start), ...lines.map(({ key }) => shown[key])];
  };
  function marked(all) {
    return LINES.filter(({ key }) => Number.isFinite(all[key])).map(({ key, colour }) => ({ value: all[key], colour, label: words("page_summary.plot_limit", { what: words(`page_summary.${key}`), value: Math.round(all[key]) }) }));
  }
  const { plot, destroy } = make(root, {
    lines, label, height, lang, data: columns(), meanings: words,
    hooks: { drawClear: [(drawn) => shade(drawn, shown.verdict)], drawAxes: [(drawn) => limitLines(drawn, marks)] },
  });
  return {
    update(next, nextLimits) {
      shown = thinned(next);
      if (nextLimits) marks = marked(nextLimits);
      plot.setData(columns());
    },
    destroy,
  };
}

/** What changed over the days: `t` dates (ISO), `lines` [{label, values, colour, dash, width}]. Returns {destroy()}. */
export function trendPlot(root, { t, lines, lang, label, height = 190 }) {
  const days = t.map((date) => new Date(date.length > 10 ? date : `${date}T12:00`).getTime() / 1000);
  return make(root, { lines, label, height, lang, time: true, data: [days, ...lines.map(({ values }) => values)] });
}
