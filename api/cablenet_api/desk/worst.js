// The tab "Worst case": the worst that k losses can do, with its proof and the next best.
import { make } from "./dom.js";
import { countriesOf, unit } from "./depend.js";
import { csvButton } from "./exports.js";
import { form, number, pick } from "./forms.js";
import { job, standing, start } from "./jobs.js";
import { light } from "./map.js";
import { people, plain } from "./numbers.js";
import { change, state } from "./state.js";
import { table } from "./table.js";
import { countryName, word } from "./words.js";

export function worst(data) {
  const kept = job(state().job), mine = kept?.status?.processID === "worst";
  return [make("p", {}, word("worst_about")),
    form("worst", (asked) => start("worst", { k: Number(asked.k), unit: asked.unit, metric: asked.metric, next_best: 5, ...(asked.country ? { country: asked.country } : {}) }), [
      number("worst", "k", word("losses"), 3, { min: 1, max: 20 }),
      pick("worst", "unit", word("made_of"), [["cable", word("cables")], ["station", word("stations")], ["mixed", word("mixed")]], "cable"),
      pick("worst", "metric", word("counted"), [["isolated", word("h_isolated_countries")], ["people", word("h_isolated_people")]], "isolated"),
      pick("worst", "country", word("country"), [["", word("the_world")], ...countriesOf(data)], "")]),
    mine && standing(state().job), mine && kept.result && found(data, kept.result)];
}

function found(data, plan) {
  const rows = [plan, ...plan.next_best].map((one, i) => ({ rank: i + 1, objective: one.objective, set: one.names.join(" + "), isolated: one.isolated.map((code) => countryName(code, data.countries)).join(", "), codes: one.isolated, people: one.isolated_people,
    parts: one.elements.map((id, j) => unit(data, one.kinds[j], id)) }));
  const proved = plan.status === "optimal" && plan.checked;
  return make("div", { class: "result" },
    make("p", { class: "finding" }, word(proved ? "worst_proved" : "worst_found", { set: rows[0].set, count: plain(plan.objective), unit: word(plan.metric === "people" ? "h_isolated_people" : "h_isolated_countries").toLowerCase() })),
    make("p", { class: "note" }, `${plan.evidence.charAt(0).toUpperCase()}${plan.evidence.slice(1)}. ${word("bound", { bound: plain(plan.bound), gap: plain(100 * plan.gap, 2) })}`),
    table(word("worst_sets"), [{ key: "rank", label: "#", number: true }, { key: "set", label: word("loss_of"), show: (row) => [row.set, " ", row.parts.every((p) => p.event) && make("button", { type: "button", class: "small", onclick: () => change({ tab: "whatif", events: row.parts.map((p) => p.event) }) }, word("try_it"))] },
      { key: "isolated", label: word("cut_off") }, { key: "people", label: word("h_isolated_people"), number: true, about: "isolated_people", show: (row) => people(row.people) }],
    rows, { onRow: (row, on) => light(on ? row.parts.flatMap((p) => p.links) : [], on ? row.codes : []) }),
    csvButton(() => rows.map(({ parts, codes, ...row }) => row), "worst"));
}
