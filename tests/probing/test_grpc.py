"""The kind grpc against grpcio's own health service, and against scripted servers that fail."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
import trustme
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from pydantic import ValidationError
from tests.probing.shop import Script, Street, settings

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.grpc import GrpcEndpoint, probe
from vigie.probing.healthcall import CODES, READ_MAX, request_of, state_of

FAST: dict[str, Any] = {"timeout": "200ms"}
STATES = health_pb2.HealthCheckResponse


async def ask(place: str, allow: tuple[str, ...] = ("loopback",), **spec: Any) -> Attempt:
    place = place.removeprefix("http://").removeprefix("https://")
    spec = {"key": "orders", "grpc": place, "tls": False, "timeout": "2s", **spec}
    return await probe(GrpcEndpoint.model_validate(spec), number=1, allow=allow)


@contextmanager
def serving(
    *, tls: trustme.LeafCert | None = None, healthy: bool = True, token: str | None = None
) -> Iterator[str]:
    """A gRPC server with the states that the tests ask for; without health where not *healthy*."""
    pool = ThreadPoolExecutor(2)
    server = grpc.server(pool, interceptors=[Login(token)] if token else [])
    if healthy:
        servicer = health.HealthServicer()
        for name in ("SERVING", "NOT_SERVING", "UNKNOWN", "SERVICE_UNKNOWN"):
            servicer.set(name.lower(), STATES.ServingStatus.Value(name))
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    if tls:
        pair = (tls.private_key_pem.bytes(), tls.cert_chain_pems[0].bytes())
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
        pool.shutdown()


class Login(grpc.ServerInterceptor):
    """Lets in who shows the token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        if ("authorization", f"Bearer {self._token}") in details.invocation_metadata:
            return continuation(details)

        def refuse(_: Any, context: grpc.ServicerContext) -> None:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you? ça va")

        return grpc.unary_unary_rpc_method_handler(refuse)


async def test_server_and_service_that_serve_are_up() -> None:
    with serving() as place:
        server = await ask(place)
        service = await ask(place, service="serving")

    assert (Outcome.UP, None, None) == (server.outcome, server.reason, server.detail)
    assert (0, "127.0.0.1", None) == (server.status, server.address, server.tls_us)
    assert None not in (server.dns_us, server.connect_us, server.first_byte_us)
    assert Outcome.UP == service.outcome


@pytest.mark.parametrize("state", ["NOT_SERVING", "UNKNOWN", "SERVICE_UNKNOWN"])
async def test_service_in_another_state_is_down(state: str) -> None:
    with serving() as place:
        attempt = await ask(place, service=state.lower())

    assert (Outcome.DOWN, Reason.BODY, 0) == (attempt.outcome, attempt.reason, attempt.status)
    assert f'"{state.lower()}" is {state}, expected SERVING' == attempt.detail


async def test_service_that_is_not_known_is_down() -> None:
    with serving() as place:
        attempt = await ask(place, service="nothing")

    assert (Outcome.DOWN, Reason.STATUS, 5) == (attempt.outcome, attempt.reason, attempt.status)
    assert "the call gave NOT_FOUND, expected OK" == attempt.detail


async def test_server_without_a_health_service_is_down() -> None:
    with serving(healthy=False) as place:
        attempt = await ask(place)

    assert (Outcome.DOWN, Reason.STATUS, 12) == (attempt.outcome, attempt.reason, attempt.status)
    assert "the call gave UNIMPLEMENTED" in str(attempt.detail)
    assert "the target has no health service" in str(attempt.detail)


async def test_login_is_sent_and_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret-token")
    with serving(token="s3cret-token") as place:
        good = await ask(place, auth={"bearer": "${env:TOKEN}"})
        header = await ask(place, headers={"Authorization": "Bearer ${env:TOKEN}"})
        bad = await ask(place)

    assert [Outcome.UP, Outcome.UP] == [good.outcome, header.outcome]
    assert (Outcome.DOWN, Reason.STATUS, 16) == (bad.outcome, bad.reason, bad.status)
    assert "the call gave UNAUTHENTICATED (who are you? ça va), expected OK" == bad.detail
    assert "s3cret" not in str((good, header, bad))


