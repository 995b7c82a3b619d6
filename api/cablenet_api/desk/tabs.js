// The tabs beside the map: which there are, and what the open one shows.
import { build } from "./build.js";
import { depend } from "./depend.js";
import { find, make } from "./dom.js";
import { jobs } from "./joblist.js";
import { plans } from "./plans.js";
import { repairs } from "./repairs.js";
import { TABS, change, state } from "./state.js";
import { whatIf } from "./whatif.js";
import { word } from "./words.js";
import { worst } from "./worst.js";

const SHOWN = { whatif: (now, data, again) => whatIf(now, again), depend: (_, data) => depend(data), worst: (_, data) => worst(data), build: (_, data, again) => build(data, again), repairs: (_, data) => repairs(data), plans: (_, data, again) => plans(data, again), jobs: (_, data, again) => jobs(data, again) };
const here = () => TABS.filter((name) => name in SHOWN);
let held = false, waiting = null; // a button replaced under a finger would never be clicked

export function openTabs() {
  const bar = find("#tabs");
  if (!bar.children.length) holdWhilePressed(find("#panel"));
  bar.replaceChildren(...here().map((name) => make("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", onclick: () => change({ tab: name }) }, word(`tab_${name}`))));
  bar.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = here(), next = names[(names.indexOf(state().tab) + step + names.length) % names.length];
    change({ tab: next });
    find(`#tab-${next}`).focus();
  };
}

function holdWhilePressed(panel) {
  const release = () => setTimeout(() => { // after the click that the release makes
    held = false;
    waiting?.();
    waiting = null;
  });
  panel.addEventListener("pointerdown", () => { held = true; });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release);
}

const FOCUSED = "button,input,select,summary,textarea";

/** Fill the panel; what has the focus keeps it where its like is still there. */
export function showTab(now, data, again) {
  if (held) { waiting = () => showTab(now, data, again); return; }
  const { tab } = state();
  document.querySelectorAll("#tabs button").forEach((one) => {
    const open = one.id === `tab-${tab}`;
    one.setAttribute("aria-selected", String(open));
    one.tabIndex = open ? 0 : -1;
  });
  const panel = find("#panel"), scroll = panel.scrollTop, focused = [...panel.querySelectorAll(FOCUSED)].indexOf(document.activeElement);
  const open = new Set([...panel.querySelectorAll("details[open]")].map((one) => one.className));
  panel.setAttribute("aria-labelledby", `tab-${tab}`);
  panel.replaceChildren(...(SHOWN[tab] ?? SHOWN.whatif)(now, data, again).filter(Boolean));
  panel.querySelectorAll("details").forEach((one) => { if (open.has(one.className)) one.open = true; });
  panel.scrollTop = scroll;
  if (focused >= 0) panel.querySelectorAll(FOCUSED)[focused]?.focus({ preventScroll: true });
}
