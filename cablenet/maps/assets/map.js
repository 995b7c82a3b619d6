// The interactive map. Everything it draws is in this page; it never asks the network for anything.
const packed = (id) => document.getElementById(id).textContent.trim();

async function unpack(id) {
  const text = atob(packed(id));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

const asModule = (code) => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const say = (value) => (Math.abs(value) >= 1e5 ? short : plain).format(value);
const percent = (share) => (share >= 0.9995 ? "cut off" : `${Math.round(share * 100)} %`);
const count = (n, one, many) => (n === 0 ? `no ${one}` : `${n} ${n === 1 ? one : many}`);
const readable = (name) => {
  const words = name.replace(/_(tbps|ms|km|musd|share)$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function colours(root) {
  const style = getComputedStyle(root);
  return (name) => style.getPropertyValue(`--m-${name}`).trim();
}

const placesOf = (scenario) => ({ type: "FeatureCollection", features: (scenario?.f ?? []).map((coordinates) => (
  { type: "Feature", properties: {}, geometry: { type: "Point", coordinates } })) });

function mapStyle(root, data) {
  const c = colours(root);
  const source = (name, more = {}) => ({ type: "geojson", data: data[name], ...more });
  const only = (kind) => ["==", ["get", "k"], kind];
  const lost = ["boolean", ["feature-state", "lost"], false];
  const near = ["boolean", ["feature-state", "near"], false];
  const faded = ["boolean", ["feature-state", "faded"], false];
  const loss = ["number", ["feature-state", "loss"], 0];
  const round = { "line-cap": "round", "line-join": "round" };
  const wide = ["interpolate", ["linear"], ["zoom"], 1, 0.7, 5, 1.8, 8, 3];
  return {
    version: 8,
    sources: {
      land: source("land", { tolerance: 0.2 }), links: source("links", { tolerance: 0.15 }),
      stations: source("stations"), gateways: source("gateways"), faults: { type: "geojson", data: placesOf(null) }, hubs: source("hubs"), chokes: source("chokes"),
    },
    layers: [
      { id: "ocean", type: "background", paint: { "background-color": c("ocean") } },
      { id: "land", type: "fill", source: "land", paint: {
        "fill-color": ["step", loss, c("land"), 0.05, c("loss1"), 0.25, c("loss2"), 0.5, c("loss3"), 0.999, c("loss4")],
        "fill-outline-color": c("border") } },
      { id: "chokes", type: "fill", source: "chokes", paint: { "fill-color": c("choke"), "fill-opacity": 0.09 } },
      { id: "chokes-edge", type: "line", source: "chokes",
        paint: { "line-color": c("choke"), "line-width": 1, "line-dasharray": [3, 2] } },
      { id: "ground", type: "line", source: "links", filter: only("ground"),
        paint: { "line-color": ["case", lost, c("lost"), c("ground")], "line-width": 0.8, "line-opacity": 0.5 } },
      { id: "mesh", type: "line", source: "links", filter: only("mesh"),
        paint: { "line-color": c("mesh"), "line-width": 1.1, "line-dasharray": [1, 2.5] } },
      { id: "out", type: "line", source: "links", filter: only("out"),
        paint: { "line-color": c("out"), "line-width": 1, "line-dasharray": [5, 3], "line-opacity": 0.8 } },
      { id: "cables", type: "line", source: "links", filter: only("cable"), layout: round, paint: {
        "line-color": ["match", ["coalesce", ["get", "s"], -1], 0, c("cap0"), 1, c("cap1"), 2, c("cap2"), 3, c("cap3"), c("capx")],
        "line-opacity": ["case", faded, 0.35, 0.9],
        "line-width": wide } },
      { id: "lost", type: "line", source: "links", filter: ["in", ["get", "k"], ["literal", ["cable", "ground"]]],
        layout: round, paint: { "line-color": c("lost"), "line-width": 3, "line-opacity": ["case", lost, 1, 0] } },
      { id: "near", type: "line", source: "links", filter: ["!=", ["get", "k"], "hidden"], layout: round,
        paint: { "line-color": c("hub"), "line-width": 3.5, "line-opacity": ["case", near, 1, 0] } },
      { id: "stations", type: "circle", source: "stations", paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 1, ["+", 1.2, ["*", 0.22, ["get", "m"]]],
          6, ["+", 3.5, ["*", 0.5, ["get", "m"]]]],
        "circle-color": c("dot"), "circle-stroke-color": c("station"), "circle-stroke-width": 1 } },
      { id: "cut", type: "circle", source: "gateways", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 1, 5, 6, 11],
        "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": c("lost"), "circle-stroke-width": 2.2,
        "circle-stroke-opacity": ["case", ["boolean", ["feature-state", "cut"], false], 1, 0] } },
      { id: "faults", type: "circle", source: "faults", paint: { "circle-radius": 4, "circle-color": c("dot"),
        "circle-stroke-color": c("lost"), "circle-stroke-width": 2.5 } },
      { id: "hubs", type: "circle", source: "hubs", paint: { "circle-radius": 5, "circle-color": c("hub"),
        "circle-stroke-color": c("dot"), "circle-stroke-width": 1.2 } },
      { id: "hub-names", type: "symbol", source: "hubs", layout: { "text-field": ["get", "n"], "text-size": 12,
        "text-font": ["sans-serif"], "text-anchor": "left", "text-offset": [0.7, 0] },
        paint: { "text-color": c("ink"), "text-halo-color": c("halo"), "text-halo-width": 1.5 } },
      { id: "station-names", type: "symbol", source: "stations", minzoom: 4.5, layout: {
        "text-field": ["get", "n"], "text-size": 11, "text-font": ["sans-serif"], "text-anchor": "top",
        "text-offset": [0, 0.6] },
        paint: { "text-color": c("faint"), "text-halo-color": c("halo"), "text-halo-width": 1.5 } },
    ],
  };
}

