// What the failures do: asked at once for isolation and capacity, then for traffic when it is ready.
import { Refused, post } from "./api.js";
import { prose } from "./dom.js";
import { showLinks, theMap } from "./map.js";
import { clear, failed, notice } from "./notice.js";
import { change, pairOf, state } from "./state.js";
import { word } from "./words.js";

const WAIT_MS = 400; // traffic takes the server seconds: it is asked once the reader has paused
let tell = () => {}, asking = null, busy = false, timer = 0, far = false;
let now = { outage: null, traffic: null, waits: false };
const kept = new Map(); // traffic that has been computed, by what failed

/** What is broken next may lie out of sight: bring it into view once it is known. */
export const bringIntoView = () => { far = true; };
export const onOutage = (act) => { tell = act; };
export const outage = () => now;
const key = () => JSON.stringify([state().day, state().events.map(pairOf)]);
const body = () => ({ events: state().events, ...(state().day ? { as_of: state().day } : {}) });

function set(part) { now = { ...now, ...part }; tell(now); }

/** Ask anew for what the state says has failed. */
export async function ask() {
  asking?.abort();
  clearTimeout(timer);
  if (!state().events.length) { set({ outage: null, traffic: null, waits: false }); return; }
  asking = new AbortController();
  const began = performance.now(), mine = key();
  try {
    const shown = await post("desk/outage", body(), { signal: asking.signal });
    if (mine !== key()) return;
    clear();
    theMap()?.once("render", () => { document.getElementById("map").dataset.tookMs = Math.round(performance.now() - began); });
    if (far) showLinks(shown.links);
    far = false;
    set({ outage: shown, traffic: kept.get(mine) ?? null, waits: !kept.has(mine) });
    if (!kept.has(mine)) timer = setTimeout(askTraffic, WAIT_MS);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error instanceof Refused && error.status === 422) refused(error); else failed(error, ask);
  }
}

/** One question at a time: what came in meanwhile is asked next, what was passed by never. */
async function askTraffic() {
  if (busy || !state().events.length) return;
  busy = true;
  const mine = key();
  try {
    kept.set(mine, await post("desk/traffic", body()));
    if (mine === key()) set({ traffic: kept.get(mine), waits: false });
  } catch (error) {
    if (mine === key()) { set({ waits: false }); failed(error, askTraffic); }
  } finally {
    busy = false;
  }
  if (mine !== key() && !kept.has(key())) askTraffic();
}

/** Some failures cannot be: say which and why, and offer to go on without them. */
function refused(error) {
  const wrong = new Set(error.places.map((one) => Number(/^\/events\/(\d+)/.exec(one.pointer)?.[1] ?? NaN)));
  const bad = state().events.filter((_, i) => wrong.has(i));
  const why = error.places.map((one) => one.message).join(" · ") || error.message;
  if (!bad.length) { failed(error); return; }
  notice([word("cannot_fail", { names: bad.map((one) => pairOf(one).join(" ")).join(", ") }), " ", prose(`${why}.`)],
    [[word("leave_out"), () => change({ events: state().events.filter((_, i) => !wrong.has(i)) })]]);
}
