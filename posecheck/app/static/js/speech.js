// Who speaks, and with which words: a voice of this computer, else the recordings that came with posecheck.
//
// A voice that is not local is never used: it would send what is said to somebody else's server. Recordings are
// found by the key of a message, and put together where a text has {blanks}; they are loaded only when they are needed.

const FOLDER = new URL("../phrases/", import.meta.url);
/** So many decoded recordings are kept, the latest ones: each takes some 200 kB a second, ten times its file. */
const MOST_DECODED = 24;
/** Languages that have recordings. */
export const RECORDED = ["de", "en"];
/** What is said instead of a text that has no recording, by the beginning of its key. */
const NEAREST = { "coach.done": "coach.rep_done", "coach.change_side_left": "coach.change_side", "coach.change_side_right": "coach.change_side" };

const short = (lang) => String(lang || "en").slice(0, 2).toLowerCase();

/** A voice of this computer for a language; null when there is none. `synth` is window.speechSynthesis. */
export function localVoice(synth, lang) {
  const own = (synth?.getVoices() ?? []).filter((voice) => voice.localService === true && short(voice.lang) === short(lang));
  return own.find((voice) => voice.default) ?? own[0] ?? null;
}

/** Say a text with a voice. Resolves true once it was said, false if it never began. `began` is called at its start. */
export function speak(synth, voice, text, { volume, began }) {
  return new Promise((resolve) => {
    const words = new SpeechSynthesisUtterance(text);
    let heard = false;
    const over = () => {
      clearTimeout(late);
      resolve(heard);
    };
    // Some browsers forget an utterance without a word: then another way is tried.
    let late = setTimeout(() => {
      synth.cancel();
      over();
    }, 2500);
    words.voice = voice;
    words.lang = voice.lang;
    words.volume = volume;
    words.onstart = () => {
      heard = true;
      began();
      clearTimeout(late);
      late = setTimeout(over, 4000 + 150 * text.length);
    };
    words.onend = words.onerror = over;
    // Right after another was cut off, some browsers swallow the next.
    setTimeout(() => synth.speak(words), synth.speaking || synth.pending ? 80 : 0);
  });
}

/** The recordings of a language. */
export class Phrases {
  #manifest = null;
  #buffers = new Map();

  /** Read what there is. Throws when it cannot be had. */
  static async load(lang) {
    const phrases = new Phrases();
    phrases.folder = new URL(`${short(lang)}/`, FOLDER);
    const answer = await fetch(new URL("manifest.json", phrases.folder));
    if (!answer.ok) throw new Error(`no recordings for ${lang}`);
    phrases.#manifest = await answer.json();
    return phrases;
  }

  /**
   * The names of the recordings that say the message `key`, its blanks filled with `values`, or the nearest to it; null
   * when nothing comes near. A stretch of somebody's own may use a known key for other words: `text` tells.
   */
  find(key, values = {}, text = "") {
    const all = this.#manifest.phrases;
    const entry = all[key];
    const filled = entry?.play.every((part) => !part.startsWith("{"));
    if (filled && !(key.startsWith("stretch.") && entry.text !== text.trim())) return entry.play;
    if (entry && !filled) {
      const files = entry.play.map((part) => (part.startsWith("{") ? this.#blank(values[part.slice(1, -1)]) : [part]));
      if (files.every(Boolean)) return files.flat();
    }
    return all[NEAREST[key]]?.play ?? null;
  }

  /** The decoded recordings, in order. Throws when one cannot be loaded or this browser cannot decode it. */
  async decoded(audio, files) {
    return Promise.all(
      files.map((name) => {
        const loading = this.#buffers.get(name) ?? this.#load(audio, name);
        this.#buffers.delete(name); // set anew, so that the one that was not heard for longest comes first
        this.#buffers.set(name, loading);
        if (this.#buffers.size > MOST_DECODED) this.#buffers.delete(this.#buffers.keys().next().value);
        return loading;
      }),
    );
  }

  #load(audio, name) {
    const loading = fetch(new URL(`${encodeURIComponent(name)}.opus`, this.folder))
      .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(`${name}: ${answer.status}`))))
      .then((bytes) => audio.decodeAudioData(bytes));
    loading.catch(() => this.#buffers.delete(name));
    return loading;
  }

  /** What stands in a blank: a number, the name of a stretch, or parts of the body by their keys. */
  #blank(value) {
    const { numbers, phrases } = this.#manifest;
    if (Array.isArray(value)) {
      const parts = value.map((part) => phrases[`part.${part}`]?.play);
      return parts.every(Boolean) ? parts.flatMap((part, n) => (n ? [...phrases["part.and"].play, ...part] : part)) : null;
    }
    if (Number.isFinite(value)) {
      const number = Math.round(value);
      const file = numbers[number] ?? numbers[5 * Math.round(number / 5)];
      return file ? [file] : null;
    }
    return Object.entries(phrases).find(([key, one]) => /^stretch\..*\.name$/.test(key) && one.text === value)?.[1].play ?? null;
  }
}
