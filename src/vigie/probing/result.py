"""What a probe gives back: a result per slot, with every attempt inside it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What one slot or one attempt told us."""

    UP = "up"
    DOWN = "down"  # the target failed
    UNKNOWN = "unknown"  # we could not tell


class Reason(StrEnum):
    """Why an attempt was not up; the list is closed."""

    # The target failed.
    DNS_NOT_FOUND = "dns_not_found"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    TIMEOUT = "timeout"
    TLS = "tls"
    TLS_EXPIRED = "tls_expired"
    TLS_HOSTNAME = "tls_hostname"
    TLS_UNTRUSTED = "tls_untrusted"
    CERTIFICATE_DAYS = "certificate_days"
    PROTOCOL = "protocol"
    REDIRECTS = "redirects"
    TOO_LARGE = "too_large"
    LOGIN = "login"
    QUERY = "query"
    STATUS = "status"
    HEADER = "header"
    BODY = "body"
    JSON = "json"
    SLOW = "slow"
    LATE = "late"
    REPORTED = "reported"
    # We could not tell.
    MISSED = "missed"
    ADDRESS_REFUSED = "address_refused"
    DNS_FAILED = "dns_failed"
    AWAITED = "awaited"
    DEADLINE = "deadline"
    NETWORK = "network"
    INTERNAL = "internal"


UNKNOWN_REASONS = frozenset(
    {
        Reason.MISSED,
        Reason.ADDRESS_REFUSED,
        Reason.DNS_FAILED,
        Reason.AWAITED,
        Reason.DEADLINE,
        Reason.NETWORK,
        Reason.INTERNAL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try inside a slot; a phase that was not reached is None."""

    number: int  # 1, 2, 3
    started: datetime  # aware UTC
    outcome: Outcome
    reason: Reason | None = None  # None exactly when up
    detail: str | None = None  # for people: "status 503, expected 200-299"
    duration_us: int = 0  # start to verdict
    dns_us: int | None = None
    connect_us: int | None = None
    tls_us: int | None = None
    first_byte_us: int | None = None  # request sent to first byte of the answer
    status: int | None = None
    address: str | None = None  # the IP address that was probed
    certificate_expires: datetime | None = None  # of the leaf certificate, aware UTC
    tls_by: str | None = None  # rustls or openssl: who shook hands last
    body: str | None = None  # what `evidence` keeps of the answer; only when not up


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one slot of one endpoint gave at one location."""

    endpoint: str  # key
    location: str  # key
    at: datetime  # the slot, aware UTC
    outcome: Outcome
    reason: Reason | None
    lag_us: int | None  # slot to first attempt's start; None when the slot was missed
    attempts: tuple[Attempt, ...]  # empty when the slot was missed


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindEdge:
    """From an instant on a location could not tell whether targets were down, or could again."""

    location: str  # key
    at: datetime  # aware UTC
    blind: bool
    why: str  # for people; empty when it could tell
