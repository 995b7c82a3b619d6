// The tab "Repairs": which ship repairs what and when, how traffic returns, and what permits change.
import { button, make, prose } from "./dom.js";
import { post } from "./api.js";
import { curves, gantt } from "./charts.js";
import { explain, explainRow } from "./explain.js";
import { csvButton } from "./exports.js";
import { form, number, pick } from "./forms.js";
import { job, open, standing, start } from "./jobs.js";
import { failed } from "./notice.js";
import { money, monthName, people, plain, tbps } from "./numbers.js";
import { state } from "./state.js";
import { table } from "./table.js";
import { told } from "./whatif.js";
import { named, word } from "./words.js";

const compared = new Map(); // job -> the job with other permits

/** The failures of the view as one event of the service; null when they cannot be one. */
export function oneEvent(name) {
  const { events } = state();
  if (events.length === 1) return events[0];
  if (!events.length || events.some((one) => one.kind === "named_event")) return null;
  return { kind: "together", name, parts: events };
}

export function repairs(data) {
  const { events } = state(), event = oneEvent(word("several"));
  const kept = job(state().job), mine = kept?.status?.processID === "repairs";
  const choice = event ? make("p", {}, word("repairs_of", { what: events.map(told).join("; ") })) : pick("repairs", "event", word("kind_event"), data.events.map((name) => [name, name]), data.events[0]);
  return [make("p", {}, word(events.length && !event ? "repairs_one_event" : "repairs_about"), !events.length && ` ${word("repairs_choose")}`),
    form("repairs", (asked) => go(event ?? { kind: "named_event", event: asked.event }, asked), [choice, number("repairs", "days", word("horizon"), 90, { min: 1, max: 365 }), pick("repairs", "month", word("weather_of"), [["", word("calm")], ...months()], ""),
      number("repairs", "permit", word("permits_within"), "", { min: 0, max: 365, step: "any", placeholder: word("as_today") })]),
    mine && standing(state().job), mine && kept.result && found(kept.result, kept.asked ?? {})];
}

const months = () => Array.from({ length: 12 }, (_, i) => [String(i + 1), monthName(i)]);

async function go(event, asked) {
  const inputs = { event, horizon_days: Number(asked.days), ...(asked.month ? { month: Number(asked.month) } : {}), ...(asked.permit === "" ? {} : { permit_days: Number(asked.permit) }) };
  const id = await start("repairs", inputs);
  if (!id || asked.permit === "") return;
  try {
    const { permit_days: _, ...today } = { ...inputs, ...(state().day ? { as_of: state().day } : {}) };
    const other = await post("processes/repairs/execution", { inputs: today }, { headers: { Prefer: "respond-async" } });
    compared.set(id, other.jobID);
    open(other.jobID);
  } catch (error) { failed(error); }
}

function found(plan, asked) {
  const other = job(compared.get(state().job))?.result;
  const last = (one) => Math.max(0, ...one.schedule.map((row) => row.done_day));
  const points = (one) => one.restoration.map((row) => [row.day, row.lost_lit_tbps]);
  const series = other ? [{ name: word("permits_fast"), points: points(plan) }, { name: word("permits_today"), points: points(other) }] : [{ name: word("lost_lit"), points: points(plan) }];
  return make("div", { class: "result" },
    make("section", { class: "tiles" }, tile(word("all_done"), "repair_days", `${plain(last(plan))} ${word("days")}`, other ? word("against", { value: `${plain(last(other))} ${word("days")}` }) : typeof asked.permit_days === "number" && word("with_permits", { days: plain(asked.permit_days) })), tile(word("ships_used"), "repair_ships", plain(plan.ships.length, 0)), tile(word("ship_cost"), "repair_cost", money(plan.cost_musd), other && word("against", { value: money(other.cost_musd) }))),
    make("p", { class: "note" }, word(plan.status === "optimal" ? "repairs_proved" : "repairs_bound", { gap: plain(100 * plan.gap, 1), unit: named("u", plan.objective_unit) })),
    plan.schedule.length ? gantt(plan.schedule) : "", curves(series, "Tbps", word("chart_restoration")),
    table(word("schedule"), [{ key: "done_day", label: word("done_day"), number: true, about: "repair_days", show: (row) => plain(row.done_day) }, { key: "cable", label: word("kind_cable") }, { key: "ship", label: word("ship") }, { key: "start_day", label: word("start_day"), number: true, show: (row) => plain(row.start_day) }, { key: "held_by", label: word("held_by"), show: (row) => prose(row.held_by) }, { key: "asked", label: word("permits_asked"), show: (row) => permitsOf(row.asked) }], plan.schedule),
    table(word("not_served"), [{ key: "job_id", label: word("job"), show: (row) => row.cable ?? row.job_id ?? String(row) }, { key: "reason", label: word("why"), show: (row) => prose(row.reason ?? "") }], plan.not_served.map((one) => (typeof one === "object" ? one : { job_id: one }))),
    table(word("traffic_back"), [{ key: "day", label: word("day"), number: true, show: (row) => plain(row.day) }, { key: "restored", label: word("restored") }, { key: "lost_lit_tbps", label: word("lost_lit"), number: true, about: "capacity_lit", show: (row) => tbps(row.lost_lit_tbps) }, { key: "isolated_people", label: word("h_isolated_people"), number: true, about: "isolated_people", show: (row) => people(row.isolated_people) }], plan.restoration),
    make("details", { class: "taken", open: true }, make("summary", {}, word("taken_for_granted")), make("ul", {}, plan.notes.map((one) => make("li", {}, prose(one))))), csvButton(() => plan.schedule, "repairs"));
}

const tile = (name, about, number, note) => make("div", { class: "tile" }, make("span", { class: "number" }, number), make("span", {}, name, button("?", () => explain(about), { class: "about", "aria-label": word("explain_x", { name }) })), note && make("small", {}, note));

/** Where the permits that a job asks for come from: basis, range and source of the days of each country. */
const permitsOf = (asked) => (asked?.match(/[A-Z]{2}/g) ?? []).map((code) => button(code, () => explainRow("permits", code, word("permits_of", { country: code })), { class: "small", "aria-label": word("permits_of", { country: code }) }));
