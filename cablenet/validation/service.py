"""How much demand the intact atlas serves, and how full the watched countries run."""

from __future__ import annotations

from cablenet.metrics.load import country_load
from cablenet.network import Network
from cablenet.validation.check import Check, at_least, between

PROMISED = 0.99
FULL = (0.3, 0.8)
WATCHED = ("IN", "JP", "TW", "SG")
SOURCE = "promise of the design: operators run at 40-50 % of lit capacity"


def check_service(net: Network) -> list[Check]:
    """At least 99 % of demand is served; the watched countries run at 30 to 80 % of lit."""
    table = country_load(net).set_index("country")
    use = table["utilisation"].to_dict()
    share = float(table["served_tbps"].sum() / table["demand_tbps"].sum())
    return [at_least("demand-served-on-the-intact-atlas", share, PROMISED, SOURCE),
            *[between(f"utilisation-{code}", use[code], *FULL, SOURCE)
              for code in WATCHED]]
