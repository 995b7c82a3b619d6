"""The served-demand program in HiGHS, warm from failure to failure, in a process of its own.

HiGHS's own package and OR-Tools bring two different libraries of one name and cannot live in one
process, so `bench flow` runs this file: it reads an .npz of the problem and of the lost arcs of
each failure, and prints seconds, served Tbps and Tbps x ms of each as JSON.
"""

from __future__ import annotations

import json
import sys
import time

import highspy
import numpy as np
from scipy import sparse

UNSERVED_MS = 1e5


def main(path: str) -> None:
    """Solve the intact program cold, then each failure from the last basis."""
    given = np.load(path)
    tail, head, room = given["tail"], given["head"], given["room"]
    source, target, tbps = given["source"], given["target"], given["tbps"]
    goals, goal = np.unique(target, return_inverse=True)
    nodes, arcs, demands = int(given["nodes"]), len(tail), len(source)
    arc = np.arange(arcs)
    incidence = sparse.coo_array((np.r_[np.ones(arcs), -np.ones(arcs)],
                                  (np.r_[tail, head], np.r_[arc, arc])), shape=(nodes, arcs))
    served = sparse.coo_array((-np.ones(demands), (goal * nodes + source, np.arange(demands))),
                              shape=(len(goals) * nodes, demands))
    keep = np.ones(len(goals) * nodes, bool)
    keep[np.arange(len(goals)) * nodes + goals] = False
    balance = sparse.hstack([sparse.block_diag([incidence] * len(goals)), served]).tocsr()[keep]
    limit = sparse.hstack([sparse.identity(arcs)] * len(goals)
                          + [sparse.csr_array((arcs, demands))])
    rows = sparse.csc_array(sparse.vstack([balance, limit]))
    columns = len(goals) * arcs + demands
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = columns, rows.shape[0]
    program.col_cost_ = np.r_[np.tile(given["delay"], len(goals)), np.full(demands, -UNSERVED_MS)]
    program.col_lower_ = np.zeros(columns)
    program.col_upper_ = np.r_[np.full(columns - demands, highspy.kHighsInf), tbps]
    program.row_lower_ = np.r_[np.zeros(balance.shape[0]), np.full(arcs, -highspy.kHighsInf)]
    program.row_upper_ = np.r_[np.zeros(balance.shape[0]), room]
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = rows.indptr
    program.a_matrix_.index_ = rows.indices
    program.a_matrix_.value_ = rows.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(program)
    solver.run()
    out = []
    for lost in given["lost"]:
        dead = (np.arange(len(goals))[:, None] * arcs + np.flatnonzero(lost)[None, :]).ravel()
        index = dead.astype(np.int32)
        begun = time.perf_counter()
        solver.changeColsBounds(len(index), index, np.zeros(len(index)), np.zeros(len(index)))
        solver.run()
        seconds = time.perf_counter() - begun
        value = np.array(solver.getSolution().col_value)
        total = float(value[columns - demands:].sum())
        out.append({"seconds": seconds, "served_tbps": total,
                    "delay": solver.getInfo().objective_function_value + UNSERVED_MS * total})
        solver.changeColsBounds(len(index), index, np.zeros(len(index)),
                                np.full(len(index), highspy.kHighsInf))
    sys.stdout.write(json.dumps(out) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
