"""The reference pages, written from the code: names, commands, routes, metrics, errors, the map."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import cablenet as cn
from cablenet import errors, schema
from cablenet.metrics import METRICS

CHAPTERS = {
    "The map and the network": ("catalogue", "layers", "network", "files", "readers"),
    "What may fail": ("scenarios", "hazards"),
    "How bad it is": ("scoring", "metrics", "flow_answer", "traffic", "uncertainty", "risk",
                       "validation"),
    "Every failure": ("sweeps",),
    "Plans": ("planning",),
    "Repairs": ("repair",),
    "Studies and pictures": ("study", "maps", "errors"),
}


def pages() -> dict[str, str]:
    """Every reference page by its name, as Markdown."""
    return {
        "python": python_page(), "command_line": command_page(), "http": http_page(),
        "metrics": metrics_page(), "errors": errors_page(), "map_tables": tables_page(),
    }


def python_page() -> str:
    """Every public name of `cablenet`, by what it is for."""
    left = {name: home for home, names in cn._HOME.items() for name in names}
    parts = ["# The Python reference", "Every public name: `import cablenet as cn`, then "
             "`cn.<name>`. Nothing deeper is promised to stay."]
    for title, rooms in CHAPTERS.items():
        names = sorted(name for name, home in left.items() if home.split(".")[0] in rooms)
        parts += [f"## {title}", *(_entry(name) for name in names)]
        left = {name: home for name, home in left.items() if name not in names}
    if left:
        parts += ["## More", *(_entry(name) for name in sorted(left))]
    return "\n\n".join(parts)


def _entry(name: str) -> str:
    thing = getattr(cn, name)
    if inspect.isclass(thing):
        kind = "autoclass"
    elif callable(thing):
        kind = "autofunction"
    else:
        return f"### {name}\n\n`cn.{name}`: {_value(thing)}"
    return f"### {name}\n\n```{{eval-rst}}\n.. {kind}:: cablenet.{name}\n```"


def _value(thing: Any) -> str:
    names = thing if not isinstance(thing, dict) else list(thing)
    return ", ".join(f"`{getattr(item, 'id', item)}`" for item in names)


def command_page() -> str:
    """Every command with its options, as the program tells them."""
    told = subprocess.run(
        [sys.executable, "-m", "typer", "cablenet.cli.entry", "utils", "docs", "--name",
         "cablenet", "--title", "The command line"],
        check=True, capture_output=True, text=True).stdout
    return told.replace("\n# The command line", "# The command line", 1)


def http_page() -> str:
    """Every route with what it asks and answers, from the service's own OpenAPI document."""
    from cablenet_api.app import create_app
    from cablenet_api.settings import Settings

    document = create_app(Settings()).openapi()
    parts = ["# The HTTP reference", "Every route of `cablenet serve`, from its OpenAPI document "
             "(`/openapi.json` when it runs). [The service](../service.md) says how they play "
             "together."]
    for path, operations in sorted(document["paths"].items()):
        for verb, operation in operations.items():
            told = operation.get("description") or operation.get("summary", "")
            answers = ", ".join(sorted(operation["responses"]))
            parts += [f"## `{verb.upper()} {path}`", told, *_parameters(operation),
                      f"Answers: {answers}."]
    return "\n\n".join(parts)


def _parameters(operation: dict[str, Any]) -> Iterable[str]:
    asked = operation.get("parameters", [])
    if asked:
        rows = [f"| `{one['name']}` | {one['in']} | {_cell(one.get('description', ''))} |"
                for one in asked]
        yield "\n".join(["| parameter | in | meaning |", "|---|---|---|", *rows])
    body = operation.get("requestBody", {}).get("content", {})
    for kind, content in body.items():
        title = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        yield f"Body: `{kind}`" + (f", `{title}`." if title else ".")


def metrics_page() -> str:
    """Every metric and every column of a score."""
    parts = ["# Metrics and their columns", "[The model](../model.md) has the formulas."]
    for name, metric in sorted(METRICS.items()):
        rows = [f"| `{one.name}` | {one.unit} | {'yes' if one.monotone else 'no'} | {where} | "
                f"{_cell(one.meaning)} |"
                for where, headings in (("scenario", metric.headings),
                                        ("country", metric.country_headings))
                for one in headings]
        parts += [f"## `{name}`", "\n".join(
            ["| column | unit | monotone | of a | meaning |", "|---|---|---|---|---|", *rows])]
    return "\n\n".join(parts)


def errors_page() -> str:
    """Every error the library raises."""
    found = [thing for _, thing in inspect.getmembers(errors, inspect.isclass)
             if thing.__module__ == errors.__name__ and issubclass(thing, Exception)]
    rows = [f"| `{one.__name__}` | {', '.join(base.__name__ for base in one.__bases__)} | "
            f"{_cell((inspect.getdoc(one) or '').splitlines()[0])} |" for one in found]
    return "\n\n".join(["# Errors", "Each is also a builtin, so that callers may catch what they "
                        "know.", "\n".join(["| error | is a | when |", "|---|---|---|", *rows])])


def tables_page() -> str:
    """Every table and column of a map."""
    return "# The tables of a map\n\n" + schema.markdown().replace("### ", "## ")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
