"""The TLS settings of a probe that shows a client certificate, one for each pair of files."""

import os
import ssl
from typing import NoReturn

from pydantic import Field

from vigie.catalogue import Model
from vigie.probing import trust
from vigie.probing.failure import Failed
from vigie.probing.result import Reason


class ClientCertificate(Model):
    """What the probe shows when the target asks who connects: PEM files, the key without password.

    Read anew when they change; the prober reads them, so the paths are those of its machine.
    """

    certificate: str = Field(min_length=1, examples=["/etc/vigie/probe.pem"])
    key: str = Field(min_length=1, examples=["/etc/vigie/probe.key"])


Stamp = tuple[object, ...]  # inode, time of change and size of both files; the authorities
_built: dict[tuple[ClientCertificate, str | None, bool], tuple[Stamp, ssl.SSLContext]] = {}


def context(
    pair: ClientCertificate, protocol: str | None = None, *, verify: bool
) -> ssl.SSLContext:
    """Return the TLS settings that show *pair*; built anew when its files or authorities change.

    Raises:
        Failed: a file cannot be read, or they are no pair: names the files, never what they hold.
    """
    stamp = (*map(_stamp, (pair.certificate, pair.key)), trust.authorities())
    key = (pair, protocol, verify)
    known = _built.get(key)
    if known and known[0] == stamp:
        return known[1]
    settings = trust.new_context(protocol, verify=verify)
    _load(settings, pair)
    _built[key] = stamp, settings
    return settings


def _stamp(path: str) -> tuple[int, int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - on every probe
    except OSError as error:
        raise _unreadable(path, error) from error
    return found.st_ino, found.st_mtime_ns, found.st_size


def _load(settings: ssl.SSLContext, pair: ClientCertificate) -> None:
    def password() -> NoReturn:  # without it, OpenSSL would ask on the terminal
        raise Failed(Reason.INTERNAL, f"{pair.key} is protected by a password")

    for path in (pair.certificate, pair.key):
        if not os.access(path, os.R_OK):
            raise _unreadable(path, PermissionError(0, "Permission denied"))
    try:
        settings.load_cert_chain(pair.certificate, pair.key, password)
    except OSError as error:  # ssl.SSLError is one; its words name a line of OpenSSL's source
        what = f"{pair.certificate} and {pair.key} are no certificate and its key, in PEM"
        raise Failed(Reason.INTERNAL, what) from error


def _unreadable(path: str, error: OSError) -> Failed:
    return Failed(Reason.INTERNAL, f"the prober cannot read {path}: {error.strerror}")
