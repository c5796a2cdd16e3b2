"""Expectations, told one by one."""

import pytest
from tests.probing.shop import endpoint

from vigie.probing import KINDS, Kind, Outcome
from vigie.probing.checked import singled
from vigie.probing.expect import HttpExpect
from vigie.probing.explained import _untold


def test_each_stands_alone_as_it_is_written() -> None:
    written = {"within": "2s", "json": {"a.b": None}, "header": {"x": "/y/"}, "status": [200, 404]}
    told = {
        name: (asked, one.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        for name, asked, one in singled(HttpExpect.model_validate(written))
    }

    assert told == {
        "status": ("200, 404", {"status": ["200", "404"]}),
        "json a.b": ("null", {"json": {"a.b": None}}),
        "header x": ("/y/", {"header": {"x": "/y/"}}),
        "within": ("2s", {"within": "2s"}),
    }


@pytest.mark.parametrize(("outcome", "passed"), [(Outcome.UP, True), (Outcome.DOWN, None)])
def test_a_kind_that_tells_of_none_met_all_of_them_only_when_it_is_up(
    outcome: Outcome, passed: bool | None
) -> None:
    told = _untold(endpoint("https://shop.example/", expect={"within": "1s"}), outcome)

    assert [(it.name, it.passed) for it in told] == [("status", passed), ("within", passed)]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_expectations_of_every_kind_can_be_told_one_by_one(kind: Kind) -> None:
    field = kind.model.model_fields.get("expect")
    default = field and field.get_default(call_default_factory=True)

    assert default is None or all(name and asked for name, asked, _ in singled(default))
