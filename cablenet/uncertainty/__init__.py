"""How sure a score is: every number drawn within its range, and which unknown moves the answer."""

from cablenet.uncertainty.drawing import draws
from cablenet.uncertainty.ranges import RANGES, AssumedRange
from cablenet.uncertainty.uncertain import Uncertain
from cablenet.uncertainty.unknowns import KINDS

__all__ = ["KINDS", "RANGES", "AssumedRange", "Uncertain", "draws"]
