// The curves over time with the limit of the rule. A click goes there, a drag chooses a stretch of time, the wheel looks
// closer, with Shift (or sideways) it moves along. Close by, every frame has a mark.

import { short, w } from "./words.js";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "gray";
const LINES = {
  spine_flexion_deg: { colour: "--plot-spine", swatch: "spine", dash: [], width: 2.5 },
  hip_hinge_deg: { colour: "--plot-hip", swatch: "hip", dash: [9, 4], width: 1.75 },
  knee_flexion_deg: { colour: "--plot-knee", swatch: "knee", dash: [2, 3], width: 1.75 },
};
const HEIGHT = 180;

/** How a measure is drawn; those without a line of their own are thin and grey. */
export const lineOf = (name) => LINES[name] ?? { colour: "--plot-other", swatch: "other", dash: [], width: 1.5 };
/** Frames are marked one by one where each has so many pixels. */
const FRAME_PX = 5;
/** A turn of the wheel by so many pixels looks twice as close, or moves on by what is shown. */
const TURN_PX = 400;
/** A wheel that turns in lines, not pixels: about so many pixels each. */
const LINE_PX = 33;

/**
 * Draw into `place`. `names` are the curves, `rule()` the rule whose limit is drawn (null: none), `now()` the time.
 * `view()` is the part that is shown. `onSeek(s)`, `onChoose(from, to)`, `onZoom(factor, at)` and `onMove(by)` are told;
 * the last two say whether anything changed, else the wheel scrolls the page. Gives {plot, redraw, show, left(), destroy()};
 * `show()` after another part was chosen; left is that of the plane of the curves, in CSS pixels.
 */
export function curves(place, sheet, { names, rule, now, view, onSeek, onChoose, onZoom, onMove, onDrawn }) {
  const draw = (plot) => {
    const { ctx, bbox } = plot;
    const shown = rule();
    ctx.save();
    if (shown && names.includes(shown.measure) && shown.unit === "deg") {
      const y = plot.valToPos(shown.limit, "y", true);
      ctx.strokeStyle = ctx.fillStyle = token(lineOf(shown.measure).colour);
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.textAlign = "right";
      ctx.textBaseline = "bottom";
      ctx.fillText(w(`limit_${shown.direction}`, { limit: `${Math.round(shown.limit)}°` }), bbox.left + bbox.width - 4 * devicePixelRatio, y - 4 * devicePixelRatio);
    }
    ctx.setLineDash([]);
    const { from, to } = view();
    const at = frameTimes(sheet.t_s, from, to);
    if (at.length * FRAME_PX * devicePixelRatio < bbox.width) {
      ctx.strokeStyle = token("--edge");
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      for (const s of at) {
        const x = plot.valToPos(s, "x", true);
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x, bbox.top + bbox.height - 7 * devicePixelRatio);
      }
      ctx.stroke();
    }
    if (now() >= from && now() <= to) {
      const x = plot.valToPos(now(), "x", true);
      ctx.strokeStyle = token("--fg");
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
    onDrawn();
  };
  const grid = { stroke: () => token("--line"), width: 1 };
  const axis = { stroke: () => token("--muted"), font: "12px system-ui, sans-serif", grid, ticks: grid };
  const span = heights(names.map((name) => sheet.curves[name]));
  const plot = new window.uPlot(
    {
      width: Math.max(240, place.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: false, range: () => [view().from, view().to] }, y: { range: () => span } },
      axes: [{ ...axis, values: (_, all) => all.map((v) => `${short(v)} s`) }, { ...axis, size: 46, values: (_, all) => all.map((v) => `${v}°`) }],
      series: [{}, ...names.map((name) => ({ stroke: () => token(lineOf(name).colour), dash: lineOf(name).dash, width: lineOf(name).width, points: { show: false } }))],
      hooks: {
        draw: [draw],
        setSelect: [
          (drawn) => {
            const { left, width } = drawn.select;
            if (width > 2) onChoose(drawn.posToVal(left, "x"), drawn.posToVal(left + width, "x"));
          },
        ],
      },
    },
    [sheet.t_s, ...names.map((name) => sheet.curves[name])],
    place,
  );
  let down = null;
  plot.over.addEventListener("pointerdown", (event) => (down = event.clientX));
  plot.over.addEventListener("click", (event) => {
    if (down !== null && Math.abs(event.clientX - down) > 3) return;
    onSeek(plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x"));
  });
  const turned = (event) => event.deltaMode === 1 ? LINE_PX : 1;
  plot.over.addEventListener("wheel", (event) => {
    const [sideways, up] = [event.deltaX * turned(event), event.deltaY * turned(event)];
    const along = event.shiftKey ? sideways || up : Math.abs(sideways) > Math.abs(up) ? sideways : 0;
    const { from, to } = view();
    const at = plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x");
    if (along ? onMove((along / TURN_PX) * (to - from)) : onZoom(2 ** (-up / TURN_PX), at)) event.preventDefault();
  }, { passive: false });
  const redraw = () => plot.redraw(false, true);
  const size = new ResizeObserver(() => place.clientWidth && plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  size.observe(place);
  const theme = new MutationObserver(redraw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return {
    plot,
    redraw,
    show: () => plot.setScale("x", { min: view().from, max: view().to }),
    left: () => plot.bbox.left / devicePixelRatio,
    unchoose: () => plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false),
    destroy() {
      size.disconnect();
      theme.disconnect();
      plot.destroy();
    },
  };
}

/** The times of the frames from `from` to `to`; none where there are far too many to be told apart. */
function frameTimes(t_s, from, to) {
  const first = t_s.findIndex((s) => s >= from);
  const at = [];
  for (let k = Math.max(0, first); k < t_s.length && t_s[k] <= to; k += 1) {
    at.push(t_s[k]);
    if (at.length > 2000) break;
  }
  return at;
}

/** Which angles the plane reaches, in tens of degrees: those of the whole clip, so that nothing jumps when looking closer. */
function heights(all) {
  let [low, high] = [0, 60];
  for (const value of all.flat()) {
    if (value !== null) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return [10 * Math.floor(low / 10), 10 * Math.ceil(high / 10)];
}
