// The page: one connection, one picture, one screen at a time. Which screen, the server says (`state.stage`).

import { makeAnnouncer } from "./announce.js";
import { allowed, cameras, makeCapture } from "./capture.js";
import { button, h } from "./dom.js";
import { makeFrames } from "./frames.js";
import { fillHeader, showHelp, showStop } from "./header.js";
import { listen } from "./keys.js";
import { makeNotices } from "./notices.js";
import { makePicture } from "./picture.js";
import { makeSettings } from "./settings.js";
import { connect } from "./socket.js";

const $ = (id) => document.getElementById(id);
const WATCHED = ["setup", "calibrate", "work"];
/** Tries after which a lost server is more likely to be gone than busy. */
const GONE_AFTER = 6;
const HIDDEN_MS = 1000;
const STALE_MS = 1500;
const RESTING_HASHES = { "#history": "history", "#tune": "tune" };

/** A coach without a voice, until the real one is loaded (or where it cannot be). */
const silent = () => {
  let muted = false;
  return {
    unlock() {}, tone() {}, say() {}, test() {}, volume() {},
    mute(on) { muted = on; },
    get muted() { return muted; },
    supported: () => "tones only",
  };
};

const settings = makeSettings();
let texts = {};
let languages = ["en"];
let checks = [];
const words = (key, values = {}) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (blank, name) => values[name] ?? blank);

async function loadWords(lang) {
  const answer = await api(`/api/words?lang=${encodeURIComponent(lang ?? "en")}`);
  texts = answer.words;
  languages = answer.languages;
  checks = answer.checks ?? [];
  document.documentElement.lang = answer.lang;
}

