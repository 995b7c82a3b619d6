"""Read a user's own demand matrix: who asks whom for how many Tbps, from CSV or Parquet.

Columns: `from` and `to` (a gateway's id, or a country's code or name, which is spread over its
gateways by their demand share), `tbps` (peak, larger direction), and where known `class`,
`year`, `source`, `confidence` (sourced, estimated or assumed) and `note`. A row without a class is
split by the assumed shares of `traffic.classes`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cablenet.errors import InputError, Problem, ReadError
from cablenet.layers import Layers
from cablenet.network import Network
from cablenet.readers.countries import UNKNOWN, country_code
from cablenet.readers.demand_columns import read_columns
from cablenet.readers.json_text import file_problem
from cablenet.traffic.classes import CLASSES, SHARES, class_number
from cablenet.traffic.demand import ASSUMED, BASES, Demand, Floats, Ints, make_demand

MOST_TBPS = 100_000.0
"""The whole world's international capacity is some 2,000 Tbps: more than this is another unit."""
SHOWN = 20


@dataclass(frozen=True, eq=False)
class _Place:
    """A gateway, or a country as all its gateways with the share that enters at each."""

    key: str
    country: str
    is_country: bool
    gateways: Ints
    share: Floats


@dataclass(frozen=True)
class _Row:
    start: _Place
    end: _Place
    tbps: float
    traffic_class: int
    basis: int
    source: str


def read_demand(path: Path | str, on: Layers | Network, *, year: int | None = None) -> Demand:
    """A demand matrix for a map or a network, checked row by row.

    Parameters
    ----------
    path
        a .csv or .parquet file; the columns are listed at the head of this module
    on
        whose gateways and countries are meant
    year
        the year asked about; a row of another year is an error. Left out, all rows must be of
        one year, whichever it is

    Raises
    ------
    ReadError
        every problem at once: places not on the map, a demand of a place from itself, Tbps that
        are no finite number from 0 on, unknown classes, rows of another year, missing columns
    """
    path = Path(path)
    layers = on.layers if isinstance(on, Network) else on
    if not len(layers.tables["gateways"]):
        raise InputError(f"{path.name}: the map '{layers.name}' has no gateways yet; build its "
                         "network first and read the demand for that")
    columns, names = read_columns(path)
    problems: list[Problem] = []
    find = _finder(layers)
    rows = [_row(path.name, name, cells, find, problems)
            for name, cells in zip(names, _cells(columns), strict=True)]
    problems += _check_years(path.name, names, columns.get("year"), year)
    problems += _check_repeats(path.name, names, rows)
    if problems:
        raise ReadError(_shortened(path.name, problems))
    whole = [row for row in rows if row is not None and row.tbps > 0.0]
    if not whole:
        raise file_problem(path, "holds no demand above 0 Tbps", "give at least one")
    return _spread(whole)


def _cells(columns: Mapping[str, Sequence[object]]) -> list[dict[str, object]]:
    return [dict(zip(columns, values, strict=True))
            for values in zip(*columns.values(), strict=True)]


def _row(file: str, name: str, cells: Mapping[str, object], find: Callable[[str], _Place | str],
         problems: list[Problem]) -> _Row | None:
    """One row, or None where something is wrong with it, which is then told in `problems`."""
    found: list[Problem] = []

    def wrong(column: str, message: str, cure: str) -> None:
        found.append(Problem(file, name, column, message, cure))

    places = {}
    for column in ("from", "to"):
        place = find(_text(cells[column]))
        if isinstance(place, str):
            wrong(column, *place.split("; ", 1))
        else:
            places[column] = place
    if len(places) == 2 and _same(places["from"], places["to"]):
        wrong("to", f"'{_text(cells['to'])}' is where the demand comes from",
              "name another place: only what crosses between places is demand")
    tbps = _number(cells["tbps"])
    if isinstance(tbps, str) or not 0.0 <= tbps <= MOST_TBPS:
        shown = _text(cells["tbps"])[:40]
        wrong("tbps", f"'{shown}' is more than {MOST_TBPS:,.0f} Tbps" if isinstance(tbps, float)
              and MOST_TBPS < tbps < math.inf else f"'{shown}' is not a finite number from 0 on",
              "give the peak in Tbps")
    text = _text(cells.get("class"))
    number = class_number(text) if text else -1
    if text and number < 0:
        wrong("class", f"'{text[:40]}' is no class of traffic",
              f"known: {', '.join(row.id for row in CLASSES)}; or leave it empty")
    source, basis = _text(cells.get("source")), _text(cells.get("confidence")).casefold()
    if basis and basis not in BASES:
        wrong("confidence", f"'{basis[:40]}' is not known", f"write {', '.join(BASES)}")
    problems += found
    if found or isinstance(tbps, str):
        return None
    known = BASES.index(basis) if basis else 0 if source else ASSUMED
    return _Row(places["from"], places["to"], tbps, number, known, source or file)


