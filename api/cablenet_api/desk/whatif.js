// The tab "What if": what has failed, whom it hurts, the same as a table, and the way out as a file.
import { card } from "./card.js";
import { button, make } from "./dom.js";
import { explain } from "./explain.js";
import { exportButtons } from "./exports.js";
import { light, linksOf } from "./map.js";
import { people, percent, plain, tbps } from "./numbers.js";
import { bringIntoView } from "./outage.js";
import { addEvent, change, state } from "./state.js";
import { table } from "./table.js";
import { countryName, word } from "./words.js";

let data, chosen = null, tint = "loss";
export function setWhatIf(loaded) { data = loaded; }
export const choose = (thing) => { chosen = thing; };
export const tinted = () => tint;

export function whatIf(now, again) {
  const { outage, traffic, waits } = now;
  return [
    chosen && card(chosen, () => { chosen = null; light(); again(); }),
    failures(), !state().events.length && examples(),
    outage && tiles(outage, traffic, waits),
    outage && tints(again),
    outage && countryTable(outage, traffic, waits),
    outage && cableTable(outage),
    traffic && linkTable(traffic),
    outage && exportButtons(() => countryRows(outage, traffic), "outage"),
    form(),
  ];
}

/** An event in words. */
export function told(event) {
  const names = { cable_loss: () => data.cables.find((one) => one.id === event.cable)?.n ?? event.cable,
    station_loss: () => data.stations.features.find((one) => one.properties.i === event.station)?.properties.n ?? event.station,
    chokepoint: () => data.chokepoints[event.chokepoint] ?? event.chokepoint, named_event: () => event.event,
    denial: () => countryName(event.country, data.countries) };
  if (names[event.kind]) return word(`failed_${event.kind}`, { name: names[event.kind]() });
  if (event.kind === "cut") return word("failed_cut", { place: place(event) });
  if (event.kind === "disk") return word("failed_disk", { place: place(event), km: event.radius_km });
  return word("failed_polygon", { corners: event.area.coordinates[0].length - 1 });
}

const place = ({ lon, lat }) => `${plain(Math.abs(lat), 2)}° ${lat < 0 ? "S" : "N"}, ${plain(Math.abs(lon), 2)}° ${lon < 0 ? "W" : "E"}`;

function failures() {
  const { events } = state();
  return make("section", { class: "failures", "aria-label": word("what_failed") },
    make("h2", {}, word("what_failed")),
    events.length ? make("ul", {}, events.map((event, i) => make("li", {}, told(event), button("×", () => change({ events: events.filter((_, j) => j !== i) }), { class: "close", "aria-label": word("mend_x", { name: told(event) }) }))))
      : make("p", {}, word("nothing_failed")),
    events.length > 0 && button(word("mend_all"), () => change({ events: [] })));
}

function examples() {
  const few = ["Luzon Strait earthquake", "Bab el-Mandeb", "Mumbai Versova", "Strait of Malacca", "Hunga Tonga eruption"].filter((name) => data.events.includes(name));
  if (!few.length) return "";
  return make("section", {}, make("h3", {}, word("try_one")), make("p", { class: "chips" }, few.map((name) => button(name, () => { bringIntoView(); addEvent({ kind: "named_event", event: name }); }))));
}

function tiles(outage, traffic, waits) {
  const tile = (name, number, note) => make("div", { class: "tile" }, make("span", { class: "number" }, number),
    make("span", {}, word(`h_${name}`), button("?", () => explain(name), { class: "about", "aria-label": word("explain_x", { name: word(`h_${name}`) }) })), note && make("small", {}, note));
  const v = outage.values;
  return make("section", { class: "tiles", "aria-label": word("in_short"), "aria-live": "polite" },
    tile("isolated_countries", plain(v.isolated_countries, 0), v.isolated_gateways ? word("gateways_cut", { count: v.isolated_gateways }) : ""),
    tile("isolated_people", people(v.isolated_people)),
    tile("capacity_loss_tbps", tbps(v.capacity_loss_tbps), hurtMost(outage.countries)),
    tile("unserved_tbps", traffic ? tbps(Math.max(0, traffic.unserved_tbps - traffic.unserved_before_tbps)) : waits ? "…" : "–",
      traffic ? word(traffic.full.length ? "full_links" : "no_full_links", { count: traffic.full.length }) : waits ? word("rerouting") : ""));
}

/** The capacity lost is a sum over countries, and one cable may serve many of them: say so, and who loses most. */
function hurtMost(countries) {
  const most = countries.reduce((all, one) => (one.loss_share > (all?.loss_share ?? 0) ? one : all), null);
  return most ? word("summed", { country: countryName(most.country, data.countries), share: percent(most.loss_share) }) : "";
}

function tints(again) {
  const pick = make("select", { onchange: (event) => { tint = event.target.value; again(true); } },
    ["loss", "unserved", "delay"].map((one) => make("option", { value: one, selected: one === tint }, word(`tint_${one}`))));
  return make("p", { class: "tints" }, make("label", {}, word("colour_by"), " ", pick));
}

/** How much each country's colour says, 0 to 1, by what the reader asked to see. */
export function tintOf({ outage, traffic }) {
  const out = new Map();
  if (tint === "loss") outage?.countries.forEach((one) => out.set(one.country, one.isolated ? 1 : one.loss_share));
  else traffic?.countries.forEach((one) => out.set(one.country, tint === "unserved"
    ? (one.unserved_tbps - one.unserved_before_tbps) / Math.max(one.demand_tbps, 1e-9) : Math.min(0.99, (one.added_round_trip_ms ?? 0) / 60)));
  return out;
}

