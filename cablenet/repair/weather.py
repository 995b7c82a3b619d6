"""Weather: how much longer work at sea takes, by sea and month; all factors are assumed.

The factors and seasons follow a note of our own facts (`repair_model.json`, stage weather): the
E-marine page (NIWAFEA) tells of work through a monsoon with 35 kn of wind and 20 to 35 ft of swell,
so work goes on but slower. Outlines of seas are coarse boxes of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from cablenet.errors import InputError


@dataclass(frozen=True)
class Season:
    """A sea as boxes (west, south, east, north in degrees), its hard months, and the factor."""

    name: str
    boxes: tuple[tuple[float, float, float, float], ...]
    months: frozenset[int]
    factor: float


SEASONS = (
    Season("south-west monsoon, Arabian Sea", ((45.0, 5.0, 78.0, 25.0),),
           frozenset({6, 7, 8, 9}), 1.5),
    Season("winter monsoon, Taiwan Strait and Luzon Strait", ((116.0, 18.0, 123.0, 28.0),),
           frozenset({11, 12, 1, 2, 3}), 1.4),
    Season("typhoons, western Pacific", ((105.0, 8.0, 150.0, 36.0),),
           frozenset({7, 8, 9, 10}), 1.25),
    Season("southern winter", ((-180.0, -90.0, 180.0, -35.0),), frozenset({6, 7, 8, 9}), 1.4),
    Season("northern winter, Atlantic and Pacific",
           ((-80.0, 40.0, 0.0, 70.0), (140.0, 36.0, 180.0, 66.0), (-180.0, 36.0, -120.0, 66.0)),
           frozenset({12, 1, 2, 3}), 1.4),
)
"""The last is assumed to be as the southern winter."""


def season_at(lon: float, lat: float, month: int | None) -> Season | None:
    """The hard season at a place in a month (1 to 12), the harder where two meet; None: calm.

    Raises
    ------
    InputError
        no such month
    """
    if month is None:
        return None
    if not 1 <= month <= 12:
        raise InputError(f"month is {month}; give 1 to 12")
    east = (lon + 180.0) % 360.0 - 180.0
    found = [season for season in SEASONS if month in season.months and any(
        west <= east <= right and south <= lat <= north
        for west, south, right, north in season.boxes)]
    return max(found, key=lambda season: season.factor, default=None)
