"""The house keeps its walls: arrows between stages, sizes, and where SQL and arithmetic live."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "vigie"
FILES = sorted(SOURCE.rglob("*.py"))

COMMON = {"errors", "paths", "settings", "clock", "counting", "legible", "templating", "wholefile"}
STAGES = [
    "catalogue",
    "probing",
    "storing",
    "analysis",
    "watching",
    "reporting",
    "verifying",
    "serving",
    "demo",
    "cli",
]
FRONT = {"__init__.py": "analysis"}  # `import vigie` is for notebooks


def name_of(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def imports(source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line and path of every import of our own, wherever in *source* it stands."""
    for node in ast.walk(ast.parse(source)):
        for name in _imported(node):
            package, *path = name.split(".")
            if package == "vigie" and path:
                yield node.lineno, path  # type: ignore[attr-defined] # imports have lines


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module == "vigie":
        return [f"vigie.{alias.name}" for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"vigie.relative.{node.module}" if node.level else str(node.module)]
    return []


def wrong_imports(file: Path, source: str) -> Iterator[str]:
    stage = file.relative_to(SOURCE).parts[0]
    for line, (imported, *inner) in imports(source):
        where = f"{name_of(file)}:{line}"
        if imported in COMMON | {"__version__", stage, FRONT.get(stage)}:
            continue
        if imported not in STAGES:
            yield f"{where}: {imported} is no stage"
        elif stage not in STAGES or STAGES.index(imported) > STAGES.index(stage):
            yield f"{where}: {stage} must not know {imported}"
        elif inner:
            yield f"{where}: {'.'.join(inner)} is an inner file of {imported}"


def test_every_folder_of_the_source_is_a_stage() -> None:
    folders = {file.parent.relative_to(SOURCE).parts[0] for file in SOURCE.rglob("*/*.py")}

    assert set() == folders - set(STAGES)


@pytest.mark.parametrize("stage", [stage for stage in STAGES if (SOURCE / stage).is_dir()])
def test_every_name_that_a_stage_offers_is_there(stage: str) -> None:
    """Some are imported only when they are asked for, and a misspelt one would be told late."""
    package = import_module(f"vigie.{stage}")
    modules = {file.stem for file in (SOURCE / stage).glob("*.py")}

    assert [] == [name for name in getattr(package, "__all__", []) if not hasattr(package, name)]
    # Whoever imports the file first would find the file under the name.
    assert set() == modules & set(getattr(package, "__all__", []))


def test_a_stage_imports_only_what_stands_to_its_left_and_by_its_package() -> None:
    assert [
        wrong for file in FILES for wrong in wrong_imports(file, file.read_text(encoding="utf-8"))
    ] == []


def test_a_wrong_arrow_would_be_seen() -> None:
    source = """
from vigie import cli, clock
def later():
    import vigie.catalogue.model
    from .result import Result
    from vigie.storing import query
"""

    assert sorted(wrong_imports(SOURCE / "probing" / "http.py", source)) == [
        "probing/http.py:2: probing must not know cli",
        "probing/http.py:4: model is an inner file of catalogue",
        "probing/http.py:5: relative is no stage",
        "probing/http.py:6: probing must not know storing",
    ]


def test_no_file_passes_the_ceiling() -> None:
    sizes = {name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}

    assert {name: lines for name, lines in sizes.items() if lines > 400} == {}


STATEMENT = re.compile(
    r"\s*(select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from|create\s+(table|schema)|"
    r"alter\s+table|drop\s+table|with\s+\w+\s+as\s*\()",
    re.IGNORECASE | re.DOTALL,
)


def test_sql_lives_in_sql_files_only() -> None:
    found = [
        f"{name_of(file)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and STATEMENT.match(node.value)
    ]

    assert found == []


PERCENT = re.compile(r"\b100(\.0*)?\s*[*/]|[*/]\s*100(\.0*)?\b|:\.\d+%\}")


@pytest.mark.parametrize("folder", [SOURCE / "reporting", SOURCE / "cli", ROOT / "reports"])
def test_no_percentage_is_computed_outside_sql(folder: Path) -> None:
    suffixes = {".py", ".html", ".css", ".svg", ".jinja", ".txt"}
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in sorted(folder.rglob("*"))
        if file.suffix in suffixes and file.is_file()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if PERCENT.search(line)
    ]

    assert found == []


def test_a_computed_percentage_would_be_seen() -> None:
    lines = ["up / total * 100", "100 * up", "f'{ratio:.2%}'", "ratio*100.0", "width: 100%"]

    assert [bool(PERCENT.search(line)) for line in lines] == [True, True, True, True, False]
