"""An invented world in TeleGeography's two forms: one cable for each trap of the real files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

Line = list[tuple[float, float]]


@dataclass
class Cable:
    """A cable of the invented world: features are (is grey, lines)."""

    id: str
    features: list[tuple[bool, list[Line]]]
    landings: list[str]
    rfs: object = "2010"
    length: str | None = "1,000 km"
    planned: bool = False
    extra: dict[str, object] = field(default_factory=dict)


PLACES: dict[str, tuple[float, float] | None] = {
    "anna-fiji": (0, 0), "bella-fiji": (4, 0), "cara-tonga": (2, 1), "dora-fiji": (3, 0.003),
    "east-japan": (170, 10), "west-united-states": (-170, 10),
    "ring-samoa": (10, 10),
    "grace-kenya": (20, 0), "gina-kenya": (22, 0),
    "hal-oman": (30, 0), "hugo-oman": (32, 0), "far-oman": (31, 0.2),
    "pat-congo": (40, 0), "paula-nowhere": (42, 0),
    "lena-chad": (50, 0), "lost-chad": None,
    "mia-togo": (60, 0), "gone-togo": None, "away-togo": None,
    "sam-peru": (70, 0), "sue-peru": (72, 0),
    "dan-cuba": (80, 0), "dee-cuba": (82, 0),
    "unused-iran": (89, 5),
}
NAMES = {
    "anna-fiji": "Anna, Fiji", "bella-fiji": "Bella, Fiji", "cara-tonga": "Cara, Tonga",
    "dora-fiji": "Dora, Fiji", "east-japan": "East, Japan",
    "west-united-states": "West, GU, United States", "ring-samoa": "Ring, Samoa",
    "grace-kenya": "Grace, Kenya", "gina-kenya": "Gina, Kenya", "hal-oman": "Hal, Oman",
    "hugo-oman": "Hugo, Oman", "far-oman": "Far, Oman", "pat-congo": "Pat, Congo, Dem. Rep.",
    "paula-nowhere": "Paula, Nowhereland", "lena-chad": "Lena, Chad", "lost-chad": "Lost, Chad",
    "mia-togo": "Mia, Togo", "gone-togo": "Gone, Togo", "away-togo": "Away, Togo",
    "sam-peru": "Sam, Peru", "sue-peru": "Sue, Peru", "dan-cuba": "Dan, Cuba",
    "dee-cuba": "Dee, Cuba", "unused-iran": "Unused, Iran",
}
CABLES = [
    Cable("trunk", [(False, [[(0, 0), (1, 0), (2, 0), (4, 0)], [(2, 0), (2, 1)]])],
          ["anna-fiji", "bella-fiji", "cara-tonga", "dora-fiji"], rfs="2012 August",
          length="560 km", extra={"owners": "Alpha,  Beta", "brand_new_key": {"deep": [1, 2]}}),
    Cable("pacific", [(False, [[(170, 10), (179.9998, 12)], [(-179.9998, 12), (-170, 10)]])],
          ["east-japan", "west-united-states"], rfs=None, length=None),
    Cable("ring", [(False, [[(10, 10), (11, 10), (11, 11), (10, 11), (10, 10)]])],
          ["ring-samoa"], rfs="2024 Q2", planned=True),
    Cable("grey", [(False, [[(20, 0), (21, 0)]]), (True, [[(21, 0), (22, 0)]])],
          ["grace-kenya", "gina-kenya"]),
    Cable("off", [(False, [[(30, 0), (31, 0), (32, 0)]])],
          ["hal-oman", "hugo-oman", "far-oman"]),
    Cable("odd", [(True, [[(40, 0), (42, 0)]])], ["pat-congo", "paula-nowhere", "pat-congo"],
          rfs="soon", length="long"),
    Cable("lost", [(False, [[(50, 0), (52, 0)]])], ["lena-chad", "lost-chad"]),
    Cable("lost-two", [(False, [[(60, 0), (62, 0)]])], ["mia-togo", "gone-togo", "away-togo"]),
    Cable("silent", [(False, [[(70, 0), (72, 0)]])], []),
    Cable("dry", [], ["dan-cuba", "dee-cuba"]),
]


def v3(root: Path) -> Path:
    """The world as a v3 export in `root`."""
    features = [
        {"type": "Feature",
         "properties": {"id": c.id, "name": c.id.title(), "feature_id": f"{c.id}-{n}",
                        "color": "#939597" if grey else "#30aa9f", "coordinates": lines[0][0]},
         "geometry": {"type": "MultiLineString", "coordinates": lines}}
        for c in CABLES for n, (grey, lines) in enumerate(c.features)
    ]
    points = [
        {"type": "Feature", "properties": {"id": id_, "name": NAMES[id_], "is_tbd": False},
         "geometry": {"type": "Point", "coordinates": place}}
        for id_, place in PLACES.items() if place is not None
    ]
    write(root, "cable/cable-geo.json", collection(features))
    write(root, "landing-point/landing-point-geo.json", collection(points))
    write(root, "config.json", {"creation_time": "2023-05-06T20:10:40-05:00"})
    for cable in CABLES:
        if cable.id == "silent":
            continue
        record: dict[str, object] = {
            "id": cable.id, "name": cable.id.title(), "length": cable.length, "rfs": cable.rfs,
            "landing_points": [{"id": id_, "name": NAMES[id_],
                                "country": NAMES[id_].split(", ", 1)[1], "is_tbd": None}
                               for id_ in cable.landings],
            "is_planned": cable.planned, **cable.extra}
        if cable.id == "off":
            del record["length"], record["rfs"], record["is_planned"], record["name"]
        write(root, f"cable/{cable.id}.json", record)
    return root


def v2(root: Path) -> Path:
    """The world as a v2 export in `root`."""
    features = [
        {"type": "Feature",
         "properties": {"slug": c.id, "color": "b6b8ba" if grey or c.planned else "30aa9f"},
         "geometry": {"type": "MultiLineString", "coordinates": lines}}
        for c in CABLES for grey, lines in c.features
    ]
    points = [
        {"type": "Feature", "properties": {"slug": id_, "name": NAMES[id_], "id": number},
         "geometry": {"type": "Point", "coordinates": [place[0] + shift, place[1]]}}
        for number, (id_, place) in enumerate(PLACES.items()) if place is not None
        for shift in ((0.0, 0.000001) if id_ == "anna-fiji" else (0.0,))
    ]
    write(root, "cable/cable-geo.json", collection(features))
    write(root, "cable/all.json", [])
    write(root, "landing-point/landing-point-geo.json", collection(points))
    write(root, "config.json", {"creation_time": "2023-05-06T20:10:40-05:00"})
    for number, cable in enumerate(CABLES):
        if cable.id == "silent":
            continue
        write(root, f"cable/{cable.id}.json", {
            "id": cable.id, "name": cable.id.title(), "cable_id": number,
            "length": cable.length or "n.a.", "rfs": cable.rfs or "n.a.", "notes": None,
            "landing_points": [{"landing_point_id": 1, "id": id_, "name": NAMES[id_],
                                "latlon": latlon(id_), "is_tbd": "false"}
                               for id_ in cable.landings], **cable.extra})
    return root


def latlon(id_: str) -> str:
    place = PLACES[id_]
    return "" if place is None else f"{place[1]:.6f},{place[0]:.6f}"


def collection(features: list[dict[str, object]]) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": features}


def write(root: Path, name: str, value: object) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def v3_export(tmp_path: Path) -> Path:
    """The invented world as a v3 export, in the usual place of a repository."""
    v3(tmp_path / "repo/web/public/api/v3")
    return tmp_path / "repo"


@pytest.fixture
def v2_export(tmp_path: Path) -> Path:
    """The invented world as a v2 export, in the usual place of a repository."""
    v2(tmp_path / "repo/public/api/v2")
    return tmp_path / "repo"


@pytest.fixture
def write_json() -> Callable[[Path, str, object], None]:
    """Write one JSON file under a root."""
    return write
