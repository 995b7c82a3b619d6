// Score a scenario with the types that openapi-typescript made, and openapi-fetch: ADDRESS, TOKEN.
import createClient from "openapi-fetch";
import type { components, paths } from "./made.js";

declare const process: { argv: string[] }; // of Node
const [address, token] = process.argv.slice(2);
const client = createClient<paths>({
  baseUrl: address, headers: { Authorization: `Bearer ${token}` },
});
const lost: components["schemas"]["CableLoss"][] = ["ab", "da"].map(
  (cable) => ({ kind: "cable_loss", cable }));
const { data, error } = await client.POST("/score", {
  body: { events: [lost[0]!, { kind: "together", name: "both", parts: lost }] },
});
if (!data) throw new Error(JSON.stringify(error));
const refused = await client.POST("/score", {
  body: { events: [{ kind: "cable_loss", cable: "zz" }] },
});
const job = await client.POST("/processes/{process}/execution", {
  params: { path: { process: "worst" } }, body: { inputs: { k: 2 } },
});
if (!job.data || !("status" in job.data)) throw new Error(JSON.stringify(job.error));
console.log(JSON.stringify({
  isolated: data.scenarios.map((one) => one.values["isolated_countries"]),
  country: data.scenarios[1]!.countries[1]!.country, unit: data.headings[0]!.unit,
  refused: refused.error?.type, job: job.data.status,
}));
