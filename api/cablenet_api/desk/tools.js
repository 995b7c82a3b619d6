// The tools of the map: what a click or a drag does. Everything they do the panel can do by keyboard.
import { find, make, svg } from "./dom.js";
import { drawShapes, light, linksOf, nameOf, theMap, tip, under } from "./map.js";
import { box, crosses, distanceKm } from "./shapes.js";
import { addEvent, change, same, state, toggleEvent } from "./state.js";
import { word } from "./words.js";

const ICONS = {
  break: "M13 2 5 13h5l-2 9 9-12h-6z", look: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
  cut: "M5 5l14 14M19 5L5 19", disk: "M12 4a8 8 0 1 0 .01 0z", box: "M4 6h16v12H4z", area: "M12 3l9 7-4 10H7L3 10z",
};
const MOST_KM = 3000;
let tool = "break", data, onLook, from = null;

export function openTools(loaded, look) {
  data = loaded; onLook = look;
  const bar = find("#tools");
  bar.replaceChildren(...Object.keys(ICONS).map((name) => make("button", {
    type: "button", "data-tool": name, "aria-pressed": String(name === tool), onclick: () => pick(name),
  }, svg("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" }, svg("path", { d: ICONS[name], fill: name === "break" ? "currentColor" : "none", stroke: "currentColor", "stroke-width": 2, "stroke-linejoin": "round" })))));
  nameTools();
  const map = theMap();
  map.on("mousemove", move);
  map.on("mouseout", () => { tip(null); light(); });
  map.on("click", click);
  map.on("mousedown", press);
  map.on("touchstart", press);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && (state().draft.length || from)) drop();
    if (event.key === "Enter" && state().draft.length && event.target === map.getCanvas()) finish();
  });
  if (state().draft.length) pick("area"); else hint();
}

/** What the tools are called in the reader's language. */
export function nameTools() {
  document.querySelectorAll("#tools button").forEach((one) => { one.title = word(`tool_${one.dataset.tool}`); one.setAttribute("aria-label", one.title); });
}

export function setToolData(loaded) { data = loaded; }

function pick(name) {
  tool = name;
  from = null;
  document.querySelectorAll("#tools button").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.tool === name)));
  theMap().getCanvas().style.cursor = ["disk", "box", "area", "cut"].includes(name) ? "crosshair" : "";
  hint();
}

/** Say what the next click does; while an area is drawn, with the ways on. */
export function hint(problem = "") {
  const line = find("#hint"), corners = state().draft.length;
  line.classList.toggle("problem", Boolean(problem));
  if (!corners) { line.replaceChildren(problem || word(`hint_${tool}`)); return; }
  line.replaceChildren(problem || word("hint_corners", { count: corners }), " ",
    make("button", { type: "button", onclick: finish }, word("finish")), " ", make("button", { type: "button", onclick: drop }, word("drop")));
}

function drop() { from = null; change({ draft: [] }, true); drawShapes(); hint(); }

function finish() {
  const corners = state().draft;
  if (corners.length < 3) { hint(word("few_corners", { count: corners.length })); return; }
  if (crosses(corners)) { hint(word("crossed")); return; }
  change({ draft: [] }, true);
  addEvent({ kind: "polygon", area: { type: "Polygon", coordinates: [[...corners, corners[0]]] } });
  hint();
}

function move(event) {
  if (from) { stretch(event); return; }
  if (tool !== "break" && tool !== "look") return;
  const found = under(event.point);
  theMap().getCanvas().style.cursor = found ? "pointer" : "";
  const properties = found && data[found.source].features[found.id].properties;
  light(found?.source === "links" ? (properties.c === undefined ? [found.id] : linksOf(properties.c)) : []);
  const event_ = found && eventOf(found);
  tip(event, found && (tool === "look" || !event_ ? nameOf(found) : word(state().events.some((one) => same(one, event_)) ? "click_mends" : "click_breaks", { name: nameOf(found) })));
}

/** What breaking a thing of the map means; land and links on land cannot be broken by a click. */
function eventOf(feature) {
  const p = data[feature.source].features[feature.id].properties;
  if (feature.source === "stations") return { kind: "station_loss", station: p.i };
  if (feature.source === "chokes") return { kind: "chokepoint", chokepoint: idOfChoke(p.n) };
  if (feature.source === "links" && p.c !== undefined && p.k === "cable") return { kind: "cable_loss", cable: data.cables[p.c].id };
  return null;
}

const idOfChoke = (name) => Object.keys(data.chokepoints).find((id) => data.chokepoints[id] === name) ?? name;

function click(event) {
  const place = event.lngLat.wrap();
  if (tool === "area") {
    if (state().draft.length && event.originalEvent.detail > 1) { finish(); return; }
    change({ draft: [...state().draft, [event.lngLat.lng, event.lngLat.lat]] }, true);
    drawShapes(); hint();
  } else if (tool === "cut") {
    addEvent({ kind: "cut", lon: +place.lng.toFixed(3), lat: +place.lat.toFixed(3) });
  } else if (tool === "break" || tool === "look") {
    const found = under(event.point);
    if (!found) { onLook(null); return; }
    const broken = tool === "break" && eventOf(found);
    if (broken) toggleEvent(broken); else onLook(found);
  }
}

function press(event) {
  if (tool !== "disk" && tool !== "box") return;
  event.preventDefault();
  from = [event.lngLat.lng, event.lngLat.lat];
  const map = theMap();
  map.once("mouseup", release);
  map.once("touchend", release);
}

const radius = (to) => Math.min(MOST_KM, Math.max(1, Math.round(distanceKm(from, to))));
const shape = (to) => (tool === "disk" ? { kind: "disk", lon: from[0], lat: from[1], radius_km: radius(to) }
  : { kind: "polygon", area: { type: "Polygon", coordinates: [[...box(from, to), from]] } });

function stretch(event) {
  const to = [event.lngLat.lng, event.lngLat.lat];
  drawShapes([shape(to)]);
  find("#hint").textContent = tool === "disk" ? word("hint_radius", { km: radius(to) }) : word("hint_box");
}

function release(event) {
  if (!from) return;
  const to = [event.lngLat.lng, event.lngLat.lat];
  const made = shape(to);
  const nothing = distanceKm(from, to) < 1;
  if (made.kind === "disk") { made.lon = +made.lon.toFixed(3); made.lat = +made.lat.toFixed(3); if (nothing) made.radius_km = 50; }
  from = null;
  if (made.kind === "polygon" && nothing) { hint(word("hint_drag")); drawShapes(); return; }
  addEvent(made);
  hint();
}
