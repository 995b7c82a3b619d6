// A first draft of a plan from a few fields; everything else is edited in its text.
import { make } from "./dom.js";
import { countriesOf } from "./depend.js";
import { form, line, number, pick } from "./forms.js";
import { outage } from "./outage.js";
import { state } from "./state.js";
import { told } from "./whatif.js";
import { word } from "./words.js";

const in_ = (days) => new Date(Date.now() + 864e5 * days).toISOString().slice(0, 10);

/** The failures of the view as one planned event. */
export function planned(name) {
  const { events } = state();
  if (events.length === 1) return { ...events[0], ...(events[0].kind === "named_event" ? {} : { name }) };
  const parts = events.filter((one) => one.kind !== "named_event");
  return parts.length ? { kind: "together", name, parts } : events[0];
}

/** How many cables the failures of the view break. */
const cablesHit = (data) => new Set((outage().outage?.links ?? []).map((id) => data.links.features[id]?.properties.c).filter((c) => c !== undefined)).size;

export function draftForm(data, me, here, make_) {
  const { events } = state(), countries = countriesOf(data);
  if (!events.length) return make("p", { class: "note" }, word("draft_needs_failure"));
  return make("section", {}, make("h3", {}, word("new_plan")), make("p", { class: "note" }, word("draft_about", { what: events.map(told).join("; ") })),
    form("plan", (asked) => make_(documentOf(asked, me, here)), [
      line("plan", "title", word("title"), "", { required: true, maxlength: 120 }),
      ...here.parties.map((party, i) => pick("plan", `country${i}`, word("country_of", { name: party.name ?? party.organisation.slice(0, 8) }), countries, countries[i]?.[0])),
      line("plan", "effective", word("effective"), in_(0), { type: "date", required: true }), line("plan", "review", word("review"), in_(365), { type: "date", required: true }),
      number("plan", "people", word("activate_at"), 1, { min: 1 }), number("plan", "cables", word("activate_cables"), Math.max(1, cablesHit(data)), { min: 1 }), number("plan", "permit", word("permit_hours"), 48, { min: 1 }),
      line("plan", "office", word("lead_office"), "", { required: true }), line("plan", "contact", word("contact"), "", { required: true })], word("draft_it")));
}

function documentOf(asked, me, here) {
  const parties = here.parties.map((party, i) => ({ organisation: party.organisation, name: party.name ?? party.organisation, country: asked[`country${i}`] }));
  return { title: asked.title, effective_date: asked.effective, review_date: asked.review, parties,
    scope: { countries: [...new Set(parties.map((one) => one.country))] },
    scenarios: [{ id: "s1", name: state().events.map(told).join("; ").slice(0, 120), event: planned(asked.title) }],
    triggers: [["people_isolated", asked.people], ["cables_cut", asked.cables]].map(([metric, least]) => ({ metric, at_least: Number(least), level: "activate", declared_by: me.organisation, declare_within_hours: 4 })),
    roles: [{ role: "lead authority", organisation: me.organisation, office: asked.office, contact_reference: asked.contact }],
    permits: [...new Map(parties.map((one) => [one.country, { country: one.country, single_window: one.name, max_hours_to_issue: Number(asked.permit) }])).values()],
    communications: { initial_report: word("first_report"), sitrep_every_hours: 12, post_incident_report_days: 30, public_message_by: me.organisation } };
}
