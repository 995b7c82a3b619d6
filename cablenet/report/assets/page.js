// Sorting, filtering and opening tables, and lighting up the rows behind a finding.
document.documentElement.classList.add("js");

const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function sortBy(table, column, button) {
  const heading = button.parentElement;
  const numeric = heading.classList.contains("n");
  const before = heading.getAttribute("aria-sort");
  const down = before ? before === "ascending" : numeric;
  table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => (numeric ? row.cells[column].dataset.v : row.cells[column].textContent);
  const rows = [...table.tBodies[0].rows];
  const shown = rows.filter((row) => !row.classList.contains("more")).length;
  rows.sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (numeric && (x === "" || y === "")) return (x === "") - (y === "");
    const less = numeric ? x - y : order.compare(x, y);
    return down ? -less : less;
  });
  rows.forEach((row, i) => row.classList.toggle("more", i >= shown));
  table.tBodies[0].append(...rows);
}

document.querySelectorAll(".block table").forEach((table) => {
  table.querySelectorAll("th button").forEach((button, column) => button.addEventListener("click", () => sortBy(table, column, button)));
});

function open(block, yes = true) {
  const button = block.querySelector(".all");
  if (!button) return;
  block.classList.toggle("open", yes);
  button.setAttribute("aria-expanded", `${yes}`);
  button.dataset.closed ??= button.textContent;
  button.textContent = yes ? "Show fewer rows" : button.dataset.closed;
}

document.querySelectorAll(".all").forEach((button) => {
  const block = button.closest(".block");
  button.addEventListener("click", () => open(block, !block.classList.contains("open")));
});

document.querySelectorAll(".filter input").forEach((input) => {
  const block = input.closest(".block");
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    if (wanted) open(block);
    block.querySelectorAll("tbody tr").forEach((row) => {
      const words = [...row.cells].map((cell) => cell.textContent).join(" | ").toLowerCase();
      row.classList.toggle("out", wanted !== "" && !words.includes(wanted));
    });
  });
});

function light(ids) {
  document.querySelectorAll("tr.lit").forEach((row) => row.classList.remove("lit"));
  const rows = ids.map((id) => document.getElementById(id)).filter(Boolean);
  rows.forEach((row) => row.classList.add("lit"));
  const first = rows[0];
  if (!first) return;
  const block = first.closest(".block");
  if (rows.some((row) => row.classList.contains("more"))) open(block);
  first.scrollIntoView({ block: "center" });
}

document.querySelectorAll(".proof").forEach((link) => {
  if (link.dataset.scenario) {
    link.addEventListener("click", () => document.querySelector(".cn-map")?.dispatchEvent(new CustomEvent("cn-scenario", { detail: link.dataset.scenario })));
    return;
  }
  const rows = link.dataset.rows.split(" ").filter(Boolean);
  if (rows.length) link.addEventListener("click", (event) => {
    event.preventDefault();
    history.replaceState(null, "", link.getAttribute("href"));
    light(rows);
  });
});

if (location.hash.includes("--")) light([decodeURIComponent(location.hash.slice(1))]);
