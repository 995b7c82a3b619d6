// The words of the page in the reader's language: one file of messages per language.
const LANGUAGES = ["en", "ja", "hi"];
let words = {}, english = {}, language = "en";

async function load(code) {
  const reply = await fetch(`desk/words/${code}.json`);
  if (!reply.ok) throw new Error(`no words for ${code}`);
  return reply.json();
}

export async function speak(code) {
  language = LANGUAGES.includes(code) ? code : "en";
  if (!english.desk) english = await load("en");
  words = language === "en" ? english : await load(language);
  document.documentElement.lang = language;
  document.title = `cablenet: ${word("desk")}`;
  document.querySelectorAll("[data-word]").forEach((node) => { node.textContent = word(node.dataset.word); });
  document.querySelectorAll("[data-label]").forEach((node) => { node.setAttribute("aria-label", word(node.dataset.label)); });
}

/** A message; `{name}` is filled from `values`. What a language lacks is said in English. */
export function word(key, values = {}) {
  const one = `${key}_one`, single = String(values.count ?? values.alone) === "1";
  if (single && (words[one] ?? (words[key] ? undefined : english[one]))) key = one;
  const text = words[key] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A name that comes from the service in the reader's words, or as it came where there are none. */
export const named = (kind, name) => (english[`${kind}_${name}`] === undefined ? String(name) : word(`${kind}_${name}`));

export const spoken = () => language;

/** Names of countries in the reader's language, as the browser knows them. */
export function countryName(code, known) {
  if (language === "en") return known[code] ?? code;
  try {
    return new Intl.DisplayNames([language], { type: "region" }).of(code) ?? known[code];
  } catch {
    return known[code] ?? code;
  }
}
