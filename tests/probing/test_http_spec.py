"""What the catalogue may say of an HTTP endpoint, and what is refused."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.probing.shop import endpoint

from vigie.probing.records import name_of
from vigie.probing.request import parse_url


@pytest.mark.parametrize(
    ("host", "there"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),  # not strasse.example, as until 2010
    ],
)
def test_host_is_the_one_that_browsers_ask(host: str, there: str) -> None:
    assert there == parse_url(f"https://{host}/").host
    assert there == str(name_of(host, "A")).lower().removesuffix(".")


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"http": "shop.example"}, '"shop.example" is not http or https (write https://host/path)'),
        ({"http": "file:///etc/passwd"}, '"file" is not http or https (write https://host/path)'),
        ({"http": "https:///health"}, "the URL has no host (write https://host/path)"),
        (
            {"http": "https://shop.example:0/"},
            "port 0 cannot be probed (write a port from 1 to 65535)",
        ),
        (
            {"http": "https://shop.example/a b"},
            "the URL holds a space or control character (write %20)",
        ),
        (
            {"http": "https://u:p@shop.example/"},
            "the URL holds a user name (write headers: {Authorization: ${env:NAME}})",
        ),
        ({"http": 80}, "not a URL (write https://host/path)"),
        (
            {"verify": False},
            'the certificate is checked unless a reason is given (write {disabled: "why"})',
        ),
        (
            {"headers": {"a b": "c"}},
            '"a b" is not the name of a header (write a name such as X-Request-Source)',
        ),
        (
            {"headers": {"Connection": "c"}},
            "Connection is set by the prober (write no such header)",
        ),
        ({"headers": {"A": "b\nc"}}, "the value of A has several lines (write it on one line)"),
        (
            {"http": "http://shop.example/", "expect": {"certificate_days": 14}},
            "certificate_days needs a certificate (write http: https://…)",
        ),
        (
            {"expect": {"status": "2xx"}},
            '"2xx" is not a status or a range of them (write 200, or 200-299)',
        ),
        ({"expect": {"status": []}}, "an empty list is never met (write 200-299)"),
        ({"expect": {"status": "299-200"}}, '"299-200" is empty (write 200-299)'),
        (
            {"expect": {"body_regex": ""}},
            'an empty pattern is found everywhere (write "ok|ready")',
        ),
        (
            {"expect": {"body_regex": "("}},
            (
                '"(" is not a regular expression: missing ), unterminated subpattern at position 0'
                ' (write "ok|ready")'
            ),
        ),
        (
            {"expect": {"json": {"a..b": 1}}},
            '"a..b" is not a path into JSON (write data.items[0].id)',
        ),
        (
            {"expect": {"json": {"a": [1]}}},
            "a list or mapping cannot be compared (write one path for each value in it)",
        ),
        ({"expect": {"within": "2 s"}}, '"2 s" is not a duration (write 2s)'),
    ],
)
def test_bad_spec_is_refused(spec: dict[str, Any], problem: str) -> None:
    spec = {"http": "https://shop.example/", **spec}
    url = spec.pop("http")
    with pytest.raises(ValidationError) as caught:
        endpoint(url, **spec)

    assert [problem] == [error["msg"] for error in caught.value.errors()]


def test_spec_survives_the_database() -> None:
    """It is kept as JSON, in the words of the catalogue."""
    made = endpoint(
        "https://shop.example/",
        verify={"disabled": "lab"},
        expect={"status": [200, "301-302"], "json": {"a[0]": None}, "within": "2s"},
    )
    kept = made.model_dump_json(by_alias=True)

    assert '"status":["200","301-302"]' in kept
    assert made == type(made).model_validate_json(kept)
