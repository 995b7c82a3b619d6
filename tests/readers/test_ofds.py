"""Open Fibre Data Standard in and out: valid for its own checker, equal after a round trip."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from libcoveofds.additionalfields import AdditionalFields
from libcoveofds.jsonschemavalidate import JSONSchemaValidator
from libcoveofds.python_validate import PythonValidate
from libcoveofds.schema import OFDSSchema

import cablenet as cn
from cablenet.cli import main
from cablenet.errors import InputError
from cablenet.readers import import_map
from cablenet.readers.ofds import ofds_layers
from cablenet.readers.report import ImportResult
from cablenet.testing import ring, trunk_and_branch
from tests.api.dateline_world import dateline_world

Json = dict[str, Any]


def complaints(package: Json) -> list[object]:
    """What libcoveofds, the checker of the standard's own makers, says against a package."""
    schema = OFDSSchema()
    return [*(one.json()["message"] for one in JSONSchemaValidator(schema).validate(package)),
            *PythonValidate(schema).validate(package), *AdditionalFields(schema).process(package)]


def written(layers: cn.Layers) -> Json:
    return dict(json.loads(json.dumps(cn.ofds_package(layers, publisher="a ministry").package)))


def read(package: object) -> ImportResult:
    return ofds_layers(package, Path("package.json"))


def test_the_shipped_atlas_is_valid_and_comes_back_equal() -> None:
    """Equal in all that OFDS can hold: written again, it is the same package to the last digit."""
    package = written(cn.atlas())
    assert complaints(package) == []
    again = read(package)
    assert written(again.layers) == package
    ours, atlas = again.layers, cn.atlas()
    assert set(ours.cables["cable_id"]) == set(atlas.cables["cable_id"])
    assert set(ours.segments["segment_id"]) == set(atlas.segments["segment_id"])
    assert set(ours.branching_units["bu_id"]) == set(atlas.branching_units["bu_id"])
    for table, key, columns in (
            ("stations", "station_id", ["name", "country"]),
            ("cables", "cable_id", ["name", "status"]),
            ("segments", "segment_id", ["cable_id", "from_id", "to_id", "kind"])):
        a, b = (frame.set_index(key)[columns] for frame in (atlas[table], ours[table]))
        assert a.loc[b.index].equals(b), table


def test_lines_over_the_dateline_are_whole_again() -> None:
    layers = dateline_world()
    package = written(layers)
    assert complaints(package) == []
    route = package["networks"][0]["spans"][0]["route"]["coordinates"]
    assert route == [[178, -18], [-172, -14]]  # OFDS knows no line beyond 180
    back = read(package).layers
    net, again = cn.build_network(layers), cn.build_network(
        layers.with_tables(segments=back.segments))
    assert again.links.length_km.tolist() == pytest.approx(net.links.length_km.tolist())


def test_each_field_stands_where_the_standard_has_it() -> None:
    base = trunk_and_branch()
    cables = base.cables
    cables["owners"], cables["in_service_from"] = "A Co, B Co", "2010-05-06"
    cables["fibre_pairs"], cables["lit_capacity_tbps"] = 6, 0.57
    one = written(base.with_tables(cables=cables).dated(date(2026, 6, 1)))["networks"][0]
    assert (one["identifier"], one["name"]) == ("tb", "TB")
    assert one["collectionDate"] == "2026-06-01"
    assert [who["name"] for who in one["organisations"]] == ["A Co", "B Co"]
    nodes = {node["id"]: node for node in one["nodes"]}
    assert nodes["a"]["type"] == ["cableLanding"] and nodes["a"]["address"] == {"country": "AA"}
    assert set(nodes["u"]) == {"id", "location"}  # a mere junction has no type in OFDS 0.4
    span = one["spans"][0]
    # six pairs are twelve fibres; 0.57 Tbps are 570 Gbps
    assert (span["fibreCount"], span["capacity"], span["readyForServiceDate"]) == (
        12, 570, "2010-05-06")
    assert (span["start"], span["end"], span["status"]) == ("a", "u", "operational")
    back = read({"networks": [one]}).layers
    assert back.cables.loc[0, "owners"] == "A Co, B Co"
    assert back.segments["fibre_pairs"].tolist() == [6, 6, 6]
    assert back.segments["lit_capacity_tbps"].tolist() == [0.57] * 3
    assert back.as_of == date(2026, 6, 1)
    assert back.branching_units["bu_id"].tolist() == ["u"]
    assert set(back.landings["station_id"]) == {"a", "b", "c"}


def test_what_has_no_place_is_counted() -> None:
    """Ring: four cables of one segment, four stations; each cable lands twice."""
    left = cn.ofds_package(ring_with_plan()).left_out
    assert left["cables"] == {"design_capacity_tbps": 4, "power_feed": 5, "*": 1}
    assert left["stations"] == {"level": 4}
    assert left["gateways"] == {"*": 4} and left["hubs"] == {"*": 1}
    assert left["landings"] == {"feeds": 9, "*": 1}


def ring_with_plan() -> cn.Layers:
    """The ring, and a planned cable that lands at A and is drawn nowhere."""
    base = ring()
    cable = pd.DataFrame([{"cable_id": "new", "name": "New", "status": "planned",
                           "power_feed": "none"}])
    landing = pd.DataFrame([{"cable_id": "new", "station_id": "a", "feeds": False}])
    return base.with_tables(
        cables=pd.concat([base.cables.astype(object), cable], ignore_index=True),
        landings=pd.concat([base.landings.astype(object), landing], ignore_index=True))


