// The tab "What we depend on": the smallest sets whose loss isolates a country, and its margin.
import { make } from "./dom.js";
import { csvButton } from "./exports.js";
import { form, number, pick } from "./forms.js";
import { job, standing, start } from "./jobs.js";
import { light, linksOf } from "./map.js";
import { bringIntoView } from "./outage.js";
import { change, state } from "./state.js";
import { table } from "./table.js";
import { countryName, word } from "./words.js";

export const countriesOf = (data) => Object.keys(data.countries).map((code) => [code, countryName(code, data.countries)]).sort((a, b) => a[1].localeCompare(b[1]));

/** What a unit is called, and the links it stands on. */
export function unit(data, kind, id, radius_km) {
  if (kind === "cable") { const i = data.cables.findIndex((one) => one.id === id); return { name: data.cables[i]?.n ?? id, links: i < 0 ? [] : linksOf(i), event: { kind: "cable_loss", cable: id } }; }
  if (kind === "station") { const one = data.stations.features.find((f) => f.properties.i === id); return { name: one ? `${one.properties.n}, ${one.properties.c}` : id, links: [], event: { kind: "station_loss", station: id } }; }
  const at = /^place:(-?[\d.]+),(-?[\d.]+)$/.exec(id)?.slice(1).map(Number);
  if (at) return { name: id, links: [], event: { kind: "disk", lon: at[0], lat: at[1], radius_km } };
  return { name: id, links: [], event: null };
}

export function depend(data) {
  const kept = job(state().job);
  const mine = kept?.status?.processID === "cut-sets";
  return [make("p", {}, word("depend_about")),
    form("depend", (asked) => start("cut-sets", { max_order: Number(asked.order), unit: asked.unit, ...(asked.country ? { countries: [asked.country] } : {}) }), [
      pick("depend", "country", word("country"), [["", word("all_countries")], ...countriesOf(data)], ""),
      pick("depend", "unit", word("made_of"), [["cable", word("cables")], ["station", word("stations")]], "cable"),
      number("depend", "order", word("at_most"), 2, { min: 1, max: 4 })]),
    mine && standing(state().job), mine && kept.result && found(data, kept.result)];
}

function found(data, result) {
  const rows = result.cut_sets.map((one) => { const parts = one.ids.map((id) => unit(data, result.unit, id)); return { country: countryName(one.isolates, data.countries), code: one.isolates, order: one.order, set: parts.map((p) => p.name).join(" + "), years: one.return_period_years, parts }; }).sort((a, b) => a.order - b.order || a.country.localeCompare(b.country));
  const margin = new Map();
  rows.forEach((row) => margin.set(row.country, Math.min(row.order, margin.get(row.country) ?? 99)));
  const alone = [...margin.values()].filter((one) => one === 1).length;
  return make("div", { class: "result" }, make("p", { class: "finding" }, rows.length ? word("depend_found", { sets: rows.length, countries: margin.size, alone }) : word("depend_none", { order: result.max_order })),
    table(word("cut_sets"), [{ key: "country", label: word("country") }, { key: "order", label: word("margin"), number: true, about: "margin" },
      { key: "set", label: word("loss_of"), show: (row) => [row.set, " ", row.parts.every((p) => p.event) && make("button", { type: "button", class: "small", onclick: () => { bringIntoView(); change({ tab: "whatif", events: row.parts.map((p) => p.event) }); } }, word("try_it"))] }],
    rows, { few: 20, onRow: (row, on) => light(on ? row.parts.flatMap((p) => p.links) : [], on ? [row.code] : []) }), csvButton(() => rows.map(({ parts, ...row }) => row), "cut-sets"),
    make("p", { class: "note" }, word("rests_network", { network: [result.network.name, result.network.as_of].filter(Boolean).join(", "), print: result.network.fingerprint.slice(0, 12) })));
}
