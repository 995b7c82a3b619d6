// An activation: what was forecast beside what came, the log, and the report after it.
import { get, post } from "./api.js";
import { button, make, prose } from "./dom.js";
import { csvButton } from "./exports.js";
import { forget, form, line, lines, pick } from "./forms.js";
import { failed, notice } from "./notice.js";
import { plain } from "./numbers.js";
import { planned } from "./plan_form.js";
import { change, state } from "./state.js";
import { table } from "./table.js";
import { told } from "./whatif.js";
import { named, word } from "./words.js";

const STEPS = ["located", "ship_sailed", "permit_granted", "on_site", "restored"];
const EVERY = ["declared", "located", "ship_nominated", "ship_sailed", "permit_granted", "on_site", "repair_done", "restored", "note"];
let here = null, report = null, asking = "";

const inWords = (event) => (event.kind === "together" ? event.parts.map(told).join("; ") : told(event));
const clock = (time) => new Date(time).toISOString().slice(0, 16).replace("T", " ");
const utc = (time) => `${clock(time)} UTC`;
const after = (kept, hours) => new Date(Date.parse(kept.started) + 36e5 * hours);

/** The activations of a workspace, to open. */
export const incidentList = (incidents) => table(word("incidents"), [{ key: "what", label: word("what_failed") }, { key: "kind", label: word("status") }, { key: "started", label: word("since") },
  { key: "id", label: "", show: (row) => button(word("open"), () => change({ incident: row.id })) }],
incidents.map(({ id, kept }) => ({ id, what: inWords(kept.event), kind: [kept.simulated && word("an_exercise"), word(kept.closed ? "closed" : "under_way")].filter(Boolean).join(", "), started: utc(kept.started) })), { empty: word("none_yet") });

export function incident(base, again) {
  const path = `${base}/incidents/${state().incident}`;
  if (asking !== path) { asking = path; here = report = null; read(path, again); }
  if (!here) return [make("p", {}, word("asking"))];
  const { kept } = here, act = (what, body) => step(path, what, body, again);
  return [make("h2", {}, inWords(kept.event)), make("p", { class: "state", "data-state": kept.closed ? "closed" : "open" }, make("strong", {}, word(kept.closed ? "closed" : "under_way")), kept.simulated ? ` · ${word("an_exercise")}, ${word("its_clock", { time: utc(kept.clock) })}` : "", ` · ${word("struck", { time: utc(kept.started) })}`),
    ...notes(kept), beside(kept), !kept.closed && entry(kept, act),
    !kept.closed && make("p", { class: "acts" }, button(word("forecast_now"), () => act("forecasts", {})), known(kept, act), button(word("close_it"), () => act("closing", {}))),
    log(kept), afterwards(path, again)];
}

/** The damage as it is known by now, such as a cut where at first only a cable was known: until a job has begun. */
const known = (kept, act) => (state().events.length && !kept.actuals.some((one) => one.job)
  ? button(word("forecast_known", { what: state().events.map(told).join("; ") }), () => act("forecasts", { event: planned(word("several")) })) : "");

async function read(path, again) {
  try { here = await get(path); again(); } catch (error) {
    if (error.status === 404) notice(word("no_such_incident"), [[word("forget"), () => change({ incident: "" })]]); else failed(error, () => read(path, again));
  }
}

async function step(path, what, body, again) {
  try {
    here = await post(`${path}/${what}`, body, { headers: { "If-Match": here.etag } });
    report = null;
    if (what === "actuals") forget("actual");
    again();
  } catch (error) {
    if (error.status === 412) notice(word("changed_meanwhile"), [[word("read_newest"), () => read(path, again)]]); else failed(error);
  }
}

const notes = (kept) => [...new Set(kept.forecasts.flatMap((one) => one.notes))].map((one) => make("p", { class: "note" }, prose(one)));

