"""Whom a probe trusts over TLS, and what it says when it does not."""

import re
import ssl
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic

from vigie.probing.failure import Failed
from vigie.probing.result import Reason

LOOK_S = 60.0  # between two looks at the authorities' files
VERSION, UTC_TIME = 0xA0, 0x17  # tags of DER
# OpenSSL's X509_V_ERR_… numbers
NOT_YET_VALID, HAS_EXPIRED, HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH = 9, 10, 62, 64
CERTIFICATE_ALERTS = frozenset(
    {
        "bad certificate",
        "unsupported certificate",
        "certificate revoked",
        "certificate expired",
        "certificate unknown",
        "unknown ca",
        "access denied",
    }
)

Authorities = tuple[tuple[str, int, int], ...]  # of each file: path, inode, time of change


def context(*, verify: bool, protocol: str | None = None) -> ssl.SSLContext:
    """Return the shared TLS settings of `new_context`; others once the authorities change."""
    return _context(verify, protocol, authorities())


@lru_cache(maxsize=8)
def _context(verify: bool, protocol: str | None, _now: Authorities) -> ssl.SSLContext:  # noqa: FBT001 - a key
    return new_context(protocol, verify=verify)


def authorities() -> Authorities:
    """Return what is another thing once the system trusts other authorities.

    A prober runs for months, and what was trusted at its start would call a new authority's
    customers down. Their files are looked at once in a minute.
    """
    return _looked_at(int(monotonic() // LOOK_S))


@lru_cache(maxsize=1)
def _looked_at(_minute: int) -> Authorities:
    paths = ssl.get_default_verify_paths()
    return tuple(map(_stamp, filter(None, (paths.cafile, paths.capath))))


def _stamp(path: str) -> tuple[str, int, int]:
    try:
        found = Path(path).stat()
    except OSError:
        return path, 0, 0
    return path, found.st_ino, found.st_mtime_ns


def new_context(protocol: str | None = None, *, verify: bool) -> ssl.SSLContext:
    """Return TLS settings; the system's authorities, or nobody checked.

    *protocol* is the one to speak, where servers want to hear that (ALPN).
    Building one costs 16 ms. `SSL_CERT_FILE` names other authorities.
    """
    shared = ssl.create_default_context()
    shared.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 turned this on; a verdict must not depend on the Python that runs us.
    shared.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    if protocol:
        shared.set_alpn_protocols([protocol])
    if not verify:
        shared.check_hostname = False
        shared.verify_mode = ssl.CERT_NONE
    return shared


def failure(error: ssl.SSLError, host: str) -> Failed:
    """Return the failed handshake with *host* in our words."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return _refused(_said(error))
    if error.verify_code == HAS_EXPIRED:
        return Failed(Reason.TLS_EXPIRED, "the certificate has expired")
    if error.verify_code == NOT_YET_VALID:
        return Failed(Reason.TLS_EXPIRED, "the certificate is not valid yet")
    if error.verify_code in (HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH):
        return Failed(Reason.TLS_HOSTNAME, f"the certificate is not for {host}")
    return Failed(Reason.TLS_UNTRUSTED, f"the certificate is not trusted: {error.verify_message}")


def _refused(said: str) -> Failed:
    """Return the failure that OpenSSL words as *said*; an alert is the target's own word."""
    alert = said.partition(" alert ")[2]
    if alert == "certificate required":
        return Failed(Reason.TLS, "the target wants a client certificate, and was shown none")
    if alert in CERTIFICATE_ALERTS:
        return Failed(Reason.TLS, f"the target refused the client certificate: {alert}")
    return Failed(Reason.TLS, f"the TLS handshake failed: {said}")


def _said(error: ssl.SSLError) -> str:
    """Return OpenSSL's message without its library and source line."""
    return re.sub(r"^\[[^\]]*\] *|\s*\(_ssl\.c:\d+\)$", "", error.strerror or str(error))


@lru_cache(maxsize=65536)
def expiry(certificate: bytes | None) -> datetime | None:
    """Return when the DER *certificate* ends, aware UTC; None when it cannot be read.

    `getpeercert()` tells it only of a verified certificate, so the few bytes are read here.
    """
    try:
        return _not_after(certificate or b"")
    except (IndexError, ValueError):
        return None


def _not_after(der: bytes) -> datetime:
    _, body, _ = _element(der, 0)  # Certificate
    _, at, _ = _element(der, body)  # TBSCertificate
    tag, _, end = _element(der, at)
    if tag == VERSION:  # left out in version 1; the serial number follows
        _, _, end = _element(der, end)
    for _ in ("signature", "issuer"):
        _, _, end = _element(der, end)
    _, start, _ = _element(der, end)  # Validity
    _, _, end = _element(der, start)  # notBefore
    tag, start, end = _element(der, end)
    return _time(tag, der[start:end].decode("ascii"))


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Return tag, start and end of the content of the DER element at *at*."""
    tag, length, start = der[at], der[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(der[start : start + size], "big")
        start += size
    return tag, start, start + length


def _time(tag: int, text: str) -> datetime:
    # UTCTime has two digits for the year, 50 to 49; GeneralizedTime has four.
    if tag == UTC_TIME:
        text = ("19" if text >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
