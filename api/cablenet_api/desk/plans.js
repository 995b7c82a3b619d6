// The tab "Plans": workspaces to share, plans in them, and one plan from draft to force.
import { ask, get, post } from "./api.js";
import { button, make, prose } from "./dom.js";
import { forget, form, line } from "./forms.js";
import { clear, failed, notice } from "./notice.js";
import { moment } from "./numbers.js";
import { draftForm } from "./plan_form.js";
import { incident, incidentList } from "./incident.js";
import { planView } from "./plan_view.js";
import { spelt } from "./schema_form.js";
import { change, state } from "./state.js";
import { table } from "./table.js";
import { named, word } from "./words.js";

let me = null, spaces = null, here = null, asking = "", again = () => {};
export const ETAGGED = (tag) => ({ headers: { "If-Match": tag } });

export function plans(data, redraw) {
  again = redraw;
  const wanted = `${state().space}/${state().plan}`;
  if (asking !== wanted) { asking = wanted; load(); }
  if (!me || !spaces) return [make("p", {}, word("asking"))];
  if (!state().space) return [make("p", {}, word("plans_about")), make("p", { class: "note" }, word("own_id", { id: me.organisation })), spaceList(), newSpace()];
  if (!here) return [make("p", {}, word("asking"))];
  const up = button(`← ${word("all_workspaces")}`, () => change({ space: "", plan: "", incident: "" }));
  if (state().incident) return [button(`← ${here.space.name}`, () => change({ incident: "", plan: "" })), ...incident(here.base, again)];
  if (!state().plan) return [up, make("h2", {}, here.space.name), partyList(), planList(), incidentList(here.incidents), draftForm(data, me, here, (document) => newPlan(document)), auditLog()];
  if (!here.plan) return [up, make("p", {}, word("asking"))];
  return [button(`← ${here.space.name}`, () => change({ plan: "" })), ...planView(data, me, here, { step, edit, reload, again })];
}

async function load() {
  const { space, plan } = state();
  try {
    me ??= await get("me");
    spaces = (await get("workspaces?limit=1000")).items;
    if (here?.space.id !== space || (here.plan?.id ?? "") !== plan) here = null; // what is shown stays usable while it is read anew
    if (space) {
      const base = `workspaces/${space}`;
      const [about, parties, all, keys, log, incidents] = await Promise.all([get(base), get(`${base}/parties`), get(`${base}/plans?limit=1000`), get(`${base}/keys`), get(`${base}/audit?limit=1000`), get(`${base}/incidents?limit=1000`)]);
      const read = { space: about, parties, plans: all.items, keys, log: log.items, incidents: incidents.items, base, plan: null, history: [], changes: null, stale: await staleOf(base, all.items) };
      if (plan) {
        [read.plan, read.history] = await Promise.all([get(`${base}/plans/${plan}`), get(`${base}/plans/${plan}/history`)]);
        if (read.plan.open && read.plan.in_force) read.changes = await get(`${base}/plans/${plan}/changes`);
      }
      if (!(here?.plan && read.plan && here.plan.version > read.plan.version)) here = read;
    }
  } catch (error) {
    if (error.status === 404) notice(word("not_yours"), [[word("all_workspaces"), () => change({ space: "", plan: "", incident: "" })]]);
    else failed(error, reload);
  }
  again();
}

/** Why plans no longer fit today's network, by id: of the version in force, else of the one worked on. */
async function staleOf(base, items) {
  const told = await Promise.all(items.map(async (one) => {
    const version = one.in_force ?? one.open;
    return version?.kept.document.annex ? [one.id, await get(`${base}/plans/${one.id}/stale?which=${one.in_force ? "in_force" : "open"}`)] : [one.id, []];
  }));
  return new Map(told);
}

export function reload() { asking = ""; again(); }

const spaceList = () => table(word("workspaces"), [{ key: "name", label: word("name") }, { key: "id", label: "", show: (row) => button(word("open"), () => change({ space: row.id })) }], spaces, { empty: word("none_yet") });
const newSpace = () => form("space", async ({ name }) => {
  try { const made = await post("workspaces", { name }); forget("space"); change({ space: made.id }); } catch (error) { failed(error); }
}, [line("space", "name", word("new_workspace"), "", { required: true, maxlength: 120 })], word("make_it"));

