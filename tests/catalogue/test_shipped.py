"""What is shipped is a valid catalogue, and its schemas are those of the grammar."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from vigie import catalogue, paths, probing

ROOT = paths.PROBES.parent
SCHEMAS = {
    "probes": "probes/schema.json",
    "reports/calendars": "reports/calendar.schema.json",
    "reports/contracts": "reports/contract.schema.json",
    "reports/plans": "reports/plan.schema.json",
}
STARTER = ROOT / "src/vigie/cli/starter"


class PlainDates(yaml.SafeLoader):
    """Leaves dates as texts, as editors do."""


PlainDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def shipped() -> list[Path]:
    return [
        path
        for root in (ROOT, STARTER)
        for folder in SCHEMAS
        for path in sorted((root / folder).rglob("*.yaml"))
    ]


def schema_of(path: Path) -> Path:
    root = STARTER if path.is_relative_to(STARTER) else ROOT
    return ROOT / SCHEMAS[path.parent.relative_to(root).as_posix()]


def documents(path: Path) -> list[Any]:
    return list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=PlainDates))


def test_repository_is_a_valid_catalogue() -> None:
    found = catalogue.load(ROOT, probing.MODELS)

    assert {"api", "crawler", "orders"} <= {service.key for service in found.services}
    assert "demo" in {contract.key for contract in found.contracts}


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.name)
def test_shipped_file_tells_editors_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    place = {"probes": "schema.json"}.get(path.parent.name, f"../{schema_of(path).name}")

    assert f"# yaml-language-server: $schema={place}" == first


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.name)
def test_shipped_file_passes_its_schema(path: Path) -> None:
    schema = json.loads(schema_of(path).read_text(encoding="utf-8"))

    for document in documents(path):
        jsonschema.Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize("folder", ["reports/calendars", "reports/plans"])
def test_shipped_file_is_named_as_its_key(folder: str) -> None:
    for path in (ROOT / folder).glob("*.yaml"):
        assert path.stem == documents(path)[0]["key"]


def test_schemas_are_current() -> None:
    """If this fails: `python -m vigie.cli.schemas` writes them anew."""
    for path, text in catalogue.schemas(probing.MODELS).items():
        assert text == (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("probes/schema.json", {"service": []}),
        ("probes/schema.json", {"services": [{"key": "a", "name": "A"}]}),
        ("reports/calendar.schema.json", {"key": "a", "timezone": "UTC", "hours": {"mo": []}}),
        ("reports/plan.schema.json", {"key": "a", "availability": {"target": "four nines"}}),
        ("reports/contract.schema.json", {"key": "a"}),
        ("reports/rota.schema.json", {"people": [], "levels": [["a"]]}),
        (
            "reports/rota.schema.json",
            {
                "people": [{"key": "a", "name": "A", "reach": [{"sms": "+33 1"}]}],
                "levels": [["a"]],
            },
        ),
    ],
)
def test_schema_refuses_mistakes(name: str, document: object) -> None:
    schema = json.loads((ROOT / name).read_text(encoding="utf-8"))

    assert not jsonschema.Draft202012Validator(schema).is_valid(document)
