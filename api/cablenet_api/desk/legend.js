// The legend: what is drawn, and switches for what may be left out.
import { find, make, svg } from "./dom.js";
import { theMap } from "./map.js";
import { word } from "./words.js";

const GROUPS = { stations: ["stations", "station-names"], chokes: ["chokes", "chokes-edge"], out: ["out"], ground: ["ground", "mesh"] };
const line = (name, width = 2.5, dash = "") => svg("path", { d: "M0 7H26", class: `s-${name}`, "stroke-width": width, ...(dash ? { "stroke-dasharray": dash } : {}) });
const dot = (r, name) => svg("circle", { cx: 13, cy: 7, r, class: name });
const block = (i) => svg("rect", { x: i * 6.5, y: 1, width: 6.5, height: 12, class: `f-loss${i + 1}` });

export function openLegend(data) {
  const row = (picture, text) => make("li", {}, svg("svg", { width: 26, height: 14, "aria-hidden": "true" }, picture), text);
  const box = (name) => make("li", {}, make("label", {}, make("input", { type: "checkbox", checked: true, onchange: (event) => toggle(name, event.target.checked) }), word(`show_${name}`)));
  find("#legend ul").replaceChildren(
    row([line("cap0", 2)], word("cap0")), row([line("cap1")], word("cap1")), row([line("cap2")], word("cap2")), row([line("cap3", 3)], word("cap3")),
    row([line("lost", 3)], word("line_lost")), row([line("more", 3)], word("line_more")), row([line("full", 4)], word("line_full")), row([line("built", 4)], word("line_built")),
    row([dot(4, "fault")], word("a_fault")), row([dot(5.5, "ring")], word("a_gateway_cut")), row([dot(5, "hub")], word("a_hub")),
    row([0, 1, 2, 3].map(block), word("loss_steps")), ...Object.keys(GROUPS).map(box));
  find("#legend .credit").textContent = data.credit;
  find("#legend").open = innerWidth > 1500;
  theMap().on("style.load", () => document.querySelectorAll("#legend input").forEach((one, i) => toggle(Object.keys(GROUPS)[i], one.checked)));
}

function toggle(name, shown) {
  for (const id of GROUPS[name]) if (theMap().getLayer(id)) theMap().setLayoutProperty(id, "visibility", shown ? "visible" : "none");
}
