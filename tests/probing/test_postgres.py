"""The kind postgres: against a real server, behind TLS, and against what only looks like one."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import trustme
from pydantic import ValidationError
from tests.probing.shop import Script, Street, settings

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.checked import listening
from vigie.probing.postgres import PostgresEndpoint, probe

NOW = datetime.now(UTC).replace(microsecond=0)
FAST = {"timeout": "400ms"}
CLEAR = {"sslmode": "disable"}
WRONG = "correct horse battery staple"
Ask = Callable[..., Any]


@pytest.fixture
def ask(server: str, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Probe the real server, or one of the street; loopback is allowed."""
    real = urlsplit(server)
    monkeypatch.setenv("REAL", real.password or "")
    monkeypatch.setenv("WRONG", WRONG)

    async def one(url: str = "", **spec: Any) -> Attempt:
        place = url.partition("//")[2] or f"{real.hostname}:{real.port}"
        spec = {"postgres": f"{place}{real.path}", "user": real.username, **spec}
        endpoint = {"key": "database", "password": "${env:REAL}", **spec}
        made = PostgresEndpoint.model_validate(endpoint)
        return await probe(made, number=1, allow=("loopback",))

    return one


async def test_login_is_enough(ask: Ask) -> None:
    attempt = await ask(**CLEAR)

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert "127.0.0.1" == attempt.address
    phases = (attempt.dns_us, attempt.connect_us, attempt.first_byte_us)
    assert all(phase is not None and phase > 0 for phase in phases)
    assert sum(phases) <= attempt.duration_us
    assert attempt.tls_us is None


@pytest.mark.parametrize(
    ("query", "value", "found"),
    [
        ("select 42", 42, "42"),
        ("select 'ready'", "ready", "ready"),
        ("select 1 = 1", True, "true"),
        ("select null", "null", "null"),
        ("select 1.50", "1.50", "1.50"),
        ("select 1.50", "1.5", "1.50"),
        ("select 42", 43, "42"),
        ("select 1 where false", 1, "no row"),
        ("select", 1, "no row"),
        ("select g from generate_series(7, 9) as g", 7, "7"),
        ("select repeat('ab', 50)", "ab", "ab" * 39 + "a…"),
    ],
)
async def test_query_gives_a_value(query: str, value: object, found: str, ask: Ask) -> None:
    with listening() as told:
        attempt = await ask(**CLEAR, query=query, expect={"value": value})

    asked = str(value).lower() if isinstance(value, bool) else str(value)
    wrong = f"the query gave {found}, expected {asked}"
    expected = (None, None) if found == asked else (Reason.BODY, wrong)
    assert expected == (attempt.reason, attempt.detail)
    assert [("value", found == asked)] == [(one.name, one.passed) for one in told]


@pytest.mark.parametrize(
    ("spec", "reason", "words"),
    [
        (
            {"password": "${env:WRONG}"},
            Reason.LOGIN,
            "the server refused the login: password authentication failed for user",
        ),
        (
            {"postgres": "{}/nowhere"},
            Reason.LOGIN,
            'the server refused the login: database "nowhere" does not exist (SQLSTATE 3D000)',
        ),
        (
            {"query": "select * from nothing"},
            Reason.QUERY,
            'the query failed: relation "nothing" does not exist (SQLSTATE 42P01)',
        ),
        (
            {"query": "select 1; select 2"},
            Reason.QUERY,
            "the query failed: cannot insert multiple commands into a prepared statement",
        ),
        (
            {"query": "create table probed ()"},
            Reason.QUERY,
            "the query failed: cannot execute CREATE TABLE in a read-only transaction",
        ),
        ({"query": "select repeat('x', 2000000)"}, Reason.TOO_LARGE, "more than 1 MiB"),
        ({"sslmode": "verify-full"}, Reason.TLS, "the server does not take TLS"),
    ],
)
async def test_each_refusal_is_told_apart(
    spec: dict[str, Any], reason: Reason, words: str, ask: Ask, server: str
) -> None:
    if "postgres" in spec:
        real = urlsplit(server)
        spec = {"postgres": spec["postgres"].format(f"{real.hostname}:{real.port}")}
    attempt = await ask(**{**CLEAR, **spec})

    assert (Outcome.DOWN, reason) == (attempt.outcome, attempt.reason)
    assert words in str(attempt.detail)
    assert WRONG not in str(attempt)


async def test_secret_in_the_answer_is_hidden(ask: Ask) -> None:
    attempt = await ask(**CLEAR, user="${env:WRONG}")

    assert Reason.LOGIN == attempt.reason
    assert 'authentication failed for user "***"' in str(attempt.detail)
    assert WRONG not in str(attempt)


