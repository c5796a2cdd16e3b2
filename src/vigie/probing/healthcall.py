"""One call of grpc.health.v1.Health/Check over HTTP/2, and what its answer says.

The call is written on the connection of the other kinds rather than with grpcio: its core makes
connections and judges certificates by itself, and tells neither phases nor reasons.

Slow to import, like h2: only who probes an endpoint of kind grpc imports it.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import ProtocolError

from vigie.probing.auth import Headers
from vigie.probing.failure import Failed
from vigie.probing.request import AGENT
from vigie.probing.result import Reason
from vigie.probing.trace import Trace

PATH = "/grpc.health.v1.Health/Check"
READ_MAX = 32 * 1024  # bytes of the whole call
EVENTS_MAX = 200  # of HTTP/2, where a call has eight: nine bytes of the target's cost us more time
SLICE = 1024  # bytes; h2 reads all that it was given before it says what it was
TYPE_AT, SETTINGS = 3, 4  # every server's first frame is of this type, says RFC 9113
HTTP_STATUS = re.compile("[1-5][0-9][0-9]")
PREFIX = 5  # bytes before a message: compressed or not, and its length
STREAM = 1
OK, DEADLINE_EXCEEDED, UNIMPLEMENTED = 0, 4, 12
CODES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"),
    *("ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"),
    *("ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"),
    "UNAUTHENTICATED",
)
STATES = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
STATUS_FIELD, SERVICE_FIELD = 0x08, 0x0A  # number 1 of each message: a varint, a text


class Call:
    """Reads the answer; a `connection.Receiver`."""

    def __init__(self, trace: Trace, send: Callable[[bytes], None]) -> None:
        self.complete = False
        self._trace = trace
        self._send = send
        self._connection = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self._size = self._events = 0
        self._head = b""
        self._body = b""
        self._headers: dict[str, str] = {}  # trailers too

    def opening(
        self, *, scheme: str, authority: str, headers: Headers, service: str, milliseconds: int
    ) -> bytes:
        """Return the bytes that ask for *service*; the target has *milliseconds* to answer."""
        message = request_of(service)
        own = {name.lower(): value for name, value in headers}
        self._connection.initiate_connection()
        self._connection.send_headers(
            STREAM,
            [
                (":method", "POST"),
                (":scheme", scheme),
                (":path", PATH),
                (":authority", authority),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
                ("grpc-timeout", f"{milliseconds}m"),
                *({"user-agent": AGENT} | own).items(),
            ],
        )
        framed = b"\0" + len(message).to_bytes(PREFIX - 1, "big") + message
        self._connection.send_data(STREAM, framed, end_stream=True)
        return self._connection.data_to_send()

    def goodbye(self) -> bytes:
        """Return what ends the connection in good order."""
        self._connection.close_connection()
        return self._connection.data_to_send()

    def feed(self, data: bytes) -> None:
        """Take in *data*; raise Failed when it is no HTTP/2, too much or no gRPC."""
        self._size += len(data)
        self._head = self._head or data[: TYPE_AT + 1]
        if self._head[TYPE_AT:] not in (b"", bytes([SETTINGS])):
            # h2 would wait for the rest of so long a frame.
            raise Failed(Reason.PROTOCOL, "the answer is no HTTP/2")
        try:
            for start in range(0, len(data), SLICE):
                self._read(data[start : start + SLICE])
        except ProtocolError as error:
            raise Failed(Reason.PROTOCOL, f"the answer is no HTTP/2: {error}") from error
        self._send(self._connection.data_to_send())

    def _read(self, data: bytes) -> None:
        for event in self._connection.receive_data(data):
            self._events += 1
            self._take(event)
        if self._size > READ_MAX or self._events > EVENTS_MAX:
            raise Failed(Reason.TOO_LARGE, "32 KiB or 200 frames came without the call's answer")

    def end(self) -> None:
        """Take in the end of the connection; raise Failed when the call is not answered."""
        if not self.complete:
            what = "the target closed the connection before the call's answer"
            raise Failed(Reason.RESET, what)

    def _take(self, event: Event) -> None:
        if isinstance(event, ResponseReceived | TrailersReceived):
            for name, value in event.headers:
                self._headers[name.decode("latin-1")] = value.decode("utf-8", "replace")
        elif isinstance(event, DataReceived):
            self._body += event.data
            self._connection.acknowledge_received_data(event.flow_controlled_length, STREAM)
        elif isinstance(event, StreamEnded):
            self.complete = True
        elif isinstance(event, StreamReset) and not self.complete:
            raise Failed(Reason.RESET, f"the target reset the call: {_name(event.error_code)}")
        elif isinstance(event, ConnectionTerminated) and not self.complete:
            said = _name(event.error_code)
            raise Failed(Reason.RESET, f"the target ended the connection: {said}")

    def state(self) -> str:
        """Return what the answer says of the service: SERVING, NOT_SERVING or another.

        Raises:
            Failed: the call did not succeed, or its answer is none.
        """
        self._check_http()
        code = self._code()
        self._trace.status = code
        if code != OK:
            raise self._refused(code)
        return state_of(self._body)

    def _check_http(self) -> None:
        status, kind = self._headers[":status"], self._headers.get("content-type", "none")
        if not HTTP_STATUS.fullmatch(status):
            raise Failed(Reason.PROTOCOL, f'the answer is no HTTP/2: status "{status[:20]}"')
        if status != "200":
            self._trace.status = int(status)
            raise Failed(Reason.STATUS, f"HTTP status {status}, expected 200")
        if not kind.startswith("application/grpc"):
            raise Failed(Reason.PROTOCOL, f"the answer is no gRPC: content-type {kind[:60]}")

    def _code(self) -> int:
        text = self._headers.get("grpc-status", "")
        if not text.isascii() or not text.isdigit() or int(text) >= len(CODES):
            raise Failed(Reason.PROTOCOL, f'the answer is no gRPC: grpc-status "{text[:20]}"')
        return int(text)

    def _refused(self, code: int) -> Failed:
        message = unquote(self._headers.get("grpc-message", ""))
        said = f" ({message})" if message else ""
        if code == UNIMPLEMENTED:
            said = f"{said}: the target has no health service"
        reason = Reason.TIMEOUT if code == DEADLINE_EXCEEDED else Reason.STATUS
        return Failed(reason, f"the call gave {CODES[code]}{said}, expected OK")


def request_of(service: str) -> bytes:
    """Return the HealthCheckRequest for *service*; the empty one is the whole server."""
    name = service.encode()
    return bytes([SERVICE_FIELD, len(name)]) + name if name else b""


def state_of(body: bytes) -> str:
    """Return the status in the HealthCheckResponse in *body*; raise Failed when it holds none."""
    message = body[PREFIX:]
    if body[:1] != b"\0" or len(message) != int.from_bytes(body[1:PREFIX], "big"):
        raise Failed(Reason.PROTOCOL, "the answer is no gRPC message")
    if not message:
        return STATES[0]  # a field at its default is not written
    field, *value = message
    if field == STATUS_FIELD and len(value) == 1 and value[0] < len(STATES):
        return STATES[value[0]]
    raise Failed(Reason.PROTOCOL, "the answer is no HealthCheckResponse")


def _name(code: ErrorCodes | int | None) -> str:
    return code.name if isinstance(code, ErrorCodes) else f"error {code}"
