// One line above the panel for what went wrong, in a plain sentence with a way on.
import { Refused, Unreachable } from "./api.js";
import { button, find, prose } from "./dom.js";
import { spoken, word } from "./words.js";

/** Show a sentence and what can be done: pairs of a label and an act. */
export function notice(sentence, ways = []) {
  const line = find("#notice");
  line.replaceChildren(...[sentence].flat(), ...ways.map(([label, act]) => button(label, () => { clear(); act(); })), button("×", clear, { "aria-label": word("close"), class: "close" }));
  line.lang = spoken(); // it stays as it was said when the reader takes another language
  line.className = "";
  line.hidden = false;
}

/** Say that something went well; it goes by itself. */
export function done(sentence) {
  notice(sentence);
  const line = find("#notice");
  line.className = "good";
  setTimeout(() => { if (line.className === "good" && line.textContent.startsWith(sentence)) clear(); }, 8000);
}

export function clear() {
  const line = find("#notice");
  line.hidden = true;
  line.replaceChildren();
}

/** Say what went wrong; `again` does it once more. */
export function failed(error, again) {
  if (error.name === "AbortError") return;
  if (error instanceof Unreachable) { notice(word("unreachable"), again ? [[word("again"), again]] : []); return; }
  if (error instanceof Refused) {
    const told = error.places.length ? error.places.map((one) => [one.message, one.cure].filter(Boolean).join(": ")).join(" · ") : error.message;
    notice(error.status === 401 ? word("please_sign_in") : prose(told), again ? [[word("again"), again]] : []);
    return;
  }
  console.error(error);
  notice(word("own_fault", { what: error.message }));
}
