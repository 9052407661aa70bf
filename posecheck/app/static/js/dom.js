// Small helpers to build elements. No HTML is ever made from text, so that no text can become a script.

const SVG = "http://www.w3.org/2000/svg";

/** Give an element its attributes (`on…` functions become listeners, booleans come and go) and its children. */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element. */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Write text only where it differs: a live region must not speak the same thing sixty times a second. */
export function write(element, text) {
  if (element.textContent === text) return;
  // The text that is there is changed, not replaced: less to lay out anew with every picture.
  const only = element.firstChild;
  if (text && only?.nodeType === Node.TEXT_NODE && !only.nextSibling) only.data = text;
  else element.textContent = text;
}

/** Set an attribute only where it differs. */
export function mark(element, name, value) {
  if (value === null || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** A sentence so long that it needs smaller letters to stay in its place. */
export const isLong = (text, letters = 70) => text.length > letters;

/** How many letters a big sentence has, in four sizes: where its place is small, each has letters of its own. */
export const lettersOf = (text) => 1 + [45, 70, 95].filter((most) => text.length > most).length;

/** What a verdict looks like: a shape and a class beside its colour, so that nobody depends on colour. */
export const LOOK = {
  GOOD: { shape: "●", name: "good" },
  WARN: { shape: "▲", name: "warn" },
  UNKNOWN: { shape: "◆", name: "unknown" },
  OK: { shape: "✓", name: "good" },
  ACT: { shape: "▲", name: "warn" },
};

const PATHS = {
  sun: "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  sound: "M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12",
  mute: "M4 9v6h4l5 4V5L8 9zM17 9.5l5 5M22 9.5l-5 5",
  keys: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7.5 14h9",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15l12-7.5z",
  stop: "M6 6h12v12H6z",
  next: "M5 5l9 7-9 7zM18 5v14",
  mirror: "M12 3v18M9 8l-5 8h5zM15 8l5 8h-5z",
  body: "M12 3.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zM6 10h12M12 10v5M12 15l-3.5 6M12 15l3.5 6",
  camera: "M3 7h4l2-2.5h6L17 7h4v12H3zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  tune: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  days: "M4 6h16v14H4zM4 10h16M8 3.5v4M16 3.5v4",
  care: "M12 4 2.5 20h19zM12 10v4.5M12 17.2v.1",
  home: "M4 11l8-7 8 7v9h-5.5v-6h-5v6H4z",
};

/** A line drawing of 24 × 24, hidden from screen readers: the label beside it speaks. */
export const icon = (name) =>
  s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: PATHS[name] }));

/** A button; a click with the pointer gives the focus back, so that the space bar keeps meaning "go on". */
export function button(attributes, ...children) {
  const made = h("button", { type: "button", ...attributes }, ...children);
  made.addEventListener("click", (event) => event.detail > 0 && made.blur());
  return made;
}
