"""The one door to OR-Tools: flows, linear and integer programs, plain data in and out.

OR-Tools is imported on first use (it costs half a second). Settings that matter are fixed here:
CP-SAT runs one worker with `linearization_level=2` and a deterministic limit, so that the same
input gives the same answer; integer variables only, since CP-SAT rounds others without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
UNLIMITED = 10**12
Word = Literal["optimal", "feasible", "infeasible", "unknown"]
"""What a solver may say; "optimal" only with a closed bound."""


@dataclass(frozen=True)
class Solution:
    """What a solver said: `status`, `values` by variable name, objective and proven bound."""

    status: Word
    values: Mapping[str, int]
    objective: float
    bound: float
    seconds: float


@dataclass(frozen=True)
class Certificate:
    """What stands behind a plan: solver's word, objective, proven bound, and an outside check.

    `gap` is |objective - bound| / max(1, |objective|); `seconds` is the solver's own time;
    `limit` is the deterministic time each solve was given; `checked` says that code without the
    solver has recomputed feasibility and objective.
    """

    status: Literal["optimal", "feasible"]
    objective: float
    bound: float
    gap: float
    seconds: float
    seed: int
    limit: float
    checked: bool

    def to_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


class FlowNetwork:
    """A directed flow network whose arcs are added once and whose capacities may change.

    Capacities are integers; `UNLIMITED` stands for no limit.
    """

    def __init__(self, tails: Ints, heads: Ints) -> None:
        from ortools.graph.python import max_flow

        self._flow = max_flow.SimpleMaxFlow()
        self._optimal = max_flow.SimpleMaxFlow.OPTIMAL
        self._arcs = self._flow.add_arcs_with_capacity(
            np.ascontiguousarray(tails, np.int32), np.ascontiguousarray(heads, np.int32),
            np.zeros(len(tails), np.int64),
        )

    def max_flow(self, capacities: Ints, source: int, sink: int) -> int:
        """The largest flow from source to sink under these capacities."""
        self._flow.set_arcs_capacity(self._arcs, np.ascontiguousarray(capacities, np.int64))
        status = self._flow.solve(source, sink)
        if status != self._optimal:
            raise ArithmeticError(f"max flow ended with {status}: the total capacity overflows")
        return int(self._flow.optimal_flow())

    def flows(self) -> Ints:
        """Flow on each arc of the last answer."""
        return np.asarray(self._flow.flows(self._arcs), np.int64)

    def source_side(self) -> Ints:
        """Nodes on the source side of a minimum cut of the last answer."""
        return np.asarray(self._flow.get_source_side_min_cut(), np.int64)

    def sink_side(self) -> Ints:
        """Nodes on the sink side of the minimum cut nearest to the sink."""
        return np.asarray(self._flow.get_sink_side_min_cut(), np.int64)


class IntegerProgram:
    """A pure integer program, built by name and solved by CP-SAT reproducibly.

    Every variable has integer bounds; every coefficient is an integer. The model lives inside
    the function that builds it and never leaves it.
    """

    def __init__(self) -> None:
        from ortools.sat.python import cp_model

        self._cp = cp_model
        self.model = cp_model.CpModel()
        self._variables: dict[str, Any] = {}
        self._upwards = False

    def integer(self, name: str, low: int, high: int) -> Any:
        """An integer variable."""
        self._variables[name] = self.model.new_int_var(int(low), int(high), name)
        return self._variables[name]

    def flag(self, name: str) -> Any:
        """A yes-or-no variable."""
        self._variables[name] = self.model.new_bool_var(name)
        return self._variables[name]

    def require(self, condition: Any) -> Any:
        """A linear condition every solution keeps."""
        return self.model.add(condition)

    def either(self, positive: Iterable[Any], negative: Iterable[Any] = ()) -> None:
        """A clause: one of the flags `positive` is on, or one of `negative` is off."""
        self.model.add_bool_or([*positive, *(flag.negated() for flag in negative)])

    def minimise(self, expression: Any) -> None:
        self.model.minimize(expression)

    def maximise(self, expression: Any) -> None:
        self.model.maximize(expression)
        self._upwards = True

    def hint(self, values: Mapping[str, int]) -> None:
        """A start for the search."""
        for name, value in sorted(values.items()):
            self.model.add_hint(self._variables[name], int(value))

    def solve(self, *, seed: int = 1, deterministic_limit: float = 60.0,
              linearization_level: int = 2, wall_limit_s: float = float("inf")) -> Solution:
        """Solve with one worker and a limit in deterministic time (about seconds).

        A limit in wall time is for benches, never for a plan. A maximum that was not searched for
        yet has no bound: CP-SAT says 0 then, which would be a false one.
        """
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.linearization_level = linearization_level
        solver.parameters.max_deterministic_time = deterministic_limit
        solver.parameters.max_time_in_seconds = wall_limit_s
        status = solver.solve(self.model)
        words: dict[Any, Word] = {
            self._cp.OPTIMAL: "optimal", self._cp.FEASIBLE: "feasible",
            self._cp.INFEASIBLE: "infeasible",
        }
        word = words.get(status, "unknown")
        found = word in ("optimal", "feasible")
        values = ({name: int(solver.value(var)) for name, var in self._variables.items()}
                  if found else {})
        bound = solver.best_objective_bound if found or not self._upwards else float("inf")
        return Solution(word, values, solver.objective_value if found else float("nan"), bound,
                        solver.wall_time)

    def second_opinion(self, limit_s: float = 60.0) -> Solution:
        """The same program solved by SCIP, which shares no code with CP-SAT.

        Each clause becomes a linear row. The gap asked for is 0. The limit is wall time, so this
        is for tests and benches, never for a plan.

        Raises
        ------
        NotImplementedError
            a condition that is neither linear nor a clause
        """
        from ortools.linear_solver import pywraplp

        proto = self.model.proto
        solver = pywraplp.Solver.CreateSolver("SCIP")
        columns = [solver.IntVar(min(v.domain), max(v.domain), f"v{i}")
                   for i, v in enumerate(proto.variables)]
        for condition in proto.constraints:
            if condition.has_linear() and len(condition.linear.domain) == 2:
                factors = dict(zip(condition.linear.vars, condition.linear.coeffs, strict=True))
                low, high = min(condition.linear.domain), max(condition.linear.domain)
            elif condition.has_bool_or():
                literals = list(condition.bool_or.literals)
                factors = {v if v >= 0 else -v - 1: 1 if v >= 0 else -1 for v in literals}
                low, high = 1 - sum(v < 0 for v in literals), len(literals)
            else:
                raise NotImplementedError("only linear rows and clauses have a second reading")
            row = solver.Constraint(max(low, -UNLIMITED), min(high, UNLIMITED))
            for v, factor in factors.items():
                row.SetCoefficient(columns[v], factor)
        sign = -1.0 if proto.objective.scaling_factor < 0 else 1.0
        goal = solver.Objective()
        for v, factor in zip(proto.objective.vars, proto.objective.coeffs, strict=True):
            goal.SetCoefficient(columns[v], sign * factor)
        goal.SetOptimizationDirection(sign < 0)
        solver.SetTimeLimit(int(limit_s * 1000))
        settings = pywraplp.MPSolverParameters()
        settings.SetDoubleParam(settings.RELATIVE_MIP_GAP, 0.0)
        status = solver.Solve(settings)
        words: dict[Any, Word] = {solver.OPTIMAL: "optimal", solver.FEASIBLE: "feasible",
                                  solver.INFEASIBLE: "infeasible"}
        word = words.get(status, "unknown")
        found = word in ("optimal", "feasible")
        values = ({name: round(columns[var.index].solution_value())
                   for name, var in self._variables.items()} if found else {})
        return Solution(word, values, goal.Value() if found else float("nan"), goal.BestBound(),
                        solver.wall_time() / 1000)


def cheapest_cover(costs: Ints, rows: Sequence[tuple[Ints, int, int]], *,
                   limit_s: float,
                   most_nodes: int = -1) -> tuple[Word, Ints, float, float]:
    """minimise costs @ z over z in {0, 1} with low <= the sum of z over each row's columns <= high.

    Solved by SCIP to a gap of 0, which repeats itself as long as the limit is not reached.

    Parameters
    ----------
    costs
        (K,) whole numbers
    rows
        columns, low and high of each
    limit_s
        wall time
    most_nodes
        of the search tree, -1 for any: a limit that is the same on every machine

    Returns
    -------
    status, the columns at one, the bound proved, and the seconds taken
    """
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("SCIP")
    columns = [solver.BoolVar("") for _ in range(len(costs))]
    goal = solver.Objective()
    for column, cost in zip(columns, costs.tolist(), strict=True):
        goal.SetCoefficient(column, cost)
    for members, low, high in rows:
        row = solver.Constraint(low, high)
        for k in members.tolist():
            row.SetCoefficient(columns[k], 1)
    solver.SetSolverSpecificParametersAsString(f"limits/totalnodes = {most_nodes}")
    solver.SetTimeLimit(max(1, int(limit_s * 1000)))
    settings = pywraplp.MPSolverParameters()
    settings.SetDoubleParam(settings.RELATIVE_MIP_GAP, 0.0)
    status = solver.Solve(settings)
    words: dict[Any, Word] = {solver.OPTIMAL: "optimal", solver.FEASIBLE: "feasible",
                              solver.INFEASIBLE: "infeasible"}
    word = words.get(status, "unknown")
    on = ([k for k, column in enumerate(columns) if column.solution_value() > 0.5]
          if word in ("optimal", "feasible") else [])
    return word, np.array(on, np.int64), goal.BestBound(), solver.wall_time() / 1000


def cheapest_whole(costs: Floats, rows: Sequence[tuple[Ints, Floats, float]], most: Ints, *,
                   limit_s: float, gap: float = 0.0) -> tuple[Word, Ints, float, float]:
    """minimise costs @ m over whole numbers 0 <= m <= most with factors @ m >= low for each row.

    Solved by SCIP, which repeats itself as long as the limit is not reached.

    Parameters
    ----------
    rows
        columns, their factors, and low
    limit_s, gap
        wall time, and the relative gap at which to stop

    Returns
    -------
    status ("optimal": within the gap), the values, the bound proved, and the seconds taken
    """
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("SCIP")
    columns = [solver.IntVar(0, int(top), "") for top in most.tolist()]
    goal = solver.Objective()
    for column, cost in zip(columns, costs.tolist(), strict=True):
        goal.SetCoefficient(column, cost)
    for members, factors, low in rows:
        row = solver.Constraint(float(low), solver.infinity())
        for k, factor in zip(members.tolist(), factors.tolist(), strict=True):
            row.SetCoefficient(columns[k], factor)
    solver.SetTimeLimit(max(1, int(limit_s * 1000)))
    settings = pywraplp.MPSolverParameters()
    settings.SetDoubleParam(settings.RELATIVE_MIP_GAP, gap)
    status = solver.Solve(settings)
    words: dict[Any, Word] = {solver.OPTIMAL: "optimal", solver.FEASIBLE: "feasible",
                              solver.INFEASIBLE: "infeasible"}
    word = words.get(status, "unknown")
    values = (np.array([round(column.solution_value()) for column in columns], np.int64)
              if word in ("optimal", "feasible") else np.zeros(0, np.int64))
    return word, values, goal.BestBound(), solver.wall_time() / 1000


class LinearProgram:
    """minimise cost @ x with rows @ x <= limit and 0 <= x <= upper, grown and solved again.

    Columns, rows and their numbers may change between solves; each solve starts from the last
    basis (CLP, primal simplex, no presolve: the fastest warm start of those at hand).
    """

    def __init__(self) -> None:
        from ortools.linear_solver import pywraplp

        solver = pywraplp.Solver.CreateSolver("CLP")
        self._solver, self._optimal = solver, pywraplp.Solver.OPTIMAL
        self._infinity = solver.infinity()
        self._goal = solver.Objective()
        self._goal.SetMinimization()
        self._tries = []
        for start, method in (("INCREMENTALITY_ON", "PRIMAL"), ("INCREMENTALITY_OFF", "PRIMAL"),
                              ("INCREMENTALITY_OFF", "DUAL")):
            settings = pywraplp.MPSolverParameters()
            for name, value in (("INCREMENTALITY", start), ("LP_ALGORITHM", method),
                                ("PRESOLVE", "PRESOLVE_OFF")):
                settings.SetIntegerParam(getattr(settings, name), getattr(settings, value))
            self._tries.append(settings)
        self._columns: list[Any] = []
        self._rows: list[Any] = []
        still = solver.NumVar(0.0, 1.0, "")  # CLP does not solve a program without rows
        solver.Constraint(-self._infinity, 1.0).SetCoefficient(still, 1.0)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns so far."""
        return len(self._rows), len(self._columns)

    def add_row(self, limit: float, columns: Iterable[int] = (),
                factors: Iterable[float] = ()) -> int:
        """A row over columns that exist; returns its number."""
        row = self._solver.Constraint(-self._infinity, float(limit))
        for column, factor in zip(columns, factors, strict=True):
            row.SetCoefficient(self._columns[column], factor)
        self._rows.append(row)
        return len(self._rows) - 1

    def add_column(self, cost: float, rows: Iterable[int] = (), factors: Iterable[float] = (),
                   upper: float = float("inf")) -> int:
        """A column over rows that exist; returns its number."""
        column = self._solver.NumVar(0.0, min(upper, self._infinity), "")
        self._goal.SetCoefficient(column, float(cost))
        for row, factor in zip(rows, factors, strict=True):
            self._rows[row].SetCoefficient(column, factor)
        self._columns.append(column)
        return len(self._columns) - 1

    def limit(self, row: int, value: float) -> None:
        """Change the limit of a row."""
        self._rows[row].SetUb(float(value))

    def cost(self, column: int, value: float) -> None:
        """Change the cost of a column."""
        self._goal.SetCoefficient(self._columns[column], float(value))

    def bounds(self, column: int, low: float, high: float) -> None:
        """Change the bounds of a column."""
        self._columns[column].SetBounds(float(low), float(min(high, self._infinity)))

    def solve(self) -> tuple[Floats, Floats, float]:
        """The optimum: values of the columns, prices (>= 0) of the rows, objective.

        Raises
        ------
        ArithmeticError
            if there is none
        """
        for settings in self._tries:  # a warm start may wrongly call a program infeasible
            status = self._solver.Solve(settings)
            if status == self._optimal:
                break
        else:
            raise ArithmeticError(f"the linear program ended with status {status}")
        values = np.array([column.solution_value() for column in self._columns], np.float64)
        prices = np.array([-row.dual_value() for row in self._rows], np.float64)
        return values, np.maximum(prices, 0.0), float(self._goal.Value())


def undirected(a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """Arcs in both directions of undirected links: first all a to b, then all b to a."""
    return np.concatenate([a, b]), np.concatenate([b, a])


