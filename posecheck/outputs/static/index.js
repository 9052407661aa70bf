"use strict";
// The table over many results: sorted by a column, narrowed by what is typed.
(() => {
  const body = document.querySelector("#clips tbody");
  const rows = [...body.rows];
  const heads = [...document.querySelectorAll("#clips thead th")];
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const words = JSON.parse(document.getElementById("data").textContent).shown;
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" }).compare;
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v ?? cell.textContent;
  };

  function sort(column) {
    const head = heads[column];
    const falling = head.getAttribute("aria-sort") === "ascending";
    const sign = falling ? -1 : 1;
    const number = head.classList.contains("number");
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    rows.sort((a, b) => {
      const [x, y] = [value(a, column), value(b, column)];
      if (x === "" || y === "") return (x === "") - (y === ""); // what is not known stands last, either way
      return sign * (number ? x - y : compare(x, y));
    });
    body.append(...rows);
  }

  function narrow() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.hidden = !wanted.every((word) => texts.get(row).includes(word));
      count += !row.hidden;
    }
    shown.textContent = words.replace("{shown}", count).replace("{all}", rows.length);
  }

  heads.forEach((head, column) => head.firstElementChild.addEventListener("click", () => sort(column)));
  search.addEventListener("input", narrow);
  narrow();
  document.documentElement.dataset.ready = "yes";
})();
