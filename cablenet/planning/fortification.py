"""`fortify`: which units to harden so that the worst attack on the others hurts least."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cablenet.errors import InputError, MismatchError, PlanError
from cablenet.network import Network
from cablenet.planning.asked import Asked
from cablenet.planning.attack import Attack, attack_of, units_in_words
from cablenet.planning.attack_case import AttackCase
from cablenet.planning.counted import counted
from cablenet.scenarios.joint_units import joint_units
from cablenet.scenarios.scenario_set import ScenarioSet, concat
from cablenet.scenarios.units import Units
from cablenet.solvers import Certificate, IntegerProgram

ROUNDS = 200
MORE = 4
"""Further attacks noted in a round, disjoint from those before: fewer rounds for more solves."""
TIME_LIMIT = 20.0


@dataclass(frozen=True, eq=False)
class Fortification:
    """Units to harden, and the worst attack before and after.

    Attributes
    ----------
    asked
        whose loss counts: 'the world', a country, or a pair
    kinds, hardened, names
        kinds, ids and names of the units that can no longer fail
    before, after
        the worst attack of at most k units on the network as it is, and on the rest
    certificate
        of the worst attack after: no choice of `harden` units is proved to leave less than `bound`
    rounds
        of hardening and attack that were needed
    """

    network: Network
    unit: str
    harden: int
    k: int
    asked: str
    counts: str
    radius_km: float
    kinds: tuple[str, ...]
    hardened: tuple[str, ...]
    names: tuple[str, ...]
    before: Attack
    after: Attack
    certificate: Certificate
    rounds: int

    def __repr__(self) -> str:
        word = "proved" if self.certificate.status == "optimal" else \
            f"at least {self.certificate.bound:,.0f} whatever is hardened"
        head = (f"<Fortification: {len(self.hardened)} of at most {self.harden} {self.unit}s "
                f"hardened; the worst {self.k} cut off {counted(self.after.value, self.counts)} "
                f"instead of {self.before.value:,} ({word})>")
        return "\n".join([head, *(f"  {name}" for name in self.names)])

    @property
    def title(self) -> str:
        """What hardening does in a line."""
        many = units_in_words(self.unit, self.radius_km, len(self.hardened))
        return (f"{many} hardened: {self.counts} cut off by the worst {self.k}: "
                f"{self.after.value:,} instead of {self.before.value:,}")

    def scenarios(self, net: Network | None = None) -> ScenarioSet:
        """The worst attack before and the worst one after, of this network or another.

        Raises
        ------
        MismatchError
            neither cuts anyone off
        """
        net = self.network if net is None else net
        found = [joint_units(net, f"{when}: {' + '.join(attack.names)}",
                             list(zip(attack.kinds, attack.ids, strict=True)),
                             radius_km=self.radius_km)
                 for when, attack in (("before", self.before), ("after", self.after))
                 if len(attack)]
        if not found:
            raise MismatchError("no failure of these units cuts anyone off: there is no scenario")
        return concat(found)

    def plot(self, ax: Any = None, *, window: Any = None) -> Any:
        """What is hardened, in green, and the worst that can still happen, on the muted map."""
        from cablenet.maps import draw_attack  # a picture asked of its numbers: a call upwards

        return draw_attack(
            self.network, self.after.units, ax, radius_km=self.radius_km,
            hardened=list(zip(self.kinds, self.hardened, self.names, strict=True)),
            cut_off=self.after.countries, gateways=self.after.gateways, window=window,
            title=self.title)

    def explore(self, title: str = "") -> Any:
        """An interactive map of the worst attack before and the worst one after."""
        from cablenet.maps import explore  # a picture asked of its numbers: a call upwards
        from cablenet.scoring import score

        return explore(self.network, score(self.network, self.scenarios(), metrics=["isolated"]),
                       title=title or self.title)

    def to_frame(self) -> pd.DataFrame:
        """One row a hardened unit."""
        return pd.DataFrame({"id": list(self.hardened), "name": list(self.names)})

    def to_json(self) -> dict[str, Any]:
        """As plain values, the certificate's keys on top."""
        return {**self.certificate.to_json(), "objective_unit": self.counts, "unit": self.unit,
                "asked": self.asked, "radius_km": self.radius_km,
                "harden": self.harden, "k": self.k, "hardened": list(self.hardened),
                "names": list(self.names), "rounds": self.rounds,
                "before": self.before.to_json(), "after": self.after.to_json()}


def fortify(net: Network, harden: int, k: int, *, unit: str | Units = "cable",
            metric: str = "isolated", country: str | None = None,
            pair: Sequence[str] | None = None, radius_km: float = 25.0, seed: int = 1,
            time_limit: float = TIME_LIMIT, rounds: int = ROUNDS) -> Fortification:
    """Choose at most `harden` units that cannot fail so that the worst k of the others do least.

    Sets: units U, attacks A met so far. Variables: h[u] unit u is hardened, worst >= 0. Minimise
    worst such that the sum of h is at most `harden` and, for every attack a of A with value v[a],
    worst >= v[a] (1 - sum of h[u] over its units). An attack of which nothing is hardened does all
    it did; one that is touched may do less, so the optimum is a lower bound. The attack model then
    answers the hardening with its worst attack, which bounds from above and enters A, together
    with smaller attacks inside it that still do as much as the best answer known. When the bounds
    meet, the choice is proved; where `rounds` or the limit end first, it is the best one found.

    Parameters
    ----------
    time_limit
        deterministic time of each solve

    Raises
    ------
    InputError
        harden or k below 1, or more than there are units
    NoPlanFoundError
        a limit too short for the first attack
    """
    if harden < 1:
        raise InputError(f"harden = {harden}: at least one unit has to be hardened")
    asked = Asked(net, unit, metric, country, pair, None, None, radius_km, seed, time_limit)
    asked.check(k)
    if harden > len(asked.units):
        raise InputError(f"harden = {harden}, but there are only {len(asked.units)} units "
                         f"({asked.units.kind}) in service")
    return _Work(asked, asked.case(k), harden, k, rounds).run()


