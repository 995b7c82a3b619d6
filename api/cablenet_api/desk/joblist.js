// The tab "Jobs": what has been asked, how it stands, live.
import { get } from "./api.js";
import { button, make, prose } from "./dom.js";
import { ended, job, onJob, open, standing } from "./jobs.js";
import { failed } from "./notice.js";
import { moment } from "./numbers.js";
import { change, state } from "./state.js";
import { table } from "./table.js";
import { named, word } from "./words.js";

export const TAB_OF = { "cut-sets": "depend", worst: "worst", redundancy: "build", repairs: "repairs" };
let listed = null, asking = false;

export function jobs(data, again) {
  if (!asking && listed === null) load(again);
  const rows = (listed ?? []).map((one) => job(one.jobID)?.status ?? one).sort((a, b) => b.created.localeCompare(a.created));
  return [make("p", {}, word("jobs_about")), button(word("look_again"), () => { listed = null; load(again); }),
    table(word("tab_jobs"), [{ key: "processID", label: word("asked_for"), show: (row) => named("process", row.processID) }, { key: "status", label: word("status"), show: (row) => (ended(row) ? word(`job_${row.status}`) : standing(row.jobID)) },
      { key: "asked", label: word("in_detail"), show: (row) => make("small", { class: "asked", lang: "en" }, row.asked) },
      { key: "created", label: word("since"), show: (row) => moment(row.created) },
      { key: "jobID", label: "", show: (row) => (row.status === "successful" && TAB_OF[row.processID] ? button(word("open"), () => change({ tab: TAB_OF[row.processID], job: row.jobID })) : prose(row.message || "")) }], rows, { few: 30 })];
}

async function load(again) {
  asking = true;
  try {
    const { jobs: found } = await get("jobs?limit=1000");
    listed = found;
    found.filter((one) => !ended(one)).forEach((one) => open(one.jobID));
    again();
  } catch (error) { listed = []; failed(error, () => load(again)); } finally { asking = false; }
}

/** A job of the address is opened, whichever tab shows it. */
export function followAddress(again) {
  onJob((id) => { if (!listed?.some((one) => one.jobID === id)) listed = listed && [...listed, job(id).status]; again(); });
  open(state().job);
}
