"""The flat sheet a printed map is drawn on: a window of the globe in Miller's projection.

The window is named by its western edge and runs east past 180, so that the Pacific stays whole.
Miller's cylindrical projection: O. M. Miller, Geographical Review 32 (1942), 424-430.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.geo import dateline
from cablenet.network import Network

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """The part of the globe on show, degrees; `east` may pass 180."""

    west: float
    east: float
    south: float
    north: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height on the sheet, in degrees of longitude."""
        low, high = miller_y(np.array([self.south, self.north]))
        return self.east - self.west, float(high - low)


INDO_PACIFIC = Window(-24.0, 252.0, -48.5, 62.0)


def window_of(net: Network) -> Window:
    """The Indo-Pacific for a map of the world, else the network's own surroundings."""
    return window_round(net.nodes.lon, net.nodes.lat) or INDO_PACIFIC


def window_round(lon: Floats, lat: Floats) -> Window | None:
    """What surrounds some places on a sheet of common shape; None where they lie too far apart."""
    lons = (lon - INDO_PACIFIC.west) % 360.0 + INDO_PACIFIC.west
    if len(lons) == 0 or np.ptp(lons) > 120.0:
        return None
    pad = max(2.0, 0.12 * max(np.ptp(lons), np.ptp(lat)))
    tall = max(0.0, 0.55 * (np.ptp(lons) + 2 * pad) - np.ptp(lat) - 2 * pad) / 2
    return Window(float(lons.min() - pad), float(lons.max() + pad),
                  max(-80.0, float(lat.min() - pad - tall)),
                  min(84.0, float(lat.max() + pad + tall)))


def miller_y(lat: Floats) -> Floats:
    """Miller's ordinate, in degrees of longitude at the equator."""
    return np.asarray(np.degrees(1.25 * np.log(np.tan(np.pi / 4 + 0.4 * np.radians(lat)))))


def to_sheet(xy: Floats) -> Floats:
    """Sheet coordinates (n, 2) of lon, lat (n, 2)."""
    return np.column_stack([xy[:, 0], miller_y(xy[:, 1])])


def in_window(shape: Any, window: Window) -> list[Any]:
    """The shape on the sheet: every copy of it that shows, clipped a little outside the window."""
    clipped = []
    for copy in dateline.copies_near(shape, window.west, window.east):
        part = shapely.clip_by_rect(copy, window.west - 1.0, max(window.south - 1.0, -85.0),
                                    window.east + 1.0, min(window.north + 1.0, 85.0))
        if not part.is_empty:
            clipped.append(shapely.transform(part, to_sheet))
    return clipped


def place_points(lon: Floats, lat: Floats, window: Window) -> tuple[Floats, Floats]:
    """Points as sheet coordinates, brought into the window's turn."""
    return (lon - window.west) % 360.0 + window.west, miller_y(lat)
