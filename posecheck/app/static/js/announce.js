// What the coach says, for eyes, ears and screen readers. A cue is spoken in the frame that says so, and only shown in others.

import { write } from "./dom.js";

/** Praise and the end of a hold have tones of their own; calm words need none. */
const OF_KIND = { praise: "good", call: "tick", done: "done" };
const OF_URGENCY = [null, "notice", "firm"];
/** A live region that is written twice with the same text says nothing the second time: it is emptied in between. */
const FORGET_MS = 4000;
/** A warning that comes and goes within this is one warning. */
const ONE_WARNING_MS = 2000;

export function makeAnnouncer(ctx, polite, firm) {
  let timer = 0;
  let warned = false;
  let warnedMs = -Infinity;
  const aloud = (text, isFirm) => {
    clearTimeout(timer);
    write(isFirm ? polite : firm, "");
    write(isFirm ? firm : polite, text);
    timer = setTimeout(() => {
      write(polite, "");
      write(firm, "");
    }, FORGET_MS);
  };
  return {
    aloud,
    /** A frame: the cue it speaks, and a tone where a warning begins. The coach may hold its tongue; an ear must not wait. */
    frame({ say, verdict, reason, routine }) {
      const speaks = say?.spoken && say.text;
      let tone = speaks ? (OF_KIND[say.kind] ?? OF_URGENCY[say.urgency]) : null;
      const warns = verdict === "WARN" && routine?.stage === "work" && !ctx.state.paused;
      const now = performance.now();
      if (warns && !warned && now - warnedMs > ONE_WARNING_MS) {
        tone = say?.urgency >= 2 ? "firm" : "notice";
        if (!speaks && reason) aloud(reason, true);
      }
      if (warns) warnedMs = now;
      warned = warns;
      if (tone) ctx.sound.tone(tone);
      if (!speaks) return;
      aloud(say.text, say.urgency >= 2);
      ctx.sound.say(say.text, { lang: ctx.state.lang, urgency: say.urgency, key: say.key, values: say.values });
    },
  };
}