/** Every step of every job: when it was forecast at first, when by now, and when it came. */
function beside(kept) {
  const first = kept.forecasts[0], last = kept.forecasts.at(-1);
  const came = new Map(kept.actuals.map((one) => [`${one.job}/${one.step}`, one.at]));
  const jobs = [...new Map([...first.jobs, ...last.jobs].map((one) => [one.job, one])).values()];
  const hours = (forecast, job, name) => forecast.jobs.find((one) => one.job === job)?.hours[name];
  const rows = jobs.flatMap((one) => STEPS.map((name) => {
    const [a, b] = [hours(first, one.job, name), hours(last, one.job, name)], at = came.get(`${one.job}/${name}`);
    return { job: `${one.job}, ${one.cable}`, step: word(`step_of_${name}`), first: a === undefined ? null : clock(after(kept, a)), now: kept.forecasts.length > 1 && b !== undefined && !at ? clock(after(kept, b)) : null,
      came: at ? clock(at) : null, late_h: at && a !== undefined ? (Date.parse(at) - Date.parse(kept.started)) / 36e5 - a : null };
  }));
  return make("div", {}, table(word("beside"), [{ key: "job", label: word("job") }, { key: "step", label: word("step") }, { key: "first", label: word("first_forecast") }, { key: "now", label: word("forecast_by_now") }, { key: "came", label: word("came") },
    { key: "late_h", label: word("late_h"), number: true, show: (row) => (row.late_h === null ? "–" : signed(row.late_h)) }], rows, { empty: word("no_jobs_yet") }), csvButton(() => rows, "incident"));
}

const signed = (hours) => `${hours > 0 ? "+" : ""}${plain(hours)}`;

/** Enter something that has happened; hours are UTC, since parties sit in different zones. */
function entry(kept, act) {
  const jobs = [...new Set(kept.forecasts.flatMap((one) => [...one.jobs.map((job) => job.job), ...Object.keys(one.not_served)]))];
  const hour = Math.max(Date.parse(kept.simulated ? kept.clock : new Date().toISOString()), Date.parse(kept.started));
  const now = new Date(1000 * Math.ceil(hour / 1000)).toISOString().slice(0, 19); // not a moment before the fault
  return form("actual", ({ step: name, job, at, ship, text }) => act("actuals", { step: name, at: new Date(`${at}Z`).toISOString(), ...(job ? { job } : {}), ...(ship ? { ship } : {}), ...(text ? { text } : {}) }), [
    pick("actual", "step", word("step"), EVERY.map((one) => [one, word(`step_of_${one}`)]), "declared"), pick("actual", "job", word("job"), [["", word("all_of_it_all")], ...jobs.map((one) => [one, one])], ""),
    line("actual", "at", word("when_utc"), now, { type: "datetime-local", step: 1, required: true }), line("actual", "ship", word("ship"), "", { maxlength: 120 }), lines("actual", "text", word("note"), "", { rows: 2, maxlength: 4000 })], word("enter_it"));
}

const log = (kept) => table(word("log"), [{ key: "at", label: word("when_utc") }, { key: "step", label: word("step") }, { key: "job", label: word("job") }, { key: "text", label: word("note") }],
  kept.actuals.map((one) => ({ at: clock(one.at), step: word(`step_of_${one.step}`), job: one.job ?? "", text: [one.ship, one.text].filter(Boolean).join(": ") })).reverse(), { empty: word("none_yet") });

function afterwards(path, again) {
  const ask = async () => { try { report = await get(`${path}/report`); again(); } catch (error) { failed(error, ask); } };
  if (!report) return button(word("after_action"), ask);
  return make("section", { class: "report" }, make("h3", {}, word("after_action")),
    table(word("targets"), [{ key: "measure", label: word("target"), show: (row) => named("v", row.measure) }, { key: "at_most", label: word("at_most_value"), number: true }, { key: "value", label: word("came"), number: true, show: (row) => (row.value === null ? "–" : plain(row.value)) }, { key: "reached", label: word("reached"), show: (row) => (row.reached === null ? word("not_judged") : word(row.reached ? "yes" : "no")) }], report.targets),
    table(word("phases"), [{ key: "job", label: word("job") }, { key: "phase", label: word("step"), show: (row) => named("phase", row.phase) }, { key: "forecast_h", label: word("forecast_h"), number: true, show: (row) => plain(row.forecast_h) }, { key: "actual_h", label: word("actual_h"), number: true, show: (row) => plain(row.actual_h) }, { key: "error_h", label: word("late_h"), number: true, show: (row) => signed(row.error_h) }], report.phases),
    make("p", {}, report.open_jobs.length ? word("still_open", { jobs: report.open_jobs.join(", ") }) : word("all_back")), csvButton(() => report.phases, "after-action"));
}