async def test_certificate_is_checked_and_dated(authority: trustme.CA) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20, hours=1)
    leaf = authority.issue_cert("127.0.0.1", not_after=ends)
    with serving(tls=leaf) as place:
        good = await ask(place, tls=True, expect={"certificate_days": 20})
        short = await ask(place, tls=True, expect={"certificate_days": 21})
        other = await ask(place, tls=True, server_name="orders.example")
        unchecked = await ask(
            place, tls=True, server_name="orders.example", verify={"disabled": "a test"}
        )
        plain = await ask(place, **FAST)

    assert (Outcome.UP, ends) == (good.outcome, good.certificate_expires)
    assert good.tls_us is not None
    assert Reason.CERTIFICATE_DAYS == short.reason
    assert (Outcome.DOWN, Reason.TLS_HOSTNAME) == (other.outcome, other.reason)
    assert "the certificate is not for orders.example" == other.detail
    assert Outcome.UP == unchecked.outcome
    assert Outcome.DOWN == plain.outcome


async def test_expired_and_untrusted_certificates_are_told_apart(authority: trustme.CA) -> None:
    past = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    with serving(tls=authority.issue_cert("127.0.0.1", not_after=past)) as place:
        expired = await ask(place, tls=True)
    with serving(tls=trustme.CA().issue_cert("127.0.0.1")) as place:
        untrusted = await ask(place, tls=True)

    assert (Reason.TLS_EXPIRED, past) == (expired.reason, expired.certificate_expires)
    assert Reason.TLS_UNTRUSTED == untrusted.reason


async def test_tls_asked_of_a_plain_server_is_down() -> None:
    with serving() as place:
        attempt = await ask(place, tls=True, **FAST)

    assert Outcome.DOWN == attempt.outcome
    assert attempt.reason in (Reason.TLS, Reason.RESET, Reason.TIMEOUT)


async def test_address_that_is_not_allowed_is_not_probed() -> None:
    attempt = await ask("127.0.0.1:1", allow=())

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)


async def test_refused_port_is_down(closed_port: int) -> None:
    attempt = await ask(f"127.0.0.1:{closed_port}")

    assert (Outcome.DOWN, Reason.CONNECT_REFUSED) == (attempt.outcome, attempt.reason)


async def test_slow_answer_is_down() -> None:
    with serving() as place:
        attempt = await ask(place, expect={"within": "0ms"})

    assert (Outcome.DOWN, Reason.SLOW) == (attempt.outcome, attempt.reason)