@dataclass
class _Work:
    """Rounds of hardening and attack; `known` holds attacks and what each does."""

    asked: Asked
    case: AttackCase
    harden: int
    k: int
    rounds: int
    known: dict[frozenset[int], int] = field(default_factory=dict)
    seconds: float = 0.0

    def run(self) -> Fortification:
        before, worst = self._attack((), 0)
        best: tuple[tuple[int, ...], tuple[int, ...], int] = ((), before, worst)
        bound, used = 0, 0
        while bound < best[2] and used < self.rounds:
            used += 1
            chosen, least = self._hardening()
            bound = max(bound, least)
            if chosen is None or bound >= best[2]:
                break
            found, worst = self._attack(chosen, best[2])
            if worst < best[2]:
                best = (chosen, found, worst)
        return self._answer(before, best, min(bound, best[2]), used)

    def _attack(self, hardened: Collection[int], target: int) -> tuple[tuple[int, ...], int]:
        """The worst attack on what is not hardened, and the most that any such attack does.

        It is noted with others, disjoint from it, that do at least `target` as well.
        """
        case = self.case.without(hardened) if hardened else self.case
        found, answer = case.worst(self.k, seed=self.asked.seed, limit=self.asked.limit)
        self.seconds += answer.seconds
        value, most = self.case.value(found), int(np.floor(answer.bound + 1e-6))
        if value != round(answer.objective):
            raise PlanError(f"the attack failed its own check: the solver counts "
                            f"{answer.objective:,.0f}, the kernels {value:,}")
        first = self._shrunk(found, value)
        goal = min(target, value) if target else value
        barred = set(self._note(found, goal))
        for _ in range(MORE):
            more, answer = case.worst(self.k, seed=self.asked.seed, limit=self.asked.limit,
                                      never=barred)
            self.seconds += answer.seconds
            if not more or self.case.value(more) < max(goal, 1):
                break
            barred |= self._note(more, goal)
        return first, most

    def _note(self, attack: Collection[int], goal: int) -> frozenset[int]:
        """Keep an attack as it is, and the smallest part of it found that does `goal`."""
        self.known[frozenset(attack)] = self.case.value(attack)
        small = frozenset(self._shrunk(attack, goal))
        self.known[small] = self.case.value(small)
        return small

    def _shrunk(self, attack: Collection[int], goal: int) -> tuple[int, ...]:
        """The attack less units, last first, without which it still does `goal`."""
        kept = sorted(attack)
        for unit in sorted(attack, reverse=True):
            fewer = [u for u in kept if u != unit]
            if self.case.value(fewer) >= goal:
                kept = fewer
        return tuple(kept)

    def _hardening(self) -> tuple[tuple[int, ...] | None, int]:
        """The choice that answers the attacks known best, and a bound on every choice."""
        program = IntegerProgram()
        units = sorted({u for attack in self.known for u in attack})
        h = {u: program.flag(f"h{u}") for u in units}
        worst = program.integer("worst", 0, max(self.known.values(), default=0))
        if units:
            program.require(sum(h.values()) <= self.harden)
        for attack, value in sorted(self.known.items(), key=lambda one: sorted(one[0])):
            program.require(worst >= value - value * sum(h[u] for u in sorted(attack)))
        program.minimise(worst)
        answer = program.solve(seed=self.asked.seed, deterministic_limit=self.asked.limit)
        self.seconds += answer.seconds
        least = max(0, math.ceil(answer.bound - 1e-6)) if math.isfinite(answer.bound) else 0
        if answer.status not in ("optimal", "feasible"):
            return None, least
        return tuple(u for u in units if answer.values[f"h{u}"]), least

    def _answer(self, before: tuple[int, ...],
                best: tuple[tuple[int, ...], tuple[int, ...], int], bound: int,
                used: int) -> Fortification:
        hardened, attack, worst = best
        case, units = self.case, self.case.units
        after = attack_of(case.net, units, case.question, attack)
        closed = bound == worst == after.value
        proof = Certificate(
            "optimal" if closed else "feasible", float(worst), float(bound),
            (worst - bound) / max(1.0, worst), self.seconds, self.asked.seed, self.asked.limit,
            checked=True)
        return Fortification(
            case.net, units.kind, self.harden, self.k, self.asked.whom(),
            case.question.unit_of_value, self.asked.radius_km,
            tuple(str(units.kinds[u]) for u in hardened),
            tuple(str(units.id[u]) for u in hardened),
            tuple(str(units.name[u]) for u in hardened),
            attack_of(case.net, units, case.question, before), after, proof, used)
