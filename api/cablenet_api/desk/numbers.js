// Numbers as people read them.
import { spoken, word } from "./words.js";

const locale = () => ({ en: "en", ja: "ja-JP", hi: "hi-IN" })[spoken()];
const made = new Map();
function format(options) {
  const key = locale() + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Intl.NumberFormat(locale(), options));
  return made.get(key);
}

export const plain = (value, digits = 1) => format({ maximumFractionDigits: digits }).format(value);
export const short = (value) => format({ notation: "compact", maximumSignificantDigits: 3 }).format(value);

export function people(value) {
  return value >= 1e5 ? short(value) : plain(value, 0);
}

export function tbps(value) {
  if (value > 1e-6 && value < 0.05) return "< 0.1 Tbps";
  return `${plain(value, value < 10 ? 1 : 0)} Tbps`;
}

export function percent(share) {
  if (share >= 0.9995) return word("all_of_it");
  if (share > 0 && share < 0.01) return "< 1 %";
  return `${plain(100 * share, 0)} %`;
}

export function value(number, unit) {
  if (number === null || number === undefined) return "–";
  if (unit === "fraction") return percent(number);
  if (unit === "Tbps") return tbps(number);
  if (unit === "people" || unit === "users") return people(number);
  return Math.abs(number) >= 1e5 ? short(number) : plain(number);
}

export const moment = (time) => new Date(time).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
/** The name of a month, 0 to 11. */
export const monthName = (month) => new Date(2024, month, 15).toLocaleString(locale(), { month: "long" });
export const days = (hours) => `${plain(hours / 24, 1)} ${word("days")}`;
export const money = (musd) => `${plain(musd, musd < 10 ? 1 : 0)} M USD`;
