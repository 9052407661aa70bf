// A slow breath to follow during a hold: in for four seconds, out for six. It paces, it never judges.

import { h, mark, write } from "./dom.js";

const IN_S = 4;
const OUT_S = 6;

/** Where in a breath we are: `in` or `out`, and how full the lungs are (0..1), eased like a real breath. */
export function breathAt(seconds) {
  const at = ((seconds % (IN_S + OUT_S)) + IN_S + OUT_S) % (IN_S + OUT_S);
  const rising = at < IN_S;
  const part = rising ? at / IN_S : 1 - (at - IN_S) / OUT_S;
  return { phase: rising ? "in" : "out", full: (1 - Math.cos(Math.PI * part)) / 2 };
}

/** How often the disc is drawn anew: it grows by less than a pixel in between, and every drawing costs the judging time. */
const EVERY_MS = 100;

/** A soft disc that grows and shrinks, with the word. With reduced motion the word alone changes. */
export function makeBreath(words) {
  const disc = h("div", { class: "breath-disc" });
  const word = h("span", { class: "breath-word" });
  const element = h("div", { class: "breath", "aria-hidden": "true" }, disc, word);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let startedMs = null;
  let drawnMs = -Infinity;
  return {
    element,
    /** Breathe, or rest. Said with every picture: it is drawn in the same moment as that, never by itself. */
    run(on) {
      const now = performance.now();
      if (!on) {
        if (startedMs === null) return;
        startedMs = null;
        mark(element, "data-on", null);
        write(word, "");
        return;
      }
      if (startedMs === null) {
        startedMs = now;
        drawnMs = -Infinity;
        mark(element, "data-on", "");
      }
      if (now - drawnMs < EVERY_MS) return;
      drawnMs = now;
      const { phase, full } = breathAt((now - startedMs) / 1000);
      disc.style.setProperty("transform", still.matches ? "none" : `scale(${(0.7 + 0.3 * full).toFixed(3)})`);
      mark(element, "data-phase", phase);
      write(word, words(`page_stretch.breathe_${phase}`));
    },
  };
}
