// The tab "Worst case": the worst that k losses can do, with its proof and the next best.
import { button, make, prose } from "./dom.js";
import { countriesOf, unit } from "./depend.js";
import { csvButton } from "./exports.js";
import { form, number, pick } from "./forms.js";
import { job, standing, start } from "./jobs.js";
import { light } from "./map.js";
import { people, plain, tbps } from "./numbers.js";
import { bringIntoView } from "./outage.js";
import { change, state } from "./state.js";
import { table } from "./table.js";
import { countryName, word } from "./words.js";

const RADIUS_KM = 25, MOST = 8;

export function worst(data) {
  const kept = job(state().job), mine = kept?.status?.processID === "worst";
  return [make("p", {}, word("worst_about")),
    form("worst", (asked) => start("worst", { k: Number(asked.k), unit: asked.unit, metric: asked.metric, radius_km: RADIUS_KM, next_best: 5, ...(asked.country ? { country: asked.country } : {}) }), [
      number("worst", "k", word("losses"), 3, { min: 1, max: 20 }),
      pick("worst", "unit", word("made_of"), [["cable", word("cables")], ["station", word("stations")], ["mixed", word("mixed")], ["place", word("places", { km: RADIUS_KM })]], "cable"),
      pick("worst", "metric", word("counted"), [["isolated", word("h_isolated_countries")], ["people", word("h_isolated_people")], ["unserved_tbps", word("h_unserved_tbps")]], "isolated"),
      pick("worst", "country", word("country"), [["", word("the_world")], ...countriesOf(data)], "")]),
    mine && standing(state().job), mine && kept.result && found(data, kept.result)];
}

const COUNTED = { isolated: "h_isolated_countries", people: "h_isolated_people", unserved_tbps: "h_unserved_tbps" };
const counted = (plan, value) => (plan.metric === "unserved_tbps" ? tbps(value) : plan.metric === "people" ? people(value) : plain(value));

/** One attack, whether it was counted in countries, people or traffic. */
function rowOf(data, plan, one, i) {
  const hurt = one.unserved_tbps_by_country, codes = hurt ? Object.keys(hurt) : one.isolated;
  const most = codes.slice(0, MOST).map((code) => (hurt ? `${countryName(code, data.countries)} ${tbps(hurt[code])}` : countryName(code, data.countries)));
  return { rank: i + 1, objective: one.objective, set: one.names.join(" + "), codes, people: one.isolated_people,
    hurt: (most.join(", ") || word("no_whole_country")) + (codes.length > MOST ? `; ${word("and_more", { count: codes.length - MOST })}` : ""), parts: one.elements.map((id, j) => unit(data, one.kinds[j], id, plan.radius_km)) };
}

function found(data, plan) {
  const rows = [plan, ...plan.next_best].map((one, i) => rowOf(data, plan, one, i)), traffic = plan.metric === "unserved_tbps";
  const proved = plan.status === "optimal" && plan.checked;
  const evidence = plan.evidence ? prose(`${plan.evidence.charAt(0).toUpperCase()}${plan.evidence.slice(1)}. `) : word("sets_looked_at", { sets: plain(plan.sets, 0) });
  return make("div", { class: "result" },
    make("p", { class: "finding" }, word(proved ? "worst_proved" : "worst_found", { set: rows[0].set, count: counted(plan, plan.objective), unit: word(COUNTED[plan.metric]).toLowerCase() })),
    make("p", { class: "note" }, evidence, `${word("bound", { bound: counted(plan, plan.bound), gap: plain(100 * plan.gap, 2) })} ${word("proved_of_map")}`),
    table(word("worst_sets"), [{ key: "rank", label: "#", number: true }, { key: "set", label: word("loss_of"), show: (row) => [row.set, " ", row.parts.every((p) => p.event) && button(word("try_it"), () => { bringIntoView(); change({ tab: "whatif", events: row.parts.map((p) => p.event) }); }, { class: "small" })] },
      { key: "hurt", label: word(traffic ? "hit_most" : "cut_off") }, traffic ? { key: "objective", label: word("h_unserved_tbps"), number: true, about: "unserved_tbps", show: (row) => tbps(row.objective) }
        : { key: "people", label: word("h_isolated_people"), number: true, about: "isolated_people", show: (row) => people(row.people) }],
    rows, { onRow: (row, on) => light(on ? row.parts.flatMap((p) => p.links) : [], on ? row.codes : []) }),
    csvButton(() => rows.map(({ parts, codes, ...row }) => row), "worst"));
}
