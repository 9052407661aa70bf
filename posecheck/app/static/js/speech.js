// Who speaks, and with which words: a voice of this computer, else the recordings that came with posecheck.
//
// A voice that is not local is never used: it would send what is said to somebody else's server. Recordings are
// found by the key of a message or by its wording, and put together where a text has {blanks}; they are loaded only
// when they are needed.

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
  #texts = [];
  #manifest = null;
  #buffers = new Map();

  /** Read what there is. Throws when it cannot be had. */
  static async load(lang) {
    const phrases = new Phrases();
    phrases.folder = new URL(`${short(lang)}/`, FOLDER);
    const answer = await fetch(new URL("manifest.json", phrases.folder));
    if (!answer.ok) throw new Error(`no recordings for ${lang}`);
    phrases.#manifest = await answer.json();
    phrases.#texts = Object.entries(phrases.#manifest.phrases).map(([key, { text, play }]) => ({ key, play, ...pattern(text) }));
    return phrases;
  }

  /** The names of the recordings that say a text, or the nearest to it; null when nothing comes near. */
  find(text, key) {
    const all = this.#manifest.phrases;
    const wording = text.trim();
    for (const one of [this.#texts.find((entry) => entry.key === key), ...this.#texts]) {
      const match = one?.form.exec(wording);
      const files = match && this.#filled(one, match);
      if (files) return files;
    }
    if (key in all && !all[key].play.some((part) => part.startsWith("{"))) return all[key].play;
    const near = all[NEAREST[key]]?.play;
    return near ?? null;
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

  #filled(entry, match) {
    const files = [];
    for (const part of entry.play) {
      if (!part.startsWith("{")) files.push(part);
      else {
        const said = this.#blank(match[1 + entry.blanks.indexOf(part.slice(1, -1))]);
        if (!said) return null;
        files.push(...said);
      }
    }
    return files;
  }

  /** What stands in a blank: a number, a name, or a list of parts of the body. */
  #blank(text) {
    const { numbers, phrases } = this.#manifest;
    const known = (words) => {
      const entry = Object.entries(phrases).find(([key, one]) => /^(part\.|stretch\..*\.name$)/.test(key) && one.text === words);
      return entry?.[1].play;
    };
    if (/^\d+([.,]\d+)?$/.test(text)) {
      const number = Math.round(Number(text.replace(",", ".")));
      const file = numbers[number] ?? numbers[5 * Math.round(number / 5)];
      return file ? [file] : null;
    }
    if (numbers[text.toLowerCase()]) return [numbers[text.toLowerCase()]]; // a count in words
    if (known(text)) return known(text);
    const and = phrases["part.and"];
    const parts = text.split(` ${and?.text} `).map(known);
    return parts.length > 1 && parts.every(Boolean) ? parts.flatMap((part, n) => (n ? [...and.play, ...part] : part)) : null;
  }
}

/** What a text looks like with its blanks filled in. */
function pattern(text) {
  const blanks = [];
  const form = text.replace(/\{(\w+)\}|[.*+?^$()|[\]\\{}]/g, (found, name) => (name ? (blanks.push(name), "(.+)") : `\\${found}`));
  return { blanks, form: new RegExp(`^${form}$`, "i") };
}