function details(title, rows) {
  const list = make("dl");
  for (const [key, value] of rows) {
    if (value !== undefined && value !== "" && value !== null) list.append(make("dt", {}, key), make("dd", {}, `${value}`));
  }
  return make("div", {}, make("strong", {}, title), list);
}

const tbps = (value) => (value === undefined ? undefined : `${say(value)} Tbps each way`);
const few = (names, most = 14) => names.length > most ? `${names.slice(0, most).join("; ")}; and ${names.length - most} more` : names.join("; ");

function describe(feature, data) {
  const p = data[feature.source].features[feature.id].properties;
  if (feature.source === "stations") {
    return details(p.n, [["Country", data.countries[p.c] ?? p.c], ["Cables", `${p.m} in service`],
      ["", few(p.x.map((i) => data.cables[i].n), 20)]]);
  }
  if (feature.source === "chokes" || feature.source === "hubs") {
    return details(p.n, [["Is", feature.source === "hubs" ? "a hub" : "a chokepoint"]]);
  }
  const section = `${p.f} – ${p.t}`;
  if (p.c === undefined) {
    const what = { mesh: "assumed mesh between far hubs", ground: "link on land" }[p.k];
    return details(section, [["Is", what], ["Length", `${say(p.km)} km`], ["Lit", tbps(p.lit)]]);
  }
  const cable = data.cables[p.c];
  return details(cable.n, [["Status", cable.status], ["Since", cable.from], ["Section", section],
    ["Length", `${say(p.km)} km here${cable.km ? `, ${say(cable.km)} km in all` : ""}`],
    ["Lit", tbps(p.lit)], ["Design", tbps(p.design)], ["Owners", cable.own], ["Lands at", few(cable.l)]]);
}

