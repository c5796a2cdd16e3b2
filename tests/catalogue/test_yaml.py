"""Plain scalars follow YAML 1.2, and positions survive."""

from pathlib import Path

import pytest

from vigie.catalogue.problems import Problem
from vigie.catalogue.yaml import Document, read


def document(tmp_path: Path, text: str) -> Document:
    problems: list[Problem] = []
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (found,), whole = read(tmp_path / "a.yaml", "a.yaml", problems)

    assert ([], True) == (problems, whole)
    return found


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("123456789012345678901", "123456789012345678901"),
        ("'true'", "true"),
        ('"12"', "12"),
        ('""', ""),
        ("|\n  12\n", "12\n"),
    ],
)
def test_scalar_is_read_as_yaml_1_2_core(tmp_path: Path, written: str, value: object) -> None:
    found = document(tmp_path, f"a: {written}").at(("a",))

    assert (type(value), value) == (float if isinstance(found, float) else type(found), found)


def test_alias_repeats_the_data(tmp_path: Path) -> None:
    assert {"a": [1], "b": [1]} == document(tmp_path, "a: &x [1]\nb: *x").data


def test_position_is_that_of_the_value_or_of_its_key(tmp_path: Path) -> None:
    found = document(tmp_path, "é: x\nlist:\n  - {key:   value}\n")

    assert Problem("a.yaml", 3, 13, "list[0].key", "wrong") == found.problem(
        ("list", 0, "key"), "wrong"
    )
    assert Problem("a.yaml", 3, 6, "list[0].key", "wrong") == found.problem(
        ("list", 0, "key"), "wrong", key=True
    )


def test_position_of_what_is_missing_is_that_of_its_mapping(tmp_path: Path) -> None:
    found = document(tmp_path, "list:\n  - {key: value}\n")

    assert Problem("a.yaml", 2, 5, "list[0]", "wrong") == found.problem(
        ("list", 0, "union member", "name"), "wrong"
    )
