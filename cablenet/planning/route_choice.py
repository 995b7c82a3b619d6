"""`route_choices`: several ways for one cable, none worse than another in all that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cablenet.errors import InfeasibleError, InputError, UnknownNameError
from cablenet.geo import dateline, geodesic
from cablenet.geo.sea_router import SeaRouter, great_legs, sample
from cablenet.hazards.tables import HazardTables
from cablenet.layers import WGS84
from cablenet.network import Network
from cablenet.planning.more_candidates import DESIGN_TBPS, LIT_TBPS
from cablenet.planning.prices import cable_cost_musd
from cablenet.planning.route_danger import Danger, danger, judged_points, shared_km
from cablenet.planning.sea_rules import forbidden_waters

Floats = NDArray[np.float64]
Place = str | tuple[float, float]

FAULT_KM = (0.0, 500.0, 2000.0, 8000.0)
"""Kilometres that one fault a year is taken to be worth, in one search after the other."""
SHARED = (0.0, 0.5, 2.0, 8.0)
"""Kilometres that a kilometre beside an existing cable is taken to be worth."""
SAME = 0.03
"""A way must be better by this share in one of the three to be a choice beside a cheaper one."""
AIMS = ("cost_musd", "faults_per_year", "shared_km")


@dataclass(frozen=True, eq=False)
class RouteChoices:
    """R ways from one place to another, cheapest first, none dominated by another.

    `routes` has one row each: `choice`, `length_km`, the cost with its range, `faults_per_year`
    (expected, of the cable itself), `shared_km` (within `keep_km` of a cable in service),
    `shallow_km` (less than 200 m deep), `jurisdictions`, and the line.
    """

    start: str
    end: str
    routes: gpd.GeoDataFrame
    keep_km: float
    avoided: tuple[str, ...]
    waters: shapely.Geometry | None
    network: Network
    land: gpd.GeoDataFrame | None
    tried: int

    def __len__(self) -> int:
        return len(self.routes)

    def __repr__(self) -> str:
        return (f"<RouteChoices {self.start} - {self.end}: {len(self)} of {self.tried} ways tried, "
                f"{self.routes['length_km'].min():,.0f} to {self.routes['length_km'].max():,.0f} "
                "km>")

    def to_frame(self) -> pd.DataFrame:
        """The choices without their lines."""
        return pd.DataFrame(self.routes.drop(columns="geometry"))

    def to_geo(self) -> gpd.GeoDataFrame:
        """The choices with their lines, cut at +-180."""
        return self.routes.set_geometry([dateline.cut(line) for line in self.routes.geometry],
                                        crs=WGS84)

    def candidates(self, choices: Sequence[int] | None = None) -> gpd.GeoDataFrame:
        """Some choices as `build_network(candidates=...)` takes them (stations as ends only)."""
        for end in (self.start, self.end):
            if end not in set(self.network.nodes.id):
                raise InputError(f"'{end}' is no station; a candidate cable ends at stations")
        frame = self.routes if choices is None else self.routes.iloc[list(choices)]
        return gpd.GeoDataFrame({
            "candidate_id": [f"new:{self.start}:{self.end}:{choice}" for choice in frame["choice"]],
            "name": [f"{self.start} - {self.end}, {choice}" for choice in frame["choice"]],
            "from_id": self.start, "to_id": self.end, "length_km": frame["length_km"].to_numpy(),
            "cost_low_musd": frame["cost_low_musd"].to_numpy(),
            "cost_musd": frame["cost_musd"].to_numpy(),
            "cost_high_musd": frame["cost_high_musd"].to_numpy(),
            "design_capacity_tbps": DESIGN_TBPS, "lit_capacity_tbps": LIT_TBPS,
        }, geometry=frame.geometry.to_numpy(), crs=WGS84)

    def plot(self, ax: Any = None) -> Any:
        """The choices on the coast, beside the cables in service; the matplotlib axes."""
        from cablenet.planning.route_picture import draw_choices

        return draw_choices(self, ax)

    def explore(self, title: str = "") -> Any:
        """An interactive map with every way in service; the picker fails them one by one, so that
        each is found and told (stations as ends only)."""
        from cablenet.build import build_network
        from cablenet.maps import explore  # a picture asked of its numbers: a call upwards
        from cablenet.scenarios.losses import cable_losses
        from cablenet.scoring import score

        offered = self.candidates()
        net = build_network(self.network.layers, candidates=offered)
        service = net.links.in_service.copy()
        for key in offered["candidate_id"]:
            service[net.links_of_cable(net.cable_index(str(key)))] = True
        net = net.with_service(service, note="every way built")
        lost = cable_losses(net, list(offered["candidate_id"]))
        return explore(net, score(net, lost, metrics=["isolated"]), title=title or self.title)

    @property
    def title(self) -> str:
        """The choices in a line."""
        return f"{self.start} to {self.end}: {len(self)} ways, none better in all that counts"


def route_choices(
    net: Network,
    a: Place,
    b: Place,
    router: SeaRouter,
    tables: HazardTables,
    depth_m: Floats,
    *,
    keep_km_from_cables: float = 25.0,
    avoid: Sequence[str] = (),
    most: int = 6,
    land: gpd.GeoDataFrame | None = None,
) -> RouteChoices:
    """A Pareto set of ways over cost, expected faults a year, and km beside existing cables.

    The mesh is searched once for each pair of weights (`FAULT_KM`, `SHARED`) and once with the
    router's own caution; each way is pulled taut, judged on its line, and dropped where another
    is cheaper and not worse by `SAME` in the others. Ways that no sum of weights prefers are not
    looked for.

    Parameters
    ----------
    a, b
        stations by id, or (lon, lat)
    keep_km_from_cables
        nearer than this to a cable in service counts as shared
    avoid
        ISO codes; no way enters waters that one of them claims, disputed ones included
    most
        choices given back at most: the best in each of the three, then those that differ most
    land
        the coast, for the picture

    Raises
    ------
    InfeasibleError
        when an end lies in forbidden waters or no way is left
    """
    if not keep_km_from_cables > 0 or most < 1:
        raise InputError("keep_km_from_cables must lie above 0, and most be at least 1")
    start, end = _place(net, a), _place(net, b)
    waters = forbidden_waters(net.layers, avoid)
    open_sea = router if waters is None else router.without(waters)
    for name, lon, lat in (start, end):
        _check_end(router, open_sea, name, lon, lat, avoid)
    risk = danger(net, tables, depth_m, keep_km_from_cables)
    lines = _lines(open_sea, risk, start[1:], end[1:], avoid)
    rows = [_judged(line, risk, net) for line in lines]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=lines, crs=WGS84)
    values = frame[list(AIMS)].to_numpy(float)
    good = undominated(values)
    best = frame.iloc[good[spread(values[good], most)]].reset_index(drop=True)
    best.insert(0, "choice", [f"way {i + 1}" for i in range(len(best))])
    return RouteChoices(start[0], end[0], best, keep_km_from_cables, tuple(avoid), waters, net,
                        land, len(lines))


def undominated(values: Floats) -> NDArray[np.int64]:
    """Rows that no other one matches in every column up to `SAME`, by the first column.

    Every row left out has one kept that is smaller in the first column and at most `SAME` larger
    in the others.
    """
    kept: list[int] = []
    for i in np.lexsort(values.T[::-1]):
        near = [values[k] <= values[i] * (1 + SAME) + 1e-9 for k in kept]
        if not any(better.all() for better in near):
            kept.append(int(i))
    return np.array(kept, np.int64)


def spread(values: Floats, most: int) -> NDArray[np.int64]:
    """At most so many rows: the best of each column, then the farthest from those taken.

    Distances are taken with each column scaled to its range; the order of the rows is kept.
    """
    scaled = (values - values.min(axis=0)) / np.maximum(np.ptp(values, axis=0), 1e-12)
    taken = list(dict.fromkeys(np.argmin(values, axis=0).tolist()))[:most]
    while len(taken) < min(most, len(values)):
        away = np.linalg.norm(scaled[:, None] - scaled[taken], axis=2).min(axis=1)
        taken.append(int(np.argmax(away)))
    return np.sort(np.array(taken, np.int64))


def _place(net: Network, place: Place) -> tuple[str, float, float]:
    if not isinstance(place, str):
        lon, lat = float(place[0]), float(place[1])
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise InputError(f"({lon:g}, {lat:g}) is no place: give lon, lat in degrees")
        return f"{lon:g}, {lat:g}", lon, lat
    named = np.flatnonzero((net.nodes.name == place) & (net.nodes.kind == 0))
    node = int(named[0]) if len(named) == 1 else net.node_index(place)
    if net.nodes.kind[node] != 0:
        raise UnknownNameError("station", place, net.nodes.id[net.nodes.kind == 0])
    return str(net.nodes.id[node]), float(net.nodes.lon[node]), float(net.nodes.lat[node])


def _check_end(router: SeaRouter, open_sea: SeaRouter, name: str, lon: float, lat: float,
               avoid: Sequence[str]) -> None:
    """An error where a place lies off the sea, or in or behind forbidden waters."""
    try:
        router.nearest(lon, lat)
    except ValueError as error:
        raise InputError(str(error)) from error
    if open_sea.nearest_cells(np.array([lon]), np.array([lat]))[0] < 0:
        raise InfeasibleError(f"'{name}' lies in or behind waters that {' or '.join(avoid)} claims",
                              [name, *avoid])


def _lines(router: SeaRouter, risk: Danger, start: tuple[float, float], end: tuple[float, float],
           avoid: Sequence[str]) -> list[shapely.LineString]:
    """The distinct ways of all weights, pulled taut."""
    found: dict[bytes, shapely.LineString] = {}
    weights = [None, *product(FAULT_KM, SHARED)]
    for weight in weights:
        own = router if weight is None else router.with_factor(
            1.0 + weight[0] * risk.faults + weight[1] * risk.near)
        try:
            xy = great_legs(own.way(own.tree(*start), *end))
        except ValueError as error:
            raise InfeasibleError(f"{error} without the waters of {', '.join(avoid) or 'no one'}",
                                  list(avoid)) from error
        xy = np.vstack([xy, xy]) if len(xy) == 1 else xy
        found.setdefault(np.round(xy, 3).tobytes(), dateline.unwrap(shapely.LineString(xy)))
    return list(found.values())


def _judged(line: shapely.LineString, risk: Danger, net: Network) -> dict[str, object]:
    """What a line comes to, measured on the line itself."""
    points, km = judged_points(line)
    length = geodesic.line_length_km(line)
    low, typical, high = cable_cost_musd(length)
    depth = sample(risk.depth_m, *points.T)
    return {
        "length_km": round(length, 1), "cost_low_musd": round(low, 2),
        "cost_musd": round(typical, 2), "cost_high_musd": round(high, 2),
        "faults_per_year": round(float(sample(risk.faults, *points.T) @ km), 4),
        "shared_km": round(shared_km(points, km, risk.cables, risk.keep_km), 1),
        "shallow_km": round(float(km[depth < 200.0].sum()), 1),
        "jurisdictions": ";".join(_zones(net, points)),
    }


def _zones(net: Network, points: Floats) -> list[str]:
    """Ids of the jurisdictions that a line runs through, in their order along it."""
    zones = net.layers.tables["jurisdictions"]
    if not len(zones):
        return []
    tree = shapely.STRtree(zones.geometry.to_numpy())
    point, zone = tree.query(shapely.points(points), predicate="intersects")
    order = np.argsort(point, kind="stable")
    names = zones["jurisdiction_id"].to_numpy(object)[zone[order]]
    return [str(name) for name in dict.fromkeys(names)]
