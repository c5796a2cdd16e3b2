"""What is kept of an answer that was not as expected, and what never is."""

import asyncio
import gzip
from typing import Any

import pytest
from tests.probing.shop import OK, Street, answers, ask, body

from vigie.probing import Outcome, Reason
from vigie.probing.evidence import KEPT, excerpt

FOUND = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 6\r\n\r\nmoved!"
ERROR = "500 Internal Server Error"


class Page:
    """An answer whose body is *content*."""

    def __init__(self, content: str, **headers: str) -> None:
        self.content = content
        self.headers = headers

    def text(self, most: int) -> str:
        return self.content.encode()[:most].decode(errors="replace")


def page(content: str, *secrets: str, **headers: str) -> str | None:
    return excerpt(Page(content, **headers), secrets)


async def test_body_of_a_failure_is_kept(street: Street) -> None:
    answer = body(b"<h1>Out of orders</h1>\r\n\ttry later", status=ERROR)
    attempt = await ask(await street.open(answers(answer)))

    assert Reason.STATUS == attempt.reason
    assert "<h1>Out of orders</h1>\n\ttry later" == attempt.body


@pytest.mark.parametrize(
    ("answer", "spec"),
    [
        (OK, {}),
        (body(b"secret", status=ERROR), {"keep_body": False}),
        (body(b"", status=ERROR), {}),
        (body(b"\x1b\x03", "Content-Encoding: br", status=ERROR), {}),
    ],
)
async def test_no_body_is_kept(street: Street, answer: bytes, spec: dict[str, Any]) -> None:
    assert (await ask(await street.open(answers(answer)), **spec)).body is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Reason.PROTOCOL),
        (body(gzip.compress(b"half"), "Content-Encoding: gzip", status=ERROR), Reason.STATUS),
        (
            body("hälf".encode("latin-1"), "Content-Type: a/b; charset=iso-8859-1", status=ERROR),
            Reason.STATUS,
        ),
    ],
)
async def test_body_is_kept_as_far_as_it_came_and_decoded(
    street: Street, answer: bytes, reason: Reason
) -> None:
    attempt = await ask(await street.open(answers(answer)))

    assert (reason, attempt.body) in ((reason, "half"), (reason, "hälf"))


async def test_body_before_a_timeout_is_kept(street: Street) -> None:
    async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")(reader, writer)
        await reader.read()

    attempt = await ask(await street.open(stalls), timeout="200ms")

    assert (Reason.TIMEOUT, "half") == (attempt.reason, attempt.body)


async def test_body_of_a_redirect_is_none_of_the_page_behind_it(
    street: Street, closed_port: int
) -> None:
    away = FOUND % f"http://127.0.0.1:{closed_port}/".encode()
    attempt = await ask(await street.open(answers(away)))

    assert (Reason.CONNECT_REFUSED, None) == (attempt.reason, attempt.body)


async def test_bad_redirect_keeps_its_own_body(street: Street) -> None:
    attempt = await ask(await street.open(answers(FOUND % b"file:///etc/passwd")))

    assert (Reason.REDIRECTS, "moved!") == (attempt.reason, attempt.body)


async def test_echoed_secrets_are_masked(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "t0p/s3cret")
    echo = b"you sent t0p/s3cret, T0P%2FS3CRET and Basic cHJvYmU6dDBwL3MzY3JldA=="
    url = await street.open(answers(body(echo, status=ERROR)))
    auth = {"basic": {"user": "probe", "password": "${env:SHOP_TOKEN}"}}
    attempt = await ask(url, auth=auth)

    assert (Outcome.DOWN, "you sent ***, *** and Basic ***") == (attempt.outcome, attempt.body)


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("Authorization: Bearer abc\nHost: shop", "Authorization: ***\nHost: shop"),
        (
            '{"Authorization": "Bearer a\\"bc", "Host": "shop"}',
            '{"Authorization": ***, "Host": "shop"}',
        ),
        ("{'Proxy-Authorization' => 'abc', 'A': 'b'}", "{'Proxy-Authorization' => ***, 'A': 'b'}"),
        ("HTTP_AUTHORIZATION=Basic abc", "HTTP_AUTHORIZATION=***"),
        ("Set-Cookie: session=abc; Path=/", "Set-Cookie: ***"),
        ("cookie=abc", "cookie=***"),
        ("<td>Cookie</td><td>abc</td>", "<td>Cookie</td><td>***"),
        ("&quot;cookie&quot;: &quot;abc&quot;", "&quot;cookie&quot;: ***"),
        ('"{\\"cookie\\": \\"abc\\"}"', '"{\\"cookie\\": ***'),
        ("authorizations: 3 cookies: 4", "authorizations: 3 cookies: 4"),
    ],
)
def test_headers_that_a_body_repeats_are_masked(content: str, kept: str | None) -> None:
    found = str(page(content))

    assert "abc" not in found
    assert found == kept or (
        kept is None and found.endswith(('"Host": "shop"}', "'Host': 'shop'}"))
    )


def test_cookie_that_was_set_is_masked_in_the_body() -> None:
    cookies = {"set-cookie": "session=s3ss10n; Path=/, csrf=c5rf; HttpOnly"}

    assert "*** and ***" == page("s3ss10n and c5rf", **cookies)


@pytest.mark.parametrize("place", range(KEPT - 12, KEPT + 12))
def test_secret_across_the_cut_leaves_nothing(place: int) -> None:
    kept = str(page("." * place + "t0ps3cret" + "." * 99, "t0ps3cret"))

    assert len(kept) == KEPT
    assert "t0p" not in kept


def test_secret_across_the_end_of_what_is_looked_at_leaves_nothing() -> None:
    """Masks made the text so short that its end is kept."""
    secret = "0123456789" * 30
    kept = str(page(f"{secret} " * 100, secret))

    assert set(kept) == {"*", " "}


def test_kept_bytes_are_counted_in_utf_8_and_whole() -> None:
    kept = str(page("€" * KEPT))

    assert "€" * (KEPT // 3) == kept


def test_what_a_terminal_would_obey_is_blanked() -> None:
    assert " [31m  a b" == page("\x1b[31m\x00\u202ea\x7fb")


def test_more_cookies_than_can_be_looked_for_leave_nothing() -> None:
    """Looking for 8,000 of them held up every probe for two seconds."""
    cookies = [f"a={n:05}" for n in range(101)]

    assert "00099 ***" != page("00099 00100", **{"set-cookie": "; ".join(cookies[:100])})
    assert page("00099 00100", **{"set-cookie": "; ".join(cookies)}) is None


def test_hostile_body_takes_no_time() -> None:
    for content in ("cookie" + " " * 9000, 'cookie="' + "\\" * 9000, "cookie<" * 2000, "=" * 9000):
        assert page(content, "s" * 2000) is not None
