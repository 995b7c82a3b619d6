"""Measure a desk that runs: bytes on the wire, first paint, idle, click to colours.

    cablenet serve &
    python tests/desk/measure.py http://127.0.0.1:8000 2africa [chromium]

Chromium draws by software here, so a machine with a graphics card is faster. What else runs on the
machine is in these figures:
`server_processor_ms` is processor time of the thread that answers; the rest is wall time. A click
comes to a map at rest, as a person's does, and ends with the frame that shows the colours.
"""

from __future__ import annotations

import json
import shutil
import sys
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

GRAPHICS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader"]
REST = ("import('/desk/map.js').then((m) => new Promise((done) => "
        "{ m.theMap().once('idle', () => done()); m.theMap().triggerRepaint(); }))")


def measured(page: Any, talk: Any, wire: list[float], home: str, cable: str) -> dict[str, Any]:
    """One view from an empty cache, then a cable broken and mended five times."""
    page.goto(home)
    page.wait_for_selector("#map[data-ready=yes]", timeout=120_000)
    idle_s = page.evaluate("performance.now() / 1000")
    paint_s = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"
                            ) / 1000
    took, server, main = [], [], []
    page.on("response", lambda reply: reply.url.endswith("/desk/outage") and server.append(
        float(reply.headers["server-timing"].split("dur=")[2])))
    load_busy_s = busy(talk)
    for _ in range(5):
        page.evaluate(REST)
        page.evaluate("document.getElementById('map').removeAttribute('data-took-ms')")
        before = busy(talk)
        page.evaluate("(cable) => import('/desk/state.js').then((m) => "
                      "m.change({ events: [{ kind: 'cable_loss', cable }] }))", cable)
        page.wait_for_selector("#map[data-took-ms]")
        main.append(round(1e3 * (busy(talk) - before)))
        took.append(int(page.get_attribute("#map", "data-took-ms")))
        page.evaluate("import('/desk/state.js').then((m) => m.change({ events: [] }))")
        page.wait_for_selector(".tiles", state="detached")
    return {"wire_mb": round(sum(wire) / 1e6, 2), "first_paint_s": round(paint_s, 2),
            "idle_s": round(idle_s, 2), "click_to_colours_ms": took,
            "median_ms": median(took), "server_processor_ms": server,
            "page_tasks_ms": main, "load_page_tasks_s": round(load_busy_s, 2)}


def busy(talk: Any) -> float:
    """How long tasks of the page's main thread have run so far, seconds."""
    told = talk.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in told if one["name"] == "TaskDuration"))


def main(home: str, cable: str, browser: str | None = None) -> None:
    with sync_playwright() as play:
        chrome = play.chromium.launch(executable_path=browser or shutil.which("chromium"),
                                      args=GRAPHICS)
        page = chrome.new_page(viewport={"width": 1280, "height": 800})
        wire: list[float] = []
        talk = page.context.new_cdp_session(page)
        talk.send("Network.enable")
        talk.send("Performance.enable")
        talk.on("Network.loadingFinished", lambda told: wire.append(told["encodedDataLength"]))
        sys.stdout.write(json.dumps(measured(page, talk, wire, home, cable)) + "\n")
        chrome.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
