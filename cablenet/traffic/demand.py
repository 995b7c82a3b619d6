"""The demand model: country totals become peak demand between gateways, by gravity.

A country's figure is the peak international traffic of its inhabitants in the larger direction.
It enters at the country's gateways by their demand share; each gateway exchanges most of it with
hubs abroad and the rest with the largest other gateways abroad, near ones more than far ones.
The parameters are assumed (no public matrix exists); a user's own matrix replaces the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.geo.geodesic import distance_km

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Texts = NDArray[np.object_]

ONE_CLASS = "all"


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
    """D demands: peak Tbps (larger direction) between two gateways, by traffic class.

    `from_gateway` and `to_gateway` number gateways; the first is whose inhabitants ask.
    """

    from_gateway: Ints
    to_gateway: Ints
    tbps: Floats
    traffic_class: Texts

    def __len__(self) -> int:
        return len(self.tbps)

    @property
    def total_tbps(self) -> float:
        """All demand together."""
        return float(self.tbps.sum())


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
    order = np.lexsort((target, source))
    return Demand(source[order].astype(np.int64), target[order].astype(np.int64),
                  share[source, column][order],
                  np.full(len(order), ONE_CLASS, dtype=object))


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
