"""`LossSearch`: the plan of least expected loss under a budget, with a bound at any time.

Every plan has a loss that is known from the first moment on: a failure loses no more than a patch
of today's flow says, nor than it does under any smaller plan. The master says what is lost at
least. The failures in which both differ most are asked first, and no more of them than matters.
"""

from __future__ import annotations

from collections.abc import Sequence

from cablenet.planning.demand_master import Built, least_known
from cablenet.planning.demand_question import Key
from cablenet.planning.demand_search import DemandSearch, Found

PART = 0.1
"""Share of the open gap that failures which are not asked may leave open together."""


class LossSearch(DemandSearch):
    """Searches the least loss; what is learned for one budget holds for all."""

    def run(self, *, budget: float | None = None, refused: Sequence[Built] = (),
            gap: float = 0.0) -> Found:
        """The plan of least loss within the budget; see `DemandSearch.run`."""
        self._rounds, bound, rough = 0, 0.0, True
        best = self._begun(budget, refused, gap)
        while True:
            share = PART * self._open(best, bound, gap) if rough else 0.0
            try:
                choice = self._master(budget, refused, least_loss=True, gap=share)
            except TimeoutError:
                break
            built, bound = choice.built, max(bound, choice.bound)
            told = self._sound(built, PART * self._slack(best, bound, gap))
            if self._promised:
                told += self._ask_all(self._promised, built, choice.dear)[0]
            best = self._better(best, [best and best[1], built, self._known(budget, refused)])
            self._tell(best, bound)
            if best is not None and best[0] - bound <= max(gap * abs(best[0]), 1e-9):
                return Found(best[1], best[0], min(bound, best[0]), True, self._rounds)
            if self.late or (not told and share == 0.0):
                break
            rough = bool(told)  # where nothing is new, the master itself was too rough
        if best is None:
            return Found(frozenset(), float("inf"), bound, False, self._rounds)
        return Found(best[1], best[0], min(bound, best[0]), False, self._rounds)

    def prepare(self, gap: float) -> None:
        """Ask about nothing and about everything built, light failures first: that serves every
        budget."""
        nothing, everything = frozenset[int](), frozenset(range(len(self.cost)))
        for heavy in (False, True):
            slack = PART * gap * self.loss(nothing)
            self._sound(nothing, slack, [heavy])
            self._sound(everything, slack, [heavy])
            self._tell(None, 0.0)

    # -- steps --------------------------------------------------------------------------------

    def _begun(self, budget: float | None, refused: Sequence[Built],
               gap: float) -> tuple[float, Built] | None:
        """The best plan known before any master."""
        if self._promised:
            self._begin(self._promised)
            self._built_in_part(self._promised, budget, refused)
        nothing = frozenset[int]()
        best = None
        if nothing not in refused and self.keeps(nothing):
            best = self.loss(nothing), nothing
        self.prepare(gap)
        return self._better(best and (self.loss(nothing), nothing),
                            [self._known(budget, refused)])

    def _sound(self, built: Built, slack: float, weigh: Sequence[bool] = (False, True)) -> int:
        """Ask the failures in which what a plan loses is least known, until the others leave no
        more than `slack` open together; how many told something new. Of those, the light ones,
        the heavy ones, or both are asked."""
        level = self.asking.level(built)
        low = self.asking.lows(level)
        wide = {key: self._weight(key) * (self.asking.high(key, built) - low.get(key, 0.0))
                for key in self._weighted}
        order = sorted(self._weighted, key=lambda key: (-wide[key], key))
        left = sum(wide.values())
        keys: list[Key] = []
        for key in order:
            if left <= max(slack, 1e-12) or wide[key] <= 0:
                break
            left -= wide[key]
            if self.asking.heavy(key) in weigh and (key, built) not in self.asking.seen:
                keys.append(key)
        self.asking.ask(keys, built)
        after = self.asking.lows(level)
        return sum(after.get(key, 0.0) > low.get(key, 0.0) + 1e-9 * max(low.get(key, 0.0), 1.0)
                   or self._weight(key) * (self.asking.high(key, built) - after.get(key, 0.0))
                   < wide[key] - 1e-9 for key in keys)

    def _known(self, budget: float | None, refused: Sequence[Built]) -> Built | None:
        """The best plan by what is known of smaller ones."""
        kept_by = [self.asking.keeping(key) for key in self._promised]
        kept_by += [[frozenset({k}) for k in sorted(some)] for some in self._must]
        known = [[(one, self._weight(key) * high) for one, high in self.asking.losing(key)]
                 for key in self._weighted]
        return least_known(self.cost, kept_by, known, self._left_s(), budget=budget,
                           refused=refused)

    def _better(self, best: tuple[float, Built] | None, plans: Sequence[Built | None]
                ) -> tuple[float, Built] | None:
        """The best of what there is and some plans that keep all promises."""
        for built in plans:
            if built is None or not self.keeps(built):
                continue
            value = self.loss(built)
            if best is None or value < best[0] - 1e-12:
                best = value, built
        return best

    @staticmethod
    def _slack(best: tuple[float, Built] | None, bound: float, gap: float) -> float:
        """How much of the loss is open, and matters."""
        return 0.0 if best is None else max(best[0] - bound, gap * best[0])

    @classmethod
    def _open(cls, best: tuple[float, Built] | None, bound: float, gap: float) -> float:
        """The same as a share."""
        return 0.0 if best is None else cls._slack(best, bound, gap) / max(best[0], 1e-9)
