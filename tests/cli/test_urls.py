"""A catalogue made of URLs."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from vigie import catalogue, probing
from vigie.catalogue import Catalogue
from vigie.cli import urls
from vigie.errors import UsageError

TODAY = date(2026, 5, 12)
ADDRESSES = ("https://example.com/", "https://example.com/a/B?c='1'", "http://127.0.0.1:8080/x")


def made(folder: Path, every: timedelta = timedelta(seconds=10)) -> Catalogue:
    for name, text in urls.texts(urls.services(ADDRESSES, None), "watch", every, TODAY).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return catalogue.load(folder, probing.MODELS)


@pytest.mark.parametrize("seconds", [1, 2, 5, 7, 32, 33, 60, 3600])
def test_what_is_written_is_a_catalogue(tmp_path: Path, seconds: int) -> None:
    every = timedelta(seconds=seconds)
    endpoints = [one.endpoints[0] for one in made(tmp_path, every).services]

    assert [(one.every, getattr(one, "http", None)) for one in endpoints] == [
        (every, url) for url in ADDRESSES
    ]


def test_what_is_written_promises_nothing(tmp_path: Path) -> None:
    (contract,) = made(tmp_path).contracts

    assert (contract.key, contract.starts, contract.terms.target) == (
        "watch",
        date(2026, 5, 1),
        None,
    )
    assert contract.essential == ("example-com", "example-com-a-b", "127-0-0-1-8080-x")


def test_a_private_address_that_was_typed_is_allowed(tmp_path: Path) -> None:
    assert [one.allow for one in made(tmp_path).services] == [(), (), ("loopback",)]


def test_a_url_twice_is_one_service() -> None:
    assert urls.services(["http://a.example", "http://a.example"], None) == {
        "a-example": "http://a.example"
    }


def test_keys_never_meet() -> None:
    found = urls.services(
        ["http://a.example/b", "http://a.example/b?c", "http://a.example/B/"], None
    )

    assert list(found) == ["a-example-b", "a-example-b-2", "a-example-b-3"]


def test_keys_of_the_catalogue_are_left_alone(tmp_path: Path) -> None:
    known = made(tmp_path)

    assert list(urls.services(["https://example.com"], known)) == ["example-com-2"]
    assert urls.contract_key(known) == "watch-2"


@pytest.mark.parametrize(
    ("address", "write"),
    [
        ("example.com", "https://example.com"),
        ("shop.example/cart", "https://shop.example/cart"),
        ("ftp://a.example", "https://example.com/"),
        ("https://", "https://example.com/"),
        ("http://a:b:c", "https://example.com/"),
        ("http://a.example:99999", "https://example.com/"),
        ("", "https://example.com/"),
    ],
)
def test_what_is_no_url_is_refused(address: str, write: str) -> None:
    with pytest.raises(UsageError) as caught:
        urls.services([address], None)

    assert str(caught.value) == f'"{address}" is no http address (write {write})'
