"""Critical nodes: which nodes to remove so that the fewest pairs stay joined, against optima."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cablenet.errors import Problem, ReadError
from cablenet.solvers import IntegerProgram, Solution
from cablenet.validation.check import Check, Status, skipped

TABLE = "best_known.csv"
TABLE_HEAD = "file,removed,pairs_left,proven"
SOURCE = "INFORMS J. Computing 2022.0130, supplement, Table 1 (optima proved there)"
LIMIT = 60.0


def check_critical_nodes(data: Path | None) -> list[Check]:
    """The optimum of each instance proved here, and the same counted from the nodes removed."""
    folder = find_instances(data)
    if folder is None:
        return [skipped("critical-nodes", SOURCE,
                        "no critical-node instances here; name their folder with --data")]
    out = []
    for row in csv.DictReader((folder / TABLE).read_text("utf-8").splitlines()):
        graph = read_graph(folder / row["file"])
        found = remove_nodes(graph, int(row["removed"]))
        theirs = float(row["pairs_left"])
        proved = found.pairs_left == theirs == found.bound
        status: Status = "pass" if proved else "miss"
        out.append(Check(f"critical-nodes-{Path(row['file']).stem.lower()}", found.pairs_left,
                         theirs, "equal, proved and recounted", SOURCE, status))
    return out


@dataclass(frozen=True)
class Removal:
    """Nodes removed, pairs that stay connected (counted without the solver), and the bound."""

    nodes: tuple[int, ...]
    pairs_left: int
    bound: int


def find_instances(data: Path | None) -> Path | None:
    """The folder that holds the table: the one given, or one directly inside it."""
    if data is None or not data.is_dir():
        return None
    folders = [data, *sorted(path for path in data.iterdir() if path.is_dir())]
    return next((path for path in folders if (path / TABLE).is_file()
                 and TABLE_HEAD in (path / TABLE).read_text("utf-8", errors="replace")), None)


def read_graph(path: Path) -> dict[int, frozenset[int]]:
    """Neighbours of each node: the first line counts nodes, each further one is `node: others`.

    Raises
    ------
    ReadError
        a line that is not
    """
    lines = path.read_text("utf-8").splitlines()
    try:
        beside: dict[int, set[int]] = {node: set() for node in range(int(lines[0]))}
        for line in lines[1:]:
            node, _, others = line.partition(":")
            if node.strip():
                for other in map(int, others.split()):
                    if other != int(node):
                        beside[int(node)].add(other)
                        beside[other].add(int(node))
    except (ValueError, KeyError, IndexError) as error:
        raise ReadError([Problem(path.name, "", "", f"is no list of neighbours ({error!r})",
                                 "the number of nodes, then lines such as '0: 3 7'")]) from error
    return {node: frozenset(others) for node, others in beside.items()}


def remove_nodes(graph: Mapping[int, frozenset[int]], count: int, *, seed: int = 1,
                 limit: float = LIMIT) -> Removal:
    """Remove at most `count` nodes so that the fewest pairs stay connected.

    Sets: nodes N without leaves, weights w (a node and the leaves that hang on it), pairs of N.
    Variables: gone[i]; joined[i, j]. Minimise the sum of w_i w_j joined[i, j] and of the pairs
    inside each node that stays. joined[i, j] >= 1 - gone[i] - gone[j] for an edge; for others,
    joined[i, j] >= joined[k, j] - gone[i] for each neighbour k of i, i the end with fewer of them.
    A leaf need not be removed: removing what it hangs on does at least as much.
    """
    leaves = {n: min(others) for n, others in graph.items()
              if len(others) == 1 and len(graph[min(others)]) > 1}
    core = [n for n in sorted(graph) if n not in leaves and graph[n]]
    weight = dict.fromkeys(core, 1)
    for hub in leaves.values():
        weight[hub] += 1
    program = IntegerProgram()
    gone = {n: program.flag(f"gone{n}") for n in core}
    joined = {(i, j): program.flag(f"joined{i}:{j}")
              for at, i in enumerate(core) for j in core[at + 1:]}
    for (i, j), both in joined.items():
        if j in graph[i]:
            program.either([both, gone[i], gone[j]])
            continue
        near, far = (i, j) if len(graph[i]) <= len(graph[j]) else (j, i)
        for k in sorted(graph[near] - leaves.keys()):
            program.either([both, gone[near]], [joined[min(k, far), max(k, far)]])
    program.require(sum(gone.values()) <= count)
    program.minimise(
        sum(weight[i] * weight[j] * both for (i, j), both in joined.items())
        + sum(w * (w - 1) // 2 * (1 - gone[n]) for n, w in weight.items()))
    answer: Solution = program.solve(seed=seed, deterministic_limit=limit)
    removed = [n for n in core if answer.values.get(f"gone{n}")]
    return Removal(tuple(removed), pairs_left(graph, removed), round(answer.bound))


def pairs_left(graph: Mapping[int, frozenset[int]], removed: Sequence[int]) -> int:
    """Pairs of nodes that are still connected, walked through without the solver."""
    seen, total = set(removed), 0
    for start in graph:
        if start in seen:
            continue
        part, queue = 1, [start]
        seen.add(start)
        while queue:
            for other in graph[queue.pop()] - seen:
                seen.add(other)
                queue.append(other)
                part += 1
        total += part * (part - 1) // 2
    return total
