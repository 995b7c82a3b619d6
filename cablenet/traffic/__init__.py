"""Peak demand between gateways, and the exact check of how much of it a network can serve."""

from cablenet.traffic.demand import Demand, Gravity, country_to_gateways, gravity_demand
from cablenet.traffic.served import Served, max_served

__all__ = [
    "Demand", "Gravity", "Served", "country_to_gateways", "gravity_demand", "max_served",
]
