// Where the reader is: one object, kept in the address, so that every view has a permalink.
const listeners = [];
export const TABS = ["whatif", "depend", "worst", "build", "repairs", "plans", "jobs"];
const start = () => ({ tab: "whatif", day: "", events: [], draft: [], view: null, job: "", space: "", plan: "", incident: "" });
let now = start();

const lonlat = (text) => text.split(",").map((pair) => pair.split(" ").map(Number));
const put = (points) => points.map(([lon, lat]) => `${+lon.toFixed(3)} ${+lat.toFixed(3)}`).join(",");
const numbers = (text, count) => {
  const found = text.split(",").map(Number);
  if (found.length !== count || found.some((one) => !Number.isFinite(one))) throw new Error(text);
  return found;
};

/** From a pair of the address to what the service calls an event. */
const READ = {
  cable: (v) => ({ kind: "cable_loss", cable: v }),
  station: (v) => ({ kind: "station_loss", station: v }),
  strait: (v) => ({ kind: "chokepoint", chokepoint: v }),
  event: (v) => ({ kind: "named_event", event: v }),
  deny: (v) => ({ kind: "denial", country: v }),
  cut: (v) => { const [lon, lat] = numbers(v, 2); return { kind: "cut", lon, lat }; },
  disk: (v) => { const [lon, lat, km] = numbers(v, 3); return { kind: "disk", lon, lat, radius_km: km }; },
  area: (v) => {
    const ring = lonlat(v);
    if (ring.length < 3 || ring.flat().some((one) => !Number.isFinite(one))) throw new Error(v);
    return { kind: "polygon", area: { type: "Polygon", coordinates: [[...ring, ring[0]]] } };
  },
};

/** The pair of the address that stands for an event. */
export function pairOf(event) {
  switch (event.kind) {
    case "cable_loss": return ["cable", event.cable];
    case "station_loss": return ["station", event.station];
    case "chokepoint": return ["strait", event.chokepoint];
    case "named_event": return ["event", event.event];
    case "denial": return ["deny", event.country];
    case "cut": return ["cut", `${+event.lon.toFixed(3)},${+event.lat.toFixed(3)}`];
    case "disk": return ["disk", `${+event.lon.toFixed(3)},${+event.lat.toFixed(3)},${event.radius_km}`];
    default: return ["area", put(event.area.coordinates[0].slice(0, -1))];
  }
}

export const same = (a, b) => pairOf(a).join() === pairOf(b).join();

/** Read an address; what cannot be read is given back in `unread`, the rest holds. */
export function read(hash) {
  const found = start(), unread = [];
  for (const [key, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    try {
      if (key in READ) found.events.push(READ[key](value));
      else if (key === "tab" && TABS.includes(value)) found.tab = value;
      else if (key === "day" && /^\d{4}-\d{2}-\d{2}$/.test(value)) found.day = value;
      else if (key === "draft") found.draft = lonlat(value);
      else if (key === "at") { const [lon, lat, zoom, globe] = numbers(value, 4); found.view = { lon, lat, zoom, globe: globe === 1 }; }
      else if (["job", "space", "plan", "incident"].includes(key) && /^[0-9a-f]{32}$/.test(value)) found[key] = value;
      else unread.push(`${key}=${value}`);
    } catch { unread.push(`${key}=${value}`); }
  }
  return { found, unread };
}

export function address(state = now) {
  const pairs = new URLSearchParams();
  if (state.tab !== "whatif") pairs.append("tab", state.tab);
  if (state.day) pairs.append("day", state.day);
  for (const event of state.events) pairs.append(...pairOf(event));
  if (state.draft.length) pairs.append("draft", put(state.draft));
  for (const key of ["job", "space", "plan", "incident"]) if (state[key]) pairs.append(key, state[key]);
  if (state.view) {
    const { lon, lat, zoom, globe } = state.view;
    pairs.append("at", [lon.toFixed(2), lat.toFixed(2), zoom.toFixed(2), globe ? 1 : 0].join(","));
  }
  return `#${pairs}`;
}

export const state = () => now;
export const onChange = (act) => listeners.push(act);

/** Change something; a new step of the history unless `quiet`, which only corrects the address. */
export function change(part, quiet = false) {
  const before = now;
  now = { ...now, ...part };
  const url = address();
  if (quiet) history.replaceState(null, "", url);
  else if (url !== location.hash) history.pushState(null, "", url);
  listeners.forEach((act) => act(now, before));
}

export function addEvent(event) {
  if (now.events.some((other) => same(other, event))) return;
  change({ events: [...now.events, event] });
}

export function toggleEvent(event) {
  const rest = now.events.filter((other) => !same(other, event));
  change({ events: rest.length < now.events.length ? rest : [...now.events, event] });
}

/** Take over what the address says now (first load, back, forward, a pasted link). */
export function restore() {
  const { found, unread } = read(location.hash);
  const before = now;
  now = found;
  listeners.forEach((act) => act(now, before));
  return unread;
}
