// The map: made once for a day's data, then told what to colour. It knows nothing of the service.
import * as maplibre from "./maplibre-gl.mjs";
import { find, make } from "./dom.js";
import { FADED, SOUND, mapStyle } from "./map_style.js";
import { shapesOf } from "./shapes.js";
import { change, state } from "./state.js";
import { word } from "./words.js";

const TARGETS = ["stations", "cables", "out", "mesh", "ground", "chokes", "land"];
const OPENING = [[28, -36], [206, 50]];
let map, data, shown = null, hover;

export const theMap = () => map;

export async function openMap(loaded) {
  data = loaded;
  maplibre.setWorkerUrl(new URL("maplibre-gl-worker.mjs", import.meta.url).href);
  const { view, events, draft } = state();
  map = new maplibre.Map({
    container: find("#canvas"), style: mapStyle(data, shapesOf(events, draft), view?.globe ?? false), attributionControl: false,
    ...(view ? { center: [view.lon, view.lat], zoom: view.zoom } : { bounds: opening(), fitBoundsOptions: { padding: 8 } }),
    minZoom: 0.4, maxZoom: 11, dragRotate: false, fadeDuration: 0,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.GlobeControl(), "top-right");
  map.addControl(new maplibre.ScaleControl({ maxWidth: 120 }), "bottom-right");
  hover = new maplibre.Popup({ closeButton: false, closeOnClick: false, maxWidth: "280px", offset: 8 });
  nameControls();
  map.on("style.load", () => colourAll());
  map.on("moveend", () => remember());
  map.on("projectiontransition", () => remember());
  for (const when of ["styledata", "projectiontransition"]) map.on(when, nameControls); // the globe's names itself anew
  await new Promise((done) => map.once("idle", done));
  find("#map").dataset.ready = "yes";
}

const GLOBE = ".maplibregl-ctrl-globe, .maplibregl-ctrl-globe-enabled";
/** What the controls of the map are called in the reader's language. */
export function nameControls() {
  map.getCanvas().setAttribute("aria-label", word("map_label"));
  for (const [where, key] of [[".maplibregl-ctrl-zoom-in", "zoom_in"], [".maplibregl-ctrl-zoom-out", "zoom_out"], [GLOBE, isGlobe() ? "globe_off" : "globe_on"]]) {
    document.querySelectorAll(where).forEach((one) => { one.title = word(key); one.setAttribute("aria-label", one.title); });
  }
}

export function setData(loaded) {
  data = loaded;
  for (const name of ["links", "stations", "gateways", "hubs", "chokes", "land"]) map.getSource(name).setData(data[name]);
}

export function restyle() {
  if (map) map.setStyle(mapStyle(data, shapesOf(state().events, state().draft), isGlobe()), { diff: false });
}

const isGlobe = () => map.getProjection()?.type === "globe";
function remember() {
  const { lng, lat } = map.getCenter();
  change({ view: { lon: maplibre.LngLat.convert([lng, lat]).wrap().lng, lat, zoom: map.getZoom(), globe: isGlobe() } }, true);
}

function opening() {
  const points = data.stations.features.map((one) => one.geometry.coordinates);
  const inside = points.filter(([lon, lat]) => (lon > 28 || lon < -154) && lat > -36 && lat < 50).length;
  if (!points.length || inside > 0.3 * points.length) return OPENING;
  const ends = (axis) => [Math.min(...points.map((p) => p[axis])), Math.max(...points.map((p) => p[axis]))];
  const [[west, east], [south, north]] = [ends(0), ends(1)];
  return [[west, south], [east, north]];
}

/** Colour an outage: what is lost, who is hurt, how traffic moves; null for a sound network. `built`: new cables;
 *  `cut`: countries whose gateways are ringed. */
export function colour(outage, traffic, tint, built = [], cut = []) {
  shown = { outage, traffic, tint, built, cut };
  if (map?.isStyleLoaded() || map?.getSource("links")) colourAll();
}

function colourAll() {
  const { outage, traffic, tint } = shown ?? {};
  for (const source of ["links", "land", "gateways"]) map.removeFeatureState({ source });
  give("faults", collected((outage?.faults ?? []).map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }))));
  give("moved", collected(moved(outage, traffic)));
  give("built", collected(shown?.built ?? []));
  drawShapes();
  map.setPaintProperty("cables", "line-opacity", outage ? FADED : SOUND);
  const set = (source, id, values) => map.setFeatureState({ source, id }, values);
  outage?.links.forEach((id) => set("links", id, { lost: true }));
  outage?.gateways.forEach((id) => set("gateways", id, { cut: true }));
  data.gatewayCountry.forEach((code, id) => { if (shown?.cut.includes(data.countryIds[code])) set("gateways", id, { cut: true }); });
  data.land.features.forEach(({ id, properties }) => {
    const loss = tint?.get(properties.c);
    if (loss) set("land", id, { loss });
  });
}