async function api(path, options = {}) {
  const { body, ...rest } = options;
  const answer = await fetch(path, {
    ...rest,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
  const kind = answer.headers.get("content-type") ?? "";
  const data = kind.includes("json") ? await answer.json() : await answer.text();
  if (!answer.ok) throw Object.assign(new Error(data?.error ?? answer.statusText), { status: answer.status });
  return data;
}

const socket = connect(`ws://${location.host}/ws`);
const notices = makeNotices($("notices"), () => words("page.close"));
let state = { stage: null, source: "browser", lang: settings.get("lang"), session: null, paused: false };
let screen = null;
let header = null;
let picture = null;
let wakeLock = null;
let mounting = 0;
let pausedByHiding = false;
let hiding = 0;
let noted = "";
let paintedMs = Infinity;

const ctx = {
  get state() { return state; },
  get languages() { return languages; },
  /** What the set-up looks at, in order. */
  get checks() { return checks; },
  shown: "",
  page: "",
  words,
  settings,
  api,
  sound: silent(),
  cameras,
  cameraAllowed: allowed,
  send: (command) => socket.send(command),
  on: (type, tell) => socket.on(type, tell),
  get picture() { return picture; },
  go(hash) {
    if (location.hash === hash || (!location.hash && hash === "#")) show();
    else location.hash = hash;
  },
  /** A switch of the picture. People expect a mirror of their own camera, and a film as it was taken. */
  setting: (name) => settings.get(name, name === "mirror" && state.source === "browser"),
  toggle(name) {
    const on = !ctx.setting(name);
    settings.set(name, on);
    picture.dress();
    if (name === "skeleton") {
      socket.send({ do: "pictures", on: !on });
      announcer.aloud(words(on ? "page.skeleton_only" : "page.skeleton_off"), false);
    }
    screen?.settings?.();
  },
  mute() {
    ctx.sound.mute(!ctx.sound.muted);
    settings.set("muted", ctx.sound.muted);
    header.update();
    announcer.aloud(words(ctx.sound.muted ? "page.sound_off" : "page.sound_on"), false);
  },
  theme() {
    settings.set("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    window.posecheckTheme();
    screen?.settings?.();
  },
  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  },
  goOn() {
    if (ctx.shown === "start") return screen?.begin?.() ?? false;
    if (!WATCHED.includes(ctx.shown)) return false;
    if (state.paused) ctx.pause();
    else socket.send({ do: "go_on" });
    return true;
  },
  pause() {
    if (!WATCHED.includes(ctx.shown)) return false;
    socket.send({ do: "pause", on: !state.paused });
    return true;
  },
  askStop() {
    if (screen?.escape?.()) return true;
    if (!WATCHED.includes(ctx.shown)) return false;
    showStop(ctx);
    return true;
  },
  help: () => showHelp(ctx),
  tune: () => screen?.tune?.() ?? false,
  async speak(lang) {
    settings.set("lang", lang);
    socket.send({ do: "lang", lang });
    await dress(lang);
  },
  openCamera,
  closeCamera: () => capture.stop(),
  get video() { return capture.video; },
  get device() { return capture.device; },
};
const announcer = makeAnnouncer(ctx, $("polite"), $("firm"));
ctx.announce = announcer.aloud;

const capture = makeCapture({
  sendBytes: socket.sendBytes,
  trouble: (code) => cameraTrouble(code),
  stalled: () => notices.show("stalled", { title: words("page_trouble.stalled"), text: words("page_trouble.stalled_do"), look: "unknown", brief: true }),
  awake: () => picture.say(null),
  slower: () => notices.show("slow", { title: words("page_trouble.slow"), text: words("page_trouble.slow_do"), look: "unknown", brief: true }),
});
const frames = makeFrames({
  socket,
  capture,
  paint(drawn, frame) {
    paintedMs = performance.now();
    picture.draw(drawn, frame);
    screen?.frame?.(frame);
  },
  heard(frame) {
    announcer.frame(frame);
    note(frame.notices);
  },
});
window.posecheck = { stats: frames.stats, kept: frames.kept, log: frames.log };

/** What is to be known of a calibration, once: above the screen, where it hides nothing for long. */
function note(told) {
  const text = (told ?? []).join(" ");
  if (text === noted) return;
  noted = text;
  if (text) notices.show("note", { text, look: "unknown", brief: true });
}

/** Open the camera; true when it is open. What is wrong is said on the picture and in `camera` of the screen. */
async function openCamera(deviceId = settings.get("camera")) {
  try {
    await capture.start(deviceId);
    if (!capture.open) return false;
    picture.say(null);
    notices.hide("camera");
    return true;
  } catch (error) {
    cameraTrouble(error.code ?? "in_use");
    return false;
  }
}

function cameraTrouble(code) {
  const told = { title: words(`page_trouble.${code}`), text: words(`page_trouble.${code}_do`) };
  const again = () => {
    capture.stop();
    openCamera().then(watch);
  };
  picture.say({ ...told, actions: [{ label: words("page_trouble.again"), run: again }] });
  if (WATCHED.includes(ctx.shown)) {
    announcer.aloud(`${told.title} ${told.text}`, true);
    ctx.sound.tone("firm");
  }
  screen?.trouble?.(code, told);
}

/** Camera, sending and wake lock follow the stage. */
async function watch() {
  const working = WATCHED.includes(state.stage);
  const own = state.source === "browser";
  capture.sending = working && own && socket.up();
  if (working && own && !capture.open) {
    await openCamera();
    capture.sending = WATCHED.includes(state.stage) && socket.up();
  }
  if (!working && state.stage !== "start") capture.stop();
  stayAwake(working);
}

async function stayAwake(on) {
  if (!on) {
    wakeLock?.release().catch(() => {});
    wakeLock = null;
  } else if (navigator.wakeLock && (!wakeLock || wakeLock.released) && !document.hidden) {
    // Refused on an empty battery, for one: the session is worth more than the lit screen.
    wakeLock = await navigator.wakeLock.request("screen").catch(() => null);
  }
}

/** Put everything into a language: words, bar, picture, screen. */
async function dress(lang) {
  await Promise.all([loadWords(lang), sounds]);
  document.title = "posecheck";
  $("skip").textContent = words("page.skip");
  picture = makePicture(ctx);
  picture.dress();
  header = fillHeader($("bar"), ctx);
  ctx.page = "";
  await show();
}

async function load(name) {
  try {
    return await import(`./screens/${name}.js`);
  } catch (error) {
    console.warn(error);
    return {
      mount(root) {
        root.append(
          h("section", { class: "plain-screen" },
            h("h1", {}, words("page.no_screen")),
            h("p", {}, words("page.no_screen_do")),
            button({ class: "primary", onclick: () => (state.stage === "summary" ? socket.send({ do: "home" }) : ctx.go("#")) }, words("page.home"))),
        );
        return { unmount() {} };
      },
    };
  }
}

/** Show the screen that stage and address ask for. */
async function show() {
  if (!state.stage || !picture) return;
  const free = ["start", "summary"].includes(state.stage);
  const wanted = (free && RESTING_HASHES[location.hash]) || (state.stage === "work" ? "stretch" : state.stage);
  document.documentElement.dataset.stage = state.stage;
  if (wanted === ctx.page) {
    screen?.state?.(state);
    header.update();
    return;
  }
  const turn = ++mounting;
  ctx.page = wanted;
  const module = await load(wanted);
  // What a screen is made of comes before the screen, so that nothing on it moves when it comes.
  const prepared = await module.prepare?.(ctx);
  if (turn !== mounting) return;
  screen?.unmount?.();
  const root = $("screen");
  root.replaceChildren();
  ctx.shown = wanted === "stretch" ? "work" : wanted;
  document.documentElement.dataset.screen = wanted;
  screen = module.mount(root, ctx, prepared);
  header.update();
  scrollTo(0, 0);
  root.focus({ preventScroll: true });
}

/** The voice is there before the first words: a screen says at once how it speaks. */
const sounds = import("./sound.js")
  .then((module) => {
    const make = module.makeSound ?? module.createSound ?? module.default;
    ctx.sound = make ? make(ctx) : (module.sound ?? ctx.sound);
    ctx.sound.mute(settings.get("muted", false));
  })
  .catch((error) => console.warn("No sound:", error));

socket.on("state", async (message) => {
  const before = state;
  state = message;
  if (before.stage !== null && before.stage !== state.stage && RESTING_HASHES[location.hash]) history.replaceState(null, "", "#");
  // Measured once is measured: the next session need not begin with it.
  if (before.stage === "calibrate" && state.stage === "work") settings.set("calibrate", false);
  if (before.stage === null) {
    const lang = settings.get("lang") ?? state.lang;
    if (lang !== state.lang) socket.send({ do: "lang", lang });
    await dress(lang);
  } else if (before.lang !== state.lang && document.documentElement.lang !== state.lang) {
    await dress(state.lang);
  } else show();
  watch();
});
socket.on("summary", (message) => {
  ctx.summary = message;
  // The last word of a session comes with no frame.
  if (message.say) announcer.frame({ say: message.say });
});
socket.on("error", ({ code, text }) => {
  if (code === "taken_over") {
    notices.show("link", {
      title: words("page_trouble.taken_over"),
      text: words("page_trouble.taken_over_do"),
      actions: [{ label: words("page_trouble.take_back"), run: () => socket.reclaim() }],
    });
  } else notices.show(code, { text, brief: true });
});
socket.on("link", ({ up, tries, over }) => {
  capture.reset();
  if (up) {
    notices.hide("link");
    watch();
    return;
  }
  capture.sending = false;
  if (over) return;
  const gone = tries >= GONE_AFTER;
  // Before the first words have come there is nothing to say it with; most breaks are over by then.
  if (tries > 1 || state.stage) {
    notices.show("link", {
      title: words(gone ? "page_trouble.gone" : "page_trouble.reconnecting"),
      text: words(gone ? "page_trouble.gone_do" : "page_trouble.reconnecting_do"),
      look: gone ? "warn" : "unknown",
    });
  }
});

function pauseHidden() {
  if (!document.hidden || state.stage !== "work" || state.source !== "browser" || state.paused) return;
  pausedByHiding = socket.send({ do: "pause", on: true });
}

// A verdict is worth as much as the picture it belongs to: without pictures, there is none.
setInterval(() => {
  if (performance.now() - paintedMs > STALE_MS) screen?.stale?.();
}, STALE_MS / 3);
addEventListener("hashchange", show);
document.addEventListener("visibilitychange", () => {
  // A camera picture is not handed to a page in the background, so no second of it could be judged.
  // It waits a moment: a page that is left or loaded again is "hidden", too.
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(pauseHidden, HIDDEN_MS);
  else if (pausedByHiding) {
    pausedByHiding = false;
    socket.send({ do: "pause", on: false });
    notices.show("hidden", { text: words("page_trouble.hidden"), look: "unknown", brief: true });
  }
  if (!document.hidden) watch();
});
for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => ctx.sound.unlock(), { capture: true });
listen(ctx);
