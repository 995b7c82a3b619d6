"""p-median instances of OR-Library: each optimum proved here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import floyd_warshall

from cablenet.errors import Problem, ReadError
from cablenet.planning.p_median import p_median
from cablenet.validation.check import Check, Status, skipped

SOURCE = "OR-Library, pmed1 to pmed40 (J. E. Beasley 1985)"
OPTIMA = (
    5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255, 7696, 6634, 4374, 2968, 1729, 8162,
    6999, 4809, 2845, 1789, 9138, 8579, 4619, 2961, 1828, 9917, 8307, 4498, 3033, 1989, 10086, 9297,
    4700, 3013, 10400, 9934, 5057, 11060, 9423, 5128)


def check_p_medians(data: Path | None) -> list[Check]:
    """One check for each instance that is there."""
    files = find_instances(data)
    if not files:
        return [skipped("p-median", SOURCE,
                        "no p-median instances here; name their folder with --data")]
    out = []
    for number, path in files.items():
        distance, p = read_instance(path)
        found = p_median(distance, p).certificate
        theirs = float(OPTIMA[number - 1])
        status: Status = ("pass" if found.objective == theirs and found.status == "optimal"
                          else "miss")
        out.append(Check(f"p-median-{path.stem}", found.objective, theirs, "equal, proved", SOURCE,
                         status, () if status == "pass" else (f"at least {found.bound:,.0f}",)))
    return out


def find_instances(data: Path | None) -> dict[int, Path]:
    """Instances by number, in the folder given or one directly inside it."""
    if data is None or not data.is_dir():
        return {}
    for folder in (data, *sorted(path for path in data.iterdir() if path.is_dir())):
        found = {number: folder / f"pmed{number}.txt" for number in range(1, len(OPTIMA) + 1)
                 if (folder / f"pmed{number}.txt").is_file()}
        if found:
            return found
    return {}


def read_instance(path: Path) -> tuple[NDArray[np.int64], int]:
    """(N, N) shortest ways between all nodes, and p. Of an edge given twice the last counts.

    Raises
    ------
    ReadError
        a file that is none
    """
    try:
        rows = [[int(word) for word in line.split()]
                for line in path.read_text("utf-8").splitlines() if line.strip()]
        (nodes, edges, p), given = rows[0], rows[1:]
        length = np.full((nodes, nodes), np.inf)
        for a, b, far in given:
            length[a - 1, b - 1] = length[b - 1, a - 1] = far
        if len(given) != edges:
            raise ValueError(f"{len(given)} edges, not {edges}")
    except (ValueError, IndexError) as error:
        raise ReadError([Problem(path.name, "", "", f"is no p-median instance ({error})",
                                 "nodes, edges and p; then two nodes and a length a line")]
                        ) from error
    np.fill_diagonal(length, 0)
    return floyd_warshall(length).astype(np.int64), p
