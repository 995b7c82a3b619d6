"""The ways of asking `plan redundancy`, and which options go with which; the others are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cablenet.planning.demand_promise import DemandPromise
    from cablenet.planning.promise import Promise

EVERY = frozenset({"layers", "country", "candidates", "budget_musd", "as_of", "json"})
WIDE = EVERY | {"reach_km", "next_best", "leave_out_impossible", "time_limit_s"}
ROUTED = WIDE | {"avoid", "keep_km_from_cables", "round_hazards", "report"}
GOES_WITH: Mapping[str, frozenset[str]] = {
    "--country alone": EVERY,
    "--losses": ROUTED | {"losses", "unit"},
    "--promise": ROUTED | {"promise"},
    "--promise with a share": WIDE | {"promise", "gap"},
    "--share": WIDE | {"share", "gap"},
    "--least-loss": WIDE - {"leave_out_impossible"} | {"least_loss", "gap", "curve"},
    "--least-loss with --share": WIDE | {"least_loss", "share", "gap", "curve"},
}
"""What each way of asking takes."""


def mode_of(options: Mapping[str, str]) -> str:
    """The way of asking: by what the line gives, before any file is read.

    Raises
    ------
    InputError
        two ways at once, or none
    """
    from cablenet.errors import InputError

    by_demand, by_connection = {"share", "least_loss"} & set(options), {"losses", "promise"} & set(
        options)
    if by_demand and by_connection:
        raise InputError("--share and --least-loss plan by demand, --losses and --promise by "
                         "connection; give one of the two")
    if len(by_connection) == 2:
        raise InputError("--losses and --promise both say what to survive; give one")
    if by_connection:
        return f"--{by_connection.pop()}"
    if "least_loss" in options:
        return "--least-loss with --share" if "share" in options else "--least-loss"
    if "share" in options:
        return "--share"
    if "country" not in options:
        raise InputError("name at least one country with --country, such as --country TO, or what "
                         "every country must survive with --losses")
    return "--country alone"


def refuse_others(options: Mapping[str, str], mode: str) -> None:
    """Refuse what the line gives and the mode does not take, and name the modes that take it."""
    from cablenet.errors import InputError

    others = [f"{option} goes with {_either(_takers(name))}"
              for name, option in options.items() if name not in GOES_WITH[mode]]
    if others:
        raise InputError(f"{'; '.join(others)}; not with {mode}")
    if {"candidates", "reach_km"} <= set(options):
        raise InputError("--reach-km tells how far candidates of our own router go; leave it out "
                         "with --candidates")
    if {"curve", "next_best"} <= set(options):
        raise InputError("--next-best goes with one budget; leave it out with --curve")


def refuse_numbers(budgets_musd: Sequence[float], next_best: int, time_limit_s: float, gap: float,
                   options: Mapping[str, str]) -> None:
    """Refuse numbers that cannot be, several budgets without a curve, none where one is due."""
    from cablenet.errors import InputError

    for budget in budgets_musd:
        if not budget > 0:
            raise InputError(f"--budget-musd is {budget:g}; give million USD above 0")
    if next_best < 0:
        raise InputError(f"--next-best is {next_best}; give a number of plans from 0 on")
    if not time_limit_s > 0:
        raise InputError(f"--time-limit-s is {time_limit_s:g}; give seconds above 0")
    if not gap >= 0:
        raise InputError(f"--gap is {gap:g}; give percent from 0 on")
    if "least_loss" not in options:
        if len(budgets_musd) > 1:
            raise InputError("several budgets make a curve of --least-loss; give one")
        return
    if not budgets_musd:
        raise InputError("--least-loss needs --budget-musd: without a limit all is built")
    if "curve" in options and len(budgets_musd) < 2:
        raise InputError("--curve needs two budgets or more; give --budget-musd again")
    if "curve" not in options and len(budgets_musd) > 1:
        raise InputError("several budgets make a curve; say where its picture goes: --curve FILE")


def joined(file: Path | None, promises: Sequence[Promise] | Sequence[DemandPromise],
           told: Mapping[str, Any], line: Mapping[str, Any], options: Mapping[str, str],
           ) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Promises and options of a file with those that the line gives where the file is silent.

    Raises
    ------
    InputError
        file and line both speak
    """
    from cablenet.errors import InputError

    countries = line["country"] if "country" in options else None
    twice = [options[name] for name in line if name in options and (
        any(one.countries is not None for one in promises) if name == "country" else name in told)]
    if twice:
        raise InputError(f"{file}: {_and(twice)} said by the file and by the line; leave one out")
    asked = tuple(promises) if countries is None else tuple(
        replace(one, countries=tuple(countries)) for one in promises)
    if told.get("budget_musd", 1.0) <= 0:
        raise InputError(f"{file}: budget_musd is {told['budget_musd']:g}; give million USD above "
                         "0")
    said = {name: value for name, value in line.items() if name in options and name != "country"}
    return asked, {**told, **said}


def _takers(name: str) -> list[str]:
    """The modes that take an option, those that need another one beside it only where no other."""
    every = [mode for mode, takes in GOES_WITH.items() if name in takes]
    return [mode for mode in every if " with " not in mode
            or mode.partition(" with ")[0] not in every] or every


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _and(words: Sequence[str]) -> str:
    verb = "is" if len(words) == 1 else "are"
    return f"{words[0] if len(words) == 1 else ', '.join(words[:-1]) + ' and ' + words[-1]} {verb}"