def _text(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return str(cell).strip()


def _number(cell: object) -> float | str:
    """The number in a cell, or the text that is none."""
    try:
        return float(_text(cell).replace("_", " "))  # Python would read 1_000 as a number
    except (ValueError, OverflowError):
        return _text(cell)


def _same(one: _Place, other: _Place) -> bool:
    """One place twice, or a country and a gateway of its own; two gateways of one are not."""
    if one.is_country or other.is_country:
        return one.country == other.country
    return one.key == other.key


def _finder(layers: Layers) -> Callable[[str], _Place | str]:
    """What finds a place by its text: the place, or what is wrong and its cure joined by '; '."""
    gates, countries = layers.tables["gateways"], layers.tables["countries"]
    country = gates["country"].to_numpy(object)
    size = gates.groupby("country")["gateway_id"].transform("size")
    weight = gates["demand_share"].fillna(gates["people_share"]).fillna(1.0 / size).to_numpy(float)
    known = {str(key): _Place(str(key), str(country[i]), False, np.array([i], np.int64), np.ones(1))
             for i, key in enumerate(gates["gateway_id"])}
    by_code = {}
    for code in countries["country"]:
        mine = np.flatnonzero(country == code)
        share = weight[mine] if weight[mine].sum() > 0 else np.ones(len(mine))
        share = share / share.sum() if len(mine) else share
        by_code[str(code)] = _Place(str(code), str(code), True, mine, share)
    names = {str(name).casefold(): str(code)
             for code, name in zip(countries["country"], countries["name"], strict=True)}
    folded = {name.casefold(): name for name in [*known, *by_code, *map(str, countries["name"])]}

    def find(text: str) -> _Place | str:
        if not text:
            return "is empty; name a gateway or a country"
        code = text.upper() if text.upper() in by_code else names.get(text.casefold(), "")
        if not code and text not in known and (other := country_code(text)) != UNKNOWN:
            code = other
        place = known.get(text) or by_code.get(code)
        if place is None:
            near = [folded[name] for name in
                    difflib.get_close_matches(text.casefold(), folded, n=3, cutoff=0.5)]
            return (f"'{text[:40]}' is no gateway or country of this map; "
                    + (f"nearest: {', '.join(near)}" if near else "give a gateway's id, or a "
                       "country's code or name"))
        if not len(place.gateways):
            return f"'{text[:40]}' has no gateway on this map; add one to gateways"
        return place

    cache: dict[str, _Place | str] = {}

    def remembered(text: str) -> _Place | str:
        if text not in cache:
            cache[text] = find(text)
        return cache[text]

    return remembered


def _check_years(file: str, names: Sequence[str], cells: Sequence[object] | None,
                 year: int | None) -> list[Problem]:
    """Every given year is a whole number, and all are the year asked about or one and the same."""
    problems: list[Problem] = []
    given: dict[str, int] = {}
    for name, cell in zip(names, cells or [None] * len(names), strict=True):
        if not _text(cell):
            continue
        number = _number(cell)
        if isinstance(number, float) and number.is_integer() and 1 <= number <= 9999:
            given[name] = int(number)
        else:
            problems.append(Problem(file, name, "year", f"'{_text(cell)[:40]}' is not a year",
                                    "write it as 2030, or leave it empty"))
    held = sorted(set(given.values()))
    if year is not None and len(held) == 1 and held != [year]:
        return [*problems, Problem(file, "", "year", f"the matrix is of {held[0]}, but {year} is "
                                   "asked about", f"give one of {year}, or ask for the demand year "
                                   f"{held[0]}")]
    first = year if year is not None else next(iter(given.values()), None)
    asked = f"{year} is asked about" if year is not None else f"the rows above are of {first}"
    return problems + [Problem(file, name, "year", f"is {wrong}, but {asked}",
                               f"give the rows of {first} only")
                       for name, wrong in given.items() if wrong != first]


def _check_repeats(file: str, names: Sequence[str],
                   rows: Sequence[_Row | None]) -> list[Problem]:
    """No pair of places twice in one class, nor both as a whole and by class."""
    problems: list[Problem] = []
    seen: dict[tuple[str, str], dict[int, str]] = {}
    for name, row in zip(names, rows, strict=True):
        if row is None:
            continue
        before = seen.setdefault((row.start.key, row.end.key), {})
        pair = f"from '{row.start.key}' to '{row.end.key}'"
        if row.traffic_class in before:
            problems.append(Problem(file, name, "", f"{pair} was already given in "
                                    f"{before[row.traffic_class]}", "add the two up in one row"))
        elif before and (row.traffic_class < 0 or -1 in before):
            problems.append(Problem(file, name, "class", f"{pair} is given both as a whole and by "
                                    f"class ({next(iter(before.values()))})",
                                    "give one or the other"))
        before.setdefault(row.traffic_class, name)
    return problems


def _spread(rows: Sequence[_Row]) -> Demand:
    """Rows between places as demands between gateways."""
    place = list(dict.fromkeys(one for row in rows for one in (row.start, row.end)))
    number = {one: i for i, one in enumerate(place)}
    size = np.array([len(one.gateways) for one in place])
    first = np.cumsum(size) - size
    gateway = np.concatenate([one.gateways for one in place])
    share = np.concatenate([one.share for one in place])
    start = np.array([number[row.start] for row in rows])
    end = np.array([number[row.end] for row in rows])
    count = size[start] * size[end]
    of = np.repeat(np.arange(len(rows)), count)
    within = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    a = first[start[of]] + within // size[end[of]]
    b = first[end[of]] + within % size[end[of]]
    tbps = np.array([row.tbps for row in rows])[of] * (share[a] * share[b])
    split = np.vstack([np.eye(len(CLASSES)), np.array(SHARES)])  # the last: no class is named
    some = tbps > 0.0
    of, tbps = of[some], tbps[some]
    return make_demand(
        gateway[a[some]], gateway[b[some]], tbps,
        class_tbps=tbps[:, None] * split[np.array([row.traffic_class for row in rows])[of]],
        basis=np.array([row.basis for row in rows])[of],
        source=np.array([row.source for row in rows], object)[of])


def _shortened(file: str, problems: Sequence[Problem]) -> list[Problem]:
    if len(problems) <= SHOWN:
        return list(problems)
    more = len(problems) - SHOWN
    return [*problems[:SHOWN], Problem(file, "", "", f"and {more} more problems", "")]
