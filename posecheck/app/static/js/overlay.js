// The picture and what was seen in it: the analysed frame itself, the skeleton, and the line of the back on top.

import { h } from "./dom.js";

// The colours of posecheck's own drawn pictures (see posecheck/outputs/palette.py): they must read on any background.
const INK = "15, 21, 30";
const PAPER = "rgb(244, 247, 250)";
const MIST = "rgb(176, 190, 204)";
const TEAL = [38, 208, 170];
const AMBER = [255, 181, 64];
const RED = [242, 80, 78];
const GREY = [158, 168, 180];
/** Share of the limit → colour: amber is at the limit. */
const SCALE = [[0.55, TEAL], [1, AMBER], [1.35, RED]];
const USUAL_LIMIT_DEG = 36;
/** Landmarks seen worse than this are not drawn. */
const SEEN = 0.5;
/** The lines over the picture are drawn as fine as the screen shows them, up to twice as fine as the picture. */
const FINEST = 2;
/** A size that changes with every dragged pixel of a window would make the canvas anew each time. */
const STEP = 0.25;

const LEFT = [[11, 13], [13, 15], [11, 23], [23, 25], [25, 27], [27, 29], [29, 31], [27, 31]];
const RIGHT = LEFT.map(([a, b]) => [a + 1, b + 1]);
const ACROSS = [[11, 12], [23, 24]];
const JOINTS = [11, 13, 15, 23, 25, 27];

/** The colour of the back line: teal for a long back, amber at the limit; red, well beyond it, only while the rule
 * warns, so that it never stands beside "good"; grey when unknown. */
export function backColour(spineDeg, limitDeg, warned) {
  if (spineDeg === null || spineDeg === undefined) return `rgb(${GREY})`;
  const share = Math[warned ? "max" : "min"](spineDeg / (limitDeg > 0 ? limitDeg : USUAL_LIMIT_DEG), 1);
  let [before, colour] = SCALE[0];
  for (const [at, next] of SCALE) {
    if (share <= at) {
      const part = at > before ? Math.max(0, (share - before) / (at - before)) : 0;
      return `rgb(${colour.map((own, i) => Math.round(own + (next[i] - own) * part))})`;
    }
    [before, colour] = [at, next];
  }
  return `rgb(${RED})`;
}

/** The picture area: two canvases of one size, painted in the same moment. */
export function makeOverlay(label) {
  const under = h("canvas", { class: "picture-under", width: 640, height: 480, "aria-hidden": "true" });
  const over = h("canvas", { class: "picture-over", width: 640, height: 480, role: "img", "aria-label": label });
  const element = h("div", { class: "picture" }, under, over);
  const paint = under.getContext("2d", { alpha: false });
  const pen = over.getContext("2d");

  // What the picture is shown at, in pixels of the screen; asked of the browser only when it changes.
  let shownPx = 640;
  let fine = 1;
  if (typeof ResizeObserver === "function") {
    new ResizeObserver(([{ contentRect }]) => (shownPx = Math.min(contentRect.width, (contentRect.height * under.width) / under.height))).observe(element);
  }

  function size(width, height) {
    if (under.width !== width || under.height !== height) Object.assign(under, { width, height });
    fine = Math.min(FINEST, Math.max(1, Math.ceil((shownPx * devicePixelRatio) / width / STEP) * STEP));
    if (over.width !== width * fine || over.height !== height * fine) {
      Object.assign(over, { width: width * fine, height: height * fine });
      element.style.setProperty("--shape", `${width} / ${height}`);
    }
  }

  function line(points, width, colour, halo) {
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(x, y);
    if (halo) {
      pen.lineWidth = width + halo;
      pen.strokeStyle = `rgba(${INK}, 0.55)`;
      pen.stroke();
    }
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.stroke();
  }

  return {
    element,
    /** Paint a picture (null: none, skeleton only) and everything `frame` says about it. */
    draw(picture, frame) {
      const [width, height] = frame.wh ?? [640, 480];
      size(width, height);
      if (picture) paint.drawImage(picture, 0, 0, width, height);
      else {
        paint.fillStyle = "rgb(14, 19, 26)";
        paint.fillRect(0, 0, width, height);
      }
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, over.width, over.height);
      const { points } = frame;
      if (!points) return;
      pen.setTransform(fine, 0, 0, fine, 0, 0);
      pen.lineCap = pen.lineJoin = "round";
      const unit = Math.max(width, height) / 640;
      const seen = (i) => (points[i]?.[2] ?? 0) >= SEEN;
      const bones = (pairs, thick, colour) => {
        for (const [a, b] of pairs) if (seen(a) && seen(b)) line([points[a], points[b]], thick * unit, colour, 2.5 * unit);
      };
      // Somebody who faces the right of the picture shows it their right side.
      const rightNear = frame.facing ? frame.facing > 0 : (points[24]?.[2] ?? 0) >= (points[23]?.[2] ?? 0);
      bones(rightNear ? LEFT : RIGHT, 2.2, MIST);
      bones(ACROSS, 2.2, MIST);
      bones(rightNear ? RIGHT : LEFT, 3.6, PAPER);
      pen.fillStyle = PAPER;
      for (const joint of JOINTS) {
        const i = joint + (rightNear ? 1 : 0);
        if (!seen(i)) continue;
        pen.beginPath();
        pen.arc(points[i][0], points[i][1], 4.4 * unit, 0, 2 * Math.PI);
        pen.lineWidth = 2 * unit;
        pen.strokeStyle = `rgba(${INK}, 0.7)`;
        pen.stroke();
        pen.fill();
      }
      if (frame.back?.length > 1) {
        const spine = frame.gauges?.find((gauge) => gauge.name.startsWith("spine"));
        const colour = backColour(spine?.value, spine?.limit, spine?.verdict === "WARN");
        line(frame.back, 6.5 * unit, colour, 4 * unit);
      }
    },
    clear() {
      paint.fillStyle = "rgb(14, 19, 26)";
      paint.fillRect(0, 0, under.width, under.height);
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, over.width, over.height);
    },
  };
}
