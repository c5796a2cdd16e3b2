"""Redirects: followed on connections of their own, and never to where a probe may not go."""

import asyncio
from typing import Any

import pytest
from tests.probing.shop import OK, Street, answers, ask, keeps

from vigie.probing import Outcome, Reason

FOUND = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"


async def test_redirect_is_followed_on_a_new_connection(street: Street) -> None:
    seen: list[bytes] = []
    there = await street.open(keeps(seen))
    here = await street.open(answers(FOUND % f"{there}/there".encode()))
    attempt = await ask(here, headers={"Authorization": "x"})

    assert (Outcome.UP, 200) == (attempt.outcome, attempt.status)
    assert seen[0].startswith(b"GET /there HTTP/1.1\r\n")
    assert b"Authorization" not in seen[0]  # another origin


async def test_relative_redirect_keeps_the_headers(street: Street) -> None:
    seen: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK if len(seen) == 2 else FOUND % b"../b?c")

    attempt = await ask(f"{await street.open(script)}/x/a", headers={"A": "secret"})

    assert Outcome.UP == attempt.outcome
    assert seen[1].startswith(b"GET /b?c HTTP/1.1\r\n")
    assert b"A: secret" in seen[1]


async def test_redirect_to_a_path_in_utf_8_is_followed_byte_for_byte(street: Street) -> None:
    """Headers are read as Latin-1: those letters encoded again would be four bytes, not two."""
    seen: list[bytes] = []
    found = b"HTTP/1.1 302 Found\r\nLocation: /caf\xc3\xa9?\xe9\r\nContent-Length: 0\r\n\r\n"
    attempt = await ask(await street.open(keeps(seen, found, OK)))

    assert Outcome.UP == attempt.outcome
    assert seen[1].startswith(b"GET /caf%C3%A9?%E9 HTTP/1.1\r\n")


async def test_redirect_loop_is_down(street: Street) -> None:
    url = await street.open(answers(FOUND % b"/"))
    attempt = await ask(url)

    assert (Outcome.DOWN, Reason.REDIRECTS) == (attempt.outcome, attempt.reason)
    assert "more than 5 redirects" == attempt.detail
    assert 6 == street.connections


@pytest.mark.parametrize("spec", [{"redirects": 0}, {"expect": {"status": 302}}])
async def test_redirect_is_not_followed(street: Street, spec: dict[str, Any]) -> None:
    attempt = await ask(await street.open(answers(FOUND % b"/there")), **spec)

    expected = None if "expect" in spec else "status 302, expected 200-299"
    assert (302, expected, 1) == (attempt.status, attempt.detail, street.connections)


async def test_redirect_to_metadata_is_unknown(street: Street) -> None:
    url = await street.open(answers(FOUND % b"http://169.254.169.254/latest/meta-data/"))
    attempt = await ask(url)

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert "169.254.169.254 is a link-local address, which is never probed" == attempt.detail


@pytest.mark.parametrize(
    ("location", "detail"),
    [
        (b"file:///etc/passwd", 'redirected to a bad URL: "file" is not http or https'),
        (b"http://u:p@shop.example/", "redirected to a bad URL: the URL holds a user name"),
        (b"http://[::1", "redirected to a bad URL: Invalid IPv6 URL"),
    ],
)
async def test_bad_redirect_is_down(street: Street, location: bytes, detail: str) -> None:
    attempt = await ask(await street.open(answers(FOUND % location)))

    assert (Reason.REDIRECTS, detail) == (attempt.reason, attempt.detail)


@pytest.mark.parametrize(
    ("status", "method", "sent"),
    [(b"302", "POST", b"GET"), (b"303", "PUT", b"GET"), (b"307", "POST", b"POST")],
)
async def test_method_after_a_redirect(
    street: Street, status: bytes, method: str, sent: bytes
) -> None:
    seen: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK if len(seen) == 2 else (FOUND % b"/b").replace(b"302", status))

    attempt = await ask(await street.open(script), method=method)

    assert Outcome.UP == attempt.outcome
    assert seen[1].startswith(sent)


async def test_body_is_not_sent_to_another_origin(street: Street) -> None:
    answer = (FOUND % b"http://shop.example/").replace(b"302", b"307")
    attempt = await ask(await street.open(answers(answer)), method="POST", body="secret")

    assert "redirected to http://shop.example, which must not get the body" == attempt.detail
