"""Peak demand between gateways by class of traffic; by default from country totals, by gravity.

A country's figure is the peak international traffic of its inhabitants in the larger direction.
It enters at the country's gateways by their demand share; each gateway exchanges most of it with
hubs abroad and the rest with the largest other gateways abroad, near ones more than far ones.
The parameters are assumed (no public matrix exists); a user's own matrix replaces the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.geo.geodesic import distance_km
from cablenet.traffic.classes import CLASSES, LEVELS, SHARES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Texts = NDArray[np.object_]

BASES = ("sourced", "estimated", "assumed")
"""How well a figure is known, best first."""
ASSUMED = BASES.index("assumed")
GRAVITY = "country totals spread by the gravity model"


@dataclass(frozen=True)
class Gravity:
    """Parameters of the gravity model; all assumed.

    Attributes
    ----------
    hub_share
        share of a gateway's demand exchanged with hubs (content and exchange); the rest goes to
        partners
    hub_decay, partner_decay
        exponents of distance: pull falls as distance ** -decay
    near_km
        distances below this count as this, so that next door is not infinitely strong
    partners
        how many of the largest non-hub gateways, at most one a country, may be partners
    """

    hub_share: float = 0.85
    hub_decay: float = 1.0
    partner_decay: float = 1.0
    near_km: float = 500.0
    partners: int = 8


@dataclass(frozen=True, eq=False)
class Demand:
    """D demands: peak Tbps (larger direction) between two gateways, one row a pair.

    Attributes
    ----------
    from_gateway, to_gateway
        (D,) numbers of gateways; the first is whose inhabitants ask
    tbps
        (D,) all classes together
    class_tbps
        (D, 7) by class, in the order of `CLASSES`; rows sum to `tbps`
    basis_tbps
        (D, 3) by how well the figure is known, in the order of `BASES`; rows sum to `tbps`
    source
        (D,) where the figure comes from, in words or ids
    """

    from_gateway: Ints
    to_gateway: Ints
    tbps: Floats
    class_tbps: Floats
    basis_tbps: Floats
    source: Texts

    def __len__(self) -> int:
        return len(self.tbps)

    def __repr__(self) -> str:
        return f"<Demand: {len(self)} pairs of gateways, {self.total_tbps:.6g} Tbps>"

    @property
    def total_tbps(self) -> float:
        """All demand together."""
        return float(self.tbps.sum())

    @property
    def level_tbps(self) -> Floats:
        """(D, 3) demand by level of priority; column 0 is level 1, served first."""
        level = np.array([row.level - 1 for row in CLASSES])
        return np.asarray(self.class_tbps @ np.eye(LEVELS)[level])

    @property
    def provenance(self) -> pd.DataFrame:
        """Tbps and share of the demand by basis: sourced, estimated or assumed."""
        tbps = self.basis_tbps.sum(axis=0)
        return pd.DataFrame({"basis": BASES, "tbps": tbps, "share": _ratio(tbps, np.full(
            len(tbps), self.total_tbps))})

    def by_class(self) -> pd.DataFrame:
        """Tbps and share of the demand by class of traffic."""
        tbps = self.class_tbps.sum(axis=0)
        return pd.DataFrame({
            "class": [row.id for row in CLASSES], "name": [row.name for row in CLASSES],
            "level": [row.level for row in CLASSES], "tbps": tbps,
            "share": _ratio(tbps, np.full(len(tbps), self.total_tbps))})


def make_demand(
    from_gateway: Sequence[int] | Ints,
    to_gateway: Sequence[int] | Ints,
    tbps: Sequence[float] | Floats,
    *,
    class_tbps: Floats | None = None,
    basis: Sequence[int] | Ints | None = None,
    source: Sequence[str] | Texts | None = None,
) -> Demand:
    """Demands as they are listed, added up to one row a pair, sorted by the pair.

    Parameters
    ----------
    tbps
        (R,) peak demand of each row
    class_tbps
        (R, 7) demand of each row by class; left out, `tbps` is split by the assumed shares
    basis
        (R,) number in `BASES`; left out: assumed
    source
        (R,) where each row comes from; those of one pair are joined by ';'
    """
    start, end = np.asarray(from_gateway, np.int64), np.asarray(to_gateway, np.int64)
    amount = np.asarray(tbps, np.float64)
    known = np.full(len(amount), ASSUMED) if basis is None else np.asarray(basis, np.int64)
    words = np.full(len(amount), "", object) if source is None else np.asarray(source, object)
    classes = amount[:, None] * np.array(SHARES) if class_tbps is None else class_tbps
    parts = np.hstack([amount[:, None], classes, amount[:, None] * np.eye(len(BASES))[known]])
    order = np.lexsort((*parts.T, end, start))
    start, end, parts, words = start[order], end[order], parts[order], words[order]
    first = np.ones(len(start), bool)
    first[1:] = (np.diff(start) != 0) | (np.diff(end) != 0)
    begin = np.flatnonzero(first)
    if len(begin) < len(start):
        stops = [*begin[1:].tolist(), len(start)]
        words = np.array(["; ".join(sorted(set(filter(None, words[i:j]))))
                          for i, j in zip(begin.tolist(), stops, strict=True)], object)
        parts = np.add.reduceat(parts, begin, axis=0)
    cut = 1 + len(CLASSES)
    return Demand(start[begin], end[begin], parts[:, 0].copy(), parts[:, 1:cut].copy(),
                  parts[:, cut:].copy(), words)


def grown(demand: Demand, from_year: float, to_year: float,
          rate_per_year: float | Floats) -> Demand:
    """The demand of another year: x (1 + rate) ** (to_year - from_year), for all classes alike.

    What was sourced counts as estimated afterwards, unless the year stays the same.

    Parameters
    ----------
    rate_per_year
        0.25 is 25 % a year; one rate, or (D,) one for each demand
    """
    rate = np.asarray(rate_per_year, np.float64)
    if not (np.isfinite(rate) & (rate > -1.0)).all():
        raise InputError("a growth rate is a number above -1 (0.25 is 25 % a year)")
    return forecast(demand, (1.0 + rate) ** (to_year - from_year))


def forecast(demand: Demand, factor: float | Floats) -> Demand:
    """`scaled_demand` to another time: what grows is estimated, no longer sourced."""
    more = scaled_demand(demand, factor)
    moved = np.where(more.tbps != demand.tbps, more.basis_tbps[:, 0], 0.0)
    return replace(more, basis_tbps=more.basis_tbps + moved[:, None] * np.array([-1.0, 1.0, 0.0]))


def scaled_demand(demand: Demand, factor: float | Floats) -> Demand:
    """The same demands times one factor, or (D,) one for each."""
    times = np.broadcast_to(np.asarray(factor, np.float64), (len(demand),))
    if not (np.isfinite(times) & (times >= 0.0)).all():
        raise InputError("a factor of demand is a finite number from 0 on")
    return replace(demand, tbps=demand.tbps * times,
                   class_tbps=demand.class_tbps * times[:, None],
                   basis_tbps=demand.basis_tbps * times[:, None])


def country_to_gateways(country_tbps: Floats, gateway_country: Ints, share: Floats) -> Floats:
    """Country totals spread over gateways by their shares, which are scaled to sum to one.

    Parameters
    ----------
    country_tbps
        (C,) totals; NaN counts as none
    gateway_country
        (G,) number of each gateway's country
    share
        (G,) share of the country's demand that enters there; where all shares of a country are
        zero or unknown, its gateways share equally
    """
    weight = np.nan_to_num(share)
    total = np.bincount(gateway_country, weight, minlength=len(country_tbps))
    weight = np.where(total[gateway_country] > 0, weight, 1.0)
    total = np.bincount(gateway_country, weight, minlength=len(country_tbps))
    return np.asarray(np.nan_to_num(country_tbps)[gateway_country] * weight
                      / total[gateway_country], float)


def gravity_demand(
    tbps: Floats,
    country: Ints,
    lon: Floats,
    lat: Floats,
    hub_weight: Floats,
    parameters: Gravity = Gravity(),
    *,
    basis: Ints | None = None,
) -> Demand:
    """Spread each gateway's demand over hubs and partners abroad.

    Parameters
    ----------
    tbps
        (G,) peak demand that enters at each gateway
    country
        (G,) number of each gateway's country
    lon, lat
        (G,) degrees
    hub_weight
        (G,) pull of each hub; 0 where the gateway is none
    basis
        (G,) how well each gateway's total is known, a number in `BASES`; left out: assumed. The
        spread over partners and classes is assumed in any case

    Returns
    -------
    Demand
        sorted by from_gateway, to_gateway; each gateway's demands sum to its `tbps`. A gateway
        with no hub and no partner abroad has none.
    """
    hubs = np.flatnonzero(hub_weight > 0)
    partners = _largest_abroad(tbps, country, hub_weight, parameters.partners)
    to_hubs = _pull(hubs, hub_weight[hubs], country, lon, lat, parameters.hub_decay,
                    parameters.near_km)
    to_partners = _pull(partners, tbps[partners], country, lon, lat, parameters.partner_decay,
                        parameters.near_km)
    hub_total, partner_total = to_hubs.sum(axis=1), to_partners.sum(axis=1)
    hub_part = np.where(partner_total > 0, parameters.hub_share, 1.0) * (hub_total > 0)
    partner_part = (1.0 - hub_part) * (partner_total > 0)
    share = np.hstack([
        to_hubs * _ratio(hub_part, hub_total)[:, None],
        to_partners * _ratio(partner_part, partner_total)[:, None],
    ]) * tbps[:, None]
    source, column = np.nonzero(share > 0)
    target = np.concatenate([hubs, partners])[column]
    return make_demand(source, target, share[source, column],
                       basis=None if basis is None else basis[source],
                       source=np.full(len(source), GRAVITY, object))


def _largest_abroad(tbps: Floats, country: Ints, hub_weight: Floats, count: int) -> Ints:
    """The largest non-hub gateway of each of the `count` largest such countries, ascending."""
    candidates = np.flatnonzero((hub_weight <= 0) & (tbps > 0)
                                & ~np.isin(country, country[hub_weight > 0]))
    candidates = candidates[np.lexsort((candidates, -tbps[candidates]))]
    _, first = np.unique(country[candidates], return_index=True)
    return np.sort(candidates[np.sort(first)][:count])


def _pull(targets: Ints, weight: Floats, country: Ints, lon: Floats, lat: Floats,
          decay: float, near_km: float) -> Floats:
    """(G, T) weight x distance ** -decay, zero towards one's own country."""
    if not len(targets):
        return np.zeros((len(lon), 0))
    km = distance_km(lon[:, None], lat[:, None], lon[None, targets], lat[None, targets])
    pull = weight[None, :] * np.maximum(km, near_km) ** -decay
    return np.where(country[:, None] == country[None, targets], 0.0, pull)


def _ratio(part: Floats, total: Floats) -> Floats:
    return np.divide(part, total, out=np.zeros_like(total), where=total > 0)
