"""Good answers of every shape, phases, requests and redirects."""

import asyncio
import gzip
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.probing.shop import OK, Street, answers, ask, body, endpoint, keeps

from vigie.probing import Outcome, Reason
from vigie.probing.records import name_of
from vigie.probing.request import parse_url

FOUND = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ("length", [OK]),
        ("byte by byte", [bytes([b]) for b in OK]),
        ("until the end", [b"HTTP/1.0 200 OK\r\n\r\nok"]),
        (
            "chunked",
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"],
        ),
        ("interim", [b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n", OK]),
        ("two interim", [b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + OK]),
        ("more than the answer", [OK + b"HTTP/1.1 500 No\r\n\r\n"]),
        ("gzip", [body(gzip.compress(b"ok"), "Content-Encoding: gzip")]),
        ("gzip twice", [body(gzip.compress(b"o") + gzip.compress(b"k"), "Content-Encoding: gzip")]),
        ("deflate", [body(zlib.compress(b"ok"), "Content-Encoding: deflate")]),
        ("bare deflate", [body(zlib.compress(b"ok")[2:-4], "Content-Encoding: deflate")]),
        (
            "other charset",
            [body("ok€".encode("utf-16"), "Content-Type: text/plain; charset=utf-16")],
        ),
    ],
)
async def test_body_is_read(street: Street, content: str, answer: list[bytes]) -> None:
    url = await street.open(answers(*answer))
    attempt = await ask(url, expect={"body_contains": "ok"})

    assert (content, Outcome.UP, None) == (content, attempt.outcome, attempt.detail)


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
)
async def test_answer_without_body_does_not_wait(street: Street, answer: bytes) -> None:
    async def keep_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(answer)(reader, writer)
        await asyncio.Event().wait()

    attempt = await ask(await street.open(keep_open))

    assert Outcome.UP == attempt.outcome


async def test_keep_alive_server_does_not_hold_the_probe(street: Street) -> None:
    async def keep_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(OK)(reader, writer)
        assert b"" == await reader.read()  # the probe closes

    attempt = await ask(await street.open(keep_open))

    assert Outcome.UP == attempt.outcome


async def test_head_waits_for_no_body(street: Street) -> None:
    async def head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readline()).startswith(b"HEAD / HTTP/1.1")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n")
        await asyncio.Event().wait()

    attempt = await ask(await street.open(head), method="HEAD")

    assert (Outcome.UP, 200) == (attempt.outcome, attempt.status)


async def test_switching_protocols_is_a_status(street: Street) -> None:
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x00"
    attempt = await ask(await street.open(answers(answer)), expect={"status": 101})

    assert (Outcome.UP, 101) == (attempt.outcome, attempt.status)


async def test_phases_are_measured(street: Street) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.05)
        writer.write(OK[:-1])
        await asyncio.sleep(0.05)
        writer.write(OK[-1:])

    before = datetime.now(UTC)
    attempt = await ask(await street.open(slow))

    assert before <= attempt.started <= datetime.now(UTC)
    assert attempt.dns_us is not None
    assert attempt.connect_us is not None
    assert attempt.tls_us is None
    assert attempt.first_byte_us is not None
    assert attempt.first_byte_us >= 45_000  # the server's 50 ms, and a timer may be early
    assert attempt.duration_us >= attempt.first_byte_us + 45_000
    phases = attempt.dns_us + attempt.connect_us + attempt.first_byte_us
    assert phases <= attempt.duration_us
    assert ("127.0.0.1", 200, None) == (
        attempt.address,
        attempt.status,
        attempt.certificate_expires,
    )


async def test_request_is_what_the_catalogue_says(
    street: Street, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "t0ps3cret")
    (tmp_path / "password").write_text("pa55word\n")
    seen: list[bytes] = []
    url = await street.open(keeps(seen))
    attempt = await ask(
        f"{url}/a b?c=é#d".replace(" ", "%20"),
        method="POST",
        headers={"Authorization": "Bearer ${env:SHOP_TOKEN}", "Host": "shop.example"},
        body=f"p=${{file:{tmp_path}/password}}",
    )

    assert Outcome.UP == attempt.outcome
    assert [
        b"POST /a%20b?c=%C3%A9 HTTP/1.1",
        b"User-Agent: vigie/0.1.0",
        b"Accept: */*",
        b"Authorization: Bearer t0ps3cret",
        b"Host: shop.example",
        b"Content-Length: 10",
        b"Connection: close",
        b"",
        b"p=pa55word",
    ] == seen[0].split(b"\r\n")


async def test_missing_variable_is_unknown_and_named() -> None:
    attempt = await ask("http://127.0.0.1/", headers={"A": "${env:VIGIE_NOT_SET}"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "the environment variable VIGIE_NOT_SET is not set in the prober" == attempt.detail


async def test_missing_file_is_unknown_and_named() -> None:
    attempt = await ask("http://127.0.0.1/", body="${file:/nowhere/secret}")

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "the prober cannot read /nowhere/secret: No such file or directory" == attempt.detail


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (os.mkfifo, "it is no file"),
        (lambda path: path.mkdir(), "it is no file"),
        (lambda path: path.write_bytes(b"a" * 65537), "it is larger than 64 KiB"),
        (lambda path: path.write_bytes(b"\xff"), "is not UTF-8 text"),
    ],
)
async def test_file_that_holds_no_secret_is_unknown_and_holds_up_nobody(
    tmp_path: Path, make: Callable[[Path], object], why: str
) -> None:
    make(tmp_path / "secret")
    attempt = await ask("http://127.0.0.1:9/", headers={"A": f"${{file:{tmp_path}/secret}}"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert f"the prober cannot read {tmp_path}/secret: {why}" == attempt.detail


async def test_placeholder_may_be_the_whole_url(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_URL", await street.open(answers(OK)))

    assert Outcome.UP == (await ask("${env:SHOP_URL}/health")).outcome


async def test_secret_that_breaks_the_header_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "a\r\nX-Evil: 1")
    attempt = await ask("http://127.0.0.1/", headers={"A": "${env:SHOP_TOKEN}"})

    assert "with its placeholders: the value of A has several lines" == attempt.detail


async def test_defect_of_ours_is_unknown_and_hides_secrets(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("t0ps3cret")

    monkeypatch.setenv("SHOP_TOKEN", "t0ps3cret")
    monkeypatch.setattr("vigie.probing.http.check", broken)
    attempt = await ask(await street.open(answers(OK)), headers={"A": "${env:SHOP_TOKEN}"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "RuntimeError: ***" == attempt.detail
    assert 200 == attempt.status


async def test_echoed_secret_is_hidden(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "t0ps3cret")
    url = await street.open(answers(body(b"", "X-Echo: t0ps3cret")))
    attempt = await ask(
        url, headers={"A": "${env:SHOP_TOKEN}"}, expect={"header": {"X-Echo": "none"}}
    )

    assert "header X-Echo is ***, expected none" == attempt.detail


# Redirects


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


# The model


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
