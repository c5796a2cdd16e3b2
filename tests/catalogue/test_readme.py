"""The documentation shows catalogues that load, and every key of the grammar."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import BaseModel
from tests.catalogue.documented import PROBES, examples, probes_files
from tests.catalogue.test_brand import SVG, font

from vigie import paths, probing
from vigie.catalogue import (
    Brand,
    Colours,
    Logo,
    Mail,
    Person,
    Reach,
    Rota,
    Typeface,
    Updates,
    load,
    load_brand,
)
from vigie.catalogue.grammar import (
    CalendarFile,
    ContractFile,
    Holidays,
    OtherCalendars,
    PlanFile,
)
from vigie.catalogue.model import ServiceHead
from vigie.catalogue.validate import keys, model_at

Write = Callable[[Mapping[str, str]], Path]

REPORTS = (paths.REPORTS / "README.md").read_text(encoding="utf-8")
SERVICES = """\
services:
  - {key: orders, name: Orders, endpoints: [{key: orders, http: "https://shop.example/"}]}
  - {key: crawler, name: Crawler, endpoints: [{key: crawler, http: "https://shop.example/"}]}
"""


def test_every_word_of_an_import_is_documented() -> None:
    section = PROBES.split("## Results from elsewhere", maxsplit=1)[1].split("\n## ")[0]
    words = set(re.findall(r"`(\w+)`", section))

    assert set() == {*probing.Outcome, *probing.Reason} - words


def test_examples_load_together(write: Write) -> None:
    contract, plan, calendar, rota, _ = examples(REPORTS)
    directory = write(
        {
            **probes_files(),
            "probes/more.yaml": SERVICES,
            "reports/contracts/acme.yaml": contract,
            "reports/plans/gold.yaml": plan,
            "reports/calendars/office.yaml": calendar,
            "reports/rota.yaml": rota,
        }
    )
    found = load(directory, probing.MODELS, now=datetime(2026, 6, 15, tzinfo=UTC))

    assert ["acme"] == [contract.key for contract in found.contracts]
    # And what Lengow's may mean: its other readings are computed too.
    others = {"lengow-office", "lengow-support-utc1"}
    assert {"office", "office-gold", "lengow-support"} | others == set(found.calendars)
    assert found.rota
    assert (("alice", "bob"), ("carol",)) == found.rota.levels


def test_example_of_the_rota_passes_its_schema() -> None:
    schema = json.loads((paths.REPORTS / "rota.schema.json").read_text(encoding="utf-8"))
    rota = yaml.safe_load(examples(REPORTS)[3])

    jsonschema.Draft202012Validator(schema).validate(rota)


def test_example_of_the_brand_loads_and_passes_its_schema(tmp_path: Path) -> None:
    schema = json.loads((paths.REPORTS / "brand.schema.json").read_text(encoding="utf-8"))
    example = examples(REPORTS)[4]
    (tmp_path / "reports/brand").mkdir(parents=True)
    (tmp_path / "reports/brand.yaml").write_text(example, encoding="utf-8")
    (tmp_path / "reports/brand/logo.svg").write_text(SVG.format(""), encoding="utf-8")
    for name in ("Ours-Regular.ttf", "Ours-Bold.ttf", "NotoSansJP-Regular.otf"):
        (tmp_path / "reports/brand" / name).write_bytes(font())

    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(example))
    brand = load_brand(tmp_path)

    assert brand
    assert "#5b2a86" == brand.colours.main


def names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


PARTS = {"availability", "interruption", "maintenance", "crisis", "reports"}


def terms() -> set[str]:
    """Return the terms of a plan as the table names them: `availability.target`."""
    return {f"{part}.{key}" for part in PARTS for key in keys(PlanFile, (part, ""))}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (PROBES, names(ServiceHead) | {"endpoints"}),
        *((PROBES, names(model) - {"expect"}) for model in probing.MODELS.values()),
        *(
            (PROBES, {f"expect.{key}" for key in keys(model, ("expect", ""))})
            for model in probing.MODELS.values()
            if "expect" in model.model_fields
        ),
        (PROBES, names(model_at(probing.MODELS["steps"], ("steps",))) - {"expect"}),
        (REPORTS, names(ContractFile) | names(CalendarFile)),
        (REPORTS, names(PlanFile) - PARTS),
        (REPORTS, terms()),
        (REPORTS, {f"holidays.{key}" for key in names(Holidays)}),
        (REPORTS, {f"readings.{key}" for key in names(OtherCalendars)}),
        (REPORTS, names(Rota) - {"updates"}),
        (REPORTS, {f"people.{key}" for key in names(Person)}),
        (REPORTS, {f"reach.{key}" for key in names(Reach)}),
        (REPORTS, {f"updates.{key}" for key in names(Updates)}),
        (REPORTS, {f"mail.{key}" for key in names(Mail)}),
        (REPORTS, names(Brand) - {"colours"}),
        (REPORTS, {f"colours.{key}" for key in names(Colours)}),
        (REPORTS, {f"logo.{key}" for key in names(Logo)}),
        (REPORTS, {f"font.{key}" for key in names(Typeface)}),
    ],
)
def test_every_key_is_explained(text: str, keys: set[str]) -> None:
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    explained = set(re.findall(r"`([a-z_.]+)`", " ".join(cells)))

    assert set() == keys - explained - {"holidays", "readings"}