function countryRows(outage, traffic) {
  const rows = new Map(outage.countries.map((one) => [one.country, { code: one.country, isolated: one.isolated, people: one.people, loss_tbps: one.loss_tbps, loss_share: one.loss_share }]));
  for (const one of traffic?.countries ?? []) {
    const unserved = Math.max(0, one.unserved_tbps - one.unserved_before_tbps);
    if (!rows.has(one.country) && unserved < 0.001 && one.added_round_trip_ms < 1) continue;
    rows.set(one.country, { code: one.country, isolated: false, people: 0, loss_tbps: 0, loss_share: 0, ...rows.get(one.country), unserved_tbps: unserved, added_round_trip_ms: one.added_round_trip_ms });
  }
  return [...rows.values()].map((row) => ({ country: countryName(row.code, data.countries), ...row }));
}

function countryTable(outage, traffic, waits) {
  const follows = (key, show) => (row) => (row[key] === null ? "–" : row[key] !== undefined ? show(row[key]) : waits ? "…" : traffic ? "0" : "–");
  return table(word("who_is_hurt"), [
    { key: "country", label: word("country"), show: (row) => (row.isolated ? [row.country, " ", make("span", { class: "cut" }, word("cut_off"))] : row.country) },
    { key: "loss_share", label: word("h_capacity_loss_share"), number: true, about: "capacity_loss_share", show: (row) => percent(row.loss_share) },
    { key: "people", label: word("h_isolated_people"), number: true, about: "isolated_people", show: (row) => (row.people ? people(row.people) : "0") },
    { key: "unserved_tbps", label: word("h_unserved_tbps"), number: true, about: "unserved_tbps", show: follows("unserved_tbps", tbps) },
    { key: "added_round_trip_ms", label: word("h_added_round_trip_ms"), number: true, about: "added_round_trip_ms", show: follows("added_round_trip_ms", (ms) => `${plain(ms)} ms`) },
  ], countryRows(outage, traffic), { empty: word("nobody"), onRow: (row, on) => light([], on ? [row.code] : []) });
}

/** What is broken, by cable, with the most that a lost section of it carries; links on land by themselves. */
function cableTable(outage) {
  const hit = new Map();
  for (const id of outage.links) {
    const p = data.links.features[id]?.properties;
    if (!p || p.k === "hidden") continue;
    const key = p.c ?? `land ${id}`, cable = p.c === undefined ? word(p.f === p.t ? "on_land_at" : "on_land", { from: p.f, to: p.t }) : data.cables[p.c].n;
    const row = hit.get(key) ?? { cable, sections: 0, lit: null, links: [] };
    row.sections += 1;
    row.links.push(id);
    if (p.lit !== undefined) row.lit = Math.max(row.lit ?? 0, p.lit);
    hit.set(key, row);
  }
  return table(word("cables_hit"), [
    { key: "cable", label: word("kind_cable") },
    { key: "sections", label: word("sections_lost"), number: true },
    { key: "lit", label: word("lit_lost"), number: true, about: "lit_lost", show: (row) => (row.lit === null ? "–" : tbps(row.lit)) },
  ], [...hit.values()], { onRow: (row, on) => light(on ? row.links : []) });
}

function linkTable(traffic) {
  const full = new Set(traffic.full);
  const rows = traffic.more.map(([id, before, after]) => ({ id, before, after, rise: after - before, full: full.has(id), ...data.links.features[id].properties }))
    .sort((a, b) => b.full - a.full || b.rise - a.rise).map((row) => ({ ...row, link: row.c === undefined ? `${row.f} – ${row.t}` : `${data.cables[row.c].n}: ${row.f} – ${row.t}` }));
  return table(word("rerouted"), [
    { key: "link", label: word("section"), show: (row) => (row.full ? [row.link, " ", make("span", { class: "full" }, word("full"))] : row.link) },
    { key: "before", label: word("before"), number: true, show: (row) => tbps(row.before) },
    { key: "after", label: word("after"), number: true, show: (row) => tbps(row.after) },
  ], rows, { few: 6, onRow: (row, on) => light(on ? [row.id] : []) });
}

/** Everything a click on the map can do, by keyboard. */
function form() {
  const field = (name, label, more = {}) => make("label", {}, word(label), make("input", { name, type: "number", step: "any", required: true, ...more }));
  const place = make("form", { class: "inline", onsubmit: (event) => {
    event.preventDefault();
    const v = Object.fromEntries([...new FormData(place)].map(([key, text]) => [key, Number(text)]));
    addEvent(v.km > 0 ? { kind: "disk", lon: v.lon, lat: v.lat, radius_km: v.km } : { kind: "cut", lon: v.lon, lat: v.lat });
  } }, field("lon", "lon", { min: -180, max: 180 }), field("lat", "lat", { min: -90, max: 90 }), field("km", "radius_km", { min: 0, max: 3000, value: "50" }), make("button", {}, word("break_here")));
  const pick = (label, options, event) => make("label", {}, word(label), make("select", { onchange: (e) => { if (e.target.value) addEvent(event(e.target.value)); } },
    make("option", { value: "" }, word("choose")), options.map(([id, name]) => make("option", { value: id }, name))));
  return make("details", { class: "byhand" }, make("summary", {}, word("by_hand")), place,
    make("p", {}, pick("kind_event", data.events.map((name) => [name, name]), (event) => { bringIntoView(); return { kind: "named_event", event }; }),
      pick("kind_strait", Object.entries(data.chokepoints), (chokepoint) => ({ kind: "chokepoint", chokepoint })),
      pick("break_denial", Object.keys(data.countries).map((code) => [code, countryName(code, data.countries)]).sort((a, b) => a[1].localeCompare(b[1])), (country) => ({ kind: "denial", country }))));
}

export const pairKey = () => state().events.map(pairOf).join("|");
