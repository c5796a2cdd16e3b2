"""Every expectation, met and not met, with the exact words."""

from datetime import timedelta
from typing import Any

import pytest
from tests.probing.shop import Street, answers, ask, body, endpoint

from vigie.probing import Outcome, Reason

JSON = b"""{"status": "ok", "n": 1, "yes": true, "none": null, "items": [{"id": "a"}, {"id": "b"}],
 "checks": {"db.main": {"ok": true}}, "price": 1.50}"""


async def _expect(street: Street, content: bytes, expect: dict[str, Any], *headers: str) -> Any:
    url = await street.open(answers(body(content, *headers)))
    return await ask(url, expect=expect)


@pytest.mark.parametrize(
    "expect",
    [
        {},
        {"status": 200},
        {"status": "200"},
        {"status": "100-399"},
        {"status": ["500-599", 200]},
        {"body_contains": '"ok"'},
        {"body_regex": r'"id":\s*"[ab]"'},
        {"json": {"status": "ok", "n": 1, "yes": True, "none": None, "price": 1.5}},
        {"json": {"items[0].id": "a", "items[-1].id": "b", 'checks["db.main"].ok': True}},
        {"header": {"X-Shop": "Paris 1"}},
        {"header": {"x-shop": "/^paris|^Paris/"}},
        {"within": "5s"},
        {"status": 200, "body_contains": "ok", "within": "5s"},
    ],
)
async def test_expectation_is_met(street: Street, expect: dict[str, Any]) -> None:
    attempt = await _expect(street, JSON, expect, "X-Shop: Paris 1")

    assert (Outcome.UP, None, None) == (attempt.outcome, attempt.reason, attempt.detail)


@pytest.mark.parametrize(
    ("expect", "reason", "detail"),
    [
        ({"status": 204}, Reason.STATUS, "status 200, expected 204"),
        (
            {"status": [201, "300-399"]},
            Reason.STATUS,
            "status 200, expected 201, 300-399",
        ),
        (
            {"body_contains": "welcome"},
            Reason.BODY,
            "the body does not contain welcome",
        ),
        ({"body_regex": "^ok$"}, Reason.BODY, "the body does not match ^ok$"),
        ({"json": {"status": "up"}}, Reason.JSON, 'status is "ok", expected "up"'),
        ({"json": {"n": True}}, Reason.JSON, "n is 1, expected true"),
        ({"json": {"yes": 1}}, Reason.JSON, "yes is true, expected 1"),
        ({"json": {"n": "1"}}, Reason.JSON, 'n is 1, expected "1"'),
        ({"json": {"no": None}}, Reason.JSON, "no is missing, expected null"),
        ({"json": {"items[2].id": "c"}}, Reason.JSON, 'items[2].id is missing, expected "c"'),
        ({"json": {"status.a": 1}}, Reason.JSON, "status.a is missing, expected 1"),
        ({"json": {"items": "a"}}, Reason.JSON, 'items is a list, expected "a"'),
        ({"json": {"checks": 1}}, Reason.JSON, "checks is an object, expected 1"),
        ({"header": {"X-Shop": "Rome"}}, Reason.HEADER, "header X-Shop is Paris 1, expected Rome"),
        (
            {"header": {"X-Shop": "/^paris/"}},
            Reason.HEADER,
            "header X-Shop is Paris 1, expected /^paris/",
        ),
        ({"header": {"X-None": "a"}}, Reason.HEADER, "no header X-None, expected a"),
        # The first in this order counts.
        ({"status": 204, "body_contains": "no"}, Reason.STATUS, "status 200, expected 204"),
    ],
)
async def test_expectation_is_not_met(
    street: Street, expect: dict[str, Any], reason: Reason, detail: str
) -> None:
    attempt = await _expect(street, JSON, expect, "X-Shop: Paris 1")

    assert (Outcome.DOWN, reason, detail) == (attempt.outcome, attempt.reason, attempt.detail)


async def test_cookie_that_is_another_one_is_not_told(street: Street) -> None:
    url = await street.open(answers(body(b"", "Set-Cookie: session=s3cret")))
    attempt = await ask(url, expect={"header": {"Set-Cookie": "/^lang=/"}})

    assert "header Set-Cookie is another one, expected /^lang=/" == attempt.detail


async def test_slow_answer_is_down_though_good(street: Street) -> None:
    attempt = await _expect(street, JSON, {"within": "0s"})

    assert (Outcome.DOWN, Reason.SLOW) == (attempt.outcome, attempt.reason)
    took = attempt.duration_us // 1000
    assert str(attempt.detail) in {
        f"took {took} ms, expected within 0s",
        f"took {took - 1} ms, expected within 0s",
    }


async def test_body_that_is_no_json(street: Street) -> None:
    attempt = await _expect(street, b"ok", {"json": {"a": 1}})

    expected = "the body is not JSON: Expecting value: line 1 column 1 (char 0)"
    assert (Reason.JSON, expected) == (attempt.reason, attempt.detail)


async def test_deeply_nested_json_is_down_not_a_crash(street: Street) -> None:
    attempt = await _expect(street, b"[" * 500_000, {"json": {"a": 1}})

    assert (Outcome.DOWN, Reason.JSON) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize("filler", [b"a", "é".encode()])
async def test_only_the_first_64_kib_are_searched(street: Street, filler: bytes) -> None:
    content = filler * (64 * 1024 // len(filler)) + b"ok"
    attempt = await _expect(street, content, {"body_contains": "ok"})

    assert "the first 64 KiB of the body does not contain ok" == attempt.detail


async def test_encoding_that_was_not_asked_for_is_down(street: Street) -> None:
    expect = {"body_contains": "ok"}
    attempt = await _expect(street, b"\x0b\x02\x80ok\x03", expect, "Content-Encoding: br")

    expected = "the body comes as br, which was not asked for"
    assert (Reason.PROTOCOL, expected) == (attempt.reason, attempt.detail)


async def test_catastrophic_pattern_ends_as_unknown(street: Street) -> None:
    attempt = await _expect(street, b"a" * 40 + b"b", {"body_regex": "(a+)+$"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "the pattern (a+)+$ took over 0.1 s (write a simpler one)" == attempt.detail
    assert attempt.duration_us < 2_000_000


async def test_detail_is_one_short_printable_line(street: Street) -> None:
    attempt = await _expect(
        street, b"{}", {"header": {"X-Long": "a"}}, "X-Long: \x01\x85" + "é" * 5000
    )

    assert attempt.detail is not None
    assert attempt.detail.isprintable()
    assert len(attempt.detail) <= 300


def test_durations_and_numbers_of_the_catalogue_are_read() -> None:
    made = endpoint("http://a/", expect={"within": "1500ms", "status": 200})

    assert timedelta(seconds=1.5) == made.expect.within
    assert ((200, 200),) == made.expect.status
