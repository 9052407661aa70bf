// Every number of a stretch as a slider: what it does, where it comes from, and what it would have changed.
//
// A change is told to the running session at once, and the last minute that was seen is judged again with it.

import { button, h, write } from "../dom.js";
import { Replay } from "../replay.js";
import { stepped, whole } from "../text.js";

const TELL_MS = 150;
const REPLAY_MS = 400;
const EPSILON = 1e-9;

/** The page. */
export const mount = (root, ctx) => mountTune(root, ctx, {});

/** The page, or with `compact` the narrow form for a drawer beside a stretch. `stretch`: whose numbers; its id. */
export function mountTune(root, ctx, { compact = false, stretch = null } = {}) {
  const { words } = ctx;
  const lang = () => ctx.state?.lang ?? document.documentElement.lang;
  let rows = [];
  let shownId = stretch ?? current();
  // Rules of one name have numbers of one key: those of a stretch that is not being done are not for this session.
  const live = () => Boolean(ctx.state?.session?.parts.some((part) => part.stretch === shownId));
  let telling = null;
  let replaying = null;
  let pending = {};
  const told = h("p", { class: "muted", role: "status" });
  const wrong = h("p", { class: "warn", role: "alert" });
  const replay = new Replay(ctx, { compact });
  const list = h("div", { class: "numbers" }, h("p", { class: "muted", role: "status" }, words("page_tune.loading")));
  const search = h("input", { type: "search", "aria-label": words("page_tune.search"), oninput: () => filter() });
  const onlyChanged = h("input", { type: "checkbox", onchange: () => filter() });
  const nothing = h("p", { class: "muted", role: "status", hidden: true }, words("page_tune.none_found"));
  const changes = h("b", { class: "num" });
  const chooser = h("select", { "aria-label": words("page_tune.stretch"), onchange: () => ((shownId = chooser.value), load()) });
  const profiles = compact ? null : profileBox();
  const title = h(compact ? "h2" : "h1", { tabindex: "-1" }, words("page_tune.title"));

  root.replaceChildren(
    h(
      "div",
      { class: compact ? "tune compact" : "screen tune" },
      h("header", { class: "screen-head" }, title),
      !compact && h("p", { class: "muted intro" }, words(live() ? "page_tune.text_live" : "page_tune.text")),
      h("div", { class: "tune-bar" },
        !compact && h("label", { class: "field" }, h("span", {}, words("page_tune.stretch")), chooser),
        h("label", { class: "field grow" }, h("span", {}, words("page_tune.search")), search),
        h("label", { class: "pick" }, onlyChanged, " ", words("page_tune.only_changed"), " ", changes),
        button({ class: "plain", onclick: resetAll }, words("page_tune.reset_all"))),
      wrong,
      h("div", { class: "tune-columns" },
        h("div", {}, list, nothing),
        h("section", { class: "tune-side", "aria-label": words("page_tune.effect") }, replay.element, profiles?.element)),
      told,
    ),
  );
  if (!compact) title.focus({ preventScroll: true });
  const off = ctx.on("error", (message) => message.code === "bad_numbers" && write(wrong, message.text));
  begin();

  async function begin() {
    if (!compact) {
      try {
        const { stretches } = await ctx.api(`/api/catalogue?lang=${lang()}`);
        const own = new Set((ctx.state?.session?.parts ?? []).map((part) => part.stretch));
        const sorted = [...stretches].sort((a, b) => own.has(b.id) - own.has(a.id));
        chooser.replaceChildren(...sorted.map(({ id, name }) => h("option", { value: id }, name)));
        shownId ??= sorted[0]?.id;
        chooser.value = shownId;
      } catch (problem) {
        write(wrong, problem.message);
        return;
      }
      profiles.load();
    }
    load();
  }

  /** The stretch that is under way, else the one that was done or chosen last. */
  function current() {
    const parts = ctx.state?.session?.parts ?? [];
    return parts[ctx.part ?? 0]?.stretch ?? parts[0]?.stretch ?? ctx.settings.get("stretch") ?? null;
  }

  async function load() {
    if (!shownId) return;
    write(wrong, "");
    pending = {};
    try {
      const { numbers } = await ctx.api(`/api/tunables?stretch=${encodeURIComponent(shownId)}&lang=${lang()}`);
      rows = numbers.map(makeRow);
    } catch (problem) {
      rows = [];
      write(wrong, problem.message);
    }
    const groups = Map.groupBy ? Map.groupBy(rows, ({ number }) => number.group) : grouped(rows);
    list.replaceChildren(
      ...[...groups].map(([name, own], index) =>
        h("details", { class: "group card", open: index === 0 }, h("summary", {}, h("h2", {}, groupName(name)), h("span", { class: "muted num" }, String(own.length))), own.map(({ element }) => element))),
    );
    filter();
    judge();
  }
  function groupName(name) {
    const key = `page_tune.group_${name}`;
    const text = words(key);
    return text === key ? name : text;
  }
  function grouped(all) {
    const found = new Map();
    for (const row of all) found.set(row.number.group, [...(found.get(row.number.group) ?? []), row]);
    return found;
  }

  // ------------------------------------------------------------------------------------------------------ one number
  function makeRow(number, index) {
    const id = `n${compact ? "c" : "p"}${index}`;
    const text = (value) => `${stepped(value, number.step, lang())}${unit(number.unit)}`;
    const row = { number, value: number.value };
    const limits = { min: number.low, max: number.high, step: number.step };
    const slider = h("input", { type: "range", ...limits, value: number.value, id: `${id}-slider`, "aria-describedby": `${id}-range` });
    const box = h("input", { type: "number", ...limits, value: number.value, "aria-labelledby": `${id}-label`, inputmode: "decimal" });
    const reset = button({ class: "quiet", onclick: () => change(number.default) }, words("page_tune.reset"));
    reset.setAttribute("aria-label", words("page_tune.reset_one", { what: number.label }));
    const chip = h("span", { class: "chip changed" }, "◆ ", words("page_tune.changed"));
    const mark = h("span", { class: "default-mark", "aria-hidden": "true", title: words("page_tune.default", { value: text(number.default) }) });
    mark.style.setProperty("--at", String((number.default - number.low) / (number.high - number.low || 1)));
    const origin = h("dd", {});
    row.element = h(
      "div",
      { class: "number" },
      h("div", { class: "number-head" }, h("label", { id: `${id}-label`, for: `${id}-slider`, class: "number-label" }, number.label), chip, reset),
      h("div", { class: "number-set" }, h("div", { class: "slider" }, slider, mark), h("span", { class: "box" }, box, h("span", { class: "unit" }, unit(number.unit).trim()))),
      h("p", { class: "range muted", id: `${id}-range` },
        h("span", {}, text(number.low)), h("span", {}, words("page_tune.default", { value: text(number.default) })), h("span", {}, text(number.high))),
      h("p", { class: "why" }, number.why),
      h("details", { class: "source" }, h("summary", {}, words("page_tune.about")),
        h("dl", {}, h("dt", {}, words("page_tune.source")), h("dd", {}, number.source), h("dt", {}, words("page_tune.origin")), origin, h("dt", {}, words("page_tune.key")), h("dd", {}, h("code", {}, number.key)))),
    );

    function change(value) {
      const wanted = Math.min(number.high, Math.max(number.low, value));
      if (!Number.isFinite(wanted)) return;
      row.value = wanted;
      pending[number.key] = wanted;
      show();
      touched();
    }
    function show(typing = false) {
      slider.value = row.value;
      slider.setAttribute("aria-valuetext", text(row.value));
      if (!typing) box.value = row.value;
      row.changed = Math.abs(row.value - number.default) > EPSILON;
      row.element.classList.toggle("is-changed", row.changed);
      chip.hidden = reset.hidden = !row.changed;
      const here = Math.abs(row.value - number.value) > EPSILON;
      write(origin, here ? words("page_tune.origin_here") : number.origin === "default" ? words("page_tune.origin_default") : number.origin);
    }
    slider.addEventListener("input", () => change(slider.valueAsNumber));
    box.addEventListener("input", () => {
      if (!box.validity.valid || box.value === "") return;
      row.value = box.valueAsNumber;
      pending[number.key] = row.value;
      show(true);
      touched();
    });
    box.addEventListener("change", () => change(box.value === "" ? number.default : box.valueAsNumber));
    row.set = (value) => {
      row.value = value;
      show();
    };
    show();
    return row;
  }
  const unit = (name) => ({ deg: "°", s: " s", "": "" })[name] ?? ` ${name}`;

  // ------------------------------------------------------------------------------------------------------ changes
  function touched() {
    write(wrong, "");
    countChanges();
    clearTimeout(telling);
    telling = setTimeout(tell, TELL_MS);
    clearTimeout(replaying);
    replaying = setTimeout(judge, REPLAY_MS);
  }

  function tell() {
    clearTimeout(telling);
    const set = pending;
    pending = {};
    if (live() && Object.keys(set).length) ctx.send({ do: "numbers", set, reset: false });
  }

  function judge() {
    const moved = rows.filter(({ value, number }) => Math.abs(value - number.value) > EPSILON);
    const numbers = (of) => Object.fromEntries(moved.map((row) => [row.number.key, of(row)]));
    replay.judge(shownId, numbers((row) => row.value), numbers((row) => row.number.value), rows, live() && moved.length > 0);
  }

  function resetAll() {
    for (const row of rows) {
      if (row.changed) pending[row.number.key] = row.number.default;
      row.set(row.number.default);
    }
    tell();
    filter();
    judge();
    write(told, words("page_tune.reset_done"));
  }

  function countChanges() {
    const count = rows.filter((row) => row.changed).length;
    write(changes, count ? `(${whole(count, lang())})` : "");
  }

  function filter() {
    countChanges();
    const wanted = search.value.trim().toLowerCase();
    for (const row of rows) {
      const text = `${row.number.label} ${row.number.key} ${row.number.why} ${groupName(row.number.group)}`.toLowerCase();
      row.element.hidden = (wanted !== "" && !text.includes(wanted)) || (onlyChanged.checked && !row.changed);
    }
    for (const group of list.querySelectorAll("details.group")) {
      group.hidden = !group.querySelector(".number:not([hidden])");
      if (wanted && !group.hidden) group.open = true;
    }
    nothing.hidden = rows.length === 0 || rows.some((row) => !row.element.hidden);
  }

  // ------------------------------------------------------------------------------------------------------ profiles
  function profileBox() {
    const name = h("input", { type: "text", required: true, maxlength: 40, autocomplete: "off", "aria-label": words("page_tune.profile_name"), placeholder: words("page_tune.profile_name") });
    const known = h("ul", { class: "rows profiles" });
    const only = h("input", { type: "checkbox", checked: true });
    const form = h("form", { class: "profile-form" }, name, h("button", { type: "submit", class: "primary" }, words("page_tune.save")), h("label", { class: "pick" }, only, " ", words("page_tune.only_stretch")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const set = Object.fromEntries(rows.filter((row) => row.changed).map((row) => [row.number.key, row.value]));
      if (!Object.keys(set).length) {
        write(told, words("page_tune.nothing_changed"));
        return;
      }
      await attempt(async () => {
        await ctx.api("/api/profiles", { method: "POST", body: { name: name.value.trim(), stretch: only.checked ? shownId : null, set } });
        write(told, words("page_tune.saved", { name: name.value.trim() }));
        name.value = "";
      });
    });
    async function attempt(act) {
      write(wrong, "");
      try {
        await act();
      } catch (problem) {
        write(wrong, problem.message);
      }
      fill();
    }
    async function fill() {
      try {
        const answer = await ctx.api("/api/profiles");
        const names = (Array.isArray(answer) ? answer : answer.profiles).map((one) => one.name ?? one);
        known.replaceChildren(...(names.length ? names.map(line) : [h("li", { class: "muted" }, words("page_tune.no_profiles"))]));
      } catch (problem) {
        write(wrong, problem.message);
      }
    }
    function line(profile) {
      const remove = button({ class: "quiet", onclick: () => confirmed(profile) && attempt(() => ctx.api(`/api/profiles/${encodeURIComponent(profile)}`, { method: "DELETE" })) }, words("page_tune.delete"));
      remove.setAttribute("aria-label", words("page_tune.delete_one", { name: profile }));
      // The first press asks, the second within a moment deletes: a profile is quickly made again.
      const confirmed = () => {
        if (remove.classList.contains("danger")) return true;
        remove.classList.add("danger");
        write(remove, words("page_tune.delete_sure"));
        setTimeout(() => {
          remove.classList.remove("danger");
          write(remove, words("page_tune.delete"));
        }, 4000);
        return false;
      };
      return h("li", {}, h("span", {}, profile), remove);
    }
    const element = h("section", { class: "card", "aria-labelledby": "profiles-title" }, h("h2", { id: "profiles-title" }, words("page_tune.profiles")), h("p", { class: "muted" }, words("page_tune.profiles_text")), form, known);
    return { element, load: fill };
  }

  return {
    frame() {},
    state() {},
    unmount() {
      tell();
      clearTimeout(replaying);
      off?.();
      replay.destroy();
      root.replaceChildren();
    },
  };
}
