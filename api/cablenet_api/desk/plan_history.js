// Compare any two stages of a plan: what differs, in sentences, with its cause.
import { get } from "./api.js";
import { make, prose } from "./dom.js";
import { form, pick } from "./forms.js";
import { failed } from "./notice.js";
import { moment } from "./numbers.js";
import { table } from "./table.js";
import { word } from "./words.js";
import { spelt } from "./schema_form.js";

let shown = null; // {plan, before, after, changes}

/** Stages that say something of their own: the last of each run of equal texts. */
const told = (stages) => stages.filter((one, i) => one.digest !== stages[i - 1]?.digest);
const name = (one) => `${word("stage", { stage: one.stage, number: one.number })}: ${word(`state_${one.state}`)}, ${one.organisation}, ${moment(one.written_at)}`;

export function compare(here, again) {
  const stages = told(here.history);
  if (stages.length < 2) return "";
  const options = stages.map((one) => [String(one.stage), name(one)]), mine = shown?.plan === here.plan.id ? shown : null;
  return make("details", { class: "compare" }, make("summary", {}, word("compare")),
    form("compare", ({ before, after }) => ask(here, before, after, again), [pick("compare", "before", word("before"), options, options[1][0]), pick("compare", "after", word("after"), options, options[0][0])], word("compare_go")),
    mine && table(word("compared", mine), [{ key: "section", label: word("section_of_plan"), show: (row) => spelt(row.section) }, { key: "sentence", label: word("changes_since"), show: (row) => prose(row.sentence) }], mine.changes, { empty: word("no_changes") }));
}

async function ask(here, before, after, again) {
  try {
    shown = { plan: here.plan.id, before, after, changes: await get(`${here.base}/plans/${here.plan.id}/changes?before=${before}&after=${after}`) };
    again();
  } catch (error) { failed(error); }
}
