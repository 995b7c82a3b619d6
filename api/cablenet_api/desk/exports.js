// Take what is seen away: the table as CSV, the map as GeoJSON or PNG, the view as a link.
import { button, make } from "./dom.js";
import { theMap } from "./map.js";
import { done, notice } from "./notice.js";
import { outage } from "./outage.js";
import { state } from "./state.js";
import { word } from "./words.js";

let data;
export function setExported(loaded) { data = loaded; }

export function exportButtons(rows, name) {
  return make("p", { class: "acts", "aria-label": word("export") },
    button("CSV", () => save(`${name}.csv`, "text/csv", csv(rows()))),
    button("GeoJSON", () => save(`${name}.geojson`, "application/geo+json", JSON.stringify(geojson()))),
    button("PNG", () => picture(name)),
    button(word("copy_link"), copyLink));
}

export function csvButton(rows, name) {
  return make("p", { class: "acts" }, button("CSV", () => save(`${name}.csv`, "text/csv", csv(rows()))), button(word("copy_link"), copyLink));
}

/** RFC 4180; a cell that a spreadsheet would take for a formula is kept a text. */
export function csv(rows) {
  if (!rows.length) return "";
  const columns = [...new Set(rows.flatMap(Object.keys))].filter((key) => rows.every((row) => typeof row[key] !== "object" || row[key] === null));
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns.join(","), ...rows.map((row) => columns.map((key) => cell(row[key])).join(","))].join("\r\n") + "\r\n";
}

/** The links that changed, the countries hurt and the places hit, as one collection. */
function geojson() {
  const { outage: hit, traffic } = outage();
  const of = (id, state, more = {}) => {
    const { geometry, properties: p } = data.links.features[id];
    return { type: "Feature", geometry, properties: { state, cable: p.c === undefined ? null : data.cables[p.c].n, from: p.f, to: p.t, ...more } };
  };
  const lost = new Set(hit.links);
  return { type: "FeatureCollection", network: data.network, link: location.href, features: [
    ...hit.links.map((id) => of(id, "lost")),
    ...(traffic?.more ?? []).filter(([id]) => !lost.has(id)).map(([id, before, after]) => of(id, traffic.full.includes(id) ? "full" : "carries more", { before_tbps: before, after_tbps: after })),
    ...hit.faults.map((coordinates) => ({ type: "Feature", geometry: { type: "Point", coordinates }, properties: { state: "fault" } })),
    ...hit.gateways.map((id) => ({ ...data.gateways.features[id], properties: { ...data.gateways.features[id].properties, state: "cut off" } })),
    ...data.land.features.filter((one) => hit.countries.some((c) => c.country === one.properties.c)).map((one) => ({ type: "Feature", geometry: one.geometry, properties: { ...hit.countries.find((c) => c.country === one.properties.c) } })),
  ] };
}

/** The map with its title, day and credit below; drawn anew, since a frame that was shown is gone. */
async function picture(name) {
  const map = theMap(), from = map.getCanvas(), style = getComputedStyle(document.documentElement);
  const scale = devicePixelRatio || 1, foot = Math.round(44 * scale);
  const sheet = make("canvas", { width: from.width, height: from.height + foot });
  const pen = sheet.getContext("2d");
  await new Promise((done) => { map.once("render", () => { pen.drawImage(from, 0, 0); done(); }); map.triggerRepaint(); });
  pen.fillStyle = style.getPropertyValue("--m-panel-solid");
  pen.fillRect(0, from.height, sheet.width, foot);
  pen.fillStyle = style.getPropertyValue("--m-ink");
  pen.font = `${13 * scale}px system-ui, sans-serif`;
  const title = document.querySelector(".failures ul")?.innerText.replaceAll("×", "").trim().replaceAll(/\s*\n\s*/g, "; ") ?? "";
  pen.fillText(`${title.slice(0, 140)} (${data.network.name}, ${state().day || data.asOf})`, 10 * scale, from.height + 18 * scale);
  pen.font = `${11 * scale}px system-ui, sans-serif`;
  pen.fillText(data.credit, 10 * scale, from.height + 35 * scale);
  sheet.toBlob((blob) => download(`${name}.png`, blob));
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    done(word("link_copied"));
  } catch { notice(`${word("copy_by_hand")} ${location.href}`); }
}

export function save(name, type, text) { download(name, new Blob([text], { type })); }

function download(name, blob) {
  const href = URL.createObjectURL(blob);
  const link = make("a", { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}
