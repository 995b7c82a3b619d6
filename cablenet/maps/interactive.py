"""`explore`: an interactive map in one HTML text that asks nothing of the network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from cablenet.maps import vendored
from cablenet.maps.payload import MapPayload, map_payload
from cablenet.maps.projection import INDO_PACIFIC, window_of
from cablenet.network import Network
from cablenet.scoring import Scores

Bounds = tuple[tuple[float, float], tuple[float, float]]
OPENING: Bounds = ((28.0, -36.0), (206.0, 50.0))
"""What the map of a whole world opens on: from Suez to Hawaii."""


@dataclass(frozen=True, eq=False)
class Explorer:
    """An interactive map: shows itself in a notebook, and saves as one self-contained file."""

    title: str
    html: str

    def __repr__(self) -> str:
        return f"<Explorer '{self.title}': {len(self.html) / 1e6:.1f} MB; .save(path) writes it>"

    def _repr_html_(self) -> str:
        return (f'<iframe srcdoc="{html.escape(self.html)}" title="{html.escape(self.title)}" '
                'style="width:100%;height:640px;border:0" allowfullscreen></iframe>')

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page; it appears whole or not at all."""
        target = Path(path)
        part = target.with_name(f".{target.name}.part")
        part.write_text(self.html, encoding="utf-8")
        part.replace(target)
        return target


@dataclass(frozen=True)
class MapParts:
    """The pieces of an interactive map that a page puts where it likes.

    `figure` goes into the body once, `style` into a style element, `data` into the body after the
    figure and `script` into a module script at the end.
    """

    figure: str
    style: str
    data: str
    script: str


def explore(net: Network, scores: Scores | None = None, *, title: str = "") -> Explorer:
    """The network as an interactive map, with a picker of what has failed.

    Raises
    ------
    ReadError
        MapLibre has not been fetched; the message names the command
    """
    payload = map_payload(net, scores, title=title)
    return Explorer(payload.title, page(payload, opening_of(net)))


def page(payload: MapPayload, bounds: Bounds = OPENING) -> str:
    """A whole HTML page that is nothing but the map."""
    parts = map_parts(payload, bounds, full=True)
    base = "html,body{margin:0;height:100%;color-scheme:light dark}"
    policy = content_policy([base + parts.style], [parts.script])
    return (f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{policy}\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>{html.escape(payload.title)}</title>\n"
            f"<style>{base}{parts.style}</style>\n</head>\n<body>\n{parts.figure}\n{parts.data}\n"
            f'<script type="module">{parts.script}</script>\n</body>\n</html>\n')


def map_parts(payload: MapPayload, bounds: Bounds = OPENING, *, full: bool = False) -> MapParts:
    """The pieces of the map, for a page of one's own; one map a page."""
    frame = asset("map.html").replace("{{bounds}}", json.dumps(bounds)).replace(
        "{{full}}", " cn-full" if full else "").replace(
        "{{title}}", html.escape(payload.title)).replace(
        "{{credit}}", html.escape(str(payload.data["credit"])))
    data = "\n".join(
        f'<script type="application/octet-stream" id="{key}">{text}</script>'
        for key, text in (("cn-maplibre", _packed("maplibre-gl.mjs")),
                          ("cn-worker", _packed("maplibre-gl-worker.mjs")),
                          ("cn-payload", payload.packed())))
    style = vendored.read_vendored("maplibre-gl.css").decode() + asset("map.css")
    return MapParts(frame, style, data, asset("map.js"))


def opening_of(net: Network) -> Bounds:
    """What the map opens on: the Indo-Pacific, or all of a small network."""
    window = window_of(net)
    if window == INDO_PACIFIC:
        return OPENING
    return (window.west, window.south), (window.east, window.north)


def content_policy(styles: list[str], scripts: list[str]) -> str:
    """A policy that lets exactly these texts run and forbids every request to the outside.

    `blob:` and `data:` are for MapLibre's own two files, which are unpacked inside the page (of a
    page opened from a disk, whose origin is null, MapLibre starts its worker from `data:`).
    """
    def listed(texts: list[str]) -> str:
        digests = (hashlib.sha256(text.encode()).digest() for text in texts)
        return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)

    rules = (f"default-src 'none'; script-src {listed(scripts)} blob:; worker-src blob: data:; "
             f"connect-src blob:; style-src {listed(styles)}; img-src data: blob:; "
             "base-uri 'none'; form-action 'none'")
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def asset(name: str) -> str:
    """One of our own template files."""
    return (resources.files("cablenet.maps") / "assets" / name).read_text(encoding="utf-8")


def _packed(name: str) -> str:
    content = gzip.compress(vendored.read_vendored(name), 9, mtime=0)
    return base64.b64encode(content).decode("ascii")
