"""Read one CSV table: UTF-8, one header, every row as long as the header."""

from __future__ import annotations

import csv
from pathlib import Path

from cablenet.errors import Problem, ReadError
from cablenet.readers.json_text import LIMIT_MB, file_problem, read_text

SHOWN = 20
MOST_COLUMNS = 200


def read_csv(path: Path,
             limit_mb: float = LIMIT_MB) -> tuple[list[str], list[list[str]], list[int]]:
    """The header, the rows as text, and the line number of each row.

    Raises
    ------
    ReadError
        for a file that is no UTF-8 text, an empty or repeated column name, a blank line between
        rows, or a row that is longer or shorter than the header
    """
    lines = read_text(path, limit_mb).rstrip().splitlines(keepends=True)
    reader = csv.reader(lines, strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    problems: list[Problem] = []
    try:
        for cells in reader:
            line = reader.line_num
            if not header:
                header = _header(path, cells)
            elif not cells:
                problems.append(Problem(path.name, f"line {line}", "", "is empty", "remove it"))
            elif len(cells) != len(header):
                problems.append(Problem(path.name, f"line {line}", "",
                                        f"has {len(cells)} cells, the header {len(header)}",
                                        "quote cells that hold commas, fill in missing ones"))
            else:
                rows.append(cells)
                numbers.append(line)
    except csv.Error as error:
        raise file_problem(path, f"is not CSV: {error}", "close quotes, keep cells short",
                           row=f"line {reader.line_num}") from None
    if len(problems) > SHOWN:
        more = len(problems) - SHOWN
        problems = [*problems[:SHOWN], Problem(path.name, "", "", f"and {more} more lines", "")]
    if problems:
        raise ReadError(problems)
    return header, rows, numbers


def _header(path: Path, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    if not any(header):
        raise file_problem(path, "has an empty header", "name the columns in the first line",
                           row="line 1")
    if len(header) > MOST_COLUMNS:
        raise file_problem(path, f"has {len(header)} columns, more than {MOST_COLUMNS}",
                           "separate cells by commas and rows by line ends", row="line 1")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise file_problem(path, "appears more than once in the header", "name each column once",
                           row="line 1", column=twice[0] or "(an empty name)")
    return header
