"""`DemandPromise`: which countries keep what share of their demand, through which failures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.network import Network

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DemandPromise:
    """Countries keep a share of their peak demand through failures of a sweep.

    Kept means: traffic can be steered so that all of them have it at once. Which of its gateways
    and partners a country's share comes from is free.

    Attributes
    ----------
    share
        above 0, up to 1
    countries
        ISO codes or names; left out: all that have that share today, with nothing failed
    failures
        names of scenarios of the sweep; left out: all of them
    """

    share: float = 0.9
    countries: tuple[str, ...] | None = None
    failures: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise InputError(f"a promise of a share of {self.share:g} of demand; give a number "
                             "above 0 and up to 1 (0.9 is 90 %)")
        for name in ("countries", "failures"):
            if getattr(self, name) == ():
                raise InputError(f"a promise names no {name}; leave {name} out for all of them")

    def __str__(self) -> str:
        who = ("every country that has it today" if self.countries is None
               else ", ".join(self.countries))
        what = "every failure" if self.failures is None else "; ".join(self.failures)
        return f"{who}: {self.share:.0%} of demand through {what}"


def needs_of(net: Network, promise: DemandPromise, asked_tbps: Floats,
             served_tbps: Floats) -> tuple[Floats, list[str]]:
    """(C,) Tbps promised to each country, and rules for those that cannot be in it.

    Where all that have the share today are meant, those that have not are told; a country that is
    named is promised it all the same.
    """
    need = promise.share * asked_tbps
    short = served_tbps < need - 1e-9
    if promise.countries is None:
        rules = [f"{net.country_id[c]}: today, with nothing failed, "
                 f"{max(served_tbps[c], 0.0) / asked_tbps[c]:.1%} of its demand is served, less "
                 f"than {promise.share:.0%}" for c in np.flatnonzero((asked_tbps > 0) & short)]
        return np.where(short, 0.0, need), rules
    wanted = np.unique([net.country_index(one) for one in promise.countries])
    silent = [str(net.country_id[c]) for c in wanted if asked_tbps[c] <= 0]
    if silent:
        raise InputError(f"no demand in {', '.join(silent)}: there is no share of it to promise")
    out = np.zeros(len(need))
    out[wanted] = need[wanted]
    return out, []