def backbone() -> Json:
    """A national backbone as a regulator publishes it: no submarine cable in it, one span without a
    route, one that is planned, and a node that nothing leads to."""
    def node(key: str, lon: float, lat: float, **more: object) -> Json:
        return {"id": key, "name": key.upper(), "type": ["pop"], "address": {"country": "GH"},
                "location": {"type": "Point", "coordinates": [lon, lat]}, **more}

    return {"networks": [{
        "id": "fd7b30d6-f514-4cd2-a5ac-29a774f53a43", "name": "Backbone",
        "nodes": [node("1", -0.2, 5.6), node("2", -1.6, 6.7), node("3", -0.8, 9.4),
                  node("4", -2.5, 10.0)],
        "spans": [
            {"id": "a", "start": "1", "end": "2", "status": "operational", "capacity": 400,
             "deployment": ["belowGround"],
             "route": {"type": "LineString", "coordinates": [[-1.6, 6.7, 250], [-1, 6],
                                                             [-0.2, 5.6]]}},
            {"id": "b", "start": "2", "end": "3", "status": "planned"}]}]}


def test_a_network_of_others_is_read_with_a_note_of_every_gap() -> None:
    result = read(backbone())
    layers, report = result.layers, result.report
    assert layers.cables.loc[0, "status"] == "partial"
    rows = layers.segments.set_index("segment_id")
    assert rows.loc["a", "kind"] == "land" and rows.loc["a", "lit_capacity_tbps"] == 0.4
    # its route is told from end to start: turned round, since it starts at node 1
    assert next(iter(rows.loc["a"].geometry.coords)) == (-0.2, 5.6)
    assert rows.loc["b", "in_service_from"] == "9999-12-31"  # still to come
    assert [note.detail for note in report.of_kind("span_without_route")] == ["b"]
    assert [note.station_id for note in report.of_kind("node_left_out")] == ["4"]
    assert set(layers.stations["country"]) == {"GH"}


def test_one_id_for_two_places_is_two_stations() -> None:
    package = backbone()
    other = copy.deepcopy(package["networks"][0])
    other |= {"id": "e2f3a1c0-0000-4000-8000-000000000001", "name": "Other"}
    other["nodes"][0]["location"]["coordinates"] = [3.4, 6.4]
    package["networks"].append(other)
    result = read(package)
    assert len(result.layers.stations) == 4  # 1, 2, 3 and the other 1
    assert len(result.report.of_kind("place_renamed")) == 1
    assert len(result.layers.segments) == 4 and result.layers.segments["segment_id"].is_unique


def set_at(*path: str | int) -> Callable[[object], Json]:
    def change(value: object) -> Json:
        package: Any = backbone()
        at = package
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        return dict(package)
    return change


NET, SPAN = ("networks", 0), ("networks", 0, "spans", 0)


@pytest.mark.parametrize(("package", "told"), [
    (set_at("networks")([]), "no list of networks"), (set_at("networks")({}), "no list"),
    (set_at(*NET)(3), "'network 1': is no object"), (set_at(*NET, "id")(""), "'network 1' id"),
    (set_at(*NET, "nodes")([3]), "node 1' id"), (set_at(*SPAN, "id")(None), "span 1' id"),
    (set_at(*SPAN, "status")("sunk"), "'sunk' is no status"),
    (set_at(*SPAN, "capacity")(-1), "capacity: is no number"),
    (set_at(*SPAN, "fibreCount")(True), "fibreCount: is no number"),
    (set_at(*SPAN, "readyForServiceDate")("soon"), "is no date"),
    (set_at(*SPAN, "route", "type")("Point"), "route: is no LineString"),
    (set_at(*SPAN, "route", "coordinates")([[0, 0]]), "no lon, lat"),
    (set_at(*SPAN, "route", "coordinates")([[0, 95], [1, 1]]), "no lon, lat"),
    (set_at(*SPAN, "route", "coordinates")([[0, "x"], [1, 1]]), "no lon, lat"),
    ({"anything": 1}, "no OFDS network package"), ([], "no OFDS network package"),
])
def test_what_is_wrong_is_told_by_network_and_span(package: object, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(package)


def test_export_and_import_from_the_command_line(tmp_path: Path,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        return (int(end.value.code or 0), *capsys.readouterr())

    world, out = tmp_path / "world", tmp_path / "package.json"
    cn.write_layers(dateline_world(), world)
    code, told, _ = run("export", "ofds", world, "--out", out, "--publisher", "us", "--json")
    answer = json.loads(told)
    assert (code, answer["segments"], answer["left_out"]["gateways"]) == (0, 3, {"*": 3})
    package = json.loads(out.read_text())
    assert complaints(package) == [] and package["networks"][0]["publisher"] == {"name": "us"}
    assert import_map(out).report.format == "ofds"  # told from the file itself
    assert run("import", "ofds", out, "--out", tmp_path / "back")[0] == 0
    assert len(cn.read_layers(tmp_path / "back").segments) == 3
    code, told, _ = run("export", "ofds", world, "--out", out)
    assert code == 0 and "gateways: 3 rows" in told
    assert run("export", "shape", world, "--out", out)[0] == 2
    assert run("export", "gpkg", world, "--out", tmp_path / "w.gpkg", "--publisher", "us")[0] == 2
    assert run("export", "gpkg", world, "--out", tmp_path / "w.gpkg")[0] == 0
