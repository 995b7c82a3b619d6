"""Take README's pictures: `make pictures`. The desk of this checkout, the real atlas, Chromium.

Starts `cablenet serve` on a database of its own, asks what the pictures show, and runs the study
for its report; some minutes, and nothing is asked of the outside. Look at every picture before you
commit it.
"""

from __future__ import annotations

import io
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
CABLENET = str(Path(sys.executable).with_name("cablenet"))
GRAPHICS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader", "--force-color-profile=srgb"]
QUAKE = "Luzon Strait earthquake"
WAIT_MS, MOST_BYTES = 600_000, 300_000


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a service on the shipped atlas, with one worker."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    home = f"http://127.0.0.1:{port}"
    running = subprocess.Popen(  # noqa: S603 - our own command
        [CABLENET, "serve", "--port", str(port), "--database", f"sqlite:///{folder}/kept.sqlite"])
    try:
        while not answers(home):
            assert running.poll() is None, "the service ended"
            time.sleep(0.5)
        yield home
    finally:
        running.terminate()
        running.wait(60)


def answers(home: str) -> bool:
    """Whether the service is there."""
    try:
        with urlopen(f"{home}/healthz", timeout=5) as reply:  # noqa: S310 - our own address
            return bool(reply.status == 200)
    except URLError:
        return False


def job(home: str, process: str, inputs: dict[str, Any]) -> str:
    """Start a job; gives its id."""
    asked = Request(f"{home}/processes/{process}/execution",  # noqa: S310 - our own address
                    json.dumps({"inputs": inputs}).encode(),
                    {"Content-Type": "application/json", "Prefer": "respond-async"})
    with urlopen(asked, timeout=60) as reply:  # noqa: S310 - our own address
        return str(json.load(reply)["jobID"])


def save(page: Any, name: str) -> None:
    """What the page shows, as WebP; refused where it is too heavy for a repository."""
    shot = Image.open(io.BytesIO(page.screenshot()))
    path = HERE / f"{name}.webp"
    shot.save(path, quality=82, method=6)
    assert path.stat().st_size < MOST_BYTES, f"{path} has {path.stat().st_size} bytes"


def opened(page: Any, address: str, selector: str) -> None:
    """A view of the desk, once a part of it is there and the map has come to rest."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("#map[data-ready=yes]")
    page.wait_for_selector(selector)
    page.evaluate("import('/desk/map.js').then((m) => new Promise((done) => "
                  "{ m.theMap().once('idle', () => done()); m.theMap().triggerRepaint(); }))")


def desk(page: Any, home: str) -> None:
    """The desk with a failure, with what to build, and with ships at work."""
    build = job(home, "redundancy", {"countries": ["TO"]})
    repairs = job(home, "repairs", {"event": {"kind": "named_event", "event": QUAKE}})
    broken = f"event={QUAKE.replace(' ', '+')}"
    opened(page, f"{home}/#{broken}&at=117.5,21,3.2,0",
           ".tile:has-text('Demand unserved') .number:has-text('Tbps')")
    save(page, "desk")
    opened(page, f"{home}/#tab=build&job={build}", ".choice")
    save(page, "build")
    opened(page, f"{home}/#tab=repairs&{broken}&job={repairs}&at=120.5,23.5,3.6,0", ".chart")
    page.evaluate("document.querySelector('.result').scrollIntoView()")
    save(page, "repairs")


def report(page: Any, folder: Path) -> None:
    """The first page of the study's report."""
    out = folder / "study"
    subprocess.run([CABLENET, "run", "india-japan", "--out", str(out)],  # noqa: S603 - our own
                   check=True, stdout=subprocess.DEVNULL)
    page.goto((out / "report.html").as_uri())
    page.wait_for_load_state("networkidle")
    save(page, "report")


def main() -> None:
    """Every picture, in the browser of this machine."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        chrome = play.chromium.launch(executable_path=shutil.which("chromium"), args=GRAPHICS)
        page = chrome.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=1.5)
        page.set_default_timeout(WAIT_MS)
        with served(Path(scratch)) as home:
            desk(page, home)
        report(page, Path(scratch))
        chrome.close()


if __name__ == "__main__":
    main()
