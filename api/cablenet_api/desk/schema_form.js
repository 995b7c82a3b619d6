// Fields of a form made from a JSON Schema: what the service takes is what can be typed, and no other list of fields is kept.
import { button, make, prose } from "./dom.js";
import { named, word } from "./words.js";

/** A name of a field as people read it: max_hours_to_issue, Max hours to issue. */
export const spelt = (name) => { const told = named("f", name); return told === name ? (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("_", " ") : told; };

/** A schema with references and "or null" taken away; `optional` says whether null was among the choices. */
export function plainSchema(schema, defs) {
  if (schema.$ref) return { ...defs[schema.$ref.split("/").pop()], ...(schema.description ? { description: schema.description } : {}) };
  const kinds = schema.anyOf?.filter((one) => one.type !== "null");
  return kinds?.length === 1 ? { ...schema, ...plainSchema(kinds[0], defs), optional: true } : schema;
}

/** The least that a new entry of a schema holds. */
export function blank(schema, defs) {
  const own = plainSchema(schema, defs);
  if (own.default !== undefined && own.default !== null) return structuredClone(own.default);
  if (own.optional) return null;
  if (own.type === "object") return Object.fromEntries(Object.entries(own.properties ?? {}).map(([name, one]) => [name, blank(one, defs)]));
  if (own.type === "array") return [];
  return own.type === "boolean" ? false : own.enum ? own.enum[0] : own.type === "string" ? "" : null;
}

/**
 * The field of one value.
 * @param about {defs, choices(name) -> [[value, label]] or null, special(name, value, set) -> node or null, changed(), again()}
 * @param set takes the new value; null empties what is optional
 */
export function field(name, schema, value, set, about) {
  const own = plainSchema(schema, about.defs);
  const made = about.special?.(name, value, set);
  if (made) return made;
  if (own.type === "array" && plainSchema(own.items, about.defs).type === "object") return entries(name, own, value ?? [], set, about);
  if (own.type === "object" && own.properties) return group(name, own, value, set, about);
  return make("label", { title: own.description }, spelt(name), input(name, own, value, (next) => { set(next); about.changed(); }, about));
}

function group(name, own, value, set, about) {
  if (!value) return make("p", {}, button(word("add_x", { name: spelt(name) }), () => { set(blank({ ...own, optional: false }, about.defs)); about.changed(); about.again(); }));
  return make("fieldset", {}, make("legend", {}, spelt(name)), own.description && make("p", { class: "note" }, prose(own.description)), fields(own, value, about));
}

/** Every property of an object. */
export const fields = (own, value, about) => make("div", { class: "fields" }, Object.entries(own.properties).map(([name, one]) => field(name, one, value[name], (next) => { value[name] = next; }, about)));

function entries(name, own, list, set, about) {
  const item = plainSchema(own.items, about.defs);
  const change = (next) => { set(next); about.changed(); about.again(); };
  return make("div", { class: "entries" }, item.description && make("p", { class: "note" }, prose(item.description)),
    list.map((one, i) => make("fieldset", {}, make("legend", {}, `${spelt(name)} ${i + 1}`), fields(item, one, about),
      button(word("remove"), () => change(list.filter((_, j) => j !== i)), { class: "small", "aria-label": word("remove_x", { name: `${spelt(name)} ${i + 1}` }) }))),
    button(word("add_x", { name: spelt(name) }), () => change([...list, blank(own.items, about.defs)]), { "data-add": name }));
}

const SHORT = { date: "date" };
function input(name, own, value, set, about) {
  const choices = own.enum?.map((one) => [one, named("v", one)]) ?? about.choices?.(name);
  if (own.type === "array") {
    const made = make("textarea", { rows: 2, placeholder: word("one_a_line"), oninput: () => set(made.value.split("\n").map((one) => one.trim()).filter(Boolean)) });
    made.value = (value ?? []).join("\n");
    return made;
  }
  if (own.type === "object") return shares(value ?? {}, set);
  if (own.type === "boolean") return make("input", { type: "checkbox", checked: Boolean(value), onchange: (event) => set(event.target.checked) });
  if (choices && own.type === "string") {
    const known = [...(own.optional || !value ? [["", "–"]] : []), ...choices, ...(value && !choices.some(([key]) => key === value) ? [[value, value]] : [])];
    return make("select", { onchange: (event) => set(event.target.value || (own.optional ? null : "")) }, known.map(([key, label]) => make("option", { value: key, selected: key === (value ?? "") }, label)));
  }
  if (own.type === "number" || own.type === "integer") {
    return make("input", { type: "number", step: own.type === "integer" ? 1 : "any", min: own.minimum, max: own.maximum, value: value ?? "", oninput: (event) => set(event.target.value === "" ? null : Number(event.target.value)) });
  }
  const long = own.maxLength > 1000;
  return make(long ? "textarea" : "input", { ...(long ? { rows: 2 } : { type: SHORT[own.format] ?? "text" }), maxlength: own.maxLength, value: value ?? "", oninput: (event) => set(event.target.value || (own.optional ? null : "")) });
}

/** Names with a number each, one a line: `dot: 0.5`. */
function shares(value, set) {
  const made = make("textarea", { rows: 2, placeholder: word("name_share"), oninput: () => set(Object.fromEntries(made.value.split("\n").map((one) => one.split(":")).filter(([key, share]) => key.trim() && share?.trim()).map(([key, share]) => [key.trim(), Number(share)]))) });
  made.value = Object.entries(value).map(([key, share]) => `${key}: ${share}`).join("\n");
  return made;
}
