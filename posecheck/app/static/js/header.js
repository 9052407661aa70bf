// The bar at the top of every screen: where we are, and the switches that matter everywhere. Also the two dialogs.

import { button, h, icon, mark, write } from "./dom.js";
import { KEYS } from "./keys.js";

/** The bar. `update()` after anything it shows has changed. */
export function fillHeader(root, ctx) {
  const mute = button({ class: "icon-button", onclick: () => ctx.mute() });
  const theme = button({ class: "icon-button", "aria-label": ctx.words("page.theme"), title: ctx.words("page.theme"), onclick: () => ctx.theme() }, icon("sun"));
  const full = button({ class: "icon-button wide-only", "aria-label": ctx.words("page.full"), title: `${ctx.words("page.full")} (F)`, onclick: () => ctx.fullScreen() }, icon("full"));
  const help = button({ class: "icon-button", "aria-label": ctx.words("page_keys.title"), title: `${ctx.words("page_keys.title")} (?)`, onclick: () => ctx.help() }, icon("keys"));
  const where = h("p", { class: "where" });
  const kept = h("p", { class: "kept-now", hidden: true });
  let keptNow = "";
  const history = h("a", { class: "bar-link", href: "#history" }, icon("days"), h("span", {}, ctx.words("page.history")));
  const tune = h("a", { class: "bar-link", href: "#tune" }, icon("tune"), h("span", {}, ctx.words("page.tune")));
  const home = h("a", { class: "bar-link", href: "#" }, icon("home"), h("span", {}, ctx.words("page.home")));
  const links = h("nav", { class: "bar-links", hidden: true, "aria-label": ctx.words("page.pages") }, home, history, tune);
  const brand = h("p", { class: "brand" }, h("img", { src: "/static/icon.svg", alt: "", width: 28, height: 28 }), h("span", {}, "posecheck"));
  root.replaceChildren(brand, where, links, kept, h("div", { class: "bar-tools" }, mute, theme, full, help));

  /** Whoever is filmed sees at any time whether anything of it is kept, and where. */
  function showKept(free) {
    const { recording, history: days } = ctx.state;
    const now = free ? "" : recording?.on ? "recording" : days?.on ? "history" : "nothing";
    const path = { recording: recording?.path, history: days?.path }[now] ?? "";
    if (`${now} ${path}` === keptNow) return;
    keptNow = `${now} ${path}`;
    kept.hidden = !now;
    mark(kept, "data-now", now || null);
    mark(kept, "title", path ? ctx.words("page.kept_where", { path }) : null);
    kept.replaceChildren(...(now ? [now === "nothing" ? icon("lock") : h("span", { class: "kept-sign", "aria-hidden": "true" }, "●"), h("span", { class: "kept-text" }, ctx.words(`page.kept_${now}`))] : []));
  }

  return {
    update() {
      const free = ["start", "summary"].includes(ctx.state.stage);
      links.hidden = !free;
      home.hidden = ctx.shown === "start" || ctx.shown === "summary";
      for (const [link, name] of [[history, "history"], [tune, "tune"]]) mark(link, "aria-current", ctx.shown === name ? "page" : null);
      const muted = ctx.sound.muted;
      const label = ctx.words(muted ? "page.sound_off" : "page.sound_on");
      mark(mute, "aria-label", label);
      mark(mute, "title", `${label} (M)`);
      mark(mute, "aria-pressed", String(muted));
      mute.replaceChildren(icon(muted ? "mute" : "sound"));
      const { routine = null, title = "" } = ctx.state.session ?? {};
      write(where, free ? "" : title);
      // A single stretch stands on its screen already, in large letters.
      showKept(free);
      mark(where, "data-twice", ctx.shown === "work" && !routine ? "" : null);
    },
  };
}

function dialog(className, ...children) {
  const made = h("dialog", { class: className, "aria-labelledby": "dialog-title" }, ...children);
  document.body.append(made);
  made.addEventListener("close", () => made.remove());
  made.showModal();
  return made;
}

/** Which key does what. */
export function showHelp(ctx) {
  const letters = h("input", { type: "checkbox", onchange: (event) => ctx.settings.set("keys", event.target.checked) });
  letters.checked = ctx.settings.get("keys", true);
  const made = dialog(
    "help",
    h("h2", { id: "dialog-title" }, ctx.words("page_keys.title")),
    h("dl", {}, KEYS.map(({ key, shown, label }) => h("div", {}, h("dt", {}, h("kbd", {}, shown === "space" ? ctx.words("page_keys.space") : (shown ?? key.toUpperCase()))), h("dd", {}, ctx.words(label))))),
    h("p", { class: "soft" }, ctx.words("page_keys.hand")),
    h("label", { class: "check" }, letters, ctx.words("page_keys.letters")),
    button({ class: "primary", onclick: () => made.close() }, ctx.words("page.close")),
  );
}

/** Stop, after a question: nobody loses a session by a key pressed by mistake. */
export function showStop(ctx) {
  const wasPaused = ctx.state.paused;
  if (!wasPaused) ctx.send({ do: "pause", on: true });
  let stopping = false;
  const stop = () => {
    stopping = true;
    made.close();
    ctx.send({ do: "stop" });
  };
  const made = dialog(
    "ask",
    h("h2", { id: "dialog-title" }, ctx.words("page_stop.title")),
    h("p", {}, ctx.words("page_stop.text")),
    h(
      "div",
      { class: "ask-actions" },
      button({ class: "primary", autofocus: true, onclick: () => made.close() }, ctx.words("page_stop.stay")),
      button({ class: "plain", onclick: stop }, ctx.words("page_stop.stop")),
    ),
  );
  made.addEventListener("close", () => !stopping && !wasPaused && ctx.send({ do: "pause", on: false }));
}
