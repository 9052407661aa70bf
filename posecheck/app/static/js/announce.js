// What the coach says, for eyes, ears and screen readers. A cue is spoken in the frame that says so, and only shown in others.

import { write } from "./dom.js";

/** Praise and the end of a hold have tones of their own; calm words need none. */
const OF_KIND = { praise: "good", call: "tick", done: "done" };
const OF_URGENCY = [null, "notice", "firm"];
/** A live region that is written twice with the same text says nothing the second time: it is emptied in between. */
const FORGET_MS = 4000;

export function makeAnnouncer(ctx, polite, firm) {
  let timer = 0;
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
    /** A frame's cue: a tone by its urgency, its words aloud. */
    cue(say) {
      if (!say?.spoken || !say.text) return;
      aloud(say.text, say.urgency >= 2);
      const tone = OF_KIND[say.kind] ?? OF_URGENCY[say.urgency];
      if (tone) ctx.sound.tone(tone);
      ctx.sound.say(say.text, { lang: ctx.state.lang, urgency: say.urgency, key: say.key });
    },
  };
}
