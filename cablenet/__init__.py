"""cablenet: plan for the resilience of submarine cables.

    import cablenet as cn

    net = cn.build_network(cn.atlas())
    sweep = cn.all_losses(net, order=2) + cn.area_events(net, cn.chokepoints())
    cn.score(net, sweep).worst(10)

Everything public is a name of this package; names load on first use, so that the command line
starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cablenet import errors as errors
    from cablenet.catalogue import atlas as atlas
    from cablenet.catalogue import build_network as build_network
    from cablenet.catalogue import candidate_table as candidate_table
    from cablenet.catalogue import chokepoints as chokepoints
    from cablenet.catalogue import default_candidates as default_candidates
    from cablenet.catalogue import fault_model as fault_model
    from cablenet.catalogue import hazard_tables as hazard_tables
    from cablenet.catalogue import import_document as import_document
    from cablenet.catalogue import land as land
    from cablenet.catalogue import layers_from_document as layers_from_document
    from cablenet.catalogue import named_events as named_events
    from cablenet.catalogue import read_candidates as read_candidates
    from cablenet.catalogue import read_durations as read_durations
    from cablenet.catalogue import read_layers as read_layers
    from cablenet.catalogue import repair_durations as repair_durations
    from cablenet.catalogue import route_choices as route_choices
    from cablenet.catalogue import sea_router as sea_router
    from cablenet.catalogue import ship_router as ship_router
    from cablenet.catalogue import single_failures as single_failures
    from cablenet.catalogue import solar_shares as solar_shares
    from cablenet.errors import InfeasibleError as InfeasibleError
    from cablenet.errors import NoPlanFoundError as NoPlanFoundError
    from cablenet.files import OfdsExport as OfdsExport
    from cablenet.files import layer_of as layer_of
    from cablenet.files import layers_document as layers_document
    from cablenet.files import layers_schema as layers_schema
    from cablenet.files import ofds_package as ofds_package
    from cablenet.files import parquet_of as parquet_of
    from cablenet.files import published as published
    from cablenet.files import published_layers as published_layers
    from cablenet.files import read_published as read_published
    from cablenet.files import write_geopackage as write_geopackage
    from cablenet.files import write_layers as write_layers
    from cablenet.files import write_ofds as write_ofds
    from cablenet.flow_answer import FlowAnswer as FlowAnswer
    from cablenet.flow_answer import flow_optimum as flow_optimum
    from cablenet.hazards import CAUSES as CAUSES
    from cablenet.hazards import HAZARDS as HAZARDS
    from cablenet.hazards import FaultModel as FaultModel
    from cablenet.hazards import HazardTables as HazardTables
    from cablenet.hazards import RepairDurations as RepairDurations
    from cablenet.hazards import Timeline as Timeline
    from cablenet.hazards import constant_duration as constant_duration
    from cablenet.hazards import constant_model as constant_model
    from cablenet.hazards import durations_from_quantiles as durations_from_quantiles
    from cablenet.hazards import read_hazard_tables as read_hazard_tables
    from cablenet.hazards import read_tracks as read_tracks
    from cablenet.hazards.solar_shares import SolarShares as SolarShares
    from cablenet.layers import Layers as Layers
    from cablenet.layers import Overlay as Overlay
    from cablenet.layers import Patch as Patch
    from cablenet.maps import country_frame as country_frame
    from cablenet.maps import draw_map as draw_map
    from cablenet.maps import draw_repairs as draw_repairs
    from cablenet.maps import explore as explore
    from cablenet.maps import result_layers as result_layers
    from cablenet.maps.payload import map_payload as map_payload
    from cablenet.maps.vendored import read_vendored as read_vendored
    from cablenet.metrics import CAPACITY_RULES as CAPACITY_RULES
    from cablenet.metrics import METRICS as METRICS
    from cablenet.metrics.cost import outage_cost as outage_cost
    from cablenet.metrics.isolation import isolated_gateways as isolated_gateways
    from cablenet.metrics.margin import country_margins as country_margins
    from cablenet.metrics.traffic_rules import Backup as Backup
    from cablenet.metrics.traffic_rules import Refusal as Refusal
    from cablenet.metrics.traffic_rules import Restore as Restore
    from cablenet.metrics.traffic_rules import TrafficRules as TrafficRules
    from cablenet.metrics.traffic_rules import read_rules as read_rules
    from cablenet.network import Network as Network
    from cablenet.planning import RedundancyPlan as RedundancyPlan
    from cablenet.planning import plan_redundancy as plan_redundancy
    from cablenet.planning.capacity_design import CapacityDesign as CapacityDesign
    from cablenet.planning.capacity_design import design_capacity as design_capacity
    from cablenet.planning.demand_candidates import demand_network as demand_network
    from cablenet.planning.demand_curve import demand_curve as demand_curve
    from cablenet.planning.demand_promise import DemandPromise as DemandPromise
    from cablenet.planning.fewest import FewestToIsolate as FewestToIsolate
    from cablenet.planning.fewest import fewest_to_isolate as fewest_to_isolate
    from cablenet.planning.fortification import Fortification as Fortification
    from cablenet.planning.fortification import fortify as fortify
    from cablenet.planning.link_failures import DesignProblem as DesignProblem
    from cablenet.planning.p_median import PMedian as PMedian
    from cablenet.planning.p_median import p_median as p_median
    from cablenet.planning.plan_demand import plan_demand as plan_demand
    from cablenet.planning.promise import Promise as Promise
    from cablenet.planning.promise import read_promises as read_promises
    from cablenet.planning.survival import plan_survival as plan_survival
    from cablenet.planning.survival_plan import SurvivalPlan as SurvivalPlan
    from cablenet.planning.traffic_attacks import WorstTraffic as WorstTraffic
    from cablenet.planning.worst_case import WorstCase as WorstCase
    from cablenet.planning.worst_case import worst_case as worst_case
    from cablenet.planning.worst_curve import WorstCurve as WorstCurve
    from cablenet.planning.worst_curve import worst_curve as worst_curve
    from cablenet.planning.worst_traffic import worst_traffic as worst_traffic
    from cablenet.readers.demand_matrix import read_demand as read_demand
    from cablenet.readers.health import check_layers as check_layers
    from cablenet.ready import Ready as Ready
    from cablenet.ready import keep_ready as keep_ready
    from cablenet.repair import Fairness as Fairness
    from cablenet.repair import RepairPlan as RepairPlan
    from cablenet.repair import RepairRules as RepairRules
    from cablenet.repair import RepairStep as RepairStep
    from cablenet.repair import ServiceLevel as ServiceLevel
    from cablenet.repair import plan_repairs as plan_repairs
    from cablenet.repair import repair_prices as repair_prices
    from cablenet.repair import replan_repairs as replan_repairs
    from cablenet.repair.basing import one_more_ship as one_more_ship
    from cablenet.repair.basing import plan_bases as plan_bases
    from cablenet.repair.basing_plan import BasingPlan as BasingPlan
    from cablenet.repair.policies import Policy as Policy
    from cablenet.repair.policies import PolicyYears as PolicyYears
    from cablenet.repair.policies import simulate_policies as simulate_policies
    from cablenet.repair.ports import port_of as port_of
    from cablenet.repair.spare_plan import SparesPlan as SparesPlan
    from cablenet.repair.spare_plan import plan_spares as plan_spares
    from cablenet.repair.twin_result import YearTwin as YearTwin
    from cablenet.repair.twin_stock import SpareStock as SpareStock
    from cablenet.repair.twin_traffic import TwinTraffic as TwinTraffic
    from cablenet.repair.twin_traffic import twin_traffic as twin_traffic
    from cablenet.repair.twin_world import TwinWorld as TwinWorld
    from cablenet.repair.twin_world import twin_world as twin_world
    from cablenet.repair.year_twin import simulate_years as simulate_years
    from cablenet.risk import Availability as Availability
    from cablenet.risk import Risk as Risk
    from cablenet.risk import annual_risk as annual_risk
    from cablenet.risk import availability as availability
    from cablenet.risk import pair_labels as pair_labels
    from cablenet.scenarios.areas import area_events as area_events
    from cablenet.scenarios.areas import chokepoint as chokepoint
    from cablenet.scenarios.areas import corridor as corridor
    from cablenet.scenarios.areas import denial as denial
    from cablenet.scenarios.areas import disk as disk
    from cablenet.scenarios.areas import polygon as polygon
    from cablenet.scenarios.cuts import cut as cut
    from cablenet.scenarios.losses import all_losses as all_losses
    from cablenet.scenarios.losses import cable_losses as cable_losses
    from cablenet.scenarios.losses import joint_loss as joint_loss
    from cablenet.scenarios.losses import station_losses as station_losses
    from cablenet.scenarios.named import together as together
    from cablenet.scenarios.scenario_set import Recipe as Recipe
    from cablenet.scenarios.scenario_set import ScenarioSet as ScenarioSet
    from cablenet.scenarios.units import Units as Units
    from cablenet.scenarios.units import units_of as units_of
    from cablenet.scoring import Scores as Scores
    from cablenet.scoring import compare as compare
    from cablenet.scoring import score as score
    from cablenet.study import Study as Study
    from cablenet.study import run_study as run_study
    from cablenet.sweeps.compiled import event_sweep as event_sweep
    from cablenet.sweeps.compiled import exhaustive_sweep as exhaustive_sweep
    from cablenet.sweeps.compiled import random_sweep as random_sweep
    from cablenet.sweeps.compiled import sweep_again as sweep_again
    from cablenet.sweeps.compiled import years_sweep as years_sweep
    from cablenet.sweeps.cut_sets import CutSets as CutSets
    from cablenet.sweeps.cut_sets import cut_sets as cut_sets
    from cablenet.sweeps.dask_pool import Tls as Tls
    from cablenet.sweeps.runner import SweepRun as SweepRun
    from cablenet.sweeps.runner import open_sweep as open_sweep
    from cablenet.sweeps.runner import run_sweep as run_sweep
    from cablenet.sweeps.year_results import availability_of as availability_of
    from cablenet.sweeps.year_results import risk_of as risk_of
    from cablenet.traffic.classes import CLASSES as CLASSES
    from cablenet.traffic.demand import Demand as Demand
    from cablenet.traffic.demand import grown as grown
    from cablenet.traffic.demand import make_demand as make_demand
    from cablenet.uncertainty import Uncertain as Uncertain
    from cablenet.uncertainty import draws as draws
    from cablenet.uncertainty.worst_places import WorstPlaces as WorstPlaces
    from cablenet.uncertainty.worst_places import worst_places as worst_places
    from cablenet.validation import run_checks as run_checks
    from cablenet.validation.past import past_outages as past_outages
    from cablenet.validation.past import replay_outage as replay_outage

_HOME = {
    "catalogue": ("atlas", "build_network", "candidate_table", "chokepoints",
                  "default_candidates", "fault_model", "hazard_tables", "land",
                  "import_document", "layers_from_document", "named_events",
                  "read_candidates", "read_durations", "read_layers", "repair_durations",
                  "route_choices", "sea_router", "ship_router", "single_failures",
                  "solar_shares"),
    "errors": ("InfeasibleError", "NoPlanFoundError"),
    "files": ("OfdsExport", "layer_of", "layers_document", "layers_schema", "ofds_package",
              "parquet_of", "published", "published_layers", "read_published", "write_geopackage",
              "write_layers", "write_ofds"),
    "hazards": ("CAUSES", "HAZARDS", "FaultModel", "HazardTables", "RepairDurations", "Timeline",
                "constant_duration", "constant_model", "durations_from_quantiles",
                "read_hazard_tables", "read_tracks"),
    "hazards.solar_shares": ("SolarShares",),
    "layers": ("Layers", "Overlay", "Patch"),
    "maps": ("country_frame", "draw_map", "draw_repairs", "explore", "result_layers"),
    "maps.payload": ("map_payload",),
    "maps.vendored": ("read_vendored",),
    "flow_answer": ("FlowAnswer", "flow_optimum"),
    "metrics": ("CAPACITY_RULES", "METRICS"),
    "metrics.traffic_rules": ("Backup", "Refusal", "Restore", "TrafficRules", "read_rules"),
    "metrics.cost": ("outage_cost",),
    "metrics.isolation": ("isolated_gateways",),
    "metrics.margin": ("country_margins",),
    "network": ("Network",),
    "planning": ("RedundancyPlan", "plan_redundancy"),
    "repair.basing": ("one_more_ship", "plan_bases"),
    "repair.basing_plan": ("BasingPlan",),
    "planning.capacity_design": ("CapacityDesign", "design_capacity"),
    "planning.link_failures": ("DesignProblem",),
    "planning.p_median": ("PMedian", "p_median"),
    "planning.promise": ("Promise", "read_promises"),
    "planning.survival": ("plan_survival",),
    "planning.survival_plan": ("SurvivalPlan",),
    "planning.demand_candidates": ("demand_network",),
    "planning.demand_curve": ("demand_curve",),
    "planning.demand_promise": ("DemandPromise",),
    "planning.plan_demand": ("plan_demand",),
    "planning.fewest": ("FewestToIsolate", "fewest_to_isolate"),
    "planning.fortification": ("Fortification", "fortify"),
    "planning.worst_case": ("WorstCase", "worst_case"),
    "planning.traffic_attacks": ("WorstTraffic",),
    "planning.worst_traffic": ("worst_traffic",),
    "planning.worst_curve": ("WorstCurve", "worst_curve"),
    "ready": ("Ready", "keep_ready"),
    "readers.demand_matrix": ("read_demand",),
    "readers.health": ("check_layers",),
    "repair": ("Fairness", "RepairPlan", "RepairRules", "RepairStep", "ServiceLevel",
               "plan_repairs", "repair_prices", "replan_repairs"),
    "repair.policies": ("Policy", "PolicyYears", "simulate_policies"),
    "repair.ports": ("port_of",),
    "repair.spare_plan": ("SparesPlan", "plan_spares"),
    "repair.twin_result": ("YearTwin",),
    "repair.twin_stock": ("SpareStock",),
    "repair.twin_traffic": ("TwinTraffic", "twin_traffic"),
    "repair.twin_world": ("TwinWorld", "twin_world"),
    "repair.year_twin": ("simulate_years",),
    "risk": ("Availability", "Risk", "annual_risk", "availability", "pair_labels"),
    "scenarios": ("Recipe", "ScenarioSet"),
    "scenarios.areas": ("area_events", "chokepoint", "corridor", "denial", "disk", "polygon"),
    "scenarios.cuts": ("cut",),
    "scenarios.losses": ("all_losses", "cable_losses", "joint_loss", "station_losses"),
    "scenarios.named": ("together",),
    "scoring": ("Scores", "compare", "score"),
    "study": ("Study", "run_study"),
    "validation": ("run_checks",),
    "scenarios.units": ("Units", "units_of"),
    "sweeps.compiled": ("event_sweep", "exhaustive_sweep", "random_sweep", "sweep_again",
                        "years_sweep"),
    "sweeps.cut_sets": ("CutSets", "cut_sets"),
    "sweeps.dask_pool": ("Tls",),
    "sweeps.runner": ("SweepRun", "open_sweep", "run_sweep"),
    "sweeps.year_results": ("availability_of", "risk_of"),
    "traffic.classes": ("CLASSES",),
    "traffic.demand": ("Demand", "grown", "make_demand"),
    "uncertainty": ("Uncertain", "draws"),
    "uncertainty.worst_places": ("WorstPlaces", "worst_places"),
    "validation.past": ("past_outages", "replay_outage"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}
__all__ = ["__version__", "errors", *sorted(_MODULE_OF)]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        import_module("cablenet.scenarios")  # registers the scenario sources of recipes
        return getattr(import_module(f"cablenet.{_MODULE_OF[name]}"), name)
    if name == "errors":
        return import_module("cablenet.errors")
    raise AttributeError(f"cablenet has no '{name}'; see dir(cablenet)")


def __dir__() -> list[str]:
    return sorted(__all__)
