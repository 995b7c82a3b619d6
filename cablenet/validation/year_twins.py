"""Simulated years beside the published range of faults a year and of repair times."""

from __future__ import annotations

from cablenet import catalogue
from cablenet.network import Network
from cablenet.repair.fleet import fleet_of
from cablenet.repair.twin_world import twin_world
from cablenet.repair.year_twin import simulate_years
from cablenet.validation.check import Check, between

YEARS, SEED = 300, 1
RATE_SOURCE = "ICPC_FAQ, ITU_ADV, TG_MAINT: 150 to 200 faults a year on 1.0 to 1.7 M km"
TIME_SOURCE = "SUBTEL42, SUBTEL51 and the observed repairs of repair_durations.csv"


def check_year_twin(net: Network) -> list[Check]:
    """Default parameters, nothing fitted: faults per length, median and mean days to restored."""
    model = catalogue.fault_model(net)
    world = twin_world(net, model, ports=[(ship.lon, ship.lat) for ship in fleet_of(net)],
                       router=catalogue.ship_router(), seed=SEED)
    found = simulate_years(net, model, years=YEARS, seed=SEED, world=world).summary()
    return [
        between("twin-faults-per-1000-km-year", found["faults_per_1000_km_year"], 0.088, 0.143,
                RATE_SOURCE),
        between("twin-median-days", found["median_days"], 15.0, 25.0, TIME_SOURCE),
        between("twin-mean-days", found["mean_days"], 30.0, 45.0, TIME_SOURCE),
    ]
