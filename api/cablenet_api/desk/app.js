// The planning desk: starts everything and hands what changes from one part to the others.
import { Refused, get, onLogin, token } from "./api.js";
import { openAccount } from "./account.js";
import { builtOf } from "./build.js";
import { setCards, showThing, thingOf } from "./card.js";
import { find } from "./dom.js";
import { setExplained } from "./explain.js";
import { setExported } from "./exports.js";
import { followAddress } from "./joblist.js";
import { open } from "./jobs.js";
import { openLegend } from "./legend.js";
import { colour, nameControls, openMap, restyle, setData } from "./map.js";
import { failed, notice } from "./notice.js";
import { ask, onOutage, outage } from "./outage.js";
import { openSearch, setSearched } from "./search.js";
import { change, onChange, pairOf, restore, state } from "./state.js";
import { openTabs, showTab } from "./tabs.js";
import { hint, nameTools, openTools, setToolData } from "./tools.js";
import { choose, setWhatIf, tintOf } from "./whatif.js";
import { speak, word } from "./words.js";

let data = null;
const keep = (key, value) => { try { localStorage.setItem(`cablenet-${key}`, value); } catch { /* private window */ } };
const kept = (key) => { try { return localStorage.getItem(`cablenet-${key}`); } catch { return null; } };

function applyTheme() {
  const wanted = find("#theme").value;
  const dark = wanted === "dark" || (wanted === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  restyle();
}

function spread(loaded) {
  data = loaded;
  for (const take of [setCards, setExplained, setExported, setToolData, setWhatIf]) take(data);
  find("#day").value = state().day || data.asOf;
}

const load = () => get(`desk/map${state().day ? `?as_of=${state().day}` : ""}`);

/** The map of the day that is asked for; where there is none, today's, with the reason. */
async function loadDay() {
  const { day } = state();
  try {
    return await load();
  } catch (error) {
    if (!day || !(error instanceof Refused) || error.status === 401) throw error;
    change({ day: "" }, true);
    const loaded = await load();
    notice(word("no_such_day", { day, why: error.message }));
    return loaded;
  }
}

async function changeDay() {
  try {
    spread(await loadDay());
    setData(data);
    setSearched(data);
    await ask();
    draw();
  } catch (error) { failed(error, changeDay); }
}

function draw(alsoMap = true) {
  const now = outage();
  const plan = builtOf();
  if (alsoMap) colour(plan ? null : now.outage, plan ? null : now.traffic, plan?.tint ?? tintOf(now), plan?.built, plan?.cut);
  showTab(now, data, (map) => draw(Boolean(map)));
}

function pick(thing) {
  choose(thing);
  if (state().tab !== "whatif") change({ tab: "whatif" });
  if (thing) showThing(thing);
  draw(false);
}

function settings() {
  find("#theme").value = kept("theme") ?? "auto";
  find("#language").value = kept("language") ?? "en";
  find("#theme").addEventListener("change", (event) => { keep("theme", event.target.value); applyTheme(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
  find("#language").addEventListener("change", async (event) => {
    keep("language", event.target.value);
    await speak(event.target.value);
    setSearched(data);
    openLegend(data);
    openTabs();
    nameTools();
    nameControls();
    hint();
    draw();
  });
  find("#day").addEventListener("change", (event) => { if (event.target.validity.valid) change({ day: event.target.value === data.asOf ? "" : event.target.value }); });
}

async function start() {
  settings();
  applyTheme();
  await speak(find("#language").value);
  onLogin(() => openAccount(() => location.reload()));
  const unread = restore();
  find("#panel").textContent = word("loading");
  if (token()) find("#account").hidden = false;
  find("#account").addEventListener("click", () => openAccount(() => location.reload()));
  spread(await loadDay());
  const ready = openMap(data);
  openTabs();
  openLegend(data);
  openSearch(data, pick);
  openTools(data, (feature) => pick(feature && thingOf(feature)));
  onOutage(() => draw());
  onChange((now, before) => {
    if (now.day !== before.day) { changeDay(); return; }
    if (now.events.map(pairOf).join("|") !== before.events.map(pairOf).join("|")) ask();
    if (now.job !== before.job) open(now.job);
    if (now.tab !== before.tab || now.job !== before.job || now.plan !== before.plan || now.incident !== before.incident || now.space !== before.space) draw("build" === now.tab || "build" === before.tab);
  });
  addEventListener("popstate", () => { restore(); draw(); });
  addEventListener("hashchange", () => { const wrong = restore(); if (wrong.length) unreadable(wrong); });
  followAddress(() => draw(state().tab === "build"));
  draw();
  if (unread.length) unreadable(unread);
  ask();
  await ready;
  draw();
}

const unreadable = (parts) => notice(word("unreadable", { parts: parts.join(", ") }));

start().catch((error) => {
  find("#map").dataset.ready = "failed";
  const graphics = /WebGL/i.test(error.message);
  if (graphics) notice(word("needs_webgl")); else failed(error, () => location.reload());
});
