// Stretch: the coach across the room. The picture, one verdict, three dials, the seconds that count, one sentence.

import { LOOK, button, h, icon, isLong, mark, write } from "../dom.js";
import { makeBreath } from "../breath.js";
import { makeGauges } from "../gauges.js";
import { makeRing } from "../ring.js";

/** A cue stays bright for so long after it was last current. */
const FRESH_MS = 6000;
/** Letters from which on a cue needs the smallest size, so that it is whole on a phone, too. */
const VERY_LONG = 105;

export function mount(root, ctx) {
  const { words } = ctx;
  const w = (key, values) => words(`page_stretch.${key}`, values);

  const step = h("p", { class: "step" });
  const name = h("h1", { class: "step-name" });
  const next = h("p", { class: "next" });
  const shape = h("span", { class: "verdict-shape", "aria-hidden": "true" });
  const word = h("span", { class: "verdict-word" });
  const reason = h("p", { class: "verdict-reason" });
  const verdict = h("section", { class: "verdict", "aria-label": w("verdict"), "data-look": "unknown" }, h("p", { class: "verdict-line" }, shape, word), reason);
  const cue = h("p", { class: "cue-text" });
  const cueBox = h("section", { class: "cue", "aria-label": w("cue") }, cue);
  const ring = makeRing({ label: w("hold"), className: "ring-hold" });
  const breath = makeBreath(words);
  const dots = h("div", { class: "reps", "aria-hidden": "true" });
  const gauges = makeGauges(words);

  const tool = (name_, glyph, key, run) =>
    button({ class: "tool", onclick: run, "aria-label": w(name_), title: `${w(name_)} (${key})` }, icon(glyph), h("span", { class: "tool-text", "aria-hidden": "true" }, w(name_)), h("kbd", { "aria-hidden": "true" }, key));
  const onward = tool("go_on", "next", words("page_keys.space"), () => ctx.goOn());
  const pause = tool("pause", "pause", "P", () => ctx.pause());
  const mirror = tool("mirror", "mirror", "I", () => ctx.toggle("mirror"));
  const skeleton = tool("skeleton", "body", "S", () => ctx.toggle("skeleton"));
  const tune = tool("tune", "tune", "T", () => openTune());
  const stop = tool("stop", "stop", "Esc", () => ctx.askStop());
  stop.classList.add("tool-stop");
  const controls = h("div", { class: "controls tools", role: "toolbar", "aria-label": w("controls") }, onward, pause, mirror, skeleton, tune, stop);
  const drawer = h("aside", { class: "drawer", hidden: true, "aria-label": words("page.tune") });
  const still = h("div", { class: "paused", hidden: true }, icon("pause"), h("strong", {}, w("paused")), h("span", {}, w("paused_do")));
  const main = h("div", { class: "watch-main" }, ctx.picture.element, still);
  root.append(
    h(
      "div",
      { class: "watch stretch" },
      h("div", { class: "watch-head" }, h("div", { class: "step-line" }, name, step), next),
      main,
      h("div", { class: "watch-side" }, verdict, h("div", { class: "hold" }, h("div", { class: "hold-ring" }, breath.element, ring.element), dots), cueBox),
      gauges.element,
      controls,
      drawer,
    ),
  );

  let tuned = null;
  let cueAtMs = -Infinity;
  let cueUrgency = 0;
  let repsDrawn = "";
  let focused = null;

  async function openTune() {
    if (!drawer.hidden) return closeTune();
    focused = document.activeElement;
    let mountTune = null;
    try {
      ({ mountTune } = await import("./tune.js"));
    } catch (error) {
      console.warn(error);
    }
    drawer.hidden = false;
    const close = button({ class: "icon-button drawer-close", "aria-label": words("page.close"), onclick: closeTune }, "✕");
    const inside = h("div", { class: "drawer-body" });
    drawer.replaceChildren(close, inside);
    tuned = mountTune?.(inside, ctx, { compact: true }) ?? null;
    if (!mountTune) inside.append(h("p", {}, words("page.no_screen")));
    close.focus();
    return true;
  }
  function closeTune() {
    if (drawer.hidden) return false;
    tuned?.unmount?.();
    tuned = null;
    drawer.hidden = true;
    drawer.replaceChildren();
    focused?.focus({ preventScroll: true });
    return true;
  }

  function showVerdict(frame) {
    const { watch, stage } = frame.routine ?? {};
    const shown = frame.verdict;
    // Between two holds there is nothing to judge; on the way into one, only a warning is worth a word.
    if (ctx.state.paused) return tell("○", "paused", w("paused_do"));
    const idle = stage === "rest" || (stage === "ready" && shown !== "WARN");
    const as = watch === false || idle ? LOOK.UNKNOWN : (LOOK[shown] ?? LOOK.UNKNOWN);
    if (idle) tell("○", stage, w(`${stage}_reason`));
    else tell(as.shape, watch === false ? "word_timer" : `word_${as.name}`, frame.reason || (shown === "GOOD" ? w("good_reason") : ""), as.name);
  }

  function tell(sign, key, why, look = "unknown") {
    mark(verdict, "data-look", look);
    write(shape, sign);
    write(word, w(key));
    write(reason, why);
    mark(reason, "data-long", isLong(why, VERY_LONG) ? "very" : isLong(why) ? "" : null);
  }

  function showRoutine(routine) {
    if (!routine) return;
    const side = ["left", "right"].includes(routine.side) ? w(`side_${routine.side}`) : "";
    const set = routine.sets > 1 ? w("set_of", { number: routine.set, total: routine.sets }) : "";
    const of = routine.count > 1 ? w("step_of", { number: routine.index + 1, total: routine.count }) : "";
    write(name, routine.name);
    write(step, [side, set, of].filter(Boolean).join(" · "));
    write(next, routine.note || (routine.next ? w("next", { name: routine.next }) : ""));
    mark(root, "data-part", routine.stage);
  }

  function showRing(frame) {
    const { routine, hold, reps } = frame;
    const stage = routine?.stage ?? "work";
    const left = routine?.left_s;
    if (stage === "rest" || stage === "ready") {
      const number = Number.isFinite(left) && left !== null ? String(Math.max(0, Math.ceil(left))) : "";
      ring.set({ part: 0, number, of: number ? w("seconds_left") : "", look: "plain" });
      breath.run(false);
    } else if (routine?.repeats || reps) {
      const whole = reps?.whole ?? routine.amount ?? 0;
      const target = reps?.target ?? routine?.target ?? 0;
      ring.set({ part: target ? whole / target : 0, number: String(whole), of: w("reps_of", { number: target }), note: reps?.partial ? w("partial", { number: reps.partial }) : "", look: "good" });
      breath.run(false);
    } else {
      const good = hold?.good_s ?? routine?.amount ?? 0;
      const target = hold?.target_s ?? routine?.target ?? 0;
      ring.set({ part: target ? good / target : 0, number: String(Math.floor(good)), of: w("seconds_of", { number: Math.round(target) }), note: "", look: hold?.active || routine?.watch === false ? "good" : "" });
      breath.run(!ctx.state.paused && stage === "work" && (hold?.active ?? routine?.watch === false));
    }
    showReps(reps);
  }

  function showReps(reps) {
    const key = reps ? `${reps.whole} ${reps.target} ${reps.last?.number} ${reps.last?.remark}` : "";
    if (key === repsDrawn) return;
    repsDrawn = key;
    if (!reps) return dots.replaceChildren();
    dots.replaceChildren(
      h("span", { class: "reps-dots" }, Array.from({ length: Math.min(reps.target, 20) }, (_, i) => h("i", { class: i < reps.whole ? "dot done" : "dot" }))),
      h("span", { class: "reps-remark" }, reps.last?.remark ?? ""),
    );
  }

  /** The latest sentence; faded once it is old, or once a warning's reason is mended. */
  function showCue(say, verdict) {
    const now = performance.now();
    if (say?.text) {
      write(cue, say.text);
      mark(cue, "data-long", isLong(say.text, VERY_LONG) ? "very" : isLong(say.text) ? "" : null);
      cueAtMs = now;
      cueUrgency = say.urgency ?? 0;
      mark(cueBox, "data-urgency", cueUrgency);
    } else if (verdict === "GOOD" && cueUrgency > 0) cueAtMs = -Infinity;
    mark(cueBox, "data-fresh", now - cueAtMs < FRESH_MS ? "" : null);
  }

  function switches() {
    mark(mirror, "aria-pressed", String(ctx.setting("mirror")));
    mark(skeleton, "aria-pressed", String(ctx.setting("skeleton")));
  }
  function state() {
    const { paused } = ctx.state;
    still.hidden = !paused;
    mark(pause, "aria-pressed", String(paused));
    pause.querySelector(".icon").replaceWith(icon(paused ? "play" : "pause"));
    const label = w(paused ? "resume" : "pause");
    mark(pause, "aria-label", label);
    write(pause.querySelector(".tool-text"), label);
    if (paused) {
      breath.run(false);
      tell("○", "paused", w("paused_do"));
    }
  }

  write(word, w("word_waiting"));
  write(shape, LOOK.UNKNOWN.shape);
  ring.set({ number: "0" });
  switches();
  state();
  return {
    frame(frame) {
      showRoutine(frame.routine);
      showVerdict(frame);
      gauges.update(frame.gauges);
      showRing(frame);
      showCue(frame.say, frame.verdict);
      tuned?.frame?.(frame);
    },
    state,
    /** No picture has been answered for a while: what was shown last is not true any more. */
    stale() {
      breath.run(false);
      if (!ctx.state.paused) tell(LOOK.UNKNOWN.shape, "word_unknown", w("no_frames"));
    },
    settings: switches,
    tune: () => {
      openTune();
      return true;
    },
    escape: closeTune,
    unmount() {
      breath.run(false);
      tuned?.unmount?.();
      mark(root, "data-part", null);
    },
  };
}
