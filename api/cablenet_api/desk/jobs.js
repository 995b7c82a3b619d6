// Jobs of the service: start one, follow it live, keep what it found.
import { Unreachable, ask, follow, get, post } from "./api.js";
import { button, make, prose } from "./dom.js";
import { failed, notice } from "./notice.js";
import { plain } from "./numbers.js";
import { recall } from "./recall.js";
import { change, state } from "./state.js";
import { word } from "./words.js";

const known = new Map(); // id -> {status, result, asked}
const followed = new Set();
let tell = () => {};
export const onJob = (act) => { tell = act; };
export const job = (id) => known.get(id);
export const ended = (status) => status && !["accepted", "running"].includes(status.status);

/** Start a process; its job becomes part of the address, so that the view has a link. */
export async function start(process, inputs) {
  const asked = { ...inputs, ...(state().day ? { as_of: state().day } : {}) };
  try {
    const status = await post(`processes/${process}/execution`, { inputs: asked }, { headers: { Prefer: "respond-async" } });
    known.set(status.jobID, { status, asked });
    change({ job: status.jobID });
    open(status.jobID);
    return status.jobID;
  } catch (error) {
    failed(error, () => start(process, inputs));
    return null;
  }
}

/** Learn how a job stands and follow it until it ends; then fetch what it found. */
export async function open(id) {
  if (!id || followed.has(id) || known.get(id)?.result) return;
  followed.add(id);
  const note = (status) => { known.set(id, { ...known.get(id), status }); tell(id); };
  try {
    const { inputs, ...status } = await get(`jobs/${id}`), fresh = !known.get(id)?.asked;
    known.set(id, { ...known.get(id), asked: inputs });
    if (fresh && id === state().job) recall({ processID: status.processID, inputs });
    note(status);
    if (!ended(status)) note(await follow(`jobs/${id}/events`, note));
    const last = known.get(id).status;
    if (last.status === "successful") { known.set(id, { ...known.get(id), result: await get(`jobs/${id}/results`) }); tell(id); }
  } catch (error) {
    if (error.status === 404) { notice(word("no_such_job"), [[word("forget"), () => change({ job: "" })]]); }
    else if (error instanceof Unreachable) setTimeout(() => open(id), 3000);
    else failed(error, () => open(id));
  } finally {
    followed.delete(id);
  }
}

export async function dismiss(id) {
  try {
    const status = await (await ask(`jobs/${id}`, { method: "DELETE" })).json();
    known.set(id, { ...known.get(id), status });
    tell(id);
  } catch (error) { failed(error); }
}

/** How a job stands, in words, with a bar while it runs and a way to stop it. */
export function standing(id) {
  const status = known.get(id)?.status;
  if (!status) return make("p", { class: "standing" }, word("asking"));
  const since = () => Math.max(0, (Date.now() - Date.parse(status.started ?? status.created)) / 1000);
  const late = status.status === "accepted" && since() > 20, clock = make("span");
  const tick = (first) => { // goes on while it is on the page
    clock.textContent = ` ${word("for_seconds", { s: plain(since(), 0) })}`;
    if (first || clock.isConnected) setTimeout(tick, 1000);
  };
  if (!ended(status)) tick(true);
  return make("div", { class: "standing", role: "status", "data-status": status.status },
    make("p", {}, make("strong", {}, word(`job_${status.status}`)), !ended(status) && clock, status.message && status.message !== status.status ? [": ", prose(status.message)] : ""),
    !ended(status) && make("progress", { "aria-label": word(`job_${status.status}`) }),
    late && make("p", {}, word("no_worker")),
    !ended(status) && button(word("stop"), () => dismiss(id)));
}