const partyList = () => make("section", {}, table(word("parties"), [{ key: "organisation", label: word("organisation"), show: (row) => `${row.name ?? row.organisation}${row.organisation === me.organisation ? ` (${word("we")})` : ""}` },
  { key: "key", label: word("public_key"), show: (row) => (here.keys.some((one) => one.organisation === row.organisation) ? word("registered") : word("no_key")) }], here.parties),
form("invite", async ({ organisation }) => {
  try { await post(`${here.base}/parties`, { organisation: organisation.trim() }); forget("invite"); reload(); } catch (error) { failed(error); }
}, [line("invite", "organisation", word("invite"), "", { required: true, pattern: "[0-9a-f]{32}", title: word("id_form") })], word("add")),
form("key", async ({ key }) => {
  try { await post(`${here.base}/keys`, { public_key: key.trim() }); forget("key"); reload(); } catch (error) { failed(error); }
}, [line("key", "key", word("our_key"), "", { required: true })], word("register")));

const planList = () => table(word("tab_plans"), [{ key: "title", label: word("name") }, { key: "state", label: word("status") }, { key: "id", label: "", show: (row) => button(word("open"), () => change({ plan: row.id })) }],
  here.plans.map((one) => { const version = one.open ?? one.in_force; return { id: one.id, title: version.kept.document.title, state: [one.in_force && word("state_in force"), one.open && word(`state_${one.open.state}`), here.stale.get(one.id)?.length && word("stale_short")].filter(Boolean).join("; ") }; }), { empty: word("none_yet") });

const auditLog = () => make("details", { class: "log" }, make("summary", {}, word("log")), table(word("log"), [{ key: "number", label: "#", number: true }, { key: "at", label: word("since") }, { key: "person", label: word("who") }, { key: "deed", label: word("did") }],
  here.log.map((one) => ({ number: one.number, at: moment(one.at), person: one.actor, deed: inWords(one.action) })).reverse()));

/** What an entry of the log says was done: "add plan", "enter 'declared' in incident". */
function inWords(action) {
  const [, verb, step, thing] = /^(\S+) (?:'(\w+)' in )?(.+)$/.exec(action) ?? ["", action, "", ""];
  return [word("deed_of", { deed: named("deed", verb), thing: named("thing", thing) }), step && named("step_of", step)].filter(Boolean).join(": ");
}

async function newPlan(document) {
  try { const made = await post(`${here.base}/plans`, document); forget("plan"); change({ plan: made.id }); } catch (error) { failed(error); }
}

let last = Promise.resolve(); // steps and edits go one after another: a second click waits for the first
const inTurn = (act) => (...asked) => { last = last.then(() => act(...asked)); return last; };

/** Show what the service answered, in what is on the screen by then: it may have been read anew meanwhile. */
function keep(plan) {
  if (here?.plan?.id === plan.id && here.plan.version <= plan.version) here.plan = plan;
}

/** One step of the plan, from the version that is on the screen. */
const step = inTurn(take);

async function take(asked) {
  try {
    keep(await post(`${here.base}/plans/${here.plan.id}/steps`, asked, ETAGGED(here.plan.etag)));
    if (asked.step === "object") forget("objection");
    if (asked.step === "sign") forget("signature");
    clear();
    reload();
  } catch (error) {
    if (error.status === 412) notice(word("changed_meanwhile"), [[word("read_newest"), reload]]);
    else if (error.slug === "bad-signature") notice([word("bad_signature"), " ", prose(`(${error.message})`)], [[word("read_newest"), reload]]);
    else failed(error);
  }
}

/** What the service found wrong, by section, entry and field: Roles 2, Organisation: is empty. */
function wrongPlaces(document, places) {
  return places.flatMap(({ pointer, message, cure }, i) => {
    const steps = pointer.split("/").slice(1), value = steps.reduce((one, key) => one?.[key], document);
    const place = steps.map((one) => (/^\d+$/.test(one) ? ` ${Number(one) + 1}` : `, ${spelt(one)}`)).join("").replace(/^, /, "");
    return [`${i ? " · " : ""}${place}: `, value === "" || value === null ? word("is_empty") : prose([message, cure].filter(Boolean).join(": "))];
  });
}

const edit = inTurn(async (document, form = "edit") => {
  try {
    keep(await (await ask(`${here.base}/plans/${here.plan.id}`, { method: "PUT", body: document, ...ETAGGED(here.plan.etag) })).json());
    forget(form);
    clear();
    reload();
  } catch (error) {
    if (error.status === 422 && error.places.length) notice(wrongPlaces(document, error.places));
    else if (error.status === 412) notice(word("changed_meanwhile"), [[word("read_newest"), reload]]);
    else failed(error);
  }
});
