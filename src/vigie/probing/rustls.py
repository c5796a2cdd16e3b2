"""TLS by rustls, which shakes hands for half of what OpenSSL needs.

It may say that all is well, and nothing else: whatever it refuses, OpenSSL is asked about on a
connection of its own, and OpenSSL's word counts. Both trust the same authorities.
"""

import ssl
from functools import lru_cache
from typing import Any

from vigie.probing import trust
from vigie.probing.failure import Failed
from vigie.probing.result import Reason
from vigie.probing.trace import SECURING, Trace

rtls: Any
try:
    import rtls
except ImportError:  # no wheel for this machine: OpenSSL does it all
    rtls = None

NAME = "rustls"
LEFT_AT_MOST = 10_000
_VERDICTS = frozenset({Reason.TLS, Reason.TLS_EXPIRED, Reason.TLS_HOSTNAME, Reason.TLS_UNTRUSTED})

_left: set[tuple[str, int]] = set()  # targets that OpenSSL understands and rustls does not


def serves(host: str, port: int, trace: Trace, protocol: str) -> bool:
    """Whether an attempt asks rustls: the first of several, where there is nothing against it.

    A server may also fall silent at a greeting that it does not expect; the next attempt is
    OpenSSL's, so this cannot pass for an outage.
    """
    return trace.first_of_several and (host, port) not in _left and context(protocol) is not None


def leave(host: str, port: int) -> None:
    """Ask rustls no more for a target that only OpenSSL understands."""
    if len(_left) < LEFT_AT_MOST:
        _left.add((host, port))


def is_in_doubt(failure: Failed, trace: Trace) -> bool:
    """Whether *failure* may be rustls' own, so that OpenSSL has to be asked."""
    if trace.tls_by != NAME:
        return False
    broke = failure.reason is Reason.RESET and trace.phase == SECURING
    return broke or failure.reason in _VERDICTS


def is_over(tls: ssl.SSLObject) -> bool:
    """Whether the target said TLS's good-bye; rtls, unlike OpenSSL, does not tell when reading."""
    if rtls is None or not isinstance(tls, rtls.SSLObject):
        return False
    return not tls._conn.wants_read()  # noqa: SLF001 - no public word


def context(protocol: str) -> ssl.SSLContext | None:
    """Return the shared settings of `new_context`; others once the authorities change."""
    return _context(protocol, trust.authorities())


@lru_cache(maxsize=8)
def _context(protocol: str, _now: trust.Authorities) -> ssl.SSLContext | None:
    return new_context(protocol)


def new_context(protocol: str) -> ssl.SSLContext | None:
    """Return settings that verify against OpenSSL's authorities; None where they cannot."""
    authorities = ssl.create_default_context().get_ca_certs(binary_form=True)
    if rtls is None or not authorities:  # a directory of authorities is read when it is needed
        return None
    settings: ssl.SSLContext = rtls.SSLContext(rtls.PROTOCOL_TLS_CLIENT)
    settings.load_verify_locations(cadata="".join(map(ssl.DER_cert_to_PEM_cert, authorities)))
    settings.set_alpn_protocols([protocol])
    return settings if _tells_the_end(settings) else None


def _tells_the_end(settings: ssl.SSLContext) -> bool:
    """Tell whether `is_over` works with this version of rtls: its word for that is not public."""
    tls = settings.wrap_bio(rtls.MemoryBIO(), rtls.MemoryBIO(), server_hostname="vigie.invalid")
    try:
        return not is_over(tls)
    except AttributeError:
        return False
