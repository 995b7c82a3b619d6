// The draft by sections: fields made from the schema of plans, kept while typed, saved as a draft without signatures.
import { get } from "./api.js";
import { button, make } from "./dom.js";
import { countriesOf } from "./depend.js";
import { forget, said, say } from "./forms.js";
import { failed } from "./notice.js";
import { planned } from "./plan_form.js";
import { field, plainSchema, spelt } from "./schema_form.js";
import { state } from "./state.js";
import { told } from "./whatif.js";
import { word } from "./words.js";

const HEAD = ["title", "classification", "effective_date", "review_date"], HIDDEN = ["schema", "annex"];
let schema = null;

/** The working copy of a document: as it was typed so far, with the digest that it was begun from. */
function copyOf(version, plan) {
  const kept = said(`sections-${plan}`, "copy");
  return kept ? JSON.parse(kept) : { base: version.digest, document: structuredClone(version.kept.document) };
}

export function editor(data, here, version, act, again) {
  if (!schema) {
    get("schemas/plan-v1.json").then((found) => { schema = found; again(); }).catch((error) => failed(error, again));
    return make("p", {}, word("asking"));
  }
  const { id } = here.plan, copy = copyOf(version, id);
  const about = { defs: schema.$defs, again, choices: (name) => choices(name, data, copy.document, here), special: (name, value, set) => special(name, value, set, copy.document, changed, again), changed };
  function changed() { say(`sections-${id}`, "copy", JSON.stringify(copy)); save.disabled = drop.disabled = false; }
  const untouched = !said(`sections-${id}`, "copy");
  const save = button(word("save_sections"), () => act.edit(emptied(copy.document), `sections-${id}`), { class: "strong", disabled: untouched });
  const drop = button(word("undo_typing"), () => { forget(`sections-${id}`); again(); }, { disabled: untouched });
  const part = (name) => field(name, schema.properties[name], copy.document[name], (next) => { copy.document[name] = next; }, about);
  const sections = Object.keys(schema.properties).filter((name) => !HEAD.includes(name) && !HIDDEN.includes(name));
  return make("div", { class: "sections" }, copy.base !== version.digest && make("p", { class: "problem" }, word("typed_on_older")),
    make("div", { class: "fields" }, HEAD.map(part)),
    sections.map((name) => make("details", { class: `part part-${name}` }, make("summary", {}, spelt(name), counted(copy.document[name])), part(name))),
    make("p", { class: "note" }, word("save_voids")), make("p", { class: "acts" }, save, drop));
}

const counted = (value) => (Array.isArray(value) ? ` (${value.length})` : value ? "" : ` (${word("none")})`);

/** What a field may be, where that is known: parties by name, countries by name, planned scenarios. */
function choices(name, data, document, here) {
  if (["declared_by", "owner", "public_message_by"].includes(name)) return document.parties.map((one) => [one.organisation, one.name]);
  if (name === "organisation") return here.parties.map((one) => [one.organisation, one.name ?? one.organisation]);
  if (name === "country") return countriesOf(data);
  return name === "scenario" ? document.scenarios.map((one) => [one.id, one.name]) : null;
}

/** A planned failure is what is broken under What if, in words; it is not typed. */
function special(name, value, set, document, changed, again) {
  if (name !== "event") return null;
  const { events } = state();
  const take = () => { set(planned(document.title)); changed(); again(); };
  return make("div", { class: "event" }, make("p", {}, value?.kind ? inWords(value) : word("no_event_yet")),
    events.length ? button(word("take_broken", { what: events.map(told).join("; ") }), take, { class: "small" }) : make("p", { class: "note" }, word("break_first")));
}

const inWords = (event) => (event.kind === "together" ? event.parts.map(told).join("; ") : told(event));

/** Empty texts of what may be left out are left out; the service says what else is missing. */
function emptied(document) {
  return Object.fromEntries(Object.entries(document).filter(([name, value]) => !(value === null && plainSchema(schema.properties[name], schema.$defs).optional)));
}