/** What is drawn by hand; `more` is still under the pointer. */
export function drawShapes(more = []) { give("shapes", shapesOf([...state().events, ...more], state().draft)); }

/** Data for a source; the same once more is not sent, since the worker would cut it into tiles anew. */
function give(name, collection) {
  const source = map?.getSource(name), text = JSON.stringify(collection);
  if (!source || text === (source.given ?? JSON.stringify(source.serialize().data))) return;
  source.given = text;
  source.setData(collection);
}

const collected = (features) => ({ type: "FeatureCollection", features });

/** The links that carry more, and by how much, and those that are full; not those that are lost. */
function moved(outage, traffic) {
  const found = new Map((traffic?.more ?? []).map(([id, before, after]) => [id, { rise: after - before, full: false }]));
  for (const id of traffic?.full ?? []) found.set(id, { rise: 0, ...found.get(id), full: true });
  outage?.links.forEach((id) => found.delete(id));
  return [...found].map(([id, more]) => ({ ...data.links.features[id], properties: { k: data.links.features[id].properties.k, ...more } }));
}

/** Light up links (numbers) or countries (codes) that the reader points at elsewhere. */
export function light(links = [], countries = []) {
  const edges = data.land.features.filter((one) => countries.includes(one.properties.c)).map((one) => ({ ...one, properties: { k: "land" } }));
  give("pointed", collected([...links.map((id) => data.links.features[id]).filter((one) => one?.properties.k !== "hidden"), ...edges]));
}

export const linksOf = (cable) => data.links.features.filter((one) => one.properties.c === cable).map((one) => one.id);

/** What lies under a pixel, the most telling first. */
export function under(point) {
  const box = [[point.x - 5, point.y - 5], [point.x + 5, point.y + 5]];
  const found = map.queryRenderedFeatures(box, { layers: TARGETS.filter((id) => map.getLayer(id)) });
  return found.sort((a, b) => TARGETS.indexOf(a.layer.id) - TARGETS.indexOf(b.layer.id))[0];
}

export function nameOf(feature) {
  const p = data[feature.source].features[feature.id].properties;
  if (feature.source === "links") return p.c === undefined ? `${p.f} – ${p.t}` : data.cables[p.c].n;
  return feature.source === "land" ? data.countries[p.c] ?? p.c : p.n;
}

export function tip(event, text) {
  if (!text) hover.remove();
  else hover.setLngLat(event.lngLat).setDOMContent(make("strong", {}, text)).addTo(map);
}

/** Bring links, by number, into view. */
export function showLinks(ids) {
  show(ids.flatMap((id) => data.links.features[id]?.geometry.coordinates ?? []));
}

export function show(points, maxZoom = 5) {
  if (!points.length) return;
  const turned = points.map(([lon, lat]) => [lon - 360 * Math.floor((lon + 30) / 360), lat]); // the seam lies at 30 W
  const ends = (axis) => turned.reduce(([low, high], p) => [Math.min(low, p[axis]), Math.max(high, p[axis])], [Infinity, -Infinity]);
  const [[west, east], [south, north]] = [ends(0), ends(1)];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.webdriver;
  map.fitBounds([[west, south], [east, north]], { padding: 50, maxZoom, duration: still ? 0 : 700 });
}