function pointing(maplibre, map, data) {
  const targets = ["stations", "hubs", "cables", "out", "mesh", "ground", "chokes"];
  const hover = new maplibre.Popup({ closeButton: false, closeOnClick: false, maxWidth: "320px", offset: 8 });
  let near = [];
  const find = (point) => {
    const box = [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
    const found = map.queryRenderedFeatures(box, { layers: targets.filter((id) => map.getLayer(id)) });
    return found.sort((a, b) => targets.indexOf(a.layer.id) - targets.indexOf(b.layer.id))[0];
  };
  const mark = (feature) => {
    near.forEach((id) => map.setFeatureState({ source: "links", id }, { near: false }));
    near = [];
    if (feature?.source !== "links") return;
    const cable = feature.properties.c;
    near = cable === undefined ? [feature.id]
      : data.links.features.filter((other) => other.properties.c === cable).map((other) => other.id);
    near.forEach((id) => map.setFeatureState({ source: "links", id }, { near: true }));
  };
  map.on("mousemove", (event) => {
    const feature = find(event.point);
    map.getCanvas().style.cursor = feature ? "pointer" : "";
    mark(feature);
    if (!feature) { hover.remove(); return; }
    const properties = data[feature.source].features[feature.id].properties;
    const name = properties.c !== undefined && feature.source === "links" ? data.cables[properties.c].n
      : properties.n ?? `${properties.f} – ${properties.t}`;
    hover.setLngLat(event.lngLat).setDOMContent(make("strong", {}, name)).addTo(map);
  });
  map.on("mouseout", () => { hover.remove(); mark(null); });
  map.on("click", (event) => {
    const feature = find(event.point);
    if (!feature) return;
    hover.remove();
    new maplibre.Popup({ maxWidth: "360px" }).setLngLat(event.lngLat).setDOMContent(describe(feature, data)).addTo(map);
  });
}

function showScenario(map, data, scenario) {
  map.removeFeatureState({ source: "links" });
  map.removeFeatureState({ source: "land" });
  map.removeFeatureState({ source: "gateways" });
  map.getSource("faults").setData(placesOf(scenario));
  if (!scenario) return;
  const hit = new Map(scenario.c);
  const lost = new Set(scenario.l);
  scenario.g.forEach((id) => map.setFeatureState({ source: "gateways", id }, { cut: true }));
  data.land.features.forEach((feature) => {
    const loss = hit.get(feature.properties.c);
    if (loss) map.setFeatureState({ source: "land", id: feature.id }, { loss });
  });
  data.links.features.forEach((feature) => {
    const state = lost.has(feature.id) ? { lost: true } : { faded: true };
    map.setFeatureState({ source: "links", id: feature.id }, state);
  });
}

function flyTo(map, data, scenario) {
  const points = scenario.l.flatMap((i) => {
    const line = data.links.features[i].geometry.coordinates;
    const middle = line[line.length >> 1][0];
    const turn = -360 * Math.floor((middle + 30) / 360); // the seam lies in the Atlantic, at 30 W
    return line.map(([lon, lat]) => [lon + turn, lat]);
  });
  if (!points.length) return;
  const ends = (axis) => points.reduce(([low, high], point) => [Math.min(low, point[axis]), Math.max(high, point[axis])], [Infinity, -Infinity]);
  const [[west, east], [south, north]] = [ends(0), ends(1)];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.fitBounds([[west, south], [east, north]], { padding: 60, maxZoom: 4.2, duration: still ? 0 : 900 });
}

function tell(info, data, scenario) {
  if (!scenario) {
    info.replaceChildren(make("p", {}, "Nothing has failed. Pick a scenario to see what it takes away and whom it hits; point at a cable or a station to see what it is."));
    return;
  }
  const figures = make("table");
  for (const [name, value, unit, meaning] of scenario.v) {
    if (value === null) continue;
    const told = unit === "fraction" ? `${Math.round(value * 100)} %` : `${say(value)}${name.includes(unit) ? "" : ` ${unit}`}`;
    figures.append(make("tr", { title: meaning }, make("td", {}, readable(name)), make("td", {}, told)));
  }
  const cables = [...new Set(scenario.l.map((i) => data.links.features[i].properties.c).filter((c) => c !== undefined))];
  const countries = make("table");
  for (const [code, share] of scenario.c) {
    countries.append(make("tr", {}, make("td", {}, data.countries[code] ?? code), make("td", {}, percent(share))));
  }
  const cut = scenario.g.map((i) => data.gateways.features[i].properties.n);
  info.replaceChildren(make("h3", {}, scenario.n), figures,
    ...(cut.length ? [make("p", {}, `Cut off: ${few(cut, 20)}.`)] : []),
    make("p", {}, `Takes away: ${cables.length ? few(cables.map((i) => data.cables[i].n), 30) : "links on land"}.`),
    scenario.c.length ? make("h3", {}, "Share of way out lost, by country") : "", countries);
}

function picker(root, data, choose) {
  const list = root.querySelector(".cn-list");
  const find = root.querySelector("input[type=search]");
  const buttons = [null, ...data.scenarios].map((scenario) => {
    const cut = scenario ? scenario.c.filter((pair) => pair[1] >= 0.9995).length : 0;
    const note = scenario ? `${count(scenario.c.length, "country hit", "countries hit")}${cut ? `, ${cut} cut off` : ""}` : "";
    const button = make("button", { type: "button", "aria-pressed": scenario ? "false" : "true" },
      scenario ? scenario.n : "Nothing failed", ...(note ? [make("small", {}, note)] : []));
    button.addEventListener("click", () => {
      buttons.forEach((other) => other.setAttribute("aria-pressed", `${other === button}`));
      choose(scenario);
    });
    list.append(make("li", {}, button));
    return button;
  });
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    buttons.forEach((button) => { button.parentElement.hidden = wanted !== "" && !button.textContent.toLowerCase().includes(wanted); });
  });
  root.addEventListener("cn-scenario", (event) => {
    const at = data.scenarios.findIndex((scenario) => scenario.n === event.detail);
    if (at >= 0) { buttons[at + 1].click(); buttons[at + 1].scrollIntoView({ block: "nearest" }); }
  });
}

