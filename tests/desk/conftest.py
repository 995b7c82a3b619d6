"""A desk in a real browser: a service on a small world behind a real socket, and a page on it.

Every page is watched: an error on its console or a request to the outside fails the test. Pictures
go to the folder that `CABLENET_PICTURES` names, for people to look at.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cablenet_api import Settings, create_app
from cablenet_api.jobs.worker import run_worker

import cablenet as cn
from cablenet.testing import small_world

GRAPHICS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader", "--force-color-profile=srgb")
NO_WORDS = ("[object ", "undefined", "NaN", "null", "outcome_", "Infinity")
"""What a page says where a value was put in that is no text; never to be read by anybody."""
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def bay() -> cn.Layers:
    """A ring of three countries with the hub SG, and MV at the end of a spur from LK.

    IN --east-- SG     10 Tbps each, a million people in each country
     |         /
    palk   south
     |     /
    LK --+--spur-- MV
    """
    return small_world(
        [("in", "IN", 80, 13), ("sg", "SG", 104, 1), ("lk", "LK", 80, 6), ("mv", "MV", 73, 4)],
        {"east": [("in", "sg")], "palk": [("in", "lk")], "south": [("lk", "sg")],
         "spur": [("lk", "mv")]}, hubs=["SG"], name="bay")


def bay_network(as_of: date | None) -> cn.Network:
    return cn.build_network(bay(), as_of=as_of)


@contextmanager
def served(settings: Settings, load: Callable[[date | None], cn.Network]) -> Iterator[str]:
    """A service behind a socket of this machine, with one worker; gives its address."""
    app = create_app(settings, load_network=load)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    stop, running = threading.Event(), threading.Thread(target=server.run, daemon=True)
    worker = threading.Thread(target=run_worker, args=(settings,),
                              kwargs={"load_network": load, "stop": stop}, daemon=True)
    running.start()
    while not server.started:
        running.join(0.02)
    worker.start()
    yield f"http://127.0.0.1:{port}"
    stop.set()
    server.should_exit = True
    running.join(10)
    worker.join(10)


@pytest.fixture(scope="session")
def chrome(play: Any) -> Iterator[Any]:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("Debian's chromium is not installed")
    chrome = play.chromium.launch(executable_path=browser, args=list(GRAPHICS))
    yield chrome
    chrome.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service on the bay, without login."""
    kept = tmp_path_factory.mktemp("desk") / "kept.sqlite"
    with served(Settings(database=f"sqlite:///{kept}"), bay_network) as address:
        yield address


@dataclass
class Desk:
    """A page on the desk, and what it did that it should not."""

    page: Any
    home: str
    wrong: list[str] = field(default_factory=list)

    def open(self, hash_: str = "") -> None:
        self.page.goto("about:blank")
        self.page.goto(f"{self.home}/{hash_}")
        self.page.wait_for_selector("#map[data-ready=yes]", timeout=60_000)

    def find(self, typed: str) -> None:
        """Type into the search box and take the first that is found."""
        self.page.fill("#find", typed)
        self.page.wait_for_selector("#found li")
        self.page.press("#find", "Enter")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def tile(self, name: str) -> str:
        return str(self.page.locator(f".tile:has-text('{name}') .number").inner_text())

    def rows(self, caption: str) -> list[list[str]]:
        """The table with this caption, as it is read."""
        lines = self.page.locator(f"table:has(caption:text-is('{caption}')) tbody tr").all()
        return [line.locator("th,td").all_inner_texts() for line in lines]

    def shown(self, source: str, key: int) -> dict[str, Any]:
        """What the map was told of one of its features."""
        return dict(self.page.evaluate(
            "([source, id]) => import('/desk/map.js').then((m) => "
            "m.theMap().getFeatureState({ source, id }))", [source, key]))

    def pixel(self, lon: float, lat: float) -> dict[str, float]:
        """Where a place is on the page."""
        return dict(self.page.evaluate(
            "([lon, lat]) => import('/desk/map.js').then((m) => { const map = m.theMap(), "
            "p = map.project([lon, lat]), r = map.getCanvas().getBoundingClientRect(); "
            "return { x: r.x + p.x, y: r.y + p.y }; })", [lon, lat]))

    def picture(self, name: str) -> None:
        folder = os.environ.get("CABLENET_PICTURES")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))


@contextmanager
def watched(chrome: Any, home: str, **options: Any) -> Iterator[Desk]:
    """A page in a browser of its own; nothing that is wrong with it may go unseen."""
    context = chrome.new_context(**{"viewport": WIDE, **options})
    desk = Desk(context.new_page(), home)
    desk.page.set_default_timeout(60_000)
    desk.page.on("console", lambda said: said.type == "error" and not _refusal(said.text)
                 and desk.wrong.append(said.text))
    desk.page.on("pageerror", lambda error: desk.wrong.append(str(error)))
    desk.page.on("request", lambda asked: asked.url.startswith((home, "about:", "blob:", "data:"))
                 or desk.wrong.append(f"outside: {asked.url}"))
    yield desk
    seen = desk.page.inner_text("body") if desk.page.url.startswith(home) else ""
    context.close()
    assert desk.wrong == []
    assert not [one for one in NO_WORDS if one in seen], seen


def _refusal(text: str) -> bool:
    """Chromium logs each 4xx answer as an error; that the desk shows those is tested by itself."""
    return text.startswith("Failed to load resource: the server responded with a status of 4")


@pytest.fixture
def desk(chrome: Any, home: str) -> Iterator[Desk]:
    with watched(chrome, home) as page:
        yield page
