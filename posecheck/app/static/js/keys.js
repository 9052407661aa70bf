// Everything by keyboard: one letter each, at any time, and never while something is being typed.

/** Keys and what they do, in the order of the help. `label` is the key of the words for it. */
export const KEYS = [
  { key: " ", shown: "space", label: "page_keys.go_on", run: (ctx) => ctx.goOn() },
  { key: "p", label: "page_keys.pause", run: (ctx) => ctx.pause() },
  { key: "m", label: "page_keys.mute", run: (ctx) => ctx.mute() },
  { key: "s", label: "page_keys.skeleton", run: (ctx) => ctx.toggle("skeleton") },
  { key: "i", label: "page_keys.mirror", run: (ctx) => ctx.toggle("mirror") },
  { key: "f", label: "page_keys.full", run: (ctx) => ctx.fullScreen() },
  { key: "t", label: "page_keys.tune", run: (ctx) => ctx.tune() },
  { key: "?", label: "page_keys.help", run: (ctx) => ctx.help() },
  { key: "Escape", shown: "Esc", label: "page_keys.stop", run: (ctx) => ctx.askStop() },
];

const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
/** What a space bar presses by itself. */
const PRESSED = "button, a[href], summary, input, [role=button], [role=slider], [role=switch]";

/** Listen on the document. A space on a focused control belongs to that control. */
export function listen(ctx) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
    if (document.querySelector("dialog[open]")) return;
    const on = event.target instanceof Element ? event.target : null;
    if (event.key !== "Escape" && on?.closest(TYPING)) return;
    if (event.key === " " && on?.closest(PRESSED)) return;
    const found = KEYS.find(({ key }) => key === event.key || key === event.key.toLowerCase());
    // Single letters can be switched off: they get in the way of speech input.
    if (!found || (found.key.length === 1 && found.key !== " " && !ctx.settings.get("keys", true))) return;
    if (found.run(ctx) !== false) event.preventDefault();
  });
}
