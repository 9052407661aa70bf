// The curves over time with the limit of the rule. A click goes there, a drag chooses a stretch of time.

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "gray";
const LINES = {
  spine_flexion_deg: { name: "Spine", colour: "--plot-spine", swatch: "spine", dash: [], width: 2.5 },
  hip_hinge_deg: { name: "Hip hinge", colour: "--plot-hip", swatch: "hip", dash: [9, 4], width: 1.75 },
  knee_flexion_deg: { name: "Knee", colour: "--plot-knee", swatch: "knee", dash: [2, 3], width: 1.75 },
};
const HEIGHT = 210;

/** How a measure is drawn; those without a line of their own are thin and grey. */
export const lineOf = (name) => LINES[name] ?? { name: name.replace(/_deg$/, "").replaceAll("_", " "), colour: "--plot-other", swatch: "other", dash: [], width: 1.5 };

/**
 * Draw into `place`. `names` are the curves, `rule()` the rule whose limit is drawn (null: none), `now()` the time.
 * `onSeek(s)` and `onChoose(from, to)` are told. Gives {plot, redraw, left(), width(), destroy()}; left and width are
 * those of the plane of the curves, in CSS pixels.
 */
export function curves(place, sheet, { names, rule, now, onSeek, onChoose, onDrawn }) {
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
      ctx.fillText(`warns ${shown.direction} ${Math.round(shown.limit)}°`, bbox.left + bbox.width - 4 * devicePixelRatio, y - 4 * devicePixelRatio);
    }
    const x = plot.valToPos(now(), "x", true);
    ctx.setLineDash([]);
    ctx.strokeStyle = token("--fg");
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
    onDrawn();
  };
  const grid = { stroke: () => token("--line"), width: 1 };
  const axis = { stroke: () => token("--muted"), font: "12px system-ui, sans-serif", grid, ticks: grid };
  const plot = new window.uPlot(
    {
      width: Math.max(240, place.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, 10 * Math.floor((low ?? 0) / 10)), Math.max(60, 10 * Math.ceil((high ?? 0) / 10))] } },
      axes: [{ ...axis, values: (_, all) => all.map((v) => `${v} s`) }, { ...axis, size: 46, values: (_, all) => all.map((v) => `${v}°`) }],
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
  const redraw = () => plot.redraw(false, true);
  const size = new ResizeObserver(() => place.clientWidth && plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  size.observe(place);
  const theme = new MutationObserver(redraw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return {
    plot,
    redraw,
    left: () => plot.bbox.left / devicePixelRatio,
    width: () => plot.bbox.width / devicePixelRatio,
    unchoose: () => plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false),
    destroy() {
      size.disconnect();
      theme.disconnect();
      plot.destroy();
    },
  };
}
