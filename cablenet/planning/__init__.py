"""What to build: candidate cables and the exact choice among them."""

from __future__ import annotations

from cablenet.planning.candidates import default_candidates
from cablenet.planning.redundancy import plan_redundancy
from cablenet.planning.redundancy_plan import RedundancyPlan

__all__ = ["RedundancyPlan", "default_candidates", "plan_redundancy"]
