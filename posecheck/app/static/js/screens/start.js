// Start: what to do today, how posecheck sees and speaks, and what it keeps. Then one big button.

import { button, h, icon, mark, write } from "../dom.js";

const POSITIONS = ["standing", "kneeling", "seated", "floor", "lying"];
const LANGUAGES = { en: "English", de: "Deutsch" };
const SOUND = { "local voice": "voice", "bundled phrases": "phrases", "tones only": "tones" };

/** The catalogue and the cameras, before anything is shown: what was chosen last fills half of the screen. */
export async function prepare(ctx) {
  const [catalogue, found] = await Promise.all([
    ctx.api(`/api/catalogue?lang=${document.documentElement.lang}`).catch((error) => ({ error })),
    ctx.cameras().catch(() => []),
  ]);
  return { catalogue, found };
}

export function mount(root, ctx, { catalogue, found }) {
  const { words, settings } = ctx;
  const w = (key, values) => words(`page_start.${key}`, values);
  let chosen = null;
  let gone = false;

  // What to do.
  const routines = h("fieldset", { class: "cards" }, h("legend", {}, w("routines")));
  const search = h("input", { type: "search", id: "search", placeholder: w("search_hint"), autocomplete: "off", oninput: filter });
  const groups = h("div", { class: "groups" });
  const none = h("p", { class: "soft", hidden: true, role: "status" }, w("nothing_found"));
  const list = h(
    "div",
    { class: "start-list" },
    h("h1", {}, w("title")),
    h("p", { class: "lead" }, w("lead")),
    routines,
    h("div", { class: "search" }, h("h2", {}, w("stretches")), h("label", { class: "unseen", for: "search" }, w("search")), search),
    groups,
    none,
  );

  // The chosen one.
  const name = h("h2", { class: "chosen-name" });
  const what = h("p", { class: "chosen-what" });
  const steps = h("ol", { class: "steps" });
  const careText = h("span");
  const care = h("p", { class: "care" }, icon("care"), careText);
  const blind = h("ul", { class: "blind" });
  const blindBox = h("details", {}, h("summary", {}, w("not_judged")), blind);
  const begin = button({ class: "primary big", id: "begin", disabled: true, onclick: () => start() }, w("begin"));
  const beginName = h("span", { class: "begin-name", "aria-hidden": "true" });

  // The camera.
  const preview = h("video", { class: "preview", muted: true, playsinline: true, "aria-label": w("preview") });
  preview.muted = true;
  const card = h("div", { class: "preview-card" });
  const cameraBox = h("div", { class: "preview-box" }, preview, card);
  const picker = h("select", { id: "camera", onchange: () => openCamera(picker.value) });
  const pickerRow = h("div", { class: "row" }, h("label", { for: "camera" }, w("camera")), picker);
  const remembered = h("p", { class: "soft small-print" });
  const trouble = h("div", { class: "trouble", role: "alert" });

  // Language, sound, what is kept.
  const language = h(
    "select",
    { id: "language", onchange: () => ctx.speak(language.value) },
    ctx.languages.map((lang) => h("option", { value: lang, lang, selected: lang === document.documentElement.lang }, LANGUAGES[lang] ?? lang)),
  );
  const voice = h("p", { class: "soft small-print" });
  const volume = h("input", { type: "range", id: "volume", min: 0, max: 1, step: 0.05, oninput: () => setVolume(Number(volume.value)) });
  volume.value = settings.get("volume", 0.8);
  const test = button({ class: "plain", onclick: () => { ctx.sound.unlock(); ctx.sound.test(); } }, icon("sound"), w("sound_test"));
  const keep = (key, otherwise) => {
    const box = h("input", { type: "checkbox", role: "switch", onchange: () => settings.set(key, box.checked) });
    box.checked = settings.get(key, otherwise);
    return h("label", { class: "switch" }, box, h("span", { class: "knob", "aria-hidden": "true" }), h("span", { class: "switch-text" }, h("strong", {}, w(`${key}_name`)), h("span", { class: "soft" }, w(`${key}_what`))));
  };
  const panel = h(
    "aside",
    { class: "start-panel", "aria-label": w("panel") },
    h("section", { class: "panel-part" }, name, what, steps, care, blindBox),
    h("section", { class: "panel-part camera-part" }, h("h2", {}, icon("camera"), w("camera_title")), cameraBox, pickerRow, remembered),
    h("section", { class: "panel-part" }, h("h2", {}, icon("sound"), w("sound_title")),
      h("div", { class: "row" }, h("label", { for: "language" }, w("language")), language),
      h("div", { class: "row" }, h("label", { for: "volume" }, w("volume")), volume),
      test, voice),
    h("section", { class: "panel-part" }, h("h2", {}, icon("lock"), w("kept_title")),
      h("p", { class: "privacy" }, w("privacy")), keep("history", false), keep("record", false), keep("skeleton", false), keep("calibrate", false)),
  );
  const bar = h("div", { class: "begin-bar" }, trouble, beginName, begin, h("p", { class: "privacy begin-privacy" }, icon("lock"), w("privacy")));
  root.append(h("div", { class: "start" }, list, h("div", { class: "start-side" }, bar, panel)));

  /** What is wrong lies beside the button, over what is there: nothing moves when it comes, or when it goes. */
  function tell(title, text = "") {
    trouble.replaceChildren(
      h("strong", {}, h("span", { class: "trouble-shape", "aria-hidden": "true" }, "▲"), title),
      h("span", {}, text),
      button({ class: "quiet small trouble-close", "aria-label": words("page.close"), onclick: () => trouble.replaceChildren() }, "✕"),
    );
  }

  function setVolume(value) {
    settings.set("volume", value);
    ctx.sound.volume(value);
  }

  function radio(kind, item, ...content) {
    const input = h("input", { type: "radio", name: "choice", value: `${kind}:${item.id}`, onchange: () => choose(kind, item) });
    return h("label", { class: `choice choice-${kind}`, "data-search": `${item.name} ${item.what ?? ""}`.toLowerCase() }, input, h("span", { class: "choice-body" }, content));
  }

  function routineCard(routine) {
    const locked = routine.items.filter((item) => !item.unlocked);
    const soonest = Math.min(...locked.map((item) => item.days_to_unlock));
    const open = routine.items.length - locked.length;
    return radio(
      "routine",
      routine,
      h("span", { class: "choice-head" }, h("strong", {}, routine.name), h("span", { class: "minutes" }, w("minutes", { number: Math.round(routine.minutes) }))),
      h("span", { class: "soft" }, routine.what),
      h("span", { class: "dots", "aria-hidden": "true" }, routine.items.map((item) => h("i", { class: item.unlocked ? "dot" : "dot locked" }))),
      h("span", { class: "soft small-print" }, locked.length ? w("unlocked", { number: open, total: routine.items.length, days: soonest }) : w("all_unlocked", { number: open })),
    );
  }

  function stretchCard(stretch) {
    const how = !stretch.watch ? w("kept_time") : stretch.repeats ? w("repetitions", { number: stretch.target }) : w("seconds", { number: stretch.target });
    return radio(
      "stretch",
      stretch,
      h("strong", {}, stretch.name),
      h("span", { class: "soft small-print" }, stretch.sides ? w("each_side", { what: how }) : how),
    );
  }

  function filter() {
    const wanted = search.value.trim().toLowerCase();
    let found = 0;
    for (const group of groups.children) {
      let here = 0;
      for (const choice of group.querySelectorAll(".choice")) {
        const fits = !wanted || choice.dataset.search.includes(wanted);
        choice.hidden = !fits;
        here += fits;
      }
      group.hidden = here === 0;
      found += here;
    }
    none.hidden = found > 0;
  }

  function choose(kind, item) {
    chosen = { kind, item };
    settings.set("choice", { kind, id: item.id });
    const of = (id) => catalogue.stretches.find((stretch) => stretch.id === id);
    write(name, item.name);
    write(beginName, item.name);
    if (kind === "routine") {
      write(what, item.warm_up || item.what);
      steps.replaceChildren(
        ...item.items.map((part) =>
          h("li", { class: part.unlocked ? "" : "locked" }, h("strong", {}, part.name),
            h("span", { class: "soft" }, part.unlocked ? ` ${part.note ?? ""}` : ` ${w("locked", { days: part.days_to_unlock })}`))),
      );
      const safety = [...new Set(item.items.filter((part) => part.unlocked).map((part) => of(part.stretch)?.safety).filter(Boolean))];
      write(careText, safety[0] ?? "");
      care.title = safety.slice(1).join(" ");
      blindBox.hidden = true;
    } else {
      write(what, item.setup);
      steps.replaceChildren(...item.steps.map((step) => h("li", {}, step)));
      write(careText, item.safety);
      blind.replaceChildren(...(item.not_judged ?? []).map((text) => h("li", {}, text)));
      blindBox.hidden = !item.not_judged?.length;
    }
    care.hidden = !careText.textContent;
    begin.disabled = false;
  }

  function fill() {
    if (catalogue.error) {
      tell(catalogue.error.message);
      return;
    }
    routines.append(h("div", { class: "card-grid" }, catalogue.routines.map(routineCard)));
    const rest = catalogue.stretches.map((stretch) => stretch.position).filter((position) => !POSITIONS.includes(position));
    for (const position of [...POSITIONS, ...new Set(rest)]) {
      const here = catalogue.stretches.filter((stretch) => stretch.position === position);
      if (here.length) groups.append(h("fieldset", { class: "cards" }, h("legend", {}, w(`position_${position}`)), h("div", { class: "card-grid compact" }, here.map(stretchCard))));
    }
    const { cli } = catalogue;
    const last = settings.get("choice");
    const wishes = [cli?.routine && `routine:${cli.routine}`, cli?.stretch && `stretch:${cli.stretch}`, last && `${last.kind}:${last.id}`, "routine:daily"];
    const inputs = [...root.querySelectorAll("input[name=choice]")];
    const first = wishes.map((wish) => wish && inputs.find((input) => input.value === wish)).find(Boolean) ?? inputs[0];
    if (first) {
      first.checked = true;
      first.dispatchEvent(new Event("change"));
    }
  }

  // The camera: a preview where it is allowed without a question, else a button that asks.
  function showCameras(found) {
    const named = found.filter((camera) => camera.label);
    picker.replaceChildren(...(named.length ? named.map((camera) => h("option", { value: camera.deviceId }, camera.label)) : [h("option", { value: "" }, w("camera_default"))]));
    const known = settings.get("camera");
    if (ctx.device) picker.value = ctx.device;
    write(remembered, known && named.some((camera) => camera.deviceId === known) ? w("remembered") : w("framing"));
  }
  async function openCamera(deviceId) {
    if (deviceId) settings.set("camera", deviceId);
    const fine = await ctx.openCamera(deviceId || settings.get("camera"));
    if (gone) return fine;
    if (fine) {
      preview.srcObject = ctx.video.srcObject;
      preview.play().catch(() => {});
      card.hidden = true;
      trouble.replaceChildren();
      showCameras(await ctx.cameras());
    }
    return fine;
  }
  function ask() {
    card.hidden = false;
    card.replaceChildren(button({ class: "plain", onclick: () => openCamera() }, icon("camera"), w("show_camera")));
  }
  async function camera() {
    if (ctx.state.source === "server") {
      picker.disabled = true;
      pickerRow.hidden = true;
      card.replaceChildren(h("p", {}, w("server_source")));
      return;
    }
    ask();
    showCameras(found);
    if (!gone && (await ctx.cameraAllowed())) await openCamera();
  }

  async function start() {
    if (!chosen) return;
    ctx.sound.unlock();
    mark(begin, "aria-busy", "true");
    const ready = ctx.state.source === "server" || (await openCamera());
    mark(begin, "aria-busy", null);
    if (!ready) return;
    ctx.send({
      do: "start",
      [chosen.kind]: chosen.item.id,
      lang: document.documentElement.lang,
      setup: true,
      calibrate: settings.get("calibrate", false),
      history: settings.get("history", false),
      record: settings.get("record", false),
      pictures: !settings.get("skeleton", false),
      profile: catalogue.cli?.profile ?? null,
    });
  }

  function voices() {
    write(voice, w(`sound_${SOUND[ctx.sound.supported()] ?? "tones"}`));
    ctx.sound.volume(settings.get("volume", 0.8));
  }

  voices();
  fill();
  camera();
  mark(root, "data-ready", "");
  return {
    state() {},
    settings: voices,
    begin() {
      if (begin.disabled) return false;
      start();
      return true;
    },
    trouble(code, { title, text }) {
      preview.srcObject = null;
      ask();
      tell(title, text);
    },
    unmount() {
      gone = true;
      preview.srcObject = null;
      mark(root, "data-ready", null);
    },
  };
}
