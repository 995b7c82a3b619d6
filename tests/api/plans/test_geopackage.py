"""A plan as a GeoPackage: sections on the map and as tables, and the document that was signed."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from cablenet_api.plans.canonical import digest
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.geopackage import packed_layers, plan_layers
from cablenet_api.plans.states import PlanVersion
from cablenet_api.worlds import World

from tests.api.ring_world import ring_network

CUT = {"kind": "cut", "lon": 5.0, "lat": 0.0, "cable": "ab"}


@pytest.fixture(scope="module")
def version(document: PlanDocument) -> PlanVersion:
    """The plan with a cut, a scenario whose cable is gone, ships, spares and another way."""
    more = PlanDocument.model_validate({
        **document.model_dump(mode="json", by_alias=True),
        "scenarios": [*(one.model_dump(mode="json") for one in document.scenarios),
                      {"id": "cut", "name": "A cut", "event": CUT},
                      {"id": "gone", "name": "A cable that left", "event": {
                          "kind": "cable_loss", "cable": "zz"}}],
        "ship_calls": [{"zone": "RING", "ships": ["East", "nobody", "south"]}],
        "spares": [{"depot": "unknown quay", "cable_type": "LW", "cable_km": 40.0,
                    "owner": "india"}],
        "restoration_paths": [{"id": "r", "for_cable": "ab", "over_cables": ["bc", "cd"],
                               "capacity_gbps": 100.0, "contracted": True,
                               "activation_hours": 4.0, "owner": "india"}]})
    return PlanVersion("ring", 3, more)


def test_every_section_is_a_layer_and_what_has_a_place_is_on_the_map(version: PlanVersion,
                                                                     tmp_path: Path) -> None:
    """By hand: the first scenario takes ab and bc, 0 to 10 E and 0 to 10 S; ship East lies at 10 E,
    south at 10 S; the way round for ab is along bc and cd."""
    content = packed_layers(plan_layers(version, World(ring_network(None))))
    assert content == packed_layers(plan_layers(version, World(ring_network(None))))
    (tmp_path / "plan.gpkg").write_bytes(content)
    kinds = dict(pyogrio.list_layers(tmp_path / "plan.gpkg"))
    placed = {name for name, kind in kinds.items() if kind is not None}
    assert placed == {"scenarios", "faults", "restoration_paths", "ship_calls"}
    assert {"plan", "effects", "parties", "triggers", "roles", "permits", "spares"} <= set(kinds)

    def layer(name: str) -> gpd.GeoDataFrame:
        return gpd.read_file(tmp_path / "plan.gpkg", layer=name)

    scenarios = layer("scenarios").set_index("scenario")
    assert scenarios.loc["two"].geometry.bounds == pytest.approx((0.0, -10.0, 10.0, 0.0))
    assert scenarios["on_the_map"].tolist() == [True, True, False]
    assert scenarios.loc["gone"].geometry is None
    fault, = layer("faults").geometry
    assert (fault.x, fault.y) == pytest.approx((5.0, 0.0), abs=0.01)
    ships = layer("ship_calls")
    assert ships["call"].tolist() == [1, 2, 3]
    assert [None if one is None else (one.x, one.y) for one in ships.geometry] == [
        (10.0, 0.0), None, (0.0, -10.0)]
    assert layer("restoration_paths").geometry.iloc[0].bounds == (0.0, -10.0, 10.0, 0.0)
    effects = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="effects")
    annex = version.document.annex
    assert annex is not None
    assert effects["unserved_tbps"].tolist() == [
        one.unserved_tbps for effect in annex.effects for one in effect.countries]
    row = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="plan").iloc[0]
    signed = PlanDocument.model_validate_json(row["document"])
    assert (row["digest"], digest(signed)) == (version.digest, version.digest)


def test_an_empty_draft_is_a_table_of_one_row() -> None:
    found = plan_layers(PlanVersion("x", 1, PlanDocument(title="x")), World(ring_network(None)))
    assert {name: len(frame) for name, frame in found.items()} == {"plan": 1}
    assert isinstance(found["plan"], pd.DataFrame)
    assert packed_layers(found).startswith(b"SQLite format 3")
