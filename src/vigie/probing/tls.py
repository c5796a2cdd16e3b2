"""The kind tls: do the handshake, and look at the certificate."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from vigie import clock
from vigie.catalogue import Model
from vigie.probing.checked import tell
from vigie.probing.failure import Failed
from vigie.probing.guarded import Guarded
from vigie.probing.hostport import Place, ServerName, host_of, place_of
from vigie.probing.limits import Limits, came_of, check
from vigie.probing.reach import attempt, reached, secure
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import Trace
from vigie.probing.verify import Verify

VERSIONS = ("TLSv1.2", "TLSv1.3")  # older ones are refused by every handshake of ours


class TlsExpect(Limits):
    """What the handshake must come to."""

    protocol: Literal["TLSv1.2", "TLSv1.3"] = "TLSv1.2"  # or a newer one


class TlsEndpoint(Guarded):
    """A port that speaks TLS."""

    HOST = ("tls", host_of)

    tls: Place
    server_name: ServerName | None = None  # asked for and checked; default: the host
    verify: Verify = True
    expect: TlsExpect = TlsExpect()


async def probe(endpoint: TlsEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what one handshake gave; never raises but when cancelled."""
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: TlsEndpoint, allow: Sequence[str], trace: Trace) -> None:
    place = place_of(endpoint.tls, trace)
    async with reached(place.host, place.port, allow, trace) as connection:
        name = endpoint.server_name or place.host
        await secure(connection, name, trace, verify=endpoint.verify is True)
        _check(endpoint.expect, str(connection.version()), trace, clock.now())


def _check(expect: TlsExpect, version: str, trace: Trace, now: datetime) -> None:
    def check_one(one: Model) -> None:
        assert isinstance(one, TlsExpect)
        if VERSIONS.index(version) < VERSIONS.index(one.protocol):
            raise Failed(Reason.TLS, f"agreed on {version}, expected at least {one.protocol}")
        check(one, trace, now)

    def came() -> Mapping[str, str]:
        return {**came_of(trace, now), "protocol": version}

    tell(expect, check_one, trace, came, {})
    check_one(expect)
