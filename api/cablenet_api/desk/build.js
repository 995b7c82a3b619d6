// The tab "What to build": the cheapest cables that keep countries connected, cost against loss.
import { button, make, prose } from "./dom.js";
import { get, post } from "./api.js";
import { frontier } from "./charts.js";
import { countriesOf } from "./depend.js";
import { explain } from "./explain.js";
import { csvButton } from "./exports.js";
import { form, number, pick } from "./forms.js";
import { job, open, standing, start } from "./jobs.js";
import { show } from "./map.js";
import { failed } from "./notice.js";
import { money, people, plain } from "./numbers.js";
import { state } from "./state.js";
import { table } from "./table.js";
import { countryName, word } from "./words.js";

const SHARES = [0.25, 0.5, 0.75];
const budgets = new Map(); // job -> jobs of smaller budgets
const lines = new Map(); // job -> its new cables as lines; null while they are fetched
let after = true, redraw = () => {};

/** What the map shows while this tab is open: the new cables, and who hangs on one loss before or after. */
export function builtOf() {
  const kept = job(state().job);
  if (state().tab !== "build" || kept?.status?.processID !== "redundancy" || !kept.result) return null;
  const tint = new Map(kept.result.answers.filter((one) => one.people > 0 && (!after || one.outcome !== "kept")).map((one) => [one.country, 1]));
  return { tint, cut: [...tint.keys()], built: after ? lines.get(state().job) ?? [] : [] };
}

async function fetchLines(id) {
  lines.set(id, null);
  try {
    const { features } = await get(`jobs/${id}/results?f=geojson`);
    lines.set(id, features.map(({ geometry }) => ({ type: "Feature", properties: {}, geometry })));
    show(features.flatMap(({ geometry: { type, coordinates } }) => (type === "LineString" ? coordinates : coordinates.flat())), 4.6); // near enough for the names of stations
  } catch (error) { lines.set(id, []); failed(error, () => { lines.delete(id); redraw(true); }); }
  redraw(true);
}

const choice = () => make("fieldset", { class: "choice" }, make("legend", {}, word("on_map")), [[false, "map_today"], [true, "map_built"]].map(([value, name]) =>
  make("label", {}, make("input", { type: "radio", name: "on-map", checked: after === value, onchange: () => { after = value; redraw(true); } }), word(name))));

export function build(data, again) {
  redraw = again;
  const kept = job(state().job), mine = kept?.status?.processID === "redundancy";
  return [make("p", {}, word("build_about")),
    form("build", (asked) => start("redundancy", { countries: [asked.country, asked.second].filter(Boolean), ...(Number(asked.budget) > 0 ? { budget_musd: Number(asked.budget) } : {}) }), [
      pick("build", "country", word("country"), countriesOf(data), "TO"), pick("build", "second", word("and_country"), [["", "–"], ...countriesOf(data)], ""),
      number("build", "budget", word("budget"), "", { min: 0, max: 1000000, step: "any", placeholder: word("no_limit") })]),
    mine && standing(state().job), mine && kept.result && found(data, kept.result, kept.asked)];
}

function found(data, plan, asked) {
  if (plan.cables.length && !lines.has(state().job)) fetchLines(state().job);
  const before = plan.answers.reduce((sum, one) => sum + one.people, 0), after = left(plan);
  const rows = plan.cables.map((one) => ({ name: one.name.replace(/ \(proposed\)$/, ""), length_km: one.length_km, cost_musd: one.cost_musd, reason: one.reason, cost_basis: one.cost_basis }));
  return make("div", { class: "result" },
    make("section", { class: "tiles" }, tile("cost", money(plan.cost_musd)), tile("before_building", people(before)), tile("after_building", people(after))),
    make("p", { class: "finding" }, rows.length ? word(after > 0 && asked?.budget_musd ? "build_partly" : plan.status === "optimal" ? "build_proved" : "build_found", { count: rows.length, cost: money(plan.cost_musd), people: people(after) }) : after > 0 ? word("build_too_little", { people: people(after) }) : word("build_none")),
    rows.length > 0 && choice(), table(word("to_build"), [{ key: "name", label: word("kind_cable") }, { key: "length_km", label: "km", number: true, show: (row) => plain(row.length_km, 0) }, { key: "cost_musd", label: word("cost"), number: true, about: "cost_musd", show: (row) => money(row.cost_musd) }, { key: "reason", label: word("why"), show: (row) => prose(row.reason) }], rows),
    table(word("before_after"), [{ key: "country", label: word("country") }, { key: "failure", label: word("when_lost") }, { key: "people", label: word("h_isolated_people"), number: true, show: (row) => people(row.people) }, { key: "outcome", label: word("after"), show: (row) => word(`outcome_${row.outcome}`) }],
      plan.answers.map((one) => ({ ...one, country: countryName(one.country, data.countries) }))),
    curve(plan), csvButton(() => rows, "build"));
}

const left = (plan) => plan.answers.filter((one) => one.outcome !== "kept").reduce((sum, one) => sum + one.people, 0);
const tile = (name, number) => make("div", { class: "tile" }, make("span", { class: "number" }, number), make("span", {}, word(name), button("?", () => explain(name === "cost" ? "cost_musd" : "build_people"), { class: "about", "aria-label": word("explain_x", { name: word(name) }) })));

/** Cost against loss: what smaller budgets leave, each a job of its own. */
function curve(plan) {
  const id = state().job, others = budgets.get(id);
  if (!plan.cables.length) return "";
  if (!others) return button(word("draw_curve"), () => ask(id, plan));
  const points = others.map((one) => job(one)?.result).filter(Boolean).map((one) => [one.cost_musd, left(one)]);
  const whole = plan.answers.reduce((sum, one) => sum + one.people, 0);
  const all = [[0, whole], ...points, [plan.cost_musd, left(plan)]].sort((a, b) => a[0] - b[0]);
  const waits = others.some((one) => !job(one)?.result && !["failed", "dismissed"].includes(job(one)?.status?.status));
  return make("div", {}, frontier(all, "M USD", word("people"), word("chart_cost")), waits && make("progress", { "aria-label": word("job_running") }));
}

async function ask(id, plan) {
  budgets.set(id, []);
  try {
    for (const share of SHARES) {
      const made = await post("processes/redundancy/execution", { inputs: { countries: plan.countries, budget_musd: Math.max(0.1, share * plan.cost_musd) } }, { headers: { Prefer: "respond-async" } });
      budgets.get(id).push(made.jobID);
      open(made.jobID);
    }
  } catch (error) { budgets.delete(id); failed(error); }
}
