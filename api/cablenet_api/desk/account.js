// Sign in with a personal token: kept for this tab of the browser only.
import { get, setToken, token } from "./api.js";
import { button, find, make } from "./dom.js";
import { word } from "./words.js";

export function openAccount(then) {
  const dialog = find("#login");
  if (dialog.open) return;
  const field = make("input", { type: "password", name: "token", autocomplete: "off", required: true, size: 40 });
  const problem = make("p", { role: "alert", class: "problem" });
  const form = make("form", { method: "dialog", onsubmit: async (event) => {
    event.preventDefault();
    setToken(field.value.trim());
    try {
      await get("me");
      dialog.close();
      then();
    } catch (error) {
      setToken("");
      problem.textContent = error.status === 401 ? word("bad_token") : error.message;
    }
  } }, make("label", {}, word("token"), field), problem, make("p", { class: "acts" }, make("button", { class: "strong" }, word("sign_in")),
    token() && button(word("sign_out"), () => { setToken(""); dialog.close(); then(); }), button(word("close"), () => dialog.close())));
  dialog.replaceChildren(make("h2", { id: "login-title" }, word("sign_in")), make("p", {}, word("token_help")), form);
  dialog.showModal();
}
