"""Reading JSON from outside: each hostile form is one clear error."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablenet.errors import ReadError
from cablenet.readers.json_text import nesting_depth, read_json

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20)


def depth_of(value: object) -> int:
    """The slow twin: brackets counted by recursion."""
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 0


@given(PLAIN, st.booleans())
def test_depth_is_that_of_the_parsed_value(value: object, plain: bool) -> None:
    assert nesting_depth(json.dumps(value, ensure_ascii=plain).encode()) == depth_of(value)


def test_brackets_and_quotes_inside_text_do_not_count() -> None:
    assert nesting_depth(rb'{"a": "[[[[", "b\\": "\"[", "c": ["]"]}') == 2


def test_deep_nesting_is_refused_without_recursion(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    file.write_text("[" * 3_000_000)
    start = time.process_time()
    with pytest.raises(ReadError, match="nested 3000000 deep"):
        read_json(file)
    assert time.process_time() - start < 5


def test_200_mb_of_spaces_are_refused_before_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "spaces.geojson"
    with file.open("wb") as out:
        for _ in range(200):
            out.write(b" " * 1_000_000)
    start = time.process_time()
    with pytest.raises(ReadError, match="200 MB, more than 64 MB"):
        read_json(file)
    assert time.process_time() - start < 5


def test_60_mb_of_spaces_are_empty(tmp_path: Path) -> None:
    file = tmp_path / "spaces.geojson"
    file.write_bytes(b" " * 60_000_000)
    with pytest.raises(ReadError, match="is empty"):
        read_json(file)


@pytest.mark.parametrize(("text", "says"), [
    ('{"a": NaN}', "holds NaN"),
    ('{"a": -Infinity}', "holds -Infinity"),
    ('{"a": "\\ud800"}', "lone surrogate"),
    ('{"a": "\\u0000"}', "NUL"),
    ('{"a": 1,}', "is not JSON"),
    ('{"a": ' + "9" * 5000 + "}", "limit"),
])
def test_what_is_no_json_is_told(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(ReadError, match=says):
        read_json(file)


def test_a_pair_of_surrogates_is_one_character(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('"\\ud83d\\ude00"')
    assert read_json(file) == "\N{GRINNING FACE}"
