// A card about one thing of the map: what it is, where its numbers come from, and how to break it.
import { button, make } from "./dom.js";
import { explainRow } from "./explain.js";
import { linksOf, light, show, showLinks } from "./map.js";
import { plain, tbps } from "./numbers.js";
import { bringIntoView } from "./outage.js";
import { same, state, toggleEvent } from "./state.js";
import { countryName, word } from "./words.js";

let data;
export function setCards(loaded) { data = loaded; }

const few = (names, most = 8) => (names.length > most ? `${names.slice(0, most).join("; ")}; ${word("and_more", { count: names.length - most })}` : names.join("; "));

/** What a feature of the map or an entry of the search is: kind and id. */
export function thingOf(feature) {
  const p = data[feature.source].features[feature.id].properties;
  if (feature.source === "stations") return { kind: "station", id: p.i, index: feature.id };
  if (feature.source === "chokes") return { kind: "strait", id: Object.keys(data.chokepoints).find((one) => data.chokepoints[one] === p.n) ?? p.n };
  if (feature.source === "land") return { kind: "country", id: p.c };
  if (p.c !== undefined) return { kind: "cable", id: data.cables[p.c].id, index: p.c };
  return { kind: "link", id: feature.id };
}

const MAKE = {
  cable: (thing) => {
    const cable = data.cables[thing.index];
    return { title: cable.n, event: { kind: "cable_loss", cable: cable.id }, layer: "cables", rows: [
      ["status", [cable.status && word(`status_${cable.status}`), cable.from].filter(Boolean).join(", ")], ["length", cable.km && `${plain(cable.km, 0)} km`],
      ["lit", cable.lit && tbps(cable.lit)], ["design", cable.design && tbps(cable.design)], ["owners", cable.own], ["lands_at", few(cable.l ?? [])]] };
  },
  station: (thing) => {
    const p = data.stations.features[thing.index].properties;
    return { title: p.n, event: { kind: "station_loss", station: p.i }, layer: "stations", rows: [
      ["country", countryName(p.c, data.countries)], ["cables", few(p.x.map((i) => data.cables[i].n), 12)]] };
  },
  strait: (thing) => ({ title: data.chokepoints[thing.id] ?? thing.id, event: { kind: "chokepoint", chokepoint: thing.id }, layer: "chokepoints", rows: [["is", word("a_strait")]] }),
  country: (thing) => ({ title: countryName(thing.id, data.countries), event: { kind: "denial", country: thing.id }, layer: "countries", breaks: "break_denial", rows: [
    ["way_out", data.intactTbps[thing.id] && tbps(data.intactTbps[thing.id])],
    ["stations", few(data.stations.features.filter((one) => one.properties.c === thing.id && one.properties.m).map((one) => one.properties.n), 12)]] }),
  event: (thing) => ({ title: thing.id, event: { kind: "named_event", event: thing.id }, rows: [["is", word("an_event")]] }),
  link: (thing) => { const p = data.links.features[thing.id].properties; return { title: `${p.f} – ${p.t}`, layer: p.k === "mesh" ? "border_crossings" : "backhaul", rows: [["is", word(`link_${p.k}`)], ["length", `${plain(p.km, 0)} km`], ["lit", p.lit && tbps(p.lit)]] }; },
};

export function card(thing, close) {
  const about = MAKE[thing.kind](thing);
  const broken = about.event && state().events.some((one) => same(one, about.event));
  return make("article", { class: "card", "data-kind": thing.kind },
    make("h2", {}, about.title, " ", make("small", {}, word(`kind_${thing.kind}`))),
    make("dl", {}, about.rows.filter(([, value]) => value).map(([key, value]) => [make("dt", {}, word(key)), make("dd", {}, value)])),
    make("p", { class: "acts" },
      about.event && button(word(broken ? "mend_it" : about.breaks ?? "break_it"), () => { if (thing.kind === "event" && !broken) bringIntoView(); toggleEvent(about.event); }, { class: "strong" }),
      about.layer && button(word("how_known"), () => explainRow(about.layer, thing.kind === "link" ? "*" : thing.id, about.title)),
      button(word("close"), close)));
}

/** Bring a thing into view and light it up. */
export function showThing(thing) {
  if (thing.kind === "cable") { const ids = linksOf(thing.index); light(ids); showLinks(ids); }
  if (thing.kind === "station") show([data.stations.features[thing.index].geometry.coordinates]);
  if (thing.kind === "country") { light([], [thing.id]); show(data.stations.features.filter((one) => one.properties.c === thing.id).map((one) => one.geometry.coordinates)); }
  if (thing.kind === "strait") {
    const found = data.chokes.features.find((one) => one.properties.n === data.chokepoints[thing.id]);
    if (found) show(found.geometry.coordinates.flat(Infinity).reduce((all, x, i, flat) => (i % 2 ? all : [...all, [x, flat[i + 1]]]), []));
  }
}
