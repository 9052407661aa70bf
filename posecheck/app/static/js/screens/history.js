// What was done on which day: a calendar, the streak, where depth and straight leg are going, every session.

import { button, h, icon, write } from "../dom.js";
import { trendPlot } from "../plots.js";
import { makeStored } from "../stored.js";
import { dayText, decimal, isoDay, noon, whole } from "../text.js";

const WEEKS = 6;
const MOST_WEEKS = 54;
const ROWS = 20;
/** From how many good seconds on a day has which depth of colour. */
const LEVELS = [1, 30, 90, 180];

export function mount(root, ctx) {
  const { words } = ctx;
  const drawn = [];
  let weeks = WEEKS;
  let rows = ROWS;
  let history = null;
  const title = h("h1", { tabindex: "-1" }, words("page_history.title"));
  const body = h("div", { class: "history-body" }, h("p", { class: "muted", role: "status" }, words("page_history.loading")));
  const told = h("p", { class: "muted", role: "status" });
  const stored = makeStored(ctx);
  root.replaceChildren(
    h("div", { class: "screen history" }, h("header", { class: "screen-head" }, title), body, told),
  );
  const lang = () => ctx.state?.lang ?? document.documentElement.lang;
  const number = (value) => whole(value, lang());
  title.focus({ preventScroll: true });
  load();

  async function load() {
    try {
      history = await ctx.api(`/api/history?days=${7 * MOST_WEEKS}&lang=${lang()}`);
    } catch (problem) {
      body.replaceChildren(h("p", { class: "card warn", role: "alert" }, problem.message));
      return;
    }
    show();
  }

  function show() {
    drawn.splice(0).forEach((plot) => plot.destroy());
    if (!history.rows.length) {
      body.replaceChildren(empty(), stored.element);
      stored.load();
      return;
    }
    const places = [];
    body.replaceChildren(
      figures(),
      h("section", { class: "card", "aria-labelledby": "days-title" }, h("h2", { id: "days-title" }, words("page_history.days")), calendar()),
      trends(places),
      sessions(),
      file(),
      stored.element,
    );
    stored.load();
    for (const make of places) drawn.push(make());
  }

  function empty() {
    return h(
      "section",
      { class: "card empty" },
      h("p", { class: "empty-sign", "aria-hidden": "true" }, icon("days")),
      h("h2", {}, words("page_history.empty_title")),
      h("p", {}, words("page_history.empty_text")),
      h("p", { class: "muted" }, words("page_history.empty_where", { path: history.path })),
      h("div", { class: "actions" }, button({ class: "primary", onclick: () => ctx.go("#") }, icon("play"), words("page_history.begin"))),
    );
  }

  function figures() {
    const one = (value, key) => h("div", { class: "figure" }, h("dd", { class: "num" }, value), h("dt", {}, words(key)));
    const days = history.days.filter((day) => day.rows?.length !== 0);
    return h(
      "dl",
      { class: "figures card" },
      one(number(history.streak), history.streak === 1 ? "page_history.streak_one" : "page_history.streak"),
      one(number(history.longest), "page_history.longest"),
      one(number(days.length), "page_history.days_in_all"),
      one(minutes(history.good_s), "page_history.minutes"),
    );
  }
  const minutes = (good_s) => (good_s < 600 ? decimal(good_s / 60, lang()) : number(good_s / 60));

  // -------------------------------------------------------------------------------------------------- the calendar
  function calendar() {
    const of = new Map(history.days.map((day) => [day.date, day]));
    const today = noon(isoDay(new Date()));
    const monday = new Date(today);
    monday.setDate(today.getDate() - ((today.getDay() + 6) % 7) - 7 * (weeks - 1));
    const weekday = new Intl.DateTimeFormat(lang(), { weekday: "short" });
    const month = new Intl.DateTimeFormat(lang(), { month: "short" });
    const at = (week, day) => {
      const date = new Date(monday);
      date.setDate(monday.getDate() + 7 * week + day);
      return date;
    };
    const heads = [...Array(7).keys()].map((day) => h("th", { scope: "col" }, weekday.format(at(0, day))));
    const lines = [...Array(weeks).keys()].map((week) => h("tr", {}, [...Array(7).keys()].map((day) => cell(at(week, day), of, today, month, week + day === 0))));
    const table = h("table", { class: "calendar" }, h("caption", {}, words("page_history.calendar_caption")), h("thead", {}, h("tr", {}, heads)), h("tbody", {}, lines));
    const older = weeks < MOST_WEEKS && button({ class: "plain", onclick: () => ((weeks = Math.min(MOST_WEEKS, 2 * weeks)), show()) }, words("page_history.older"));
    return [table, older && h("div", { class: "actions" }, older)];
  }

  function cell(date, of, today, month, first) {
    if (date > today) return h("td", { class: "later" });
    const iso = isoDay(date);
    const day = of.get(iso);
    const good = day ? (day.good_s ?? 0) : 0;
    const level = day ? Math.max(1, LEVELS.filter((least) => good >= least).length) : 0;
    const label = date.getDate() === 1 || first ? `${date.getDate()} ${month.format(date)}` : date.getDate();
    const text = day ? words("page_history.day_good", { seconds: number(good) }) : words("page_history.day_none");
    return h(
      "td",
      { class: `level-${level}${iso === isoDay(today) ? " today" : ""}`, title: `${dayText(iso, lang())}: ${text}` },
      h("time", { datetime: iso }, label),
      day ? h("b", { class: "num" }, number(good), h("span", { class: "unit" }, " s")) : h("span", { class: "hidden-text" }, text),
    );
  }

  // -------------------------------------------------------------------------------------------------- the trends
  function trends(places) {
    const found = Object.entries(history.trends ?? {}).map(([id, trend]) => ({ id, ...trend, name: trend.name ?? id }));
    const drawable = found.filter(({ t, hinge, knee }) => t.length > 1 && [...hinge, ...knee].some((value) => value !== null));
    return h(
      "section",
      { class: "card", "aria-labelledby": "trends-title" },
      h("h2", { id: "trends-title" }, words("page_history.trends")),
      h("p", { class: "muted" }, words(drawable.length ? "page_history.trends_text" : "page_history.trends_none")),
      h("div", { class: "trends" }, drawable.map((trend) => {
        const place = h("div", { class: "plot-box" });
        places.push(() => trendPlot(place, {
          t: trend.t, lang: lang(),
          label: words("page_history.trend_label", { stretch: trend.name, first: ends(trend.hinge)[0], last: ends(trend.hinge)[1] }),
          lines: [
            { label: words("page_history.hinge"), values: trend.hinge, colour: "--plot-hip", dash: [9, 4], width: 2 },
            { label: words("page_history.straight"), values: trend.knee, colour: "--plot-knee", dash: [2, 3], width: 2 },
          ],
        }));
        return h("figure", {}, h("figcaption", {}, h("h3", {}, trend.name)), place);
      })),
    );
  }
  function ends(values) {
    const seen = values.filter((value) => value !== null);
    return seen.length ? [`${number(seen[0])}°`, `${number(seen.at(-1))}°`] : ["–", "–"];
  }

  // -------------------------------------------------------------------------------------------------- the sessions
  function sessions() {
    const time = new Intl.DateTimeFormat(lang(), { hour: "2-digit", minute: "2-digit" });
    const heads = ["day", "stretch", "good", "rounded_col", "depth_col"].map((key) => h("th", { scope: "col" }, words(`page_history.${key}`)));
    const lines = history.rows.slice(0, rows).map((row) =>
      h(
        "tr",
        {},
        h("td", {}, dayText(row.local_date, lang(), { weekday: "short", day: "numeric", month: "short" }), row.started_at && h("span", { class: "muted time" }, ` ${time.format(new Date(row.started_at))}`)),
        h("th", { scope: "row" }, row.name ?? history.trends?.[row.stretch]?.name ?? row.stretch, row.side && h("span", { class: "side" }, words(`page_summary.${row.side}`))),
        h("td", { class: "num" }, row.reps_whole ? `${number(row.reps_whole)} ×` : seconds(row.good_s)),
        h("td", { class: `num ${row.rounded_s > 0.5 ? "warn" : ""}` }, seconds(row.rounded_s)),
        h("td", { class: "num" }, row.depth_deg === null || row.depth_deg === undefined ? "–" : `${number(row.depth_deg)}°`),
      ),
    );
    const more = history.rows.length > rows && button({ class: "plain", onclick: () => ((rows += 2 * ROWS), show()) }, words("page_history.more", { number: history.rows.length - rows }));
    return h(
      "section",
      { class: "card", "aria-labelledby": "sessions-title" },
      h("h2", { id: "sessions-title" }, words("page_history.sessions")),
      h("div", { class: "wide", tabindex: "0", role: "group", "aria-labelledby": "sessions-title" }, h("table", { class: "list" }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, lines))),
      more && h("div", { class: "actions" }, more),
    );
  }
  const seconds = (value) => (value === null || value === undefined ? "–" : `${number(value)} s`);

  // -------------------------------------------------------------------------------------------------- the file
  function file() {
    return h(
      "section",
      { class: "card no-print", "aria-labelledby": "file-title" },
      h("h2", { id: "file-title" }, words("page_history.file")),
      h("p", {}, words("page_history.file_text")),
      h("p", {}, h("code", {}, history.path)),
      h("div", { class: "actions" },
        h("a", { class: "plain", href: "/api/history.csv", download: "posecheck-history.csv" }, words("page_history.export")),
        button({ class: "plain danger", onclick: ask }, words("page_history.delete"))),
    );
  }

  function ask() {
    const stretches = [...new Map(history.rows.map((row) => [row.stretch, row.name ?? history.trends?.[row.stretch]?.name ?? row.stretch]))];
    const radio = (value, label, field) => h("div", { class: "pick" }, h("label", {}, h("input", { type: "radio", name: "what", value, checked: value === "before" }), " ", label), field);
    const before = h("input", { type: "date", "aria-label": words("page_history.delete_date"), value: isoDay(new Date(Date.now() - 365 * 86400e3)), max: isoDay(new Date()) });
    const stretch = h("select", { "aria-label": words("page_history.delete_which") }, stretches.map(([id, name]) => h("option", { value: id }, name)));
    const wrong = h("p", { class: "warn", role: "alert" });
    const sure = h("input", { type: "checkbox", required: true });
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: "delete-title" }, words("page_history.delete_title")),
      h("fieldset", {}, h("legend", {}, words("page_history.delete_what")),
        radio("before", words("page_history.delete_before"), before),
        radio("stretch", words("page_history.delete_stretch"), stretch),
        radio("all", words("page_history.delete_all"))),
      h("label", { class: "pick" }, sure, " ", words("page_history.delete_sure")),
      wrong,
      h("div", { class: "actions" }, button({ class: "plain", onclick: () => dialog.close() }, words("page_history.delete_no")), h("button", { type: "submit", class: "plain danger" }, words("page_history.delete_yes"))),
    );
    const dialog = h("dialog", { class: "card", "aria-labelledby": "delete-title" }, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const what = new FormData(form).get("what");
      try {
        await ctx.api("/api/history", { method: "DELETE", body: { before: what === "before" ? before.value : null, stretch: what === "stretch" ? stretch.value : null, all: what === "all" } });
      } catch (problem) {
        write(wrong, problem.message);
        return;
      }
      dialog.close();
      write(told, words("page_history.deleted"));
      load();
    });
    dialog.addEventListener("close", () => dialog.remove());
    root.append(dialog);
    dialog.showModal();
  }

  return {
    frame() {},
    state() {},
    unmount() {
      drawn.forEach((plot) => plot.destroy());
      root.replaceChildren();
    },
  };
}
