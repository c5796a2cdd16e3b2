import pytest
from tests.probing.shop import endpoint

from vigie.catalogue import Endpoint
from vigie.probing import KINDS, MODELS, HttpEndpoint
from vigie.probing.kinds import kind_of


def test_models_are_those_of_the_kinds() -> None:
    assert {name: kind.model for name, kind in KINDS.items()} == dict(MODELS)
    assert HttpEndpoint is MODELS["http"]
    assert list(KINDS) == [kind.name for kind in KINDS.values()]


def test_name_of_a_kind_is_the_key_that_holds_its_target() -> None:
    assert all(name in kind.model.model_fields for name, kind in KINDS.items())


def test_kind_of_an_endpoint() -> None:
    assert KINDS["http"] is kind_of(endpoint("https://shop.example/"))


def test_endpoint_without_a_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="no kind for Endpoint"):
        kind_of(Endpoint(key="api"))
