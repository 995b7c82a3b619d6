"""The page at /docs: written from the OpenAPI description, with nothing loaded from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from starlette.responses import HTMLResponse

POLICY = ("default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --strong: #0b6e8a }
@media (prefers-color-scheme: dark) { :root { --strong: #6cc5de } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1, h2, h3 { line-height: 1.2 } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line) }
code, pre, textarea { font: 14px/1.45 ui-monospace, monospace }
pre, textarea { background: var(--soft); padding: .8rem; overflow: auto; max-height: 30rem }
textarea { width: 100%; box-sizing: border-box; min-height: 16rem; color: inherit; border: 1px solid
  var(--line) }
table { border-collapse: collapse; width: 100% } a { color: var(--strong) }
td, th { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-top: 1px solid
  var(--line) }
.verb { color: var(--strong); font-weight: 700 } button { font: inherit; padding: .3rem 1rem }
"""

SCRIPT = """\
const form = document.querySelector("#try");
const answer = document.querySelector("#answer");
form.querySelector("button").addEventListener("click", async () => {
  answer.textContent = "asking ...";
  const start = performance.now();
  try {
    const reply = await fetch("score", { method: "POST", body: form.querySelector("textarea").value,
      headers: { "Content-Type": "application/json" } });
    const text = await reply.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* shown as it came */ }
    const took = Math.round(performance.now() - start);
    answer.textContent = `${reply.status} ${reply.statusText} in ${took} ms\\n\\n${shown}`;
  } catch (error) { answer.textContent = String(error); }
});
"""


def response(openapi: Mapping[str, Any]) -> HTMLResponse:
    """The whole page, forbidden by its own policy to load anything from elsewhere."""
    return HTMLResponse(page(openapi), headers={
        "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"})


def page(openapi: Mapping[str, Any]) -> str:
    """Routes, a box to try, and every type with its fields."""
    schemas = openapi["components"]["schemas"]
    example = {"events": [], **schemas["ScoreRequest"]["examples"][0]}
    routes = "".join(_route(path, verb, operation)
                     for path, verbs in openapi["paths"].items()
                     for verb, operation in verbs.items())
    types = "".join(_type(name, schema) for name, schema in sorted(schemas.items()))
    info = openapi["info"]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])} API</title>
<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>
<h1>{escape(info["title"])} API {escape(info["version"])}</h1>
<p>{escape(info["description"])}</p>
<p>Machine-readable: <a href="openapi.json">openapi.json</a>. Names you may use:
<a href="names">names</a>.</p>
<h2>Routes</h2><table>{routes}</table>
<h2>Try it</h2><div id="try"><label>Body of <code>POST /score</code>
<textarea spellcheck="false">{escape(json.dumps(example, indent=2))}</textarea></label>
<p><button type="button">Send</button></p></div><pre id="answer" aria-live="polite"></pre>
<h2>Types</h2>{types}
<script src="docs.js"></script></body></html>"""


def _route(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    takes = f"takes {_kind(body['schema'])}; " if body else ""
    good = next(code for code in operation["responses"] if code.startswith("2"))
    content = operation["responses"][good].get("content", {})
    shape = content.get("application/json", {}).get("schema")
    reply = _kind(shape) if shape else ", ".join(map(escape, content)) or "nothing (done)"
    others = ", ".join(code for code in operation["responses"] if code != good)
    failing = f"; problems: {others}" if others else ""
    words = escape(operation.get("description", ""))
    return (f'<tr><td class="verb">{verb.upper()}</td><td><code>{escape(path)}</code></td>'
            f"<td>{words}<br>{takes}answers {reply}{failing}</td></tr>")


def _type(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{'' if field in required else ' (optional)'}</td>"
        f"<td>{_kind(about)}</td><td>{escape(about.get('description', ''))}</td></tr>"
        for field, about in schema.get("properties", {}).items())
    return (f'<h3 id="{escape(name)}">{escape(name)}</h3>'
            f"<p>{escape(schema.get('description', ''))}</p><table>{rows}</table>")


def _kind(schema: Mapping[str, Any]) -> str:
    """A type in a few words, with links to the types it is made of and its limits."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(_kind(option) for option in schema[choice])
    if "const" in schema:
        return f"<code>{escape(json.dumps(schema['const']))}</code>"
    words = str(schema.get("type", "any"))
    if words == "array":
        inner = schema.get("items") or {}
        words = f"list of {_kind(inner)}" if inner else "list of numbers"
    elif schema.get("format"):
        words = str(schema["format"])
    limits = [f"{sign} {schema[key]:g}" for key, sign in (
        ("minimum", "&ge;"), ("exclusiveMinimum", "&gt;"), ("maximum", "&le;"),
        ("exclusiveMaximum", "&lt;")) if key in schema]
    limits += [f"at most {schema[key]}" for key in ("maxItems", "maxLength") if key in schema]
    return words + (f" ({', '.join(limits)})" if limits else "")
