from pathlib import Path

import pytest

from vigie.storing import queries
from vigie.storing.queries import query


def test_query_is_the_text_below_its_name(tmp_path: Path) -> None:
    (tmp_path / "some.sql").write_text(
        "-- About the file.\n\n-- name: one\n-- First.\nselect 1;\n\n-- name: two\nselect 2;\n"
    )
    assert queries._library(tmp_path) == {"one": "-- First.\nselect 1;", "two": "select 2;"}


def test_unknown_query_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError, match="no_such_query"):
        query("no_such_query")


def test_two_queries_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "some.sql").write_text("-- name: one\nselect 1;\n-- name: one\nselect 2;\n")
    with pytest.raises(ValueError, match="two queries are named one"):
        queries._library(tmp_path)
