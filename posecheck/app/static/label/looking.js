// Where in the clip we look: the frame that is shown, the part of it that the curves show, how fast it plays.

import { SPEEDS } from "./clock.js";
import { $, state } from "./state.js";
import * as view from "./view.js";

/** `draw()` draws everything anew, `drawPart()` which part is shown. */
export function makeLooking({ draw, drawPart }) {
  /** Another part of the clip; whether it is another one. */
  function look(next) {
    if (Math.abs(next.from - state.view.from) + Math.abs(next.to - state.view.to) < 1e-6) return false;
    state.view = next;
    state.drawn.show();
    drawPart();
    return true;
  }

  const zoomAt = (factor, at) => look(view.zoomed(state.view, state.all, state.sheet.t_s, factor, at));

  return {
    look,
    zoomAt,
    seek(s) {
      state.clock.seek(s);
      draw();
    },
    /** The clip at the frame that begins there: a hair into it, for a jump to its very edge may show the one before. */
    showFrame(s) {
      state.clock.pause();
      state.clock.seek(s + 2e-3);
    },
    /** A step closer or wider, around where we are. */
    zoom(by) {
      zoomAt(view.STEP ** by, Math.max(state.view.from, Math.min(state.clock.now, state.view.to)));
    },
    faster(by) {
      const at = SPEEDS.indexOf(state.clock.speed);
      state.clock.speed = SPEEDS[Math.max(0, Math.min(at + by, SPEEDS.length - 1))];
      $("speed").value = String(state.clock.speed);
    },
    /** Keep the part that is shown around where we are; whether it changed. */
    follow: () => !state.dragging && look(view.holding(state.view, state.all, state.clock.now)),
  };
}
