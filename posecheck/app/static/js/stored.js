// What posecheck has written on this computer: what it is, where, how large. Recordings can be deleted here.

import { button, h, write } from "./dom.js";
import { decimal } from "./text.js";

/** The first press asks, the second within so long deletes. */
const SURE_MS = 4000;

/** The card of the history page. `load()` reads anew what there is. */
export function makeStored(ctx) {
  const { words } = ctx;
  const lang = () => ctx.state?.lang ?? document.documentElement.lang;
  const list = h("ul", { class: "stored" });
  const told = h("p", { class: "muted", role: "status" });
  const wrong = h("p", { class: "warn", role: "alert" });
  const element = h(
    "section",
    { class: "card no-print", "aria-labelledby": "stored-title" },
    h("h2", { id: "stored-title" }, words("page_history.stored")),
    h("p", {}, words("page_history.stored_text")),
    list,
    told,
    wrong,
  );

  const size = (bytes) => (bytes < 1e6 ? `${decimal(bytes / 1e3, lang())} kB` : `${decimal(bytes / 1e6, lang())} MB`);

  function remover(item) {
    const made = button({ class: "quiet", "aria-label": words("page_history.stored_delete_one", { name: item.name }) }, words("page_history.stored_delete"));
    let timer = 0;
    made.addEventListener("click", async () => {
      if (!timer) {
        made.classList.add("danger");
        write(made, words("page_history.stored_sure"));
        timer = setTimeout(() => {
          timer = 0;
          made.classList.remove("danger");
          write(made, words("page_history.stored_delete"));
        }, SURE_MS);
        return;
      }
      clearTimeout(timer);
      write(wrong, "");
      try {
        await ctx.api(`/api/recordings/${encodeURIComponent(item.name)}`, { method: "DELETE" });
        write(told, words("page_history.stored_gone", { name: item.name }));
      } catch (problem) {
        write(wrong, problem.message);
      }
      await load();
      element.querySelector("button")?.focus();
    });
    return made;
  }

  function line(item) {
    return h(
      "li",
      {},
      h("div", {}, h("strong", {}, words(`page_history.stored_${item.what}`)), " ", h("span", { class: "muted num" }, size(item.bytes)), item.on && item.what !== "log" && h("span", { class: "stored-on" }, words("page_history.stored_on")), h("code", {}, item.path)),
      item.what === "recording" && !item.on && remover(item),
    );
  }

  async function load() {
    try {
      const { items } = await ctx.api("/api/stored");
      list.replaceChildren(...(items.length ? items.map(line) : [h("li", { class: "muted" }, words("page_history.stored_none"))]));
    } catch (problem) {
      write(wrong, problem.message);
    }
  }

  return { element, load };
}