def speaks(act: Callable[[H2Connection, RequestReceived], None]) -> Script:
    """Speak HTTP/2, and *act* on the request."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        server.initiate_connection()
        while data := await reader.read(65536):
            for event in server.receive_data(data):
                if isinstance(event, RequestReceived):
                    act(server, event)
            writer.write(server.data_to_send())

    return script


def answers(
    body: bytes = b"",
    *,
    status: str = "200",
    kind: str = "application/grpc",
    trailers: dict[str, str] | None = None,
) -> Script:
    def act(server: H2Connection, _: RequestReceived) -> None:
        server.send_headers(1, [(":status", status), ("content-type", kind)])
        server.send_data(1, body, end_stream=trailers is None)
        if trailers is not None:
            server.send_headers(1, list(trailers.items()), end_stream=True)

    return speaks(act)


def said(**trailers: str) -> dict[str, str]:
    return {f"grpc-{name}": value for name, value in trailers.items()}


async def test_call_is_that_of_the_protocol(street: Street) -> None:
    seen: dict[str, str] = {}

    def act(server: H2Connection, event: RequestReceived) -> None:
        seen.update({str(name): str(value) for name, value in event.headers})
        server.send_headers(1, [(":status", "404")], end_stream=True)

    url = await street.open(speaks(act))
    await ask(url, headers={"X-Tenant": "acme"}, server_name="orders.example")

    assert ("POST", "http") == (seen[":method"], seen[":scheme"])
    assert "/grpc.health.v1.Health/Check" == seen[":path"]
    assert f"orders.example:{url.rpartition(':')[2]}" == seen[":authority"]
    assert ("trailers", "application/grpc") == (seen["te"], seen["content-type"])
    assert 1000 < int(seen["grpc-timeout"].removesuffix("m")) <= 2000
    assert "acme" == seen["x-tenant"]


@pytest.mark.parametrize(
    ("script", "reason", "detail"),
    [
        (answers(status="404"), Reason.STATUS, "HTTP status 404, expected 200"),
        (answers(status="99999"), Reason.PROTOCOL, 'the answer is no HTTP/2: status "99999"'),
        (answers(status="²00"), Reason.PROTOCOL, 'the answer is no HTTP/2: status "²00"'),
        (answers(kind="text/html"), Reason.PROTOCOL, "the answer is no gRPC: content-type text"),
        (answers(), Reason.PROTOCOL, 'the answer is no gRPC: grpc-status ""'),
        (answers(trailers=said(status="99")), Reason.PROTOCOL, "the answer is no gRPC: grpc-"),
        (answers(trailers=said(status="²")), Reason.PROTOCOL, "the answer is no gRPC: grpc-"),
        (
            answers(trailers=said(status="14", message="no%20backend")),
            Reason.STATUS,
            "the call gave UNAVAILABLE (no backend), expected OK",
        ),
        (answers(trailers=said(status="4")), Reason.TIMEOUT, "the call gave DEADLINE_EXCEEDED"),
        (answers(trailers=said(status="0")), Reason.PROTOCOL, "the answer is no gRPC message"),
        (answers(b"\0\0\0\0\1x", trailers=said(status="0")), Reason.PROTOCOL, "the answer is no H"),
        (answers(b"\1\0\0\0\0", trailers=said(status="0")), Reason.PROTOCOL, "the answer is no gR"),
        (
            speaks(lambda server, _: server.reset_stream(1, 7)),
            Reason.RESET,
            "the target reset the call: REFUSED_STREAM",
        ),
        (
            speaks(lambda server, _: server.close_connection(11)),
            Reason.RESET,
            "the target ended the connection: ENHANCE_YOUR_CALM",
        ),
    ],
)
async def test_answer_that_is_none_is_down(
    street: Street, script: Script, reason: Reason, detail: str
) -> None:
    attempt = await ask(await street.open(script))

    assert (Outcome.DOWN, reason) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith(detail)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", Reason.RESET),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Reason.PROTOCOL),
        (b"\0\0\0\4\0\0\0\0\0" * 40_000, Reason.TOO_LARGE),  # empty SETTINGS
        (b"\0\0\x04\1\4\0\0\0\1\xff\xff\xff\xff", Reason.PROTOCOL),  # headers that are none
    ],
)
async def test_what_is_no_http2_is_down(street: Street, answer: bytes, reason: Reason) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(answer)
        while len(answer) > READ_MAX and await reader.read(65536):
            pass  # or closing would reset the connection before all of it is read

    attempt = await ask(await street.open(script))

    assert (Outcome.DOWN, reason) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize(
    ("tls", "phase"), [(False, "waiting for the answer"), (True, "the TLS handshake")]
)
async def test_silent_target_is_down(street: Street, tls: bool, phase: str) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    attempt = await ask(await street.open(silent), tls=tls, **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert f"nothing within 200ms: {phase}" == attempt.detail


async def test_protocol_is_asked_for_in_the_handshake(
    street: Street, authority: trustme.CA
) -> None:
    made = settings(authority)
    made.set_alpn_protocols(["h2"])
    chosen: list[str | None] = []

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tls = writer.get_extra_info("ssl_object")
        assert isinstance(tls, ssl.SSLObject)
        chosen.append(tls.selected_alpn_protocol())

    await ask(await street.open(script, made), tls=True)

    assert ["h2"] == chosen


def test_messages_are_those_of_protobuf() -> None:
    for name in ("", "shop", "x" * 127):
        assert health_pb2.HealthCheckRequest(service=name).SerializeToString() == request_of(name)
    for state in STATES.ServingStatus.values():
        body = STATES(status=state).SerializeToString()
        framed = b"\0" + len(body).to_bytes(4, "big") + body
        assert STATES.ServingStatus.Name(state) == state_of(framed)
    assert {code.value[0]: code.name for code in grpc.StatusCode} == dict(enumerate(CODES))


@pytest.mark.parametrize(
    ("spec", "place", "message"),
    [
        ({"grpc": "shop.example"}, "grpc", '"shop.example" has no port (write shop.example:443)'),
        ({"grpc": "https://shop.example"}, "grpc", "is not a host and a port (write host:port)"),
        ({"service": "x" * 128}, "service", "a name this long is no service (write at most 127"),
        ({"headers": {"grpc-timeout": "1S"}}, "headers", "grpc-timeout is set by the prober"),
        ({"headers": {"X": "a\nb"}}, "headers", "the value of X has several lines"),
        (
            {"tls": False, "expect": {"certificate_days": 5}},
            "",
            "certificate_days needs a certificate (write no tls: false)",
        ),
        (
            {"auth": {"bearer": "${env:A}"}, "headers": {"authorization": "a"}},
            "",
            "auth and the header Authorization say the same (write one of them)",
        ),
    ],
)
def test_bad_values_are_refused_with_place_and_what_to_write(
    spec: dict[str, Any], place: str, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        GrpcEndpoint.model_validate({"key": "orders", "grpc": "shop.example:443", **spec})

    (error,) = caught.value.errors()
    assert place == ".".join(map(str, error["loc"]))
    assert message in error["msg"]
