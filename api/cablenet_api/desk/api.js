// Ask the service: JSON in and out, problems as errors with a plain sentence, one token.
import { word } from "./words.js";

const KEY = "cablenet-token";
let wanted = () => {};

/** What went wrong, in a sentence; `places` point into what was sent. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `${status}`);
    this.status = status;
    this.slug = String(problem.type ?? "").split("/").pop();
    this.places = problem.problems ?? [];
  }
}

/** The service cannot be reached; nothing was lost, trying again may help. */
export class Unreachable extends Error {
  constructor() { super(word("unreachable")); }
}

export const token = () => sessionStorage.getItem(KEY) ?? "";
export function setToken(value) {
  if (value) sessionStorage.setItem(KEY, value); else sessionStorage.removeItem(KEY);
}
/** Who to call when the service asks for a login. */
export const onLogin = (act) => { wanted = act; };

export async function ask(path, { method = "GET", body, headers = {}, signal } = {}) {
  const sent = { ...headers };
  if (token()) sent.Authorization = `Bearer ${token()}`;
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let reply;
  try {
    reply = await fetch(path, { method, headers: sent, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (reply.ok) return reply;
  const problem = await reply.json().catch(() => ({}));
  if (reply.status === 401) wanted();
  throw new Refused(reply.status, problem);
}

export const get = async (path, more) => (await ask(path, more)).json();
export const post = async (path, body, more) => (await ask(path, { method: "POST", body, ...more })).json();

/** Server-sent events of a job, with our token (EventSource cannot send one): until it ends. */
export async function follow(path, tell, signal) {
  let last = 0;
  for (;;) {
    const reply = await ask(path, { headers: { "Last-Event-ID": String(last) }, signal });
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "", status = null;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
      const blocks = text.split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
        if (fields.id) last = Number(fields.id);
        if (fields.data) { status = JSON.parse(fields.data); tell(status); }
      }
    }
    if (status && !["accepted", "running"].includes(status.status)) return status;
    if (!status) {
      const now = await get(path.replace(/\/events$/, ""), { signal });
      tell(now);
      if (!["accepted", "running"].includes(now.status)) return now;
    }
  }
}
