// The search box: cables, stations, countries, straits and named events, by any part of a name.
import { find, make } from "./dom.js";
import { word } from "./words.js";
import { countryName } from "./words.js";

const MOST = 12;
const letters = (text) => text.replace(/[^\p{L}\p{N}]/gu, ""); // seamewe5 finds SEA-ME-WE 5
let entries = [], choose = () => {}, at = -1, shown = [];
const flat = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

export function openSearch(data, act) {
  choose = act;
  setSearched(data);
  const box = find("#find");
  box.addEventListener("input", () => list(box.value));
  box.addEventListener("focus", () => { if (box.value) list(box.value); });
  box.addEventListener("blur", () => setTimeout(hide, 150));
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(at + (event.key === "ArrowDown" ? 1 : -1)); }
    else if (event.key === "Enter") { event.preventDefault(); if (shown.length) take(shown[Math.max(0, at)]); }
    else if (event.key === "Escape") hide();
  });
}

export function setSearched(data) {
  find("#find").placeholder = word("find_short");
  entries = [
    ...data.cables.map((one, i) => entry("cable", one.n, one.id, { index: i, extra: [one.id, ...(one.l ?? [])].join(" ") })),
    ...data.stations.features.map(({ properties: p }, i) => entry("station", `${p.n}, ${data.countries[p.c] ?? p.c}`, p.i, { index: i, extra: p.i })),
    ...Object.entries(data.countries).map(([code, name]) => entry("country", countryName(code, data.countries), code, { extra: `${code} ${name}` })),
    ...Object.entries(data.chokepoints).map(([id, name]) => entry("strait", name, id, { extra: id })),
    ...data.events.map((name) => entry("event", name, name)),
  ];
}

const entry = (kind, name, id, more = {}) => ({ kind, name, id, text: flat(name), bare: letters(flat(name)), extra: flat(more.extra ?? ""), ...more });

function list(typed) {
  const wanted = flat(typed.trim());
  if (!wanted) { hide(); return; }
  const bare = letters(wanted);
  const rank = (one) => (one.text === wanted ? 0 : one.text.startsWith(wanted) ? 1 : one.text.includes(` ${wanted}`) ? 2 : one.text.includes(wanted) ? 3 : one.extra.includes(wanted) ? 4 : bare.length > 2 && one.bare.includes(bare) ? 5 : 9);
  shown = entries.map((one) => [rank(one), one]).filter(([r]) => r < 9).sort((a, b) => a[0] - b[0]).slice(0, MOST).map(([, one]) => one);
  const found = find("#found");
  found.replaceChildren(...(shown.length ? shown.map((one, i) => make("li", { role: "option", id: `found-${i}`, "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); take(one); } },
    make("span", {}, one.name), make("small", {}, word(`kind_${one.kind}`)))) : [make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, word("nothing_found", { typed }))]));
  found.hidden = false;
  find("#find").setAttribute("aria-expanded", "true");
  at = -1;
}

function mark(next) {
  if (!shown.length) return;
  at = (next + shown.length) % shown.length;
  document.querySelectorAll("#found li").forEach((one, i) => one.setAttribute("aria-selected", String(i === at)));
  find("#find").setAttribute("aria-activedescendant", `found-${at}`);
  find(`#found-${at}`)?.scrollIntoView({ block: "nearest" });
}

function hide() {
  find("#found").hidden = true;
  find("#find").setAttribute("aria-expanded", "false");
  find("#find").removeAttribute("aria-activedescendant");
}

function take(one) {
  find("#find").value = one.name;
  hide();
  choose(one);
}
