// How the map looks: sources and layers of MapLibre, coloured by the page's own custom properties.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--m-${name}`).trim();
const told = (key) => ["boolean", ["feature-state", key], false];
/** A size while a state holds, else none: what has no size is not filled, unlike what is transparent. */
const shown = (key, size) => ["case", told(key), size, 0];
/** A width for cables; half of it for links on land, which are drawn as straight lines. */
const onSea = (width) => ["match", ["get", "k"], "cable", width, width / 2];
const only = (kind) => ["==", ["get", "k"], kind];
const ROUND = { "line-cap": "round", "line-join": "round" };
/** How strongly cables are drawn while nothing has failed, and beside what has. */
export const SOUND = 0.9, FADED = 0.4;
const NONE = { type: "FeatureCollection", features: [] };
// Drawing by software is paid by the vertex, layer by layer: what stands out has small sources of its own, and only
// what must show at once, the lost links, is a state of all links.

/** Steps of a country's colour: the least share of each class, and its colour. */
export const LOSS_STEPS = [[0.005, "loss1"], [0.25, "loss2"], [0.5, "loss3"], [0.999, "loss4"]];

const steps = () => ["step", ["number", ["feature-state", "loss"], 0], colour("land"),
  ...LOSS_STEPS.flatMap(([from, name]) => [from, colour(name)])];

export function mapStyle(data, shapes, globe) {
  const source = (name, more = {}) => ({ type: "geojson", data: data[name], ...more });
  return {
    version: 8,
    transition: { duration: 0, delay: 0 }, // an answer is there or not; blending costs frames
    projection: { type: globe ? "globe" : "mercator" },
    sources: {
      land: source("land", { tolerance: 0.4 }), links: source("links", { tolerance: 0.3 }), stations: source("stations"),
      gateways: source("gateways"), hubs: source("hubs"), chokes: source("chokes"),
      ...Object.fromEntries(["faults", "moved", "pointed", "built"].map((name) => [name, { type: "geojson", data: NONE }])), shapes: { type: "geojson", data: shapes },
    },
    layers: [...ground(), ...lines(), ...points(), ...drawn()],
  };
}

const ground = () => [
  { id: "ocean", type: "background", paint: { "background-color": colour("ocean") } },
  { id: "land", type: "fill", source: "land", paint: { "fill-color": steps(), "fill-outline-color": colour("border") } },
  { id: "chokes", type: "fill", source: "chokes", paint: { "fill-color": colour("choke"), "fill-opacity": 0.09 } },
  { id: "chokes-edge", type: "line", source: "chokes", paint: { "line-color": colour("choke"), "line-width": 1, "line-dasharray": [3, 2] } },
];

const lines = () => [
  { id: "ground", type: "line", source: "links", filter: only("ground"), paint: { "line-color": ["case", told("lost"), colour("lost"), colour("ground")], "line-width": 0.8, "line-opacity": 0.5 } },
  { id: "mesh", type: "line", source: "links", filter: only("mesh"), paint: { "line-color": colour("mesh"), "line-width": 1.1, "line-dasharray": [1, 2.5] } },
  { id: "out", type: "line", source: "links", filter: only("out"), paint: { "line-color": colour("out"), "line-width": 1, "line-dasharray": [5, 3], "line-opacity": 0.8 } },
  { id: "near", type: "line", source: "pointed", layout: ROUND, paint: { "line-color": ["match", ["get", "k"], "land", colour("lost"), colour("ink")], "line-width": ["match", ["get", "k"], "land", 1.4, 6], "line-opacity": ["match", ["get", "k"], "land", 1, 0.75] } },
  { id: "cables", type: "line", source: "links", filter: only("cable"), layout: ROUND, paint: {
    "line-color": ["match", ["coalesce", ["get", "s"], -1], 0, colour("cap0"), 1, colour("cap1"), 2, colour("cap2"), 3, colour("cap3"), colour("capx")],
    "line-opacity": SOUND,
    "line-width": ["interpolate", ["linear"], ["zoom"], 1, 0.8, 5, 1.8, 8, 3] } },
  { id: "more", type: "line", source: "moved", layout: ROUND, paint: { "line-color": colour("more"), "line-opacity": 0.95, "line-width": ["*", onSea(1), ["interpolate", ["linear"], ["get", "rise"], 0, 1.5, 30, 5]] } },
  { id: "full", type: "line", source: "moved", filter: ["get", "full"], layout: ROUND, paint: { "line-color": colour("full"), "line-width": onSea(4) } },
  { id: "lost", type: "line", source: "links", filter: ["in", ["get", "k"], ["literal", ["cable", "ground"]]], layout: ROUND, paint: { "line-color": colour("lost"), "line-width": shown("lost", onSea(3)) } },
  { id: "built-edge", type: "line", source: "built", layout: ROUND, paint: { "line-color": colour("halo"), "line-width": 7 } },
  { id: "built", type: "line", source: "built", layout: ROUND, paint: { "line-color": colour("built"), "line-width": 3.5 } },
];

const names = (id, source, more, size, tint) => ({ id, type: "symbol", source, ...more,
  layout: { "text-field": ["get", "n"], "text-size": size, "text-font": ["sans-serif"], ...more.layout },
  paint: { "text-color": colour(tint), "text-halo-color": colour("halo"), "text-halo-width": 1.5 } });

const points = () => [
  { id: "stations", type: "circle", source: "stations", paint: {
    "circle-radius": ["interpolate", ["linear"], ["zoom"], 1, ["+", 1.2, ["*", 0.22, ["get", "m"]]], 6, ["+", 3.5, ["*", 0.5, ["get", "m"]]]],
    "circle-color": colour("dot"), "circle-stroke-color": colour("station"), "circle-stroke-width": 1 } },
  { id: "cut", type: "circle", source: "gateways", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 1, shown("cut", 5), 6, shown("cut", 11)],
    "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": colour("lost"), "circle-stroke-width": shown("cut", 2.2) } },
  { id: "faults", type: "circle", source: "faults", paint: { "circle-radius": 4, "circle-color": colour("dot"), "circle-stroke-color": colour("lost"), "circle-stroke-width": 2.5 } },
  { id: "hubs", type: "circle", source: "hubs", paint: { "circle-radius": 5, "circle-color": colour("hub"), "circle-stroke-color": colour("dot"), "circle-stroke-width": 1.2 } },
  names("hub-names", "hubs", { layout: { "text-anchor": "left", "text-offset": [0.7, 0] } }, 12, "ink"),
  names("station-names", "stations", { minzoom: 4.5, layout: { "text-anchor": "top", "text-offset": [0, 0.6] } }, 11, "faint"),
];

const drawn = () => [
  { id: "shape-fill", type: "fill", source: "shapes", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour("lost"), "fill-opacity": 0.12 } },
  { id: "shape-edge", type: "line", source: "shapes", paint: { "line-color": colour("lost"), "line-width": 1.8, "line-dasharray": [2, 1.5] } },
  { id: "shape-corner", type: "circle", source: "shapes", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4.5, "circle-color": colour("lost"), "circle-stroke-color": colour("dot"), "circle-stroke-width": 1.5 } },
];
