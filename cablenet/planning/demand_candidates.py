"""`demand_network`: a map with the candidates that a plan for demand chooses among."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cablenet.network import Network
from cablenet.planning.candidate_table import CandidateTable

Ints = NDArray[np.int64]


def nearest_of_pairs(table: CandidateTable, per_pair: int = 1) -> Ints:
    """Rows of the cheapest cables and the cheapest landings of each pair of countries.

    This is a choice, not a proof: a dearer cable between two countries may do what the cheapest
    cannot, so a bound that is proved holds for these candidates. Ties go to the first of the table.
    """
    country = table.places.country
    taken: dict[tuple[str, str, int], int] = {}
    rows = table.of_kind("cable", "landing")
    rows = rows[np.argsort(table.cost_musd[1][rows], kind="stable")]
    kept = []
    for row in rows.tolist():
        one, other = sorted((str(country[table.a[row]]), str(country[table.b[row]])))
        key = (one, other, int(table.kind[row]))
        own = table.own_id is not None and table.own_id[row] != ""
        if own or taken.get(key, 0) < per_pair:
            taken[key] = taken.get(key, 0) + 1
            kept.append(row)
    return np.array(sorted(kept), np.int64)


def demand_network(table: CandidateTable, per_pair: int = 1) -> Network:
    """The map of a table numbered with `per_pair` cables and landings of each pair of countries.

    A user's own candidates are all kept. Candidates are drawn at sea, so that events hit them.
    """
    return table.network(nearest_of_pairs(table, per_pair))
