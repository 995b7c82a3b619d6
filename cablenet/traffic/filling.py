"""`Filling`: max-min fair shares where equal ones do not fit.

A program of its own, since it keeps rows that only one question needs. Delays should be close to
nothing in its problem, so that only shares count.
"""

from __future__ import annotations

from cablenet.traffic.detours import TOLERANCE, Detours, Fixed, Key
from cablenet.traffic.problem import Outage


class Filling(Detours):
    """The program of `detours`, whose tied demands are raised together."""

    def fill(self, outage: Outage, fixed: Fixed, ties: dict[Key, float]) -> Fixed:
        """Max-min fair shares of tied demands, the highest level first.

        The least share of a level is raised as far as it goes while every level leaves no more
        unserved than it must; demands that hold it back are fixed there, and the others go on.

        Parameters
        ----------
        ties
            (demand, level) and what it leaves unserved in some best answer, Gbps: only the sum of
            each level counts

        Returns
        -------
        `fixed`, with what each tie leaves unserved
        """
        fixed = dict(fixed)
        for key in ties:
            if key not in self._unserved:
                self._add_unserved(*key)
        levels = sorted({level for _, level in ties})
        for level in levels:
            keys = [key for key in ties if key[1] == level]
            total = sum(ties[key] for key in keys)
            self._lp.add_row(total + TOLERANCE,
                             [self._unserved[key] for key in keys], [1.0] * len(keys))
        for level in levels:
            free = [key for key in ties if key[1] == level]
            while free:
                share, held = self._raise(outage, fixed, free)
                fixed |= {key: (1.0 - share) * self._asked[key] for key in held}
                free = [key for key in free if key not in held]
        return fixed

    def _raise(self, outage: Outage, fixed: Fixed, free: list[Key]) -> tuple[float, set[Key]]:
        """The largest least share of the free ties of one level, and who holds it back."""
        asked = [self._asked[key] for key in free]
        worth = float(sum(asked))
        share = self._column(-worth, {}, {}, {}, upper=1.0)
        rows = [self._lp.add_row(amount, [self._unserved[key], share], [1.0, amount])
                for key, amount in zip(free, asked, strict=True)]
        self._open(outage, fixed)
        _, value, price = self._generate(outage)
        self._close(outage)
        self._lp.bounds(share, 0.0, 0.0)
        held = {key for key, row, amount in zip(free, rows, asked, strict=True)
                if price[row] * amount > 1e-5 * worth}
        best = float(value[share])
        return best, held if held and best < 1.0 else set(free)
