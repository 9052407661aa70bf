// All that is heard: tones by severity, and spoken cues. One voice at a time; a firmer one may cut in.

import { localVoice, Phrases, RECORDED, speak } from "./speech.js";

/** Notes as [start s, frequency Hz, length s, loudness], and the wave they are made of. */
const TONES = {
  good: { wave: "sine", notes: [[0, 523.25, 0.28, 0.5], [0.16, 659.25, 0.5, 0.5]] },
  notice: { wave: "triangle", notes: [[0, 587.33, 0.2, 0.6], [0.22, 440, 0.4, 0.6]] },
  firm: { wave: "triangle", notes: [[0, 246.94, 0.2, 0.95], [0.26, 246.94, 0.2, 0.95], [0.52, 246.94, 0.42, 0.95]] },
  tick: { wave: "sine", notes: [[0, 1174.66, 0.05, 0.18]] },
  done: { wave: "sine", notes: [[0, 261.63, 1.5, 0.34], [0.07, 329.63, 1.5, 0.32], [0.14, 392, 1.5, 0.32], [0.24, 523.25, 1.6, 0.3]] },
};
/** The tone that stands for a cue that cannot be spoken, by its urgency. */
const INSTEAD = ["good", "notice", "firm"];
const ATTACK_S = 0.015;
/** A cue that had to wait for another for longer than this is stale: it is not said. */
const STALE_MS = 3000;
const LOG_LENGTH = 500;
/** A voice that stayed silent so often is not asked any more. */
const PATIENCE = 2;

/**
 * The sound of the page.
 *
 * `settings` ({get, set}) remembers mute and volume; `words(key)` gives the texts of the page; `lang()` its language.
 * A browser lets nothing be heard before the first key or tap: `unlock` listens for that by itself.
 */