async def test_environment_of_the_prober_is_not_used(
    ask: Ask, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own database's password must never reach a target."""
    real = urlsplit(server)
    for name, value in (
        ("PGPASSWORD", real.password or ""),
        ("PGHOST", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGDATABASE", "nowhere"),
        ("PGSSLMODE", "require"),
        ("PGSERVICE", "nowhere"),
        ("PGTARGETSESSIONATTRS", "standby"),
    ):
        monkeypatch.setenv(name, value)

    assert Outcome.UP == (await ask(**CLEAR)).outcome
    assert Reason.LOGIN == (await ask(**CLEAR, password=None)).reason


async def test_long_query_is_stopped_at_the_server_too(ask: Ask, server: str) -> None:
    attempt = await ask(**CLEAR, **FAST, query="select pg_sleep(60)")
    connection = await asyncpg.connect(server)
    left = "select count(*) from pg_stat_activity where query like '%pg_sleep(60)' and state = $1"
    async with asyncio.timeout(10):
        while await connection.fetchval(left, "active"):
            await connection.fetch("select pg_sleep(0.05)")
    await connection.close()

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert attempt.duration_us < 1_000_000


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: bytes) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            if b"cutting" in data:
                break
            if until in data:
                await asyncio.Event().wait()
            writer.write(data)
            await writer.drain()
        writer.close()


def relays(server: str, made: ssl.SSLContext | None, *, until: bytes = b"never") -> Script:
    """Take TLS as PostgreSQL does, and hand on to the real server until a client says *until*."""
    real = urlsplit(server)

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if made:
            assert b"\x00\x00\x00\x08\x04\xd2\x16\x2f" == await reader.readexactly(8)
            writer.write(b"S")
            await writer.start_tls(made)
        there, back = await asyncio.open_connection(real.hostname, real.port)
        try:
            await asyncio.gather(_pipe(reader, back, until), _pipe(there, writer, b"never"))
        finally:
            back.close()

    return script


async def test_session_over_tls(
    ask: Ask, street: Street, server: str, authority: trustme.CA
) -> None:
    ends = NOW + timedelta(days=10, hours=12)
    url = await street.open(relays(server, settings(authority, not_after=ends)))
    good = await ask(url, query="select 1", expect={"value": 1, "certificate_days": 10})
    soon = await ask(url, expect={"certificate_days": 11})

    assert (Outcome.UP, None, ends) == (good.outcome, good.detail, good.certificate_expires)
    assert 0 < (good.tls_us or 0) < good.duration_us
    assert Reason.CERTIFICATE_DAYS == soon.reason


async def test_server_name_and_verification_turned_off(
    ask: Ask, street: Street, server: str, authority: trustme.CA
) -> None:
    url = await street.open(relays(server, settings(authority, "db.shop.example")))
    unknown = await street.open(relays(server, settings(trustme.CA())))
    off = {"sslmode": "require", "verify": {"disabled": "laboratory"}}

    assert Outcome.UP == (await ask(url, server_name="db.shop.example")).outcome
    assert Outcome.UP == (await ask(unknown, **off)).outcome


@pytest.mark.parametrize(
    ("made", "reason", "detail", "ended"),
    [
        (
            lambda good: settings(good, "shop.example"),
            Reason.TLS_HOSTNAME,
            "the certificate is not for 127.0.0.1",
            None,
        ),
        (
            lambda _: settings(trustme.CA()),
            Reason.TLS_UNTRUSTED,
            "the certificate is not trusted: unable to get local issuer certificate",
            None,
        ),
        (
            lambda good: settings(
                good, not_before=NOW - timedelta(9), not_after=NOW - timedelta(3)
            ),
            Reason.TLS_EXPIRED,
            "the certificate has expired",
            NOW - timedelta(3),
        ),
    ],
)
async def test_certificate_is_checked(
    made: Callable[[trustme.CA], ssl.SSLContext],
    reason: Reason,
    detail: str,
    ended: datetime | None,
    ask: Ask,
    street: Street,
    server: str,
    authority: trustme.CA,
) -> None:
    attempt = await ask(await street.open(relays(server, made(authority))))

    assert (Outcome.DOWN, reason, detail) == (attempt.outcome, attempt.reason, attempt.detail)
    assert ended == attempt.certificate_expires


def answers(*pieces: bytes, ends: bool = False) -> Script:
    """Wait for a word before each of *pieces*; then stay silent, or leave."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            await reader.read(65536)
            writer.write(piece)
            await writer.drain()
        if not ends:
            await asyncio.Event().wait()

    return script


AUTHENTICATED = b"R\x00\x00\x00\x08\x00\x00\x00\x00"


@pytest.mark.parametrize(
    ("script", "spec", "phase"),
    [
        (answers(), {}, "the TLS handshake"),
        (answers(b"S"), {}, "the TLS handshake"),
        (answers(), CLEAR, "logging in"),
        (answers(AUTHENTICATED), CLEAR, "logging in"),
    ],
)
async def test_stall_in_every_phase_ends_by_the_deadline(
    script: Script, spec: dict[str, Any], phase: str, ask: Ask, street: Street
) -> None:
    attempt = await ask(await street.open(script), **FAST, **spec)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert f"nothing within 400ms: {phase}" == attempt.detail
    assert attempt.duration_us < 1_500_000


async def test_server_that_freezes_in_the_query_is_left(
    ask: Ask, street: Street, server: str
) -> None:
    """Without a second connection that would cancel the query, and perhaps freeze as well."""
    url = await street.open(relays(server, None, until=b"freezing"))
    attempt = await ask(url, **CLEAR, **FAST, query="select 'freezing'")

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 400ms: waiting for the query" == attempt.detail
    assert 1 == street.connections


async def test_server_that_does_not_let_go_is_up(ask: Ask, street: Street, server: str) -> None:
    """The verdict is known when the probe says good-bye."""
    url = await street.open(relays(server, None, until=b"X\x00\x00\x00\x04"))
    attempt = await ask(url, **CLEAR, query="select 1", expect={"value": 1})

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert attempt.duration_us < 2_000_000


async def test_connection_that_breaks_in_the_query_is_a_reset(
    ask: Ask, street: Street, server: str
) -> None:
    attempt = await ask(await street.open(relays(server, None)), **CLEAR, query="select 'cutting'")

    expected = (Reason.RESET, "the target closed the connection: waiting for the query")
    assert expected == (attempt.reason, attempt.detail)


@pytest.mark.parametrize(
    ("script", "spec", "reason"),
    [
        (answers(b"", ends=True), CLEAR, Reason.RESET),
        (answers(AUTHENTICATED, ends=True), CLEAR, Reason.RESET),
        (answers(b"", ends=True), {}, Reason.RESET),
        (answers(b"S", ends=True), {}, Reason.RESET),
        (answers(b"N"), {}, Reason.TLS),
        (answers(b"SR" + b"\x00" * 90), {}, Reason.TLS),  # CVE-2021-23222
        (answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), {}, Reason.TLS),
        (answers(b"R\x00\x00\x00\x08\x00\x00\x00\x63"), CLEAR, Reason.PROTOCOL),
    ],
)
async def test_what_only_looks_like_a_server_is_down(
    script: Script, spec: dict[str, Any], reason: Reason, ask: Ask, street: Street
) -> None:
    attempt = await ask(await street.open(script), **spec, **FAST)

    assert (Outcome.DOWN, reason) == (attempt.outcome, attempt.reason)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65536)
    writer.write(b"D\x7f\xff\xff\xff")
    while not writer.is_closing():
        writer.write(b"x" * 65536)
        await writer.drain()


async def test_endless_answer_is_cut(ask: Ask, street: Street) -> None:
    attempt = await ask(await street.open(_pour), **CLEAR)

    assert (Outcome.DOWN, Reason.TOO_LARGE) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"postgres": "db.example"}, '"db.example" is not a host and a database (write host:54'),
        ({"postgres": "postgresql://a@b/c"}, "is not a host and a database (write host:5432/da"),
        ({"postgres": "me@db.example/shop"}, '"me@db.example" is not a host and a port (write '),
        ({"password": "plain"}, "a secret in the catalogue would be kept in the database (write"),
        ({"sslmode": "prefer"}, "Input should be 'verify-full', 'require' or 'disable'"),
        ({"sslmode": "require"}, "sslmode: require is what checks no certificate (write verify-"),
        ({"verify": {"disabled": "why"}}, "sslmode: require is what checks no certificate"),
        ({"sslmode": "disable", "expect": {"certificate_days": 3}}, "needs a certificate (write"),
        ({"query": " "}, '" " is not a query (write select 1)'),
        ({"expect": {"value": 1}}, "a value needs a query (write query: select …)"),
        ({"query": "select 1", "expect": {"value": [1]}}, "a list is not a value"),
    ],
)
def test_bad_values_are_refused(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PostgresEndpoint.model_validate(
            {"key": "a", "postgres": "db.shop.example/shop", "user": "me", **spec}
        )

    assert words in str(caught.value)
    assert "plain" not in words


def test_spec_is_read_back_as_it_was() -> None:
    spec = {"key": "a", "postgres": "[::1]:5433/shop", "user": "me", "query": "select true"}
    written = PostgresEndpoint.model_validate({**spec, "expect": {"value": True}})

    assert "true" == written.expect.value
    assert written == PostgresEndpoint.model_validate(written.model_dump(mode="json"))
