// A job that is opened by its link puts what it was asked into the fields of its tab, so that they say the same.
import { say } from "./forms.js";

const ASKED = {
  "cut-sets": ["depend", (asked) => ({ country: asked.countries?.[0] ?? "", unit: asked.unit, order: asked.max_order })],
  worst: ["worst", (asked) => ({ k: asked.k, unit: asked.unit, metric: asked.metric, country: asked.country ?? "" })],
  redundancy: ["build", (asked) => ({ country: asked.countries?.[0] ?? "", second: asked.countries?.[1] ?? "", budget: asked.budget_musd ?? "" })],
  repairs: ["repairs", (asked) => ({ days: asked.horizon_days, permit: asked.permit_days ?? "", month: asked.month ?? "", ...(asked.event.kind === "named_event" ? { event: asked.event.event } : {}) })],
};

export function recall({ processID, inputs }) {
  const [form, fields] = ASKED[processID] ?? [];
  if (!form || !inputs) return;
  for (const [name, value] of Object.entries(fields(inputs))) if (value !== undefined) say(form, name, String(value));
}
