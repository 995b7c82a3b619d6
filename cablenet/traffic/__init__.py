"""Peak demand between gateways, and the exact check of how much of it a network can serve."""

from cablenet.traffic.classes import CLASSES, LEVELS, TrafficClass, class_number
from cablenet.traffic.demand import (
    Demand,
    Gravity,
    country_to_gateways,
    forecast,
    gravity_demand,
    grown,
    make_demand,
    scaled_demand,
)
from cablenet.traffic.served import Served, max_served

__all__ = [
    "CLASSES", "LEVELS", "Demand", "Gravity", "Served", "TrafficClass", "class_number",
    "country_to_gateways", "forecast", "gravity_demand", "grown", "make_demand", "max_served",
    "scaled_demand",
]
