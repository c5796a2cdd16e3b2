"""Which addresses may be probed: decided on the resolved address, never on the name.

Names are resolved once and the connection goes to exactly the address that was checked,
so a name that changes its answer in between gains nothing.
"""

import asyncio
import socket
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal, NamedTuple

from vigie.catalogue import forbidden, literal_address
from vigie.probing.failure import Failed
from vigie.probing.result import Reason

IpVersion = Literal["any", 4, 6]


class Purpose(NamedTuple):
    """Why an address is asked for, in the words of a refusal."""

    done: str  # to what is allowed
    where: str  # others are allowed


PROBING = Purpose("probed", "the service")

NOT_FOUND = frozenset(
    {
        socket.EAI_NONAME,
        # No address, or none of the version that was asked for; not every system has them.
        getattr(socket, "EAI_NODATA", socket.EAI_NONAME),
        getattr(socket, "EAI_ADDRFAMILY", socket.EAI_NONAME),
    }
)
FAMILIES = {"any": socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}


async def resolve(
    host: str,
    port: int,
    allow: Sequence[str],
    *,
    ip: IpVersion = "any",
    whole: bool = False,
    purpose: Purpose = PROBING,
) -> tuple[str, ...]:
    """Return the addresses of *host* that may be probed, in the system's order of preference.

    *ip* is the version they must have: any, 4 or 6. *whole*: every address must be allowed,
    because somebody else will choose among them.

    Raises:
        Failed: the name does not exist or has no address of that version (down), the resolver
            did not answer or no address may be probed (unknown).
    """
    found = _literal(host) or await _look_up(host, port, ip)
    if ip != "any":
        found = _of_version(found, ip, host)
    refusals = [refusal(address, tuple(allow), purpose) for address in found]
    allowed = tuple(a for a, no in zip(found, refusals, strict=True) if no is None)
    if not allowed or (whole and len(allowed) < len(found)):
        raise Failed(Reason.ADDRESS_REFUSED, next(filter(None, refusals)))
    return allowed


def _of_version(found: Sequence[str], ip: IpVersion, host: str) -> tuple[str, ...]:
    """Return the addresses of version *ip*; an IPv4-mapped one is reached over IPv4."""
    fitting = tuple(a for a in found if _version(ip_address(a)) == ip)
    if not fitting:
        raise _not_found(host, ip)
    return fitting


def _version(address: IPv4Address | IPv6Address) -> int:
    return 4 if isinstance(address, IPv4Address) or address.ipv4_mapped else 6


def _not_found(host: str, ip: IpVersion) -> Failed:
    kind = "address in DNS" if ip == "any" else f"IPv{ip} address"
    return Failed(Reason.DNS_NOT_FOUND, f"{host} has no {kind}")


@lru_cache(maxsize=4096)
def _literal(host: str) -> tuple[str, ...]:
    return tuple(filter(None, (literal_address(host),)))


def literal_refusal(host: str, allow: tuple[str, ...]) -> str | None:
    """Return why *host* may not be probed if it is an address itself, None when it may."""
    return next((refusal(address, allow) for address in _literal(host)), None)


async def _look_up(host: str, port: int, ip: IpVersion) -> tuple[str, ...]:
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(host, port, family=FAMILIES[ip], type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in NOT_FOUND:
            raise _not_found(host, ip) from error
        raise Failed(
            Reason.DNS_FAILED, f"the resolver failed for {host}: {error.strerror}"
        ) from error
    except UnicodeError as error:
        raise Failed(Reason.DNS_NOT_FOUND, f"{host} is not a host name") from error
    return tuple(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in infos))


@lru_cache(maxsize=65536)
def refusal(address: str, allow: tuple[str, ...], purpose: Purpose = PROBING) -> str | None:
    """Return why *address* may not be probed, None when it may."""
    found = forbidden(address, allow)
    if found is None:
        return None
    kind, need = found
    if need is None:
        return f"{address} is {kind}, which is never {purpose.done}"
    return f"{address} is {kind} (write allow: [{need}] in {purpose.where})"
