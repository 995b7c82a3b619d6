// What a number is: unit, definition, whether it is monotone, and what it rests on.
import { get } from "./api.js";
import { button, find, make, prose } from "./dom.js";
import { failed } from "./notice.js";
import { percent, plain } from "./numbers.js";
import { state } from "./state.js";
import { named, word } from "./words.js";

let data;
/** The columns of the map that each score is computed from. */
const RESTS = {
  isolated: [["countries", "population"], ["countries", "internet_users"], ["gateways", "people_share"]],
  capacity: [["segments", "lit_capacity_tbps"], ["backhaul", "lit_capacity_tbps"], ["border_crossings", "lit_capacity_tbps"]],
  traffic: [["countries", "demand_tbps"], ["segments", "lit_capacity_tbps"], ["segments", "length_km"], ["hubs", "weight"]],
  repair: [["permits", "days_typical"], ["ships", "speed_kn"], ["maintenance_agreements", "mobilise_days"], ["ships", "day_rate_usd"]],
  build: [["cables", "cost_musd"], ["segments", "lit_capacity_tbps"]],
};
const family = (name) => (name.startsWith("isolated") ? "isolated" : name.startsWith("capacity") ? "capacity" : name.startsWith("repair") ? "repair" : name.startsWith("cost") ? "build" : "traffic");

export function setExplained(loaded) { data = loaded; }

/** Open the explanation of a heading. */
export function explain(name) {
  const heading = data.headings.find((one) => one.name === name) ?? { name, unit: word(`unit_${name}`), meaning: word(`about_${name}`) };
  open(word(`h_${name}`) === `h_${name}` ? name : word(`h_${name}`), make("dl", {},
    row("unit", heading.unit ? named("u", heading.unit) : "–"), row("definition", heading.monotone === undefined ? heading.meaning : prose(heading.meaning)),
    heading.monotone === undefined ? "" : row("behaviour", word(heading.monotone ? "monotone" : "not_monotone")),
    row("rests_on", make("ul", {}, RESTS[family(name)].map(([layer, column]) => restsOn(layer, column)))),
    family(name) === "capacity" || family(name) === "traffic" ? row("capacity_rule", data.capacityRule ? word("rule", { rule: data.capacityRule }) : word("rule_none")) : "",
    row("network", [data.network.name, data.network.as_of, data.network.fingerprint.slice(0, 12)].filter(Boolean).join(", "))));
}

function restsOn(layer, column) {
  const known = data.basis.find((one) => one.layer === layer && one.column === column);
  const shares = known ? ["sourced", "estimated", "assumed", "unknown"].filter((one) => known[one]).map((one) => `${percent(known[one] / Math.max(1, known.numbers))} ${word(one)}`).join(", ") : "–";
  return make("li", {}, `${word(`c_${layer}_${column}`)}: ${shares}`);
}

/** Basis, range and sources of every number of one row of the map. */
export async function explainRow(layer, id, title) {
  try {
    const query = new URLSearchParams({ layer, row: id, ...(state().day ? { as_of: state().day } : {}) });
    const cells = await get(`desk/cells?${query}`);
    open(title, cells.length ? make("dl", {}, cells.map((cell) => row(null, [
      make("strong", {}, word(cell.basis)), range(cell), cell.note ? make("p", {}, prose(cell.note)) : "",
      make("p", {}, `${word("source")}: `, prose(cell.sources.join("; ") || "–"))], named("col", cell.column)))) : make("p", {}, word("no_provenance")));
  } catch (error) { failed(error); }
}

function range(cell) {
  if (cell.low === null || cell.high === null) return "";
  return ` (${word("range")} ${plain(cell.low, 2)}–${plain(cell.high, 2)}${cell.range_kind === "factor" ? ` × ${word("the_value")}` : ""})`;
}

const row = (key, content, title) => [make("dt", {}, title ?? word(key)), make("dd", {}, content)];

function open(title, content) {
  const dialog = find("#explain");
  dialog.replaceChildren(make("h2", { id: "explain-title" }, title), content, button(word("close"), () => dialog.close(), { autofocus: true }));
  dialog.showModal();
}
