"""From a map to a network: `build_network`."""

from __future__ import annotations

from cablenet.build.backhaul import backhaul_rows
from cablenet.build.network_build import build_network

__all__ = ["backhaul_rows", "build_network"]
