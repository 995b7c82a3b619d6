// A table that sorts, folds, and says what its numbers mean; the same rows go out as CSV.
import { button, make } from "./dom.js";
import { explain } from "./explain.js";
import { word } from "./words.js";

const FEW = 12;

/**
 * @param columns {key, label, show?, number?, about?}: `about` names a heading to explain
 * @param rows objects; `onRow(row, pointing)` when a row is pointed at or left
 */
export function table(caption, columns, rows, { onRow, few = FEW, empty = word("none") } = {}) {
  if (!rows.length) return make("p", { class: "empty" }, `${caption}: ${empty}`);
  let by = null, down = true, all = rows.length <= few + 3;
  const body = make("tbody"), more = button("", () => { all = true; fill(); }, { class: "more" });
  const heads = columns.map((column, i) => make("th", { scope: "col", class: column.number ? "n" : undefined },
    column.label && button(column.label, () => { down = by === i ? !down : Boolean(column.number); by = i; fill(); }),
    column.about && button("?", () => explain(column.about), { class: "about", "aria-label": word("explain_x", { name: column.label }) })));
  function fill() {
    const sorted = by === null ? [...rows] : rows.toSorted((a, b) => compare(a[columns[by].key], b[columns[by].key]) * (down ? -1 : 1));
    heads.forEach((head, i) => { if (i === by) head.setAttribute("aria-sort", down ? "descending" : "ascending"); else head.removeAttribute("aria-sort"); });
    body.replaceChildren(...(all ? sorted : sorted.slice(0, few)).map((row) => {
      const line = make("tr", {}, columns.map((column, i) => make(i ? "td" : "th", { class: column.number ? "n" : undefined, scope: i ? undefined : "row" }, column.show ? column.show(row) : row[column.key] ?? "–")));
      if (onRow) {
        for (const kind of ["mouseenter", "focusin"]) line.addEventListener(kind, () => onRow(row, true));
        for (const kind of ["mouseleave", "focusout"]) line.addEventListener(kind, () => onRow(row, false));
      }
      return line;
    }));
    more.textContent = word("all_rows", { count: rows.length });
    more.hidden = all;
  }
  fill();
  return make("div", { class: "sheet" }, make("table", {}, make("caption", {}, caption), make("thead", {}, make("tr", {}, heads)), body), more);
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return typeof a === "number" || typeof a === "boolean" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
}
