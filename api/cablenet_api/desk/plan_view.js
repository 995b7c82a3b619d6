// One plan: its state, what is missing, what it says, what it does to countries, and the next step.
import { ask, post } from "./api.js";
import { button, find, make, prose } from "./dom.js";
import { save } from "./exports.js";
import { forget, form, lines, said, say } from "./forms.js";
import { done, failed, notice } from "./notice.js";
import { people, percent } from "./numbers.js";
import { bringIntoView } from "./outage.js";
import { change } from "./state.js";
import { editor } from "./plan_editor.js";
import { compare } from "./plan_history.js";
import { table } from "./table.js";
import { countryName, word } from "./words.js";

export function planView(data, me, here, act) {
  const { plan } = here, version = plan.open ?? plan.in_force, document = version.kept.document;
  return [make("h2", {}, document.title), make("p", { class: "state", "data-state": version.state }, make("strong", {}, word(`state_${version.state}`)), ` · ${word("version", { number: version.number })} · ${word("digest")} `, make("code", {}, version.digest.slice(0, 16))),
    stale(here),
    version.missing.length ? make("section", {}, make("h3", {}, word("missing")), make("ul", {}, version.missing.map((one) => make("li", {}, prose(one))))) : "",
    next(here, version, act), signatures(here, version), effects(data, version), objections(here, version),
    here.changes && table(word("changes"), [{ key: "sentence", label: word("changes_since"), show: (row) => prose(row.sentence) }], here.changes, { empty: word("no_changes") }),
    make("p", { class: "acts" }, ["md", "html", "pdf", "ics", "gpkg"].map((form_) => button(form_.toUpperCase(), () => print(here, form_)))),
    compare(here, act.again),
    version.state !== "in force" && make("details", { class: "by-sections" }, make("summary", {}, word("edit_sections")), editor(data, here, version, act, act.again)),
    version.state !== "in force" && make("details", { class: "edit" }, make("summary", {}, word("edit_text")), wholeText(document, act)),
    button(word("show_failures"), () => { bringIntoView(); change({ tab: "whatif", events: document.scenarios.flatMap((one) => one.event.kind === "together" ? one.event.parts : [one.event]) }); })];
}

/** The alarm when the network under a plan has changed since its effects were computed. */
function stale(here) {
  const why = here.stale.get(here.plan.id) ?? [];
  return why.length > 0 && make("section", { class: "stale", role: "alert" }, make("strong", {}, word("stale")), make("ul", {}, why.map((one) => make("li", {}, prose(one.sentence)))));
}

/** What can be done now: only steps that the state allows. */
function next(here, version, act) {
  const step = (name, more) => button(word(`step_${name}`), () => act.step({ step: name, ...more }), { class: "strong" });
  const steps = { draft: ["compute_annex", "submit"], "in review": ["approve", "withdraw"], signed: ["enter_into_force"], "in force": ["revise"] }[version.state] ?? [];
  return make("section", {}, make("h3", {}, word("next_step")), make("p", { class: "acts" }, steps.map((name) => step(name))),
    version.state === "in force" && activation(here, version, act),
    version.state === "in review" && [objectForm(act), signing(here, version, act)]);
}

/** Bring the plan to life: an incident with a forecast, for real or as an exercise. */
function activation(here, version, act_) {
  const act = async (simulated) => {
    try {
      const made = await post(`${here.base}/incidents`, { event: version.kept.document.scenarios[0].event, plan: here.plan.id, simulated });
      change({ incident: made.id });
      act_.reload();
      done(word(simulated ? "exercise_begun" : "activated"));
    } catch (error) { failed(error); }
  };
  return make("p", { class: "acts" }, button(word("activate"), () => act(false)), button(word("exercise"), () => act(true)));
}

const objectForm = (act) => form("objection", ({ text }) => act.step({ step: "object", text }), [lines("objection", "text", word("objection"), "", { required: true, rows: 2 })], word("step_object"));

/** The key stays with the signatory: the version goes out as a file, the signature comes back. */
function signing(here, version, act) {
  const box = lines("signature", "text", word("paste_signature"), "", { rows: 4, required: true });
  const file = make("input", { type: "file", accept: ".json,application/json", onchange: async () => {
    const text = await file.files[0].text();
    say("signature", "text", text);
    const now = find(".signing textarea"); // the panel may have been drawn anew while the file was read
    if (now) now.value = text;
  } });
  return make("section", { class: "signing" }, make("h3", {}, word("sign_title")), make("ol", {},
    make("li", {}, button(word("take_version"), () => print(here, "export")), ` ${word("version_file")}`),
    make("li", {}, word("sign_command"), make("pre", {}, `cablenet sign version.json --key key.pem --organisation ${version.unsigned[0] ?? "…"} --office "…" --out signature.json`)),
    make("li", {}, word("bring_signature"))),
  form("signature", ({ text }) => {
    let signature;
    try { signature = JSON.parse(text); } catch { notice(word("no_signature_file")); return; }
    act.step({ step: "sign", signature });
  }, [make("label", {}, word("signature_file"), file), box], word("step_sign")));
}

function signatures(here, version) {
  const parties = version.kept.document.parties;
  return table(word("signatures"), [{ key: "name", label: word("organisation") }, { key: "signed", label: word("signed"), show: (row) => (row.signed ? word("yes") : word("not_yet")) }],
    parties.map((one) => ({ name: one.name, signed: !version.unsigned.includes(one.organisation) })));
}

const effects = (data, version) => (version.kept.document.annex ? table(word("annex"), [{ key: "scenario", label: word("scenario") }, { key: "country", label: word("country") }, { key: "isolated", label: word("cut_off"), show: (row) => (row.isolated ? word("yes") : word("no")) },
  { key: "people_isolated", label: word("h_isolated_people"), number: true, show: (row) => people(row.people_isolated) }, { key: "unserved_share", label: word("h_unserved_tbps"), number: true, show: (row) => percent(row.unserved_share) }],
version.kept.document.annex.effects.flatMap((one) => one.countries.map((country) => ({ ...country, country: countryName(country.country, data.countries), scenario: version.kept.document.scenarios.find((s) => s.id === one.scenario)?.name ?? one.scenario })))) : "");

const objections = (here, version) => (version.kept.objections?.length ? table(word("objections"), [{ key: "text", label: word("objection") }], version.kept.objections) : "");

function wholeText(document, act) {
  const now = JSON.stringify(document, null, 1);
  if (said("edit", "text") && said("edit", "base") !== now.length + document.title) say("edit", "base", "");
  return make("div", {}, form("edit", ({ text }) => {
    try { act.edit(JSON.parse(text)); } catch (error) { notice(word("no_json", { what: error.message })); }
  }, [lines("edit", "text", word("whole_text"), now, { rows: 16, spellcheck: "false" })], word("save_draft")), button(word("undo_typing"), () => { forget("edit"); act.reload(); }));
}

async function print(here, form_) {
  try {
    const which = here.plan.open ? "open" : "in_force";
    const reply = await ask(`${here.base}/plans/${here.plan.id}/print/${form_}?which=${which}`);
    save(form_ === "export" ? "version.json" : `plan.${form_}`, reply.headers.get("content-type"), await reply.blob());
  } catch (error) { failed(error); }
}
