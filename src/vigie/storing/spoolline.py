"""One record of a spool file: a line of JSON, and what it says.

A record is a result, or an edge of a span in which its location was blind. Instants are whole
microseconds since 1970 in UTC and end in `_us`, as durations do. What is null is left out; what
this version does not know is read over.
"""

import json
from datetime import UTC, datetime, timedelta

import msgspec

from vigie.probing import Attempt, BlindEdge, Result

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)

Record = Result | BlindEdge


# They hold no other object that could hold them: the garbage collector need not look at them.
class AttemptLine(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One attempt, as `vigie.probing.Attempt`."""

    number: int
    started_us: int
    outcome: str
    duration_us: int | None = None
    reason: str | None = None
    detail: str | None = None
    dns_us: int | None = None
    connect_us: int | None = None
    tls_us: int | None = None
    first_byte_us: int | None = None
    status: int | None = None
    address: str | None = None
    certificate_expires_us: int | None = None
    tls_by: str | None = None
    body: str | None = None  # absent in files of older versions


class ResultLine(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One result, as `vigie.probing.Result`."""

    endpoint: str
    location: str
    at_us: int
    outcome: str
    reason: str | None = None
    lag_us: int | None = None
    attempts: tuple[AttemptLine, ...]


class EdgeLine(msgspec.Struct, kw_only=True, gc=False):
    """One edge of a blind span, as `vigie.probing.BlindEdge`."""

    location: str
    at_us: int
    blind: bool
    why: str


Line = ResultLine | EdgeLine
_encoder = msgspec.json.Encoder()
_result_decoder = msgspec.json.Decoder(ResultLine)


def encode(record: Record) -> bytes:
    """Return *record* as one line of JSON."""
    line = _edge(record) if isinstance(record, BlindEdge) else _result(record)
    try:
        return _encoder.encode(line) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, in the words of a target
        return json.dumps(msgspec.to_builtins(line), separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Line:
    """Return what *line* says; raises ValueError where it is no record."""
    try:
        return _result_decoder.decode(line)
    except msgspec.DecodeError:  # an edge, half a surrogate pair, or torn
        return _decode_slowly(line)


def _decode_slowly(line: bytes) -> Line:
    told = json.loads(line)
    try:
        if "blind" in told:
            return msgspec.convert(told, EdgeLine)
        return msgspec.convert(told, ResultLine)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def _edge(edge: BlindEdge) -> EdgeLine:
    return EdgeLine(location=edge.location, at_us=to_us(edge.at), blind=edge.blind, why=edge.why)


def _result(result: Result) -> ResultLine:
    return ResultLine(
        endpoint=result.endpoint,
        location=result.location,
        at_us=to_us(result.at),
        outcome=result.outcome,
        reason=result.reason,
        lag_us=result.lag_us,
        attempts=tuple([_attempt(attempt) for attempt in result.attempts]),
    )


def _attempt(attempt: Attempt) -> AttemptLine:
    expires = attempt.certificate_expires
    return AttemptLine(
        number=attempt.number,
        started_us=to_us(attempt.started),
        outcome=attempt.outcome,
        duration_us=attempt.duration_us,
        reason=attempt.reason,
        detail=attempt.detail,
        dns_us=attempt.dns_us,
        connect_us=attempt.connect_us,
        tls_us=attempt.tls_us,
        first_byte_us=attempt.first_byte_us,
        status=attempt.status,
        address=attempt.address,
        certificate_expires_us=None if expires is None else to_us(expires),
        tls_by=attempt.tls_by,
        body=attempt.body,
    )


def to_us(instant: datetime) -> int:
    """Return whole microseconds since 1970; exact, unlike a float timestamp."""
    return (instant - EPOCH) // _US


def from_us(microseconds: int) -> datetime:
    """Return the aware UTC instant of *microseconds* since 1970."""
    # Not all as microseconds: that takes twice as long.
    return EPOCH + timedelta(0, microseconds // 1_000_000, microseconds % 1_000_000)