function toggles(root, map) {
  const groups = { stations: ["stations", "station-names"], chokes: ["chokes", "chokes-edge"], out: ["out"], ground: ["ground", "mesh"] };
  root.querySelectorAll("input[data-layers]").forEach((box) => {
    const apply = () => groups[box.dataset.layers].forEach((id) => map.getLayer(id) && map.setLayoutProperty(id, "visibility", box.checked ? "visible" : "none"));
    box.addEventListener("change", apply);
    map.on("style.load", apply);
  });
}

async function start(root) {
  const [code, worker, text] = await Promise.all(["cn-maplibre", "cn-worker", root.dataset.payload].map(unpack));
  const maplibre = await import(asModule(code));
  maplibre.setWorkerUrl(asModule(worker));
  const data = JSON.parse(text);
  const map = new maplibre.Map({
    container: root.querySelector(".cn-here"), style: mapStyle(root, data), attributionControl: false,
    bounds: JSON.parse(root.dataset.bounds), fitBoundsOptions: { padding: 8 }, cooperativeGestures: !root.classList.contains("cn-full"),
    canvasContextAttributes: { preserveDrawingBuffer: true }, minZoom: 0.4, maxZoom: 11, dragRotate: false,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.GlobeControl(), "top-right");
  map.addControl(new maplibre.ScaleControl({ maxWidth: 120 }), "bottom-right");
  if (root.querySelector(".cn-here").clientWidth < 900) root.querySelector(".cn-legend").open = false; // it would lie on India
  let now = null;
  const info = root.querySelector(".cn-info");
  tell(info, data, null);
  map.on("style.load", () => showScenario(map, data, now));
  picker(root, data, (scenario) => { now = scenario; showScenario(map, data, now); tell(info, data, now); if (now) flyTo(map, data, now); });
  toggles(root, map);
  pointing(maplibre, map, data);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.setStyle(mapStyle(root, data), { diff: false }));
  map.once("idle", () => { root.dataset.ready = "yes"; });
}

document.querySelectorAll(".cn-map").forEach((root) => start(root).catch((error) => {
  root.dataset.ready = "failed";
  root.querySelector(".cn-here").replaceChildren(make("p", { class: "cn-fail" }, `The map needs WebGL 2 and a browser of 2023 or later (${error.message}).`));
}));
