"""What every kind over TCP does about the same faults: the right reason, by the deadline."""

import asyncio
import socket
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from tests.probing.shop import Script, Street, settings

from vigie.probing import KINDS, Attempt, Outcome, Reason

NOW = datetime.now(UTC).replace(microsecond=0)
FAST = {"timeout": "200ms"}

# Each kind, in the clear and over TLS, as little as it can be asked for.
CLEAR: list[dict[str, Any]] = [
    {"tcp": "{}", "dialogue": [{"expect": "hello"}]},
    {"smtp": "{}"},
    {"postgres": "{}/orders", "user": "me", "sslmode": "disable"},
]
OVER_TLS: list[dict[str, Any]] = [
    {"tcp": "{}", "tls": True},
    {"tls": "{}"},
    {"smtp": "{}", "tls": "implicit"},
]
UPGRADED: list[dict[str, Any]] = [
    {"postgres": "{}/orders", "user": "me"},
]


async def ask(spec: dict[str, Any], place: str, *allow: str, **more: Any) -> Attempt:
    kind = KINDS[next(iter(spec))]
    spec = {**spec, kind.name: str(spec[kind.name]).format(place)}
    endpoint = kind.model.model_validate({"key": "api", **spec, **more})
    return await kind.probe(endpoint, number=1, allow=allow or ("loopback",))


def name_of(spec: dict[str, Any]) -> str:
    return next(iter(spec))


clear = pytest.mark.parametrize("spec", CLEAR, ids=name_of)
over_tls = pytest.mark.parametrize("spec", OVER_TLS, ids=name_of)
every = pytest.mark.parametrize("spec", CLEAR + OVER_TLS + UPGRADED)


def place(url: str) -> str:
    return url.partition("//")[2]


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(65536)
    await asyncio.Event().wait()


async def leaves(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def talks_of_something_else(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    writer.write(b"\x00\x01\x02 something else\r\n")
    await silent(reader, writer)


@every
async def test_refused_port_is_down(spec: dict[str, Any], closed_port: int) -> None:
    attempt = await ask(spec, f"127.0.0.1:{closed_port}")

    assert (Outcome.DOWN, Reason.CONNECT_REFUSED) == (attempt.outcome, attempt.reason)
    assert f"127.0.0.1 port {closed_port} refused the connection" == attempt.detail
    assert attempt.connect_us is not None


@every
async def test_name_that_does_not_exist_is_down(spec: dict[str, Any]) -> None:
    attempt = await ask(spec, "nothing.invalid:443")

    assert (Outcome.DOWN, Reason.DNS_NOT_FOUND) == (attempt.outcome, attempt.reason)


@every
@pytest.mark.parametrize(
    ("host", "what"),
    [
        ("169.254.169.254:80", "a link-local address, which is never probed"),
        ("[::ffff:169.254.169.254]:80", "a link-local address, which is never probed"),
        ("127.0.0.1:80", "a loopback address (write allow: [loopback] in the service)"),
    ],
)
async def test_address_that_must_not_be_probed_is_unknown(
    spec: dict[str, Any], host: str, what: str
) -> None:
    attempt = await ask(spec, host, "private")

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).endswith(what)
    assert attempt.address is None


@every
async def test_stall_while_connecting_ends_by_the_deadline(spec: dict[str, Any]) -> None:
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for client in (first, second):
            client.setblocking(False)  # noqa: FBT003 - no keyword there
            client.connect_ex(server.getsockname())
        attempt = await ask(spec, f"127.0.0.1:{server.getsockname()[1]}", **FAST)

    assert (Outcome.DOWN, Reason.CONNECT_TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: connecting" == attempt.detail


@every
async def test_stall_after_the_connection_ends_by_the_deadline(
    spec: dict[str, Any], street: Street
) -> None:
    attempt = await ask(spec, place(await street.open(silent)), **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith("nothing within 200ms: ")
    assert 195_000 <= attempt.duration_us < 1_000_000


@every
@pytest.mark.parametrize("script", [leaves, resets])
async def test_connection_that_ends_at_once_is_a_reset(
    spec: dict[str, Any], script: Script, street: Street
) -> None:
    attempt = await ask(spec, place(await street.open(script)))

    assert (Outcome.DOWN, Reason.RESET) == (attempt.outcome, attempt.reason)


@every
async def test_another_protocol_is_down(spec: dict[str, Any], street: Street) -> None:
    attempt = await ask(spec, place(await street.open(talks_of_something_else)), **FAST)

    assert Outcome.DOWN == attempt.outcome
    wrong = (Reason.TLS, Reason.PROTOCOL, Reason.BODY, Reason.TIMEOUT)
    assert attempt.reason in wrong


EXPIRED: dict[str, Any] = {
    "not_before": NOW - timedelta(days=90),
    "not_after": NOW - timedelta(days=3),
}
OTHER_HOST = "the certificate is not for 127.0.0.1"
UNKNOWN = "the certificate is not trusted: unable to get local issuer certificate"


@over_tls
async def test_expired_certificate_is_down_and_dated(
    spec: dict[str, Any], street: Street, authority: trustme.CA
) -> None:
    url = await street.open(silent, settings(authority, **EXPIRED))
    attempt = await ask(spec, place(url))

    expected = (Reason.TLS_EXPIRED, "the certificate has expired", EXPIRED["not_after"])
    assert expected == (attempt.reason, attempt.detail, attempt.certificate_expires)


@over_tls
@pytest.mark.parametrize(
    ("made", "reason", "detail"),
    [
        (lambda good: settings(good, "shop.example"), Reason.TLS_HOSTNAME, OTHER_HOST),
        (lambda _: settings(trustme.CA()), Reason.TLS_UNTRUSTED, UNKNOWN),
    ],
)
async def test_certificate_of_somebody_else_is_down(
    spec: dict[str, Any],
    made: Callable[[trustme.CA], Any],
    reason: Reason,
    detail: str,
    street: Street,
    authority: trustme.CA,
) -> None:
    attempt = await ask(spec, place(await street.open(silent, made(authority))))

    assert (Outcome.DOWN, reason, detail) == (attempt.outcome, attempt.reason, attempt.detail)
