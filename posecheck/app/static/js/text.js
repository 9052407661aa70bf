// Numbers and days as people write them in the language of the page. A dash stands for what was not seen.

const none = (value) => value === null || value === undefined || Number.isNaN(value);

/** A whole number. */
export const whole = (value, lang) => (none(value) ? "–" : new Intl.NumberFormat(lang, { maximumFractionDigits: 0 }).format(Math.abs(value) < 0.5 ? 0 : value));

/** A number with one place. */
export const decimal = (value, lang) => (none(value) ? "–" : new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value));

/** A number with as many places as its step has. */
export function stepped(value, step, lang) {
  const places = Math.min(4, (String(step).split(".")[1] ?? "").length);
  return none(value) ? "–" : new Intl.NumberFormat(lang, { maximumFractionDigits: places, useGrouping: false }).format(value);
}

/** A day as YYYY-MM-DD in the calendar of this computer. */
export function isoDay(date) {
  return [date.getFullYear(), String(date.getMonth() + 1).padStart(2, "0"), String(date.getDate()).padStart(2, "0")].join("-");
}

/** Noon of a day given as YYYY-MM-DD: far from every change of the clocks. */
export const noon = (iso) => new Date(`${iso}T12:00`);

/** A day in words. */
export const dayText = (iso, lang, options = { weekday: "short", day: "numeric", month: "short", year: "numeric" }) => new Intl.DateTimeFormat(lang, options).format(noon(iso));
