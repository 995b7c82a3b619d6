"""How it comes back: faults become jobs, ships a schedule, the schedule a restoration curve."""

from __future__ import annotations

from cablenet.repair.dispatch import plan_repairs
from cablenet.repair.fairness import Fairness
from cablenet.repair.prices import repair_prices
from cablenet.repair.repair_plan import RepairPlan
from cablenet.repair.replan import replan_repairs
from cablenet.repair.restoration import Restoration
from cablenet.repair.rules import RepairRules
from cablenet.repair.service_level import ServiceLevel
from cablenet.repair.under_way import RepairStep

__all__ = ["Fairness", "RepairPlan", "RepairRules", "RepairStep", "Restoration", "ServiceLevel",
           "plan_repairs", "repair_prices", "replan_repairs"]
