// Forms that forget nothing: what is typed survives a redraw, another tab, and a reload.
import { make } from "./dom.js";
import { word } from "./words.js";

const KEY = "cablenet-typed";
let typed = {};
try { typed = JSON.parse(sessionStorage.getItem(KEY) ?? "{}"); } catch { /* nothing was kept */ }

export const said = (form, name, otherwise = "") => typed[`${form}/${name}`] ?? otherwise;
export function say(form, name, value) {
  typed[`${form}/${name}`] = value;
  try { sessionStorage.setItem(KEY, JSON.stringify(typed)); } catch { /* full or private */ }
}
export function forget(form) {
  for (const key of Object.keys(typed)) if (key.startsWith(`${form}/`)) delete typed[key];
  try { sessionStorage.setItem(KEY, JSON.stringify(typed)); } catch { /* full or private */ }
}

const kept = (form, name, otherwise, attributes) => ({ name, value: said(form, name, otherwise), oninput: (event) => say(form, name, event.target.value), ...attributes });

export const number = (form, name, label, otherwise, more = {}) => make("label", {}, label, make("input", kept(form, name, String(otherwise), { type: "number", ...more })));
export const line = (form, name, label, otherwise = "", more = {}) => make("label", {}, label, make("input", kept(form, name, otherwise, { type: "text", ...more })));
export const lines = (form, name, label, otherwise = "", more = {}) => make("label", {}, label, make("textarea", kept(form, name, otherwise, { rows: 3, ...more })));
export function pick(form, name, label, options, otherwise) {
  const now = said(form, name, otherwise);
  return make("label", {}, label, make("select", { name, onchange: (event) => say(form, name, event.target.value) }, options.map(([value, text]) => make("option", { value, selected: value === now }, text))));
}

/** A form whose values go to `act` as an object of texts. */
export function form(name, act, fields, go = word("compute")) {
  const made = make("form", { class: "inline", "data-form": name, onsubmit: (event) => { event.preventDefault(); act(Object.fromEntries(new FormData(made))); } }, fields, make("button", { class: "strong" }, go));
  return made;
}
