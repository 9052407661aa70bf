// What the page says, in the language of the person, and numbers as people write them there. The words come from the server.

import { stepped } from "../js/text.js";

let texts = {};

/** A text of the page with its {blanks} filled. */
export const w = (key, values = {}) => (texts[`page_label.${key}`] ?? key).replace(/\{(\w+)\}/g, (blank, name) => values[name] ?? blank);

/** The language the page speaks now. */
export const language = () => document.documentElement.lang;

/** Put words into force, as `/api/words` gives them. */
export function learn({ lang, words }) {
  texts = words;
  document.documentElement.lang = lang;
}

/** A number with so many places, no more and no less. */
export const fixed = (value, places = 2) => new Intl.NumberFormat(language(), { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: false }).format(value);

/** A number with at most so many places. */
export const short = (value, places = 3) => stepped(value, 10 ** -places, language());

/** What a mark says, and from when to when. */
export const told = (mark) => w("mark", { what: w(`truth_${mark.truth}`), from: fixed(mark.start_s), to: fixed(mark.end_s) });