export function createSound({ settings = null, words = null, lang = () => document.documentElement.lang || "en" } = {}) {
  const synth = window.speechSynthesis ?? null;
  const recordings = new Map();
  let audio = null;
  let out = null;
  let volume = Number(settings?.get("volume") ?? 0.8);
  let muted = settings?.get("muted") === true;
  let busyUntil = 0; // of the audio clock: a tone is heard until then
  let speaking = null; // {urgency, stop}
  let waiting = null; // {text, options, since, resolve}
  let failures = 0; // of the voice, one after the other
  let recordingsFail = false;
  if (!Number.isFinite(volume)) volume = 0.8;

  const log = (type, what) => {
    const page = (window.posecheck ??= { log: [] });
    page.log ??= [];
    page.log.push({ type, what, at: performance.now() });
    if (page.log.length > LOG_LENGTH) page.log.shift();
  };
  const loudness = () => (muted ? 0 : volume * volume); // ears hear in ratios
  const adjust = () => out?.gain.setTargetAtTime(loudness(), audio.currentTime, 0.02);

  async function unlock() {
    if (!audio) {
      const Audio = window.AudioContext ?? window.webkitAudioContext;
      if (!Audio) return false;
      audio = new Audio({ latencyHint: "interactive" });
      out = audio.createGain();
      out.gain.value = loudness();
      out.connect(audio.destination);
      synth?.getVoices(); // some browsers begin to look for voices only now
    }
    if (audio.state !== "running") await Promise.race([audio.resume().catch(() => {}), new Promise((r) => setTimeout(r, 1000))]);
    return audio.state === "running";
  }
  const first = () => unlock().then((open) => open && ["pointerdown", "keydown"].forEach((type) => removeEventListener(type, first, true)));
  ["pointerdown", "keydown"].forEach((type) => addEventListener(type, first, true));

  /** Play a tone; whether it really starts (not before the first gesture, not when muted). */
  function tone(name) {
    const { wave, notes } = TONES[name] ?? {};
    if (!notes || muted || volume === 0 || audio?.state !== "running") return false;
    const now = audio.currentTime + 0.01;
    for (const [start, frequency, length, loud] of notes) {
      const [note, gain] = [audio.createOscillator(), audio.createGain()];
      note.type = wave;
      note.frequency.value = frequency;
      gain.gain.setValueAtTime(0, now + start);
      gain.gain.linearRampToValueAtTime(loud, now + start + ATTACK_S);
      gain.gain.exponentialRampToValueAtTime(0.001, now + start + length);
      note.connect(gain).connect(out);
      note.onended = () => gain.disconnect();
      note.start(now + start);
      note.stop(now + start + length);
      if (name !== "tick") busyUntil = Math.max(busyUntil, now + start + Math.min(length, 0.4));
    }
    log("tone", name);
    return true;
  }

  /** Say a cue. Resolves to "local voice", "bundled phrases", "tone" or "nothing": what was really heard. */
  function say(text, { lang: language = lang(), urgency = 0, key = "", values = {} } = {}) {
    if (!text || muted || volume === 0) return Promise.resolve("nothing");
    if (speaking && urgency <= speaking.urgency) {
      waiting?.resolve("nothing");
      return new Promise((resolve) => (waiting = { text, options: { lang: language, urgency, key, values }, since: performance.now(), resolve }));
    }
    speaking?.stop();
    const turn = { urgency, stop: () => {}, over: false };
    speaking = turn;
    return heard(turn, text, language, urgency, key, values).finally(() => {
      if (speaking !== turn) return;
      speaking = null;
      const next = waiting;
      waiting = null;
      if (next) {
        const fresh = performance.now() - next.since < STALE_MS;
        (fresh ? say(next.text, next.options) : Promise.resolve("nothing")).then(next.resolve);
      }
    });
  }

  async function heard(turn, text, language, urgency, key, values) {
    turn.stop = () => (turn.over = true);
    if (audio && busyUntil > audio.currentTime) await new Promise((r) => setTimeout(r, 1000 * (busyUntil - audio.currentTime)));
    if (turn.over) return "nothing";
    const voice = failures >= PATIENCE ? null : localVoice(synth, language);
    if (voice) {
      let stopped = () => {};
      turn.stop = () => {
        turn.over = true;
        stopped();
        synth.cancel();
      };
      const cut = new Promise((resolve) => (stopped = () => resolve(true)));
      const spoken = speak(synth, voice, text, { volume: loudness(), began: () => log("speech", text) });
      if (await Promise.race([spoken, cut])) {
        failures = 0;
        return "local voice";
      }
      failures += 1;
    }
    if (!turn.over && (await recording(turn, text, language, key, values))) return "bundled phrases";
    return !turn.over && tone(INSTEAD[urgency] ?? "notice") ? "tone" : "nothing";
  }

  async function recording(turn, text, language, key, values) {
    const lang2 = language.slice(0, 2);
    if (recordingsFail || !RECORDED.includes(lang2) || audio?.state !== "running") return false;
    try {
      if (!recordings.has(lang2)) recordings.set(lang2, Phrases.load(lang2));
      const phrases = await recordings.get(lang2);
      const files = phrases.find(key, values, text);
      if (!files) return false;
      const buffers = await phrases.decoded(audio, files);
      if (turn.over || muted) return false;
      let at = audio.currentTime + 0.02;
      const nodes = buffers.map((buffer) => {
        const node = audio.createBufferSource();
        node.buffer = buffer;
        node.connect(out);
        node.start(at);
        at += buffer.duration;
        return node;
      });
      log("phrase", files.join(" "));
      await new Promise((resolve) => {
        nodes.at(-1).onended = resolve;
        turn.stop = () => {
          turn.over = true;
          nodes.forEach((node) => node.stop());
          resolve();
        };
      });
      return true;
    } catch (problem) {
      recordings.delete(lang2);
      recordingsFail = problem?.name === "EncodingError"; // this browser cannot read Opus: it never will
      return false;
    }
  }

  return {
    unlock,
    tone,
    say,
    get muted() {
      return muted;
    },
    /** Without an argument: the other way round. */
    mute(on = !muted) {
      muted = Boolean(on);
      settings?.set("muted", muted);
      if (muted) {
        waiting?.resolve("nothing");
        waiting = null;
        speaking?.stop();
      }
      if (out) adjust();
    },
    /** Set the volume, 0..1; without an argument: tell it. */
    volume(share) {
      if (share === undefined) return volume;
      volume = Math.min(1, Math.max(0, Number(share) || 0));
      settings?.set("volume", volume);
      if (out) adjust();
      return volume;
    },
    /** How cues are spoken here: "local voice", "bundled phrases" or "tones only". */
    supported(language = lang()) {
      if (failures < PATIENCE && localVoice(synth, language)) return "local voice";
      const playable = window.AudioContext ?? window.webkitAudioContext;
      return playable && !recordingsFail && RECORDED.includes(language.slice(0, 2)) ? "bundled phrases" : "tones only";
    },
    /** Let a tone and a sentence be heard. Resolves to how the sentence was said, as `say` does. */
    async test() {
      await unlock();
      tone("good");
      const text = words?.("page_sound.test");
      return say(text && text !== "page_sound.test" ? text : "", { urgency: 1, key: "page_sound.test" });
    },
  };
}
